"""Progress of a suite run: one bar over the kernels, the current kernel's search beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from passwright.bench.report import Row
    from passwright.bench.suite import SuiteKernel
    from passwright.result import Event


class Finished:
    """Told of each kernel as it is done; keeps the rows, so that an interrupted run can show them."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self.rows: list[Row] = []
        self._show = show

    def __call__(self, kernel: SuiteKernel, row: Row | None, reason: str) -> None:
        name = f"{kernel.family}/{kernel.name}"
        if row is None:
            self._show(f"{name}: no result: {reason}")
            return
        self.rows.append(row)
        self._show(
            f"{name}: {row.ratio.value:.2f} ({row.ratio.low:.2f} to {row.ratio.high:.2f}) {row.verdict.kind}"
        )


@contextmanager
def suite_progress(
    kernels: Sequence[SuiteKernel], *, enabled: bool
) -> Iterator[tuple[Callable[[Event], None], Finished]]:
    """What `run_suite` reports to: its events, and the finished kernels."""
    console = Console(stderr=True)
    if not enabled or not console.is_terminal:

        def tell(line: str) -> None:
            if enabled:
                print(line, file=sys.stderr, flush=True)

        done = Finished(tell)
        yield (lambda event: None), done
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[status]}"),
    )
    with Progress(*columns, console=console) as bars:
        task = bars.add_task("kernels", total=len(kernels), status="")

        def event_of(event: Event) -> None:
            best = f"{event.best:.2f}x after {event.evaluations} recipes" if event.evaluations else ""
            bars.update(task, status=f"{event.kernel}: {event.phase} {best}")

        def line(text: str) -> None:
            bars.console.print(text, highlight=False)
            bars.advance(task)

        yield event_of, Finished(line)
