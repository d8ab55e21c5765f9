"""The defect classifier's suspicions as findings.

A score above the threshold makes one finding per kernel, at the line with the largest share of the blame. It is no
confirmation: `confirmed` stays false and the severity low; docs/defect-prediction.md says with what weight it should
count.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from passwright.bench.reliability.findings import Finding
from passwright.gnn.defects import DefectModel, DefectScore

if TYPE_CHECKING:
    from passwright.irgen.kernel import Kernel

THRESHOLD = 0.8
"""Probability from which a function is reported; what share of such functions was defective on held-out families is in
docs/defect-prediction.md."""
WEIGHT = 0.1
"""Recommended weight of a prediction in the defect density, where a confirmed defect counts 1."""
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
    if score.probability < threshold:
        return ()
    lines = [line for line, _ in score.lines[:_LINES]]
    where = f"; most suspected: line {', '.join(map(str, lines))}" if lines else ""
    return (
        Finding(
            file=str(kernel.source or ""),
            line=lines[0] if lines else 0,
            column=0,
            tool="predictor",
            check=CHECK,
            message=f"{kernel.entry} looks like defective code with probability {score.probability:.2f}{where}",
            severity="low",
        ),
    )


@cache
def _shipped() -> DefectModel:
    return DefectModel.load()
