"""`passwright serve`: the daemon, in the foreground; and what it is at, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from passwright.service.service import Service

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(serve)


def serve(
    idle: Annotated[str, typer.Option(help="End after so long without a request: 90s, 5m, 1h.")] = "5m",
    status: Annotated[bool, typer.Option("--status", help="Show what the daemon is at, and stop.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the daemon when it is done, and stop.")] = False,
    http: Annotated[
        str | None,
        typer.Option(help="Serve HTTP too, at HOST:PORT. Needs the extra `serve`.", metavar="HOST:PORT"),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token that HTTP requests must carry.")
    ] = None,
    window: Annotated[
        float, typer.Option(help="Milliseconds over which requests to the model are gathered.")
    ] = 1.0,
    generator: Annotated[
        Path | None, typer.Option(help="Folder of the generator's weights. Default: those that ship.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --status: print JSON.")] = False,
) -> None:
    """Keep the native core and the model warm for compilers. They start it themselves; this is for HTTP, and to look.

    Example: [bold]passwright serve --http 127.0.0.1:8000[/bold]
    """
    if status or stop:
        _ask(stop, as_json)
        return
    import asyncio
    import os

    from passwright.passes.errors import InputError
    from passwright.service.daemon import Daemon, one_thread
    from passwright.service.place import Place

    one_thread()
    seconds = _seconds(idle)
    beside = _http(http, token_file)
    with Place() as place:
        lock = place.lock()
        if lock is None or _running():
            raise InputError("a daemon is there already", hint="passwright serve --stop, then try again")
        listener = place.listen()
        os.close(lock)
        typer.echo(f"listening on {place.path}/daemon.sock", err=True)

    async def run() -> None:
        await Daemon(listener, idle=seconds, width=window / 1e3, generator=generator).run(beside)

    asyncio.run(run())


def _ask(stop: bool, as_json: bool) -> None:
    import json

    from passwright.service import client

    found = client.stop() if stop else client.status()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif found is None:
        typer.echo("no daemon is running")
    elif stop:
        typer.echo("it ends when it is done")
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table("what", "value", show_header=False, box=None)
        for name, value in found.items():
            if name not in ("id", "build"):
                told = (
                    ", ".join(f"{key}: {one}" for key, one in value.items())
                    if isinstance(value, dict)
                    else value
                )
                table.add_row(name, str(told))
        Console().print(table)


def _running() -> bool:
    """Whether somebody answers; to be asked with the place's lock held, so that nobody begins meanwhile."""
    from passwright.service import client

    return client.status() is not None


def _seconds(text: str) -> float:
    from passwright.passes.errors import UsageError

    number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "s")
    try:
        value = float(number) * _UNITS[unit]
        if value > 0:
            return value
    except ValueError:
        pass
    raise UsageError(f"--idle {text}: not a time", hint="for example 90s, 5m or 1h")


def _http(address: str | None, token_file: Path | None) -> Callable[[Service], Awaitable[None]] | None:
    from passwright.passes.errors import UsageError

    if address is None:
        if token_file is not None:
            raise UsageError("--token-file is for HTTP", hint="give --http HOST:PORT too")
        return None
    from passwright.service.listen import listening

    return listening(address, token_file)
