"""One concrete call of a kernel: the bytes of every buffer and the value of every scalar.

Ready for the runner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["in", "out", "inout"]


@dataclass(frozen=True)
class Buffer:
    """Memory that the kernel gets a pointer to.

    Attributes:
        data: the initial content. For a global, empty means "as the object initialises it".
        role: what the kernel may do with it; `in` buffers are mapped read-only.
        element: an element code of `bench/elements.py`; only comparison looks at it.
        name: the argument's or global's name.
        align: the address is a multiple of this many bytes.
        rows: 0, or for `T**` the number of pointers: entry i points to `data + i * (len(data) // rows)`.
    """

    data: bytes = field(repr=False)
    role: Role
    element: str
    name: str
    align: int = 1
    rows: int = 0


@dataclass(frozen=True)
class Scalar:
    """A value passed by itself; `ir_type` is `i1` … `i64`, `float` or `double`."""

    ir_type: str
    value: int | float
    name: str


@dataclass(frozen=True)
class Alias:
    """A pointer into the buffer of another slot, `offset` bytes behind its start (which holds no row pointers)."""

    slot: int
    offset: int
    name: str


@dataclass(frozen=True)
class Call:
    """The arguments in IR order (`None` for one that takes no value), globals by symbol.

    And the result's IR type.
    """

    entry: str
    slots: tuple[Buffer | Scalar | Alias | None, ...]
    globals: Mapping[str, Buffer]
    returns: str

    @property
    def size(self) -> int:
        """Bytes of all buffers together."""
        buffers = [slot for slot in self.slots if isinstance(slot, Buffer)]
        return sum(len(buffer.data) for buffer in [*buffers, *self.globals.values()])
