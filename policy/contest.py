"""Policies against each other on kernels of held-out families, at the same number of tried recipes.

    python -m passwright.policy.contest --policy learned --policy random --budget "8 evaluations" --results FILE

Each policy gets each kernel afresh. What it found within a budget is the best verified candidate by then, measured again
with -O3 interleaved (the race at a search's end: the best of many short measurements is often only the luckiest), or -O3 if
none is faster. With a budget of 0 the learned policy chooses without a run, and what it chose is verified and measured once,
for the table: it may be slower than -O3. One line of JSON per kernel, policy and budget; what FILE has is not run again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from passwright.bench.machine import this_machine
from passwright.bench.report import geometric_mean
from passwright.bench.runner import Runner
from passwright.bench.suite import SuiteKernel, load_suite
from passwright.bench.verify import Verifier
from passwright.bench.workload import Workload
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import PasswrightError, UsageError
from passwright.passes.worker import WorkerPool
from passwright.policy.drive import Patience, drive
from passwright.policy.evaluate import BASELINE, Evaluator
from passwright.policy.judge import WorkloadJudge
from passwright.policy.learned import LearnedPolicy, plan
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Policy, policy

FLOOR = 0.1
"""What a wrong or failing choice counts as in a mean."""


@dataclass(frozen=True)
class Bout:
    """One policy on one kernel with one budget.

    Attributes:
        ratio: of the best candidate in the final race, 1 for -O3; 0 if what was chosen without a run turns out wrong.
        tried: evaluations; distinct: those with code of their own.
        recipe: of the winner.
    """

    kernel: str
    family: str
    policy: str
    budget: str
    ratio: float
    tried: int
    distinct: int
    recipe: str
    seconds: float
    seed: int
    machine: str

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What is not run twice."""
        return self.kernel, self.policy, self.budget, self.seed


def run(kernel: SuiteKernel, name: str, budget: Budget, seed: int, given: Policy | None = None) -> Bout:
    """Let a policy loose on a kernel: `given`, or that of this name.  Raises what lowering and the workload raise."""
    if budget.empty and name != LearnedPolicy.name:
        raise UsageError(f"{name} chooses nothing with a budget of 0", hint="only learned does")
    lowered = kernel.lower()
    with Runner() as runner, WorkerPool(step_deadline=4.0, deadline=8.0, niceness=10) as pool:
        judge = WorkloadJudge(Verifier(lowered, Workload.load(kernel.workload), runner), runner)
        evaluator = Evaluator(lowered, judge, pool)
        failure = evaluator.prepare()
        if failure is not None:
            raise PasswrightError(f"{kernel.name}: {failure.kind}: {failure.evidence}")
        tried: Sequence[Outcome] = ()
        if budget.empty:
            recipe, ratio, seconds = _chosen(evaluator)
        else:
            begun = monotonic()
            result = drive(
                evaluator, given or policy(name), budget, space=ActionSpace.default(), seed=seed, started=begun,
                patience=Patience(least=sys.maxsize, repeats=sys.maxsize),
            )  # fmt: skip
            seconds, tried = monotonic() - begun, result.outcomes
            best = result.finalists[0] if result.finalists else None
            recipe, ratio = (str(best.recipe), best.ratio) if best else ("", 1.0)
    return Bout(
        kernel=kernel.name,
        family=kernel.family,
        policy=name,
        budget=str(budget),
        ratio=ratio,
        tried=len(tried),
        distinct=sum(not one.duplicate for one in tried),
        recipe=recipe,
        seconds=round(seconds, 2),
        seed=seed,
        machine=this_machine().cpu,
    )


def _chosen(evaluator: Evaluator) -> tuple[str, float, float]:
    """What the learned policy takes without a run, its ratio, and the seconds that the choice took."""
    begun = monotonic()
    made = plan(evaluator.module)
    seconds = monotonic() - begun
    if made.forecast is None:
        return "", 1.0, seconds
    recipe, judge = made.forecast.recipe, evaluator.judge
    compiled = evaluator.submit(recipe).result()
    assert judge is not None
    objects = evaluator.with_rest(compiled.object)
    if compiled.status != "ok" or judge.check(objects).kind != "equal":
        return str(recipe), 0.0, seconds
    judge.load("chosen", objects)
    compared = judge.compare(BASELINE, "chosen", deadline=max(1.5, 50 * evaluator.call_seconds))
    return str(recipe), compared.ratio.value, seconds


def read(path: Path) -> list[Bout]:
    """What is in a file of results; none if there is no such file."""
    if not path.exists():
        return []
    return [Bout(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def table(bouts: Iterable[Bout]) -> Table:
    """Policies and budgets by what they gain; only kernels on which all of them were run count."""
    by: dict[tuple[str, str], dict[str, Bout]] = {}
    for bout in bouts:
        by.setdefault((bout.policy, bout.budget), {})[bout.kernel] = bout
    common = set.intersection(*(set(one) for one in by.values())) if by else set()
    result = Table(
        "policy", "budget", "gain", "95 % interval", "below 0.98", "slowest", "evaluations", "s a kernel"
    )
    for (name, budget), found in by.items():
        chosen = [found[kernel] for kernel in sorted(common)]
        mean, low, high = geometric_mean([max(one.ratio, FLOOR) for one in chosen])
        result.add_row(
            name, budget, f"{mean:.3f}", f"{low:.2f} to {high:.2f}",
            f"{sum(one.ratio < 0.98 for one in chosen)} of {len(chosen)}",
            f"{min((one.ratio for one in chosen), default=1.0):.2f}",
            f"{sum(one.tried for one in chosen) / max(1, len(chosen)):.0f}",
            f"{sum(one.seconds for one in chosen) / max(1, len(chosen)):.1f}",
        )  # fmt: skip
    return result


def contest(arguments: argparse.Namespace, console: Console) -> list[Bout]:
    """Run what the file has not; returns all that belongs to this contest."""
    kernels = [one for one in load_suite() if one.held_out != arguments.trained]
    if arguments.sample:
        kernels = random.Random(arguments.seed).sample(kernels, min(arguments.sample, len(kernels)))
    plan = [
        (kernel, name, Budget.parse(budget))
        for kernel in kernels
        for budget in arguments.budget
        for name in arguments.policy
    ]
    done: Mapping[tuple[str, str, str, int], Bout] = {bout.key: bout for bout in read(arguments.results)}
    found = []
    with Progress(console=console) as progress, arguments.results.open("a", encoding="utf-8") as file:
        task = progress.add_task("contest", total=len(plan))
        for kernel, name, budget in plan:
            progress.update(task, description=f"{kernel.name}: {name}, {budget}")
            bout = done.get((kernel.name, name, str(budget), arguments.seed))
            if bout is None:
                bout = run(kernel, name, budget, arguments.seed)
                file.write(json.dumps(asdict(bout)) + "\n")
                file.flush()
            found.append(bout)
            progress.advance(task)
    return found


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m passwright.policy.contest", description=__doc__)
    add = result.add_argument
    add("--policy", action="append", required=True, help="a policy's name (may be repeated)")
    add(
        "--budget", action="append", required=True,
        help="for example 0, '8 evaluations' or 120s (may be repeated)",
    )  # fmt: skip
    add("--results", type=Path, required=True, help="file of JSON lines, made or gone on with")
    add("--sample", type=int, default=0, metavar="N", help="so many kernels, drawn at random (default: all)")
    add("--trained", action="store_true", help="on the families that are not held out instead")
    add("--seed", type=int, default=1, help="of policies and the sample (default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run a contest and print its table; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    try:
        bouts = contest(arguments, console)
    except KeyboardInterrupt:
        console.print("interrupted: run again to go on")
        return 130
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    Console(width=120).print(table(bouts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
