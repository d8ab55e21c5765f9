"""The one family of exceptions, from the native core to the command line.

Each message says what happened, where, and what to do next. `exit_code` is what the command line returns:
1 the input's fault, 2 usage, 3 verification failed, 4 our fault.
"""

from __future__ import annotations


class PasswrightError(Exception):
    """Base of every error that Passwright raises on purpose; not raised itself."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class InputError(PasswrightError):
    """Something the user gave cannot be used."""

    exit_code = 1


class UsageError(PasswrightError):
    """The command line or a call's arguments contradict each other."""

    exit_code = 2


class ParseError(InputError):
    """Text that does not parse; `path`, `line` and `column` (from 1, 0 unknown) say where."""

    def __init__(
        self, message: str, *, path: str = "", line: int = 0, column: int = 0, hint: str = ""
    ) -> None:
        where = ":".join(str(part) for part in (path, line, column) if part)
        super().__init__(f"{where}: {message}" if where else message, hint=hint)
        self.path, self.line, self.column = path, line, column


class IRError(InputError):
    """A module that LLVM's verifier rejects."""


class CompileError(InputError):
    """The compiler refused the source; `diagnostics` is its own text, unchanged."""

    def __init__(self, message: str, *, diagnostics: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = diagnostics


class ToolchainError(InputError):
    """A compiler or tool is missing or of the wrong version."""


class WorkloadError(InputError):
    """A workload that contradicts the kernel's signature, or cannot be inferred."""


class LockError(InputError):
    """A lock file that cannot be read, or an entry that no longer fits its kernel."""


class StoreError(InputError):
    """An experience store that cannot be opened, read or written."""


class RecipeError(InputError):
    """A recipe that does not parse, or names a pass or knob that LLVM does not have."""


class SizeLimitError(PasswrightError):
    """A step grew the module beyond the limit."""


class VerificationError(PasswrightError):
    """A result that is not equal to the reference's."""

    exit_code = 3


class WorkerError(PasswrightError):
    """A worker or runner process could not be started or kept dying."""
