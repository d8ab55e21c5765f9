"""`passwright apply`: the same object again from the lock file.

On every build's path, so that the order of things is by time: clang starts before anything heavy is imported; while it
runs, either the objects that were built before are looked at, or the native core and what builds with it
are loaded. A build runs in a child process with a deadline, since a lock file is input and LLVM may crash on it.
"""

from __future__ import annotations

import os

from passwright.cli.failure import reported
from passwright.irgen.flags import reorders_floats
from passwright.irgen.lowering import Lowering, language_of
from passwright.passes.errors import LockError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from passwright.passes.lock import LockEntry

DEADLINE = 120.0
"""Seconds that building one file may take."""


class Options:
    """What the command line says."""

    def __init__(self) -> None:
        self.source = ""
        self.output: str | None = None
        self.lock = "passwright.lock"
        self.cflags: str | None = None
        self.march = "native"
        self.emit = "obj"
        self.cache = True
        self.json = False


def quick(arguments: Sequence[str]) -> Options | None:
    """The options in the spellings that builds use; None for anything else, which the typer command reads."""
    options = Options()
    rest = iter(arguments)
    for argument in rest:
        name = {"-o": "output", "--output": "output", "--lock": "lock"}.get(argument)
        if argument == "--no-cache":
            options.cache = False
        elif name is not None and (value := next(rest, "-"))[:1] != "-":
            setattr(options, name, value)
        elif argument[:1] != "-" and not options.source:
            options.source = argument
        else:
            return None
    return options if options.source else None


def main(options: Options) -> int:
    """Run the verb; returns the exit code, or exits with it."""
    with reported():
        _apply(options)
    return 0


def _apply(options: Options) -> None:
    job = _Job(options)
    try:
        data = job.object()
    finally:
        job.cancel()
    from passwright.cli.write import write_whole

    stem = os.path.splitext(os.path.basename(options.source))[0]
    output = options.output or stem + (".o" if options.emit == "obj" else ".s")
    write_whole(output, data)
    if options.json:
        import json

        built = {entry.entry: str(entry.recipe) for entry in job.entries()}
        print(json.dumps({"output": output, "lock": options.lock, "recipes": built}, indent=2))


class _Job:
    """One source on its way to an object."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lowering: Lowering | None = None
        self.march = options.march
        self.is_ir = language_of(options.source) == "ir"
        try:
            with open(options.lock, "rb") as file:
                self.lock = file.read()
        except OSError:
            self.lock = b""  # `load` will say what is wrong
        if not self.is_ir and self.lock and options.cflags is None and b'flags = ["' not in self.lock:
            self._start(())  # no flags in sight: clang starts before the lock is parsed

    def object(self) -> bytes:
        """The object, or the assembly."""
        from passwright.object_cache import Shelf, table

        found = table(self.lock, self.options.lock, self.options.source)
        flags = self._flags(found)
        if self.is_ir:
            from passwright.irgen.frontend import lower

            lowered = lower(self.options.source, march=self.march, debug=False)
            return self._build(lowered.bitcode, flags)
        if self.lowering is None or flags:
            self._start(flags)
        assert self.lowering is not None
        shelf = Shelf(found, self.options.emit, fast_math=reorders_floats(flags))
        cached = self.options.cache and not shelf.empty
        if not cached:
            _import_builder()
        bitcode = self.lowering.bitcode()
        data = shelf.get(bitcode) if cached else None
        if data is None:
            data = self._build(bitcode, flags)
            shelf.put(bitcode, data)
        return data

    def entries(self) -> tuple[LockEntry, ...]:
        """What the lock says of this source on this CPU.  Raises LockError."""
        from passwright.irgen.lowering import resolve_march
        from passwright.locking import locked
        from passwright.passes.lock import load

        return locked(load(self.options.lock), self.options.source, resolve_march(self.march))

    def cancel(self) -> None:
        """End clang, if it still runs."""
        if self.lowering is not None:
            self.lowering.cancel()

    def _flags(self, found: Any) -> tuple[str, ...]:
        """The compile flags: those given, or those of the first entry."""
        if self.options.cflags is not None:
            import shlex

            return tuple(shlex.split(self.options.cflags))
        try:
            cpus = found[min(found)]
            flags = tuple(cpus[min(cpus)]["flags"])
            if all(isinstance(flag, str) for flag in flags):
                return flags
        except (TypeError, KeyError, ValueError):
            pass
        from passwright.passes.lock import load

        load(self.options.lock)  # a LockError, unless it only has no entry for this source
        return ()

    def _start(self, flags: Sequence[str]) -> None:
        self.cancel()
        self.lowering = Lowering(self.options.source, flags=flags, march=self.options.march)
        self.march = self.lowering.march

    def _build(self, bitcode: bytes, flags: Sequence[str]) -> bytes:
        entries = self.entries()

        def build() -> bytes:
            from passwright._native import Module
            from passwright.locking import recipes, rest
            from passwright.passes.build import build_object

            module = Module.parse(bitcode, self.options.source)
            chosen = recipes(module, entries)
            return build_object(
                module,
                chosen,
                kind=self.options.emit,
                rest=rest(entries),
                fast_math=reorders_floats(flags),
            )

        return in_child(build, DEADLINE)


def _import_builder() -> None:
    import passwright._native
    import passwright.locking
    import passwright.passes.build
    import passwright.passes.lock  # noqa: F401


def in_child(build: Callable[[], bytes], deadline: float) -> bytes:
    """What `build` returns, computed in a forked child.

    Raises LockError when the child crashes or takes longer than `deadline` seconds; an exception that `build` raises in
    the child is raised here again.
    """
    import select
    import signal
    from time import monotonic

    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        try:
            answer = b"=" + build()
        except BaseException as error:
            import pickle

            answer = b"!" + pickle.dumps(error)
        with os.fdopen(sink, "wb") as file:
            file.write(answer)
        os._exit(0)
    os.close(sink)
    end = monotonic() + deadline
    chunks = []
    with os.fdopen(source, "rb", buffering=0) as file:
        while select.select([file], [], [], max(0.0, end - monotonic()))[0]:
            chunk = file.read(1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
        else:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise LockError(
                f"a locked recipe did not end within {deadline:g} s", hint="run `passwright optimize` again"
            )
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not chunks:
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"status {status}"
        raise LockError(f"LLVM crashed on a locked recipe ({name})", hint="run `passwright optimize` again")
    answer = b"".join(chunks)
    if answer[:1] == b"!":
        import pickle

        raise pickle.loads(answer[1:])
    return answer[1:]
