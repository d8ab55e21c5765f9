"""Counted loops of a C source, read from its tokens, and a matcher of token patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from passwright.irgen.repair.context import Context
from passwright.irgen.tokens import Source


@dataclass(frozen=True)
class Loop:
    """`for (int i = start; i < bound; i++) body`, with a step of one.

    Attributes:
        variable, type: of the counter; the type is empty where it is declared elsewhere.
        start, operator, bound: texts.
        first, last: places of `for` and of the body's last token.
        body: places of the body's first and last token, braces left out.
        header: text from `for` to the closing parenthesis.
    """

    variable: str
    type: str
    start: str
    operator: str
    bound: str
    first: int
    last: int
    body: tuple[int, int]
    header: str


def loops(context: Context) -> Iterator[Loop]:
    """The counted loops of all functions, outer ones first."""
    for place in context.source.inside():
        found = loop_at(context, place)
        if found is not None:
            yield found


def loop_at(context: Context, place: int) -> Loop | None:
    """The counted loop that begins at a place; None for other statements."""
    source = context.source
    if source[place] != "for" or source[place + 1] != "(":
        return None
    close = source.partner.get(place + 1, -1)
    if close < place:
        return None
    parts = _split(source, place + 2, close)
    if len(parts) != 3:
        return None
    (a, b), (c, d), (e, f) = parts
    equals = next((at for at in range(a, b) if source[at] == "="), -1)
    if equals <= a or any(source[at] == "," for at in range(a, b)):
        return None
    variable = source[equals - 1]
    if source[c] != variable or source[c + 1] not in ("<", "<="):
        return None
    step = "".join(one.text for one in source.tokens[e:f])
    if step not in (f"{variable}++", f"++{variable}", f"{variable}+=1"):
        return None
    last = context.body_end(close + 1)
    body = (close + 2, last - 1) if source[close + 1] == "{" else (close + 1, last)
    words = source.slice(a, equals - 2) if equals - 1 > a else ""
    return Loop(
        variable, words, source.slice(equals + 1, b - 1), source[c + 1], source.slice(c + 2, d - 1), place, last, body,
        source.slice(place, close),
    )  # fmt: skip


def _split(source: Source, first: int, last: int) -> list[tuple[int, int]]:
    parts, start, depth = [], first, 0
    for at in range(first, last):
        depth += (source[at] in "([{") - (source[at] in ")]}")
        if source[at] == ";" and not depth:
            parts.append((start, at))
            start = at + 1
    return [*parts, (start, last)]


def only_loop(context: Context, loop: Loop) -> Loop | None:
    """The loop that is all of a loop's body."""
    first, last = loop.body
    inner = loop_at(context, first)
    return inner if inner is not None and inner.last == last else None


def key(text: str) -> str:
    """A text without blanks, to compare by."""
    return "".join(text.split())


def texts(source: Source, first: int, last: int) -> list[str]:
    """Token texts from one place to another, both included."""
    return [one.text for one in source.tokens[first : last + 1]]


def match(source: Source, first: int, last: int, pattern: str) -> dict[str, str] | None:
    """Match tokens [first, last] with a pattern: `$x` is one name, `$$e` a balanced expression, all else itself.

    A metavariable that comes again must stand for the same. Returns what each stands for.
    """
    words = re.findall(r"\$\$?\w+|<<=|>>=|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/]=|\w+|\S", pattern)
    found: dict[str, str] = {}
    at = first
    for number, word in enumerate(words):
        if word.startswith("$$"):
            stop = words[number + 1] if number + 1 < len(words) else None
            start, depth = at, 0
            while at <= last and not (depth == 0 and source[at] == stop):
                depth += (source[at] in "([{") - (source[at] in ")]}")
                if depth < 0:
                    return None
                at += 1
            if start == at:
                return None
            value = " ".join(source.slice(start, at - 1).split())
        elif word.startswith("$"):
            if at > last or source.tokens[at].kind != "name":
                return None
            value = source[at]
            at += 1
        else:
            if at > last or source[at] != word:
                return None
            at += 1
            continue
        if key(found.setdefault(word, value)) != key(value):
            return None
    return found if at == last + 1 else None


def statement(source: Source, first: int, last: int) -> tuple[int, int]:
    """A statement's tokens without braces around it."""
    while source[first] == "{" and source.partner.get(first) == last:
        first, last = first + 1, last - 1
    return first, last


def mentions(source: Source, first: int, last: int, name: str) -> bool:
    """Whether a name occurs."""
    return any(one.text == name for one in source.tokens[first : last + 1])


def indent(source: Source, place: int) -> str:
    """The blanks in front of a token's line."""
    start = source.text.rfind("\n", 0, source.tokens[place].start) + 1
    found = re.match(r"[ \t]*", source.text[start:])
    return found[0] if found else ""


def spliced(source: Source, first: int, last: int, text: str) -> str:
    """The source with the tokens [first, last] replaced."""
    return source.text[: source.tokens[first].start] + text + source.text[source.tokens[last].end :]


def function_of(source: Source, place: int) -> tuple[int, int] | None:
    """The braces of the function around a place."""
    return next(((a, b) for a, b in source.bodies if a < place < b), None)


def head_start(source: Source, brace: int) -> int:
    """The offset where the definition whose body opens at `brace` starts: the line of its first token."""
    at = brace - 1
    at = source.partner.get(at, at)
    while at > 0 and source[at - 1] not in (";", "}", "{"):
        at -= 1
    return source.tokens[at].start
