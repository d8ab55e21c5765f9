"""Statements as loops, and a program as the body of a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from passwright.irgen.notation.resolve import plus
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    Assign,
    Binary,
    Binder,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Repeat,
    Select,
    Statement,
    renamed,
    walk,
)
from passwright.irgen.synthesis.emit import (
    arrays,
    expressions,
    hazards,
    prefixes,
    reductions,
    stl,
    storage,
    tables,
    tuned,
)
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, up, when
from passwright.irgen.synthesis.emit.context import Context, names_in
from passwright.irgen.synthesis.emit.trees import same_names

_REDUCTION = {"+=": "sum", "*=": "prod", "min=": "min", "max=": "max", "&=": "and", "|=": "or", "^=": "xor"}


def body(ctx: Context) -> str:
    """The function's body."""
    program = ctx.resolved.program
    inputs = {d.name for d in program.declarations if d.role in ("in", "inout", "size", "len")}
    ctx.touched |= inputs
    statements = list(program.statements)
    while statements:
        taken = tuned.together(statements, ctx) if ctx.tuned else 1
        if taken > 1:
            tuned.fused([s for s in statements[:taken] if isinstance(s, Assign)], ctx)
        else:
            _statement(statements[0], ctx, last=len(statements) == 1)
        del statements[:taken]
    _leave(ctx)
    return " ".join(ctx.block)


def _leave(ctx: Context) -> None:
    """Frees what is owned and returns what is to be returned, if that was not done."""
    if ctx.returned:
        return
    ctx.block.extend(f"free({name});" for name in ctx.owned)
    value = next(
        (d.name for d in ctx.resolved.program.declarations if d.role == "return" and not d.shape), None
    )
    if value is not None:
        ctx.emit(f"return {value};")


def _statement(statement: Statement, ctx: Context, last: bool = False) -> None:
    if isinstance(statement, Repeat):
        _repeat(statement, ctx)
        return
    ctx.levels[-1].known.clear()
    ctx.boundary = statement.boundary
    name = target_name(statement)
    if arrays.gives_array(statement.value) and isinstance(statement.target, Name):
        make_local(name, ctx, zero=False)
        if not (ctx.style == "stl" and stl.array_valued(name, statement.value, ctx)):
            arrays.assign(name, statement.value, ctx)
    elif isinstance(statement.target, Name):
        _scalar(statement, name, ctx, last)
    else:
        _array(statement, statement.target, ctx)
    ctx.touched.add(name)
    if statement.op != "=" or not arrays.gives_array(statement.value):
        ctx.counted = {k: v for k, v in ctx.counted.items() if name not in names_in(k)}
    ctx.boundary = None


def target_name(statement: Assign) -> str:
    return statement.target.name if isinstance(statement.target, Name) else statement.target.array


def _repeat(statement: Repeat, ctx: Context) -> None:
    for inner in assignments((statement,)):
        name = target_name(inner)
        first = name not in ctx.touched
        if ctx.shapes.get(name):
            zero = inner.op != "=" or not complete(inner, ctx)
            if name in ctx.locals:
                make_local(name, ctx, zero)
            elif first and inner.op != "=":
                _fill(name, inner.op, ctx)
        elif name not in ctx.declared and name not in ctx.spelled and name not in ctx.touched:
            type_ = ctx.types[name]
            opening = reductions.start(_REDUCTION[inner.op], type_) if inner.op != "=" else "0"
            ctx.emit(f"{C_TYPES[type_]} {name} = {opening};")
            ctx.declared.add(name)
        elif name in ctx.spelled and first and inner.op != "=":
            ctx.emit(f"*{name} = {reductions.start(_REDUCTION[inner.op], ctx.types[name])};")
        ctx.touched.add(name)
    index = ctx.index()
    count = expressions.value(statement.count, ctx)
    changes = frozenset(target_name(s) for s in assignments((statement,)))
    with ctx.loop(Binder(index, Num("0"), statement.count), changes) as level:
        for each in statement.body:
            _statement(each, ctx)
    ctx.emit(up(index, Code("0"), count, level.block))


# scalars


def _scalar(statement: Assign, name: str, ctx: Context, last: bool) -> None:
    place = ctx.spelled.get(name, Code(name))
    type_ = ctx.types[name]
    value = statement.value
    first = name not in ctx.touched
    inner = statement.binders
    if statement.op != "=" and (inner or first):
        gathered: Expr = Reduce(_REDUCTION[statement.op], inner, None, value) if inner else value
        if first:
            value, inner = gathered, ()
        elif not statement.order and place.text == name:
            assert isinstance(gathered, Reduce)
            reductions.nest(inner, ctx, lambda: reductions.step(gathered, name, type_, ctx))
            return
    if inner:
        if (
            ctx.style == "stl"
            and not first
            and (folded := stl.fold(replace(statement, binders=inner), name, ctx))
        ):
            _give(name, place, folded, ctx, last and _is_return(name, ctx) and name not in ctx.declared)
            return
        ctx.pinned = frozenset((name,))
        _declare(name, ctx, "0" if first else None)
        reductions.nest(
            inner,
            ctx,
            lambda: _store(place, replace(statement, value=value), name, ctx),
            downward=statement.order == "seq down",
        )
        ctx.pinned = frozenset()
        return
    op = "=" if first else statement.op
    is_return = _is_return(name, ctx)
    if ctx.style == "stl" and op == "=" and isinstance(value, Reduce):
        found = stl.reduction(value, type_, ctx)
        if found is not None:
            _give(name, place, found, ctx, last and is_return)
            return
    mentioned = any(isinstance(n, Name) and n.name == name for n in walk(value))
    if op == "=" and isinstance(value, Reduce) and place.text == name and not mentioned:
        counted = ctx.counted.get(same_names(value))
        if counted is None:
            early = (
                last
                and is_return
                and first
                and not ctx.owned
                and value.op not in ("argmin", "argmax", *_STEADY)
            )
            declare = name not in ctx.declared
            ctx.declared.add(name)
            reductions.compute(value, name, type_, ctx, early, sure=True, declare=declare)
            ctx.returned = early
            return
    if op == "=":
        _give(name, place, expressions.value(value, ctx, type_), ctx, last and is_return)
    else:
        _store(place, statement, name, ctx)


_STEADY = ("sum", "prod", "count", "min", "max", "and", "or", "xor")


def _is_return(name: str, ctx: Context) -> bool:
    declaration = ctx.declarations[name]
    return declaration.role == "return"


def _give(name: str, place: Code, value: Code, ctx: Context, returns: bool) -> None:
    if returns and name not in ctx.declared and not ctx.owned:
        ctx.emit(f"return {value.text};")
        ctx.returned = True
        return
    if not _declare(name, ctx, value.text):
        ctx.emit(f"{place.text} = {value.text};")


def _declare(name: str, ctx: Context, opening: str | None) -> bool:
    """Declares a local or the value returned where that was not done; whether it did."""
    if name in ctx.declared or name in ctx.spelled or opening is None or not _own(name, ctx):
        return False
    ctx.declared.add(name)
    ctx.emit(f"{C_TYPES[ctx.types[name]]} {name} = {opening};")
    return True


def _own(name: str, ctx: Context) -> bool:
    return name in ctx.locals or _is_return(name, ctx)


def _store(place: Code, statement: Assign, name: str, ctx: Context) -> None:
    """`place op= value`, in the block that is open."""
    type_ = ctx.types[name]
    value, op = statement.value, statement.op
    if op in ("min=", "max="):
        got = expressions.value(value, ctx, type_)
        ctx.emit(reductions.better(op[:3], place, got, type_, value, ctx))
        return
    if isinstance(value, Select):
        condition = expressions.value(value.condition, ctx)
        with ctx.branch() as one:
            _store(place, replace(statement, value=value.then), name, ctx)
        with ctx.branch() as other:
            _store(place, replace(statement, value=value.otherwise), name, ctx)
        kept = f"{place.text} = {place.text};"
        if other.block == [kept]:
            ctx.emit(when(condition, one.block))
            return
        if op != "=" and other.block == [f"{place.text} {op} 0;"]:
            ctx.emit(when(condition, one.block))
            return
        if len(one.block) > 1 or len(other.block) > 1 or other.block[0].startswith("if"):
            ctx.emit(when(condition, one.block, other.block))
            return
    if op == "+=" and value == Num("1"):
        ctx.emit(f"{place.text}++;" if place.level >= 12 else f"({place.text})++;")
    elif op == "=":
        ctx.emit(f"{place.text} = {expressions.value(value, ctx, type_).text};")
    else:
        ctx.emit(reductions.accumulation(place.text, op, value, type_, ctx))


# arrays


def make_local(name: str, ctx: Context, zero: bool) -> None:
    if name in ctx.locals and name not in ctx.declared:
        storage.allocate_local(name, ctx, zero)


def complete(statement: Assign, ctx: Context) -> bool:
    """Whether the statement writes every element of its target."""
    if arrays.gives_array(statement.value):
        return True
    target = statement.target
    if not isinstance(target, Index):
        return True
    names = {s.name for s in target.subscripts if isinstance(s, Name)}
    return hazards.covers(target, tuple(b for b in statement.binders if b.name in names), ctx)


def _fill(name: str, op: str, ctx: Context) -> None:
    """Every element of an array at the identity of `op`."""
    size = storage.extent_of(ctx.shapes[name], ctx)
    opening = reductions.start(_REDUCTION.get(op, "sum"), ctx.types[name])
    if ctx.cpp and ctx.style != "plain":
        ctx.emit(f"std::fill({arrays.begin(name, ctx)}, {arrays.end(name, size, ctx)}, {opening});")
        return
    if opening == "0" and ctx.tuned:
        ctx.emit(f"memset({name}, 0, {size.within(10)} * sizeof({C_TYPES[ctx.types[name]]}));")
        return
    index = ctx.index()
    ctx.emit(up(index, Code("0"), size, [f"{name}[{index}] = {opening};"]))


def prepare(statement: Assign, name: str, ctx: Context) -> None:
    """Room for a local, and what elements have to be before the first statement that writes the array."""
    if name in ctx.touched:
        return
    whole = complete(statement, ctx)
    opening = reductions.start(_REDUCTION.get(statement.op, "sum"), ctx.types[name])
    if name in ctx.locals:
        make_local(name, ctx, zero=not whole and opening == "0")
    if not whole and (statement.op != "=" if name not in ctx.locals else opening != "0"):
        _fill(name, statement.op, ctx)


def _array(statement: Assign, target: Index, ctx: Context) -> None:
    name = target.array
    first = name not in ctx.touched
    bare = [s.name for s in target.subscripts if isinstance(s, Name)]
    loops = {b.name for b in statement.binders}
    distinct = len(set(bare) & loops) == len(target.subscripts) and all(b in loops for b in bare)
    used = {n.name for s in target.subscripts for n in walk(s) if isinstance(n, Name)} & loops
    own = tuple(b for b in statement.binders if statement.op == "=" or b.name in used)
    inner = tuple(b for b in statement.binders if b not in own)
    prepare(statement, name, ctx)
    if statement.order or (not distinct and statement.op != "="):
        _in_order(statement, target, ctx)
        return
    whole = complete(statement, ctx)
    if statement.op != "=":
        value: Expr = (
            Reduce(_REDUCTION[statement.op], inner, None, statement.value) if inner else statement.value
        )
        statement = replace(statement, op="=" if first and whole else statement.op, value=value, binders=own)
    else:
        statement = replace(statement, binders=own)
    if not own:
        _store(_place(target, ctx), statement, name, ctx)
        return
    parallel(statement, target, ctx)


def _place(target: Index, ctx: Context) -> Code:
    return expressions.element(target.array, [expressions.value(s, ctx) for s in target.subscripts], ctx)


def _in_order(statement: Assign, target: Index, ctx: Context) -> None:
    """One element after the other, each reading what was written before."""
    ctx.pinned = frozenset((target.array,))
    if ctx.tuned and statement.order == "seq" and tuned.headed(statement, target, ctx):
        ctx.pinned = frozenset()
        return
    if statement.order == "seq down":
        ctx.descending |= {b.name for b in statement.binders}
    reductions.nest(
        statement.binders,
        ctx,
        lambda: store(target, statement, ctx),
        downward=statement.order == "seq down",
    )
    ctx.descending.clear()
    ctx.pinned = frozenset()


def parallel(statement: Assign, target: Index, ctx: Context) -> None:
    """All elements at once, in whatever order is right and good."""
    own = statement.binders
    if statement.op == "=" and _exchanged(statement, target, own, ctx):
        return
    order = hazards.order(statement, target, own, ctx)
    if order == "copy":
        statement = _from_copy(statement, target, ctx)
    if order == "any" and (halves := _both_ways(statement, target)):
        for half in halves:
            parallel(half, target, ctx)
        return
    if ctx.tuned and order in ("any", "up") and tuned.headed(statement, target, ctx):
        return
    if order in ("any", "copy"):
        if ctx.style == "stl" and stl.elementwise(statement, target, ctx):
            return
        if ctx.tuned:
            statement = tables.recurrence(statement, target, ctx) or statement
        if ctx.tuned and tuned.interchanged(statement, target, ctx):
            return
        if ctx.tuned and tuned.peeled(statement, target, ctx, _store_at(statement, target, ctx)):
            return
    falling = order == "down" or (order != "up" and prefixes.grows_down(statement.value, own[-1]))
    if falling:
        ctx.descending |= {b.name for b in own}
    nested(own, ctx, _store_at(statement, target, ctx), falling, order == "down")
    ctx.descending.clear()


def _both_ways(statement: Assign, target: Index) -> tuple[Assign, Assign] | None:
    """`y[i] = prefix * suffix` as two statements, each of which can carry its reduction along."""
    value, loop = statement.value, statement.binders[-1]
    if not isinstance(value, Binary) or value.op not in ("+", "*") or statement.op != "=":
        return None
    if target.array in names_in(value) or statement.boundary:
        return None
    for one, other in ((value.left, value.right), (value.right, value.left)):
        if prefixes.grows_up(one, loop) and prefixes.grows_down(other, loop):
            op: Literal["+=", "*="] = "+=" if value.op == "+" else "*="
            return replace(statement, value=one), replace(statement, op=op, value=other)
    return None


def nested(
    own: Sequence[Binder], ctx: Context, write: Callable[[], None], falling: bool, all_fall: bool
) -> None:
    """Loops around `write`; the innermost goes down if `falling`, all of them if `all_fall`."""
    if all_fall or not falling or len(own) == 1:
        reductions.nest(own, ctx, write, downward=falling)
        return
    reductions.nest(own[:-1], ctx, lambda: reductions.nest(own[-1:], ctx, write, downward=True))


def store(target: Index, statement: Assign, ctx: Context) -> None:
    """Writes the statement's value into the element of the target at the loops' indices."""
    _store(_place(target, ctx), statement, target.array, ctx)


def _store_at(statement: Assign, target: Index, ctx: Context) -> Callable[[], None]:
    return lambda: store(target, statement, ctx)


def _exchanged(statement: Assign, target: Index, own: tuple[Binder, ...], ctx: Context) -> bool:
    """A reversal or a transposition in place, by exchanging elements."""
    at = hazards.mirrored(statement, target, own, ctx)
    if at is not None:
        extent = ctx.shapes[target.array][at]
        if ctx.style == "stl" and len(own) == 1:
            size = expressions.value(extent, ctx)
            ctx.emit(
                f"std::reverse({arrays.begin(target.array, ctx)}, {arrays.end(target.array, size, ctx)});"
            )
            return True
        half = [*own]
        half[at] = replace(own[at], high=Binary("/", extent, Num("2")))
    elif hazards.transposed(statement, target, own, ctx):
        half = [own[0], replace(own[1], low=plus(Name(own[0].name), 1))]
    else:
        return False
    assert isinstance(statement.value, Index)
    other = statement.value

    def exchange() -> None:
        here, there = _place(target, ctx), _place(other, ctx)
        if ctx.cpp:
            ctx.emit(f"std::swap({here.text}, {there.text});")
            return
        held = ctx.temporary()
        ctx.emit(f"{C_TYPES[ctx.types[target.array]]} {held} = {here.text};")
        ctx.emit(f"{here.text} = {there.text};")
        ctx.emit(f"{there.text} = {held};")

    reductions.nest(half, ctx, exchange)
    return True


def _from_copy(statement: Assign, target: Index, ctx: Context) -> Assign:
    """The statement with the target's old content in an array of its own."""
    name = target.array
    kind = C_TYPES[ctx.types[name]]
    size = storage.extent_of(ctx.shapes[name], ctx)
    copy = ctx.temporary()
    ends = f"{arrays.begin(name, ctx)}, {arrays.end(name, size, ctx)}"
    if ctx.cpp and len(ctx.levels) == 1:
        ctx.emit(f"std::vector<{kind}> {copy}({ends});")
        ctx.vectors.add(copy)
    elif ctx.cpp:
        storage.allocate(copy, kind, size, ctx)
        ctx.emit(f"std::copy({ends}, {copy}.begin());")
    else:
        storage.allocate(copy, kind, size, ctx)
        ctx.emit(f"memcpy({copy}, {name}, {size.within(10)} * sizeof({kind}));")
    ctx.types[copy], ctx.shapes[copy] = ctx.types[name], ctx.shapes[name]
    return replace(statement, value=renamed(statement.value, {name: copy}))
