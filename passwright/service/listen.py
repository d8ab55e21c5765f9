"""HTTP beside the socket: where it listens, and who may ask.

Off by default. Beyond loopback it listens only with a token; on loopback without one every user of the machine may ask, and
so may no web page (the Host header must name this machine).
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from passwright.passes.errors import InputError, ToolchainError, UsageError

if TYPE_CHECKING:
    from passwright.service.service import Service

SHORTEST = 16
"""Characters that a token must have at least."""
CONNECTIONS = 64
"""That HTTP serves at a time; further ones are answered 503."""
KEEP_ALIVE = 10
"""Seconds that an idle connection stays open."""


def listening(address: str, token_file: Path | None) -> Callable[[Service], Awaitable[None]]:
    """Bind now, serve when called with the service.

    Raises UsageError for a wrong address, or one beyond loopback without a token; InputError for a token file that
    others may read, and for an address that is taken; ToolchainError without FastAPI and uvicorn.
    """
    try:
        import uvicorn

        from passwright.service.http import application
    except ImportError as problem:
        raise ToolchainError(
            f"{problem.name} is not installed", hint="pip install 'passwright[serve]'"
        ) from None
    host, port = _split(address)
    token = read_token(token_file) if token_file is not None else ""
    if not token and not is_loopback(host):
        raise UsageError(
            f"{host} is reachable from other machines, and there is no token",
            hint="give --token-file FILE, or listen on 127.0.0.1",
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as problem:
        raise InputError(f"{address}: {problem.strerror}", hint="choose another address or port") from None
    shown = f"[{host}]" if ":" in host else host
    print(f"listening on http://{shown}:{listener.getsockname()[1]}/docs", file=sys.stderr)

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # they are the daemon's

    async def serve(service: Service) -> None:
        config = uvicorn.Config(
            application(service, token=token, host=host),
            log_level="warning",
            access_log=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=5,
            server_header=False,
            lifespan="on",
        )
        server = Server(config)
        try:
            await server.serve(sockets=[listener])
        finally:
            listener.close()

    return serve


def read_token(path: Path) -> str:
    """The token in a file.  Raises InputError: it cannot be read, others may read it, or it is too short."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            token = file.read().strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{path}: {problem}", hint="choose another --token-file") from None
    if mode & 0o077:
        raise InputError(f"{path} can be read by other users", hint=f"chmod 600 {path}")
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable():
        raise InputError(
            f"{path}: a token has at least {SHORTEST} printable ASCII characters",
            hint=f"openssl rand -hex 32 > {path}",
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"--http {address}: not an address", hint="for example 127.0.0.1:8000")
    return host, int(port)
