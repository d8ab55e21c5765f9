"""Access through index arrays, and through tables."""

from __future__ import annotations

from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import INPUTS, OUTPUTS, length, output, title
from passwright.bench.corpus.families.linear import accumulate
from passwright.bench.corpus.grammar import (
    accumulator,
    added,
    condition,
    element_type,
    mix,
    settled,
    store,
)
from passwright.bench.corpus.scalar import F32, F64, I32, I64, U8, U16, U32, Scalar
from passwright.bench.corpus.value import Value, arithmetic, bitwise, literal


def _index_type(draft: Draft) -> Scalar:
    return draft.rng.choices((I32, U32, I64), (70, 15, 15))[0]


def gather(draft: Draft) -> None:
    """Reads and writes at places that an index array names: gathers, scatters, chains, rows of unequal length."""
    title(draft, "gather scatter collect follow deposit spread", "cells nodes edges entries links bins",
          "Access through an array of indices.")  # fmt: skip
    type = element_type(draft)
    kind = draft.rng.choice(("gather", "gather", "scatter", "permute", "rows", "rows", "chain", "pairs"))
    if kind == "rows":
        _ragged(draft, type)
        return
    n = length(draft)
    cells = draft.size(("cells", "bins", "nodes"), (64, 500, 4096, 20000), min=1)
    if kind == "permute":
        where = draft.array(("order", "perm"), _index_type(draft), (n,), fill="permutation", below=None)
        a, b = draft.array(INPUTS, type, (n,)), output(draft, (n,), type)
        with draft.loop("i k", n) as i:
            place = where.at(i).text
            source, target = (a.at(place), b.at(i)) if draft.chance(0.5) else (a.at(i), b.at(place))
            store(draft, target, mix(draft, [source], draft.rng.randint(0, 2)))
        return
    if kind == "chain":
        following = draft.array(("next", "link"), _index_type(draft), (cells,), fill="index", below=cells)
        a = draft.array(INPUTS, type, (cells,))
        b = output(draft, (n,), type)
        draft.line(f"{draft.spell(following.type)} at = 0;")
        with draft.loop("i step", n, plain=True) as i:
            store(draft, b.at(i), mix(draft, [a.at("at"), draft.counter(i, n)], 1))
            draft.line(f"at = {following.at('at').text};")
        return
    where = draft.array(("index", "idx", "cell"), _index_type(draft), (n,), fill="index", below=cells)
    if kind == "pairs":
        other = draft.array(("second", "to"), where.type, (n,), fill="index", below=cells)
        a, b = draft.array(INPUTS, type, (cells,)), draft.array(OUTPUTS, type, (cells,), "inout")
        with draft.loop("e i", n) as i:
            p, q = (draft.local(array.at(i), word) for array, word in ((where, "p"), (other, "q")))
            flow = settled(draft, mix(draft, [a.at(p.text), a.at(q.text)], draft.rng.randint(0, 2)), "flow")
            accumulate(draft, b.at(p.text), flow)
            if draft.chance(0.5):
                accumulate(draft, b.at(q.text), flow)
    elif kind == "gather":
        a, b = draft.array(INPUTS, type, (cells,)), output(draft, (n,))
        extra = [draft.array(INPUTS, type, (n,)).at] if draft.chance(0.4) else []
        with draft.loop("i k", n) as i:
            terms = [a.at(where.at(i).text), *(at(i) for at in extra)]
            if draft.chance(0.25):
                with draft.block(f"if ({condition(draft, terms)})"):
                    store(draft, b.at(i), mix(draft, terms, 1))
            else:
                store(draft, b.at(i), mix(draft, terms, draft.rng.randint(0, 2)))
    else:
        a, b = draft.array(INPUTS, type, (n,)), draft.array(OUTPUTS, type, (cells,), "inout")
        with draft.loop("i k", n) as i:
            value = mix(draft, [a.at(i)], draft.rng.randint(0, 2))
            if draft.chance(0.7):
                accumulate(draft, b.at(where.at(i).text), settled(draft, value))
            else:
                store(draft, b.at(where.at(i).text), value)


def _ragged(draft: Draft, type: Scalar) -> None:
    """Rows of unequal length behind each other, their starts in an array."""
    rows = draft.size(("rows", "groups", "segments"), (500, 2000, 8000))
    entries = draft.hidden_size("entries", draft.rng.choice((8000, 20000, 40000)))
    starts = draft.array(
        ("start", "offset", "begin"),
        draft.rng.choice((I32, I64)),
        (rows.plus(1),),
        fill="offsets",
        total=entries,
    )
    a = draft.array(("value", "weight", "data"), type, (entries,))
    through = draft.chance(0.5)
    cells = draft.size(("cells", "cols"), (100, 3000), min=1) if through else entries
    x = draft.array(("x", "v"), type, (cells,))
    column = (
        draft.array(("column", "member"), I32, (entries,), fill="index", below=cells) if through else None
    )
    y = draft.array(OUTPUTS, type, (rows,), "inout")
    counter = draft.spell(starts.type)
    with draft.loop("r i", rows) as i:
        with draft.aside(draft.depth) as lines:
            first, last = starts.at(i).text, starts.at(f"{i} + 1").text
            with draft.block(f"for ({counter} p = {first}; p < {last}; p++)"):
                second = x.at(column.at("p").text) if column else x.at("p")
                value = settled(draft, mix(draft, [a.at("p"), second], draft.rng.randint(0, 1)))
                total = accumulator(draft, value, entries.value)
                guard = f"if ({condition(draft, [a.at('p')])}) " if draft.chance(0.2) else ""
                draft.line(guard + added(draft, "sum", total, value))
        draft.line(f"{draft.spell(total)} sum = {literal(0, total).text};")
        draft.lines += lines
        store(draft, y.at(i), Value.of("sum", total))


def lookup(draft: Draft) -> None:
    """Tables: counts of values, values through a table, interpolation between its entries, small machines."""
    title(draft, "map count classify quantize decode translate", "levels codes symbols bytes bins palette",
          "Work through a table.")  # fmt: skip
    n = length(draft)
    kind = draft.rng.choice(("histogram", "map", "map", "interpolate", "machine"))
    if kind == "interpolate":
        _interpolate(draft)
        return
    source = draft.array(("codes", "bytes", "data"), draft.rng.choice((U8, U8, U16)), (n,), low=0, high=255)
    extent = draft.rng.choice((16, 32, 64))
    if kind == "histogram":
        bins = draft.size(("bins", "buckets"), (256, 64, 16), fixed=True)
        counts = draft.array(
            ("counts", "histogram"), draft.rng.choice((U32, U32, I64)), (bins,), "inout", fill="zero"
        )
        with draft.loop("i k", n) as i:
            place = bitwise(
                "&", mix(draft, [source.at(i)], draft.rng.randint(0, 1)), literal(bins.value - 1, I32)
            )
            amount = literal(draft.rng.choice((1, 1, 1, 3)), U32)
            guard = f"if ({condition(draft, [source.at(i)])}) " if draft.chance(0.3) else ""
            target = counts.at(place.text)
            draft.line(f"{guard}{target.text} = {_counted(target, amount).text};")
        if draft.chance(0.4):
            with draft.block(f"for ({draft.index} b = 1; b < {bins.text}; b++)"):
                draft.line(f"{counts.at('b').text} = {_counted(counts.at('b'), counts.at('b - 1')).text};")
        return
    rng = draft.rng
    if kind == "map":
        type = rng.choice((U8, I32, F32, F64))
        values = [
            rng.randint(0, 255) if not type.is_float else rng.randint(0, 999) / 100 for _ in range(extent)
        ]
        table = draft.table(("table", "lut", "curve"), type, values)
        mapped = output(draft, (n,))
        with draft.loop("i k", n) as i:
            place = bitwise("&", source.at(i), literal(extent - 1, I32))
            second = (
                [table.at(f"({source.at(i).text} >> 4) & {min(extent, 16) - 1}")] if draft.chance(0.4) else []
            )
            store(draft, mapped.at(i), mix(draft, [table.at(place.text), *second], rng.randint(0, 2)))
        return
    states = rng.choice((3, 4, 5, 6))
    machine = draft.table(("next", "transitions"), U8, [rng.randrange(states) for _ in range(states * 4)])
    marks = draft.array(("marks", "tokens"), U8, (n,), "inout")
    draft.line("unsigned state = 0;")
    with draft.loop("i k", n, plain=True) as i:
        symbol = bitwise("&", source.at(i), literal(3, I32))
        draft.line(f"state = {machine.at(f'state * 4 + ({symbol.text})').text};")
        state = Value("state", U32, 0, states - 1)
        if draft.chance(0.5):
            draft.line(f"if (state == {rng.randrange(states)}) {marks.at(i).text}++;")
        else:
            store(draft, marks.at(i), mix(draft, [state, source.at(i)], 1))


def _counted(a: Value, b: Value) -> Value:
    total = arithmetic("+", a, b)
    if a.type == I64 and total.type != I64:
        return Value(f"(int64_t)({total.text})", I64)
    return total


def _interpolate(draft: Draft) -> None:
    """Values between the entries of a table that is given as an array."""
    type = draft.rng.choice((F32, F64))
    n = length(draft)
    points = draft.size(("points", "knots"), (17, 65, 257), fixed=True)
    table = draft.array(("table", "curve"), type, (points,))
    x, y = (
        draft.array(("x", "position"), type, (n,), low=0, high=1),
        draft.array(OUTPUTS, type, (n,), "inout"),
    )
    top = literal(points.value - 1, type).text
    zero = literal(0, type).text
    with draft.loop("i k", n) as i:
        position = draft.local(Value(f"{x.at(i).text} * {top}", type), "position", "scaled").text
        clamp = f"{position} > {zero} ? ({position} < {top} ? {position} : {top}) : {zero}"
        draft.line(f"const int cell = (int)({clamp});")
        draft.line(f"const int after = cell + 1 < {points.text} ? cell + 1 : cell;")
        weight = draft.local(Value(f"{position} - ({draft.spell(type)})cell", type), "weight", "frac")
        lower, upper = table.at("cell"), table.at("after")
        between = arithmetic("+", lower, arithmetic("*", weight, arithmetic("-", upper, lower)))
        store(draft, y.at(i), mix(draft, [between], draft.rng.randint(0, 1)))
