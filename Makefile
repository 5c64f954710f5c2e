# Everything runs from .venv, with the exact versions of constraints.txt. Once that is set up, only `deploy` and the
# first `mutation` need the network.
PYTHON ?= python3
ENV ?= default
BIN := .venv/bin
READY := .venv/.ready
MUTMUT_READY := .venv-mutation/.ready
BUILT := .aws-sam/build

export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help dev test lint demo golden schema validate build deploy mutation bench clean

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
	$(BIN)/sgwarden replay events/

schema: $(READY) ## write layers/policy/policy.schema.json anew, by which editors know policy files
	$(BIN)/sgwarden policy schema --out layers/policy/policy.schema.json

golden: $(READY) ## write anew what samples lead to and pages show; read the difference before you keep it
	$(BIN)/python -m tests.integration.samples
	$(BIN)/python -m tests.integration.pages

validate: $(READY) ## check template.yaml, offline
	$(BIN)/sam validate --lint

build: $(READY) ## build the function and its layers into .aws-sam, without Docker
	$(BIN)/sam build
	@du -sk $(BUILT)/*/ | awk '{printf "%6d kB  %s\n", $$1, $$2}'

deploy: build ## deploy; asks for what it needs the first time (ENV=dev, staging or prod for that environment)
	@if $(BIN)/python -c 'import sys, tomllib; \
		commands = tomllib.load(open("samconfig.toml", "rb"))[sys.argv[1]].values(); \
		sys.exit(not any("region" in command["parameters"] for command in commands))' $(ENV); \
	then $(BIN)/sam deploy --config-env $(ENV); \
	else $(BIN)/sam deploy --config-env $(ENV) --guided; \
	fi

# mutmut knows packages at src/ only, so it works on a copy laid out that way.
mutation: $(MUTMUT_READY) ## mutate the core, to see that the tests notice (minutes)
	mkdir -p build/mutation/src build/mutation/tests
	rm -rf build/mutation/src/sgwarden build/mutation/tests/*
	cp -R layers/sgwarden/sgwarden build/mutation/src/
	cp -R tests/conftest.py tests/unit tests/property build/mutation/tests/
	cp pyproject.toml build/mutation/
	cd build/mutation && ../../.venv-mutation/bin/python -m mutmut run
	cd build/mutation && ../../.venv-mutation/bin/python -m mutmut results

bench: $(READY) ## what an event costs, beside what its API calls cost alone
	$(BIN)/python -m tests.benchmark

clean: ## remove what was built and cached, but not .venv
	rm -rf .aws-sam build mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find functions layers tests -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt layers/sgwarden/Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'sgwarden needs Python 3.11 or newer, and "$(PYTHON)" is not.' >&2; \
		echo 'Name one that is: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(MAKE) --no-print-directory -C layers/sgwarden wheels
	@touch $@

# mutmut wants a newer click than the one that aws-sam-cli insists on: an environment of its own, the same pins else.
$(MUTMUT_READY): $(READY)
	$(BIN)/python -m venv .venv-mutation
	grep -v '^click==' constraints.txt > .venv-mutation/constraints.txt
	.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint .venv-mutation/constraints.txt --editable '.[mutation]'
	@touch $@
