"""What stands before every HTTP request: the token, the Host header, how large it may be and how long it may take.

As ASGI, so that a body is counted while it comes and nothing is read of a request that may not be made.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

OPEN = ("/docs", "/openapi.json")
"""What may be read without the token: they say what the service offers, nothing of what it does."""


class TooLarge(HTTPException):
    """A body beyond the limit; of a kind that frameworks hand on as it is."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """Lets requests through that carry the token, if there is one, and name this host, and bounds them.

    `body`: bytes; `seconds`: for a whole request, streams of events excepted.
    """

    def __init__(self, app: App, *, token: str, hosts: frozenset[str], body: int, seconds: float) -> None:
        self._app, self._token, self._hosts = app, token.encode(), hosts
        self._body, self._seconds = body, seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        refusal = self._refusal(scope["path"], headers)
        if refusal is not None:
            await _say(send, *refusal)
            return
        began = False
        left = self._body

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        stream = scope["path"].endswith("/events")
        try:
            async with asyncio.timeout(None if stream else self._seconds):
                await self._app(scope, counted, noted)
        except TimeoutError:
            if not began:
                message = f"not done within {self._seconds:g} s"
                await _say(send, 504, "WorkerError", message, "ask for less, or submit a tuning job")

    def _refusal(self, path: str, headers: dict[bytes, bytes]) -> tuple[int, str, str, str] | None:
        host = headers.get(b"host", b"").decode("latin-1").rpartition("@")[2]
        name = (
            host[: host.rindex("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
        )
        if self._hosts and name.lower() not in self._hosts:
            return (
                421,
                "UsageError",
                f"this is not {name or 'a host without a name'}",
                "use the address that it listens on",
            )
        if self._token and path not in OPEN:
            scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
            if scheme.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
                return (
                    401,
                    "UsageError",
                    "no token, or not the right one",
                    "send it as `Authorization: Bearer TOKEN`",
                )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._body:
            return (
                413,
                "InputError",
                f"more than {self._body >> 20} MiB",
                "build this file without the service",
            )
        return None


async def _say(send: Send, status: int, kind: str, message: str, hint: str) -> None:
    body = json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
