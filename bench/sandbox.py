"""One sandbox for whole programs: `--run` programs and fuzzing harnesses, builds that may do anything.

    with scratch() as folder:
        result = run([str(executable), "input.bin"], folder=folder, limits=Limits(wall=10))
        result.status, result.limit, result.refused, result.stdout

Layers, each of which has to be passed:

- **Process**: the program is a session of its own below a watcher (`passwright-runner --exec`,
  bench/native/launch.h) that ends it when a limit is passed, or when we die. It inherits no descriptors but the three
  standard streams and those named by `keep`, and hardly any of our environment.
- **Limits** (rlimits): address space, processor time, size of a file, open files, stack, no core files. What rlimits
  cannot say the watcher looks at 100 times a second: wall time, resident memory, threads, output, and (20 times a
  second) size and number of the files in the folder.
- **Privileges**: no_new_privs and no capabilities, for root as well. The user stays the same.
- **Landlock** (Linux 5.13): opens nothing but its folder, `read`, and the system's libraries for reading.
- **seccomp**: a list of allowed system calls (bench/native/program_filter.cpp): no sockets, no new processes, no signals
  to and no control over others, no changes of modes and owners. What is refused fails with EPERM and is reported by name.
- **bubblewrap** in addition where it works: namespaces without the network, other processes and most of the file system.

What it does not stop: errors of the kernel behind the allowed system calls, and side channels through caches and timing.
Names, sizes and modes of files outside can be asked for with stat (not with bubblewrap). Between two looks a program may
exceed memory (where only `memory` limits it), folder or output by what it can write in that time. Reading is allowed for
everything in /usr. It may lie in its output and about the times it reports itself. docs/sandbox.md has the whole list.

Compilers and linkers do not run in here: they are the user's own programs, under limits of their own (irgen/clang.py).
Kernels as functions have a narrower sandbox, without any file, in the runner (bench/native/sandbox.h).
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from pathlib import Path
from time import monotonic
from typing import IO, Any, Literal

from passwright.bench.process import program as runner_program
from passwright.passes.errors import InputError, WorkerError

Status = Literal["ok", "crashed", "timed-out", "over-limit"]

_LIMIT_NAMES = {
    "wall": "did not end in time",
    "cpu": "used more processor time than allowed",
    "memory": "used more memory than allowed",
    "threads": "started more threads than allowed",
    "output": "wrote more output than allowed",
    "disk": "wrote more to its folder than allowed",
    "files": "made more files than allowed, or hid them",
    "watch": "could not be watched",
}
_KEPT_VARIABLES = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "TZ")
_GRACE = 10.0
"""Seconds beyond the wall limit after which the watcher itself is given up."""


@dataclass(frozen=True)
class Limits:
    """What a run may use: seconds, bytes and counts. None where a limit is optional: no such limit.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of processor time of all threads; the default is the wall limit.
        address_space: bytes of address space. AddressSanitizer reserves terabytes: give None, and `memory`.
        memory: bytes of resident memory.
        file_size: bytes of one file.
        folder_size: bytes of all files in the folder, deleted ones that are still open included.
        files: files and folders in the folder.
        output: bytes of standard output, and the same of standard error.
        open_files: descriptors.
        stack: bytes of the main thread's stack.
        threads: threads at a time; 1 forbids further ones. Processes cannot be made at all.
    """

    wall: float = 60.0
    cpu: float | None = None
    address_space: int | None = 8 << 30
    memory: int | None = None
    file_size: int = 1 << 30
    folder_size: int = 2 << 30
    files: int = 10_000
    output: int = 64 << 20
    open_files: int = 256
    stack: int = 64 << 20
    threads: int = 64


@dataclass(frozen=True)
class SandboxResult:
    """How a run ended.

    Attributes:
        status: "ok" (by itself, with any exit code), "crashed" (by a signal), "timed-out" (wall or processor time) or
            "over-limit" (another limit).
        returncode: the exit code, or minus the signal's number.
        limit: which limit was passed: wall, cpu, memory, threads, output, disk, files; "" for none.
        stdout, stderr: at most `Limits.output` bytes each.
        seconds: from the program's start to its end, without the sandbox's own.
        cpu_seconds: processor time of all threads.
        peak_memory: bytes that were resident at most (a few megabytes are the start's own).
        refused: system calls that it tried and that are not allowed, by name, in order.
        layers: what held it: "seccomp", "landlock 7", "bubblewrap".
    """

    status: Status
    returncode: int
    limit: str
    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
    seconds: float
    cpu_seconds: float
    peak_memory: int
    refused: tuple[str, ...]
    layers: tuple[str, ...]

    def __str__(self) -> str:
        tried = f" (tried {', '.join(self.refused)}, which the sandbox refuses)" if self.refused else ""
        if self.limit:
            return _LIMIT_NAMES[self.limit] + tried
        if self.status == "crashed":
            return f"ended by {_signal_name(-self.returncode)}{tried}"
        return f"exit code {self.returncode}{tried}"


@dataclass(frozen=True)
class Offer:
    """What this machine offers. `landlock`: its version, 0 for none; `bubblewrap`: the program, "" for none that works."""

    landlock: int
    seccomp: bool
    bubblewrap: str


@cache
def offer() -> Offer:
    """What this machine offers to `run`. Raises WorkerError when the runner program is missing."""
    command = [str(runner_program()), "--probe"]
    try:
        answer = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=20).stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise WorkerError(f"{command[0]} does not run: {error}", hint="make native") from None
    return Offer(answer["landlock"], answer["seccomp"], _bubblewrap())


def _bubblewrap() -> str:
    """bwrap where it works: it may be there, and user namespaces not allowed."""
    found = shutil.which("bwrap")
    if found is None:
        return ""
    command = [*_namespaces(found), "--ro-bind", "/", "/", "--", "/bin/true"]
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(command, capture_output=True, check=True, timeout=20)
        return found
    return ""


def run(
    argv: Sequence[str],
    *,
    folder: Path,
    limits: Limits | None = None,
    stdin: Path | None = None,
    env: Mapping[str, str] | None = None,
    read: Sequence[Path] = (),
    keep: Sequence[int] = (),
    bubblewrap: bool = True,
    strict: bool = True,
) -> SandboxResult:
    """Run a program that may read and write `folder`, its working folder, and little else.

    Args:
        argv: the program, as a path, and its arguments.
        folder: the program's own; it is not removed (see `scratch`).
        limits: default is `Limits()`.
        stdin: a file to read from; empty input otherwise.
        env: variables in addition to PATH, HOME, TMPDIR (both the folder) and a few about language and threads.
        read: files and folders that it may read and start besides the system's libraries and itself.
        keep: descriptors that it inherits, under the same numbers.
        bubblewrap: use it where it works.
        strict: refuse to run where neither Landlock nor bubblewrap keeps it from other files.

    Raises InputError when the program cannot be started, WorkerError when the sandbox cannot.
    """
    limits = limits or Limits()
    there = offer()
    wrap = there.bubblewrap if bubblewrap else ""
    if not there.seccomp:
        raise WorkerError("this kernel has no seccomp filters", hint="run on Linux 4.14 or later")
    if strict and not there.landlock and not wrap:
        raise WorkerError(
            "nothing here keeps programs from the user's files: neither Landlock nor bubblewrap works",
            hint="run on Linux 5.13 or later with Landlock, or apt-get install bubblewrap",
        )
    folder = folder.resolve()
    executable = Path(argv[0]).resolve()
    readable = [executable, *(path.resolve() for path in read), *_library_folders()]
    runner = runner_program()
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        open(stdin or os.devnull, "rb") as source,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        command = [str(runner), "--exec", *_options(folder, readable, keep, limits, theirs.fileno())]
        if wrap:
            command = [*_view(wrap, folder, [runner, *readable]), "--", *command]
        process = subprocess.Popen(
            [*command, "--", str(executable), *argv[1:]],
            stdin=source,
            stdout=out,
            stderr=err,
            cwd="/",
            env=_environment(folder, env or {}),
            pass_fds=[theirs.fileno(), *keep],
            start_new_session=True,
        )
        theirs.close()
        try:
            report = _report(ours, monotonic() + limits.wall + _GRACE)
        finally:
            # Closing our end tells the watcher to end everything; this is for what does not listen.
            ours.close()
            _end(process)
        if not report:
            raise WorkerError(f"the sandbox did not start: {_text(err)}", hint="passwright doctor")
        if report["status"] == "failed":
            raise _failure(report, executable)
        return _result(report, _content(out, limits), _content(err, limits), bool(wrap))


def _options(
    folder: Path, readable: Sequence[Path], keep: Sequence[int], limits: Limits, report: int
) -> list[str]:
    values = {
        "folder": folder,
        "report": report,
        "wall": limits.wall,
        "cpu": ceil(limits.wall if limits.cpu is None else limits.cpu),
        "address-space": limits.address_space or 0,
        "resident": limits.memory or 0,
        "file-size": limits.file_size,
        "folder-size": limits.folder_size,
        "folder-files": limits.files,
        "output": limits.output,
        "open-files": limits.open_files,
        "stack": limits.stack,
        "threads": limits.threads,
    }
    return [
        *(f"--{key}={value}" for key, value in values.items()),
        *(f"--read={path}" for path in readable),
        *(f"--keep={descriptor}" for descriptor in keep),
    ]


def _namespaces(bwrap: str) -> list[str]:
    unshared = ("user", "pid", "net", "ipc", "uts")
    return [bwrap, *(f"--unshare-{name}" for name in unshared), "--die-with-parent", "--new-session"]


def _view(bwrap: str, folder: Path, readable: Sequence[Path]) -> list[str]:
    """The command that shows a program the system's libraries, its files, and nothing more."""
    command = _namespaces(bwrap)
    for path in ("/usr", "/bin", "/lib", "/lib32", "/lib64"):
        link = os.path.islink(path)
        command += ["--symlink", os.readlink(path), path] if link else ["--ro-bind-try", path, path]
    for path in ("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime"):
        command += ["--ro-bind-try", path, path]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for item in readable:
        command += ["--ro-bind", str(item), str(item)]
    return [*command, "--bind", str(folder), str(folder)]


def _library_folders() -> list[Path]:
    names = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    return [Path(name).resolve() for name in names if name and Path(name).is_dir()]


def _environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {"PATH": "/usr/bin:/bin", **kept, "HOME": str(folder), "TMPDIR": str(folder), **more}


def _report(channel: socket.socket, end: float) -> dict[str, Any]:
    """What the watcher says at the end; empty when it says nothing or not in time."""
    text = b""
    while True:
        ready, _, _ = select.select([channel], [], [], max(0.0, end - monotonic()))
        piece = channel.recv(1 << 16) if ready else b""
        if not piece:
            break
        text += piece
    with suppress(ValueError):
        report: dict[str, Any] = json.loads(text)
        return report
    return {}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the watcher. The program ends with it, inside of bubblewrap everything does."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(2)
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failure(report: Mapping[str, Any], executable: Path) -> InputError | WorkerError:
    reason = os.strerror(report["error"])
    if report["stage"] == "exec":
        return InputError(f"{executable} cannot be run: {reason}", hint="give an executable file")
    return WorkerError(f"the sandbox did not start ({report['stage']}): {reason}", hint="passwright doctor")


def _result(report: Mapping[str, Any], out: bytes, err: bytes, wrapped: bool) -> SandboxResult:
    limit, code = report["limit"], report["code"]
    if not limit and code == -signal.SIGXFSZ:
        limit = "disk"
    status: Status = "crashed" if code < 0 else "ok"
    if limit:
        status = "timed-out" if limit in ("wall", "cpu") else "over-limit"
    layers = ["seccomp"]
    if report["landlock"]:
        layers.append(f"landlock {report['landlock']}")
    if wrapped:
        layers.append("bubblewrap")
    return SandboxResult(
        status,
        code,
        limit,
        out,
        err,
        report["seconds"],
        report["cpu"],
        report["peak"],
        tuple(report["refused"]),
        tuple(layers),
    )


def _content(stream: IO[bytes], limits: Limits) -> bytes:
    stream.seek(0)
    return stream.read(limits.output)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read(2000).decode(errors="replace").strip() or "it said nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
