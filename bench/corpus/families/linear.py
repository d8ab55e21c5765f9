"""Products of matrices and vectors, and imperfect or triangular nests over matrices."""

from __future__ import annotations

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import CUBE, OUTPUTS, SIDE, nest, title
from passwright.bench.corpus.grammar import (
    accumulator,
    added,
    condition,
    converted,
    element_type,
    mix,
    settled,
    store,
)
from passwright.bench.corpus.scalar import U32, Scalar
from passwright.bench.corpus.value import Value, arithmetic, cast, literal


def _product_type(draft: Draft) -> Scalar:
    return element_type(draft, floats=7)


def accumulate(draft: Draft, target: Value, value: Value) -> None:
    """`target += value` in memory; signed integers are added in their unsigned form."""
    if target.is_float:
        draft.line(f"{target.text} += {converted(draft, value, target.type).text};")
    else:
        total = arithmetic("+", target, value)
        draft.line(f"{target.text} = {converted(draft, total, target.type).text};")


def product(draft: Draft) -> None:
    """Matrix times matrix or vector in any loop order, either operand transposed, with scaling."""
    draft.grids = draft.chance(0.6)
    title(draft, "multiply contract project apply accumulate", "matrix rows factors basis panel vectors",
          "A product of matrices or of a matrix and vectors.")  # fmt: skip
    type = _product_type(draft)
    if draft.chance(0.3):
        _matvec(draft, type)
        return
    m, n, k = (draft.size((name,), CUBE) for name in ("m", "n", "k"))
    flip_a, flip_b = draft.chance(0.3), draft.chance(0.3)
    a = draft.array(("a", "lhs"), type, (k, m) if flip_a else (m, k))
    b = draft.array(("b", "rhs"), type, (n, k) if flip_b else (k, n))
    c = draft.array(("c", "out"), type if draft.chance(0.8) else _product_type(draft), (m, n), "inout")
    scale = [draft.scalar(("alpha", "beta"), type, 1, 4)] if draft.chance(0.4) else []

    def term(i: str, j: str, p: str) -> Value:
        x = a.at(p, i) if flip_a else a.at(i, p)
        y = b.at(j, p) if flip_b else b.at(p, j)
        return arithmetic("*", x, y) if draft.chance(0.7) else mix(draft, [x, y], draft.rng.randint(0, 1))

    if draft.chance(0.55):
        with draft.loop("i r", m) as i, draft.loop("j c", n) as j:
            with draft.aside(draft.depth) as lines, draft.loop("k p l", k) as p:
                value = settled(draft, term(i, j, p))
                total = accumulator(draft, value, k.value)
                name = draft.name("sum", "acc", "dot")
                draft.line(added(draft, name, total, value))
            draft.line(f"{draft.spell(total)} {name} = {literal(0, total).text};")
            draft.lines += lines
            store(draft, c.at(i, j), mix(draft, [Value.of(name, total), *scale], 0))
        return
    if draft.chance(0.6):
        with nest(draft, ("i", m), ("j", n)) as (i, j):
            draft.line(f"{c.at(i, j).text} = 0;")
    order = draft.rng.choice(("ikj", "kij", "jki", "kji", "jik", "ijk"))
    bounds = {"i": m, "j": n, "k": k}
    with (
        draft.loop(order[0], bounds[order[0]]) as first,
        draft.loop(order[1], bounds[order[1]]) as second,
        draft.loop(order[2], bounds[order[2]]) as third,
    ):
        loops = dict(zip(order, (first, second, third), strict=True))
        i, j, p = loops["i"], loops["j"], loops["k"]
        value = settled(draft, term(i, j, p))
        if scale and scale[0].is_float != value.is_float:
            scale = []
        accumulate(draft, c.at(i, j), mix(draft, [value, *scale], 0))


def _matvec(draft: Draft, type: Scalar) -> None:
    m, n = (draft.size((name,), SIDE) for name in draft.rng.choice((("m", "n"), ("rows", "cols"))))
    a = draft.array(("a", "matrix"), type, (m, n))
    x, y = draft.array(("x", "v"), type, (n,)), draft.array(("y", "out"), type, (m,), "inout")
    by_columns = draft.chance(0.4)
    levels = [("i r", m), ("j c", n)]
    outer, inner = reversed(levels) if by_columns else levels
    with draft.loop(*outer) as first, draft.loop(*inner) as second:
        i, j = (second, first) if by_columns else (first, second)
        value = mix(draft, [a.at(i, j), x.at(j)], draft.rng.randint(0, 1))
        accumulate(draft, y.at(i), settled(draft, value))
        if draft.chance(0.3):
            z = draft.array(("z", "back"), type, (n,), "inout")
            accumulate(draft, z.at(j), arithmetic("*", a.at(i, j), y.at(i)))


def triangle(draft: Draft) -> None:
    """Imperfect and triangular nests: eliminations, substitutions, pairs of rows, bands."""
    draft.grids = draft.chance(0.6)
    title(draft, "eliminate factor pair reduce fill solve", "triangle columns rows lower band matrix",
          "A triangular or imperfect nest over a matrix.")  # fmt: skip
    type = element_type(draft, floats=8, small=False)
    n = draft.size(("n", "order", "size"), CUBE + SIDE[:2])
    kind = draft.rng.choice(("pairs", "pairs", "substitute", "eliminate", "inner", "band"))
    if kind == "eliminate":
        _eliminate(draft, type, n)
        return
    a = draft.array(("a", "matrix", "l"), type, (n, n), "inout" if draft.chance(0.3) else "in")
    if kind == "substitute":
        _substitute(draft, a, n)
        return
    lower = draft.chance(0.5)
    target = draft.array(OUTPUTS, type, (n, n), "inout")
    with draft.loop("i r", n) as i:
        if draft.chance(0.5):
            diagonal = target.at(i, i)
            store(draft, diagonal, mix(draft, [a.at(i, i)], 1))
        if kind == "band":
            half = draft.rng.choice((2, 4, 8))
            draft.line(f"const {draft.index} from = {i} > {half} ? {i} - {half} : 0;")
            draft.line(f"const {draft.index} to = {i} + {half} < {n.text} ? {i} + {half} : {n.text};")
            inner = draft.loop("j c", "to", begin="from")
        elif lower:
            inner = draft.loop("j c", i)
        else:
            inner = draft.loop("j c", n, begin=f"{i} + 1", plain=True)
        with inner as j:
            if kind == "inner":
                _inner(draft, a, target, i, j, n.text, n.value)
            else:
                terms = [a.at(i, j), a.at(j, i)]
                if draft.chance(0.3):
                    with draft.block(f"if ({condition(draft, terms)})"):
                        store(draft, target.at(i, j), mix(draft, terms, 1))
                else:
                    store(draft, target.at(i, j), mix(draft, terms, draft.rng.randint(0, 2)))
                if draft.chance(0.4):
                    draft.line(f"{target.at(j, i).text} = {target.at(i, j).text};")


def _inner(draft: Draft, a: Array, target: Array, i: str, j: str, n: str, count: int) -> None:
    """A third loop, over whole rows or up to the diagonal."""
    stop = draft.pick(n, n, j)
    with draft.aside(draft.depth) as lines, draft.loop("k p", stop) as k:
        places = draft.rng.choice((((i, k), (j, k)), ((k, i), (k, j)), ((i, k), (k, j))))
        value = settled(draft, mix(draft, [a.at(*place) for place in places], draft.rng.randint(0, 1)))
        total = accumulator(draft, value, count)
        name = draft.name("sum", "dot")
        draft.line(added(draft, name, total, value))
    draft.line(f"{draft.spell(total)} {name} = {literal(0, total).text};")
    draft.lines += lines
    store(draft, target.at(i, j), Value.of(name, total))


def _eliminate(draft: Draft, type: Scalar, order: Size) -> None:
    """Elimination without pivoting: floating point divides by a guarded pivot, integers use multiples."""
    a = draft.array(("work", "w"), type, (order, order), "inout")
    with draft.loop("k p", order, plain=True) as k:
        pivot = draft.local(a.at(k, k), "pivot", "head")
        with draft.loop("i r", order, begin=f"{k} + 1", plain=True) as i:
            if type.is_float:
                one = literal(1.0, type).text
                text = f"{a.at(i, k).text} / ({one} + {pivot.text} * {pivot.text})"
                factor = draft.local(Value(text, type), "factor", "f")
            else:
                factor = draft.local(cast(arithmetic("+", cast(a.at(i, k), U32), pivot), U32), "factor")
            with draft.loop("j c", order, begin=draft.pick(k, f"{k} + 1"), plain=True) as j:
                change = arithmetic("*", factor, a.at(k, j))
                value = arithmetic("-", a.at(i, j), change)
                draft.line(f"{a.at(i, j).text} = {converted(draft, value, type).text};")


def _substitute(draft: Draft, a: Array, extent: Size) -> None:
    """Forward substitution with guarded division; several right-hand sides at times."""
    type = a.type
    x = draft.array(("x", "rhs", "b"), type, (extent,), "inout")
    with draft.loop("i r", extent, plain=True) as i:
        start = converted(draft, x.at(i), type) if type.is_float else cast(x.at(i), U32)
        state = draft.local(start, "sum", "rest", mutable=True)
        with draft.loop("j c", i) as j:
            change = arithmetic("*", a.at(i, j), x.at(j))
            value = arithmetic("-", state, change)
            draft.line(f"{state.text} = {converted(draft, value, state.type).text};")
        if type.is_float:
            one = literal(1.0, type).text
            draft.line(f"{x.at(i).text} = {state.text} / ({one} + {a.at(i, i).text} * {a.at(i, i).text});")
        else:
            draft.line(f"{x.at(i).text} = {converted(draft, state, type).text};")
