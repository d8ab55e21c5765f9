"""The order in which candidates are tried: a small network over hashed features, in NumPy.

Per candidate the embeddings of its features are summed; the score is a linear term plus one hidden layer. Trained by
policy/train_repair.py on pairs of broken and fixed programs (the candidate that gives the fixed program, against all
others); weights and mined patterns ship in `weights/`. `Ranker.none()` leaves the grammar's own order, the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.edits import Candidate
from passwright.irgen.repair.features import Clue, features
from passwright.irgen.repair.patterns import Patterns

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Network:
    """linear (buckets), embedding (buckets, width), hidden (width, units), bias (units), out (units)."""

    linear: NDArray[np.float32]
    embedding: NDArray[np.float32]
    hidden: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]

    def score(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """(candidates, WIDTH) buckets → scores; higher is likelier."""
        summed = self.embedding[rows].sum(axis=1)
        inner = np.maximum(summed @ self.hidden + self.bias, 0.0)
        score: NDArray[np.float32] = self.linear[rows].sum(axis=1) + inner @ self.out
        return score


@dataclass(frozen=True)
class Ranker:
    """Networks and patterns for compile errors ("syntax") and wrong results ("result")."""

    networks: dict[str, Network]
    patterns: dict[str, Patterns]

    @staticmethod
    @cache
    def shipped() -> Ranker:
        """The weights that ship."""
        return Ranker.load(WEIGHTS)

    @staticmethod
    def load(folder: Path) -> Ranker:
        """`ranker.npz` and `patterns_syntax.json`, `patterns_result.json`; what is missing ranks nothing."""
        networks: dict[str, Network] = {}
        if (folder / "ranker.npz").exists():
            with np.load(folder / "ranker.npz") as arrays:
                for name in ("syntax", "result"):
                    if f"{name}_linear" not in arrays:
                        continue
                    parts = {
                        part: arrays[f"{name}_{part}"].astype(np.float32) for part in Network.__annotations__
                    }
                    networks[name] = Network(**parts)
        patterns = {}
        for name in ("syntax", "result"):
            path = folder / f"patterns_{name}.json"
            if path.exists():
                patterns[name] = Patterns.from_json(path.read_text(encoding="utf-8"))
        return Ranker(networks, patterns)

    @staticmethod
    def none() -> Ranker:
        """No order and no mined patterns."""
        return Ranker({}, {})

    def rank(self, context: Context, candidates: Sequence[Candidate], clue: Clue) -> NDArray[np.float32]:
        """Scores; zeros without a network."""
        network = self.networks.get("syntax" if clue.diagnostic is not None else "result")
        if network is None or not candidates:
            return np.zeros(len(candidates), np.float32)
        return network.score(features(context, candidates, clue))
