#!/usr/bin/env bash
# Builds the native core.  The first time through pip (an editable install); after that ninja alone, in seconds.
set -euo pipefail
python=$1
tag=$("$python" -c 'import sys; v = f"cp{sys.version_info[0]}{sys.version_info[1]}"; print(f"{v}-{v}-linux_x86_64")')
site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
stamp=$(md5sum pyproject.toml | cut -d' ' -f1)
if [ -e "build/$tag/build.ninja" ] && [ "$(cat "build/$tag/.pyproject" 2>/dev/null)" = "$stamp" ] &&
  [ -d "$site/passwright" ]; then
  cmake --build "build/$tag"
  # Console programs and the CMake package go beside Python; where CMake would put them is the folder that pip once built
  # the wheel in.
  cmake --install "build/$tag" --prefix "$site" --component Unspecified >/dev/null
  for name in passwright passwright-launch passwright-cc passwright-c++; do
    install "build/$tag/passwright-launch" "$(dirname "$python")/$name"
  done
  install -D -m 644 -t "$(dirname "$python")/../share/cmake/Passwright" cmake/*.cmake "build/$tag/PasswrightConfigVersion.cmake"
else
  "$python" -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
  echo "$stamp" >"build/$tag/.pyproject"
fi
