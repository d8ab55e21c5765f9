"""The defect classifier's suspicions as findings.

A score above the threshold makes one finding per function, at the line with the largest share of the blame. It is no
confirmation: `confirmed` stays false and the severity low, which weighs a ninth of a severe defect (checks.py). Held-out
figures ask for a tenth: docs/defect-prediction.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from passwright.bench.reliability.findings import Finding
from passwright.gnn.defects import DefectModel, DefectScore

if TYPE_CHECKING:
    from passwright._native import Module
    from passwright.irgen.kernel import Kernel

THRESHOLD = 0.9
"""Probability from which a function is reported; what share of such functions was defective on held-out families is in
docs/defect-prediction.md."""
CHECK = "predicted-defect"
_LINES = 3


def defect_score(kernel: Kernel, *, model: DefectModel | None = None) -> DefectScore:
    """The score of a kernel's entry with what it calls; lines need the kernel's debug module.

    Raises InputError when the network is missing, ToolchainError without onnxruntime.
    """
    from passwright import _native

    module = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    return (model or _shipped()).score(module, kernel.entry)


def predicted(
    kernel: Kernel, *, model: DefectModel | None = None, threshold: float = THRESHOLD
) -> tuple[Finding, ...]:
    """One finding when the score reaches `threshold`, none otherwise.  Raises as `defect_score`."""
    score = defect_score(kernel, model=model)
    return _findings(score, kernel.entry, str(kernel.source or ""), threshold)


def predicted_in(module: Module, file: Path) -> tuple[Finding, ...]:
    """Of the functions that a file defines, from its unoptimised module with debug info.  Raises as `defect_score`."""
    model, found = _shipped(), list[Finding]()
    for function in module.functions():
        if not function.is_declaration and function.file and Path(function.file).resolve() == file.resolve():
            score = model.score(module, function.name)
            found += _findings(score, function.demangled or function.name, str(file), THRESHOLD)
    return tuple(found)


def _findings(score: DefectScore, function: str, file: str, threshold: float) -> tuple[Finding, ...]:
    if score.probability < threshold:
        return ()
    lines = [line for line, _ in score.lines[:_LINES]]
    where = f"; most suspected: line {', '.join(map(str, lines))}" if lines else ""
    return (
        Finding(
            file=file,
            line=lines[0] if lines else 0,
            column=0,
            tool="predictor",
            check=CHECK,
            message=f"{function} looks like defective code with probability {score.probability:.2f}{where}",
            severity="low",
        ),
    )


@cache
def _shipped() -> DefectModel:
    return DefectModel.load()
