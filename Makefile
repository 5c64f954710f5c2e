# Everything runs from .venv, with the exact versions of constraints.txt. Once that is set up, only `deploy` needs the
# network, and the first `audit`, `emulate` and `mutation`, whose tools have environments of their own.
PYTHON ?= python3
ENV ?= default
BIN := .venv/bin
READY := .venv/.ready
MUTMUT_READY := .venv-mutation/.ready
AUDIT_READY := .venv-audit/.ready
EMULATOR_READY := .venv-emulator/.ready
BUILT := .aws-sam/build

export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help dev test lint demo golden schema validate build smoke audit emulate deploy environment mutation breaks soak bench memory clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

dev: $(READY) ## set up .venv, with .venv/bin/sgwarden
	@echo 'Ready: $(BIN)/sgwarden --help'

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

lint: $(READY) ## check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

demo: $(READY) ## replay the recorded events in an embedded account
	$(BIN)/sgwarden replay --policy events/policy.yaml events/

schema: $(READY) ## write layers/policy/policy.schema.json anew, by which editors know policy files
	$(BIN)/sgwarden policy schema --out layers/policy/policy.schema.json

golden: $(READY) ## write anew what samples lead to and pages show; read the difference before you keep it
	$(BIN)/python -m tests.integration.played
	$(BIN)/python -m tests.integration.pages
	$(BIN)/python -m tests.unit.told

validate: $(READY) ## check template.yaml, offline
	$(BIN)/sam validate --lint

build: $(READY) ## build the function and its layers into .aws-sam, without Docker
	$(BIN)/sam build
	@for part in $(BUILT)/*/; do \
		$(BIN)/python -m zipfile -c $(BUILT).zip $$part && du -sk $$part $(BUILT).zip | \
		awk -v part=$$part 'NR == 1 {whole = $$1} END {printf "%6d kB, %d kB zipped  %s\n", whole, $$1, part}'; \
		rm -f $(BUILT).zip; done

smoke: build ## run what was built in Lambda's own runtime client, with the events of all samples
	$(BIN)/python -m tests.smoke $(BUILT)

audit: $(AUDIT_READY) ## check the template with checkov
	$(BIN)/python -m tests.template.audited build/audit/template.json
# checkov passes over in silence, and with status 0, what it cannot read.
	@.venv-audit/bin/checkov --file build/audit/template.json > build/audit/report.txt; \
		status=$$?; cat build/audit/report.txt; grep -q 'Passed checks: [1-9]' build/audit/report.txt && exit $$status

emulate: build $(EMULATOR_READY) ## deploy the stack to an emulator of AWS on this machine, and go through it
	$(BIN)/python -m tests.emulator

deploy: environment build ## deploy; asks for what it needs the first time (ENV=dev, staging or prod for that environment)
	@asked=$$(awk -v section='[$(ENV).deploy.parameters]' \
		'/^\[/ {here = ($$0 == section)} here && /^region *=/ {print "yes"}' samconfig.toml); \
	$(BIN)/sam deploy --config-env $(ENV) $$(test -n "$$asked" || echo --guided)

environment:
	@grep -qxF '[$(ENV).deploy.parameters]' samconfig.toml || { \
		echo 'samconfig.toml has no environment "$(ENV)", only:' $$(sed -n 's/^\[\(.*\)\.deploy\..*/\1/p' samconfig.toml) >&2; \
		exit 2; }

# mutmut knows packages at src/ only, so it works on a copy laid out that way.
mutation: $(MUTMUT_READY) ## mutate the core, to see that the tests notice (minutes)
	mkdir -p build/mutation/src build/mutation/tests
	rm -rf build/mutation/src/sgwarden build/mutation/tests/*
	cp -R layers/sgwarden/sgwarden build/mutation/src/
	cp -R tests/conftest.py tests/unit tests/property build/mutation/tests/
	cp pyproject.toml build/mutation/
	cd build/mutation && ../../.venv-mutation/bin/python -m mutmut run
	cd build/mutation && ../../.venv-mutation/bin/python -m mutmut results

breaks: $(READY) ## break the template in some eight hundred places, to see that its tests notice (minutes)
	$(BIN)/python -m tests.template.breaks

soak: $(READY) ## sweep three thousand clusters, and let the function die in two thousand lives (minutes)
	$(BIN)/python -m pytest -n auto -m slow

bench: $(READY) ## what an event costs, beside what its API calls cost alone
	$(BIN)/python -m tests.benchmark

memory: build ## what the functions use, and what follows for each size of memory
	$(BIN)/python -m tests.smoke.memory $(BUILT)

clean: ## remove what was built and cached, but not .venv
	rm -rf .aws-sam build mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find functions layers tests -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt layers/building.mk layers/sgwarden/Makefile layers/notify/Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'sgwarden needs Python 3.11 or newer, and "$(PYTHON)" is not.' >&2; \
		echo 'Name one that is: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(MAKE) --no-print-directory -C layers/sgwarden wheels
	$(MAKE) --no-print-directory -C layers/notify wheels
	@touch $@

# mutmut wants a newer click than the one that aws-sam-cli insists on: an environment of its own, the same pins else.
$(MUTMUT_READY): $(READY)
	$(BIN)/python -m venv .venv-mutation
	grep -v '^click==' constraints.txt > .venv-mutation/constraints.txt
	.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint .venv-mutation/constraints.txt --editable '.[mutation]'
	@touch $@

$(AUDIT_READY): constraints-audit.txt $(READY)
	$(BIN)/python -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints-audit.txt checkov
	@touch $@

$(EMULATOR_READY): constraints-emulator.txt $(READY)
	$(BIN)/python -m venv .venv-emulator
	.venv-emulator/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints-emulator.txt ministack boto3 aws-sam-translator
	@touch $@
