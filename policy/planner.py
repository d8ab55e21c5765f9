"""The tool planner: what a tuning or generation job does next, from what such jobs gained by it before.

A job is a Markov decision process over abstract states (`episodes.State`: compiles, verified, gain, budget left, doubt) and
actions (`episodes.ACTIONS`). Its transition and reward tables are estimated from recorded jobs, each level of detail shrunk
towards a coarser one:

    the state -> thirds of the budget -> without the gain -> the action alone -> "it takes time and does nothing"

At each level the estimate is the mean of a Dirichlet posterior whose base measure is the coarser level's estimate, with
STRENGTH pseudo-counts (MacKay and Peto, Natural Language Engineering 1(3), 1995; for decision processes Dearden, Friedman
and Andre, UAI 1999). What is counted are changes (of gain and budget) rather than next states, so that a change seen in
one state says something about others. Rewards are shrunk in the same way. The tables are solved by value iteration
(`mdp.py`).

A step's reward is what it changed of log(gain of what would be given out), less PRICE for a whole budget of time. The
rewards of a job add up to the logarithm of what its last race measured, less the price of the time it took.

    Planner(read([shipped()])).choose(state)

Tables are made anew from all records whenever a planner is made (some 30 ms), so that they follow the records as they grow.
Where a kind of job has fewer than ENOUGH records, the fixed SCHEDULE is followed. Doing the actions is not here:
`planned.py` does them for tuning jobs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from passwright.policy.episodes import ACTIONS, DOUBTS, GAINS, KINDS, LEFT, State, Transition, legal
from passwright.policy.mdp import Process, Solution, value_iteration

STRENGTH = 8.0
"""Records that an estimate needs to weigh as much as the coarser one."""
PRICE = 0.02
"""What a whole budget of time is worth, as log(gain): a job that could give 2 % for it does not stop."""
DISCOUNT = 0.99
TOLERANCE = 1e-6
"""Of values: the policy is at most this far from the best one for the tables."""
ENOUGH = 60
"""Records of a kind of job that a plan needs."""
SCHEDULE: Mapping[str, tuple[str, ...]] = {
    "tuning": ("zero-shot", "measure", "measure", "measure", "evolve"),
    "generation": ("zero-shot", "regenerate", "repair", "validate", "measure", "evolve"),
}
"""What is done without a plan, in this order; the last one again and again."""


class Change(NamedTuple):
    """What a step makes of a state; `gain` and `left` are differences."""

    compiles: bool
    verified: bool
    gain: int
    left: int
    doubt: int

    @staticmethod
    def between(before: State, after: State) -> Change:
        """What turned one into the other."""
        return Change(
            after.compiles, after.verified, after.gain - before.gain, after.left - before.left, after.doubt
        )

    def of(self, state: State) -> State:
        """The state after it, within the borders."""
        gain = min(len(GAINS), max(0, state.gain + self.gain))
        left = min(LEFT, max(0, state.left + self.left))
        return State(state.kind, self.compiles, self.verified, gain, left, self.doubt)


def levels(action: str, state: State) -> tuple[Hashable, ...]:
    """Under what a step is counted, the coarsest first."""
    kind = (action, state.kind)
    phase = (
        state.left + 2
    ) // 3  # what helps at the beginning is worth less later on, when it was done before
    return (
        kind,
        (*kind, state.verified, state.doubt, phase),
        (*kind, state.compiles, state.verified, state.gain, state.doubt, phase),
        (action, state),
    )


@dataclass(frozen=True)
class Estimates:
    """Counts at every level.

    Attributes:
        changes: by level and change; None: the job ended.
        rewards: by level, the sum.
    """

    changes: Mapping[Hashable, Counter[Change | None]]
    rewards: Mapping[Hashable, float]

    @staticmethod
    def of(transitions: Iterable[Transition]) -> Estimates:
        """Counted."""
        changes: dict[Hashable, Counter[Change | None]] = {}
        rewards: dict[Hashable, float] = {}
        for one in transitions:
            change = None if one.after is None else Change.between(one.before, one.after)
            for level in levels(one.action, one.before):
                changes.setdefault(level, Counter())[change] += 1
                rewards[level] = rewards.get(level, 0.0) + one.reward
        return Estimates(changes, rewards)

    def chances(self, action: str, state: State) -> dict[Change | None, float]:
        """How likely each change is; they sum to 1."""
        if action == "stop":
            return {None: 1.0}
        found: dict[Change | None, float] = {self._nothing(state): 1.0}
        for level in levels(action, state):
            if counts := self.changes.get(level):
                total = counts.total() + STRENGTH
                mixed = {change: STRENGTH * chance / total for change, chance in found.items()}
                for change, count in counts.items():
                    mixed[change] = mixed.get(change, 0.0) + count / total
                found = mixed
        return found

    def reward(self, action: str, state: State) -> float:
        """What the step is expected to earn."""
        found = 0.0 if action == "stop" else -PRICE / LEFT
        for level in levels(action, state):
            if counts := self.changes.get(level):
                found = (self.rewards[level] + STRENGTH * found) / (counts.total() + STRENGTH)
        return found

    @staticmethod
    def _nothing(state: State) -> Change:
        """An eighth of the budget is gone, and nothing came of it but that it was tried."""
        return Change(state.compiles, state.verified, 0, -1, min(state.doubt, DOUBTS - 2))


@dataclass(frozen=True)
class Table:
    """The tables of one kind of job, and what solves them; the last state is the end."""

    states: tuple[State, ...]
    process: Process
    solution: Solution

    @cached_property
    def place(self) -> dict[State, int]:
        """Number by state."""
        return {state: number for number, state in enumerate(self.states)}

    def worth(self, state: State) -> dict[str, float]:
        """What each legal action is worth, all that follows included."""
        column = self.solution.worth[:, self.place[state]]
        return {action: float(column[ACTIONS.index(action)]) for action in legal(state)}


def tabulate(kind: str, estimates: Estimates) -> Table:
    """Make and solve the tables of a kind of job."""
    flags = (False, True)
    states = tuple(
        State(kind, *rest)
        for rest in product(flags, flags, range(len(GAINS) + 1), range(LEFT + 1), range(DOUBTS))
    )
    place = {state: number for number, state in enumerate(states)}
    end = len(states)
    chance = np.zeros((len(ACTIONS), end + 1, end + 1))
    reward = np.zeros((len(ACTIONS), end + 1))
    allowed = np.zeros((len(ACTIONS), end + 1), bool)
    stop = ACTIONS.index("stop")
    chance[stop, end, end], allowed[stop, end] = 1.0, True
    for state, number in place.items():
        for action in legal(state):
            row = ACTIONS.index(action)
            allowed[row, number] = True
            reward[row, number] = estimates.reward(action, state)
            for change, likely in estimates.chances(action, state).items():
                after = end if change is None else place[change.of(state)]
                chance[row, number, after] += likely
    process = Process(chance, reward, allowed, DISCOUNT)
    return Table(states, process, value_iteration(process, tolerance=TOLERANCE))


class Planner:
    """Chooses the next action of a job."""

    def __init__(self, transitions: Sequence[Transition]) -> None:
        """From the records of all jobs; kinds of which there are too few get no table."""
        counts = Counter(one.before.kind for one in transitions)
        estimates = Estimates.of(transitions)
        self.records = {kind: counts[kind] for kind in KINDS}
        self.tables = {kind: tabulate(kind, estimates) for kind in KINDS if counts[kind] >= ENOUGH}

    def choose(self, state: State, done: Sequence[str] = (), among: Iterable[str] | None = None) -> str:
        """The next action, after those that were `done`; one of `among` where not all that is legal can be done."""
        possible = [one for one in legal(state) if among is None or one in among or one == "stop"]
        if table := self.tables.get(state.kind):
            worth = table.worth(state)
            return max(possible, key=lambda action: worth[action])
        return scheduled(state, done, possible)

    def worth(self, state: State) -> dict[str, float]:
        """What each legal action is worth; empty without a table."""
        table = self.tables.get(state.kind)
        return table.worth(state) if table else {}


def scheduled(state: State, done: Sequence[str], possible: Sequence[str]) -> str:
    """The next action of the fixed schedule that is possible."""
    schedule = SCHEDULE[state.kind]
    for action in (*schedule[len(done) :], schedule[-1]):
        if action in possible:
            return action
    return "stop"
