"""What was answered before, in memory and then on disk; both forget what was not used for longest.

The disk's part is `object_cache.py`, which compilers without a daemon use as well; a thread of its own reads and writes it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from passwright.object_cache import ObjectCache, digest

MEMORY = 64 << 20
"""Bytes of what is kept in memory."""

Level = Literal["", "memory", "disk"]
Address = tuple[str, str]


class Memory:
    """A bounded mapping from addresses to bytes."""

    def __init__(self, limit: int = MEMORY) -> None:
        """`limit`: bytes of all values together."""
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[Address, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, address: Address) -> bytes | None:
        """What was put there, if it is still there."""
        data = self._kept.get(address)
        if data is not None:
            self._kept.move_to_end(address)
        return data

    def put(self, address: Address, data: bytes) -> None:
        """Keep something, and drop what was not used for longest; nothing is kept that is larger than the limit."""
        self.size -= len(self._kept.pop(address, b""))
        if len(data) > self.limit:
            return
        self._kept[address] = data
        self.size += len(data)
        while self.size > self.limit:
            self.size -= len(self._kept.popitem(last=False)[1])


class Cache:
    """Both levels.  To be used from one event loop.

    Attributes:
        hits: by level.
        misses: of both.
    """

    def __init__(self, memory: Memory | None = None, disk: ObjectCache | None = None) -> None:
        self.memory = memory or Memory()
        self._disk = disk or ObjectCache()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk-cache")
        self.hits: dict[Level, int] = {"memory": 0, "disk": 0}
        self.misses = 0

    async def get(self, address: Address) -> tuple[bytes | None, Level]:
        """What was put there, if it is still there, and where it was found."""
        data = self.memory.get(address)
        if data is not None:
            self.hits["memory"] += 1
            return data, "memory"
        data = await asyncio.get_running_loop().run_in_executor(self._thread, self._disk.get, *address)
        if data is None:
            self.misses += 1
            return None, ""
        self.hits["disk"] += 1
        self.memory.put(address, data)
        return data, "disk"

    async def put(self, address: Address, data: bytes) -> None:
        """Keep something in both; a disk that is full or slow is no error."""
        self.memory.put(address, data)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disk.put, *address, data)

    async def disk_size(self) -> tuple[int, int]:
        """How many are on disk, and their bytes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._disk.size)

    def close(self) -> None:
        """End the thread when it is done."""
        self._thread.submit(self._disk.close)
        self._thread.shutdown()


def address(shelf: str, bitcode: bytes) -> Address:
    """Where what is made of a module is kept."""
    return shelf, digest(bitcode)
