"""What an optimisation gives back, and the events that it reports on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passwright.bench.measure import Ratio, Timing
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.verify import Verdict
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.recipe import O3, Recipe
from passwright.policy.objective import TIME, Objective
from passwright.policy.outcome import Outcome
from passwright.policy.stages import verification_share


@dataclass(frozen=True)
class Event:
    """Progress, for a display; every field but `phase` may be empty.

    Attributes:
        phase: "lower" (source to IR), "workload", "sanitize", "reliability", "reference", "search", "race", "verify" (the
            whole object),
            "done" (with this kernel).
        kernel: its name; empty for phases of a file.
        source: the file.
        evaluations: recipes tried so far; `failures` of them gave no usable code.
        best: best ratio so far in this phase, 1 before there is one.
        seconds: since the kernel's budget began; `budget` is that budget in seconds, 0 when it is not in
            seconds. message: for people.
    """

    phase: str
    kernel: str = ""
    source: str = ""
    evaluations: int = 0
    failures: int = 0
    best: float = 1.0
    seconds: float = 0.0
    budget: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class KernelResult:
    """One kernel of an optimised file, as it is in the final object.

    Attributes:
        recipe: what made it; the objective's reference (-O3, or -Oz for size) where nothing was verified to be equal
            and measured to be better.
        ratio: baseline / optimised with its 95 % interval, from a measurement of the final object that
            nothing was chosen
            by; exactly 1 where the recipe is the reference. For a static objective the ratio of sizes.
        verdict: of the final object.
        baseline, optimised: the samples behind `ratio`; None when it was not timed.
        text_sizes: bytes of machine code of the kernel's module, by the reference and by the recipe.
        instructions: its IR instructions, likewise.
        objective: what was searched for.
        expected: how many times faster than the reference a model expects it to be, where nothing was run; else 0.
        outcomes: everything the search tried, in order.
        workload: how the kernel was called, None for a whole program; `inferred` when it was not given.
        notes: what the user should know about the workload and the search.
        reliability: the static report on the source in this build (bench/reliability), None where none was made.
        ended: why the search ended: "budget", "exhausted", "unlikely", "interrupted", or "skipped".
        stages: where the seconds went (policy/stages.py).
    """

    kernel: Kernel
    recipe: Recipe
    ratio: Ratio
    verdict: Verdict
    baseline: Timing | None = None
    optimised: Timing | None = None
    text_sizes: tuple[int, int] = (0, 0)
    instructions: tuple[int, int] = (0, 0)
    objective: Objective = TIME
    expected: float = 0.0
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    workload: Workload | None = None
    inferred: bool = False
    notes: tuple[str, ...] = ()
    reliability: Reliability | None = None
    ended: str = "budget"
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)

    @property
    def improved(self) -> bool:
        """Whether the object differs from what the reference gives for this kernel."""
        return self.recipe != self.objective.reference

    def counts(self) -> dict[str, int]:
        """How many outcomes of each status."""
        counts: dict[str, int] = {}
        for outcome in self.outcomes:
            counts[outcome.status] = counts.get(outcome.status, 0) + 1
        return counts

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the single outcomes."""
        return {
            "kernel": self.kernel.name,
            "entry": self.kernel.entry,
            "source": str(self.kernel.source or ""),
            "recipe": str(self.recipe),
            "ratio": {"value": self.ratio.value, "low": self.ratio.low, "high": self.ratio.high},
            "verdict": {
                "kind": self.verdict.kind,
                "evidence": self.verdict.evidence,
                "checks": self.verdict.checks,
            },
            "baseline_seconds": self.baseline.median if self.baseline else None,
            "optimised_seconds": self.optimised.median if self.optimised else None,
            "expected_ratio": self.expected or None,
            "objective": self.objective.name,
            "text_sizes": list(self.text_sizes),
            "ir_instructions": list(self.instructions),
            "outcomes": self.counts(),
            "inferred_workload": self.inferred,
            "notes": list(self.notes),
            "reliability": self.reliability.to_json() if self.reliability else None,
            "ended": self.ended,
            "seconds": self.seconds,
            "stages": dict(self.stages),
            "verification_share": verification_share(self.stages, self.seconds),
        }


@dataclass(frozen=True)
class FileResult:
    """One source file: its kernels and the drop-in object with all winners; `baseline` is the object by the
    `reference`, which also built what is no kernel."""

    source: Path | None
    kernels: tuple[KernelResult, ...]
    object: bytes = field(repr=False)
    baseline: bytes = field(repr=False)
    bitcode: bytes = field(repr=False)
    reference: Recipe = O3

    @property
    def recipes(self) -> dict[str, Recipe]:
        """Recipe by entry, of those kernels that differ from the reference: what `build_object` needs for this
        object."""
        return {result.kernel.entry: result.recipe for result in self.kernels if result.improved}


@dataclass(frozen=True)
class OptimizeResult:
    """All files; `interrupted` when Ctrl-C cut the work short and what was known by then was finished."""

    files: tuple[FileResult, ...]
    interrupted: bool
    seconds: float

    @property
    def kernels(self) -> tuple[KernelResult, ...]:
        """The kernels of all files."""
        return tuple(kernel for file in self.files for kernel in file.kernels)

    def to_json(self) -> dict[str, Any]:
        """Plain values; objects are left out."""
        return {
            "kernels": [kernel.to_json() for kernel in self.kernels],
            "interrupted": self.interrupted,
            "seconds": self.seconds,
        }
