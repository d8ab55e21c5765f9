"""What a requirement's English does not say: names, types, edges; what is taken instead, in sentences."""

from __future__ import annotations

import re

from passwright.irgen.binding import C_TYPES
from passwright.irgen.c_words import KEYWORDS, free_name
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import Program, renamed

_TYPE_WORDS = re.compile(
    r"float|double|single|precision|\bint|integer|\bbyte|\bbit|char|string|text|word|bool|\b[fiu](8|16|32|64)\b|long|short|"
    r"unsigned|real\b|letter|digit",
    re.I,
)
_EDGE_WORDS = re.compile(
    r"edge|border|bound|interior|inner|outside|beyond|end(s|point)|zero|clamp|wrap|periodic|circular|reflect|mirror|pad|"
    r"first and last|neighbou?rs exist|unchanged|valid",
    re.I,
)
_SMALL = frozenset({
    "a", "an", "the", "compute", "computes", "write", "function", "kernel", "routine", "that", "which", "returns",
    "return", "find", "given", "calculate", "get", "me", "please", "want", "need", "i", "to", "c", "code", "for",
    "determine", "give", "its", "this", "implement", "create", "build", "and", "with", "should", "produce", "make",
    "evaluate", "program", "two", "every", "each", "all", "array", "arrays", "vector", "vectors", "elements",
    "element", "values", "value", "generate", "us", "it", "you", "can", "could", "would", "like", "what", "is",
    "how", "do", "takes", "take",
})  # fmt: skip
_STOPS = frozenset(
    {"of", "in", "from", "by", "over", "between", "on", "at", "into", "where", "whose", "as", "such"}
)


def function_name(prose: str, program: Program) -> tuple[str, bool]:
    """A name for the function, and whether the English gives it."""
    found = re.search(
        r"\b(?:function|kernel|routine|procedure|it)\s+(?:is\s+)?(?:named|called)\s+[`'\"]?([A-Za-z_]\w+)"
        r"|\b(?:function|kernel|routine)\s+[`'\"](?P<quoted>[A-Za-z_]\w+)[`'\"]"
        r"|\bcall\s+(?:it|the function)\s+[`'\"]?(?P<call>[A-Za-z_]\w+)",
        prose,
    )
    names = {d.name for d in program.declarations}
    name = next((g for g in found.groups() if g), "") if found else ""
    if name and name not in KEYWORDS and name not in names:
        return name, True
    words: list[str] = []
    for word in re.findall(r"[A-Za-z]+|[.,;:]", prose):
        lower = word.lower()
        if word in ".,;:" or (lower in _STOPS and words) or len(words) == 3:
            if words:
                break
        elif word not in names and lower not in _SMALL | _STOPS and len(lower) > 1:
            words.append(lower)
    return free_name("_".join(words) or "kernel", names), False


def names_for_c(program: Program) -> tuple[Program, list[str]]:
    """The program with names that C takes."""
    names = {d.name for d in program.declarations}
    to: dict[str, str] = {}
    for d in program.declarations:
        if d.name in KEYWORDS:
            to[d.name] = free_name(d.name, names | set(to.values()))
    told = [f"the argument {old} is called {new}: {old} is a word of C or C++" for old, new in to.items()]
    return (renamed(program, to) if to else program), told


def unsaid(program: Program, prose: str) -> list[str]:
    told: list[str] = []
    if not prose:
        return told
    if not _TYPE_WORDS.search(prose):
        kinds = {d.type for d in program.declarations if d.role not in ("size", "len")}
        if len(kinds) == 1:
            told.append(f"type of the elements: {C_TYPES[next(iter(kinds))]} (not said)")
        else:
            each = ", ".join(
                f"{d.name} {C_TYPES[d.type]}" for d in program.declarations if d.role not in ("size", "len")
            )
            told.append(f"types: {each} (not said)")
    unnamed = [
        d.name for d in program.declarations
        if d.role in ("in", "inout", "out") and not re.search(rf"\b{re.escape(d.name)}\b", prose)
    ]  # fmt: skip
    if unnamed:
        told.append(f"names of arguments: {', '.join(unnamed)} (not said)")
    edges = {s.boundary for s in assignments(program.statements) if s.boundary}
    if edges and not _EDGE_WORDS.search(prose):
        told.append(f"edges: {', '.join(_EDGES[e] for e in sorted(edges))} (not said)")
    return told


_EDGES = {
    "interior": "elements whose neighbours are not all there are left as they are",
    "zero": "outside the array is zero",
    "clamp": "outside the array is the nearest element",
    "wrap": "the array begins again where it ends",
    "reflect": "outside the array is its mirror image",
}
