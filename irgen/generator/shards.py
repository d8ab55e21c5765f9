"""Examples as tokens in `.npz` shards, and batches of like length from them. Free of torch.

A folder of examples has `tokenizer.json`, `words.json`, `families.json`, `manifest.json` and `<split>-<number>.npz` with the
arrays `source` and `target` (tokens one after the other, uint16), `source_ends`, `target_ends` (int64), `kind` (index into
`KINDS`), `intent` (index into `INTENTS`, -1 unknown) and `family` (index into the list of families).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.config import PAD
from passwright.passes.errors import InputError

KINDS: tuple[str, ...] = ("parse", "code", "intent")


@dataclass(frozen=True)
class Example:
    """One example in tokens; the target is empty where only the intent counts."""

    source: Sequence[int]
    target: Sequence[int]
    kind: int
    intent: int
    family: int


def write(path: Path, examples: Sequence[Example]) -> None:
    """One shard, whole or not at all."""
    arrays: dict[str, Any] = {
        "source": np.array([t for e in examples for t in e.source], np.uint16),
        "target": np.array([t for e in examples for t in e.target], np.uint16),
        "source_ends": np.cumsum([len(e.source) for e in examples], dtype=np.int64),
        "target_ends": np.cumsum([len(e.target) for e in examples], dtype=np.int64),
        "kind": np.array([e.kind for e in examples], np.int8),
        "intent": np.array([e.intent for e in examples], np.int8),
        "family": np.array([e.family for e in examples], np.int16),
    }
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)
    temporary.replace(path)


@dataclass
class Examples:
    """All examples of one split, in memory."""

    source: NDArray[np.uint16]
    source_ends: NDArray[np.int64]
    target: NDArray[np.uint16]
    target_ends: NDArray[np.int64]
    kind: NDArray[np.int8]
    intent: NDArray[np.int8]
    family: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.kind)

    def lengths(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of sources and targets, in tokens."""
        return np.diff(self.source_ends, prepend=0), np.diff(self.target_ends, prepend=0)

    def batch(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """`source`, `target` [rows, longest], padded; `intent`, `kind` [rows]."""
        return {
            "source": _padded(self.source, self.source_ends, rows),
            "target": _padded(self.target, self.target_ends, rows),
            "intent": np.where(self.intent[rows] < 0, -100, self.intent[rows]).astype(np.int64),
            "kind": self.kind[rows].astype(np.int64),
        }


def _padded(
    tokens: NDArray[np.uint16], ends: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    starts = np.where(rows > 0, ends[rows - 1], 0)
    longest = max(int((ends[rows] - starts).max()), 1)
    found = np.full((len(rows), longest), PAD, np.int64)
    for at, (start, row) in enumerate(zip(starts, rows, strict=True)):
        piece = tokens[start : ends[row]]
        found[at, : len(piece)] = piece
    return found


def read(folder: Path, split: str, most: int = 0) -> Examples:
    """The examples of a split, the first `most` shards' (0: all).

    Raises:
        InputError: there are none.
    """
    paths = sorted(folder.glob(f"{split}-*.npz"))[: most or None]
    if not paths:
        raise InputError(
            f"{folder}: no examples of the split {split}",
            hint="make them with `python -m passwright.irgen.generator.dataset --out FOLDER`",
        )
    parts = [dict(np.load(p)) for p in paths]
    joined = {
        key: np.concatenate([p[key] for p in parts])
        for key in ("source", "target", "kind", "intent", "family")
    }
    ends = {}
    for side in ("source", "target"):
        before, pieces = 0, []
        for part in parts:
            pieces.append(part[f"{side}_ends"] + before)
            before += len(part[side])
        ends[side] = np.concatenate(pieces)
    return Examples(
        joined["source"],
        ends["source"],
        joined["target"],
        ends["target"],
        joined["kind"],
        joined["intent"],
        joined["family"],
    )


def batches(
    examples: Examples,
    tokens: int,
    rng: np.random.Generator,
    limits: tuple[int, int] = (1 << 30, 1 << 30),
    pool: int = 64,
) -> Iterator[NDArray[np.int64]]:
    """Rows of one pass over the examples in random order, those of like length together; at most `tokens` a batch with the
    padding. Examples longer than `limits` (source, target) are left out."""
    source, target = examples.lengths()
    usable = np.flatnonzero((source <= limits[0]) & (target <= limits[1]))
    order = rng.permutation(usable)
    typical = max(int(tokens / max(np.mean(source[usable] + target[usable]), 1)), 1)
    for start in range(0, len(order), typical * pool):
        part = order[start : start + typical * pool]
        part = part[np.lexsort((source[part], target[part]))]
        found: list[NDArray[np.int64]] = []
        begin = 0
        while begin < len(part):
            end, widest = begin, (0, 0)
            while end < len(part):
                grown = (max(widest[0], int(source[part[end]])), max(widest[1], int(target[part[end]])))
                if end > begin and sum(grown) * (end + 1 - begin) > tokens:
                    break
                widest, end = grown, end + 1
            found.append(part[begin:end])
            begin = end
        for at in rng.permutation(len(found)):
            yield found[at]
