"""Element-wise maps over one to three dimensions, and rearrangements of data."""

from __future__ import annotations

from contextlib import ExitStack

from passwright.bench.corpus.array import Array
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import (
    CUBE,
    INPUTS,
    LINE,
    OUTPUTS,
    box,
    inputs,
    length,
    nest,
    output,
    plane,
    title,
)
from passwright.bench.corpus.grammar import condition, converted, element_type, mix, store
from passwright.bench.corpus.value import Value


def elementwise(draft: Draft) -> None:
    """Outputs that depend on the inputs at the same place only."""
    draft.grids = draft.chance(0.6)
    title(draft, "scale shift blend mix convert adjust weigh combine", "values samples signals fields columns",
          "Element by element, without neighbours.")  # fmt: skip
    rank = draft.rng.choices((1, 2, 3), (60, 30, 10))[0]
    extents = (length(draft),) if rank == 1 else plane(draft) if rank == 2 else box(draft)
    given = inputs(draft, extents, draft.rng.randint(1, 3))
    targets = [output(draft, extents, given[0].type if draft.chance(0.6) else None)
               for _ in range(draft.rng.choices((1, 2), (75, 25))[0])]  # fmt: skip
    scalars = [
        draft.scalar(("alpha", "beta", "gain"), element_type(draft, floats=8, small=False), 1, 8)
        for _ in range(draft.rng.choices((0, 1, 2), (50, 40, 10))[0])
    ]
    if rank == 1 and draft.chance(0.12):

        def body(i: str) -> None:
            _assign(draft, given, targets[:1], scalars, (i,), plain=True)

        draft.unrolled("i k", extents[0], body, draft.rng.choice((2, 4)))
        return
    letters = ("i k j", "j l k", "k m l")
    with nest(draft, *((letters[d], extent) for d, extent in enumerate(extents))) as at:
        _assign(draft, given, targets, scalars, tuple(at))


def _assign(
    draft: Draft,
    given: list[Array],
    targets: list[Array],
    scalars: list[Value],
    at: tuple[str, ...],
    plain: bool = False,
) -> None:
    """One statement per output, some of them under a condition."""
    for target in targets:
        terms = [array.at(*at) for array in given] + scalars
        if draft.chance(0.15):
            terms.append(target.at(*at))
        if draft.chance(0.15) and not plain:
            terms.append(draft.counter(at[-1], target.extents[-1]))
        shape = "plain" if plain else draft.rng.choices(("plain", "if", "branches"), (60, 20, 20))[0]
        if shape == "plain":
            store(draft, target.at(*at), mix(draft, terms, draft.rng.randint(0, 3)))
            continue
        test = condition(draft, terms)
        with draft.block(f"if ({test})"):
            store(draft, target.at(*at), mix(draft, terms, draft.rng.randint(0, 2)))
        if shape == "branches":
            with draft.otherwise():
                store(draft, target.at(*at), mix(draft, [draft.rng.choice(terms)], 1))


def phases(draft: Draft) -> None:
    """Several loops or several statements over the same data: what one writes, the next reads, at times shifted."""
    draft.grids = draft.chance(0.6)
    title(draft, "prepare refine correct balance process update", "batch signal stages series layers fields",
          "Stages over the same data.")  # fmt: skip
    rank = draft.rng.choices((1, 2), (65, 35))[0]
    extents = (length(draft),) if rank == 1 else plane(draft)
    type = element_type(draft, floats=8)
    known = inputs(draft, extents, draft.rng.randint(1, 2), type)
    made = [draft.array(("tmp", "work", "stage", "mid", "out", "res"), type, extents, "inout")
            for _ in range(draft.rng.randint(2, 3))]  # fmt: skip
    together = draft.chance(0.45)
    reach = draft.rng.choice((0, 0, 1, 2))

    def statement(target: Array, at: tuple[str, ...]) -> None:
        sources = draft.rng.sample(known, min(len(known), draft.rng.randint(1, 2)))
        terms = [source.at(*at) for source in sources]
        if reach and draft.chance(0.6):
            near = draft.rng.choice([*known, target])
            sign = draft.pick("-", "-", "+")
            terms.append(near.at(*at[:-1], f"{at[-1]} {sign} {reach}"))
        value = mix(draft, terms, draft.rng.randint(0, 2))
        if draft.chance(0.15):
            with draft.block(f"if ({condition(draft, terms)})"):
                store(draft, target.at(*at), value)
        else:
            store(draft, target.at(*at), value)

    def over(targets: list[Array]) -> None:
        begin = str(reach)
        with ExitStack() as stack:
            at = [stack.enter_context(draft.loop("i r", extents[0]))] if rank == 2 else []
            at.append(stack.enter_context(draft.loop("j k", extents[-1], begin=begin, margin=reach)))
            for target in targets:
                statement(target, tuple(at))
                if target not in known:
                    known.append(target)

    for group in [made] if together else [[target] for target in made]:
        over(group)


def layout(draft: Draft) -> None:
    """Data moved to other places: transposed, interleaved, reversed, rotated, padded."""
    kind = draft.rng.choice(
        ("transpose", "permute", "interleave", "split", "reverse", "rotate", "flip", "pad")
    )
    type = element_type(draft)
    wide = type if draft.chance(0.7) else element_type(draft)
    title(draft, f"{kind} move rearrange", "block matrix planes channels lines buffer",
          f"Rearranges data ({kind}).")  # fmt: skip
    extras = draft.rng.choices((0, 1, 2), (60, 25, 15))[0]

    def move(target: Value, source: Value) -> None:
        value = mix(draft, [source], extras) if extras else source
        draft.line(f"{target.text} = {converted(draft, value, target.type).text};")

    if kind == "transpose":
        rows, cols = plane(draft)
        a, b = draft.array(INPUTS, type, (rows, cols)), draft.array(OUTPUTS, wide, (cols, rows), "inout")
        with nest(draft, ("i r", rows), ("j c", cols)) as (i, j):
            move(b.at(j, i), a.at(i, j))
    elif kind == "permute":
        x, y, z = box(draft)
        order = draft.rng.choice(((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)))
        extents = (x, y, z)
        a = draft.array(INPUTS, type, extents)
        b = draft.array(OUTPUTS, wide, [extents[axis] for axis in order], "inout")
        with nest(draft, ("i", x), ("j", y), ("k", z)) as at:
            move(b.at(*(at[axis] for axis in order)), a.at(*at))
    elif kind in ("interleave", "split"):
        n = length(draft)
        parts = draft.rng.choice((2, 3, 4))
        packed_extents = (n, draft.size(("channels", "parts"), (parts,), fixed=True))
        joins = kind == "interleave"
        packed = draft.array(("packed", "frames", "pixels"), type, packed_extents, "inout" if joins else "in")
        planes = [
            draft.array((f"c{p}", f"plane{p}"), type, (n,), "in" if joins else "inout") for p in range(parts)
        ]
        with draft.loop("i k", n) as i:
            for p, one in enumerate(planes):
                inside = Array(packed.name, type, (), packed.low, packed.high).at(
                    f"{i} * {parts} + {p}" if p else f"{i} * {parts}"
                )
                move(*((inside, one.at(i)) if joins else (one.at(i), inside)))
    elif kind == "reverse":
        n = length(draft)
        if draft.chance(0.5):
            a = output(draft, (n,), type)
            with draft.loop("i k", f"{n.text} / 2") as i:
                first, last = a.at(i), a.at(f"{n.text} - 1 - {i}")
                kept = draft.local(first, "tmp", "held")
                move(first, last)
                draft.line(f"{last.text} = {kept.text};")
        else:
            a, b = draft.array(INPUTS, type, (n,)), output(draft, (n,), wide)
            with draft.loop("i k", n) as i:
                move(b.at(f"{n.text} - 1 - {i}"), a.at(i))
    elif kind == "rotate":
        n = length(draft, min=1)
        by = draft.rng.choice((1, 7, 100))
        a, b = draft.array(INPUTS, type, (n,)), output(draft, (n,), wide)
        with draft.loop("i k", n) as i:
            if draft.chance(0.5):
                move(b.at(f"({i} + {by}) % {n.text}"), a.at(i))
            else:
                draft.line(f"{draft.index} from = {i} + {by};")
                with draft.block(f"while (from >= {n.text})"):
                    draft.line(f"from -= {n.text};")
                move(b.at(i), a.at("from"))
    elif kind == "flip":
        rows, cols = plane(draft)
        a, b = draft.array(INPUTS, type, (rows, cols)), output(draft, (rows, cols), wide)
        both = draft.chance(0.5)
        with nest(draft, ("i y", rows), ("j x", cols)) as (i, j):
            row = f"({rows.text} - 1 - {i})" if both or draft.chance(0.5) else i
            move(b.at(row, f"{cols.text} - 1 - {j}" if both else j), a.at(i, j))
    else:
        rows, cols = plane(draft, CUBE + LINE[:1])
        edge = draft.rng.choice((1, 2, 4))
        a = draft.array(INPUTS, type, (rows, cols))
        b = draft.array(OUTPUTS, wide, (rows.plus(2 * edge), cols.plus(2 * edge)), "inout")
        with nest(draft, ("i y", rows), ("j x", cols)) as (i, j):
            move(b.at(f"({i} + {edge})", f"{j} + {edge}"), a.at(i, j))
