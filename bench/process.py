"""The runner's process: started, spoken to in frames, ended without a trace.

A frame is 20 bytes (u32 length of the header, u64 length of the payload, u64 ticket, little-endian), the header as
JSON and the payload as raw bytes. Requests go to the program's standard input, answers come from its standard
output. The program ends when its input does, in the middle of a call too, so that none outlives its client.

The program runs foreign code, so that its answers are foreign data. Each carries the ticket of its request, a random
number that nobody knows before: what was written earlier cannot pass for an answer to it. An answer that is larger
than the memory limit or that is no frame ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import signal
import struct
import subprocess
import sysconfig
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from passwright.irgen.clang import find_clang
from passwright.passes.errors import PasswrightError, ToolchainError, WorkerError

_PREFIX = struct.Struct("<IQQ")
_MAX_HEADER = 64 << 20
_STATUSES = ("ready", "ok", "error", "crashed", "broken", "timed-out", "forbidden", "undefined")
_START_LIMIT = 30.0
"""Seconds that the program may take to say that it is ready."""
_ASAN_OPTIONS = (
    "detect_leaks=0",
    "symbolize=0",
    "print_module_map=0",
    # Faults are the runner's to explain: it knows the arguments.
    "handle_segv=0",
    "handle_sigbus=0",
    "handle_sigfpe=0",
    "handle_sigill=0",
    "handle_abort=0",
    "use_sigaltstack=0",
    "allocator_may_return_null=1",
    "detect_odr_violation=0",  # Every variant defines the same globals.
)


class Died(Exception):
    """The process ended without an answer; `detail` says how.

    `late`: we killed it for taking too long. `killed`: somebody else did. `forged`: it sent something else.
    """

    def __init__(
        self, detail: str, *, late: bool = False, killed: bool = False, forged: bool = False
    ) -> None:
        super().__init__(detail)
        self.detail, self.late, self.killed, self.forged = detail, late, killed, forged


def program() -> Path:
    """The runner program, beside the package; `WorkerError` when the installation lacks it."""
    # Editable installs keep the package in the source tree and the program among the installed packages.
    folders = [Path(__file__).resolve().parents[1], Path(sysconfig.get_path("platlib")) / "passwright"]
    for folder in folders:
        path = folder / "bin" / "passwright-runner"
        if path.exists():
            return path
    places = ", ".join(str(folder / "bin") for folder in folders)
    raise WorkerError(f"passwright-runner is not installed (looked in {places})", hint="make native")


@cache
def asan_runtime() -> Path | None:
    """AddressSanitizer's shared run-time library, clang's or gcc's; None where neither is installed."""
    clang = "libclang_rt.asan-x86_64.so"
    commands: list[tuple[Sequence[str], str]] = [
        (["clang-19"], clang),
        (["clang"], clang),
        (["gcc"], "libasan.so"),
    ]
    with contextlib.suppress(PasswrightError):
        commands.insert(0, (find_clang().argv, clang))
    for command, name in commands:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            arguments = [*command, f"-print-file-name={name}"]
            run = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=20)
            found = Path(run.stdout.strip())
            if found.is_absolute() and found.exists():
                return found.resolve()
    return None


class Process:
    """One running program. Raises `WorkerError` when it cannot be started, `Died` when it was killed meanwhile.

    Args:
        executable: the program.
        memory: bytes that kernels and their data may use; AddressSanitizer knows no limit.
        asan: preload AddressSanitizer.
    """

    def __init__(self, executable: Path, memory: int, asan: bool) -> None:
        self._largest = max(memory, 1 << 30)
        try:
            self._process = subprocess.Popen(
                [str(executable), f"--memory={memory}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=_environment(asan),
                cwd="/",
                start_new_session=True,  # The terminal's Ctrl-C is for the client alone.
            )
        except OSError as error:
            raise WorkerError(f"cannot start {executable}: {error.strerror}", hint="make native") from None
        try:
            greeting, _ = self._receive(time.monotonic() + _START_LIMIT, 0)
        except Died as death:
            self.kill()
            if death.killed:
                raise
            raise WorkerError(f"{executable} did not start: {death.detail}", hint="make native") from None
        except BaseException:
            self.kill()
            raise
        if greeting["status"] != "ready":
            self.kill()
            raise WorkerError(f"{executable} did not start: {greeting.get('message', greeting)}")
        self.sandboxed: bool = greeting["sandbox"]
        """Whether system calls are filtered; the kernel may lack seccomp."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def unasked(self) -> bool:
        """Whether the process has written something that nobody asked for."""
        assert self._process.stdout is not None
        return self.alive() and bool(select.select([self._process.stdout], [], [], 0)[0])

    def exchange(
        self, header: Mapping[str, Any], payload: Sequence[bytes], limit: float
    ) -> tuple[dict[str, Any], bytearray]:
        """Send one frame and return the answer's header and payload.

        `limit` is in seconds on the wall. Raises `Died` when there is no answer. Whenever it raises, the
        process has to go: the stream may be in the middle of a frame.
        """
        text = json.dumps(header).encode()
        ticket = secrets.randbits(64)
        end = time.monotonic() + limit
        with contextlib.suppress(BrokenPipeError):  # It may have answered before it went.
            self._send(_PREFIX.pack(len(text), sum(map(len, payload)), ticket) + text)
            for piece in payload:
                self._send(piece)
        return self._receive(end, ticket)

    def kill(self) -> None:
        """End the process at once and wait for it."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(data)
        while view:
            view = view[os.write(self._process.stdin.fileno(), view) :]

    def _receive(self, end: float, expected: int) -> tuple[dict[str, Any], bytearray]:
        header_size, payload_size, ticket = _PREFIX.unpack(self._read(_PREFIX.size, end))
        if ticket != expected or header_size > _MAX_HEADER or payload_size > self._largest:
            raise Died("killed, since it wrote what is no answer", forged=True)
        try:
            header = json.loads(self._read(header_size, end))
        except (ValueError, RecursionError):
            raise Died("killed, since it wrote what is no answer", forged=True) from None
        if not _is_answer(header):
            raise Died("killed, since it wrote what is no answer", forged=True)
        return header, self._read(payload_size, end)

    def _read(self, size: int, end: float) -> bytearray:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise Died("killed, since it did not answer in time", late=True)
            got = os.readv(descriptor, [rest])
            if got == 0:
                code = self._process.wait()
                how = f"signal {-code}" if code < 0 else f"exit status {code}"
                raise Died(how, killed=code == -signal.SIGKILL)
            rest = rest[got:]
        return data


def _is_answer(header: Any) -> bool:
    """Whether a header has the shape of an answer, as far as its readers rely on it."""
    if not isinstance(header, dict) or header.get("status") not in _STATUSES:
        return False
    return all(isinstance(header.get(key, {}), dict) for key in ("fault", "undefined", "touched"))


def _environment(asan: bool) -> dict[str, str]:
    """Next to nothing: no kernel may depend on the environment."""
    kept = (
        "LD_LIBRARY_PATH",
        "ASAN_OPTIONS",
    )  # the latter is for a runner that is itself sanitized (make asan)
    environment = {key: os.environ[key] for key in kept if key in os.environ}
    if asan:
        library = asan_runtime()
        if library is None:
            raise ToolchainError(
                "AddressSanitizer's run-time library was found neither with clang nor with gcc",
                hint="install it (Debian: apt-get install libclang-rt-19-dev)",
            )
        environment["LD_PRELOAD"] = str(library)
        environment["ASAN_OPTIONS"] = ":".join((*_ASAN_OPTIONS, os.environ.get("ASAN_OPTIONS", "")))
    return environment
