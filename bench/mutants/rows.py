"""The data set's rows, and files of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from passwright.passes.errors import InputError


@dataclass(frozen=True)
class Row:
    """One labelled variant.

    Attributes:
        kernel: name of the original; variants of one stay on one side of every split.
        family: of the kernel, which splits go along.
        held_out: whether that family is kept for the final evaluation.
        language: "c" or "c++".
        entry: symbol of the function.
        operator: that planted a change; "" for originals and mere rewrites.
        rewrites: that came before it.
        line: of the change, from 1; 0 without one.
        defective: the label.
        shows: how the defect showed ("result", "fault", "hang", "sanitizer"), empty when clean.
        evidence: the sentence of whoever noticed.
        source: the text.
    """

    kernel: str
    family: str
    held_out: bool
    language: str
    entry: str
    operator: str
    rewrites: tuple[str, ...]
    line: int
    defective: bool
    shows: str
    evidence: str
    source: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Row:
        """What `to_json` gave."""
        return Row(**{**values, "rewrites": tuple(values["rewrites"])})


def read_rows(path: Path) -> list[Row]:
    """The rows of a `.jsonl` or `.jsonl.gz` file.  Raises InputError."""
    try:
        return [Row.from_json(values) for values in read_json(path) if "source" in values]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise InputError(
            f"{path}: not a file of labelled mutants: {problem}", hint="python -m passwright.bench.mutants"
        ) from None


def read_json(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of lines; a last line that was cut off is left out."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = data.decode("utf-8").split("\n")
    yield from (json.loads(line) for line in lines[:-1])


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a `.jsonl.gz`, whole or not at all; the same rows give the same bytes."""
    text = "".join(f"{json.dumps(row.to_json(), ensure_ascii=False)}\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    part.replace(path)
