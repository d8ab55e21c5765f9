"""Pipelines in the native core: clang's results, knobs that leave nothing behind, limits, remarks, times."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from native_support import LOOPS, MIXED, UNOPTIMISED, clang, lower

import passwright._native as native
from passwright._native import Module
from passwright.passes.errors import InputError, IRError, RecipeError, SizeLimitError

IDIOMS = """
#include <math.h>
#include <stdlib.h>
#include <string.h>
static const double weights[8] = {1, 2, 4, 8, 16, 32, 64, 128};
struct point { float x, y, z; };
void clear(struct point *p, int n) { for (int i = 0; i < n; i++) p[i] = (struct point){0, 0, 0}; }
void copy(int *restrict a, const int *restrict b, int n) { for (int i = 0; i < n; i++) a[i] = b[i]; }
size_t length(const char *s) { size_t n = 0; while (s[n]) n++; return n; }
double norm(const double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += pow(x[i], 2); return sqrt(s); }
int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
void sorted(int *x, int n) { qsort(x, n, sizeof *x, order); }
double mixed(const double *x, int n) {
  double best = -INFINITY;
  for (int i = 0; i < n; i++) best = fmax(best, x[i] * weights[i & 7] + exp(x[i]));
  return best;
}
unsigned bits(unsigned x) { unsigned n = 0; while (x) { n++; x &= x - 1; } return n; }
int same(const char *a) { return strcmp(a, "passwright") == 0 && strlen(a) < 20; }
"""

OBJECTS = """
#include <memory>
#include <numeric>
#include <sstream>
#include <vector>
struct Shape { virtual ~Shape() = default; virtual double area() const = 0; };
struct Square : Shape {
  double side;
  explicit Square(double s) : side(s) {}
  double area() const override { return side * side; }
};
struct Circle : Shape {
  double r;
  explicit Circle(double r) : r(r) {}
  double area() const override { return 3.14 * r * r; }
};
static std::vector<std::unique_ptr<Shape>> shapes = [] {
  std::vector<std::unique_ptr<Shape>> made;
  for (int i = 0; i < 4; i++) made.push_back(std::make_unique<Square>(i));
  made.push_back(std::make_unique<Circle>(2));
  return made;
}();
double area() { return std::accumulate(shapes.begin(), shapes.end(), 0.0, [](double s, auto &p) { return s + p->area(); }); }
std::string text(const std::vector<int> &x) { std::ostringstream out; for (int v : x) out << v << ','; return out.str(); }
"""

AXPY = """
void axpy(int n, double a, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] += a * x[i];
}
"""

NEST = """
void blend(const double a[64][64], double b[64][64]) {
  for (int i = 0; i < 64; i++)
    for (int j = 0; j < 64; j++)
      b[i][j] += 2 * a[j][i];
}
"""

CASES = {
    "loops": (LOOPS, ".c"),
    "mixed": (MIXED, ".cpp"),
    "idioms": (IDIOMS, ".c"),
    "objects": (OBJECTS, ".cpp"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("level", ["1", "2", "3", "z"])
def test_default_pipeline_is_clangs(case: str, level: str, tmp_path: Path) -> None:
    """`default<On>` and the code generator give clang -On's object, byte for byte."""
    source, suffix = CASES[case]
    expected = clang(source, tmp_path / "lowered.o", f"-O{level}", suffix=suffix)
    module = lower(source, tmp_path, f"-O{level}", suffix=suffix)
    module.run(f"default<O{level}>")
    made = module.emit(opt_level=2 if level == "z" else int(level))
    assert native.section_data(made, ".text") == native.section_data(expected, ".text")
    assert native.object_sections(made) == native.object_sections(expected)
    assert made == expected


def test_knobs_change_a_run(tmp_path: Path) -> None:
    base = lower(AXPY, tmp_path)
    outcomes = set()
    for knobs in (
        {},
        {"vectorize-loops": "false"},
        {"force-vector-width": "2"},
        {"force-vector-interleave": "1"},
    ):
        module = base.clone()
        module.run("default<O3>", knobs)
        outcomes.add(module.structural_hash())
    assert len(outcomes) == 4


def test_polly_works_through_knobs(tmp_path: Path) -> None:
    """Polly reads its options when the pipeline is put together, and finds the loop nest."""
    base = lower(NEST, tmp_path, "-g")
    plain = base.clone()
    plain.run("default<O3>")
    tiled = base.clone()
    remarks = tiled.run(
        "default<O3>", {"polly": "true", "polly-process-unprofitable": "true"}, remarks=True
    ).remarks
    assert any(remark.pass_name == "polly-scops" and remark.function == "blend" for remark in remarks)
    assert tiled.structural_hash() != plain.structural_hash()
    again = base.clone()
    again.run("default<O3>")
    assert again.structural_hash() == plain.structural_hash()


def test_knobs_leave_nothing_behind(tmp_path: Path) -> None:
    """Every option is set to every value that it takes of a list; afterwards nothing has changed."""
    base = lower(LOOPS, tmp_path)

    def outcome() -> tuple[str, bytes]:
        module = base.clone()
        module.run("default<O3>")
        return module.structural_hash(), module.emit()

    before = outcome()
    names = native.knobs()
    assert len(names) > 1000
    taken = 0
    for name in names:
        for value in ("true", "1", "7", "all", "none"):
            try:
                base.run("no-op-module", {name: value})
            except RecipeError:
                continue
            taken += 1
    assert taken > len(names)
    assert outcome() == before


def test_real_runs_with_knobs_leave_nothing_behind(tmp_path: Path) -> None:
    base = lower(NEST + IDIOMS, tmp_path)

    def outcome() -> str:
        module = base.clone()
        module.run("default<O3>")
        return module.structural_hash()

    before = outcome()
    numbers = [
        "unroll-count",
        "unroll-threshold",
        "inline-threshold",
        "force-vector-width",
        "force-vector-interleave",
    ]
    numbers += ["licm-mssa-optimization-cap", "slp-threshold", "slp-max-vf", "rotation-max-header-size"]
    flags = [
        "polly",
        "enable-loopinterchange",
        "enable-unroll-and-jam",
        "enable-loop-distribute",
        "enable-gvn-hoist",
    ]
    flags += [
        "vectorize-loops",
        "vectorize-slp",
        "unroll-runtime",
        "enable-loop-flatten",
        "extra-vectorizer-passes",
    ]
    for knob, value in [(name, "3") for name in numbers] + [
        (name, flag) for name in flags for flag in ("true", "false")
    ]:
        base.clone().run("default<O3>", {knob: value})
        assert outcome() == before, f"{knob}={value} was not undone"


def test_knobs_are_undone_after_an_error(tmp_path: Path) -> None:
    base = lower(LOOPS, tmp_path)
    expected = base.clone()
    expected.run("default<O3>")
    for pipeline, knobs in (
        ("default<O3>", {"a-vectorize-loops": "x", "force-vector-width": "2"}),  # the first one is unknown
        (
            "default<O3>",
            {"force-vector-width": "2", "unroll-runtime": "perhaps"},
        ),  # the second one is refused
        ("no-such-pass", {"force-vector-width": "2"}),
    ):
        with pytest.raises(RecipeError):
            base.clone().run(pipeline, knobs)
    with pytest.raises(SizeLimitError):
        base.clone().run("default<O3>", {"unroll-count": "64"}, max_instructions=base.instruction_count + 10)
    module = base.clone()
    module.run("default<O3>")
    assert module.structural_hash() == expected.structural_hash()


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("pipeline", "knobs", "message"),
    [
        ("sroaa", {}, "did you mean 'sroa'"),
        ("function(sroa", {}, "invalid pipeline"),
        ("", {}, "pipeline ''"),
        ("loop(sroa)", {}, "sroa"),
        ("sroa", {"unrol-count": "4"}, "did you mean 'unroll-count'"),
        ("sroa", {"unroll-count": "four"}, "'four' value invalid"),
        ("sroa", {"polly-vectorizer": "fast"}, "Select the vectorization strategy"),
        ("sroa", {"help": "true"}, "no option 'help'"),
        ("sroa", {"opt-bisect-limit": "3"}, "no option 'opt-bisect-limit'"),
        ("sroa", {"hints-allow-reordering": "true"}, "reorder floating-point"),
        ("sroa", {"polly-allow-nonaffine-branches": "true"}, "wrong code"),
    ],
)
def test_recipe_errors(
    pipeline: str, knobs: dict[str, str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    module = Module.parse(b"define i32 @f(i32 %x) {\n  ret i32 %x\n}")
    with pytest.raises(RecipeError, match=message):
        module.run(pipeline, knobs)
    assert capfd.readouterr() == ("", "")  # LLVM's own text went into the message


def test_float_reductions_keep_their_order(tmp_path: Path) -> None:
    """A forced width or hint must not vectorise a reduction of floats, whose order is part of its result."""
    for knobs in ({"force-vector-width": "8"}, {"force-vector-interleave": "4"}, {}):
        module = lower(LOOPS, tmp_path)
        module.hint("dot#0", "vectorize.width", "8")
        module.hint("dot#0", "vectorize.enable", "true")
        module.run("default<O3>", knobs)
        body = module.ir().split("@dot(")[1].split("\n}")[0]
        assert "call float @llvm.fmuladd.f32" in body
        assert "x float>" not in body


def test_remarks_are_records(tmp_path: Path) -> None:
    module = lower(LOOPS + AXPY, tmp_path, "-g")
    assert module.clone().run("default<O3>").remarks == []
    remarks = module.run("default<O3>", remarks=True).remarks
    vectorised = next(r for r in remarks if r.name == "Vectorized" and r.function == "axpy")
    assert (vectorised.kind, vectorised.pass_name, vectorised.line) == ("passed", "loop-vectorize", 34)
    assert vectorised.file.endswith("lowered.c")
    arguments = dict(vectorised.args)
    assert int(arguments["VectorizationFactor"]) > 1
    assert f"width: {arguments['VectorizationFactor']}" in vectorised.message
    assert {"passed", "missed", "analysis"} <= {r.kind for r in remarks}


def test_size_limit(tmp_path: Path) -> None:
    module = lower(AXPY, tmp_path)
    size = module.instruction_count
    knobs = {"unroll-count": "400", "unroll-threshold": "100000", "vectorize-loops": "false"}
    with pytest.raises(SizeLimitError, match=f"loop-unroll grew the module beyond {10 * size} instructions"):
        module.run("default<O3>", knobs, max_instructions=10 * size)
    module.verify()
    with pytest.raises(SizeLimitError, match="before the first pass"):
        module.run("function(sroa)", max_instructions=10)
    lower(AXPY, tmp_path).run("default<O3>", max_instructions=10 * size)


def test_verify_each_passes_valid_pipelines(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    module.run("default<O3>", verify_each=True)


def test_reports(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    report = module.run("default<O3>", timings=True)
    assert report.changed
    assert report.seconds > 0
    times = dict(report.passes)
    assert {"instcombine", "gvn", "loop-vectorize"} <= set(times)
    assert sum(times.values()) <= report.seconds
    assert not module.run("function(mem2reg)").changed
    assert module.run("function(mem2reg)").passes == []


@pytest.mark.tiny
def test_targets_that_do_not_exist() -> None:
    with pytest.raises(InputError, match="no code generator"):
        Module.parse(b'target triple = "sparc-sun-solaris"').run("no-op-module")
    with pytest.raises(InputError, match="data layout"):
        Module.parse(b'target datalayout = "E-p:32:32"\ntarget triple = "x86_64-pc-linux-gnu"').run(
            "no-op-module"
        )
    bad = b'define void @f() "target-cpu"="pentagram" {\n  ret void\n}'
    with pytest.raises(InputError, match="function f: LLVM knows no CPU 'pentagram'"):
        Module.parse(bad).run("function(sroa)")


def test_diagnostics_become_errors() -> None:
    text = b'define void @f() {\n  call void asm "nonsense $0", "r"(i32 1)\n  ret void\n}'
    with pytest.raises(IRError, match="nonsense"):
        Module.parse(text).emit()


def test_runs_with_knobs_wait_for_each_other(tmp_path: Path) -> None:
    """One thread sets knobs, the other does not: neither sees the other's."""
    base = lower(LOOPS, tmp_path)
    variants: list[dict[str, str]] = [{}, {"vectorize-loops": "false"}]

    def compiled(knobs: dict[str, str]) -> str:
        module = Module.parse(base.bitcode())
        module.run("default<O3>", knobs)
        return module.structural_hash()

    expected = [compiled(knobs) for knobs in variants]
    wrong: list[int] = []

    def work(index: int) -> None:
        for _ in range(10):
            if compiled(variants[index]) != expected[index]:
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in (0, 1, 0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_module_that_clang_wrote_is_unoptimised(tmp_path: Path) -> None:
    """The baseline's premise: with these flags clang leaves everything to the pipeline, and marks nothing optnone."""
    text = Module.parse(clang(LOOPS, tmp_path / "x.bc", *UNOPTIMISED)).ir()
    assert "alloca" in text
    assert "optnone" not in text


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("pipeline", "completed"),
    [
        ("function(sroa,instcombine)", "function(sroa,instcombine<no-verify-fixpoint>)"),
        ("instcombine<max-iterations=2>,dce", "instcombine<max-iterations=2;no-verify-fixpoint>,dce"),
        ("instcombine<verify-fixpoint>", "instcombine<verify-fixpoint>"),
        ("aggressive-instcombine,instcombine", "aggressive-instcombine,instcombine<no-verify-fixpoint>"),
        ("default<O3>", "default<O3>"),
        ("", ""),
    ],
)
def test_instcombine_told_not_to_abort(pipeline: str, completed: str) -> None:
    assert native.without_aborts(pipeline) == completed
