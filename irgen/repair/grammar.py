"""Candidates for wrong results: an edit grammar over the tokens of function bodies.

Every generator goes over the places of a source and yields what could stand there instead; which of it is tried first is
the ranker's business (ranker.py). Edits of one expression only: statements and conditions are in `statements.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.declarations import sizes, types
from passwright.irgen.repair.edits import Candidate, replace
from passwright.irgen.repair.names import KEYWORDS, LIBRARY, TYPE_WORDS
from passwright.irgen.repair.swaps import swaps

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_OPERATORS: dict[str, tuple[str, ...]] = {
    **{one: tuple(other for other in COMPARISONS if other != one) for one in COMPARISONS},
    "==": ("!=", "<=", ">=", "<", ">", "="),
    "=": ("==", "+=", "-=", "*="),
    "+": ("-", "*", "/", "%"),
    "-": ("+", "*", "/"),
    "*": ("+", "-", "/", "%"),
    "/": ("*", "%", "-", "+"),
    "%": ("/", "*"),
    "+=": ("=", "-=", "*="),
    "-=": ("+=", "=", "/="),
    "*=": ("=", "+=", "/="),
    "/=": ("*=", "=", "-="),
    "|=": ("&=", "=", "^="),
    "&=": ("|=", "="),
    "^=": ("|=", "&="),
    "<<": (">>",),
    ">>": ("<<",),
    "<<=": (">>=",),
    ">>=": ("<<=",),
    "&&": ("||", "&"),
    "||": ("&&", "|"),
    "&": ("|", "&&", "^"),
    "|": ("&", "||", "^"),
    "^": ("|", "&"),
    "++": ("--",),
    "--": ("++",),
}
_NUMBER = re.compile(r"(\d+)([uUlL]*)")
_OPERAND_ENDS = (")", "]")
_BINARY_BEFORE = frozenset(
    ("(", ",", "=", "[", "return", "&&", "||", "!", ";", "{", "}", "?", ":", "+=", "-=", "*=", "/=")
)


def expressions(context: Context) -> Iterator[Candidate]:
    """Edits of operators, numbers, names, indices, signs, operands and types."""
    source = context.source
    for place in context.places:
        token = source.tokens[place]
        if token.kind == "op":
            yield from _operators(context, place)
        elif token.kind == "number":
            yield from _numbers(context, place)
        elif token.kind == "name" and token.text not in KEYWORDS:
            yield from _other_names(context, place)
        elif token.kind == "string":
            yield from _strings(context, place)
        if token.kind in ("name", "number") or token.text in _OPERAND_ENDS:
            yield from _off_by_one(context, place)
        yield from _prefixes(context, place)
    yield from swaps(context)
    yield from types(context)
    yield from sizes(context)


def _operators(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    text = source[place]
    binary = place and (
        source.tokens[place - 1].kind in ("name", "number", "string") or source[place - 1] in (")", "]")
    )
    if text in ("+", "-", "*", "&") and (not binary or source[place - 1] in KEYWORDS):
        return
    for other in _OPERATORS.get(text, ()):
        if text == "=" and other == "==" and context.bracket[place] != "c":
            continue
        if text == "==" and other == "=" and context.bracket[place] == "c":
            continue
        kind = (
            "bound"
            if context.header[place] == "condition" and text in COMPARISONS and other in COMPARISONS
            else "comparison"
            if text in COMPARISONS
            else "logic"
            if text in ("&&", "||")
            else "accumulation"
            if text.endswith("=")
            else "operator"
        )
        yield replace(source, kind, place, place + 1, [other], f"'{other}' instead of '{text}'")
    if text in ("+=", "-=") and context.header[place] == "step" and source.tokens[place + 1].kind == "number":
        yield replace(source, "step", place, place + 2, [text[0] * 2], f"'{text[0] * 2}' instead of '{text}'")
    if text in ("+", "-") and source[place + 1] == "1" and source[place + 2] not in ("<<", "*"):
        kind = "index" if context.bracket[place] == "[" else "off_by_one"
        yield replace(source, kind, place, place + 2, [], f"'{text} 1' left out")
    elif text in ("+", "-", "*", "/", "%") and binary and source.tokens[place + 1 : place + 2]:
        after = source.tokens[place + 1]
        if after.kind in ("name", "number") and source[place + 2] not in ("(", "[", "."):
            yield replace(source, "term", place, place + 2, [], f"'{text} {after.text}' left out")


def _numbers(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    text = source[place]
    match = _NUMBER.fullmatch(text)
    kind = (
        "start"
        if context.header[place] == "init"
        else "bound"
        if context.header[place] == "condition"
        else "constant"
    )
    if source[place - 1] == "=" and kind == "constant":
        kind = "initial"
    values: list[str] = []
    if match:
        value, suffix = int(match[1]), match[2]
        near = [value + 1, value - 1, 0, 1, 2, value * 10, -value]
        values = [f"{one}{suffix}" for one in near if one != value and (one >= 0 or kind != "bound")]
        if not suffix and source[place - 1] in ("/", "*", "=", "<", ">", "+", "-", ",", "("):
            values.append(f"{value}.0")
    else:
        values = ["0.0", "1.0", "-1.0", "0.5", "2.0"]
    others = dict.fromkeys(one.text for one in source.tokens if one.kind == "number")
    values += [one for one in others if one != text][:10]
    for one in dict.fromkeys(values):
        yield replace(source, kind, place, place + 1, [one], f"{one} instead of {text}")
    mine = _size_names(context, place)
    for name in mine:
        yield replace(source, kind, place, place + 1, [name], f"{name} instead of {text}")


def _size_names(context: Context, place: int) -> list[str]:
    """Scalars that could stand where a number stands."""
    visible = [
        one
        for one in context.names.visible(place)
        if not one.function and one.rank == 0 and one.place < place
    ]
    return list(dict.fromkeys(one.name for one in reversed(visible) if one.shape in ("i0", "f0")))[:6]


def _other_names(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    text = source[place]
    if source[place - 1] in (".", "->", "struct") or any(one.place == place for one in context.names.all):
        return
    if text in LIBRARY and context.names.find(text, place) is None:
        return
    where = context.header[place]
    kind = (
        "extent" if where == "condition" else "wrong_index" if context.bracket[place] == "[" else "variable"
    )
    for other in context.other_names(place):
        yield replace(source, kind, place, place + 1, [other.name], f"{other.name} instead of {text}")
    mine = context.names.find(text, place)
    if (
        mine is not None
        and mine.rank == 0
        and kind == "variable"
        and source[place + 1] not in ("=", "++", "--", "+=")
    ):
        for number in ("0", "1"):
            yield replace(source, "constant", place, place + 1, [number], f"{number} instead of {text}")


def _off_by_one(context: Context, place: int) -> Iterator[Candidate]:
    source = context.source
    token, after, before = source.tokens[place], source[place + 1], source[place - 1] if place else ""
    if after not in (
        ";",
        ",",
        ")",
        "]",
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "+",
        "-",
        "&&",
        "||",
        "?",
        ":",
        "%",
        "/",
        "*",
    ):
        return
    if token.kind == "name" and (token.text in KEYWORDS or after == "(" or before in ("&", "++", "--")):
        return
    if token.kind == "name" and any(one.place == place for one in context.names.all):
        return
    if token.text == ")" and (
        place not in source.partner or source[source.partner[place] - 1] in ("if", "while", "for", "sizeof")
    ):
        return
    if (
        before in ("int", "char", "float", "double", "*")
        and token.kind == "name"
        and source[place - 2] in TYPE_WORDS
    ):
        return
    kind = "index" if after == "]" else "bound" if context.header[place] == "condition" else "off_by_one"
    if context.header[place] == "init":
        kind = "start"
    for sign in ("+", "-"):
        yield replace(
            source, kind, place + 1, place + 1, [sign, "1"], f"'{sign} 1' added after '{token.text}'"
        )


def _prefixes(context: Context, place: int) -> Iterator[Candidate]:
    """Negations, signs, addresses and casts in front of an operand, and without them."""
    source = context.source
    token, before = source.tokens[place], source[place - 1] if place else ""
    text = token.text
    if text == "!" and source[place + 1] != "=":
        yield replace(source, "negation", place, place + 1, [], "the negation left out")
    if text == "-" and before in _BINARY_BEFORE | set(COMPARISONS):
        yield replace(source, "sign", place, place + 1, [], "the sign left out")
    if text == "&" and before in ("(", ","):
        yield replace(source, "address", place, place + 1, [], "the address operator left out")
    operand = (token.kind == "name" and text not in KEYWORDS) or text == "("
    if not operand:
        return
    if context.bracket[place] == "c" and before in ("(", "&&", "||"):
        yield replace(source, "negation", place, place, ["!"], f"'!' in front of '{text}'")
    if before in ("=", "return", "+=", "(", "*") and token.kind == "name":
        yield replace(source, "sign", place, place, ["-"], f"'-' in front of '{text}'")
    mine = context.names.find(text, place) if token.kind == "name" else None
    if before == "," and context.bracket[place] == "(" and mine is not None and mine.rank == 0:
        yield replace(source, "address", place, place, ["&"], f"the address of {text}")
    if before in ("=", "(", "return", "+", "-", "*", "/", "+=", "-=", ","):
        divides = "/" in (source[place + 1], before) or text == "("
        if divides:
            yield replace(
                source, "cast", place, place, ["(", "double", ")"], f"'{text}' as double: no integer division"
            )
        if "*" in (source[place + 1], before) or text == "(":
            words = ["(", "long", "long", ")"]
            yield replace(
                source, "cast", place, place, words, f"'{text}' as long long: the product does not overflow"
            )


def _strings(context: Context, place: int) -> Iterator[Candidate]:
    """Formats and texts: line ends, blanks, conversions, case, and the program's other texts."""
    source = context.source
    text = source[place]
    if len(text) < 2 or text[0] not in "\"'":
        return
    body, quote = text[1:-1], text[0]
    found: dict[str, str] = {}
    if quote == '"':
        found[body + "\\n"] = "a line end added"
        if body.endswith("\\n"):
            found[body[:-2]] = "the line end left out"
        found[body + " "] = "a blank added"
        if body.endswith(" "):
            found[body[:-1]] = "the blank left out"
        found[" " + body] = "blanks before it skipped"
        for old, new in (
            ("%d", "%lld"),
            ("%f", "%lf"),
            ("%d", "%c"),
            ("%lf", "%f"),
            ("%d", "%ld"),
            ("%I64d", "%lld"),
        ):
            if old in body:
                found[body.replace(old, new)] = f"{new} instead of {old}"
        for one in ("%d", "%s", "%c"):
            if body.count(one) > 1:
                found[body.replace(one, one + " ")] = "blanks between the values"
        for changed in (body.upper(), body.lower(), body.capitalize()):
            found[changed] = "another case"
            found[re.sub(r"\\N", r"\\n", changed)] = "another case"
    same = dict.fromkeys(one.text for one in source.tokens if one.kind == "string" and one.text[0] == quote)
    for other in list(same)[:8]:
        found.setdefault(other[1:-1], f"{other} instead of {text}")
    for new, why in found.items():
        if new != body and "%N" not in new and "%D" not in new and "%S" not in new:
            yield replace(source, "text", place, place + 1, [quote + new + quote], why)
