"""`passwright doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what was found on this machine, what is missing, and what installs it.

    Example: [bold]passwright doctor[/bold]
    """
    from passwright.doctor import examine

    checks = examine()
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        mark = {
            "ok": "[green]ok[/green]",
            "missing": "[red]missing[/red]",
            "optional": "[yellow]absent[/yellow]",
        }
        table = Table(box=None, pad_edge=False)
        for column in ("", "what", "found", "to get it"):
            table.add_column(column, overflow="fold")
        for check in checks:
            table.add_row(mark[check.state], check.name, escape(check.detail), escape(check.remedy))
        console = Console()
        if not console.is_terminal:
            console.width = 140
        console.print(table)
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)
