"""A fixed list of diverse recipes, most useful first.

`coreset.json` is data, mined on the kernel suite by `python -m passwright.policy.mine` (which see): recipe
after recipe by how much it adds to the best of those before it. It says on which kernels, with which command
and on which machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from passwright.passes.recipe import O3, Recipe
from passwright.policy.policy import Budget, Context, Ranked, Search


@lru_cache(maxsize=1)
def coreset() -> tuple[Recipe, ...]:
    """The mined recipes in the order of their worth."""
    data = json.loads(files("passwright.policy").joinpath("coreset.json").read_text(encoding="utf-8"))
    return tuple(Recipe.parse(entry["recipe"]) for entry in data["recipes"])


@dataclass(frozen=True)
class CoresetPolicy:
    """Proposes -O3, then the coreset in its order."""

    name: str = "coreset"

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked(_proposals())


def _proposals() -> Iterator[Recipe]:
    yield O3
    yield from coreset()
