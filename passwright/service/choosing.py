"""Recipes for a file's hot-looking functions within a build's patience: the learned policy's zero-shot choice, bounded.

What `optimize --budget 0` does (policy/learned.py) takes seconds, because it compiles the whole coreset. Here recipes are
compiled one after the other, in the coreset's order, and that ends early: when the best so far is probably the best of all,
or when as many were tried as the module's size allows. That number hangs on the module alone and not on the clock, so
that a source gives the same object on a busy machine too; only a recipe that takes more than RECIPE seconds of processor
time by itself is left out by time.

`probability` says when the best is probably the best of all: each recipe's log speedup is taken for its forecast plus a
Gumbel-distributed error with the ensemble's standard deviation σ. Then recipe i is the best with probability
exp(m_i/τ) / Σ exp(m_j/τ), τ = σ√6/π (the Gumbel-max identity: Luce 1959, Yellott 1977). The sum runs over what was forecast,
-O3 (m = 0), and what was not compiled yet, for which the mean of those that were stands, drawn towards PRIOR as if one
more had been seen with that.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from passwright.passes.errors import ParseError, PasswrightError
from passwright.passes.recipe import Recipe
from passwright.policy.coreset import coreset
from passwright.policy.ranking import Forecast, shipped
from passwright.service.forge import Forge
from passwright.service.window import Window

SECONDS = 1.0
"""Of processor time that choosing may take for one file, about; for all its functions together."""
PER_INSTRUCTION = 1e-3
"""Seconds of processor time that a recipe takes per IR instruction of the kernel, about, on average over suite and
coreset (`patience.py` measures it)."""
LEAST, MOST = 2, 16
"""Recipes that are tried on a kernel of any size, unless it ends early."""
RECIPE = 1.0
"""Seconds of processor time for one recipe: what takes longer is nothing that a build would wait for."""
SURVEY = 5.0
"""Seconds of processor time to find out which functions look hot; a file that needs more is left at -O3."""
ENOUGH = 0.5
"""The probability at which the best so far is taken. docs/service.md has what other values cost and gain."""
PRIOR = 0.05
"""Mean log speedup of the coreset's recipes over the kernels of the experience store."""
LEAST_DOUBT = 0.1
"""Standard deviation that forecasts have at least: the networks of an ensemble share what they have not seen."""


@dataclass(frozen=True)
class Choice:
    """What was decided for one function.

    Attributes:
        recipe: None: it stays at -O3.
        gain: the natural logarithm of the speedup that is expected, 0 for -O3.
        probability: that the choice is the best of the coreset.
        tried: recipes that were compiled for it.
    """

    entry: str
    recipe: Recipe | None
    gain: float
    probability: float
    tried: int


def probability(means: Sequence[float], doubts: Sequence[float], untried: int) -> tuple[float, float]:
    """That the best of -O3 and what was forecast so far is the best of all, and its mean."""
    best = max(0.0, *means) if means else 0.0
    sigma = math.sqrt(fmean(doubt * doubt for doubt in doubts)) if doubts else 0.0
    tau = max(LEAST_DOUBT, sigma) * math.sqrt(6) / math.pi
    expected = (sum(means) + PRIOR) / (len(means) + 1)
    weights = sum(math.exp((mean - best) / tau) for mean in means) + math.exp(-best / tau)
    return 1 / (weights + untried * math.exp((expected - best) / tau)), best


def allowed(instructions: int, seconds: float) -> int:
    """How many recipes may be tried on a kernel of so many IR instructions in about so many seconds."""
    return max(LEAST, min(MOST, int(seconds / (PER_INSTRUCTION * max(1, instructions)))))


async def choose(
    forge: Forge,
    window: Window,
    bitcode: bytes,
    source: str,
    *,
    seconds: float = SECONDS,
    enough: float = ENOUGH,
) -> list[Choice]:
    """Recipes for the functions of a file (its unoptimised IR) that look hot; nothing of them is run.

    Raises ParseError for what is no IR, WorkerError when no job process can be started.
    """
    try:
        found, parts = await forge.run("survey", {"source": source}, [bitcode], seconds=SURVEY)
    except ParseError:
        raise
    except PasswrightError:
        return []  # -O3 of the whole file may still work out
    kernels = list(zip(found["entries"], found["instructions"], parts[::2], parts[1::2], strict=True))
    share = seconds / max(1, len(kernels))
    tasks = [
        _choose_one(forge, window, entry, module, plain, allowed(size, share), enough)
        for entry, size, module, plain in kernels
    ]
    return list(await asyncio.gather(*tasks))


async def _choose_one(
    forge: Forge, window: Window, entry: str, module: bytes, plain: bytes, count: int, enough: float
) -> Choice:
    about = shipped().about
    at_o3 = np.frombuffer(plain, np.float32)
    forecasts: list[Forecast] = []
    recipes = coreset()[:count]
    tried = 0
    likely = 0.0
    with window:
        for recipe in recipes:
            tried += 1
            vector = await _profile(forge, module, recipe)
            if vector is not None:
                forecasts.append(await _forecast(window, recipe, at_o3, vector, plain))
            means, doubts = [one.mean for one in forecasts], [one.doubt for one in forecasts]
            likely, _ = probability(means, doubts, len(recipes) - tried)
            if likely >= enough:
                break
    best = max(forecasts, key=lambda one: one.mean, default=None)
    unsure = best is None or best.doubt > about["doubt"]
    if best is None or unsure or best.cautious(about["choice"]["caution"]) <= about["choice"]["threshold"]:
        return Choice(entry, None, 0.0, likely, tried)
    return Choice(entry, best.recipe, best.mean, likely, tried)


async def _profile(forge: Forge, module: bytes, recipe: Recipe) -> bytes | None:
    """None for a recipe that crashes, takes too long or does not fit."""
    try:
        _, parts = await forge.run("profile", {"recipe": str(recipe)}, [module], seconds=RECIPE)
    except PasswrightError:
        return None
    return parts[0]


async def _forecast(
    window: Window, recipe: Recipe, plain: np.ndarray[Any, np.dtype[np.float32]], vector: bytes, same: bytes
) -> Forecast:
    if vector == same:  # the same code: no better, and no doubt about it
        return Forecast(recipe, 0.0, 0.0, 0.0)
    worth = await window.worth(plain, [np.frombuffer(vector, np.float32)])
    # Rounded, because the last digits hang on which other requests were in the same run.
    return Forecast(recipe, *(round(float(one[0]), 3) for one in (worth.mean, worth.noise, worth.doubt)))
