"""The baseline as a policy: -O3 and nothing else. For comparison and for tests of everything around a
search."""

from __future__ import annotations

from dataclasses import dataclass

from passwright.passes.recipe import O3
from passwright.policy.policy import Budget, Context, Ranked, Search


@dataclass(frozen=True)
class O3Policy:
    """Proposes -O3."""

    name: str = "o3"

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked([O3])
