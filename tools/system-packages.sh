#!/usr/bin/env bash
# Installs the system packages that building Passwright needs, or prints the one command that does. What only some tests
# need comes along where it can; without it they are skipped.
set -euo pipefail

packages=()
need() { # need PACKAGE TEST-COMMAND…: ask for PACKAGE unless the test succeeds
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
optional=()
want() { # want PACKAGE TEST-COMMAND…: the same, but its absence stops nothing
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || optional+=("$package")
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
want bubblewrap bwrap --version # one more layer of the sandbox
want postgresql bash -c 'ls /usr/lib/postgresql/*/bin/initdb' # tests of the experience store
want csmith csmith --version # programs of a campaign
want libcsmith-dev test -e /usr/include/csmith/csmith.h
want llvm-19 llvm-reduce-19 --version # reduces the programs of filed defects

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo -n)
allowed() { command -v apt-get >/dev/null && "${sudo[@]}" true 2>/dev/null; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { # install PACKAGE…: what apt-get says goes to the log
  echo "== installing system packages: $*"
  { "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1
}

if [ ${#packages[@]} -gt 0 ]; then
  command="apt-get install -y --no-install-recommends ${packages[*]}"
  if ! allowed; then
    echo "Passwright needs system packages that this user may not install. Run:" >&2
    echo "    sudo apt-get update && sudo $command" >&2
    exit 1
  fi
  if ! install "${packages[@]}"; then
    tail -20 "$log" >&2
    echo "Installing the system packages failed (above). Run it by hand:  $command" >&2
    exit 1
  fi
fi
if [ ${#optional[@]} -gt 0 ] && ! { allowed && install "${optional[@]}"; }; then
  echo "== going on without ${optional[*]}: the tests that need it are skipped"
fi
