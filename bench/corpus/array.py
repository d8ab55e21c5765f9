"""Extents and buffers: how C and the workload write them, and what an element of one is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from passwright.bench.corpus.scalar import Scalar
from passwright.bench.corpus.value import Value


@dataclass(frozen=True)
class Size:
    """An extent: as C writes it, as the workload writes it, and its measured value, which is its largest."""

    text: str
    expression: str
    value: int

    def plus(self, more: int) -> Size:
        """An extent that is larger by a constant."""
        return Size(f"({self.text} + {more})", f"{self.expression} + {more}", self.value + more)


@dataclass(frozen=True)
class Array:
    """A buffer of the kernel, row-major; integer elements lie between `low` and `high`."""

    name: str
    type: Scalar
    extents: tuple[Size, ...]
    low: int | None = None
    high: int | None = None
    grid: bool = False

    def at(self, *indices: str) -> Value:
        """The element at one index per extent, or at one flat index; `a[i][j]` where the array is a `grid`."""
        if self.grid:
            places = "".join(f"[{_bare(index)}]" for index in indices)
            return Value.of(f"{self.name}{places}", self.type, self.low, self.high)
        flat = indices[0]
        if len(indices) == 1:
            flat = _bare(flat)
        for index, extent in zip(indices[1:], self.extents[1:], strict=False):
            flat = f"{_factor(flat)} * {extent.text} + {index}"
        return Value.of(f"{self.name}[{flat}]", self.type, self.low, self.high)


def _bare(text: str) -> str:
    return text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text


def _factor(text: str) -> str:
    return text if re.fullmatch(r"\w+|\([^()]*\)", text) else f"({text})"
