"""Which functions of a file look hot: nests and heavy loops that compute, and do not spend their time in calls.

Nothing is run and nothing of it is certain. It has to be cheap, because it is asked of every file of a build, most of which
have no such function: a few milliseconds of a compile that takes hundreds.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from passwright.gnn import schema
from passwright.gnn.graph import ProgramGraph
from passwright.gnn.profile import NOMINAL

if TYPE_CHECKING:
    from passwright._native import Module

KERNELS = 4
"""Functions of one file that are tuned at most; those with the most work come first."""
LOOKED_AT = 12
"""Functions of one file that are taken out and looked at; those with the most loops come first."""
HOT = 5e3
"""IR instructions in innermost loops without calls that one call executes on nominal arguments, from which on a function
looks hot: two nested loops do, and one loop with more than twenty instructions."""
LARGEST = 1000
"""IR instructions of a function with what it calls, before any pass, from which on recipes are not tried: each would take a
second or more."""
TIDY = (
    "cgscc(inline,function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>)),"
    "function(loop-simplify,lcssa,loop(loop-rotate,indvars))"
)
"""What makes trip counts and calls visible, for a tenth of what -O3 costs."""
_FOREIGN = ("indirect", "inline assembly", "defined here", "other external function")
_NAME = r"@(\"[^\"]*\"|[\w.$-]+)"
_DEFINE_OR_CALL = re.compile(rf"(?m)^define [^@]*{_NAME}|(?:call|invoke) [^@\n]*{_NAME}\(")


class HotFunction(NamedTuple):
    """A function that looks hot: its symbol, its unoptimised module with what it calls as bitcode, and that one's size."""

    entry: str
    bitcode: bytes
    instructions: int


def hot_functions(module: Module) -> list[HotFunction]:
    """The functions of a file's unoptimised module that look hot, those with the most work first."""
    found: list[tuple[float, HotFunction]] = []
    whole = module.bitcode()
    for name in _with_most_loops(module):
        part = type(module).parse(whole, module.name).extract([name])
        if part.instruction_count > LARGEST:
            continue
        one = HotFunction(name, part.bitcode(), part.instruction_count)
        part.run(TIDY)
        done = work(part)
        if done >= HOT:
            found.append((done, one))
    found.sort(key=lambda pair: (-pair[0], pair[1].entry))
    return [one for _, one in found[:KERNELS]]


def work(module: Module) -> float:
    """IR instructions in innermost loops without calls that one call of each function executes on nominal arguments."""
    graph = ProgramGraph.of(module)
    turns = module.estimate(nominal=NOMINAL[0]).turns
    block = _owners(graph, "instruction", "block")
    loop = np.where(block >= 0, _owners(graph, "block", "loop")[block], -1) if len(graph.loops) else block
    foreign = np.isin(graph.column("instruction", "callee"), _foreign())
    innermost = graph.column("loop", "is_innermost") > 0
    total = 0.0
    for row, name in enumerate(graph.loops):
        mine = loop == row
        if innermost[row] and not foreign[mine].any():
            total += turns.get(name, 0.0) * int(mine.sum())
    return total


def _owners(graph: ProgramGraph, member: str, owner: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The row of the owner of each member; -1 for those without."""
    rows = np.full(len(graph.nodes[member]), -1)
    ends = graph.edges[member, "belongs_to", owner].ends
    rows[ends[0]] = ends[1]
    return rows


@cache
def _foreign() -> list[int]:
    words = schema.vocabulary()["callee"]
    return [words.index(kind) for kind in _FOREIGN]


def _with_most_loops(module: Module) -> list[str]:
    """Functions that other files may call and that have loops, or call local, inline or template functions that have."""
    own: dict[str, int] = {}
    visible = []
    for function in module.functions():
        if function.is_declaration:
            continue
        own[function.name] = function.loops
        inline = function.linkage.startswith(("linkonce", "available_externally"))
        if not function.is_local and not inline and function.name != "main":
            visible.append(function.name)
    if not any(own.values()):
        return []
    outside = set(visible)
    callees = _callees(module.ir())
    counted = []
    for place, name in enumerate(visible):
        reached, ahead = {name}, [name]
        while ahead:
            for callee in callees.get(ahead.pop(), ()):
                if callee in own and callee not in reached and callee not in outside:
                    reached.add(callee)
                    ahead.append(callee)
        loops = sum(own[one] for one in reached)
        if loops:
            counted.append((-loops, place, name))
    return [name for _, _, name in sorted(counted)[:LOOKED_AT]]


def _callees(text: str) -> dict[str, set[str]]:
    """Which functions each function calls by name, from a module's text."""
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for defined, called in _DEFINE_OR_CALL.findall(text):
        if defined:
            current = found.setdefault(defined.strip('"'), set())
        else:
            current.add(called.strip('"'))
    return found
