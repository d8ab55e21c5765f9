"""The calls that builds are compared on: which sizes, which seed, which data.

`plan` lists the stated, made-up and measured sizes; `mutated_cases` adds data of other shapes (equal, sorted, reversed,
alternating, tied, extreme, wide values; NaN in quantity; constants that the kernel compares with) and buffers that
overlap where the signature allows it. What a case means in bytes is `case_call`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, zip_longest
from typing import TYPE_CHECKING, Any

from passwright.bench.mutation import PLAIN, Mutation, overlap, overlaps
from passwright.bench.sizes import Origin, SizeCase, work
from passwright.bench.styles import CORNER_STYLES, EXACT_STYLES, FLOAT_STYLES, Constants

if TYPE_CHECKING:
    from passwright.bench.call import Call
    from passwright.bench.workload import Workload

MUTATED_WORK = 300_000
"""Mutated data come at sizes whose product does not exceed this: the reference is unoptimised."""
CORNERS = 48
"""Calls on corner values at the smallest sizes."""
FIRST_CORNER = 1000
"""Their seeds, which are theirs alone."""
OVERLAP_LIMIT = 18
"""Overlapping calls at most; the pairs of a function of many pointers are many."""


@dataclass(frozen=True)
class Case:
    """One call to compare on: sizes, where they come from, the data's seed, special values or not.

    `mutation` says how its data differ from what the workload draws.
    """

    sizes: Mapping[str, int]
    origin: Origin
    seed: int
    special: bool
    mutation: Mutation = PLAIN

    @property
    def made_up(self) -> bool:
        """Whether verification chose it by itself, so that it may be left out."""
        return self.origin == "generated" or self.special

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other cases of the same workload."""
        return (*self.sizes.items(), self.seed, self.special, self.mutation)

    def __str__(self) -> str:
        special = ", special values" if self.special else ""
        mutation = f", {self.mutation}" if self.mutation != PLAIN else ""
        return f"{SizeCase(self.sizes, self.origin)}, seed {self.seed}{special}{mutation}"


def case_call(workload: Workload, signature: Mapping[str, Any], case: Case) -> Call:
    """The bytes of a case. Raises WorkloadError where the shapes do not exist at its sizes."""
    call = workload.call(signature, case.sizes, case.seed, case.special, case.mutation)
    return call if case.mutation.overlap is None else overlap(call, case.mutation.overlap)


def plan(workload: Workload, *, special: bool = True) -> list[Case]:
    """The cases in the order in which they are tried: small before large, the measured size last.

    Every size comes plain and with special values, seeds taking turns. Without special values (fast-math
    promises that there are none) the measured size comes with two seeds.
    """
    cases: list[Case] = []
    seeds = workload.seeds
    for number, size in enumerate(workload.verification_sizes()):
        seed, other = seeds[number % len(seeds)], seeds[(number + 1) % len(seeds)]
        cases.append(Case(size.sizes, size.origin, seed, False))
        if special:
            cases.append(Case(size.sizes, size.origin, other, True))
        elif size.origin == "measured" and other != seed:
            cases.append(Case(size.sizes, size.origin, other, False))
    return cases


def mutated_cases(
    workload: Workload,
    signature: Mapping[str, Any],
    *,
    constants: Constants,
    vouched: bool,
    special: bool = True,
) -> list[Case]:
    """Mutated data and overlapping buffers at a few middling sizes.

    `vouched`: sanitizers will say which of them are defined, so that integers may be mutated and buffers may overlap.
    Without `special` values (fast-math) data keep their distribution: a bound for rounding holds for no other.
    """
    sizes, corners = middling(workload), smallest(workload)
    seeds = cycle(workload.seeds)
    shaped: list[Case] = []
    corner: list[Case] = []
    together: list[Case] = []
    if special:
        for number, style in enumerate(EXACT_STYLES if vouched else FLOAT_STYLES):
            mutation = Mutation(style, constants=constants, integers=vouched)
            for size in (sizes[number % len(sizes)], sizes[(number + 1) % len(sizes)]):
                shaped.append(Case(size, "generated", next(seeds), False, mutation))
        # One NaN hides what another element does to a sum, and a pair of values matters only where they meet.
        styles = [*CORNER_STYLES, *["mixed"] * len(CORNER_STYLES)]
        for number in range(CORNERS):
            mutation = Mutation(styles[number % len(styles)], constants=constants, integers=vouched)
            size = corners[number % len(corners)]
            corner.append(Case(size, "generated", FIRST_CORNER + number, False, mutation))
    if vouched:
        together = [
            Case(size, "generated", next(seeds), False, Mutation(overlap=pair))
            for pair in overlaps(workload, signature)
            for size in sizes[-2:]
        ]
    # In turn, so that a short budget leaves some of each kind.
    turns = zip_longest(corner, shaped, together[:OVERLAP_LIMIT])
    return list({case.key: case for turn in turns for case in turn if case is not None}.values())


def smallest(workload: Workload) -> Sequence[Mapping[str, int]]:
    """Up to six sizes with the fewest elements that are not empty."""
    every = [size.sizes for size in workload.verification_sizes()]
    filled = [size for size in every if all(size.values())] or every
    return sorted(filled, key=work)[:6]


def middling(workload: Workload) -> Sequence[Mapping[str, int]]:
    """Up to four distinct made-up or stated sizes, none of them empty if that can be had, smallest first."""
    every = [size.sizes for size in workload.verification_sizes()]
    small = [size for size in every if work(size) <= MUTATED_WORK]
    filled = [size for size in small if all(value > 1 for value in size.values())] or small or every[:1]
    step = max(1, len(filled) // 4)
    return filled[step // 2 :: step][:4]
