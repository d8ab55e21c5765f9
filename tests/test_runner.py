"""The runner: real objects from the real compiler, linked, run, ended, restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from runner_support import AXPY, AXPY_TYPES, Compile, array, axpy_call, call, integer, load, shim_source

from passwright import _native
from passwright.bench.call import Buffer, Scalar
from passwright.bench.runner import Runner
from passwright.irgen.clang import find_clang
from passwright.passes.errors import InputError

# Results.


def test_a_call_gives_outputs(runner: Runner, build: Compile) -> None:
    for flags in (("-O0",), ("-O3", "-march=native")):
        load(runner, build, AXPY, "axpy", AXPY_TYPES, flags=flags)
        for placement in ("end", "start"):
            result = runner.run("axpy", axpy_call(), placement=placement)  # type: ignore[arg-type]
            assert result.status == "ok", result.fault
            assert list(result.outputs) == ["y"]
            assert np.array_equal(np.frombuffer(result.outputs["y"]), np.arange(100.0) + 6)
            assert result.seconds > 0


def test_values_of_each_type(runner: Runner, build: Compile) -> None:
    source = "double f(int a, long b, float c, double d, double *p) { return a + b * 10 + c * 100 + d * 1000 + (p == 0); }"
    load(runner, build, source, "f", ("i32", "i64", "float", "double", "ptr"), "double")
    slots = (
        integer("a", -1),
        Scalar("i64", -2, "b"),
        Scalar("float", 0.5, "c"),
        Scalar("double", 3, "d"),
        None,
    )
    result = runner.run("f", call("f", *slots, returns="double"))
    assert np.frombuffer(result.returned)[0] == -1 - 20 + 50 + 3000 + 1


def test_returned_pointers_name_the_argument(runner: Runner, build: Compile) -> None:
    source = "char *find(char *a, char *b, int which) { return which == 0 ? 0 : which == 1 ? b + 3 : (char *)find; }"
    load(runner, build, source, "find", ("ptr", "ptr", "i32"), "ptr")
    for which, expected in ((0, 0), (1, (2 << 48) + 3), (2, 2**64 - 1)):
        slots = (array("a", [1], "in"), array("b", [1], "in"), integer("which", which))
        result = runner.run("find", call("find", *slots, returns="ptr"))
        assert int.from_bytes(result.returned, "little") == expected


def test_rows_and_aliases(runner: Runner, build: Compile) -> None:
    source = (
        "void sum(double **m, double *out, double *same) { out[0] = m[0][1] + m[1][0]; same[1] = out[0]; }"
    )
    load(runner, build, source, "sum", ("ptr", "ptr", "ptr"))
    rows = Buffer(np.array([1.0, 2, 3, 4]).tobytes(), "in", "f64", "m", 8, rows=2)
    out = array("out", [0, 0])
    result = runner.run("sum", call("sum", rows, out, out))
    assert np.frombuffer(result.outputs["out"]).tolist() == [5, 5]
    load(runner, build, "void cut(double **m) { m[1] = 0; }", "cut", ("ptr",))
    assert runner.run("cut", call("cut", rows)).status == "crashed"


def test_empty_buffers(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES)
    result = runner.run("axpy", axpy_call(0))
    assert result.status == "ok" and result.outputs["y"] == b""
    assert runner.run("axpy", axpy_call(0, told=1)).status == "crashed"


# Linking.


def test_undefined_symbols_are_named(runner: Runner, build: Compile) -> None:
    source = "void nowhere_1(void); void nowhere_2(void); void f(void) { nowhere_1(); nowhere_2(); }"
    with pytest.raises(InputError, match="undefined symbols nowhere_1, nowhere_2"):
        load(runner, build, source, "f")
    # The runner lives, and the name is free again.
    load(runner, build, "void f(void) {}", "f")
    assert runner.run("f", call("f")).status == "ok"


def test_what_is_no_object_is_refused(runner: Runner) -> None:
    with pytest.raises(InputError, match="cannot link"):
        runner.load("x", [b"no object at all"], "f")
    with pytest.raises(InputError, match="no variant 'x'"):
        runner.run("x", call("f"))


def test_libraries(runner: Runner, build: Compile) -> None:
    source = '#include <math.h>\n#include <string.h>\ndouble f(double x) { return sin(x) + pow(x, 2.5) + strlen("abc"); }'
    load(runner, build, source, "f", ("double",), "double", flags=("-O1", "-fno-builtin"))
    result = runner.run("f", call("f", Scalar("double", 2.0, "x"), returns="double"))
    assert np.frombuffer(result.returned)[0] == pytest.approx(np.sin(2.0) + 2.0**2.5 + 3)


def test_cxx_exceptions_within_a_kernel(runner: Runner, build: Compile) -> None:
    source = """//c++
    #include <stdexcept>
    #include <vector>
    extern "C" int f(int n) {
      std::vector<int> v(5);
      try { return v.at(n); } catch (const std::out_of_range &) { return 77; }
    }"""
    load(runner, build, source, "f", ("i32",), "i32")
    assert int.from_bytes(runner.run("f", call("f", integer("n", 9), returns="i32")).returned, "little") == 77


def test_cxx_exceptions_that_escape(runner: Runner, build: Compile) -> None:
    source = '//c++\n#include <stdexcept>\nextern "C" void f() { throw std::runtime_error("too bad"); }'
    load(runner, build, source, "f")
    fault = runner.run("f", call("f")).fault
    assert fault is not None and fault.kind == "exception"
    assert "std::runtime_error" in str(fault) and "too bad" in str(fault)


def test_static_constructors_run(runner: Runner, build: Compile) -> None:
    source = """//c++
    #include <vector>
    static std::vector<int> table = [] { std::vector<int> v; for (int i = 0; i < 9; ++i) v.push_back(i * i); return v; }();
    static int order = 0, first, second;
    __attribute__((constructor(200))) static void later() { second = ++order; }
    __attribute__((constructor(150))) static void sooner() { first = ++order; }
    extern "C" int f(int n) { return table[n] * 100 + first * 10 + second; }"""
    load(runner, build, source, "f", ("i32",), "i32")
    assert (
        int.from_bytes(runner.run("f", call("f", integer("n", 3), returns="i32")).returned, "little") == 912
    )


def test_several_objects_make_one_variant(runner: Runner, build: Compile) -> None:
    objects = [
        build("int helper(int); int f(int n) { return helper(n) + 1; }"),
        build(
            '__attribute__((visibility("hidden"))) int offset = 5; int helper(int n) { return n + offset; }'
        ),
        build(shim_source("f", ("i32",), "i32")),
    ]
    runner.load("f", objects, "f")
    assert int.from_bytes(runner.run("f", call("f", integer("n", 1), returns="i32")).returned, "little") == 7


# Globals.


def test_state_does_not_survive_a_call(runner: Runner, build: Compile) -> None:
    source = """static int calls = 3; int zero[300000];
    int f(void) { static int inner; return ++calls * 10 + ++inner + zero[7]++; }"""
    load(runner, build, source, "f", (), "i32")
    for _ in range(3):
        assert int.from_bytes(runner.run("f", call("f", returns="i32")).returned, "little") == 41


def test_globals_are_filled_and_read_back(runner: Runner, build: Compile) -> None:
    source = (
        "double table[4]; static double hidden[2] = {1, 2}; double other;"
        "double f(int n) { table[n] *= 2; hidden[n & 1] += n; other = 9; return hidden[n / 4] + table[0]; }"
    )
    load(runner, build, source, "f", ("i32",), "double")
    named = {"table": array("table", [1, 2, 3, 4]), "hidden": Buffer(b"", "inout", "f64", "hidden", 8)}
    result = runner.run("f", call("f", integer("n", 3), returns="double", globals_=named))
    assert np.frombuffer(result.outputs["table"]).tolist() == [1, 2, 3, 8]
    assert np.frombuffer(result.outputs["hidden"]).tolist() == [1, 5]
    assert np.frombuffer(result.returned)[0] == 2
    assert {name: np.frombuffer(data).tolist() for name, data in result.written.items()} == {"other": [9.0]}
    missing = {"nothing": array("nothing", [1])}
    with pytest.raises(InputError, match="no global 'nothing'"):
        runner.run("f", call("f", integer("n", 3), returns="double", globals_=missing))


# Processes.


def test_closing_ends_the_process(build: Compile) -> None:
    with Runner() as one:
        load(one, build, AXPY, "axpy", AXPY_TYPES)
        pid = one.pid
        assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_a_killed_process_is_replaced(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES)
    assert runner.pid is not None
    os.kill(runner.pid, signal.SIGKILL)
    assert runner.run("axpy", axpy_call()).status == "ok"


def test_no_orphans(build: Compile, tmp_path: Path) -> None:
    """A client that is killed in the middle of a call takes its runner along."""
    (tmp_path / "k.o").write_bytes(build("void spin(void) { for (volatile int i = 0;; ) i = i; }"))
    (tmp_path / "shim.o").write_bytes(build(shim_source("spin", ())))
    script = f"""
from pathlib import Path
from passwright.bench.call import Call
from passwright.bench.runner import Runner
runner = Runner()
runner.load("spin", [Path({str(tmp_path)!r}, name).read_bytes() for name in ("k.o", "shim.o")], "spin")
print(runner.pid, flush=True)
runner.run("spin", Call("spin", (), {{}}, "void"), timeout=60)
"""
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    pid = int(client.stdout.readline())
    time.sleep(0.1)
    assert Path(f"/proc/{pid}").exists()
    client.kill()
    client.wait()
    for _ in range(100):
        if not Path(f"/proc/{pid}/exe").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split():
            return
        time.sleep(0.05)
    raise AssertionError("the runner outlived its client")


# With the core's own shims.


def test_shims_and_instrumentation_of_the_core(runner: Runner, tmp_path: Path) -> None:
    source = tmp_path / "k.cpp"
    source.write_text(
        "double total(const double *x, long n) { double s = 0; while (n--) s += x[n]; return s; }"
    )
    lowering = ("-O3", "-Xclang", "-disable-llvm-passes", "-c", "-emit-llvm", "-o", "-")
    bitcode = subprocess.run(
        [*find_clang().argv, *lowering, str(source)], capture_output=True, check=True
    ).stdout
    module = _native.Module.parse(bitcode)
    entry = "_Z5totalPKdl"
    shim = _native.call_shim(module, entry).emit()
    instrumented = module.clone()
    _native.instrument_memory(instrumented)
    runner.load("plain", [module.emit(), shim], entry)
    runner.load("watched", [instrumented.emit(), shim], entry)
    one = call(entry, array("x", [1, 2, 3.5], "in"), Scalar("i64", 3, "n"), returns="double")
    assert np.frombuffer(runner.run("plain", one).returned)[0] == 6.5
    touched = runner.touch("watched", one).buffers["x"]
    assert (touched.read_low, touched.read_high, touched.writes) == (0, 24, 0)
