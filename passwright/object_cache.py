"""What was built before, so that a build that repeats itself does not wait for LLVM: one SQLite file in the cache folder.

Addressed by content: everything that decides the bytes is in the address. Its first half, the shelf, is known before the
compiler has run (the lock's entries for the source, the kind of output, this Passwright), the second is the
unoptimised IR; the same halves give the same bytes. Whether an entry is stale or rejected is decided
where objects are built (`locking.py`), and only what came out of that is kept here.

A cache that cannot be read or written is no error, and one that is damaged is begun again: each row has a digest of its
address and its data. It holds at most LIMIT bytes; what was not used for longest goes first. Several processes may use it at
once. It is not forced to the disk: what a power failure leaves is whole, or damaged and begun again.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import passwright
from passwright.irgen.flags import reorders_floats, sections
from passwright.passes import config
from passwright.passes.lock_text import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import TypeVar

    T = TypeVar("T")

LIMIT = 512 << 20
"""Bytes of all objects together."""
TOUCH = 60
"""Seconds after which a further use of a row is written down: most hits then only read."""
WAIT = 2.0
"""Seconds to wait for another process that is writing."""
_NAME = "objects.sqlite"
_SCHEMA = """
CREATE TABLE objects (shelf TEXT, ir TEXT, used INTEGER, size INTEGER, digest TEXT, data BLOB, UNIQUE (shelf, ir));
CREATE INDEX by_use ON objects (used, size);
CREATE TABLE total (bytes INTEGER);
INSERT INTO total VALUES (0);
CREATE TRIGGER added AFTER INSERT ON objects BEGIN UPDATE total SET bytes = bytes + new.size; END;
CREATE TRIGGER removed AFTER DELETE ON objects BEGIN UPDATE total SET bytes = bytes - old.size; END;
PRAGMA user_version = 1;
"""


def shelf_name(entries: str, kind: str, flags: Sequence[str], *, require_accepted: bool = False) -> str:
    """The first half of an address: the source's entries as they stand in the lock (`lock_text.excerpt`), "obj" or "asm",
    the compile flags, and this build of Passwright."""
    decided = (entries, kind, reorders_floats(flags), sections(flags), require_accepted)
    return digest(repr((passwright.__version__, build_stamp(), *decided)).encode())


def digest(data: bytes) -> str:
    """The digest that addresses are made of."""
    return blake2b(data, 20)


class ObjectCache:
    """The file.  Not to be used by two threads at once; every use opens it when it has to."""

    def __init__(self, folder: str = "", *, limit: int | None = None) -> None:
        """In `folder`, by default the cache folder, with at most `limit` bytes, by default LIMIT."""
        self.path = os.path.join(folder or config.cache_dir(), _NAME)
        self._limit = LIMIT if limit is None else limit
        self._open: sqlite3.Connection | None = None
        self._inode = 0

    def has(self, shelf: str) -> bool:
        """Whether there is anything on a shelf."""
        query = "SELECT 1 FROM objects WHERE shelf = ? LIMIT 1"
        return bool(self._do(lambda file: file.execute(query, (shelf,)).fetchone(), create=False))

    def get(self, shelf: str, ir: str) -> bytes | None:
        """What was put there, or None."""

        def read(file: sqlite3.Connection) -> bytes | None:
            query = "SELECT used, digest, data FROM objects WHERE shelf = ? AND ir = ?"
            row = file.execute(query, (shelf, ir)).fetchone()
            if row is None:
                return None
            used, known, data = row
            if not isinstance(data, bytes) or known != _seal(shelf, ir, data):
                raise _Damaged
            if abs(_now() - used) >= TOUCH:
                self._touch(file, shelf, ir)
            return data

        return self._do(read, create=False)

    def put(self, shelf: str, ir: str, data: bytes) -> None:
        """Keep something, if that can be done."""

        def write(file: sqlite3.Connection) -> None:
            if len(data) > self._limit:
                return
            file.execute("BEGIN IMMEDIATE")
            row = (shelf, ir, _now(), len(data), _seal(shelf, ir, data), data)
            file.execute("DELETE FROM objects WHERE shelf = ? AND ir = ?", row[:2])
            file.execute("INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?)", row)
            self._prune(file)
            file.execute("COMMIT")

        self._do(write, create=True)

    def size(self) -> tuple[int, int]:
        """How many there are, and their bytes."""
        query = "SELECT (SELECT count(*) FROM objects), bytes FROM total"
        found = self._do(lambda file: file.execute(query).fetchone(), create=False)
        return (int(found[0]), int(found[1])) if found else (0, 0)

    def close(self) -> None:
        """Free the file; the next use opens it again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _do(self, work: Callable[[sqlite3.Connection], T], *, create: bool) -> T | None:
        """What `work` returns; None when the file is not to be had. A damaged one is removed and begun again, once."""
        if not create and self._open is None and not os.path.exists(self.path):
            return None  # without loading SQLite, which takes milliseconds
        sqlite3 = _sqlite()
        for _ in range(2):
            try:
                return work(self._connection())
            except (sqlite3.DatabaseError, _Damaged) as problem:
                damaged = not isinstance(problem, sqlite3.Error) or _damaged(problem)
                self._give_up(remove=damaged)
                if not damaged:
                    return None  # no room, no rights, too many writers
            except (OSError, ValueError, TypeError, OverflowError):
                self._give_up(remove=False)
                return None
        return None

    def _connection(self) -> sqlite3.Connection:
        if self._open is not None:
            try:
                if os.stat(self.path).st_ino == self._inode:
                    return self._open
            except FileNotFoundError:
                pass
            self.close()  # somebody has begun it again
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        file: sqlite3.Connection = _sqlite().connect(
            self.path, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            file.execute("PRAGMA synchronous = OFF")
            (version,) = file.execute("PRAGMA user_version").fetchone()
            if version == 0:
                _create(file)
            elif version != 1:
                raise _Damaged
            self._inode = os.stat(self.path).st_ino
        except BaseException:
            file.close()
            raise
        self._open = file
        return file

    def _touch(self, file: sqlite3.Connection, shelf: str, ir: str) -> None:
        import sqlite3

        with suppress(
            sqlite3.OperationalError
        ):  # a full disk or a busy file takes nothing from what was read
            file.execute("UPDATE objects SET used = ? WHERE shelf = ? AND ir = ?", (_now(), shelf, ir))

    def _prune(self, file: sqlite3.Connection) -> None:
        (total,) = file.execute("SELECT bytes FROM total").fetchone()
        if total <= self._limit:
            return
        oldest = file.execute("SELECT rowid, size FROM objects ORDER BY used, rowid").fetchall()
        for row, size in oldest[:-1]:
            if total <= self._limit:
                break
            file.execute("DELETE FROM objects WHERE rowid = ?", (row,))
            total -= size

    def _give_up(self, *, remove: bool) -> None:
        try:
            self.close()
        except Exception:
            self._open = None
        if remove:
            for suffix in ("", "-journal"):
                with suppress(OSError):
                    os.unlink(self.path + suffix)


class Shelf:
    """The objects that one source's entries have given so far, by IR."""

    def __init__(
        self,
        entries: str,
        kind: str,
        flags: Sequence[str],
        *,
        require_accepted: bool = False,
        cache: ObjectCache | None = None,
    ) -> None:
        """As `shelf_name`; in `cache`, by default the one in the cache folder."""
        self._name = shelf_name(entries, kind, flags, require_accepted=require_accepted)
        self._cache = cache or ObjectCache()

    @property
    def empty(self) -> bool:
        """Whether there is nothing here for any IR."""
        return not self._cache.has(self._name)

    def get(self, bitcode: bytes) -> bytes | None:
        """The object for this IR, or None."""
        return self._cache.get(self._name, digest(bitcode))

    def put(self, bitcode: bytes, data: bytes) -> None:
        """Keep an object, if that can be done."""
        self._cache.put(self._name, digest(bitcode), data)


class _Damaged(Exception):
    """A row that is not what was put in, or a file of another layout."""


def _create(file: sqlite3.Connection) -> None:
    """The tables, unless another process has just made them."""
    file.execute("BEGIN IMMEDIATE")
    (version,) = file.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for line in _SCHEMA.strip().splitlines():
            file.execute(line)
    file.execute("COMMIT")


def _damaged(problem: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, not the disk, the rights or another writer."""
    sqlite3 = _sqlite()
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _seal(shelf: str, ir: str, data: bytes) -> str:
    return blake2b(data, 20, key=bytes.fromhex(shelf + ir))


def _sqlite() -> ModuleType:
    try:
        import _sqlite3  # `sqlite3` adds conversions of dates, and takes twice as long to import

        return _sqlite3
    except ImportError:
        import sqlite3

        return sqlite3


def _now() -> int:
    from time import time

    return int(time())


def build_stamp() -> tuple[object, ...]:
    """What tells this build of Passwright from another of the same version."""
    files = (entry for folder in passwright.__path__ for entry in os.scandir(folder))
    native = next((entry.stat() for entry in files if entry.name.startswith("_native.cpython")), None)
    passes = sys.modules["passwright.passes"].__path__[0]
    newest = max(entry.stat().st_mtime_ns for entry in os.scandir(passes) if entry.name.endswith(".py"))
    return native and (native.st_size, native.st_mtime_ns), newest
