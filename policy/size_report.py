"""Measures how much smaller than -Oz kernels become, zero-shot and by search: figures for docs/size.md.

    python -m passwright.policy.size_report --held-out --objective ir-instructions --budget 20s --out rows.jsonl

One line per kernel and policy is appended to --out as it is done; what is there is not done again. `zero-shot` is what
`optimize --budget 0` does; every other name is a policy. Whatever was chosen is verified by running it, zero-shot choices
too: what is not equal counts as -Oz and is counted. The sizes are those of the kernel's own module.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from rich.console import Console

from passwright.bench.report import geometric_mean
from passwright.bench.runner import Runner
from passwright.bench.suite import SuiteKernel, load_suite
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.worker import WorkerPool
from passwright.policy.drive import drive
from passwright.policy.evaluate import Evaluator
from passwright.policy.judge import WorkloadJudge
from passwright.policy.objective import OBJECTIVES, Objective, objective
from passwright.policy.policy import Budget, policy
from passwright.policy.zero_shot import zero_shot

ZERO_SHOT = "zero-shot"


@dataclass(frozen=True)
class Row:
    """One kernel under one policy; sizes before are those of -Oz.

    Attributes:
        seconds: of the choice, without lowering and verification.
        tried: recipes.
        verdict: of the choice; "none" where -Oz was kept.
    """

    kernel: str
    family: str
    objective: str
    policy: str
    budget: str
    text: tuple[int, int]
    instructions: tuple[int, int]
    seconds: float
    tried: int
    verdict: str
    recipe: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is not done twice."""
        return self.kernel, self.objective, self.policy, "" if self.policy == ZERO_SHOT else self.budget


def run(
    suite_kernel: SuiteKernel, goal: Objective, name: str, budget: Budget, pool: WorkerPool, seed: int
) -> Row:
    """One row.  Raises what lowering raises."""
    kernel = suite_kernel.lower()
    started = monotonic()
    evaluator = Evaluator(kernel, None, pool, objective=goal)
    evaluator.prepare()
    if name == ZERO_SHOT:
        ranked = zero_shot(evaluator)
    else:
        result = drive(evaluator, policy(name), budget, space=ActionSpace.default(), seed=seed)
        ranked = list(result.finalists)
    seconds = monotonic() - started
    text, instructions = evaluator.baseline_text, evaluator.baseline_instructions
    chosen, verdict = (
        (ranked[0], _verdict(kernel, evaluator.objects(ranked[0]))) if ranked else (None, "none")
    )
    equal = chosen if verdict == "equal" else None
    return Row(
        kernel=suite_kernel.name,
        family=suite_kernel.family,
        objective=goal.name,
        policy=name,
        budget=str(budget),
        text=(text, equal.text_size if equal else text),
        instructions=(instructions, equal.instructions if equal else instructions),
        seconds=seconds,
        tried=len(evaluator.outcomes),
        verdict=verdict,
        recipe=str(chosen.recipe) if chosen else "",
    )


def _verdict(kernel: Kernel, objects: Sequence[bytes]) -> str:
    with ExitStack() as stack:
        runner = stack.enter_context(Runner())
        judge = WorkloadJudge(Verifier(kernel, Workload.load(kernel.workload or ""), runner), runner)
        failure = judge.prepare()
        return (failure or judge.check(objects)).kind


def read(path: Path) -> list[Row]:
    """The rows of a file; none where there is no file."""
    if not path.exists():
        return []
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [
        Row(**row | {"text": tuple(row["text"]), "instructions": tuple(row["instructions"])}) for row in rows
    ]


def reduction(rows: Iterable[Row], sizes: Callable[[Row], tuple[int, int]]) -> str:
    """Percent less than -Oz by the geometric mean, with its 95 % bootstrap interval over the kernels."""
    mean, low, high = geometric_mean([max(1, after) / max(1, before) for before, after in map(sizes, rows)])
    return f"{100 * (1 - mean):.1f} ({100 * (1 - high):.1f} to {100 * (1 - low):.1f})"


def table(rows: Sequence[Row]) -> str:
    """Markdown: per objective and policy a line, and for the first policies a line per family."""
    lines = [
        "| objective | policy | kernels | IR instructions, % fewer | text, % fewer | tried | s, median (most) | not equal |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        name = row.policy if row.policy == ZERO_SHOT else f"{row.policy}, {row.budget}"
        groups.setdefault((row.objective, name), []).append(row)
    for (goal, name), group in groups.items():
        lines.append(_line(goal, name, group))
        if name == ZERO_SHOT or name.startswith("evolve"):
            for family in sorted({row.family for row in group}):
                lines.append(_line("", family, [row for row in group if row.family == family]))
    return "\n".join(lines)


def _line(goal: str, name: str, rows: Sequence[Row]) -> str:
    seconds = [row.seconds for row in rows]
    cells = (
        goal,
        name,
        str(len(rows)),
        reduction(rows, lambda row: row.instructions),
        reduction(rows, lambda row: row.text),
        f"{median(row.tried for row in rows):.0f}",
        f"{median(seconds):.2f} ({max(seconds):.2f})",
        str(sum(row.verdict not in {"equal", "none"} for row in rows)),
    )
    return f"| {' | '.join(cells)} |"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = (__doc__ or "").split("\n\n")
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.size_report",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    static = [one.name for one in OBJECTIVES.values() if one.static]
    add("--objective", action="append", choices=static, help="may be repeated (default: size)")
    add("--policy", action="append", help="may be repeated (default: zero-shot and evolve)")
    add("--budget", type=Budget.parse, default="20s", help="of a search (default: %(default)s)")
    add("--held-out", action="store_true", help="the held-out families instead of the others")
    add("--kernel", action="append", default=[], help="only this kernel (may be repeated)")
    add("--seed", type=int, default=0, help="of the searches (default: %(default)s)")
    add("--jobs", type=int, help="compiling processes (default: PASSWRIGHT_JOBS, or one per core)")
    add("--out", type=Path, default=Path("size.jsonl"), help="the rows (default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    wanted = {
        (one.name, goal, name, "" if name == ZERO_SHOT else str(arguments.budget)): one
        for goal in arguments.objective or ["size"]
        for name in arguments.policy or [ZERO_SHOT, "evolve"]
        for one in load_suite()
        if one.held_out == arguments.held_out and (not arguments.kernel or one.name in arguments.kernel)
    }
    try:
        if not wanted:
            raise InputError("no kernel of that name", hint="`passwright bench --list` shows them")
        known = {row.key for row in read(arguments.out)}
        with WorkerPool(arguments.jobs) as pool, arguments.out.open("a", encoding="utf-8") as file:
            for key, kernel in wanted.items():
                if key in known:
                    continue
                row = run(kernel, objective(key[1]), key[2], arguments.budget, pool, arguments.seed)
                file.write(json.dumps(asdict(row)) + "\n")
                file.flush()
                console.print(
                    f"{row.family}/{row.kernel} {row.objective} {row.policy}: instructions {row.instructions}, "
                    f"text {row.text}, {row.tried} tried, {row.seconds:.2f} s, {row.verdict}",
                    markup=False,
                    highlight=False,
                )
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    print(table([row for row in read(arguments.out) if row.key in wanted]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
