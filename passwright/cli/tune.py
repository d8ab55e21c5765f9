"""`passwright tune`: a program instead of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.tune.state import Finding
    from passwright.tune.tune import Result


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(tune)


def tune(
    run: Annotated[str, typer.Option(help='The command to make faster: "./prog args".', show_default=False)],
    build: Annotated[
        str, typer.Option(help="The command that builds it; $CC and $CXX are ours.", show_default=False)
    ],
    test: Annotated[str, typer.Option(help="A command that must succeed with what was found.")] = "",
    link: Annotated[
        str, typer.Option(help="Links again after an object has changed. Default: --build.")
    ] = "",
    tree: Annotated[
        list[Path] | None, typer.Option(help="The program's folder; repeatable. Default: this one.")
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="What a build has recorded already; --build then only links.")
    ] = None,
    output_file: Annotated[
        list[str] | None, typer.Option("--output-file", help="File that --run writes and that must be equal.")
    ] = None,
    lock: Annotated[Path, typer.Option(help="Lock file to add the recipes to.")] = Path("passwright.lock"),
    budget: Annotated[str, typer.Option(help="Per function: 60s, 2m, or '50 evaluations'.")] = "60s",
    policy: Annotated[
        str, typer.Option(help="learned, evolve, coreset, random, greedy, tpe or o3.")
    ] = "learned",
    cover: Annotated[
        float, typer.Option(help="Share of the time that the tuned functions cover.", min=0.0, max=1.0)
    ] = 0.95,
    timeout: Annotated[
        float, typer.Option(help="Seconds that one run without optimisation may take.")
    ] = 60.0,
    jobs: Annotated[
        int | None, typer.Option(help="Compiling processes. Default: PASSWRIGHT_JOBS, or one per core.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the search.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier run found.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress display.")] = False,
) -> None:
    """Tune the hot functions of a program in place, with its own run as the judge, and lock what makes it faster.

    Works in a copy: of your folder, only the lock file changes. The same command goes on where it was stopped.

    Example: [bold]passwright tune --build "make CC=\\$CC" --run "./bench 1000" --test "make check"[/bold]
    """
    from passwright.cli.display import progress
    from passwright.policy.policy import Budget
    from passwright.tune.state import State
    from passwright.tune.tune import Options
    from passwright.tune.tune import tune as work

    options = Options(
        build=build,
        run=run,
        test=test,
        link=link,
        folders=tuple(tree or [Path()]),
        recorded=recorded,
        lock=lock,
        outputs=tuple(output_file or ()),
        budget=Budget.parse(budget),
        policy=policy,
        cover=cover,
        timeout=timeout,
        jobs=jobs,
        seed=seed,
    )
    if fresh:
        State(options.identity()).forget()
    shown = not (quiet or as_json)
    with progress(enabled=shown) as report:
        result = work(options, lambda text: typer.echo(text, err=True) if shown else None, report)
    if as_json:
        typer.echo(json.dumps(result.to_json() | {"lock": str(lock) if result.kept else None}, indent=2))
    else:
        _show(result, lock)
    if result.interrupted:
        raise typer.Exit(130)


def _show(result: Result, lock: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for name in ("function", "share", "program", "95 % interval", "verdict", "recipe"):
        table.add_column(name, justify="right" if name in ("share", "program") else "left", overflow="fold")
    kept = set(result.kept)
    for one in result.findings:
        table.add_row(*map(escape, _row(one, one.key in kept)))
    for symbol, share, reason in result.left:
        table.add_row(escape(symbol), f"{share:.1%}", "", "", "", escape(f"left: {reason}"))
    console = Console()
    console.print(table)
    if result.ratio is not None and result.seconds is not None:
        before, after = result.seconds
        console.print(
            f"the whole run: {before:.3f} s as built, {after:.3f} s now: {result.ratio.value:.2f}x "
            f"({result.ratio.low:.2f} to {result.ratio.high:.2f})"
            + (", tests passed" if result.tested else "")
        )
    for note in result.notes:
        console.print(note)
    if result.kept:
        console.print(f"locked in {lock}; build with CC=passwright-cc or passwright-launch to have it")
    elif result.interrupted:
        console.print("interrupted: the same command goes on from here")
    elif not result.notes:
        console.print("nothing was found that makes it faster")


def _row(one: Finding, locked: bool) -> tuple[str, ...]:
    if not one.recipe:
        return one.entry, f"{one.share:.1%}", "", "", one.verdict, one.reason
    value, low, high = one.ratio
    recipe = one.recipe if locked else f"not kept: {one.recipe}"
    return one.entry, f"{one.share:.1%}", f"{value:.2f}x", f"{low:.2f} to {high:.2f}", one.verdict, recipe
