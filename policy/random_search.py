"""Random recipes around an -O3 skeleton: attributes, hints, a prelude, one or two rounds with knobs, a
finale.

The baseline that learned and evolving policies have to beat, the source of fresh blood in `evolve`, and the
pool that the coreset is mined from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import O3, Recipe, Step
from passwright.policy.genes import (
    ATTRIBUTES,
    FINALES,
    HINTS,
    PRELUDES,
    ROUNDS,
    random_knobs,
    round_step,
)
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, LoopSite, Search
from passwright.policy.shape import Shape


def random_passage(rng: Random, space: ActionSpace) -> Step:
    """One step of the action space that is a passage, not a whole pipeline."""
    return rng.choice(space.steps)


def random_hint(rng: Random, loops: Sequence[LoopSite]) -> tuple[str, str, str]:
    """A loop's id, a hint's key and its value (empty: none); innermost loops are hinted more often."""
    loop = rng.choices(loops, [3 if loop.innermost else 1 for loop in loops])[0]
    fitting = (
        [h for h in HINTS if loop.innermost != h[0].startswith("unroll_and_jam")]
        if len(loops) > 1
        else list(HINTS)
    )
    key, values = rng.choice(fitting)
    return loop.id, key, rng.choice(values)


def random_recipe(rng: Random, space: ActionSpace, loops: Sequence[LoopSite]) -> Recipe:
    """A recipe drawn from the tables of `genes.py`; without `loops` it fits every kernel."""
    shape = Shape((), (), (round_step("default<O3>", random_knobs(rng)),))
    roll = rng.random()
    if roll < 0.22:  # a second round sees what the first one made simple
        shape = shape.inserted(
            0, round_step(rng.choice(ROUNDS), random_knobs(rng) if rng.random() < 0.5 else {})
        )
    elif roll < 0.32:
        shape = shape.inserted(
            1, round_step(rng.choice(ROUNDS[:2]), random_knobs(rng) if rng.random() < 0.3 else {})
        )
    if rng.random() < 0.25:
        shape = shape.inserted(0, Step("passes", rng.choice(PRELUDES)))
    if rng.random() < 0.12:
        shape = shape.inserted(0, random_passage(rng, space))
    if rng.random() < 0.1:
        shape = shape.inserted(len(shape.body), Step("passes", rng.choice(FINALES)))
    if rng.random() < 0.1:
        shape = shape.inserted(len(shape.body), random_passage(rng, space))
    if rng.random() < 0.4:
        key, values = ATTRIBUTES[0]
        shape = shape.with_attribute(key, values[0] if rng.random() < 0.7 else rng.choice(values))
    if rng.random() < 0.12:
        key, values = rng.choice(ATTRIBUTES[1:])
        shape = shape.with_attribute(key, rng.choice(values))
    while loops and rng.random() < 0.3:
        shape = shape.with_hint(*random_hint(rng, loops))
    return shape.recipe()


@dataclass(frozen=True)
class RandomPolicy:
    """Proposes -O3, then independent random recipes for ever."""

    name: str = "random"

    def propose(self, context: Context, budget: Budget) -> Search:
        return _RandomSearch(context, Random(context.seed))


@dataclass
class _RandomSearch:
    context: Context
    rng: Random
    _seen: set[Recipe] = field(default_factory=set)

    def ask(self, count: int) -> list[Recipe]:
        fresh: list[Recipe] = []
        while len(fresh) < count:
            recipe = random_recipe(self.rng, self.context.space, self.context.loops) if self._seen else O3
            if recipe not in self._seen:
                self._seen.add(recipe)
                fresh.append(recipe)
        return fresh

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing to learn."""
