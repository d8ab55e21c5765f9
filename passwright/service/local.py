"""The service's work in the client's own process, where there is no daemon: the same code, without anything kept warm."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from passwright.passes.errors import WorkerError
from passwright.service.requests import Answered, answered
from passwright.service.service import Service


def here(op: str, fields: dict[str, Any], parts: Sequence[bytes], seconds: float) -> Answered:
    """The answer to a request, in at most so many seconds.  Raises as the daemon's client does."""

    async def run() -> Answered:
        async with Service(jobs=1, width=0.0) as service, asyncio.timeout(seconds):
            return await answered(service, {**fields, "op": op}, parts)

    try:
        return asyncio.run(run())
    except TimeoutError:
        raise WorkerError(f"{fields.get('source')}: not built in time", hint="allow more seconds") from None
