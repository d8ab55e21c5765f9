"""Plants known defects and counts what verification finds, and counts false alarms on right builds.

    python -m passwright.bench.planted --clean 500 --out build/planted.jsonl

Prints a table by class, every miss with the call that proves it, and every alarm on a right build with its recipe. Right
builds are those of standard pipelines with random steps of the action space around them, on kernels of the suite and of
the corpus, four on each; an alarm on one may be a miscompilation by LLVM, and has to be looked into. Exits with 3 when
less than 98 of 100 defects are found or a right build raises an alarm. `--budget 20` gives verification no more time than a
search of 20 seconds does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from passwright.bench.corpus.generate import generate
from passwright.bench.planted.defects import by_hand, mutants, sources
from passwright.bench.planted.find import ALL, Clean, Found, look_at, look_for, right_builds
from passwright.bench.suite import load_suite
from passwright.bench.verify import Effort
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import PasswrightError
from passwright.passes.worker import WorkerPool

PER_KERNEL = 4
"""Right builds of one kernel."""
WANTED = 0.98


def defects(effort: Effort) -> list[Found]:
    """What becomes of every planted defect."""
    planted = sorted([*by_hand(), *mutants()], key=lambda one: one.source)
    groups = [list(group) for _, group in groupby(planted, key=lambda one: one.source)]
    found = [
        one
        for group in track(groups, "wrong builds", console=Console(stderr=True))
        for one in look_for(group, effort)
    ]
    return found + [look_at(one, effort) for one in track(sources(), "sources", console=Console(stderr=True))]


def clean(count: int, seed: int, jobs: int | None, effort: Effort) -> Iterator[Clean]:
    """Right builds, half of them of the suite's kernels."""
    rng = Random(seed)
    with WorkerPool(jobs) as pool, TemporaryDirectory(prefix="passwright-planted-") as folder:
        left = count
        for name, kernel, workload in _kernels(Path(folder), rng):
            if left <= 0:
                return
            built = right_builds(name, kernel, workload, min(PER_KERNEL, left), rng, pool, effort)
            left -= len(built)
            yield from built


def _kernels(folder: Path, rng: Random) -> Iterator[tuple[str, Kernel, Workload]]:
    """Kernels of the suite and of the corpus in turn, without end."""
    items = load_suite()
    rng.shuffle(items)
    number = 0
    while True:
        item = items[number % len(items)]
        yield f"{item.family}/{item.name}", item.lower(), Workload.load(item.workload)
        generated = generate(number + 100_000)
        yield generated.uri, generated.lower(folder), generated.workload
        number += 1


def table(found: Sequence[Found]) -> str:
    """Planted, found and missed by class, as markdown."""
    classes: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        classes[one.kind].append(one)
    lines = ["| class | planted | found | missed |", "|---|---:|---:|---:|"]
    for kind, ones in [*sorted(classes.items()), ("all", list(found))]:
        caught = sum(one.found for one in ones)
        lines.append(f"| {kind} | {len(ones)} | {caught} | {len(ones) - caught} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.planted", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--clean", type=int, default=500, help="right builds (default: %(default)s)")
    parser.add_argument("--no-defects", action="store_true", help="only the right builds")
    parser.add_argument("--seed", type=int, default=1, help="of the right builds (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=None, help="worker processes (default: one per core)")
    parser.add_argument("--out", type=Path, help="also write every result here, as JSON lines")
    parser.add_argument("--budget", type=float, help="verify as a search of so many seconds does")
    arguments = parser.parse_args(argv)
    effort = ALL if arguments.budget is None else Effort.within(arguments.budget)
    found: list[Found] = []
    right: list[Clean] = []
    try:
        found = [] if arguments.no_defects else defects(effort)
        for built in clean(arguments.clean, arguments.seed, arguments.jobs, effort):
            right.append(built)
            if built.alarm:
                why = f"{built.verdict.kind}: {built.verdict.evidence}"
                print(f"alarm: {built.kernel}: {built.recipe}\n  {why}", flush=True)
            if len(right) % 20 == 0:
                print(f"{len(right)} right builds", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("interrupted: what follows is not all", file=sys.stderr)
    except PasswrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        lines = [*(json.dumps(asdict(one)) for one in found), *(json.dumps(asdict(one)) for one in right)]
        arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if found:
        print(table(found))
    for one in found:
        if not one.found:
            print(f"missed: {one.name} ({one.kind})\n  proof: {one.proof}\n  {one.evidence}")
    alarms = sum(one.alarm for one in right)
    kernels = len({one.kernel for one in right})
    print(f"{len(right)} right builds of {kernels} kernels: {alarms} alarms")
    enough = not found or sum(one.found for one in found) >= WANTED * len(found)
    return 0 if enough and not alarms else 3


if __name__ == "__main__":
    sys.exit(main())
