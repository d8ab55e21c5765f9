"""What a kernel touches: extents, order and kinds of accesses."""

from __future__ import annotations

import numpy as np
from runner_support import Compile, array, call, integer, load

from passwright.bench.answers import Fill
from passwright.bench.call import Buffer
from passwright.bench.runner import Runner

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
