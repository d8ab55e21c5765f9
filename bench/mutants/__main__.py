"""Make the data set of labelled mutants.

    python -m passwright.bench.mutants --suite 177 --corpus 499 --jobs 2 --pack data/defects.jsonl.gz

Kernels of the suite, in random order, and generated ones take turns. A kernel's rows are appended when all of it is done, so
that a run which was cut off goes on where it stopped. The same seed draws the same variants.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from passwright.bench.mutants.draw import Amounts
from passwright.bench.mutants.make import build
from passwright.bench.mutants.rows import Row, read_rows, write_rows
from passwright.bench.suite import load_suite


def statistics(rows: Sequence[Row]) -> Table:
    """Rows by operator."""
    table = Table("operator", "variants", "defective", "result", "fault", "hang", "sanitizer", box=None)
    names = sorted({row.operator for row in rows})
    for name in names:
        mine = [row for row in rows if row.operator == name]
        shows = Counter(row.shows for row in mine)
        bad = sum(row.defective for row in mine)
        counts = (shows[kind] for kind in ("result", "fault", "hang", "sanitizer"))
        table.add_row(name or "(none or rewrites)", str(len(mine)), str(bad), *map(str, counts))
    table.add_row("all", str(len(rows)), str(sum(row.defective for row in rows)), "", "", "", "")
    return table


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.mutants", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--out", type=Path, default=Path("build/defects/mutants.jsonl"), help="(%(default)s)")
    parser.add_argument("--pack", type=Path, help="then write all rows, sorted, to this .jsonl.gz")
    parser.add_argument("--corpus", type=int, default=300, help="generated kernels (%(default)s)")
    parser.add_argument("--suite", type=int, default=1000, help="kernels of the suite at most (%(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="kernels at a time (%(default)s)")
    parser.add_argument("--rewrites", type=int, default=Amounts.rewrites, help="a kernel (%(default)s)")
    parser.add_argument("--mutants", type=int, default=Amounts.mutants, help="a kernel (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    arguments = parser.parse_args(argv)
    amounts = Amounts(arguments.rewrites, arguments.mutants, seed=arguments.seed)
    suite = [kernel.name for kernel in load_suite()]
    random.Random(arguments.seed).shuffle(suite)  # so that a part of the data set has all families
    taken = suite[: arguments.suite]
    turns = chain.from_iterable(zip_longest(taken, map(str, range(arguments.corpus))))
    names = [name for name in turns if name is not None]
    console = Console(stderr=True)
    columns = (TextColumn("kernels"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=len(names))
            for name, _, reason in build(arguments.out, names, amounts, max(1, arguments.jobs)):
                progress.advance(task)
                if reason:
                    progress.console.print(f"{name}: {reason}", markup=False, soft_wrap=True)
    except KeyboardInterrupt:
        console.print("interrupted: run again to go on")
        return 0
    rows = sorted(read_rows(arguments.out), key=lambda row: row.kernel)
    if arguments.pack:
        write_rows(arguments.pack, rows)
    Console().print(statistics(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
