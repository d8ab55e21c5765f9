"""One drawn pair: what a user would write, and the program that it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passwright.irgen.notation.syntax import Program


@dataclass(frozen=True)
class Draft:
    family: str
    operations: tuple[str, ...]
    """Names of the operations composed, in order; the split by composition goes by them."""
    english: str
    """One requirement; names of arguments, and of the function where it is said, in braces. What it does not name has the
    default names `x y z w` (1-D), `A B C` (2-D and more), `a b c` (scalars), `n m p` (sizes), `s` (the value returned)."""
    program: Program
    phrases: tuple[str, ...]
    """Ids of the phrasings taken, `dot.nouns#3`; `voice.held_out` says which are kept for the test."""
    function: str
    language: Literal["c", "cpp"] = "c"
