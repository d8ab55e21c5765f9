"""Whether a generated kernel is what the grammar promises: it compiles, ends, and has no undefined behaviour.

Whatever is found here is a fault of the grammar and is mended there; the status only keeps it out of the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from passwright.bench.cases import Case, case_call, plan
from passwright.bench.corpus.kernel import CorpusKernel
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import CompileError, WorkloadError

if TYPE_CHECKING:
    from passwright._native import Module

Status = Literal[
    "ok", "duplicate", "written", "does not compile", "workload", "undefined", "not sanitized", "does not run"
]
PLACEMENTS: tuple[Literal["start", "end"], ...] = ("start", "end")
"""Which end of each buffer lies against its guard."""
SLOWEST = 5.0
"""Processor seconds that the unoptimised build may take for one call."""


@dataclass(frozen=True)
class Checked:
    """What became of a kernel.

    Attributes:
        status: "written" is one that was not checked.
        message: the evidence when it is neither ok nor written.
        hash: `Module.structural_hash()` of the file's module.
        instructions: of the file's unoptimised module.
        cases: calls that ran under the sanitizers.
        seconds: what the unoptimised build takes for the measured call.
    """

    status: Status
    message: str = ""
    hash: str = ""
    instructions: int = 0
    cases: int = 0
    seconds: float = 0.0


def check(kernel: CorpusKernel, folder: Path) -> Checked:
    """Write the kernel into `folder`, compile and run it. Raises ToolchainError when there is no clang 19."""
    from passwright import _native

    try:
        lowered = kernel.lower(folder)
    except CompileError as error:
        return Checked("does not compile", error.message)
    module = _native.Module.parse(lowered.bitcode, kernel.name)
    hash, instructions = module.structural_hash(), module.instruction_count
    signature = _native.signature(_native.Module.parse(lowered.debug_bitcode, kernel.name), kernel.entry)
    try:
        kernel.workload.validate(signature)
    except WorkloadError as error:
        return Checked("workload", error.message, hash, instructions)
    cases = calls(kernel.workload)
    findings = sanitize(lowered, kernel.workload, signature=signature, cases=cases, budget=60.0)
    assert findings is not None  # it has a source
    if findings.note:
        return Checked("not sanitized", findings.note, hash, instructions)
    if findings.messages:
        return Checked("undefined", findings.messages[0], hash, instructions, findings.cases)
    seconds, message = _reference(lowered, module, kernel.workload, signature, cases)
    status: Status = "does not run" if message else "ok"
    return Checked(status, message, hash, instructions, findings.cases, seconds)


def calls(workload: Workload) -> list[Case]:
    """What is run: made-up sizes with special values, stated and measured ones with and without."""
    return [case for case in plan(workload) if case.special or case.origin != "generated"]


def _reference(
    lowered: Kernel, module: Module, workload: Workload, signature: dict[str, Any], cases: Sequence[Case]
) -> tuple[float, str]:
    """Seconds of the unoptimised build's last call, and what went wrong.

    An access outside of a buffer is no finding of the sanitizers: it is the guard before or behind it that sees it.
    """
    from passwright import _native

    shim = _native.call_shim(module, lowered.entry).emit()
    seconds = 0.0
    with Runner() as runner:
        runner.load("reference", [module.emit(opt_level=0), shim], lowered.entry)
        for case in cases:
            call = case_call(workload, signature, case)
            for placement in PLACEMENTS:
                result = runner.run("reference", call, timeout=SLOWEST, placement=placement)
                if result.status != "ok":
                    return 0.0, f"{case}: {result.status}: {result.fault}"
                seconds = result.seconds
    return seconds, ""
