"""What an IR value is in the encoding: numbers and pointers with their poison, vectors and structures as tuples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from passwright.bench.tv.terms import Bits, Truth, choose, choose_truth, every, negated, same, some

NULL = 0
"""The object that null pointers point to; it has no bytes."""
POINTER_BITS = 64


class Unsupported(Exception):
    """What the encoding has no meaning for; its text is the verdict's reason."""


class TooLarge(Exception):
    """The encoding grows beyond its limits."""


@dataclass(frozen=True, slots=True)
class Number:
    """An integer, or the bits of a floating-point number; of width 1 the term is a truth value."""

    term: Any
    poison: Truth
    width: int


@dataclass(frozen=True, slots=True)
class Pointer:
    """A byte offset into one of several objects; the conditions exclude each other and one of them holds."""

    cases: tuple[tuple[Truth, int, Bits], ...]
    poison: Truth


Value: TypeAlias = Any
"""Number, Pointer, or a tuple of values (vector, array, structure)."""


def number(term: Any, width: int, poison: Truth = False) -> Number:
    """A number; of width 1 the term is a truth value, an int will do."""
    if width == 1 and isinstance(term, int):
        term = bool(term)
    return Number(term, poison, width)


def pointer(place: int, offset: Bits = 0, poison: Truth = False) -> Pointer:
    """A pointer into one object."""
    return Pointer(((True, place, offset),), poison)


def poisoned(value: Value, poison: Truth) -> Value:
    """The value, poison also where `poison` holds."""
    if poison is False:
        return value
    if isinstance(value, tuple):
        return tuple(poisoned(part, poison) for part in value)
    if isinstance(value, Number):
        return Number(value.term, some([value.poison, poison]), value.width)
    return Pointer(value.cases, some([value.poison, poison]))


def poison_of(value: Value) -> Truth:
    """Whether any part of the value is poison."""
    return some(poison_of(part) for part in value) if isinstance(value, tuple) else value.poison


def merge(condition: Truth, a: Value, b: Value) -> Value:
    """condition ? a : b"""
    if a is b or condition is True:
        return a
    if condition is False:
        return b
    if isinstance(a, tuple):
        return tuple(merge(condition, x, y) for x, y in zip(a, b, strict=True))
    poison = choose_truth(condition, a.poison, b.poison)
    if isinstance(a, Number):
        # Where one side is poison its term does not matter.
        if a.poison is True:
            return Number(b.term, poison, b.width)
        if b.poison is True:
            return Number(a.term, poison, a.width)
        if a.width == 1:
            return Number(choose_truth(condition, a.term, b.term), poison, 1)
        return Number(choose(condition, a.term, b.term, a.width), poison, a.width)
    left = {place: (holds, offset) for holds, place, offset in a.cases}
    right = {place: (holds, offset) for holds, place, offset in b.cases}
    cases = []
    for place in {**left, **right}:
        holds = choose_truth(condition, left.get(place, (False, 0))[0], right.get(place, (False, 0))[0])
        if place in left and place in right:
            offset = choose(condition, left[place][1], right[place][1], POINTER_BITS)
        else:
            offset = (left.get(place) or right[place])[1]
        cases.append((holds, place, offset))
    return Pointer(tuple(cases), poison)


def identical(a: Value, b: Value) -> bool:
    """Whether two values are the same expressions."""
    if a is b:
        return True
    if isinstance(a, tuple) or isinstance(b, tuple):
        return (
            isinstance(a, tuple)
            and isinstance(b, tuple)
            and len(a) == len(b)
            and all(identical(x, y) for x, y in zip(a, b, strict=True))
        )
    if isinstance(a, Number) and isinstance(b, Number):
        return a.width == b.width and same(a.term, b.term) and same(a.poison, b.poison)
    if isinstance(a, Pointer) and isinstance(b, Pointer):
        return (
            len(a.cases) == len(b.cases)
            and same(a.poison, b.poison)
            and all(
                p == q and same(g, h) and same(x, y)
                for (g, p, x), (h, q, y) in zip(a.cases, b.cases, strict=True)
            )
        )
    return False


def guarded(condition: Truth, *terms: Truth) -> Truth:
    """condition and not all of the terms"""
    return every([condition, negated(every(terms))])
