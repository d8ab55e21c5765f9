"""clang at work on one C or C++ file: start it, and take its unoptimised IR when it is done.

Light to import, for the reason given in `clang.py`. Diagnostics are the compiler's own: warnings go to stderr
unchanged, errors into `CompileError.diagnostics`.
"""

from __future__ import annotations

import os
import sys

from passwright.irgen.clang import MAJOR, Clang, Compilation, Started, find_clang, probe_version
from passwright.irgen.flags import clean
from passwright.passes.errors import CompileError, InputError, ToolchainError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from passwright.irgen.kernel import Language, Lowered

LANGUAGES: dict[str, Language] = {
    ".c": "c",
    **dict.fromkeys((".cc", ".cp", ".cpp", ".cxx", ".c++", ".C"), "c++"),
    ".ll": "ir",
    ".bc": "ir",
}
_LOWERING = ("-O3", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c")


def language_of(source: str | os.PathLike[str]) -> Language:
    """The language that a file's name stands for.  Raises InputError: no such file, or no front end for it."""
    path = os.fspath(source)
    if not os.path.isfile(path):
        raise InputError(f"{path}: no such file", hint="give a C, C++, .ll or .bc file")
    suffix = os.path.splitext(path)[1]
    if suffix not in LANGUAGES:
        raise InputError(
            f"{path}: no front end for {suffix or 'files without suffix'}",
            hint=f"known: {', '.join(LANGUAGES)}",
        )
    return LANGUAGES[suffix]


def resolve_march(march: str) -> str:
    """The CPU that a value of `-march` stands for: this machine's for "native"."""
    from passwright import _native

    return str(_native.host()["cpu"]) if march == "native" else march


class Lowering:
    """clang under way on a C or C++ file; a context manager that ends it.

    The attribute `errors` is what clang wrote to stderr, once its IR was fetched.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        *,
        flags: Sequence[str] = (),
        march: str = "native",
        quiet: bool = False,
        started: Started | None = None,
        compiler: str = "",
    ) -> None:
        """Start clang; `flags` are those of a compile command. `quiet`: warnings are not printed.

        `started` is a clang that runs already, with these flags; `compiler` its program where that is not the one that
        `find_clang` finds. The attribute `march` is then the CPU that is compiled for, "native" included.

        Raises InputError as `language_of`, ToolchainError when there is no clang 19.
        """
        self.source = os.fspath(source)
        self.language = language_of(source)
        self._flags = clean(flags)
        self.march = self._flags.march or march
        self._quiet = quiet
        self._clang = Clang((compiler,), str(MAJOR), compiler) if compiler else find_clang()
        command = [*self._clang.argv, *_LOWERING, *self._flags.flags, f"-march={self.march}"]
        if sys.stderr.isatty():
            command.append("-fcolor-diagnostics")
        command.append(self.source)
        self._compilation = Compilation(command) if started is None else Compilation.adopt(command, started)
        self.errors = b""

    def __enter__(self) -> Lowering:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def cancel(self) -> None:
        """End clang, if it still runs."""
        self._compilation.cancel()

    def bitcode(self) -> bytes:
        """Wait for clang; the file's IR.

        Raises CompileError when it refuses the source, ToolchainError when it is no clang 19.
        """
        result = self._compilation.wait()
        if result.returncode != 0:
            _refuse(self._clang, self.source, result.returncode, result.diagnostics)
        _check_producer(self._clang, result.output)
        if result.diagnostics and not self._quiet:
            print(result.diagnostics, end="", file=sys.stderr)
        self.errors = result.errors
        return result.output

    def lowered(self) -> Lowered:
        """Wait for clang; the IR with what is known about it.  Raises as `bitcode`."""
        from passwright.irgen.kernel import Lowered

        bitcode = self.bitcode()
        march = resolve_march(self.march)
        flags = self._flags
        diagnostics = self.errors.decode(errors="replace")
        return Lowered(bitcode, b"", self.language, flags.flags, march, diagnostics, flags.notes)


def _refuse(clang: Clang, path: str, returncode: int, diagnostics: str) -> None:
    """Raise the right error for a compiler run that failed.

    The source's fault unless clang is of another version.
    """
    import re

    version = probe_version(clang.argv[:1] if len(clang.argv) == 1 else clang.argv[:2])
    if int(version.partition(".")[0]) != MAJOR:
        raise ToolchainError(f"{clang.origin}: this is clang {version}, and Passwright needs clang {MAJOR}")
    how = "was killed (out of memory?)" if returncode < 0 else "reported errors"
    first = re.search(r"(?m)^.*(?:fatal )?error: .*$", diagnostics)
    raise CompileError(
        f"{path}: clang {how}" + (f": {first[0]}" if first else ""),
        diagnostics=diagnostics,
        hint="correct the source, or give the flags that it needs with --cflags or --build",
    )


def _check_producer(clang: Clang, bitcode: bytes) -> None:
    """A compiler that is called clang-19 but is not writes another version into `llvm.ident`."""
    if f"clang version {MAJOR}.".encode() not in bitcode:
        version = probe_version(clang.argv[:1])
        raise ToolchainError(
            f"{clang.origin}: this is clang {version}; Passwright reads the IR of clang {MAJOR} only",
            hint="set PASSWRIGHT_CLANG to a clang 19, or pip install ziglang==0.14.1",
        )
