"""A program with its names replaced by canonical ones, so that programs that differ in names only are equal.

By order of declaration: arrays `a0 a1 …`, scalars `s0 …`, sizes (and `len`) `n0 …`, the scalar returned `r` (an array
returned is an array like others); locals `t0 …` by order of assignment; the indices of each statement `i j k l p q u v w`
by order of appearance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    Assign,
    Binder,
    Declaration,
    Index,
    Name,
    Program,
    Repeat,
    Statement,
    walk,
)

INDICES = ("i", "j", "k", "l", "p", "q", "u", "v", "w")
T = TypeVar("T")


@dataclass(frozen=True)
class Canonical:
    program: Program
    names: dict[str, str]
    """From the canonical names of arguments, sizes, locals and the value returned to those of the source."""


def canonical(program: Program) -> Canonical:
    """The program on canonical names."""
    to: dict[str, str] = {}
    counts = dict.fromkeys("asnt", 0)
    for declaration in program.declarations:
        if declaration.role == "return" and not declaration.shape:
            to[declaration.name] = "r"
            continue
        to[declaration.name] = _next(
            counts, "a" if declaration.shape else "n" if declaration.role in ("size", "len") else "s"
        )
    for statement in assignments(program.statements):
        target = statement.target.array if isinstance(statement.target, Index) else statement.target.name
        if target not in to:
            to[target] = _next(counts, "t")
    statements = tuple(_statement(s, to) for s in program.statements)
    declarations = tuple(renamed(d, to) for d in program.declarations)
    return Canonical(Program(statements, declarations), {new: old for old, new in to.items()})


def indices_of(statement: Assign, known: dict[str, str]) -> Iterator[str]:
    """Names of the statement that `known` does not have, in order of appearance."""
    for node in walk(statement):
        name = node.name if isinstance(node, Name | Binder) else ""
        if name and name not in known:
            yield name


def fresh_index(taken: set[str]) -> str:
    """The first name for an index that is not taken."""
    for name in INDICES:
        if name not in taken:
            return name
    return next(name for k in range(1, 1000) if (name := f"i{k}") not in taken)


def _next(counts: dict[str, int], letter: str) -> str:
    counts[letter] += 1
    return f"{letter}{counts[letter] - 1}"


def _statement(statement: Statement, known: dict[str, str]) -> Statement:
    if isinstance(statement, Repeat):
        return replace(
            statement,
            count=renamed(statement.count, known),
            body=tuple(_statement(s, known) for s in statement.body),
        )
    to = dict(known)
    taken: set[str] = set()
    for name in indices_of(statement, known):
        if name not in to:
            to[name] = fresh_index(taken)
            taken.add(to[name])
    return renamed(statement, to)


def renamed(node: T, to: dict[str, str]) -> T:
    """The tree with its names replaced."""
    new: dict[str, Any] = {}
    for field in fields(node):  # type: ignore[arg-type]  # nodes are dataclasses
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            new[field.name] = tuple(renamed(v, to) if _is_node(v) else v for v in value)
        elif _is_node(value):
            new[field.name] = renamed(value, to)
        elif (
            field.name == "name" and isinstance(node, Name | Binder | Declaration)
        ) or field.name == "array":
            new[field.name] = to.get(value, value)
    return replace(node, **new)  # type: ignore[type-var]


def _is_node(value: object) -> bool:
    return hasattr(value, "__dataclass_fields__")
