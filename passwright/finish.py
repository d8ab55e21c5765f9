"""From search results to one file's final object: what is verified and measured here is what is claimed.

All winners go into one object. It is verified in full and measured afresh for every kernel in it, against the
whole file by the objective's reference: the search's own figures are the best of many and flatter the winner. A kernel
that is not equal, or whose interval does not exclude 1, falls back to its next finalist and at last to the reference,
and everything is built and judged again. For a static objective sizes take the place of the measurement, and the whole
object has to be smaller than the reference's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from passwright._native import Module
from passwright.bench.measure import Ratio, Timing, claims_gain
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.verify import Verdict
from passwright.bench.workload import Workload
from passwright.irgen.flags import sections
from passwright.irgen.kernel import Kernel
from passwright.passes.build import build_module, build_object, text_size
from passwright.passes.errors import RecipeError, SizeLimitError, VerificationError
from passwright.passes.recipe import Recipe
from passwright.policy.evaluate import BASELINE
from passwright.policy.judge import Judge
from passwright.policy.objective import Objective
from passwright.policy.outcome import Outcome
from passwright.result import Event, KernelResult

OPTIMISED = "optimised"
UNCHANGED = Ratio(1.0, 1.0, 1.0)
ROUNDS = 50
"""Calls of the baseline that the claim's measurement may take in time, if that is more than 1.5 seconds."""
TRIES = 2
"""Finalists of a kernel that are tried in the whole object before it stays at the reference."""


@dataclass(frozen=True)
class Candidate:
    """One kernel on its way to the final object: what its search gave, best finalist first.

    `failure` says why there was no search; `judge` is None when nothing of the kernel can be run. `unchecked` says why
    a result is given out without having been run, `expected` how many times faster a model expects it to be;
    `reliability` is of the source in the reference's build.
    """

    kernel: Kernel
    started: float
    judge: Judge | None = None
    ranked: tuple[Outcome, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    baseline_verdict: Verdict | None = None
    baseline_text: int = 0
    baseline_instructions: int = 0
    unchecked: str = ""
    expected: float = 0.0
    call_seconds: float = 0.0
    workload: Workload | None = None
    inferred: bool = False
    notes: tuple[str, ...] = ()
    ended: str = "budget"
    failure: Verdict | None = None
    reliability: Reliability | None = None
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """The final object and the results of its kernels, in the order of the candidates."""

    object: bytes
    results: tuple[KernelResult, ...]


@dataclass(frozen=True)
class _Claim:
    """What one kernel is in one object."""

    verdict: Verdict
    ratio: Ratio = UNCHANGED
    baseline: Timing | None = None
    optimised: Timing | None = None
    unchecked: bool = False
    foretold: bool = False

    @property
    def holds(self) -> bool:
        """Whether the object may be given out with this claim."""
        return self.foretold or ((self.verdict.kind == "equal" or self.unchecked) and claims_gain(self.ratio))


def finish(
    module: Module,
    baseline: bytes,
    candidates: Sequence[Candidate],
    objective: Objective,
    report: Callable[[Event], None],
    *,
    fast_math: bool = False,
) -> Finished:
    """Build, verify and measure until every claim holds; at last that is the reference's object itself."""
    place = {one.kernel.entry: 0 for one in candidates}
    while True:
        chosen = {
            one.kernel.entry: one.ranked[place[one.kernel.entry]]
            for one in candidates
            if place[one.kernel.entry] < min(TRIES, len(one.ranked))
        }
        if not chosen:
            return Finished(baseline, tuple(_result(one, None, None, objective) for one in candidates))
        obj = _build(module, chosen, objective, fast_math, sections(candidates[0].kernel.flags))
        if objective.static and not _smaller(module, chosen, baseline, obj, objective, fast_math):
            place = {entry: place[entry] + (entry in chosen) for entry in place}
            continue
        claims: dict[str, _Claim] = {}
        for one in candidates:
            entry = one.kernel.entry
            report(Event("verify", one.kernel.name, str(one.kernel.source or "")))
            claims[entry] = _claim(one, chosen.get(entry), baseline, obj, objective)
            if entry in chosen and not claims[entry].holds:
                place[entry] += 1
                break
            if entry not in chosen and claims[entry].verdict.kind in {"different", "crashed", "timed-out"}:
                # Another kernel's recipe spoilt this one: give up the others' rather than search for the
                # culprit.
                place = dict.fromkeys(place, TRIES)
                break
        else:
            for one in candidates:
                report(Event("done", one.kernel.name, str(one.kernel.source or "")))
            results = (
                _result(one, chosen.get(one.kernel.entry), claims[one.kernel.entry], objective)
                for one in candidates
            )
            return Finished(obj, tuple(results))


def _build(
    module: Module,
    chosen: dict[str, Outcome],
    objective: Objective,
    fast_math: bool,
    separate: tuple[bool, bool],
) -> bytes:
    """The object with the chosen recipes.

    One that cannot be had together with those before it, because one kernel calls the other, is taken out of
    `chosen`; the largest gains come first.
    """
    every = {entry: outcome.recipe for entry, outcome in chosen.items()}
    rest = objective.reference
    with suppress(RecipeError, SizeLimitError):
        return build_object(module, every, rest=rest, fast_math=fast_math, sections=separate)
    recipes: dict[str, Recipe] = {}
    obj = build_object(module, {}, rest=rest, fast_math=fast_math, sections=separate)
    for entry, outcome in sorted(chosen.items(), key=lambda item: -item[1].ratio):
        try:
            more = recipes | {entry: outcome.recipe}
            obj = build_object(module, more, rest=rest, fast_math=fast_math, sections=separate)
        except (RecipeError, SizeLimitError):
            del chosen[entry]
        else:
            recipes[entry] = outcome.recipe
    return obj


def _smaller(
    module: Module,
    chosen: dict[str, Outcome],
    baseline: bytes,
    obj: bytes,
    objective: Objective,
    fast_math: bool,
) -> bool:
    """Whether the whole file is; the parts alone do not say so, since they are aligned and share functions."""

    def cost(built: bytes, recipes: dict[str, Recipe]) -> float:
        whole = build_module(module, recipes, rest=objective.reference, fast_math=fast_math)
        return objective.cost(text_size(built), whole.instruction_count)

    return cost(obj, {entry: one.recipe for entry, one in chosen.items()}) < cost(baseline, {})


def _claim(
    candidate: Candidate, outcome: Outcome | None, baseline: bytes, obj: bytes, objective: Objective
) -> _Claim:
    judge = candidate.judge
    if candidate.unchecked:
        verdict = Verdict("unverifiable", candidate.unchecked)
        if outcome is None:
            return _Claim(verdict)
        return (
            _sized(verdict, candidate, outcome, objective)
            if objective.static
            else _Claim(verdict, foretold=True)
        )
    if judge is None or candidate.failure is not None:
        return _Claim(candidate.failure or Verdict("unverifiable", "it was not run"))
    verdict = judge.check([obj])
    if outcome is None or verdict.kind != "equal":
        return _Claim(verdict)
    if objective.static:
        return _sized(verdict, candidate, outcome, objective)
    judge.load(BASELINE, [baseline])
    judge.load(OPTIMISED, [obj])
    try:
        result = judge.compare(BASELINE, OPTIMISED, deadline=max(1.5, ROUNDS * candidate.call_seconds))
    except VerificationError as error:
        return _Claim(Verdict("crashed", error.message, verdict.checks))
    finally:
        judge.unload(BASELINE)
        judge.unload(OPTIMISED)
    return _Claim(verdict, result.ratio, result.baseline, result.candidate)


def _sized(verdict: Verdict, candidate: Candidate, outcome: Outcome, objective: Objective) -> _Claim:
    before = objective.size(candidate.baseline_text, candidate.baseline_instructions)
    value = before / max(1, objective.size(outcome.text_size, outcome.instructions))
    return _Claim(verdict, Ratio(value, value, value), unchecked=bool(candidate.unchecked))


def _result(
    candidate: Candidate, outcome: Outcome | None, claim: _Claim | None, objective: Objective
) -> KernelResult:
    verdict = claim.verdict if claim else candidate.failure or candidate.baseline_verdict
    return KernelResult(
        kernel=candidate.kernel,
        recipe=outcome.recipe if outcome else objective.reference,
        ratio=claim.ratio if claim and outcome else UNCHANGED,
        verdict=verdict or Verdict("unverifiable", f"it was not run: this is the {objective.label} build"),
        baseline=claim.baseline if claim else None,
        optimised=claim.optimised if claim else None,
        text_sizes=(candidate.baseline_text, outcome.text_size if outcome else candidate.baseline_text),
        instructions=(
            candidate.baseline_instructions,
            outcome.instructions if outcome else candidate.baseline_instructions,
        ),
        objective=objective,
        expected=candidate.expected if outcome else 0.0,
        outcomes=candidate.outcomes,
        workload=candidate.workload,
        inferred=candidate.inferred,
        notes=candidate.notes,
        reliability=outcome.reliability if outcome else candidate.reliability,
        ended=candidate.ended,
        seconds=monotonic() - candidate.started,
        stages={**candidate.stages, "compile": sum(one.compile_seconds for one in candidate.outcomes)},
    )
