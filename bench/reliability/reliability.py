"""`Reliability`: what is known about how far a source, and a build of it, can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from importlib import import_module
from typing import Any

from passwright.bench.reliability.checks import WEIGHTS
from passwright.bench.reliability.findings import Finding, Severity
from passwright.bench.reliability.functions import FunctionReport

DYNAMIC = {
    "error_rate": ("error_rate", "ErrorRate"),
    "fault_propagation": ("fault_propagation", "FaultPropagation"),
    "resources": ("resources", "Resources"),
}
"""What running it tells, with the module and the class it is in; each has `to_json()` and `from_json(data)`."""


@dataclass(frozen=True)
class IRComplexity:
    """The highest cyclomatic complexity (E - N + 2) of a file's functions, unoptimised and after a recipe."""

    before: int
    after: int
    recipe: str = "default<O3>"


@dataclass(frozen=True)
class Reliability:
    """One file, built by one recipe.

    Attributes:
        file: as it was given.
        lines: of the file, without blanks and comments; 0 for IR without source.
        findings: distinct defects, reported or confirmed.
        functions: one by one.
        ir_complexity: of its IR, None where it was not built.
        maintainability: the index of the file, 0 to 100; None where it cannot be said.
        error_rate: how often runs fail (`error_rate.ErrorRate`), None where nothing was run; so with
            fault_propagation (`fault_propagation.FaultPropagation`) and resources (`resources.Resources`).
        tools: the static tools that ran, with their versions.
        notes: what is missing and why, a sentence each.
    """

    file: str
    lines: int
    findings: tuple[Finding, ...] = ()
    functions: tuple[FunctionReport, ...] = field(default=(), repr=False)
    ir_complexity: IRComplexity | None = None
    maintainability: float | None = None
    error_rate: Any | None = None
    fault_propagation: Any | None = None
    resources: Any | None = None
    tools: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def weight(self) -> float:
        """The sum of the findings' weights."""
        return sum(WEIGHTS[one.severity] for one in self.findings)

    @property
    def defect_density(self) -> float:
        """Weighted findings per 1000 lines of code; 0 without lines."""
        return 1000 * self.weight / self.lines if self.lines else 0.0

    @property
    def complexity(self) -> int:
        """The highest cyclomatic complexity of the source's functions; 0 where it is not known."""
        return max((one.complexity for one in self.functions), default=0)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity."""
        return sum(one.severity == severity for one in self.findings)

    def built(self, complexity: int, recipe: str) -> Reliability:
        """The same source in another build, whose IR has this complexity; what was run of the first one is left out."""
        before = self.ir_complexity.before if self.ir_complexity else 0
        return replace(
            self,
            ir_complexity=IRComplexity(before, complexity, recipe),
            functions=tuple(replace(one, ir_after=0) for one in self.functions),
            error_rate=None,
            fault_propagation=None,
            resources=None,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, the derived ones too."""
        data = {one.name: getattr(self, one.name) for one in fields(self)}
        data["findings"] = [asdict(one) for one in self.findings]
        data["functions"] = [asdict(one) for one in self.functions]
        data["ir_complexity"] = asdict(self.ir_complexity) if self.ir_complexity else None
        for name in DYNAMIC:
            data[name] = None if data[name] is None else data[name].to_json()
        data |= {"tools": dict(self.tools), "notes": list(self.notes)}
        return data | {"defect_density": self.defect_density, "complexity": self.complexity}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reliability:
        """The inverse of `to_json`."""
        own = {one.name: data[one.name] for one in fields(cls)}
        own["findings"] = tuple(Finding(**one) for one in own["findings"])
        own["functions"] = tuple(FunctionReport(**one) for one in own["functions"])
        own["ir_complexity"] = IRComplexity(**own["ir_complexity"]) if own["ir_complexity"] else None
        own["notes"] = tuple(own["notes"])
        for name, (module, kind) in DYNAMIC.items():
            if own[name] is not None:
                made: Any = getattr(import_module(f"passwright.bench.reliability.{module}"), kind)
                own[name] = made.from_json(own[name])
        return cls(**own)
