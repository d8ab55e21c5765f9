"""Labelled variants of many kernels, several kernels at a time, into a file that grows."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from passwright.bench.corpus.generate import generate
from passwright.bench.mutants.draw import Amounts, Named, variants
from passwright.bench.mutants.label import Labeller
from passwright.bench.mutants.rows import Row, read_json
from passwright.bench.suite import load_suite
from passwright.bench.workload import Workload
from passwright.passes.errors import PasswrightError

MARCH = "x86-64-v3"
"""One CPU for all machines, so that the same data set comes out."""


def make(name: str, amounts: Amounts) -> tuple[list[Row], str]:
    """The rows of a kernel (a suite's name, or a seed of the corpus), and why there are none."""
    try:
        if not name.isdigit():
            found = next(one for one in load_suite() if one.name == name)
            named = Named(found.name, found.family, found.held_out, found.language)
            with Labeller(found.lower(march=MARCH), Workload.load(found.workload)) as labeller:
                return list(variants(labeller, named, amounts)), ""
        made = generate(int(name))
        named = Named(made.name, f"corpus/{made.family}", made.held_out, made.language)
        with tempfile.TemporaryDirectory(prefix="passwright-mutants-") as folder:
            kernel = made.lower(folder, march=MARCH)
            with Labeller(kernel, made.workload) as labeller:
                return list(variants(labeller, named, amounts)), ""
    except PasswrightError as problem:
        return [], str(problem.message)


def build(path: Path, names: Sequence[str], amounts: Amounts, jobs: int) -> Iterator[tuple[str, int, str]]:
    """Make what is missing in `path`; name, number of rows and reason of each kernel as it gets done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done: set[str] = set()
    if path.exists():
        # A line that was cut off is removed, with the rows of a kernel whose mark is missing.
        whole = path.read_text(encoding="utf-8").split("\n")[:-1]
        marks = [place for place, line in enumerate(whole) if '"done"' in line[:8]]
        kept = whole[: marks[-1] + 1] if marks else []
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        done = {str(values["done"]) for values in read_json(path) if "done" in values}
    for name in [name for name in names if name in done]:
        yield name, 0, ""
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
        path.open("a", encoding="utf-8") as file,
    ):
        waiting = {pool.submit(make, name, amounts): name for name in names if name not in done}
        try:
            for future in as_completed(waiting):
                rows, reason = future.result()
                lines = [json.dumps(row.to_json(), ensure_ascii=False) for row in rows]
                mark = json.dumps({"done": waiting[future], "reason": reason, **asdict(amounts)})
                file.write("".join(f"{line}\n" for line in [*lines, mark]))
                file.flush()
                os.fsync(file.fileno())
                yield waiting[future], len(rows), reason
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # what was not begun is not waited for
