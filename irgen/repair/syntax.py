"""Candidates for compile errors: what clang proposes, what its message is known to mean, and edits around its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from passwright.irgen.repair.brackets import around, braces, quotes
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import Diagnostic
from passwright.irgen.repair.edits import Candidate, replace
from passwright.irgen.repair.messages import RULES, near_names
from passwright.irgen.repair.names import KEYWORDS
from passwright.irgen.tokens import Splice

BEFORE, AFTER = 7, 4
"""Tokens around a diagnostic's place that are edited."""
_INSERTED = (
    ";",
    ")",
    "(",
    "}",
    "{",
    ",",
    "]",
    "[",
    "*",
    "&",
    "=",
    "==",
    "+",
    "&&",
    "||",
    "int",
    "0",
    "-",
    "/",
    ":",
    '"',
)
_INSTEAD: dict[str, tuple[str, ...]] = {
    ",": (";", ".", ")", "&&"),
    ";": (",", ")", ":", "{", "}", ""),
    ":": (";",),
    ".": (",", "->", ";"),
    "->": (".",),
    "=": ("==", "-", "+", "<=", ">=", "!="),
    "==": ("=",),
    "(": ("[", "{", "*"),
    ")": ("]", "}", ";"),
    "[": ("(", "{"),
    "]": (")", "}"),
    "{": ("(", "[", "}"),
    "}": ("{", ")"),
    "&": ("&&", "*"),
    "*": ("&",),
    "%": ("*", "&"),
    "!": ("!=",),
    "^": ("*", "+"),
    "<": ("<=",),
    ">": (">=",),
}
_JOINED = {
    ("=", ">"): ">=",
    ("=", "<"): "<=",
    ("=", "!"): "!=",
    ("&", "&"): "&&",
    ("|", "|"): "||",
    ("<", "="): "<=",
    (">", "="): ">=",
    ("!", "="): "!=",
    ("+", "+"): "++",
    ("=", "="): "==",
    ("else", "if"): "else if",
}


def window(context: Context, diagnostic: Diagnostic) -> list[int]:
    """The places to edit for a diagnostic: around it, and the rest of its line."""
    middle = around(context, diagnostic)
    source = context.source
    found = set(range(middle - BEFORE, middle + AFTER + 1))
    found |= {
        at
        for at in range(middle - 25, middle + 25)
        if 0 <= at < len(source.tokens) and source.tokens[at].line == diagnostic.line
    }
    return sorted(at for at in found if 0 <= at <= len(source.tokens))


def compile_error(context: Context, diagnostic: Diagnostic) -> Iterator[Candidate]:
    """Candidates for one error."""
    place = around(context, diagnostic)
    for number, group in enumerate(diagnostic.fixes):
        kind = "fix_it" if number == 0 else "note_fix_it"
        yield Candidate(kind, place, group, f"what clang proposes: {_shown(group)}")
    for pattern, rule in RULES:
        if re.search(pattern, diagnostic.message):
            yield from rule(context, diagnostic, place)
    for at in window(context, diagnostic):
        yield from _generic(context, at)
    yield from braces(context, place)
    yield from quotes(context, diagnostic)


def _shown(group: Sequence[Splice]) -> str:
    added = " ".join(one.text for one in group if one.text)
    return f"'{added}'" if added else "something left out"


def _generic(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    for text in _INSERTED:
        if place and text != '"':
            yield replace(source, "insert", place, place, [text], f"'{text}' added")
    if place >= len(source.tokens):
        return
    token = source.tokens[place]
    yield replace(source, "delete", place, place + 1, [], f"'{token.text}' left out")
    if place + 1 < len(source.tokens):
        after = source[place + 1]
        both = f"{token.text} {after}"
        yield replace(source, "delete_two", place, place + 2, [], f"'{both}' left out")
        joined = _JOINED.get((token.text, after))
        if joined:
            yield replace(source, "joined", place, place + 2, [joined], f"'{joined}' for '{both}'")
        if token.text != after:
            yield replace(
                source, "exchange", place, place + 2, [after, token.text], f"'{after}' before '{token.text}'"
            )
        if token.kind == "name" and source.tokens[place + 1].kind in ("name", "number"):
            word = token.text + after
            yield replace(source, "joined", place, place + 2, [word], f"'{word}' for '{both}'")
    for other in _INSTEAD.get(token.text, ()):
        yield replace(
            source,
            "replace",
            place,
            place + 1,
            [other] if other else [],
            f"'{other}' instead of '{token.text}'",
        )
    if token.kind == "name":
        for name in near_names(context, place):
            yield replace(source, "spelling", place, place + 1, [name], f"'{name}' for '{token.text}'")
        if token.text.startswith(("else", "int", "return")) and token.text not in KEYWORDS:
            for word in ("else", "int", "return"):
                if token.text.startswith(word):
                    rest = token.text[len(word) :]
                    yield replace(
                        source,
                        "spelling",
                        place,
                        place + 1,
                        [word, rest],
                        f"'{word} {rest}' for '{token.text}'",
                    )
    if token.kind == "number" and (match := re.fullmatch(r"(\d+)([A-Za-z_]\w*)", token.text)):
        yield replace(
            source,
            "product",
            place,
            place + 1,
            [match[1], "*", match[2]],
            f"'{match[1]} * {match[2]}' for '{token.text}'",
        )
        if all(context.names.find(one, place) for one in match[2]):
            words = [match[1], *(word for one in match[2] for word in ("*", one))]
            yield replace(source, "product", place, place + 1, words, f"a product for '{token.text}'")
        yield replace(source, "product", place, place + 1, [match[2]], f"'{match[2]}' for '{token.text}'")
    if token.kind in ("name", "number") and source.tokens[place - 1].kind in ("name", "number") and place:
        for operator in ("*", "+", ",", "-"):
            yield replace(source, "insert", place, place, [operator], f"'{operator}' added")
    if token.kind == "string" and token.text[0] == "'" and len(token.text) > 3:
        body = token.text[1:-1].replace('"', '\\"')
        yield replace(source, "quotes", place, place + 1, [f'"{body}"'], "a text in double quotes")
    if token.kind == "string" and token.text[0] == '"' and len(token.text) <= 4:
        yield replace(
            source, "quotes", place, place + 1, [f"'{token.text[1:-1]}'"], "a character in single quotes"
        )
