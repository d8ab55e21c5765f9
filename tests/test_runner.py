"""The runner: real objects from the real compiler, run, stopped, restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from passwright import _native
from passwright.bench.answers import Fill
from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.runner import Runner, asan_runtime
from passwright.irgen.clang import find_clang
from passwright.passes.errors import InputError

Compile = Callable[..., bytes]

AXPY = """
void axpy(double *y, const double *x, double a, int n) {
  for (int i = 0; i < n; ++i) y[i] += a * x[i];
}
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compile C (or C++ where it starts with "//c++") with flags; each text and flags only once."""
    folder = tmp_path_factory.mktemp("objects")
    known: dict[tuple[str, tuple[str, ...]], bytes] = {}

    def compile_(source: str, *flags: str) -> bytes:
        key = (source, flags)
        if key not in known:
            path = folder / f"k{len(known)}{'.cpp' if source.startswith('//c++') else '.c'}"
            path.write_text(source)
            driver = [] if path.suffix == ".c" else ["-xc++"]
            command = [
                *find_clang().argv,
                *driver,
                *(flags or ("-O1",)),
                "-w",
                "-c",
                "-o",
                f"{path}.o",
                str(path),
            ]
            subprocess.run(command, check=True)
            known[key] = Path(f"{path}.o").read_bytes()
        return known[key]

    return compile_


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as one:
        yield one


_LOADS = {"i32": "int", "i64": "long", "double": "double", "float": "float", "ptr": "void *", "void": "void"}


def shim_source(entry: str, parameters: tuple[str, ...], returns: str = "void") -> str:
    """What `call_shim` makes, in C: slots hold the addresses of the values."""
    types = [_LOADS[kind] for kind in parameters]
    arguments = ", ".join(f"*({kind} *)slots[{index}]" for index, kind in enumerate(types))
    result = "" if returns == "void" else f"*({_LOADS[returns]} *)result = "
    declaration = f"{_LOADS[returns]} {entry}({', '.join(types) or 'void'});"
    return f"{declaration}\nvoid __pw_call_{entry}(void **slots, void *result) {{ {result}{entry}({arguments}); }}"


def load(
    runner: Runner,
    build: Compile,
    source: str,
    entry: str,
    parameters: tuple[str, ...] = (),
    returns: str = "void",
    flags: tuple[str, ...] = (),
    name: str = "",
) -> str:
    """Load a kernel with its shim; the variant's name."""
    name = name or entry
    objects = [build(source, *flags), build(shim_source(entry, parameters, returns), "-O1")]
    runner.load(name, objects, entry)
    return name


def array(name: str, values: object, role: str = "inout", kind: str = "f64") -> Buffer:
    data = np.asarray(values, dtype=np.dtype(kind[0] + str(int(kind[1:]) // 8))).tobytes()
    return Buffer(data, role, kind, name, int(kind[1:]) // 8)  # type: ignore[arg-type]


def call(
    entry: str, *slots: Buffer | Scalar | None, returns: str = "void", globals_: Mapping[str, Buffer] = {}
) -> Call:
    return Call(entry, slots, globals_, returns)


def integer(name: str, value: int) -> Scalar:
    return Scalar("i32", value, name)


def axpy_call(length: int = 100, told: int | None = None, role: str = "in") -> Call:
    y, x = np.arange(length, dtype=float), np.full(length, 3.0)
    told = length if told is None else told
    return call("axpy", array("y", y), array("x", x, role), Scalar("double", 2.0, "a"), integer("n", told))


AXPY_TYPES = ("ptr", "ptr", "double", "i32")


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


# Faults.


def test_overrun_names_argument_and_offset(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES, flags=("-O0",))
    result = runner.run("axpy", axpy_call(100, told=101), placement="end")
    assert result.status == "crashed" and result.fault is not None
    fault = result.fault
    assert (fault.kind, fault.signal, fault.access, fault.argument) == ("overrun", "SIGSEGV", "read", 1)
    assert (fault.name, fault.offset, fault.size, fault.function) == ("x", 800, 800, "axpy")
    assert "'x' (argument 1, 800 bytes)" in str(fault)


@pytest.mark.parametrize(
    ("body", "placement", "kind", "access", "offset"),
    [
        ("p[n] = 1", "end", "overrun", "write", 80),
        ("p[n + 1000] = 1", "end", "overrun", "write", 8080),
        ("p[-1] = 1", "start", "underrun", "write", -8),
        ("q = p[-2]", "start", "underrun", "read", -16),
        # On the buffer's own page, where no guard is: noticed after the call.
        ("p[-1] = 1", "end", "underrun", "write", -8),
        ("p[n] = 1", "start", "overrun", "write", 80),
    ],
)
def test_trespasses(
    runner: Runner, build: Compile, body: str, placement: str, kind: str, access: str, offset: int
) -> None:
    source = f"volatile double q; void f(volatile double *p, int n) {{ {body}; }}"
    load(runner, build, source, "f", ("ptr", "i32"))
    result = runner.run("f", call("f", array("p", np.zeros(10)), integer("n", 10)), placement=placement)  # type: ignore[arg-type]
    fault = result.fault
    assert result.status == "crashed" and fault is not None
    assert (fault.kind, fault.access, fault.name, fault.argument) == (kind, access, "p", 0)
    # A write of eight bytes that is noticed afterwards shows by the bytes that changed.
    assert abs(fault.offset - offset) < 8


def test_inputs_are_read_only(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES, flags=("-O0",))
    slots = (
        array("y", np.ones(4), "in"),
        array("x", np.ones(4), "in"),
        Scalar("double", 1, "a"),
        integer("n", 4),
    )
    fault = runner.run("axpy", call("axpy", *slots)).fault
    assert fault is not None and (fault.kind, fault.name, fault.offset) == ("read-only", "y", 0)
    assert "input only" in str(fault)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("*(volatile int *)0 = n", "null"),
        ("*(volatile int *)0x123456789000 = n", "wild"),
        ("q = 10 / (n - 4)", "division"),
        ("__builtin_trap()", "illegal-instruction"),
        ("abort()", "abort"),
        ("f(n + 1); q = n", "stack-overflow"),
        ("volatile char c[16 << 20]; c[0] = 1", "stack-overflow"),
    ],
)
def test_kinds_of_crash(runner: Runner, build: Compile, body: str, kind: str) -> None:
    source = f"void abort(void); volatile int q; void f(int n) {{ {body}; }}"
    load(runner, build, source, "f", ("i32",), flags=("-O0",))
    result = runner.run("f", call("f", integer("n", 4)))
    assert result.status == "crashed" and result.fault is not None
    assert result.fault.kind == kind, result.fault
    assert str(result.fault)


def test_assertions_say_where(runner: Runner, build: Compile) -> None:
    load(runner, build, "#include <assert.h>\nvoid f(int n) { assert(n == 5); }", "f", ("i32",))
    fault = runner.run("f", call("f", integer("n", 4))).fault
    assert fault is not None and "n == 5" in str(fault) and ".c:2" in str(fault)


def test_endless_loops_are_stopped(runner: Runner, build: Compile) -> None:
    load(runner, build, "void spin(void) { for (volatile int i = 0;; ) i = i; }", "spin")
    result = runner.run("spin", call("spin"), timeout=0.2)
    assert result.status == "timed-out"
    assert result.fault is not None and result.fault.function == "spin"


def test_after_a_crash_everything_is_there_again(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES)
    load(runner, build, "void die(void) { __builtin_trap(); }", "die")
    good = axpy_call()
    for _ in range(3):
        first = runner.run("axpy", good)
        before = runner.pid
        assert runner.run("die", call("die")).status == "crashed"
        assert runner.pid is None
        again = runner.run("axpy", good)
        assert again.status == "ok" and again.outputs == first.outputs
        assert runner.pid != before


# What kernels may not do.


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ('printf("%d", 1)', "printf"),
        ('puts("x")', "puts"),
        ('fopen("/etc/passwd", "r")', "fopen"),
        ('open("/etc/passwd", 0)', "open"),
        ("clock()", "clock"),
        ("time(0)", "time"),
        ("rand()", "rand"),
        ('getenv("HOME")', "getenv"),
        ("fork()", "fork"),
        ("socket(1, 1, 0)", "socket"),
        ("exit(0)", "exit"),
        ("raise(9)", "raise"),
    ],
)
def test_forbidden_functions(runner: Runner, build: Compile, statement: str, what: str) -> None:
    headers = "#include <stdio.h>\n#include <stdlib.h>\n#include <fcntl.h>\n#include <time.h>\n#include <unistd.h>\n"
    headers += "#include <sys/socket.h>\n#include <signal.h>\n"
    load(runner, build, headers + f"void f(void) {{ {statement}; }}", "f", flags=("-O0",))
    result = runner.run("f", call("f"))
    assert result.status == "forbidden" and result.fault is not None
    assert result.fault.what == what and what in str(result.fault)


@pytest.mark.parametrize(
    ("number", "name"), [(2, "open"), (41, "socket"), (57, "fork"), (1, "write"), (35, "nanosleep")]
)
def test_forbidden_system_calls(runner: Runner, build: Compile, number: int, name: str) -> None:
    if not runner.sandboxed:
        pytest.skip("this kernel has no seccomp filters")
    # fd 1 and an empty write: harmless were it let through.
    source = f"""void f(void) {{
      long result = {number};
      __asm__ volatile("syscall" : "+a"(result) : "D"(1), "S"("/nowhere"), "d"(0) : "rcx", "r11", "memory");
    }}"""
    load(runner, build, source, "f")
    result = runner.run("f", call("f"))
    assert result.status == "forbidden" and result.fault is not None
    assert result.fault.what == name and result.fault.function == "f"


@pytest.mark.parametrize(
    ("header", "statement", "what"),
    [
        ("chrono", "std::chrono::steady_clock::now()", "steady_clock"),
        ("iostream", 'std::cout << "x" << std::endl', "write"),
        ("random", "std::random_device()()", "random_device"),
        ("thread", "std::thread([] {}).join()", "thread"),
        ("fstream", 'std::ofstream("/tmp/passwright-was-here") << 1', ""),
    ],
)
def test_forbidden_in_cxx(runner: Runner, build: Compile, header: str, statement: str, what: str) -> None:
    source = f'//c++\n#include <{header}>\nextern "C" void f() {{ {statement}; }}'
    load(runner, build, source, "f")
    result = runner.run("f", call("f"))
    assert result.status == "forbidden" and result.fault is not None, result
    assert what in result.fault.what
    assert not Path("/tmp/passwright-was-here").exists()


def test_memory_is_limited(build: Compile) -> None:
    source = "#include <stdlib.h>\n#include <string.h>\nint f(void) { char *p = malloc(1l << 30); return p ? p[5] = 1 : 7; }"
    with Runner(memory=512 << 20) as small:
        load(small, build, source, "f", (), "i32", flags=("-O0",))
        assert int.from_bytes(small.run("f", call("f", returns="i32")).returned, "little") == 7


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


# Touched memory.


INSTRUMENTED = """
void __pw_access(const void *, unsigned long, int);
#define R(p) (__pw_access(p, sizeof *(p), 0), p)
#define W(p) (__pw_access(p, sizeof *(p), 1), p)
#include <string.h>
"""


def test_touch_finds_extents(runner: Runner, build: Compile) -> None:
    source = (
        INSTRUMENTED
        + """
    double counter[8];
    void f(double *a, double *b, double *c, char *d, int n) {
      for (int i = 1; i < n; ++i) *W(&a[i]) = *R(&b[i - 3]);
      for (int i = 0; i < n; ++i) *W(&c[i]) = *R(&c[i]) + 1;
      for (int i = 0; i < n; ++i) *R(&a[i + (i == 0)]);
      memcpy(d + 5, d + 1000, 20);
      *W(&counter[2]) = 1;
    }"""
    )
    load(runner, build, source, "f", ("ptr", "ptr", "ptr", "ptr", "i32"), flags=("-O1", "-fno-builtin"))
    small = [array(name, np.zeros(1)) for name in "abcd"]
    result = runner.touch("f", call("f", *small, integer("n", 100_000)))
    assert result.status == "ok", result.fault
    a, b, c, d = (result.buffers[name] for name in "abcd")
    assert (a.write_low, a.write_high) == (8, 800_000) and not a.read_before_write
    assert (b.read_low, b.read_high) == (-16, 799_976) and (b.write_low, b.write_high) == (0, 0)
    assert (
        b.read_before_write and c.read_before_write and (c.read_first_low, c.read_first_high) == (0, 800_000)
    )
    assert (d.write_low, d.write_high, d.read_low, d.read_high) == (5, 25, 1000, 1020)
    assert (result.buffers["counter"].write_low, result.buffers["counter"].write_high) == (16, 24)
    assert b.accesses == 99_999 and c.accesses == 200_000


def test_touch_fills_memory(runner: Runner, build: Compile) -> None:
    source = (
        INSTRUMENTED
        + """
    double f(double *data, double *floats, int *ints, long *steps, short *pattern) {
      for (int i = 0; i < 5000; ++i) {
        double v = *R(&floats[i]); int w = *R(&ints[i]);
        if (v < -1 || v >= 1 || w < 3 || w > 5 || *R(&steps[i]) != 7 + 2l * i || *R(&pattern[i]) != 1 + i % 3) return -1;
      }
      return *R(&data[1]) + 10 * *R(&data[2]);
    }"""
    )
    names = ("data", "floats", "ints", "steps", "pattern")
    load(runner, build, source, "f", ("ptr",) * 5, "double")
    buffers = [array(name, [4, 6]) for name in names[:4]] + [array("pattern", [1, 2, 3], kind="i16")]
    fills = {
        "floats": Fill("floats", 8, -1, 1),
        "ints": Fill("integers", 4, 3, 5),
        "steps": Fill("steps", 8, 7, 2),
        "pattern": Fill("pattern"),
    }
    result = runner.touch("f", call("f", *buffers, returns="double"), fills=fills)
    assert result.status == "ok"
    ran = all(result.buffers[name].reads == 5000 for name in names[1:])
    assert ran and result.buffers["data"].reads == 2  # Otherwise it would have returned early.


def test_touch_through_the_c_library(runner: Runner, build: Compile) -> None:
    # strtod has no callback: its accesses show by page faults.
    source = (
        INSTRUMENTED
        + "double strtod(const char *, char **); double f(char *text) { return strtod(text, 0); }"
    )
    load(runner, build, source, "f", ("ptr",), "double")
    result = runner.touch("f", call("f", Buffer(b"12.5", "in", "i8", "text"), returns="double"))
    touched = result.buffers["text"]
    # Unless something is instrumented, the object has no callback at all.
    assert result.status == "crashed" or (touched.read_low, touched.read_high) == (0, 4096)


def test_touch_can_be_cut_short(runner: Runner, build: Compile) -> None:
    source = INSTRUMENTED + "void f(char *p) { for (long i = 0;; ++i) *R(&p[i % 1000]); }"
    load(runner, build, source, "f", ("ptr",))
    result = runner.touch("f", call("f", array("p", [1])), max_accesses=10_000)
    assert result.status == "timed-out" and result.fault is not None and result.fault.kind == "access-limit"
    assert (result.buffers["p"].read_low, result.buffers["p"].read_high) == (0, 1000)


# Sanitizers.


UNDEFINED = [
    ("return n + 2147483647;", "signed integer overflow: 5 + 2147483647 does not fit 'int'"),
    ("return 1 << (n + 40);", "shift of 'int' by 45"),
    ("int a[4]; a[0] = 1; return a[n];", "index 5 out of bounds of 'int[4]'"),
    ("return 10 / (n - 5);", "division by zero: 10 / 0"),
    ("return -(n - 5 - 2147483647 - 1);", "-(-2147483648) does not fit 'int'"),
    ("int *p = (int *)(long)(n - 5); return *p;", "load from a null pointer"),
    ("return (int)(n * 1e30);", "5e+30 is outside of the range of 'int'"),
    ("if (n == 5) __builtin_unreachable(); return 0;", "unreachable"),
    ("_Bool b; *(char *)&b = n; return b;", "load of 5, which is no valid value of '_Bool'"),
]


@pytest.mark.parametrize(("body", "message"), UNDEFINED)
@pytest.mark.parametrize("recover", [True, False])
def test_undefined_behaviour_is_reported(
    runner: Runner, build: Compile, body: str, message: str, recover: bool
) -> None:
    source = f"int f(int n) {{\n  {body} }}"
    flags = (
        "-O0",
        "-fsanitize=undefined",
        "-fsanitize-recover=all" if recover else "-fno-sanitize-recover=all",
    )
    load(runner, build, source, "f", ("i32",), "i32", flags=flags)
    result = runner.run("f", call("f", integer("n", 5), returns="i32"))
    assert result.status == "undefined" and result.fault is not None
    assert message in result.findings[0], result.findings
    assert ".c:2:" in result.findings[0] and result.findings[0] in str(result.fault)


ASAN_FLAGS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-omit-frame-pointer")


@pytest.fixture(scope="module")
def asan() -> Iterator[Runner]:
    if asan_runtime() is None:
        pytest.skip("no AddressSanitizer library here")
    with Runner(asan=True) as one:
        yield one


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "int f(int n) { volatile int a[4] = {0}; volatile int *p = a; return p[n]; }",
            "stack-buffer-overflow",
        ),
        ("static int t[5]; int f(int n) { volatile int *p = t; return p[n]; }", "global-buffer-overflow"),
        (
            "#include <stdlib.h>\nint f(int n) { volatile int *p = malloc(20); int v = p[n]; free((void *)p); return v; }",
            "heap-buffer-overflow",
        ),
        (
            "#include <stdlib.h>\nint f(int n) { volatile int *p = malloc(40); free((void *)p); return p[n]; }",
            "heap-use-after-free",
        ),
    ],
)
def test_address_sanitizer_reports(asan: Runner, build: Compile, source: str, message: str) -> None:
    load(asan, build, source, "f", ("i32",), "i32", flags=ASAN_FLAGS)
    result = asan.run("f", call("f", integer("n", 5), returns="i32"))
    assert result.status == "undefined" and message in result.findings[0]
    assert "read of 4 bytes in f" in result.findings[0]
    # The same kernel is fine within its bounds, before and after a reload.
    if "free" not in message:
        for _ in range(2):
            load(asan, build, source, "f", ("i32",), "i32", flags=ASAN_FLAGS)
            assert asan.run("f", call("f", integer("n", 2), returns="i32")).status == "ok"


def test_address_sanitizer_sees_buffers(asan: Runner, build: Compile) -> None:
    load(asan, build, AXPY, "axpy", AXPY_TYPES, flags=ASAN_FLAGS)
    assert asan.run("axpy", axpy_call(100)).status == "ok"
    # Against the far guard a read past the end would go unnoticed without the poison.
    result = asan.run("axpy", axpy_call(100, told=101), placement="start")
    assert result.status == "undefined" and "of 8 bytes at offset 800 of '" in result.findings[0]
    assert asan.run("axpy", axpy_call(100, told=101), placement="end").status in ("crashed", "undefined")


# Timing.


def test_timing_interleaves(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES, flags=("-O0",), name="slow")
    load(runner, build, AXPY, "axpy", AXPY_TYPES, flags=("-O3",), name="fast")
    result = runner.time(["slow", "fast"], axpy_call(2000), samples=7, min_sample=1e-4)
    assert result.status == "ok"
    assert {name: len(found) for name, found in result.samples.items()} == {"slow": 7, "fast": 7}
    assert all(0 < sample < 1 for found in result.samples.values() for sample in found)
    assert result.calls["fast"] >= result.calls["slow"] >= 1


def test_timing_restores_what_calls_change(runner: Runner, build: Compile) -> None:
    # Fails on purpose as soon as any state of an earlier call is left.
    source = """
    static int calls; int seen[2] = {5, 0}; int given = 1;
    void f(int *inout, const int *in, int *out) {
      if (++calls != 1 || seen[0]++ != 5 || inout[0]++ != 40 || in[0] != 50 || given++ != 8) __builtin_trap();
      out[0] = 60;
    }"""
    load(runner, build, source, "f", ("ptr", "ptr", "ptr"))
    slots = (
        array("inout", [40], kind="i32"),
        array("in", [50], "in", "i32"),
        array("out", [0], "out", "i32"),
    )
    one = call("f", *slots, globals_={"given": array("given", [8], kind="i32")})
    result = runner.time(["f"], one, samples=3, min_sample=1e-5)
    assert result.status == "ok", result.fault


def test_timing_drops_what_is_slower(runner: Runner, build: Compile) -> None:
    source = "void f(int n) { for (volatile int i = 0; i < n; ++i); }"
    load(runner, build, source, "f", ("i32",), name="one")
    load(runner, build, source.replace("< n", "< 20 * n"), "f", ("i32",), name="twenty")
    result = runner.time(
        ["one", "twenty"], call("f", integer("n", 2000)), samples=50, min_sample=1e-5, stop_if_slower=4
    )
    assert len(result.samples["twenty"]) == 3
    assert len(result.samples["one"]) == 3


def test_timing_reports_faults(runner: Runner, build: Compile) -> None:
    load(runner, build, AXPY, "axpy", AXPY_TYPES, name="good")
    load(runner, build, "void axpy() { __builtin_trap(); }", "axpy", AXPY_TYPES, name="bad")
    result = runner.time(["good", "bad"], axpy_call())
    assert result.status == "crashed" and result.fault is not None and result.fault.variant == "bad"
    assert runner.time(["good"], axpy_call(), samples=2).status == "ok"


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
