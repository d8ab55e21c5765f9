"""Greedy search: try every single change of the best recipe, keep the best one, begin again.

Changes come in a random order and are judged in batches, so that a good one is built upon before all others
were tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from passwright.passes.recipe import Recipe
from passwright.policy.mutate import single_changes
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Search
from passwright.policy.shape import Shape


@dataclass(frozen=True)
class GreedyPolicy:
    """Hyperparameters of the greedy search."""

    name: str = "greedy"
    batch: int = 16  # changes that are tried before the best of them is kept
    worth: float = 0.01  # a change is kept from this gain in score (log ratio) on

    def propose(self, context: Context, budget: Budget) -> Search:
        return _Greedy(self, context, Random(context.seed))


@dataclass
class _Greedy:
    policy: GreedyPolicy
    context: Context
    rng: Random
    _best: Recipe = field(init=False)
    _best_score: float = 0.0
    _changes: list[Recipe] = field(default_factory=list)
    _results: dict[Recipe, float] = field(default_factory=dict)  # of the batch under way
    _batch: int = 0  # how many of it were asked for
    _seen: set[Recipe] = field(default_factory=set)
    _started: bool = False

    def __post_init__(self) -> None:
        self._best = self.context.objective.reference

    def ask(self, count: int) -> list[Recipe]:
        if not self._started:
            self._started = True
            self._seen.add(self._best)
            self._changes = self._single_changes()
            return [self._best]
        if self._batch >= self.policy.batch or (self._batch and not self._changes):
            if len(self._results) < self._batch:
                return []  # the batch's last outcomes are on their way
            self._settle()
        taken = self._changes[: min(count, self.policy.batch - self._batch)]
        del self._changes[: len(taken)]
        self._batch += len(taken)
        return taken

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.recipe == self._best:
                self._best_score = outcome.score
            else:
                self._results[outcome.recipe] = outcome.score

    def _settle(self) -> None:
        """End of a batch: build on its best change if that is worth it, else go on with the next changes."""
        best, score = max(self._results.items(), key=lambda item: item[1])
        self._results, self._batch = {}, 0
        if score > self._best_score + self.policy.worth:
            self._best, self._best_score = best, score
            self._changes = self._single_changes()

    def _single_changes(self) -> list[Recipe]:
        changes = [shape.recipe() for shape in single_changes(Shape.of(self._best), self.context)]
        fresh = [recipe for recipe in dict.fromkeys(changes) if recipe not in self._seen]
        self._seen.update(fresh)
        self.rng.shuffle(fresh)
        return fresh
