"""Labelled sources as graphs: compiled once, kept in a folder by the hash of what was compiled."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passwright.gnn import defect_features, schema
from passwright.gnn.graph import ProgramGraph
from passwright.passes.errors import PasswrightError
from passwright.policy.defect_sources import Labelled

MARCH = "x86-64-v3"
"""One CPU for all machines: the target's columns are in the graph."""
_LENIENT = ("-Wno-implicit-function-declaration", "-Wno-int-conversion", "-Wno-implicit-int")
"""For functions without their headers."""
LARGEST = 3000
"""Instructions of a function; larger ones are left out."""


@dataclass(frozen=True)
class Example:
    """A labelled function with its graph."""

    about: Labelled
    graph: ProgramGraph


def examples(
    labelled: Sequence[Labelled],
    cache: Path,
    *,
    jobs: int = 1,
    report: Callable[[int, int], None] | None = None,
) -> list[Example]:
    """Examples of all that compile, in order; `report` gets how many are done, and of how many."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [one for one in labelled if not _place(one, cache).exists()]
    if missing:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            tasks = pool.map(compile_into, missing, [cache] * len(missing), chunksize=16)
            for done, _ in enumerate(tasks):
                if report:
                    report(done + 1, len(missing))
    found = []
    for one in labelled:
        raw = pickle.loads(_place(one, cache).read_bytes())
        if raw is not None:
            found.append(Example(one, ProgramGraph.from_raw(raw)))
    return found


def labels_of(found: Sequence[Example]) -> NDArray[np.bool_]:
    """Which of them are defective."""
    return np.array([one.about.defective for one in found], dtype=np.bool_)


def wrong(one: Example) -> NDArray[np.bool_]:
    """Which instructions are on the line that is wrong, [instructions]; none where it is not known or has none.

    What is not set on a line that says so no more shows where it is read, as far as that has lines.
    """
    lines = one.graph.lines
    if not one.about.defective or not one.about.line:
        return np.zeros(len(lines), np.bool_)
    if one.about.kind == "missing_init":
        reads = defect_features.undefined(one.graph)
        if (reads & (lines > 0)).any():
            return reads & (lines > 0)
    return np.asarray(lines == one.about.line)


def compiled(found: Iterable[Example], labelled: Iterable[Labelled]) -> dict[str, tuple[int, int]]:
    """By origin: how many compile, of how many."""
    counts: dict[str, tuple[int, int]] = {}
    there = {id(one.about) for one in found}
    for one in labelled:
        good, of = counts.get(one.origin, (0, 0))
        counts[one.origin] = (good + (id(one) in there), of + 1)
    return counts


def compile_into(one: Labelled, cache: Path) -> None:
    """Write a function's graph into the cache, or None where it has none."""
    raw: dict[str, Any] | None
    try:
        raw = raw_graph(one)
    except PasswrightError:
        raw = None
    if raw is not None and len(raw["nodes"]["instruction"][1]) > LARGEST:
        raw = None
    part = _place(one, cache).with_suffix(".part")
    part.write_bytes(pickle.dumps(raw))
    part.replace(_place(one, cache))


def raw_graph(one: Labelled) -> dict[str, Any]:
    """The arrays of a function's graph.  Raises PasswrightError when it does not compile or is not there."""
    from passwright import _native
    from passwright.irgen.lowering import Lowering

    with tempfile.TemporaryDirectory(prefix="passwright-defects-") as folder:
        path = Path(folder) / f"source{one.suffix}"
        path.write_text(one.preamble + one.source, encoding="utf-8")
        flags = ("-w", "-g", *_LENIENT) if one.suffix == ".c" else ("-w", "-g")
        with Lowering(path, flags=flags, march=MARCH, quiet=True) as lowering:
            module = _native.Module.parse(lowering.bitcode(), str(path))
    module.run(defect_features.VIEW)
    return dict(module.graph(one.entry))


def _place(one: Labelled, cache: Path) -> Path:
    parts = (schema.VERSION, defect_features.VERSION, one.preamble, one.source, one.suffix, one.entry)
    return cache / f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}.pickle"
