"""Single-bit faults in the values that a kernel computes: how many of them reach its output?

    python -m passwright.bench.reliability.fault_injection KERNEL.c [--workload W.toml] [--recipe TEXT] [--faults 1000]

A fault is drawn uniformly from the values that one run computes (dynamic instances of IR instructions with an
integer, floating-point, pointer or vector result, after optimisation), its bit uniformly from the value's. The run
then ends masked, corrupted, crashed or hung (`fault_propagation.py`). With --recipe the -O3 build is measured first
and then the recipe's, on the same input. Method and limits: docs/fault-propagation.md.

Not here: faults in memory cells, in the program counter or in instruction words, and faults of more than one bit.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from passwright.bench.reliability.fault_propagation import (
    FaultComparison,
    FaultCounts,
    FaultPropagation,
    Injection,
    group,
)
from passwright.bench.reliability.fault_target import (
    FaultBuild,
    FaultTarget,
    bounded_sizes,
    instrument,
)
from passwright.bench.runner import Runner
from passwright.bench.workload import Workload
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, Recipe

if TYPE_CHECKING:
    from passwright.irgen.kernel import Kernel

FAULTS = 1000
BATCH = 50
"""After so many faults a run without one shows whether the process is still sound."""


def sample(seed: int, values: int) -> Iterator[tuple[int, int]]:
    """Endless faults, each (index of the value, bit): the same ones for the same seed and number of values."""
    draw = random.Random(seed)
    while True:
        # 2**31 against the width of a value: the bias of the remainder is below 1e-6.
        yield draw.randrange(values), draw.randrange(1 << 31)


def injections(
    target: FaultTarget, *, faults: int = FAULTS, seed: int = 1, budget: float = 0.0
) -> Iterator[Injection]:
    """Inject `faults` faults, or as many as `budget` seconds allow (0: no limit); results come in batches.

    A batch after which a run without a fault goes wrong is repeated with a process for each fault: a wild
    write has damaged the runner.
    """
    end = monotonic() + budget if budget else float("inf")
    drawn = sample(seed, target.values)
    done = 0
    while done < faults and monotonic() < end:
        batch: list[Injection] = []
        while len(batch) < min(BATCH, faults - done) and (monotonic() < end or not batch):
            batch.append(target.hit(*next(drawn)))
        if not target.intact():
            batch = [target.hit_alone(injection.index, injection.bit) for injection in batch]
        yield from batch
        done += len(batch)


def summarise(
    build: FaultBuild,
    sizes: Mapping[str, int],
    values: int,
    found: list[Injection],
    *,
    seed: int,
    planned: int,
    seconds: float,
) -> FaultPropagation:
    """What a list of injections comes to."""
    return FaultPropagation(
        kernel=build.kernel.name,
        recipe=str(build.recipe),
        sizes=dict(sizes),
        seed=seed,
        planned=planned,
        dynamic_values=values,
        sites=len(build.sites),
        total=FaultCounts.of(found),
        by_function=group(found, "function"),
        by_class=group(found, "kind"),
        seconds=seconds,
    )


def inject(
    kernel: Kernel,
    workload: Workload,
    *,
    recipe: Recipe | None = None,
    faults: int = FAULTS,
    seed: int = 1,
    budget: float = 0.0,
    sizes: Mapping[str, int] | None = None,
    runner: Runner | None = None,
    on_injection: Callable[[Injection], None] | None = None,
    keep_interrupted: bool = False,
) -> FaultPropagation:
    """The fault propagation of a kernel built by `recipe` (None: -O3).

    `budget` bounds the injections in seconds (0: no limit). `sizes` None: the largest at which a run
    computes `VALUE_LIMIT` values at most. With `keep_interrupted` a KeyboardInterrupt ends it with what is
    done, if anything is. Raises InputError for a kernel that fails without a fault or is not a function of its
    input, and what building raises.
    """
    if runner is None:
        with Runner() as own:
            return inject(
                kernel,
                workload,
                recipe=recipe,
                faults=faults,
                seed=seed,
                budget=budget,
                sizes=sizes,
                runner=own,
                on_injection=on_injection,
                keep_interrupted=keep_interrupted,
            )
    build = instrument(kernel, recipe)
    signature = signature_of(kernel)
    if sizes is None:
        sizes = bounded_sizes(runner, build, workload, signature)
    target = FaultTarget(runner, build, workload.call(signature, sizes, workload.seeds[0]))
    found: list[Injection] = []
    started = perf_counter()
    try:
        for injection in injections(target, faults=faults, seed=seed, budget=budget):
            found.append(injection)
            if on_injection:
                on_injection(injection)
    except KeyboardInterrupt:
        if not keep_interrupted or not found:
            raise
    finally:
        target.close()
    seconds = perf_counter() - started
    return summarise(build, sizes, target.values, found, seed=seed, planned=faults, seconds=seconds)


def compare(
    kernel: Kernel, workload: Workload, recipe: Recipe, *, before: Recipe = O3, **options: Any
) -> FaultComparison:
    """The kernel under faults built by `before` and by `recipe`, on one input; `options` are those of `inject`."""
    first = inject(kernel, workload, recipe=before, **options)
    second = inject(kernel, workload, recipe=recipe, **{**options, "sizes": first.sizes})
    return FaultComparison(first, second)


def signature_of(kernel: Kernel) -> dict[str, Any]:
    """The entry's signature, types from debug info."""
    from passwright import _native

    module = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    return _native.signature(module, kernel.entry)


# The command.


def _kernel(arguments: argparse.Namespace) -> Kernel:
    from passwright.irgen.frontend import kernels
    from passwright.passes.errors import InputError

    entry = arguments.entry or (Workload.load(arguments.workload).entry if arguments.workload else "")
    found = kernels(arguments.source, entries=(entry,) if entry else ())
    if len(found) != 1:
        names = ", ".join(kernel.entry for kernel in found)
        raise InputError(f"{arguments.source} has several kernels", hint=f"choose one with --entry: {names}")
    return found[0]


def _workload(kernel: Kernel, path: Path | None) -> Workload:
    if path is not None:
        return Workload.load(path)
    from passwright.bench.infer import infer

    with Runner() as runner:
        return infer(kernel, runner).workload


def _show(found: FaultPropagation) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = 120
    sizes = ", ".join(f"{name}={value}" for name, value in found.sizes.items())
    console.print(f"[bold]{found.kernel}[/bold]  {found.recipe}", soft_wrap=True)
    console.print(
        f"{found.injected} of {found.planned} faults in {found.dynamic_values} values ({sizes}), seed {found.seed}, "
        f"{found.faults_per_second:.0f} faults/s"
    )
    table = Table("", "faults", "masked", "corrupted", "crashed", "hung", "reach the output (95 %)")
    groups = [("all", found.total), *found.by_class.items()]
    functions = [(f"in {name}", counts) for name, counts in found.by_function.items()]
    for name, counts in [*groups, *functions]:
        share = counts.reached_output
        table.add_row(
            name,
            *map(str, (counts.injected, counts.masked, counts.corrupted, counts.crashed, counts.hung)),
            f"{share.value:.1%} ({share.low:.1%} … {share.high:.1%})",
        )
    console.print(table)


def _run(arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    kernel = _kernel(arguments)
    beside = arguments.source.with_suffix(".toml")
    workload = _workload(kernel, arguments.workload or (beside if beside.is_file() else None))
    recipes = [O3, *([Recipe.parse(arguments.recipe)] if arguments.recipe is not None else [])]
    results: list[FaultPropagation] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    stopped = False
    with Progress(*columns, console=Console(stderr=True)) as progress, Runner() as runner:
        for number, recipe in enumerate(recipes):
            task = progress.add_task("the recipe" if number else "-O3", total=arguments.faults)
            try:
                found = inject(
                    kernel,
                    workload,
                    recipe=recipe,
                    faults=arguments.faults,
                    seed=arguments.seed,
                    budget=arguments.budget,
                    sizes=results[0].sizes if results else None,
                    runner=runner,
                    keep_interrupted=True,
                    on_injection=lambda _, task=task: progress.advance(task),  # type: ignore[misc]
                )
            except KeyboardInterrupt:
                stopped = True
                break
            results.append(found)
            if found.injected < found.planned and not arguments.budget:
                stopped = True
                break
    both = FaultComparison(*results) if len(results) == 2 else None
    if arguments.json:
        print(json.dumps(both.to_json() if both else [one.to_json() for one in results], indent=2))
    else:
        for one in results:
            _show(one)
        if both:
            change = both.difference
            print(f"change of the share: {change.value:+.1%} ({change.low:+.1%} … {change.high:+.1%})")
    return 130 if stopped else 0


def main() -> None:
    """The command."""
    lines = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.reliability.fault_injection", description=lines[0]
    )
    parser.add_argument("source", type=Path, help="C, C++, .ll or .bc file")
    parser.add_argument("--entry", default="", help="the kernel, where the file has several")
    parser.add_argument("--workload", type=Path, help="default: the .toml beside the source, else inferred")
    parser.add_argument("--recipe", help="measure this recipe too, after -O3")
    parser.add_argument("--faults", type=int, default=FAULTS, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--budget", type=float, default=0.0, help="seconds per build; default: no limit")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    try:
        sys.exit(_run(arguments))
    except PasswrightError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
