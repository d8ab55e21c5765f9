"""The progress display and the final table of `optimize`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from passwright.bench.report import seconds

if TYPE_CHECKING:
    from passwright.result import Event, KernelResult, OptimizeResult

_PHASES = {
    "lower": "lowering",
    "workload": "finding a workload",
    "sanitize": "sanitizers",
    "reliability": "reading the source",
    "reference": "references",
    "search": "searching",
    "race": "racing the best",
    "verify": "verifying the object",
    "done": "done",
}


@contextmanager
def progress(*, enabled: bool) -> Iterator[Callable[[Event], None]]:
    """A bar per kernel on standard error; yields what `optimize` reports its events to."""
    if not enabled:
        yield lambda event: None
        return
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[status]}"),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as bars:
        tasks: dict[tuple[str, str], TaskID] = {}

        def report(event: Event) -> None:
            if not event.kernel:
                return
            key = (event.source, event.kernel)
            if key not in tasks:
                tasks[key] = bars.add_task(event.kernel, total=event.budget or None, status="")
                if not console.is_terminal:
                    limit = f" for up to {event.budget:g} s" if event.budget else ""
                    print(f"{event.kernel}: searching{limit}", file=sys.stderr)
            status = _PHASES.get(event.phase, event.phase)
            if event.phase == "search" and event.evaluations:
                status += f"  {event.evaluations} recipes, best {event.best:.2f}x"
                status += f", {event.failures} unusable" if event.failures else ""
            if event.phase == "done":
                total = event.budget or 1.0
                bars.update(tasks[key], total=total, completed=total, status=status)
            elif event.phase == "search":
                bars.update(tasks[key], completed=min(event.seconds, event.budget), status=status)
            else:
                bars.update(tasks[key], status=status)

        yield report


def show(result: OptimizeResult, targets: Sequence[Path], lock: Path | None) -> None:
    """The final table, what was inferred, and what was written."""
    console = Console()
    if not console.is_terminal:
        console.width = 140
    label = result.kernels[0].objective.label if result.kernels else "-O3"
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in (
        ("kernel", False),
        (label, True),
        ("now", True),
        ("ratio", True),
        ("95 % interval", True),
        ("verdict", False),
        ("recipe", False),
    ):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for kernel in result.kernels:
        table.add_row(*_cells(kernel))
    for kernel in result.kernels:
        for note in kernel.notes:
            console.print(f"[dim]{escape(f'{kernel.kernel.name}: {note}')}[/dim]", highlight=False)
        if kernel.verdict.kind != "equal":
            console.print(
                f"[yellow]{kernel.kernel.name}: {kernel.verdict.kind}: {kernel.verdict.evidence}[/yellow]"
            )
    console.print(table)
    for target in targets:
        console.print(f"wrote [bold]{target}[/bold]", highlight=False)
    if lock is not None:
        console.print(
            f"locked in [bold]{lock}[/bold]; build it again with `passwright apply`", highlight=False
        )
    if result.interrupted:
        console.print("[yellow]interrupted: what was found by then is written[/yellow]")


def _cost(kernel: KernelResult, which: int) -> str:
    """What the reference (0) or the recipe (1) costs: seconds, or bytes of machine code and IR instructions."""
    if kernel.objective.static:
        return f"{kernel.text_sizes[which]} B, {kernel.instructions[which]} IR"
    timing = (kernel.baseline, kernel.optimised)[which]
    return seconds(timing.median) if timing else ""


def _ratio(kernel: KernelResult) -> str:
    if kernel.expected:
        return f"{kernel.expected:.2f}x expected"
    return f"{kernel.ratio.value:.2f}x" if kernel.improved else f"1 ({kernel.objective.label} kept)"


def _cells(kernel: KernelResult) -> list[str]:
    color = "green" if kernel.verdict.kind == "equal" else "yellow"
    ratio = kernel.ratio
    return [
        kernel.kernel.name,
        _cost(kernel, 0),
        _cost(kernel, 1),
        _ratio(kernel),
        f"{ratio.low:.2f} to {ratio.high:.2f}" if kernel.improved and ratio.low < ratio.high else "",
        f"[{color}]{kernel.verdict.kind}[/{color}]",
        escape(str(kernel.recipe)),
    ]
