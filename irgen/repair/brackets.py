"""Candidates for braces and quotation marks that are missing or too many; and the token at a diagnostic's place."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import Diagnostic
from passwright.irgen.repair.edits import Candidate, opens, replace
from passwright.irgen.tokens import Splice

_ENDS = re.compile(r"[;),\]]")


def around(context: Context, diagnostic: Diagnostic) -> int:
    """The token at a diagnostic's place; the last one when it has none."""
    return token_at(context, diagnostic.line, diagnostic.column)


def token_at(context: Context, line: int, column: int) -> int:
    source = context.source
    if not line or not source.tokens:
        return max(len(source.tokens) - 1, 0)
    lines = source.text.split("\n")
    before = lines[: line - 1]
    here = lines[line - 1] if line <= len(lines) else ""
    column = len(here.encode("utf-8", "surrogateescape")[: column - 1].decode("utf-8", "ignore"))
    at = sum(map(len, before)) + len(before) + column
    starts = [token.start for token in source.tokens]
    place = bisect.bisect_right(starts, at) - 1
    if place < 0:
        return 0
    return place + 1 if source.tokens[place].end <= at and place + 1 < len(starts) else place


def braces(context: Context, place: int) -> Iterator[Candidate]:
    """Braces: one at the end, one before the next function, one around what stands between `if` and `else`."""
    source = context.source
    end = len(source.tokens)
    if end:
        for text in ("}", "} }"):
            yield replace(source, "brace", end, end, text.split(), f"'{text}' at the end")
        if source[end - 1] == "}":
            yield replace(source, "brace", end - 1, end, [], "the last '}' left out")
    opened = 0
    for at in range(end):
        opened += (source[at] == "{") - (source[at] == "}")
        if (
            opened == 1
            and source[at] in ("int", "void", "double", "float", "char")
            and source[at + 2] == "("
            and source.tokens[at + 1].kind == "name"
        ):
            close = source.partner.get(at + 2, 0)
            if close and source[close + 1] == "{":
                yield replace(source, "brace", at, at, ["}"], f"'}}' in front of {source[at + 1]}")
    if source[place] == "else":
        first = place - 1
        depth = 0
        while first > 0:
            depth += (source[first] == "}") - (source[first] == "{")
            if source[first] == "if" and depth == 0 and opens(source, first + 1):
                body = source.partner[first + 1] + 1
                start, last = source.tokens[body].start, source.tokens[place].start
                if source[body] == ";":
                    yield replace(
                        source, "brace", body, body + 1, [], "the ';' behind the condition left out"
                    )
                yield Candidate(
                    "brace",
                    place,
                    (Splice(start, start, "{ "), Splice(last, last, "} ")),
                    "braces around the branch",
                )
                return
            first -= 1
    for at in range(max(place - 30, 0), min(place + 2, end)):
        if source[at] == "}" and source[at + 1] != "else":
            yield replace(
                source, "brace", at, at + 1, [], f"the '}}' of line {source.tokens[at].line} left out"
            )
        if (
            source[at] == ")"
            and at in source.partner
            and source[at + 1] != "{"
            and source[source.partner[at] - 1] in ("if", "for", "while", "main")
        ):
            yield replace(source, "brace", at + 1, at + 1, ["{"], "'{' behind the header")
        if source[at] in (";", "}"):
            yield replace(
                source, "brace", at + 1, at + 1, ["}"], f"'}}' behind line {source.tokens[at].line}"
            )


def quotes(context: Context, diagnostic: Diagnostic) -> Iterator[Candidate]:
    """Quotation marks that are missing or too many on the line."""
    text = context.source.text
    lines = text.split("\n")
    for number in (diagnostic.line, diagnostic.line - 1):
        if not 0 < number <= len(lines):
            continue
        here = lines[number - 1]
        if not here.count('"') and not here.count("'"):
            continue
        start = sum(len(one) + 1 for one in lines[: number - 1])
        place = token_at(context, number, 1)
        unescaped = [m.start() for m in re.finditer(r'(?<!\\)"', here)]
        if len(unescaped) % 2:
            spots = sorted(
                {
                    *(m.start() for m in _ENDS.finditer(here)),
                    *(m.end() for m in re.finditer(r"[(,] ?", here)),
                    len(here),
                }
            )
            for at in spots[:14]:
                yield Candidate("quotes", place, (Splice(start + at, start + at, '"'),), "'\"' added")
        for at in unescaped[:10]:
            yield Candidate("quotes", place, (Splice(start + at, start + at, "\\"),), "'\"' escaped")
            yield Candidate("quotes", place, (Splice(start + at, start + at + 1, ""),), "'\"' left out")
        if len(unescaped) > 3:
            inner = unescaped[1:-1]
            splices = tuple(Splice(start + at, start + at, "\\") for at in inner)
            yield Candidate("quotes", place, splices, "the inner '\"' escaped")
        if here.count("'") % 2:
            for match in re.finditer(r"'\\?.", here):
                at = start + match.end()
                yield Candidate("quotes", place, (Splice(at, at, "'"),), '"\'" added')
        if "\\" in here:
            for match in re.finditer(r"(?<!['\"\\])\\(\w)(?!['\"])", here):
                splice = Splice(start + match.start(), start + match.end(), f"'{match[0]}'")
                yield Candidate("quotes", place, (splice,), f"'{match[0]}' as a character")
            for match in re.finditer(r"\\", here):
                yield Candidate(
                    "quotes",
                    place,
                    (Splice(start + match.start(), start + match.end(), ""),),
                    "'\\' left out",
                )
