"""The distribution-free interval for a median (order statistics and the binomial).

Conover, Practical Nonparametric Statistics, section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

TAIL = 0.025
"""Probability beyond each end of an interval."""


def interval(rounds: Iterable[float]) -> tuple[float, float]:
    """The 95 % interval for the median of ratios, one per round; 0 to infinity for fewer than six."""
    ordered = sorted(rounds)
    outside = _outside(len(ordered))
    return (ordered[outside - 1], ordered[-outside]) if outside else (0.0, math.inf)


@lru_cache(maxsize=512)
def _outside(count: int) -> int:
    """Rank, from 1, of the value at which an interval for the median of `count` values begins; 0: too few."""
    below, rank = (
        1,
        0,
    )  # below: the number of outcomes, of 2 ** count, with at most `rank` values under the median
    while below <= TAIL * 2**count:
        rank += 1
        below += math.comb(count, rank)
    return rank
