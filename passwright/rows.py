"""From an optimised kernel to a row of a result table."""

from __future__ import annotations

from passwright.bench.peers import BASELINE
from passwright.bench.report import OURS, Row
from passwright.result import KernelResult


def row_of(kernel: KernelResult, *, name: str = "", family: str = "", held_out: bool = False) -> Row:
    """The row of one kernel with its own timings; other compilers are not in it."""
    times = {}
    if kernel.baseline is not None:
        times = {BASELINE: kernel.baseline, OURS: kernel.optimised or kernel.baseline}
    return Row(
        kernel=name or kernel.kernel.name,
        family=family or (kernel.kernel.source.stem if kernel.kernel.source else "memory"),
        peer_times=times,
        ratio=kernel.ratio,
        verdict=kernel.verdict,
        recipe=str(kernel.recipe),
        held_out=held_out,
    )
