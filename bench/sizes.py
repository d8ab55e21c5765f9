"""The sizes of a workload: constraints, and assignments that verification makes up within them.

A made-up size never exceeds the measured one: a kernel may rely on a relation between sizes that the
workload does not state (a radius smaller than the image), and smaller values of everything usually keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from passwright.bench.expression import Expression, ExpressionError, evaluate

Origin = Literal["stated", "generated", "measured"]


@dataclass(frozen=True)
class Size:
    """A size's measured value and what other values must satisfy.

    `at_least` is an expression over other sizes.
    """

    value: int
    min: int = 0
    max: int | None = None
    multiple: int = 1
    power_of_two: bool = False
    at_least: Expression | None = None

    def fit(self, wanted: int, floor: int = 0) -> int | None:
        """The admissible value nearest to `wanted` from below, else the smallest admissible one.

        None if there is none.
        """
        low = max(self.min, floor)
        if self.power_of_two:
            power = 1 << max(0, wanted.bit_length() - 1)
            while power < low or power % self.multiple:
                power *= 2
                if power > 2**62:
                    return None
            value = power
        else:
            value = max(wanted, low) // self.multiple * self.multiple
            if value < low:
                value += self.multiple
        return None if self.max is not None and value > self.max else value


@dataclass(frozen=True)
class SizeCase:
    """One assignment of every size and where it comes from."""

    sizes: Mapping[str, int]
    origin: Origin

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.sizes.items()) or "the only size"


# Each pattern assigns its values to the sizes in turn: all at the minimum, one, distinct odd primes (no
# dimension equals another, none divides by a vector width), a mix below and above the vector widths, powers
# of two and their neighbours, where vectors, unrolled bodies and tiles begin and end.
_PATTERNS: tuple[tuple[int, ...], ...] = (
    (0,),
    (1,),
    (2, 3, 5),
    (7, 5, 11, 3, 13),
    (1, 17, 2, 9),
    (4, 9, 3, 6),
    (8, 15, 5, 12),
    (16,),
    (31, 33, 29, 37),
    (15, 32, 7, 24),
    (63, 65, 33, 47),
    (64, 23, 65, 4),
    (67, 61, 71, 59),
    (128, 127, 129),
    (257, 131, 263, 67),
)
_FLAT = (9, 6, 19, 5)
_WORK_LIMIT = 40_000_000
"""Above this product of all sizes a made-up assignment is left out.

The unoptimised reference would take seconds.
"""


def make_up_sizes(sizes: Mapping[str, Size], stated: tuple[Mapping[str, int], ...]) -> list[SizeCase]:
    """Stated assignments and distinct made-up ones, fewest elements first, then the measured one."""
    measured = {name: size.value for name, size in sizes.items()}
    cases = [SizeCase({**measured, **assignment}, "stated") for assignment in stated]

    def add(wanted: Mapping[str, int]) -> None:
        fitted = fit_sizes(sizes, wanted)
        if fitted is not None and work(fitted) <= _WORK_LIMIT:
            cases.append(SizeCase(fitted, "generated"))

    for pattern in _PATTERNS if sizes else ():
        for rotation in range(min(len(pattern), 2)):
            wanted = {
                name: min(pattern[(position + rotation) % len(pattern)], size.value)
                for position, (name, size) in enumerate(sizes.items())
            }
            add(wanted)
    # One size small while the others are not: loops that do not run inside of loops that do, very flat shapes.
    for small in (0, 1, 2) if len(sizes) > 1 else ():
        for name in sizes:
            others = dict(zip((other for other in sizes if other != name), cycle(_FLAT), strict=False))
            add({key: min(others.get(key, small), size.value) for key, size in sizes.items()})
    distinct: dict[tuple[int, ...], SizeCase] = {}
    for case in cases:
        distinct.setdefault(tuple(case.sizes.values()), case)
    distinct.pop(tuple(measured.values()), None)
    return [
        *sorted(distinct.values(), key=lambda case: sum(case.sizes.values())),
        SizeCase(measured, "measured"),
    ]


def scaled_sizes(sizes: Mapping[str, Size], factor: float) -> dict[str, int]:
    """Every size times `factor` within its constraints; the measured sizes where they cannot be met."""
    wanted = {name: max(1, round(size.value * factor)) for name, size in sizes.items()}
    return fit_sizes(sizes, wanted) or {name: size.value for name, size in sizes.items()}


def fit_sizes(sizes: Mapping[str, Size], wanted: Mapping[str, int]) -> dict[str, int] | None:
    """Admissible values near `wanted`, None when constraints cannot be met together.

    `at_least` may refer to other sizes: values only grow from round to round, so that a fixed point is
    reached unless the constraints chase each other.
    """
    values = dict(wanted)
    for _ in range(len(sizes) + 2):
        previous = dict(values)
        for name, size in sizes.items():
            floor = 0
            if size.at_least is not None:
                try:
                    floor = int(evaluate(size.at_least, values))
                except ExpressionError:
                    return None
            fitted = size.fit(values[name], floor)
            if fitted is None:
                return None
            values[name] = fitted
        if values == previous:
            return values
    return None


def work(sizes: Mapping[str, int]) -> int:
    """The product of all sizes: what a nest of loops over them costs at most."""
    product = 1
    for value in sizes.values():
        product *= max(1, value)
    return product
