"""The charts of a tuning report, as SVG that scales with the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from passwright.bench.html_parts import Scale, bar, text
from passwright.bench.measure import Ratio
from passwright.policy.outcome import Outcome

WIDTH, HEIGHT = 720, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 96, 14, 44


def ratio_bar(ratio: Ratio, scale: Scale, label: str) -> str:
    """One ratio with its interval beside 1, for a row of a table."""
    one = f'<line class="one" x1="{scale.x(1):.1f}" x2="{scale.x(1):.1f}" y1="0" y2="20"/>'
    drawn = bar(scale, ratio.value, ratio.low, ratio.high, 5, 10)
    return (
        f'<svg role="img" aria-label="{text(label)}" width="{scale.width:.0f}" height="20">{one}{drawn}</svg>'
    )


def legend(claim: Ratio | None) -> str:
    """What the marks of a search curve mean."""
    marks = [
        ("best so far", '<path class="best" d="M0 8H5V2H10"/>'),
        ("a recipe", '<circle class="try" cx="5" cy="5" r="2.5"/>'),
        ("slower, not verified", '<circle class="try worse" cx="5" cy="5" r="2.5"/>'),
        ("no usable code", '<path class="failed" d="M2 2l6 6m0-6l-6 6"/>'),
    ]
    if claim:
        marks.append(("the final measurement", '<rect class="ours" x="1" y="1" width="8" height="8"/>'))
    drawn = (
        f'<span><svg width="10" height="10" aria-hidden="true">{mark}</svg>{what}</span>'
        for what, mark in marks
    )
    return f'<div class="legend">{"".join(drawn)}</div>'


def improvements(outcomes: Sequence[Outcome]) -> list[tuple[int, Outcome]]:
    """The outcomes, numbered from 1, that were better than all before them."""
    found, best = [], 1.0
    for number, one in enumerate(outcomes, 1):
        if one.ok and one.ratio > best:
            best = one.ratio
            found.append((number, one))
    return found


def search_curve(outcomes: Sequence[Outcome], claim: Ratio | None) -> str:
    """The best ratio so far over the seconds of the search, every recipe's own, and at the right the final measurement."""
    good = [one for one in outcomes if one.ratio > 0 and one.status in ("ok", "worse")]
    told = [one.ratio for one in good] + ([claim.value, claim.high] if claim else [])
    usable = [value for value in told if value < math.inf]
    y = Scale(0.5, Scale.around(usable, 1).high, HEIGHT - _TOP - _BOTTOM)
    end = max((one.at for one in outcomes), default=0.0) or 1.0
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT

    def across(seconds: float) -> float:
        return _LEFT + (right - _LEFT) * min(1.0, seconds / end)

    def up(ratio: float) -> float:
        return bottom - y.x(ratio)

    drawn = [_grid(y, end, across, up, bottom)]
    for one in outcomes:
        if one in good:
            tone = "try" if one.ok else "try worse"
            drawn.append(
                f'<circle class="{tone}" cx="{across(one.at):.1f}" cy="{up(one.ratio):.1f}" r="2.5"/>'
            )
        else:
            at = across(one.at)
            drawn.append(f'<path class="failed" d="M{at - 3:.1f} {bottom + 5}l6 6m0-6l-6 6"/>')
    line, height = f"M{_LEFT} {up(1):.1f}", up(1)
    best = improvements(outcomes)
    for _, one in best:
        height = up(one.ratio)
        line += f"H{across(one.at):.1f}V{height:.1f}"
    drawn.append(f'<path class="best" d="{line}H{right}"/>')
    if claim:
        drawn.append(_claim(claim, up, right))
    reached = f"{best[-1][1].ratio:.2f} times" if best else "nothing better"
    label = f"Search curve: {len(outcomes)} recipes in {end:.1f} s, best so far at the end {reached}"
    return f'<svg class="fit" role="img" aria-label="{text(label)}" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(drawn)}</svg>'


def _grid(
    y: Scale, end: float, across: Callable[[float], float], up: Callable[[float], float], bottom: float
) -> str:
    parts = []
    ticks = y.ticks()
    for tick in ticks[:: max(1, math.ceil(len(ticks) / 7))]:
        tone = "one" if tick == 1 else "axis"
        parts.append(
            f'<line class="{tone}" x1="{_LEFT}" x2="{across(end):.1f}" y1="{up(tick):.1f}" y2="{up(tick):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{up(tick) + 4:.1f}" text-anchor="end">{tick:g}×</text>'
        )
    for seconds in _nice(end):
        parts.append(
            f'<text x="{across(seconds):.1f}" y="{bottom + 26}" text-anchor="middle">{seconds:g} s</text>'
        )
    return "".join(parts)


def _claim(claim: Ratio, up: Callable[[float], float], right: float) -> str:
    x = right + 22
    low, high, middle = up(claim.low), up(claim.high), up(claim.value)
    return (
        f'<path class="interval" d="M{x} {low:.1f}V{high:.1f}M{x - 4} {low:.1f}h8M{x - 4} {high:.1f}h8"/>'
        f'<rect class="ours" x="{x - 4}" y="{middle - 4:.1f}" width="8" height="8"/>'
        f'<text class="strong" x="{x + 10}" y="{middle + 4:.1f}">{claim.value:.2f}×</text>'
    )


def _nice(end: float) -> list[float]:
    """At most six round numbers from 0 to `end`."""
    rough = end / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [round(step * number, 10) for number in range(math.floor(end / step + 1e-9) + 1)]
