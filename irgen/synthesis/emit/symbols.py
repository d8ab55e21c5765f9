"""Numbers of several digits in shapes and ranges as names, so that they stand in the body as they stand in the program.

`f64[64] x` with an interior of `1..64 - 1` is to become `i < 64 - 1`, not `i < 63`: the model that learns from it sees the
number as a placeholder, of which it cannot tell what is one less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from passwright.irgen.notation.canonical import rebuilt
from passwright.irgen.notation.syntax import Binder, Declaration, Name, Node, Num, Program


def with_symbols(program: Program) -> tuple[Program, dict[str, str]]:
    """The program with such numbers as sizes `c0 c1 …`, and what these are."""
    names: dict[str, str] = {}

    def symbol(node: Node) -> Node:
        if isinstance(node, Num) and re.fullmatch(r"\d\d+", node.text):
            return Name(names.setdefault(node.text, f"c{len(names)}"))
        return node

    def in_ranges(node: Node) -> Node:
        if isinstance(node, Binder) and node.low is not None and node.high is not None:
            return replace(node, low=rebuilt(node.low, symbol), high=rebuilt(node.high, symbol))
        return node

    declarations = tuple(
        replace(d, shape=tuple(rebuilt(e, symbol) for e in d.shape)) for d in program.declarations
    )
    statements = tuple(rebuilt(s, in_ranges) for s in program.statements)
    sizes = tuple(Declaration("size", "i64", (), name) for name in names.values())
    return Program(statements, (*declarations, *sizes)), {name: text for text, name in names.items()}


def with_numbers(text: str, numbers: Mapping[str, str]) -> str:
    """The numbers back in their places."""
    return re.sub(r"\bc\d+\b", lambda found: numbers.get(found[0], found[0]), text) if numbers else text
