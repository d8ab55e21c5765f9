"""Reductions over a range that grows by one with the loop around them: kept in a variable from one turn to the next."""

from __future__ import annotations

from passwright.irgen.notation.resolve import plus
from passwright.irgen.notation.syntax import Binary, Binder, Expr, Index, Name, Node, Reduce, Type, walk
from passwright.irgen.synthesis.emit import expressions, reductions
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, when
from passwright.irgen.synthesis.emit.context import Context, free_names, names_in
from passwright.irgen.synthesis.emit.ranges import linear
from passwright.irgen.synthesis.emit.trees import put, put_in, same_names


def carried(expr: Reduce, ctx: Context) -> Code | None:
    """A reduction over a range that grows by one with a loop around it: kept in a variable from one turn to the next."""
    place = len(ctx.levels) - 1
    while place > 0 and ctx.levels[place].guard:
        place -= 1
    if place < 1 or not ctx.bounds.loops or len(expr.binders) != 1 or expr.op in ("first", "last", "filter"):
        return None
    loop, binder = ctx.bounds.loops[-1], expr.binders[0]
    if (
        expr.op in ("argmin", "argmax")
        or loop.name not in ctx.levels[place].bound - ctx.levels[place - 1].bound
    ):
        return None
    if loop.name in free_names(expr.body) | (free_names(expr.condition) if expr.condition else frozenset()):
        return None
    assert (
        binder.low is not None and binder.high is not None and loop.low is not None and loop.high is not None
    )
    turn = _upwards(binder, loop) if loop.name not in ctx.descending else _downwards(binder, loop)
    if (
        turn is None
        or not free_names(binder.low) | free_names(binder.high) <= ctx.levels[place].bound | ctx.bounds.sizes
    ):
        return None
    at, inclusive = turn
    if inclusive and names_in(expr) & ctx.pinned:
        return None
    type_ = ctx.type_of(expr)
    element = Reduce(expr.op, (), put_in(expr.condition, binder.name, at), put(expr.body, binder.name, at))
    guarded = place < len(ctx.levels) - 1
    with ctx.at(place):
        safe = reductions.harmless(element, ctx)
    if guarded and not safe:
        return None
    name = ctx.temporary()
    with ctx.at(place - 1):
        ctx.emit(f"{C_TYPES[type_]} {name} = {reductions.start(expr.op, type_)};")
    with ctx.at(place):
        if inclusive:
            reductions.step(element, name, type_, ctx)
        elif safe:
            with ctx.branch() as branch:
                reductions.step(element, name, type_, ctx)
            ctx.levels[place].post += branch.block
        else:  # the last turn's element may not exist
            _step_behind(expr, at, loop, name, type_, ctx)
        ctx.levels[place].known[same_names(expr)] = Code(name)
    return Code(name)


def _step_behind(expr: Reduce, at: Expr, loop: Binder, name: str, type_: Type, ctx: Context) -> None:
    """The element of the turn before, at the start of every turn but the first."""
    assert loop.low is not None and loop.high is not None
    falling = loop.name in ctx.descending
    before = put(at, loop.name, plus(Name(loop.name), 1 if falling else -1))
    index = expr.binders[0].name
    element = Reduce(expr.op, (), put_in(expr.condition, index, before), put(expr.body, index, before))
    later = (
        Binary("<", Name(loop.name), plus(loop.high, -1))
        if falling
        else Binary(">", Name(loop.name), loop.low)
    )
    with ctx.branch() as branch:
        reductions.step(element, name, type_, ctx)
    ctx.emit(when(expressions.value(later, ctx), branch.block))


def _upwards(binder: Binder, loop: Binder) -> tuple[Expr, bool] | None:
    """The index that comes in at each turn of an upward loop, and whether before its use."""
    assert binder.low is not None and binder.high is not None and loop.low is not None
    if loop.name in free_names(binder.low):
        return None
    for inclusive in (True, False):
        at = plus(binder.high, -1 if inclusive else 0)
        if linear(binder.high).get(loop.name) == 1 and linear(put(at, loop.name, loop.low)) == linear(
            binder.low
        ):
            return at, inclusive
    return None


def carried_upwards(expr: Reduce, loop: Binder, array: str) -> Index | None:
    """The one element of `array` that a prefix reads at each turn, before anything is written there."""
    reads = [n for n in walk(expr) if isinstance(n, Index) and n.array == array]
    if len(expr.binders) != 1 or len(reads) != 1 or expr.op in reductions.SEARCHES:
        return None
    turn = _upwards(expr.binders[0], loop)
    if turn is None or not turn[1] or loop.name in free_names(expr.body):
        return None
    read = put(reads[0], expr.binders[0].name, turn[0])
    return read if isinstance(read, Index) else None


def _downwards(binder: Binder, loop: Binder) -> tuple[Expr, bool] | None:
    assert binder.low is not None and binder.high is not None and loop.high is not None
    if loop.name in free_names(binder.high):
        return None
    for inclusive in (True, False):
        at = plus(binder.low, 0 if inclusive else -1)
        first = put(at, loop.name, plus(loop.high, -1))
        if linear(binder.low).get(loop.name) == 1 and linear(plus(first, 1)) == linear(binder.high):
            return at, inclusive
    return None


def grows_up(expr: Node, loop: Binder) -> bool:
    """Whether a reduction in `expr` runs from a start to the loop's index."""
    return any(
        isinstance(n, Reduce) and _free_of(n, loop) and _upwards(n.binders[0], loop) is not None
        for n in walk(expr)
    )


def grows_down(expr: Node, loop: Binder) -> bool:
    """Whether a reduction in `expr` runs from the loop's index to an end: carried along by a loop that goes down."""
    return any(
        isinstance(n, Reduce) and _free_of(n, loop) and _downwards(n.binders[0], loop) is not None
        for n in walk(expr)
    )


def _free_of(reduce: Reduce, loop: Binder) -> bool:
    """Whether only the range hangs on the loop."""
    inner = free_names(reduce.body) | (free_names(reduce.condition) if reduce.condition else frozenset())
    return len(reduce.binders) == 1 and reduce.op not in reductions.SEARCHES and loop.name not in inner
