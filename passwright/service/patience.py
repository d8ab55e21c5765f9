"""What ending early costs and gains when recipes are chosen without a run (`choosing.py`).

    python -m passwright.service.patience --kernels 30

Compiles the whole coreset for kernels of the suite, each recipe in a process of its own whose processor time is taken, then
replays the choice for several limits. "gain" is the mean log speedup that the model expects of what would be chosen, 0 where
that is -O3: it says what is lost by looking at fewer recipes, not how good the model is (docs/learned.md has that).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

import numpy as np

from passwright._native import Module
from passwright.bench.suite import load_suite
from passwright.passes.build import split
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.policy.coreset import coreset
from passwright.policy.ranking import shipped
from passwright.service import choosing, jobs


@dataclass(frozen=True)
class Tried:
    """One recipe on one kernel: seconds of processor time, and the forecast; None where it failed or took too long."""

    seconds: float
    mean: float | None
    doubt: float = 0.0


@dataclass(frozen=True)
class Kernel:
    """A kernel's size in IR instructions, the seconds of its -O3 build, and the coreset in its order."""

    name: str
    instructions: int
    plain: float
    tried: tuple[Tried, ...]


def look(name: str, bitcode: bytes) -> Kernel:
    """Compile -O3 and the whole coreset."""
    plain, at_o3 = _profiled(bitcode, O3)
    found = []
    for recipe in coreset():
        seconds, vector = _profiled(bitcode, recipe)
        if at_o3 is None or vector is None:
            found.append(Tried(min(seconds, choosing.RECIPE), None))
        elif vector == at_o3:
            found.append(Tried(seconds, 0.0))
        else:
            arrays = [np.frombuffer(one, np.float32) for one in (at_o3, vector)]
            worth = shipped().worth(arrays[0], arrays[1:])
            found.append(Tried(seconds, round(float(worth.mean[0]), 3), round(float(worth.doubt[0]), 3)))
    return Kernel(name, Module.parse(bitcode).instruction_count, plain, tuple(found))


def replay(kernel: Kernel, count: int, enough: float) -> tuple[float, float, int]:
    """Seconds, gain and recipes of the choice among the first `count` recipes that ends at a probability."""
    seconds, means, doubts, best, used = kernel.plain, [], [], 0.0, 0
    for used, one in enumerate(kernel.tried[:count], 1):
        seconds += one.seconds
        if one.mean is not None:
            means.append(one.mean)
            doubts.append(one.doubt)
        likely, best = choosing.probability(means, doubts, min(count, len(kernel.tried)) - used)
        if likely >= enough:
            break
    threshold = shipped().about["choice"]["threshold"]
    return seconds, best if best > threshold else 0.0, used


def _profiled(bitcode: bytes, recipe: Recipe) -> tuple[float, bytes | None]:
    """Seconds of processor time of a forked process, and its profile; None when it crashed or took more than RECIPE."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        import signal

        signal.setitimer(signal.ITIMER_PROF, choosing.RECIPE)
        try:
            _, (vector,) = jobs.profile({"recipe": str(recipe)}, [bitcode])
            os.write(sink, vector)
        finally:
            os._exit(0)
    os.close(sink)
    with os.fdopen(source, "rb") as file:
        vector = file.read()
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, vector or None


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m passwright.service.patience", description=__doc__)
    parser.add_argument("--kernels", type=int, default=30, help="drawn from the suite (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=3, help="of the draw (default: %(default)s)")
    given = parser.parse_args(argv)
    jobs.warm()
    suite = load_suite()
    Random(given.seed).shuffle(suite)
    kernels = []
    for one in suite[: given.kernels]:
        try:
            kernel = one.lower()
        except PasswrightError as problem:
            print(f"{one.name}: {problem.message}", file=sys.stderr)
            continue
        module = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel
        kernels.append(look(one.name, module.bitcode()))
        print(f"{len(kernels)}: {one.name}", file=sys.stderr)
    print(f"{len(kernels)} kernels; seconds of processor time per IR instruction and recipe:", end=" ")
    print(
        f"{fmean(t.seconds for k in kernels for t in k.tried) / fmean(k.instructions for k in kernels):.5f}\n"
    )
    print("| recipes at most | ends at | recipes tried | seconds | gain |\n|---|---:|---:|---:|---:|")
    limits: list[tuple[str, int | None]] = [("all", len(coreset())), ("16", 16), ("8", 8), ("4", 4)]
    for label, count in [*limits, ("by size, 1 s", None)]:
        for enough in (2.0, 0.9, 0.7, 0.5, 0.3):
            found = [
                replay(one, count or choosing.allowed(one.instructions, choosing.SECONDS), enough)
                for one in kernels
            ]
            seconds, gain, used = (fmean(column) for column in zip(*found, strict=True))
            shown = "never" if enough > 1 else f"{enough:g}"
            print(f"| {label} | {shown} | {used:.1f} | {seconds:.2f} | {gain:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
