# Passwright: `make help` lists the targets.  Set-up is incremental: a second run rebuilds only what changed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE_SOURCES := $(wildcard passes/native/* passes/native/plugin/* gnn/native/* bench/native/* passwright/native/* cmake/*) \
                  tools/refusal-tables.py CMakeLists.txt
PYTHON_DIRS := passwright irgen passes gnn policy bench tests
CXX_FILES := $(foreach folder,passes/native passes/native/plugin gnn/native bench/native bench/reliability passwright/native,\
               $(wildcard $(folder)/*.cpp $(folder)/*.c $(folder)/*.h))

.DEFAULT_GOAL := help
.PHONY: help demo test check asan tiny format wheel wheel-test native clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

demo: $(VENV)/.native ## set everything up and optimise the two kernels in examples/
	@$(BIN)/passwright optimize examples/matmul.c examples/blur.cpp --budget 20s --out-dir build/demo --lock build/demo/passwright.lock

test: $(VENV)/.native ## set up and run the tests
	$(BIN)/python -m pytest

check: $(VENV)/.native ## format, lint, types, import order, tiny tests
	$(BIN)/ruff format --check $(PYTHON_DIRS)
	$(BIN)/ruff check $(PYTHON_DIRS)
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)
	tools/type-check.sh $(BIN)
	$(BIN)/python -m pytest -m tiny

asan: $(VENV)/.native ## the native core under ASan and UBSan, and the native tests with it (minutes; docs/sanitizers.md)
	tools/asan.sh $(BIN)/python

format: $(VENV)/.native ## rewrite Python and C++ in the project's format
	$(BIN)/ruff format $(PYTHON_DIRS)
	$(BIN)/ruff check --fix $(PYTHON_DIRS)
	$(BIN)/clang-format -i $(CXX_FILES)

wheel: $(VENV)/.python ## build dist/passwright-*.whl, LLVM linked in
	$(BIN)/python -m pip wheel -q --no-build-isolation --no-deps -w dist .
	@ls -l dist

wheel-test: wheel ## install the wheel into an empty environment without clang on PATH and optimise a kernel there
	tests/wheel_test.sh dist/passwright-*.whl

native: $(VENV)/.native ## build the native core and install it into the virtual environment

clean: ## remove everything that set-up made
	rm -rf $(VENV) build dist

# Set-up: system packages, then the virtual environment, then the native core.  Each step leaves a stamp.
$(VENV)/.system: tools/system-packages.sh
	@tools/system-packages.sh
	@mkdir -p $(VENV) && touch $@

$(VENV)/.python: pyproject.toml | $(VENV)/.system
	@test -x $(BIN)/pip || { echo "== creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "== installing Python packages"
	@tools/install-python-packages.sh $(BIN)/python
	@touch $@

$(VENV)/.native: $(NATIVE_SOURCES) $(VENV)/.python
	@echo "== building the native core"
	@tools/build-native.sh $(BIN)/python
	@touch $@
