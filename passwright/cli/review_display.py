"""What `review` shows of entries, decisions and assembly.

Sources, names and reasons come from others: all of them go through `plain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from passwright.bench.plain_text import plain

if TYPE_CHECKING:
    from passwright.evidence import Evidence
    from passwright.explain import StepExplanation
    from passwright.passes.audit import Decision
    from passwright.passes.lock import LockEntry

SHOWN_REMARKS = 4
"""Of a step."""
SHOWN_LINES = 120
"""Of a source; the function's first ones."""
_COLORS = {
    "proposed": "yellow",
    "accepted": "green",
    "rejected": "red",
    "dropped": "magenta",
    "failed": "red",
    "explained": "cyan",
}


def ratio_text(ratio: tuple[float, float, float]) -> str:
    """The ratio with its interval, if it has one."""
    value, low, high = ratio
    return f"{value:.2f}x" + (f" ({low:.2f} to {high:.2f})" if low < high else "")


def show_entries(entries: Sequence[LockEntry]) -> None:
    """A table of entries with their states."""
    table = _table("entry", "CPU", "state", "ratio", "verdict", "by", "at", "why")
    for one in entries:
        review = one.review
        table.add_row(
            plain(f"{one.source}:{one.entry}"),
            plain(one.cpu),
            Text(review.state, style=_COLORS[review.state]),
            ratio_text(one.ratio),
            plain(one.verdict),
            plain(review.by),
            review.at,
            plain(review.why),
        )
    _console().print(table)


def show_log(decisions: Sequence[Decision]) -> None:
    """A table of the audit log."""
    table = _table("when", "who", "what", "entry", "CPU", "recipe", "ratio", "verdict", "why")
    for one in decisions:
        table.add_row(
            plain(one.when),
            plain(one.who),
            Text(plain(one.what), style=_COLORS.get(one.what, "")),
            plain(f"{one.source}:{one.entry}"),
            plain(one.cpu),
            plain(one.recipe[:8]),
            ratio_text(one.ratio) if one.ratio else "",
            plain(one.verdict),
            plain(one.why),
        )
    _console().print(table)


def show_entry(console: Console, evidence: Evidence, place: str) -> None:
    """An entry with everything to decide by."""
    entry = evidence.entry
    console.rule(Text(plain(f"{entry.source}: {entry.entry} ({entry.cpu}), {place}"), style="bold"))
    review = entry.review
    told = " ".join(
        part for part in (review.state, "by " + review.by if review.by else "", review.at) if part
    )
    console.print(Text(plain(told + (f": {review.why}" if review.why else "")), style=_COLORS[review.state]))
    what = "the run time" if entry.objective == "time" else f"the {entry.objective}"
    console.print(f"[bold]{ratio_text(entry.ratio)}[/bold] better than the reference in {what}")
    console.print(
        Text(plain(f"verdict: {entry.verdict}" + (f": {evidence.verdict}" if evidence.verdict else "")))
    )
    for problem in evidence.problems:
        console.print(Text(plain(problem), style="bold red"))
    _show_source(console, evidence)
    for number, step in enumerate(evidence.steps, 1):
        _show_step(console, number, step)
    if not evidence.steps:
        console.print(Text(plain(f"recipe: {entry.recipe}")))


def show_diff(console: Console, lines: Sequence[str]) -> None:
    """A unified diff in colours."""
    if not lines:
        console.print("the same instructions")
    for line in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        console.print(Text(plain(line), style=style), soft_wrap=True)


def _show_source(console: Console, evidence: Evidence) -> None:
    source = evidence.source
    if source is None:
        return
    from rich.syntax import Syntax

    shown = source.lines[:SHOWN_LINES]
    console.print(Text(plain(f"\n{source.path}"), style="dim"))
    console.print(
        Syntax(
            plain("\n".join(shown)),
            "cpp",
            theme="ansi_dark",
            background_color="default",
            line_numbers=True,
            start_line=source.first,
            word_wrap=True,
        )
    )
    if len(shown) < len(source.lines):
        console.print(f"[dim]… {len(source.lines) - len(shown)} lines more[/dim]")


def _show_step(console: Console, number: int, step: StepExplanation) -> None:
    console.print(Text(f"\n{number}. ").append(plain(step.text), style="bold"))
    if step.purpose:
        console.print(Text(f"   {step.purpose}"))
    before, after = step.instructions
    did = f"{before} to {after} IR instructions" if step.changed else "changed nothing by itself"
    console.print(Text(f"   {did}", style="dim"))
    news = [remark for remark in step.remarks if not remark.also_at_o3]
    for remark in news[:SHOWN_REMARKS]:
        where = f" ({', '.join(remark.places[:3])})" if remark.places else ""
        console.print(
            Text("   ")
            .append(plain(remark.pass_name), style="cyan")
            .append(plain(f": {remark.message}{where}"))
        )
    if len(news) > SHOWN_REMARKS:
        console.print(
            f"   [dim]and {len(news) - SHOWN_REMARKS} remarks more; passwright explain has all[/dim]"
        )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _console() -> Console:
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console.width = 160
    return console
