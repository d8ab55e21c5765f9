"""`passwright apply`: the same object again from the lock file.

clang is the first thing that starts: in the launcher (passwright/native/launch.cpp) where flags and compiler are plain to
see, or here, before anything heavy is imported. `passwright/building.py` does the rest.
"""

from __future__ import annotations

import os

from passwright.building import Build
from passwright.cli.failure import reported
from passwright.irgen.clang import Started
from passwright.irgen.lowering import Lowering, language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Options:
    """What the command line says; `started` is a clang that the launcher started with `started_flags`."""

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
        self.started: Started | None = None
        self.started_flags: tuple[str, ...] = ()


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

        built = {entry.entry: str(entry.recipe) for entry in job.build.entries(job.march)}
        print(json.dumps({"output": output, "lock": options.lock, "recipes": built}, indent=2))


class _Job:
    """One source on its way to an object."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lowering: Lowering | None = None
        self.flags: tuple[str, ...] | None = None
        self.march = options.march
        if options.started is not None:
            self._start(options.started_flags, options.started)
        self.is_ir = language_of(options.source) == "ir"
        self.build = Build(
            options.source,
            options.lock,
            kind=options.emit,
            cache=options.cache,
            require_accepted=options.require_accepted,
        )
        in_sight = options.cflags is not None or self.is_ir or b'flags = ["' in self.build.text
        if self.build.text and not in_sight:
            self._start(())  # no flags in sight: clang starts before the lock is parsed

    def object(self) -> bytes:
        """The object, or the assembly."""
        flags = self._flags()
        if self.is_ir:
            from passwright.irgen.frontend import lower

            lowered = lower(self.options.source, march=self.march, debug=False)
            return self.build.object_of_ir(lowered.bitcode, self.march, flags)
        self._start(flags)
        assert self.lowering is not None
        return self.build.object(self.lowering, flags)

    def cancel(self) -> None:
        """End what still runs."""
        if self.lowering is not None:
            self.lowering.cancel()
        self.build.cancel()

    def _flags(self) -> tuple[str, ...]:
        """The compile flags: those given, or those of the first entry."""
        if self.options.cflags is not None:
            import shlex

            return tuple(shlex.split(self.options.cflags))
        return self.build.locked_flags()

    def _start(self, flags: tuple[str, ...], started: Started | None = None) -> None:
        """Have clang at work with these flags."""
        if self.lowering is not None:
            if flags == self.flags:
                return
            self.lowering.cancel()
        self.flags = flags
        self.lowering = Lowering(self.options.source, flags=flags, march=self.options.march, started=started)
        self.march = self.lowering.march
