"""Why the learned policy expects what it expects of a build: what about its profile weighs most.

By occlusion (Zeiler and Fergus, ECCV 2014): each group of numbers in which a build differs from the -O3 build is set back
to what it is there; how far the forecast falls is the group's weight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from passwright.gnn.build_model import BuildModel
from passwright.gnn.profile import names
from passwright.passes.recipe import O3, Recipe
from passwright.policy.profiles import profiled
from passwright.policy.ranking import DEADLINE, shipped
from passwright.policy.session_process import SessionProcess

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = re.compile(r"(at \d+|loop \d+|whole): (?:lanes of |bytes of )?(.*)")


@dataclass(frozen=True)
class Reason:
    """One group of numbers.

    Attributes:
        what: for example "cycles on nominal arguments" or "busiest loop: load".
        before, after: the group's first number in the -O3 build and in this one, log2(1 + n).
        weight: of the forecast's log ratio, how much goes when the group is set back; negative: it speaks against the build.
    """

    what: str
    before: float
    after: float
    weight: float


@dataclass(frozen=True)
class Forecasted:
    """What is expected of a recipe on a kernel: times as fast as -O3, the networks' disagreement as a factor, and why."""

    expected: float
    doubt: float
    reasons: tuple[Reason, ...]


def why(module: bytes, recipe: Recipe, model: BuildModel | None = None) -> Forecasted | None:
    """What the policy expects of a recipe on a kernel's module (bitcode), the weightiest reason first.

    None where the recipe fails. Raises InputError without a model, ToolchainError without onnxruntime.
    """
    model = model or shipped()
    process = SessionProcess(deadline=DEADLINE)
    try:
        made = dict(profiled(process, module, [O3, recipe]))
    finally:
        process.close()
    if O3 not in made or recipe not in made:
        return None
    plain, build = made[O3], made[recipe]
    if (plain == build).all():
        return Forecasted(1.0, 1.0, ())
    groups = [(what, places) for what, places in _groups().items() if (plain[places] != build[places]).any()]
    worth = model.worth(plain, [build, *(_set_back(plain, build, places) for _, places in groups)])
    whole = float(worth.mean[0])
    reasons = [
        Reason(what, float(plain[places[0]]), float(build[places[0]]), whole - float(mean))
        for (what, places), mean in zip(groups, worth.mean[1:], strict=True)
    ]
    reasons.sort(key=lambda one: -abs(one.weight))
    return Forecasted(float(np.exp(whole)), float(np.exp(worth.doubt[0])), tuple(reasons))


def _set_back(
    plain: NDArray[np.float32], build: NDArray[np.float32], places: Sequence[int]
) -> NDArray[np.float32]:
    changed = build.copy()
    changed[places] = plain[places]
    return changed


def _groups() -> dict[str, list[int]]:
    """Places of the profile by what they are about."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names()):
        found = _WHERE.fullmatch(name)
        assert found is not None, name
        where, what = found[1], found[2]
        if where.startswith("at"):
            key = f"{what} on nominal arguments"
        elif where.startswith("loop"):
            order = ("busiest loop", "second loop", "third loop")[int(where.split()[1])]
            key = f"{order}: {what}"
        else:
            key = f"whole: {what}"
        groups.setdefault(key, []).append(place)
    return groups
