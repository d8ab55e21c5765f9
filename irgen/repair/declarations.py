"""Candidates about declarations: wider and other types, array sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate, replace
from passwright.irgen.tokens import Splice


def types(context: Context) -> Iterator[Candidate]:
    """Wider types of declarations, with the formats that go with them."""
    source, text = context.source, context.source.text
    wider = {
        "int": ("long long", {"%d": "%lld"}),
        "float": ("double", {"%f": "%lf"}),
        "char": ("int", {}),
        "long": ("long long", {"%ld": "%lld"}),
    }
    everything: dict[str, list[Splice]] = {}
    for place, token in enumerate(source.tokens):
        if (
            token.text in wider
            and source[place + 1] not in ("main", "long")
            and source[place - 1] not in ("long", "unsigned", "short")
        ):
            new, formats = wider[token.text]
            one = Splice(token.start, token.end, new)
            yield Candidate("type", place, (one,), f"{new} instead of {token.text}")
            cast = source[place - 1] == "(" and source[place + 1] == ")"
            others = ("double", "float") if token.text == "int" else ("int",)
            if cast or context.names.find(source[place + 1], place):
                for other in (one for one in others if one != new):
                    splices = (Splice(token.start, token.end, other),)
                    yield Candidate("type", place, splices, f"{other} instead of {token.text}")
            everything.setdefault(token.text, []).append(one)
        elif token.text in ("unsigned", "short", "signed"):
            follows = source[place + 1] in ("int", "long", "char", "short")
            words = [] if follows else ["int"]
            why = f"{'nothing' if follows else 'int'} instead of {token.text}"
            yield replace(source, "type", place, place + 1, words, why)
    for old, found in everything.items():
        new, formats = wider[old]
        extra = [
            Splice(
                token.start,
                token.end,
                _formatted(token.text, formats),
            )
            for token in source.tokens
            if formats and token.kind == "string" and any(one in token.text for one in formats)
        ]
        if len(found) + len(extra) > 1 and len(text) < 100_000:
            place = next(at for at, token in enumerate(source.tokens) if token.start == found[0].start)
            yield Candidate(
                "type_everywhere", place, (*found, *extra), f"{new} for {old} everywhere, formats included"
            )


def _formatted(text: str, formats: dict[str, str]) -> str:
    """A text with other conversions."""
    return re.sub("|".join(map(re.escape, formats)), lambda match: formats[match[0]], text)


def sizes(context: Context) -> Iterator[Candidate]:
    """Array sizes and the constants that `#define` names."""
    source = context.source
    for declared in context.names.all:
        place = declared.place + 1
        while source[place] == "[" and place in source.partner:
            inner = source.tokens[place + 1]
            if source.partner[place] == place + 2 and inner.text.isdigit():
                value = int(inner.text)
                for new in (value + 1, value * 2, value * 10, max(value - 1, 1), value + 10):
                    yield replace(
                        source,
                        "array_size",
                        place + 1,
                        place + 2,
                        [str(new)],
                        f"{declared.name} with {new} elements",
                    )
            elif source.partner[place] > place + 1:
                yield replace(
                    source,
                    "array_size",
                    source.partner[place],
                    source.partner[place],
                    ["+", "1"],
                    f"{declared.name} with one element more",
                )
            place = source.partner[place] + 1
    for match in re.finditer(r"(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\d+)", source.text):
        value = int(match[2])
        near = next((at for at, token in enumerate(source.tokens) if token.start > match.end()), 0)
        for new in (value + 1, max(value - 1, 0), value * 10, value + 10):
            edit = Splice(match.start(2), match.end(2), str(new))
            yield Candidate("array_size", near, (edit,), f"{match[1]} is {new} instead of {value}")
