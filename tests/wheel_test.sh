#!/usr/bin/env bash
# Installs the wheel into an empty virtual environment, with the PyPI clang as front end and no compiler on PATH, and
# optimises a kernel there: what `pip install 'passwright[clang]'` gives on a machine without LLVM.
set -euo pipefail
wheel=$(realpath "$1")
examples=$(realpath "$(dirname "$0")/../examples")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check "$wheel[clang]"
run() { env -u PASSWRIGHT_CLANG PATH="$folder/env/bin" "$@"; }
if run env/bin/python -c 'import shutil, sys; sys.exit(shutil.which("clang") is None and shutil.which("clang-19") is None)'; then
  echo "clang is on PATH: this would prove nothing" >&2
  exit 1
fi
run env/bin/passwright doctor
cp "$examples/matmul.c" .
run env/bin/passwright optimize matmul.c -o matmul.o --budget 20s
run env/bin/passwright apply matmul.c -o again.o --lock passwright.lock
cmp matmul.o again.o
PASSWRIGHT=strict run env/bin/passwright-cc -O3 -march=native -c matmul.c -o built.o
cmp matmul.o built.o
run env/bin/passwright-c++ --version
echo "the wheel works without LLVM on the machine; apply and passwright-cc gave the same bytes"
