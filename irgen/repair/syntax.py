"""Candidates for compile errors: what clang proposes, what its message is known to mean, and edits around its place."""

from __future__ import annotations

import bisect
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from passwright.irgen.repair.diagnostics import Diagnostic
from passwright.irgen.repair.edits import Candidate, opens, replace
from passwright.irgen.repair.grammar import Context
from passwright.irgen.repair.names import HEADERS, KEYWORDS, LIBRARY
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
_ENDS = re.compile(r"[;),\]]")
_TYPES = ("int", "double", "char", "long long", "float")


def around(context: Context, diagnostic: Diagnostic) -> int:
    """The token at a diagnostic's place; the last one when it has none."""
    return _token_at(context, diagnostic.line, diagnostic.column)


def _token_at(context: Context, line: int, column: int) -> int:
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
    for pattern, rule in _RULES:
        if re.search(pattern, diagnostic.message):
            yield from rule(context, diagnostic, place)
    for at in window(context, diagnostic):
        yield from _generic(context, at)
    yield from _braces(context, place)
    yield from _quotes(context, diagnostic)


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


def _braces(context: Context, place: int) -> Iterator[Candidate]:
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


def _quotes(context: Context, diagnostic: Diagnostic) -> Iterator[Candidate]:
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
        place = _token_at(context, number, 1)
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


Rule = Callable[[Context, Diagnostic, int], Iterator[Candidate]]
_RULES: tuple[tuple[str, Rule], ...] = (
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
