"""What a value network learns from: graphs of kernels, recipes, and what each recipe was worth on each kernel.

Made from the experience store. Families that the suite holds out are refused here, so that no way of training sees
them; `folds` splits the others by family, never by kernel.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from passwright.gnn.graph import ProgramGraph
from passwright.gnn.view import view
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.recipe import Recipe

FLOOR, CEILING = -2.0, 3.0
"""Log ratios are cut to this range: one recipe that is a hundred times slower must not be all that is learned."""


@dataclass(frozen=True)
class Example:
    """One kernel: its graph, and the log ratio of each recipe that was tried; None for one that failed."""

    kernel: str
    family: str
    graph: ProgramGraph
    worth: Mapping[str, float | None]


@dataclass(frozen=True)
class Examples:
    """Kernels with what is known about them; `recipes` are all that occur, sorted."""

    items: tuple[Example, ...]

    @property
    def recipes(self) -> list[str]:
        """Every recipe that was tried on one of them."""
        return sorted({recipe for item in self.items for recipe in item.worth})

    @property
    def families(self) -> list[str]:
        """Their families, sorted."""
        return sorted({item.family for item in self.items})

    def of(self, families: Iterable[str]) -> Examples:
        """Those of some families."""
        wanted = set(families)
        return Examples(tuple(item for item in self.items if item.family in wanted))

    def common(self, share: float) -> list[str]:
        """Recipes known on at least this share of the kernels, sorted."""
        counts: dict[str, int] = {}
        for item in self.items:
            for recipe in item.worth:
                counts[recipe] = counts.get(recipe, 0) + 1
        return sorted(recipe for recipe, count in counts.items() if count >= share * len(self.items))


def make(
    kernels: Iterable[tuple[str, str, bytes, Mapping[str, float]]], *, held_out: Iterable[str]
) -> Examples:
    """Examples from (name, family, bitcode, ratio by recipe); a ratio of 0 is a failure.

    Raises InputError for a kernel of a held-out family. A recipe that is refused nowadays is left out.
    """
    from passwright._native import Module

    refused = set(held_out)
    items = []
    for name, family, bitcode, ratios in kernels:
        if family in refused:
            raise InputError(f"{name} is of the held-out family {family}", hint="do not train on it")
        worth = {recipe: _log(ratio) for recipe, ratio in ratios.items() if _usable(recipe)}
        items.append(Example(name, family, view(Module.parse(bitcode, name)), worth))
    return Examples(tuple(items))


def folds(families: Sequence[str], count: int, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    """Training and validation families, `count` times, each family once in a validation part."""
    shuffled = list(families)
    random.Random(seed).shuffle(shuffled)
    for number in range(count):
        validation = shuffled[number::count]
        yield [family for family in shuffled if family not in validation], validation


def _log(ratio: float) -> float | None:
    return None if ratio <= 0 else min(CEILING, max(FLOOR, math.log(ratio)))


_known: dict[str, bool] = {}


def _usable(text: str) -> bool:
    """Whether a recipe may still be run, and names no loop of one kernel."""
    if text not in _known:
        from passwright.passes import exact

        try:
            recipe = Recipe.parse(text)
            exact.check(recipe)
            _known[text] = all(step.kind != "hint" for step in recipe.steps)
        except PasswrightError:
            _known[text] = False
    return _known[text]
