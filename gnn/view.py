"""The form in which models read a module: SSA, rotated loops, induction variables in the open.

Front ends leave variables in memory, where neither strides nor trip counts can be seen, and the IR of two front ends
differs in ways that the first passes of every pipeline remove. So graphs for models are taken from a copy that has been
through those passes; nothing in them unrolls, vectorises or reorders a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passwright.gnn.graph import ProgramGraph

if TYPE_CHECKING:
    from passwright._native import Module

VIEW = (
    "function(sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>),cgscc(inline),"
    "function(sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,loop-simplify,lcssa,"
    "loop-mssa(loop-rotate,licm),simplifycfg,instcombine<no-verify-fixpoint>,loop-simplify,lcssa,loop(indvars))"
)
"""The passes; a model knows which ones it was trained behind."""


def view(module: Module, entry: str = "") -> ProgramGraph:
    """The graph of a module's copy after VIEW; of `entry` with what it calls, or of all functions."""
    copy = module.clone()
    copy.run(VIEW)
    return ProgramGraph.of(copy, entry)
