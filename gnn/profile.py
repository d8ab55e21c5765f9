"""What an optimised module looks like to somebody who wonders how fast it is.

One vector of fixed length that can be compared with that of another build of the same kernel, on a logarithmic scale,
log2(1 + n). First what it would do on nominal arguments (`Module.estimate`): cycles by LLVM-MCA times turns, cache lines
fetched, instructions, and the work that every build has to do. Then its graph condensed: for each of the LOOPS innermost
loops that run most instructions how often it turns and what is in it (work by class, in
instructions and in lanes; loads and stores by how their addresses move; reductions, exits, calls), and the module's totals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema
from passwright.gnn.graph import ProgramGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright._native import Estimate, LoopCost, Module

NOMINAL = (250, 40)
"""What a size that is not known counts as; no multiple of a vector's width, so that remainders count."""
ITERATIONS = 30
"""Of a loop that LLVM-MCA simulates: enough for the steady state, a third of the time that its default takes."""
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
ESTIMATED = (
    "cycles", "cycles if nothing had to wait", "instructions", "instructions outside innermost loops",
    "lines into 32 KiB", "lines into 1 MiB", "float operations", "bytes loaded", "bytes stored",
)  # fmt: skip
"""What the estimate on nominal arguments holds."""
_FROM_LOOP = (
    "depth", "log2_trip_count", "trip_count_known", "trip_count_computable", "exits", "has_call",
    "integer_reductions", "float_reductions",
)  # fmt: skip


def profile(module: Module) -> NDArray[np.float32]:
    """The vector of a module, float32 [len(names())].

    Generates machine code of a copy for LLVM-MCA, which costs about what emitting the module does.
    """
    costs = module.mca(iterations=ITERATIONS)
    estimates = [module.estimate(nominal=nominal) for nominal in NOMINAL]
    estimated = [_estimated(costs, one, nominal) for one, nominal in zip(estimates, NOMINAL, strict=True)]
    parts = _Parts(ProgramGraph.of(module), estimates[0].turns)
    loops = [parts.loop(loop) for loop in parts.busiest()]
    loops += [np.zeros(len(_loop_names()), np.float32)] * (LOOPS - len(loops))
    return np.concatenate([*estimated, *loops, parts.whole()]).astype(np.float32)


def static_cycles(costs: Sequence[LoopCost], estimate: Estimate, nominal: int) -> float:
    """Cycles of the innermost loops by LLVM-MCA times how often they turn, and one for four instructions elsewhere."""
    # A loop that code generation has turned around has no id; it turns as often as one of its depth may.
    loops = sum(
        one.cycles_per_iteration * estimate.turns.get(one.loop, float(nominal) ** one.depth) for one in costs
    )
    return loops + 0.25 * estimate.outside


def _estimated(costs: Sequence[LoopCost], estimate: Estimate, nominal: int) -> NDArray[Any]:
    """What it would do on nominal arguments, [len(ESTIMATED)]."""
    resources = sum(one.rthroughput * estimate.turns.get(one.loop, 0.0) for one in costs)
    numbers = [static_cycles(costs, estimate, nominal), resources, estimate.instructions, estimate.outside]
    return _log(np.array([*numbers, *estimate.lines, estimate.floats, estimate.loaded, estimate.stored]))


@cache
def names() -> tuple[str, ...]:
    """What the vector's places mean."""
    loops = [f"loop {number}: {name}" for number in range(LOOPS) for name in _loop_names()]
    return (
        *(f"at {nominal}: {name}" for nominal in NOMINAL for name in ESTIMATED),
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

    def __init__(self, graph: ProgramGraph, turns: Mapping[str, float]) -> None:
        self.graph = graph
        self.turns = np.array([turns.get(loop, 0.0) for loop in graph.loops])
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
        sizes = np.zeros(len(self.graph.loops))
        inside = self.loop_of_block >= 0
        np.add.at(sizes, self.loop_of_block[inside], self.graph.column("block", "size")[inside])
        innermost = self.graph.column("loop", "is_innermost") > 0
        order = np.argsort(-self.turns * sizes, kind="stable")
        return [int(row) for row in order if innermost[row]][:LOOPS]

    def loop(self, row: int) -> NDArray[Any]:
        """What one loop holds, [len(_loop_names())]."""
        blocks = self.loop_of_block == row
        inside = blocks[self.block].astype(np.float64)
        column = self.graph.column
        return np.concatenate([
            [1.0, np.log2(1 + self.turns[row])],
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
