"""Defects in expressions: each operator finds the places where it can plant one.

The catalogue follows the classical mutation operators (Agrawal et al., Design of mutant operators for the C programming
language, Purdue SERC-TR-41-P, 1989). `visible` says what a reader of the code alone can know. "code": the defect shows
without a specification (reads of what was never set, freed memory, shifts beyond the width). "contract": it shows to who
knows the sizes of the buffers or the ranges of the values that come in. "intent": only who knows what is to be computed
can call it wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from passwright.irgen.tokens import Edit, Source

Visible = Literal["code", "contract", "intent"]
Sites = Callable[[Source], Iterator[Edit]]

KEYWORDS = frozenset(
    {
        *(
            "if",
            "else",
            "for",
            "while",
            "do",
            "switch",
            "case",
            "default",
            "break",
            "continue",
            "return",
            "goto",
        ),
        *(
            "sizeof",
            "const",
            "static",
            "struct",
            "union",
            "enum",
            "auto",
            "void",
            "char",
            "short",
            "int",
            "long",
        ),
        *("float", "double", "signed", "unsigned", "bool", "true", "false", "restrict", "volatile", "inline"),
        *(
            "typedef",
            "template",
            "typename",
            "class",
            "public",
            "private",
            "using",
            "namespace",
            "new",
            "delete",
        ),
        *("this", "operator", "constexpr", "nullptr"),
    }
)


@dataclass(frozen=True)
class Operator:
    """One way of planting a defect; `sites` gives the edits that it can make in a source."""

    name: str
    visible: Visible
    meaning: str
    sites: Sites


_BOUND = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_COMPARISON = {**_BOUND, "==": "!=", "!=": "=="}
_SIGN = {"+": "-", "-": "+", "+=": "-=", "-=": "+="}
_OTHER = {
    "*": "+", "/": "*", "%": "/", "&": "|", "|": "&", "^": "|", "&&": "||", "||": "&&", "*=": "+=", "&=": "|=",
    "|=": "&=", "^=": "|=", "<<": ">>", ">>": "<<",
}  # fmt: skip


def is_value_end(source: Source, place: int) -> bool:
    """Whether an operand may end with this token, so that a `-` behind it has two operands."""
    text = source[place]
    token = source.tokens[place] if place >= 0 else None
    return token is not None and (
        text in (")", "]") or token.kind == "number" or (token.kind == "name" and text not in KEYWORDS)
    )


def operand_before(source: Source, place: int) -> int:
    """The first token of the simple operand that ends at `place` (name, number, call, element, parenthesis); -1: none."""
    while place >= 0:
        text = source[place]
        if text in (")", "]"):
            if place not in source.partner:
                return -1
            place = source.partner[place]
            if text == ")" and not (source[place - 1] not in KEYWORDS and is_value_end(source, place - 1)):
                return place
            place -= 1
            continue
        if not is_value_end(source, place):
            return -1
        if source[place - 1] in (".", "->"):
            place -= 2
            continue
        return place
    return -1


def operand_after(source: Source, place: int) -> int:
    """The last token of the simple operand that starts at `place`; -1 when there is none."""
    if source[place] == "(":
        place = source.partner.get(place, -1)
    elif not is_value_end(source, place) or source[place] in (")", "]"):
        return -1
    while place >= 0 and source[place + 1] in ("[", "(", ".", "->"):
        place = source.partner.get(place + 1, -1) if source[place + 1] in ("[", "(") else place + 2
    return place


def headers(source: Source, *words: str) -> Iterator[tuple[int, int]]:
    """Places of the parentheses after `for`, `while` or `if`."""
    for place in source.inside():
        if source[place] in words and source[place + 1] == "(" and place + 1 in source.partner:
            yield place + 1, source.partner[place + 1]


def for_parts(source: Source, first: int, last: int) -> tuple[int, int] | None:
    """The places of the two semicolons of a `for`'s header."""
    found = [place for place in range(first, last) if source[place] == ";"]
    return (found[0], found[1]) if len(found) == 2 else None


def _loop_conditions(source: Source) -> set[int]:
    places: set[int] = set()
    for first, last in headers(source, "for", "while"):
        parts = for_parts(source, first, last)
        places.update(range(*parts) if parts else range(first, last))
    return places


def _swapped(table: dict[str, str], name: str, source: Source, places: Iterator[int]) -> Iterator[Edit]:
    for place in places:
        new = table.get(source[place])
        if (
            new
            and source.tokens[place].kind == "op"
            and is_value_end(source, place - 1)
            and source[place + 1] != ""
        ):
            yield source.replace(name, place, place, new)


def _bounds(source: Source) -> Iterator[Edit]:
    yield from _swapped(_BOUND, "bound", source, iter(sorted(_loop_conditions(source))))


def _comparisons(source: Source) -> Iterator[Edit]:
    loops = _loop_conditions(source)
    yield from _swapped(
        _COMPARISON, "comparison", source, (one for one in source.inside() if one not in loops)
    )


def _signs(source: Source) -> Iterator[Edit]:
    yield from _swapped(_SIGN, "sign", source, source.inside())
    for place in source.inside():
        if source[place] == "-" and source[place - 1] in ("=", "(", ",", "return", "?", ":"):
            yield source.replace("sign", place, place, "")


def _others(source: Source) -> Iterator[Edit]:
    yield from _swapped(_OTHER, "wrong_operator", source, source.inside())
    for place in source.inside():
        if source[place] in ("+=", "-=", "*="):
            yield source.replace("wrong_operator", place, place, "=")


def _indices(source: Source) -> Iterator[Edit]:
    for place in source.inside():
        if source[place] == "[" and place in source.partner and is_value_end(source, place - 1):
            close = source.partner[place]
            if close > place + 1 and not _declares(source, place - 1):
                inner = source.slice(place + 1, close - 1)
                for shift in (" + 1", " - 1"):
                    yield source.replace("index", place + 1, close - 1, inner + shift)


def _declares(source: Source, place: int) -> bool:
    """Whether the name at `place` is being declared: a type stands before it."""
    before = source[place - 1]
    token = source.tokens[place - 1] if place else None
    return token is not None and token.kind == "name" and before not in ("return", "else", "case", "goto")


def loop_variables(source: Source) -> list[str]:
    """Names that headers of `for` set, in order, each once."""
    names: dict[str, None] = {}
    for first, last in headers(source, "for"):
        for place in range(first, last):
            if source[place + 1] == "=" and source.tokens[place].kind == "name":
                names[source[place]] = None
                break
    return list(names)


def _wrong_indices(source: Source) -> Iterator[Edit]:
    variables = loop_variables(source)
    for place in source.inside():
        if source[place] == "[" and place in source.partner:
            for inner in range(place + 1, source.partner[place]):
                if source[inner] in variables:
                    for other in variables:
                        if other != source[inner]:
                            yield source.replace("wrong_index", inner, inner, other)


def _operands(source: Source) -> Iterator[Edit]:
    for place in source.inside():
        if source[place] in ("-", "/", "%", "<<", ">>") and is_value_end(source, place - 1):
            first, last = operand_before(source, place - 1), operand_after(source, place + 1)
            if first >= 0 and last >= 0:
                left, right = source.slice(first, place - 1), source.slice(place + 1, last)
                if left != right:
                    yield source.replace("swapped_operands", first, last, f"{right} {source[place]} {left}")


def _constants(source: Source) -> Iterator[Edit]:
    for place in source.inside():
        token = source.tokens[place]
        if token.kind != "number" or source[place - 1] in ("<<", ">>"):
            continue
        if re.fullmatch(r"\d+", token.text):
            value = int(token.text)
            for new in {value + 1, max(0, value - 1), 2 * value} - {value}:
                yield source.replace("constant", place, place, str(new))
        elif re.fullmatch(r"[\d.]+f?", token.text):
            yield source.replace("constant", place, place, f"({token.text} + 1)")


def _shifts(source: Source) -> Iterator[Edit]:
    yield from _shifted(source, "shift_amount", (" + 1", " - 1"))


def _wide_shifts(source: Source) -> Iterator[Edit]:
    yield from _shifted(source, "shift_width", (" + 32", " + 64"))


def _shifted(source: Source, name: str, changes: tuple[str, ...]) -> Iterator[Edit]:
    for place in source.inside():
        if source[place] in ("<<", ">>", "<<=", ">>=") and is_value_end(source, place - 1):
            last = operand_after(source, place + 1)
            if last >= 0:
                amount = source.slice(place + 1, last)
                for change in changes:
                    yield source.replace(name, place + 1, last, f"({amount}{change})")


def _aliases(source: Source) -> Iterator[Edit]:
    """An element of one pointer parameter is taken from another: what was just written is read, as if the two were one."""
    pointers = pointer_parameters(source)
    for place in source.inside():
        if source[place] in pointers and source[place + 1] == "[":
            for other in pointers:
                if other != source[place]:
                    yield source.replace("alias", place, place, other)


def pointer_parameters(source: Source) -> list[str]:
    """Names of the pointer parameters of the file's functions."""
    names: dict[str, None] = {}
    for first, _ in source.bodies:
        close = first - 1
        while close > 0 and source[close] != ")":
            close -= 1
        for place in range(source.partner.get(close, close), close):
            if source[place] in (",", ")") or place + 1 == close:
                name = place - 1 if source[place] in (",", ")") else place
                if source[name - 1] in ("*", "restrict", "__restrict", "__restrict__", "&"):
                    names[source[name]] = None
    return list(names)


EXPRESSIONS: tuple[Operator, ...] = (
    Operator("bound", "contract", "a loop runs once more or once less: < for <=", _bounds),
    Operator("comparison", "intent", "another comparison in a condition", _comparisons),
    Operator("sign", "intent", "plus for minus, or a lost minus", _signs),
    Operator("wrong_operator", "intent", "another operator, or = for +=", _others),
    Operator("index", "contract", "an index off by one", _indices),
    Operator("wrong_index", "contract", "another loop's variable in an index", _wrong_indices),
    Operator("swapped_operands", "intent", "a - b for b - a", _operands),
    Operator("constant", "intent", "another constant", _constants),
    Operator("shift_amount", "intent", "a shift by one more or one less", _shifts),
    Operator("shift_width", "code", "a shift by the width of the type or more", _wide_shifts),
    Operator("alias", "intent", "an array is read or written in another one's place", _aliases),
)
"""Operators on expressions."""
