"""Trained value networks as ONNX, for use without torch.

Two graphs: `encode` makes a program graph into one vector per network of the ensemble, `score` makes such vectors and
recipes into what each recipe is worth. A JSON file beside them says which schema, view and tokens they were trained with;
`gnn/inference.py` refuses files that do not fit. Both are checked against torch before they are written.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from passwright.gnn import inference, schema
from passwright.gnn.graph import ProgramGraph
from passwright.gnn.model import ValueNetwork
from passwright.gnn.recipe_tokens import BUCKETS
from passwright.gnn.view import VIEW
from passwright.passes.errors import PasswrightError

OPSET = 18
TOLERANCE = 1e-3
"""Largest difference from torch that is put down to another order of additions."""


class _Encode(nn.Module):
    """All networks' graph vectors, [K, readout], from the arrays of `inference.inputs`."""

    def __init__(self, networks: Sequence[ValueNetwork]) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(network.graph for network in networks)

    def forward(self, *arrays: Tensor) -> Tensor:
        data = GraphArrays(arrays)
        return torch.cat([encoder(data)[0] for encoder in self.encoders])


class GraphArrays(dict[Any, Any]):
    """The arrays in the shape of a HeteroData with one graph."""

    def __init__(self, arrays: Sequence[Tensor]) -> None:
        super().__init__()
        given = iter(arrays)
        for name in schema.NODES:
            categories, numbers = next(given), next(given)
            batch = torch.zeros_like(numbers[:, 0], dtype=torch.long)
            self[name] = SimpleNamespace(categories=categories, x=numbers, batch=batch)
        for edge in schema.EDGES:
            self[edge] = SimpleNamespace(edge_index=next(given), edge_attr=next(given))
        self.features = next(given)


class _Score(nn.Module):
    """All networks' answers, [K, R, 3], from graph vectors [K, readout] and padded buckets [R, T]."""

    def __init__(self, networks: Sequence[ValueNetwork]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        for network in networks:  # a row of zeros for the padding
            weight = network.recipe.tokens.weight
            padded = torch.cat([weight.detach(), torch.zeros_like(weight[:1])])
            self.register_buffer(f"tokens{len(self._buffers)}", padded)

    def forward(self, graphs: Tensor, buckets: Tensor) -> Tensor:
        answers = []
        for number, network in enumerate(self.networks):
            assert isinstance(network, ValueNetwork)
            bags = getattr(self, f"tokens{number}")[buckets].sum(dim=1)
            recipes = network.recipe.out(bags)
            vector = graphs[number : number + 1].expand(recipes.size(0), -1)
            answers.append(network(vector, recipes))
        return torch.stack(answers)


def write(
    networks: Sequence[ValueNetwork], folder: Path, samples: Sequence[ProgramGraph], about: dict[str, Any]
) -> None:
    """Write `encode.onnx`, `score.onnx` and `network.json`; `samples` are graphs to check the files on.

    Raises PasswrightError when ONNX and torch do not agree, in which case nothing usable is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = [network.cpu().eval() for network in networks]
    encode, score = _Encode(ready).eval(), _Score(ready).eval()
    arrays = inference.inputs(samples[0])
    tensors = tuple(torch.from_numpy(array.copy()) for array in arrays.values())
    buckets = torch.full((3, 5), BUCKETS)
    buckets[:, 0] = torch.arange(3)
    with torch.no_grad():
        vectors = encode(*tensors)
    sizes = {name: {1 if name.endswith("_ends") else 0: name} for name in arrays if name != "features"}
    export(encode, tensors, folder / "encode.onnx", list(arrays), ["vectors"], sizes)
    export(score, (vectors, buckets), folder / "score.onnx", ["vectors", "buckets"], ["worth"], {
        "buckets": {0: "recipes", 1: "tokens"}, "worth": {1: "recipes"},
    })  # fmt: skip
    meta = {"schema": schema.VERSION, "view": VIEW, "buckets": BUCKETS, "members": len(ready), **about}
    (folder / "network.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    _compare(encode, score, folder, samples, buckets)


def export(
    module: nn.Module,
    arguments: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    sizes: Any,
) -> None:
    """Write a module as ONNX; `sizes` names the dimensions that vary."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # the other exporter needs onnxscript and unrolls sizes
        torch.onnx.export(
            module,
            arguments,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=sizes,
            opset_version=OPSET,
            dynamo=False,
        )


def _compare(
    encode: nn.Module, score: nn.Module, folder: Path, samples: Sequence[ProgramGraph], buckets: Tensor
) -> None:
    model = inference.ValueModel(folder)
    for graph in samples:
        tensors = [torch.from_numpy(array.copy()) for array in inference.inputs(graph).values()]
        with torch.no_grad():
            expected = score(encode(*tensors), buckets).numpy()
        found = model.raw(graph, buckets.numpy())
        if abs(found - expected).max() > TOLERANCE:
            (folder / "network.json").unlink()
            raise PasswrightError(
                f"ONNX gives other values than torch: off by {abs(found - expected).max():.2g}"
            )
