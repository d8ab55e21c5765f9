"""Mutated inputs: values keep the workload's promises, buffers overlap where they may, branches are gone for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from passwright import _native
from passwright.bench.call import Alias, Buffer
from passwright.bench.cases import Case, case_call, mutated_cases, plan
from passwright.bench.coverage import Coverage
from passwright.bench.fill import generator
from passwright.bench.mutation import Mutation, Overlap, overlaps
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize, sanitize_more
from passwright.bench.styles import EXACT_STYLES, Constants, restyle
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel

SHIFT = """
#include <stddef.h>
void shift(int n, const int *x, int *y, double *z, const double *restrict w) {
  for (int i = 0; i < n; i++) {
    y[i] = x[i] + 1;
    if (x[i] == 77)
      y[i] = -1;
    z[i] = w[i];
  }
}
"""
LOAD = """
[sizes]
n = 300
[args.n]
value = "n"
[args.x]
shape = ["n"]
range = [0, 100000]
[args.y]
shape = ["n"]
[args.z]
shape = ["n"]
role = "out"
[args.w]
shape = ["n"]
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as process:
        yield process


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    path = tmp_path_factory.mktemp("shift") / "shift.c"
    path.write_text(SHIFT)
    return kernels(path)[0]


def signature_of(kernel: Kernel) -> dict[str, object]:
    return _native.signature(_native.Module.parse(kernel.debug_bitcode), kernel.entry)


@pytest.mark.tiny
@pytest.mark.parametrize("style", [*EXACT_STYLES, "mixed"])
@pytest.mark.parametrize("code", ["f32", "f64", "i8", "i32", "u64"])
def test_styles_stay_within_the_range_unless_they_are_free(style: str, code: str) -> None:
    constants = Constants((5, -3, 1 << 40), (0.25, 1e30))
    low, high = (0, 50) if code[0] == "u" else (-50, 50)
    for seed in range(20):
        rng = generator(seed, "x")
        drawn = rng.integers(low, high, 33).astype(
            {"f32": "<f4", "f64": "<f8", "i8": "i1"}.get(code, f"<{code[0]}{int(code[1:]) // 8}")
        )
        made = restyle(rng, style, code, drawn, low, high, constants=constants)
        assert made.dtype == drawn.dtype and len(made) == 33
        assert (made >= low).all() and (made <= high).all()
        free = restyle(generator(seed, "y"), style, code, drawn, low, high, constants=constants, free=True)
        assert free.dtype == drawn.dtype and len(free) == 33
    assert len(restyle(generator(1, "x"), style, code, drawn[:0], low, high)) == 0


@pytest.mark.tiny
def test_signs_alternate_at_the_ends_of_a_range() -> None:
    drawn = np.array([-(2**31), 5, 2**31 - 1, -7], np.int32)
    made = restyle(generator(1, "x"), "alternating", "i32", drawn, -(2**31), 2**31 - 1)
    assert made.dtype == np.int32
    assert made.tolist() == [2**31 - 1, -5, 2**31 - 1, -7]


@pytest.mark.tiny
def test_the_plan_surrounds_vector_widths_and_flattens_shapes() -> None:
    sizes = {case.sizes["n"] for case in plan(Workload.parse(LOAD))}
    assert {0, 1, 2, 3, 4, 8, 9, 15, 16, 31, 32, 63, 64, 65, 67, 128} <= sizes and max(sizes) == 300
    two = Workload.parse('[sizes]\nn = 90\nm = 80\n[args.n]\nvalue = "n"\n[args.m]\nvalue = "m"\n')
    shapes = {tuple(case.sizes.values()) for case in plan(two)}
    assert {(0, 9), (9, 0), (1, 9), (9, 1)} <= shapes


def test_buffers_overlap_where_the_signature_allows_it(kernel: Kernel) -> None:
    workload, signature = Workload.parse(LOAD), signature_of(kernel)
    found = list(overlaps(workload, signature))
    assert {(one.first, one.second) for one in found} == {("x", "y"), ("y", "x")}  # w is restrict
    case = Case({"n": 4}, "generated", 1, False, Mutation(overlap=Overlap("y", "x", 1)))
    call = case_call(workload, signature, case)
    plain = workload.call(signature, {"n": 4}, 1)
    x, y = plain.slots[1], plain.slots[2]
    assert isinstance(x, Buffer) and isinstance(y, Buffer)
    whole = call.slots[2]
    assert isinstance(whole, Buffer) and whole.role == "inout" and whole.data == y.data + x.data[-4:]
    assert call.slots[1] == Alias(2, 4, "x")


def test_an_overlap_runs_as_one(kernel: Kernel, runner: Runner) -> None:
    workload, signature = Workload.parse(LOAD), signature_of(kernel)
    shim = _native.call_shim(_native.Module.parse(kernel.bitcode), "shift").emit()
    runner.load("shift", [_native.Module.parse(kernel.bitcode).emit(opt_level=0), shim], "shift")
    case = Case({"n": 5}, "generated", 1, False, Mutation(overlap=Overlap("x", "y", 1)))
    call = case_call(workload, signature, case)
    start = call.slots[1]
    assert isinstance(start, Buffer)
    first = int(np.frombuffer(start.data, "<i4")[0])
    for placement in ("end", "start", "shifted"):
        result = runner.run("shift", call, placement=placement)  # type: ignore[arg-type]
        # Every element is the one before it plus one.
        assert np.frombuffer(result.outputs["x"], "<i4").tolist() == [first + i for i in range(6)]
    runner.unload("shift")


def test_no_source_no_overlap_and_no_other_integers(kernel: Kernel) -> None:
    workload, signature = Workload.parse(LOAD), signature_of(kernel)
    constants = Constants((77,), ())
    vouched = mutated_cases(workload, signature, constants=constants, vouched=True)
    alone = mutated_cases(workload, signature, constants=constants, vouched=False)
    assert any(case.mutation.overlap for case in vouched) and all(
        case.mutation.integers for case in vouched if case.mutation.style
    )
    assert not any(case.mutation.overlap or case.mutation.integers for case in alone)
    assert not mutated_cases(workload, signature, constants=constants, vouched=False, special=False)
    assert len({case.key for case in vouched}) == len(vouched)


def test_sanitizers_vouch_for_further_cases(kernel: Kernel) -> None:
    workload = Workload.parse(LOAD)
    findings = sanitize(kernel, workload)
    assert findings is not None and not findings.messages
    wide = Workload.parse(LOAD.replace("range = [0, 100000]", "range = [2147483647, 2147483647]"))
    other = sanitize(kernel, wide, cases=[Case({"n": 0}, "generated", 1, False)])
    assert other is not None
    case = Case({"n": 3}, "generated", 1, False)
    assert not other.vouches(case)
    more = sanitize_more(other, [case])
    assert more.cases == other.cases + 1 and not more.vouches(case) and "overflow" in more.messages[0]
    assert "overflow" in more.summary


def test_rare_branches_are_found_and_counted(kernel: Kernel, runner: Runner) -> None:
    workload = Workload.parse(LOAD)
    verifier = Verifier(kernel, workload, runner, findings=sanitize(kernel, workload))
    assert verifier.prepare() is None
    assert verifier.coverage == (4, 4)
    plain = Verifier(kernel, workload, runner, mutate=0)
    verdict = plain.check([plain.reference])
    assert plain.coverage == (3, 4) and "3 of 4 branches covered (line 6 one way only)" in verdict.evidence
    assert not any(case.mutation.style for case in plain.cases)


@pytest.mark.tiny
def test_coverage_counts_branches_and_is_guided_by_conditions_too() -> None:
    coverage = Coverage([("f", 3, "branch"), ("f", 3, "branch"), ("f", 4, "condition"), ("f", 5, "branch")])
    assert coverage.add(b"\1\0\0\0") and not coverage.add(b"\1\0\0\0")
    assert coverage.summary == "1 of 3 branches covered (line 3 one way only, line 5 never reached)"
    assert coverage.add(b"\0\1\0\1") and coverage.branches == (3, 3) and not coverage.complete
    assert coverage.add(b"\0\0\1\0") and coverage.complete
    assert Coverage([]).summary == "no branches"


@pytest.mark.tiny
def test_counters_of_switches_and_comparisons() -> None:
    text = """
    define i32 @f(i32 %x, i32 %y) {
      switch i32 %x, label %other [ i32 7, label %a  i32 9, label %a ]
    a:
      %c = icmp ult i32 %y, 40
      %r = zext i1 %c to i32
      ret i32 %r
    other:
      ret i32 0
    }
    define void @unused(i1 %b) {
      br i1 %b, label %t, label %t
    t:
      ret void
    }
    """
    module = _native.Module.parse(text.encode())
    assert _native.comparison_constants(module, "f") == ([7, 9, 40], [])
    outcomes = _native.instrument_coverage(module, "f")
    assert [kind for _, _, kind in outcomes] == ["branch"] * 3 + ["condition"] * 2
    module.verify()


def test_uninitialised_variables_show(tmp_path: Path, runner: Runner) -> None:
    source = "int f(int n, const int *x) { int last; for (int i = 0; i < n; i++) if (x[i] > 200) last = i; return last; }"
    path = tmp_path / "last.c"
    path.write_text(source)
    load = '[sizes]\nn = 50\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n'
    verdict = Verifier(kernels(path)[0], Workload.parse(load), runner).prepare()
    assert verdict is not None and "change from run to run" in verdict.evidence
