#!/usr/bin/env bash
# Installs the system packages that building Passwright needs, or prints the one command that does.
set -euo pipefail

packages=()
need() { # need PACKAGE TEST-COMMAND…: ask for PACKAGE unless the test succeeds
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
need cmake cmake --version
need ninja-build ninja --version
need g++ g++ --version
need python3-dev bash -c 'test -e "$(python3 -c "import sysconfig; print(sysconfig.get_path(\"include\"))")/Python.h"'
need python3-venv python3 -c 'import ensurepip'
need clang-19 test -x /usr/lib/llvm-19/bin/clang
need llvm-19-dev test -e /usr/lib/llvm-19/lib/cmake/llvm/LLVMConfig.cmake
need libpolly-19-dev test -e /usr/lib/llvm-19/lib/libPolly.a
need libclang-rt-19-dev bash -c 'ls /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.so'
need libzstd-dev test -e /usr/include/zstd.h
need zlib1g-dev test -e /usr/include/zlib.h
need libxml2-dev test -e /usr/include/libxml2/libxml/parser.h
need libedit-dev test -e /usr/include/histedit.h
[ ${#packages[@]} -eq 0 ] && exit 0

install="apt-get install -y --no-install-recommends ${packages[*]}"
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo -n)
if ! command -v apt-get >/dev/null || ! "${sudo[@]}" true 2>/dev/null; then
  echo "Passwright needs system packages that this user may not install. Run:" >&2
  echo "    sudo apt-get update && sudo $install" >&2
  exit 1
fi
echo "== installing system packages: ${packages[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "Installing the system packages failed (above). Run it by hand:  $install" >&2
  exit 1
fi
