"""What a campaign found, added up: outcomes with 95 % intervals, and the defects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from passwright.bench.reliability.proportion import Proportion
from passwright.policy.campaign.defects import Settled
from passwright.policy.campaign.record import Tried
from passwright.policy.campaign.shots import KINDS, STATUSES, Status

_KIND_NAMES = {"o3": "`default<O3>` alone", "search": "as the search draws", "wild": "wild"}
_ALWAYS: tuple[Status, ...] = ("equal", "different", "compile crashed", "compile timed out")


def statuses(tried: Sequence[Tried], settled: Sequence[Settled]) -> dict[tuple[str, int], Status]:
    """The status of every shot; wrong results of programs that turned out to be undefined are unverifiable."""
    mended = {(one.uri, one.index) for one in settled if one.fate == "undefined"}
    return {
        (one.uri, index): "unverifiable" if (one.uri, index) in mended else shot.status
        for one in tried
        for index, shot in enumerate(one.shots)
    }


def markdown(tried: Sequence[Tried], settled: Sequence[Settled]) -> str:
    """The tables as markdown."""
    used = [one for one in tried if one.shots]
    found = statuses(tried, settled)
    parts = [_summary(used, tried), _outcomes(used, found), _programs(used, found)]
    if settled:
        parts.append(_defects(settled))
    return "\n\n".join(parts) + "\n"


def to_json(tried: Sequence[Tried], settled: Sequence[Settled]) -> dict[str, Any]:
    """The same as plain values; intervals are 95 %."""
    used = [one for one in tried if one.shots]
    found = statuses(tried, settled)
    total = len(found)
    counts = Counter(found.values())
    return {
        "programs": dict(Counter(one.origin for one in used)),
        "discarded": dict(Counter(_reason(one) for one in tried if one.discarded)),
        "runs": total,
        "seconds": round(sum(one.seconds for one in tried), 1),
        "outcomes": {
            status: {"count": counts[status], "share": share.value, "low": share.low, "high": share.high}
            for status in STATUSES
            if counts[status] or status in _ALWAYS
            for share in [Proportion(counts[status], total)]
        },
        "defects": [
            {"kind": name.kind, "place": name.place, "words": name.fault, "count": count, "folder": name.name}
            for name, count in _signatures(settled).most_common()
        ],
        "settled": dict(Counter(one.fate for one in settled)),
    }


def _summary(used: Sequence[Tried], tried: Sequence[Tried]) -> str:
    origins = ", ".join(f"{count} {name}" for name, count in Counter(one.origin for one in used).items())
    runs = sum(len(one.shots) for one in used)
    text = f"{runs:,} recipes on {len(used)} programs ({origins})"
    reasons = Counter(_reason(one) for one in tried if one.discarded)
    if reasons:
        text += "; discarded programs: " + ", ".join(
            f"{name} {count}" for name, count in reasons.most_common()
        )
    return text + "."


def _reason(one: Tried) -> str:
    return one.discarded.partition(":")[0]


def _outcomes(used: Sequence[Tried], found: dict[tuple[str, int], Status]) -> str:
    """Outcomes by kind of recipe, and their rate."""
    kinds = {kind: Counter[Status]() for kind in KINDS}
    for one in used:
        for index, shot in enumerate(one.shots):
            kinds[shot.kind][found[one.uri, index]] += 1
    together = sum(kinds.values(), Counter[Status]())
    total = together.total()
    lines = [
        f"| outcome | {' | '.join(_KIND_NAMES[kind] for kind in KINDS)} | together | rate (95 % interval) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for status in STATUSES:
        if together[status] or status in _ALWAYS:
            counts = " | ".join(f"{kinds[kind][status]:,}" for kind in KINDS)
            lines.append(f"| {status} | {counts} | {together[status]:,} | {_rate(together[status], total)} |")
    sums = " | ".join(f"{kinds[kind].total():,}" for kind in KINDS)
    return "\n".join([*lines, f"| all | {sums} | {total:,} | |"])


def _programs(used: Sequence[Tried], found: dict[tuple[str, int], Status]) -> str:
    """How many programs met each outcome at least once: programs are independent of each other, their recipes are not."""
    columns: list[tuple[str, Callable[[Tried], bool]]] = [
        (origin, lambda one, origin=origin: one.origin == origin)  # type: ignore[misc]
        for origin in dict.fromkeys(one.origin for one in used)
    ]
    columns.append(("together", lambda one: True))
    lines = [
        f"| programs with at least one recipe that is | {' | '.join(name for name, _ in columns)} |",
        f"|---|{'---:|' * len(columns)}",
    ]
    met = {one.uri: {found[one.uri, index] for index in range(len(one.shots))} for one in used}
    for status in STATUSES[1:]:
        if any(status in of for of in met.values()) or status in _ALWAYS:
            cells = []
            for _, belongs in columns:
                here = [one for one in used if belongs(one)]
                count = sum(status in met[one.uri] for one in here)
                cells.append(f"{count} of {len(here)}: {_rate(count, len(here))}")
            lines.append(f"| {status} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _defects(settled: Sequence[Settled]) -> str:
    recipes = {one.signature: one.recipe for one in settled if one.fate == "filed"}
    lines = ["| defect | where | recipes | reduced recipe |", "|---|---|---:|---|"]
    for name, count in _signatures(settled).most_common():
        fault = f": {name.fault}" if name.fault else ""
        lines.append(
            f"| {name.kind} | {_cell(name.place + fault)} | {count} | {_cell(recipes.get(name, ''))} |"
        )
    text = "\n".join(lines)
    rest = Counter(one.fate for one in settled if one.signature is None)
    if rest["not reproduced"]:
        text += f"\n\n{rest['not reproduced']} failures did not happen again when they were looked into."
    if rest["undefined"]:
        text += f"\n\n{rest['undefined']} wrong results were the program's own undefined behaviour."
    return text


def _signatures(settled: Sequence[Settled]) -> Counter[Any]:
    return Counter(one.signature for one in settled if one.signature is not None)


def _cell(text: str) -> str:
    return f"`{text.replace('|', '/')}`" if text else ""


def _rate(count: int, total: int) -> str:
    share = Proportion(count, total)
    return f"{100 * share.value:.3g} % ({100 * share.low:.2g} to {100 * share.high:.3g})"
