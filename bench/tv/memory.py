"""Memory: objects of bytes, and what was written to them as layers over what they held at first.

Accesses of unrolled loops mostly have constant offsets: they are cells of a dictionary, and reading one back gives
the very expression that was written. A write at an unknown offset is a layer of its own, a join of two paths that
have such layers a choice between them. Reading walks down and compares offsets, so the solver sees no array theory.

Two accesses of one size that are both aligned to it overlap as a whole or not at all; a misaligned one is undefined
behaviour, which is recorded where the access is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import z3

from passwright.bench.tv.terms import Bits, Truth, bits, choose, compare, cut, difference, joined, mask, some
from passwright.bench.tv.values import (
    NULL,
    POINTER_BITS,
    Number,
    Pointer,
    Unsupported,
    Value,
    identical,
    merge,
    pointer,
)


@dataclass(frozen=True)
class Word:
    """`size` bytes that were written together; `aligned`: to their own size."""

    value: Value  # Number of size * 8 bits, or Pointer
    size: int
    aligned: bool = True
    empty: bool = False  # never written: may be taken for any value


Read = Callable[[Bits, int, bool], Word]


@dataclass
class Layer:
    """What an object holds; see the subclasses."""

    known: dict[object, Word] = field(default_factory=dict, repr=False, init=False)
    alive: list[Bits] = field(default_factory=list, repr=False, init=False)

    def read(self, offset: Bits, size: int, aligned: bool) -> Word:
        """`size` bytes from `offset`."""
        key = (offset if isinstance(offset, int) else ("z", offset.get_id()), size, aligned)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._read(offset, size, aligned)
            self.alive.append(offset)  # an expression's number is only its own for as long as it lives
        return found

    def _read(self, offset: Bits, size: int, aligned: bool) -> Word:
        raise NotImplementedError


@dataclass
class Initial(Layer):
    """What the object held at first, by a function of offset, size and alignment."""

    make: Read

    def _read(self, offset: Bits, size: int, aligned: bool) -> Word:
        return self.make(offset, size, aligned)


@dataclass
class Cells(Layer):
    """Bytes at constant offsets over another layer: cell -> (word, byte of the word)."""

    below: Layer
    cells: dict[int, tuple[Word, int]] = field(default_factory=dict)
    frozen: bool = False

    def word(self, offset: int, size: int) -> Word | None:
        """The word that was written as a whole at that place."""
        found = self.cells.get(offset)
        if found is None or found[1] != 0 or found[0].size != size:
            return None
        whole = all(
            (cell := self.cells.get(offset + at)) is not None and cell[0] is found[0] and cell[1] == at
            for at in range(1, size)
        )
        return found[0] if whole else None

    def words(self) -> Iterator[tuple[int, Word | None]]:
        """Start and word of everything that was written, None for bytes of a word that is partly overwritten."""
        at, end = 0, -1
        for at in sorted(self.cells):
            if at < end:
                continue
            word, index = self.cells[at]
            found = self.word(at, word.size) if index == 0 else None
            end = at + (word.size if found else 1)
            yield at, found

    def _read(self, offset: Bits, size: int, aligned: bool) -> Word:
        if isinstance(offset, int):
            found = self.word(offset, size)
            if found is not None:
                return found
            if not any(offset + at in self.cells for at in range(size)):
                return self.below.read(offset, size, aligned)
            return assembled([self._byte(offset + at) for at in range(size)], aligned)
        pieces = list(self.words())
        below = self.below.read(offset, size, aligned)
        if all(
            (word is not None and word.size == size and word.aligned and aligned) or size == 1
            for _, word in pieces
        ):
            result = below
            for at, word in pieces:
                if size == 1:
                    starts = range(at, at + (word.size if word else 1))
                    for start in starts:
                        hit = compare("eq", offset, start & mask(64), POINTER_BITS)
                        result = joined_words(hit, self._byte(start), result)
                else:
                    assert word is not None
                    result = joined_words(compare("eq", offset, at & mask(64), POINTER_BITS), word, result)
            return result
        return assembled([self.read(offset + at, 1, True) for at in range(size)], aligned)

    def _byte(self, offset: int) -> Word:
        found = self.cells.get(offset)
        return self.below.read(offset, 1, True) if found is None else byte_of(*found)


@dataclass
class Written(Layer):
    """One word at an offset that is not constant, over another layer."""

    below: Layer
    offset: Bits
    word: Word

    def _read(self, offset: Bits, size: int, aligned: bool) -> Word:
        distance = difference(bits(offset, 64), bits(self.offset, 64), POINTER_BITS)
        if distance is not None:
            if distance == 0 and size == self.word.size:
                return self.word
            if distance <= -size or distance >= self.word.size:
                return self.below.read(offset, size, aligned)
        if size == self.word.size and ((aligned and self.word.aligned) or size == 1):
            hit = compare("eq", offset, self.offset, POINTER_BITS)
            return joined_words(hit, self.word, self.below.read(offset, size, aligned))
        if size > 1:
            parts = [
                self.read((offset + at) & mask(64) if isinstance(offset, int) else offset + at, 1, True)
                for at in range(size)
            ]
            return assembled(parts, aligned)
        result = self.below.read(offset, 1, True)
        for at in range(self.word.size):
            place = (self.offset + at) & mask(64) if isinstance(self.offset, int) else self.offset + at
            hit = compare("eq", offset, place, POINTER_BITS)
            result = joined_words(hit, byte_of(self.word, at), result)
        return result


@dataclass
class Choice(Layer):
    """One of two, by a condition."""

    condition: Truth
    yes: Layer
    no: Layer

    def _read(self, offset: Bits, size: int, aligned: bool) -> Word:
        return joined_words(
            self.condition, self.yes.read(offset, size, aligned), self.no.read(offset, size, aligned)
        )


def byte_of(word: Word, index: int) -> Word:
    """One byte of a word."""
    if word.size == 1:
        return word
    value = word.value
    if isinstance(value, Pointer):
        if value.cases == ((True, NULL, 0),):
            return Word(Number(0, value.poison, 8), 1)
        raise Unsupported("single bytes of a pointer in memory")
    return Word(
        Number(cut(value.term, 8 * index + 7, 8 * index, value.width), value.poison, 8), 1, True, word.empty
    )


def assembled(parts: list[Word], aligned: bool) -> Word:
    """Bytes put together, the lowest first."""
    if any(isinstance(part.value, Pointer) for part in parts):
        raise Unsupported("single bytes of a pointer in memory")
    whole = z3.simplify(joined([(part.value.term, 8) for part in parts])) if _is_cut(parts) else None
    term = whole if whole is not None else joined([(part.value.term, 8) for part in parts])
    if whole is not None and z3.is_bv_value(whole):
        term = whole.as_long()
    poison = some(part.value.poison for part in parts)
    return Word(Number(term, poison, 8 * len(parts)), len(parts), aligned, all(part.empty for part in parts))


def _is_cut(parts: list[Word]) -> bool:
    return any(
        z3.is_app_of(part.value.term, z3.Z3_OP_EXTRACT) for part in parts if z3.is_ast(part.value.term)
    )


def joined_words(condition: Truth, a: Word, b: Word) -> Word:
    """condition ? a : b, words of one size."""
    if condition is True or a is b:
        return a
    if condition is False:
        return b
    aligned = a.aligned and b.aligned
    if isinstance(a.value, Pointer) != isinstance(b.value, Pointer):
        return Word(merge(condition, *_as_pointers(a, b)), a.size, aligned)
    if identical(a.value, b.value):
        return a if aligned or not a.aligned else b
    return Word(merge(condition, a.value, b.value), a.size, aligned, a.empty and b.empty)


def _as_pointers(a: Word, b: Word) -> tuple[Value, Value]:
    """Two values of which one is a pointer: memory that was never written, or zeros, will do for the other."""

    def turned(word: Word, other: Word) -> Value:
        if isinstance(word.value, Pointer):
            return word.value
        if word.empty:
            return Pointer(other.value.cases, word.value.poison)
        if word.value.term == 0 and isinstance(word.value.term, int):
            return pointer(NULL, 0, word.value.poison)
        raise Unsupported("memory holds a pointer on one path and a number on another")

    return turned(a, b), turned(b, a)


def write(layer: Layer, offset: Bits, word: Word, condition: Truth = True) -> Layer:
    """The object after a word was written where `condition` holds."""
    if isinstance(offset, int):
        if condition is not True:
            old = layer.read(offset, word.size, word.aligned)
            word = joined_words(condition, word, old)
            word = Word(word.value, word.size, word.aligned, word.empty)
        target = layer if isinstance(layer, Cells) and not layer.frozen else _over(layer)
        target.known.clear()
        for at in range(word.size):
            target.cells[offset + at] = (word, at)
        return target
    written = Written(layer, offset, word)
    return written if condition is True else Choice(condition, written, layer)


def _over(layer: Layer) -> Cells:
    return Cells(layer.below, dict(layer.cells)) if isinstance(layer, Cells) else Cells(layer)


def freeze(layers: dict[int, Layer]) -> dict[int, Layer]:
    """A copy for another path; the layers may no longer be written in place."""
    for layer in layers.values():
        if isinstance(layer, Cells):
            layer.frozen = True
    return dict(layers)


def merge_layers(condition: Truth, a: Layer, b: Layer) -> Layer:
    """condition ? a : b"""
    if a is b:
        return a
    below_a = a.below if isinstance(a, Cells) else a
    below_b = b.below if isinstance(b, Cells) else b
    if below_a is not below_b:
        return Choice(condition, a, b)
    result = Cells(below_a)
    left = a if isinstance(a, Cells) else Cells(a)
    right = b if isinstance(b, Cells) else Cells(b)
    for one, other in ((left, right), (right, left)):
        for at, word in one.words():
            if at in result.cells and (word is None or all(at + i in result.cells for i in range(word.size))):
                continue
            size = word.size if word is not None else 1
            mine = word if word is not None else one._byte(at)
            theirs = other.read(at, size, mine.aligned)
            merged = (
                joined_words(condition, mine, theirs)
                if one is left
                else joined_words(condition, theirs, mine)
            )
            if merged.size > 1 and any(at + i in result.cells for i in range(size)):
                pieces = [byte_of(merged, i) for i in range(size)]
                for i, piece in enumerate(pieces):
                    result.cells.setdefault(at + i, (piece, 0))
                continue
            for i in range(size):
                result.cells[at + i] = (merged, i)
    return result


def constant_bytes(data: bytes) -> Read:
    """What a constant table holds; unknown offsets are looked up through a choice among all its words."""

    def read(offset: Bits, size: int, aligned: bool) -> Word:
        if isinstance(offset, int):
            piece = data[offset : offset + size].ljust(size, b"\0") if offset < len(data) else bytes(size)
            return Word(Number(int.from_bytes(piece, "little"), False, 8 * size), size, aligned)
        step = size if aligned else 1
        term: Bits = 0
        for at in range(len(data) - len(data) % step - step, -1, -step):
            piece = data[at : at + size].ljust(size, b"\0")
            hit = compare("eq", offset, at, POINTER_BITS)
            term = choose(hit, int.from_bytes(piece, "little"), term, 8 * size)
        return Word(Number(term, False, 8 * size), size, aligned)

    return read
