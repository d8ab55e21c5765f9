"""A source with its line numbers, and under each line what the passes said about it."""

from __future__ import annotations

from collections.abc import Sequence

from passwright.bench.html_parts import text
from passwright.tuning_report.facts import Facts, Remark

WHOLE = 250
"""Lines up to which a file is shown whole; of a longer one the function, and lines with remarks of its own."""
AROUND = 2
CHIPS = 6
"""Of a line; the others, and those that the reference gives too, fold away."""


def listing(facts: Facts, reference: str) -> str:
    """The source as a table of lines; "" without a source. `reference` is what remarks are compared with, such as -O3."""
    if facts.source is None:
        return ""
    by_line: dict[int, list[Remark]] = {}
    for one in facts.remarks:
        by_line.setdefault(one.line, []).append(one)
    rows, last = [], 0
    for number in _shown(facts, by_line):
        if number > last + 1:
            rows.append('<tr class="gap"><td></td><td>⋯</td></tr>')
        last = number
        row = '<tr class="inside">' if facts.function[0] <= number <= facts.function[1] else "<tr>"
        code = text(facts.source.lines[number - 1].expandtabs(4)) or " "
        rows.append(
            f'{row}<td class="line">{number}</td>'
            f"<td><code>{code}</code>{_chips(by_line.get(number, []), reference)}</td></tr>"
        )
    if last < len(facts.source.lines) and facts.source.lines[last:] != ("",):
        rows.append('<tr class="gap"><td></td><td>⋯</td></tr>')
    return f'<table class="source" aria-label="Source with remarks"><tbody>{"".join(rows)}</tbody></table>'


def _shown(facts: Facts, by_line: dict[int, list[Remark]]) -> Sequence[int]:
    assert facts.source is not None
    count = len(facts.source.lines) - (facts.source.lines[-1] == "")
    if count <= WHOLE:
        return range(1, count + 1)
    first, last = facts.function
    lines = set(range(max(1, first), last + 1))
    for number, remarks in by_line.items():
        if any(one.news for one in remarks):
            lines |= set(range(number - AROUND, number + AROUND + 1))
    return sorted(line for line in lines or range(1, WHOLE + 1) if 1 <= line <= count)


def _chips(remarks: Sequence[Remark], reference: str) -> str:
    news = [one for one in remarks if one.news]
    shown, more = news[:CHIPS], [*news[CHIPS:], *(one for one in remarks if not one.news)]
    parts = []
    if shown:
        parts.append(f'<div class="chips">{"".join(map(_chip, shown))}</div>')
    if more:
        same = sum(not one.news for one in more)
        what = f"{same} as at {text(reference)}" if same == len(more) else f"{len(more)} more"
        parts.append(
            f'<details class="more"><summary>{what}</summary><div class="chips">{"".join(map(_chip, more))}</div></details>'
        )
    return "".join(parts)


def _chip(one: Remark) -> str:
    tone, sign = ("passed", "✓ done") if one.done else ("missed", "✗ missed")
    times = f" ({one.count}×)" if one.count > 1 else ""
    faint = "" if one.news else " same"
    return (
        f'<span class="chip {tone}{faint}"><b>{sign}</b> step {one.step}, {text(one.pass_name)}: '
        f"{text(one.message)}{times}</span>"
    )
