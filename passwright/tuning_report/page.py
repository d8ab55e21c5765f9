"""The page: all kernels in one table with their ratios, then each kernel with everything known about it.

write_whole("r.html", page(result, {key: facts_of(kernel) …}, subtitle="passwright optimize gemm.c --report r.html"))
"""

from __future__ import annotations

from collections.abc import Sequence

from passwright.bench.html_parts import Scale, document, figures, machine_list, span, table, text
from passwright.bench.machine import this_machine
from passwright.bench.measure import Timing
from passwright.bench.report import seconds
from passwright.bench.workload_toml import dump
from passwright.passes.review import now
from passwright.result import KernelResult, OptimizeResult
from passwright.tuning_report.charts import improvements, legend, ratio_bar, search_curve
from passwright.tuning_report.facts import Facts, Worth
from passwright.tuning_report.source import listing

SHOWN_OUTCOMES = 500
"""Rows of the raw table; `--log` keeps all."""
SHOWN_SENTENCES = 12
"""Of what was transformed; the others fold away."""
_NOT_TIMED = (
    "What a step is worth was not measured for this report (--time-steps does). Where a number stands, the search tried the "
    "recipe without that part: one short measurement, without an interval."
)
_TIMED = "The recipe was built once more without each part and timed in one run with the whole: run time without / with it."


def page(result: OptimizeResult, facts: Sequence[Facts], *, subtitle: str = "") -> str:
    """The whole page. `facts` are those of `result.kernels`, in their order; `subtitle` is the command that ran."""
    title = "Tuning report"
    scale = Scale.around(
        (value for one in result.kernels for value in (one.ratio.value, one.ratio.low, one.ratio.high)), 180
    )
    sections = [
        _kernel(number, one, known)
        for number, (one, known) in enumerate(zip(result.kernels, facts, strict=True))
    ]
    return document(
        title,
        [
            _header(result, title, subtitle),
            "<main>",
            _summary(result, scale),
            *sections,
            _machine(result),
            "</main>",
        ],
    )


def _header(result: OptimizeResult, title: str, subtitle: str) -> str:
    better = [one for one in result.kernels if one.improved]
    tried = sum(len(one.outcomes) for one in result.kernels)
    cards = [
        (f"{len(better)} of {len(result.kernels)}", "", "kernels better than the reference", ""),
        (str(tried), "", "recipes tried", f"in {result.seconds:.0f} s"),
    ]
    for one in sorted(better, key=lambda one: -one.ratio.value)[:1]:
        cards.insert(0, (_ratio(one), "", f"{one.kernel.name}, the most", _interval(one)))
    unequal = [one for one in result.kernels if one.verdict.kind != "equal"]
    tone = "unequal" if unequal else "equal"
    cards.append(
        (f"{len(result.kernels) - len(unequal)} of {len(result.kernels)}", tone, "verified equal", "")
    )
    told = [f'<p class="faint"><code>{text(subtitle)}</code></p>'] if subtitle else []
    told.append(f'<p class="faint">{now()}</p>')
    if result.interrupted:
        told.append('<p class="warning">Interrupted: what was found by then.</p>')
    return f"<header><h1>{title}</h1>{''.join(told)}{figures(cards)}</header>"


def _summary(result: OptimizeResult, scale: Scale) -> str:
    head = ["kernel", "reference", "new", "ratio", "95 %", "", "verdict"]
    lines = []
    for number, one in enumerate(result.kernels):
        tone = "equal" if one.verdict.kind == "equal" else "unequal"
        label = f"{_ratio(one)} {_interval(one)}"
        lines.append(
            f'<tr><td><a href="#kernel-{number}">{text(one.kernel.name)}</a></td>'
            f'<td class="number">{text(_cost(one, 0))}</td><td class="number">{text(_cost(one, 1))}</td>'
            f'<td class="number">{text(_ratio(one))}</td><td class="number">{text(_interval(one))}</td>'
            f"<td>{ratio_bar(one.ratio, scale, label)}</td>"
            f'<td class="{tone}">{text(one.verdict.kind)}</td></tr>'
        )
    return (
        '<h2>Kernels</h2><p class="faint">Ratio: what the reference takes / what the new build takes, above 1 is better; '
        f"bars on a logarithmic scale from {scale.low:g} to {scale.high:g}, with the 95 % interval of a measurement that "
        f"nothing was chosen by.</p>{table(head, head[1:5], lines, label='Kernels')}"
    )


def _kernel(number: int, one: KernelResult, known: Facts) -> str:
    source = one.kernel.source
    parts = [
        f'<section id="kernel-{number}" aria-labelledby="title-{number}">',
        f'<h2 id="title-{number}">{text(one.kernel.name)}</h2>',
        f'<p class="faint">{text(f"{source or one.kernel.language}, for {one.kernel.march}")}</p>',
        *(f'<p class="faint">{text(note)}</p>' for note in one.notes),
        *(f'<p class="warning">{text(problem)}</p>' for problem in known.problems),
        _verdict(one),
        _search(one),
        _steps(one, known),
        _source(one, known),
        _raw(one),
        "</section>",
    ]
    return "".join(parts)


def _verdict(one: KernelResult) -> str:
    tone = "equal" if one.verdict.kind == "equal" else "unequal"
    items = "".join(f"<li>{text(part)}</li>" for part in one.verdict.evidence.split("; ") if part)
    return f'<h3>Verdict: <span class="{tone}">{text(one.verdict.kind)}</span></h3><ul>{items}</ul>'


def _search(one: KernelResult) -> str:
    if not one.outcomes:
        return f'<h3>Search</h3><p class="faint">There was none ({text(one.ended)}).</p>'
    counts = ", ".join(f"{count} {status}" for status, count in one.counts().items())
    claim = one.ratio if one.improved and one.ratio.low < one.ratio.high else None
    lines = [
        f'<tr><td class="number">{number}</td><td class="number">{found.at:.2f} s</td>'
        f'<td class="number">{found.ratio:.3f}</td><td class="recipe"><code>{text(str(found.recipe))}</code></td></tr>'
        for number, found in improvements(one.outcomes)
    ]
    head = ["recipe tried", "after", "ratio", "recipe"]
    steps = table(head, head[:3], lines, label="Improvements")
    better = f"<details><summary>{len(lines)} improvements</summary>{steps}</details>" if lines else ""
    return (
        f'<h3>Search</h3><p class="faint">{len(one.outcomes)} recipes ({text(counts)}), ended: {text(one.ended)}. Single '
        "measurements of a search are short, and the best of many flatters; the final one decides.</p>"
        f"{legend(claim)}{search_curve(one.outcomes, claim)}{better}"
    )


def _steps(one: KernelResult, known: Facts) -> str:
    if not known.steps:
        return f"<h3>Recipe</h3><p><code>{text(str(one.recipe))}</code></p>"
    worths = [worth for step in known.worth for worth in step if worth.effect]
    scale = Scale.around(
        (v for w in worths if w.effect for v in (w.effect.value, w.effect.low, w.effect.high)), 120
    )
    lines = []
    for number, (step, parsed) in enumerate(zip(known.steps, one.recipe.steps, strict=True), 1):
        before, after = step.instructions
        found = known.worth[number - 1] if number <= len(known.worth) else ()
        whole = next((worth for worth in found if worth.part == step.text), None)
        knobs = [worth for worth in found if worth is not whole]
        listed = {worth.part for worth in knobs}
        left = [knob for knob in (f"{name}={value}" for name, value in parsed.knobs) if knob not in listed]
        shown = step.text
        if listed:
            shown = f"{parsed.text} [{' '.join(left)}]" if left else parsed.text
        what = f"<code>{text(shown)}</code><div>{text(step.purpose)}</div>"
        did = f"{before} → {after}" if step.changed else "unchanged"
        lines.append(
            f'<tr><td class="number">{number}</td><td class="recipe">{what}</td>{_worth(whole, scale)}'
            f'<td class="number">{did}</td><td class="number">{1e3 * step.seconds:.1f} ms</td></tr>'
        )
        lines += [
            f'<tr><td></td><td class="recipe knob"><code>{text(worth.part)}</code></td>{_worth(worth, scale)}'
            "<td></td><td></td></tr>"
            for worth in knobs
        ]
    head = ["step", "what it is for", "run time without it", "", "IR instructions", "compiling"]
    said = _TIMED if known.measured else _NOT_TIMED
    told = f'<p class="faint">{said}</p>' if one.improved and not one.objective.static else ""
    numbers = ("step", "run time without it", *head[4:])
    return f"<h3>Recipe</h3>{told}{table(head, numbers, lines, label='Steps of the recipe')}{_done(known)}"


def _done(known: Facts) -> str:
    """What was transformed, a sentence each."""
    told = [one.sentence for step in known.steps for one in step.done]
    if not told:
        return ""
    shown, more = told[:SHOWN_SENTENCES], told[SHOWN_SENTENCES:]
    items = "".join(f"<li>{text(one)}</li>" for one in shown)
    others = "".join(f"<li>{text(one)}</li>" for one in more)
    rest = f"<details><summary>{len(more)} more</summary><ul>{others}</ul></details>" if more else ""
    return f"<h3>What was done</h3><ul>{items}</ul>{rest}"


def _worth(worth: Worth | None, scale: Scale) -> str:
    if worth is None:
        return '<td class="number">–</td><td></td>'
    if worth.effect is None or worth.said:
        return f'<td colspan="2" class="said">{text(worth.said)}</td>'
    effect = worth.effect
    interval = f'<div class="faint">{span(effect.low, effect.high)}</div>' if effect.low < effect.high else ""
    label = f"{effect.value:.2f} times the run time without it"
    return f'<td class="number">{effect.value:.2f}×{interval}</td><td>{ratio_bar(effect, scale, label)}</td>'


def _source(one: KernelResult, known: Facts) -> str:
    shown = listing(known, one.objective.label)
    reference = text(one.objective.label)
    explained = (
        f'<p class="faint">Remarks that {reference} does not give stand under the line they are about; the function has a '
        "bar at its left.</p>"
    )
    others = "".join(f"<li>{text(one)}</li>" for one in known.elsewhere)
    elsewhere = (
        f"<details><summary>{len(known.elsewhere)} remarks elsewhere</summary><ul>{others}</ul></details>"
    )
    if not shown and not others:
        return ""
    name = text(known.source.path) if known.source else ""
    body = f"{explained}<p><code>{name}</code></p>{shown}" if shown else ""
    return f"<h3>Source</h3>{body}{elsewhere if others else ''}"


def _raw(one: KernelResult) -> str:
    parts = ["<h3>Raw data</h3>"]
    if one.workload is not None:
        how = "inferred" if one.inferred else "given"
        parts.append(
            f"<details><summary>Workload ({how})</summary><pre>{text(dump(one.workload))}</pre></details>"
        )
    for name, timing in (("reference", one.baseline), ("new build", one.optimised)):
        if timing is not None:
            values = " ".join(f"{sample:.6g}" for sample in timing.samples)
            parts.append(
                f"<details><summary>{len(timing.samples)} samples of the {name}, seconds a call</summary>"
                f"<pre>{values}</pre></details>"
            )
    if one.outcomes:
        head = ["#", "after", "status", "ratio", "code", "IR", "compiling", "recipe or reason"]
        lines = []
        for number, found in enumerate(one.outcomes[:SHOWN_OUTCOMES], 1):
            cells = [f"{found.ratio:.3f}" if found.ratio else "–", f"{found.text_size} B", str(found.instructions),
                     f"{1e3 * found.compile_seconds:.1f} ms"]  # fmt: skip
            reason = f'<div class="faint">{text(found.message)}</div>' if found.message else ""
            lines.append(
                f'<tr><td class="number">{number}</td><td class="number">{found.at:.2f} s</td>'
                f"<td>{text(found.status)}{', code known' if found.duplicate else ''}</td>"
                + "".join(f'<td class="number">{cell}</td>' for cell in cells)
                + f'<td class="recipe"><code>{text(str(found.recipe))}</code>{reason}</td></tr>'
            )
        left = len(one.outcomes) - SHOWN_OUTCOMES
        more = (
            f'<p class="faint">{left} more are left out here; --log FILE keeps all.</p>' if left > 0 else ""
        )
        raw = table(head, [*head[:2], *head[3:7]], lines, label="All recipes tried")
        parts.append(
            f"<details><summary>All {len(one.outcomes)} recipes tried</summary>{raw}{more}</details>"
        )
    if one.stages:
        spent = "".join(f"<dt>{text(name)}</dt><dd>{value:.2f} s</dd>" for name, value in one.stages.items())
        parts.append(f"<details><summary>Where {one.seconds:.1f} s went</summary><dl>{spent}</dl></details>")
    return "".join(parts) if len(parts) > 1 else ""


def _machine(result: OptimizeResult) -> str:
    timings: list[Timing] = [one.baseline for one in result.kernels if one.baseline]
    machine = timings[0].machine if timings else this_machine()
    return f"<h2>Machine and versions</h2>{machine_list(machine)}"


def _ratio(one: KernelResult) -> str:
    if one.expected:
        return f"{one.expected:.2f}× expected"
    return f"{one.ratio.value:.2f}×" if one.improved else f"1 ({one.objective.label} kept)"


def _interval(one: KernelResult) -> str:
    return span(one.ratio.low, one.ratio.high) if one.improved and one.ratio.low < one.ratio.high else ""


def _cost(one: KernelResult, which: int) -> str:
    if one.objective.static:
        return f"{one.text_sizes[which]} B"
    timing = (one.baseline, one.optimised)[which]
    return seconds(timing.median) if timing else "–"
