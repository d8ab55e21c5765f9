"""What one optimisation step costs in this process, and what it costs to spawn `opt` for it.

    python -m passwright.bench.step_latency [--rounds 200] [--opt /usr/lib/llvm-19/bin/opt]

Prints a table in Markdown. The module is a small file of loop kernels in SSA form, about 400 instructions. A step is
`Module.run` on a fresh clone: reading the pipeline's text, setting up the analyses, the pass itself. A spawn is one
process of `opt` that reads and writes bitcode files.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from passwright._native import Module
from passwright.gnn.graph import ProgramGraph
from passwright.irgen.frontend import lower

PASSES = (
    "sroa", "early-cse<memssa>", "instcombine", "aggressive-instcombine", "simplifycfg", "reassociate", "gvn", "newgvn",
    "sccp", "correlated-propagation", "jump-threading", "dse", "adce", "bdce", "mem2reg", "mldst-motion", "sink",
    "tailcallelim", "loop-simplify", "lcssa", "loop(loop-rotate)", "loop-mssa(licm)", "loop(indvars)",
    "loop(loop-deletion)", "loop(loop-idiom)", "loop-mssa(simple-loop-unswitch)", "float2int", "div-rem-pairs",
    "memcpyopt", "slsr", "nary-reassociate", "separate-const-offset-from-gep", "constraint-elimination",
)  # fmt: skip
"""LLVM 19's scalar passes over a function or a loop."""

SOURCE = """
#include <stddef.h>
#define KERNEL(name, type)                                                                         \\
  void name##_blend(int w, int h, type k, const type *restrict a, const type *restrict b,         \\
                    type *restrict out) {                                                          \\
    for (int y = 1; y < h - 1; y++)                                                                \\
      for (int x = 1; x < w - 1; x++) {                                                            \\
        size_t i = (size_t)y * w + x;                                                              \\
        type around = a[i - 1] + a[i + 1] + a[i - w] + a[i + w];                                   \\
        out[i] = around * k + b[i] * (1 - 4 * k);                                                  \\
      }                                                                                            \\
  }                                                                                                \\
  type name##_peak(int n, const type *x, int *where) {                                             \\
    type best = x[0];                                                                              \\
    for (int i = 1; i < n; i++) {                                                                  \\
      if (x[i] <= best || x[i] != x[i])                                                            \\
        continue;                                                                                  \\
      best = x[i];                                                                                 \\
      *where = i;                                                                                  \\
    }                                                                                              \\
    return best;                                                                                   \\
  }
KERNEL(single, float)
KERNEL(twice, double)
KERNEL(whole, int)
KERNEL(wide, long)
KERNEL(narrow, short)
void histogram(size_t n, const unsigned char *x, unsigned bins[256]) {
  for (int i = 0; i < 256; i++) bins[i] = 0;
  for (size_t i = 0; i < n; i++) bins[x[i]]++;
  for (int i = 1; i < 256; i++) bins[i] += bins[i - 1];
}
"""


def median_of(rounds: int, prepare: Callable[[], object], work: Callable[[object], object]) -> float:
    """Median seconds of `work` on what `prepare` gives; preparing and freeing are not timed."""
    times = []
    for _ in range(rounds):
        subject = prepare()
        start = perf_counter()
        result = work(subject)
        times.append(perf_counter() - start)
        del subject, result  # freeing a module is not part of making one
    return statistics.median(times)


def step(module: Module, pipeline: str, rounds: int) -> float:
    """Median seconds of one step on a fresh clone."""

    def work(clone: object) -> None:
        assert isinstance(clone, Module)
        clone.run(pipeline)

    return median_of(rounds, module.clone, work)


def spawn(opt: str, pipeline: str, bitcode: Path, rounds: int) -> float:
    """Median seconds of one process of `opt`."""
    command = [opt, f"-passes={pipeline}", str(bitcode), "-o", str(bitcode.with_suffix(".out.bc"))]
    return median_of(rounds, lambda: None, lambda _: subprocess.run(command, check=True))


def kernel_module() -> Module:
    """The module that is measured: SOURCE in SSA form."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernels.c"
        source.write_text(SOURCE)
        module = Module.parse(lower(source).bitcode, "kernels.c")
    module.run("function(sroa,early-cse)")
    return module


def table(rounds: int, opt: str) -> str:
    """The Markdown table; `opt` may be empty."""
    module = kernel_module()
    bitcode = module.bitcode()
    lines = [
        f"Medians in milliseconds, {rounds} rounds, a module of {module.instruction_count} instructions.",
        "",
    ]
    lines += ["| | in process | spawning opt |", "|---|---:|---:|"]

    def row(name: str, seconds: float, spawned: float | None = None) -> None:
        other = "" if spawned is None else f"{spawned * 1e3:.1f}"
        lines.append(f"| {name} | {seconds * 1e3:.3f} | {other} |")

    row("parse", median_of(rounds, lambda: None, lambda _: Module.parse(bitcode)))
    row("clone", median_of(rounds, lambda: None, lambda _: module.clone()))
    row(
        "clone into a context of its own",
        median_of(rounds, lambda: None, lambda _: module.clone(isolated=True)),
    )
    row("structural hash", median_of(rounds, lambda: None, lambda _: module.structural_hash()))
    row("opcode counts", median_of(rounds, lambda: None, lambda _: module.opcode_counts()))
    row("AutoPhase features", median_of(rounds, lambda: None, lambda _: module.autophase()))
    row("graph", median_of(rounds, lambda: None, lambda _: ProgramGraph.of(module)))
    steps, spawns = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernels.bc"
        file.write_bytes(bitcode)
        for pipeline in PASSES:
            steps.append(step(module, pipeline, rounds))
            spawned = spawn(opt, pipeline, file, max(3, rounds // 40)) if opt else None
            if spawned is not None:
                spawns.append(spawned)
            row(f"`{pipeline}`", steps[-1], spawned)
    row(
        f"**median of the {len(PASSES)} passes**",
        statistics.median(steps),
        statistics.median(spawns) if opt else None,
    )
    row("`default<O3>`", step(module, "default<O3>", max(3, rounds // 20)))
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m passwright.bench.step_latency", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="timed runs per row (default 200)")
    found = shutil.which("opt-19") or shutil.which("opt", path="/usr/lib/llvm-19/bin") or ""
    parser.add_argument(
        "--opt", default=found, help="opt of LLVM 19 to compare with (Debian package llvm-19)"
    )
    arguments = parser.parse_args()
    print(table(arguments.rounds, arguments.opt))
    if not arguments.opt:
        print("\nNo opt of LLVM 19 was found (Debian package llvm-19), so there is nothing to compare with.")


if __name__ == "__main__":
    main()
