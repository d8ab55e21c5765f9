"""The learned policy: first the recipes that the build model believes in, then evolution from the best of them.

With a budget of nothing, `plan` chooses without any run of the kernel. Kernels of which the networks of the ensemble say
very different things are unlike what they were trained on: the coreset is then tried in its own order, and it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from passwright.gnn.build_model import BuildModel
from passwright.passes import config
from passwright.passes.exact import needs_run
from passwright.passes.recipe import Recipe
from passwright.policy.coreset import coreset
from passwright.policy.evolve import EvolvePolicy
from passwright.policy.objective import TIME
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Search
from passwright.policy.ranking import Forecast, forecasts, shipped

UNLIKE = "unlike the kernels that the policy was trained on: it tries the coreset in its own order"
LONGEST = 10.0
"""Seconds that a ranking may take."""
RANKING = 0.15
"""Share of a budget in seconds that it may take."""
LITTLE = "the policy expects too little of every recipe to take one without a measurement"


@dataclass(frozen=True)
class Plan:
    """What the policy thinks of one kernel.

    Attributes:
        ranked: recipes to try, the most promising first.
        forecast: of the recipe to take without any measurement; None: stay with -O3, and `notes` say why.
        notes: for people.
    """

    ranked: tuple[Recipe, ...]
    forecast: Forecast | None = None
    notes: tuple[str, ...] = ()


def plan(
    module: bytes,
    recipes: Sequence[Recipe] = (),
    model: BuildModel | None = None,
    *,
    seconds: float = LONGEST,
    unrun: bool = False,
) -> Plan:
    """Rank recipes, those of the coreset by default, for a kernel's module (bitcode), in about so many seconds.

    `unrun`: what is chosen will not be run, so that recipes which only running can clear are left out.
    Raises InputError without a model, ToolchainError without onnxruntime.
    """
    recipes = [one for one in recipes or coreset(TIME) if not (unrun and needs_run(one))]
    model = model or shipped()
    caution, threshold = model.about["choice"]["caution"], model.about["choice"]["threshold"]
    found = forecasts(module, recipes, jobs=config.jobs(), model=model, seconds=seconds)
    found.sort(key=lambda one: -one.cautious(caution))
    if not found:  # all of them give what -O3 gives
        return Plan(tuple(recipes), notes=(LITTLE,))
    first = found[0]
    if first.doubt > model.about["doubt"]:
        return Plan(tuple(recipes), notes=(UNLIKE,))
    ranked = tuple(one.recipe for one in found)
    return Plan(ranked, first) if first.cautious(caution) > threshold else Plan(ranked, notes=(LITTLE,))


@dataclass(frozen=True)
class LearnedPolicy:
    """Settings.

    Attributes:
        first: recipes of the ranking that are tried before evolution makes new ones.
        evolution: what goes on from there.
    """

    name: str = "learned"
    first: int = 12
    evolution: EvolvePolicy = field(default_factory=EvolvePolicy)

    def propose(self, context: Context, budget: Budget) -> Search:
        if (
            context.objective.static
        ):  # sizes are known when a recipe was compiled: there is nothing to foretell
            return self.evolution.propose(context, budget)
        seconds = LONGEST if budget.seconds is None else min(LONGEST, RANKING * budget.seconds)
        made = plan(context.module, seconds=seconds)
        following = replace(self.evolution, start=()).propose(context, budget)
        return _Learned(list(made.ranked[: self.first]), following, made.notes)


@dataclass
class _Learned:
    """What was foretold first, then a search that is told of it."""

    ranked: list[Recipe]
    following: Search
    notes: tuple[str, ...]

    def ask(self, count: int) -> list[Recipe]:
        taken, self.ranked = self.ranked[:count], self.ranked[count:]
        return taken + (self.following.ask(count - len(taken)) if len(taken) < count else [])

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self.following.tell(outcomes)
