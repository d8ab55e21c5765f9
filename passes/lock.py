"""The lock file `passwright.lock`: which recipe each kernel is built with, as TOML that diffs and merges well.

    version = 1

    [kernel."src/gemm.c".gemm.znver4]
    fingerprint = "0f3c…"
    recipe = [
        "function(sroa)",
        "default<O3> [polly=true]",
    ]
    review = { state = "accepted", by = "Ada <ada@example.org>", at = "2026-03-01T09:30:00Z" }

One table per source, entry and CPU, sorted, keys in a fixed order, sources relative to the file's own
folder. Each has a digest of everything in it but the review, since what was verified is this recipe on this code and
no other: a table that a bit error or a hand has changed is refused. Files are replaced whole or not at all, and two
processes that update one file at the same time lose nothing. Whether a recipe is worth locking, and building from the
lock, is not here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from passwright.passes.errors import LockError, RecipeError
from passwright.passes.lock_text import VERSION_LINE, blake2b, read, relative
from passwright.passes.recipe import REFERENCES, Recipe
from passwright.passes.review import PROPOSED, STATES, Review, read_review, review_line

if TYPE_CHECKING:  # `apply` waits for what is imported here
    from pathlib import Path

VERSION = 1
"""Of the format; a file with another one is refused."""
WAIT = 30.0
"""Seconds to wait for another process that is writing."""
_HEADER = "# Recipes of Passwright: what each kernel is built with.  Keep under version control; edit only `review`.\n"
_OPTIMIZE = "run `passwright optimize` again"


class LockEntry(NamedTuple):
    """What is known of one kernel on one CPU.

    `source` is relative to the lock's folder, with `/`. `fingerprint` is the structural hash of the
    kernel's module before any pass. `ratio` is baseline time over kernel time with its 95 % interval:
    value, low, high; where a size was the `objective`, the same of sizes, three times.
    """

    source: str
    entry: str
    cpu: str
    fingerprint: str
    llvm: str
    recipe: Recipe
    ratio: tuple[float, float, float]
    verdict: str
    features: str = ""
    flags: tuple[str, ...] = ()
    review: Review = PROPOSED
    objective: str = "time"

    @property
    def key(self) -> tuple[str, str, str]:
        """What an entry is found by: source, entry, CPU."""
        return self.source, self.entry, self.cpu


class Lock(NamedTuple):
    """The content of a lock file; `entries` are sorted by key."""

    path: str | Path
    entries: tuple[LockEntry, ...] = ()

    def relative(self, source: str | Path) -> str:
        """A source's name in this lock: relative to its folder, with `/`."""
        return relative(self.path, source)

    def find(
        self, source: str | Path, entry: str | None = None, cpu: str | None = None
    ) -> tuple[LockEntry, ...]:
        """The entries of a source file, of all functions and CPUs or of one."""
        name = self.relative(source)
        return tuple(
            e for e in self.entries if e.source == name and entry in (None, e.entry) and cpu in (None, e.cpu)
        )


def require_fresh(entry: LockEntry, *, fingerprint: str, cpu: str, llvm: str) -> None:
    """Raise LockError when an entry was made for other code, another CPU or another LLVM than this one."""
    where = f"{entry.source}: {entry.entry}"
    if entry.fingerprint != fingerprint:
        raise LockError(
            f"{where}: the code or its flags have changed since the recipe was locked "
            f"({entry.fingerprint[:8]} then, {fingerprint[:8]} now)",
            hint=_OPTIMIZE,
        )
    if entry.cpu != cpu:
        raise LockError(f"{where}: locked for the CPU {entry.cpu}, this build is for {cpu}", hint=_OPTIMIZE)
    if entry.llvm != llvm:
        raise LockError(f"{where}: locked with LLVM {entry.llvm}, this is {llvm}", hint=_OPTIMIZE)


def load(path: str | Path, *, missing_ok: bool = False) -> Lock:
    """Read a lock file.  Raises LockError: it is missing, unreadable, malformed, or of another version."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        if missing_ok:
            return Lock(path)
        raise LockError(
            f"there is no lock file {path}", hint=f"{_OPTIMIZE}, or give it with --lock"
        ) from None
    except OSError as problem:
        raise LockError(
            f"cannot read {path}: {problem.strerror}", hint="check the path and its rights"
        ) from None
    return parse(data, path)


def parse(data: bytes, path: str | Path) -> Lock:
    """The content of a lock file's bytes; `path` is for messages and relative names.  Raises LockError."""
    import tomllib

    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        merging = b"<<<<<<<" in data
        hint = (
            "resolve the merge conflict: keep the tables of both sides"
            if merging
            else "restore it from version control"
        )
        raise LockError(f"{path} is not readable as TOML: {problem}", hint=hint) from None
    version = table.get("version")
    if version != VERSION:
        raise LockError(
            f"{path} has format {version!r}, this Passwright reads {VERSION}",
            hint=f"use the Passwright that wrote it, or {_OPTIMIZE} with another --lock",
        )
    if unknown := set(table) - {"version", "kernel"}:
        raise LockError(
            f"{path}: unknown key {sorted(unknown)[0]!r}", hint="only `version` and `kernel` are known"
        )
    return _lock(table, path)


def parse_excerpt(tables: str, path: str | Path) -> Lock:
    """A lock of the tables that `lock_text.excerpt` found in another one.  Raises LockError."""
    with suppress(ValueError):
        if (table := read(tables)) is not None:
            return _lock(table, path)
    return parse((VERSION_LINE + tables).encode(), path)


def _lock(table: Mapping[str, Any], path: str | Path) -> Lock:
    entries = []
    for source, functions in _tables(table.get("kernel", {}), path, "kernel"):
        for entry, cpus in _tables(functions, path, source):
            for cpu, values in _tables(cpus, path, f"{source}: {entry}"):
                entries.append(_entry(source, entry, cpu, values, path))
    return Lock(path, tuple(sorted(entries, key=lambda e: e.key)))


def update(
    path: str | Path,
    entries: Iterable[LockEntry],
    *,
    remove: Iterable[tuple[str, str, str]] = (),
    before: Callable[[Lock, Lock], None] | None = None,
) -> Lock:
    """Add or replace entries, and remove keys, in the file as it is at this moment; other entries stay.

    A new entry that equals an old one in recipe and fingerprint keeps its review; any other one is proposed
    again. `before` as in `rewrite`. Raises LockError, the file then being as it was.
    """
    added = {entry.key: entry for entry in entries}
    gone = set(remove)

    def change(old: Lock) -> Iterable[LockEntry]:
        for entry in old.entries:
            new = added.get(entry.key)
            if (
                new
                and (new.recipe, new.fingerprint) == (entry.recipe, entry.fingerprint)
                and new.review.proposed
            ):
                added[entry.key] = new._replace(review=entry.review)
        kept = {entry.key: entry for entry in old.entries if entry.key not in gone}
        return {**kept, **added}.values()

    return rewrite(path, change, before=before)


def rewrite(
    path: str | Path,
    change: Callable[[Lock], Iterable[LockEntry]],
    *,
    before: Callable[[Lock, Lock], None] | None = None,
) -> Lock:
    """Replace a lock's entries by what `change` makes of them, one process at a time.

    `before` is told the old and the new content when the new file is on the disk and has yet to take the old one's place;
    what it raises is raised, and the lock stays as it is.  Raises LockError.
    """
    target = os.path.realpath(path)  # a symbolic link stays one
    try:
        with _alone(os.path.dirname(target)):
            old = load(target, missing_ok=True)
            lock = Lock(target, tuple(sorted(change(old), key=lambda e: e.key)))
            _replace(target, render(lock).encode(), lambda: before and before(old, lock))
    except OSError as problem:
        raise LockError(
            f"cannot write {path}: {problem.strerror}; nothing in it has changed", hint=_remedy(problem)
        ) from None
    except UnicodeEncodeError:
        raise LockError(
            f"cannot write {path}: a name in it is not valid Unicode", hint="rename the source file"
        ) from None
    return lock


def render(lock: Lock) -> str:
    """The canonical text of a lock file."""
    blocks = [_HEADER + f"version = {VERSION}\n"]
    for entry in sorted(lock.entries, key=lambda e: e.key):
        text = _table(entry)
        blocks.append(f"{text}digest = {_string(_digest(text))}\n{review_line(entry.review, _string)}")
    return "\n".join(blocks)


def _table(entry: LockEntry) -> str:
    """What an entry's digest is of: its table without digest and review."""
    steps = "".join(f"    {_string(str(step))},\n" for step in entry.recipe.steps)
    numbers = (f"{number:.4g}" if number < 1000 else f"{number:.0f}" for number in entry.ratio)
    ratio = ", ".join(
        f"{name} = {_float(text)}" for name, text in zip(("value", "low", "high"), numbers, strict=True)
    )
    return (
        f"[kernel.{'.'.join(_key(part) for part in entry.key)}]\n"
        f"fingerprint = {_string(entry.fingerprint)}\n"
        f"features = {_string(entry.features)}\n"
        f"flags = [{', '.join(map(_string, entry.flags))}]\n"
        f"llvm = {_string(entry.llvm)}\n"
        f"{_objective(entry)}"
        f"recipe = [\n{steps}]\n"
        f"ratio = {{ {ratio} }}\n"
        f"verdict = {_string(entry.verdict)}\n"
    )


def _digest(table: str) -> str:
    return blake2b(table.encode(), 8)


def _objective(entry: LockEntry) -> str:
    """The line that says that an entry is for size."""
    return "" if entry.objective == "time" else f"objective = {_string(entry.objective)}\n"


def _entry(source: str, entry: str, cpu: str, values: Mapping[str, Any], path: str | Path) -> LockEntry:
    where = f"{path}: {source}: {entry} ({cpu})"
    values = {"objective": "time", **values}
    wanted = set(LockEntry._fields) - {"source", "entry", "cpu"} | {"digest"}
    if wanted != set(values):
        name = sorted(wanted ^ set(values))[0]
        what = "unknown key" if name in values else "missing key"
        raise LockError(f"{where}: {what} {name!r}", hint=f"restore the file, or {_OPTIMIZE}")
    texts = ("fingerprint", "features", "llvm", "verdict", "objective")
    ratio, review = values["ratio"], read_review(values["review"])
    if (
        not all(isinstance(values[name], str) for name in (*texts, "digest"))
        or not all(_is_strings(values[name]) for name in ("flags", "recipe"))
        or not isinstance(ratio, dict)
        or set(ratio) != {"value", "low", "high"}
        or not all(isinstance(number, int | float) for number in ratio.values())
        or review is None
        or values["objective"] not in REFERENCES
    ):
        raise LockError(
            f"{where}: a value of the wrong type, a review that is none of {', '.join(STATES)} with strings by, at (UTC) "
            f"and why, or an objective that is none of {', '.join(REFERENCES)}",
            hint=f"restore the file, or {_OPTIMIZE}",
        )
    try:
        recipe = Recipe.parse(" | ".join(values["recipe"]))
    except RecipeError as problem:
        raise LockError(f"{where}: {problem.message}", hint=f"restore the file, or {_OPTIMIZE}") from None
    numbers = (float(ratio["value"]), float(ratio["low"]), float(ratio["high"]))
    given: dict[str, Any] = {name: values[name] for name in texts}
    given |= {"flags": tuple(values["flags"]), "review": review}
    found = LockEntry(source, entry, cpu, recipe=recipe, ratio=numbers, **given)
    if _digest(_table(found)) != values["digest"]:
        raise LockError(
            f"{where}: not as Passwright wrote it: damaged, or edited by hand; what was verified is another entry",
            hint=f"restore the file from version control, or {_OPTIMIZE}; only `review` may be edited",
        )
    return found


def _tables(value: Any, path: str | Path, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        raise LockError(f"{path}: {where} is not a table of tables", hint=f"restore the file, or {_OPTIMIZE}")
    yield from value.items()


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _string(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json  # reading a lock seldom gets here, and a build waits for each import

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    bare = text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    return text if bare else _string(text)


def _float(text: str) -> str:
    return text if any(c in text for c in ".en") else f"{text}.0"


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Hold the folder's advisory lock, which needs no file of its own.  Raises OSError, LockError
    after WAIT.
    """
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        until = monotonic() + WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > until:
                    raise LockError(
                        f"another process has been writing in {folder} for {WAIT:g} s",
                        hint="wait for it or end it",
                    ) from None
                sleep(0.01)
            except OSError as problem:
                if problem.errno not in (errno.ENOLCK, errno.ENOTSUP):
                    raise
                break  # a file system without locks: replacing is still atomic
        yield
    finally:
        os.close(handle)


def _replace(target: str, data: bytes, before: Callable[[], object]) -> None:
    """Write a file whole or not at all, `before` being called in between; the new one has the old one's mode.

    Raises OSError, and what `before` raises.
    """
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o666
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        before()
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remedy(problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space, then run the command again"
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "choose a folder that you may write to with --lock"
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        return "create the folder first, or choose another one with --lock"
    return "choose another place with --lock"
