"""What the defect classifier reads of a function: its graph in SSA form, otherwise as the front end wrote it, with lines.

Passes that clean up (instcombine, simplifycfg, licm) would remove what makes a defect visible: reads of `undef`, dead
comparisons, blocks behind undefined behaviour. So variables become values (SROA) and nothing else happens. Names of
the program's own functions and variables are not in a graph; names of C library functions are, from a fixed list, since a
`free` is not a `malloc`. A variable that was never set is `undef` in SSA form: its readers are flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema
from passwright.gnn.graph import ProgramGraph
from passwright.gnn.inference import inputs
from passwright.gnn.schema import TARGET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright._native import Module

VERSION = 2
"""Of what is read; a model knows which one it was trained with."""
VIEW = "function(sroa<modify-cfg>)"

LIBRARY = (
    "", "malloc", "calloc", "realloc", "free", "memcpy", "memmove", "memset", "strcpy", "strncpy", "strcat", "strncat",
    "strlen", "strcmp", "strncmp", "strchr", "strdup", "printf", "puts", "putchar", "scanf", "fscanf", "sscanf", "fgets",
    "gets", "getchar", "snprintf", "sprintf", "fprintf", "atoi", "atof", "strtol", "strtoul", "abs", "sqrt", "pow",
    "floor", "ceil", "fabs", "exp", "log", "sin", "cos", "qsort", "exit", "abort", "fopen", "fclose", "isdigit", "isalpha",
    "toupper", "tolower", "rand", "__isoc99_scanf", "__isoc99_sscanf", "__isoc99_fscanf", "(other)",
)  # fmt: skip
"""Library functions that are told apart; the first is no call of one."""
_NUMBER = {name: number for number, name in enumerate(LIBRARY)}

UNDEFINED = "undef or poison"
_PASSING = ("phi", "select", "freeze", "trunc", "zext", "sext", "bitcast")
"""Instructions that hand on what they got: who reads them reads it too."""
_FILLING = ("insertelement", "insertvalue", "shufflevector")
"""Instructions whose operand is `poison` wherever an aggregate is begun; no sign of anything."""


def function_graph(module: Module, entry: str) -> ProgramGraph:
    """The graph of `entry` with what it calls; the module stays as it is and should have debug info for lines."""
    copy = module.clone()
    copy.run(VIEW)
    return ProgramGraph.of(copy, entry)


def library(graph: ProgramGraph) -> NDArray[np.int64]:
    """For each instruction the place in LIBRARY of the function it calls, shape [instructions]."""
    result = np.zeros(len(graph.nodes["instruction"]), np.int64)
    for row, name in graph.library_calls:
        result[row] = _NUMBER.get(name, len(LIBRARY) - 1)
    return result


def undefined(graph: ProgramGraph) -> NDArray[np.bool_]:
    """Which instructions may read what was never set: an operand is `undef` or `poison`, or hands it on; [instructions]."""
    opcodes = schema.vocabulary()["opcode"]
    opcode = graph.column("instruction", "opcode")
    passing = np.isin(opcode, [opcodes.index(name) for name in _PASSING])
    filling = np.isin(opcode, [opcodes.index(name) for name in _FILLING])
    unset = graph.column("value", "kind") == schema.vocabulary()["value"].index(UNDEFINED)
    source, target = graph.edges["value", "feeds", "instruction"].ends
    found = np.zeros(len(opcode), np.bool_)
    found[target[unset[source]]] = True
    found &= ~filling
    source, target = graph.edges["instruction", "feeds", "instruction"].ends
    while True:
        reached = found.copy()
        reached[target[(found & passing)[source]]] = True
        if np.array_equal(reached, found):
            return found
        found = reached


def arrays(graph: ProgramGraph) -> dict[str, NDArray[Any]]:
    """What the network takes, by name: a graph's arrays (gnn/inference.py) without the target's columns, `library`, and
    `undefined` as float32.

    A defect is one on every CPU.
    """
    features = graph.features[None, :].copy()
    features[:, -len(TARGET) :] = 0
    return {
        **inputs(graph),
        "features": features,
        "library": library(graph),
        "undefined": undefined(graph).astype(np.float32),
    }
