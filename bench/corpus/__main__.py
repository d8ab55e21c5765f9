"""Write a corpus of generated kernels, and check it.

    python -m passwright.bench.corpus --count 3000 --out build/corpus --check

The folder is a suite: `<family>/<name>.c|.cpp` with a workload beside each, `split.toml` and `manifest.jsonl`. A run
that was cut off goes on where it stopped. With --check, `--count` is the number of distinct kernels that are clean;
kernels that are not do not stay in the folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from passwright.bench.corpus import manifest
from passwright.bench.corpus.check import Checked, check
from passwright.bench.corpus.families import FAMILIES
from passwright.bench.corpus.generate import generate
from passwright.bench.corpus.kernel import CorpusKernel
from passwright.bench.corpus.manifest import Entry
from passwright.passes.errors import PasswrightError

_GOOD = ("ok", "written")


def build(
    folder: Path,
    wanted: int,
    *,
    start: int = 0,
    family: str | None = None,
    checked: bool = False,
    jobs: int = 1,
) -> Iterator[Entry]:
    """Entries of the kernels from seed `start` on, in the order of their seeds, until `wanted` are good.

    What the manifest has already is taken from it. Stops early after twice as many seeds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = manifest.read(folder)
    hashes: set[str] = set()
    good = 0

    def done(kernel: CorpusKernel) -> Entry:
        old = known.get(kernel.seed)
        if (
            old is not None
            and old.digest == manifest.digest(kernel)
            and not (checked and old.status == "written")
        ):
            return old
        if checked:
            return Entry.of(kernel, check(kernel, folder))
        kernel.write(folder)
        return Entry.of(kernel, Checked("written"))

    with ThreadPoolExecutor(jobs) as pool:
        seed = start
        while good < wanted and seed < start + 2 * wanted:
            # No more at a time than are wanted still: whatever is made is in the manifest.
            batch = range(seed, seed + min(jobs * 4, wanted - good))
            kernels = [generate(number, family) for number in batch]
            for kernel, entry in zip(kernels, pool.map(done, kernels), strict=True):
                if entry.status == "ok" and entry.hash in hashes:
                    entry = replace(entry, status="duplicate")
                hashes.add(entry.hash)
                if entry.status not in _GOOD:
                    _remove(kernel, folder)
                if known.get(entry.seed) != entry:
                    manifest.append(folder, [entry])
                good += entry.status in _GOOD
                yield entry
            seed = batch.stop


def _remove(kernel: CorpusKernel, folder: Path) -> None:
    for suffix in (".c", ".cpp", ".toml"):
        (folder / kernel.family / f"{kernel.name}{suffix}").unlink(missing_ok=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.corpus", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=3000, help="kernels (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/corpus"), help="(default: %(default)s)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--family", choices=sorted(FAMILIES), help="only this one (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="compile, sanitize and run each; drop duplicates"
    )
    parser.add_argument("--jobs", type=int, default=1, help="kernels at a time (default: %(default)s)")
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    entries: list[Entry] = []
    columns = (TextColumn("kernels"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=arguments.count)
            for entry in build(
                arguments.out,
                arguments.count,
                start=arguments.start,
                family=arguments.family,
                checked=arguments.check,
                jobs=max(1, arguments.jobs),
            ):
                entries.append(entry)
                if entry.status in _GOOD:
                    progress.advance(task)
                elif entry.status != "duplicate":
                    uri = f"corpus://{entry.seed}?family={entry.family}"
                    progress.console.print(
                        f"{uri}: {entry.status}: {entry.message}", markup=False, soft_wrap=True
                    )
    except KeyboardInterrupt:
        console.print("interrupted: run again to go on")
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    manifest.write_split(arguments.out, entries)
    Console().print(manifest.statistics(entries))
    for reason, times in manifest.failures(entries).most_common():
        print(f"{reason}: {times}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
