"""Candidates that follow from what a message of clang is known to mean: undeclared names, redefinitions, types, headers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import Diagnostic
from passwright.irgen.repair.edits import Candidate, opens, replace
from passwright.irgen.repair.names import HEADERS, KEYWORDS, LIBRARY
from passwright.irgen.tokens import Splice

_TYPES = ("int", "double", "char", "long long", "float")


def near_names(context: Context, place: int) -> list[str]:
    """Declared names, library names and keywords that are spelt like the one at a place, the nearest first."""
    text = context.source[place]
    own = tuple(dict.fromkeys(one.name for one in context.names.visible(place)))
    return [one for one in _near(text, own) if one != text]


@lru_cache(maxsize=4096)
def _near(text: str, own: tuple[str, ...]) -> list[str]:
    ratio = {name: difflib.SequenceMatcher(None, text.lower(), name.lower()).ratio() for name in own}
    others = [*LIBRARY, *KEYWORDS]
    quick = difflib.get_close_matches(text, others, 3, 0.6) if len(text) > 1 else []
    ranked = sorted(ratio, key=lambda name: -ratio[name])[:8]
    return list(dict.fromkeys([*ranked, *quick]))


def _undeclared(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    source = context.source
    name = next((one for one in diagnostic.quoted if re.fullmatch(r"\w+", one)), "")
    if not name:
        return
    places = [at for at, token in enumerate(source.tokens) if token.text == name]
    for other in near_names(context, place) if place < len(source.tokens) else []:
        splices = tuple(Splice(source.tokens[at].start, source.tokens[at].end, other) for at in places)
        if len(places) > 1:
            yield Candidate("spelling_everywhere", place, splices, f"'{other}' for '{name}' everywhere")
    if name in HEADERS:
        yield include(context, HEADERS[name], place)
    first = places[0] if places else place
    subscripts = 0
    if source[first + 1] == "[" and opens(source, first + 1):
        subscripts = 2 if source[source.partner[first + 1] + 1] == "[" else 1
    body = next(((a, b) for a, b in source.bodies if a < place < b), None)
    if body is not None and source[place + 1] != "(":
        for words in _TYPES:
            size = "[100]" * subscripts
            at = source.tokens[body[0]].end
            text = f" {words} {name}{size};"
            yield Candidate("declare", place, (Splice(at, at, text),), f"'{words} {name}{size};' declared")
        for words in ("int", "double"):
            if source[place + 1] == "=" and source[place - 1] in ("(", ";", "{", "}"):
                yield replace(source, "declare", place, place, [words], f"{name} declared as {words}")
    if source[place + 1] == "(":
        yield from _prototype(context, name, place)
    for new in (f'"{name}"', f"'{name}'", "0" if name in ("o", "O") else "1" if name in ("l", "I") else ""):
        if new:
            yield replace(source, "quotes", place, place + 1, [new], f"{new} instead of {name}")


def include(context: Context, header: str, place: int) -> Candidate:
    """`#include <header>` behind the last include at the top, or at the start."""
    text = context.source.text
    found = list(re.finditer(r"(?m)^[ \t]*#[ \t]*include[^\n]*\n", text))
    at = found[-1].end() if found else 0
    return Candidate("include", place, (Splice(at, at, f"#include <{header}>\n"),), f"<{header}> included")


def _prototype(context: Context, name: str, place: int) -> Iterator[Candidate]:
    source = context.source
    for first, _ in source.bodies:
        at = first - 1
        if source[at] != ")" or at not in source.partner or source[source.partner[at] - 1] != name:
            continue
        start = source.partner[at] - 1
        while (
            start > 0
            and source[start - 1] not in (";", "}", ")")
            and source.tokens[start - 1].line == source.tokens[start].line
        ):
            start -= 1
        head = " ".join(source.slice(start, at).split())
        body = next(((a, b) for a, b in source.bodies if a < place < b), None)
        found = list(re.finditer(r"(?m)^[ \t]*#[^\n]*\n", source.text))
        where = found[-1].end() if found else 0
        if body is not None:
            yield Candidate(
                "prototype",
                place,
                (Splice(where, where, f"{head};\n"),),
                f"'{head};' declared before it is called",
            )


def _redefined(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    source = context.source
    first = place - 1
    while first > 0 and source[first] in KEYWORDS:
        first -= 1
    if first + 1 < place:
        yield replace(source, "redefinition", first + 1, place, [], "assigned instead of declared once more")
        end = source.statement_end(place)
        if end > 0:
            yield replace(source, "redefinition", first + 1, end + 1, [], "the second declaration left out")
    if source[place + 1] in (",", ";", ")"):
        extra = place - 1 if source[place - 1] == "," else place
        last = place + 1 if extra < place else place + 2
        yield replace(source, "redefinition", extra, last, [], f"the second '{source[place]}' left out")


def _missing_return(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    source = context.source
    for at in (place, place + 1):
        if source[at] == "}":
            yield replace(source, "missing_return", at, at, ["return", "0", ";"], "'return 0;' added")
    if source[place] == "return":
        yield replace(source, "missing_return", place + 1, place + 1, ["0"], "0 returned")
        end = source.statement_end(place)
        if end > place:
            yield replace(source, "missing_return", place + 1, end, [], "nothing returned")


def _not_assignable(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    source = context.source
    for at in range(max(place - 8, 0), min(place + 8, len(source.tokens))):
        if source[at] == "=" and 0 < at < len(source.tokens) - 1:
            yield replace(source, "assignment", at, at + 1, ["=="], "'==' instead of '='")
            first, end = at, source.statement_end(at)
            while first > 0 and source[first - 1] not in (";", "{", "}", "("):
                first -= 1
            if first < at < end:
                words = [
                    *(one.text for one in source.tokens[at + 1 : end]),
                    "=",
                    *(one.text for one in source.tokens[first:at]),
                ]
                yield replace(source, "assignment", first, end, words, "the sides of '=' exchanged")


def _include_name(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    text = context.source.text
    lines = text.split("\n")
    here = lines[diagnostic.line - 1] if 0 < diagnostic.line <= len(lines) else ""
    start = sum(len(one) + 1 for one in lines[: diagnostic.line - 1])
    name = re.search(r"[\w./]+\.?\w*", here.partition("include")[2])
    wanted = name[0] if name else ""
    headers = sorted(set(HEADERS.values()))
    for header in difflib.get_close_matches(wanted, headers, 4, 0.4):
        fixed = f"#include <{header}>"
        if fixed != here:
            yield Candidate("include", place, (Splice(start, start + len(here), fixed),), f"'{fixed}'")
    yield Candidate("include", place, (Splice(start, start + len(here), ""),), "the line left out")


def _operands(context: Context, diagnostic: Diagnostic, place: int) -> Iterator[Candidate]:
    """Messages about types: an address, a subscript or a call too many or too few."""
    source = context.source
    for at in range(max(place - 4, 0), min(place + 5, len(source.tokens))):
        token = source.tokens[at]
        if token.kind != "name" or token.text in KEYWORDS:
            continue
        known = context.names.find(token.text, at)
        if known is None:
            continue
        if known.function and source[at + 1] != "(":
            yield replace(source, "call", at + 1, at + 1, ["(", ")"], f"{token.text} called")
        if known.rank and source[at + 1] != "[":
            indices = [
                one.name for one in context.names.visible(at) if one.shape == "i0" and len(one.name) == 1
            ][:4]
            for index in [*indices, "0"]:
                yield replace(
                    source, "subscript", at + 1, at + 1, ["[", index, "]"], f"an element of {token.text}"
                )
        if source[at + 1] == "[" and at + 1 in source.partner:
            yield replace(
                source, "subscript", at + 1, source.partner[at + 1] + 1, [], f"{token.text} without subscript"
            )
        if source[at + 1] == "(" and at + 1 in source.partner and not known.function:
            yield replace(source, "product", at + 1, at + 1, ["*"], "'*' added: a product, no call")
            inner = [one.text for one in source.tokens[at + 2 : source.partner[at + 1]]]
            if inner:
                yield replace(
                    source,
                    "subscript",
                    at + 1,
                    source.partner[at + 1] + 1,
                    ["[", *inner, "]"],
                    "brackets for parentheses",
                )
    if source[place] == "(" and source.tokens[place - 1].kind == "number":
        yield replace(source, "product", place, place, ["*"], "'*' added: a product, no call")


Rule = Callable[[Context, Diagnostic, int], Iterator[Candidate]]
RULES: tuple[tuple[str, Rule], ...] = (
    (r"undeclared|unknown type name|use of undeclared|no member named", _undeclared),
    (r"redefinition|redeclar|conflicting types", _redefined),
    (r"should (not )?return|control reaches|non-void", _missing_return),
    (r"not assignable", _not_assignable),
    (r"file not found|include|invalid preprocessing|expected \"FILENAME\"", _include_name),
    (
        r"operand|incompatible|subscripted|called object|array type|indirection|initializ|assign|converting|argument"
        r"|not a pointer|invalid",
        _operands,
    ),
)
