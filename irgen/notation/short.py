"""Short forms made whole: names, sizes and outputs that a program leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passwright.irgen.notation.syntax import (
    Apply,
    Assign,
    Binder,
    Declaration,
    Expr,
    Index,
    Name,
    Node,
    Program,
    Reduce,
    Repeat,
    Statement,
    Type,
    renamed,
    walk,
)


def complete(statements: tuple[Statement, ...], declarations: Sequence[Declaration]) -> Program:
    """The program with every declaration named, and declarations of its sizes and of its output."""
    statements = _indices_apart(statements, declarations)
    named = {d.name for d in declarations if d.name}
    wanting = iter([name for name in _read_arrays(statements) if name not in named])
    whole = [d if d.name else replace(d, name=next(wanting, "x")) for d in declarations]
    if not any(d.role in ("out", "inout", "return") for d in whole):
        whole.extend(_outputs(statements, whole))
    known = {d.name for d in whole}
    for size in dict.fromkeys(_shape_names(whole)):
        if size not in known:
            whole.append(Declaration("size", "i64", (), size))
    return Program(statements, tuple(whole))


def _indices_apart(
    statements: tuple[Statement, ...], declarations: Sequence[Declaration]
) -> tuple[Statement, ...]:
    """`A[i,k]` for `f64[n,k]`: where a size that only shapes name is an index too, the index gets a letter of its own."""
    declared = {d.name for d in declarations}
    sizes = set(_shape_names(declarations)) - declared
    used = {n.name for s in statements for n in walk(s) if isinstance(n, Name)} | sizes | declared
    both = {
        s.name
        for statement in statements
        for node in walk(statement)
        if isinstance(node, Index)
        for s in node.subscripts
        if isinstance(s, Name) and s.name in sizes
    }
    letters = iter([letter for letter in "klpqruvw" if letter not in used])
    others = {name: next(letters, f"{name}_") for name in sorted(both)}
    return tuple(renamed(s, others) for s in statements)


def assignments(statements: Sequence[Statement]) -> list[Assign]:
    """All of them, those in `repeat` as well, in order."""
    found: list[Assign] = []
    for statement in statements:
        found.extend(assignments(statement.body) if isinstance(statement, Repeat) else [statement])
    return found


def fronts(statements: Sequence[Statement]) -> frozenset[str]:
    """Arrays of which only a part at the front has a meaning: those that a filter or `unique` wrote last."""
    found: set[str] = set()
    for statement in assignments(statements):
        name = statement.target.array if isinstance(statement.target, Index) else statement.target.name
        value = statement.value
        cut = isinstance(value, Reduce) and value.op == "filter"
        if cut or (isinstance(value, Apply) and value.function == "unique"):
            found.add(name)
        else:
            found.discard(name)
    return frozenset(found)


def indices(statement: Assign) -> tuple[str, ...]:
    """Names of the target's bare index subscripts and explicit binders."""
    subscripts = statement.target.subscripts if isinstance(statement.target, Index) else ()
    return (*(s.name for s in subscripts if isinstance(s, Name)), *(b.name for b in statement.binders))


def _read_arrays(statements: Sequence[Statement]) -> list[str]:
    """Arrays read and not written before, in order."""
    written: set[str] = set()
    found: list[str] = []
    for statement in assignments(statements):
        for node in walk(statement.value):
            names = [node.array] if isinstance(node, Index) else _whole_arrays(node)
            found.extend(name for name in names if name not in written and name not in found)
        written.add(statement.target.array if isinstance(statement.target, Index) else statement.target.name)
    return found


def _whole_arrays(node: Node) -> list[str]:
    if isinstance(node, Apply) and node.function in (
        "sort",
        "sort_desc",
        "argsort",
        "argsort_desc",
        "unique",
    ):
        return [a.name for a in node.arguments if isinstance(a, Name)]
    return []


def _outputs(statements: Sequence[Statement], declared: Sequence[Declaration]) -> list[Declaration]:
    """The last thing assigned: an array where an array is assigned, else the value returned."""
    last = assignments(statements)[-1]
    types = [d.type for d in declared if d.role not in ("size", "len")]
    type_: Type = types[0] if types else "f64"
    if isinstance(last.target, Name):
        value = last.value
        if isinstance(value, Reduce) and value.op in ("count", "first", "last", "argmin", "argmax"):
            type_ = "i64"
        elif isinstance(value, Reduce) and value.op in ("any", "all"):
            type_ = "bool"
        if _whole_arrays(value) or (isinstance(value, Reduce) and value.op == "filter"):
            source = next((d for d in declared if d.shape), None)
            kind: Type = "i64" if isinstance(value, Apply) and value.function.startswith("argsort") else type_
            return [Declaration("out", kind, source.shape if source else (), last.target.name)]
        return [Declaration("return", type_, (), last.target.name)]
    extents = {b.name: b.high for b in last.binders if b.high is not None} | _extents(last, declared)
    shape = tuple(
        extents.get(s.name, Name("n")) if isinstance(s, Name) else Name("n") for s in last.target.subscripts
    )
    return [Declaration("out", type_, shape, last.target.array)]


def _extents(statement: Assign, declared: Sequence[Declaration]) -> dict[str, Expr]:
    """What each index that stands bare in a subscript ranges to."""
    shapes = {d.name: d.shape for d in declared}
    found: dict[str, Expr] = {}
    for node in walk(statement):
        if isinstance(node, Index):
            for subscript, extent in zip(node.subscripts, shapes.get(node.array, ()), strict=False):
                if isinstance(subscript, Name):
                    found.setdefault(subscript.name, extent)
    return found


def _shape_names(declarations: Sequence[Declaration]) -> list[str]:
    """Names in shapes and attributes: sizes."""
    found: list[str] = []
    for declaration in declarations:
        for node in walk(declaration):
            if isinstance(node, Name):
                found.append(node.name)
            assert not isinstance(node, Binder)
    return found
