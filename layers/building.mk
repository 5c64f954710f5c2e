# What both layers are built by; whoever includes it has said where the project is (ROOT) and what the layer NEEDS.
BUILDER := $(shell test -x "$(ROOT)/.venv/bin/python" && echo "$(ROOT)/.venv/bin/python" || command -v python3)
LAYER = $(ARTIFACTS_DIR)/python

# Wheels for the function's platform, whatever the Python and the machine that build the layer.
FOR_LAMBDA := --platform manylinux2014_aarch64 --implementation cp --python-version 3.13 --only-binary=:all: \
	--constraint "$(ROOT)/constraints.txt" --disable-pip-version-check --quiet
# `make dev` fetches those wheels, so that builds need no network.
WHEELS := $(ROOT)/.venv/wheels
FROM := $(shell test -d "$(WHEELS)" && echo '--no-index --find-links "$(WHEELS)"')

define install
"$(BUILDER)" -m pip install $(FOR_LAMBDA) $(FROM) --no-compile --target "$(LAYER)" $(NEEDS)
endef

# The rest of dist-info stays: by METADATA, Amazon Inspector finds vulnerable packages; the licences ask to be kept.
# Bytecode halves the time of imports, but Lambda reads only that of its own Python.
define finish
find "$(LAYER)" -path '*.dist-info/*' \( -name RECORD -o -name INSTALLER -o -name REQUESTED -o -name WHEEL \) -exec rm {} +
for python in "$(BUILDER)" python3.13; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then \
		"$$python" -m compileall -q --invalidation-mode unchecked-hash -s "$(LAYER)" -p /opt/python "$(LAYER)"; \
		break; \
	fi; \
done
endef

.SILENT:

.PHONY: wheels
wheels:
	"$(BUILDER)" -m pip download $(FOR_LAMBDA) --dest "$(WHEELS)" $(NEEDS)
