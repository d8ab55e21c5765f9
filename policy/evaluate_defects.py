"""What the defect classifier is worth on families, problems and templates that it was not trained on, beside two baselines.

    python -m passwright.policy.evaluate_defects --public DIR --tidy 300

prints the tables of docs/defect-prediction.md. clang-tidy takes half a second a function, so that it is compared on a
part of the test set: whole groups, drawn by hash, about `--tidy` functions of each origin.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from passwright.bench.mutants.rows import read_rows
from passwright.bench.mutants.statements import OPERATORS
from passwright.gnn.defects import DefectModel, DefectScore
from passwright.passes.errors import PasswrightError
from passwright.policy import defect_metrics as metrics
from passwright.policy.defect_baselines import by_clang_tidy, by_complexity
from passwright.policy.defect_graphs import Example, compiled, examples, labels_of, wrong
from passwright.policy.defect_sources import Labelled, of_mutants, of_public

VISIBLE = {one.name: one.visible for one in OPERATORS}
ROWS = Path("data/defects.jsonl.gz")
CACHE = Path("build/defects/graphs")
TIDY_CACHE = Path("build/defects/tidy")


@dataclass(frozen=True)
class Scored:
    """A test function with its score."""

    example: Example
    score: DefectScore

    @property
    def about(self) -> Labelled:
        return self.example.about

    @property
    def wrong(self) -> frozenset[int]:
        """The lines that are wrong and have instructions, from 1."""
        return frozenset(self.example.graph.lines[wrong(self.example)].tolist()) - {0}


def evaluate(
    model: DefectModel, found: Sequence[Example], *, tidy: int = 0, console: Console | None = None
) -> dict[str, Any]:
    """All figures on the test split, as plain data."""
    train = [one for one in found if one.about.split == "train"]
    scored = [Scored(one, model.score_graph(one.graph)) for one in found if one.about.split == "test"]
    result: dict[str, Any] = {"sets": {}, "operators": {}, "visible": {}}
    for origin in dict.fromkeys(one.about.origin for one in scored):
        part = [one for one in scored if one.about.origin == origin]
        if len({one.about.defective for one in part}) == 2:
            result["sets"][origin] = _of_set(
                part, [one for one in train if one.about.origin == origin], tidy, console
            )
    mutants = [one for one in scored if one.about.origin == "mutants"]
    clean = [one for one in mutants if not one.about.defective]
    bad = [one for one in mutants if one.about.defective]
    for name in sorted({one.about.kind for one in bad}):
        result["operators"][name] = _of_kind(clean, [one for one in bad if one.about.kind == name])
        result["operators"][name]["visible"] = VISIBLE.get(name, "rewrite")
    for name in ("code", "contract", "intent"):
        result["visible"][name] = _of_kind(clean, [one for one in bad if VISIBLE.get(one.about.kind) == name])
    for name in ("result", "fault", "hang", "sanitizer"):
        result["visible"][f"shows: {name}"] = _of_kind(clean, [one for one in bad if one.about.shows == name])
    return result


def _of_set(
    part: Sequence[Scored], train: Sequence[Example], tidy: int, console: Console | None
) -> dict[str, Any]:
    chances = np.array([one.score.probability for one in part])
    found = labels_of([one.example for one in part])
    groups = [one.about.group for one in part]
    bad = [one for one in part if one.about.defective]
    by_size = by_complexity(train, [one.example for one in part]) if train else np.zeros(len(part))
    values: dict[str, Any] = {
        "classifier": metrics.quality(chances, found, groups).to_json(),
        "complexity": metrics.quality(by_size, found, groups).to_json(),
        "ece": metrics.ece(chances, found),
        "reliability": metrics.reliability(chances, found),
        "hits": vars(
            metrics.hits([[line for line, _ in one.score.lines] for one in bad], [one.wrong for one in bad])
        ),
    }
    gain = metrics.interval(
        lambda rows: metrics.auc(chances[rows], found[rows]) - metrics.auc(by_size[rows], found[rows]), groups
    )
    values["over complexity"] = gain.to_json()
    if tidy:
        values["on clang-tidy's part"] = _with_tidy(part, tidy, console)
    return values


def _with_tidy(part: Sequence[Scored], count: int, console: Console | None) -> dict[str, Any]:
    order = sorted(
        {one.about.group for one in part}, key=lambda name: hashlib.sha256(name.encode()).hexdigest()
    )
    chosen: list[Scored] = []
    for group in order:
        if len(chosen) >= count:
            break
        chosen += [one for one in part if one.about.group == group]
    with Progress(console=console or Console(stderr=True)) as progress:
        task = progress.add_task("clang-tidy", total=len(chosen))
        counts = by_clang_tidy(
            [one.about for one in chosen],
            TIDY_CACHE,
            report=lambda done, _: progress.update(task, completed=done),
        )
    found = labels_of([one.example for one in chosen])
    groups = [one.about.group for one in chosen]
    chances = np.array([one.score.probability for one in chosen])
    return {
        "classifier": metrics.quality(chances, found, groups).to_json(),
        "clang-tidy": metrics.quality(counts, found, groups).to_json(),
    }


def _of_kind(clean: Sequence[Scored], bad: Sequence[Scored]) -> dict[str, Any]:
    """Defects of one kind against all that is clean, and against clean variants of the same functions."""
    both = [*clean, *bad]
    chances = np.array([one.score.probability for one in both])
    found = labels_of([one.example for one in both])
    groups = [one.about.group for one in both]
    lines = [[line for line, _ in one.score.lines] for one in bad]
    return {
        "count": len(bad),
        "auc": metrics.interval(lambda rows: metrics.auc(chances[rows], found[rows]), groups).to_json(),
        "paired": metrics.paired(chances, found, groups),
        "hits": vars(metrics.hits(lines, [one.wrong for one in bad])),
    }


def load(
    rows: Path, public: Path | None, pairs: int, cache: Path, jobs: int, console: Console
) -> list[Example]:
    """All examples there are; says how many compile."""
    labelled = list(of_mutants(read_rows(rows)))
    if public is not None:
        labelled += of_public(public, pairs)
    with Progress(console=console) as progress:
        task = progress.add_task("compiling", total=None)
        found = examples(
            labelled,
            cache,
            jobs=jobs,
            report=lambda done, of: progress.update(task, completed=done, total=of),
        )
    for origin, (good, of) in compiled(found, labelled).items():
        console.print(f"{origin}: {good} of {of} compile", highlight=False)
    return found


def tables(result: dict[str, Any]) -> list[Table]:
    """The figures for reading."""
    first = Table(
        "set",
        "scorer",
        "functions",
        "defective",
        "AUC [95 %]",
        "within",
        "precision at recall 10 % … 100 %",
        box=None,
    )
    for origin, values in result["sets"].items():
        sides = {name: values[name] for name in ("classifier", "complexity")}
        for name, quality in (values.get("on clang-tidy's part") or {}).items():
            sides[f"{name} (part)"] = quality
        for name, quality in sides.items():
            precision = " ".join(f"{value:.2f}" for value in quality["precision"])
            first.add_row(
                origin, name, str(quality["count"]), str(quality["defective"]),
                str(metrics.Interval(**quality["auc"])), f"{quality['paired']:.3f}", precision,
            )  # fmt: skip
    second = Table(
        "set",
        "ECE",
        "line known",
        "top 1 (chance)",
        "top 3 (chance)",
        "reliability: forecast → share (count)",
        box=None,
    )
    for origin, values in result["sets"].items():
        diagram = ", ".join(
            f"{row['forecast']:.2f} → {row['share']:.2f} ({row['count']:.0f})"
            for row in values["reliability"]
        )
        second.add_row(origin, f"{values['ece']:.3f}", *_hits(values["hits"]), diagram)
    third = Table(
        "mutants by kind",
        "visible",
        "defective",
        "AUC [95 %]",
        "within",
        "line known",
        "top 1",
        "top 3",
        box=None,
    )
    for name, values in [*result["visible"].items(), *result["operators"].items()]:
        if values["count"]:
            interval = metrics.Interval(**values["auc"])
            third.add_row(
                name, values.get("visible", ""), str(values["count"]), str(interval), f"{values['paired']:.3f}",
                *_hits(values["hits"]),
            )  # fmt: skip
    return [first, second, third]


def _hits(values: dict[str, float]) -> tuple[str, str, str]:
    if not values["count"]:
        return "0", "", ""
    return (
        f"{values['count']:.0f}",
        f"{values['top1']:.2f} ({values['chance1']:.2f})",
        f"{values['top3']:.2f} ({values['chance3']:.2f})",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.evaluate_defects", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=ROWS, help="labelled mutants (%(default)s)")
    parser.add_argument("--public", type=Path, help="folder with the public sets")
    parser.add_argument("--pairs", type=int, default=400, help="of Codeflaws at most (%(default)s)")
    parser.add_argument("--model", type=Path, help="folder of the network (default: the one that ships)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="compiled graphs (%(default)s)")
    parser.add_argument(
        "--tidy", type=int, default=0, help="functions of each set for clang-tidy (%(default)s)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="compilers at a time (%(default)s)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures there too")
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    try:
        model = DefectModel.load(arguments.model)
        found = load(
            arguments.data, arguments.public, arguments.pairs, arguments.cache, arguments.jobs, console
        )
        result = evaluate(model, found, tidy=arguments.tidy, console=console)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    if arguments.json_path:
        arguments.json_path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    out = Console(width=200)
    for table in tables(result):
        out.print(table)
        out.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
