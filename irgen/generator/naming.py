"""Names in programs: those the English mentions as `v0 v1 …`, the others canonical, and back to names for people.

s = sum[i](prices[i]) for f64[n] prices, size n, return f64 s      (prices is v0 in the English)
r = sum[i](v0[i]) for f64[n0] v0, size n0, return f64 r            (what the model writes)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from passwright.irgen.generator.lexemes import lexemes, spaced
from passwright.irgen.generator.placeholders import Rewritten, undo
from passwright.irgen.notation.canonical import INDICES, canonical, renamed
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import Binder, Declaration, Index, Name, Program, walk
from passwright.irgen.notation.text import program_text

T = TypeVar("T")

_DEFAULTS = {
    "1": ("x", "y", "z", "w", "x1", "x2", "x3", "x4"),
    "2": ("A", "B", "C", "D", "E", "F", "G", "H"),
    "out1": ("out", "out1", "out2", "out3", "out4"),
    "scalar": ("a", "b", "c", "d", "a1", "a2", "a3", "a4"),
    "size": ("n", "m", "p", "q", "n1", "n2", "n3", "n4"),
    "return": ("result", "result1"),
    "local": ("t", "u", "t1", "t2", "t3", "t4", "t5", "t6"),
}


def for_model(program: Program, back: Rewritten) -> str:
    """The program as the model is to write it, lexemes apart: names, numbers and characters of the English as its
    placeholders, all other names canonical (numbered among themselves)."""
    placeholders = back.placeholders
    mentioned = {name: placeholders[name] for name in names_of(program) if name in placeholders}
    whole = canonical(program)
    other: dict[str, str] = {}
    counts: dict[str, int] = {}
    for new, old in whole.names.items():
        if old in mentioned:
            other[new] = mentioned[old]
        elif new != "r":
            counts[new[0]] = counts.get(new[0], 0) + 1
            other[new] = f"{new[0]}{counts[new[0]] - 1}"
    result = renamed(whole.program, other)
    return literals_replaced(program_text(result), back)


def from_model(text: str, back: Rewritten) -> Program:
    """The program that the model wrote, on the user's names; names it made up are the usual ones, `x y A n`.

    Raises:
        NotationError: it is none.
    """
    return named(parse(undo(spaced(text), back)), back.names)


def named(program: Program, names: Mapping[str, str], keep: frozenset[str] = frozenset()) -> Program:
    """The program with placeholders replaced by `names`, and with usual names for canonical ones, clashes avoided."""
    to = {placeholder: name for placeholder, name in names.items() if placeholder in names_of(program)}
    taken = set(to.values()) | set(keep)
    for declaration in program.declarations:
        if declaration.name not in to:
            to[declaration.name] = _free(_DEFAULTS[_kind(declaration)], taken)
    for statement in assignments(program.statements):
        target = statement.target.array if isinstance(statement.target, Index) else statement.target.name
        if target not in to:
            to[target] = _free(_DEFAULTS["local"], taken)
    for name in names_of(program):
        if name not in to:  # an index
            to[name] = name if name not in taken else _free(INDICES, taken)
            taken.add(to[name])
    return renamed(program, to)


def names_of(program: Program) -> dict[str, None]:
    """All names of a program, in order."""
    found: dict[str, None] = {}
    for node in walk(program):
        match node:
            case Name(name) | Binder(name) | Declaration(name=name):
                found[name] = None
            case Index(array):
                found[array] = None
    return found


def literals_replaced(text: str, back: Rewritten) -> str:
    """Spaced lexemes of notation or C, where numbers and characters that `back` knows are its placeholders."""
    numbers = {number: placeholder for placeholder, number in back.numbers.items()}
    characters = {value: placeholder for placeholder, value in back.characters.items()}
    return " ".join(_literal(lexeme, numbers, characters) for lexeme in lexemes(text))


def _literal(lexeme: str, numbers: Mapping[str, str], characters: Mapping[str, str]) -> str:
    if lexeme[0] == "'":
        return characters.get(_unquoted(lexeme), lexeme)
    if lexeme[0].isdigit() or lexeme[0] == ".":
        found = re.fullmatch(r"(.*?)([fFuUlL]*)", lexeme)
        if found and found[1] in numbers:
            return numbers[found[1]] + found[2]
    return lexeme


def _unquoted(lexeme: str) -> str:
    inner = lexeme[1:-1]
    return {"n": "\n", "t": "\t", "0": "\0"}.get(inner[1], inner[1]) if inner[0] == "\\" else inner


def _kind(declaration: Declaration) -> str:
    if declaration.role in ("size", "len"):
        return "size"
    if declaration.role == "return":
        return "return"
    if not declaration.shape:
        return "scalar"
    if declaration.role == "out":
        return "out1"
    return "1" if len(declaration.shape) == 1 else "2"


def _free(names: tuple[str, ...], taken: set[str]) -> str:
    found = next((n for n in names if n not in taken), "")
    k = 1
    while not found:
        found, k = (f"{names[0]}_{k}" if f"{names[0]}_{k}" not in taken else ""), k + 1
    taken.add(found)
    return found
