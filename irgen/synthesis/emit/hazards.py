"""Assignments that read the array they write: the right side is read before anything is written, a loop writes as it goes.

Says in which order a loop may run all the same, whether the statement is a reversal or a transposition, which exchanges
elements, or that the array has to be copied first.
"""

from __future__ import annotations

from typing import Literal

from passwright.irgen.notation.resolve import constant_part
from passwright.irgen.notation.syntax import (
    Apply,
    Assign,
    Binary,
    Binder,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Select,
    Unary,
    walk,
)
from passwright.irgen.synthesis.emit import prefixes, reductions
from passwright.irgen.synthesis.emit.context import Context, free_names
from passwright.irgen.synthesis.emit.ranges import linear, scaled, total

Order = Literal["any", "up", "down", "copy"]


def order(statement: Assign, target: Index, own: tuple[Binder, ...], ctx: Context) -> Order:
    """In which order the elements may be written without a copy."""
    names = [s.name for s in target.subscripts if isinstance(s, Name)]
    if len(names) != len(target.subscripts) or names != [b.name for b in own]:
        return "copy" if any(r.array == target.array for r in _reads(statement.value)) else "any"
    found: Order = "any"
    for read in _outside_reductions(statement.value, target.array, ctx, names, own):
        wanted = "copy" if read is None else _needs(read, names)
        if wanted == "any":
            continue
        if wanted == "copy" or (found != "any" and found != wanted):
            return "copy"
        if statement.boundary in ("wrap", "reflect"):
            return "copy"
        found = wanted
    return found


def _needs(read: Index, names: list[str]) -> Order:
    for subscript, name in zip(read.subscripts, names, strict=True):
        base, offset = constant_part(subscript)
        if base != Name(name):
            return "copy"
        if offset:
            return "up" if offset > 0 else "down"
    return "any"


def _outside_reductions(
    expr: Expr, array: str, ctx: Context, names: list[str], own: tuple[Binder, ...]
) -> list[Index | None]:
    """Reads of the array at the time an element is written; None for one that no order makes right."""
    match expr:
        case Index(name, subscripts):
            inner = [r for s in subscripts for r in _outside_reductions(s, array, ctx, names, own)]
            return [expr, *inner] if name == array else inner
        case Reduce():
            if array not in {r.array for r in _reads(expr)}:
                return []
            used = free_names(expr) & set(names)
            depth = max((names.index(n) + 1 for n in used), default=0)
            if depth < len(names) and reductions.harmless(expr, ctx):
                rows = [r for r in _reads(expr) if r.array == array]
                fine = all(r.subscripts[:depth] == tuple(Name(n) for n in names[:depth]) for r in rows)
                return [] if fine else [None]
            at = prefixes.carried_upwards(expr, own[-1], array)
            return [None] if at is None else [at]
        case Unary(_, value):
            return _outside_reductions(value, array, ctx, names, own)
        case Binary(_, left, right):
            parts: tuple[Expr, ...] = (left, right)
        case Select(condition, then, otherwise):
            parts = (condition, then, otherwise)
        case Apply(_, arguments):
            parts = arguments
        case _:
            return []
    return [r for p in parts for r in _outside_reductions(p, array, ctx, names, own)]


def _reads(expr: Expr) -> list[Index]:
    return [n for n in walk(expr) if isinstance(n, Index)]


def mirrored(statement: Assign, target: Index, own: tuple[Binder, ...], ctx: Context) -> int | None:
    """The one dimension along which the statement reverses its target in place."""
    value = statement.value
    if not isinstance(value, Index) or value.array != target.array or not _whole(target, own, ctx):
        return None
    found = []
    for at, (subscript, here) in enumerate(zip(value.subscripts, target.subscripts, strict=True)):
        if subscript == here:
            continue
        last = total(linear(ctx.shapes[target.array][at]), {"": -1})
        if total(linear(subscript), linear(here)) != last:
            return None
        found.append(at)
    return found[0] if len(found) == 1 else None


def transposed(statement: Assign, target: Index, own: tuple[Binder, ...], ctx: Context) -> bool:
    """Whether it exchanges rows and columns of its target."""
    value = statement.value
    return (
        isinstance(value, Index)
        and value.array == target.array
        and len(target.subscripts) == 2
        and value.subscripts == target.subscripts[::-1]
        and _whole(target, own, ctx)
    )


def _whole(target: Index, own: tuple[Binder, ...], ctx: Context) -> bool:
    """Whether the loops run through all of the target, once each."""
    names = [b.name for b in own]
    shape = ctx.shapes[target.array]
    return [s.name if isinstance(s, Name) else "" for s in target.subscripts] == names and all(
        b.low == Num("0") and b.high is not None and not total(linear(b.high), scaled(linear(e), -1))
        for b, e in zip(own, shape, strict=True)
    )


covers = _whole
