"""Better loops: ones that follow memory, ones without tests inside, and several statements in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from passwright.irgen.notation.resolve import constant_part, plus
from passwright.irgen.notation.syntax import (
    Assign,
    Binary,
    Binder,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Select,
    Statement,
    walk,
)
from passwright.irgen.synthesis.emit import expressions, hazards, reductions, statements
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, binary, braced, when
from passwright.irgen.synthesis.emit.context import Context, free_names, names_in
from passwright.irgen.synthesis.emit.ranges import linear, total
from passwright.irgen.synthesis.emit.trees import put

LONGEST_EDGE = 160
"""Characters of a loop's body that is worth writing three times."""


# products of matrices and their like: the reduction's loop outside the one over the last index of the target


@dataclass(frozen=True)
class _Sum:
    """`rest + sum[binders](body)`."""

    reduce: Reduce
    rest: Expr | None


def interchanged(statement: Assign, target: Index, ctx: Context) -> bool:
    """Writes `C[i,j] = sum[k](A[i,k] * B[k,j])` with `j` innermost, where that is the order of memory; whether it did."""
    found = _split(statement.value)
    last = statement.binders[-1]
    if (
        found is None
        or statement.op not in ("=", "+=")
        or statement.boundary
        or target.subscripts[-1] != Name(last.name)
        or not _along(found.reduce, last.name)
        or target.array in names_in(found.reduce)
    ):
        return False
    outer = statement.binders[:-1]

    def rows() -> None:
        if statement.op == "=":
            first = replace(statement, value=found.rest or Num("0"))
            reductions.nest([last], ctx, lambda: statements.store(target, first, ctx))
        elif found.rest is not None:
            first = replace(statement, value=found.rest)
            reductions.nest([last], ctx, lambda: statements.store(target, first, ctx))

        def update() -> None:
            value = _invariant(found.reduce.body, last.name, ctx)
            step = replace(statement, op="+=", value=value)
            reductions.nest([last], ctx, lambda: statements.store(target, step, ctx))

        reductions.nest(found.reduce.binders, ctx, update)

    reductions.nest(outer, ctx, rows)
    return True


def _split(value: Expr) -> _Sum | None:
    match value:
        case Reduce("count", binders, None, body) if _tests(body):
            return _split(Reduce("sum", binders, None, body))
        case Reduce("sum", _, None, _):
            inner = any(isinstance(n, Reduce) for n in walk(value.body))
            return None if inner else _Sum(value, None)
        case Binary("*", left, right):
            for factor, other in ((left, right), (right, left)):
                found = _split(other)
                if found is not None and found.rest is None and not _reduces(factor):
                    return _Sum(replace(found.reduce, body=Binary("*", factor, found.reduce.body)), None)
        case Binary("+", left, right):
            for one, other in ((left, right), (right, left)):
                found = _split(one)
                if found is not None and found.rest is None and not _reduces(other):
                    return _Sum(found.reduce, other)
    return None


def _tests(body: Expr) -> bool:
    """Whether it is 0 or 1."""
    return isinstance(body, Binary) and body.op in ("==", "!=", "<", "<=", ">", ">=", "&&", "||")


def _reduces(expr: Expr) -> bool:
    return any(isinstance(n, Reduce) for n in walk(expr))


def _along(reduce: Reduce, last: str) -> bool:
    """Whether memory is read along `last` and not along the reduction's index."""
    inner = {b.name for b in reduce.binders}
    for binder in reduce.binders:
        assert binder.low is not None and binder.high is not None
        if last in free_names(binder.low) | free_names(binder.high):
            return False
    better = False
    for node in walk(reduce.body):
        if isinstance(node, Index) and len(node.subscripts) > 1:
            ahead = frozenset().union(*(free_names(s) for s in node.subscripts[:-1]))
            if last in ahead:
                return False
            if linear(node.subscripts[-1]).get(last) == 1 and ahead & inner:
                better = True
    return better


def _invariant(body: Expr, last: str, ctx: Context) -> Expr:
    """The product with factors that are read from memory and do not hang on `last` under names of their own."""
    match body:
        case Binary("*", left, right):
            return Binary("*", _invariant(left, last, ctx), _invariant(right, last, ctx))
    if last in free_names(body) or not any(isinstance(n, Index) for n in walk(body)):
        return body
    name = ctx.temporary()
    type_ = ctx.type_of(body)
    ctx.emit(f"{C_TYPES[type_]} {name} = {expressions.value(body, ctx).text};")
    ctx.types[name] = type_
    return Name(name)


# the first element apart


def headed(statement: Assign, target: Index, ctx: Context) -> bool:
    """Writes `y[i] = i == 0 ? a : b` as `y[0] = a` and a loop from 1 without a test; whether it did."""
    value = statement.value
    if not isinstance(value, Select) or not isinstance(value.condition, Binary) or statement.op != "=":
        return False
    if len(statement.binders) != 1 or statement.boundary or _reduces(value):
        return False
    binder = statement.binders[0]
    test = value.condition
    if (test.left, test.right, binder.low) != (Name(binder.name), Num("0"), Num("0")) or binder.high is None:
        return False
    if test.op not in ("==", ">", "!="):
        return False
    first, others = (value.then, value.otherwise) if test.op == "==" else (value.otherwise, value.then)
    place = Index(target.array, tuple(put(s, binder.name, Num("0")) for s in target.subscripts))
    some = (
        not ctx.bounds.never_negative(total(linear(binder.high), {"": -1}))
        and binder.high.__class__ is not Num
    )
    some = some and not (isinstance(binder.high, Name) and binder.high.name in ctx.numbers)
    with ctx.branch(guard=some) as branch:
        statements.store(place, replace(statement, value=put(first, binder.name, Num("0"))), ctx)
    if some:
        ctx.emit(when(binary(">", expressions.value(binder.high, ctx), Code("0")), branch.block))
    else:
        ctx.block.extend(branch.block)
    rest = replace(statement, value=others)
    reductions.nest([replace(binder, low=Num("1"))], ctx, lambda: statements.store(target, rest, ctx))
    return True


# boundaries: the edges apart


def peeled(statement: Assign, target: Index, ctx: Context, write: Callable[[], None]) -> bool:
    """Writes a one-dimensional stencil as three loops over one index, the middle one without tests; whether it did."""
    if statement.boundary is None or len(statement.binders) != 1:
        return False
    binder = statement.binders[0]
    offsets = list(_offsets(statement.value, binder.name))
    if _reduces(statement.value) or None in offsets or binder.low != Num("0") or binder.high is None:
        return False
    numbers = [o for o in offsets if o is not None]
    before, behind = max(0, -min(numbers, default=0)), max(0, *numbers, 0)
    if not before and not behind:
        return False
    with ctx.loop(binder) as edge:
        write()
    middle = Binder(binder.name, Num(str(before)), plus(binder.high, -behind))
    with ctx.loop(middle) as inside:
        write()
    if sum(map(len, edge.block)) > LONGEST_EDGE:
        return False
    high = expressions.value(binder.high, ctx).within(8)
    inner = expressions.value(plus(binder.high, -behind), ctx).within(8)
    i = binder.name
    loops = []
    if before:
        loops.append(f"for (; {i} < {before} && {i} < {high}; {i}++) {braced(edge.block)}")
    loops.append(f"for (; {i} < {inner}; {i}++) {braced(inside.block)}")
    if behind:
        loops.append(f"for (; {i} < {high}; {i}++) {braced(edge.block)}")
    opening = f"int64_t {i} = 0;"
    ctx.emit(f"{{ {opening} {' '.join(loops)} }}" if i in ctx.loose else opening)
    if i not in ctx.loose:
        ctx.block.extend(loops)
        ctx.loose.add(i)
    return True


def _offsets(expr: Expr, index: str) -> Iterator[int | None]:
    """What reads add to the index; None for a read that hangs on it in another way."""
    for node in walk(expr):
        if isinstance(node, Index):
            for subscript in node.subscripts:
                base, offset = constant_part(subscript)
                if base == Name(index):
                    yield offset
                elif index in free_names(subscript):
                    yield None


# several statements in one loop


def together(following: Sequence[Statement], ctx: Context) -> int:
    """How many of the statements, from the first, can run in one loop."""
    group: list[Assign] = []
    for statement in following:
        if not isinstance(statement, Assign):
            break
        loops = _loops(statement, ctx)
        if (
            loops is None
            or (group and loops != _loops(group[0], ctx))
            or any(_conflict(g, statement) for g in group)
        ):
            break
        group.append(statement)
    return len(group) if len(group) > 1 else 1


def _loops(statement: Assign, ctx: Context) -> tuple[Binder, ...] | None:
    """The loops of a statement that may share them: of elements, or of a reduction into a scalar."""
    value, target = statement.value, statement.target
    if statement.order or statement.boundary:
        return None
    if isinstance(target, Index):
        plain = [s.name if isinstance(s, Name) else "" for s in target.subscripts] == [
            b.name for b in statement.binders
        ]
        alone = target.array not in ctx.touched or statement.op == "="
        if not plain or _reduces(value) or hazards.order(statement, target, statement.binders, ctx) != "any":
            return None
        return statement.binders if alone or statement.op != "=" else None
    if (
        statement.op != "="
        or statement.binders
        or not isinstance(value, Reduce)
        or target.name in ctx.touched
    ):
        return None
    parts = [e for e in (value.body, value.condition) if e is not None]
    if value.op not in ("sum", "prod", "min", "max", "count", "and", "or", "xor") or any(
        map(_reduces, parts)
    ):
        return None
    return value.binders


def _conflict(first: Assign, second: Assign) -> bool:
    """Whether `second` needs `first` to be done entirely."""
    one, other = statements.target_name(first), statements.target_name(second)
    if one == other:
        return True
    if isinstance(first.target, Name):
        if one in names_in(second.value):
            return True
    elif any(r.subscripts != first.target.subscripts for r in _reads(second.value, one)):
        return True
    return isinstance(second.target, Index) and any(
        r.subscripts != second.target.subscripts for r in _reads(first.value, other)
    )


def _reads(expr: Expr, array: str) -> list[Index]:
    return [n for n in walk(expr) if isinstance(n, Index) and n.array == array]


def fused(group: Sequence[Assign], ctx: Context) -> None:
    """Writes the statements in one loop nest."""
    steps: list[Callable[[], None]] = []
    results: list[tuple[Code, str]] = []
    ctx.levels[-1].known.clear()
    for statement in group:
        name = statements.target_name(statement)
        if isinstance(statement.target, Index):
            steps.append(_element(statement, statement.target, ctx))
        else:
            assert isinstance(statement.value, Reduce)
            type_ = ctx.types[name]
            held = name if name not in ctx.spelled else ctx.temporary()
            ctx.emit(f"{C_TYPES[type_]} {held} = {reductions.start(statement.value.op, type_)};")
            ctx.declared.add(name)
            if held != name:
                results.append((ctx.spelled[name], held))
            steps.append(_summand(statement.value, held, name, ctx))
        ctx.touched.add(name)
    binders = _group_loops(group)
    reductions.nest(binders, ctx, lambda: _all(steps))
    for place, held in results:
        ctx.emit(f"{place.text} = {held};")


def _all(steps: Sequence[Callable[[], None]]) -> None:
    for step in steps:
        step()


def _group_loops(group: Sequence[Assign]) -> tuple[Binder, ...]:
    value = group[0].value
    return value.binders if isinstance(value, Reduce) and not group[0].binders else group[0].binders


def _element(statement: Assign, target: Index, ctx: Context) -> Callable[[], None]:
    first = target.array not in ctx.touched
    statements.prepare(statement, target.array, ctx)
    if first and statements.complete(statement, ctx):
        statement = replace(statement, op="=")
    return lambda: statements.store(target, statement, ctx)


def _summand(reduce: Reduce, held: str, name: str, ctx: Context) -> Callable[[], None]:
    return lambda: reductions.step(reduce, held, ctx.types[name], ctx)
