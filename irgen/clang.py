"""Find clang 19 and run it under limits.

Candidates in order: `PASSWRIGHT_CLANG`, `clang-19` on PATH, `clang` on PATH when it is version 19, and the
PyPI package `ziglang==0.14.1`, which carries clang 19.1.7 (`zig clang` is the plain driver: the flags that
`zig cc` adds by itself, such as its own sanitizers, `-march` spellings and frame pointers, do not appear).

Asking a compiler for its version costs a process, so that a binary called `clang-19` is believed here, and
`irgen/frontend.py` looks at the producer that the compiler wrote into the module instead.
"""

from __future__ import annotations

import os
import re
import resource
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from passwright.passes import config
from passwright.passes.errors import CompileError, ToolchainError

MAJOR = 19
INSTALL = "apt-get install clang-19, or pip install ziglang==0.14.1"
TIMEOUT = 120.0
"""Seconds of wall time for one compiler process."""
MEMORY = 8 << 30
"""Bytes of address space for one compiler process."""


@dataclass(frozen=True)
class Clang:
    """A clang 19: the start of its command line, its version, and where it was found.

    The version is "19" when the binary's name was believed.
    """

    argv: tuple[str, ...]
    version: str
    origin: str


def find_clang() -> Clang:
    """The clang that lowers C and C++.

    Raises ToolchainError with the reason for each candidate that was refused.
    """
    return _find(config.clang(), os.environ.get("PATH", ""))


@cache
def _find(wanted: str, path: str) -> Clang:
    if wanted:
        found = shutil.which(wanted, path=path)
        if found is None:
            raise ToolchainError(
                f"PASSWRIGHT_CLANG: {wanted} is not an executable file",
                hint=f"unset it, or install a clang {MAJOR}: {INSTALL}",
            )
        return _checked((found,), "PASSWRIGHT_CLANG")
    refused = []
    if found := shutil.which("clang-19", path=path):
        return Clang((found,), str(MAJOR), found)
    if found := shutil.which("clang", path=path):
        try:
            return _checked((found,), found)
        except ToolchainError as error:
            refused.append(error.message)
    if zig := _ziglang():
        return zig
    reason = "; ".join(refused) or "no clang-19 or clang on PATH, and no Python package ziglang"
    raise ToolchainError(f"clang {MAJOR} was not found: {reason}", hint=INSTALL)


def _checked(argv: tuple[str, ...], origin: str) -> Clang:
    version = probe_version(argv)
    if int(version.partition(".")[0]) != MAJOR:
        raise ToolchainError(
            f"{origin}: {' '.join(argv)} is clang {version}; Passwright reads the IR of clang {MAJOR} only",
            hint=INSTALL,
        )
    return Clang(argv, version, origin)


def probe_version(argv: Sequence[str]) -> str:
    """What `--version` says, such as "19.1.7". Raises ToolchainError when the program is no clang."""
    try:
        answer = subprocess.run(
            [*argv, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{argv[0]} cannot be run: {error}", hint=INSTALL) from None
    match = re.search(r"clang version (\d+[.\d]*)", answer)
    if match is None:
        first = answer.strip().partition("\n")[0] or "nothing"
        raise ToolchainError(f"{argv[0]} is not clang: --version printed {first!r}", hint=INSTALL)
    return match[1]


def _ziglang() -> Clang | None:
    """The clang inside the PyPI package `ziglang`, used as a plain driver with the package's own headers."""
    spec = find_spec("ziglang")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    binary = root / "zig"
    if not os.access(binary, os.X_OK):
        return None
    argv = [str(binary), "clang", "--target=x86_64-linux-gnu", "-resource-dir", str(root / "lib")]
    from importlib import metadata  # slow to import, and clang-19 is found before

    if metadata.version("ziglang").startswith("0.14."):
        version = "19.1.7"  # every 0.14 carries it; asking would cost a process
    elif int((version := probe_version(argv[:2])).partition(".")[0]) != MAJOR:
        return None
    if not Path("/usr/include/features.h").exists():
        # No libc6-dev: the package's copy of glibc's headers serves for lowering, nothing is linked with it.
        for folder in ("x86_64-linux-gnu", "generic-glibc", "x86_64-linux-any", "any-linux-any"):
            argv += ["-idirafter", str(root / "lib" / "libc" / "include" / folder)]
    return Clang(tuple(argv), version, f"Python package ziglang ({root})")


@dataclass(frozen=True)
class Run:
    """A compiler process that has ended: what it wrote to the output file and to stderr."""

    returncode: int
    output: bytes
    diagnostics: str


class Compilation:
    """A compiler process under way; `wait` gives its result. Several may run at once."""

    def __init__(self, argv: Sequence[str], *, cwd: Path | None = None) -> None:
        """Start `argv` with `-o FILE` added, where FILE is removed again by `wait`."""
        self._folder = tempfile.TemporaryDirectory(prefix="passwright-")
        self._output = Path(self._folder.name) / "out"
        self._argv = argv
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by wait()
        try:
            self._process = subprocess.Popen(
                [*argv, "-o", str(self._output)],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
            )
            resource.prlimit(self._process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        except ProcessLookupError:
            pass  # ended before the limit could be set
        except OSError as error:
            self._close()
            raise ToolchainError(f"{argv[0]} cannot be run: {error.strerror}", hint=INSTALL) from None

    def wait(self, timeout: float = TIMEOUT) -> Run:
        """The result. Raises CompileError when the compiler takes longer than `timeout` seconds."""
        try:
            returncode = wait_for(self._process, timeout)
            self._errors.seek(0)
            diagnostics = self._errors.read().decode(errors="replace")
            output = self._output.read_bytes() if returncode == 0 and self._output.exists() else b""
            return Run(returncode, output, diagnostics)
        except subprocess.TimeoutExpired:
            raise CompileError(
                f"the compiler did not end within {timeout:.0f} s: {' '.join(self._argv)}",
                hint="compile the file alone with the same flags to see why",
            ) from None
        finally:
            self.cancel()

    def cancel(self) -> None:
        """End the process with those that it started, if it still runs, and remove its files."""
        if self._process.poll() is None:
            # It leads a session of its own: gcc's driver leaves the work to a child.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._close()

    def _close(self) -> None:
        self._errors.close()
        self._folder.cleanup()


def wait_for(process: subprocess.Popen[bytes], timeout: float) -> int:
    """The exit code, as soon as there is one: `Popen.wait(timeout)` polls, which adds up to 50 ms.

    Raises subprocess.TimeoutExpired.
    """
    descriptor = os.pidfd_open(process.pid)
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        if not poller.poll(timeout * 1000):
            raise subprocess.TimeoutExpired(process.args, timeout)
    finally:
        os.close(descriptor)
    return process.wait()
