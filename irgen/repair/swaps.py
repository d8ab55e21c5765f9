"""Candidates that exchange operands, arguments and indices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate, replace, splice
from passwright.irgen.repair.names import KEYWORDS
from passwright.irgen.tokens import Source


def swaps(context: Context) -> Iterator[Candidate]:
    """Operands, arguments and indices exchanged."""
    source = context.source
    for place, token in enumerate(source.tokens):
        text = token.text
        if text in ("-", "/", "%", "<<", ">>", "<", ">", "<=", ">=") and 0 < place < len(source.tokens) - 1:
            first, last = _operand_before(source, place), _operand_after(source, place)
            if first < place < last and _texts(source, first, place) != _texts(source, place + 1, last + 1):
                words = [*_texts(source, place + 1, last + 1), text, *_texts(source, first, place)]
                yield replace(source, "swap", first, last + 1, words, f"the operands of '{text}' exchanged")
        if text == "[" and place in source.partner:
            yield from _index_swaps(context, place)
        if text == "(" and place in source.partner and place and source.tokens[place - 1].kind == "name":
            yield from _argument_swaps(context, place)


def _operand_before(source: Source, place: int) -> int:
    """The first token of the operand that ends before an operator; the operator's place where there is none."""
    at = place - 1
    while at > 0 and source[at] == "]" and at in source.partner:
        at = source.partner[at] - 1
    if source[at] == ")" and at in source.partner:
        at = source.partner[at]
        return at - 1 if source.tokens[at - 1].kind == "name" and source[at - 1] not in KEYWORDS else at
    if at < 0 or source.tokens[at].kind not in ("name", "number") or source[at] in KEYWORDS:
        return place
    return _operand_before(source, at - 1) if source[at - 1] in (".", "->") else at


def _operand_after(source: Source, place: int) -> int:
    """The last token of the operand behind an operator; the operator's place where there is none."""
    at = place + 1
    if at >= len(source.tokens):
        return place
    if source[at] == "(":
        return source.partner.get(at, place)
    if source.tokens[at].kind not in ("name", "number") or source[at] in KEYWORDS:
        return place
    while source[at + 1] in ("[", "(", ".", "->"):
        at = at + 2 if source[at + 1] in (".", "->") else source.partner.get(at + 1, -1)
        if at <= place:
            return place
    return at


def _index_swaps(context: Context, place: int) -> Iterator[Candidate]:
    """`[i * n + j]` with i and j exchanged, and `[i][j]`."""
    source = context.source
    end = source.partner[place]
    inside = [at for at in range(place + 1, end) if _is_variable(context, at)]
    if source[end + 1] == "[" and end + 1 in source.partner and source[place - 1] != "]":
        other = source.partner[end + 1]
        words = [*_texts(source, end + 1, other + 1), *_texts(source, place, end + 1)]
        yield replace(source, "swap_index", place, other + 1, words, "the indices exchanged")
    names = list(dict.fromkeys(source[at] for at in inside))
    for first, one in enumerate(names):
        for two in names[first + 1 :]:
            exchanged = {one: two, two: one}
            splices = tuple(
                splice(source, at, at + 1, [exchanged[source[at]]])
                for at in inside
                if source[at] in exchanged
            )
            yield Candidate("swap_index", place, splices, f"{one} and {two} exchanged in the index")


def _argument_swaps(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    end = source.partner[place]
    if end - place > 40 or source[place - 1] in ("for", "if", "while"):
        return
    starts, depth = [place + 1], 0
    for at in range(place + 1, end):
        text = source[at]
        depth += (text in "([{") - (text in ")]}")
        if text == "," and not depth:
            starts.append(at + 1)
    bounds = [(first, after - 1) for first, after in zip(starts, [*starts[1:], end + 1], strict=True)]
    for (a, b), (c, d) in pairwise(bounds):
        if a < b and c < d and _texts(source, a, b) != _texts(source, c, d):
            splices = (splice(source, a, b, _texts(source, c, d)), splice(source, c, d, _texts(source, a, b)))
            yield Candidate("swap_arguments", a, splices, f"two arguments of {source[place - 1]} exchanged")


def _is_variable(context: Context, place: int) -> bool:
    token = context.source.tokens[place]
    if token.kind != "name" or token.text in KEYWORDS or context.source[place + 1] == "(":
        return False
    found = context.names.find(token.text, place)
    return found is not None and not found.function


def _texts(source: Source, first: int, last: int) -> list[str]:
    return [token.text for token in source.tokens[first:last]]
