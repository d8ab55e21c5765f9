"""Statements whose value is a whole array: filter, sort, argsort, unique."""

from __future__ import annotations

from passwright.irgen.notation.syntax import Apply, Expr, Name, Reduce
from passwright.irgen.synthesis.emit import expressions, reductions
from passwright.irgen.synthesis.emit.code import C_TYPES, Code, up, when
from passwright.irgen.synthesis.emit.context import Context
from passwright.irgen.synthesis.emit.trees import same_names


def gives_array(value: Expr) -> bool:
    if isinstance(value, Reduce):
        return value.op == "filter"
    return isinstance(value, Apply) and value.function in (
        "sort",
        "sort_desc",
        "argsort",
        "argsort_desc",
        "unique",
    )


def assign(target: str, value: Expr, ctx: Context) -> None:
    if isinstance(value, Reduce):
        _filter(target, value, ctx)
        return
    assert isinstance(value, Apply) and isinstance(value.arguments[0], Name)
    source = value.arguments[0].name
    size = expressions.value(ctx.shapes[source][0], ctx)
    descending = value.function.endswith("_desc")
    if value.function == "unique":
        _unique(source, target, size, ctx)
    elif value.function.startswith("argsort"):
        _argsort(source, target, size, descending, ctx)
    else:
        _sort(source, target, size, descending, ctx)


def _filter(target: str, value: Reduce, ctx: Context) -> None:
    counter = ctx.temporary()
    ctx.emit(f"int64_t {counter} = 0;")

    def keep() -> None:
        condition = expressions.value(value.condition, ctx) if value.condition is not None else None
        with ctx.branch() as branch:
            got = expressions.value(value.body, ctx, ctx.types[target])
            ctx.emit(f"{target}[{counter}++] = {got.text};")
        if condition is None:
            ctx.block.extend(branch.block)
        else:
            ctx.emit(when(condition, branch.block))

    reductions.nest(value.binders, ctx, keep)
    if value.condition is not None:
        key = same_names(Reduce("count", value.binders, None, value.condition))
        ctx.counted[key] = counter


def _unique(source: str, target: str, size: Code, ctx: Context) -> None:
    if ctx.cpp:
        ends = f"{begin(source, ctx)}, {end(source, size, ctx)}"
        if source == target:
            ctx.emit(f"std::unique({ends});")
        else:
            ctx.emit(f"std::unique_copy({ends}, {begin(target, ctx)});")
        return
    counter, i = ctx.temporary(), ctx.index()
    ctx.emit(f"int64_t {counter} = 0;")
    new = f"{counter} == 0 || {source}[{i}] != {target}[{counter} - 1]"
    ctx.emit(up(i, Code("0"), size, [f"if ({new}) {target}[{counter}++] = {source}[{i}];"]))


def _sort(source: str, target: str, size: Code, descending: bool, ctx: Context) -> None:
    if ctx.cpp:
        if source != target:
            ctx.emit(f"std::copy({begin(source, ctx)}, {end(source, size, ctx)}, {begin(target, ctx)});")
        order = ", std::greater<>()" if descending else ""
        ctx.emit(f"std::sort({begin(target, ctx)}, {end(target, size, ctx)}{order});")
        return
    kind = C_TYPES[ctx.types[target]]
    if ctx.tuned:
        _heapsort(source, target, size, ">" if descending else "<", kind, ctx)
        return
    i, j, held = ctx.index(), ctx.index(), ctx.temporary()
    before = "<" if descending else ">"
    shift = f"for (; {j} > 0 && {target}[{j} - 1] {before} {held}; {j}--) {target}[{j}] = {target}[{j} - 1];"
    ctx.emit(
        up(
            i,
            Code("0"),
            size,
            [f"{kind} {held} = {source}[{i}];", f"int64_t {j} = {i};", shift, f"{target}[{j}] = {held};"],
        )
    )


def _heapsort(source: str, target: str, size: Code, less: str, kind: str, ctx: Context) -> None:
    """Floyd's: a heap built from the middle, then the largest put behind it, one after the other."""
    if source != target:
        ctx.emit(f"memcpy({target}, {source}, {size.within(10)} * sizeof({kind}));")
    start, count, at, child = (ctx.index() for _ in range(4))
    held = ctx.temporary()
    ctx.emit(f"int64_t {start} = {size.within(10)} / 2;")
    ctx.emit(f"int64_t {count} = {size.text};")
    take = (
        f"if ({start} > 0) {held} = {target}[--{start}]; "
        f"else {{ {held} = {target}[--{count}]; {target}[{count}] = {target}[0]; }}"
    )
    sift = (
        f"while (({child} = 2 * {at} + 1) < {count}) {{ "
        f"if ({child} + 1 < {count} && {target}[{child}] {less} {target}[{child} + 1]) {child}++; "
        f"if (!({held} {less} {target}[{child}])) break; "
        f"{target}[{at}] = {target}[{child}]; {at} = {child}; }}"
    )
    ctx.emit(
        f"while ({count} > 1) {{ {kind} {held}; {take} int64_t {at} = {start}, {child}; {sift} "
        f"{target}[{at}] = {held}; }}"
    )


def _argsort(source: str, target: str, size: Code, descending: bool, ctx: Context) -> None:
    kind = C_TYPES[ctx.types[target]]
    if ctx.cpp:
        ends = f"{begin(target, ctx)}, {end(target, size, ctx)}"
        sign = ">" if descending else "<"
        compare = f"[&](int64_t x, int64_t y) {{ return {source}[x] {sign} {source}[y]; }}"
        ctx.emit(f"std::iota({ends}, 0);")
        ctx.emit(f"std::stable_sort({ends}, {compare});")
        return
    if ctx.tuned:
        _merge_sort(source, target, size, ">=" if descending else "<=", kind, ctx)
        return
    i, j = ctx.index(), ctx.index()
    before = "<" if descending else ">"
    more = f"{j} > 0 && {source}[{target}[{j} - 1]] {before} {source}[{i}]"
    shift = f"for (; {more}; {j}--) {target}[{j}] = {target}[{j} - 1];"
    ctx.emit(up(i, Code("0"), size, [f"int64_t {j} = {i};", shift, f"{target}[{j}] = {i};"]))


def _merge_sort(source: str, target: str, size: Code, keeps: str, kind: str, ctx: Context) -> None:
    """Bottom-up, of indices, through a second array; equal ones stay in order."""
    from passwright.irgen.synthesis.emit.storage import allocate  # which needs this module's names

    other = ctx.temporary()
    allocate(other, kind, size, ctx)
    i, width, left, right, middle, last, at = (ctx.index() for _ in range(7))
    n = size.within(8)
    ctx.emit(up(i, Code("0"), size, [f"{target}[{i}] = {i};"]))
    ends = (
        f"int64_t {left} = {i}, {middle} = {i} + {width} < {n} ? {i} + {width} : {n}, {right} = {middle}, "
        f"{last} = {middle} + {width} < {n} ? {middle} + {width} : {n};"
    )
    take = f"{left} < {middle} && ({right} >= {last} || {source}[{target}[{left}]] {keeps} {source}[{target}[{right}]])"
    merge = (
        f"for (int64_t {at} = {i}; {at} < {last}; {at}++) "
        f"{other}[{at}] = {take} ? {target}[{left}++] : {target}[{right}++];"
    )
    ctx.emit(
        f"for (int64_t {width} = 1; {width} < {n}; {width} *= 2) {{ "
        f"for (int64_t {i} = 0; {i} < {n}; {i} += 2 * {width}) {{ {ends} {merge} }} "
        f"memcpy({target}, {other}, {size.within(10)} * sizeof({kind})); }}"
    )


def begin(array: str, ctx: Context) -> str:
    return f"{array}.begin()" if array in ctx.vectors else array


def end(array: str, size: Code, ctx: Context) -> str:
    return f"{begin(array, ctx)} + {size.within(9)}"
