"""Inputs that need no fuzzer: edge sizes, special values, random sizes, all within a workload's constraints.

`Workload.verification_sizes` has the few that every verification tries; here are many more, for a rate.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from passwright.bench.sizes import SizeCase, fit_sizes

if TYPE_CHECKING:
    from passwright.bench.workload import Workload

InputClass = Literal["edge sizes", "special values", "random", "fuzzed"]
CLASSES: tuple[InputClass, ...] = ("edge sizes", "special values", "random", "fuzzed")

EDGES = (
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    65,
    127,
    128,
    129,
    255,
    256,
    257,
    511,
    512,
    513,
)
"""Powers of two and their neighbours: the widths of vectors, unrolled loops and tiles are among them."""
MIDDLE = 11
"""What the other sizes are while one is at an edge."""
RANDOM = 60
"""How many random assignments there are at most."""


@dataclass(frozen=True)
class Input:
    """One input to make a call of: its class, sizes, seed, and whether it has special values."""

    kind: InputClass
    sizes: Mapping[str, int]
    seed: int
    special: bool = False

    def __str__(self) -> str:
        special = ", special values" if self.special else ""
        return f"{SizeCase(self.sizes, 'generated')}, seed {self.seed}{special}"


def edge_sizes(workload: Workload, cap: int) -> list[dict[str, int]]:
    """Distinct assignments with edges up to `cap`, all sizes at one edge or one of them, fewest elements first."""
    sizes = workload.sizes
    highest = {name: min(size.value, cap) for name, size in sizes.items()}
    wanted = [dict(case.sizes) for case in workload.verification_sizes() if case.origin != "measured"]
    for edge in (edge for edge in EDGES if edge <= cap):
        wanted.append({name: min(edge, top) for name, top in highest.items()})
        for chosen in sizes if len(sizes) > 1 else ():
            around = {name: min(MIDDLE, top) for name, top in highest.items()}
            wanted.append({**around, chosen: min(edge, highest[chosen])})
    distinct: dict[tuple[int, ...], dict[str, int]] = {}
    for assignment in wanted:
        # Constraints that hang together may lift a size above the cap; those take too long.
        fitted = fit_sizes(sizes, assignment)
        if fitted is not None and all(fitted[n] <= max(highest[n], sizes[n].min) for n in sizes):
            distinct.setdefault(tuple(fitted.values()), fitted)
    return sorted(distinct.values(), key=lambda values: sum(values.values()))


def generated(workload: Workload, *, seed: int, cap: int) -> Iterator[Input]:
    """Inputs of the three classes in turn, in an order that `seed` decides, until none is left.

    `cap` bounds each size, in elements; no size is above its measured value.
    """
    draw = random.Random(seed)
    assignments = edge_sizes(workload, cap)
    edges = [Input("edge sizes", sizes, draw.randrange(1, 1000)) for sizes in assignments]
    specials = [Input("special values", sizes, draw.randrange(1, 1000), True) for sizes in assignments]
    draw.shuffle(specials)
    rows = [edges, specials, _random(workload, draw, cap)]
    for number in range(max(map(len, rows))):
        for row in rows:
            if number < len(row):
                yield row[number]


def _random(workload: Workload, draw: random.Random, cap: int) -> list[Input]:
    """Sizes whose logarithms are uniform."""
    found = []
    for _ in range(RANDOM):
        wanted = {
            name: int((min(size.value, cap) + 1) ** draw.random()) for name, size in workload.sizes.items()
        }
        fitted = fit_sizes(workload.sizes, wanted)
        if fitted is not None:
            found.append(Input("random", fitted, draw.randrange(1, 1 << 30)))
    return found
