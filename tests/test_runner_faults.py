"""What the runner says of kernels that go wrong, and of those that do what they may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from runner_support import AXPY, AXPY_TYPES, Compile, array, axpy_call, call, integer, load

from passwright.bench.call import Scalar
from passwright.bench.runner import Runner, asan_runtime

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
