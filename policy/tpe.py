"""Tree-structured Parzen estimator (Optuna) over a structured parametrisation of recipes.

One categorical parameter per gene of `genes.py` that is often set (its settings and "default": the rarer ones
cost the sampler more time than they give), those of Polly only where Polly is on, and one each for the
passage before, the rounds, the passage after, and the vector width attribute. Loop hints are left out: their
number differs from kernel to kernel. Several trials are open at a time, which the sampler covers by assuming
for them a bad result (`constant_liar`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passwright.passes.errors import UsageError
from passwright.passes.recipe import Recipe, Step
from passwright.policy.genes import Gene, Tables
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Search
from passwright.policy.shape import Shape

if TYPE_CHECKING:
    from optuna import Trial

LEAST = 0.2
"""Genes that are set less often are no parameters."""
DEFAULT = "default"
FAILED = -2.0
"""The score that a failure counts as: worse than anything that ran, so that the sampler learns to avoid
it."""


@dataclass(frozen=True)
class TPEPolicy:
    """Settings of the sampler."""

    name: str = "tpe"
    startup: int = 24  # random trials before the estimator takes over
    candidates: int = 24  # samples from the good trials' density per proposal

    def propose(self, context: Context, budget: Budget) -> Search:
        return _TPE(self, context)


class _TPE:
    def __init__(self, policy: TPEPolicy, context: Context) -> None:
        try:
            import optuna
        except ImportError:
            raise UsageError("the policy tpe needs Optuna", hint="pip install 'passwright[tpe]'") from None

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=context.seed,
                n_startup_trials=policy.startup,
                n_ei_candidates=policy.candidates,
                multivariate=True,
                group=True,
                constant_liar=True,
            )
        self._tables = context.objective.tables
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._open: dict[Recipe, list[Trial]] = {}
        names = (
            [gene.knob for gene in tuned(self._tables)]
            + [key for key, _ in self._tables.attributes]
            + ["first", "prelude", "finale"]
        )
        self._study.enqueue_trial(dict.fromkeys(names, DEFAULT))  # the reference

    def ask(self, count: int) -> list[Recipe]:
        recipes = []
        for _ in range(count):
            trial = self._study.ask()
            recipe = suggest(trial, self._tables)
            self._open.setdefault(recipe, []).append(trial)
            recipes.append(recipe)
        return recipes

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            for trial in self._open.pop(outcome.recipe, []):
                self._study.tell(trial, max(outcome.score, FAILED))


def tuned(tables: Tables) -> tuple[Gene, ...]:
    """The genes that are parameters."""
    return tuple(gene for gene in tables.genes if gene.chance >= LEAST)


def suggest(trial: Trial, tables: Tables) -> Recipe:
    """The recipe of a trial's parameters."""

    def choose(name: str, values: Sequence[str]) -> str | None:
        value = str(trial.suggest_categorical(name, [DEFAULT, *values]))
        return None if value == DEFAULT else value

    knobs: dict[str, str] = {}
    for gene in tuned(tables):
        if gene.needs and knobs.get(gene.needs) != "true":
            continue
        if gene.knob == "polly-pattern-matching-based-opts":
            knobs[gene.knob] = "false"  # see genes.py: the default may cost the whole budget
        elif (value := choose(gene.knob, gene.values)) is not None:
            knobs[gene.knob] = value
    shape = Shape.of(tables.start).with_knobs(0, knobs)
    for key, values in tables.attributes:
        if (value := choose(key, values)) is not None:
            shape = shape.with_attribute(key, value)
    if (text := choose("first", tables.rounds)) is not None:
        shape = shape.inserted(0, Step("passes", text))
    if (text := choose("prelude", tables.preludes)) is not None:
        shape = shape.inserted(0, Step("passes", text))
    if (text := choose("finale", tables.finales)) is not None:
        shape = shape.inserted(len(shape.body), Step("passes", text))
    return shape.recipe()
