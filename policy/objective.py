"""What a search is for, by name: run time against -O3, or one of two sizes against -Oz.

time             seconds a call, measured
size             bytes of machine code; where they are equal, IR instructions
ir-instructions  IR instructions; where they are equal, bytes of machine code

The last two are static: nothing runs until a recipe was chosen. Their reference is what clang -Oz does, the attributes
that it sets on functions included, and the rest of a file is built by it too.
"""

from __future__ import annotations

from dataclasses import dataclass

from passwright.passes.errors import UsageError
from passwright.passes.recipe import REFERENCES, Recipe
from passwright.policy.genes import FAST, Tables
from passwright.policy.size_genes import SMALL

_TIE = 2.0**-20
"""What the second size counts beside the first: it decides only where the first ones are equal."""


@dataclass(frozen=True, eq=False)
class Objective:
    """What outcomes are compared by.

    Attributes:
        name: on the command line.
        reference: what the baseline, and the rest of the file, is built by.
        label: the reference's name for people.
        static: known when a candidate is compiled, without running it.
        coreset: the file of mined recipes.
        tables: what recipes are made of.
    """

    name: str
    reference: Recipe
    label: str
    static: bool
    coreset: str
    tables: Tables

    def size(self, text: int, instructions: int) -> int:
        """What a static objective is about, of bytes of machine code and IR instructions."""
        return instructions if self.name == "ir-instructions" else text

    def cost(self, text: int, instructions: int) -> float:
        """What a search makes smaller: the size, and where it is equal the other one."""
        size = self.size(text, instructions)
        return max(1.0, size + (text + instructions - size) * _TIE)


TIME = Objective("time", REFERENCES["time"], "-O3", False, "coreset.json", FAST)
SIZE = Objective("size", REFERENCES["size"], "-Oz", True, "size_coreset.json", SMALL)
IR_INSTRUCTIONS = Objective(
    "ir-instructions", REFERENCES["ir-instructions"], "-Oz", True, "size_coreset.json", SMALL
)
OBJECTIVES = {one.name: one for one in (TIME, SIZE, IR_INSTRUCTIONS)}


def objective(name: str) -> Objective:
    """The objective of that name.  Raises UsageError."""
    if name not in OBJECTIVES:
        raise UsageError(f"there is no objective {name!r}", hint=f"one of: {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]
