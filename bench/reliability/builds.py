"""Builds of a file's kernels beside each other: verified, timed against -O3, rated, and which of them are worth having.

A recipe runs on the file as a whole here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from passwright._native import Module
from passwright.bench.infer import infer
from passwright.bench.measure import Ratio, measure
from passwright.bench.reliability.composite import Composite, Point, Weights, composite, pareto, trust
from passwright.bench.reliability.dynamic import measure_dynamic
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.reliability.tools import distinct
from passwright.bench.runner import Runner
from passwright.bench.verify import Verdict, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.build import build_object, text_size
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import Compiled, WorkerPool

BASELINE = "-O3"


@dataclass(frozen=True)
class Build:
    """One build of one kernel.

    Attributes:
        name: of the recipe, such as "-O3".
        verdict: beside the unoptimised build.
        ratio: -O3's time over its own, None where it was not timed; exactly 1 for -O3.
        size: bytes of machine code of the whole file.
        reliability: of the file by this recipe, with what runs of the kernel showed.
        composite: R.
    """

    kernel: str
    name: str
    recipe: str
    verdict: Verdict
    ratio: Ratio | None
    size: int
    reliability: Reliability
    composite: Composite

    def point(self, weights: Weights | None = None) -> Point | None:
        """Speed, size and reliability; None where it is wrong or was not timed."""
        if self.composite.wrong or self.ratio is None:
            return None
        return Point(self.name, self.ratio.value, self.size, trust(self.composite, weights))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "kernel": self.kernel,
            "name": self.name,
            "recipe": self.recipe,
            "verdict": asdict(self.verdict),
            "ratio": asdict(self.ratio) if self.ratio else None,
            "size": self.size,
            "composite": self.composite.to_json(),
            "reliability": self.reliability.to_json(),
        }


@dataclass(frozen=True)
class KernelBuilds:
    """The builds of one kernel; `notes` says what could not be had."""

    kernel: str
    builds: tuple[Build, ...]
    notes: tuple[str, ...] = ()

    def best(self, weights: Weights | None = None) -> list[str]:
        """Names of the builds that no other one beats in speed, size and reliability at once."""
        points = [point for one in self.builds if (point := one.point(weights)) is not None]
        return [one.name for one in pareto(points)]


def compare_builds(
    kernel: Kernel,
    static: Reliability,
    recipes: Mapping[str, Recipe],
    pool: WorkerPool,
    *,
    workload: Path | None = None,
    weights: Weights | None = None,
    fuzz: float = 0.0,
    faults: int = 0,
    progress: Callable[[str], None] | None = None,
) -> KernelBuilds:
    """Build a kernel by each recipe, verify it, and measure; -O3 comes first.

    Raises WorkloadError for a kernel whose workload cannot be found.
    """
    say = progress or (lambda text: None)
    with Runner() as runner:
        say("workload")
        found, notes = _workload(kernel, workload, runner)
        verifier = Verifier(kernel, found, runner)
        failure = verifier.prepare()
        if failure is not None:
            return KernelBuilds(
                kernel.name, (), (*notes, f"{kernel.name}: {failure.kind}: {failure.evidence}")
            )
        call = found.call(verifier.signature, found.measured_sizes, found.seeds[0])
        baseline = build_object(Module.parse(kernel.bitcode, kernel.name), {}, rest=O3)
        runner.load(BASELINE, [baseline, verifier.shim], kernel.entry)
        made = []
        for name, recipe in {BASELINE: O3, **recipes}.items():
            say(name)
            compiled = pool.submit(kernel.bitcode, recipe, name=kernel.name).result()
            report = static.built(compiled.complexity, str(recipe))
            verdict = _verdict(compiled, verifier)
            ratio = None
            if verdict.kind == "equal":
                ratio = Ratio(1.0, 1.0, 1.0)
                if name != BASELINE:
                    runner.load(name, [compiled.object, verifier.shim], kernel.entry)
                    ratio = measure(runner, BASELINE, name, call, deadline=5.0).ratio
                    runner.unload(name)
                dynamic = measure_dynamic(
                    kernel, recipe, found, runner, verifier, [compiled.object], fuzz=fuzz, faults=faults
                )
                report = replace(
                    report,
                    findings=distinct([*report.findings, *dynamic.findings]),
                    error_rate=dynamic.error_rate,
                    fault_propagation=dynamic.fault_propagation,
                    resources=dynamic.resources,
                    notes=(*report.notes, *dynamic.notes),
                )
            right, speedup = verdict.kind == "equal", ratio.value if ratio else 1.0
            rated = composite(report, speedup=speedup, right=right, weights=weights)
            size = text_size(compiled.object) if compiled.status == "ok" else 0
            made.append(Build(kernel.name, name, str(recipe), verdict, ratio, size, report, rated))
        return KernelBuilds(kernel.name, tuple(made), tuple(notes))


def _verdict(compiled: Compiled, verifier: Verifier) -> Verdict:
    """Whether a compiled file computes what the unoptimised one does."""
    if compiled.status == "ok":
        return verifier.check([compiled.object])
    message = f"the compiler: {compiled.status}: {compiled.message}"
    return Verdict("timed-out" if compiled.status == "timed-out" else "crashed", message)


def _workload(kernel: Kernel, given: Path | None, runner: Runner) -> tuple[Workload, Sequence[str]]:
    source = given or kernel.workload
    if source is not None:
        loaded = Workload.load(source)
        if not loaded.entry or loaded.entry in {kernel.entry, kernel.name}:
            return loaded, ()
    inferred = infer(kernel, runner)
    return inferred.workload, tuple(inferred.notes)
