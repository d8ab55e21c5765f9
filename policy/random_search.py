"""Random recipes around a reference, -O3 or -Oz: attributes, hints, a prelude, one or two rounds with knobs, a
finale.

The baseline that learned and evolving policies have to beat, the source of fresh blood in `evolve`, and the
pool that the coreset is mined from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import Recipe, Step
from passwright.policy.genes import FAST, Tables, random_knobs, round_step
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, LoopSite, Search
from passwright.policy.shape import Shape


def random_passage(rng: Random, space: ActionSpace) -> Step:
    """One step of the action space that is a passage, not a whole pipeline."""
    return rng.choice(space.steps)


def random_hint(rng: Random, loops: Sequence[LoopSite], tables: Tables) -> tuple[str, str, str]:
    """A loop's id, a hint's key and its value (empty: none); innermost loops are hinted more often."""
    loop = rng.choices(loops, [3 if loop.innermost else 1 for loop in loops])[0]
    fitting = [h for h in tables.hints if loop.innermost != h[0].startswith("unroll_and_jam")]
    key, values = rng.choice(fitting if fitting and len(loops) > 1 else tables.hints)
    return loop.id, key, rng.choice(values)


def random_recipe(
    rng: Random, space: ActionSpace, loops: Sequence[LoopSite], tables: Tables = FAST
) -> Recipe:
    """A recipe drawn from the tables; without `loops` it fits every kernel."""
    chances, rounds = tables.chances, tables.rounds
    shape = Shape.of(tables.start)
    shape = shape.with_knobs(0, random_knobs(rng, tables))
    roll = rng.random()
    if roll < chances["before"]:  # a second round sees what the first one made simple
        shape = shape.inserted(
            0, round_step(rng.choice(rounds), random_knobs(rng, tables) if rng.random() < 0.5 else {})
        )
    elif roll < chances["before"] + chances["after"]:
        shape = shape.inserted(
            1, round_step(rng.choice(rounds[:2]), random_knobs(rng, tables) if rng.random() < 0.3 else {})
        )
    if rng.random() < chances["prelude"]:
        shape = shape.inserted(0, Step("passes", rng.choice(tables.preludes)))
    if rng.random() < chances["first"]:
        shape = shape.inserted(0, random_passage(rng, space))
    if rng.random() < chances["finale"]:
        shape = shape.inserted(len(shape.body), Step("passes", rng.choice(tables.finales)))
    if rng.random() < chances["last"]:
        shape = shape.inserted(len(shape.body), random_passage(rng, space))
    if rng.random() < chances["main attribute"]:
        key, values = tables.attributes[0]
        shape = shape.with_attribute(key, values[0] if rng.random() < 0.7 else rng.choice(values))
    if rng.random() < chances["attribute"]:
        key, values = rng.choice(tables.attributes[1:])
        shape = shape.with_attribute(key, rng.choice(values))
    while loops and rng.random() < chances["hint"]:
        shape = shape.with_hint(*random_hint(rng, loops, tables))
    return shape.recipe()


@dataclass(frozen=True)
class RandomPolicy:
    """Proposes the reference, then independent random recipes for ever."""

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
            recipe = self._draw() if self._seen else self.context.objective.reference
            if recipe not in self._seen:
                self._seen.add(recipe)
                fresh.append(recipe)
        return fresh

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing to learn."""

    def _draw(self) -> Recipe:
        return random_recipe(self.rng, self.context.space, self.context.loops, self.context.objective.tables)
