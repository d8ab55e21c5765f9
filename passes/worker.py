"""Compile many candidates at once, in processes that may crash, hang or blow up without harm.

    with WorkerPool() as pool:
        futures = [pool.submit(bitcode, recipe) for recipe in recipes]
        for future in concurrent.futures.as_completed(futures):
            print(future.result().status)

Each worker is one persistent process (`worker_main.py`) with a memory limit, driven by one thread that
enforces the deadlines. A recipe that crashes LLVM, hangs or grows too large costs its own candidate: the
worker is replaced, and the future's result says what happened and in which step. What somebody else killed
(an operator, the kernel's out-of-memory killer) is tried again, so that it is not held against the recipe. Only
a worker that cannot even start raises, WorkerError.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from hashlib import blake2b
from time import clock_gettime, monotonic
from typing import Any, Literal

from passwright.passes import config
from passwright.passes.build import Limits, StepReport
from passwright.passes.errors import UsageError, WorkerError
from passwright.passes.recipe import Recipe
from passwright.passes.worker_main import write_frame

Status = Literal["ok", "crashed", "timed-out", "invalid", "too-large"]

START = "from passwright.passes.worker_main import main; main()"
START_DEADLINE = 30.0
"""Seconds that a worker may take to start; tens of milliseconds on a machine that is not overloaded."""
MODULES_KEPT = 8
"""Modules that a worker remembers, so that they need not be sent with every recipe."""
_CLOSED = "the worker pool was closed while this candidate was compiled"
KILLED = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
"""How a worker ends that somebody else has ended; LLVM never sends these."""
ATTEMPTS = 3
"""How often a candidate is tried whose worker was killed."""
PATIENCE = 20.0
"""Seconds on the wall for one second of a deadline in processor time: a process that sleeps uses none."""
_GARBLED = "the worker wrote what is no answer"
LIFETIME = 256
"""Candidates after which a worker is replaced, because LLVM keeps some memory for ever."""


@dataclass(frozen=True)
class Compiled:
    """What became of a candidate.

    `object` (bytes of the kind asked for), `text_size` (bytes of machine code), and, of the final IR,
    `instructions` and `complexity` (the highest cyclomatic complexity of a function) belong to status "ok".
    Otherwise `message` says what happened, `fault` is the same without times and addresses, and `failed_step` is
    the index of the step at work (the number of steps: code generation; -1: none). `seconds` is wall time in the
    worker; `steps` are reports on the steps that were finished ("ok" only).
    """

    recipe: Recipe
    status: Status
    object: bytes = b""
    text_size: int = 0
    instructions: int = 0
    seconds: float = 0.0
    steps: tuple[StepReport, ...] = ()
    message: str = ""
    fault: str = ""
    failed_step: int = -1
    complexity: int = 0


@dataclass(frozen=True)
class _Job:
    key: bytes
    module: bytes
    name: str
    recipe: Recipe
    emit: str
    future: Future[Compiled]


@dataclass(frozen=True)
class _Settings:
    step_deadline: float
    deadline: float
    memory: int
    limits: Limits
    fast_math: bool
    niceness: int
    processor_time: bool


class WorkerPool:
    """Worker processes and the queue before them; a context manager.

    `jobs`: processes, default PASSWRIGHT_JOBS or one per core that this process may use. `step_deadline`
    and `deadline`: seconds of wall time for one step (code generation is one) and for a candidate.
    `memory`: bytes of address space per worker. `niceness`: how far they stand behind this process where
    cores are scarce, which keeps measurements at the same time quiet. `processor_time`: the deadlines are
    seconds of the worker's processor time, so that a busy machine is not taken for a pass that hangs; on the
    wall it may be `PATIENCE` times as much. Processes start when they are first needed.
    """

    def __init__(
        self,
        jobs: int | None = None,
        *,
        step_deadline: float = 5.0,
        deadline: float = 20.0,
        memory: int = 4 << 30,
        limits: Limits | None = None,
        fast_math: bool = False,
        niceness: int = 0,
        processor_time: bool = False,
    ) -> None:
        if jobs is not None and jobs < 1:
            raise UsageError(
                f"a pool needs at least one worker, not {jobs}", hint="leave jobs out for one per core"
            )
        self.jobs = jobs or config.jobs()
        self._settings = _Settings(
            step_deadline, deadline, memory, limits or Limits(), fast_math, niceness, processor_time
        )
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._processes: set[_Process] = set()
        self._waiting = 0

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def submit(
        self, module: bytes, recipe: Recipe, *, emit: str = "obj", name: str = "<memory>"
    ) -> Future[Compiled]:
        """Run a recipe on a module (bitcode) and emit "obj", "asm" or "bc".

        The future's result is a `Compiled`, whatever happens to the candidate; it may be cancelled while it
        waits.
        """
        job = _Job(blake2b(module, digest_size=16).digest(), module, name, recipe, emit, Future())
        with self._lock:
            if self._closed:
                raise WorkerError("this worker pool is closed", hint="submit inside its `with` block")
            self._waiting += 1
            if len(self._threads) < min(self.jobs, self._waiting):
                # A daemon, so that a program that forgets to close the pool can end.
                thread = threading.Thread(
                    target=self._serve, name=f"worker-{len(self._threads)}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
            self._queue.put(job)
        return job.future

    def close(self) -> None:
        """End now: what waits is cancelled, what runs is killed and its future fails with WorkerError."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            processes = list(self._processes)
        for _ in self._threads:
            self._queue.put(None)
        for process in processes:
            process.kill()
        for thread in self._threads:
            thread.join()
        while not self._queue.empty():
            job = self._queue.get()
            if job:
                job.future.cancel()

    def _serve(self) -> None:
        """One worker's thread: jobs from the queue, one after the other."""
        process: _Process | None = None
        try:
            while (job := self._queue.get()) is not None and not self._closed:
                if job.future.set_running_or_notify_cancel():
                    process = self._one(job, process)
                with self._lock:
                    self._waiting -= 1
            if job is not None:
                job.future.cancel()
        finally:
            if process:
                self._end(process)

    def _one(self, job: _Job, process: _Process | None) -> _Process | None:
        """Do one job; the process to go on with, None when it has to be replaced."""
        try:
            for _ in range(ATTEMPTS):
                process = process or self._start()
                compiled = process.compile(job, self._settings)
                if not process.killed or self._closed:
                    break
                self._end(process)
                process = None
        except Exception as problem:  # whatever it is, the future's owner has to hear of it
            if process:
                self._end(process)
            job.future.set_exception(WorkerError(_CLOSED) if self._closed else problem)
            return None
        if process and (process.ended or process.served >= LIFETIME):
            self._end(process)
            process = None
        if self._closed and compiled.status != "ok":
            job.future.set_exception(WorkerError(_CLOSED))
        else:
            job.future.set_result(compiled)
        return process

    def _start(self) -> _Process:
        process = _Process(self._settings)
        with self._lock:
            self._processes.add(process)
            closed = self._closed
        if closed:
            process.kill()
        return process

    def _end(self, process: _Process) -> None:
        with self._lock:
            self._processes.discard(process)
        process.end()


class _Process:
    """One worker process as its thread sees it."""

    def __init__(self, settings: _Settings) -> None:
        self.errors = os.memfd_create("worker-stderr", os.MFD_CLOEXEC)
        # -P: what lies in the current folder must not be imported.
        self.popen = subprocess.Popen(
            [sys.executable, "-P", "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            bufsize=0,
        )
        assert self.popen.stdin and self.popen.stdout
        self.jobs, self.answers = self.popen.stdin.fileno(), self.popen.stdout.fileno()
        self.poll = select.poll()
        self.poll.register(self.answers, select.POLLIN)
        self.buffer = bytearray()
        self.modules: OrderedDict[bytes, None] = OrderedDict()
        self.served = 0
        self.ready = False
        self.ended = False
        self.killed = False  # by somebody else
        limits = (settings.limits.growth, settings.limits.floor)
        first = {
            "memory": settings.memory,
            "limits": limits,
            "fast_math": settings.fast_math,
            "nice": settings.niceness,
        }
        with contextlib.suppress(OSError):  # it has died already; whoever waits for it to be ready says why
            write_frame(self.jobs, first)

    def kill(self) -> None:
        """End the process at once; its thread then sees the end of its answers."""
        self.popen.kill()

    def end(self) -> None:
        """Kill the process, if it still runs, and free everything.  A second call does nothing."""
        if self.errors < 0:
            return
        self.popen.kill()
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout):
            if stream:
                stream.close()
        os.close(self.errors)
        self.errors = -1

    def compile(self, job: _Job, settings: _Settings) -> Compiled:
        """Have one job done, within the deadlines.  Raises WorkerError when the process cannot start."""
        started, spent = monotonic(), self._processor_time()
        step = -1
        try:
            if not self.ready:
                self._await_ready()
                started, spent = monotonic(), self._processor_time()
            os.ftruncate(self.errors, 0)
            os.lseek(self.errors, 0, os.SEEK_SET)
            self.served += 1
            write_frame(self.jobs, self._message(job))
            while True:
                if settings.processor_time:
                    answer = self._receive_busy(settings.step_deadline, spent + settings.deadline)
                else:
                    answer = self._receive(
                        min(settings.step_deadline, started + settings.deadline - monotonic())
                    )
                if answer is None:
                    seconds = (
                        self._processor_time() - spent if settings.processor_time else monotonic() - started
                    )
                    return self._overdue(job, step, seconds, settings)
                if answer[0] == "done":
                    return _compiled(job.recipe, answer[1], step)
                step = answer[1]
        except (EOFError, OSError):
            return self._died(job, step, monotonic() - started, settings)
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
        ):  # no answer of ours: its memory is no longer sound
            self.popen.kill()
            found = self._died(job, step, monotonic() - started, settings)
            self.killed = False
            return replace(found, message=f"{_place(job.recipe, step)}: {_GARBLED}", fault=_GARBLED)

    def _message(self, job: _Job) -> dict[str, Any]:
        """The job; the module's bytes only when the worker has not got them, and which modules it should
        forget.
        """
        known = job.key in self.modules
        self.modules[job.key] = None
        self.modules.move_to_end(job.key)
        drop = []
        while len(self.modules) > MODULES_KEPT:
            drop.append(self.modules.popitem(last=False)[0])
        return {
            "key": job.key,
            "data": None if known else job.module,
            "drop": drop,
            "name": job.name,
            "recipe": str(job.recipe),
            "emit": job.emit,
        }

    def _await_ready(self) -> None:
        """Raises WorkerError when the process cannot start, EOFError when somebody killed it meanwhile."""
        try:
            answer = self._receive(START_DEADLINE)
        except (EOFError, OSError):
            answer = None
            if -self.popen.wait() in KILLED:
                raise EOFError from None
        if answer is None:
            self.ended = True
            self.popen.kill()
            how = _how_it_ended(self.popen.wait())
            raise WorkerError(
                f"a worker could not start ({how}): {_shorten(self._printed()) or 'it said nothing'}"
            )
        self.ready = True

    def _receive(self, patience: float) -> Any:
        """The next frame, None when it takes longer.  Raises EOFError when the process is gone."""
        until = monotonic() + patience
        while True:
            if len(self.buffer) >= 8:
                end = 8 + int.from_bytes(self.buffer[:8], "little")
                if len(self.buffer) >= end:
                    frame = marshal.loads(memoryview(self.buffer)[8:end].tobytes())
                    del self.buffer[:end]
                    return frame
            left = until - monotonic()
            if left <= 0 or not self.poll.poll(left * 1000):
                return None
            part = os.read(self.answers, 1 << 20)
            if not part:
                raise EOFError
            self.buffer += part

    def _receive_busy(self, seconds: float, end: float) -> Any:
        """As `_receive`, within `seconds` of the process's processor time, and before that reaches `end`."""
        until = min(self._processor_time() + seconds, end)
        wall = monotonic() + PATIENCE * seconds
        while (left := until - self._processor_time()) > 0 and monotonic() < wall:
            answer = self._receive(max(left, 0.01))
            if answer is not None:
                return answer
        return None

    def _processor_time(self) -> float:
        """Seconds that the process has computed so far; MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of Linux."""
        try:
            return clock_gettime((~self.popen.pid << 3) | 2)
        except OSError:  # it has ended
            return 0.0

    def _overdue(self, job: _Job, step: int, seconds: float, settings: _Settings) -> Compiled:
        self.ended = True
        whole = seconds >= settings.deadline
        limit = (
            f"{settings.deadline:g} s for a candidate"
            if whole
            else f"{settings.step_deadline:g} s for a step"
        )
        return Compiled(
            job.recipe,
            "timed-out",
            seconds=seconds,
            message=f"{_place(job.recipe, step)}: still running after {limit}",
            fault="timed out",
            failed_step=step,
        )

    def _died(self, job: _Job, step: int, seconds: float, settings: _Settings) -> Compiled:
        self.ended = True
        code = self.popen.wait()
        self.killed = -code in KILLED
        text = self._printed()
        starved = re.search(r"out of memory|bad_alloc|allocation failed|Cannot allocate", text, re.IGNORECASE)
        fault = f"needed more than {settings.memory / (1 << 30):.3g} GiB of memory" if starved else ""
        fault = fault or ": ".join(filter(None, (_how_it_ended(code), _shorten(text))))
        return Compiled(
            job.recipe,
            "too-large" if starved else "crashed",
            seconds=seconds,
            message=f"{_place(job.recipe, step)}: {fault}",
            fault=fault,
            failed_step=step,
        )

    def _printed(self) -> str:
        size = os.fstat(self.errors).st_size
        return os.pread(self.errors, 1 << 16, max(0, size - (1 << 16))).decode(errors="replace")


def _compiled(recipe: Recipe, answer: dict[str, Any], step: int) -> Compiled:
    """The result from a worker's answer."""
    if answer["status"] != "ok":
        fault = answer["message"]
        return Compiled(
            recipe,
            answer["status"],
            seconds=answer["seconds"],
            message=f"{_place(recipe, step)}: {fault}" if step >= 0 else fault,
            fault=_shorten(fault),
            failed_step=step,
        )
    return Compiled(
        recipe,
        "ok",
        object=answer["object"],
        text_size=answer["text_size"],
        instructions=answer["instructions"],
        seconds=answer["seconds"],
        steps=tuple(StepReport(*report) for report in answer["steps"]),
        complexity=answer["complexity"],
    )


def _place(recipe: Recipe, step: int) -> str:
    if step < 0:
        return "before the first step"
    if step >= len(recipe):
        return "code generation"
    return f"step {step + 1} of {len(recipe)}, `{recipe.steps[step]}`"


def _how_it_ended(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


_TELLING = re.compile(
    r"LLVM ERROR|Assertion|UNREACHABLE|terminate called|what\(\)|Running pass|Error: |rror:", re.ASCII
)


def _shorten(text: str, length: int = 300) -> str:
    """The telling lines of what LLVM printed, without addresses, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line)] or lines[:1] + lines[-1:]
    joined = "; ".join(dict.fromkeys(re.sub(r"0x[0-9a-f]+", "0x…", line) for line in telling))
    return joined if len(joined) <= length else joined[: length - 1] + "…"
