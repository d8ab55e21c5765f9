"""Throws random recipes at the suite and counts what becomes of them; nothing is timed.

    python -m passwright.policy.fuzz --recipes 2000 --seed 1 --out build/fuzz.jsonl --table docs/fuzz.md

Half of the recipes are drawn as the search draws them (`random_search.py`), half are wild: up to twelve steps
of the action space in any order, loop hints included, mostly without an -O3 round in between. Each is
compiled by a worker and, when that gives an object, verified in full. A wrong result, a crash or a hang costs
the candidate; the file keeps it with its recipe, and `passwright reduce` finds what is to blame. A run that
was cut off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import track

from passwright import _native
from passwright.bench.runner import Runner
from passwright.bench.suite import SUITE, SuiteKernel, load_suite
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.passes.actions import ActionSpace
from passwright.passes.build import split
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import Recipe, Step
from passwright.passes.worker import Compiled, WorkerPool
from passwright.policy.policy import LoopSite
from passwright.policy.random_search import random_recipe

LONGEST = 12
"""Steps of a wild recipe at most."""


@dataclass(frozen=True)
class Shot:
    """One recipe on one kernel. `status`: the worker's ("crashed", "timed-out", "invalid", "too-large" while
    compiling), or the verdict on what it built: "equal", "different", "code crashed", "code timed-out",
    "unverifiable"."""

    kernel: str
    recipe: str
    kind: str  # "search" | "wild"
    status: str
    message: str = ""


def wild_recipe(rng: Random, space: ActionSpace, loops: Sequence[LoopSite]) -> Recipe:
    """Steps of the action space with random parameters in any order; hints and attributes may stand
    anywhere."""
    steps: list[Step] = []
    for _ in range(rng.randint(1, LONGEST)):
        action = rng.choice(space.actions)
        if not action.needs_loop:
            steps.append(action.random(rng))
        elif loops and not any(
            step.kind == "passes" for step in steps
        ):  # ids are those of the unoptimised module
            steps.append(action.random(rng, rng.choice(loops).id))
    return Recipe(tuple(steps) or (space.steps[0],))


def shoot(item: SuiteKernel, count: int, rng: Random, space: ActionSpace, pool: WorkerPool) -> list[Shot]:
    """`count` random recipes on one kernel."""
    kernel = item.lower()
    parts = split(_native.Module.parse(kernel.bitcode, kernel.name), kernel.entry)
    loops = [LoopSite(loop.id, loop.depth, loop.innermost, loop.trip_count) for loop in parts.kernel.loops()]
    rest = [] if parts.rest is None else [parts.rest.emit()]
    bitcode = parts.kernel.bitcode()
    drawn = [
        ("wild", wild_recipe(rng, space, loops))
        if rng.random() < 0.5
        else ("search", random_recipe(rng, space, loops))
        for _ in range(count)
    ]
    futures = [(kind, pool.submit(bitcode, recipe)) for kind, recipe in drawn]
    with Runner() as runner:
        verifier = Verifier(kernel, Workload.load(item.workload), runner)
        return [_shot(item, kind, future.result(), verifier, rest) for kind, future in futures]


def _shot(item: SuiteKernel, kind: str, compiled: Compiled, verifier: Verifier, rest: list[bytes]) -> Shot:
    name, recipe = f"{item.family}/{item.name}", str(compiled.recipe)
    if compiled.status != "ok":
        return Shot(name, recipe, kind, compiled.status, compiled.message)
    verdict = verifier.check([compiled.object, *rest])
    status = (
        verdict.kind if verdict.kind in {"equal", "different", "unverifiable"} else f"code {verdict.kind}"
    )
    return Shot(name, recipe, kind, status, "" if verdict.is_equal else verdict.evidence)


def table(shots: Sequence[Shot]) -> str:
    """Outcomes by kind of recipe, as markdown."""
    counts = {
        kind: Counter(shot.status for shot in shots if shot.kind == kind) for kind in ("search", "wild")
    }
    statuses = sorted(
        {shot.status for shot in shots}, key=lambda status: -sum(c[status] for c in counts.values())
    )
    lines = ["| outcome | as the search draws | wild | together |", "|---|---:|---:|---:|"]
    for status in statuses:
        row = [counts[kind][status] for kind in counts]
        lines.append(f"| {status} | {row[0]} | {row[1]} | {sum(row)} |")
    totals = [sum(counts[kind].values()) for kind in counts]
    lines.append(f"| all | {totals[0]} | {totals[1]} | {sum(totals)} |")
    return "\n".join(lines)


def _read(path: Path) -> list[Shot]:
    shots = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            shots.append(Shot(**json.loads(line)))
        except (ValueError, TypeError):
            continue  # the last line of a run that was cut off
    return shots


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.fuzz", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--recipes", type=int, default=2000, help="in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=None, help="worker processes (default: one per core)")
    parser.add_argument("--suite", type=Path, default=SUITE, help="a folder with kernels (default: ours)")
    parser.add_argument(
        "--out", type=Path, default=Path("build/fuzz.jsonl"), help="resumable (default: %(default)s)"
    )
    parser.add_argument("--table", type=Path, help="also write the table of outcomes here, as markdown")
    arguments = parser.parse_args(argv)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    shots = _read(arguments.out)
    seen = Counter(shot.kernel for shot in shots)
    items = load_suite(arguments.suite)
    space = ActionSpace.default()
    console = Console(stderr=True)
    try:
        with WorkerPool(arguments.jobs) as pool, arguments.out.open("a", encoding="utf-8") as file:
            for index, item in enumerate(track(items, "kernels", console=console)):
                name = f"{item.family}/{item.name}"
                wanted = arguments.recipes // len(items) + (index < arguments.recipes % len(items))
                if seen[name] >= wanted:
                    continue
                new = shoot(
                    item, wanted - seen[name], Random(f"{arguments.seed} {name} {seen[name]}"), space, pool
                )
                file.writelines(json.dumps(asdict(shot)) + "\n" for shot in new)
                file.flush()
                shots += new
                for shot in new:
                    if shot.status in {"different", "code crashed", "code timed-out"}:
                        console.print(f"{shot.kernel}: {shot.status}: {shot.recipe}", markup=False)
    except KeyboardInterrupt:
        console.print("interrupted: run again to go on")
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    print(table(shots))
    if arguments.table:
        arguments.table.write_text(table(shots) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
