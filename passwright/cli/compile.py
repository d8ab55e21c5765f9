"""The drop-in compilers' part in Python: one compile of a build, with clang under way, becomes an object by the lock file.

    passwright-cc -O3 -march=native -c gemm.c -o gemm.o

The launcher (passwright/native/launch.cpp) decides which compiles come here, starts clang for their IR and becomes this
process; users do not call it. What goes wrong here falls back to the compile as the build gave it, by becoming the compiler.
"""

from __future__ import annotations

import os
import sys

from passwright.building import Build, NothingToUse
from passwright.irgen.clang import Started
from passwright.irgen.flags import clean
from passwright.irgen.lowering import Lowering
from passwright.passes.errors import CompileError, PasswrightError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GENERIC = "x86-64"
"""What clang compiles for without `-march`."""
SIGINT = 2  # importing `signal` for it would take half a millisecond


class Order:
    """What the launcher asks for.

    `lock` is empty when the learned policy is to choose; `compiler` is the clang that runs already, `command` what the build
    asked for.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        """Raises KeyError and ValueError when the launcher is of another version."""
        end = arguments.index("--")
        told = dict(argument.split("=", 1) for argument in arguments[:end] if "=" in argument)
        self.source, self.output, self.lock = told["--source"], told["--output"], told["--lock"]
        self.compiler, self.started = told["--compiler"], Started.parse(told["--started"])
        self.strict = "--strict" in arguments[:end]
        self.require_accepted = "--require-accepted" in arguments[:end]
        self.entries = tuple(a.removeprefix("--entry=") for a in arguments[:end] if a.startswith("--entry="))
        self.command = list(arguments[end + 1 :])
        self.flags = tuple(self.command[int(told["--prefix"]) :])


def main(arguments: Sequence[str]) -> None:
    """Make the object and end the process with exit code 0, or become the plain compiler."""
    order = Order(arguments)
    code: int | None = 0
    try:
        _compile(order)
    except KeyboardInterrupt:
        import signal

        signal.signal(SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), SIGINT)  # as a compiler that is interrupted
        raise
    except (
        NothingToUse,
        CompileError,
    ):  # what is wrong with a source is the plain compiler's to say
        code = None
    except Exception as error:
        code = _failed(order, error)
    sys.stdout.flush()
    if code is None:
        os.execvp(order.command[0], order.command)
    os._exit(code)  # the interpreter's own way out takes milliseconds, and nothing is left to do


def _compile(order: Order) -> None:
    """Make the object."""
    flags = clean(order.flags).flags_with_march()
    lowering = Lowering(
        order.source,
        flags=flags,
        march=GENERIC,
        quiet=True,
        started=order.started,
        compiler=order.compiler,
    )
    try:
        data = _locked(order, lowering, flags) if order.lock else _learned(order, lowering, flags)
    finally:
        lowering.cancel()
    from passwright.cli.write import write_whole

    write_whole(order.output, data)
    errors = lowering.errors
    while errors:
        errors = errors[os.write(2, errors) :]


def _locked(order: Order, lowering: Lowering, flags: tuple[str, ...]) -> bytes:
    build = Build(
        order.source,
        order.lock,
        unused=False,
        only=order.entries,
        require_accepted=order.require_accepted,
    )
    try:
        return build.object(lowering, flags)
    finally:
        build.cancel()


def _learned(order: Order, lowering: Lowering, flags: tuple[str, ...]) -> bytes:
    bitcode = lowering.bitcode()
    from passwright.service.client import learned_object

    return learned_object(bitcode, march=lowering.march, flags=flags, source=order.source).object


def _failed(order: Order, error: Exception) -> int | None:
    """Say on one line what went wrong; the exit code if that is an error."""
    what = error.message if isinstance(error, PasswrightError) else f"{type(error).__name__}: {error}"
    text = " ".join(what.split())
    if order.source not in text:
        text = f"{order.source}: {text}"
    if order.strict:
        print(f"passwright: error: {text}", file=sys.stderr)
        return error.exit_code if isinstance(error, PasswrightError) else 4
    print(f"passwright: warning: {text}; compiled plainly", file=sys.stderr)
    return None
