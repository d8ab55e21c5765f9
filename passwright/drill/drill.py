"""Does faults by the hundred and counts how they ended."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import monotonic

from passwright.bench.reliability.proportion import Proportion
from passwright.drill import building, processes, storage
from passwright.drill.storage import Violation
from passwright.drill.subject import Subject

Inject = Callable[[Subject, Path, Random], str]


@dataclass(frozen=True)
class Kind:
    """A kind of fault; `share` of all faults are of it."""

    name: str
    share: float
    what: str
    inject: Inject


KINDS = (
    Kind("lock-damage", 0.16, "lock file: bits, end, page", storage.lock_file),
    Kind("cache-damage", 0.12, "cached object: bits, end, page", storage.object_cache),
    Kind("store-damage", 0.16, "experience store: bits, end, page", storage.experience_store),
    Kind("export-damage", 0.06, "exported experience: bits, end, page", storage.export_file),
    Kind(
        "full-disk",
        0.06,
        "disk full while lock, store, export, cache or object is written",
        storage.full_disk,
    ),
    Kind("worker-kill", 0.13, "compiling process killed", processes.worker),
    Kind("runner-kill", 0.13, "running process killed", processes.runner),
    Kind("memory", 0.05, "too little memory to compile or run", processes.memory),
    Kind("store-writers", 0.04, "two processes at one store, both killed", processes.store_writers),
    Kind("lock-writers", 0.04, "two processes at one lock file, both killed", processes.lock_writers),
    Kind("apply-end", 0.04, "`apply` ended by SIGKILL, SIGTERM or SIGINT", processes.applying),
    Kind("build-end", 0.03, "build through the drop-in compiler ended by a signal", building.ended),
    Kind("build-lock", 0.02, "lock file damaged during a build", building.lock_damage),
    Kind("build-cache", 0.02, "cache damaged during a build", building.cache_damage),
    Kind("build-disk", 0.02, "disk full during a build", building.full_disk),
    Kind("build-daemon", 0.01, "daemon killed during a build", building.daemon_kill),
    Kind("optimize-end", 0.01, "`optimize` ended by SIGKILL, SIGTERM or SIGINT", processes.optimizing),
)


@dataclass(frozen=True)
class Fault:
    """One fault that was done. `ended`: "noticed" | "harmless" | "recovered" | "violation" (then `detail` says how)."""

    kind: str
    seed: int
    ended: str
    detail: str
    seconds: float


def plan(faults: int, kinds: Sequence[Kind] = KINDS) -> list[tuple[Kind, int]]:
    """`faults` of them with their seeds, by the kinds' shares, at least one of each."""
    total = sum(kind.share for kind in kinds)
    found = []
    for kind in kinds:
        found += [(kind, seed) for seed in range(max(1, round(faults * kind.share / total)))]
    return found


def run(todo: Iterable[tuple[Kind, int]]) -> Iterator[Fault]:
    """Do them, one after the other, in a scratch folder that is gone afterwards."""
    cache = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory(prefix="passwright-drill-") as text:
        root = Path(text)
        (root / "subject").mkdir()
        subject = Subject.prepare(root / "subject")
        try:
            for kind, seed in todo:
                folder = root / f"{kind.name}-{seed}"
                folder.mkdir()
                yield _one(kind, seed, subject, folder)
                shutil.rmtree(folder)
        finally:
            if cache is None:
                os.environ.pop("XDG_CACHE_HOME", None)
            else:
                os.environ["XDG_CACHE_HOME"] = cache


def _one(kind: Kind, seed: int, subject: Subject, folder: Path) -> Fault:
    started = monotonic()
    detail = ""
    try:
        ended = kind.inject(subject, folder, Random(f"{kind.name} {seed}"))
        if left := processes.left_over():
            raise Violation(f"processes {left} outlived what they worked for")
    except Violation as found:
        ended, detail = "violation", str(found)
    except Exception as error:  # an error without words is one too: what was done must end in a clear message
        ended, detail = "violation", f"{type(error).__name__}: {error}"
    return Fault(kind.name, seed, ended, detail, monotonic() - started)


def table(faults: Sequence[Fault]) -> str:
    """Markdown: by kind how the faults ended, with the 95 % bound for violations."""
    lines = [
        "| fault | done | noticed | harmless | recovered | violations | at most (95 %) |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in KINDS:
        some = [fault for fault in faults if fault.kind == kind.name]
        if some:
            lines.append(_row(kind.what, some))
    return "\n".join([*lines, _row("**all**", faults)]) + "\n"


def _row(what: str, faults: Sequence[Fault]) -> str:
    counts = Counter(fault.ended for fault in faults)
    bad = Proportion(counts["violation"], len(faults))
    numbers = [counts[name] for name in ("noticed", "harmless", "recovered", "violation")]
    return f"| {what} | {len(faults)} | {' | '.join(map(str, numbers))} | {100 * bad.high:.2g} % |"


def read(path: Path) -> list[Fault]:
    """The faults of an earlier run; a line that was cut off is left out."""
    found = []
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                found.append(Fault(**json.loads(line)))
            except ValueError:
                continue
    return found


def line(fault: Fault) -> str:
    """As `read` reads it."""
    return json.dumps(asdict(fault)) + "\n"
