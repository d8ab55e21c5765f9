"""The network: a program graph and recipes in, what each recipe is expected to be worth out.

Message passing over the typed graph (after R-GCN, Schlichtkrull et al., ESWC 2018): per edge type and direction one linear
map of the neighbour and an embedding of the edge's position, averaged over the neighbours; residual, with layer
normalisation. The graph is read out as mean and maximum over its instructions, blocks and loops, beside the features of
the whole. A recipe is the sum of its tokens' embeddings. The value head sees graph, recipe and their product, and gives
the mean and the logarithm of the variance of log(time at -O3 / time), and the logit of the recipe's failing.

Needs the extra `train`; the shipped network runs through onnxruntime.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from passwright.gnn import schema
from passwright.gnn.recipe_tokens import BUCKETS

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

POSITIONS = 4
"""Operand or successor positions that are told apart; later ones count as the last."""


NOWHERE = -1e9
"""Below every state; the maximum over no node."""


@dataclass(frozen=True)
class NetworkSize:
    """Dimensions.

    Attributes:
        hidden: of node states.
        category: of a category's embedding.
        layers: rounds of message passing.
        readout: of the graph's and the recipe's vectors.
        dropout: in the heads, while training.
    """

    hidden: int = 64
    category: int = 12
    layers: int = 3
    readout: int = 128
    dropout: float = 0.1

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Relation(nn.Module):
    """Messages along one edge type in one direction."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.neighbour = nn.Linear(hidden, hidden, bias=False)
        self.position = nn.Embedding(POSITIONS, hidden)

    def forward(self, source: Tensor, target: Tensor, ends: Tensor, position: Tensor) -> Tensor:
        """source [n, H], target [m, H]: states; ends int64 [2, E], position int64 [E]; the means of what arrives, [m, H]."""
        sent = self.neighbour(source).index_select(0, ends[0]) + self.position(position)
        return mean_by(sent, ends[1], torch.zeros_like(target))


def mean_by(rows: Tensor, index: Tensor, zeros: Tensor) -> Tensor:
    """The means of rows [E, H] that share an index [E], in the shape of `zeros` [m, H]; 0 where there are none."""
    # Not index_add, whose ONNX form is wrong for repeated indices.
    sums = zeros.scatter_add(0, index[:, None].expand_as(rows), rows)
    counts = zeros[:, :1].scatter_add(0, index[:, None], torch.ones_like(rows[:, :1]))
    return sums / counts.clamp(min=1)


class Nodes(nn.Module):
    """First state of the nodes of one type: its categories' embeddings and its numbers."""

    def __init__(self, node_type: str, size: NetworkSize) -> None:
        super().__init__()
        words = schema.vocabulary()
        columns = schema.categories(node_type)
        self.tables = nn.ModuleList(nn.Embedding(len(words[c.vocabulary]), size.category) for c in columns)
        width = len(columns) * size.category + len(schema.numbers(node_type))
        self.mix = nn.Sequential(
            nn.Linear(width, size.hidden), nn.GELU(), nn.Linear(size.hidden, size.hidden)
        )

    def forward(self, categories: Tensor, numbers: Tensor) -> Tensor:
        """categories int64 [n, C], numbers float32 [n, F]; returns [n, H]."""
        parts = [table(categories[:, column]) for column, table in enumerate(self.tables)]
        return self.mix(torch.cat([*parts, compress(numbers)], dim=1))


def compress(numbers: Tensor) -> Tensor:
    """Large numbers on a logarithmic scale, small ones as they are: sign(x) log(1 + |x|)."""
    return torch.sign(numbers) * torch.log1p(torch.abs(numbers))


class GraphEncoder(nn.Module):
    """Graph → vector."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.nodes = nn.ModuleDict({name: Nodes(name, size) for name in schema.NODES})
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {key(edge): Relation(size.hidden) for kind in schema.EDGES for edge in (kind, reverse(kind))}
            )
            for _ in range(size.layers)
        )
        self.norms = nn.ModuleList(
            nn.ModuleDict({name: nn.LayerNorm(size.hidden) for name in schema.NODES})
            for _ in range(size.layers)
        )
        width = 2 * size.hidden * len(READ_OUT) + len(schema.graph_columns())
        self.out = nn.Sequential(
            nn.Linear(width, size.readout), nn.GELU(), nn.Linear(size.readout, size.readout)
        )

    def first(self, data: HeteroData) -> dict[str, Tensor]:
        """First states of the nodes by type."""
        return {name: module(data[name].categories, data[name].x) for name, module in self.nodes.items()}

    def forward(self, data: HeteroData) -> tuple[Tensor, dict[str, Tensor]]:
        """The graphs' vectors [B, readout], and the last state of the nodes by type."""
        states = self.first(data)
        edges, positions = both_directions(data)
        for layer, norms in zip(self.layers, self.norms, strict=True):
            assert isinstance(layer, nn.ModuleDict) and isinstance(norms, nn.ModuleDict)
            news = {name: torch.zeros_like(state) for name, state in states.items()}
            for edge, ends in edges.items():
                source, _, target = edge
                news[target] = news[target] + layer[key(edge)](
                    states[source], states[target], ends, positions[edge]
                )
            states = {
                name: norms[name](state + nn.functional.gelu(news[name])) for name, state in states.items()
            }
        count = data.features.size(0)
        parts = [compress(data.features)]
        for name in READ_OUT:
            parts += pooled(states[name], data[name].batch, count)
        return self.out(torch.cat(parts, dim=1)), states


READ_OUT = ("instruction", "block", "loop")


def reverse(edge: schema.EdgeType) -> schema.EdgeType:
    """The edge type in the other direction."""
    source, relation, target = edge
    return target, f"rev_{relation}_{source}", source


def key(edge: schema.EdgeType) -> str:
    """An edge type as a module's name."""
    return "__".join(edge)


def both_directions(data: HeteroData) -> tuple[dict[schema.EdgeType, Tensor], dict[schema.EdgeType, Tensor]]:
    """Ends and positions of every edge type, and of its reverse."""
    edges: dict[schema.EdgeType, Tensor] = {}
    positions: dict[schema.EdgeType, Tensor] = {}
    for kind, columns in schema.EDGES.items():
        ends = data[kind].edge_index
        if columns and columns[0] == "position" and kind[1] in ("feeds", "flows_to"):
            position = data[kind].edge_attr[:, 0].long().clamp(0, POSITIONS - 1)
        else:
            position = torch.zeros(ends.size(1), dtype=torch.long, device=ends.device)
        for edge, index in ((kind, ends), (reverse(kind), ends.flip(0))):
            edges[edge], positions[edge] = index, position
    return edges, positions


def pooled(states: Tensor, batch: Tensor, count: int) -> list[Tensor]:
    """Mean and maximum over the nodes of each graph, [count, H] each; zeros where there are none."""
    empty = states.new_zeros((count, states.size(1)))
    index = batch[:, None].expand_as(states)
    largest = (empty + NOWHERE).scatter_reduce(
        0, index, states, "amax"
    )  # ONNX knows it with the start included
    return [mean_by(states, batch, empty), torch.where(largest > NOWHERE, largest, empty)]


class RecipeEncoder(nn.Module):
    """Recipe → vector."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.tokens = nn.EmbeddingBag(BUCKETS, size.readout, mode="sum")
        nn.init.normal_(self.tokens.weight, std=0.1)
        self.out = nn.Sequential(nn.LayerNorm(size.readout), nn.Linear(size.readout, size.readout), nn.GELU())

    def forward(self, buckets: Tensor, offsets: Tensor) -> Tensor:
        """buckets int64 [T] of all recipes one after the other, offsets int64 [R]; returns [R, readout]."""
        return self.out(self.tokens(buckets, offsets))


class ValueNetwork(nn.Module):
    """What recipes are worth on graphs."""

    def __init__(self, size: NetworkSize | None = None) -> None:
        super().__init__()
        self.size = size or NetworkSize()
        self.graph = GraphEncoder(self.size)
        self.recipe = RecipeEncoder(self.size)
        width = self.size.readout
        self.head = nn.Sequential(
            nn.Linear(3 * width, width), nn.GELU(), nn.Dropout(self.size.dropout), nn.Linear(width, 3)
        )

    def forward(self, graphs: Tensor, recipes: Tensor) -> Tensor:
        """Pairs of vectors [P, readout] each; returns [P, 3]: mean, log variance, logit of failing."""
        return self.head(torch.cat([graphs, recipes, graphs * recipes], dim=1))
