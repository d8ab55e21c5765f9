"""Samples of several builds in turn."""

from __future__ import annotations

from runner_support import AXPY, AXPY_TYPES, Compile, array, axpy_call, call, integer, load

from passwright.bench.runner import Runner


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
