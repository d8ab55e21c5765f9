# make demo | test | check | wheel | native | clean.  Set-up is incremental: a second run only rebuilds what changed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: native
native: ## rebuild the native core and install it into the virtual environment
	@tag=$$($(BIN)/python -c 'import sys; print(f"cp{sys.version_info[0]}{sys.version_info[1]}-cp{sys.version_info[0]}{sys.version_info[1]}-linux_x86_64")'); \
	if [ -e build/$$tag/build.ninja ]; then \
	  cmake --build build/$$tag && cmake --install build/$$tag --prefix $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))') >/dev/null; \
	else $(BIN)/pip install -q --no-build-isolation -e .; fi
