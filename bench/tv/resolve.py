"""What a branch decides about values that were merged by the same condition before.

Paths that meet are merged into choices. Where a later branch goes by the same condition, as the loops of a kernel over
one count do, the choices fall away again, and with them most of what the solver would have to untangle.
"""

from __future__ import annotations

from typing import Any

import z3

from passwright.bench.tv.memory import Cells, Choice, Layer, Word, Written
from passwright.bench.tv.terms import Truth, arithmetic, every, negated, same, some
from passwright.bench.tv.values import Number, Pointer, Value

_OPS = {
    z3.Z3_OP_BADD: "add",
    z3.Z3_OP_BOR: "or",
    z3.Z3_OP_BXOR: "xor",
    z3.Z3_OP_BAND: "and",
    z3.Z3_OP_BMUL: "mul",
}


class Resolver:
    """Knows that one condition holds, or that it does not; keeps what it worked out."""

    def __init__(self, literal: Truth) -> None:
        self.holds = not z3.is_not(literal)
        self.condition = literal if self.holds else literal.arg(0)
        self._layers: dict[int, tuple[Layer, Layer]] = {}
        self._words: dict[int, tuple[Word, Word]] = {}

    def memory(self, layers: dict[int, Layer]) -> dict[int, Layer]:
        """Objects without choices by the condition."""
        return {number: self.layer(layer) for number, layer in layers.items()}

    def layer(self, layer: Layer) -> Layer:
        """One object."""
        known = self._layers.get(id(layer))
        if known is None:
            known = self._layers[id(layer)] = (layer, self._layer(layer))
        return known[1]

    def _layer(self, layer: Layer) -> Layer:
        if isinstance(layer, Choice):
            if same(layer.condition, self.condition):
                return self.layer(layer.yes if self.holds else layer.no)
            yes, no = self.layer(layer.yes), self.layer(layer.no)
            return layer if yes is layer.yes and no is layer.no else Choice(layer.condition, yes, no)
        if isinstance(layer, Written):
            below, word = self.layer(layer.below), self.word(layer.word)
            same_ = below is layer.below and word is layer.word
            return layer if same_ else Written(below, layer.offset, word)
        if isinstance(layer, Cells):
            below = self.layer(layer.below)
            cells = {at: (self.word(word), index) for at, (word, index) in layer.cells.items()}
            if below is layer.below and all(cells[at][0] is word for at, (word, _) in layer.cells.items()):
                return layer
            if isinstance(below, Cells):
                return Cells(below.below, {**below.cells, **cells}, True)
            return Cells(below, cells, True)
        return layer

    def word(self, word: Word) -> Word:
        """A word of memory."""
        known = self._words.get(id(word))
        if known is None:
            value = self.value(word.value)
            found = word if value is word.value else Word(value, word.size, word.aligned, word.empty)
            known = self._words[id(word)] = (word, found)
        return known[1]

    def value(self, value: Value) -> Value:
        """A value; the very same object where nothing was decided."""
        if isinstance(value, tuple):
            parts = tuple(self.value(part) for part in value)
            return value if all(x is y for x, y in zip(parts, value, strict=True)) else parts
        poison = self._truth(value.poison)
        if isinstance(value, Number):
            term = self._truth(value.term) if value.width == 1 else self._bits(value.term, value.width)
            unchanged = term is value.term and poison is value.poison
            return value if unchanged else Number(term, poison, value.width)
        cases = tuple((self._truth(h), place, self._bits(offset, 64)) for h, place, offset in value.cases)
        cases = tuple(case for case in cases if case[0] is not False)
        unchanged = poison is value.poison and len(cases) == len(value.cases)
        unchanged = unchanged and all(
            x[0] is y[0] and x[2] is y[2] for x, y in zip(cases, value.cases, strict=False)
        )
        return value if unchanged else Pointer(cases, poison)

    def _bits(self, term: Any, width: int) -> Any:
        while z3.is_ast(term) and z3.is_app_of(term, z3.Z3_OP_ITE) and same(term.arg(0), self.condition):
            term = term.arg(1) if self.holds else term.arg(2)
        if not z3.is_ast(term):
            return term
        if z3.is_bv_value(term):
            return term.as_long()
        if term.decl().kind() in _OPS and term.num_args() == 2:
            parts = [
                self._bits(part, width) if z3.is_app_of(part, z3.Z3_OP_ITE) else part
                for part in term.children()
            ]
            if any(x is not y for x, y in zip(parts, term.children(), strict=True)) and not all(
                same(x, y) for x, y in zip(parts, term.children(), strict=True)
            ):
                return arithmetic(_OPS[term.decl().kind()], parts[0], parts[1], width)
        return term

    def _truth(self, term: Truth) -> Truth:
        if isinstance(term, bool):
            return term
        if same(term, self.condition):
            return self.holds
        if z3.is_not(term):
            inner = self._truth(term.arg(0))
            return term if z3.is_ast(inner) and inner.eq(term.arg(0)) else negated(inner)
        if z3.is_app_of(term, z3.Z3_OP_ITE):
            return (term.arg(1) if self.holds else term.arg(2)) if same(term.arg(0), self.condition) else term
        if z3.is_and(term) or z3.is_or(term):
            parts = [self._truth(part) for part in term.children()]
            if not all(same(x, y) for x, y in zip(parts, term.children(), strict=True)):
                return every(parts) if z3.is_and(term) else some(parts)
        return term
