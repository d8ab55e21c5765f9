"""The fault propagation of suite kernels at -O3 and by a recipe, as the tables of docs/fault-propagation.md.

    python -m passwright.bench.reliability.fault_table [--faults 1000] [--recipe TEXT] [KERNEL…]

Prints Markdown: one row per kernel, the shares by instruction class over all of them, what the instrumentation
costs in run time (instrumented against plain, interleaved), and the throughput. The intervals hold 95 %.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass

from passwright.bench.measure import Ratio, measure
from passwright.bench.reliability.fault_injection import FAULTS, compare, signature_of
from passwright.bench.reliability.fault_propagation import FaultComparison, FaultCounts
from passwright.bench.reliability.fault_target import instrument
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.runner import Runner
from passwright.bench.suite import SuiteKernel, load_suite
from passwright.bench.workload import Workload
from passwright.passes.recipe import O3, Recipe

KERNELS = (
    "crc16_table",
    "base64_encode",
    "lcs_length",
    "kernel_density",
    "matmul_row_by_column",
    "alpha_blend",
    "median_3x3",
    "gravity_pairs",
    "small_matrix_chain",
    "csr_matvec",
    "heap_sort",
    "heat_block",
    "softmax_columns",
)
RECIPE = (
    "default<O3> [polly=true polly-default-tile-size=128 polly-pattern-matching-based-opts=false "
    "polly-prevect-width=16 polly-vectorizer=stripmine unroll-max-count=2]"
)
"""The first recipe of policy/coreset.json: the one that helps most kernels."""


@dataclass(frozen=True)
class TableRow:
    """A kernel under faults by both builds, and what counting costs the -O3 build."""

    comparison: FaultComparison
    slowdown: Ratio
    """Plain over instrumented, as `measure` gives it: the cost is its inverse."""
    same_code: bool
    """The recipe made nothing else of the kernel than -O3."""


def row(suite_kernel: SuiteKernel, recipe: Recipe, faults: int, seed: int) -> TableRow:
    """Inject into one kernel and time the instrumentation."""
    kernel = suite_kernel.lower()
    workload = Workload.load(suite_kernel.workload)
    with Runner() as runner:
        found = compare(kernel, workload, recipe, faults=faults, seed=seed, runner=runner)
        build = instrument(kernel, O3)
        runner.load("plain", [build.plain, build.shim], kernel.entry)
        runner.load("instrumented", [build.object, build.shim], kernel.entry)
        call = workload.call(signature_of(kernel), found.before.sizes, workload.seeds[0])
        timed = measure(runner, "plain", "instrumented", call, deadline=2.0)
    return TableRow(found, timed.ratio, instrument(kernel, recipe).plain == build.plain)


def share(value: Proportion) -> str:
    return f"{100 * value.value:.1f} ({100 * value.low:.1f}–{100 * value.high:.1f})"


def rows_table(rows: list[TableRow]) -> str:
    """One line per kernel."""
    lines = [
        "| kernel | values per run | masked / corrupted / crashed / hung at -O3 | index at -O3, % | "
        "… by the recipe | index by the recipe, % | change, points | instrumented / plain | faults/s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in rows:
        before, after = one.comparison.before, one.comparison.after
        change = one.comparison.difference
        mark = "**" if change.is_clear else ""
        shown = f"{mark}{100 * change.value:+.1f} ({100 * change.low:+.1f} … {100 * change.high:+.1f}){mark}"
        lines.append(
            f"| {before.kernel} | {before.dynamic_values:,} | {_outcomes(before.total)} | {share(before.index)} "
            f"| {_outcomes(after.total)} | {share(after.index)} "
            f"| {'same code' if one.same_code else shown} "
            f"| {1 / one.slowdown.value:.1f} ({1 / one.slowdown.high:.1f}–{1 / one.slowdown.low:.1f}) "
            f"| {before.faults_per_second:.0f} |"
        )
    return "\n".join(lines)


def _outcomes(counts: FaultCounts) -> str:
    return f"{counts.masked} / {counts.corrupted} / {counts.crashed} / {counts.hung}"


def class_table(rows: list[TableRow]) -> str:
    """All kernels together, by instruction class, before and after."""
    groups: defaultdict[str, list[FaultCounts]] = defaultdict(lambda: [FaultCounts(), FaultCounts()])
    for one in rows:
        for side, found in enumerate((one.comparison.before, one.comparison.after)):
            for name, counts in found.by_class.items():
                groups[name][side] = _sum(groups[name][side], counts)
    lines = [
        "| class | faults at -O3 | masked / corrupted / crashed / hung | reach the output, % | faults by the recipe | "
        "masked / corrupted / crashed / hung | reach the output, % |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, (before, after) in sorted(groups.items(), key=lambda item: -item[1][0].injected):
        lines.append(
            f"| {name} | {before.injected} | {_outcomes(before)} | {share(before.reached_output)} "
            f"| {after.injected} | {_outcomes(after)} | {share(after.reached_output)} |"
        )
    return "\n".join(lines)


def _sum(one: FaultCounts, other: FaultCounts) -> FaultCounts:
    return FaultCounts(
        one.masked + other.masked,
        one.corrupted + other.corrupted,
        one.crashed + other.crashed,
        one.hung + other.hung,
    )


def main() -> None:
    """Print the tables."""
    lines = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.reliability.fault_table", description=lines[0]
    )
    parser.add_argument("kernels", nargs="*", help="names of suite kernels; default: twelve of them")
    parser.add_argument(
        "--faults", type=int, default=FAULTS, help="per kernel and build; default: %(default)s"
    )
    parser.add_argument("--recipe", default=RECIPE, help="default: the first of the coreset")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    arguments = parser.parse_args()
    wanted = tuple(arguments.kernels) or KERNELS
    known = {kernel.name: kernel for kernel in load_suite()}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no kernel {unknown[0]} in the suite")
    recipe = Recipe.parse(arguments.recipe)
    rows = []
    for name in wanted:
        rows.append(row(known[name], recipe, arguments.faults, arguments.seed))
        print(f"{name} done", file=sys.stderr)
    print(rows_table(rows), class_table(rows), sep="\n\n")


if __name__ == "__main__":
    main()
