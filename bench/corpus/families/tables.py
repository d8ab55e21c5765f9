"""Recurrences over two-dimensional tables: every cell from cells before it."""

from __future__ import annotations

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import SIDE, title
from passwright.bench.corpus.grammar import constant, converted, extreme, mix, named, settled, store
from passwright.bench.corpus.scalar import F32, F64, I16, I32, U8, U32, Scalar
from passwright.bench.corpus.value import Value, arithmetic, literal, select


def table(draft: Draft) -> None:
    """Best, cheapest or number of ways through a table, kept whole or as two rows."""
    title(draft, "align fill best cheapest ways trace", "table paths cells scores costs grid",
          "Each cell of a table from cells before it.")  # fmt: skip
    type = draft.rng.choice((I32, I32, F32, F64, U32, I16))
    kind = draft.rng.choice(("pair", "pair", "cost", "cost", "bag", "interval"))
    if kind == "bag":
        _bag(draft, type)
    elif kind == "interval":
        _interval(draft, type)
    else:
        _plane(draft, type, kind)


def _plane(draft: Draft, type: Scalar, kind: str) -> None:
    """Tables of rows and columns."""
    rows, cols = draft.size(("rows", "m"), SIDE), draft.size(("cols", "n"), SIDE)
    if kind == "pair":
        a = draft.array(("a", "first", "s"), U8, (rows,), low=0, high=3)
        b = draft.array(("b", "second", "t"), U8, (cols,), low=0, high=3)
        _cells(draft, type, rows, cols, a, b)
    else:
        weights = draft.array(("cost", "weight", "energy"), type, (rows, cols), low=0, high=100)
        _paths(draft, weights, type, rows, cols)


def _cells(draft: Draft, type: Scalar, rows: Size, cols: Size, a: Array, b: Array) -> None:
    """Two sequences against each other."""
    score = draft.array(("score", "table", "d"), type, (rows.plus(1), cols.plus(1)), "inout")
    step = literal(draft.rng.choice((1, 2, 3)), type)
    first = draft.chance(0.5)
    with draft.block(f"for ({draft.index} j = 0; j <= {cols.text}; j++)"):
        edge = "0" if first else f"({draft.spell(type)})j"
        draft.line(f"{score.at('0', 'j').text} = {edge};")
    same = literal(draft.rng.choice((0, 1, 2, 5)), type)
    other = literal(draft.rng.choice((1, 3)), type)
    op = draft.pick("<", ">")
    with draft.block(f"for ({draft.index} i = 1; i <= {rows.text}; i++)"):
        draft.line(f"{score.at('i', '0').text} = {'0' if first else f'({draft.spell(type)})i'};")
        with draft.block(f"for ({draft.index} j = 1; j <= {cols.text}; j++)"):
            before, above, left = (
                score.at(*place) for place in (("(i - 1)", "j - 1"), ("(i - 1)", "j"), ("i", "j - 1"))
            )
            equal = f"{a.at('i - 1').text} == {b.at('j - 1').text}"
            if draft.chance(0.5):
                with draft.block(f"if ({equal})"):
                    store_exact(draft, score.at("i", "j"), arithmetic("+", before, step))
                with draft.otherwise():
                    store_exact(draft, score.at("i", "j"), extreme(draft, op, above, left))
            else:
                match = settled(draft, select(equal, same, other))
                best = named(draft, arithmetic("+" if op == "<" else "-", before, match), "best", "through")
                gap = extreme(draft, op, named(draft, arithmetic("+", above, step)),
                              named(draft, arithmetic("+", left, step)))  # fmt: skip
                result = extreme(draft, op, best, named(draft, gap, "gap"))
                if draft.chance(0.3):
                    result = extreme(draft, ">", named(draft, result), literal(0, type))
                store_exact(draft, score.at("i", "j"), result)


def store_exact(draft: Draft, target: Value, value: Value) -> None:
    """`target = value`, converted and nothing else."""
    draft.line(f"{target.text} = {converted(draft, value, target.type).text};")


def _paths(draft: Draft, cost: Array, type: Scalar, rows: Size, cols: Size) -> None:
    """Ways through a grid of costs, from above or from the left."""
    op = draft.pick("<", ">")
    if draft.chance(0.4):
        best = draft.array(("best", "line"), type, (cols,), "inout", fill="zero")
        with draft.loop("i r", rows, plain=True) as i, draft.loop("j c", cols, begin="1", plain=True) as j:
            through = extreme(draft, op, best.at(j), best.at(f"{j} - 1"))
            store_exact(draft, best.at(j), mix(draft, [cost.at(i, j), settled(draft, through)], 0))
        return
    total = draft.array(("total", "best", "dist"), type, (rows, cols), "inout")
    diagonal = draft.chance(0.4)
    with (
        draft.loop("i r", rows, begin="1", plain=True) as i,
        draft.loop("j c", cols, begin="1", margin=1 if diagonal else 0, plain=True) as j,
    ):
        up = f"({i} - 1)"
        places = [(up, j), (up, f"{j} - 1") if draft.chance(0.6) else (i, f"{j} - 1")]
        if diagonal:
            places.append((up, f"{j} + 1"))
        best_value = total.at(*places[0])
        for place in places[1:]:
            best_value = named(draft, extreme(draft, op, best_value, total.at(*place)), "best", "least")
        if draft.chance(0.7):
            store_exact(draft, total.at(i, j), arithmetic("+", best_value, cost.at(i, j)))
        else:
            store(draft, total.at(i, j), mix(draft, [best_value, cost.at(i, j)], 1))


def _bag(draft: Draft, type: Scalar) -> None:
    """Items of a weight taken or not, over a line of capacities that is updated in place."""
    items = draft.size(("items", "coins"), (16, 40, 64))
    capacity = draft.size(("capacity", "amount"), (500, 1000, 3000))
    weight = draft.array(("weight", "coin"), I32, (items,), low=1, high=60)
    value = draft.array(("value", "gain"), type, (items,), low=0, high=100)
    best = draft.array(("best", "ways"), type, (capacity.plus(1),), "inout", fill="zero")
    downward = draft.chance(0.5)
    with draft.loop("i k", items, plain=True) as i:
        draft.line(f"const {draft.index} step = ({draft.index}){weight.at(i).text};")
        amount = f"for ({draft.index} c = step; c <= {capacity.text}; c++)"
        if downward:
            amount = f"for ({draft.index} c = {capacity.text} + 1; c-- > step;)"
        with draft.block(amount):
            taken = arithmetic("+", best.at("c - step"), value.at(i))
            if draft.chance(0.5):
                store_exact(
                    draft, best.at("c"), extreme(draft, ">", best.at("c"), named(draft, taken, "taken"))
                )
            else:
                store_exact(draft, best.at("c"), arithmetic("+", best.at("c"), best.at("c - step")))


def _interval(draft: Draft, type: Scalar) -> None:
    """Spans of growing length, each from all ways to cut it in two."""
    n = draft.size(("k", "parts"), (32, 48, 64, 80))
    price = draft.array(("price", "split"), type, (n,), low=0, high=50)
    span = draft.array(("span", "table"), type, (n, n), "inout", fill="zero")
    op = draft.pick("<", ">")
    draft.line("/* by growing length */" if not draft.cpp else "// by growing length")
    with (
        draft.block(f"for ({draft.index} len = 1; len < {n.text}; len++)"),
        draft.block(f"for ({draft.index} i = 0; i + len < {n.text}; i++)"),
    ):
        draft.line(f"const {draft.index} j = i + len;")
        start = constant(draft, type) if op == ">" else literal(30000, type)
        best = draft.local(Value.of(start.text, type), "best", "least", mutable=True)
        with draft.block(f"for ({draft.index} cut = i; cut < j; cut++)"):
            both = arithmetic("+", span.at("i", "cut"), span.at("(cut + 1)", "j"))
            whole = named(draft, arithmetic("+", settled(draft, both), price.at("cut")), "whole", "sum")
            draft.line(
                f"if ({whole.text} {op} {best.text}) {best.text} = {converted(draft, whole, type).text};"
            )
        draft.line(f"{span.at('i', 'j').text} = {best.text};")
