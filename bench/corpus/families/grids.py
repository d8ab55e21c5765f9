"""Stencils over one to three dimensions, and pictures of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import product

from passwright.bench.corpus.array import Array
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import CUBE, LINE, SIDE, inputs, nest, output, title
from passwright.bench.corpus.grammar import (
    condition,
    constant,
    converted,
    element_type,
    mix,
    named,
    settled,
    store,
)
from passwright.bench.corpus.scalar import F32, I32, U8, Scalar
from passwright.bench.corpus.value import Value, arithmetic, divide, literal, shift_right


def _moved(i: str, by: int) -> str:
    return i if by == 0 else f"{i} {'+' if by > 0 else '-'} {abs(by)}"


def _shape(draft: Draft, rank: int, reach: int) -> list[tuple[int, ...]]:
    """The offsets of a stencil: a cross, a full block, diagonals, or a handful of places."""
    ring = [place for place in product(range(-reach, reach + 1), repeat=rank) if any(place)]
    cross = [place for place in ring if sum(map(bool, place)) == 1]
    kind = draft.rng.choice(("cross", "cross", "block", "corners", "few", "behind"))
    if kind == "block" and len(ring) <= 8:
        return ring
    if kind == "corners" and rank > 1:
        return list(product((-reach, reach), repeat=rank))
    if kind == "few":
        return draft.rng.sample(ring, min(len(ring), draft.rng.randint(2, 4)))
    if kind == "behind":
        return [place for place in cross if min(place) < 0]
    return cross[:8]


def _weighted(draft: Draft, places: Sequence[Value], type: Scalar) -> Value:
    """The usual stencil: neighbours summed, some with weights."""
    total = places[0]
    for number, value in enumerate(places[1:], 1):
        if draft.chance(0.25):
            value = arithmetic("*", constant(draft, type), value)
        total = arithmetic(draft.rng.choice("+++-"), total, value)
        if len(total.text) > 90 and number + 1 < len(places):
            total = draft.local(total, "near", "around", "sum")
    total = settled(draft, total, "around", "sum")
    if not total.is_float:
        return divide("/", total, len(places)) if draft.chance(0.5) else shift_right(total, 2)
    return arithmetic("*", literal(draft.rng.choice((0.25, 0.2, 0.125, 0.1)), total.type), total)


def stencil(draft: Draft) -> None:
    """Each point from its neighbours: into another grid, in place, or over several steps to and fro."""
    rank = draft.rng.choices((1, 2, 3), (25, 50, 25))[0]
    reach = draft.rng.choices((1, 2, 3), (80, 15, 5))[0]
    draft.grids = draft.chance(0.6)
    title(draft, "relax diffuse smooth step update filter", "grid plate wave line heat field pressure",
          "Each point from its neighbours.")  # fmt: skip
    names = (("n",), ("ny", "nx"), ("nz", "ny", "nx"))[rank - 1]
    values = (LINE, SIDE, CUBE)[rank - 1]
    extents = tuple(draft.size((name,), values) for name in names)
    type = element_type(draft, floats=8)
    places = _shape(draft, rank, reach)
    form = draft.rng.choices(("apart", "in place", "steps"), (60, 20, 20))[0]
    target = output(draft, extents, type if form != "apart" or draft.chance(0.8) else None)
    if form == "apart":
        source = inputs(draft, extents, 1, type)[0]
    elif form == "steps":
        source = output(draft, extents, type)
    else:
        source = target
    extra = inputs(draft, extents, 1, type) if draft.chance(0.3) else []

    def sweep(target: Array, source: Array) -> None:
        margin = str(reach)
        letters = ("i", "j", "k") if draft.chance(0.5) else ("z", "y", "x")[3 - rank :]
        with ExitStack() as stack:
            order = list(range(rank))
            if draft.chance(0.25):
                draft.rng.shuffle(order)
            at = [""] * rank
            for axis in order:
                at[axis] = stack.enter_context(
                    draft.loop(letters[axis], extents[axis], begin=margin, margin=reach)
                )
            around = [
                source.at(
                    *(_indexed(i, by, axis) for axis, (i, by) in enumerate(zip(at, place, strict=True)))
                )
                for place in places
            ]
            middle = source.at(*at)
            with_middle = [*around, middle] if draft.chance(0.7) else around
            value = (
                _weighted(draft, with_middle, type) if draft.chance(0.7) else mix(draft, with_middle[:6], 1)
            )
            if extra:
                value = mix(draft, [settled(draft, value), extra[0].at(*at)], 1)
            if draft.chance(0.15):
                with draft.block(f"if ({condition(draft, [middle])})"):
                    store(draft, target.at(*at), value)
            else:
                store(draft, target.at(*at), value)

    if form != "steps":
        sweep(target, source)
        return
    steps = draft.size(("steps", "iterations"), (2, 3, 5), fixed=draft.chance(0.5))
    with draft.loop("t step", steps, plain=True):
        sweep(target, source)
        if draft.chance(0.5):
            sweep(source, target)
        else:
            with nest(
                draft, *((name, extent) for name, extent in zip(("i", "j", "k"), extents, strict=False))
            ) as at:
                draft.line(f"{source.at(*at).text} = {target.at(*at).text};")


def _indexed(i: str, by: int, axis: int) -> str:
    """An index of the outermost dimension is a factor in the flat index, and needs its parentheses."""
    moved = _moved(i, by)
    return f"({moved})" if by and axis == 0 else moved


def picture(draft: Draft) -> None:
    """Filters over images of bytes: small windows, borders by clamping or left out, levels, channels."""
    title(draft, "blur sharpen threshold erode detect convolve", "image mask frame pixels edges tile",
          "A filter over an image of bytes.")  # fmt: skip
    height, width = draft.size(("height", "h"), SIDE), draft.size(("width", "w"), SIDE)
    source = draft.array(("image", "src", "pixels"), U8, (height, width), "in")
    target = draft.array(("out", "dst", "result"), U8 if draft.chance(0.8) else F32, (height, width), "inout")
    reach = draft.rng.choice((1, 1, 2))
    side = 2 * reach + 1
    kind = draft.rng.choice(("window", "window", "rank", "levels"))
    if kind == "levels":
        with nest(draft, ("y i", height), ("x j", width)) as (y, x):
            value = named(draft, source.at(y, x), "level", "pixel")
            with draft.block(f"if ({condition(draft, [value])})"):
                store(draft, target.at(y, x), mix(draft, [value], 2))
            with draft.otherwise():
                store(draft, target.at(y, x), mix(draft, [value, draft.counter(x, width)], 1))
        return
    weights = draft.table(
        ("weights", "kernel", "mask"),
        draft.rng.choice((I32, I32, F32)),
        [draft.rng.randint(-4, 9) for _ in range(side * side)],
    )
    clamp = draft.signed and draft.chance(0.5)
    begin, margin = ("0", 0) if clamp else (str(reach), reach)
    with (
        draft.loop("y i", height, begin=begin, margin=margin) as y,
        draft.loop("x j", width, begin=begin, margin=margin) as x,
    ):
        op = draft.pick("<", ">")
        type = weights.type if kind == "window" else I32
        start = "0" if kind == "window" or op == ">" else "255"
        draft.line(f"{draft.spell(type)} acc = {start};")
        with (
            draft.block(f"for ({draft.index} dy = 0; dy < {side}; dy++)"),
            draft.block(f"for ({draft.index} dx = 0; dx < {side}; dx++)"),
        ):
            row, column = f"({y} + dy - {reach})", f"{x} + dx - {reach}"
            if clamp:
                draft.line(f"{draft.index} yy = {y} + dy - {reach};")
                draft.line(f"{draft.index} xx = {x} + dx - {reach};")
                if draft.chance(0.5):
                    draft.line(
                        f"if (yy < 0 || yy >= {height.text} || xx < 0 || xx >= {width.text}) continue;"
                    )
                else:
                    draft.line(f"yy = yy < 0 ? 0 : yy >= {height.text} ? {height.text} - 1 : yy;")
                    draft.line(f"xx = xx < 0 ? 0 : xx >= {width.text} ? {width.text} - 1 : xx;")
                row, column = "yy", "xx"
            pixel = source.at(row, column)
            if kind == "window":
                product_ = arithmetic("*", weights.at(f"dy * {side} + dx"), pixel)
                draft.line(f"acc += {product_.text};")
            else:
                draft.line(f"if ({pixel.text} {op} acc) acc = {pixel.text};")
        total = (
            Value.of("acc", type, -4 * 255 * 25, 9 * 255 * 25)
            if kind == "window"
            else Value.of("acc", I32, 0, 255)
        )
        store(
            draft,
            target.at(y, x),
            converted(draft, mix(draft, [total], draft.rng.randint(0, 2)), target.type),
        )
