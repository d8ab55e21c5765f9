#!/usr/bin/env bash
# Installs what building, running and testing need (from pyproject.toml) into the environment of the given Python.
set -euo pipefail
python=$1
mapfile -t requirements < <("$python" - <<'PY'
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())
print(*project["build-system"]["requires"], sep="\n")
print(*project["project"]["dependencies"], sep="\n")
print(*project["project"]["optional-dependencies"]["dev"], sep="\n")
PY
)
"$python" -m pip install -q --disable-pip-version-check "${requirements[@]}"
