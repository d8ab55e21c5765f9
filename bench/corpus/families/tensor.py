"""Nests of four and more loops over arrays of three and four dimensions."""

from __future__ import annotations

from passwright.bench.corpus.array import Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import title
from passwright.bench.corpus.families.linear import accumulate
from passwright.bench.corpus.grammar import (
    accumulator,
    added,
    converted,
    element_type,
    extreme,
    mix,
    named,
    settled,
    store,
)
from passwright.bench.corpus.scalar import Scalar, promoted
from passwright.bench.corpus.value import Value, arithmetic, literal


def tensor(draft: Draft) -> None:
    """Convolutions over channels, pooling, contractions, batches of small products, normalised groups."""
    title(draft, "convolve pool contract mix normalise unfold", "channels maps batch heads features patches",
          "A deep nest over arrays of several dimensions.")  # fmt: skip
    type = element_type(draft, floats=8)
    kind = draft.rng.choice(("convolve", "convolve", "pool", "contract", "batch", "normalise"))
    {
        "convolve": _convolve,
        "pool": _pool,
        "contract": _contract,
        "batch": _batch,
        "normalise": _normalise,
    }[kind](draft, type)


def _sizes(draft: Draft, **values: tuple[int, ...]) -> list[Size]:
    return [draft.size((name,), choices) for name, choices in values.items()]


def _convolve(draft: Draft, type: Scalar) -> None:
    """Channels of an image against small filters, with a stride."""
    outs, ins, height, width = _sizes(
        draft, outs=(3, 4, 8), ins=(2, 3, 4), height=(20, 28, 33), width=(20, 31, 40)
    )
    side = draft.size(("side", "taps"), (2, 3, 5), min=1, fixed=draft.chance(0.6))
    stride = draft.rng.choice((1, 1, 2))
    shared = draft.chance(0.3)  # each channel has a filter of its own
    # The image is as large as the last window needs.
    times = "" if stride == 1 else f" * {stride}"

    def reached(out: Size) -> Size:
        tail = f"{times} + "
        return Size(f"({out.text}{tail}{side.text})", f"{out.expression}{tail}{side.expression}",
                    out.value * stride + side.value)  # fmt: skip

    tall, wide = reached(height), reached(width)
    image = draft.array(("image", "in", "x"), type, (outs if shared else ins, tall, wide))
    filters = draft.array(
        ("filter", "weight"), type, (outs, side, side) if shared else (outs, ins, side, side)
    )
    out = draft.array(("out", "y"), type, (outs, height, width), "inout")
    with (
        draft.loop("o", outs) as o,
        draft.loop("y i", height) as y,
        draft.loop("x j", width) as x,
    ):
        with draft.aside(draft.depth) as lines:
            name = draft.name("sum", "acc")

            def taps(channel: str) -> Scalar:
                with draft.loop("r p", side, plain=True) as r, draft.loop("s q", side, plain=True) as s:
                    row, column = f"({y}{times} + {r})", f"{x}{times} + {s}"
                    weight = filters.at(o, r, s) if shared else filters.at(o, channel, r, s)
                    value = settled(draft, arithmetic("*", weight, image.at(channel, row, column)))
                    total = accumulator(draft, value, ins.value * side.value**2)
                    draft.line(added(draft, name, total, value))
                return total

            if shared:
                total = taps(o)
            else:
                with draft.loop("c k", ins, plain=True) as c:
                    total = taps(c)
        draft.line(f"{draft.spell(total)} {name} = {literal(0, total).text};")
        draft.lines += lines
        store(draft, out.at(o, y, x), mix(draft, [Value.of(name, total)], draft.rng.randint(0, 2)))


def _pool(draft: Draft, type: Scalar) -> None:
    """The largest, smallest or mean value of each window."""
    channels, height, width = _sizes(draft, channels=(4, 8, 16), height=(16, 32, 40), width=(16, 30, 48))
    window = draft.rng.choice((2, 3, 4))
    tall = Size(f"({height.text} * {window})", f"{height.expression} * {window}", height.value * window)
    wide = Size(f"({width.text} * {window})", f"{width.expression} * {window}", width.value * window)
    source = draft.array(("in", "x"), type, (channels, tall, wide))
    target = draft.array(("out", "pooled"), type, (channels, height, width), "inout")
    kind = draft.pick("<", ">", "+")
    with (
        draft.loop("c k", channels) as c,
        draft.loop("y i", height) as y,
        draft.loop("x j", width) as x,
    ):
        first = source.at(c, f"({y} * {window})", f"{x} * {window}")
        total = accumulator(draft, first, window**2) if kind == "+" else promoted(type)
        start = literal(0, total).text if kind == "+" else first.text
        draft.line(f"{draft.spell(total)} best = {start};")
        with (
            draft.block(f"for (int p = 0; p < {window}; p++)"),
            draft.block(f"for (int q = 0; q < {window}; q++)"),
        ):
            value = source.at(c, f"({y} * {window} + p)", f"{x} * {window} + q")
            if kind == "+":
                draft.line(added(draft, "best", total, value))
            elif draft.chance(0.5):
                draft.line(f"if ({value.text} {kind} best) best = {value.text};")
            else:
                held = named(draft, value, "v")
                draft.line(f"best = {extreme(draft, kind, held, Value.of('best', total)).text};")
        store(draft, target.at(c, y, x), mix(draft, [Value.of("best", total)], draft.rng.randint(0, 1)))


def _contract(draft: Draft, type: Scalar) -> None:
    """A sum over one or two shared indices of arrays of three dimensions, in any order of the loops."""
    names = ["i", "j", "k", "l"]
    sizes = dict(
        zip(names, _sizes(draft, a=(16, 20, 24), b=(12, 16, 25), c=(8, 16, 20), d=(10, 16)), strict=True)
    )
    left = draft.rng.sample(names, 3)
    shared = draft.rng.sample(left, draft.rng.choice((1, 2)))
    right = [*shared, *(name for name in names if name not in left)]
    draft.rng.shuffle(right)
    out = [name for name in names if name not in shared]
    x = draft.array(("x", "left"), type, [sizes[name] for name in left])
    y = draft.array(("y", "right"), type, [sizes[name] for name in right])
    z = draft.array(("z", "out"), type, [sizes[name] for name in out], "inout")
    order = draft.rng.sample(names, 4)
    with (
        draft.loop(order[0], sizes[order[0]]) as p,
        draft.loop(order[1], sizes[order[1]]) as q,
        draft.loop(order[2], sizes[order[2]]) as r,
        draft.loop(order[3], sizes[order[3]]) as s,
    ):
        at = dict(zip(order, (p, q, r, s), strict=True))
        factors = [array.at(*(at[name] for name in places)) for array, places in ((x, left), (y, right))]
        value = settled(draft, mix(draft, factors, 0) if draft.chance(0.3) else arithmetic("*", *factors))
        accumulate(draft, z.at(*(at[name] for name in out)), value)


def _batch(draft: Draft, type: Scalar) -> None:
    """Many small products of constant size, through a local array at times."""
    (batch,) = _sizes(draft, batch=(200, 500, 1000))
    m = draft.size(("order",), (2, 3, 4, 6, 8), fixed=True)
    a, b = (draft.array((name,), type, (batch, m, m)) for name in ("a", "b"))
    c = draft.array(("c", "out"), type, (batch, m, m), "inout")
    local = draft.chance(0.5)
    wide = promoted(type)
    with draft.loop("n t", batch) as n:
        if local:
            draft.line(f"{draft.spell(wide)} tmp[{m.text} * {m.text}];")
            draft.line(f"for (int e = 0; e < {m.text} * {m.text}; e++) tmp[e] = {literal(0, wide).text};")
        else:
            with draft.loop("e", f"{m.text} * {m.text}", plain=True) as e:
                draft.line(f"{c.name}[{n} * {m.text} * {m.text} + {e}] = 0;")
        with draft.loop("i r", m) as i, draft.loop("k p", m) as k, draft.loop("j c", m) as j:
            value = settled(draft, arithmetic("*", a.at(n, i, k), b.at(n, k, j)))
            target = Value.of(f"tmp[{i} * {m.text} + {j}]", wide) if local else c.at(n, i, j)
            accumulate(draft, target, value)
        if local:
            with draft.loop("i r", m) as i, draft.loop("j c", m) as j:
                value = mix(draft, [Value.of(f"tmp[{i} * {m.text} + {j}]", wide)], draft.rng.randint(0, 1))
                draft.line(f"{c.at(n, i, j).text} = {converted(draft, settled(draft, value), type).text};")


def _normalise(draft: Draft, type: Scalar) -> None:
    """Groups of values: a sum or an extreme of each first, then every value against it."""
    batch, groups, width = _sizes(draft, batch=(8, 16), groups=(8, 12, 24), width=(32, 60, 64))
    a = draft.array(("x", "in"), type, (batch, groups, width))
    out = draft.array(("y", "out"), type, (batch, groups, width), "inout")
    across = draft.chance(0.4)  # the sum goes over groups, with a stride
    first, inner = (width, groups) if across else (groups, width)
    with draft.loop("b n", batch) as b, draft.loop("g i", first) as g:
        places = (lambda k: (b, k, g)) if across else (lambda k: (b, g, k))
        with draft.aside(draft.depth) as lines, draft.loop("k j", inner) as k:
            value = settled(draft, mix(draft, [a.at(*places(k))], draft.rng.randint(0, 1)))
            total = accumulator(draft, value, inner.value)
            draft.line(added(draft, "sum", total, value))
        draft.line(f"{draft.spell(total)} sum = {literal(0, total).text};")
        draft.lines += lines
        if total.is_float:
            scale = Value(
                f"{literal(1.0, total).text} / ({literal(1.0, total).text} + sum * sum)", total, binding=3
            )
            shared = draft.local(scale, "scale", "factor")
        else:
            shared = Value.of("sum", total)
        with draft.loop("k j", inner) as k:
            store(draft, out.at(*places(k)), mix(draft, [a.at(*places(k)), shared], draft.rng.randint(0, 1)))
