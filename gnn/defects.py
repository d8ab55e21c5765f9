"""How likely a function is to be defective, and which lines and instructions are suspected; through onnxruntime.

    score = DefectModel.load().score(module, "kernel")
    score.probability      # 0.83
    score.lines            # ((12, 0.41), (9, 0.2), …): the probability's shares, largest first

The module should be the front end's unoptimised one with debug info, which gives the lines. What the network has
learned is how mutants of kernels and public faulty programs differ from correct ones (docs/defect-prediction.md). It
knows no specification: a sum that should be a difference looks right to it. A score is a reason to look, never a
verdict.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import defect_features, schema
from passwright.gnn.inference import session
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright._native import Module
    from passwright.gnn.graph import ProgramGraph

FILE = "defects.onnx"
ABOUT = "defects.json"
WEIGHTS = Path(__file__).parent / "weights"
"""The network that ships."""


@dataclass(frozen=True)
class DefectScore:
    """What is suspected of a function.

    Attributes:
        probability: that the function is defective, calibrated on families that were not trained on, in [0, 1].
        lines: (line, share of the probability), largest share first; lines count from 1, instructions without a line
            are left out.
        instructions: share of the probability of each instruction, float32 [N], in the order of the graph's rows
            (`gnn/defect_features.py`, `function_graph`); they add up to the probability.
    """

    probability: float
    lines: tuple[tuple[int, float], ...]
    instructions: tuple[float, ...]


class DefectModel:
    """A trained classifier in a folder that `defect_network.write` made."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError: no such network, or one for other graphs."""
        try:
            self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise InputError(
                f"{folder}: no trained defect classifier: {problem}", hint="passwright train defects"
            ) from None
        for name, value in stamp().items():
            if self.about.get(name) != value:
                raise InputError(
                    f"{folder}: trained with another {name} than this Passwright's",
                    hint="passwright train defects",
                )
        self.folder = folder

    @staticmethod
    def load(folder: Path | None = None) -> DefectModel:
        """The classifier of a folder, by default the one that ships.  Raises InputError."""
        return DefectModel(folder or WEIGHTS)

    @cached_property
    def _network(self) -> Any:
        return session(self.folder / FILE, reuse=False)

    def score(self, module: Module, entry: str) -> DefectScore:
        """The score of a function with what it calls.

        Raises InputError for an unknown function, ToolchainError without onnxruntime.
        """
        return self.score_graph(defect_features.function_graph(module, entry))

    def score_graph(self, graph: ProgramGraph) -> DefectScore:
        """The score of what `defect_features.function_graph` gave."""
        logits, shares = self.raw(graph)
        probability = float(1 / (1 + np.exp(-np.mean(logits) / self.about.get("temperature", 1.0))))
        blame = probability * shares.mean(axis=0)
        return DefectScore(probability, by_line(graph, blame), tuple(blame.tolist()))

    def raw(self, graph: ProgramGraph) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Each network's logit [K], and its attention to the instructions [K, N]."""
        wanted = {one.name for one in self._network.get_inputs()}
        given = {name: array for name, array in defect_features.arrays(graph).items() if name in wanted}
        logits, shares = self._network.run(None, given)
        return logits, shares


def by_line(graph: ProgramGraph, blame: NDArray[np.float32]) -> tuple[tuple[int, float], ...]:
    """What the instructions of each line add up to, largest first, ties by line."""
    sums: dict[int, float] = defaultdict(float)
    for line, share in zip(graph.lines.tolist(), blame.tolist(), strict=True):
        if line:
            sums[line] += share
    return tuple(sorted(sums.items(), key=lambda one: (-one[1], one[0])))


def stamp() -> dict[str, Any]:
    """What a network has to agree with to be of use here."""
    return {"schema": schema.VERSION, "reads": defect_features.VERSION}
