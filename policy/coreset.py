"""A fixed list of diverse recipes, most useful first.

`coreset.json` (for speed, mined by `python -m passwright.policy.mine`) and `size_coreset.json` (for size, by `python -m
passwright.policy.mine_size`) are data: recipe after recipe by how much it adds to the best of those before it. They
say on which kernels, with which command and on which machine they were mined.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from passwright.passes.recipe import Recipe
from passwright.policy.objective import TIME, Objective
from passwright.policy.policy import Budget, Context, Ranked, Search


@lru_cache(maxsize=4)
def coreset(objective: Objective = TIME) -> tuple[Recipe, ...]:
    """The mined recipes in the order of their worth."""
    path = files("passwright.policy").joinpath(objective.coreset)
    data = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Recipe.parse(entry["recipe"]) for entry in data["recipes"])


@dataclass(frozen=True)
class CoresetPolicy:
    """Proposes the reference, then the coreset in its order."""

    name: str = "coreset"

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked([context.objective.reference, *coreset(context.objective)])
