"""Local arrays on the heap: as they should be, freed too early, freed twice, or too small.

Kernels of the suite hardly use the heap, so the correct form comes first, as a rewrite, and the wrong forms beside it: that
memory comes from the heap then says nothing about a defect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from passwright.bench.mutants.operators import KEYWORDS
from passwright.irgen.tokens import Edit, Source, Splice

_LEAVES = ("return", "break", "continue", "goto")


@dataclass(frozen=True)
class LocalArray:
    """`element name[count];` at a block's top level: places of its first token, its semicolon and the block's end, and
    the semicolons of that block that come after it."""

    element: str
    name: str
    count: str
    first: int
    semicolon: int
    close: int
    later: tuple[int, ...]


def local_arrays(source: Source) -> Iterator[LocalArray]:
    """Arrays without initialiser in blocks that are left at their end only."""
    for place in source.inside():
        if source[place] != "[" or place not in source.partner:
            continue
        end = source.partner[place]
        first = place - 2
        while source[first - 1] in ("unsigned", "long", "signed", "struct"):
            first -= 1
        starts = source[first - 1] in (";", "{", "}")
        if (
            not starts
            or source[end + 1] != ";"
            or source.tokens[place - 2].kind != "name"
            or end == place + 1
        ):
            continue
        if source[place - 2] in KEYWORDS - {"char", "int", "long", "short", "float", "double", "unsigned"}:
            continue
        close = _block_end(source, end + 1)
        if close < 0 or any(source[one] in _LEAVES for one in range(end, close)):
            continue
        later = tuple(one for one in _top_level_ends(source, end + 2, close))
        if later:
            element, count = source.slice(first, place - 2), source.slice(place + 1, end - 1)
            yield LocalArray(element, source[place - 1], count, first, end + 1, close, later)


def _block_end(source: Source, place: int) -> int:
    depth = 0
    for one in range(place, len(source.tokens)):
        depth += (source[one] == "{") - (source[one] == "}")
        if depth < 0:
            return one
    return -1


def _top_level_ends(source: Source, first: int, close: int) -> Iterator[int]:
    """Places where a statement of the block ends: behind them something can be inserted."""
    place = first
    while place < close:
        text = source[place]
        if text in ("{", "(", "[") and place in source.partner:
            place = source.partner[place]
            if text == "{" and source[place + 1] != "else":
                yield place
        elif text == ";":
            yield place
        place += 1


def _moved(source: Source, name: str, array: LocalArray, size: str, frees: list[int], line: int) -> Edit:
    first, last = source.tokens[array.first], source.tokens[array.semicolon]
    made = f"{array.element} *{array.name} = ({array.element} *)__builtin_malloc({size});"
    release = f" __builtin_free({array.name});"
    places = [Splice(source.tokens[one].end, source.tokens[one].end, release) for one in frees]
    closing = source.tokens[array.close].start
    places.append(Splice(closing, closing, release.lstrip() + " "))
    return Edit(name, line, (Splice(first.start, last.end, made), *places))


def _size(array: LocalArray) -> str:
    return f"({array.count}) * sizeof({array.element})"


def moved(source: Source) -> Iterator[Edit]:
    """Each local array on the heap, freed where its block ends."""
    for array in local_arrays(source):
        yield _moved(source, "heap_array", array, _size(array), [], source.tokens[array.first].line)


def misuses(source: Source) -> Iterator[Edit]:
    """Each local array on the heap, wrongly."""
    for array in local_arrays(source):
        line = source.tokens[array.first].line
        for size in (f"(({array.count}) - 1) * sizeof({array.element})", f"({array.count})"):
            yield _moved(source, "heap", array, size, [], line)
        for place in {array.later[0], array.later[len(array.later) // 2]}:
            early = _moved(source, "heap", array, _size(array), [place], source.tokens[place].line)
            yield early  # freed twice, and maybe used in between
            yield Edit("heap", early.line, early.splices[:-1])  # used after it is freed
