"""The checker checked: the identity is equal, mutants are not, and what cannot be judged says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from passwright import _native
from passwright.bench.call import Buffer
from passwright.bench.compare import difference
from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier, plan
from passwright.bench.workload import Workload
from passwright.irgen.clang import find_clang
from passwright.irgen.frontend import kernels, lower
from passwright.irgen.kernel import Kernel

AXPY = """
void axpy(int n, double a, const double *x, double *y) {
  for (int i = 0; i < n; i++)
    y[i] = y[i] + a * x[i];
}
"""
AXPY_LOAD = """
[sizes]
n = 3000
[args.n]
value = "n"
[args.a]
range = [0.5, 2.0]
[args.x]
shape = ["n"]
[args.y]
shape = ["n"]
"""
SUM = "float sum(int n, const float *x) { float s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }\n"
SUM_LOAD = '[sizes]\nn = 3000\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n'


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as process:
        yield process


def kernel_of(folder: Path, source: str, flags: tuple[str, ...] = ()) -> Kernel:
    path = folder / "kernel.c"
    path.write_text(source)
    (kernel,) = kernels(path, flags=flags)
    return kernel


def optimised(bitcode: bytes, pipeline: str = "default<O3>") -> bytes:
    module = _native.Module.parse(bitcode)
    module.run(pipeline)
    return module.emit()


def mutant(folder: Path, source: str, flags: tuple[str, ...] = ()) -> bytes:
    path = folder / "mutant.c"
    path.write_text(source)
    return optimised(lower(path, flags=flags, debug=False).bitcode)


# -- comparison ----------------------------------------------------------------------------------


def f64(*values: float) -> bytes:
    return np.array(values, "<f8").tobytes()


@pytest.mark.tiny
def test_nan_equals_nan_and_zeros_have_signs() -> None:
    other_nan = np.array([0x7FF8000000000123, 0], "<u8").view("<f8")
    assert difference("f64", f64(np.nan, 1), f64(-np.nan, 1)) is None
    assert difference("f64", f64(np.nan, 0), other_nan.tobytes()) is None
    assert difference("f64", f64(0.0), f64(-0.0)) is not None
    assert "[1]" in str(difference("f64", f64(1, np.inf), f64(1, np.nan)))
    assert "2 of 3" in str(difference("f64", f64(1, 2, 3), f64(1, 2.5, 4)))
    # The same bits as integers are compared as integers.
    assert difference("i64", f64(np.nan), other_nan[:1].tobytes()) is not None


@pytest.mark.tiny
def test_bounds_hold_near_cancelled_sums_and_not_for_infinities() -> None:
    expected = f64(1.0, 1e-9, -3.0)
    near = f64(1.0 + 2**-50, 1e-9 + 2**-51, -3.0)
    assert difference("f64", expected, near) is not None
    assert difference("f64", expected, near, ulps=16) is None
    assert difference("f64", expected, near, ulps=1) is not None
    assert difference("f64", f64(np.inf, 1), f64(1.7e308, 1), ulps=1 << 20) is not None
    assert difference("f64", f64(1, 1), f64(np.nan, 1), ulps=1 << 20) is not None


@pytest.mark.tiny
def test_padding_of_structs_is_not_compared() -> None:
    layout = "struct 16: f64@0 i32@8"
    record = np.dtype([("x", "<f8"), ("n", "<i4"), ("pad", "<i4")])
    one, two = np.array([(1.0, 2, 3)], record), np.array([(1.0, 2, 4)], record)
    assert difference(layout, one.tobytes(), two.tobytes()) is None
    two["n"] = 5
    assert "offset 8" in str(difference(layout, one.tobytes(), two.tobytes()))


# -- the checker on the identity and on mutants --------------------------------------------------


def test_identity_and_o3_are_equal(tmp_path: Path, runner: Runner) -> None:
    kernel = kernel_of(tmp_path, AXPY)
    verifier = Verifier(kernel, Workload.parse(AXPY_LOAD), runner)
    assert verifier.prepare() is None
    same = verifier.check([verifier.reference])
    assert same.is_equal and same.checks >= 20
    assert "bit for bit" in same.evidence and "special values" in same.evidence
    quick = verifier.check([optimised(kernel.bitcode)], quick=True)
    rest = verifier.check([optimised(kernel.bitcode)], skip_quick=True)
    full = verifier.check([optimised(kernel.bitcode)])
    assert quick.is_equal and rest.is_equal and full.is_equal
    assert 2 <= quick.checks < 5 and quick.checks + rest.checks == full.checks


AXPY_MUTANTS = {
    "another operator": AXPY.replace("+ a", "- a"),
    "one element too few": AXPY.replace("i < n", "i < n - 1"),
    "a start at one": AXPY.replace("i = 0", "i = 1"),
    "a rounding more": AXPY.replace("y[i] + a * x[i]", "(double)(float)(y[i] + a * x[i])"),
    "a sign of zero": AXPY.replace("y[i] + a * x[i]", "y[i] + a * x[i] + 0.0"),
    "only above the vector width": AXPY.replace("y[i] =", "if (i % 16 < 15) y[i] ="),
    "a NaN that becomes a number": AXPY.replace("a * x[i];", "a * x[i]; if (n && y[0] != y[0]) y[0] = 0;"),
    "only the measured size": AXPY.replace("for (", "if (n == 3000) y[2999] += 1; for ("),
}


@pytest.mark.parametrize("name", AXPY_MUTANTS)
def test_mutants_are_different(name: str, tmp_path: Path, runner: Runner) -> None:
    assert AXPY_MUTANTS[name] != AXPY
    verifier = Verifier(kernel_of(tmp_path, AXPY), Workload.parse(AXPY_LOAD), runner)
    verdict = verifier.check([mutant(tmp_path, AXPY_MUTANTS[name])])
    assert verdict.kind == "different", verdict
    assert "y[" in verdict.evidence and "n=" in verdict.evidence and "seed" in verdict.evidence


def test_reordered_reduction_is_different_unless_the_user_allows_it(tmp_path: Path, runner: Runner) -> None:
    reordered = mutant(tmp_path, SUM, ("-ffast-math",))
    exact = Verifier(kernel_of(tmp_path, SUM), Workload.parse(SUM_LOAD), runner)
    verdict = exact.check([reordered])
    assert verdict.kind == "different" and "returned value" in verdict.evidence
    fast = Verifier(kernel_of(tmp_path, SUM, ("-ffast-math",)), Workload.parse(SUM_LOAD), runner)
    verdict = fast.check([reordered])
    assert verdict.is_equal and "ulp" in verdict.evidence
    wrong = mutant(tmp_path, SUM.replace("i < n;", "i < n - 1;"), ("-ffast-math",))
    assert fast.check([wrong]).kind == "different"


@pytest.mark.parametrize(
    ("change", "kind", "evidence"),
    [
        (("i < n", "i <= n"), "crashed", "past its end"),
        (("i = 0", "i = -1"), "crashed", "before its start"),
        (("y[i] =", "((double *)x)[i] = 0, y[i] ="), "crashed", "input only"),
        (("for (", 'while (n == 3000) { __asm__ volatile(""); } for ('), "timed-out", "did not end"),
    ],
)
def test_faults_of_a_candidate(
    change: tuple[str, str], kind: str, evidence: str, tmp_path: Path, runner: Runner
) -> None:
    verifier = Verifier(kernel_of(tmp_path, AXPY), Workload.parse(AXPY_LOAD), runner)
    verdict = verifier.check([mutant(tmp_path, AXPY.replace(*change))])
    assert verdict.kind == kind and evidence in verdict.evidence, verdict
    assert verifier.check([verifier.reference], quick=True).is_equal  # the runner goes on


def test_a_candidate_that_lacks_the_symbol(tmp_path: Path, runner: Runner) -> None:
    verifier = Verifier(kernel_of(tmp_path, AXPY), Workload.parse(AXPY_LOAD), runner)
    verdict = verifier.check([mutant(tmp_path, AXPY.replace("axpy", "other"))])
    assert verdict.kind == "crashed" and "cannot be loaded" in verdict.evidence


def test_static_state_and_globals_are_compared(tmp_path: Path, runner: Runner) -> None:
    source = """
    int calls = 0;
    double table[16];
    void tick(int n, const double *x) { calls++; for (int i = 0; i < n; i++) table[i % 16] += x[i]; }
    """
    load = '[sizes]\nn = 100\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n[globals.table]\nshape = [16]\n'
    kernel = kernel_of(tmp_path, source)
    verifier = Verifier(kernel, Workload.parse(load), runner)
    assert verifier.check([optimised(kernel.bitcode)]).is_equal
    twice = verifier.check([mutant(tmp_path, source.replace("calls++", "calls += 2"))])
    assert twice.kind == "different" and "calls" in twice.evidence
    other = verifier.check([mutant(tmp_path, source.replace("i % 16", "(i + 1) % 16"))])
    assert other.kind == "different" and "table" in other.evidence


CXX = """
struct Stats { double mean, high, low; };
struct Box { double low[2], high[2]; };
namespace field {
Stats stats(const double &scale, Box box, int n, const double *x, long &count) {
  Stats s = {0, box.low[0], box.high[1]};
  for (int i = 0; i < n; i++) {
    s.mean += scale * x[i];
    s.high = x[i] > s.high ? x[i] : s.high;
    count += x[i] > box.low[1];
  }
  return s;
}
}
"""
CXX_LOAD = """
[sizes]
n = 500
[args.scale]
range = [1, 2]
[args.box.fields."low[0]"]
value = 0.25
[args.n]
value = "n"
[args.x]
shape = ["n"]
[args.count]
value = 7
"""


def test_references_and_structs_by_value(tmp_path: Path, runner: Runner) -> None:
    path = tmp_path / "stats.cpp"
    path.write_text(CXX)
    (kernel,) = kernels(path)
    verifier = Verifier(kernel, Workload.parse(CXX_LOAD), runner)
    call = verifier.workload.call(verifier.signature, {}, 1)
    buffers = {slot.name: slot for slot in call.slots if isinstance(slot, Buffer)}
    assert np.frombuffer(buffers["count"].data, "<i8").tolist() == [7]
    assert np.frombuffer(buffers["box"].data, "<f8")[0] == 0.25 and len(buffers["box"].data) == 32
    assert buffers["return"].role == "out" and len(buffers["return"].data) == 24
    assert verifier.check([optimised(kernel.bitcode)]).is_equal
    for wrong in (CXX.replace("x[i] > s.high ?", "x[i] < s.high ?"), CXX.replace("count +=", "count -=")):
        path.write_text(wrong)
        verdict = verifier.check([optimised(lower(path, debug=False).bitcode)])
        assert verdict.kind == "different", verdict


def test_numba_functions(runner: Runner) -> None:
    numba = pytest.importorskip("numba", reason="the extra `numba` is not installed")

    @numba.njit
    def total(a):  # type: ignore[no-untyped-def]
        result = 0.0
        for value in a:
            result += value
        return result

    total(np.ones(4))
    (kernel,) = kernels(total)
    documented = (Path(__file__).parent.parent / "docs" / "workloads.md").read_text()
    section = documented.partition("## IR without C types")[2]
    workload = Workload.parse(section.partition("```toml")[2].partition("```")[0])
    verifier = Verifier(kernel, workload, runner)
    assert verifier.check([optimised(kernel.bitcode)]).is_equal
    module = _native.Module.parse(kernel.bitcode)
    text = module.ir()
    assert "fadd" in text
    wrong = optimised(_native.Module.parse(text.replace("fadd", "fsub").encode()).bitcode())
    assert verifier.check([wrong]).kind == "different"


# -- what cannot be judged -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "evidence"),
    [
        ("for (int i = 0; i <= n; i++) y[i] = x[i];", "past its end"),
        ("for (int i = 0; i < n; i++) y[i] = clock();", "clock"),
        ("for (int i = 0; i < n; i++) y[i] = (double)(long)(y + i);", "change from run to run"),
        ("for (int i = 0; i < n; i++) ((double *)x)[i] = 1;", "input only"),
    ],
)
def test_references_that_cannot_be_compared_with(
    body: str, evidence: str, tmp_path: Path, runner: Runner
) -> None:
    source = "long clock(void);\nvoid f(int n, const double *x, double *y) { " + body + " }\n"
    load = '[sizes]\nn = 50\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n[args.y]\nshape = ["n"]\n'
    verifier = Verifier(kernel_of(tmp_path, source), Workload.parse(load), runner)
    verdict = verifier.check([verifier.reference])
    assert verdict.kind == "unverifiable" and evidence in verdict.evidence, verdict
    assert verifier.prepare() == verdict


def test_made_up_inputs_that_the_reference_cannot_take_are_left_out(tmp_path: Path, runner: Runner) -> None:
    source = (
        "int mean(int n, const int *x) { int s = 0; for (int i = 0; i < n; i++) s += x[i]; return s / n; }\n"
    )
    load = '[sizes]\nn = 50\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n'
    kernel = kernel_of(tmp_path, source)
    verifier = Verifier(kernel, Workload.parse(load), runner)
    verdict = verifier.check([optimised(kernel.bitcode)])
    assert verdict.is_equal and "left out" in verdict.evidence
    assert verifier.left_out and all("n=0" in reason for reason in verifier.left_out)
    stated = Verifier(kernel, Workload.parse(load + "[[verify]]\nn = 0\n"), runner)
    assert stated.check([verifier.reference]).kind == "unverifiable"


@pytest.mark.tiny
def test_the_plan_covers_special_values_and_ends_with_the_measured_size() -> None:
    cases = plan(Workload.parse(AXPY_LOAD))
    assert cases[-1].origin == "measured" and cases[0].sizes == {"n": 0}
    assert sum(case.special for case in cases) * 2 == len(cases)
    assert {case.seed for case in cases} == {1, 2, 3}
    assert not any(case.special for case in plan(Workload.parse(AXPY_LOAD), special=False))


def test_the_compiler_in_use_is_recorded_nowhere_in_verdicts(tmp_path: Path, runner: Runner) -> None:
    """Evidence is written into lock files: the same check gives the same text."""
    kernel = kernel_of(tmp_path, AXPY)
    verdicts = [
        Verifier(kernel, Workload.parse(AXPY_LOAD), runner).check([optimised(kernel.bitcode)])
        for _ in range(2)
    ]
    assert verdicts[0] == verdicts[1]
    assert find_clang().argv[0] not in verdicts[0].evidence
