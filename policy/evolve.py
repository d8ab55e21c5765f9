"""Evolution on nested pipelines, seeded by the coreset: the default policy.

Steady state: there are no generations, each free worker gets a child of the elite as it is now. A child is a
mutant of a parent drawn by rank, or a cross of two; which gene group to mutate is a bandit (Thompson sampling
on "the child beat its parent"), so that the search soon leaves alone what this kernel does not react to,
Polly on code without affine loops say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from passwright.passes.recipe import Recipe
from passwright.policy.coreset import coreset
from passwright.policy.mutate import LONGEST, Mutator, cross, mutators
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Search
from passwright.policy.random_search import random_recipe
from passwright.policy.shape import Shape


@dataclass(frozen=True)
class EvolvePolicy:
    """Hyperparameters of the evolution."""

    name: str = "evolve"
    seeds: int = 24  # recipes of the coreset to begin with
    start: tuple[Recipe, ...] | None = None  # other recipes to begin with
    elite: int = 12  # parents: the best recipes with distinct code
    pressure: float = 0.75  # a parent of the next lower rank is drawn this times as often
    crossing: float = 0.2  # share of children with two parents
    immigrants: float = 0.08  # share of random recipes, against a population of one family
    second_mutation: float = 0.3  # a child gets one mutation, and each further one with this chance
    worth: float = 0.01  # a child beats its parent from this score (log ratio) on

    def propose(self, context: Context, budget: Budget) -> Search:
        return _Evolution(self, context, Random(context.seed))


@dataclass
class _Arm:
    """How often changes of a gene group paid off; the prior is one success in four."""

    successes: float = 1.0
    failures: float = 3.0

    def draw(self, rng: Random) -> float:
        return rng.betavariate(self.successes, self.failures)


@dataclass
class _Evolution:
    policy: EvolvePolicy
    context: Context
    rng: Random
    _arms: dict[str, _Arm] = field(init=False)
    _elite: list[Outcome] = field(default_factory=list)  # best first, distinct code
    _parents: dict[Recipe, tuple[float, tuple[str, ...]]] = field(
        default_factory=dict
    )  # child: parent's score, groups
    _seen: set[Recipe] = field(default_factory=set)
    _seeds: list[Recipe] = field(init=False)
    _mutators: dict[str, Mutator] = field(init=False)

    def __post_init__(self) -> None:
        objective = self.context.objective
        self._mutators = mutators(objective.tables)
        self._arms = {name: _Arm() for name in self._mutators}
        start = coreset(objective) if self.policy.start is None else self.policy.start
        self._seeds = [objective.reference, *start[: self.policy.seeds]]

    def ask(self, count: int) -> list[Recipe]:
        return list(islice(iter(self._next, None), count))

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self._reward(outcome)
            if outcome.score > float("-inf"):
                rest = [one for one in self._elite if one.code != outcome.code or one.score > outcome.score]
                if len(rest) == len(self._elite) and any(one.code == outcome.code for one in rest):
                    continue
                self._elite = sorted([*rest, outcome], key=lambda one: -one.score)[: self.policy.elite]

    def _reward(self, outcome: Outcome) -> None:
        parent_score, groups = self._parents.pop(outcome.recipe, (0.0, ()))
        for group in groups:
            if outcome.score > parent_score + self.policy.worth:
                self._arms[group].successes += 1
            else:
                self._arms[group].failures += 1

    def _next(self) -> Recipe:
        for _ in range(50):
            recipe = self._seeds.pop(0) if self._seeds else self._child()
            if recipe not in self._seen:
                self._seen.add(recipe)
                return recipe
        return self._immigrant()

    def _immigrant(self) -> Recipe:
        recipe = self._random()
        self._seen.add(recipe)
        return recipe

    def _random(self) -> Recipe:
        context = self.context
        return random_recipe(self.rng, context.space, context.loops, context.objective.tables)

    def _child(self) -> Recipe:
        rng, policy = self.rng, self.policy
        if not self._elite or rng.random() < policy.immigrants:
            return self._random()
        parent = self._parent()
        shape = Shape.of(parent.recipe)
        groups: list[str] = []
        if len(self._elite) > 1 and rng.random() < policy.crossing:
            shape = cross(rng, shape, Shape.of(self._parent().recipe), self.context.objective.tables)
        while not groups or rng.random() < policy.second_mutation:
            group = max(self._arms, key=lambda name: self._arms[name].draw(rng))
            mutant = self._mutators[group](rng, shape, self.context)
            if mutant is not None and mutant.rounds and len(mutant.body) <= LONGEST:
                shape = mutant
            groups.append(group)
        recipe = shape.recipe()
        if recipe not in self._seen:
            self._parents[recipe] = (parent.score, tuple(groups))
        return recipe

    def _parent(self) -> Outcome:
        weights = [self.policy.pressure**rank for rank in range(len(self._elite))]
        return self.rng.choices(self._elite, weights)[0]
