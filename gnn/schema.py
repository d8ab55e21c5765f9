"""What a `ProgramGraph` holds: node types, edge types, and the name, type and meaning of every feature column.

Features are bound by name: a model says which columns it takes, and may know fewer than there are. The native core fills the
columns in this order (`gnn/native/graph.h`); a test compares the two. `VERSION` rises when a column or an edge type is
added, removed or changes its meaning, and says which graphs a trained model understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

VERSION = 1

EdgeType = tuple[str, str, str]
"""Source node type, relation, target node type."""


@dataclass(frozen=True)
class Column:
    """One feature: a category (int32, an index into a vocabulary) or a number (float32; flags are 0 and 1)."""

    name: str
    meaning: str
    vocabulary: str = ""
    """For a category: its name in `vocabulary()`. Empty for a number."""

    @property
    def dtype(self) -> str:
        """Of the column's array."""
        return "int32" if self.vocabulary else "float32"


NODES: dict[str, tuple[Column, ...]] = {
    "instruction": (
        Column("opcode", "LLVM's opcode", "opcode"),
        Column("type", "scalar type of the result, of the stored value for a store", "type"),
        Column("predicate", "of a comparison", "predicate"),
        Column("callee", "what a call calls", "callee"),
        Column("stride_kind", "how a load's or store's address moves in the innermost loop", "stride"),
        Column("parent_stride_kind", "the same for the loop around that one", "stride"),
        Column("log2_lanes", "of a vector type; 0 for scalars"),
        Column("nuw", "no unsigned wrap"),
        Column("nsw", "no signed wrap"),
        Column("exact", "no remainder, no bits shifted out"),
        Column("inbounds", "the address stays within its object"),
        Column("reassoc", "fast-math: may be reassociated"),
        Column("nnan", "fast-math: no NaN"),
        Column("ninf", "fast-math: no infinity"),
        Column("nsz", "fast-math: no signed zeros"),
        Column("arcp", "fast-math: may multiply by the reciprocal"),
        Column("contract", "fast-math: may be fused"),
        Column("afn", "fast-math: functions may be approximated"),
        Column("reads_memory", "may read memory"),
        Column("writes_memory", "may write memory"),
        Column("is_ordered", "volatile or atomic"),
        Column("log2_alignment", "of the access or stack slot, in log2 of bytes"),
        Column("access_size", "bytes that a load, store or atomic update touches"),
        Column("loop_depth", "loops around it"),
        Column("invariant", "in a loop, and no operand is computed in the innermost one"),
        Column("stride", "bytes per iteration of the innermost loop, where `stride_kind` is constant"),
        Column("parent_stride", "bytes per iteration of the loop around it, likewise"),
    ),
    "value": (
        Column("kind", "argument, global or kind of constant", "value"),
        Column("type", "scalar type; that of a global is ptr", "type"),
        Column("log2_lanes", "of a vector type; 0 for scalars"),
        Column("magnitude", "sign(x) * log2(1 + |x|) of a constant, or of a vector of equal ones"),
        Column("noalias", "argument: no other pointer reaches what it points to"),
        Column("readonly", "argument: the function does not write through it"),
        Column("writeonly", "argument: the function does not read through it"),
        Column("constant_memory", "global variable that is never written"),
        Column("log2_bytes", "log2(1 + bytes) of a global variable"),
    ),
    "block": (
        Column("size", "instructions, debug intrinsics left out"),
        Column("log2_frequency", "log2 of the estimated executions per call of the function (LLVM's heuristics)"),
        Column("loop_depth", "loops around it"),
        Column("is_entry", "first block of its function"),
        Column("is_reachable", "there is a path from the entry"),
        Column("is_header", "header of a loop"),
        Column("is_latch", "jumps back to a header"),
        Column("is_exiting", "in a loop, with a way out of it"),
        Column("is_exit", "outside of a loop, reached from within"),
    ),
    "loop": (
        Column("depth", "1 for an outermost loop"),
        Column("log2_trip_count", "where the trip count is a constant that LLVM finds"),
        Column("trip_count_known", "it is"),
        Column("trip_count_computable", "it can be computed before the loop is entered"),
        Column("blocks", "inner loops included, as in the counts below"),
        Column("instructions", "debug intrinsics left out"),
        Column("loads", "load instructions"),
        Column("stores", "store instructions"),
        Column("exits", "edges out of the loop"),
        Column("is_innermost", "it holds no other loop"),
        Column("has_call", "a call that is not an intrinsic"),
        Column("integer_reductions", "integers in the header that gather values by one associative operation"),
        Column("float_reductions", "the same for floating point"),
    ),
}  # fmt: skip
"""Columns of each node type: categories first."""

EDGES: dict[EdgeType, tuple[str, ...]] = {
    ("block", "flows_to", "block"): ("position", "probability"),
    ("instruction", "belongs_to", "block"): ("position",),
    ("block", "belongs_to", "loop"): (),
    ("loop", "belongs_to", "loop"): (),
    ("instruction", "feeds", "instruction"): ("position",),
    ("value", "feeds", "instruction"): ("position",),
    ("value", "feeds", "value"): ("position",),
    ("instruction", "calls", "block"): (),
    ("instruction", "defined_by", "instruction"): (),
    ("instruction", "defined_by", "block"): (),
    ("instruction", "clobbered_by", "instruction"): (),
    ("instruction", "clobbered_by", "block"): (),
    ("block", "merges", "instruction"): (),
    ("block", "merges", "block"): (),
}
"""Edge types with the columns (float32) of their attributes.

`position`: which successor, which instruction of the block, which operand; from 0. `probability`: of the branch (LLVM's
heuristics). The last six are MemorySSA: an instruction is `defined_by` the state of memory that it sees, `clobbered_by` the
nearest one that may really have written what it touches; the state is an instruction, a block that `merges` those of its
predecessors, or the function's entry block, which stands for memory as the caller left it.
"""

TARGET = ("vector_bits", "preferred_vector_bits", "vector_registers")
"""Target columns of the whole graph: widest vectors by the target's features, those that LLVM's vectorizers will use, and
how many registers for them; the best over the graph's functions."""


def categories(node_type: str) -> tuple[Column, ...]:
    """The categorical columns of a node type."""
    return tuple(column for column in NODES[node_type] if column.vocabulary)


def numbers(node_type: str) -> tuple[Column, ...]:
    """The numeric columns of a node type."""
    return tuple(column for column in NODES[node_type] if not column.vocabulary)


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """What the values of categorical columns stand for; an embedding of a column has as many rows as its vocabulary."""
    from passwright import _native

    return {name: tuple(words) for name, words in _native.graph_vocabulary().items()}


@cache
def graph_columns() -> tuple[str, ...]:
    """Columns of the whole graph: the 56 AutoPhase counts, then `TARGET`."""
    from passwright import _native

    return (*_native.autophase_names(), *TARGET)
