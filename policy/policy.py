"""What a policy is: for one kernel and a budget, it proposes recipes and learns from what they gave.

A policy's `propose` returns a `Search`: whoever drives it (`passwright.policy.drive`) asks for recipes, has
them compiled, verified and measured, and tells the outcomes. A policy that ranks recipes once and for all
returns `Ranked(recipes)`. Several recipes are in flight at a time, and outcomes come back in any order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from passwright.passes.actions import ActionSpace
from passwright.passes.errors import UsageError
from passwright.passes.recipe import Recipe
from passwright.policy.objective import TIME, Objective
from passwright.policy.outcome import Outcome

if TYPE_CHECKING:
    from passwright.policy.evaluate import Evaluator

_UNITS = {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Budget:
    """How much one kernel's search may spend: wall-clock seconds, evaluated recipes, or both (whichever ends
    first).

    Zero is allowed and means: only the baseline, so the result is the -O3 object.
    """

    seconds: float | None = None
    evaluations: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.evaluations is None:
            raise UsageError("a budget needs seconds or evaluations", hint="for example Budget(seconds=20)")
        if (self.seconds is not None and not 0 <= self.seconds < float("inf")) or (self.evaluations or 0) < 0:
            raise UsageError(f"a budget cannot be {self}", hint="give a number that is 0 or more")

    @classmethod
    def parse(cls, text: str) -> Budget:
        """`20s`, `1.5m`, `500ms`, `2h`, `300` (seconds), or `200 evaluations` (`200e`).  Raises
        UsageError."""
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
        if match and match[2] in _UNITS:
            return cls(seconds=float(match[1]) * _UNITS[match[2]])
        if match and "." not in match[1] and match[2] in {"e", "eval", "evals", "evaluation", "evaluations"}:
            return cls(evaluations=int(match[1]))
        raise UsageError(f"{text!r} is no budget", hint="write for example 20s, 2m or '200 evaluations'")

    @property
    def empty(self) -> bool:
        """Whether nothing may be tried at all."""
        return self.seconds == 0 or self.evaluations == 0

    def __str__(self) -> str:
        parts = [] if self.seconds is None else [f"{self.seconds:g}s"]
        return " or ".join(parts + ([] if self.evaluations is None else [f"{self.evaluations} evaluations"]))


@dataclass(frozen=True)
class LoopSite:
    """A loop of the unoptimised kernel that hints can address."""

    id: str  # "gemm#2", the id that `hint` steps use
    depth: int  # 1: outermost
    innermost: bool
    trip_count: int  # 0: unknown


@dataclass(frozen=True)
class Context:
    """What a policy gets to know about a kernel before it proposes anything."""

    kernel: str  # display name
    entry: str
    module: bytes  # bitcode of the kernel's own module, unoptimised
    loops: tuple[LoopSite, ...]
    space: ActionSpace
    objective: Objective = TIME
    seed: int = 0


class Search(Protocol):
    """A policy at work on one kernel; what it has to say to people may be in its `notes`, a tuple of texts."""

    def ask(self, count: int) -> list[Recipe]:
        """At most `count` recipes to try next, the most promising first.

        An empty list means "nothing until more outcomes are told"; when none is in flight, the search is
        over.
        """
        ...

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Outcomes of recipes that were asked for, in any order, failures included."""
        ...


@runtime_checkable
class Attending(Protocol):
    """A search that looks at the evaluator's state, and is told when the search begins and ends."""

    def begin(self, evaluator: Evaluator, end: float) -> None:
        """The search begins; it may last until `end` (of `time.monotonic`, infinity without seconds)."""
        ...

    def finish(self, finalists: Sequence[Outcome]) -> None:
        """It has ended; the finalists as the final race has ranked them."""
        ...


class Policy(Protocol):
    """Anything that proposes recipes for a kernel."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        ...

    def propose(self, context: Context, budget: Budget) -> Search:
        """A new search; the same context (with its seed) and outcomes give the same proposals."""
        ...


@dataclass
class Ranked:
    """The search of a policy that does not learn from outcomes: recipes in a fixed order."""

    recipes: Iterable[Recipe]
    _left: list[Recipe] = field(init=False)

    def __post_init__(self) -> None:
        self._left = list(dict.fromkeys(self.recipes))

    def ask(self, count: int) -> list[Recipe]:
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing to learn."""


POLICIES = {
    "learned": (
        "passwright.policy.learned",
        "LearnedPolicy",
        "what a model expects most of, then evolution from there",
    ),
    "o3": ("passwright.policy.o3", "O3Policy", "only the reference, -O3 or -Oz, for comparison"),
    "random": ("passwright.policy.random_search", "RandomPolicy", "random recipes around -O3 or -Oz"),
    "greedy": ("passwright.policy.greedy", "GreedyPolicy", "keeps the best single change, again and again"),
    "coreset": (
        "passwright.policy.coreset",
        "CoresetPolicy",
        "a fixed list of diverse recipes, mined on our kernels",
    ),
    "evolve": (
        "passwright.policy.evolve",
        "EvolvePolicy",
        "evolution on nested pipelines, seeded by the coreset",
    ),
    "planned": (
        "passwright.policy.planned",
        "PlannedPolicy",
        "ranking, measuring, evolution and Polly by a plan from what they gained before",
    ),
    "tpe": ("passwright.policy.tpe", "TPEPolicy", "tree-structured Parzen estimator (Optuna)"),
}


def policy(name: str) -> Policy:
    """The policy of that name with its default settings.  Raises UsageError for an unknown name."""
    if name not in POLICIES:
        raise UsageError(f"there is no policy {name!r}", hint=f"one of: {', '.join(POLICIES)}")
    module, attribute, _ = POLICIES[name]
    return cast(Callable[[], Policy], getattr(import_module(module), attribute))()
