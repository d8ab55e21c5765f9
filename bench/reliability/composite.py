"""One number for a build: R = α(1 − D) + βP + γ(1 − C), and what to look at where one number hides a trade.

    D = d / (d + 25)      d: weighted defects per 1000 lines.  Half at 25, the upper end of what delivered code has
                          (1 to 25 by McConnell, Code Complete, 2nd edition, chapter 22)
    P = s / (s + 1)       s: how many times faster than -O3.  Half where it is as fast, and a build that is s times
                          slower lies as far below as one s times faster lies above: the logistic function of log s
    C = m / (m + 10)      m: decisions of the most complex function, that is its cyclomatic complexity less 1.  Half
                          just above McCabe's limit of 10 (A complexity measure, 1976).  The optimised IR is measured
                          likewise with a half at 13, and C is the mean of both where both are known

D and C grow with every defect and every decision, and saturate: a file with ten times the defects of a bad one is
little worse. All three lie between 0 and 1, and so does R, as the weights are divided by their sum. A build that
crashes, hangs or computes something else earns FLOOR, below every build that is right, however slow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from passwright.bench.reliability.reliability import Reliability
from passwright.passes.errors import UsageError

DENSITY = 25.0
"""Weighted defects per 1000 lines at which D is a half."""
DECISIONS = 10.0
"""Decisions of a source function at which C is a half."""
IR_DECISIONS = 13.0
"""Decisions of an optimised function at which C is a half: half of our suite's kernels have fewer at -O3."""
FLOOR = -1.0
"""What a wrong or crashing build earns."""


@dataclass(frozen=True)
class Weights:
    """α, β, γ; only their ratios count."""

    safety: float = 0.4
    speed: float = 0.4
    simplicity: float = 0.2

    def __post_init__(self) -> None:
        values = [getattr(self, one.name) for one in fields(self)]
        if not all(math.isfinite(value) and value >= 0 for value in values) or not sum(values) > 0:
            raise UsageError(
                f"weights {values}: not all finite and at least 0, with one above", hint="such as 0.4,0.4,0.2"
            )

    @staticmethod
    def parse(text: str) -> Weights:
        """From "0.4,0.4,0.2": safety, speed, simplicity.  Raises UsageError."""
        try:
            safety, speed, simplicity = (float(part) for part in text.split(","))
        except ValueError:
            raise UsageError(
                f"weights {text!r}: not three numbers", hint="safety,speed,simplicity such as 0.4,0.4,0.2"
            ) from None
        return Weights(safety, speed, simplicity)


DEFAULTS = Weights()


@dataclass(frozen=True)
class Composite:
    """R with its parts.

    Attributes:
        defects, performance, complexity: D, P, C.
        safety, speed, simplicity: the weighted terms, whose sum is `value`; 0 for a build that is wrong.
        value: R, or FLOOR.
    """

    defects: float
    performance: float
    complexity: float
    safety: float
    speed: float
    simplicity: float
    value: float

    @property
    def terms(self) -> dict[str, float]:
        """The terms by name; `wrong` is FLOOR for a build that is wrong, else 0."""
        wrong = self.value - (self.safety + self.speed + self.simplicity) if self.wrong else 0.0
        return {"safety": self.safety, "speed": self.speed, "simplicity": self.simplicity, "wrong": wrong}

    @property
    def wrong(self) -> bool:
        """Whether it earned the floor."""
        return self.value == FLOOR

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def defects(density: float) -> float:
    """D of a density of weighted defects per 1000 lines."""
    return density / (density + DENSITY)


def performance(speedup: float) -> float:
    """P of a speedup over -O3, which is above 0."""
    return speedup / (speedup + 1) if speedup < 1 else 1 / (1 + 1 / speedup)


def simplicity_loss(source: int = 0, ir: int = 0) -> float:
    """C of cyclomatic complexities; 0 stands for one that is not known."""
    parts = [
        (value - 1) / (value - 1 + half)
        for value, half in ((source, DECISIONS), (ir, IR_DECISIONS))
        if value > 0
    ]
    return sum(parts) / len(parts) if parts else 0.0


def composite(
    reliability: Reliability, *, speedup: float = 1.0, right: bool = True, weights: Weights | None = None
) -> Composite:
    """R of a build; `speedup` is -O3's time over its own, `right` whether it was found equal and whole."""
    ir = reliability.ir_complexity.after if reliability.ir_complexity else 0
    return compose(
        reliability.defect_density, reliability.complexity, ir, speedup=speedup, right=right, weights=weights
    )


def compose(
    density: float,
    source_complexity: int,
    ir_complexity: int,
    *,
    speedup: float = 1.0,
    right: bool = True,
    weights: Weights | None = None,
) -> Composite:
    """`composite` of the numbers themselves."""
    weights = weights or Weights()
    whole = weights.safety + weights.speed + weights.simplicity
    d, c = defects(density), simplicity_loss(source_complexity, ir_complexity)
    if not right or not speedup > 0:
        return Composite(d, 0.0, c, 0.0, 0.0, 0.0, FLOOR)
    p = performance(speedup)
    safety, speed = weights.safety * (1 - d) / whole, weights.speed * p / whole
    simplicity = weights.simplicity * (1 - c) / whole
    return Composite(d, p, c, safety, speed, simplicity, safety + speed + simplicity)


# -- where one number hides a trade -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A build in three numbers.

    Attributes:
        name: of the build.
        speed: -O3's time over its own.
        size: bytes of machine code.
        reliability: R without its P, 0 to 1.
    """

    name: str
    speed: float
    size: int
    reliability: float

    def dominates(self, other: Point) -> bool:
        """Whether it is at least as good in everything and better in something."""
        better = (
            self.speed >= other.speed and self.size <= other.size and self.reliability >= other.reliability
        )
        same = (self.speed, self.size, self.reliability) == (other.speed, other.size, other.reliability)
        return better and not same


def trust(of: Composite, weights: Weights | None = None) -> float:
    """R without its P: what is left when speed does not count. 0 for a build that is wrong."""
    weights = weights or Weights()
    share = weights.safety + weights.simplicity
    if of.wrong or not share:
        return 0.0
    return (weights.safety * (1 - of.defects) + weights.simplicity * (1 - of.complexity)) / share


def pareto(points: Sequence[Point]) -> list[Point]:
    """The points that none of the others dominates, in their order."""
    return [one for one in points if not any(other.dominates(one) for other in points)]
