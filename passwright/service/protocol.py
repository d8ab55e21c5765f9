"""Frames: how the daemon, its clients and its job processes talk.

A frame is a magic word, the length of a header, and the number and lengths of binary parts; then the header (a JSON
object) and the parts. A request's header has `id`, `op`, `build` (`place.stamp`) and what the operation takes; its answer
has the same `id`, and `error` (kind, message, hint) if there was one; before it may come frames that say `wait`, or `event`:
what happens meanwhile. All lengths are bounded before anything is allocated. Light to import, because compilers do.
"""

from __future__ import annotations

import json
import struct

from passwright.passes import errors
from passwright.passes.errors import InputError, PasswrightError, WorkerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Header = dict[str, Any]

MAGIC = b"PWs1"
FIXED = struct.Struct("<4sII")
"""Magic, bytes of the header, number of parts."""
LENGTH = struct.Struct("<Q")
"""Bytes of one part."""
BEAT = 1.0
"""Seconds between the frames (`wait` in the header) by which the daemon shows that it is at work."""
MAX_HEADER = 1 << 20
MAX_PARTS = 64
MAX_BODY = 64 << 20
"""Bytes of all parts together."""


class Garbage(Exception):
    """What came is no frame of ours, or larger than one may be."""


def frame(header: Header, parts: Sequence[bytes] = ()) -> list[bytes]:
    """The pieces of a frame, in order.  Raises InputError when it would be larger than one may be."""
    text = json.dumps(header).encode()
    if len(text) > MAX_HEADER or len(parts) > MAX_PARTS or sum(map(len, parts)) > MAX_BODY:
        raise InputError(
            f"{sum(map(len, parts)) >> 20} MiB are more than the service takes ({MAX_BODY >> 20} MiB)",
            hint="build this file without it",
        )
    lengths = b"".join(LENGTH.pack(len(part)) for part in parts)
    return [FIXED.pack(MAGIC, len(text), len(parts)) + lengths + text, *parts]


def fixed(data: bytes) -> tuple[int, int]:
    """Bytes of the header and number of parts from a frame's first bytes.  Raises Garbage."""
    magic, header, parts = FIXED.unpack(data)
    if magic != MAGIC or header > MAX_HEADER or parts > MAX_PARTS:
        raise Garbage
    return header, parts


def lengths(data: bytes) -> list[int]:
    """The parts' lengths.  Raises Garbage."""
    found = [length for (length,) in LENGTH.iter_unpack(data)]
    if sum(found) > MAX_BODY:
        raise Garbage
    return found


def header(data: bytes) -> Header:
    """A frame's header.  Raises Garbage."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Garbage from None
    if not isinstance(found, dict):
        raise Garbage
    return found


def told(problem: BaseException) -> dict[str, str]:
    """An error as a header has it."""
    if isinstance(problem, PasswrightError):
        # A kind that only some part of Passwright knows is told as the one that it is a case of.
        kind = next(one for one in type(problem).__mro__ if getattr(errors, one.__name__, None) is one)
        return {"kind": kind.__name__, "message": problem.message, "hint": problem.hint}
    return {"kind": "WorkerError", "message": f"{type(problem).__name__}: {problem}", "hint": ""}


def heard(error: Any) -> PasswrightError:
    """The error that a header tells of."""
    try:
        kind = getattr(errors, error["kind"], WorkerError)
        if isinstance(kind, type) and issubclass(kind, PasswrightError):
            return kind(str(error["message"]), hint=str(error["hint"]))
    except (TypeError, KeyError):
        pass
    return WorkerError("the service told of an error that cannot be read")
