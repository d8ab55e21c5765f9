"""A program under names that say nothing but what kind of thing they are: what the code model reads and writes.

    canonical(parse("s = sum[i](x[i] * 0.5) for f64[n] x, size n, return f64 s")).text
    -> "r = sum[i](a0[i] * c0) for f64[n0] a0, size n0, return f64 r"

Arrays are `a0 a1 …`, scalar arguments `s0 …`, sizes `n0 …`, the value returned `r`, locals `t0 …`, each in order of
declaration (locals: of writing); indices `i j k l …` anew in each statement. In the text, numbers of two digits or more,
or with a point or an exponent, are `c0 c1 …` and characters `k0 …`, in order of appearance, the same text the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    Assign,
    Binder,
    Char,
    Declaration,
    Index,
    Name,
    Node,
    Num,
    Program,
    Repeat,
    Statement,
    children,
    renamed,
)
from passwright.irgen.notation.text import program_text

AnyNode = TypeVar("AnyNode", bound=Node)

__all__ = ["INDICES", "Canonical", "canonical", "is_placeheld", "rebuilt", "renamed"]

INDICES = ("i", "j", "k", "l", "p", "q", "u", "v", "w")


@dataclass(frozen=True)
class Canonical:
    """`program` has canonical names and its numbers; `text` has placeholders for these as well.

    Attributes:
        names: canonical to original, of declarations and locals. literals: placeholder to number or character.
    """

    program: Program
    text: str
    names: Mapping[str, str] = field(hash=False)
    literals: Mapping[str, Num | Char] = field(hash=False)

    @property
    def placeholders(self) -> dict[Num | Char, str]:
        """From literal to placeholder, for whoever writes code for `text`."""
        return {literal: placeholder for placeholder, literal in self.literals.items()}


def canonical(program: Program) -> Canonical:
    """`program` under canonical names."""
    names: dict[str, str] = {}
    counts = {"a": 0, "s": 0, "n": 0, "t": 0}

    def give(original: str, kind: str) -> None:
        names[original] = f"{kind}{counts[kind]}"
        counts[kind] += 1

    for d in program.declarations:
        if d.role == "return":
            names[d.name] = "r"
        else:
            give(d.name, "n" if d.role in ("size", "len") else "a" if d.shape else "s")
    for statement in assignments(program.statements):
        target = statement.target
        name = target.array if isinstance(target, Index) else target.name
        if name not in names:
            give(name, "t")
    plain = Program(
        tuple(_with_indices(s, names) for s in program.statements),
        tuple(renamed(d, names) for d in program.declarations),
    )
    literals: dict[str, Num | Char] = {}
    given: dict[Num | Char, str] = {}
    for literal in _literals(plain):
        if literal not in given:
            kind = "k" if isinstance(literal, Char) else "c"
            given[literal] = f"{kind}{sum(p[0] == kind for p in literals)}"
            literals[given[literal]] = literal
    text = program_text(
        rebuilt(
            plain, lambda node: Name(given[node]) if isinstance(node, Num | Char) and node in given else node
        )
    )
    return Canonical(plain, text, {c: o for o, c in names.items()}, literals)


def is_placeheld(literal: Num) -> bool:
    """Whether a number gets a placeholder: all but single digits and `inf`."""
    return literal.text != "inf" and not re.fullmatch(r"\d", literal.text)


def rebuilt(node: AnyNode, change: Callable[[Node], Node]) -> AnyNode:
    """The tree with every node replaced by what `change` makes of it, from the leaves up."""

    def visit(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(visit, value))
        return rebuilt(value, change) if hasattr(value, "__dataclass_fields__") else value

    new = {f.name: visit(getattr(node, f.name)) for f in fields(node)}
    return cast(AnyNode, change(type(node)(**new)))


def _with_indices(statement: Statement, names: Mapping[str, str]) -> Statement:
    """Renamed, the indices of each assignment as well."""
    if isinstance(statement, Repeat):
        return Repeat(renamed(statement.count, names), tuple(_with_indices(s, names) for s in statement.body))
    taken = dict(names)
    free = iter(INDICES)
    for name in _names(statement):
        if name not in taken:
            taken[name] = next(free, f"i{len(taken)}")
    return renamed(statement, taken)


def _names(node: Node) -> Iterator[str]:
    """All names, in order of writing."""
    if isinstance(node, Name | Binder):
        yield node.name
    elif isinstance(node, Index):
        yield node.array
    for child in children(node):
        yield from _names(child)


def _literals(node: Node) -> Iterator[Num | Char]:
    """Those that get placeholders, in order of writing."""
    if isinstance(node, Char) or (isinstance(node, Num) and is_placeheld(node)):
        yield node
    order = list(children(node))
    if isinstance(node, Declaration):  # attributes are written last, as in the tree
        order = [*node.shape, *node.attributes]
    elif isinstance(node, Assign):  # ranges are written after the value
        order = [node.target, node.value, *node.binders]
    for child in order:
        yield from _literals(child)
