"""Error rates for people: a few lines for one, a table for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from passwright.bench.reliability.proportion import Proportion

if TYPE_CHECKING:
    from passwright.bench.reliability.error_rate import ErrorRate


def summary(rate: ErrorRate) -> list[str]:
    """What a person wants to read, a line each."""
    total = rate.total
    low, high = total.interval
    kinds = ", ".join(f"{count} {kind}" for kind, count in rate.failures.items() if count) or "none"
    lines = [
        f"{rate.kernel}: {total.count} of {total.total} runs failed: {100 * total.value:.2f} % "
        f"(95 %: {100 * low:.2f} to {100 * high:.2f}); {kinds}"
    ]
    for name, share in rate.by_class.items():
        if share.total:
            low, high = share.interval
            lines.append(
                f"  {name}: {share.count} of {share.total} (95 %: {100 * low:.2f} to {100 * high:.2f} %)"
            )
    if rate.coverage is not None:
        found = rate.coverage
        lines.append(
            f"  coverage: {found.covered} of {found.total} edges in {found.functions} functions "
            f"({found.without_fuzzing} before fuzzing, {rate.executions} inputs tried)"
        )
        if found.missed:
            lines.append(f"  never reached: {', '.join(found.missed)}")
    lines += [f"  {one.file}:{one.line}: {one.check}: {one.message}" for one in rate.findings]
    lines += [f"  note: {note}" for note in rate.notes]
    return [*lines, f"  {rate.seconds:.1f} s"]


def table(rates: Sequence[ErrorRate]) -> list[str]:
    """Rows of Markdown, one for each kernel and one for all together."""
    lines = [
        "| kernel | failed | runs | 95 % interval | edges reached | before fuzzing | inputs tried | seconds |",
        "|---|---:|---:|---|---:|---:|---:|---:|",
    ]
    for rate in rates:
        found = rate.coverage
        edges = f"{found.covered} of {found.total} | {found.without_fuzzing}" if found else "unknown | "
        low, high = rate.total.interval
        lines.append(
            f"| {rate.kernel} | {rate.total.count} | {rate.runs} | {100 * low:.1f} to {100 * high:.1f} % "
            f"| {edges} | {rate.executions} | {rate.seconds:.1f} |"
        )
    known = [rate.coverage for rate in rates if rate.coverage]
    everything = sum((rate.total for rate in rates), Proportion(0, 0))
    low, high = everything.interval
    lines.append(
        f"| all | {everything.count} | {everything.total} | {100 * low:.1f} to {100 * high:.1f} % "
        f"| {sum(one.covered for one in known)} of {sum(one.total for one in known)} "
        f"| {sum(one.without_fuzzing for one in known)} | {sum(rate.executions for rate in rates)} "
        f"| {sum(rate.seconds for rate in rates):.1f} |"
    )
    return lines
