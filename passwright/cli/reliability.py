"""`passwright reliability`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from passwright.bench.reliability.builds import KernelBuilds
    from passwright.bench.reliability.composite import Weights
    from passwright.bench.reliability.reliability import Reliability
    from passwright.bench.reliability.report import FileReport
    from passwright.passes.errors import PasswrightError
    from passwright.passes.recipe import Recipe
    from passwright.passes.worker import WorkerPool

SHOWN = 8
"""Functions that the table shows at most; --json and --html have all."""
_COLORS = {"high": "red", "medium": "yellow", "low": "cyan"}


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(reliability)


def reliability(
    sources: Annotated[
        list[Path], typer.Argument(help="C, C++, .ll or .bc files.", metavar="FILE…", show_default=False)
    ],
    recipe: Annotated[
        list[str] | None,
        typer.Option(help="Recipe, or a file that holds it, to look at beside -O3; repeatable."),
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Run the kernels: verify, time and count each build.")
    ] = False,
    fuzz: Annotated[
        str, typer.Option(help="Seconds of the runtime error rate, for each build; implies --run.")
    ] = "0s",
    faults: Annotated[int, typer.Option(min=0, help="Faults to inject; implies --run.")] = 0,
    entry: Annotated[list[str] | None, typer.Option(help="Run this kernel only; repeatable.")] = None,
    workload: Annotated[
        Path | None,
        typer.Option(help="How to call the kernels (TOML). Default: beside the file, or inferred."),
    ] = None,
    weights: Annotated[str, typer.Option(help="Of safety, speed and simplicity in R.")] = "0.4,0.4,0.2",
    fail_under: Annotated[
        float | None, typer.Option(help="Exit with 3 when a file's R is below this.", show_default=False)
    ] = None,
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how far sources can be trusted: defects, complexity, maintainability, and what running them shows.

    Example: [bold]passwright reliability gemm.c blur.cpp --html report.html[/bold]
    """
    from passwright.bench.reliability.composite import Weights
    from passwright.cli.recipe_text import recipe_text
    from passwright.cli.write import write_whole
    from passwright.passes.errors import PasswrightError, VerificationError
    from passwright.passes.recipe import Recipe
    from passwright.policy.policy import Budget

    chosen, seconds = Weights.parse(weights), Budget.parse(fuzz).seconds or 0.0
    recipes = {name: Recipe.parse(recipe_text(name)) for name in recipe or ()}
    job = _Job(
        shlex.split(cflags), march, recipes, run or bool(seconds or faults), entry or [], workload, chosen
    )
    job.fuzz, job.faults = seconds, faults
    reports: list[FileReport] = []
    problems: list[PasswrightError] = []
    for source, report in job.all(sources, quiet=as_json):
        if isinstance(report, PasswrightError):
            # One bad file of many is no reason to give up the others; a single one is reported as always.
            if len(sources) == 1:
                raise report
            print(f"{source}: {report}", file=sys.stderr)
            problems.append(report)
        else:
            reports.append(report)
    if html is not None:
        from passwright.bench.reliability.page import page

        write_whole(html, page(reports, subtitle=shlex.join(["passwright", *sys.argv[1:]])))
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in reports], indent=2))
    else:
        _show(reports, html)
    if problems:
        raise typer.Exit(max(one.exit_code for one in problems))
    below = [one for one in reports if fail_under is not None and one.composite.value < fail_under]
    if below:
        listed = ", ".join(f"{one.static.file} {one.composite.value:.3f}" for one in below)
        raise VerificationError(f"R is below {fail_under:g}: {listed}", hint="the findings say what to mend")


class _Job:
    """What is asked for every file."""

    def __init__(
        self,
        flags: Sequence[str],
        march: str,
        recipes: dict[str, Recipe],
        run: bool,
        entries: list[str],
        workload: Path | None,
        weights: Weights,
    ) -> None:
        self.flags, self.march, self.recipes, self.run = flags, march, recipes, run
        self.entries, self.workload, self.weights = entries, workload, weights
        self.fuzz, self.faults = 0.0, 0

    def all(
        self, sources: Sequence[Path], *, quiet: bool
    ) -> Iterator[tuple[Path, FileReport | PasswrightError]]:
        """Each file with its report, or the error that kept it from having one."""
        from passwright.passes.errors import PasswrightError
        from passwright.passes.worker import WorkerPool

        with WorkerPool(1) as pool, _progress(len(sources), enabled=not quiet) as say:
            for source in sources:
                say(source.name, 0)
                try:
                    report: FileReport | PasswrightError = self._one(source, pool, say)
                except PasswrightError as error:
                    report = error
                say(source.name, 1)
                yield source, report

    def _one(self, source: Path, pool: WorkerPool, say: Callable[[str, int], None]) -> FileReport:
        from passwright.bench.reliability.assess import assess
        from passwright.bench.reliability.builds import BASELINE
        from passwright.bench.reliability.report import FileReport
        from passwright.passes.recipe import O3

        first = next(iter(self.recipes.values()), O3)
        static = assess(source, flags=self.flags, march=self.march, recipe=first, pool=pool)
        if not self.run:
            return FileReport(static, weights=self.weights)
        chosen = next(iter(self.recipes), BASELINE)
        return FileReport(static, tuple(self._builds(source, static, pool, say)), self.weights, chosen)

    def _builds(
        self, source: Path, static: Reliability, pool: WorkerPool, say: Callable[[str, int], None]
    ) -> Iterator[KernelBuilds]:
        from passwright.bench.reliability.builds import KernelBuilds, compare_builds
        from passwright.irgen.frontend import kernels
        from passwright.passes.errors import WorkloadError
        from passwright.passes.recipe import OZ

        beside = source.with_suffix(".toml")
        workload = self.workload or (beside if beside.is_file() else None)
        recipes = {"-Oz": OZ, **self.recipes}
        for kernel in kernels(source, entries=self.entries, flags=self.flags, march=self.march):
            try:
                yield compare_builds(
                    kernel,
                    static,
                    recipes,
                    pool,
                    workload=workload,
                    weights=self.weights,
                    fuzz=self.fuzz,
                    faults=self.faults,
                    progress=lambda phase, name=kernel.name: say(f"{name}: {phase}", 0),  # type: ignore[misc]
                )
            except WorkloadError as error:
                yield KernelBuilds(kernel.name, (), (f"not run: {error.message}",))


@contextmanager
def _progress(total: int, *, enabled: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar over the files on standard error; yields what takes the thing at work and how many files it ends."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not enabled or not console.is_terminal:
        yield lambda text, done: None
        return
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=total)
        yield lambda text, done: bars.update(task, description=text[:60], advance=done)


def _show(reports: Sequence[FileReport], html: Path | None) -> None:
    from rich.console import Console

    from passwright.bench.reliability.report import FILE_COLUMNS, file_cells

    console = Console()
    if not console.is_terminal:
        console.width = 140
    for report in reports:
        _show_file(console, report)
    _print_table(console, FILE_COLUMNS, [file_cells(report) for report in reports], left=1)
    if html is not None:
        console.print(f"wrote [bold]{html}[/bold]", highlight=False)


def _show_file(console: Console, report: FileReport) -> None:
    from rich.markup import escape

    from passwright.bench.reliability.report import BUILD_COLUMNS, FUNCTION_COLUMNS, build_rows, function_rows

    static = report.static
    for note in static.notes:
        console.print(f"[dim]{escape(f'{static.file}: {note}')}[/dim]", highlight=False)
    for one in static.findings:
        color = _COLORS[one.severity]
        console.print(
            f"{escape(one.file)}:{one.line}:{one.column}: [{color}]{one.severity}[/{color}]: {escape(one.message)} "
            f"[dim]{escape(f'[{one.check}]')} {one.tool}{', confirmed' if one.confirmed else ''}[/dim]",
            highlight=False,
            soft_wrap=True,
        )
    rows = function_rows(static)
    if rows:
        _print_table(console, FUNCTION_COLUMNS, rows[:SHOWN], left=1)
    if len(rows) > SHOWN:
        console.print(f"[dim]and {len(rows) - SHOWN} functions more[/dim]")
    for kernel in report.kernels:
        for note in kernel.notes:
            console.print(f"[dim]{escape(note)}[/dim]", highlight=False)
        for build in kernel.builds:
            if build.verdict.kind != "equal":
                text = f"{build.kernel} by {build.name}: {build.verdict.kind}: {build.verdict.evidence}"
                console.print(f"[yellow]{escape(text)}[/yellow]", highlight=False)
            for found in build.reliability.findings:
                if found.confirmed:
                    console.print(f"[red]{escape(found.message)}[/red] (by {build.name})", highlight=False)
        if kernel.builds:
            _print_table(console, BUILD_COLUMNS, build_rows(kernel, report.weights), left=3)
    console.print()


def _print_table(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> None:
    """A table whose first `left` columns are aligned to the left."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(head):
        table.add_column(name, justify="left" if number < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
