"""What the defect classifier reads of a function: its graph in SSA form, otherwise as the front end wrote it, with lines.

Passes that clean up (instcombine, simplifycfg, licm) would remove what makes a defect visible: reads of `undef`, dead
comparisons, blocks behind undefined behaviour. So variables become values (SROA) and nothing else happens. Names of
the program's own functions and variables are not in a graph; names of C library functions are, from a fixed list, since a
`free` is not a `malloc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn.graph import ProgramGraph
from passwright.gnn.inference import inputs
from passwright.gnn.schema import TARGET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright._native import Module

VERSION = 1
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


def arrays(graph: ProgramGraph) -> dict[str, NDArray[Any]]:
    """What the network takes, by name: a graph's arrays (gnn/inference.py) without the target's columns, and `library`.

    A defect is one on every CPU.
    """
    features = graph.features[None, :].copy()
    features[:, -len(TARGET) :] = 0
    return {**inputs(graph), "features": features, "library": library(graph)}
