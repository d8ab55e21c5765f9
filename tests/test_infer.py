"""Workload inference: small kernels of many kinds, real compiler, real runs.

Each inferred workload must describe its kernel: the extents that a touch run sees lie inside the shapes, the
unoptimised build runs between guard pages at every verification size, and the TOML form round-trips.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from passwright._native import Module, call_shim, signature
from passwright.bench import extents
from passwright.bench.expression import evaluate
from passwright.bench.infer import Inferred, infer
from passwright.bench.runner import Runner
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import WorkloadError

SIZES = {
    "n": 7,
    "m": 10,
    "k": 12,
    "w": 20,
    "h": 30,
    "r": 3,
    "lda": 40,
    "nnz": 50,
    "hi": 9,
    "s_len": 5,
    "hist_len": 11,
}
"""Values at which inferred shapes are compared with expected ones."""


@dataclass(frozen=True)
class Case:
    """A kernel and what must be inferred: shapes as expressions, roles, fills, and sizes' minima."""

    source: str
    shapes: dict[str, str | int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    minima: dict[str, int] = field(default_factory=dict)
    language: str = "c"
    entry: str = "f"


CASES = {
    "gemm_vla": Case(
        """void f(int n, int m, int k, double alpha, double A[n][k], double B[k][m], double C[n][m]) {
             for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) {
               double s = 0; for (int p = 0; p < k; p++) s += A[i][p] * B[p][j]; C[i][j] = alpha * s; } }""",
        {"A": "n * k", "B": "k * m", "C": "n * m"},
        {"A": "in", "B": "in", "C": "out"},
        minima={"n": 1, "m": 1, "k": 1},
    ),
    "stencil_fixed": Case(
        """void f(double a[90][70], double b[90][70]) { for (int i = 1; i < 89; i++) for (int j = 1; j < 69; j++)
             b[i][j] = 0.25 * (a[i-1][j] + a[i+1][j] + a[i][j-1] + a[i][j+1]); }""",
        {"a": 90 * 70, "b": 89 * 70},
        {"a": "in", "b": "out"},
    ),
    "fixed_and_too_long_to_watch": Case(
        """void f(double a[500][500], double b[500][500], double c[500][500]) { for (int i = 0; i < 500; i++)
             for (int j = 0; j < 500; j++) for (int k = 0; k < 500; k++) c[i][j] += a[i][k] * b[k][j]; }""",
        {"a": 250000, "b": 250000, "c": 250000},
        {"a": "in", "b": "in", "c": "inout"},
    ),
    "spmv_csr": Case(
        """void f(int n, const int *row_ptr, const int *col, const double *val, const double *x, double *y) {
             for (int i = 0; i < n; i++) { double s = 0;
               for (int k = row_ptr[i]; k < row_ptr[i + 1]; k++) s += val[k] * x[col[k]]; y[i] = s; } }""",
        {"row_ptr": "n + 1", "col": "nnz", "val": "nnz", "x": "n", "y": "n"},
        {"col": "in", "y": "out"},
        {"row_ptr": "offsets", "col": "index"},
    ),
    "breadth_first": Case(
        """void f(int n, const int *off, const int *adj, int *level) {
             for (int i = 0; i < n; i++) level[i] = -1;
             level[0] = 0;
             for (int t = 0; t < n; t++) for (int u = 0; u < n; u++) if (level[u] == t)
               for (int e = off[u]; e < off[u + 1]; e++) if (level[adj[e]] < 0) level[adj[e]] = t + 1; }""",
        {"off": "n + 1", "adj": "nnz", "level": "n"},
        {"level": "out"},
        {"off": "offsets", "adj": "index"},
        {"n": 1},
    ),
    "histogram": Case(
        "void f(const int *data, int n, int *hist) { for (int i = 0; i < n; i++) hist[data[i]]++; }",
        {"data": "n", "hist": "hist_len"},
        {"data": "in", "hist": "inout"},
        {"data": "index"},
    ),
    "histogram_bytes": Case(
        """#include <stdint.h>
           void f(const uint8_t *data, unsigned long n, unsigned *hist) {
             for (int i = 0; i < 256; i++) hist[i] = 0;
             for (unsigned long i = 0; i < n; i++) hist[data[i]]++; }""",
        {"data": "n", "hist": 256},
        {"hist": "out"},
    ),
    "histogram_local": Case(
        """int f(const int *data, int n) { int hist[100] = {0}, best = 0;
             for (int i = 0; i < n; i++) hist[data[i]]++;
             for (int i = 0; i < 100; i++) if (hist[i] > best) best = hist[i];
             return best; }""",
        {"data": "n"},
        fills={"data": "index"},
    ),
    "count_char": Case(
        "unsigned long f(const char *s, char c) { unsigned long n = 0; for (; *s; s++) n += *s == c; return n; }",
        {"s": "s_len"},
        {"s": "in"},
        {"s": "text"},
        {"s_len": 1},
    ),
    "strlen": Case(
        """#include <string.h>
           int f(const char *s) { int n = 0, l = strlen(s); for (int i = 0; i < l; i++) n += s[i] == 'e'; return n; }""",
        {"s": "s_len"},
        fills={"s": "text"},
    ),
    "nbody": Case(
        """struct body { double x, v, m; };
           void f(struct body *b, int n, double dt) {
             for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) if (i != j) {
               double d = b[j].x - b[i].x; b[i].v += dt * d * b[j].m / (d * d + 0.01); }
             for (int i = 0; i < n; i++) b[i].x += dt * b[i].v; }""",
        {"b": "n"},
        {"b": "inout"},
    ),
    "prefix_sum": Case(
        """void f(const long *in, long *out, int n) {
             out[0] = 0; for (int i = 0; i < n; i++) out[i + 1] = out[i] + in[i]; }""",
        {"in": "n", "out": "n + 1"},
        {"out": "out"},
    ),
    "common_subsequence": Case(
        """int f(const char *a, int n, const char *b, int m, int *t) {
             for (int i = 0; i <= n; i++) t[i * (m + 1)] = 0;
             for (int j = 0; j <= m; j++) t[j] = 0;
             for (int i = 1; i <= n; i++) for (int j = 1; j <= m; j++) {
               int u = t[(i - 1) * (m + 1) + j], l = t[i * (m + 1) + j - 1];
               int d = t[(i - 1) * (m + 1) + j - 1] + 1;
               t[i * (m + 1) + j] = a[i - 1] == b[j - 1] ? d : u > l ? u : l; }
             return t[n * (m + 1) + m]; }""",
        {"a": "n", "b": "m", "t": "(n + 1) * (m + 1)"},
        {"t": "out"},
        {"a": "text"},
    ),
    "globals_only": Case(
        """double A[40][40], B[40][40], C[40][40];
           void f(void) { for (int i = 0; i < 40; i++) for (int j = 0; j < 40; j++) {
             double s = 0; for (int k = 0; k < 40; k++) s += A[i][k] * B[k][j]; C[i][j] = s; } }""",
        {"A": 1600, "B": 1600, "C": 1600},
    ),
    "globals_static": Case(
        """static int table[1000];
           void fill(int v) { for (int i = 0; i < 1000; i++) table[i] = v * i; }
           int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += table[i]; return s; }""",
        {"table": 1000},
    ),
    "insertion_sort": Case(
        """void f(int *a, int n) { for (int i = 1; i < n; i++) { int v = a[i], j = i - 1;
             while (j >= 0 && a[j] > v) { a[j + 1] = a[j]; j--; } a[j + 1] = v; } }""",
        {"a": "n"},
        {"a": "inout"},
    ),
    "quicksort_recursive": Case(
        """void f(int *a, int lo, int hi) { if (lo >= hi) return; int p = a[(lo + hi) / 2], i = lo, j = hi;
             while (i <= j) { while (a[i] < p) i++; while (a[j] > p) j--;
               if (i <= j) { int t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; } }
             f(a, lo, j); f(a, i, hi); }""",
        {"a": "hi + 1"},
        {"a": "inout"},
    ),
    "leading_dimension": Case(
        """void f(int n, int m, const double *a, int lda, double *b) {
             for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) b[i * m + j] = 2 * a[i * lda + j]; }""",
        {"a": "max((n - 1) * lda + m, 0)", "b": "n * m"},
        {"b": "out"},
    ),
    "image_gray": Case(
        """void f(const unsigned char *rgb, unsigned char *out, int w, int h) { for (int i = 0; i < w * h; i++)
             out[i] = (rgb[3 * i] * 77 + rgb[3 * i + 1] * 150 + rgb[3 * i + 2] * 29) >> 8; }""",
        {"rgb": "w * h * 3", "out": "w * h"},
        {"rgb": "in", "out": "out"},
    ),
    "convolution": Case(
        """void f(const float *in, const float *k, float *out, int h, int w, int r) {
             for (int i = 0; i + r <= h; i++) for (int j = 0; j + r <= w; j++) { float s = 0;
               for (int a = 0; a < r; a++) for (int b = 0; b < r; b++) s += in[(i + a) * w + j + b] * k[a * r + b];
               out[i * (w - r + 1) + j] = s; } }""",
        {"in": "h * w", "k": "r * r", "out": "(h - r + 1) * (w - r + 1)"},
    ),
    "bits": Case(
        """unsigned f(const unsigned long *w, unsigned long n) { unsigned c = 0;
             for (unsigned long i = 0; i < n; i++) for (unsigned long x = w[i]; x; x &= x - 1) c++; return c; }""",
        {"w": "n"},
    ),
    "gather": Case(
        "void f(const float *x, const int *idx, float *out, int n) { for (int i = 0; i < n; i++) out[i] = x[idx[i]]; }",
        {"x": "n", "idx": "n", "out": "n"},
        fills={"idx": "index"},
    ),
    "triplets": Case(
        """struct triplet { int row, column; double value; };
           void f(int n, const struct triplet *a, const double *x, double *y) {
             for (int p = 0; p < n; p++) y[a[p].row] += a[p].value * x[a[p].column]; }""",
        {"a": "n"},
        {"y": "inout"},
    ),
    "blocks_of_eight": Case(
        """void f(const float *a, float *b, int n) {
             for (int i = 0; i < n / 8; i++) for (int j = 0; j < 8; j++) b[8 * i + j] = 2 * a[8 * i + j]; }""",
        {"a": "n", "b": "n"},
    ),
    "packed_triangle": Case(
        """void f(int n, const double *L, double *x) { for (int i = 0; i < n; i++) { double s = x[i];
             for (int j = 0; j <= i; j++) s -= L[i * (i + 1) / 2 + j] * x[j]; x[i] = s; } }""",
        {"L": "n * (n + 1) // 2", "x": "n"},
        {"x": "inout"},
    ),
    "minimum": Case(
        """double f(const double *a, int n) { double m = a[0];
             for (int i = 1; i < n; i++) if (a[i] < m) m = a[i]; return m; }""",
        {"a": "n"},
        minima={"n": 1},
    ),
    "countdown": Case(
        "void f(float *a, int n) { while (n--) a[n] *= 2; }",
        {"a": "n"},
    ),
    "rows_of_pointers": Case(
        """void f(double **A, const double *x, double *y, int n, int m) { for (int i = 0; i < n; i++) {
             double s = 0; for (int j = 0; j < m; j++) s += A[i][j] * x[j]; y[i] = s; } }""",
        {"A": "n * m", "x": "m", "y": "n"},
        {"A": "in"},
        {"A": "pointers"},
    ),
    "scalars_only": Case(
        """long f(long n) { long best = 0; for (long i = 1; i < n; i++) { long x = i, c = 0;
             while (x != 1) { x = x % 2 ? 3 * x + 1 : x / 2; c++; } if (c > best) best = c; } return best; }"""
    ),
    "data_decides_extent": Case(
        """int f(const unsigned char *in, unsigned char *out, int n) { int o = 0;
             for (int i = 0; i < n;) { int j = i + 1; while (j < n && in[j] == in[i]) j++;
               out[o++] = (unsigned char)(j - i); out[o++] = in[i]; i = j; } return o; }""",
        {"in": "n", "out": "n * 2"},
    ),
    "template_and_references": Case(
        """template <class T> static T least(const T &a, const T &b) { return b < a ? b : a; }
           template <class T> static void extremes(const T *a, int n, T &lo, T &hi) { lo = hi = a[0];
             for (int i = 1; i < n; i++) { lo = least(lo, a[i]); hi = -least(-hi, -a[i]); } }
           extern "C" void f(const double *a, int n, double &lo, double &hi) { extremes(a, n, lo, hi); }""",
        {"a": "n", "lo": 1, "hi": 1},
        {"lo": "out"},
        minima={"n": 1},
        language="cpp",
    ),
    "standard_sort": Case(
        """#include <algorithm>
           extern "C" void f(int *a, int n) { std::sort(a, a + n); }""",
        {"a": "n"},
        {"a": "inout"},
        language="cpp",
    ),
}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as found:
        yield found


def lowered(folder: Path, case: Case, *, march: str = "native") -> Kernel:
    path = folder / f"kernel.{case.language}"
    path.write_text(case.source)
    (kernel,) = kernels(path, entries=[case.entry], march=march)
    return kernel


def at(workload: Workload, name: str, sizes: dict[str, int]) -> int:
    """Elements of an array at `sizes`."""
    spec = {**workload.args, **workload.globals}[name]
    assert spec.shape is not None
    elements = 1
    for part in spec.shape:
        elements *= int(evaluate(part, sizes))
    return elements


def run_reference(kernel: Kernel, found: Inferred, runner: Runner) -> None:
    """The unoptimised build between guard pages, at small sizes and both placements."""
    described = Module.parse(kernel.debug_bitcode)
    shim = call_shim(described, kernel.entry).emit("obj")
    runner.load("reference", [Module.parse(kernel.bitcode).emit("obj", opt_level=0), shim], kernel.entry)
    sign = signature(described, kernel.entry)
    cases = [case.sizes for case in found.workload.verification_sizes() if case.origin == "generated"][:8]
    for sizes in cases or [found.workload.measured_sizes]:
        for placement in ("end", "start"):
            call = found.workload.call(sign, sizes, seed=2)
            result = runner.run("reference", call, placement=placement)
            assert result.status == "ok", (dict(sizes), str(result.fault))


@pytest.mark.parametrize("name", CASES)
def test_infers(name: str, runner: Runner, tmp_path: Path) -> None:
    case = CASES[name]
    kernel = lowered(tmp_path, case)
    found = infer(kernel, runner)
    workload = found.workload
    described = {**workload.args, **workload.globals}
    for argument, shape in case.shapes.items():
        assert at(workload, argument, SIZES) == evaluate(shape, SIZES), (argument, described[argument].shape)
    for argument, role in case.roles.items():
        assert described[argument].role == role, argument
    for argument, fill in case.fills.items():
        assert described[argument].fill == fill, argument
    for size, least in case.minima.items():
        assert workload.sizes[size].min == least, size
    assert Workload.parse(workload.to_toml()) == workload
    assert found.notes and "-O3" in found.notes[-1]
    run_reference(kernel, found, runner)


def test_sizes_that_grow_are_distinct_and_related(runner: Runner, tmp_path: Path) -> None:
    found = infer(lowered(tmp_path, CASES["leading_dimension"]), runner)
    sizes = found.workload.measured_sizes
    assert len(set(sizes.values())) == 3 and sizes["lda"] >= sizes["m"]
    assert found.workload.sizes["lda"].at_least == "m"


def test_filter_radius_stays_small(runner: Runner, tmp_path: Path) -> None:
    sizes = infer(lowered(tmp_path, CASES["convolution"]), runner).workload.measured_sizes
    assert sizes["r"] < 10 < 50 < min(sizes["w"], sizes["h"])


def test_fixed_arrays_limit_growth(runner: Runner, tmp_path: Path) -> None:
    workload = infer(lowered(tmp_path, CASES["globals_static"]), runner).workload
    assert 500 < workload.measured_sizes["n"] <= 1000


def test_memory_limit(runner: Runner, tmp_path: Path) -> None:
    kernel = lowered(tmp_path, CASES["countdown"])
    found = infer(kernel, runner, min_seconds=10.0, max_bytes=1 << 20)
    assert 1 << 17 <= 4 * found.workload.measured_sizes["n"] <= 1 << 20


def test_without_debug_info(runner: Runner, tmp_path: Path) -> None:
    kernel = lowered(tmp_path, CASES["spmv_csr"])
    path = tmp_path / "plain.ll"
    module = Module.parse(kernel.bitcode)
    module.strip_debug()
    path.write_text(module.ir())
    (plain,) = kernels(path, entries=["f"])
    workload = infer(plain, runner).workload
    by_position = list(workload.args.values())
    assert [spec.type for spec in by_position] == ["", "i32", "i32", "double", "double", "double"]
    assert [spec.fill for spec in by_position[1:3]] == ["offsets", "index"]


REFUSED = {
    "vector": (
        "#include <vector>\ndouble f(const std::vector<double> &v) { double s = 0; for (double x : v) s += x; return s; }",
        "v",
        "takes pointers",
    ),
    "iterators": (
        "double f(const double *a, const double *b) { double s = 0; for (; a != b; ++a) s += *a; return s; }",
        "two ends",
        "takes pointers",
    ),
    "list": (
        """struct node { node *next; int value; };
           int f(const node *p) { int s = 0; for (; p; p = p->next) s += p->value; return s; }""",
        "cannot be made up",
        "workload file",
    ),
    "endless": ("void f(int n) { volatile int k = n; for (;;) k++; }", "did not end", "--run"),
    "crash": (
        "int f(int n) { int s = 0; for (int i = 0; i < n + 9; i++) s += *(int *)(8L * i); return s; }",
        "null",
        "",
    ),
    "clock": (
        "#include <time.h>\nlong f(int n) { long s = 0; for (int i = 0; i < n + 9; i++) s += time(0); return s; }",
        "time",
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str, runner: Runner, tmp_path: Path) -> None:
    source, message, hint = REFUSED[name]
    kernel = lowered(tmp_path, Case(source, language="cpp"))
    with pytest.raises(WorkloadError) as caught:
        infer(kernel, runner, deadline=5.0)
    assert message in caught.value.message and hint in caught.value.hint


@pytest.mark.tiny
@pytest.mark.parametrize(
    "formula",
    [
        "n",
        "7",
        "n + 1",
        "2 * n + 1",
        "n * m",
        "(n + 1) * (m - 1)",
        "n * lda - lda + m",
        "n * (n + 1) // 2",
        "n * n * n",
        "(h - r + 1) * (w - r + 1)",
        "n * m * k",
        "n * m + k",
    ],
)
def test_fit_finds_the_polynomial(formula: str) -> None:
    base = {"n": 12, "m": 14, "k": 16, "lda": 18, "w": 25, "h": 22, "r": 3}
    polynomial = extents.fit(lambda sizes: int(evaluate(formula, sizes)), base, list(base))
    assert polynomial is not None
    other = {"n": 31, "m": 6, "k": 5, "lda": 44, "w": 60, "h": 70, "r": 9}
    product = 1
    for part in polynomial.dimensions(list(base)):
        product *= int(evaluate(part, other))
    assert product == evaluate(formula, other)


@pytest.mark.tiny
def test_fit_refuses_what_is_no_polynomial() -> None:
    def rounded(sizes: dict[str, int]) -> int:
        return sizes["n"] // 8 * 8

    assert extents.fit(rounded, {"n": 12}, ["n"]) is None  # type: ignore[arg-type]
    blocks = extents.fit(rounded, {"n": 16}, ["n"], step=16)  # type: ignore[arg-type]
    assert blocks is not None and blocks.dimensions() == ("n",)


@pytest.mark.tiny
def test_upper_bound_is_tight_at_large_sizes() -> None:
    observed = [({"n": n}, -(-n // 3) * 4 + 1) for n in (12, 13, 17, 96, 768)]
    bound = extents.upper_bound(observed, ["n"])
    assert bound is not None and bound.dimensions() == ("n", 2)
