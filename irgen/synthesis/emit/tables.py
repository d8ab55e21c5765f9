"""Tables of prefixes, each entry from the one above it: sums down columns, summed areas."""

from __future__ import annotations

from dataclasses import replace

from passwright.irgen.notation.resolve import plus
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
)
from passwright.irgen.synthesis.emit.context import Context, free_names, names_in
from passwright.irgen.synthesis.emit.trees import put


def recurrence(statement: Assign, target: Index, ctx: Context) -> Assign | None:
    """`B[i, j] = sum[k in 0..i + 1](A[k, j])` as `B[i, j] = A[i, j] + (i > 0 ? B[i - 1, j] : 0)`, whose loops go upwards."""
    value, own = statement.value, statement.binders
    if (
        not isinstance(value, Reduce)
        or value.condition is not None
        or statement.op != "="
        or statement.boundary
    ):
        return None
    if (
        target.array in names_in(value)
        or tuple(Name(b.name) for b in own) != target.subscripts
        or len(own) < 2
    ):
        return None
    first, *inner = value.binders
    at = next((n for n, b in enumerate(own[:-1]) if _prefix(first, b, value)), None)
    if at is None or (
        inner and (value.op != "sum" or len(inner) > 1 or not _prefix(inner[0], own[-1], value))
    ):
        return None
    index = own[at].name
    body = put(value.body, first.name, Name(index))
    added: Expr = Reduce(value.op, tuple(inner), None, body) if inner else body
    above = Index(target.array, tuple(plus(s, -1) if n == at else s for n, s in enumerate(target.subscripts)))
    later = Binary(">", Name(index), Num("0"))
    match value.op:
        case "sum":
            return replace(statement, value=Binary("+", added, Select(later, above, Num("0"))))
        case "prod":
            return replace(statement, value=Select(later, Binary("*", above, added), added))
        case "min" | "max":
            return replace(statement, value=Select(later, Apply(value.op, (above, added)), added))
    return None


def _prefix(binder: Binder, loop: Binder, value: Reduce) -> bool:
    return (
        (binder.low, loop.low) == (Num("0"), Num("0"))
        and binder.high == plus(Name(loop.name), 1)
        and loop.name not in free_names(value.body)
    )
