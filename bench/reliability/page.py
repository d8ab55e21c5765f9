"""The report as one HTML page that needs nothing else: style and chart are inline, there is no script."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from passwright.bench.html_parts import document, figures, scrolling, table
from passwright.bench.reliability.builds import KernelBuilds
from passwright.bench.reliability.composite import Point, pareto
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.report import (
    BUILD_COLUMNS,
    FILE_COLUMNS,
    FUNCTION_COLUMNS,
    FileReport,
    build_rows,
    file_cells,
    function_rows,
    totals,
)

_LABELS = {"file", "function", "kernel", "build", "verdict", ""}
_TONES = {"high": "unequal", "medium": "warning", "low": "faint"}
_EXPLAINED = (
    "DD: findings per 1000 lines of code, a severe one counting 1, a medium one ⅓, a minor one ⅑. CC: cyclomatic "
    "complexity of the most complex function; IR CC: the same of the IR, unoptimised → optimised. MI: maintainability "
    "index, 100 is best. R: the composite, 1 is best."
)


def page(reports: Sequence[FileReport], *, title: str = "Reliability", subtitle: str = "") -> str:
    """The whole page. `subtitle` is a line of the caller's, such as the command that made it."""
    body = [
        f"<header><h1>{escape(title)}</h1>",
        f'<p class="faint">{escape(subtitle)}</p>' if subtitle else "",
        _figures(reports),
        f'<p class="faint">{escape(_EXPLAINED)}</p></header>',
        _table(FILE_COLUMNS, [file_cells(report) for report in reports]),
        *(_file(report) for report in reports),
    ]
    return document(title, body)


def _figures(reports: Sequence[FileReport]) -> str:
    found = totals(reports)
    cards = [
        (
            f"{found['defect_density']:.1f}",
            "",
            f"DD over {found['lines']:.0f} lines of {found['files']:.0f} files",
            "",
        ),
        (f"{found['findings']:.0f}", "", "distinct findings", ""),
    ]
    if reports:
        worst = min(reports, key=lambda one: one.composite.value)
        cards.append((f"{worst.composite.value:.3f}", "", f"least R, {worst.static.file}", ""))
    return figures(cards)


def _file(report: FileReport) -> str:
    static = report.static
    parts = [f"<h2>{escape(static.file)}</h2>"]
    parts += [f'<p class="faint">{escape(note)}</p>' for note in static.notes]
    if static.findings:
        head = ("where", "severity", "what", "check")
        parts.append(f"<h3>Findings</h3>{table(head, (), [_finding(one) for one in static.findings])}")
    elif static.tools:
        parts.append(f'<p class="equal">No findings ({escape(", ".join(static.tools))}).</p>')
    if static.functions:
        parts += ["<h3>Functions</h3>", _table(FUNCTION_COLUMNS, function_rows(static))]
    for kernel in report.kernels:
        parts += [f"<h3>Builds of {escape(kernel.kernel)}</h3>", *_builds(kernel, report)]
    return "".join(parts)


def _finding(one: Finding) -> str:
    sure = ", confirmed" if one.confirmed else ""
    return (
        f'<tr><td>{one.line}:{one.column}</td><td class="{_TONES[one.severity]}">{one.severity}{sure}</td>'
        f'<td class="recipe">{escape(one.message)}</td>'
        f"<td><code>{escape(one.check)}</code> ({escape(one.tool)})</td></tr>"
    )


def _builds(kernel: KernelBuilds, report: FileReport) -> list[str]:
    parts = [f'<p class="faint">{escape(note)}</p>' for note in kernel.notes]
    if kernel.builds:
        parts.append(_table(BUILD_COLUMNS, build_rows(kernel, report.weights)))
        for one in kernel.builds:
            said = [found.message for found in one.reliability.findings if found.confirmed]
            said += [] if one.verdict.kind == "equal" else [f"{one.verdict.kind}: {one.verdict.evidence}"]
            parts += [f'<p class="unequal">{escape(one.name)}: {escape(text)}</p>' for text in said]
        points = [point for one in kernel.builds if (point := one.point(report.weights)) is not None]
        if len(points) > 1:
            parts.append(_scatter(points))
    return parts


def _scatter(points: Sequence[Point]) -> str:
    """Speed to the right, reliability upwards; the area of a mark is the size of the code. Filled: nothing beats it."""
    width, height, left, bottom = 560, 220, 60, 30
    fastest, largest = max(point.speed for point in points), max(point.size for point in points)
    best = {point.name for point in pareto(points)}
    parts = [
        f'<line class="axis" x1="{left}" x2="{width}" y1="{height - bottom}" y2="{height - bottom}"/>',
        f'<line class="axis" x1="{left}" x2="{left}" y1="0" y2="{height - bottom}"/>',
        f'<text x="{width}" y="{height - 8}" text-anchor="end">speed, up to {fastest:.2f}× of -O3</text>',
        '<text x="4" y="12">reliability</text>',
    ]
    for point in points:
        x = left + 24 + (width - left - 110) * point.speed / fastest
        y = 16 + (height - bottom - 32) * (1 - point.reliability)
        radius = 3 + 9 * (point.size / largest) ** 0.5 if largest else 3
        fill = "ours" if point.name in best else "axis"
        about = f"{point.name}: {point.speed:.2f}×, {point.size} B, {point.reliability:.3f}"
        parts.append(
            f'<circle class="{fill}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(about)}</title></circle>'
            f'<text x="{x + radius + 4:.1f}" y="{y + 4:.1f}">{escape(point.name[:24])}</text>'
        )
    chart = f'<svg role="img" aria-label="Pareto view" width="{width + 20}" height="{height}">{"".join(parts)}</svg>'
    return (
        '<p class="faint">Speed, reliability (R without speed), size of the code as area; filled marks are beaten by no '
        f"other build in all three.</p>{scrolling(chart, 'Pareto view')}"
    )


def _table(head: Sequence[str], rows: Collection[Sequence[str]]) -> str:
    tones = ["" if name in _LABELS else ' class="number"' for name in head]
    lines = [
        "<tr>"
        + "".join(f"<td{tone}>{escape(cell)}</td>" for cell, tone in zip(row, tones, strict=True))
        + "</tr>"
        for row in rows
    ]
    return table(head, [name for name in head if name not in _LABELS], lines)
