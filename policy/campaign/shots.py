"""One recipe on one program: which are fired, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import O3, Recipe, Step
from passwright.passes.worker import Compiled, WorkerPool
from passwright.policy.campaign.target import Target
from passwright.policy.policy import LoopSite
from passwright.policy.random_search import random_recipe

Kind = Literal["o3", "search", "wild"]
KINDS: tuple[Kind, ...] = ("o3", "search", "wild")
Status = Literal[
    "equal",
    "different",
    "code crashed",
    "code timed out",
    "compile crashed",
    "compile timed out",
    "invalid",
    "too large",
    "unverifiable",
]
STATUSES: tuple[Status, ...] = Status.__args__  # type: ignore[attr-defined]
FAILURES: frozenset[Status] = frozenset(
    ("different", "code crashed", "code timed out", "compile crashed", "compile timed out", "invalid")
)
"""What is reduced and filed. Growing too large is a refusal by our own limits."""
WRONG_CODE: frozenset[Status] = frozenset(("different", "code crashed", "code timed out"))

_WORKER: dict[str, Status] = {
    "crashed": "compile crashed",
    "timed-out": "compile timed out",
    "invalid": "invalid",
    "too-large": "too large",
}
_VERDICT: dict[str, Status] = {
    "equal": "equal",
    "different": "different",
    "crashed": "code crashed",
    "timed-out": "code timed out",
    "unverifiable": "unverifiable",
}
LONGEST = 12
"""Steps of a wild recipe at most."""


@dataclass(frozen=True)
class Shot:
    """One recipe on one program.

    Attributes:
        kind: "o3" (LLVM's own pipeline), "search" (as the random search draws) or "wild" (`wild_recipe`).
        message: the evidence unless it is equal.
        fault: how a compile ended, without times and addresses.
        seconds: of the compile, wall time.
    """

    recipe: str
    kind: Kind
    status: Status
    message: str = ""
    fault: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return self.status in FAILURES


def wild_recipe(rng: Random, space: ActionSpace, loops: Sequence[LoopSite]) -> Recipe:
    """Steps of the action space with random parameters in any order; hints and attributes may stand anywhere."""
    steps: list[Step] = []
    for _ in range(rng.randint(1, LONGEST)):
        action = rng.choice(space.actions)
        if not action.needs_loop:
            steps.append(action.random(rng))
        elif loops and not any(step.kind == "passes" for step in steps):
            # Ids are those of the unoptimised module.
            steps.append(action.random(rng, rng.choice(loops).id))
    return Recipe(tuple(steps) or (space.steps[0],))


def draw(
    seed: int, uri: str, recipes: int, space: ActionSpace, loops: Sequence[LoopSite]
) -> list[tuple[Kind, Recipe]]:
    """-O3 first, then as often wild as searched; the same arguments give the same recipes."""
    drawn: list[tuple[Kind, Recipe]] = [("o3", O3)]
    for number in range(1, recipes):
        rng = Random(f"{seed} {uri} {number}")
        if number % 2:
            drawn.append(("wild", wild_recipe(rng, space, loops)))
        else:
            drawn.append(("search", random_recipe(rng, space, loops)))
    return drawn[:recipes]


def shoot(target: Target, drawn: Sequence[tuple[Kind, Recipe]], pool: WorkerPool) -> list[Shot]:
    """Compile all recipes and verify what that gives, one while the next is compiled."""
    futures = [(kind, pool.submit(target.module, recipe)) for kind, recipe in drawn]
    return [judge(target, kind, future.result()) for kind, future in futures]


def judge(target: Target | None, kind: Kind, compiled: Compiled) -> Shot:
    """What became of a compiled recipe; without a target the code is not run and counts as equal."""
    recipe, seconds = str(compiled.recipe), round(compiled.seconds, 4)
    if compiled.status != "ok":
        return Shot(recipe, kind, _WORKER[compiled.status], compiled.message, compiled.fault, seconds)
    if target is None:
        return Shot(recipe, kind, "equal", seconds=seconds)
    verdict = target.verifier.check([compiled.object, *target.rest])
    if verdict.kind in {"different", "crashed", "timed-out"}:
        # Wrong code may have written where it should not: a fresh process decides, and decides the rest.
        target.verifier.runner.close()
        verdict = target.verifier.check([compiled.object, *target.rest])
        target.verifier.runner.close()
    return Shot(
        recipe, kind, _VERDICT[verdict.kind], "" if verdict.is_equal else verdict.evidence, seconds=seconds
    )
