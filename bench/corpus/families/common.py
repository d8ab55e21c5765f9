"""What several families share: names, sizes of a reasonable amount of work, loop nests in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.grammar import element_type
from passwright.bench.corpus.scalar import Scalar

INPUTS = ("a", "b", "x", "y", "src", "input", "left", "right", "values", "samples", "u", "v", "p", "q")
OUTPUTS = ("out", "dst", "result", "z", "output", "target", "r", "w")
LINE = (1000, 4096, 10000, 16384, 30011, 65536)
SIDE = (64, 100, 127, 160, 200, 256)
CUBE = (24, 32, 40, 48, 60)


def title(draft: Draft, verbs: str, nouns: str, comment: str) -> None:
    """Name the kernel `verb_noun` and say in a comment what it does."""
    verb, noun = draft.pick(*verbs.split()), draft.pick(*nouns.split())
    draft.entry = draft.name(f"{verb}_{noun}")
    draft.comment = comment


def length(draft: Draft, values: Sequence[int] = LINE, **constraints: int) -> Size:
    """The extent of one-dimensional data."""
    return draft.size(("n", "count", "length", "len", "size"), values, min=constraints.get("min", 0))


def plane(draft: Draft, values: Sequence[int] = SIDE, min: int = 0) -> tuple[Size, Size]:
    """Rows and columns."""
    first, second = draft.rng.choice(
        (("rows", "cols"), ("height", "width"), ("h", "w"), ("m", "n"), ("ny", "nx"))
    )
    return draft.size((first,), values, min=min), draft.size((second,), values, min=min)


def box(draft: Draft, values: Sequence[int] = CUBE, min: int = 0) -> tuple[Size, Size, Size]:
    """Three extents."""
    names = draft.rng.choice((("nz", "ny", "nx"), ("d0", "d1", "d2"), ("depth", "height", "width")))
    a, b, c = (draft.size((name,), values, min=min) for name in names)
    return a, b, c


def inputs(draft: Draft, extents: Sequence[Size], count: int, type: Scalar | None = None) -> list[Array]:
    """Arrays to read, mostly of one type."""
    first = type or element_type(draft)
    types = [first if draft.chance(0.8) else element_type(draft) for _ in range(count)]
    return [draft.array(INPUTS, each, extents) for each in types]


def output(draft: Draft, extents: Sequence[Size], type: Scalar | None = None) -> Array:
    """An array to write."""
    return draft.array(OUTPUTS, type or element_type(draft), extents, "inout")


@contextmanager
def nest(draft: Draft, *levels: tuple[str, Size], shuffle: bool = True) -> Iterator[list[str]]:
    """Perfectly nested loops over full extents, in any order; yields the counters as the levels stand."""
    order = list(range(len(levels)))
    if shuffle and draft.chance(0.35):
        draft.rng.shuffle(order)
    found: dict[int, str] = {}
    with ExitStack() as stack:
        for position in order:
            names, extent = levels[position]
            found[position] = stack.enter_context(draft.loop(names, extent))
        yield [found[position] for position in range(len(levels))]
