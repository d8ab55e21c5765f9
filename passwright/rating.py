"""The reliability of what an optimisation tries: the report on the source, made beside the search, in every build.

Nothing is made unless it was asked for or the search takes a few seconds; a search of its own accord never fails or waits
for want of a report.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from passwright.bench.reliability.reliability import Reliability
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import PasswrightError
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget

if TYPE_CHECKING:
    from passwright.bench.reliability.beside import Beside

SHORTEST = 5.0
"""Seconds of budget from which on the static tools run although nobody asked for them."""


class Rating:
    """The static report on one file on its way into outcomes."""

    def __init__(self, kernel: Kernel, wanted: bool | None, budget: Budget, stack: ExitStack) -> None:
        """Starts the static tools, which `stack` ends: where they are `wanted`, or (None) where the budget allows.

        Raises ToolchainError without a clang 19 where they are wanted.
        """
        self.wanted = wanted
        self._beside: Beside | None = None
        if wanted is None:
            wanted = not budget.empty and (budget.seconds is None or budget.seconds >= SHORTEST)
        if not wanted or kernel.source is None:
            return
        from passwright.bench.reliability.beside import Beside
        from passwright.bench.reliability.tools import DEADLINE

        deadline = DEADLINE if self.wanted or budget.seconds is None else budget.seconds
        try:
            self._beside = stack.enter_context(Beside(kernel, deadline=deadline))
        except PasswrightError:
            if self.wanted:
                raise

    def before(self) -> Reliability | None:
        """The report for a search that waits for it, where it was asked for.  Raises what `Beside.report` does."""
        return self._beside.report() if self.wanted and self._beside is not None else None

    def give_up(self) -> None:
        """No report from now on: nobody wants to wait any more."""
        self._beside = None

    def of(self, complexity: int, recipe: str) -> Reliability | None:
        """The report on the source in a build whose IR is so complex; waits for the tools. None: there is none."""
        if self._beside is None:
            return None
        try:
            return self._beside.report().built(complexity, recipe)
        except (PasswrightError, OSError):  # the source is gone, say
            if self.wanted:
                raise
            self.give_up()
            return None

    def rated(self, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
        """The outcomes with the report in their own build, as far as they were compiled."""
        return tuple(
            replace(one, reliability=self.of(one.complexity, str(one.recipe))) if one.code else one
            for one in outcomes
        )
