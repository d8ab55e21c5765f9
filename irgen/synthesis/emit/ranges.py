"""What can be told of subscripts without running anything: sums of names with whole factors, and bounds of them.

Sizes are at least 0. A read whose array is declared `in low..high` is bounded too. Nothing else is assumed, so that "may be
outside" is always safe.
"""

from __future__ import annotations

from collections.abc import Mapping

from passwright.irgen.notation.syntax import Apply, Binary, Binder, Expr, Index, Name, Num, Unary, walk
from passwright.irgen.notation.text import expr_text

Linear = dict[str, int]
"""Factors of terms by their text; the number has the key ""."""


def linear(expr: Expr) -> Linear:
    """`expr` as a sum; what is no sum is a term of its own."""
    match expr:
        case Num(text) if text.isdigit():
            return {"": int(text)}
        case Unary("-", value):
            return scaled(linear(value), -1)
        case Binary("+", left, right):
            return total(linear(left), linear(right))
        case Binary("-", left, right):
            return total(linear(left), scaled(linear(right), -1))
        case Binary("*", left, right):
            one, other = linear(left), linear(right)
            for number, rest in ((one, other), (other, one)):
                if not number.keys() - {""}:
                    return scaled(rest, number.get("", 0))
            return {expr_text(expr): 1}
        case _:
            return {expr_text(expr): 1}


def total(left: Linear, right: Linear) -> Linear:
    terms = {t: left.get(t, 0) + right.get(t, 0) for t in (*left, *right)}
    return {t: factor for t, factor in terms.items() if factor}


def scaled(terms: Linear, by: int) -> Linear:
    return {t: factor * by for t, factor in terms.items() if factor * by}


class Bounds:
    """Bounds of subscripts inside nested loops."""

    def __init__(self, sizes: frozenset[str], reads: Mapping[str, Binder]) -> None:
        self.sizes = sizes
        self.reads = reads
        """By array: what its elements are declared to be in."""
        self.loops: list[Binder] = []

    def may_be_negative(self, subscript: Expr) -> bool:
        return not self.never_negative(self._extreme(linear(subscript), largest=False))

    def may_reach(self, subscript: Expr, extent: Expr) -> bool:
        """Whether `subscript` may be `extent` or more."""
        room = total(linear(extent), scaled(linear(subscript), -1))
        return not self.never_negative(self._extreme(total(room, {"": -1}), largest=False))

    def never_negative(self, terms: Linear) -> bool:
        return all(factor >= 0 and (t == "" or self._nonnegative(t)) for t, factor in terms.items())

    def _nonnegative(self, term: str) -> bool:
        return term in self.sizes or all(f in self.sizes or f.isdigit() for f in term.split(" * "))

    def _extreme(self, terms: Linear, largest: bool) -> Linear:
        """The bound with loops' indices and bounded reads replaced, the innermost first."""
        for term in [t for t in terms if "[" in t]:
            bounds = self.reads.get(term.split("[")[0])
            if bounds is not None and term.endswith("]") and term.count("[") == 1:
                terms = self._replaced(terms, term, bounds, largest)
        for loop in reversed(self.loops):
            if loop.name in terms:
                terms = self._replaced(terms, loop.name, loop, largest)
        return terms

    def _replaced(self, terms: Linear, term: str, bounds: Binder, largest: bool) -> Linear:
        assert bounds.low is not None and bounds.high is not None
        factor = terms[term]
        rest = {t: f for t, f in terms.items() if t != term}
        if (factor > 0) != largest:
            return total(rest, scaled(self._tightest(bounds.low, terms, "max"), factor))
        return total(rest, scaled(total(self._tightest(bounds.high, terms, "min"), {"": -1}), factor))

    def _tightest(self, bound: Expr, terms: Linear, function: str) -> Linear:
        """Of `max(a, b)` as a lower bound both hold; take the one that shares terms with the rest, or else the first."""
        if isinstance(bound, Apply) and bound.function == function:
            options = [linear(a) for a in bound.arguments]
            return next((o for o in options if set(o) & set(terms) - {""}), options[0])
        return linear(bound)


def mentions(expr: Expr, names: frozenset[str]) -> bool:
    return any(isinstance(n, Name) and n.name in names for n in walk(expr))


def arrays_of(expr: Expr) -> set[str]:
    return {n.array for n in walk(expr) if isinstance(n, Index)}
