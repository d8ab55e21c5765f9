"""Ranks recipes for one kernel by what they make of it, without running it.

Every recipe is run on the kernel's module in a process of its own, what comes out is profiled (`gnn/profile.py`), and the
build model says what it is worth beside the -O3 build. Recipes that fail, or give what another one gave, are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from passwright.gnn.build_model import BuildModel
from passwright.passes.recipe import O3, Recipe
from passwright.policy.profiles import profiled
from passwright.policy.registry import Registry
from passwright.policy.session_process import SessionProcess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEADLINE = 2.0
"""Seconds for one recipe: what takes longer is nothing that a build would wait for."""


@dataclass(frozen=True)
class Forecast:
    """What a recipe is expected to be worth on a kernel: see `BuildWorth`."""

    recipe: Recipe
    mean: float
    noise: float
    doubt: float

    def cautious(self, caution: float) -> float:
        """The mean, less so many standard deviations of doubt."""
        return self.mean - caution * self.doubt


@lru_cache(maxsize=1)
def shipped() -> BuildModel:
    """The model in force: the registry's (`registry.py`), else the one that comes with Passwright.

    Raises InputError without one, and where the registry's was changed.
    """
    own = Path(str(files("passwright.policy").joinpath("weights")))
    return BuildModel(Registry.named("builds").in_force(own))


def forecasts(
    module: bytes,
    recipes: Sequence[Recipe],
    *,
    jobs: int,
    model: BuildModel | None = None,
    seconds: float = math.inf,
) -> list[Forecast]:
    """Recipes that make something of a module (bitcode) that -O3 does not, the most promising by mean first.

    After so many `seconds` no further recipe is compiled.
    """
    end = monotonic() + seconds
    lots = [[O3, *recipes][start::jobs] for start in range(jobs)]

    def work(lot: Sequence[Recipe]) -> list[tuple[Recipe, NDArray[np.float32]]]:
        process = SessionProcess(deadline=DEADLINE)
        try:
            made = []
            for one in profiled(process, module, lot):
                made.append(one)
                if monotonic() > end:
                    break
            return made
        finally:
            process.close()

    with ThreadPoolExecutor(jobs) as pool:
        made = {recipe: profile for lot in pool.map(work, lots) for recipe, profile in lot}
    plain = made.pop(O3, None)
    if plain is None:  # not even -O3 can be profiled
        return []
    distinct = {plain.tobytes(): O3}
    for recipe in recipes:
        if recipe in made:
            distinct.setdefault(made[recipe].tobytes(), recipe)
    others = [recipe for recipe in distinct.values() if recipe != O3]
    worth = (model or shipped()).worth(plain, [made[recipe] for recipe in others])
    found = [
        Forecast(recipe, float(mean), float(noise), float(doubt))
        for recipe, mean, noise, doubt in zip(others, worth.mean, worth.noise, worth.doubt, strict=True)
    ]
    return sorted(found, key=lambda one: -one.mean)
