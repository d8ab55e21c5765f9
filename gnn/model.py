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
from torch_geometric.nn import HeteroConv, MessagePassing

from passwright.gnn import schema
from passwright.gnn.recipe_tokens import BUCKETS

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

POSITIONS = 4
"""Operand or successor positions that are told apart; later ones count as the last."""


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


class Relation(MessagePassing):
    """Messages along one edge type in one direction."""

    def __init__(self, hidden: int) -> None:
        super().__init__(aggr="mean")
        self.neighbour = nn.Linear(hidden, hidden, bias=False)
        self.position = nn.Embedding(POSITIONS, hidden)

    def forward(self, x: Tensor | tuple[Tensor, Tensor], edge_index: Tensor, position: Tensor) -> Tensor:
        """x: states of the source nodes [n, H] and of the targets [m, H], or one tensor; returns [m, H]."""
        source, target = (x, x) if isinstance(x, Tensor) else x
        size = source.size(0), target.size(0)
        out: Tensor = self.propagate(
            edge_index, x=(self.neighbour(source), target), position=position, size=size
        )
        return out

    def message(self, x_j: Tensor, position: Tensor) -> Tensor:
        """A neighbour's state and where the edge enters."""
        return x_j + self.position(position)


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
            HeteroConv(
                {edge: Relation(size.hidden) for kind in schema.EDGES for edge in (kind, reverse(kind))},
                aggr="sum",
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

    def forward(self, data: HeteroData) -> tuple[Tensor, dict[str, Tensor]]:
        """The graphs' vectors [B, readout], and the last state of the nodes by type."""
        states = {name: module(data[name].categories, data[name].x) for name, module in self.nodes.items()}
        edges, positions = both_directions(data)
        for layer, norms in zip(self.layers, self.norms, strict=True):
            assert isinstance(norms, nn.ModuleDict)
            news = layer(states, edges, position_dict=positions)
            states = {
                name: norms[name](state + nn.functional.gelu(news[name])) if name in news else state
                for name, state in states.items()
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
    index = batch[:, None].expand_as(states)
    empty = states.new_zeros(count, states.size(1))
    mean = empty.scatter_reduce(0, index, states, "mean", include_self=False)
    return [mean, empty.scatter_reduce(0, index, states, "amax", include_self=False)]


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
