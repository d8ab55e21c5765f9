"""The state of one body being written: names, types, the loops that are open, and what was computed at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from passwright.irgen.notation.canonical import INDICES
from passwright.irgen.notation.resolve import Resolved
from passwright.irgen.notation.syntax import (
    Assign,
    Binder,
    Boundary,
    Declaration,
    Expr,
    Name,
    Node,
    Num,
    Reduce,
    Statement,
    Type,
    children,
    walk,
)
from passwright.irgen.notation.types import type_of
from passwright.irgen.synthesis.emit.code import UNARY, Block, Code
from passwright.irgen.synthesis.emit.ranges import Bounds

Language = Literal["c", "cpp"]
Style = Literal["plain", "tuned", "stl"]


@dataclass
class Level:
    """A block that is being written: the function's, a loop's or a branch's."""

    block: Block
    bound: frozenset[str]
    """Indices of all loops around it."""
    guard: bool = False
    """A branch: what is computed in it must not be moved out, unless it is harmless everywhere."""
    changes: frozenset[str] = frozenset()
    """Names that statements in it write: what reads them must not be moved out."""
    known: dict[Expr, Code] = field(default_factory=dict)
    """What was computed in this block already."""
    post: Block = field(default_factory=list)
    """What has to be done at the end of it."""


class Context:
    def __init__(self, resolved: Resolved, language: Language, style: Style) -> None:
        self.resolved, self.language, self.style = resolved, language, style
        self.cpp = language == "cpp"
        self.tuned = style == "tuned"
        self.types: dict[str, Type] = dict(resolved.types)
        self.shapes: dict[str, tuple[Expr, ...]] = dict(resolved.shapes)
        self.declarations: dict[str, Declaration] = {
            d.name: d for d in (*resolved.program.declarations, *resolved.locals)
        }
        self.locals = {d.name for d in resolved.locals}
        sizes = frozenset(d.name for d in resolved.program.declarations if d.role in ("size", "len"))
        self.bounds = Bounds(sizes, _bounded_reads(resolved))
        self.spelled: dict[str, Code] = {
            d.name: Code(f"*{d.name}", UNARY)
            for d in resolved.program.declarations
            if d.role in ("out", "inout") and not d.shape
        }
        self.boundary: Boundary | None = None
        self.pinned: frozenset[str] = frozenset()
        """Arrays that the statement being written changes as it goes; what reads them stays in its place."""
        self.levels: list[Level] = [Level([], frozenset())]
        self.taken = self._all_names()
        self.temporaries = len(resolved.locals)
        self.numbers: dict[str, str] = {}
        """Sizes that stand for a number (symbols.py)."""
        self.unsure = False
        """Whether what is being written is computed even where the program would not."""
        self.descending: set[str] = set()
        """Indices of loops that go down."""
        self.counted: dict[Expr, str] = {}
        """Variables that hold a count already: those of filters."""
        self.loose: set[str] = set()
        """Indices that the body declares outside a loop."""
        self.vectors: set[str] = set()
        """Arrays that are std::vectors."""
        self.returns = any(d.role == "return" and not d.shape for d in resolved.program.declarations)
        self.owned: list[str] = []
        """Arrays to be freed, in C."""
        self.touched: set[str] = set()
        """Names that have a value of the program's by now."""
        self.returned = False
        """Whether the last statement returned what is to be returned."""
        self.declared: set[str] = set()
        """Locals and the value returned, as far as they are declared in the body."""

    def _all_names(self) -> set[str]:
        program = self.resolved.program
        return {getattr(n, "name", "") for s in program.statements for n in walk(s)} | set(self.declarations)

    @property
    def block(self) -> Block:
        return self.levels[-1].block

    def emit(self, statement: str) -> None:
        self.block.append(statement)

    def temporary(self) -> str:
        while (name := f"t{self.temporaries}") in self.taken:
            self.temporaries += 1
        self.temporaries += 1
        return name

    def index(self) -> str:
        """A name for an index that no statement uses."""
        names = (*INDICES, *(f"{i}{k}" for k in range(1, 100) for i in INDICES))
        name = next(n for n in names if n not in self.taken)
        self.taken.add(name)
        return name

    def type_of(self, expr: Expr) -> Type:
        return type_of(expr, self.types)

    # blocks

    @contextmanager
    def loop(self, binder: Binder, changes: frozenset[str] = frozenset()) -> Iterator[Level]:
        """A block in which `binder`'s index is bound."""
        level = Level([], self.levels[-1].bound | {binder.name}, changes=changes)
        self.levels.append(level)
        self.bounds.loops.append(binder)
        try:
            yield level
            level.block += level.post
        finally:
            self.bounds.loops.pop()
            self.levels.pop()

    @contextmanager
    def branch(self, guard: bool = True) -> Iterator[Level]:
        level = Level([], self.levels[-1].bound, guard)
        self.levels.append(level)
        try:
            yield level
        finally:
            self.levels.pop()

    def level_of(self, expr: Expr, harmless: bool) -> int:
        """The place of the outermost block in which `expr` may be computed as well as here."""
        free = self.free_indices(expr)
        at = len(self.levels) - 1
        reads = names_in(expr)
        if reads & self.pinned:
            return at
        while at > 0:
            inner, outer = self.levels[at], self.levels[at - 1]
            if (
                not free <= outer.bound
                or reads & inner.changes
                or (not harmless and (inner.guard or inner.bound != outer.bound))
            ):
                break
            at -= 1
        return at

    def free_indices(self, expr: Expr) -> frozenset[str]:
        """Indices of open loops that `expr` hangs on."""
        return free_names(expr) & self.levels[-1].bound

    @contextmanager
    def at(self, level: int) -> Iterator[None]:
        """Writes into an outer block for a while."""
        kept, self.levels = self.levels, self.levels[: level + 1]
        loops = self.bounds.loops
        self.bounds.loops = [b for b in loops if b.name in self.levels[-1].bound]
        try:
            yield
        finally:
            self.levels, self.bounds.loops = kept, loops


def names_in(node: Node) -> frozenset[str]:
    """Arrays, scalars and indices."""
    return frozenset(getattr(n, "array", getattr(n, "name", "")) for n in walk(node))


def free_names(node: Node) -> frozenset[str]:
    """Names of scalars and indices in `node` that it does not bind itself."""
    if isinstance(node, Name):
        return frozenset((node.name,))
    found: frozenset[str] = frozenset()
    for child in children(node):
        found |= free_names(child)
    return found - {b.name for b in node.binders} if isinstance(node, Reduce) else found


def _bounded_reads(resolved: Resolved) -> dict[str, Binder]:
    found: dict[str, Binder] = {}
    for declaration in resolved.program.declarations:
        for attribute in declaration.attributes:
            if attribute.kind == "in" and attribute.low is not None:
                found[declaration.name] = Binder(declaration.name, attribute.low, attribute.high)
            elif attribute.kind == "permutation" and declaration.shape:
                found[declaration.name] = Binder(declaration.name, Num("0"), declaration.shape[0])
    return found


def written(statement: Statement) -> set[str]:
    """Names that the statement assigns to."""
    if isinstance(statement, Assign):
        target = statement.target
        return {target.name if isinstance(target, Name) else target.array}
    return set().union(*(written(s) for s in statement.body))
