"""The standard library's algorithms (C++17) for statements and reductions that run along arrays.

An array is followed where its last subscript is the index plus something and no other subscript has the index: a whole
one-dimensional array, a part of it, a row. Up to two such arrays become parameters `x` and `y` of a lambda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    Type,
    Unary,
    walk,
)
from passwright.irgen.notation.types import FLOATS
from passwright.irgen.synthesis.emit import arrays, expressions, hazards
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, add, binary, call, cast, select, times
from passwright.irgen.synthesis.emit.context import Context, free_names, names_in
from passwright.irgen.synthesis.emit.ranges import linear, scaled, total
from passwright.irgen.synthesis.emit.trees import put

_PARAMETERS = ("x", "y")
_FUNCTORS = {
    "prod": "std::multiplies<>()",
    "and": "std::bit_and<>()",
    "or": "std::bit_or<>()",
    "xor": "std::bit_xor<>()",
}
_STARTS = {"sum": "0", "prod": "1", "and": "-1", "or": "0", "xor": "0"}


@dataclass(frozen=True)
class _Along:
    """An expression over one index as a function of the elements of the arrays that it runs along."""

    binder: Binder
    reads: tuple[Index, ...]
    expr: Expr
    """With the parameters' names in place of the reads."""


def along(expr: Expr, binder: Binder, ctx: Context, shortest: int = 0) -> _Along | None:
    """`expr` so, if it has the index in reads along arrays only, at most two different ones.

    The range must not run backwards, as `1..n - 1` does where there is no element: an algorithm would not end.
    `shortest`: how many elements less than none are allowed all the same.
    """
    assert binder.low is not None and binder.high is not None
    length = total(total(linear(binder.high), scaled(linear(binder.low), -1)), {"": shortest})
    if not ctx.bounds.never_negative(length):
        return None
    found: list[Index] = []
    for node in walk(expr):
        if isinstance(node, Reduce):
            if binder.name in free_names(node) or binder.name in {b.name for b in node.binders}:
                return None
        elif isinstance(node, Index) and binder.name in free_names(node) and node not in found:
            *ahead, last = node.subscripts
            if linear(last).get(binder.name) != 1 or any(binder.name in free_names(s) for s in ahead):
                return None
            if any(isinstance(n, Index) for n in walk(last)):
                return None
            found.append(node)
    if len(found) > 2 or not found:
        return None
    inner = expr
    for read, name in zip(found, _PARAMETERS, strict=False):
        inner = _put(inner, read, Name(name))
    return None if binder.name in free_names(inner) else _Along(binder, tuple(found), inner)


def _put(expr: Expr, read: Index, new: Name) -> Expr:
    if expr == read:
        return new
    match expr:
        case Unary(op, value):
            return Unary(op, _put(value, read, new))
        case Binary(op, left, right):
            return Binary(op, _put(left, read, new), _put(right, read, new))
        case Select(condition, then, otherwise):
            return Select(*(_put(e, read, new) for e in (condition, then, otherwise)))
        case Apply(function, arguments):
            return Apply(function, tuple(_put(a, read, new) for a in arguments))
        case _:
            return expr


def pointer(read: Index, binder: Binder, at: Expr, ctx: Context) -> str:
    """Where the index is `at`: `a0`, `a0 + i * n1`, `t0.begin() + 1`."""
    shape = ctx.shapes[read.array]
    moved = [put(s, binder.name, at) for s in read.subscripts]
    place = expressions.value(moved[0], ctx)
    for subscript, extent in zip(moved[1:], shape[1:], strict=True):
        place = add(times(place, expressions.value(extent, ctx)), expressions.value(subscript, ctx))
    start = arrays.begin(read.array, ctx)
    return start if place.zero else f"{start} + {place.within(9)}"


def ends(read: Index, binder: Binder, ctx: Context) -> str:
    assert binder.low is not None and binder.high is not None
    return f"{pointer(read, binder, binder.low, ctx)}, {pointer(read, binder, binder.high, ctx)}"


def function(
    view: _Along, ctx: Context, want: Type | None = None, before: Sequence[tuple[str, Type]] = ()
) -> str | None:
    """The lambda; `before` are parameters ahead of those for the arrays."""
    kept = {name: ctx.types.get(name) for name in (*_PARAMETERS, *(n for n, _ in before))}
    names = (
        _PARAMETERS[: len(view.reads)] if not before else [n for n in _PARAMETERS if n not in dict(before)]
    )
    parameters = [*before, *((n, ctx.types[r.array]) for n, r in zip(names, view.reads, strict=False))]
    for name, type_ in parameters:
        ctx.types[name] = type_
    with ctx.branch() as branch:
        got = expressions.value(view.expr, ctx, want)
    for name, old in kept.items():
        ctx.types.pop(name, None)
        if old is not None:
            ctx.types[name] = old
    others = names_in(view.expr) - {n for n, _ in parameters} - {""}
    listed = ", ".join(f"{C_TYPES[type_]} {name}" for name, type_ in parameters)
    body = " ".join([*branch.block, f"return {got.text};"])
    return f"[{'=' if others else ''}]({listed}) {{ {body} }}"


# reductions


def reduction(expr: Reduce, type_: Type, ctx: Context) -> Code | None:
    """The reduction as one expression, where an algorithm gives it."""
    if len(expr.binders) != 1 or ctx.boundary or expr.condition is not None:
        return None
    binder = expr.binders[0]
    in_order = expr.op == "all" and isinstance(expr.body, Binary) and expr.body.op == "<="
    view = along(expr.body, binder, ctx, shortest=1 if in_order else 0)
    if view is None or any(r.array in ctx.pinned for r in view.reads):
        return None
    both = [ends(r, binder, ctx) for r in view.reads]
    starts = [pointer(r, binder, binder.low or Num("0"), ctx) for r in view.reads]
    match expr.op:
        case "sum" | "prod" | "and" | "or" | "xor":
            return _folded(expr.op, view, both, starts, type_, ctx)
        case "min" | "max" if view.expr == Name("x"):
            return Code(f"*std::{expr.op}_element({both[0]})", 11)
        case "count" | "any" | "all" | "first":
            return _searched(expr, view, both, starts, type_, ctx)
        case "argmin" | "argmax" if view.expr == Name("x") and binder.low == Num("0"):
            at = Code(f"std::{expr.op[3:]}_element({both[0]}) - {_operand(starts[0])}", 9, "-")
            assert binder.high is not None
            return select(binary(">", expressions.value(binder.high, ctx), Code("0")), at, Code("-1"))
    return None


def literal(number: str, type_: Type) -> str:
    """`0` in the type that an algorithm is to compute in."""
    if type_ in FLOATS:
        return f"{number}.0{'f' if type_ == 'f32' else ''}"
    return number if type_ == "i32" else cast(type_, Code(number)).text


def _folded(
    op: str, view: _Along, both: list[str], starts: list[str], type_: Type, ctx: Context
) -> Code | None:
    opening = literal(_STARTS[op], type_)
    if view.expr == Name("x"):
        return call(
            "std::accumulate",
            *(Code(c) for c in (both[0], opening, *([_FUNCTORS[op]] if op != "sum" else []))),
        )
    if op == "sum" and view.expr == Binary("*", Name("x"), Name("y")):
        return call("std::inner_product", Code(both[0]), Code(starts[1]), Code(opening))
    if op == "sum" and view.expr == Binary("*", Name("x"), Name("x")):
        return call("std::inner_product", Code(both[0]), Code(starts[0]), Code(opening))
    text = function(view, ctx, type_)
    if text is None:
        return None
    functor = _FUNCTORS.get(op, "std::plus<>()")
    sources = [both[0], *starts[1:]]
    return call("std::transform_reduce", *(Code(c) for c in (*sources, opening, functor, text)))


def _searched(
    expr: Reduce, view: _Along, both: list[str], starts: list[str], type_: Type, ctx: Context
) -> Code | None:
    if len(view.reads) == 2:
        return _compared(expr, view, both, starts, ctx)
    if along(expr.body, view.binder, ctx) is None:
        return None
    equal = isinstance(view.expr, Binary) and view.expr.op == "==" and view.expr.left == Name("x")
    given = view.expr.right if isinstance(view.expr, Binary) else view.expr
    equal = equal and "x" not in free_names(given) and ctx.type_of(given) == ctx.types[view.reads[0].array]
    if expr.op == "count":
        if equal:
            return call("std::count", Code(both[0]), expressions.value(given, ctx))
        return call("std::count_if", Code(both[0]), Code(function(view, ctx) or ""))
    if expr.op in ("any", "all"):
        return call(f"std::{expr.op}_of", Code(both[0]), Code(function(view, ctx) or ""))
    if expr.binders[0].low != Num("0"):
        return None
    found = (
        call("std::find", Code(both[0]), expressions.value(given, ctx))
        if equal
        else call("std::find_if", Code(both[0]), Code(function(view, ctx) or ""))
    )
    name = ctx.temporary()
    ctx.emit(f"auto {name} = {found.text};")
    end = both[0][len(starts[0]) + 2 :]
    return Code(f"{name} == {end} ? -1 : {name} - {_operand(starts[0])}", 0)


def _operand(place: str) -> str:
    return f"({place})" if " " in place else place


def _compared(expr: Reduce, view: _Along, both: list[str], starts: list[str], ctx: Context) -> Code | None:
    """Whether two arrays are equal, or one is in order."""
    if expr.op != "all":
        return None
    one, other = view.reads
    if view.expr == Binary("==", Name("x"), Name("y")) and one.array != other.array:
        return call("std::equal", Code(both[0]), Code(starts[1]))
    behind = put(one, view.binder.name, plus(Name(view.binder.name), 1))
    if view.expr != Binary("<=", Name("x"), Name("y")) or other != behind:
        return None
    start, end = starts[0], both[1][len(starts[1]) + 2 :]
    return call("std::is_sorted", Code(start), Code(end))


# statements


def elementwise(statement: Assign, target: Index, ctx: Context) -> bool:
    """Writes `y[i] = f(x[i])` and its like as one call; whether it did."""
    if len(statement.binders) != 1 or statement.boundary or statement.op not in ("=", "+=", "*="):
        return False
    binder = statement.binders[0]
    if len(target.subscripts) != 1 or target.subscripts[0] != Name(binder.name):
        return False
    value = statement.value
    out = pointer(target, binder, binder.low or Num("0"), ctx)
    if statement.op != "=":
        if hazards.order(statement, target, statement.binders, ctx) != "any":
            return False
        value = Binary(statement.op[0], target, value)
    if isinstance(value, Reduce) and _scanned(value, target, binder, out, ctx):
        return True
    if isinstance(value, Index) and _copied(value, target, binder, out, ctx):
        return True
    if value == Name(binder.name):
        ctx.emit(
            f"std::iota({ends(target, binder, ctx)}, {expressions.value(binder.low or Num('0'), ctx).text});"
        )
        return True
    type_ = ctx.types[target.array]
    if binder.name not in names_in(value) and not any(isinstance(n, Reduce) for n in walk(value)):
        ctx.emit(f"std::fill({ends(target, binder, ctx)}, {expressions.value(value, ctx, type_).text});")
        return True
    view = along(value, binder, ctx)
    if view is None:
        return False
    view = replace(view, expr=_hoisted(view.expr, ctx))
    text = function(view, ctx, type_)
    sources = [
        ends(view.reads[0], binder, ctx),
        *(pointer(r, binder, binder.low or Num("0"), ctx) for r in view.reads[1:]),
    ]
    ctx.emit(f"std::transform({', '.join(sources)}, {out}, {text});")
    return True


def _hoisted(expr: Expr, ctx: Context) -> Expr:
    """Reductions that do not hang on the index under names, so that they are not computed in the lambda."""
    match expr:
        case Reduce():
            type_ = ctx.type_of(expr)
            ctx.unsure = True
            code = expressions.value(expr, ctx)
            ctx.unsure = False
            name = code.text
            if not name.isidentifier():
                name = ctx.temporary()
                ctx.emit(f"{C_TYPES[type_]} {name} = {code.text};")
            ctx.types[name] = type_
            return Name(name)
        case Unary(op, value):
            return Unary(op, _hoisted(value, ctx))
        case Binary(op, left, right):
            return Binary(op, _hoisted(left, ctx), _hoisted(right, ctx))
        case Apply(name, arguments):
            return Apply(name, tuple(_hoisted(a, ctx) for a in arguments))
        case _:
            return expr


def _scanned(value: Reduce, target: Index, binder: Binder, out: str, ctx: Context) -> bool:
    """Prefix sums, products and extremes of an array of the target's type."""
    if len(value.binders) != 1 or value.condition is not None or not isinstance(value.body, Index):
        return False
    inner = value.binders[0]
    read = value.body
    if read.subscripts != (Name(inner.name),) or ctx.types[read.array] != ctx.types[target.array]:
        return False
    if binder.low != Num("0") or inner.low != Num("0") or inner.high != plus(Name(binder.name), 1):
        return False
    kind = C_TYPES[ctx.types[read.array]]
    operation = {
        "sum": "", "prod": ", std::multiplies<>()", "xor": ", std::bit_xor<>()",
        "min": f", []({kind} x, {kind} y) {{ return std::min(x, y); }}",
        "max": f", []({kind} x, {kind} y) {{ return std::max(x, y); }}",
    }  # fmt: skip
    if value.op not in operation:
        return False
    source = ends(Index(read.array, (Name(binder.name),)), binder, ctx)
    ctx.emit(f"std::partial_sum({source}, {out}{operation[value.op]});")
    return True


def _copied(value: Index, target: Index, binder: Binder, out: str, ctx: Context) -> bool:
    """A copy, or a copy the other way round."""
    if len(value.subscripts) != 1 or value.array == target.array:
        return False
    terms = linear(value.subscripts[0])
    if terms.get(binder.name) == 1 and binder.name in free_names(value.subscripts[0]):
        ctx.emit(f"std::copy({ends(value, binder, ctx)}, {out});")
        return True
    if terms != {**linear(plus(binder.high or Num("0"), -1)), binder.name: -1} or binder.low != Num("0"):
        return False
    straight = Index(value.array, (Name(binder.name),))
    ctx.emit(f"std::reverse_copy({ends(straight, binder, ctx)}, {out});")
    return True


def array_valued(target: str, value: Expr, ctx: Context) -> bool:
    """A filter of one array's elements."""
    if not isinstance(value, Reduce) or len(value.binders) != 1 or value.condition is None or ctx.boundary:
        return False
    binder = value.binders[0]
    view = along(value.condition, binder, ctx)
    if view is None or len(view.reads) != 1 or value.body != view.reads[0] or value.body.array == target:
        return False
    if ctx.types[target] != ctx.types[view.reads[0].array]:
        return False
    text = function(view, ctx)
    ctx.emit(f"std::copy_if({ends(view.reads[0], binder, ctx)}, {arrays.begin(target, ctx)}, {text});")
    return True


def fold(statement: Assign, name: str, ctx: Context) -> Code | None:
    """`seq h = h * 31 + s[i]` as the value of one std::accumulate that starts with `h`."""
    if len(statement.binders) != 1 or statement.order != "seq" or statement.op != "=" or name in ctx.spelled:
        return None
    binder = statement.binders[0]
    view = along(statement.value, binder, ctx)
    if view is None or len(view.reads) != 1:
        return None
    inner = put(put(view.expr, "x", Name("y")), name, Name("x"))
    text = function(replace(view, expr=inner), ctx, ctx.types[name], before=[("x", ctx.types[name])])
    return call("std::accumulate", Code(ends(view.reads[0], binder, ctx)), Code(name), Code(text or ""))
