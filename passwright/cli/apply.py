"""`passwright apply`: the same object again from the lock file.

On every build's path: argparse instead of typer, the native core is loaded while clang runs, and nothing else is imported.
The build runs in a child process with a deadline, since a lock file is input and LLVM may crash on it.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from time import monotonic

from passwright.cli.failure import reported
from passwright.passes.errors import LockError

DEADLINE = 120.0
"""Seconds that building one file may take."""


def parser() -> argparse.ArgumentParser:
    """The command line of `apply`."""
    made = argparse.ArgumentParser(
        prog="passwright apply",
        description="Build the same object again from a lock file: no search, no measurement.",
        epilog="example: passwright apply gemm.c -o gemm.o --lock passwright.lock",
    )
    made.add_argument("source", type=Path, help="C, C++, .ll or .bc file")
    made.add_argument("-o", "--output", type=Path, help="the object (default: SOURCE with .o)")
    made.add_argument("--lock", type=Path, default=Path("passwright.lock"), help="default: %(default)s")
    made.add_argument("--cflags", help="compile flags in one string (default: those in the lock)")
    made.add_argument("--march", default="native", help="CPU to compile for (default: %(default)s)")
    made.add_argument("--emit", choices=("obj", "asm"), default="obj", help="default: %(default)s")
    made.add_argument("--json", action="store_true", help="print what was done as JSON")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code, or exits with it."""
    options = parser().parse_args(arguments)
    with reported():
        _apply(options)
    return 0


def _apply(options: argparse.Namespace) -> None:
    loading = Thread(target=_load_core)
    loading.start()
    from passwright.irgen.frontend import lower
    from passwright.locking import locked
    from passwright.passes.lock import load

    lock = load(options.lock)
    named = lock.find(options.source)
    if options.cflags is None:
        flags: tuple[str, ...] = named[0].flags if named else ()
    else:
        import shlex

        flags = tuple(shlex.split(options.cflags))
    lowered = lower(options.source, flags=flags, march=options.march, debug=False)
    loading.join()
    entries = locked(lock, options.source, lowered.march)

    def build() -> bytes:
        from passwright._native import Module
        from passwright.irgen.flags import reorders_floats
        from passwright.locking import recipes
        from passwright.passes.build import build_object

        module = Module.parse(lowered.bitcode, str(options.source))
        chosen = recipes(module, entries, lowered.march)
        return build_object(module, chosen, kind=options.emit, fast_math=reorders_floats(lowered.flags))

    data = in_child(build, DEADLINE)
    from passwright.cli.write import write_whole

    output = options.output or Path(options.source.stem + (".o" if options.emit == "obj" else ".s"))
    write_whole(output, data)
    if options.json:
        import json

        built = {entry.entry: str(entry.recipe) for entry in entries}
        print(json.dumps({"output": str(output), "lock": str(options.lock), "recipes": built}, indent=2))


def _load_core() -> None:
    from passwright import _native

    _native.llvm_version()


def in_child(build: Callable[[], bytes], deadline: float) -> bytes:
    """What `build` returns, computed in a forked child.

    Raises LockError when the child crashes or takes longer than `deadline` seconds; a PasswrightError that `build` raises in
    the child is raised here again.
    """
    import pickle

    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        try:
            answer = (True, build())
        except BaseException as error:
            answer = (False, error)  # type: ignore[assignment]
        with os.fdopen(sink, "wb") as file:
            pickle.dump(answer, file)
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
    succeeded, answer = pickle.loads(b"".join(chunks))
    if not succeeded:
        raise answer
    return bytes(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
