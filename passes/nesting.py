"""Pass pipelines as text: parse, check the nesting, wrap each pass in the pass managers that it needs, print.

LLVM's new pass manager runs a pass at one *level* (module, cgscc, function, loop, …), and its own parser
wraps only what stands first. Here every pass of LLVM 19 that transforms code knows its level, so that
`sroa,licm,globalopt` becomes `function(sroa,loop-mssa(licm)),globalopt`, and `function(globalopt)` is
refused with its position. Names that are not in the table stay where they are: LLVM says at run time
whether it knows them.

Runs without the native core and imports nothing heavy, because a build that applies a recipe starts here: a named
tuple where a dataclass would cost ten milliseconds of imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from passwright.passes.errors import RecipeError

MODULE, CGSCC, FUNCTION, LOOP, LOOP_MSSA, SCOP = LEVELS = (
    "module",
    "cgscc",
    "function",
    "loop",
    "loop-mssa",
    "scop",
)

# The level of each transforming pass (LLVM 19, PassRegistry.def; Polly 19, PollyPasses.def), by name
# without parameters.
_NAMES = {
    MODULE: """always-inline annotation2metadata attributor attributor-light called-value-propagation cg-profile
        constmerge coro-cleanup coro-early deadargelim default elim-avail-extern expand-variadics forceattrs globaldce
        globalopt globalsplit global-merge hotcoldsplit inferattrs inliner-wrapper inliner-wrapper-no-mandatory-first
        internalize ipsccp iroutliner loop-extract lto lto-pre-link mergefunc module-inline openmp-opt partial-inliner
        recompute-globalsaa rel-lookup-table-converter rpo-function-attrs scc-oz-module-inliner
        strip-dead-prototypes thinlto thinlto-pre-link wholeprogramdevirt""",
    CGSCC: "argpromotion attributor-cgscc attributor-light-cgscc coro-split function-attrs inline openmp-opt-cgscc",
    FUNCTION: """adce aggressive-instcombine alignment-from-assumptions annotation-remarks assume-builder
        assume-simplify bdce break-crit-edges callsite-splitting chr codegenprepare consthoist constraint-elimination
        coro-elide correlated-propagation dce dfa-jump-threading div-rem-pairs dse early-cse expand-memcmp
        fix-irreducible flatten-cfg float2int function-simplification gvn gvn-hoist gvn-sink infer-alignment
        inject-tli-mappings instcombine instsimplify interleaved-access interleaved-load-combine irce jump-threading
        jump-table-to-switch lcssa libcalls-shrinkwrap load-store-vectorizer loop-data-prefetch loop-distribute
        loop-fusion loop-load-elim loop-simplify loop-sink loop-unroll loop-vectorize loop-versioning
        lower-constant-intrinsics lower-expect lower-matrix-intrinsics lower-switch mem2reg memcpyopt mergeicmps
        mergereturn mldst-motion move-auto-init nary-reassociate newgvn partially-inline-libcalls polly-prepare
        reassociate reg2mem scalarizer sccp select-optimize separate-const-offset-from-gep simplifycfg sink
        slp-vectorizer slsr speculative-execution sroa structurizecfg tailcallelim tlshoist transform-warning
        typepromotion unify-loop-exits vector-combine""",
    LOOP: """canon-freeze indvars loop-bound-split loop-deletion loop-flatten loop-idiom loop-idiom-vectorize
        loop-instsimplify loop-interchange loop-predication loop-reduce loop-rotate loop-simplifycfg loop-unroll-and-jam
        loop-unroll-full loop-versioning-licm simple-loop-unswitch""",
    LOOP_MSSA: "licm lnicm",
    SCOP: """polly-codegen polly-dce polly-delicm polly-mse polly-opt-isl polly-optree polly-simplify""",
}
LEVEL_OF = {name: level for level, names in _NAMES.items() for name in names.split()}
"""Pass name (without parameters) → level."""

# Pass managers by name: the level of what stands inside.
_INSIDE = {**{level: level for level in LEVELS}, "devirt": CGSCC, "coro-cond": MODULE}
# (around, inside) → the managers to put between them; what is missing here cannot be nested.
_PATHS: dict[tuple[str, str], tuple[str, ...]] = {
    (MODULE, MODULE): (),
    (MODULE, CGSCC): (CGSCC,),
    (MODULE, FUNCTION): (FUNCTION,),
    (MODULE, LOOP): (FUNCTION, LOOP),
    (MODULE, LOOP_MSSA): (FUNCTION, LOOP_MSSA),
    (MODULE, SCOP): (FUNCTION, SCOP),
    (CGSCC, CGSCC): (),
    (CGSCC, FUNCTION): (FUNCTION,),
    (CGSCC, LOOP): (FUNCTION, LOOP),
    (CGSCC, LOOP_MSSA): (FUNCTION, LOOP_MSSA),
    (CGSCC, SCOP): (FUNCTION, SCOP),
    (FUNCTION, FUNCTION): (),
    (FUNCTION, LOOP): (LOOP,),
    (FUNCTION, LOOP_MSSA): (LOOP_MSSA,),
    (FUNCTION, SCOP): (SCOP,),
    (LOOP, LOOP): (),
    (LOOP_MSSA, LOOP): (),
    (LOOP_MSSA, LOOP_MSSA): (),
    (SCOP, SCOP): (),
}
WITHOUT_MEMORY_SSA = frozenset(
    (
        "canon-freeze",
        "loop-bound-split",
        "loop-interchange",
        "loop-unroll-and-jam",
        "loop-unroll-full",
        "loop-versioning-licm",
    )
)
"""Loop passes that do not keep MemorySSA up to date: inside loop-mssa(…) LLVM ends the process when they change a loop."""

_WORD = re.compile(r"[^\s,()|\[\]]+")
_SPACE = re.compile(r"\s*")


class Node(NamedTuple):
    """A pass or, with `children`, a pass manager; `at` is its position in the text it was parsed from."""

    name: str
    children: tuple[Node, ...] | None = None
    at: int = 0

    @property
    def plain(self) -> str:
        """The name without parameters."""
        return self.name.split("<", 1)[0]

    def __str__(self) -> str:
        return self.name if self.children is None else f"{self.name}({print_nodes(self.children)})"


def print_nodes(nodes: tuple[Node, ...]) -> str:
    """Pipeline text of a list of nodes."""
    return ",".join(map(str, nodes))


def parse_nodes(text: str) -> tuple[Node, ...]:
    """The tree of a pipeline's text, as it stands.  Raises RecipeError with the position."""
    nodes, end = _parse_list(text, 0, opened=-1)
    if end < len(text):
        raise error(text, end, f"unexpected {text[end]!r}", "steps are separated by ' | ', passes by ','")
    return nodes


def nest(nodes: tuple[Node, ...], text: str = "", around: str = MODULE) -> tuple[Node, ...]:
    """The tree with each pass inside the managers that it needs; neighbours with the same need share them.

    Raises RecipeError where a pass or manager stands inside one that cannot hold it; `text` is for the
    message.
    """
    result: list[Node] = []
    parts = [part for node in nodes for part in _without_mssa(node)]
    for manager, run in groupby(parts, key=lambda node: _manager(node, text, around)):
        group = tuple(run)
        if manager:
            result.append(Node(manager, nest(group, text, manager), group[0].at))
        else:
            result.extend(_nested(node, text, around) for node in group)
    return tuple(result)


def _without_mssa(node: Node) -> Iterator[Node]:
    """The node; a loop-mssa(…) comes in several where it holds passes that cannot work there, which get a loop(…)."""
    if node.plain != LOOP_MSSA or node.children is None:
        yield node
        return
    for apart, run in groupby(node.children, key=lambda child: child.plain in WITHOUT_MEMORY_SSA):
        group = tuple(run)
        yield Node(LOOP if apart else node.name, group, node.at)


def _nested(node: Node, text: str, around: str) -> Node:
    """A node that stands where it may, with its children nested."""
    if node.children is None:
        return node
    return Node(node.name, nest(node.children, text, _INSIDE.get(node.plain, around)), node.at)


def _manager(node: Node, text: str, around: str) -> str:
    """The next manager to put between `around` and a node; empty when it may stand there."""
    if node.children is not None:
        if node.plain not in _INSIDE:
            raise error(
                text,
                node.at,
                f"{node.name} takes no passes in parentheses",
                f"these do: {', '.join(_INSIDE)}",
            )
        level = _INSIDE[node.plain]
        path = _path(node, level, around, text, f"{node.plain}(…) holds {level} passes")
        # What holds a level's passes stands itself at the level above: function(…) directly in a module.
        return "" if path == (node.plain,) or not path else path[0]
    level = LEVEL_OF.get(node.plain, around)
    path = _path(node, level, around, text, f"{node.name} is a {level} pass")
    return path[0] if path else ""


def _path(node: Node, level: str, around: str, text: str, what: str) -> tuple[str, ...]:
    path = _PATHS.get((around, level))
    if path is None:
        raise error(
            text, node.at, f"{what} and cannot stand inside {around}(…)", f"close {around}(…) before it"
        )
    return path


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """The one spelling of a pipeline: well nested, without blanks.  Raises RecipeError."""
    return print_nodes(nest(parse_nodes(text), text))


@lru_cache(maxsize=8192)
def names(text: str) -> tuple[tuple[str, int], ...]:
    """Every pass and manager of a pipeline with its position, in order."""

    def walk(nodes: tuple[Node, ...]) -> list[tuple[str, int]]:
        return [found for n in nodes for found in [(n.name, n.at), *(walk(n.children) if n.children else [])]]

    return tuple(walk(parse_nodes(text)))


@lru_cache(maxsize=8192)
def level(text: str) -> str:
    """The innermost level that holds the whole pipeline: `function(loop-mssa(licm))` → `loop-mssa`."""
    here, nodes = MODULE, nest(parse_nodes(text), text)
    while len(nodes) == 1 and (children := nodes[0].children) is not None:
        here, nodes = _INSIDE.get(nodes[0].plain, here), children
    return here


def error(text: str, at: int, what: str, hint: str = "") -> RecipeError:
    """A RecipeError that shows the place in the text."""
    before, after = text[max(0, at - 40) : at], text[at : at + 40]
    dots = "…" if at > 40 else ""
    more = "…" if len(text) > at + 40 else ""
    return RecipeError(f"recipe, column {at + 1}: {what}, at `{dots}{before}»{after}{more}`", hint=hint)


def _parse_list(text: str, at: int, opened: int) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    while True:
        at = _skip(text, at)
        word = _WORD.match(text, at)
        if not word:
            found = repr(text[at]) if at < len(text) else "the end"
            raise error(
                text, at, f"expected a pass name, found {found}", "for example function(sroa,instcombine)"
            )
        start, name, at = at, word[0], _skip(text, word.end())
        _check_brackets(text, start, name)
        children = None
        if text[at : at + 1] == "(":
            children, at = _parse_list(text, at + 1, opened=at)
            at = _skip(text, at)
        nodes.append(Node(name, children, start))
        if text[at : at + 1] == ",":
            at += 1
        elif opened < 0:
            return tuple(nodes), at
        elif text[at : at + 1] == ")":
            return tuple(nodes), at + 1
        elif at < len(text):
            raise error(text, at, f"expected ',' or ')', found {text[at]!r}", "passes are separated by ','")
        else:
            raise error(text, opened, "this '(' is never closed", "add ')'")


def _check_brackets(text: str, start: int, name: str) -> None:
    depth = 0
    for offset, character in enumerate(name):
        depth += {"<": 1, ">": -1}.get(character, 0)
        if depth < 0 or (
            depth == 0 and character == ">" and offset + 1 < len(name) and name[offset + 1] not in "<>"
        ):
            raise error(text, start + offset, "misplaced '>'", "parameters look like gvn<no-pre>")
    if depth or name[0] == "<":
        raise error(
            text, start, f"unbalanced '<' in {name!r}", "parameters look like gvn<no-pre>, without blanks"
        )


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
