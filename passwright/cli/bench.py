"""`passwright bench`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.bench.suite import SuiteKernel


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(bench)


def bench(
    suites: Annotated[
        list[str] | None, typer.Argument(help="`kernels` (ours) or folders with one folder per family.")
    ] = None,
    against: Annotated[str, typer.Option(help="Peers, separated by commas.")] = "clang-O3,gcc-O3,polly",
    family: Annotated[list[str] | None, typer.Option(help="This family only; repeatable.")] = None,
    kernel: Annotated[list[str] | None, typer.Option(help="This kernel only; repeatable.")] = None,
    budget: Annotated[str, typer.Option(help="Search per kernel: 20s, or '50 evaluations'.")] = "20s",
    policy: Annotated[
        str, typer.Option(help="learned, evolve, coreset, random, greedy, tpe or o3.")
    ] = "learned",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    seed: Annotated[int, typer.Option(help="Of the search and of the measured data.")] = 0,
    jobs: Annotated[
        int | None, typer.Option(help="Compiling processes. Default: PASSWRIGHT_JOBS, or one per core.")
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(help="Finished kernels; the run resumes from here. Default: in the cache folder."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables as markdown here.")] = None,
    pyperf: Annotated[
        Path | None, typer.Option(help="Folder for one pyperf JSON file per compiler (`pyperf compare_to`).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="List the kernels and stop.")] = False,
) -> None:
    """Optimise a suite's kernels and compare with other compilers; stopped runs resume.

    Example: [bold]passwright bench kernels --family stencils --budget 10s --report stencils.html[/bold]
    """
    from passwright.bench.report import markdown as as_markdown
    from passwright.bench.report import rich_table, summaries, to_json
    from passwright.bench.report_html import page
    from passwright.bench.results import ResultStore
    from passwright.benchmark import Settings, run_suite
    from passwright.cli.suite_display import suite_progress
    from passwright.cli.write import write_whole
    from passwright.passes.config import cache_dir
    from passwright.passes.errors import InputError
    from passwright.policy.policy import Budget

    chosen = [
        one
        for one in _load(suites or ["kernels"])
        if (not family or one.family in family) and (not kernel or one.name in kernel)
    ]
    if not chosen:
        raise InputError("no kernel of that family or name", hint="`passwright bench --list` shows them")
    if list_only:
        for one in chosen:
            typer.echo(f"{one.family}/{one.name}{'  (held out)' if one.held_out else ''}")
        return
    settings = Settings(Budget.parse(budget), policy, against, march, seed, jobs)
    interrupted = False
    with (
        ResultStore(results or Path(cache_dir(), "bench.jsonl")) as store,
        suite_progress(chosen, enabled=not as_json) as (progress, finished),
    ):
        try:
            rows = run_suite(chosen, settings, store, progress=progress, finished=finished)
        except KeyboardInterrupt:
            interrupted, rows = True, finished.rows
    title = f"{len(rows)} kernels, {settings.budget} each, policy {policy}"
    if report:
        write_whole(report, page(rows, title="Passwright against its peers", subtitle=title))
    if markdown:
        write_whole(markdown, as_markdown(rows, title=title))
    if pyperf:
        _pyperf(rows, pyperf)
    if as_json:
        typer.echo(to_json(rows, title=title))
    else:
        from rich.console import Console

        console = Console()
        if not console.is_terminal:
            console.width = 160
        console.print(rich_table(rows, title=title))
        for summary in summaries(rows):
            console.print(
                f"{summary.group}, {summary.build}: geometric mean {summary.mean:.2f} "
                f"({summary.low:.2f} to {summary.high:.2f}) over {summary.kernels} kernels, "
                f"{summary.least:.2f} to {summary.most:.2f}, not equal: {summary.not_equal}",
                highlight=False,
            )
    if interrupted:
        typer.echo("interrupted: finished kernels are kept, the same command goes on from there", err=True)
        raise typer.Exit(130)
    if any(row.verdict.kind in {"different", "crashed", "timed-out"} for row in rows):
        raise typer.Exit(3)


def _load(suites: list[str]) -> list[SuiteKernel]:
    from passwright.bench.suite import load_suite

    return [one for name in suites for one in (load_suite() if name == "kernels" else load_suite(name))]


def _pyperf(rows: list, folder: Path) -> None:  # type: ignore[type-arg]
    from passwright.bench.measure import write_pyperf

    folder.mkdir(parents=True, exist_ok=True)
    for build in dict.fromkeys(name for row in rows for name in row.peer_times):
        timings = {row.kernel: row.peer_times[build] for row in rows if build in row.peer_times}
        write_pyperf(folder / f"{build}.json", timings)
