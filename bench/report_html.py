"""The result table as one HTML page that needs nothing else: style and charts are inline, there is no script.

`page(rows)` gives the text. Ratios are drawn on one logarithmic scale through the whole page, so that 2x and
0.5x lie equally far from 1; a bar is the ratio, the line across its end the 95 % interval, a mark another
peer.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from passwright.bench.html_parts import Scale, bar, document, figures, machine_list, scrolling, span, table
from passwright.bench.peers import BASELINE
from passwright.bench.report import (
    OURS,
    Row,
    Summary,
    families_of,
    groups_of,
    machines_of,
    peer_cell,
    peers_of,
    seconds,
    summarise,
)

_MARKS = ("diamond", "circle", "square", "cross")


def page(rows: Sequence[Row], *, title: str = "Passwright results", subtitle: str = "") -> str:
    """The whole page. `subtitle` is a line of the caller's, such as the command that made the table."""
    scale = _scale(rows)
    peers = peers_of(rows)
    body = [
        f"<header><h1>{escape(title)}</h1>",
        f'<p class="faint">{escape(subtitle)}</p>' if subtitle else "",
        _figures(rows),
        "</header>",
        "<h2>By family</h2>",
        f'<p class="faint">Geometric mean of {BASELINE} time / new time, with the 95 % interval over the '
        "kernels of the group. A build that is not verified equal counts as 1.</p>",
        _legend(peers),
        _group_chart(rows, peers, Scale(scale.low, scale.high, 560)),
        _group_table(rows, peers),
        "<h2>By kernel</h2>",
        f'<p class="faint">Times are medians per call; the ratio is {BASELINE} time / new time with its 95 % '
        "interval from interleaved samples.</p>",
        *(
            _family(family, members, peers, Scale(scale.low, scale.high, 200))
            for family, members in families_of(rows).items()
        ),
        _machines(rows),
    ]
    return document(title, body)


def _scale(rows: Sequence[Row]) -> Scale:
    """The range of everything that is drawn."""
    values: list[float] = []
    for row in rows:
        values += [row.ratio.low, row.ratio.high, row.ratio.value]
        values += [ratio for peer in peers_of([row]) if (ratio := row.peer_ratio(peer)) is not None]
    return Scale.around(values, 1.0)


def _figures(rows: Sequence[Row]) -> str:
    """The means over all, mined and held-out kernels, large."""
    cards = []
    for group in ("all", "mined families", "held-out families"):
        members = groups_of(rows).get(group)
        summary = summarise(members, group) if members else None
        if summary is not None:
            detail = f"{span(summary.low, summary.high)}, least {summary.least:.2f}"
            cards.append((f"{summary.mean:.2f}×", "", f"{group}, {_kernels(summary)}", detail))
    unequal = sum(row.verdict.kind != "equal" for row in rows)
    if rows:
        tone = "unequal" if unequal else "equal"
        cards.append((f"{len(rows) - unequal} of {len(rows)}", tone, "verified equal", ""))
    return figures(cards)


def _kernels(summary: Summary) -> str:
    return "1 kernel" if summary.kernels == 1 else f"{summary.kernels} kernels"


def _legend(peers: Sequence[str]) -> str:
    marks = [f'<svg width="14" height="14"><rect class="ours" width="14" height="10" y="2"/></svg>{OURS}']
    marks += [
        f'<svg width="14" height="14">{_mark(index, 7, 7)}</svg>{escape(peer)}'
        for index, peer in enumerate(peers)
    ]
    return f'<div class="legend">{"".join(f"<span>{mark}</span>" for mark in marks)}</div>'


def _mark(index: int, x: float, y: float, title: str = "") -> str:
    """A peer's sign: its shape tells peers apart where colours do not."""
    attributes = f'class="peer-{min(index, 3)}"'
    inner = f"<title>{escape(title)}</title>" if title else ""
    shape = _MARKS[min(index, 3)]
    if shape == "circle":
        return f'<circle {attributes} cx="{x:.1f}" cy="{y}" r="3.5">{inner}</circle>'
    paths = {
        "diamond": f"M{x:.1f} {y - 5}l4.5 5-4.5 5-4.5-5z",
        "square": f"M{x - 3.5:.1f} {y - 3.5}h7v7h-7z",
        "cross": f"M{x - 4:.1f} {y - 1}h3v-3h2v3h3v2h-3v3h-2v-3h-3z",
    }
    return f'<path {attributes} d="{paths[shape]}">{inner}</path>'


def _group_chart(rows: Sequence[Row], peers: Sequence[str], scale: Scale) -> str:
    left, top, step = 210, 22, 24
    groups = groups_of(rows)
    height = top + step * len(groups) + 4
    parts = []
    for tick in scale.ticks():
        x = left + scale.x(tick)
        tone = "one" if tick == 1 else "axis"
        parts.append(f'<line class="{tone}" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 4}" y2="{height - 4}"/>')
        parts.append(f'<text x="{x:.1f}" y="12" text-anchor="middle">{tick:g}×</text>')
    for number, (group, members) in enumerate(groups.items()):
        y = top + step * number
        parts.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(group)}</text>')
        ours = summarise(members, group)
        if ours is not None:
            drawn = bar(scale, ours.mean, ours.low, ours.high, 4, 12)
            parts.append(f'<g transform="translate({left} {y})"><title>{_about(ours)}</title>{drawn}')
            for index, peer in enumerate(peers):
                other = summarise(members, group, peer)
                if other is not None:
                    parts.append(_mark(index, scale.x(other.mean), 10, _about(other)))
            parts.append("</g>")
    width = left + scale.width + 20
    label = "Geometric means by family"
    chart = (
        f'<svg role="img" aria-label="{label}" width="{width:.0f}" height="{height}">{"".join(parts)}</svg>'
    )
    return scrolling(chart, label)


def _about(summary: Summary) -> str:
    interval = span(summary.low, summary.high)
    return f"{escape(summary.build)}: {summary.mean:.3f} ({interval}), {_kernels(summary)}"


def _group_table(rows: Sequence[Row], peers: Sequence[str]) -> str:
    head = ["group", "kernels", "mean", "95 %", "least", "most", "not equal", *peers]
    lines = []
    for group, members in groups_of(rows).items():
        ours = summarise(members, group)
        if ours is None:
            continue
        cells = [str(ours.kernels), f"{ours.mean:.3f}", span(ours.low, ours.high), f"{ours.least:.2f}",
                 f"{ours.most:.2f}", str(ours.not_equal)]  # fmt: skip
        for peer in peers:
            other = summarise(members, group, peer)
            cells.append(f"{other.mean:.3f} ({other.not_equal} not equal)" if other else "–")
        lines.append(_line([escape(group)], cells))
    return table(head, head[1:], lines)


def _family(family: str, rows: Sequence[Row], peers: Sequence[str], scale: Scale) -> str:
    held = " (held out)" if rows[0].held_out else ""
    head = ["kernel", BASELINE, "new", "ratio", "95 %", "", *peers, "verdict", "recipe"]
    lines = [_kernel_line(row, peers, scale) for row in rows]
    return f"<h3>{escape(family)}{held}</h3>{table(head, [*head[1:5], *peers], lines)}"


def _kernel_line(row: Row, peers: Sequence[str], scale: Scale) -> str:
    base, new = row.peer_times.get(BASELINE), row.peer_times.get(OURS)
    numbers = [
        seconds(base.median) if base else "–",
        seconds(new.median) if new else "–",
        f"{row.ratio.value:.2f}",
        span(row.ratio.low, row.ratio.high),
    ]
    parts = [f'<line class="one" x1="{scale.x(1):.1f}" x2="{scale.x(1):.1f}" y1="0" y2="20"/>']
    parts.append(bar(scale, row.ratio.value, row.ratio.low, row.ratio.high, 5, 10))
    for index, peer in enumerate(peers):
        if (ratio := row.peer_ratio(peer)) is not None:
            parts.append(_mark(index, scale.x(ratio), 10, f"{peer}: {peer_cell(row, peer)}"))
    chart = (
        f'<svg role="img" aria-label="{row.ratio.value:.2f}" width="{scale.width:.0f}" height="20">'
        f"{''.join(parts)}</svg>"
    )
    peer_cells = [
        f'<td class="number" title="{escape(row.notes.get(peer) or _evidence(row, peer))}">'
        f"{escape(peer_cell(row, peer))}</td>"
        for peer in peers
    ]
    tone = "equal" if row.verdict.kind == "equal" else "unequal"
    verdict = (
        f'<td class="{tone}"><details><summary class="{tone}">{escape(row.verdict.kind)}</summary>'
        f'<p class="faint" style="white-space:normal">{escape(row.verdict.evidence)} '
        f"({row.verdict.checks} checks)</p></details></td>"
    )
    return (
        f"<tr><td>{escape(row.kernel)}</td>"
        + "".join(f'<td class="number">{number}</td>' for number in numbers)
        + f"<td>{chart}</td>{''.join(peer_cells)}{verdict}"
        + f'<td class="recipe"><code>{escape(row.recipe)}</code></td></tr>'
    )


def _evidence(row: Row, peer: str) -> str:
    verdict = row.peer_verdicts.get(peer)
    return verdict.evidence if verdict else ""


def _line(labels: Sequence[str], numbers: Sequence[str]) -> str:
    cells = [f"<td>{label}</td>" for label in labels] + [f'<td class="number">{n}</td>' for n in numbers]
    return f"<tr>{''.join(cells)}</tr>"


def _machines(rows: Sequence[Row]) -> str:
    machines = machines_of(rows)
    parts = ["<h2>Machine</h2>"] if machines else []
    if len(machines) > 1:
        parts.append(
            f'<p class="warning">These rows come from {len(machines)} machines or settings: times of '
            "different rows do not compare, ratios do with care.</p>"
        )
    for machine in machines:
        parts.append(machine_list(machine))
    return "".join(parts)
