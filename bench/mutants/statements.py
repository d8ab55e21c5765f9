"""Defects in declarations and statements; the catalogue of all operators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from passwright.bench.mutants.heap import misuses
from passwright.bench.mutants.operators import EXPRESSIONS, KEYWORDS, Operator, for_parts, headers
from passwright.irgen.tokens import Edit, Source

NARROWER = {
    "double": "float", "float": "int", "long": "int", "int": "short", "size_t": "unsigned short", "int64_t": "int32_t",
    "uint64_t": "uint32_t", "int32_t": "int16_t", "uint32_t": "uint16_t", "ptrdiff_t": "short", "short": "signed char",
    "uint16_t": "uint8_t", "int16_t": "int8_t",
}  # fmt: skip
_OTHER_SIGN = {
    "unsigned": "int", "size_t": "int", "uint64_t": "int64_t", "uint32_t": "int32_t", "uint16_t": "int16_t",
    "uint8_t": "int8_t", "int": "unsigned", "int64_t": "uint64_t", "int32_t": "uint32_t", "long": "unsigned long",
}  # fmt: skip
_TYPES = frozenset({*NARROWER, *_OTHER_SIGN, "char", "int8_t", "T"})


def declarations(source: Source) -> Iterator[tuple[int, int]]:
    """Places of the type and of the name of local scalars that are declared with a value: `int x =`."""
    for place in source.inside():
        if (
            source[place] in _TYPES
            and source.tokens[place + 1].kind == "name"
            and source[place + 1] not in KEYWORDS
            and source[place + 2] == "="
            and source[place - 1] in (";", "{", "}", "(", ")", "const", "unsigned", "long")
        ):
            yield place, place + 1


def _retyped(source: Source, name: str, table: dict[str, str]) -> Iterator[Edit]:
    for kind, _ in declarations(source):
        if source[kind] in table and source[kind - 1] not in ("unsigned", "long"):
            yield source.replace(name, kind, kind, table[source[kind]])
    for place in source.inside():  # casts
        if source[place] == "(" and source[place + 2] == ")" and source[place + 1] in table:
            yield source.replace(name, place + 1, place + 1, table[source[place + 1]])


def _narrow(source: Source) -> Iterator[Edit]:
    yield from _retyped(source, "narrow_type", NARROWER)


def _signedness(source: Source) -> Iterator[Edit]:
    yield from _retyped(source, "signedness", _OTHER_SIGN)


def _lost_casts(source: Source) -> Iterator[Edit]:
    for place in source.inside():
        if source[place] == "(" and source[place + 1] in _TYPES and source[place + 2] == ")":
            if source[place - 1] not in KEYWORDS and source.tokens[place - 1].kind == "name":
                continue
            yield source.replace("lost_cast", place, place + 2, "")


def _uninitialised(source: Source) -> Iterator[Edit]:
    for kind, name in declarations(source):
        if source[kind - 1] in ("const", "("):
            continue
        end = source.statement_end(name)
        if end > 0 and "," not in [source[one] for one in range(name, end)]:
            yield source.replace("missing_init", name, end, f"{source[name]};")
    for first, end in _statements(source):  # x = 0;  or  sum[j] = 0;
        if source[end - 2] == "=" and re.fullmatch(r"0[.0]*f?", source[end - 1]):
            yield source.replace("missing_init", first, end, ";")


def _statements(source: Source) -> Iterator[tuple[int, int]]:
    """First and last place of expression statements."""
    for place in source.inside():
        if source[place - 1] not in (";", "{", "}", ")", "else") or source.tokens[place].kind != "name":
            continue
        if source[place] in KEYWORDS or source[place] in _TYPES or source.tokens[place + 1].kind == "name":
            continue
        end = source.statement_end(place)
        if end > 0 and _assigns(source, place, end):
            yield place, end


def _assigns(source: Source, first: int, last: int) -> bool:
    return any(
        source[one] in ("=", "+=", "-=", "*=", "|=", "&=", "^=", "++", "--") for one in range(first, last)
    )


def _lost_statements(source: Source) -> Iterator[Edit]:
    for first, end in _statements(source):
        yield source.replace("missing_statement", first, end, ";")


def _guards(source: Source) -> Iterator[Edit]:
    for first, last in headers(source, "if"):
        yield source.replace("missing_guard", first + 1, last - 1, "1")
    for first, last in headers(source, "if", "while", "for"):
        for place in range(first, last):
            if source[place] in ("&&", "||") and source.partner.get(first) == last:
                begin = next((p for p in range(place, first, -1) if source[p] in (";", "(")), first)
                if begin == first or source[begin] == ";":
                    yield source.replace("missing_guard", begin + 1, place, "")
                    break
    for place in source.inside():  # a clamp that never clamps
        if source[place] == "?":
            begin = place - 1
            while begin > 0 and source[begin] not in ("=", "(", ",", "return", "[", ":", "?", ";", "{"):
                begin = source.partner[begin] - 1 if source[begin] in (")", "]") else begin - 1
            if begin + 1 <= place - 1:
                for truth in ("1", "0"):
                    yield source.replace("missing_guard", begin + 1, place - 1, truth)


def _steps(source: Source) -> Iterator[Edit]:
    for first, last in headers(source, "for"):
        parts = for_parts(source, first, last)
        if parts is None:
            continue
        for place in range(parts[1] + 1, last):
            if source[place] in ("++", "--"):
                name = source[place - 1] if source.tokens[place - 1].kind == "name" else source[place + 1]
                lower, upper = (place - 1, place) if name == source[place - 1] else (place, place + 1)
                yield source.replace("step", lower, upper, f"{name} {source[place][0]}= 2")
            elif source[place] in ("+=", "-=") and place + 1 < last:
                yield source.replace("step", place + 1, place + 1, f"1 + {source[place + 1]}")


def _starts(source: Source) -> Iterator[Edit]:
    for first, last in headers(source, "for"):
        parts = for_parts(source, first, last)
        for place in range(first, parts[0] if parts else first):
            if source[place] == "=" and source[place + 1] != "":
                stop = next((p for p in range(place, last) if source[p] in (";", ",")), last)
                value = source.slice(place + 1, stop - 1)
                for new in (f"{value} + 1", f"{value} - 1"):
                    yield source.replace("start", place + 1, stop - 1, new)
                break


def _jumps(source: Source) -> Iterator[Edit]:
    for place in source.inside():
        if (source[place] in ("break", "continue") and source[place + 1] == ";") or source[place] == "else":
            yield source.replace("missing_jump", place, place, "")


OPERATORS: tuple[Operator, ...] = (
    *EXPRESSIONS,
    Operator("narrow_type", "contract", "a narrower type, in which values overflow or lose digits", _narrow),
    Operator(
        "signedness", "contract", "a signed type for an unsigned one, or the other way round", _signedness
    ),
    Operator("lost_cast", "contract", "a conversion left out", _lost_casts),
    Operator(
        "missing_init", "code", "a variable or an element that is not set before it is read", _uninitialised
    ),
    Operator("missing_statement", "intent", "an assignment left out", _lost_statements),
    Operator("missing_guard", "contract", "a condition, part of one or a clamp left out", _guards),
    Operator("step", "intent", "a loop's step is too large", _steps),
    Operator("start", "contract", "a loop starts one too early or too late", _starts),
    Operator("missing_jump", "intent", "a break, continue or else left out", _jumps),
    Operator("heap", "code", "use after free, double free, or a heap block that is too small", misuses),
)
"""Every operator, by which mutants are drawn."""

BY_NAME = {one.name: one for one in OPERATORS}
