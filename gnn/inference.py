"""A trained value network through onnxruntime: what recipes are worth on a graph, without torch."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema
from passwright.gnn.recipe_tokens import BUCKETS, buckets
from passwright.gnn.view import VIEW
from passwright.passes.errors import InputError, ToolchainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright.gnn.graph import ProgramGraph
    from passwright.passes.recipe import Recipe


@dataclass(frozen=True)
class Worth:
    """What recipes are expected to be worth on a graph, one value each.

    Attributes:
        mean: of log(time at -O3 / time), float32 [R].
        noise: standard deviation that no further training would take away, [R].
        doubt: standard deviation between the networks of the ensemble: high where none of them has seen the like, [R].
        failing: probability that the recipe crashes, hangs or grows too large, [R].
    """

    mean: NDArray[np.float32]
    noise: NDArray[np.float32]
    doubt: NDArray[np.float32]
    failing: NDArray[np.float32]


class ValueModel:
    """An ensemble in a folder that `to_onnx.write` made."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError: no such network, or one for other graphs; ToolchainError: no onnxruntime."""
        try:
            self.about: dict[str, Any] = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise InputError(
                f"{folder}: no trained network: {problem}", hint="passwright train policy"
            ) from None
        expected = {"schema": schema.VERSION, "view": VIEW, "buckets": BUCKETS}
        for name, value in expected.items():
            if self.about.get(name) != value:
                raise InputError(
                    f"{folder}: trained with another {name} than this Passwright's",
                    hint="passwright train policy",
                )
        self.folder = folder

    @cached_property
    def _encode(self) -> Any:
        return session(self.folder / "encode.onnx")

    @cached_property
    def _score(self) -> Any:
        return session(self.folder / "score.onnx")

    def worth(self, graph: ProgramGraph, recipes: Sequence[Recipe]) -> Worth:
        """What the recipes are worth on a graph."""
        bags = [buckets(recipe) for recipe in recipes]
        padded = np.full((len(bags), max(map(len, bags), default=1)), BUCKETS, np.int64)
        for row, bag in enumerate(bags):
            padded[row, : len(bag)] = bag
        answers = self.raw(graph, padded)
        means = answers[:, :, 0]
        noise = np.exp(0.5 * np.clip(answers[:, :, 1], -7, 3)).mean(axis=0)
        failing = (1 / (1 + np.exp(-answers[:, :, 2]))).mean(axis=0)
        return Worth(means.mean(axis=0), noise, means.std(axis=0), failing)

    def raw(self, graph: ProgramGraph, padded: NDArray[np.int64]) -> NDArray[np.float32]:
        """Each network's answers, [K, R, 3] as the network's, for padded buckets [R, T]."""
        wanted = {one.name for one in self._encode.get_inputs()}
        given = {name: array for name, array in inputs(graph).items() if name in wanted}
        (vectors,) = self._encode.run(None, given)
        (answers,) = self._score.run(None, {"vectors": vectors, "buckets": padded})
        result: NDArray[np.float32] = answers
        return result


def inputs(graph: ProgramGraph) -> dict[str, NDArray[Any]]:
    """A graph as the arrays that `encode.onnx` takes, by name; edges without attributes have a column of zeros."""
    arrays: dict[str, NDArray[Any]] = {}
    for name in schema.NODES:
        arrays[f"{name}_categories"] = graph.nodes[name].categories.astype(np.int64)
        arrays[f"{name}_numbers"] = graph.nodes[name].numbers
    for edge in schema.EDGES:
        edges, name = graph.edges[edge], "_".join(edge)
        arrays[f"{name}_ends"] = edges.ends
        arrays[f"{name}_attributes"] = (
            edges.attributes if schema.EDGES[edge] else np.zeros((len(edges), 1), np.float32)
        )
    arrays["features"] = graph.features[None, :]
    return arrays


def session(path: Path, *, reuse: bool = True) -> Any:
    """An ONNX graph ready to run on one core.  Raises ToolchainError without onnxruntime.

    Without `reuse` intermediate results share no memory: planning that takes most of a second for thousands of nodes.
    """
    # Since 1.31 it reports its use to its makers, and leaves files in the temporary and the cache folder.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError:
        raise ToolchainError("onnxruntime is not installed", hint="pip install onnxruntime") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_reuse = reuse
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
