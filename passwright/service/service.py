"""The service itself, whoever asks: the daemon's socket, HTTP, or a client in its own process.

    async with Service() as service:
        answer = await service.learned(bitcode, source="a.c", march="znver4", kind="obj", flags=())

Answers come from the cache where the same was asked before; the same request at the same time is worked on once, and
given up when the last who waits for it is gone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from passwright.irgen.lowering import resolve_march
from passwright.object_cache import shelf_name
from passwright.passes.errors import InputError, ParseError, UsageError
from passwright.passes.lock_text import excerpt
from passwright.policy.ranking import shipped
from passwright.service import choosing
from passwright.service.cache import Address, Cache, address
from passwright.service.choosing import Choice, choose
from passwright.service.forge import Forge, JobFailed
from passwright.service.place import stamp
from passwright.service.window import WIDTH, Window
from passwright.service.writing import Tell, Wanted, Writing

BUILD = 60.0
"""Seconds of processor time for a file's object."""
KINDS = ("obj", "asm")


@dataclass(frozen=True)
class Answer:
    """An object, and how it came about.

    Attributes:
        object: bytes of the kind that was asked for.
        recipes: by function, of those that are not at -O3; for `apply` those of the lock.
        choices: what `learned` decided, one per function that looks hot.
        cached: "memory", "disk", or "" when it was made now.
    """

    object: bytes
    recipes: dict[str, str]
    choices: tuple[dict[str, Any], ...] = ()
    cached: str = ""


class Service:
    """Everything that is kept warm; an asynchronous context manager, for one event loop."""

    def __init__(
        self,
        *,
        jobs: int | None = None,
        cache: Cache | None = None,
        width: float | None = None,
        generator: Path | None = None,
    ) -> None:
        """
        Args:
            jobs: at a time, default one per core.
            width: Δt of the build model's window in seconds, default WIDTH.
            generator: folder of the generator's weights, by default those that ship.
        """
        self.forge = Forge(jobs)
        self.cache = cache or Cache()
        self.window = Window(shipped, WIDTH if width is None else width)
        self.writing = Writing(generator)
        self.stamp = stamp()
        self._under_way: dict[Address, _Shared] = {}

    async def __aenter__(self) -> Service:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and close the cache."""
        self.forge.close()
        self.writing.close()
        self.cache.close()

    async def apply(
        self, bitcode: bytes, lock: bytes, *, source: str, cpu: str, kind: str, flags: tuple[str, ...]
    ) -> Answer:
        """A file's object by its entries in a lock file's text.  Raises LockError, ParseError, WorkerError."""
        _check(bitcode, kind)
        cpu = resolve_march(cpu)
        found = excerpt(lock, "passwright.lock", source)

        async def build() -> bytes:
            header = {"source": source, "cpu": cpu, "kind": kind, "flags": flags}
            told, parts = await self.forge.run("apply", header, [bitcode, lock], seconds=BUILD)
            return _packed(told, parts[0])

        where = address(shelf_name(repr(("apply", cpu, found or lock)), kind, flags), bitcode)
        data, level = await self._answer(where, build)
        told, made = _unpacked(data)
        return Answer(made, told["recipes"], (), level)

    async def learned(
        self,
        bitcode: bytes,
        *,
        source: str,
        march: str,
        kind: str,
        flags: tuple[str, ...],
        choosing_seconds: float = choosing.SECONDS,
    ) -> Answer:
        """A file's object with recipes chosen without a run.  Raises ParseError, WorkerError."""
        _check(bitcode, kind)
        asked = ("learned", self.stamp, resolve_march(march), choosing_seconds, choosing.ENOUGH)
        where = address(shelf_name(repr(asked), kind, flags), bitcode)

        async def build() -> bytes:
            choices = await choose(self.forge, self.window, bitcode, source, seconds=choosing_seconds)
            return await self._built(bitcode, choices, source, kind, flags)

        data, level = await self._answer(where, build)
        told, made = _unpacked(data)
        return Answer(made, told["recipes"], tuple(told["choices"]), level)

    async def generate(
        self, wanted: Wanted, tell: Tell = lambda event: None, *, kept: bool = True
    ) -> dict[str, Any]:
        """A kernel that does what a text requires, as `generating.Generated.to_json`, and `cached`.

        Args:
            tell: told what happens meanwhile; nothing, where the answer was cached.
            kept: look in the cache, keep it there, and share the work with who asks for the same meanwhile.

        Raises as `generating.generate`.
        """
        if not kept:
            return {**json.loads(await self.writing.write(wanted, tell)), "cached": ""}
        where = await self.writing.address(wanted)
        with self.writing.story(where, tell) as all_told:
            data, level = await self._answer(where, lambda: self.writing.write(wanted, all_told))
        return {**json.loads(data), "cached": level}

    async def _built(
        self, bitcode: bytes, choices: list[Choice], source: str, kind: str, flags: tuple[str, ...]
    ) -> bytes:
        """The object with the choices; with the most promising that fit together, or none, where they do not."""
        wanted = sorted((one for one in choices if one.recipe is not None), key=lambda one: -one.gain)
        while True:
            recipes = {one.entry: str(one.recipe) for one in wanted}
            header = {"source": source, "recipes": recipes, "kind": kind, "flags": flags}
            try:
                _, parts = await self.forge.run("build", header, [bitcode], seconds=BUILD)
            except ParseError:
                raise
            except (JobFailed, InputError):
                if not wanted:
                    raise
                wanted.pop()
                continue
            about = [
                {"entry": c.entry, "recipe": str(c.recipe or ""), "gain": c.gain,
                 "probability": round(c.probability, 4), "tried": c.tried}
                for c in choices
            ]  # fmt: skip
            return _packed({"recipes": recipes, "choices": about}, parts[0])

    async def _answer(
        self, where: Address, build: Callable[[], Awaitable[bytes]]
    ) -> tuple[bytes, Literal["", "memory", "disk"]]:
        kept, level = await self.cache.get(where)
        if kept is not None:
            return kept, level
        shared = self._under_way.get(where)
        if shared is None:

            async def work() -> bytes:
                data = await build()
                await self.cache.put(where, data)
                return data

            shared = _Shared(asyncio.ensure_future(work()), lambda: self._under_way.pop(where, None))
            self._under_way[where] = shared
        return await shared.result(), ""


class _Shared:
    """Work that several wait for; it is cancelled when the last of them is."""

    def __init__(self, task: asyncio.Task[bytes], forget: Callable[[], object]) -> None:
        """`forget` is called when nobody may join any more: it is done, or about to be cancelled."""
        self._task = task
        self._forget = forget
        self._waiting = 0

    async def result(self) -> bytes:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._forget()
                self._task.cancel()


def _check(bitcode: bytes, kind: str) -> None:
    if kind not in KINDS:
        raise UsageError(f"kind {kind!r}: not known", hint=f"one of: {', '.join(KINDS)}")
    if not bitcode:
        raise UsageError("there is no IR in the request", hint="send the file's unoptimised bitcode")


def _packed(told: dict[str, Any], made: bytes) -> bytes:
    return json.dumps(told).encode() + b"\n" + made


def _unpacked(data: bytes) -> tuple[dict[str, Any], bytes]:
    told, _, made = data.partition(b"\n")
    return json.loads(told), made
