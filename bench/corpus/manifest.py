"""The manifest of a corpus on disk: one JSON object a line, appended as each kernel is done; and its statistics."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from passwright.bench.corpus.check import Checked
from passwright.bench.corpus.families import HELD_OUT
from passwright.bench.corpus.kernel import CorpusKernel

NAME = "manifest.jsonl"
_HARMLESS = ("ok", "written", "duplicate")


@dataclass(frozen=True)
class Entry:
    """One line. `digest` is that of the source and the workload: a changed grammar makes the line stale."""

    seed: int
    family: str
    language: str
    name: str
    digest: str
    status: str
    message: str = ""
    hash: str = ""
    instructions: int = 0
    cases: int = 0
    seconds: float = 0.0

    @staticmethod
    def of(kernel: CorpusKernel, checked: Checked) -> Entry:
        """The line of a kernel and what became of it."""
        return Entry(
            kernel.seed, kernel.family, kernel.language, kernel.name, digest(kernel), **asdict(checked)
        )


def digest(kernel: CorpusKernel) -> str:
    """16 hex digits that stand for the kernel's text and workload."""
    text = f"{kernel.source}\0{kernel.workload.to_toml()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(folder: Path) -> dict[int, Entry]:
    """The entries by seed, later lines before earlier ones; a line that was cut off is left out."""
    path = folder / NAME
    entries: dict[int, Entry] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue
        entries[entry.seed] = entry
    return entries


def append(folder: Path, entries: Iterable[Entry]) -> None:
    """Add lines."""
    path = folder / NAME
    cut_off = path.exists() and path.read_bytes()[-1:] not in (b"\n", b"")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(["\n"] if cut_off else [])
        file.writelines(json.dumps(asdict(entry)) + "\n" for entry in entries)


def write_split(folder: Path, entries: Iterable[Entry]) -> None:
    """`split.toml`, by which a suite knows the families for validation: those that are there."""
    held_out = sorted({entry.family for entry in entries if entry.status in ("ok", "written")} & HELD_OUT)
    (folder / "split.toml").write_text(f"held_out = {json.dumps(held_out)}\n", encoding="utf-8")


def statistics(entries: Sequence[Entry]) -> Table:
    """Families by what became of their kernels; `size` is the median count of instructions."""
    table = Table("family", "kernels", "C", "C++", "distinct", "same", "failed", "size")
    for column in table.columns[1:]:
        column.justify = "right"
    families = sorted({entry.family for entry in entries})
    for family in families:
        table.add_row(family, *_row([entry for entry in entries if entry.family == family]))
    table.add_section()
    table.add_row("all", *_row(entries))
    return table


def failures(entries: Iterable[Entry]) -> Counter[str]:
    """How often each reason was the one."""
    return Counter(entry.status for entry in entries if entry.status not in _HARMLESS)


def _row(entries: Sequence[Entry]) -> list[str]:
    good = [entry for entry in entries if entry.status in ("ok", "written")]
    sizes = sorted(entry.instructions for entry in good)
    counts = (
        len(entries),
        sum(entry.language == "c" for entry in entries),
        sum(entry.language == "c++" for entry in entries),
        len(good),
        sum(entry.status == "duplicate" for entry in entries),
        sum(entry.status not in _HARMLESS for entry in entries),
        sizes[len(sizes) // 2] if sizes else 0,
    )
    return [f"{count:,}" for count in counts]
