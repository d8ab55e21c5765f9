"""The daemon: accepts the user's own processes on a Unix socket, and ends when nobody has asked for a while.

Started by clients (`client.py`) with a socket that listens already, or by `passwright serve`. Every request is
answered or refused, with its id; a connection that sends what is no frame is closed. It holds at most BODIES bytes of
requests at a time; who would send more waits.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from passwright.passes.errors import InputError
from passwright.service import protocol
from passwright.service.place import Place, same_user, stamp

IDLE = 300.0
"""Seconds without a request after which it ends."""
CONNECTIONS = 512
"""That are served at a time; further ones wait."""
BODIES = 256 << 20
"""Bytes of requests that are held at a time."""
SLOW = 30.0
"""Seconds that a client may take to send one request once it has begun."""
LONGEST = 600.0
"""Seconds after which any request is given up."""


class Daemon:
    """Connections, and when to end."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        idle: float = IDLE,
        width: float | None = None,
        generator: Path | None = None,
    ) -> None:
        """`listener`: listens in the user's `Place`; `width`, `generator`: as `Service` has them."""
        self._listener = listener
        self._idle = idle
        self._width = width
        self._generator = generator
        self._place = Place()
        self._inode = self._place.inode()
        self._last = self._started = monotonic()
        self._busy = 0
        self._requests = 0
        self._ending = asyncio.Event()
        self._free = BODIES
        self._room = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._build = stamp()

    async def run(self, beside: Callable[[Any], Awaitable[None]] | None = None) -> None:
        """Serve until idle or told to stop; `beside` runs with the service meanwhile, and keeps it from ending."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        self._listener.setblocking(False)
        accepting = asyncio.create_task(self._accept())
        # What takes long to load comes after the first clients can connect.
        from passwright.service.service import Service

        async with Service(width=self._width, generator=self._generator) as service:
            self._service = service
            self._warm = asyncio.create_task(self._start(service))
            extra = asyncio.ensure_future(beside(service)) if beside else None
            try:
                await self._until_the_end(extra)
            finally:
                accepting.cancel()
                await self._leave()
                if extra is not None:
                    extra.cancel()
                    with suppress(asyncio.CancelledError):
                        await extra
                self._warm.cancel()

    async def _start(self, service: Any) -> None:
        from passwright.policy.ranking import shipped

        with suppress(Exception):  # the first request will say so
            await service.forge.start()
            await asyncio.to_thread(lambda: shipped()._network)

    async def _until_the_end(self, extra: asyncio.Future[None] | None) -> None:
        while not self._ending.is_set():
            if extra is not None and extra.done():
                extra.result()
                return
            if self._place.inode() != self._inode and not extra:
                return  # somebody has put another in our place: nobody can reach us
            left = self._last + self._idle - monotonic()
            if self._busy == 0 and left <= 0 and extra is None:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(2.0, max(0.05, left if not self._busy else 1.0))):
                    await self._ending.wait()

    async def _leave(self) -> None:
        """Take the socket away, then serve who has connected before that."""
        until = monotonic() + 1.0
        while (lock := self._place.lock()) is None and monotonic() < until:
            await asyncio.sleep(0.01)
        if lock is not None:
            if self._place.inode() == self._inode:
                self._place.remove()
            os.close(lock)
        self._listener.setblocking(False)
        with suppress(BlockingIOError, OSError):
            while True:
                self._welcome(self._listener.accept()[0])
        self._listener.close()
        self._ending.set()
        if self._connections:
            await asyncio.wait(self._connections, timeout=LONGEST)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while len(self._connections) >= CONNECTIONS:
                await asyncio.wait(self._connections, return_when=asyncio.FIRST_COMPLETED)
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError:  # too many files are open
                await asyncio.sleep(0.1)
                continue
            self._welcome(connection)

    def _welcome(self, connection: socket.socket) -> None:
        if not same_user(connection):
            connection.close()
            return
        task = asyncio.create_task(self._serve(connection))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        """One client's requests, one after the other."""
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            while True:
                first = await self._first(reader)
                if first is None:
                    return
                self._busy += 1
                try:
                    await self._request(first, reader, writer)
                finally:
                    self._busy -= 1
                    self._last = monotonic()
        except (EOFError, OSError, TimeoutError, protocol.Garbage):
            pass  # it went away, or talks something else
        finally:
            writer.transport.abort()

    async def _first(self, reader: asyncio.StreamReader) -> bytes | None:
        """The first bytes of the next request; None when there is none before the end."""
        reading = asyncio.ensure_future(reader.readexactly(protocol.FIXED.size))
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():  # ending; what has connected may still be sending
                await asyncio.wait({reading}, timeout=0.5)
            return reading.result() if reading.done() else None
        finally:
            reading.cancel()
            ending.cancel()

    async def _request(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        held = 0
        try:
            async with asyncio.timeout(SLOW):
                size, count = protocol.fixed(first)
                lengths = protocol.lengths(await reader.readexactly(count * protocol.LENGTH.size))
                header = protocol.header(await reader.readexactly(size))
            wanted = sum(lengths)
            async with self._room:
                await self._room.wait_for(lambda: self._free >= wanted)
                self._free -= wanted
                held = wanted
            async with asyncio.timeout(SLOW):
                parts = [await reader.readexactly(length) for length in lengths]
            answer, given = await self._answered(header, parts, reader, writer)
            about = {"id": header.get("id"), "build": self._build}
            try:
                _write(writer, {**answer, **about}, given)
            except InputError as problem:  # an answer that is too large
                _write(writer, {"error": protocol.told(problem), **about})
            async with asyncio.timeout(SLOW):
                await writer.drain()
        finally:
            if held:
                async with self._room:
                    self._free += held
                    self._room.notify_all()

    async def _answered(
        self,
        header: dict[str, Any],
        parts: list[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The answer; while it is made, a sign of life now and then. Who goes away meanwhile is not worked for."""
        self._requests += 1
        op = header.get("op")
        if op == "stop":
            self._ending.set()
            return {}, []
        if op == "status":
            return await self._status(), []
        if header.get("build") != self._build:
            told = {"kind": "OtherBuild", "message": "this is another build of Passwright", "hint": ""}
            return {"error": told}, []
        seconds = header.get("deadline")
        limit = min(LONGEST, float(seconds)) if isinstance(seconds, int | float) else LONGEST
        tell = partial(self._tell, writer)
        work = asyncio.ensure_future(self._worked(header, parts, limit, tell))
        gone = asyncio.ensure_future(reader.read(1))
        try:
            while not work.done():
                await asyncio.wait({work, gone}, timeout=protocol.BEAT, return_when=asyncio.FIRST_COMPLETED)
                if gone.done() and not work.done():
                    raise EOFError  # or it sends before it has its answer, which no client of ours does
                if not work.done():
                    _write(writer, {"wait": True})
            return work.result()
        finally:
            work.cancel()
            gone.cancel()
            await asyncio.wait({gone})

    async def _worked(
        self, header: dict[str, Any], parts: list[bytes], limit: float, tell: Callable[[Any], None]
    ) -> tuple[dict[str, Any], list[bytes]]:
        from passwright.service.requests import answered

        try:
            async with asyncio.timeout(limit):
                return await answered(self._service, header, parts, tell)
        except TimeoutError:
            told = {
                "kind": "WorkerError",
                "message": f"not done within {limit:.3g} s",
                "hint": "allow more time",
            }
            return {"error": told}, []
        except Exception as problem:
            return {"error": protocol.told(problem)}, []

    @staticmethod
    def _tell(writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
        if not writer.is_closing():
            _write(writer, {"event": event})

    async def _status(self) -> dict[str, Any]:
        service = self._service
        kept, size = await service.cache.disk_size()
        return {
            "pid": os.getpid(),
            "forge": service.forge.process(),
            "up": round(monotonic() - self._started, 1),
            "idle": self._idle,
            "requests": self._requests,
            "busy": self._busy - 1,
            "jobs": {
                "at a time": service.forge.jobs,
                "done": service.forge.served,
                "failed": service.forge.failed,
            },
            "confined": service.forge.confined,
            "cache": {
                **service.cache.hits,
                "misses": service.cache.misses,
                "in memory": [len(service.cache.memory), service.cache.memory.size],
                "on disk": [kept, size],
            },
            "model": {"requests": service.window.requests, "runs": service.window.runs},
            "generator": {
                "requests": service.writing.gatherer.requests,
                "runs": service.writing.gatherer.runs,
            },
        }


def _write(writer: asyncio.StreamWriter, header: dict[str, Any], parts: list[bytes] | None = None) -> None:
    for piece in protocol.frame(header, parts or []):
        writer.write(piece)


def one_thread() -> None:
    """Keep BLAS from threads of its own, before it is loaded: requests are parallel, and its threads wait for each other
    where a core is busy."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """The daemon that a client has started: the socket is a descriptor, whose number is the only argument."""
    one_thread()
    listener = socket.socket(fileno=int(sys.argv[-1]))
    asyncio.run(_detached(listener))


async def _detached(listener: socket.socket) -> None:
    await Daemon(listener).run()
