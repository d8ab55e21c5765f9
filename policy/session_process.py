"""Sessions in a process of their own, which LLVM may crash or hang without harm.

One process serves the sessions of one environment and of its forks, so that a fork is a clone and no transfer. When it
dies or misses a deadline, the step that was under way has failed; the other sessions are opened again in a new process
and their steps repeated when they are next used. Frames are those of `passes/worker_main.py`.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import resource
import select
import signal
import subprocess
import sys
import weakref
from collections.abc import Sequence
from time import monotonic
from typing import Any

from passwright.passes.errors import PasswrightError, WorkerError
from passwright.passes.recipe import Recipe, Step
from passwright.passes.worker_main import read_frame, write_frame
from passwright.policy.session import Session, presented

START = "from passwright.policy.session_process import serve; serve()"
START_DEADLINE = 30.0
MEMORY = 4 << 30
"""Bytes of address space of the process."""


class StepFailed(Exception):
    """A step did not work out: `status` is crashed, timed-out, too-large or invalid."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


# -- the client -------------------------------------------------------------------------------------------------------------


class SessionProcess:
    """The process and its sessions; started when it is first needed, and again after it died."""

    def __init__(self, *, deadline: float = 10.0, memory: int = MEMORY) -> None:
        """`deadline`: seconds for one request, that is for one step or batch of steps."""
        self.deadline = deadline
        self.memory = memory
        self.generation = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize[..., Any] | None = None
        self._buffer = bytearray()
        self._ids = 0

    def open(self, bitcode: bytes, name: str, *, small: bool = False) -> RemoteSession:
        """A session on IR; see `Session.open`."""
        return RemoteSession(self, bitcode, name, small, ())

    def close(self) -> None:
        """End the process."""
        if self._finalizer is not None:
            self._finalizer()
        self._process, self._finalizer = None, None
        self._buffer.clear()

    def new_id(self) -> int:
        """A number for a session."""
        self._ids += 1
        return self._ids

    def send(self, *request: Any) -> None:
        """Send a request, starting the process if there is none."""
        if self._process is None:
            self._start()
        assert self._process is not None and self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died; `receive` says how
            write_frame(self._process.stdin.fileno(), request)

    def receive(self) -> Any:
        """The answer to the oldest request.  Raises StepFailed; the process is then gone unless the step was refused."""
        answer = self._frame(self.deadline)
        if answer[0] == "failed":
            raise StepFailed(answer[1], answer[2])
        return answer[1]

    def forget(self, number: int, generation: int) -> None:
        """Free a session that nobody uses any more."""
        if self._process is not None and generation == self.generation:
            self.send("close", number)
            with contextlib.suppress(StepFailed):
                self.receive()

    def _start(self) -> None:
        self.generation += 1
        # -P: what lies in the current folder must not be imported.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._finalizer = weakref.finalize(self, _end, self._process)
        try:
            self.send("limit", self.memory)
            self._frame(START_DEADLINE)
        except StepFailed as problem:
            raise WorkerError(f"a session process could not start: {problem.message}") from None

    def _frame(self, patience: float) -> Any:
        assert self._process is not None and self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        until = monotonic() + patience
        while True:
            if len(self._buffer) >= 8:
                end = 8 + int.from_bytes(self._buffer[:8], "little")
                if len(self._buffer) >= end:
                    frame = marshal.loads(memoryview(self._buffer)[8:end].tobytes())
                    del self._buffer[:end]
                    return frame
            left = until - monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                self.close()
                raise StepFailed("timed-out", f"still running after {patience:g} s")
            part = os.read(descriptor, 1 << 20)
            if not part:
                code = self._process.wait()
                self.close()
                how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
                raise StepFailed("crashed", f"LLVM ended the process ({how})")
            self._buffer += part


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


class RemoteSession:
    """A `Session` in a `SessionProcess`; one request at a time."""

    def __init__(
        self, process: SessionProcess, bitcode: bytes, name: str, small: bool, steps: tuple[Step, ...]
    ) -> None:
        self.process = process
        self.steps = steps
        self._origin = (bitcode, name, small)
        self._number = process.new_id()
        self._generation = -1
        self._finalizer: weakref.finalize[..., Any] | None = None

    def fork(self) -> RemoteSession:
        """Another session that goes on from here."""
        other = RemoteSession(self.process, *self._origin, self.steps)
        self._revive()
        self.process.send("fork", self._number, other._number)
        self.process.receive()
        other._lives()
        return other

    def begin(
        self,
        steps: Sequence[Step],
        observations: Sequence[str] = (),
        costs: Sequence[str] = (),
        *,
        loops: bool = False,
    ) -> None:
        """Ask for steps to be run, and for what is wanted to be known afterwards; `finish` has the answer."""
        self._revive()
        self._pending = tuple(steps)
        text = str(Recipe(self._pending)) if steps else ""
        self.process.send("step", self._number, text, tuple(observations), tuple(costs), loops)

    def finish(self) -> tuple[bool, dict[str, Any], dict[str, float], list[str]]:
        """Whether the module changed, observations, costs, loops.  Raises StepFailed; the session is then as before
        its steps, in a new process if need be."""
        try:
            changed, observations, costs, loops = self.process.receive()
        except StepFailed:
            self._generation = -1  # half-way: to be made again
            raise
        self.steps += self._pending
        return (
            changed,
            {name: presented(name, _unpacked(one)) for name, one in observations.items()},
            costs,
            loops,
        )

    def bitcode(self) -> bytes:
        """The module as it stands."""
        self._revive()
        self.process.send("bitcode", self._number)
        return bytes(self.process.receive())

    def close(self) -> None:
        """Free the session."""
        if self._finalizer is not None:
            self._finalizer()

    def _lives(self) -> None:
        self._generation = self.process.generation
        self._finalizer = weakref.finalize(self, self.process.forget, self._number, self._generation)

    def _revive(self) -> None:
        """Make the session in the present process, unless it is there."""
        if self._generation == self.process.generation and self.process._process is not None:
            return
        self.process.send("open", self._number, *self._origin, str(Recipe(self.steps)) if self.steps else "")
        self.process.receive()
        self._lives()


# -- without a process -----------------------------------------------------------------------------------------------------


class LocalProcess:
    """Sessions in this process: no transfer and no start, but LLVM's crashes are ours and a hang is for ever."""

    def open(self, bitcode: bytes, name: str, *, small: bool = False) -> LocalSession:
        """A session on IR; see `Session.open`."""
        return LocalSession(Session.open(bitcode, name, small=small), (bitcode, name, small))

    def close(self) -> None:
        """Nothing to end."""


class LocalSession:
    """As `RemoteSession`."""

    def __init__(
        self, session: Session, origin: tuple[bytes, str, bool], steps: tuple[Step, ...] = ()
    ) -> None:
        self.steps = steps
        self._session = session
        self._origin = origin
        self._request: tuple[Any, ...] = ()

    def fork(self) -> LocalSession:
        """Another session that goes on from here."""
        return LocalSession(self._session.fork(), self._origin, self.steps)

    def begin(
        self,
        steps: Sequence[Step],
        observations: Sequence[str] = (),
        costs: Sequence[str] = (),
        *,
        loops: bool = False,
    ) -> None:
        """As `RemoteSession.begin`; the work is done by `finish`."""
        self._request = (tuple(steps), observations, costs, loops)

    def finish(self) -> tuple[bool, dict[str, Any], dict[str, float], list[str]]:
        """As `RemoteSession.finish`."""
        steps, observations, costs, loops = self._request
        session = self._session
        try:
            changed = session.step(steps) if steps else False
        except (PasswrightError, MemoryError) as problem:
            self._session = Session.open(*self._origin[:2], small=self._origin[2])
            if self.steps:
                self._session.step(self.steps)
            raise StepFailed(*_status(problem)) from None
        self.steps += steps
        return (
            changed,
            {name: presented(name, session.observe(name)) for name in observations},
            {name: session.cost(name) for name in costs},
            session.loops() if loops else [],
        )

    def bitcode(self) -> bytes:
        """The module as it stands."""
        return self._session.module.bitcode()

    def close(self) -> None:
        """The module goes when nobody holds the session."""


def _status(problem: BaseException) -> tuple[str, str]:
    """What a failed step is called, and why."""
    from passwright.passes.errors import IRError, SizeLimitError

    if isinstance(problem, SizeLimitError | MemoryError):
        return "too-large", str(problem)
    return ("crashed" if isinstance(problem, IRError) else "invalid"), str(problem)


# -- the process ------------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Serve requests on standard input until it closes."""
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # nothing that LLVM prints may get between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sessions: dict[int, Session] = {}
    while True:
        try:
            request = read_frame(requests)
        except EOFError:
            return
        write_frame(answers, _answer(sessions, request))


def _answer(sessions: dict[int, Session], request: tuple[Any, ...]) -> tuple[Any, ...]:
    what, number, *rest = request
    try:
        return "done", _REQUESTS[what](sessions, number, *rest)
    except (PasswrightError, MemoryError) as problem:
        return "failed", *_status(problem)


def _open(
    sessions: dict[int, Session], number: int, bitcode: bytes, name: str, small: bool, steps: str
) -> None:
    sessions[number] = Session.open(bitcode, name, small=small)
    if steps:
        sessions[number].step(Recipe.parse(steps).steps)


def _fork(sessions: dict[int, Session], number: int, other: int) -> None:
    sessions[other] = sessions[number].fork()


def _step(
    sessions: dict[int, Session],
    number: int,
    steps: str,
    observations: tuple[str, ...],
    costs: tuple[str, ...],
    loops: bool,
) -> tuple[bool, dict[str, Any], dict[str, float], list[str]]:
    session = sessions[number]
    changed = session.step(Recipe.parse(steps).steps) if steps else False
    return (
        changed,
        {name: _packed(session.observe(name)) for name in observations},
        {name: session.cost(name) for name in costs},
        session.loops() if loops else [],
    )


def _limit(sessions: dict[int, Session], memory: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


_REQUESTS: dict[str, Any] = {
    "limit": _limit,
    "open": _open,
    "fork": _fork,
    "step": _step,
    "bitcode": lambda sessions, number: sessions[number].module.bitcode(),
    "close": lambda sessions, number: sessions.pop(number, None) and None,
}


def _packed(value: Any) -> Any:
    """What marshal takes: arrays as bytes with their shape, also within dictionaries and tuples."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return _ARRAY, value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: _packed(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_packed, value))
    return value


def _unpacked(value: Any) -> Any:
    import numpy as np

    if isinstance(value, dict):
        return {key: _unpacked(one) for key, one in value.items()}
    if isinstance(value, tuple):
        if value[:1] == (_ARRAY,):
            return np.frombuffer(value[3], np.dtype(value[1])).reshape(value[2])
        return tuple(map(_unpacked, value))
    return value


_ARRAY = "\0array"
