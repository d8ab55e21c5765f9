"""Reports on files, with their builds where they were run; what the command line shows and the page draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from passwright.bench.reliability.builds import BASELINE, KernelBuilds
from passwright.bench.reliability.composite import DEFAULTS, Composite, Weights, composite
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.reliability.reliability import Reliability


@dataclass(frozen=True)
class FileReport:
    """A file: what reading it tells, and its kernels' builds where they were asked for; `chosen` names the build that
    counts, the others are there to compare with."""

    static: Reliability
    kernels: tuple[KernelBuilds, ...] = ()
    weights: Weights = DEFAULTS
    chosen: str = BASELINE

    @property
    def composite(self) -> Composite:
        """R of the file: the least over its kernels, or as if it ran as fast as -O3 where nothing was run."""
        builds = [build for kernel in self.kernels for build in kernel.builds if build.name == self.chosen]
        built = [build.composite for build in builds]
        return min(built, key=lambda one: one.value, default=composite(self.static, weights=self.weights))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **self.static.to_json(),
            "composite": self.composite.to_json(),
            "kernels": [
                {
                    "kernel": one.kernel,
                    "notes": list(one.notes),
                    "pareto": one.best(self.weights),
                    "builds": [build.to_json() for build in one.builds],
                }
                for one in self.kernels
            ],
        }


FILE_COLUMNS = ("file", "lines", "high", "medium", "low", "DD", "CC", "IR CC", "MI", "R")
FUNCTION_COLUMNS = ("function", "line", "lines", "CC", "IR CC", "MI")
BUILD_COLUMNS = (
    "kernel",
    "build",
    "verdict",
    "speed",
    "size",
    "IR CC",
    "heap",
    "allocations",
    "errors",
    "faults out",
    "R",
    "",
)


def file_cells(report: FileReport) -> list[str]:
    """A row of the table of files."""
    static = report.static
    counts = (
        [str(static.count(severity)) for severity in ("high", "medium", "low")] if static.tools else ["–"] * 3
    )
    ir = static.ir_complexity
    return [
        static.file,
        str(static.lines) if static.lines else "–",
        *counts,
        f"{static.defect_density:.1f}" if static.lines else "–",
        str(static.complexity or "–"),
        f"{ir.before} → {ir.after}" if ir else "–",
        f"{static.maintainability:.0f}" if static.maintainability is not None else "–",
        f"{report.composite.value:.3f}",
    ]


def function_rows(static: Reliability) -> list[list[str]]:
    """Rows of the table of functions, the most complex first."""
    ordered = sorted(static.functions, key=lambda one: (-one.complexity, -one.ir_after, one.line))
    return [
        [
            one.name,
            str(one.line or "–"),
            str(one.lines or "–"),
            str(one.complexity or "–"),
            f"{one.ir_before} → {one.ir_after or 'gone'}" if one.ir_before else "–",
            f"{one.maintainability:.0f}" if one.maintainability is not None else "–",
        ]
        for one in ordered
    ]


def build_rows(kernel: KernelBuilds, weights: Weights) -> list[list[str]]:
    """Rows of the table of builds; the last cell says whether no other build beats it everywhere."""
    best = kernel.best(weights)
    rows = []
    for one in kernel.builds:
        resources, ir = one.reliability.resources, one.reliability.ir_complexity
        rows.append(
            [
                one.kernel,
                one.name,
                one.verdict.kind,
                f"{one.ratio.value:.2f}× ({one.ratio.low:.2f} … {one.ratio.high:.2f})" if one.ratio else "–",
                f"{one.size} B" if one.size else "–",
                str(ir.after) if ir and ir.after else "–",
                f"{resources.heap_peak} B" if resources else "–",
                str(resources.allocations) if resources else "–",
                _percent(one.reliability.error_rate and one.reliability.error_rate.total),
                _percent(one.reliability.fault_propagation and one.reliability.fault_propagation.index),
                f"{one.composite.value:.3f}",
                "Pareto" if one.name in best else "",
            ]
        )
    return rows


def _percent(share: Proportion | None) -> str:
    """A share with its interval."""
    if share is None:
        return "–"
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} … {100 * share.high:.1f})"


def totals(reports: Sequence[FileReport]) -> dict[str, float]:
    """Over all files: how many, their lines and findings, and the density of all together."""
    lines = sum(one.static.lines for one in reports)
    weight = sum(one.static.weight for one in reports)
    return {
        "files": len(reports),
        "lines": lines,
        "findings": sum(len(one.static.findings) for one in reports),
        "defect_density": 1000 * weight / lines if lines else 0.0,
    }
