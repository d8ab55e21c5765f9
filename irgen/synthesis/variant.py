"""The program that a sentence is about: its type, whether in place, which scalars and sizes are numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from passwright.irgen.synthesis.operation import Argument, Operation, arguments_of, renamed

_IN_PLACE = 0.2
_NUMBER = 0.35
_FIXED_SIZES = 0.06
_EXTENTS: dict[int, tuple[str, ...]] = {
    1: ("4", "8", "16", "32", "64", "100", "128", "256", "1000", "1024", "3"),
    2: ("4", "8", "16", "32", "64", "3", "5", "10", "24"),
    3: ("4", "8", "16", "3", "6", "12"),
}
"""Numbers that stand for sizes, by the largest rank: small enough to try the program."""


@dataclass
class Variant:
    statements: str
    arguments: list[Argument]
    type: str = ""
    """What `T` became."""
    in_place: bool = False
    alias: dict[str, str] = field(default_factory=dict)
    """The output's name to that of the input that takes its place."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Scalars and sizes that are numbers."""
    fixed_sizes: frozenset[str] = frozenset()
    """Numbers that are sizes; a sentence has to tell them all."""

    @property
    def inputs(self) -> list[Argument]:
        """Arrays that are read."""
        return [a for a in self.arguments if a.role in ("in", "inout") and a.shape]

    @property
    def scalars(self) -> list[Argument]:
        return [a for a in self.arguments if a.kind == "scalar"]

    @property
    def out(self) -> Argument | None:
        return next((a for a in self.arguments if a.role == "out" and a.shape), None)

    @property
    def updated(self) -> Argument:
        """The array that is read and written."""
        return next(a for a in self.arguments if a.role == "inout")


def draw_variant(rng: random.Random, operation: Operation) -> Variant:
    statements, _, declarations = operation.program.rpartition(" for ")
    variant = Variant(statements, list(arguments_of(declarations)))
    if operation.types:
        variant.type = rng.choices(list(operation.types), list(operation.types.values()))[0]
        variant.statements = re.sub(r"\bT\b", variant.type, statements)
        variant.arguments = [replace(a, type=variant.type) if a.type == "T" else a for a in variant.arguments]
    if operation.in_place and rng.random() < _IN_PLACE:
        _put_in_place(variant)
    for name, options in (operation.constants or {}).items():
        if rng.random() < _NUMBER:
            _make_number(variant, name, options, rng)
    if operation.fixed and rng.random() < _FIXED_SIZES:
        rank = max(len(a.shape) for a in variant.arguments)
        sizes = [a.name for a in variant.arguments if a.role == "size"]
        for name in sizes:
            _make_number(variant, name, _EXTENTS[min(rank, 3)], rng)
        variant.fixed_sizes = frozenset(variant.numbers[name] for name in sizes)
    return variant


def _put_in_place(variant: Variant) -> None:
    """The output becomes the first input of its shape."""
    out = variant.out
    assert out is not None
    first = next(a for a in variant.arguments if a.role == "in" and a.shape == out.shape)
    variant.arguments = [
        replace(a, role="inout") if a is first else a for a in variant.arguments if a is not out
    ]
    variant.statements = renamed(variant.statements, {out.name: first.name})
    variant.in_place = True
    variant.alias = {out.name: first.name}


def _make_number(variant: Variant, name: str, options: Sequence[str], rng: random.Random) -> None:
    """A scalar or size becomes a number; whole numbers only, where its type is an integer's."""
    argument = next(a for a in variant.arguments if a.name == name)
    if not argument.type.startswith("f"):
        options = [o for o in options if o.isdigit()]
    if not options:
        return
    number = rng.choice(options)
    variant.numbers[name] = number
    variant.statements = renamed(variant.statements, {name: number})
    variant.arguments = [
        replace(
            a,
            shape=tuple(renamed(s, {name: number}) for s in a.shape),
            attributes=renamed(a.attributes, {name: number}),
        )
        for a in variant.arguments
        if a is not argument
    ]
