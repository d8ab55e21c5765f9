"""`passwright store export|import|stats|prune`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.policy.store_upkeep import Stats

Where = Annotated[
    str, typer.Option("--store", help="File or URL. Default: PASSWRIGHT_STORE, or a file in the data folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    store = typer.Typer(
        name="store",
        help="The experience store: what searches, mining and fuzzing found out about recipes on kernels.\n\n"
        "Example: [bold]passwright store stats[/bold]",
        no_args_is_help=True,
    )
    store.command("export")(export)
    store.command("import")(import_)
    store.command("stats")(stats)
    store.command("prune")(prune)
    app.add_typer(store)


def export(
    output: Annotated[Path, typer.Argument(help="FILE.jsonl, or FILE.jsonl.gz to compress it.")],
    store: Where = "",
    as_json: AsJson = False,
) -> None:
    """Write the whole store as JSON lines; the file appears whole or not at all.

    Example: [bold]passwright store export experience.jsonl.gz[/bold]
    """
    from passwright.policy.store import Store
    from passwright.policy.store_io import export_store

    with Store(store, create=False) as opened, _counted("export", enabled=not as_json) as progress:
        count = export_store(opened, output, progress=progress)
    size = output.stat().st_size
    if as_json:
        typer.echo(json.dumps({"path": str(output), "observations": count, "bytes": size}))
    else:
        typer.echo(f"{count} observations -> {output} ({_bytes(size)})")


def import_(
    source: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    store: Where = "",
    as_json: AsJson = False,
) -> None:
    """Put an export into the store; what is there already changes nothing, a bad file nothing either.

    Example: [bold]passwright store import experience.jsonl.gz --store postgresql://me@host/experience[/bold]
    """
    from passwright.policy.store import Store
    from passwright.policy.store_io import check, import_store

    total = check(source)  # a bad file makes no store
    with Store(store) as opened, _counted("import", enabled=not as_json) as progress:
        done = import_store(opened, source, total=total, progress=progress)
        place = opened.place
    if as_json:
        typer.echo(json.dumps(asdict(done) | {"store": place}))
    else:
        typer.echo(
            f"{done.observations} observations of {done.kernels} kernels on {done.machines} machines, "
            f"{done.new} of them new -> {place}"
        )


def stats(store: Where = "", as_json: AsJson = False) -> None:
    """Show what is in the store, by family, machine and status, and how large it is.

    Example: [bold]passwright store stats[/bold]
    """
    from passwright.policy.store import Store
    from passwright.policy.store_upkeep import stats as count

    with Store(store, create=False) as opened:
        found = count(opened)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        _show(found)


def prune(
    older_than: Annotated[
        str | None, typer.Option(help="Last observed longer ago than this: 12h, 30d, 8w.")
    ] = None,
    machine: Annotated[
        str | None, typer.Option(help="Of this machine: the beginning of its hash in `stats`.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="With this status: crashed, worse, …")] = None,
    keep_best: Annotated[
        int | None, typer.Option(min=0, help="But the best N of each kernel and machine.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many it would be.")] = False,
    store: Where = "",
    as_json: AsJson = False,
) -> None:
    """Delete the outcomes that all of the given conditions fit, and what only they needed.

    Example: [bold]passwright store prune --older-than 30d --keep-best 10 --dry-run[/bold]
    """
    from passwright.passes.errors import UsageError
    from passwright.policy.outcome import STATUSES
    from passwright.policy.store import Store
    from passwright.policy.store_upkeep import Selection
    from passwright.policy.store_upkeep import prune as delete

    if (older_than, machine, status, keep_best) == (None, None, None, None):
        raise UsageError(
            "prune without a condition would delete everything",
            hint="give --older-than, --machine, --status or --keep-best",
        )
    if status is not None and status not in STATUSES:
        raise UsageError(f"there is no status {status!r}", hint=f"one of {', '.join(STATUSES)}")
    selection = Selection.of(
        older_than=None if older_than is None else _age(older_than),
        machine=machine,
        status=status,
        keep_best=keep_best,
    )
    with Store(store, create=False) as opened, _counted("prune", enabled=not as_json) as progress:
        done = delete(opened, selection, dry_run=dry_run, progress=progress)
    if as_json:
        typer.echo(json.dumps(asdict(done) | {"dry_run": dry_run}))
    elif dry_run:
        typer.echo(f"{done.outcomes} outcomes would go; nothing was deleted")
    else:
        typer.echo(
            f"{done.outcomes} outcomes deleted, with {done.kernels} kernels and {done.recipes} recipes "
            "that nothing refers to any more"
        )


def _age(text: str) -> float:
    """Seconds."""
    from passwright.passes.errors import UsageError

    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip())
    if found is None:
        raise UsageError(f"--older-than {text}: not a span of time", hint="for example 12h, 30d or 8w")
    return float(found[1]) * _UNITS[found[2]]


@contextmanager
def _counted(verb: str, *, enabled: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error where someone is looking; yields what is told how much of how much is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if not enabled or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (TextColumn(f"[bold]{verb}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(verb, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _show(found: Stats) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("family", "machine", "status", "outcomes", "observations"):
        table.add_column(name, justify="right" if name in ("outcomes", "observations") else "left")
    for one in found.counts:
        table.add_row(
            escape(one.family or "-"), one.machine, one.status, str(one.outcomes), str(one.observations)
        )
    console = Console()
    if not console.is_terminal:
        console.width = 140
    console.print(table)
    for name, machine in found.machines.items():
        console.print(f"{name}: {escape(machine.cpu or '?')}, {machine.cpus} CPUs, {escape(machine.kernel)}")
    total = sum(one.outcomes for one in found.counts)
    console.print(
        f"{total} outcomes of {found.kernels} kernels and {found.recipes} recipes, {found.noisy} of them noisy, "
        f"{found.with_complexity} with the complexity of their IR, {found.with_report} with a report on their source; "
        f"{_bytes(found.size)} in {escape(found.place)}",
        highlight=False,
        soft_wrap=True,
    )


def _bytes(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
