"""Rewrites: the same computation written differently, so that "was edited" is not what a classifier learns.

They look like the operators' edits (an index with `- 1 + 1`, `<=` with `- 1`) where they can. Whether one really keeps the
meaning is not decided here: what comes out is run like a mutant, and a rewrite that changes a result is labelled defective.
"""

from __future__ import annotations

from collections.abc import Iterator

from passwright.bench.mutants.heap import moved
from passwright.bench.mutants.operators import (
    Operator,
    for_parts,
    headers,
    is_value_end,
    operand_after,
    operand_before,
)
from passwright.bench.mutants.statements import declarations
from passwright.irgen.tokens import Edit, Source

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WIDER = {"int": "long", "float": "double", "short": "int", "unsigned": "unsigned long", "int32_t": "int64_t"}


def _pairs(source: Source, operators: tuple[str, ...]) -> Iterator[tuple[int, int, int, str, str]]:
    """First token, operator, last token and the texts of two simple operands with nothing tighter beside them."""
    for place in source.inside():
        if source[place] not in operators or not is_value_end(source, place - 1):
            continue
        first, last = operand_before(source, place - 1), operand_after(source, place + 1)
        if (
            first > 0
            and last > 0
            and source[first - 1] in ("(", "=", "[", ",", ";", "return", "&&", "||", "+=")
        ):
            yield first, place, last, source.slice(first, place - 1), source.slice(place + 1, last)


def _mirrored(source: Source) -> Iterator[Edit]:
    for first, place, last, left, right in _pairs(source, tuple(_MIRROR)):
        yield source.replace("mirror", first, last, f"{right} {_MIRROR[source[place]]} {left}")


def _commuted(source: Source) -> Iterator[Edit]:
    for first, place, last, left, right in _pairs(source, ("+", "*", "&", "|", "^")):
        if source[last + 1] in (")", ";", "]", ","):
            yield source.replace("commute", first, last, f"{right} {source[place]} {left}")


def _closed(source: Source) -> Iterator[Edit]:
    """`i < n` as `i <= n - 1`, `i <= n` as `i < n + 1`."""
    for first, last in headers(source, "for", "while", "if"):
        for start, place, end, left, right in _pairs(source, ("<", "<=", ">", ">=")):
            if first < place < last:
                text = {"<": "<= {} - 1", "<=": "< {} + 1", ">": ">= {} + 1", ">=": "> {} - 1"}[source[place]]
                yield source.replace("closed_bound", start, end, f"{left} {text.format(right)}")


def _compound(source: Source) -> Iterator[Edit]:
    """`x += e` as `x = x + (e)`."""
    for place in source.inside():
        if source[place] in ("+=", "-=", "*=", "|=", "&=", "^="):
            first, end = operand_before(source, place - 1), source.statement_end(place)
            if first > 0 and end > 0 and source[first - 1] in (";", "{", "}", ")"):
                left, right = source.slice(first, place - 1), source.slice(place + 1, end - 1)
                yield source.replace("compound", first, end, f"{left} = {left} {source[place][0]} ({right});")


def _detours(source: Source) -> Iterator[Edit]:
    """An index there and back again."""
    for place in source.inside():
        if source[place] == "[" and place in source.partner and is_value_end(source, place - 1):
            close = source.partner[place]
            if close > place + 1 and source.tokens[place - 2].kind != "name":
                inner = source.slice(place + 1, close - 1)
                for detour in (" + 1 - 1", " - 1 + 1"):
                    yield source.replace("detour", place + 1, close - 1, f"{inner}{detour}")


def _negated(source: Source) -> Iterator[Edit]:
    """`a - b` as `-b + a`."""
    for first, _, last, left, right in _pairs(source, ("-",)):
        if source[last + 1] in (")", ";", "]", ","):
            yield source.replace("negate", first, last, f"-{right} + {left}")


def _turned(source: Source) -> Iterator[Edit]:
    """`if (c) {A} else {B}` as `if (!(c)) {B} else {A}`."""
    for first, last in headers(source, "if"):
        yes = last + 1
        if source[yes] != "{" or source[source.partner[yes] + 1] != "else":
            continue
        no = source.partner[yes] + 2
        if source[no] == "{":
            a, b = source.slice(yes, source.partner[yes]), source.slice(no, source.partner[no])
            condition = source.slice(first + 1, last - 1)
            yield source.replace("turn", first, source.partner[no], f"(!({condition})) {b} else {a}")


def _widened(source: Source) -> Iterator[Edit]:
    for kind, _ in declarations(source):
        if source[kind] in _WIDER and source[kind - 1] not in ("unsigned", "long"):
            yield source.replace("widen", kind, kind, _WIDER[source[kind]])


def _backwards(source: Source) -> Iterator[Edit]:
    """`for (T i = 0; i < n; i++)` from the other end; most loops mind, which the run shows."""
    for first, last in headers(source, "for"):
        parts = for_parts(source, first, last)
        if (
            parts is None
            or source[first + 3] != "="
            or source[first + 4] != "0"
            or source[first + 1] == "size_t"
        ):
            continue
        name, begin, end = source[first + 2], parts[0], parts[1]
        if (
            source[begin + 1] == name
            and source[begin + 2] == "<"
            and "++" in (source[end + 1], source[end + 2])
        ):
            bound = source.slice(begin + 3, end - 1)
            text = f"{source[first + 1]} {name} = ({bound}) - 1; {name} >= 0; {name}--"
            yield source.replace("backwards", first + 1, last - 1, text)


REWRITES: tuple[Operator, ...] = (
    Operator("mirror", "intent", "b > a for a < b", _mirrored),
    Operator("commute", "intent", "b + a for a + b", _commuted),
    Operator("closed_bound", "intent", "i <= n - 1 for i < n", _closed),
    Operator("compound", "intent", "x = x + (e) for x += e", _compound),
    Operator("detour", "intent", "an index plus one minus one", _detours),
    Operator("negate", "intent", "-b + a for a - b", _negated),
    Operator("turn", "intent", "the branches of an if exchanged, the condition negated", _turned),
    Operator("widen", "intent", "a wider type", _widened),
    Operator("backwards", "intent", "a loop from its end to its start", _backwards),
    Operator("heap_array", "intent", "a local array on the heap, freed where its block ends", moved),
)
"""Every rewrite."""
