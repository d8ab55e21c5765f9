"""Mines the coreset: which few recipes, in which order, do most for many kernels.

    python -m passwright.policy.mine --budget 2h --search 20s --out policy/coreset.json

Every recipe of a pool (`pool.py`, the present coreset, and with --search the best that `evolve` found on each
kernel, without its loop hints) is compiled, checked and measured on every kernel of the suite's train
families. The matrix kernel x recipe -> ratio grows in a file of JSON lines, so that a run that was cut off,
or had too small a budget, goes on where it stopped. Then greedy coverage: each next recipe is the one that
adds most to the sum over kernels of the logarithm of the best ratio so far, beginning with -O3 (the greedy
solution of a submodular problem; Nemhauser, Wolsey and Fisher, Mathematical Programming 14, 1978). Held-out
families are never looked at.

Run it on a machine that does nothing else: it compiles on all cores and measures on one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from passwright import _native
from passwright.bench.runner import Runner
from passwright.bench.suite import SUITE, SuiteKernel, load_suite
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool
from passwright.policy.coreset import coreset
from passwright.policy.drive import drive
from passwright.policy.evaluate import Evaluator
from passwright.policy.evolve import EvolvePolicy
from passwright.policy.judge import WorkloadJudge
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Ranked, Search
from passwright.policy.pool import recipe_pool
from passwright.policy.shape import Shape

CHUNK = 48
"""Recipes that are tried on a kernel before it is the next one's turn, so that a matrix that is cut off is an
even one."""
MEASURED = ("ok", "worse")
"""Statuses with a ratio. A "worse" one was not verified, being slower than another recipe of its kernel."""
SEARCHED = "searched"
"""Status of the cell that says that a kernel's own search is done; not of a recipe."""
NOISE = 1.02
"""Ratios below count as no gain: the matrix is measured with few samples."""


@dataclass(frozen=True)
class Cell:
    """One kernel by one recipe; `ratio` is 0 for what failed."""

    kernel: str  # family/name
    fingerprint: str  # of the kernel's IR: a changed kernel is measured again
    recipe: str
    status: str
    ratio: float
    seconds: float


class Matrix:
    """The cells that are known, kept in a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cells: dict[tuple[str, str], Cell] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    cell = Cell(**json.loads(line))
                except (ValueError, TypeError):
                    continue  # the last line of a run that was cut off
                self.cells[cell.fingerprint, cell.recipe] = cell
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, cell: Cell) -> None:
        """Remember a cell and append it to the file."""
        self.cells[cell.fingerprint, cell.recipe] = cell
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(cell.__dict__) + "\n")

    def recipes(self, kernel: str) -> set[str]:
        """Recipes measured on a kernel (its fingerprint)."""
        cells = self.cells.items()
        return {recipe for (one, recipe), cell in cells if one == kernel and cell.status != SEARCHED}

    def gains(self, fingerprints: Iterable[str]) -> dict[str, dict[str, float]]:
        """Log ratios by recipe and kernel; noise, failures and what is unknown are left out, as they gain
        nothing."""
        wanted = set(fingerprints)
        gains: dict[str, dict[str, float]] = {}
        for cell in self.cells.values():
            gained = cell.status in MEASURED and cell.ratio > NOISE and cell.recipe != str(O3)
            if gained and cell.fingerprint in wanted:
                gains.setdefault(cell.recipe, {})[cell.fingerprint] = math.log(cell.ratio)
        return gains


@dataclass(frozen=True)
class Pick:
    """A recipe of the coreset, and the geometric mean of the best ratios of the list up to it."""

    recipe: str
    mean: float
    helps: int  # kernels on which it is better than everything before it


def cover(
    gains: Mapping[str, Mapping[str, float]], kernels: int, size: int, worth: float = 0.0005
) -> list[Pick]:
    """Greedy coverage: at most `size` recipes, each adding at least `worth` to the mean log ratio over
    `kernels`."""
    best: dict[str, float] = {}
    picks: list[Pick] = []
    left = dict(gains)

    def adds(recipe: str) -> float:
        return sum(max(0.0, gain - best.get(kernel, 0.0)) for kernel, gain in left[recipe].items())

    while left and len(picks) < size:
        recipe = max(left, key=lambda one: (adds(one), -len(one)))
        if adds(recipe) < worth * kernels:
            break
        helped = [kernel for kernel, gain in left[recipe].items() if gain > best.get(kernel, 0.0)]
        best.update({kernel: left[recipe][kernel] for kernel in helped})
        picks.append(Pick(recipe, math.exp(sum(best.values()) / kernels), len(helped)))
        del left[recipe]
    return picks


@dataclass(frozen=True)
class _Fixed:
    """The policy that tries exactly these recipes."""

    recipes: Sequence[Recipe]
    name: str = "fixed"

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked(self.recipes)


@dataclass(frozen=True)
class _Job:
    """A kernel of the suite, lowered."""

    item: SuiteKernel
    kernel: Kernel

    @property
    def name(self) -> str:
        return f"{self.item.family}/{self.item.name}"

    @property
    def fingerprint(self) -> str:
        """Changes with the kernel's IR and with its workload."""
        workload = self.item.workload.read_bytes()
        return hashlib.sha256(self.kernel.bitcode + self.kernel.entry.encode() + workload).hexdigest()[:16]


class _Miner:
    """Fills the matrix."""

    def __init__(self, matrix: Matrix, pool: WorkerPool, end: float, progress: Progress) -> None:
        self.matrix = matrix
        self.pool = pool
        self.end = end
        self.progress = progress
        self.space = ActionSpace.default()

    def search(self, job: _Job, budget: Budget, seed: int) -> None:
        """Put what `evolve` tries on a kernel into the matrix, unless an earlier run has done so."""
        done = f"search {budget}, seed {seed}"
        if (job.fingerprint, done) in self.matrix.cells:
            return
        with ExitStack() as stack:
            if (evaluator := self._evaluator(job, stack)) is not None:
                result = drive(evaluator, EvolvePolicy(), budget, space=self.space, seed=seed)
                if result.ended == "interrupted":
                    raise KeyboardInterrupt
        self.matrix.add(Cell(job.name, job.fingerprint, done, SEARCHED, 0.0, 0.0))

    def fill(self, job: _Job, recipes: Sequence[Recipe]) -> int:
        """Try recipes on a kernel as far as the time goes; returns how many were tried."""
        with ExitStack() as stack:
            evaluator = self._evaluator(job, stack)
            if evaluator is None:
                return 0
            budget = Budget(seconds=max(0.0, self.end - monotonic()), evaluations=len(recipes))
            result = drive(evaluator, _Fixed(recipes), budget, space=self.space)
            if result.ended == "interrupted":
                raise KeyboardInterrupt
            return len(evaluator.outcomes)

    def _evaluator(self, job: _Job, stack: ExitStack) -> Evaluator | None:
        """An evaluator whose outcomes go into the matrix; None, with a line about it, when the kernel cannot
        be run."""

        def record(outcome: Outcome) -> None:
            if not Shape.of(outcome.recipe).hints:
                cell = (str(outcome.recipe), outcome.status, outcome.ratio)
                self.matrix.add(Cell(job.name, job.fingerprint, *cell, outcome.seconds))

        runner = stack.enter_context(Runner())
        verifier = Verifier(job.kernel, Workload.load(job.item.workload), runner)
        evaluator = Evaluator(job.kernel, WorkloadJudge(verifier, runner), self.pool, record=record)
        failure = evaluator.prepare()
        if failure is not None:
            self.progress.console.print(f"[yellow]{job.name}: {failure.kind}: {failure.evidence}[/yellow]")
            return None
        return evaluator


def winners(matrix: Matrix, jobs: Sequence[_Job], count: int) -> list[Recipe]:
    """The best few recipes of each kernel as it stands in the matrix."""
    best: dict[str, None] = {}
    for job in jobs:
        own = [
            c
            for c in matrix.cells.values()
            if c.fingerprint == job.fingerprint and c.status == "ok" and c.ratio > NOISE
        ]
        for cell in sorted(own, key=lambda cell: -cell.ratio)[:count]:
            best[cell.recipe] = None
    return [Recipe.parse(text) for text in best]


def mine(arguments: argparse.Namespace, console: Console) -> list[Pick]:
    """Fill the matrix within the budget and write the coreset; returns it."""
    budget = Budget.parse(arguments.budget)
    end = monotonic() + (budget.seconds if budget.seconds is not None else math.inf)
    items = [item for item in load_suite(arguments.suite) if not item.held_out]
    items = [item for item in items if not arguments.kernel or item.name in arguments.kernel]
    if not items:
        raise PasswrightError(
            "no kernel is left to mine on", hint="name kernels of families that are not held out"
        )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    matrix = Matrix(arguments.matrix)
    with (
        Progress(*columns, console=console) as progress,
        WorkerPool(arguments.jobs, step_deadline=4.0, deadline=8.0, niceness=10) as pool,
    ):
        lowering = progress.add_task("lower", total=len(items))
        jobs = []
        for item in items:
            jobs.append(_Job(item, item.lower()))
            progress.advance(lowering)
        miner = _Miner(matrix, pool, end, progress)
        try:
            _fill(miner, jobs, arguments, progress)
        except KeyboardInterrupt:
            console.print("interrupted: the coreset is made of what is known; run again to go on")
    jobs = [job for job in jobs if matrix.recipes(job.fingerprint)]
    picks = cover(matrix.gains(job.fingerprint for job in jobs), len(jobs), arguments.size)
    arguments.out.write_text(json.dumps(_document(picks, matrix, jobs), indent=2) + "\n", encoding="utf-8")
    return picks


def _fill(miner: _Miner, jobs: Sequence[_Job], arguments: argparse.Namespace, progress: Progress) -> None:
    if arguments.search:
        searches = progress.add_task("search", total=len(jobs))
        for job in jobs:
            if monotonic() < miner.end:
                progress.update(searches, description=f"search {job.name}")
                miner.search(job, Budget.parse(arguments.search), arguments.seed)
            progress.advance(searches)
    known = [O3, *coreset(), *winners(miner.matrix, jobs, arguments.winners)]
    pool = list(dict.fromkeys([*known, *recipe_pool(miner.space, arguments.pool, arguments.seed)]))
    missing = {
        job.name: [r for r in pool if str(r) not in miner.matrix.recipes(job.fingerprint)] for job in jobs
    }
    matrix = progress.add_task("matrix", total=len(jobs) * len(pool))
    progress.advance(matrix, len(jobs) * len(pool) - sum(map(len, missing.values())))
    while any(missing.values()) and monotonic() < miner.end:
        for job in sorted(jobs, key=lambda one: -len(missing[one.name])):  # an even matrix
            chunk, missing[job.name] = missing[job.name][:CHUNK], missing[job.name][CHUNK:]
            if not chunk or monotonic() >= miner.end:
                continue
            progress.update(matrix, description=f"matrix {job.name}")
            if miner.fill(job, chunk) == 0 and monotonic() < miner.end:
                progress.advance(matrix, len(missing[job.name]))
                missing[job.name] = []
            progress.advance(matrix, len(chunk))


def _document(picks: Sequence[Pick], matrix: Matrix, jobs: Sequence[_Job]) -> dict[str, object]:
    recipes = {recipe for job in jobs for recipe in matrix.recipes(job.fingerprint)}
    cells = sum(len(matrix.recipes(job.fingerprint)) for job in jobs)
    statuses: dict[str, int] = {}
    fingerprints = {job.fingerprint for job in jobs}
    for cell in matrix.cells.values():
        if cell.status == SEARCHED or cell.fingerprint not in fingerprints:
            continue
        statuses[cell.status] = statuses.get(cell.status, 0) + 1
    return {
        "provenance": {
            "command": shlex.join(["python", "-m", "passwright.policy.mine", *sys.argv[1:]]),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{_native.host()['cpu']}, {platform.system()} {platform.machine()}",
            "llvm": _native.llvm_version(),
            "kernels": sorted(job.name for job in jobs),
            "recipes": len(recipes),
            "cells": cells,
            "outcomes": dict(sorted(statuses.items())),
            "note": "mean is the geometric mean over the kernels of the best ratio of the list up to this recipe, by short "
            "measurements; helps is on how many kernels the recipe is better than those before it",
        },
        "recipes": [{"recipe": p.recipe, "mean": round(p.mean, 4), "helps": p.helps} for p in picks],
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = (__doc__ or "").split("\n\n")
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.mine",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--budget", default="1h", help="for everything, for example 30m or 2h (default: %(default)s)")
    add(
        "--search",
        default="",
        help="first run evolve this long on each kernel, for example 20s (default: do not)",
    )
    add(
        "--winners",
        type=int,
        default=3,
        help="a kernel's best recipes that join the pool (default: %(default)s)",
    )
    add(
        "--pool",
        type=int,
        default=320,
        help="structured and random recipes in the pool (default: %(default)s)",
    )
    add("--size", type=int, default=40, help="recipes in the coreset at most (default: %(default)s)")
    add("--seed", type=int, default=1, help="of the random recipes (default: %(default)s)")
    add("--jobs", type=int, default=None, help="worker processes (default: one per core)")
    add("--kernel", action="append", default=[], help="only this kernel (may be repeated)")
    add("--suite", type=Path, default=SUITE, help="a folder with kernels (default: ours)")
    add(
        "--matrix",
        type=Path,
        default=Path("build/mine.jsonl"),
        help="resumable results (default: %(default)s)",
    )
    add("--out", type=Path, default=Path("policy/coreset.json"), help="the coreset (default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Mine; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    try:
        picks = mine(arguments, console)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    for number, pick in enumerate(picks, 1):
        console.print(
            f"{number:3} {pick.mean:6.3f} {pick.helps:3}  {pick.recipe}", markup=False, highlight=False
        )
    console.print(f"{len(picks)} recipes -> {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
