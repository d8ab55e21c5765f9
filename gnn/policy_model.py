"""The policy network: a module, the steps so far and what is left of the episode in; masked action logits and a value out.

Three parts over one state vector: a linear head for steps of the whole module, a head that scores (loop node, hint) pairs,
and a value. A hint is scored against the state of the loop *node* it would be put on, so that the same weights choose it
whichever place the loop has in the list; the environment's numbers for hints (`policy/env_actions.py`) only say in which
column of the result a pair stands. The encoder "counts" leaves message passing out: AutoPhase counts for the module and a
loop's own numbers for the loop, for the ablation.

Left out: attention over the history; steps are embedded and averaged, the last one counts by itself too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from passwright.gnn import schema
from passwright.gnn.model import GraphEncoder, NetworkSize, compress

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

ENCODERS = ("graph", "counts")
"""Message passing over the IR graph; AutoPhase counts alone."""
PROGRESS = 2
"""Numbers about the episode: share of steps left, log of IR instructions now over those at the start."""
MASKED = -1e9


@dataclass(frozen=True)
class PolicySize:
    """Dimensions.

    Attributes:
        encoder: one of ENCODERS.
        steps: actions that are no hints, STOP (number 0) included.
        hints: different hints for one loop.
        network: of the graph's encoder; its readout is the width of all vectors here.
    """

    steps: int
    hints: int
    encoder: str = "graph"
    network: NetworkSize = field(
        default_factory=lambda: NetworkSize(hidden=32, category=8, layers=2, readout=64)
    )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> PolicySize:
        """What `to_json` gave."""
        return PolicySize(**{**values, "network": NetworkSize(**values["network"])})


@dataclass(frozen=True)
class PolicyInputs:
    """S states over G graphs.

    Attributes:
        data: the graphs, batched.
        graph_of: which graph a state's module is, int64 [S].
        loops: rows of the loop nodes in `data` that the environment's hint slots stand for, int64 [S, L]; -1: no loop.
        history: actions so far, int64 [S, T], 0 (STOP, which never stands there) after the last.
        last: the last of them, int64 [S]; 0 at the start.
        progress: float32 [S, PROGRESS].
    """

    data: HeteroData
    graph_of: Tensor
    loops: Tensor
    history: Tensor
    last: Tensor
    progress: Tensor


class CountsEncoder(nn.Module):
    """As `GraphEncoder`, without message passing: AutoPhase and target columns, and each loop's own numbers."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.out = nn.Sequential(
            nn.Linear(len(schema.graph_columns()), size.readout),
            nn.GELU(),
            nn.Linear(size.readout, size.readout),
        )
        self.loop = nn.Sequential(nn.Linear(len(schema.numbers("loop")), size.hidden), nn.GELU())

    def forward(self, data: HeteroData) -> tuple[Tensor, dict[str, Tensor]]:
        """The graphs' vectors [G, readout]; states of the loop nodes."""
        return self.out(compress(data.features)), {"loop": self.loop(compress(data["loop"].x))}


class PolicyNetwork(nn.Module):
    """Logits [S, actions], masked, in the environment's numbering, and values [S]."""

    def __init__(self, size: PolicySize) -> None:
        super().__init__()
        self.size = size
        width = size.network.readout
        encoders: dict[str, Any] = {"graph": GraphEncoder, "counts": CountsEncoder}
        self.encoder: nn.Module = encoders[size.encoder](size.network)
        self.actions = nn.Embedding(size.steps + size.hints, width, padding_idx=0)
        self.trunk = nn.Sequential(
            nn.Linear(3 * width + PROGRESS, 2 * width), nn.GELU(), nn.Linear(2 * width, width), nn.GELU()
        )
        self.step_head = nn.Linear(width, size.steps)
        self.loop = nn.Linear(size.network.hidden, width)
        self.hints = nn.Parameter(torch.zeros(size.hints, width))
        self.hint_bias = nn.Parameter(torch.zeros(size.hints))
        self.value_head = nn.Linear(width, 1)
        nn.init.normal_(self.actions.weight, std=0.1)
        nn.init.normal_(self.hints, std=0.01)
        nn.init.normal_(self.step_head.weight, std=0.01)  # nearly uniform at the start
        nn.init.zeros_(self.step_head.bias)

    def forward(self, given: PolicyInputs) -> tuple[Tensor, Tensor]:
        """Returns logits float [S, steps + hints * L] and values float [S]."""
        # In float32 under autocast too: sums over neighbours lose too much in half precision.
        with torch.autocast(given.graph_of.device.type, enabled=False):
            vectors, nodes = self.encoder(given.data)
        return self.heads(vectors[given.graph_of], nodes["loop"], given)

    def heads(self, vectors: Tensor, loops: Tensor, given: PolicyInputs) -> tuple[Tensor, Tensor]:
        """From a module vector per state [S, readout] and the states of all loop nodes [N, hidden]."""
        past = self.actions(self._kind(given.history, given.loops.size(1)))
        count = (given.history > 0).sum(1, keepdim=True).clamp(min=1)
        last = self.actions(self._kind(given.last, given.loops.size(1)))
        state = self.trunk(torch.cat([vectors, past.sum(1) / count, last, given.progress], dim=1))
        there = given.loops >= 0
        padded = torch.cat([loops, loops.new_zeros((1, loops.size(1)))])  # a row for "no loop"
        chosen = padded[torch.where(there, given.loops, len(loops))]
        pairs = (
            torch.tanh(state[:, None] + self.loop(chosen)) @ self.hints.T + self.hint_bias
        )  # [S, L, hints]
        pairs = pairs.masked_fill(~there[:, :, None], MASKED)
        # The environment counts all loops of the first hint, then all of the second.
        logits = torch.cat([self.step_head(state), pairs.transpose(1, 2).flatten(1)], dim=1)
        return logits.float(), self.value_head(state).squeeze(1).float()

    def _kind(self, actions: Tensor, slots: int) -> Tensor:
        """Actions without the loop that a hint was for."""
        steps = self.size.steps
        return torch.where(actions < steps, actions, steps + (actions - steps) // slots)
