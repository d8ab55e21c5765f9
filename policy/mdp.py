"""Finite Markov decision processes as arrays, solved by value iteration.

Nothing here knows what states and actions stand for: that is in `planner.py`.

    V(s) = max over legal a of  R(a, s) + discount * sum over s' of P(a, s, s') V(s')

Value iteration applies the right side (the Bellman operator, a contraction by `discount` in the maximum norm) until it
changes V by at most `tolerance * (1 - discount) / (2 * discount)`; then V is within tolerance / 2 of the optimum and the
greedy policy within tolerance (Bellman, Dynamic Programming, 1957; Puterman, Markov Decision Processes, 1994, theorem
6.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from passwright.passes.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SWEEPS = 100_000
"""More than any discount below 0.9999 needs for a tolerance of 1e-6."""


@dataclass(frozen=True)
class Process:
    """A decision process.

    Attributes:
        chance: P, float64 [A, S, S]; each row of a legal action sums to 1.
        reward: R, float64 [A, S], expected.
        legal: bool [A, S]; every state has a legal action.
        discount: below 1.
    """

    chance: NDArray[np.float64]
    reward: NDArray[np.float64]
    legal: NDArray[np.bool_]
    discount: float

    def __post_init__(self) -> None:
        """Raises UsageError for what is no decision process."""
        if not 0 < self.discount < 1:
            raise UsageError(f"a discount of {self.discount}", hint="between 0 and 1, both excluded")
        if not self.legal.any(axis=0).all():
            raise UsageError(
                "a state without a legal action", hint="give ends an action that leads to themselves"
            )
        off = np.abs(self.chance.sum(axis=2) - 1)[self.legal].max(initial=0.0)
        if off > 1e-9:
            raise UsageError(
                f"chances of an action sum to {1 + off:.6g}", hint="they are those of all next states"
            )


@dataclass(frozen=True)
class Solution:
    """What value iteration found.

    Attributes:
        values: V, float64 [S].
        worth: Q, float64 [A, S], minus infinity for what is not legal.
        residual: the largest change of V in the last sweep. sweeps: how many there were.
    """

    values: NDArray[np.float64]
    worth: NDArray[np.float64]
    residual: float
    sweeps: int

    @property
    def policy(self) -> NDArray[np.int64]:
        """The best action by state, the first one of equals; int64 [S]."""
        best: NDArray[np.int64] = self.worth.argmax(axis=0)
        return best


def value_iteration(process: Process, *, tolerance: float = 1e-6) -> Solution:
    """Values within `tolerance` / 2 of the optimum.  Raises UsageError for a tolerance that is not above 0."""
    if tolerance <= 0:
        raise UsageError(f"a tolerance of {tolerance}", hint="for example 1e-6")
    small = tolerance * (1 - process.discount) / (2 * process.discount)
    values = np.zeros(process.reward.shape[1])
    for sweep in range(1, SWEEPS + 1):
        worth = backed_up(process, values)
        fresh = worth.max(axis=0)
        residual = float(np.abs(fresh - values).max())
        values = fresh
        if residual <= small:
            return Solution(values, backed_up(process, values), residual, sweep)
    raise UsageError(f"no convergence within {SWEEPS} sweeps", hint="a lower discount or a larger tolerance")


def backed_up(process: Process, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Q by one step of lookahead on values, [A, S]."""
    return np.where(process.legal, process.reward + process.discount * (process.chance @ values), -np.inf)
