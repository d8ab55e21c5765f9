"""What single-bit faults did: counts by outcome, by function and by instruction class, with intervals.

The fault propagation index of a kernel is the share of faults that reach its output: the run ends well and its
results are wrong. How faults are made is in `fault_injection.py` and docs/fault-propagation.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from passwright.bench.reliability.proportion import Proportion

FaultOutcome = Literal["masked", "corrupted", "crashed", "hung"]
"""masked: every result as without the fault; corrupted: the run ended well with other results; crashed: a
signal, an abort or a forbidden call ended it; hung: it did not end in time."""


@dataclass(frozen=True)
class Injection:
    """One fault: where it hit, and what became of it.

    Attributes:
        index: how many values the run had computed before the one that was hit.
        bit: as drawn, modulo the value's width.
        function, kind, opcode, file, line: of the instruction; line 0 without debug info.
        detail: the fault that ended the run, or the first wrong result.
    """

    index: int
    bit: int
    outcome: FaultOutcome
    function: str
    kind: str
    opcode: str = ""
    file: str = ""
    line: int = 0
    detail: str = ""


@dataclass(frozen=True)
class FaultCounts:
    """How many faults came to what."""

    masked: int = 0
    corrupted: int = 0
    crashed: int = 0
    hung: int = 0

    @staticmethod
    def of(injections: Iterable[Injection]) -> FaultCounts:
        """The outcomes counted."""
        counts = dict.fromkeys(get_args(FaultOutcome), 0)
        for injection in injections:
            counts[injection.outcome] += 1
        return FaultCounts(**counts)

    @property
    def injected(self) -> int:
        return self.masked + self.corrupted + self.crashed + self.hung

    @property
    def reached_output(self) -> Proportion:
        """Faults that silently spoiled the results: the fault propagation index."""
        return Proportion(self.corrupted, self.injected)

    @property
    def did_anything(self) -> Proportion:
        """Faults that were noticed one way or the other."""
        return Proportion(self.injected - self.masked, self.injected)

    @property
    def silent(self) -> Proportion:
        """Of the faults that did anything, those that nothing but the results shows."""
        return Proportion(self.corrupted, self.injected - self.masked)


@dataclass(frozen=True)
class FaultPropagation:
    """The faults injected into one build of a kernel on one input.

    Attributes:
        kernel: its name.
        recipe: the optimisation of the build; faults hit the values of the optimised IR.
        sizes: of the input.
        seed: of the sample of faults.
        planned: how many faults were to be injected; fewer were when the budget or the user ended it.
        dynamic_values: values that one run computes, from which the faults are drawn.
        sites: instructions that compute them, counted in the code.
        total, by_function, by_class: outcomes.
        seconds: wall time of the injections.
    """

    kernel: str
    recipe: str
    sizes: Mapping[str, int]
    seed: int
    planned: int
    dynamic_values: int
    sites: int
    total: FaultCounts
    by_function: Mapping[str, FaultCounts] = field(default_factory=dict)
    by_class: Mapping[str, FaultCounts] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def injected(self) -> int:
        return self.total.injected

    @property
    def index(self) -> Proportion:
        """The fault propagation index: the share of faults that reach the output."""
        return self.total.reached_output

    @property
    def faults_per_second(self) -> float:
        return self.injected / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` reads it. The shares and intervals are in it for other readers."""
        low, high = self.index.interval
        shares = {"value": self.index.value, "low": low, "high": high}
        return {**asdict(self), "sizes": dict(self.sizes), "index": shares}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> FaultPropagation:
        """The inverse of `to_json`."""
        values = {name: data[name] for name in FaultPropagation.__dataclass_fields__}
        values["total"] = FaultCounts(**data["total"])
        for name in ("by_function", "by_class"):
            values[name] = {key: FaultCounts(**counts) for key, counts in data[name].items()}
        return FaultPropagation(**values)


def group(injections: Iterable[Injection], by: Literal["function", "kind"]) -> dict[str, FaultCounts]:
    """Outcomes by function or by instruction class, the most frequently hit first."""
    groups: defaultdict[str, list[Injection]] = defaultdict(list)
    for injection in injections:
        groups[getattr(injection, by)].append(injection)
    counted = {name: FaultCounts.of(members) for name, members in groups.items()}
    return dict(sorted(counted.items(), key=lambda item: (-item[1].injected, item[0])))


@dataclass(frozen=True)
class ShareDifference:
    """One share minus another, with its 95 % interval."""

    value: float
    low: float
    high: float

    @staticmethod
    def of(share: Proportion, other: Proportion) -> ShareDifference:
        """`share - other` of independent samples (Newcombe, Interval estimation for the difference between
        independent proportions, 1998, method 10: the score intervals of the two, put together)."""
        value = share.value - other.value
        below = math.hypot(share.value - share.low, other.high - other.value)
        above = math.hypot(share.high - share.value, other.value - other.low)
        return ShareDifference(value, max(-1.0, value - below), min(1.0, value + above))

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class FaultComparison:
    """A kernel under faults before and after a recipe, on the same input."""

    before: FaultPropagation
    after: FaultPropagation

    @property
    def difference(self) -> ShareDifference:
        """How much more of the faults reach the output after than before."""
        return ShareDifference.of(self.after.index, self.before.index)

    def to_json(self) -> dict[str, Any]:
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "difference": asdict(self.difference),
        }
