"""Kernels' builds with what they look like and what they turned out to be worth: what the build network learns from.

Needs neither torch nor the kernels' sources: profiles (`profiles.py`) and outcomes (`store.py`) are enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from passwright.passes.errors import InputError
from passwright.passes.recipe import O3
from passwright.policy.examples import CEILING, FLOOR
from passwright.policy.profiles import Profiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright.policy.store import Store

FAILED = -1.0
"""Worth of a build that runs but crashes, hangs or is wrong: the floor of the reward."""
PLAIN = str(O3)


@dataclass(frozen=True)
class Lot:
    """One kernel's builds on one machine.

    Attributes:
        kernel, family: names.
        recipes: of the builds.
        plain: profile of the -O3 build, float32 [F]. builds: of the others, [R, F].
        worth: log ratios, float32 [R]; FAILED for what is no use.
        same: bool [R], builds that are the -O3 build again.
    """

    kernel: str
    family: str
    recipes: tuple[str, ...]
    plain: NDArray[np.float32]
    builds: NDArray[np.float32]
    worth: NDArray[np.float32]

    @property
    def same(self) -> NDArray[np.bool_]:
        result: NDArray[np.bool_] = (self.builds == self.plain).all(axis=1)
        return result


def load(store: Store, folder: Path, *, held_out: Iterable[str], least: int = 5) -> list[Lot]:
    """Everything of which there are profiles and outcomes.  Raises InputError for a kernel of a held-out family."""
    refused = set(held_out)
    lots = []
    machines = list(store.machines())
    for kernel in store.kernels():
        if kernel.family in refused:
            raise InputError(
                f"{kernel.name} is of the held-out family {kernel.family}", hint="do not train on it"
            )
        profiles = Profiles.read(folder, kernel.hash)
        if profiles is None or PLAIN not in profiles.vectors:
            continue
        plain = profiles.vectors[PLAIN]
        for machine in machines:
            known = {one.recipe: one for one in store.outcomes(kernel.hash, machine=machine)}
            recipes = [one for one in profiles.vectors if one in known]
            if len(recipes) < least:
                continue
            builds = np.stack([profiles.vectors[one] for one in recipes])
            worth = np.array([_worth(known[one].status, known[one].ratio) for one in recipes], np.float32)
            worth[(builds == plain).all(axis=1)] = 0.0
            lots.append(Lot(kernel.name, kernel.family, tuple(recipes), plain, builds, worth))
    return lots


def _worth(status: str, ratio: float) -> float:
    if status not in ("ok", "worse") or ratio <= 0:
        return FAILED
    return min(CEILING, max(FLOOR, math.log(ratio)))


@dataclass(frozen=True)
class Choice:
    """How a forecast becomes a choice.

    Attributes:
        caution: standard deviations of doubt that are taken off the mean.
        threshold: log ratio that a build has to promise after that; below it -O3 is taken.
    """

    caution: float = 0.5
    threshold: float = 0.05

    def of(self, mean: NDArray[np.float32], doubt: NDArray[np.float32]) -> int | None:
        """The place of the chosen build, None for -O3."""
        cautious = mean - self.caution * doubt
        best = int(cautious.argmax())
        return best if cautious[best] > self.threshold else None
