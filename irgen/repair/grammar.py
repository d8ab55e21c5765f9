"""Candidates for wrong results: an edit grammar over the tokens of function bodies.

Every generator goes over the places of a source and yields what could stand there instead; which of it is tried first is
the ranker's business (ranker.py). Edits of one expression only: statements and conditions are in `statements.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from passwright.irgen.repair.edits import Candidate, opens, replace, splice
from passwright.irgen.repair.names import KEYWORDS, LIBRARY, TYPE_WORDS, Declared, Names
from passwright.irgen.tokens import Source, Splice

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
MOST_NAMES = 12
"""Other variables that are tried for one occurrence, the nearest declared first."""


class Context:
    """A source with what the generators ask of it: names, loop headers, subscripts, the statements' places."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names = Names(source)

    @cached_property
    def header(self) -> list[str]:
        """Per token the part of a `for` header it is in: "init", "condition", "step", or ""."""
        found = [""] * len(self.source.tokens)
        for place, token in enumerate(self.source.tokens):
            if token.text != "for" or place + 1 not in self.source.partner:
                continue
            parts = iter(("condition", "step", "", ""))
            part, depth = "init", 0
            for at in range(place + 2, self.source.partner[place + 1]):
                text = self.source[at]
                depth += (text in "([{") - (text in ")]}")
                if text == ";" and not depth:
                    part = next(parts)
                else:
                    found[at] = part
        return found

    @cached_property
    def bracket(self) -> list[str]:
        """Per token what encloses it nearest: "[", "(" of a call, "c" of a condition, or "" for none."""
        found = [""] * len(self.source.tokens)
        stack: list[str] = []
        for place, token in enumerate(self.source.tokens):
            found[place] = stack[-1] if stack else ""
            if token.text in ("(", "["):
                before = self.source[place - 1] if place else ""
                kind = "c" if before in ("if", "while") else "h" if before == "for" else "("
                stack.append("[" if token.text == "[" else kind)
            elif token.text in (")", "]") and stack:
                stack.pop()
                found[place] = stack[-1] if stack else ""
            elif token.text in ("{", "}"):
                stack.clear()
        return found

    @cached_property
    def depth(self) -> list[int]:
        """Per token in how many loops it is, the header's own included."""
        found = [0] * len(self.source.tokens)
        for place, token in enumerate(self.source.tokens):
            if token.text in ("for", "while") and opens(self.source, place + 1):
                end = self.body_end(self.source.partner[place + 1] + 1)
                for at in range(place + 1, min(end + 1, len(found))):
                    found[at] += 1
        return found

    def body_end(self, place: int) -> int:
        """The last token of the statement that begins at `place`."""
        source, last = self.source, len(self.source.tokens) - 1
        pending: list[
            bool
        ] = []  # per header that waits for its body: whether it is an `if`, which may have an `else`
        while place <= last:
            text = source[place]
            if text in ("for", "while", "if", "switch") and opens(source, place + 1):
                pending.append(text == "if")
                place = source.partner[place + 1] + 1
                continue
            end = source.partner.get(place, last) if text == "{" else source.statement_end(place)
            end = end if end >= 0 else place
            while pending:
                if pending.pop() and source[end + 1] == "else":
                    place = end + 2
                    break
            else:
                return end
        return last

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The tokens that edits go to: those of bodies and of the file's own declarations."""
        return tuple(range(len(self.source.tokens)))

    def other_names(self, place: int) -> list[Declared]:
        """Variables that could stand for the one at a place, the likeliest first: same type, then near declarations."""
        here = self.source[place]
        mine = self.names.find(here, place)
        if mine is None:
            return []
        seen = {here: True}
        out: list[Declared] = []
        candidates = [
            one for one in self.names.visible(place) if one.function == mine.function and one.place != place
        ]
        candidates.sort(key=lambda one: (one.shape != mine.shape, abs(one.place - mine.place)))
        for one in candidates:
            if one.name not in seen and (one.rank == mine.rank or mine.function):
                seen[one.name] = True
                out.append(one)
        return out[:MOST_NAMES]


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


def swaps(context: Context) -> Iterator[Candidate]:
    """Operands, arguments and indices exchanged."""
    source = context.source
    for place, token in enumerate(source.tokens):
        text = token.text
        if text in ("-", "/", "%", "<<", ">>", "<", ">", "<=", ">=") and 0 < place < len(source.tokens) - 1:
            left, right = source.tokens[place - 1], source.tokens[place + 1]
            simple = left.kind in ("name", "number") and right.kind in ("name", "number")
            if simple and left.text not in KEYWORDS and source[place + 2] not in ("(", "[", "."):
                why = f"the operands of '{text}' exchanged"
                yield replace(source, "swap", place - 1, place + 2, [right.text, text, left.text], why)
        if text == "[" and place in source.partner:
            yield from _index_swaps(context, place)
        if text == "(" and place in source.partner and place and source.tokens[place - 1].kind == "name":
            yield from _argument_swaps(context, place)


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
            if token.text == "int" and context.names.find(source[place + 1], place):
                yield Candidate(
                    "type", place, (Splice(token.start, token.end, "double"),), "double instead of int"
                )
            everything.setdefault(token.text, []).append(one)
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


def _is_variable(context: Context, place: int) -> bool:
    token = context.source.tokens[place]
    if token.kind != "name" or token.text in KEYWORDS or context.source[place + 1] == "(":
        return False
    found = context.names.find(token.text, place)
    return found is not None and not found.function


def _texts(source: Source, first: int, last: int) -> list[str]:
    return [token.text for token in source.tokens[first:last]]
