"""Find clang 19 and run it under limits.

Candidates in order: `PASSWRIGHT_CLANG`, `clang-19` on PATH, `clang` on PATH when it is version 19, and the
PyPI package `ziglang==0.14.1`, which carries clang 19.1.7 (`zig clang` is the plain driver: the flags that
`zig cc` adds by itself, such as its own sanitizers, `-march` spellings and frame pointers, do not appear).

Asking a compiler for its version costs a process, so that a binary called `clang-19` is believed here, and
`irgen/lowering.py` looks at the producer that the compiler wrote into the module instead.

`passwright apply` starts the compiler before it imports anything else: this module and `lowering.py` import only
what an interpreter has loaded anyway, and have plain classes where a dataclass would cost a millisecond.
"""

from __future__ import annotations

import os
import resource
import select

from passwright.passes import config
from passwright.passes.errors import CompileError, ToolchainError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SIGKILL = 9  # importing `signal` for it would take half a millisecond
MAJOR = 19
INSTALL = "apt-get install clang-19, or pip install ziglang==0.14.1"
TIMEOUT = 120.0
"""Seconds of wall time for one compiler process."""
MEMORY = 8 << 30
"""Bytes of address space for one compiler process."""
_LIMITS = {
    resource.RLIMIT_AS: MEMORY,
    resource.RLIMIT_CPU: int(TIMEOUT) + 1,
    resource.RLIMIT_FSIZE: 2 << 30,
    resource.RLIMIT_CORE: 0,
}
"""A compiler is no foreign code, but what it reads may make it use anything without end."""


class Clang:
    """A clang 19: the start of its command line, its version, and where it was found.

    The version is "19" when the binary's name was believed.
    """

    def __init__(self, argv: tuple[str, ...], version: str, origin: str) -> None:
        self.argv, self.version, self.origin = argv, version, origin


def find_clang() -> Clang:
    """The clang that lowers C and C++.

    Raises ToolchainError with the reason for each candidate that was refused.
    """
    asked = config.clang(), os.environ.get("PATH", "")
    if asked not in _found:
        _found[asked] = _find(*asked)
    return _found[asked]


_found: dict[tuple[str, str], Clang] = {}


def _find(wanted: str, path: str) -> Clang:
    if wanted:
        found = _which(wanted, path)
        if found is None:
            raise ToolchainError(
                f"PASSWRIGHT_CLANG: {wanted} is not an executable file",
                hint=f"unset it, or install a clang {MAJOR}: {INSTALL}",
            )
        return _checked((found,), "PASSWRIGHT_CLANG")
    refused = []
    if found := _which("clang-19", path):
        return Clang((found,), str(MAJOR), found)
    if found := _which("clang", path):
        try:
            return _checked((found,), found)
        except ToolchainError as error:
            refused.append(error.message)
    if zig := _ziglang():
        return zig
    reason = "; ".join(refused) or "no clang-19 or clang on PATH, and no Python package ziglang"
    raise ToolchainError(f"clang {MAJOR} was not found: {reason}", hint=INSTALL)


def _which(program: str, path: str) -> str | None:
    """As shutil.which, which is slow to import."""
    folders = path.split(os.pathsep) if os.sep not in program else [""]
    for folder in folders:
        found = os.path.join(folder, program)
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return found
    return None


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
    import re
    import subprocess

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
    from importlib.util import find_spec
    from pathlib import Path

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


class Run:
    """A compiler process that has ended: what it wrote to the output file and to stderr, as text and as it was."""

    def __init__(self, returncode: int, output: bytes, errors: bytes) -> None:
        self.returncode, self.output, self.errors = returncode, output, errors
        self.diagnostics = errors.decode(errors="replace")


class Started:
    """A compiler that the launcher started (passwright/native/launch_process.h): its process, and descriptors of what it
    writes to standard output and standard error.
    """

    def __init__(self, process: int, output: int, errors: int) -> None:
        self.process, self.output, self.errors = process, output, errors
        for descriptor in (output, errors):
            os.set_inheritable(descriptor, False)

    @classmethod
    def parse(cls, text: str) -> Started:
        """From "PROCESS,OUTPUT,ERRORS"."""
        process, output, errors = map(int, text.split(","))
        return cls(process, output, errors)


class Compilation:
    """A compiler process under way; `wait` gives its result. Several may run at once."""

    def __init__(self, argv: Sequence[str]) -> None:
        """Start `argv` with `-o FILE` added, where FILE is removed again by `wait`."""
        self._argv = argv
        self._folder = _private_folder()
        self._output, self._errors = self._folder + "/out", self._folder + "/errors"
        self._pid = 0
        write = os.O_WRONLY | os.O_CREAT
        try:
            self._pid = os.posix_spawn(
                argv[0],
                [*argv, "-o", self._output],
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, self._errors, write, 0o600),
                ],
                setsid=True,  # what it starts in turn can be ended with it
            )
            for kind, value in _LIMITS.items():
                resource.prlimit(self._pid, kind, (value, value))
        except ProcessLookupError:
            pass  # ended before the limit could be set
        except OSError as error:
            self.cancel()
            raise ToolchainError(f"{argv[0]} cannot be run: {error.strerror}", hint=INSTALL) from None

    @classmethod
    def adopt(cls, argv: Sequence[str], started: Started) -> Compilation:
        """One that runs already; `argv` is for messages."""
        self = cls.__new__(cls)
        self._argv, self._pid, self._folder = argv, started.process, ""
        self._output, self._errors = (f"/proc/self/fd/{file}" for file in (started.output, started.errors))
        return self

    def wait(self, timeout: float = TIMEOUT) -> Run:
        """The result. Raises CompileError when the compiler takes longer than `timeout` seconds."""
        try:
            if not wait_for(self._pid, timeout):
                raise CompileError(
                    f"the compiler did not end within {timeout:.0f} s: {' '.join(self._argv)}",
                    hint="compile the file alone with the same flags to see why",
                )
            returncode = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._pid = 0
            output = _content(self._output) if returncode == 0 else b""
            return Run(returncode, output, _content(self._errors))
        finally:
            self.cancel()

    def cancel(self) -> None:
        """End the process with those that it started, if it still runs, and remove its files."""
        if self._pid:
            try:
                os.killpg(self._pid, SIGKILL)  # gcc's driver leaves the work to a child
            except ProcessLookupError:
                os.kill(self._pid, SIGKILL)  # it has not got as far as a group of its own
            os.waitpid(self._pid, 0)
            self._pid = 0
        if not self._folder:
            return
        for file in (self._output, self._errors):
            if os.path.exists(file):
                os.unlink(file)
        try:
            os.rmdir(self._folder)
        except FileNotFoundError:
            pass
        except OSError:  # a compiler that ended too soon leaves files of its own
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)


def wait_for(pid: int, timeout: float) -> bool:
    """Whether a child process ended within `timeout` seconds; it is still to be reaped.

    Returns as soon as it ends: `Popen.wait(timeout)` polls, which adds up to 50 ms.
    """
    descriptor = os.pidfd_open(pid)
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        return bool(poller.poll(timeout * 1000))
    finally:
        os.close(descriptor)


_counter = iter(range(1 << 62))


def _private_folder() -> str:
    """A new folder for temporary files, as tempfile.mkdtemp makes it without importing `random`."""
    parent = os.environ.get("TMPDIR") or "/tmp"
    while True:
        folder = f"{parent}/passwright-{os.getpid()}-{next(_counter)}"
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            continue
        except OSError as error:
            raise ToolchainError(
                f"{parent}: cannot make a temporary folder: {error.strerror}",
                hint="set TMPDIR to a writable folder",
            ) from None
        return folder


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
