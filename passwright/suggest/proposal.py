"""A proposed source, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from passwright.bench.measure import Ratio
from passwright.bench.verify import Verdict
from passwright.rationale import Rationale


@dataclass(frozen=True)
class Proposal:
    """A changed source.

    Attributes:
        kind: "interchange", "block", "sort", "search", "memoise", "temporary", "parallel".
        line: of the original that it is about.
        rationale: a sentence or two: what is done, why it should pay, on what it relies.
        text: the whole changed source.
        check: another source that stands for it in verification and measuring; empty: itself. A loop that is to run in
            parallel is verified by running it backwards.
        openmp: whether it needs OpenMP to be of use.
    """

    kind: str
    line: int
    rationale: str
    text: str
    check: str = ""
    openmp: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A proposal with its verdict, and its speed where it is equal and could be measured.

    `ratio`: time of the original over time of the changed one, both by -O3; `note`: what else is to be said.
    """

    proposal: Proposal
    kernel: str
    verdict: Verdict
    ratio: Ratio | None = None
    note: str = ""

    @property
    def recommended(self) -> bool:
        """Equal, and faster by a measurement whose interval excludes 1."""
        return self.verdict.is_equal and self.ratio is not None and self.ratio.low > 1

    @property
    def told(self) -> Rationale:
        """What the patch does and why, with what leaving it out costs where that was measured."""
        one = self.proposal
        return Rationale.of_patch(one.kind, one.rationale.rstrip("."), line=one.line, effect=self.ratio)

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the diff."""
        ratio = self.ratio
        return {
            "kind": self.proposal.kind,
            "kernel": self.kernel,
            "line": self.proposal.line,
            "rationale": self.proposal.rationale,
            "sentence": self.told.sentence,
            "verdict": self.verdict.kind,
            "evidence": self.verdict.evidence,
            "ratio": None if ratio is None else {"value": ratio.value, "low": ratio.low, "high": ratio.high},
            "recommended": self.recommended,
            "note": self.note,
        }
