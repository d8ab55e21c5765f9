"""Job processes as the daemon sees them: one per job, forked from a process that has everything loaded (`forge_main.py`).

    forge = Forge(jobs=2)
    header, parts = await forge.run("build", {...}, [bitcode], seconds=10.0)

At most `jobs` work at a time, the others wait in the order in which they came. A job that crashes, needs more processor time
than it may have, or is cancelled, costs its own process and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from passwright.passes import config
from passwright.passes.errors import WorkerError
from passwright.service import protocol

START = "from passwright.service.forge_main import main; main()"
PATIENCE = 20.0
"""Seconds on the wall for one second of processor time that a job may have: a busy machine is no reason to give it up."""
ATTEMPTS = 4
"""How often a job is tried whose process was killed, or could not be forked, before it had begun."""
_READY = 60.0

Answer = tuple[dict[str, Any], list[bytes]]


class JobFailed(WorkerError):
    """A job's process crashed, or was ended because it took too long; the message says which."""


class Forge:
    """Starts job processes; to be used from one event loop, and closed.

    Attributes:
        jobs: how many may work at a time.
        served, failed: jobs that have ended so far, and those among them that crashed or took too long.
        confined: whether job processes have given up all files (confine.py); known once the first has run.
    """

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or config.jobs()
        self.served = self.failed = 0
        self.confined = False
        self._slots = asyncio.Semaphore(self.jobs)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()

    async def run(
        self, job: str, header: dict[str, Any], parts: Sequence[bytes], *, seconds: float
    ) -> Answer:
        """Have one of `jobs.JOBS` done, in at most so many seconds of processor time.

        Raises JobFailed, what the job raised, WorkerError when no process can be started, and InputError for parts that
        are too large.
        """
        async with self._slots:
            for attempt in range(ATTEMPTS):
                started = monotonic()
                try:
                    async with asyncio.timeout(5 + PATIENCE * seconds):
                        answer = await self._once({**header, "job": job, "seconds": seconds}, parts)
                except _NeverBegan as problem:
                    if attempt == ATTEMPTS - 1:
                        raise WorkerError(f"no job process can be started: {problem}") from None
                    await asyncio.sleep(0.05)  # what was killed may not have ended yet
                    continue
                except (EOFError, OSError, protocol.Garbage, TimeoutError):
                    self.served += 1
                    self.failed += 1
                    late = monotonic() - started >= seconds
                    how = f"took more than {seconds:g} s of processor time" if late else "crashed LLVM"
                    raise JobFailed(f"{header.get('source', 'a kernel')}: {job} {how}") from None
                self.served += 1
                if error := answer[0].get("error"):
                    raise protocol.heard(error)
                return answer
        raise AssertionError

    def process(self) -> int:
        """The process that job processes are forked from, 0 when it does not run."""
        return self._process.pid if self._process else 0

    def close(self) -> None:
        """End it, and the jobs with it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def start(self) -> None:
        """Start it now rather than with the first job.  Raises _NeverBegan."""
        async with self._starting:
            if self._control is None:
                ours, theirs = socket.socketpair()
                with theirs:
                    self._process = subprocess.Popen(
                        [sys.executable, "-P", "-c", START], stdin=theirs.fileno(), stdout=subprocess.DEVNULL
                    )
                ours.setblocking(False)
                try:
                    async with asyncio.timeout(_READY):
                        told = await asyncio.get_running_loop().sock_recv(ours, 1)
                except (TimeoutError, OSError):
                    told = b""
                self._control = ours
                self.confined = told == b"c"
                if not told:
                    self.close()
                    raise _NeverBegan("the process that loads LLVM ended or hangs")

    async def _once(self, header: dict[str, Any], parts: Sequence[bytes]) -> Answer:
        await self.start()
        assert self._control is not None
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"j"], [theirs.fileno()])
            except OSError as problem:
                ours.close()
                self.close()
                raise _NeverBegan(str(problem)) from None
        reader, writer = await asyncio.open_connection(sock=ours)
        handle = -1
        try:
            try:
                told, _ = await read(reader)
                handle = os.pidfd_open(int(told["pid"]))
            except (EOFError, OSError, KeyError) as problem:
                if self._process is not None and self._process.poll() is not None:
                    self.close()
                raise _NeverBegan(f"it ended: {problem}") from None
            write(writer, header, parts)
            await writer.drain()
            return await read(reader)
        finally:
            writer.transport.abort()
            if handle >= 0:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                os.close(handle)


class _NeverBegan(Exception):
    """A job process ended before it was given its job, or could not be had."""


async def read(reader: asyncio.StreamReader) -> Answer:
    """One frame.  Raises EOFError, OSError, Garbage."""
    size, count = protocol.fixed(await reader.readexactly(protocol.FIXED.size))
    lengths = protocol.lengths(await reader.readexactly(count * protocol.LENGTH.size))
    header = protocol.header(await reader.readexactly(size))
    return header, [await reader.readexactly(length) for length in lengths]


def write(writer: asyncio.StreamWriter, header: dict[str, Any], parts: Sequence[bytes] = ()) -> None:
    """Begin to write one frame.  Raises InputError for one that is too large."""
    for piece in protocol.frame(header, parts):
        writer.write(piece)
