#!/usr/bin/env bash
# Builds the native core (extension and runner) with AddressSanitizer and UndefinedBehaviorSanitizer into build/asan and runs
# the native tests with it.  docs/sanitizers.md explains the options.   tools/asan.sh PYTHON [PYTEST-ARGUMENT…]
set -euo pipefail
python=$1
shift
clang=${CLANG:-$(command -v clang++-19 || command -v clang++)} || { echo "needs clang++-19: apt-get install clang-19" >&2; exit 1; }
runtime=$("$clang" -print-file-name=libclang_rt.asan-x86_64.so)
[ -e "$runtime" ] || { echo "needs AddressSanitizer's run-time library: apt-get install libclang-rt-19-dev" >&2; exit 1; }
build=build/asan
venv=$build/venv

# One address runtime for everything in a process.  vptr needs LLVM's type information; what LLVM's own headers do stays LLVM's.
flags="-fsanitize=address,undefined -fno-sanitize=vptr,function -fno-sanitize-recover=undefined -shared-libasan"
flags+=" -fno-omit-frame-pointer -g1 -fsanitize-ignorelist=$PWD/tools/asan-ignore.txt"
export CCACHE_EXTRAFILES=$PWD/tools/asan-ignore.txt
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="${clang/++/}" -DCMAKE_CXX_COMPILER="$clang" \
  -DCMAKE_C_FLAGS="-O1 $flags" -DCMAKE_CXX_FLAGS="-O1 $flags" -DPython_EXECUTABLE="$(realpath -s "$python")" \
  -DCMAKE_BUILD_RPATH="$(dirname "$runtime")" -DCMAKE_INSTALL_RPATH="$(dirname "$runtime")" -DPASSWRIGHT_STUB=OFF -DPASSWRIGHT_PLUGIN=OFF \
  -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" -DCMAKE_EXPORT_COMPILE_COMMANDS=OFF >"$build.log" 2>&1 ||
  { tail -20 "$build.log" >&2; exit 1; }
cmake --build "$build" -j "${JOBS:-2}"

# An environment of its own: the same packages, and a package `passwright` of links to the sources beside the new binaries.
[ -x "$venv/bin/python" ] || "$python" -m venv --without-pip "$venv"
real=$(realpath "$python")
# Interpreters alone get the library: a compiler that they start would not live with its shadow under our limits.
rm -f "$venv"/bin/python*
cat >"$venv/bin/python" <<EOF
#!/usr/bin/env bash
LD_PRELOAD=$runtime exec -a "\$0" $real "\$@"
EOF
chmod +x "$venv/bin/python"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
"$python" -c 'import sys; print("\n".join(path for path in sys.path if path.endswith("-packages")))' >"$site/others.pth"
echo 'import os; os.environ.pop("LD_PRELOAD", None)' >"$site/sitecustomize.py"
mkdir -p "$site/passwright"
ln -sfn "$PWD"/passwright/* "$site/passwright/"
for folder in irgen passes gnn policy bench; do ln -sfn "$PWD/$folder" "$site/passwright/$folder"; done
cmake --install "$build" --prefix "$site" >/dev/null

# docs/sanitizers.md has the reasons.
ASAN_OPTIONS=detect_leaks=0:detect_container_overflow=0:allow_user_poisoning=0:allocator_may_return_null=1
export ASAN_OPTIONS+=:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:use_sigaltstack=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export PYTHONSAFEPATH=1 # the checkout's own folder `passwright` is not the package
if [ $# -eq 0 ]; then
  set -- -q tests/test_native_*.py tests/test_graph.py tests/test_runner.py tests/test_sanitize.py \
    --deselect "tests/test_runner.py::test_forbidden_system_calls[2-open]" \
    --deselect tests/test_runner.py::test_address_sanitizer_reports \
    --deselect tests/test_runner.py::test_address_sanitizer_sees_buffers
fi
exec "$PWD/$venv/bin/python" -m pytest -p no:cacheprovider "$@"
