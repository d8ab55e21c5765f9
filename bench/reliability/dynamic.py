"""What running a build tells: resources, error rate, fault propagation.

Each is measured on its own; one that cannot be had is None, with the reason in the notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from passwright.bench.call import Call
from passwright.bench.reliability.error_rate import ErrorRate, error_rate
from passwright.bench.reliability.fault_injection import inject
from passwright.bench.reliability.fault_propagation import FaultPropagation
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.resources import Resources, measure_resources
from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import PasswrightError, VerificationError
from passwright.passes.recipe import Recipe


@dataclass(frozen=True)
class Dynamic:
    """Results of running one build of a kernel; see `Reliability` for the fields.

    `findings` are defects that a run confirmed.
    """

    error_rate: ErrorRate | None = None
    fault_propagation: FaultPropagation | None = None
    resources: Resources | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def measure_dynamic(
    kernel: Kernel,
    recipe: Recipe,
    workload: Workload,
    runner: Runner,
    verifier: Verifier,
    objects: Sequence[bytes],
    *,
    fuzz: float = 0.0,
    faults: int = 0,
) -> Dynamic:
    """Measure one build: `objects` without the call shim, made from the kernel's file by `recipe`.

    `fuzz`: seconds for the error rate; `faults`: how many are injected; 0 leaves either out.
    """
    call = _call(workload, verifier)
    notes = []
    resources: Resources | None = None
    try:
        resources = measure_resources(runner, [*objects, verifier.shim], kernel.entry, call)
    except VerificationError as error:
        notes.append(f"no resources of {kernel.name} by {recipe}: {error.message}")
    findings: tuple[Finding, ...] = ()
    rate: ErrorRate | None = None
    if fuzz:
        try:
            rate = error_rate(kernel, workload, objects=objects, budget=fuzz)
            findings += rate.findings
            notes += rate.notes
        except PasswrightError as error:
            notes.append(f"no error rate of {kernel.name} by {recipe}: {error.message}")
    propagation: FaultPropagation | None = None
    if faults:
        try:
            propagation = inject(kernel, workload, recipe=recipe, faults=faults, runner=runner)
        except PasswrightError as error:
            notes.append(f"no fault propagation of {kernel.name} by {recipe}: {error.message}")
    if resources is not None and resources.held:
        text = f"{kernel.name} keeps {resources.held} bytes on the heap after a call"
        findings += (_confirmed(kernel, "leak", text),)
    return Dynamic(rate, propagation, resources, findings, tuple(notes))


def _call(workload: Workload, verifier: Verifier) -> Call:
    return workload.call(verifier.signature, workload.measured_sizes, workload.seeds[0])


def _confirmed(kernel: Kernel, check: str, message: str) -> Finding:
    """A finding about the kernel as a whole, at its function's line where debug info knows it."""
    from passwright._native import Module

    module = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    line = next((one.line for one in module.functions() if one.name == kernel.entry), 0)
    return Finding(str(kernel.source or kernel.name), line, 0, "verifier", check, message, "medium", True)
