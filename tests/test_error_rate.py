"""The runtime error rate finds planted errors, those that only the fuzzer reaches too, and leaves clean kernels alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from passwright._native import Module
from passwright.bench.expression import evaluate
from passwright.bench.reliability import campaign
from passwright.bench.reliability import error_rate as command
from passwright.bench.reliability.error_rate import ErrorRate, error_rate
from passwright.bench.reliability.fuzz import FuzzBuild, fuzzer_runtime
from passwright.bench.reliability.harness import c_expression, harness_source
from passwright.bench.reliability.inputs import edge_sizes, generated
from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel

LOAD = """
[sizes]
n = 200
[args.n]
value = "n"
[args.x]
shape = ["n"]
[args.y]
shape = ["n"]
role = "out"
"""
HEAD = "void f(int n, const {0} *x, {0} *y) {{\n{1}\n}}\n"
needs_fuzzer = pytest.mark.skipif(
    fuzzer_runtime() is None, reason="clang has no libFuzzer (apt-get install libclang-rt-19-dev)"
)


def kernel_of(folder: Path, body: str, element: str = "int", name: str = "kernel.c") -> Kernel:
    path = folder / name
    path.write_text(HEAD.format(element, body))
    (kernel,) = kernels(path, entries=["f"])
    return kernel


def rate_of(kernel: Kernel, *, fuzz: bool = False, budget: float = 3.0, load: str = LOAD) -> ErrorRate:
    return error_rate(kernel, Workload.parse(load), budget=budget, fuzz=fuzz)


# -- without the fuzzer


def test_a_clean_kernel_has_rate_zero_and_an_honest_interval(tmp_path: Path) -> None:
    rate = rate_of(kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i] * 3;"))
    assert rate.total.count == 0 and not rate.findings and set(rate.failures.values()) == {0}
    assert rate.runs > 20
    assert rate.total.low == 0 < rate.total.high < 0.2
    again = ErrorRate.from_json(json.loads(json.dumps(rate.to_json())))
    assert again == rate


def test_an_error_at_one_odd_size_is_found_with_its_smallest_size(tmp_path: Path) -> None:
    body = "for (int i = 0; i < n + (n > 8 && n % 2); i++)\n  y[i] = 1;"
    rate = rate_of(kernel_of(tmp_path, body))
    assert 0 < rate.total.count < rate.runs
    (finding,) = rate.findings
    assert finding.tool in ("sanitizer", "verifier") and finding.confirmed
    assert "n=9" in finding.message


def test_an_overflow_at_the_ends_of_the_range_is_a_sanitizers_finding(tmp_path: Path) -> None:
    load = LOAD.replace(
        '[args.x]\nshape = ["n"]', '[args.x]\nshape = ["n"]\nrange = [-2147483647, 2147483647]'
    )
    body = "for (int i = 0; i < n; i++)\n  y[i] = x[i] == 2147483647 ? x[i] + 1 : 0;"
    rate = rate_of(kernel_of(tmp_path, body), load=load)
    (finding,) = rate.findings
    assert finding.check == "signed integer overflow" and finding.line == 3
    assert rate.by_class["special values"].count == rate.failures["sanitizer"] > 0
    assert rate.by_class["edge sizes"].count == 0


def test_an_endless_loop_is_found_and_costs_two_seconds(tmp_path: Path) -> None:
    body = "for (volatile unsigned i = 0; i != n; i += n == 3 ? 2 : 1) y[0] = 1;"
    rate = rate_of(kernel_of(tmp_path, body), budget=4.0)
    assert rate.failures["timed-out"] > 0
    assert any(one.check == "timed-out" and "n=3" in one.message for one in rate.findings)


def test_a_wrong_candidate_is_different(tmp_path: Path) -> None:
    kernel = kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i];")
    wrong = kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = i == 64 ? 5 : x[i];", name="wrong.c")
    objects = [Module.parse(wrong.bitcode).emit()]
    rate = error_rate(kernel, Workload.parse(LOAD), objects=objects, budget=3.0, fuzz=False)
    assert rate.failures["different"] == rate.total.count > 0
    (finding,) = rate.findings
    assert finding.tool == "verifier" and "y[64]" in finding.message and "n=65" in finding.message


def test_an_uninitialised_result_is_different(tmp_path: Path) -> None:
    body = "int t[4]; int *volatile p = t; for (int i = 0; i < n; i++) y[i] = (int)(long)&p[i & 3];"
    assert rate_of(kernel_of(tmp_path, body)).failures["different"] > 0


def test_without_libfuzzer_the_other_inputs_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "fuzzer_runtime", lambda: None)
    kernel = kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i];")
    rate = rate_of(kernel, fuzz=True, budget=1.0)
    assert rate.runs > 0 and rate.coverage is None and rate.by_class["fuzzed"].total == 0
    assert any("libFuzzer" in note for note in rate.notes)


@pytest.mark.tiny
def test_sizes_keep_their_constraints() -> None:
    text = LOAD.replace(
        "n = 200", 'n = { value = 200, min = 4, multiple = 4 }\nm = { value = 99, at_least = "n" }'
    )
    workload = Workload.parse(text)
    found = edge_sizes(workload, 64)
    assert len(found) > 5
    assert all(s["n"] % 4 == 0 and s["n"] >= 4 and s["m"] >= s["n"] for s in found)
    inputs = list(generated(workload, seed=3, cap=64))
    assert inputs == list(generated(workload, seed=3, cap=64))
    assert {one.kind for one in inputs} == {"edge sizes", "special values", "random"}


@pytest.mark.tiny
@pytest.mark.parametrize(
    "text", ["2 * n + 1", "(n - 7) // 2", "-n % 3", "min(n, m, 3) + max(n, 2)", "1.5 * n"]
)
def test_expressions_become_c(text: str) -> None:
    c, floating = c_expression(text, {"n": 0, "m": 1})
    assert floating == isinstance(evaluate(text, {"n": 5, "m": 2}), float)
    assert "size[0]" in c


# -- with the fuzzer


@pytest.mark.slow
@needs_fuzzer
def test_the_fuzzer_finds_a_rare_branch_that_other_inputs_miss(tmp_path: Path) -> None:
    body = (
        "for (int i = 0; i < n; i++) {\n  y[i] = x[i];\n  if (n == 149 && x[i] == 77)\n    y[i + n] = 1;\n}"
    )
    kernel = kernel_of(tmp_path, body)
    assert rate_of(kernel).total.count == 0
    rate = rate_of(kernel, fuzz=True, budget=8.0)
    assert rate.by_class["fuzzed"].count == rate.total.count > 0
    (finding,) = rate.findings
    assert finding.line == 5 and "n=149" in finding.message
    assert rate.coverage is not None and rate.coverage.without_fuzzing < rate.coverage.covered
    assert rate.coverage.covered == rate.coverage.total and rate.executions > 1000


@pytest.mark.slow
@needs_fuzzer
def test_the_fuzzer_compares_results(tmp_path: Path) -> None:
    kernel = kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i] == -42 && n == 151 ? 1 : x[i];")
    wrong = kernel_of(
        tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i] == -42 && n == 151 ? 2 : x[i];", name="wrong.c"
    )
    objects = [Module.parse(wrong.bitcode).emit()]
    rate = error_rate(kernel, Workload.parse(LOAD), objects=objects, budget=6.0)
    assert rate.failures["different"] == rate.by_class["fuzzed"].count > 0
    assert rate.findings[0].tool == "fuzzer" and "n=151" in rate.findings[0].message


@needs_fuzzer
def test_what_no_input_reaches_is_named(tmp_path: Path) -> None:
    # The loop's 256 iterations are a trap for counters of eight bits.
    body = "if (n < 0)\n  y[0] = 1;\nfor (int i = 0; i < 256; i++)\n  if (i < n)\n    y[i] = x[i];"
    rate = rate_of(kernel_of(tmp_path, body), fuzz=True, budget=2.0)
    assert rate.total.count == 0 and rate.coverage is not None
    assert 0 < rate.coverage.covered < rate.coverage.total
    if rate.coverage.functions:  # there is a symbolizer
        assert rate.coverage.missed == ("kernel.c:3",)


CONTRACT = """
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define WANT(x) do { if (!(x)) abort(); } while (0)
struct item { double weight; int kind; unsigned char flag; };
static _Bool member(const char *set, char c) { return c && strchr(set, c); }
long f(int rows, int cols, int nnz, int half, float scale, const int *start, const unsigned *column,
       const double *value, const long *order, const short *keys, const char *name, const struct item *items,
       double **matrix, const float *spd, unsigned char *out, const int *count) {
  WANT(rows >= 2 && rows % 2 == 0 && (cols & (cols - 1)) == 0 && cols >= 1 && nnz >= rows && half == rows / 2);
  WANT(scale >= 0.5f && scale <= 2.0f);
  WANT(start[0] == 0 && start[rows] == nnz);
  for (int i = 0; i < rows; i++) WANT(start[i] <= start[i + 1]);
  for (int i = 0; i < nnz; i++) {
    WANT(column[i] < (unsigned)cols);
    WANT(value[i] >= -2 && value[i] <= 3);
  }
  char *seen = calloc(rows, 1);
  for (int i = 0; i < rows; i++) {
    WANT(order[i] >= 0 && order[i] < rows && !seen[order[i]]);
    seen[order[i]] = 1;
    if (i) WANT(keys[i - 1] <= keys[i]);
    WANT(count[i] == 5 + 2 * i);
    WANT(items[i].weight >= 0 && items[i].weight <= 1 && items[i].kind >= 0 && items[i].kind < cols);
    WANT(items[i].flag == 7);
    out[i] = 1;
    for (int j = 0; j < cols; j++) {
      WANT(!isnan(matrix[i][j]) && matrix[i][j] <= 1);
      matrix[i][j] *= 2;
    }
  }
  free(seen);
  WANT(strlen(name) == (size_t)nnz);
  for (int i = 0; i < nnz; i++) WANT(member("abc", name[i]));
  for (int i = 0; i < half; i++) {
    float sum = 0;
    for (int j = 0; j < half; j++) {
      WANT(spd[i * half + j] == spd[j * half + i]);
      sum += i == j ? 0 : fabsf(spd[i * half + j]);
    }
    WANT(spd[i * half + i] > sum);
  }
  return nnz;
}
"""
CONTRACT_LOAD = """
[sizes]
rows = { value = 40, min = 2, multiple = 2 }
cols = { value = 16, min = 1, power_of_two = true }
nnz = { value = 90, at_least = "rows" }
[args]
rows = { value = "rows" }
cols = { value = "cols" }
nnz = { value = "nnz" }
half = { value = "rows // 2" }
scale = { range = [0.5, 2.0] }
start = { shape = ["rows + 1"], fill = "offsets", total = "nnz" }
column = { shape = ["nnz"], fill = "index", below = "cols" }
value = { shape = ["nnz"], range = [-2, 3], special = false }
order = { shape = ["rows"], fill = "permutation" }
keys = { shape = ["rows"], fill = "sorted" }
name = { shape = ["nnz + 1"], fill = "text", alphabet = "abc" }
matrix = { shape = ["rows", "cols"], fill = "pointers", special = false }
spd = { shape = ["rows // 2", "rows // 2"], fill = "spd" }
out = { shape = ["rows"], role = "out" }
count = { shape = ["rows"], fill = "iota", start = 5, step = 2 }
[args.items]
shape = ["rows"]
special = false
fields = { weight = { range = [0, 1] }, kind = { fill = "index", below = "cols" }, flag = { value = 7 } }
"""


@pytest.mark.slow
@needs_fuzzer
def test_inputs_of_the_fuzzer_keep_every_contract(tmp_path: Path) -> None:
    """The kernel aborts when a size, range or fill is not as its workload says."""
    path = tmp_path / "contract.c"
    path.write_text(CONTRACT)
    (kernel,) = kernels(path, entries=["f"])
    workload = Workload.parse(CONTRACT_LOAD)
    with Runner() as runner:
        verifier = Verifier(kernel, workload, runner)
    with FuzzBuild(kernel, workload, verifier.signature, verifier.shim) as build:
        folder = build.folder
        found = build.fuzz(2.0)
        assert found.suspects == () and found.executions > 100
        calls = [one for one in build.calls(found.corpus) if one is not None]
        assert len({tuple(sizes.values()) for sizes, _ in calls}) > 5
        # What the runner gets is what the harness called the kernel with.
        with Runner() as runner:
            runner.load("f", [verifier.reference, verifier.shim], "f")
            assert all(runner.run("f", call).status == "ok" for _, call in calls[:20])
        assert all(
            report.code == 0 and not report.kind for report in build.reports([c for _, c in calls[:20]])
        )
    assert not folder.exists()
    # And the checks do check: a kernel that wants more than its workload says is caught.
    path.write_text(CONTRACT.replace("count[i] == 5 + 2 * i", "count[i] == 5 + 2 * i && rows != 6"))
    (kernel,) = kernels(path, entries=["f"])
    with FuzzBuild(kernel, workload, verifier.signature, verifier.shim) as build:
        assert build.fuzz(2.0).suspects


def test_a_harness_names_what_is_generated(tmp_path: Path) -> None:
    kernel = kernel_of(tmp_path, "for (int i = 0; i < n; i++) y[i] = x[i];")
    workload = Workload.parse(LOAD)
    with Runner() as runner:
        text = harness_source(workload, Verifier(kernel, workload, runner).signature, shim="__pw_call_f")
    assert '{"n", 0, 200, 1, false}' in text and "pw_arguments[1].count = (size[0]);" in text


def test_the_command_reports_json_and_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kernel.c"
    path.write_text(HEAD.format("int", "for (int i = 0; i <= n; i++) y[i] = 1;"))
    (tmp_path / "kernel.toml").write_text(LOAD)
    assert command.main([str(path), "--seconds", "1", "--no-fuzz", "--json"]) == 3
    (data,) = json.loads(capsys.readouterr().out)
    assert data["kernel"] == "f" and data["total"]["count"] == data["runs"] > 0
    assert command.main([str(tmp_path / "none.c"), "--no-fuzz"]) == 1
