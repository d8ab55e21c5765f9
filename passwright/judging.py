"""From a kernel to the judge of its builds: its workload, the sanitizers' findings, the reference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from passwright._native import Module, signature
from passwright.bench.infer import infer
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.bench.verify import Effort, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.policy.judge import WorkloadJudge

Given: TypeAlias = Path | str | Workload | Mapping[str, Workload] | None
"""A workload for every kernel (one that names an entry for that kernel only), or workloads by entry."""


def find_workload(kernel: Kernel, given: Given, runner: Runner) -> tuple[Workload, bool, tuple[str, ...]]:
    """The kernel's workload, whether it was inferred, and notes on what was inferred.

    In this order: what is given, the kernel's own workload file, inference (bench/infer.py). Raises
    WorkloadError.
    """
    if isinstance(given, Mapping):
        given = given.get(kernel.entry)
    source = given if given is not None else kernel.workload
    if source is not None:
        workload = source if isinstance(source, Workload) else Workload.load(source)
        if not workload.entry or workload.entry in {kernel.entry, kernel.name}:
            return workload, False, ()
    inferred = infer(kernel, runner)
    return inferred.workload, True, tuple(inferred.notes)


def workload_judge(
    kernel: Kernel, workload: Workload, runner: Runner, *, effort: Effort | None = None
) -> WorkloadJudge:
    """The judge that calls the kernel on the workload's data.

    The source's sanitized build runs first, unless the `effort` (default: that of a search without end) has no seconds for
    it. Raises WorkloadError where workload and signature contradict each other.
    """
    effort = effort or Effort.within(None)
    typed = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    types = signature(typed, kernel.entry)
    workload.validate(types)
    findings = None
    if effort.sanitize:
        findings = sanitize(kernel, workload, signature=types, budget=effort.sanitize)
    verifier = Verifier(
        kernel,
        workload,
        runner,
        signature=types,
        findings=findings,
        budget=effort.planned,
        mutate=effort.mutate,
    )
    return WorkloadJudge(verifier, runner, seed=workload.seeds[0])
