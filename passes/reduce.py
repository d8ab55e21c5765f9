"""The shortest recipe that still fails the same way, and a folder to show it to others.

    small = reduce(recipe, fails)                      # any predicate
    small = reduce(recipe, PoolTester(pool, bitcode, compiled))

Delta debugging (Zeller and Hildebrandt, 2002, algorithm ddmin) over the steps, then over the passes within
each step, from the outside in, then over parameters and knobs, again and again until nothing more can go.
Every candidate is a valid recipe, since the nesting is done anew.

A reproducer is run again by `python -m passwright.passes.reduce FOLDER`.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from passwright.passes import nesting
from passwright.passes.errors import InputError, RecipeError
from passwright.passes.nesting import Node
from passwright.passes.recipe import Recipe, Step
from passwright.passes.worker import Compiled, WorkerPool

T = TypeVar("T")
Nodes = tuple[Node, ...]
_NEED_PARAMETERS = {"default", "thinlto-pre-link", "lto-pre-link", "function-simplification"}


class Tester(Protocol):
    """Says which of some candidates fails like the original."""

    def first(self, candidates: Sequence[Recipe]) -> int | None:
        """Index of the first candidate that fails the same way, None when all behave otherwise."""
        ...


class PredicateTester:
    """Asks a predicate, one candidate after the other, each only once."""

    def __init__(self, fails: Callable[[Recipe], bool]) -> None:
        self.fails = fails
        self.known: dict[Recipe, bool] = {}

    def first(self, candidates: Sequence[Recipe]) -> int | None:
        for index, candidate in enumerate(candidates):
            if candidate not in self.known:
                self.known[candidate] = self.fails(candidate)
            if self.known[candidate]:
                return index
        return None


class PoolTester:
    """Compiles candidates side by side and compares their fate with that of `like`."""

    def __init__(self, pool: WorkerPool, module: bytes, like: Compiled) -> None:
        self.pool, self.module, self.like = pool, module, fate(like)
        self.known: dict[Recipe, bool] = {}

    def first(self, candidates: Sequence[Recipe]) -> int | None:
        fresh = dict.fromkeys(c for c in candidates if c not in self.known)
        futures = {candidate: self.pool.submit(self.module, candidate) for candidate in fresh}
        for index, candidate in enumerate(candidates):
            if candidate not in self.known:
                self.known[candidate] = fate(futures[candidate].result()) == self.like
            if self.known[candidate]:
                for future in futures.values():
                    future.cancel()
                return index
        return None


def fate(compiled: Compiled) -> tuple[str, str]:
    """What two failures must share to be the same: the status and, for a crash, how it ended."""
    return compiled.status, compiled.fault if compiled.status == "crashed" else ""


def reduce(recipe: Recipe, test: Tester | Callable[[Recipe], bool]) -> Recipe:
    """The shortest recipe found that fails like `recipe`.  Raises InputError when `recipe` itself does
    not fail.
    """
    tester = PredicateTester(test) if callable(test) else test
    if tester.first([recipe]) is None:
        raise InputError(
            f"`{recipe}` does not fail that way here",
            hint="was it run on the same module, with the same limits?",
        )
    while True:
        before = recipe
        recipe = Recipe(_ddmin(recipe.steps, Recipe, tester))
        for index, step in enumerate(recipe.steps):
            if step.kind == "passes":
                recipe = _reduce_step(recipe, index, tester)
        if recipe == before:
            return recipe


def _reduce_step(recipe: Recipe, index: int, tester: Tester) -> Recipe:
    """The recipe with fewer passes, parameters and knobs in one step."""

    def with_step(text: str, knobs: Iterable[tuple[str, str]]) -> Recipe:
        return Recipe((*recipe.steps[:index], Step("passes", text, tuple(knobs)), *recipe.steps[index + 1 :]))

    step = recipe.steps[index]
    knobs = _ddmin(step.knobs, lambda kept: with_step(step.text, kept), tester)
    nodes = _reduce_nodes(
        nesting.parse_nodes(step.text), lambda kept: with_step(nesting.print_nodes(kept), knobs), tester
    )
    return with_step(nesting.print_nodes(nodes), knobs)


def _reduce_nodes(nodes: Nodes, build: Callable[[Nodes], Recipe], tester: Tester) -> Nodes:
    """Fewer siblings, then fewer children of each, then simpler names; never an empty list."""
    nodes = _ddmin(nodes, build, tester, least=1)
    for index, node in enumerate(nodes):
        if node.children is not None and len(node.children) == 1:
            inner = _exchanged(nodes, index, node.children[0])  # is the manager around it needed at all?
            if _shortens(inner, nodes, build, tester):
                return _reduce_nodes(inner, build, tester)
        simpler = Node(node.plain, node.children)
        plainer = _exchanged(nodes, index, simpler)
        if node.plain not in _NEED_PARAMETERS and _shortens(plainer, nodes, build, tester):
            node = simpler
        if node.children is not None:
            name, siblings = node.name, nodes

            def rebuild(
                kept: Nodes, name: str = name, siblings: Nodes = siblings, index: int = index
            ) -> Recipe:
                return build(_exchanged(siblings, index, Node(name, kept)))

            node = Node(name, _reduce_nodes(node.children, rebuild, tester))
        nodes = _exchanged(nodes, index, node)
    return nodes


def _exchanged(nodes: Nodes, index: int, node: Node) -> Nodes:
    return (*nodes[:index], node, *nodes[index + 1 :])


def _shortens(nodes: Nodes, before: Nodes, build: Callable[[Nodes], Recipe], tester: Tester) -> bool:
    """Whether other nodes make a shorter recipe that still fails."""
    try:
        candidate = build(nodes)
    except RecipeError:  # it cannot stand there
        return False
    return len(str(candidate)) < len(str(build(before))) and tester.first([candidate]) is not None


def _ddmin(
    items: tuple[T, ...], build: Callable[[tuple[T, ...]], Recipe], tester: Tester, least: int = 0
) -> tuple[T, ...]:
    """A smallest part of `items`, in order, whose recipe still fails; no single item can go from it."""
    parts = 2
    while len(items) > least:
        kept = list(_complements(items, parts, least))
        found = tester.first([build(part) for part in kept])
        if found is not None:
            items = kept[found]
            parts = max(2, parts - 1)
        elif parts >= len(items):
            break
        else:
            parts = min(len(items), 2 * parts)
    return items


def _complements(items: tuple[T, ...], parts: int, least: int) -> Iterator[tuple[T, ...]]:
    """The items without each of `parts` stretches in turn, the shortest results first among equals."""
    parts = min(parts, len(items))
    bounds = [len(items) * n // parts for n in range(parts + 1)]
    if parts <= 2 and least == 0:
        yield ()
    for start, end in pairwise(bounds):
        rest = items[:start] + items[end:]
        if len(rest) >= max(least, 1):
            yield rest


def write_reproducer(
    folder: Path, module: bytes, compiled: Compiled, *, story: str = "", command: str = ""
) -> Path:
    """Write module.bc, recipe.txt and README into a folder, which is made; returns the folder.

    `story` says more than what became of the compile, `command` replays it otherwise than `run_reproducer`.
    Raises InputError.
    """
    command = command or f"python -m passwright.passes.reduce {shlex.quote(str(folder))}"
    story = story or f"{compiled.status}: {compiled.message}"
    story += f"\n\nAgain, in a worker process:\n\n    {command}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "module.bc").write_bytes(module)
        (folder / "recipe.txt").write_text(f"{compiled.recipe}\n")
        (folder / "README").write_text(story + _with_opt(compiled.recipe))
    except OSError as problem:
        raise InputError(
            f"cannot write the reproducer to {folder}: {problem.strerror}", hint="choose another folder"
        ) from None
    return folder


def _with_opt(recipe: Recipe) -> str:
    """The same with LLVM's own tool, where it can say the recipe: no hints, no attributes, no Polly."""
    if any(step.kind != "passes" or "polly" in str(step) for step in recipe.steps):
        return ""
    calls = []
    for step in recipe.steps:
        options = [f"-passes={step.text}", *(f"-{name}={value}" for name, value in step.knobs)]
        calls.append("opt-19 " + " ".join(map(shlex.quote, options)))
    return (
        f"\nWith LLVM's own tools:\n\n    {' | '.join([*calls, 'llc-19 -O3 -filetype=null'])} < module.bc\n"
        if calls
        else ""
    )


def run_reproducer(folder: Path) -> Compiled:
    """Compile what `write_reproducer` wrote, in a worker.  Raises InputError."""
    try:
        module, text = (folder / "module.bc").read_bytes(), (folder / "recipe.txt").read_text()
    except OSError as problem:
        raise InputError(
            f"{folder} is no reproducer: {problem.strerror}", hint="it holds module.bc and recipe.txt"
        ) from None
    with WorkerPool(jobs=1) as pool:
        return pool.submit(module, Recipe.parse(text), name=str(folder / "module.bc")).result()


if __name__ == "__main__":
    outcome = run_reproducer(Path(sys.argv[1]))
    print(f"{outcome.status}: {outcome.message}" if outcome.message else outcome.status)
    sys.exit(outcome.status != "ok")
