"""The reference as a policy: -O3 (-Oz for size) and nothing else. For comparison and for tests of everything around a
search."""

from __future__ import annotations

from dataclasses import dataclass

from passwright.policy.policy import Budget, Context, Ranked, Search


@dataclass(frozen=True)
class O3Policy:
    """Proposes the reference."""

    name: str = "o3"

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked([context.objective.reference])
