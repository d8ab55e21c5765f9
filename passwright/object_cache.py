"""Objects that were built from a lock before, so that a build that repeats itself does not wait for LLVM.

Addressed by content: everything that decides the object's bytes is in the address. The first half is known before the
compiler has run (the lock's entries for the source, the kind of output, this Passwright), the second is the
unoptimised IR; the same halves give the same bytes. Whether an entry is stale or rejected is decided
where objects are built (`locking.py`), and only what came out of that is kept here.

A cache that cannot be written is no error. It holds at most LIMIT bytes; what was not used for longest goes first.
"""

from __future__ import annotations

import os
import sys

import passwright
from passwright.irgen.flags import reorders_floats, sections
from passwright.passes import config
from passwright.passes.lock_text import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 512 << 20
"""Bytes of all objects together."""


class Shelf:
    """The objects that one source's entries have given so far, by IR."""

    def __init__(
        self, entries: str, kind: str, flags: Sequence[str], *, require_accepted: bool = False
    ) -> None:
        """The source's entries as they stand in the lock (`lock_text.excerpt`), "obj" or "asm", and the compile flags."""
        decided = (entries, kind, reorders_floats(flags), sections(flags), require_accepted)
        told = repr((passwright.__version__, _build(), *decided))
        name = _digest(told.encode())
        self._folder = os.path.join(config.cache_dir(), "objects", name[:2], name)

    @property
    def empty(self) -> bool:
        """Whether there is nothing here for any IR."""
        return not os.path.isdir(self._folder)

    def get(self, bitcode: bytes) -> bytes | None:
        """The object for this IR, or None."""
        path = os.path.join(self._folder, _digest(bitcode))
        try:
            with open(path, "rb") as file:
                content = file.read()
            os.utime(path)
        except OSError:
            return None
        told, data = content[:_DIGEST], content[_DIGEST:]
        return data if told == _digest(data).encode() else None

    def put(self, bitcode: bytes, data: bytes) -> None:
        """Keep an object, if that can be done."""
        path = os.path.join(self._folder, _digest(bitcode))
        temporary = f"{path}.{os.getpid()}"
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(_digest(data).encode() + data)
            os.replace(temporary, path)
            _prune(os.path.dirname(os.path.dirname(self._folder)))
        except OSError:
            if os.path.exists(temporary):
                os.unlink(temporary)


_DIGEST = 40


def _digest(data: bytes) -> str:
    return digest(data, _DIGEST // 2)


def _build() -> tuple[object, ...]:
    """What tells this build of Passwright from another of the same version."""
    files = (entry for folder in passwright.__path__ for entry in os.scandir(folder))
    native = next((entry.stat() for entry in files if entry.name.startswith("_native.cpython")), None)
    passes = sys.modules["passwright.passes"].__path__[0]
    newest = max(entry.stat().st_mtime_ns for entry in os.scandir(passes) if entry.name.endswith(".py"))
    return native and (native.st_size, native.st_mtime_ns), newest


def _prune(root: str) -> None:
    """Remove what was not used for longest until the rest fits."""
    files = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            status = os.stat(path)
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= LIMIT:
            break
        os.unlink(path)
        total -= size
