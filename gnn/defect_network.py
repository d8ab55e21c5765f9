"""The defect classifier: a function's graph in; the logit of its being defective, and each instruction's share, out.

Message passing as in `gnn/model.py`. Attention over the instructions' last states (Ilse et al., Attention-based deep
multiple instance learning, ICML 2018) gives weights that add up to 1; the weighted state, beside mean, maximum and the
graph's counts (one of them: how many instructions read what was never set), decides. The weights are the location, so
that pointing costs nothing extra; in training they are also told where the changed line is.

Needs the extra `train`; `gnn/defects.py` runs the shipped network through onnxruntime.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from passwright.gnn import defects
from passwright.gnn.defect_features import LIBRARY, arrays
from passwright.gnn.model import GraphEncoder, NetworkSize
from passwright.gnn.to_onnx import GraphArrays, export
from passwright.passes.errors import PasswrightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_geometric.data import HeteroData

    from passwright.gnn.graph import ProgramGraph

TOLERANCE = 1e-3
"""Largest difference between ONNX and torch that is put down to another order of additions."""


@dataclass(frozen=True)
class DefectSize:
    """Dimensions.

    Attributes:
        hidden, category, layers, readout: of the encoder (`NetworkSize`).
        dropout: before the decision, while training.
    """

    hidden: int = 48
    category: int = 8
    layers: int = 3
    readout: int = 64
    dropout: float = 0.2

    @property
    def network(self) -> NetworkSize:
        return NetworkSize(self.hidden, self.category, self.layers, self.readout, self.dropout)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class DefectEncoder(GraphEncoder):
    """As GraphEncoder, with the library functions that instructions call, and which of them read what was never set."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__(size)
        self.library = nn.Embedding(len(LIBRARY), size.hidden, padding_idx=0)
        self.undefined = nn.Linear(1, size.hidden, bias=False)

    def first(self, data: HeteroData) -> dict[str, Tensor]:
        """First states of all nodes."""
        states = super().first(data)
        more = self.library(data["instruction"].library) + self.undefined(
            data["instruction"].undefined[:, None]
        )
        return {**states, "instruction": states["instruction"] + more}


class DefectNetwork(nn.Module):
    """Logits of B functions, and log attention of all their instructions."""

    def __init__(self, size: DefectSize | None = None) -> None:
        super().__init__()
        self.size = size or DefectSize()
        hidden, readout = self.size.hidden, self.size.readout
        self.encoder = DefectEncoder(self.size.network)
        self.attention = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.head = nn.Sequential(
            nn.Linear(hidden + readout + 1, readout),
            nn.GELU(),
            nn.Dropout(self.size.dropout),
            nn.Linear(readout, 1),
        )

    def forward(self, data: HeteroData) -> tuple[Tensor, Tensor]:
        """Returns logits [B] and the logarithm of each instruction's share of its function, [N]."""
        vectors, states = self.encoder(data)
        nodes, batch = states["instruction"], data["instruction"].batch
        count = vectors.size(0)
        raw = self.attention(nodes).squeeze(1)
        # A graph's largest value leaves the softmax as it is and keeps it finite.
        top = raw.new_full((count,), -1e9).scatter_reduce(0, batch, raw.detach(), "amax")
        above = raw - top[batch]
        total = raw.new_zeros(count).scatter_add(0, batch, above.exp())
        shares = above - total.clamp(min=1e-9).log()[batch]
        zeros = nodes.new_zeros((count, nodes.size(1)))
        blamed = zeros.scatter_add(0, batch[:, None].expand_as(nodes), nodes * shares.exp()[:, None])
        unset = nodes.new_zeros(count).scatter_add(0, batch, data["instruction"].undefined)
        return self.head(torch.cat([blamed, vectors, unset.log1p()[:, None]], dim=1)).squeeze(1), shares


class _Ensemble(nn.Module):
    """Each network's calibrated logit [K] and each instruction's share [K, N], from the arrays of one function."""

    def __init__(self, networks: Sequence[DefectNetwork]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, *given: Tensor) -> tuple[Tensor, Tensor]:
        data = GraphArrays(given[:-2])
        data["instruction"].library, data["instruction"].undefined = given[-2:]
        logits, shares = zip(*(network(data) for network in self.networks), strict=True)
        return torch.cat(logits), torch.stack(shares).exp()


def write(
    networks: Sequence[DefectNetwork], folder: Path, samples: Sequence[ProgramGraph], about: dict[str, Any]
) -> None:
    """Write the network and what is known about it; `samples` are graphs to check the file on.

    Raises PasswrightError when ONNX and torch do not agree, in which case nothing usable is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = _Ensemble([network.cpu().eval() for network in networks]).eval()
    given = arrays(samples[0])
    tensors = tuple(torch.from_numpy(array.copy()) for array in given.values())
    sizes: dict[str, dict[int, str]] = {
        name: {1 if name.endswith("_ends") else 0: name} for name in given if name != "features"
    }
    sizes["shares"] = {1: "instructions"}
    (folder / defects.ABOUT).unlink(missing_ok=True)
    export(ready, tensors, folder / defects.FILE, list(given), ["logits", "shares"], sizes)
    meta = {**defects.stamp(), "members": len(networks), **about}
    (folder / defects.ABOUT).write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    model = defects.DefectModel(folder)
    for graph in samples:
        with torch.no_grad():
            logits, shares = ready(*(torch.from_numpy(array.copy()) for array in arrays(graph).values()))
        found = model.raw(graph)
        apart = max(abs(found[0] - logits.numpy()).max(), abs(found[1] - shares.numpy()).max())
        if apart > TOLERANCE:
            (folder / defects.ABOUT).unlink()
            raise PasswrightError(f"ONNX gives other values than torch: off by {apart:.2g}")
