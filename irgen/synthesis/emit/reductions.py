"""Reductions as loops, each before the expression that it stands in, as far out as it may be computed.

Prefixes (`sum[j in 0..i + 1](x[j])` inside a loop over `i`) are carried along; minima start from the first element;
searches end early.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

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
    Type,
    Unary,
    walk,
)
from passwright.irgen.notation.types import FLOATS
from passwright.irgen.synthesis.emit import expressions, prefixes, stl
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, binary, call, down, up, when
from passwright.irgen.synthesis.emit.context import Context
from passwright.irgen.synthesis.emit.trees import put, same_names

SEARCHES = ("first", "last", "argmin", "argmax")
_STARTS = {
    "sum": "0",
    "prod": "1",
    "count": "0",
    "and": "-1",
    "or": "0",
    "xor": "0",
    "any": "false",
    "all": "true",
}
_STEPS = {"sum": "+=", "prod": "*=", "and": "&=", "or": "|=", "xor": "^="}
_LIMITS: dict[Type, tuple[str, str]] = {
    "bool": ("0", "1"), "char": ("CHAR_MIN", "CHAR_MAX"), "i8": ("INT8_MIN", "INT8_MAX"),
    "i16": ("INT16_MIN", "INT16_MAX"), "i32": ("INT32_MIN", "INT32_MAX"), "i64": ("INT64_MIN", "INT64_MAX"),
    "u8": ("0", "UINT8_MAX"), "u16": ("0", "UINT16_MAX"), "u32": ("0", "UINT32_MAX"), "u64": ("0", "UINT64_MAX"),
    "f32": ("-INFINITY", "INFINITY"), "f64": ("-INFINITY", "INFINITY"),
}  # fmt: skip


def reduced(expr: Reduce, ctx: Context) -> Code:
    """The value of a reduction; its loops are written before."""
    level = ctx.level_of(expr, harmless(expr, ctx))
    known = ctx.levels[level].known
    key = same_names(expr)
    if key in known:
        return known[key]
    if (carried := prefixes.carried(expr, ctx)) is not None:
        return carried
    sure = level == len(ctx.levels) - 1 and not ctx.unsure
    if ctx.style == "stl" and (sure or expr.op not in ("min", "max")) and key not in ctx.counted:
        with ctx.at(level):
            called = stl.reduction(expr, ctx.type_of(expr), ctx)
            if called is not None and not sure:
                called = expressions.bind(Code(called.text, 0), ctx.type_of(expr), ctx)
                known[key] = called
        if called is not None:
            return called
    with ctx.at(level):
        if (counted := ctx.counted.get(key)) is not None:
            return Code(counted)
        name = ctx.temporary()
        compute(expr, name, ctx.type_of(expr), ctx, early=False, sure=sure)
    known[key] = Code(name)
    return Code(name)


def start(op: str, type_: Type) -> str:
    """What a reduction of nothing gives; of a minimum, what is larger than everything."""
    if op in ("min", "max"):
        return _LIMITS[type_][1 if op == "min" else 0]
    if op in SEARCHES:
        return "-1"
    return _STARTS[op]


def compute(
    expr: Reduce, name: str, type_: Type, ctx: Context, early: bool, sure: bool, declare: bool = True
) -> None:
    """Writes the loops that leave the reduction in `name`.

    `early`: `name` is what the function returns and nothing is left to do, so that a search may return. `sure`: an empty
    range is an error of the call here, so that an element may be read at once.
    """
    kind = f"{C_TYPES[type_]} " if declare else ""
    if expr.op in ("first", "last", "any", "all"):
        _search(expr, name, kind, ctx, early)
    elif expr.op in ("argmin", "argmax"):
        _position(expr, name, kind, type_, ctx)
    else:
        _accumulate(expr, name, kind, type_, ctx, sure)


def nest(
    binders: Sequence[Binder], ctx: Context, body: Callable[[], None], more: str = "", downward: bool = False
) -> None:
    """Loops around what `body` writes."""
    if not binders:
        body()
        return
    first, rest = binders[0], binders[1:]
    assert first.low is not None and first.high is not None
    low, high = bound(first.low, "max", ctx), bound(first.high, "min", ctx)
    with ctx.loop(first) as level:
        nest(rest, ctx, body, more, downward)
    if downward:
        ctx.emit(down(first.name, expressions.value(plus(first.high, -1), ctx), low, level.block, more))
    else:
        ctx.emit(up(first.name, low, high, level.block, more))


def bound(expr: Expr, function: str, ctx: Context) -> Code:
    """A bound of a loop; where it is the larger of two, under a name."""
    code = expressions.value(expr, ctx)
    if code.level == 0 or ("(" in code.text and any(isinstance(n, Apply) for n in walk(expr))):
        return expressions.bind(Code(code.text, 0), "i64", ctx)
    return code


# sums and their like


def _accumulate(expr: Reduce, name: str, kind: str, type_: Type, ctx: Context, sure: bool) -> None:
    binders = list(expr.binders)
    opening = start(expr.op, type_)
    if (
        expr.op in ("min", "max")
        and sure
        and len(binders) == 1
        and expr.condition is None
        and _short(expr.body)
    ):
        low = binders[0].low
        assert low is not None
        opening = expressions.value(put(expr.body, binders[0].name, low), ctx, type_).text
        binders[0] = replace(binders[0], low=plus(low, 1))
    ctx.emit(f"{kind}{name} = {opening};")
    nest(binders, ctx, lambda: step(expr, name, type_, ctx))


def step(expr: Reduce, name: str, type_: Type, ctx: Context) -> None:
    """`name` brought forward by one element of the reduction."""
    if expr.op in ("any", "all"):
        met = _where(expr, expr.body if expr.op == "any" else expressions.negation(expr.body))
        ctx.emit(when(expressions.value(met, ctx), [f"{name} = {'true' if expr.op == 'any' else 'false'};"]))
        return
    if expr.op == "count":
        met = _where(expr, expr.body)
        test = expressions.value(met, ctx)
        if ctx.tuned and ctx.type_of(met) == "bool":
            ctx.emit(f"{name} += {test.text};")
        else:
            ctx.emit(when(test, [f"{name}++;"]))
        return
    if expr.condition is None:
        _update(expr, name, type_, ctx)
        return
    condition = expressions.value(expr.condition, ctx)
    with ctx.branch() as branch:
        _update(expr, name, type_, ctx)
    ctx.emit(when(condition, branch.block))


def _update(expr: Reduce, name: str, type_: Type, ctx: Context) -> None:
    if expr.op in _STEPS:
        ctx.emit(accumulation(name, _STEPS[expr.op], expr.body, type_, ctx))
        return
    got = expressions.value(expr.body, ctx, type_)
    ctx.emit(better(expr.op, Code(name), got, type_, expr.body, ctx))


def accumulation(name: str, op: str, body: Expr, type_: Type, ctx: Context) -> str:
    if op == "+=" and isinstance(body, Unary) and body.op == "-":
        op, body = "-=", body.value
    return f"{name} {op} {expressions.value(body, ctx, type_).text};"


def better(op: str, place: Code, got: Code, type_: Type, body: Expr, ctx: Context) -> str:
    """`place` lowered to `got` (or raised)."""
    if (
        ctx.cpp
        and type_ == ctx.type_of(body)
        and expressions.is_exact(body)
        and not expressions.is_literal(body)
    ):
        return f"{place.text} = std::{op}({place.text}, {got.text});"
    if ctx.cpp:
        return f"{place.text} = std::{op}<{C_TYPES[type_]}>({place.text}, {got.text});"
    if type_ in FLOATS and not got.simple and not ctx.tuned:
        function = f"f{op}" + ("f" if type_ == "f32" else "")
        return f"{place.text} = {call(function, place, got).text};"
    got = got if got.level >= 11 and "(" not in got.text else expressions.bind(Code(got.text, 0), type_, ctx)
    return when(binary("<" if op == "min" else ">", got, place), [f"{place.text} = {got.text};"])


def _where(expr: Reduce, body: Expr) -> Expr:
    return body if expr.condition is None else Binary("&&", expr.condition, body)


def _short(body: Expr) -> bool:
    """Worth writing once more, before the loop."""
    return sum(1 for _ in walk(body)) <= 6 and not any(isinstance(n, Reduce | Select) for n in walk(body))


# searches


def _search(expr: Reduce, name: str, kind: str, ctx: Context, early: bool) -> None:
    condition = expressions.negation(expr.body) if expr.op == "all" else expr.body
    index = expr.binders[0].name
    nothing = start(expr.op, "i64")
    found = {"any": "true", "all": "false"}.get(expr.op, index)
    if not early:
        ctx.emit(f"{kind}{name} = {nothing};")
    leave = [f"return {found};"] if early else [f"{name} = {found};", "break;"]
    more = ""
    if not early and len(expr.binders) > 1:
        more = f"!{name}" if expr.op == "any" else name

    def body() -> None:
        ctx.emit(when(expressions.value(_where(expr, condition), ctx), leave))

    nest(expr.binders, ctx, body, more, downward=expr.op == "last")
    if early:
        ctx.emit(f"return {nothing};")


def _position(expr: Reduce, name: str, kind: str, type_: Type, ctx: Context) -> None:
    """The first index of the extreme."""
    binder = expr.binders[0]
    assert binder.low is not None and binder.high is not None
    op = "<" if expr.op == "argmin" else ">"
    if isinstance(expr.body, Index) and _short(expr.body) and not ctx.boundary:
        best = put(expr.body, binder.name, Name(name))
        if ctx.tuned and expr.condition is None and binder.low == Num("0"):
            ctx.emit(
                f"{kind}{name} = {binary('>', expressions.value(binder.high, ctx), Code('0')).text} ? 0 : -1;"
            )

            def rest() -> None:
                ctx.emit(
                    when(expressions.value(Binary(op, expr.body, best), ctx), [f"{name} = {binder.name};"])
                )

            nest([replace(binder, low=Num("1"))], ctx, rest)
            return
        ctx.emit(f"{kind}{name} = -1;")

        def body() -> None:
            unset = Binary("<", Name(name), Num("0"))
            test: Expr = Binary("||", unset, Binary(op, expr.body, best))
            test = test if expr.condition is None else Binary("&&", expr.condition, test)
            ctx.emit(when(expressions.value(test, ctx), [f"{name} = {binder.name};"]))

        nest([binder], ctx, body)
        return
    ctx.emit(f"{kind}{name} = -1;")
    value_type = ctx.type_of(expr.body)
    extreme = ctx.temporary()
    ctx.emit(f"{C_TYPES[value_type]} {extreme} = 0;")

    def keep() -> None:
        with ctx.branch() as branch:
            got = expressions.bind(Code(expressions.value(expr.body, ctx).text, 0), value_type, ctx)
            test = Code(f"{name} < 0 || {got.text} {op} {extreme}", 1, "||")
            ctx.emit(when(test, [f"{extreme} = {got.text};", f"{name} = {binder.name};"]))
        if expr.condition is None:
            ctx.block.extend(branch.block)
        else:
            ctx.emit(when(expressions.value(expr.condition, ctx), branch.block))

    nest([binder], ctx, keep)


def harmless(expr: Reduce, ctx: Context) -> bool:
    """Whether it may be computed where it would not have been: nothing is read outside, nothing divided by nothing."""
    loops = ctx.bounds.loops
    reductions = [n for n in walk(expr) if isinstance(n, Reduce)]
    ctx.bounds.loops = [*loops, *(b for r in reductions for b in r.binders)]
    try:
        for node in walk(expr):
            if isinstance(node, Binary) and node.op in ("/", "%") and ctx.type_of(node) not in FLOATS:
                return False
            if isinstance(node, Index) and not ctx.boundary:
                for subscript, extent in zip(node.subscripts, ctx.shapes[node.array], strict=True):
                    if ctx.bounds.may_be_negative(subscript) or ctx.bounds.may_reach(subscript, extent):
                        return False
        return True
    finally:
        ctx.bounds.loops = loops
