"""Trees with an index replaced."""

from __future__ import annotations

from passwright.irgen.notation.resolve import plus
from passwright.irgen.notation.syntax import (
    Apply,
    Binary,
    Binder,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Select,
    Unary,
)


def put(expr: Expr, name: str, new: Expr) -> Expr:
    """`new` in place of the index `name`, sums with numbers put together."""
    match expr:
        case Name(own):
            return new if own == name else expr
        case Index(array, subscripts):
            return Index(array, tuple(put(s, name, new) for s in subscripts))
        case Unary(op, value):
            return Unary(op, put(value, name, new))
        case Binary(op, left, right):
            one, other = put(left, name, new), put(right, name, new)
            if Num("0") in (one, other) and (one, other) != (left, right) and op in ("+", "*"):
                return Num("0") if op == "*" else other if one == Num("0") else one
            if op in "+-" and isinstance(other, Num) and other.text.isdigit() and one != left:
                return plus(one, int(other.text) if op == "+" else -int(other.text))
            return Binary(op, one, other)
        case Select(condition, then, otherwise):
            return Select(put(condition, name, new), put(then, name, new), put(otherwise, name, new))
        case Apply(function, arguments):
            return Apply(function, tuple(put(a, name, new) for a in arguments))
        case Reduce(op, binders, condition, body):
            if name in {b.name for b in binders}:
                return expr
            ranges = tuple(
                Binder(b.name, put_in(b.low, name, new), put_in(b.high, name, new)) for b in binders
            )
            return Reduce(op, ranges, put_in(condition, name, new), put(body, name, new))
        case _:
            return expr


def put_in(expr: Expr | None, name: str, new: Expr) -> Expr | None:
    return None if expr is None else put(expr, name, new)


def same_names(expr: Reduce) -> Expr:
    """With its indices renamed by their place, so that reductions that differ in them only are equal."""
    renamed: Expr = expr
    for at, binder in enumerate(expr.binders):
        assert isinstance(renamed, Reduce)
        new = Name(f"#{at}")
        binders = tuple(
            Binder(
                new.name if b.name == binder.name else b.name,
                put_in(b.low, binder.name, new),
                put_in(b.high, binder.name, new),
            )
            for b in renamed.binders
        )
        renamed = Reduce(
            renamed.op,
            binders,
            put_in(renamed.condition, binder.name, new),
            put(renamed.body, binder.name, new),
        )
    return renamed
