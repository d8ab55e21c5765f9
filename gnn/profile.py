"""What a compiled module looks like to somebody who wonders how fast it is: its busiest loops in numbers.

A `ProgramGraph` of optimised IR, condensed into one vector of fixed length that can be compared with that of another build
of the same kernel: for each of the LOOPS innermost loops that run most instructions (by LLVM's estimate of frequencies)
how often it runs and what is in it (work by class, in instructions and in lanes; loads and stores by how their addresses
move; reductions, exits, calls), and the module's totals. Counts are on a logarithmic scale, log2(1 + n).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright.gnn.graph import ProgramGraph

LOOPS = 3
"""Loops that are described; a module with fewer has zeros."""

CLASSES: dict[str, tuple[str, ...]] = {
    "integer": ("add", "sub", "shl", "lshr", "ashr", "and", "or", "xor"),
    "integer multiply": ("mul",),
    "integer divide": ("udiv", "sdiv", "urem", "srem"),
    "float": ("fneg", "fadd", "fsub", "fmul"),
    "float divide": ("fdiv", "frem"),
    "compare": ("icmp", "fcmp"),
    "select": ("select",),
    "convert": ("trunc", "zext", "sext", "fptoui", "fptosi", "uitofp", "sitofp", "fptrunc", "fpext"),
    "shuffle": ("extractelement", "insertelement", "shufflevector"),
    "load": ("load",),
    "store": ("store",),
    "address": ("getelementptr", "ptrtoint", "inttoptr", "bitcast"),
    "phi": ("phi",),
    "branch": ("br", "switch", "indirectbr"),
    "call": ("call", "invoke"),
}
"""Opcodes by what they cost; others are in none."""
CALLS = (
    "floating-point intrinsic",
    "integer intrinsic",
    "other intrinsic",
    "defined here",
    "known library function",
)
"""Kinds of callees that are counted."""
_FROM_LOOP = (
    "depth", "log2_trip_count", "trip_count_known", "trip_count_computable", "exits", "has_call",
    "integer_reductions", "float_reductions",
)  # fmt: skip


def profile(graph: ProgramGraph) -> NDArray[np.float32]:
    """The vector of a module's graph, float32 [len(names())]."""
    parts = _Parts(graph)
    values = [parts.loop(loop) for loop in parts.busiest()]
    values += [np.zeros(len(_loop_names()), np.float32)] * (LOOPS - len(values))
    return np.concatenate([*values, parts.whole()]).astype(np.float32)


@cache
def names() -> tuple[str, ...]:
    """What the vector's places mean."""
    loops = [f"loop {number}: {name}" for number in range(LOOPS) for name in _loop_names()]
    return (
        *loops,
        *(f"whole: {name}" for name in (*CLASSES, "loops", "innermost loops", "blocks", "log2 work")),
    )


@cache
def _loop_names() -> tuple[str, ...]:
    memory = [f"{what} {kind}" for what in ("loads", "stores") for kind in schema.vocabulary()["stride"]]
    return (
        "is there", "log2 turns", *_FROM_LOOP,
        *CLASSES, *(f"lanes of {name}" for name in CLASSES), "widest log2 lanes", *(f"calls {kind}" for kind in CALLS),
        *memory, *(f"bytes of {one}" for one in memory), "unit strides",
    )  # fmt: skip


class _Parts:
    """The graph's columns, ready to be summed by loop."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        words = schema.vocabulary()
        opcodes = graph.column("instruction", "opcode")
        member = [np.isin(words["opcode"], opcodes_of) for opcodes_of in CLASSES.values()]
        self.classes = np.stack([table[opcodes] for table in member]).astype(np.float64)  # [classes, n]
        self.lanes = np.exp2(graph.column("instruction", "log2_lanes").astype(np.float64))
        callee = graph.column("instruction", "callee")
        self.calls = np.stack([callee == words["callee"].index(kind) for kind in CALLS]).astype(np.float64)
        strides = np.arange(len(words["stride"]))[:, None] == graph.column("instruction", "stride_kind")
        at = list(CLASSES).index
        self.memory = np.concatenate(
            [strides * self.classes[at("load")], strides * self.classes[at("store")]]
        )
        self.bytes = graph.column("instruction", "access_size").astype(np.float64)
        self.unit = (abs(graph.column("instruction", "stride")) == self.bytes) & (self.bytes > 0)
        blocks = np.full(len(opcodes), -1)
        ends = graph.edges["instruction", "belongs_to", "block"].ends
        blocks[ends[0]] = ends[1]
        self.block = blocks
        self.loop_of_block = np.full(len(graph.nodes["block"]), -1)
        ends = graph.edges["block", "belongs_to", "loop"].ends
        self.loop_of_block[ends[0]] = ends[1]
        self.frequency = np.exp2(graph.column("block", "log2_frequency").astype(np.float64))

    def busiest(self) -> list[int]:
        """Rows of the innermost loops, those with the most estimated work first."""
        work = np.zeros(len(self.graph.loops))
        inside = self.loop_of_block >= 0
        per_block = self.frequency * self.graph.column("block", "size")
        np.add.at(work, self.loop_of_block[inside], per_block[inside])
        innermost = self.graph.column("loop", "is_innermost") > 0
        return [int(row) for row in np.argsort(-work, kind="stable") if innermost[row]][:LOOPS]

    def loop(self, row: int) -> NDArray[Any]:
        """What one loop holds, [len(_loop_names())]."""
        blocks = self.loop_of_block == row
        turns = self.frequency[blocks].max(initial=0.0)
        inside = blocks[self.block].astype(np.float64)
        column = self.graph.column
        return np.concatenate([
            [1.0, np.log2(1 + turns)],
            [float(column("loop", name)[row]) for name in _FROM_LOOP],
            _log(self.classes @ inside),
            _log(self.classes @ (inside * self.lanes)),
            [np.log2((inside * self.lanes).max(initial=1.0))],
            _log(self.calls @ inside),
            _log(self.memory @ inside),
            _log(self.memory @ (inside * self.bytes)),
            _log(np.array([(inside * self.unit).sum()])),
        ])  # fmt: skip

    def whole(self) -> NDArray[Any]:
        """The module's totals."""
        innermost = self.graph.column("loop", "is_innermost")
        work = float((self.frequency * self.graph.column("block", "size")).sum())
        counts = [len(self.graph.loops), innermost.sum(), len(self.frequency)]
        return np.concatenate([_log(self.classes.sum(axis=1)), _log(np.array(counts)), [np.log2(1 + work)]])


def _log(counts: NDArray[Any]) -> NDArray[Any]:
    return np.log2(1.0 + counts)
