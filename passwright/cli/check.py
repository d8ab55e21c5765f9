"""`passwright check`: whether a lock file still holds, for CI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.checking import Report


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(check)


def check(
    lock: Annotated[Path, typer.Option(help="The lock file.")] = Path("passwright.lock"),
    require_accepted: Annotated[
        bool, typer.Option("--require-accepted", help="Proposed entries fail: a review has to accept them.")
    ] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Verify and time the locked builds of this CPU's entries again.")
    ] = False,
    build: Annotated[
        Path | None,
        typer.Option(help="Folder with compile_commands.json, whose flags have to give what was locked."),
    ] = None,
    workload: Annotated[
        Path | None, typer.Option(help="How --measure calls kernels (TOML). Default: inferred.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fail where entries of a lock file are stale, unverified or slower than -O3, and say what to do.

    Example: [bold]passwright check --lock passwright.lock --require-accepted[/bold]
    """
    from rich.console import Console

    from passwright.checking import check as checked
    from passwright.passes import audit
    from passwright.passes.errors import UsageError
    from passwright.passes.lock import load

    if workload and not measure:
        raise UsageError("--workload is for --measure", hint="add --measure")
    with Console(stderr=True).status("reading the lock") as status:
        report = checked(
            load(lock),
            require_accepted=require_accepted,
            measure=measure,
            builds=build,
            workload=workload,
            progress=status.update,
        )
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=2))
    else:
        _show(report)
    audit.append(audit.log_path(lock), report.decisions())
    if not report.ok:
        raise typer.Exit(1)


def _show(report: Report) -> None:
    from passwright.bench.plain_text import plain
    from passwright.cli.review_display import ratio_text

    for key, one in report.measured.items():
        now = ratio_text((one.ratio.value, one.ratio.low, one.ratio.high)) if one.ratio else "not measured"
        source, name, cpu = key
        typer.echo(plain(f"{source}: {name} ({cpu}): {one.verdict.kind}, {now}"))
    for problem in report.problems:
        source, name, cpu = problem.entry.key
        typer.echo(plain(f"{source}: {name} ({cpu}): {problem.kind}: {problem.message}"))
        typer.echo(plain(f"  to do: {problem.remedy}"))
    for note in report.notes:
        typer.echo(plain(note))
    failed = len({one.entry.key for one in report.problems})
    entries = "1 entry" if len(report.checked) == 1 else f"{len(report.checked)} entries"
    typer.echo(f"{entries} checked, {f'{failed} failed' if failed else 'all hold'}")
