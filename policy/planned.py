"""The policy that asks the planner what to do next, and does it: a tuning job, action by action.

    zero-shot    the coreset ranked by the build model (`learned.plan`), the first of it measured
    measure      the next TOP of that ranking
    evolve       BURST children of evolution, which knows all outcomes so far
    polyhedral   POLYHEDRAL recipes with Polly on, of the coreset and drawn
    validate     the best candidates raced against the baseline, as at a search's end
    stop         the search ends; race, verification of the whole object and its measurement follow as always

Each action runs to its end before the next is chosen. With a file to record to, each is appended as a transition
(`episodes.py`) once the final race has said what the job gained: what the planner's tables are estimated from. Without a
planner the fixed schedule (`planner.SCHEDULE`) is followed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from time import monotonic

from passwright.bench.machine import this_machine
from passwright.passes.recipe import Recipe
from passwright.policy import episodes
from passwright.policy.coreset import coreset
from passwright.policy.drive import FINALISTS, race
from passwright.policy.episodes import State, Transition
from passwright.policy.evaluate import KEPT, Evaluator
from passwright.policy.evolve import EvolvePolicy
from passwright.policy.genes import draw_group, round_step
from passwright.policy.learned import LONGEST, RANKING, plan
from passwright.policy.median import interval
from passwright.policy.outcome import Outcome
from passwright.policy.planner import PRICE, Planner
from passwright.policy.policy import Budget, Context, Ranked, Search
from passwright.policy.shape import Shape

TOP = 4
BURST = 12
POLYHEDRAL = 6
NARROW = 1.04
"""High / low of an interval up to which a gain counts as measured well."""
DONE = ("zero-shot", "measure", "evolve", "polyhedral", "validate", "stop")
"""Actions of a tuning job."""


@lru_cache(maxsize=1)
def shipped() -> Planner:
    """The planner from the records that come with Passwright."""
    return Planner(episodes.read([episodes.shipped()]))


@dataclass(frozen=True)
class PlannedPolicy:
    """Settings.

    Attributes:
        planner: that chooses; None: the shipped one.
        record: a file that transitions are appended to, under the name `job`.
        explore: chance of an action drawn at random instead, for collecting records.
    """

    name: str = "planned"
    planner: Planner | None = None
    record: Path | None = None
    job: str = ""
    explore: float = 0.0
    evolution: EvolvePolicy = field(default_factory=EvolvePolicy)

    def propose(self, context: Context, budget: Budget) -> Search:
        if context.objective.static:  # there is nothing to foretell, to race or to doubt
            return self.evolution.propose(context, budget)
        return _Planned(self, self.planner or shipped(), context, budget)


@dataclass
class _Step:
    """An action under way: where it came from, and when."""

    action: str
    before: State
    worth: float  # log of the gain before it
    left: float


class _Planned:
    """The search; `begin` and `finish` are called by the driver (`policy.Attending`)."""

    def __init__(self, policy: PlannedPolicy, planner: Planner, context: Context, budget: Budget) -> None:
        self.policy, self.planner, self.context, self.budget = policy, planner, context, budget
        self._rng = Random(f"{context.seed} {policy.job or context.kernel}")
        self._evolution = replace(policy.evolution, start=()).propose(context, budget)
        self._ranked = list(coreset(context.objective))
        self._source: Search = Ranked(())
        self._quota = 0  # recipes of the action under way that were not asked for yet
        self._outstanding = 0
        self._asked: set[Recipe] = set()
        self._step: _Step | None = None
        self._steps: list[tuple[_Step, State, float, float]] = []  # with what followed: state, worth, left
        self._raced: dict[str, float] = {}  # ratio by code, of races
        self._evaluator: Evaluator | None = None
        self._began = self._end = monotonic()
        self._told = 0
        self._compiled = False
        self._good: dict[str, Outcome] = {}  # by code, what is verified and promises a gain
        self._notes: list[str] = []

    # -- what the driver asks ---------------------------------------------------------------------

    def begin(self, evaluator: Evaluator, end: float) -> None:
        """The search begins; it may last until `end` (of `time.monotonic`)."""
        self._evaluator, self._began, self._end = evaluator, monotonic(), end

    def ask(self, count: int) -> list[Recipe]:
        while True:
            if self._quota:
                taken = self._source.ask(min(count, self._quota))
                self._quota = self._quota - len(taken) if taken else 0
                self._outstanding += len(taken)
                self._asked.update(taken)
                if taken:
                    return taken
            if self._outstanding:
                return []
            self._settle()
            state = self._state()
            action = self._next(state)
            self._step = _Step(action, state, self._worth(), self._left())
            if action == "stop":
                return []
            _ACTIONS[action](self)

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self._outstanding -= len(outcomes)
        self._told += len(outcomes)
        self._compiled = self._compiled or any(one.code for one in outcomes)
        self._good |= {one.code: one for one in outcomes if one.ok and one.ratio > 1 and not one.duplicate}
        self._evolution.tell(outcomes)

    def finish(self, finalists: Sequence[Outcome]) -> None:
        """The search has ended, and its final race has ranked the finalists."""
        if self._step is not None and self._step.action != "stop":
            self._settle()
            self._step = _Step("stop", self._state(), self._worth(), self._left())
        if self._step is None or self.policy.record is None:
            return
        final = math.log(finalists[0].ratio) if finalists else 0.0
        found = [
            self._transition(step, after, worth - step.worth, step.left - left)
            for step, after, worth, left in self._steps
        ]
        found.append(self._transition(self._step, None, final - self._step.worth, 0.0))
        episodes.record(self.policy.record, found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done, for people."""
        actions = [step.action for step, *_ in self._steps]
        runs: list[tuple[str, int]] = []
        for action in actions:
            if runs and runs[-1][0] == action:
                runs[-1] = (action, runs[-1][1] + 1)
            else:
                runs.append((action, 1))
        told = [action if count == 1 else f"{action} ({count} times)" for action, count in runs]
        return (f"planned: {', '.join(told)}", *self._notes) if told else tuple(self._notes)

    # -- the job as the planner sees it -------------------------------------------------------------

    def _left(self) -> float:
        """Share of the budget that is left, of what runs out first."""
        shares = []
        if self.budget.seconds is not None and self._end > self._began:
            shares.append((self._end - monotonic()) / max(1e-9, self._end - self._began))
        if self.budget.evaluations is not None:
            shares.append(1 - len(self._asked) / max(1, self.budget.evaluations))
        return max(0.0, min(shares, default=1.0))

    def _ratio(self, outcome: Outcome) -> float:
        return self._raced.get(outcome.code, outcome.ratio)

    def _best(self) -> Outcome | None:
        # Without a driver that lets it attend, what it was told has to do.
        found = self._good.values() if self._evaluator is None else self._evaluator.finalists(KEPT)
        return max(found, key=self._ratio, default=None)

    def _worth(self) -> float:
        """Log of the gain of what would be given out."""
        best = self._best()
        return math.log(max(1.0, self._ratio(best))) if best else 0.0

    def _state(self) -> State:
        best = self._best()
        return State.of(
            "tuning",
            compiles=self._compiled,
            verified=best is not None,
            ratio=max(1.0, self._ratio(best)) if best else 1.0,
            left=self._left(),
            doubt=self._doubt(best),
        )

    def _doubt(self, best: Outcome | None) -> int:
        if not self._told:
            return 2
        if best is None:
            return 1
        if best.code in self._raced:
            return 0
        low, high = interval(base / own for base, own in zip(*best.times, strict=True))
        return 0 if low > 0 and high / low <= NARROW else 1

    def _next(self, state: State) -> str:
        done = [one for one in DONE if one != "validate" or self._evaluator is not None]
        possible = [one for one in episodes.legal(state) if one in done]
        first = (
            state.doubt == episodes.DOUBTS - 1 and self.policy.explore > 0
        )  # there is one a job: always drawn
        if first or self._rng.random() < self.policy.explore:
            # Stopping is drawn seldom: it ends what could still be learned of the job.
            return self._rng.choices(possible, [0.2 if one == "stop" else 1.0 for one in possible])[0]
        return self.planner.choose(state, [step.action for step, *_ in self._steps], done)

    def _settle(self) -> None:
        """The action under way is over: keep what it did."""
        if self._step is not None and self._step.action != "stop":
            self._steps.append((self._step, self._state(), self._worth(), self._left()))
        self._step = None

    def _transition(self, step: _Step, after: State | None, gained: float, share: float) -> Transition:
        return Transition(
            self.policy.job or self.context.kernel,
            step.before,
            step.action,
            after,
            gained - PRICE * share,
            share,
            self.budget.seconds or 0.0,
            this_machine().cpu,
        )

    # -- the actions ----------------------------------------------------------------------------------

    def _zero_shot(self) -> None:
        seconds = LONGEST if self.budget.seconds is None else min(LONGEST, RANKING * self.budget.seconds)
        made = plan(self.context.module, seconds=seconds)
        self._ranked = list(made.ranked)
        self._notes += made.notes
        self._take(self._ranked, 1)

    def _measure(self) -> None:
        self._take(self._ranked, TOP)

    def _take(self, recipes: Sequence[Recipe], count: int) -> None:
        fresh = [one for one in recipes if one not in self._asked][:count]
        if len(fresh) < count:  # the ranking has come to its end
            self._evolve(count)
        else:
            self._source, self._quota = Ranked(fresh), count

    def _evolve(self, count: int = BURST) -> None:
        self._source, self._quota = self._evolution, count

    def _polyhedral(self) -> None:
        known = [one for one in coreset(self.context.objective) if "polly=true" in str(one)]
        fresh = [one for one in known if one not in self._asked][: POLYHEDRAL // 2]
        while len(fresh) < POLYHEDRAL:
            recipe = polyhedral(self._rng, self.context)
            if recipe not in self._asked and recipe not in fresh:
                fresh.append(recipe)
        self._source, self._quota = Ranked(fresh), POLYHEDRAL

    def _validate(self) -> None:
        assert self._evaluator is not None  # else this is not among the actions
        raced = self._evaluator.finalists(FINALISTS)
        self._raced |= {one.code: 1.0 for one in raced}  # a race leaves out what it finds to be no gain
        self._raced |= {one.code: one.ratio for one in race(self._evaluator)}


def polyhedral(rng: Random, context: Context) -> Recipe:
    """A recipe with Polly on and nothing else drawn but how it schedules, tiles, and the vectors' width."""
    tables = context.objective.tables
    knobs: dict[str, str] = {}
    draw_group(rng, tables, "polly", knobs)
    for group in ("schedule", "tile"):
        if rng.random() < tables.group_chance[group]:
            draw_group(rng, tables, group, knobs)
    shape = Shape((), (), (round_step("default<O3>", knobs),))
    return (shape.with_attribute("prefer-vector-width", "512") if rng.random() < 0.5 else shape).recipe()


_ACTIONS: dict[str, Callable[[_Planned], None]] = {
    "zero-shot": _Planned._zero_shot,
    "measure": _Planned._measure,
    "evolve": _Planned._evolve,
    "polyhedral": _Planned._polyhedral,
    "validate": _Planned._validate,
}
