#!/usr/bin/env bash
# Runs mypy on the package as it is installed: the top-level folders are subpackages of `passwright` there, which mypy cannot
# see from the checkout. So it looks at a folder of links with that layout.
set -euo pipefail
bin=$1
tree=build/typing/passwright
rm -rf build/typing
mkdir -p "$tree"
ln -s "$PWD"/passwright/* "$tree"/
for folder in irgen passes gnn policy bench; do ln -s "$PWD/$folder" "$tree/$folder"; done
site=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
ln -s "$site/passwright/_native.pyi" "$tree/_native.pyi"
MYPYPATH=build/typing exec "$bin/mypy" -p passwright
