"""Tuning jobs over HTTP: one process each, one after the other, with their progress kept for who asks later.

tuning = Tuning()
job = tuning.submit({...})
async for number, event in job.events(): ...
job.cancel()
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from passwright.bench.scratch import read_output, remove_tree
from passwright.passes.errors import InputError
from passwright.service.tuning_main import LOCK, OBJECT, WORKLOAD

START = "from passwright.service.tuning_main import main; main()"
WAITING = 8
"""Jobs that may wait; further ones are refused."""
KEPT = 32
"""Jobs that are remembered when they are done."""
LONGEST = 1800.0
"""Seconds after which a job is ended."""
EVENTS = 2000
"""Events of one job that are kept; the newest."""
_LINE = 1 << 20

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Job:
    """One tuning job.

    Attributes:
        id: not to be guessed.
        state: where it stands.
        result: what `optimize --json` would print, when it is done.
        error: kind, message and hint, when it failed.
        object, lock: the object's bytes and the lock file's text, when it is done.
    """

    def __init__(self, request: dict[str, Any], text: str, workload: str) -> None:
        self.id = secrets.token_hex(8)
        self.state: State = "waiting"
        self.result: dict[str, Any] | None = None
        self.error: dict[str, Any] | None = None
        self.object = b""
        self.lock = ""
        self.request = request
        self._text, self._workload = text, workload
        self._events: list[dict[str, Any]] = []
        self._first = 0
        self._news = asyncio.Condition()
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled = False

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in ("waiting", "running")

    async def events(self, after: int = -1) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        """What has happened since event number `after`, and what happens, until it is over."""
        while True:
            async with self._news:
                while not self.over and self._first + len(self._events) <= after + 1:
                    await self._news.wait()
                start = max(0, after + 1 - self._first)
                found = list(enumerate(self._events))[start:]
                first, over = self._first, self.over
            for place, event in found:
                after = first + place
                yield after, event
            if over and not found:
                return

    async def cancel(self) -> None:
        """End it; nothing is kept of what it had found."""
        self._cancelled = True
        self._kill()
        if self.state == "waiting":
            await self._over("cancelled")

    async def run(self) -> None:
        """Do it; called by `Tuning`."""
        if self.over:
            return
        folder = Path(tempfile.mkdtemp(prefix="passwright-tuning-"))
        try:
            (folder / self.request["name"]).write_text(self._text, encoding="utf-8")
            if self._workload:
                (folder / WORKLOAD).write_text(self._workload, encoding="utf-8")
            self.state = "running"
            async with asyncio.timeout(LONGEST):
                await self._work(folder)
            if self.result is not None and not self._cancelled:
                self.object = read_output(folder, OBJECT) or b""
                self.lock = (read_output(folder, LOCK) or b"").decode(errors="replace")
        except TimeoutError:
            self.error = {
                "kind": "WorkerError",
                "message": f"not done within {LONGEST:g} s",
                "hint": "a smaller budget",
            }
        finally:
            self._kill()
            with suppress(OSError):
                await asyncio.to_thread(remove_tree, folder)
            await self._over("cancelled" if self._cancelled else "done" if self.object else "failed")

    async def _work(self, folder: Path) -> None:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", START,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=folder, start_new_session=True, limit=_LINE,
        )  # fmt: skip
        assert process.stdin and process.stdout
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(self.request).encode())
            await process.stdin.drain()
            process.stdin.close()
        with suppress(ValueError):  # a line that is longer than any of ours
            async for line in process.stdout:
                event = json.loads(line)
                kind = event.get("event")
                if kind == "result":
                    self.result = {name: value for name, value in event.items() if name != "event"}
                elif kind == "error":
                    self.error = {name: value for name, value in event.items() if name != "event"}
                else:
                    await self._add(event)
        self._kill()
        code = await process.wait()
        if self.result is None and self.error is None:
            self.error = {"kind": "WorkerError", "message": f"its process ended ({code})", "hint": ""}

    async def _add(self, event: dict[str, Any]) -> None:
        async with self._news:
            self._events.append(event)
            if len(self._events) > EVENTS:
                del self._events[0]
                self._first += 1
            self._news.notify_all()

    async def _over(self, state: State) -> None:
        self.state = state
        ending: dict[str, Any] = {"event": state}
        if state == "done":
            ending["result"] = self.result
        elif state == "failed":
            ending["error"] = self.error
        await self._add(ending)

    def _kill(self) -> None:
        """The process and all that it started in its session; what it started in others ends with it."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


class Tuning:
    """Jobs, one running at a time: they measure, and would disturb each other."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._runner: asyncio.Task[None] | None = None

    def submit(self, request: dict[str, Any], text: str, workload: str = "") -> Job:
        """Queue a job; `request` is what `tuning_main.py` reads.  Raises InputError when too many wait."""
        if self._queue.qsize() >= WAITING:
            raise InputError(f"{WAITING} tuning jobs are waiting already", hint="try again later")
        job = Job(request, text, workload)
        self._jobs[job.id] = job
        for old in [one.id for one in self._jobs.values() if one.over][:-KEPT]:
            del self._jobs[old]
        self._queue.put_nowait(job)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        return job

    def get(self, identity: str) -> Job:
        """A job by its id.  Raises KeyError."""
        return self._jobs[identity]

    async def close(self) -> None:
        """End everything."""
        for job in self._jobs.values():
            await job.cancel()
        if self._runner is not None:
            self._runner.cancel()
            with suppress(asyncio.CancelledError):
                await self._runner

    async def _run(self) -> None:
        while True:
            job = await self._queue.get()
            with suppress(OSError):
                await job.run()
