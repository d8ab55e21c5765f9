"""`passwright apply`: the same object again from the lock file.

On every build's path, so that the order of things is by time: clang starts before anything heavy is imported; while it
runs, either the objects that were built before are looked at, or the native core and what builds with it
are loaded and a child process gets ready. A build runs in that process, with a deadline, since a lock file is input
and LLVM may crash on it.
"""

from __future__ import annotations

import os

from passwright.cli.failure import reported
from passwright.irgen.flags import reorders_floats
from passwright.irgen.lowering import Lowering, language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from passwright.cli.child import Child
    from passwright.passes.lock import LockEntry

DEADLINE = 120.0
"""Seconds that building one file may take."""
_WARM_UP = b"define void @f() { ret void }"


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
        self.require_accepted = False
        self.json = False


def quick(arguments: Sequence[str]) -> Options | None:
    """The options in the spellings that builds use; None for anything else, which the typer command reads."""
    options = Options()
    rest = iter(arguments)
    for argument in rest:
        name = {"-o": "output", "--output": "output", "--lock": "lock"}.get(argument)
        if argument == "--no-cache":
            options.cache = False
        elif argument == "--require-accepted":
            options.require_accepted = True
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
        self.child: Child | None = None
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
            return self._built(lowered.bitcode, flags)
        if self.lowering is None or flags:
            self._start(flags)
        assert self.lowering is not None
        shelf = Shelf(
            found,
            self.options.emit,
            fast_math=reorders_floats(flags),
            require_accepted=self.options.require_accepted,
        )
        cached = self.options.cache and not shelf.empty
        if not cached:
            self.child = self._builder(flags)
        bitcode = self.lowering.bitcode()
        data = shelf.get(bitcode) if cached else None
        if data is None:
            data = self._built(bitcode, flags)
            shelf.put(bitcode, data)
        return data

    def entries(self) -> tuple[LockEntry, ...]:
        """What the lock says of this source on this CPU.  Raises LockError."""
        from passwright.irgen.lowering import resolve_march
        from passwright.locking import locked
        from passwright.passes.lock import load

        return locked(
            load(self.options.lock),
            self.options.source,
            resolve_march(self.march),
            require_accepted=self.options.require_accepted,
        )

    def cancel(self) -> None:
        """End what still runs."""
        if self.lowering is not None:
            self.lowering.cancel()
        if self.child is not None:
            self.child.cancel()

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
        if self.lowering is not None:
            self.lowering.cancel()
        self.lowering = Lowering(self.options.source, flags=flags, march=self.options.march)
        self.march = self.lowering.march

    def _built(self, bitcode: bytes, flags: Sequence[str]) -> bytes:
        if self.child is None:
            self.child = self._builder(flags)
        self.child.start(bitcode)
        return self.child.result(DEADLINE)

    def _builder(self, flags: Sequence[str]) -> Child:
        """A process that builds the object from the IR that it will be given.  Raises LockError."""
        import passwright._native as native
        from passwright.cli.child import Child
        from passwright.locking import build
        from passwright.passes import exact

        entries = self.entries()
        fast_math = reorders_floats(flags)

        def prepare() -> None:
            for entry in entries:
                for step in entry.recipe.steps:
                    exact.refused(
                        step, fast_math
                    )  # remembered, and compiling its patterns takes milliseconds
            # The first run of a pipeline waits for LLVM's pages and tables, the next one does not.
            module = native.Module.parse(_WARM_UP)
            module.run("default<O3>")
            module.emit(self.options.emit)

        def work(bitcode: bytes) -> bytes:
            module = native.Module.parse(bitcode, self.options.source)
            return build(module, entries, kind=self.options.emit, fast_math=fast_math)

        return Child(prepare, work)
