"""`ProgramGraph`: a module, or one function with what it calls, as nodes, typed edges and features in numpy arrays.

    graph = ProgramGraph.of(Module.load("gemm.ll"))
    graph.column("instruction", "stride")            # float32 [instructions]
    graph.edges["loop", "belongs_to", "loop"].ends   # int64 [2, E]

The extraction is native (`gnn/native/`) and leaves the module as it is. What the columns mean is in `gnn/schema.py`. IR in
which variables still live in memory (clang's, before any pass) has a graph too, but one in which strides and reductions
are hidden in loads and stores: run `function(sroa)` on a clone first to see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright._native import Module


@dataclass(frozen=True, eq=False)
class Nodes:
    """The nodes of one type, a row each, in the module's order; the arrays are read-only."""

    categories: NDArray[np.int32]
    """Shape [n, C], columns as in `schema.categories`."""
    numbers: NDArray[np.float32]
    """Shape [n, F], columns as in `schema.numbers`."""

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of one type; the arrays are read-only."""

    ends: NDArray[np.int64]
    """Shape [2, E]: rows of the source nodes, rows of the target nodes."""
    attributes: NDArray[np.float32]
    """Shape [E, A], columns as in `schema.EDGES`."""

    def __len__(self) -> int:
        return len(self.attributes)


@dataclass(frozen=True, eq=False)
class ProgramGraph:
    """IR as typed nodes and edges with features. Two graphs are equal when all their arrays are (`same_as`)."""

    nodes: Mapping[str, Nodes]
    """By node type, all those of `schema.NODES`."""
    edges: Mapping[schema.EdgeType, Edges]
    """By edge type, all those of `schema.EDGES`, empty ones too."""
    features: NDArray[np.float32]
    """Of the whole graph, shape [G], columns as in `schema.graph_columns()`."""
    functions: tuple[str, ...]
    """Symbols, in the module's order."""
    entries: tuple[int, ...]
    """The row of each function's entry block; its blocks end where the next function's begin."""
    loops: tuple[str, ...]
    """Ids ("function#N", as `Module.loops` and loop hints have them), one per loop node."""
    lines: NDArray[np.int32]
    """The source line of each instruction by debug info, shape [instructions], 0 where it has none. No feature: graphs that
    differ in nothing else are equal."""
    library_calls: tuple[tuple[int, str], ...]
    """Row of each instruction that calls a function of the C library, and that function's name."""
    version: int = schema.VERSION
    """Of the schema that the arrays follow."""

    @staticmethod
    def of(module: Module, entry: str = "") -> ProgramGraph:
        """The graph of all functions that `module` defines, or of `entry` with what it calls.

        Raises:
            InputError: no such function, or a target without code generator.
        """
        return ProgramGraph.from_raw(module.graph(entry))

    @staticmethod
    def from_raw(raw: Mapping[str, Any]) -> ProgramGraph:
        """The graph that `Module.graph` returned, maybe in another process."""
        return ProgramGraph(
            nodes={name: Nodes(*arrays) for name, arrays in raw["nodes"].items()},
            edges={name: Edges(*arrays) for name, arrays in raw["edges"].items()},
            features=raw["features"][0],
            functions=raw["functions"],
            entries=raw["entries"],
            loops=raw["loops"],
            lines=raw["lines"][0],
            library_calls=raw["library_calls"],
        )

    def column(self, node_type: str, name: str) -> NDArray[np.int32] | NDArray[np.float32]:
        """One feature of all nodes of a type, shape [n]: int32 for a category, float32 for a number."""
        nodes, (categorical, position) = self.nodes[node_type], _position(node_type, name)
        return nodes.categories[:, position] if categorical else nodes.numbers[:, position]

    def matrix(self, node_type: str, names: Sequence[str]) -> NDArray[np.float32]:
        """The named numeric features side by side, shape [n, len(names)], for a model that knows just these."""
        return np.stack([self.column(node_type, name) for name in names], axis=1, dtype=np.float32)

    def feature(self, name: str) -> float:
        """One feature of the whole graph."""
        return float(self.features[schema.graph_columns().index(name)])

    @cached_property
    def function_of_block(self) -> NDArray[np.int64]:
        """For each block node its function's place in `functions`, shape [blocks]."""
        return np.searchsorted(np.array(self.entries), np.arange(len(self.nodes["block"])), side="right") - 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProgramGraph) and self.same_as(other)

    __hash__ = None  # type: ignore[assignment]

    def same_as(self, other: ProgramGraph) -> bool:
        """Every array, name and id is equal."""
        return (
            (self.version, self.functions, self.entries, self.loops)
            == (other.version, other.functions, other.entries, other.loops)
            and np.array_equal(self.features, other.features)
            and all(
                np.array_equal(mine.categories, other.nodes[name].categories)
                and np.array_equal(mine.numbers, other.nodes[name].numbers)
                for name, mine in self.nodes.items()
            )
            and all(
                np.array_equal(mine.ends, other.edges[name].ends)
                and np.array_equal(mine.attributes, other.edges[name].attributes)
                for name, mine in self.edges.items()
            )
        )


def _position(node_type: str, name: str) -> tuple[bool, int]:
    """Whether a column is a category, and its place among its kind."""
    for columns, categorical in ((schema.categories(node_type), True), (schema.numbers(node_type), False)):
        for position, column in enumerate(columns):
            if column.name == name:
                return categorical, position
    raise KeyError(f"nodes of type {node_type} have no feature {name}")
