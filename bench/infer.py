"""A workload for a kernel that comes without one: types from debug info, sizes and shapes by trying.

`infer` decides in this order, each step on what trial runs show (`bench/trials.py`):

1. which integers are sizes, at small values that make the kernel touch as much as possible
   (`bench/infer_sizes.py`);
2. how far each buffer reaches, as a polynomial in the sizes (`bench/inference.py`, `bench/extents.py`);
3. what integer arrays mean: offsets into other arrays (the last entry becomes a size of its own), indices
   (below the extent of what they index), text, plain data (`bench/infer_indices.py`);
4. roles, from static writes and observed reads before writes;
5. the smallest admissible value of each size, and sizes that bound others (`bench/infer_minima.py`);
6. the measured sizes: grown together until one run of the -O3 build takes about a millisecond
   (`bench/growth.py`).

Containers, linked structures and pairs of iterators are not inferred: `WorkloadError` says what to do. What was
inferred is described in `Inferred.notes`; `Inferred.workload.save` writes it as TOML to be edited and given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passwright.bench.growth import Growth, Overrun, grow
from passwright.bench.infer_indices import find_indices, find_offsets
from passwright.bench.infer_minima import confirm_extents, find_minima, fits, weights
from passwright.bench.infer_sizes import find_sizes, find_strings
from passwright.bench.inference import Inference
from passwright.bench.notes import describe
from passwright.bench.trials import Trials
from passwright.bench.workload import Workload
from passwright.passes.errors import WorkloadError

if TYPE_CHECKING:
    from passwright.bench.runner import Runner
    from passwright.irgen.kernel import Kernel

ROUNDS = 4
"""How often buffers may turn out too small while sizes grow."""


@dataclass(frozen=True)
class Inferred:
    """A workload and, one sentence each, what was concluded for it."""

    workload: Workload
    notes: list[str]


def infer(
    kernel: Kernel,
    runner: Runner,
    *,
    deadline: float = 20.0,
    min_seconds: float = 1e-3,
    max_bytes: int = 64 << 20,
) -> Inferred:
    """Find a workload for `kernel`.

    Args:
        runner: runs the trials; what it has loaded stays loaded.
        deadline: seconds that all trial runs together may take.
        min_seconds: sizes grow until one run of the -O3 build takes about this long …
        max_bytes: … or the buffers together are this large.

    Raises:
        WorkloadError: the parameters are of a kind that cannot be inferred, or no trial ended well.
    """
    with Trials(kernel, runner, deadline=deadline) as trials:
        inference = Inference(trials)
        find_strings(inference)
        find_sizes(inference)
        inference.fit_shapes()
        find_offsets(inference)
        find_indices(inference)
        find_minima(inference)
        confirm_extents(inference)
        trials.build_fast()
        growth = _grow(inference, min_seconds, max_bytes)
        workload = growth.workload
        workload.validate(trials.signature)
        notes = describe(workload, inference.known, inference.made_up, growth, trials.count)
        return Inferred(workload, notes)


def _grow(inference: Inference, min_seconds: float, max_bytes: int) -> Growth:
    """Measured sizes; buffers that turn out too small on the way are widened."""
    arrays = {p.name: p for p in inference.arrays}
    late = ""
    for _ in range(ROUNDS):
        try:
            return grow(
                inference.trials,
                inference.workload(final=True),
                weights(inference),
                lambda sizes: fits(inference, sizes),
                min_seconds,
                max_bytes,
            )
        except Overrun as overrun:
            late = overrun.name
            layout = arrays[overrun.name].layout if overrun.name in arrays else None
            if layout is None or arrays[overrun.name].kind == "rows":
                break
            seen = inference.loose.setdefault(overrun.name, [])
            seen.append((overrun.sizes, overrun.offset // layout.stride + 1))
            inference.fit_shapes([arrays[overrun.name]])
    raise WorkloadError(
        f"{inference.trials.entry}: how far {late} reaches depends on its data",
        hint="write a workload file (docs/workloads.md)",
    )
