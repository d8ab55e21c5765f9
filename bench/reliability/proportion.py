"""A share of trials with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: intervals hold 95 %."""


@dataclass(frozen=True)
class Proportion:
    """`count` of `total` trials; without trials the share is 0 and the interval everything."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (Wilson, Probable inference, the law of succession, and statistical
        inference, 1927)."""
        if not self.total:
            return 0.0, 1.0
        share, total = self.value, self.total
        middle = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
        half = Z / (1 + Z * Z / total) * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
        # Rounding must not put the bound of a certain outcome inside.
        return (max(0.0, middle - half) if self.count else 0.0), (
            min(1.0, middle + half) if self.count < self.total else 1.0
        )

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    def __add__(self, other: Proportion) -> Proportion:
        return Proportion(self.count + other.count, self.total + other.total)
