"""`passwright campaign`, and its tables and replays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.policy.campaign.defects import Settled
    from passwright.policy.campaign.record import Tried

DEFAULT_OUT = Path("build/campaign")


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    verb = typer.Typer(
        name="campaign",
        help="Throw random recipes at random programs and file what crashes, hangs or computes something else.\n\n"
        "Example: [bold]passwright campaign --programs 200 --budget 2h --out campaign[/bold]",
        invoke_without_command=True,
    )
    verb.callback()(campaign)
    verb.command("table")(table)
    verb.command("replay")(replay)
    app.add_typer(verb)


def campaign(
    context: typer.Context,
    programs: Annotated[int, typer.Option(help="Programs in all, shared by the origins.", min=1)] = 100,
    recipes: Annotated[int, typer.Option(help="Recipes per program; the first is -O3.", min=1)] = 40,
    csmith: Annotated[bool, typer.Option("--csmith", help="Take programs from Csmith.")] = False,
    corpus: Annotated[bool, typer.Option("--corpus", help="Take programs from our corpus.")] = False,
    suite: Annotated[bool, typer.Option("--suite", help="Take our suite's kernels.")] = False,
    folder: Annotated[Path | None, typer.Option(help="Take this suite's kernels instead.")] = None,
    budget: Annotated[str, typer.Option(help="Time for all of it: 30m, 2h. Default: none.")] = "",
    jobs: Annotated[int, typer.Option(help="Programs at the same time.", min=1)] = 1,
    out: Annotated[
        Path, typer.Option(help="Folder of the campaign; the run resumes from here.")
    ] = DEFAULT_OUT,
    seed: Annotated[int, typer.Option(help="Of programs and recipes.", min=0)] = 1,
    reduce: Annotated[bool, typer.Option(help="Reduce and file failures afterwards.")] = True,
    shrink: Annotated[float, typer.Option(help="Seconds for llvm-reduce per defect.")] = 300.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Throw random recipes at random programs and file what crashes, hangs or computes something else.

    Programs come from Csmith and from the corpus unless --csmith, --corpus or --suite say otherwise. A stopped run goes on
    when it is called again with the same --out.

    Example: [bold]passwright campaign --programs 200 --budget 2h --out campaign[/bold]
    """
    if context.invoked_subcommand:
        return
    from time import monotonic

    from passwright.bench.suite import SUITE
    from passwright.passes.errors import UsageError
    from passwright.policy.campaign.campaign import Options, origins_of, run
    from passwright.policy.campaign.csmith import find_csmith
    from passwright.policy.campaign.defects import settle, settled
    from passwright.policy.campaign.record import Record

    started, seconds = monotonic(), _seconds(budget)
    if csmith and corpus and suite and programs < 3:
        raise UsageError("fewer programs than origins", hint="ask for at least 3 programs")
    origins = origins_of(csmith, corpus, suite or folder is not None)
    options = Options(programs, recipes, origins, seed, jobs, seconds, folder or SUITE)
    if "csmith" in origins:
        find_csmith()  # now rather than in the middle
    interrupted = False
    with Record(out, options.identity()) as record:
        try:
            with _watch(options.programs, record.tried, quiet=as_json) as tell:
                run(options, record, tell)
            if reduce:
                left = None if seconds is None else max(1.0, seconds - (monotonic() - started))
                settle(
                    out,
                    list(record.tried.values()),
                    _say(as_json),
                    budget=left,
                    suite=options.suite,
                    shrink_seconds=shrink,
                )
        except KeyboardInterrupt:
            interrupted = True
        _print(list(record.tried.values()), settled(out), as_json)
    if interrupted:
        typer.echo("interrupted: what is finished is kept, the same command goes on from there", err=True)
        raise typer.Exit(130)


def table(
    folder: Annotated[Path, typer.Argument(help="The --out of a campaign.")] = DEFAULT_OUT,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the markdown here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What a campaign found so far, as markdown, with 95 % intervals.

    Example: [bold]passwright campaign table campaign -o table.md[/bold]
    """
    from passwright.cli.write import write_whole
    from passwright.policy.campaign.defects import settled
    from passwright.policy.campaign.record import read
    from passwright.policy.campaign.table import markdown

    tried, looked = read(folder), settled(folder)
    if output:
        write_whole(output, markdown(tried, looked))
    else:
        _print(tried, looked, as_json)


def replay(
    folder: Annotated[Path, typer.Argument(help="The folder of a filed defect.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compile a filed defect again, and run it where the code is wrong: 3 when it still fails, 0 when it does not.

    Example: [bold]passwright campaign replay campaign/defects/different-licm-1a2b3c4d[/bold]
    """
    from dataclasses import asdict

    from passwright.policy.campaign.filing import replay as again

    replayed = again(folder)
    if as_json:
        answer = {
            "reproduced": replayed.reproduced,
            "now": asdict(replayed.shot),
            "then": asdict(replayed.expected),
        }
        typer.echo(json.dumps(answer, indent=2))
    else:
        shot = replayed.shot
        typer.echo(f"{shot.status}: {shot.message}" if shot.message else shot.status)
        if not replayed.reproduced:
            typer.echo(f"that is not what was filed: {replayed.expected.status}: {replayed.expected.message}")
    raise typer.Exit(3 if replayed.shot.failed else 0)


def _seconds(text: str) -> float | None:
    from passwright.passes.errors import UsageError

    if not text:
        return None
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    try:
        seconds = float(text[:-1]) * units[text[-1]]
    except (ValueError, KeyError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"--budget {text}: not a time", hint="write 30m or 2h")
    return seconds


class _watch:
    """Progress on standard error: programs, recipes, recipes per second, failures."""

    def __init__(self, programs: int, tried: dict[str, Tried], *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.console = Console(stderr=True, quiet=quiet)
        columns = (
            TextColumn("[bold]programs"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[status]}"),
        )
        self.bars = Progress(*columns, console=self.console, disable=quiet or not self.console.is_terminal)
        before = sum(1 for one in tried.values() if one.shots)
        self.task = self.bars.add_task("", total=programs, completed=before, status="")
        self.recipes = self.failures = self.discarded = 0
        self.programs = before

    def __enter__(self) -> Callable[[Tried], None]:
        from time import monotonic

        self.started = monotonic()
        self.bars.start()
        return self.tell

    def __exit__(self, *exception: object) -> None:
        self.bars.stop()

    def tell(self, one: Tried) -> None:
        from time import monotonic

        self.recipes += len(one.shots)
        self.programs += bool(one.shots)
        self.discarded += bool(one.discarded)
        failed = [shot for shot in one.shots if shot.failed]
        self.failures += len(failed)
        rate = self.recipes / max(1e-3, monotonic() - self.started)
        status = f"{self.recipes} recipes, {rate:.1f}/s, {self.failures} failures, {self.discarded} discarded"
        self.bars.update(self.task, completed=self.programs, status=status)
        if not self.console.is_terminal and self.programs % 10 == 0 and one.shots:
            self.console.print(f"{self.programs} programs, {status}", highlight=False)
        for shot in failed:
            self.console.print(
                f"{one.uri}: {shot.status}: {shot.recipe}", markup=False, highlight=False, soft_wrap=True
            )


def _say(quiet: bool) -> Callable[[Settled, int], None]:
    def tell(one: Settled, left: int) -> None:
        if quiet:
            return
        what = f"{one.signature.kind}, {one.signature.place}" if one.signature else one.message
        typer.echo(f"{one.uri}: {one.fate}: {what} ({left} failures left)", err=True)

    return tell


def _print(tried: list[Tried], looked: list[Settled], as_json: bool) -> None:
    from passwright.policy.campaign.table import markdown, to_json

    typer.echo(
        json.dumps(to_json(tried, looked), indent=2) if as_json else markdown(tried, looked), nl=as_json
    )
