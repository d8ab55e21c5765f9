"""Drives a policy's search on one kernel: keeps workers compiling while candidates are measured, within a
budget.

The search may end before its budget does: when nothing but known code comes, or when what was tried since the
last improvement makes another one unlikely (`Patience`). At its end the best candidates run a race: all of
them and the baseline interleaved, since the best of hundreds of short measurements is often only the
luckiest.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from statistics import median
from time import monotonic

from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import Recipe
from passwright.passes.worker import Compiled
from passwright.policy.evaluate import BASELINE, Evaluator
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Attending, Budget, Context, Policy, Search
from passwright.policy.simplify import simplify

FINALISTS = 5
RACE_SAMPLES = 15
RESERVE = 0.35
"""At most this share of a budget in seconds is kept for the race and what comes after it."""


SIMPLIFY = 0.08
"""Share of a budget in seconds in which the winner's recipe is made shorter without changing its code."""


@dataclass
class Patience:
    """When to give up: the chance of another improvement, estimated from what was tried since the last one.

    After n candidates with new code without an improvement of `worth`, the chance per candidate is below 3 /
    n with 95 % confidence (rule of three; Hanley and Lippman-Hand, JAMA 249(13), 1983). The search ends when
    less than `expected` improvements are to be expected of what still fits into the budget, or after
    `repeats` candidates in a row whose code was known.
    """

    least: int = 80
    expected: float = 0.5
    repeats: int = 150
    worth: float = 1.01
    _best: float = field(default=1.0, init=False)
    _without: int = field(default=0, init=False)
    _repeated: int = field(default=0, init=False)

    def tell(self, outcome: Outcome) -> None:
        """Take note of an outcome."""
        if outcome.duplicate or not outcome.code:
            self._repeated += outcome.duplicate
            return
        self._repeated = 0
        self._without += 1
        if outcome.ok and outcome.ratio > self._best * self.worth:
            self._best, self._without = outcome.ratio, 0

    def exhausted(self, remaining: float) -> bool:
        """Whether to stop, with `remaining` candidates fitting into what is left of the budget."""
        if self._repeated >= self.repeats:
            return True
        return self._without >= self.least and 3 / self._without * remaining < self.expected


@dataclass(frozen=True)
class SearchResult:
    """What a search found; `finalists` are ranked by the race, their `ratio` is the race's."""

    outcomes: tuple[Outcome, ...]
    finalists: tuple[Outcome, ...]
    seconds: float
    ended: str  # "budget" | "exhausted" (the policy had no more) | "unlikely" | "interrupted"
    notes: tuple[str, ...] = ()  # of the policy, for people


def drive(
    evaluator: Evaluator,
    policy: Policy,
    budget: Budget,
    *,
    space: ActionSpace,
    seed: int = 0,
    started: float | None = None,
    patience: Patience | None = None,
    progress: Callable[[Outcome], None] | None = None,
) -> SearchResult:
    """Search until the budget is spent.  The evaluator is prepared.

    `started` (of `time.monotonic`) is when the budget began to run, now by default; half of it is always left
    to the search. KeyboardInterrupt ends the search early; what is known by then is raced and returned.
    """
    now = monotonic()
    if budget.empty:
        return SearchResult((), (), 0.0, "budget")
    context = Context(
        kernel=evaluator.kernel.name,
        entry=evaluator.kernel.entry,
        module=evaluator.module,
        loops=evaluator.loops,
        space=space,
        objective=evaluator.objective,
        seed=seed,
    )
    end = float("inf")
    if budget.seconds is not None:
        reserve = min(_final_seconds(evaluator) + SIMPLIFY * budget.seconds, RESERVE * budget.seconds)
        end = max(
            (now if started is None else started) + budget.seconds - reserve, now + 0.5 * budget.seconds
        )
    search = policy.propose(context, budget)
    if isinstance(search, Attending):
        search.begin(evaluator, end)
    try:
        ended = _search(evaluator, search, budget, end, patience or Patience(), progress)
    except KeyboardInterrupt:
        ended = "interrupted"
    finalists = race(evaluator)
    if isinstance(search, Attending):
        search.finish(finalists)
    if finalists and ended != "interrupted":
        first = finalists[0]
        seconds = 1.0 if budget.seconds is None else SIMPLIFY * budget.seconds
        finalists[0] = replace(first, recipe=simplify(evaluator, first.recipe, first.code, seconds=seconds))
    notes = tuple(getattr(search, "notes", ()))
    return SearchResult(tuple(evaluator.outcomes), tuple(finalists), monotonic() - now, ended, notes)


def _search(
    evaluator: Evaluator,
    search: Search,
    budget: Budget,
    end: float,
    patience: Patience,
    progress: Callable[[Outcome], None] | None,
) -> str:
    limit = budget.evaluations if budget.evaluations is not None else float("inf")
    ahead = evaluator.pool.jobs + 2  # compiled ones wait for the measurement, not the other way round
    pending: dict[Future[Compiled], Recipe] = {}
    known: dict[Recipe, Outcome] = {}
    asked, began = 0, monotonic()

    def told(outcome: Outcome) -> None:
        known[outcome.recipe] = outcome
        patience.tell(outcome)
        search.tell([outcome])
        if progress is not None:
            progress(outcome)

    try:
        while True:
            while len(pending) < ahead and asked < limit and monotonic() < end:
                recipes = search.ask(int(min(ahead - len(pending), limit - asked)))
                asked += len(recipes)
                for recipe in recipes:
                    if recipe in known:  # at no cost, but it may go on like that for ever
                        told(evaluator.note(replace(known[recipe], duplicate=True)))
                    else:
                        pending[evaluator.submit(recipe)] = recipe
                if not recipes or (pending and any(future.done() for future in pending)):
                    break
                if patience.exhausted(float("inf")):
                    break
            if not pending:
                return "budget" if asked >= limit or monotonic() >= end else "exhausted"
            left = end - monotonic()
            done, _ = wait(pending, timeout=max(0.0, min(left, 1e6)), return_when=FIRST_COMPLETED)
            if not done:
                return "budget"
            for future in done:
                del pending[future]
                told(evaluator.judge_compiled(future.result()))
                if monotonic() > end:
                    return "budget"
            tried = len(evaluator.outcomes)
            remaining = min(limit - asked, tried * (end - monotonic()) / max(1e-9, monotonic() - began))
            if patience.exhausted(remaining):
                return "unlikely"
    finally:
        for future in pending:
            future.cancel()


def race(evaluator: Evaluator) -> list[Outcome]:
    """The finalists in the order of one interleaved measurement with the baseline, those without a gain left
    out."""
    finalists = evaluator.finalists(FINALISTS)
    judge = evaluator.judge
    if evaluator.objective.static or judge is None or not finalists:
        return finalists
    names = {f"finalist {number}": outcome for number, outcome in enumerate(finalists)}
    try:
        for name, outcome in names.items():
            judge.load(name, evaluator.objects(outcome))
        timed = judge.time(
            [BASELINE, *names],
            samples=RACE_SAMPLES,
            warmup=2,
            deadline=max(1.0, 2 * _race_seconds(evaluator, len(finalists))),
        )
    finally:
        for name in names:
            judge.unload(name)
    if timed.status != "ok":  # one of them fails now and then: leave the decision to the full verification
        return finalists
    base = median(timed.samples[BASELINE])
    raced = [
        replace(outcome, ratio=base / median(timed.samples[name]), samples=len(timed.samples[name]))
        for name, outcome in names.items()
    ]
    return sorted((outcome for outcome in raced if outcome.ratio > 1), key=lambda outcome: -outcome.ratio)


def _race_seconds(evaluator: Evaluator, finalists: int) -> float:
    return (finalists + 1) * (RACE_SAMPLES + 2) * max(1e-3, evaluator.call_seconds)


def _final_seconds(evaluator: Evaluator) -> float:
    """About what race, full verification and the claim's own measurement will take."""
    return (
        _race_seconds(evaluator, FINALISTS) + evaluator.check_seconds + 60 * max(1e-3, evaluator.call_seconds)
    )
