"""The object of a file without lock entries, by what the learned policy expects: `optimize --budget 0` inside a build.

Only kernels that look hot are touched. Nothing runs and nothing is verified by running: docs/drop-in-compilers.md says what
that means. Takes seconds for a hot kernel, since the whole coreset is compiled; a service that keeps answers and models
warm can take the place of `build_learned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from passwright._native import Module
from passwright.irgen.frontend import has_loop, is_visible
from passwright.irgen.kernel import Kernel, Language
from passwright.passes.build import split

BYTES = 1024
"""Loaded and stored on nominal arguments (loops that turn 250 times) by what looks hot."""
_TIDY = "function(sroa,early-cse,simplifycfg,instcombine)"
"""Variables that only unoptimised code keeps in memory are no memory accesses."""


def hot_kernels(module: Module) -> list[str]:
    """Externally visible functions that spend themselves in loops over memory, as far as that can be seen."""
    visible = [function for function in module.functions() if is_visible(function)]
    names = {function.name for function in visible}
    return [
        function.name
        for function in visible
        if function.name != "main" and has_loop(module, function, names) and _looks_hot(module, function.name)
    ]


def _looks_hot(module: Module, entry: str) -> bool:
    kernel = split(module, entry).kernel
    kernel.run(_TIDY)
    expected = kernel.estimate()
    return expected.loaded + expected.stored >= BYTES and expected.outside < expected.instructions / 2


def build_learned(
    bitcode: bytes, source: str, *, language: Language, flags: Sequence[str], march: str
) -> bytes | None:
    """The file's object; None when nothing in it looks hot, or the policy expects nothing better than -O3.

    `march` is a CPU, not "native". Raises what optimising raises.
    """
    module = Module.parse(bitcode, source)
    kernels = [
        Kernel(entry, entry, Path(source), language, tuple(flags), march, bitcode, b"")
        for entry in hot_kernels(module)
    ]
    if not kernels:
        return None
    from passwright.optimizer import Options, optimize_kernels  # most files of a build end before this
    from passwright.policy.policy import Budget

    result = optimize_kernels([kernels], Options(budget=Budget(seconds=0), jobs=1), named=False)
    (file,) = result.files
    return file.object if any(kernel.improved for kernel in file.kernels) else None
