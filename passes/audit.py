"""The audit log beside a lock file: every decision about its entries, by machine or human, one JSON object a line.

    {"when": "2026-03-01T09:30:00Z", "who": "Ada <ada@example.org>", "human": true, "what": "accepted",
     "source": "src/gemm.c", "entry": "gemm", "cpu": "znver4", "recipe": "0f3c…", "ratio": [1.53, 1.5, 1.561],
     "verdict": "equal", "evidence": "", "why": "read the assembly"}

`passwright.lock` has `passwright.audit.jsonl`. Lines are only ever appended, each batch with one write under an advisory
lock, and forced to the disk before the lock file changes (`rewrite`'s `before`), so that no decision takes effect
unlogged. Where a write fails half way, the half is cut off again; where the machine died in it, the next writer ends the
half line, and readers count it as damaged. Nobody is kept from editing the file: it is evidence where it is under version
control.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from passwright.passes.errors import LockError
from passwright.passes.review import now

if TYPE_CHECKING:
    from pathlib import Path

    from passwright.passes.lock import LockEntry

WHAT = ("proposed", "dropped", "accepted", "rejected", "failed", "explained")
"""An optimisation proposes an entry or drops it, a review accepts or rejects it, a check that it fails is told; what one
of its transformations did, and the evidence for it, is explained."""


class Decision(NamedTuple):
    """One line. `recipe` is the recipe's digest (`Recipe.hash`), `ratio` the entry's at that time (value, low, high)."""

    when: str
    who: str
    human: bool
    what: str
    source: str
    entry: str
    cpu: str
    recipe: str = ""
    ratio: tuple[float, float, float] | None = None
    verdict: str = ""
    evidence: str = ""
    why: str = ""

    @staticmethod
    def on(
        entry: LockEntry, what: str, *, who: str, human: bool, why: str = "", evidence: str = ""
    ) -> Decision:
        """A decision on an entry as it stands, made now."""
        value, low, high = (float(f"{number:.5g}") for number in entry.ratio)
        about = (*entry.key, entry.recipe.hash(), (value, low, high), entry.verdict)
        return Decision(now(), who, human, what, *about, evidence, why)

    @property
    def key(self) -> tuple[str, str, str]:
        """The entry's key: source, entry, CPU."""
        return self.source, self.entry, self.cpu

    def to_json(self) -> dict[str, Any]:
        """Plain values; a bound of the ratio that is not finite is null."""
        numbers = self.ratio and [number if math.isfinite(number) else None for number in self.ratio]
        return self._asdict() | {"ratio": numbers}


class Log(NamedTuple):
    """The decisions in the order of their lines, and the numbers (from 1) of lines that are none."""

    decisions: tuple[Decision, ...] = ()
    damaged: tuple[int, ...] = ()


def log_path(lock: str | Path) -> str:
    """The log of a lock file: beside it, with its name."""
    return os.path.splitext(os.path.realpath(lock))[0] + ".audit.jsonl"


def append(path: str, decisions: Iterable[Decision]) -> None:
    """Add lines, all or none, and wait until they are on the disk.

    Raises LockError when they cannot be written (disk full, no right to); the log is then as it was.
    """
    text = "".join(json.dumps(one.to_json(), ensure_ascii=False, allow_nan=False) + "\n" for one in decisions)
    if not text:
        return
    try:
        data = text.encode()
        is_new = not os.path.exists(path)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            with _alone(handle):
                _append(handle, data)
        finally:
            os.close(handle)
        if is_new:
            _sync(os.path.dirname(path) or ".")
    except OSError as problem:
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise LockError(
            f"cannot write the audit log {path}: {problem.strerror}; nothing in it has changed",
            hint="free some space" if full else "check the folder's rights, or choose another --lock",
        ) from None
    except UnicodeEncodeError:
        raise LockError(
            f"cannot write the audit log {path}: a name in it is not valid Unicode", hint="rename the source"
        ) from None


def read(path: str) -> Log:
    """The whole log; empty where there is none yet.  Raises LockError when it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return Log()
    except OSError as problem:
        raise LockError(
            f"cannot read the audit log {path}: {problem.strerror}", hint="check the path and its rights"
        ) from None
    return parse(data)


def parse(data: bytes) -> Log:
    """The log's bytes. A line that is cut off, or not a decision, is damaged; the others count."""
    decisions, damaged = [], []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            decision = _decision(line)
            if decision is None:
                damaged.append(number)
            else:
                decisions.append(decision)
    return Log(tuple(decisions), tuple(damaged))


def _append(handle: int, data: bytes) -> None:
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        data = b"\n" + data  # after a line that was cut off when the machine died
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(handle, size)
        raise


def _decision(line: bytes) -> Decision | None:
    try:
        values = json.loads(line)
        ratio = values["ratio"]
        if ratio is not None:
            value, low, high = (math.inf if number is None else float(number) for number in ratio)
            values = values | {"ratio": (value, low, high)}
        found = Decision(**{name: values[name] for name in Decision._fields})
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    texts = (value for name, value in found._asdict().items() if name not in ("human", "ratio"))
    usable = isinstance(found.human, bool) and all(isinstance(text, str) and _encodes(text) for text in texts)
    return found if usable else None


def _encodes(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


@contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Hold the file's advisory lock; on file systems without locks a single write has to do."""
    import fcntl

    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
    yield  # closing the file ends it


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
