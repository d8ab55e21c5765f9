"""A module under way: steps are run on it one by one, and it can be looked at, costed and forked in between.

Everything is in this process, so that a step which crashes LLVM takes the process with it: `session_process.py` keeps
sessions in a process of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.passes.build import Limits, run_recipe
from passwright.passes.recipe import Recipe, Step

if TYPE_CHECKING:
    from passwright._native import Module

SMALL = ("minsize", "optsize")
"""Function attributes that clang sets for -Oz, beside its pipeline."""


class Session:
    """One module, changed by steps."""

    def __init__(self, module: Module, limits: Limits | None = None) -> None:
        """Takes the module over; `limits` count from how large it is now."""
        self.module = module
        self._limits = Limits(growth=0, floor=(limits or Limits()).instructions(module))

    @staticmethod
    def open(bitcode: bytes, name: str = "<memory>", *, small: bool = False) -> Session:
        """A session on IR; `small`: for size, with the attributes that clang -Oz gives to functions."""
        from passwright._native import Module

        module = Module.parse(bitcode, name)
        if small:
            for attribute in SMALL:
                module.set_attribute(attribute, "")
        return Session(module)

    def fork(self) -> Session:
        """Another session that goes on from here."""
        return Session(self.module.clone(), self._limits)

    def step(self, steps: Sequence[Step]) -> bool:
        """Run steps; whether one changed anything.

        Raises RecipeError, SizeLimitError and IRError as `run_recipe`; the module is then left half-way.
        """
        reports = run_recipe(self.module, Recipe(tuple(steps)), limits=self._limits)
        return any(report.changed for report in reports)

    def loops(self) -> list[str]:
        """Ids of the loops as hints take them, innermost and deepest first."""
        return [
            loop.id
            for loop in sorted(self.module.loops(), key=lambda one: (not one.innermost, -one.depth, one.id))
        ]

    def observe(self, name: str) -> Any:
        """One of OBSERVATIONS, as plain arrays; `presented` makes of it what users get."""
        return OBSERVATIONS[name](self.module)

    def cost(self, name: str) -> float:
        """One of COSTS."""
        return COSTS[name](self.module)


def _opcodes(module: Module) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.fromiter(module.opcode_counts().values(), np.int64)


def _profile(module: Module) -> np.ndarray[Any, np.dtype[np.float32]]:
    from passwright.gnn.profile import profile

    return profile(module)


OBSERVATIONS: dict[str, Callable[[Module], Any]] = {
    "autophase": lambda module: module.autophase(),
    "opcodes": _opcodes,
    "graph": lambda module: module.graph(),
    "ir": lambda module: module.ir(),
    "profile": _profile,
}
"""autophase: int64[56]; opcodes: int64[67], in the order of `Module.opcode_counts`; graph: what ProgramGraph is
made from; ir: text; profile: what `gnn.profile` says about its speed."""


def presented(name: str, value: Any) -> Any:
    """An observation as users get it: a ProgramGraph for "graph", all others as they are."""
    if name != "graph":
        return value
    from passwright.gnn.graph import ProgramGraph

    return ProgramGraph.from_raw(value)


def _text(module: Module) -> float:
    sizes = module.section_sizes()
    return float(sum(size for name, size in sizes.items() if name.startswith(".text")))


def _cycles(module: Module) -> float:
    from passwright.gnn.profile import NOMINAL, static_cycles

    return static_cycles(module.mca(), module.estimate(nominal=NOMINAL[0]), NOMINAL[0])


COSTS: dict[str, Callable[[Module], float]] = {
    "ir-instructions": lambda module: float(module.instruction_count),
    "object-text": _text,
    "cycles": _cycles,
}
"""IR instructions; bytes of machine code (`.text*` sections); static cycles, a rough guess at run time."""
