"""From an exception to what the user sees and the exit code of the contract.

0 done, 1 the input's fault, 2 usage, 3 verification failed, 4 our fault, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys

from passwright.passes import config
from passwright.passes.errors import CompileError, PasswrightError

_DISK = {errno.ENOSPC: "free some space or choose another folder", errno.EDQUOT: "your disk quota is used up"}
_ACCESS = {errno.EACCES, errno.EPERM, errno.EROFS}


def describe(error: BaseException) -> tuple[str, int]:
    """The text for standard error and the exit code."""
    if isinstance(error, CompileError) and error.diagnostics:
        return f"{error.diagnostics.rstrip()}\nerror: {error}", error.exit_code
    if isinstance(error, PasswrightError):
        return f"error: {error}", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", 130
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        text = f"error: {where}{error.strerror or error}"
        if error.errno in _DISK:
            text += f"\n  hint: {_DISK[error.errno]}; nothing was half-written"
        elif error.errno in _ACCESS:
            text += "\n  hint: choose an output folder that you may write to (-o)"
        return text, 1
    return (
        f"internal error: {type(error).__name__}: {error}\n"
        "  hint: please report this with the output of `passwright doctor` and PASSWRIGHT_DEBUG=1",
        4,
    )


class reported:
    """Turns exceptions into a message and an exit code; a traceback only with PASSWRIGHT_DEBUG."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(0)
        if isinstance(error, Exception | KeyboardInterrupt):
            text, code = describe(error)
            print(text, file=sys.stderr)
            if code != 4 or not config.debug():
                sys.exit(code)
