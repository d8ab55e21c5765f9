"""The metric over rounds of self-improvement (`improve.py`), and whether it converges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from passwright.policy.registry import Version

WINDOW = 3
"""Rounds over which differences are averaged."""
TOLERANCE = 0.01
"""Mean change of log(gain) a round below which the sequence counts as converged."""


@dataclass(frozen=True)
class Trend:
    """The metric over rounds: the gain on the regression set of what was in force after each.

    Attributes:
        versions: what was tried, by round; gains: what was in force after it gave there.
        differences: moving averages over WINDOW rounds of how much log(gain) changed.
        converged: whether the last of them is at most TOLERANCE.
    """

    versions: tuple[int, ...]
    gains: tuple[float, ...]
    differences: tuple[float, ...]

    @property
    def converged(self) -> bool:
        return bool(self.differences) and self.differences[-1] <= TOLERANCE

    @property
    def sentence(self) -> str:
        """Whether it converges."""
        if not self.gains:
            return "no round was run yet"
        told = f"gain after each round: {', '.join(f'{one:.3f}' for one in self.gains)}"
        if not self.differences:
            missing = WINDOW + 1 - len(self.gains)
            more = "one more round is" if missing == 1 else f"{missing} more rounds are"
            return f"{told}; {more} needed to say whether it converges"
        changed = f"over the last {WINDOW} rounds log(gain) changed by {self.differences[-1]:.4f} a round"
        return (
            f"{told}; {changed}: it has {'' if self.converged else 'not '}converged (tolerance {TOLERANCE})"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"converged": self.converged, "sentence": self.sentence}


def trend(versions: Sequence[Version]) -> Trend:
    """Over the rounds that were compared on the same families as the last one; drills do not count."""
    rounds = [one for one in versions if one.decision != "drill" and "compared" in one.metrics]
    if not rounds:
        return Trend((), (), ())
    same = [
        one
        for one in rounds
        if one.metrics["compared"]["families"] == rounds[-1].metrics["compared"]["families"]
    ]
    found = [one.metrics["compared"]["new" if one.decision == "accepted" else "old"] for one in same]
    steps = [abs(math.log(after / before)) for before, after in pairwise(found)]
    moving = [sum(steps[end - WINDOW : end]) / WINDOW for end in range(WINDOW, len(steps) + 1)]
    return Trend(tuple(one.number for one in same), tuple(found), tuple(moving))
