"""What the HTML reports share: the page around them, tables, figures, bars on a logarithmic scale, the machine.

A page needs nothing else: style and charts are inline, there is no script, and its content security policy allows none,
whatever the text of others that it shows may hold.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from passwright.bench.plain_text import plain
from passwright.bench.report import machine_fields

if TYPE_CHECKING:
    from passwright.bench.measure import Machine

_STYLE = Path(__file__).parent / "report.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Scale:
    """Ratios from `low` to `high` on a logarithmic axis of `width` pixels; what lies outside is clamped."""

    low: float
    high: float
    width: float

    def x(self, ratio: float) -> float:
        """Pixels from the left for a ratio; the left end for what is not positive."""
        if ratio <= self.low:
            return 0.0
        return min(1.0, math.log(ratio / self.low) / math.log(self.high / self.low)) * self.width

    def ticks(self) -> list[float]:
        """Powers of two within the scale."""
        first, last = math.ceil(math.log2(self.low)), math.floor(math.log2(self.high))
        return [2.0**power for power in range(first, last + 1)]

    @staticmethod
    def around(values: Iterable[float], width: float) -> Scale:
        """The range of all that is positive and finite, 0.5 to 2 at least, rounded outwards to powers of two."""
        usable = [0.5, 2.0, *(value for value in values if 0 < value < math.inf)]
        low, high = math.floor(math.log2(min(usable))), math.ceil(math.log2(max(usable)))
        return Scale(2.0**low, 2.0**high, width)


def document(title: str, parts: Iterable[str]) -> str:
    """The whole page around the parts of its body, which are HTML; empty ones are left out."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def text(value: str) -> str:
    """Text of others as HTML, for content and quoted attributes."""
    return escape(plain(value))


def figures(cards: Iterable[tuple[str, str, str, str]]) -> str:
    """Large numbers in cards: each the number, its tone (a class or ""), what it is, and a detail or ""."""
    found = []
    for value, tone, label, detail in cards:
        strong = f'<strong class="{tone}">' if tone else "<strong>"
        small = f'<div class="faint">{text(detail)}</div>' if detail else ""
        found.append(f'<div class="figure">{strong}{text(value)}</strong>{text(label)}{small}</div>')
    return f'<div class="figures">{"".join(found)}</div>'


def span(low: float, high: float) -> str:
    """An interval."""
    return f"{low:.2f} … {high:.2f}"


def bar(scale: Scale, ratio: float, low: float, high: float, y: float, height: float) -> str:
    """A bar from 1 to the ratio with its interval, as SVG."""
    one, end = scale.x(1.0), scale.x(ratio)
    tone = "ours" if ratio >= 1 else "slower"
    left, width, middle = min(one, end), max(abs(end - one), 1.0), y + height / 2
    a, b, cap = scale.x(low), scale.x(high), middle - 3
    return (
        f'<rect class="{tone}" x="{left:.1f}" y="{y}" width="{width:.1f}" height="{height}"/>'
        f'<path class="interval" d="M{a:.1f} {middle}H{b:.1f}M{a:.1f} {cap}v6M{b:.1f} {cap}v6"/>'
    )


def table(head: Sequence[str], numbers: Collection[str], lines: Sequence[str], *, label: str = "") -> str:
    """A table that scrolls by itself; the columns named in `numbers` are aligned to the right, `lines` are its rows."""
    cells = "".join(
        f'<th class="number" scope="col">{text(cell)}</th>'
        if cell in numbers
        else f'<th scope="col">{text(cell)}</th>'
        for cell in head
    )
    whole = f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return scrolling(whole, label or ", ".join(cell for cell in head if cell))


def scrolling(inner: str, label: str) -> str:
    """HTML that scrolls by itself where it is too wide, by keyboard too."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{text(label)}">{inner}</div>'


def machine_list(machine: Machine) -> str:
    """What the machine's description holds."""
    fields = "".join(
        f"<dt>{text(key.replace('_', ' '))}</dt><dd>{text(value)}</dd>"
        for key, value in machine_fields(machine)
    )
    return f"<dl>{fields}</dl>"
