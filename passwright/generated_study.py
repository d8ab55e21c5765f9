"""Generated kernels optimised by the loop, beside the generator's plain output at -O3: time, defect density, memory.

    python -m passwright.generated_study --kernels 20 --repetitions 5 --budget 10s --out study.json

Requirements are drawn from phrasings held out of training. Each is generated (the generator's first right candidate: the
plain output), then the loop goes over it: the candidate in other styles that is fastest, and a recipe found for that. Both
builds are timed five times over, in a process of their own each time, in alternation; memory is the most that a call holds,
buffers included; defect density is the sources'. An analysis of variance (bench/anova.py) says what of the differences is
the loop's. Resumable: finished kernels in --out are kept.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from passwright.bench.anova import Anova, two_way
from passwright.bench.call import Call
from passwright.bench.calling import ENTRY, call_source
from passwright.bench.generated import Judge, call, call_shim
from passwright.bench.generated_speed import Speed, compiled, speed
from passwright.bench.machine import this_machine
from passwright.bench.measure import Ratio, Timing
from passwright.bench.reliability.assess import assess
from passwright.bench.runner import Runner
from passwright.generating import generate, shipped
from passwright.irgen import binding
from passwright.irgen.frontend import kernels
from passwright.irgen.generator.examples import all_families
from passwright.irgen.notation.inputs import at_sizes
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.requirement import Requirement
from passwright.irgen.synthesis.voice import Voice
from passwright.optimizer import Options, optimize_kernels
from passwright.passes.errors import InputError, PasswrightError, VerificationError
from passwright.policy.policy import Budget

MEASURES = ("run time", "memory", "defect density")
STYLES = ("plain", "tuned")


@dataclass(frozen=True)
class Row:
    """One kernel. `seconds` and `memory` (bytes) have two lists, of the plain output and of the loop's, with a number per
    repetition; `defects` per thousand lines likewise; the sizes are those of the calls."""

    english: str
    notation: str
    style: str
    recipe: str
    sizes: dict[str, int]
    seconds: tuple[tuple[float, ...], tuple[float, ...]]
    memory: tuple[tuple[float, ...], tuple[float, ...]]
    defects: tuple[tuple[float, ...], tuple[float, ...]]


def study_one(english: str, budget: float, repetitions: int, seed: int) -> Row:
    """The row of one requirement.

    Raises:
        PasswrightError: it was not understood, no candidate was right, or no size could be found to time it at.
    """
    plain = generate(english, model=shipped(), samples=10)
    requirement = plain.requirement
    style, source, timing = _fastest(requirement, plain.source)
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        whole = Path(folder) / ("loop.c" if requirement.language == "c" else "loop.cpp")
        whole.write_text(f"{source}\n{call_source(requirement.program, binding.signature(requirement))}")
        groups = [kernels(whole, entries=[requirement.function])]
        found = optimize_kernels(groups, Options(budget=Budget(seconds=budget), seed=seed), named=True)
        tuned = found.files[0].object
        defects = tuple(_density(text, requirement.language, Path(folder)) for text in (plain.source, source))
    builds = (compiled(requirement, plain.source), tuned)
    values = at_sizes(resolve(requirement.program), timing.sizes, seed)
    request = call(requirement.program.declarations, values)
    shim = call_shim(requirement.program.declarations)
    recipe = str(found.kernels[0].recipe)
    if _slower(tuned, builds[0], shim, request):
        # The recipe was found on the workload that `optimize` infers; the loop gives out what is fast on the requirement's.
        builds, recipe = (builds[0], compiled(requirement, source)), "default<O3>"
    seconds: tuple[list[float], list[float]] = ([], [])
    memory: tuple[list[float], list[float]] = ([], [])
    for _ in range(repetitions):
        with Runner() as runner:
            for at, data in enumerate(builds):
                runner.load(f"{at}", [data, shim], ENTRY)
            timed = runner.time(["0", "1"], request, samples=15, deadline=2.0)
            if timed.status != "ok":
                raise VerificationError(f"{timed.status} while it was timed: {timed.fault}")
            for at, data in enumerate(builds):
                seconds[at].append(float(np.median(timed.samples[f"{at}"])))
                runner.load(f"{at} counted", [data, shim], ENTRY, count_heap=True)
                counted = runner.run(f"{at} counted", request)
                memory[at].append(request.size + (counted.heap.peak if counted.heap else 0))
    return Row(
        english,
        requirement.notation,
        style,
        recipe,
        dict(timing.sizes),
        (tuple(seconds[0]), tuple(seconds[1])),
        (tuple(memory[0]), tuple(memory[1])),
        ((defects[0],) * repetitions, (defects[1],) * repetitions),
    )


def _slower(one: bytes, other: bytes, shim: bytes, request: Call) -> bool:
    """Whether the first build is slower than the second beyond doubt."""
    with Runner() as runner:
        runner.load("one", [one, shim], ENTRY)
        runner.load("other", [other, shim], ENTRY)
        timed = runner.time(["one", "other"], request, samples=15, deadline=2.0)
    if timed.status != "ok":
        return True
    return Ratio.of(Timing.of(timed.samples["one"]), Timing.of(timed.samples["other"])).low > 1


def _fastest(requirement: Requirement, plain: str) -> tuple[str, str, Speed]:
    """The right candidate, in some style, that is fastest at -O3, with the timing of it beside the plain one."""
    timing = speed(requirement, plain, plain)
    if timing is None:
        raise InputError("no sizes at which a call can be timed")
    best = ("plain", plain, timing)
    model = shipped()
    with Judge(requirement) as judge:
        for style in STYLES[1:]:
            for body, _ in model.code(requirement.program, requirement.language, style, 1):
                source = binding.bind(requirement, body)
                if source == plain or not judge(source).right:
                    continue
                other = speed(requirement, source, plain)
                if other is not None and other.ratio.low > 1 and other.ratio.value > best[2].ratio.value:
                    best = (style, source, other)
    return best


def _density(source: str, language: str, folder: Path) -> float:
    path = folder / ("density.c" if language == "c" else "density.cpp")
    path.write_text(source)
    return assess(path).defect_density


def analysed(rows: Sequence[Row]) -> dict[str, Anova]:
    """The analysis of variance of each measure; of times and bytes their logarithms."""
    measures = {
        "run time": np.log(np.array([row.seconds for row in rows])),
        "memory": np.log(np.array([row.memory for row in rows])),
        "defect density": np.array([row.defects for row in rows]),
    }
    return {name: two_way(values.transpose(1, 0, 2)) for name, values in measures.items()}


def table(rows: Sequence[Row]) -> str:
    """The one table."""
    found = analysed(rows)
    means = {
        "run time": math.exp(np.mean([np.log(np.mean(r.seconds[1]) / np.mean(r.seconds[0])) for r in rows])),
        "memory": math.exp(np.mean([np.log(np.mean(r.memory[1]) / np.mean(r.memory[0])) for r in rows])),
    }
    lines = [
        "| measure | plain at -O3 | by the loop | loop / plain | F (degrees) | p | partial η² | ω² | d |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in MEASURES:
        a = found[name]
        pick = {"run time": "seconds", "memory": "memory", "defect density": "defects"}[name]
        sides = [float(np.median([np.mean(getattr(row, pick)[at]) for row in rows])) for at in (0, 1)]
        ratio = f"{means[name]:.3f}" if name in means else "–"
        lines.append(
            f"| {name} | {sides[0]:.4g} | {sides[1]:.4g} | {ratio} | {a.f:.2f} ({a.degrees[0]}, {a.degrees[1]}) "
            f"| {a.p:.2g} | {a.eta_squared:.3f} | {a.omega_squared:.3f} | {0.0 if a.d is None else a.d:.2f} |"
        )
    lines.append("")
    lines.append(
        f"{len(rows)} kernels, {len(rows[0].seconds[0])} repetitions; medians over kernels (seconds, bytes, defects per "
        "thousand lines); loop / plain is the geometric mean."
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kernels", type=int, default=20)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--budget", default="10s", help="of the search for a recipe, per kernel")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="rows as JSON lines; those that are there are kept")
    options = parser.parse_args()
    rows: list[Row] = []
    known: dict[str, Any] = {}
    if options.out and options.out.exists():
        known = {one["english"]: one for one in map(json.loads, options.out.read_text().splitlines())}
    rng = random.Random(options.seed)
    voice = Voice(rng, "heldout")
    families = [module for name, module in sorted(all_families().items())]
    lost = 0
    while len(rows) < options.kernels:
        english = rng.choice(families).draw(rng, voice).english.replace("{", "").replace("}", "")
        try:
            if english in known:
                kept = known[english]
                rows.append(Row(**{k: kept[k] for k in Row.__dataclass_fields__}))
                continue
            row = study_one(
                english, Budget.parse(options.budget).seconds or 10.0, options.repetitions, options.seed
            )
        except PasswrightError as error:
            lost += 1
            print(f"left out: {english}: {error.message.splitlines()[0]}", file=sys.stderr)
            if lost > 4 * options.kernels:
                raise
            continue
        rows.append(row)
        ratio = np.mean(row.seconds[0]) / np.mean(row.seconds[1])
        print(f"{len(rows)}/{options.kernels}: {ratio:.2f}x  {english}", file=sys.stderr)
        if options.out:
            with options.out.open("a") as file:
                file.write(json.dumps(asdict(row) | {"machine": asdict(this_machine())}) + "\n")
    print(table(rows))
    print(f"{lost} drawn requirements were left out: not understood, not right, or too short to time")


if __name__ == "__main__":
    main()
