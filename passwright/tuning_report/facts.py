"""What the report of a tuning run says of a kernel beyond its result: steps, what each is worth, remarks by source line.

Compiling for it runs in a process of its own. What a step is worth is measured where that is asked for (`explain.py`, about
as long as a verification and a race); else it is what the search happened to find out, when it tried the recipe without the
step: one short measurement, no interval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from passwright.bench.measure import Ratio
from passwright.cli.child import apart
from passwright.evidence import SourceLines, function_lines
from passwright.explain import LeftOut, RemarkGroup, StepExplanation, explain, explain_steps
from passwright.passes.errors import PasswrightError
from passwright.policy.simplify import Part, parts, without
from passwright.result import KernelResult

SHORT = 160
"""Characters of why a part was not timed."""
DEADLINE = 60.0
"""Seconds that compiling for one kernel may take."""


@dataclass(frozen=True)
class Remark:
    """What a step's pass says at one line; `step` counts from 1, `news` when -O3 does not say it there."""

    step: int
    line: int
    done: bool
    pass_name: str
    message: str
    count: int
    news: bool


@dataclass(frozen=True)
class Worth:
    """How many times the run time is without a part of the recipe; `low` equals `high` where there is no interval."""

    part: str
    effect: Ratio | None
    said: str


@dataclass(frozen=True)
class Facts:
    """All of one kernel.

    Attributes:
        steps: of the recipe.
        worth: by position, that of the step (first) and of its knobs, as far as it is known.
        measured: whether `worth` was measured for this report; else it is from the search.
        source: the whole file; None without one.
        function: first and last line of the kernel's function, 0 when unknown.
        remarks: at lines of that file; `elsewhere` at others, as sentences.
        problems: why something is missing.
    """

    steps: tuple[StepExplanation, ...] = ()
    worth: tuple[tuple[Worth, ...], ...] = ()
    measured: bool = False
    source: SourceLines | None = None
    function: tuple[int, int] = (0, 0)
    remarks: tuple[Remark, ...] = ()
    elsewhere: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def facts_of(result: KernelResult, *, timed: bool = False) -> Facts:
    """What can be found out about a kernel's result; `timed` measures what each part is worth, which runs the kernel."""
    steps, problems, measured = tuple[StepExplanation, ...](), list[str](), False
    kernel, recipe = result.kernel, result.recipe
    try:
        if timed and result.improved and result.workload is not None:
            steps, measured = explain(kernel, recipe, workload=result.workload).steps, True
        else:
            reference = result.objective.reference
            steps = apart(lambda: explain_steps(kernel, recipe, reference=reference), DEADLINE)
    except PasswrightError as error:
        problems.append(f"the recipe cannot be looked at: {error.message}")
    worth = tuple(map(_measured, steps)) if measured else tuple(_searched(result, len(steps)))
    extent = function_lines(kernel)
    source = _whole(kernel.source) if kernel.language in ("c", "c++") else None
    here, elsewhere = _placed(steps, source)
    within = (
        (extent.first, extent.first + len(extent.lines) - 1) if extent and _same(extent, source) else (0, 0)
    )
    return Facts(steps, worth, measured, source, within, here, elsewhere, tuple(problems))


def _measured(step: StepExplanation) -> tuple[Worth, ...]:
    found = [step.whole] if step.whole else []
    return tuple(Worth(one.part, one.effect, _said(one)) for one in (*found, *step.knobs))


def _said(one: LeftOut) -> str:
    if one.same_code:
        return "the same code"
    why = re.sub(r"`[^`]*`[ :,]*", "", one.problem)  # the recipe, which stands beside it
    return f"not timed: {why}"[:SHORT] if one.effect is None else ""


def _searched(result: KernelResult, steps: int) -> Iterator[tuple[Worth, ...]]:
    """What is known from recipes that the search tried and that lack just one part."""
    ratios = {one.recipe: one.ratio for one in result.outcomes if one.ratio > 0}
    whole = ratios.get(result.recipe, result.ratio.value)
    found: list[list[Worth]] = [[] for _ in range(steps)]
    for part in parts(result.recipe) if result.improved and not result.objective.static else ():
        other = ratios.get(without(result.recipe, {part}))
        if other:
            value = whole / other
            found[part[0]].append(Worth(_text(result, part), Ratio(value, value, value), ""))
    yield from map(tuple, found)


def _text(result: KernelResult, part: Part) -> str:
    position, knob = part
    step = result.recipe.steps[position]
    return f"{knob}={dict(step.knobs)[knob]}" if knob else str(step)


def _whole(path: Path | None) -> SourceLines | None:
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path else None
    except OSError:
        return None
    return None if text is None else SourceLines(str(path), 1, tuple(text.split("\n")))


def _same(extent: SourceLines, source: SourceLines | None) -> bool:
    return source is not None and Path(extent.path).name == Path(source.path).name


def _placed(
    steps: tuple[StepExplanation, ...], source: SourceLines | None
) -> tuple[tuple[Remark, ...], tuple[str, ...]]:
    """Remarks by line of the source, and those of other places."""
    name = Path(source.path).name if source else ""
    here: dict[tuple[int, int, str, str], Remark] = {}
    elsewhere: dict[str, None] = {}
    for number, step in enumerate(steps, 1):
        for group in step.remarks:
            for place in group.places or ("",):
                file, line = _place(place)
                if name and Path(file).name == name and 0 < line <= len(source.lines if source else ()):
                    key = (number, line, group.pass_name, group.message)
                    known = here.get(key)
                    here[key] = _remark(group, number, line, known.count if known else 0)
                elif not group.also_at_o3:
                    where = f" ({place})" if place else ""
                    elsewhere[f"{number}. {group.pass_name}: {group.message}{where}"] = None
    order = sorted(here.values(), key=lambda one: (one.line, not one.news, not one.done, one.step))
    return tuple(order), tuple(elsewhere)


def _place(text: str) -> tuple[str, int]:
    parts = text.rsplit(":", 2)
    return (parts[0], int(parts[1])) if len(parts) == 3 and parts[1].isdigit() else ("", 0)


def _remark(group: RemarkGroup, step: int, line: int, known: int) -> Remark:
    return Remark(
        step, line, group.kind == "passed", group.pass_name, group.message, known + 1, not group.also_at_o3
    )
