"""The result table of a suite run: as rich text, markdown and JSON, with geometric means by group.

`Row` is one kernel's result. Every ratio is baseline time / candidate time, so that more than 1 is faster.
The mean over kernels is the geometric one (ratios multiply), with a 95 % interval from resampling kernels
(percentile bootstrap; Efron, The Annals of Statistics 7(1), 1979): it says how far the mean depends on which
kernels are in the suite, not how noisy one measurement is, for which every row has its own interval. Families
that recipes were mined on and held-out families are never mixed without being stated apart too. The HTML page
is bench/report_html.py.

Running and measuring are not here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from passwright.bench.peers import BASELINE

if TYPE_CHECKING:
    from rich.table import Table

    from passwright.bench.measure import Machine, Ratio, Timing
    from passwright.bench.verify import Verdict

OURS = "passwright"
"""The key of the optimised build in `Row.peer_times`."""
RESAMPLES = 2000
"""Bootstrap samples of a mean's interval."""


@dataclass(frozen=True)
class Row:
    """One kernel's result.

    Attributes:
        kernel: its name, unique in the table.
        family: the group of kernels it belongs to.
        peer_times: seconds per call by build: the baseline ("clang-O3"), the optimised build ("passwright")
        and the other peers that could be built.
        ratio: baseline / optimised, with its interval.
        verdict: of the optimised build.
        recipe: what made it.
        held_out: whether no recipe list was mined on the family.
        peer_verdicts: of the other peers; what is `different` is timed all the same.
        notes: why a peer is missing, by peer.
    """

    kernel: str
    family: str
    peer_times: Mapping[str, Timing]
    ratio: Ratio
    verdict: Verdict
    recipe: str
    held_out: bool = False
    peer_verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def gain(self) -> float:
        """What the user gets: the ratio where the verdict is `equal`, else 1, as the -O3 build stays."""
        return self.ratio.value if self.verdict.kind == "equal" else 1.0

    def peer_ratio(self, peer: str) -> float | None:
        """Baseline median / peer median; None where one of them was not measured."""
        base, other = self.peer_times.get(BASELINE), self.peer_times.get(peer)
        return base.median / other.median if base and other and other.median > 0 else None


@dataclass(frozen=True)
class Summary:
    """A group's geometric mean with its 95 % interval, and its extremes.

    Attributes:
        group: what is summarised, such as "all" or a family.
        build: whose ratios: `OURS` or a peer.
        kernels: how many ratios.
        not_equal: how many of these builds are not verified equal (ours count as 1.0 there).
    """

    group: str
    build: str
    kernels: int
    mean: float
    low: float
    high: float
    least: float
    most: float
    not_equal: int


def geometric_mean(values: Sequence[float], *, seed: int = 0) -> tuple[float, float, float]:
    """The geometric mean and its 95 % percentile-bootstrap interval over the values; NaN for none.

    Raises ValueError for a value that is not positive and finite.
    """
    import numpy as np

    if not values:
        return math.nan, math.nan, math.nan
    if not all(0 < value < math.inf for value in values):
        raise ValueError("a geometric mean needs positive, finite ratios")
    logs = np.log(np.asarray(values, dtype=np.float64))
    picks = np.random.default_rng(seed).integers(0, len(logs), (RESAMPLES, len(logs)))
    low, high = np.quantile(logs[picks].mean(axis=1), [0.025, 0.975])
    return math.exp(logs.mean()), math.exp(low), math.exp(high)


def summarise(rows: Sequence[Row], group: str, build: str = OURS) -> Summary | None:
    """One group's summary for one build; None where the build was measured on none of the rows."""
    if build == OURS:
        values = [row.gain for row in rows]
        verdicts: list[str] = [row.verdict.kind for row in rows]
    else:
        pairs = [(row, ratio) for row in rows if (ratio := row.peer_ratio(build)) is not None]
        values = [ratio for _, ratio in pairs]
        verdicts = [
            verdict.kind if (verdict := row.peer_verdicts.get(build)) else "unverified" for row, _ in pairs
        ]
    if not values:
        return None
    mean, low, high = geometric_mean(values)
    wrong = sum(kind != "equal" for kind in verdicts)
    return Summary(group, build, len(values), mean, low, high, min(values), max(values), wrong)


def peers_of(rows: Iterable[Row]) -> list[str]:
    """The peers that were measured or noted as missing, besides the baseline and ours."""
    names = dict.fromkeys(name for row in rows for name in (*row.peer_times, *row.notes))
    return [name for name in names if name not in (BASELINE, OURS)]


def families_of(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by family, both in alphabetical order."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.family, row.kernel)):
        groups.setdefault(row.family, []).append(row)
    return groups


def groups_of(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """All rows; the mined and the held-out ones where both exist; then every family."""
    groups = {"all": list(rows)}
    held = [row for row in rows if row.held_out]
    if held and len(held) < len(rows):
        groups["mined families"] = [row for row in rows if not row.held_out]
        groups["held-out families"] = held
    for family, members in families_of(rows).items():
        groups[f"{family} (held out)" if members[0].held_out else family] = members
    return groups


def summaries(rows: Sequence[Row]) -> list[Summary]:
    """Every group's summary for our builds and for each peer."""
    builds = [OURS, *peers_of(rows)]
    found = (
        summarise(members, group, build) for group, members in groups_of(rows).items() for build in builds
    )
    return [summary for summary in found if summary is not None]


def machines_of(rows: Iterable[Row]) -> list[Machine]:
    """The distinct machines that the timings come from; more than one makes the table a mixture."""
    found: list[Machine] = []
    for timing in (timing for row in rows for timing in row.peer_times.values()):
        if timing.machine not in found:
            found.append(timing.machine)
    return found


def seconds(value: float) -> str:
    """A duration with three significant digits and its unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def rich_table(rows: Sequence[Row], *, title: str = "") -> Table:
    """The table for a terminal, by family, with the groups' means as its last section."""
    from rich.table import Table
    from rich.text import Text

    peers = peers_of(rows)
    table = Table(title=title or None, title_justify="left", header_style="bold")
    table.add_column("kernel", overflow="fold")
    for heading in (BASELINE, "new", "ratio", "95 %", *peers):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    table.add_column("recipe", overflow="ellipsis", no_wrap=True, max_width=48)
    for family, members in families_of(rows).items():
        held = " (held out)" if members[0].held_out else ""
        table.add_row(Text(family + held, style="bold"))
        for row in members:
            kernel, *numbers, verdict, recipe = _cells(row, peers)
            style = "green" if row.verdict.kind == "equal" else "bold red"
            cells = [Text(f"  {kernel}"), *(Text(number) for number in numbers)]
            table.add_row(*cells, Text(verdict, style=style), Text(recipe, style="dim"))
        table.add_section()
    for group, members in groups_of(rows).items():
        ours = summarise(members, group)
        if ours is not None:
            others = [_mean_of(summarise(members, group, peer)) for peer in peers]
            means = [f"mean: {group}", "", "", f"{ours.mean:.2f}", _interval(ours.low, ours.high), *others]
            table.add_row(*(Text(cell) for cell in means), "", Text(f"least {ours.least:.2f}", style="dim"))
    return table


def markdown(rows: Sequence[Row], *, title: str = "") -> str:
    """The same table as markdown, after the means and the machine."""
    peers = peers_of(rows)
    parts = [f"# {title}\n"] if title else []
    parts += [f"Machine: {describe(machine)}\n" for machine in machines_of(rows)]
    head = ["group", "build", "kernels", "geometric mean", "95 %", "least", "most", "not equal"]
    body = [
        [s.group, s.build, str(s.kernels), f"{s.mean:.3f}", _interval(s.low, s.high, 3), f"{s.least:.2f}",
         f"{s.most:.2f}", str(s.not_equal)]
        for s in summaries(rows)
    ]  # fmt: skip
    parts.append(_markdown_table(head, body, "llrrrrrr"))
    head = ["kernel", BASELINE, "new", "ratio", "95 %", *peers, "verdict", "recipe"]
    align = "lrrrr" + "r" * len(peers) + "ll"
    for family, members in families_of(rows).items():
        parts.append(f"\n## {family}{' (held out)' if members[0].held_out else ''}\n")
        cells = [_cells(row, peers) for row in members]
        body = [[*line[:-1], _code(line[-1])] for line in cells]
        parts.append(_markdown_table(head, body, align))
    return "\n".join(parts) + "\n"


def to_json(rows: Sequence[Row], *, title: str = "") -> str:
    """Rows with raw samples, summaries and machines as JSON; times in seconds."""
    document: dict[str, Any] = {
        "title": title,
        "baseline": BASELINE,
        "machines": [asdict(machine) for machine in machines_of(rows)],
        "summaries": [asdict(summary) for summary in summaries(rows)],
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def describe(machine: Machine) -> str:
    """One line of what the machine's description holds."""
    return ", ".join(f"{key.replace('_', ' ')} {text}" for key, text in machine_fields(machine))


def machine_fields(machine: Machine) -> list[tuple[str, str]]:
    """The description's fields that say something, as text."""
    found = []
    for key, value in asdict(machine).items():
        if value not in (None, "", (), [], {}):
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            found.append((key, text))
    return found


def _cells(row: Row, peers: Sequence[str]) -> list[str]:
    base, new = row.peer_times.get(BASELINE), row.peer_times.get(OURS)
    return [
        row.kernel,
        seconds(base.median) if base else "–",
        seconds(new.median) if new else "–",
        f"{row.ratio.value:.2f}",
        _interval(row.ratio.low, row.ratio.high),
        *(peer_cell(row, peer) for peer in peers),
        row.verdict.kind,
        row.recipe,
    ]


def peer_cell(row: Row, peer: str) -> str:
    """A peer's ratio, marked where its results are not verified equal; a dash where it was not measured."""
    ratio = row.peer_ratio(peer)
    if ratio is None:
        return "–"
    verdict = row.peer_verdicts.get(peer)
    kind = verdict.kind if verdict else "unverified"
    return f"{ratio:.2f}" if kind == "equal" else f"{ratio:.2f} ({kind})"


def _interval(low: float, high: float, digits: int = 2) -> str:
    return f"{low:.{digits}f} … {high:.{digits}f}"


def _mean_of(summary: Summary | None) -> str:
    return f"{summary.mean:.2f}" if summary else "–"


def _code(text: str) -> str:
    """Inline code in a markdown table, in which `|` ends a cell even inside back quotes."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def _markdown_table(head: Sequence[str], body: Iterable[Sequence[str]], align: str) -> str:
    rule = ["---:" if side == "r" else ":---" for side in align]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *body))
