"""Collects the planner's records, shows its plan, and compares it with the fixed schedule.

    python -m passwright.policy.plan collect --kernels 40 --budget 8s --out build/plan/episodes.jsonl
    python -m passwright.policy.plan show [--records FILE]
    python -m passwright.policy.plan compare --kernels 16 --budget 8s --results build/plan/bouts.jsonl

`collect` runs tuning jobs on training kernels (the suite's and generated ones, alternately) in which half of the actions are
drawn at random, and appends a job's transitions when it has ended; kernels that the file knows are not run again, so that a
run that was cut off goes on. `compare` runs plan and schedule with the same executor and budget on kernels of the suite's
held-out families, one after the other on each kernel, in alternating order; nothing of it is recorded for the planner.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain, zip_longest
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Shown

from passwright.bench.report import geometric_mean
from passwright.bench.runner import Runner
from passwright.bench.suite import load_suite
from passwright.bench.verify import Verifier
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.worker import WorkerPool
from passwright.policy import episodes
from passwright.policy.collect import Site, corpus_sites, suite_sites
from passwright.policy.contest import Bout, read, run
from passwright.policy.drive import Patience, drive
from passwright.policy.episodes import ACTIONS, LEFT, State
from passwright.policy.evaluate import Evaluator
from passwright.policy.judge import WorkloadJudge
from passwright.policy.planned import PlannedPolicy
from passwright.policy.planner import Planner
from passwright.policy.policy import Budget

TIRELESS = Patience(least=sys.maxsize, repeats=sys.maxsize)
"""The plan alone says when to stop."""


def collect(arguments: argparse.Namespace, console: Console) -> int:
    """Run jobs on kernels that the file does not know; returns how many."""
    sites = training_sites(arguments.kernels, arguments.seed)
    known = {one.job for one in episodes.read([arguments.out])}
    records = episodes.read([episodes.shipped(), arguments.out])
    done = 0
    with Progress(console=console) as progress:
        for site in progress.track(sites, description="jobs"):
            if site.uri in known:
                continue
            policy = PlannedPolicy(
                planner=Planner(records), record=arguments.out, job=site.uri, explore=arguments.explore
            )
            if not tune(site, policy, Budget.parse(arguments.budget), arguments.seed):
                console.print(f"{site.uri} cannot be tuned here", style="yellow")
                continue
            records = episodes.read([episodes.shipped(), arguments.out])
            done += 1
    return done


def training_sites(count: int, seed: int) -> list[Site]:
    """So many kernels of training families: of the suite and generated, alternately."""
    ours = suite_sites()
    random.Random(seed).shuffle(ours)
    generated = corpus_sites(count // 2, 700_000 + 1000 * seed)
    mixed = chain.from_iterable(zip_longest(ours, generated))
    return [one for one in mixed if one is not None][:count]


def tune(site: Site, policy: PlannedPolicy, budget: Budget, seed: int) -> bool:
    """One job; False where the kernel cannot be verified.  KeyboardInterrupt leaves nothing of it recorded."""
    benchmark = site.benchmark
    assert benchmark.kernel is not None and benchmark.workload is not None
    with Runner() as runner, WorkerPool(step_deadline=4.0, deadline=8.0, niceness=10) as pool:
        judge = WorkloadJudge(Verifier(benchmark.kernel, benchmark.workload, runner), runner)
        evaluator = Evaluator(benchmark.kernel, judge, pool)
        if evaluator.prepare() is not None:
            return False
        result = drive(evaluator, policy, budget, space=ActionSpace.default(), seed=seed, patience=TIRELESS)
        if result.ended == "interrupted":
            raise KeyboardInterrupt
    return True


def compare(arguments: argparse.Namespace, console: Console) -> list[Bout]:
    """Bouts of plan and schedule on held-out kernels; those that the file has are not run again."""
    kernels = [one for one in load_suite() if one.held_out]
    kernels = random.Random(arguments.seed).sample(kernels, min(arguments.kernels, len(kernels)))
    records = episodes.read(arguments.records or [episodes.shipped()])
    sides = (
        PlannedPolicy(planner=Planner(records)),
        PlannedPolicy(name="schedule", planner=Planner([])),
    )
    if not Planner(records).tables:
        raise InputError("too few records for a plan", hint="python -m passwright.policy.plan collect")
    budget = Budget.parse(arguments.budget)
    done = {bout.key: bout for bout in read(arguments.results)}
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    found = []
    with Progress(console=console) as progress, arguments.results.open("a", encoding="utf-8") as file:
        for number, kernel in enumerate(progress.track(kernels, description="kernels")):
            for side in sides if number % 2 else reversed(sides):
                bout = done.get((kernel.name, side.name, str(budget), arguments.seed))
                if bout is None:
                    bout = run(kernel, side.name, budget, arguments.seed, side)
                    file.write(json.dumps(asdict(bout)) + "\n")
                    file.flush()
                found.append(bout)
    return found


def compared(bouts: Sequence[Bout]) -> dict[str, object]:
    """Gains by side, and plan / schedule with its bootstrap 95 % interval over kernels."""
    by = {(one.policy, one.kernel): one for one in bouts}
    kernels = sorted({one.kernel for one in bouts if ("planned", one.kernel) in by})
    kernels = [one for one in kernels if ("schedule", one) in by]
    planned, schedule = ([by[side, one] for one in kernels] for side in ("planned", "schedule"))
    pairs = [a.ratio / b.ratio for a, b in zip(planned, schedule, strict=True)]
    return {
        "kernels": len(kernels),
        "budget": bouts[0].budget if bouts else "",
        "planned": geometric_mean([one.ratio for one in planned]),
        "schedule": geometric_mean([one.ratio for one in schedule]),
        "planned over schedule": geometric_mean(pairs),
        "better, worse by 1 %": [sum(one > 1.01 for one in pairs), sum(one < 0.99 for one in pairs)],
        "seconds planned": sum(one.seconds for one in planned) / max(1, len(kernels)),
        "seconds schedule": sum(one.seconds for one in schedule) / max(1, len(kernels)),
    }


def plan_table(planner: Planner, kind: str) -> Shown:
    """The chosen action by state, a column for each eighth of the budget that is left."""
    table = planner.tables[kind]
    result = Shown("compiles", "verified", "gain", "doubt", *(f"{left}/8" for left in range(LEFT, 0, -1)))
    rows = sorted({(one.compiles, one.verified, one.gain, one.doubt) for one in table.states})
    for compiles, verified, gain, doubt in rows:
        # Of what a job comes to: nothing tried, nothing verified, and gains that are verified.
        if verified != (gain > 0) and not (verified and doubt < 2):
            continue
        if (doubt == 2) != (not compiles) or (verified and not compiles):
            continue
        states = [State(kind, compiles, verified, gain, left, doubt) for left in range(LEFT, 0, -1)]
        chosen = [planner.choose(state) for state in states]
        result.add_row(*map(str, (compiles, verified, gain, doubt)), *chosen)
    return result


def show(arguments: argparse.Namespace) -> None:
    """Print the plan."""
    records = episodes.read(arguments.records or [episodes.shipped()])
    planner = Planner(records)
    if arguments.json:
        told = {
            kind: {
                "records": planner.records[kind],
                "sweeps": table.solution.sweeps,
                "residual": table.solution.residual,
                "start": planner.worth(episodes.start(kind)),
                "policy": [
                    [*state[1:], planner.choose(state)]
                    for state in table.states
                    if state.left and state.doubt < 2
                ],
            }
            for kind, table in planner.tables.items()
        }
        print(json.dumps(told))
        return
    console = Console(width=160)
    jobs = len({one.job for one in records})
    counts = ", ".join(f"{one} {sum(t.action == one for t in records)}" for one in ACTIONS)
    console.print(f"{len(records)} transitions of {jobs} kernels: {counts}")
    for kind, count in planner.records.items():
        table = planner.tables.get(kind)
        if table is None:
            console.print(f"{kind}: {count} records, too few: the fixed schedule is followed")
            continue
        solved = table.solution
        expected = solved.values[table.place[episodes.start(kind)]]
        console.print(
            f"{kind}: {count} records, {len(table.states)} states; value iteration: {solved.sweeps} sweeps, "
            f"residual {solved.residual:.2g}; a job is expected to gain {expected:.3f}"
        )
        console.print(plan_table(planner, kind))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.plan",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = result.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("collect", help="run jobs and append their transitions")
    one.add_argument("--kernels", type=int, default=40, help="(default: %(default)s)")
    one.add_argument("--budget", default="8s", help="of a job (default: %(default)s)")
    one.add_argument(
        "--explore", type=float, default=0.5, help="share of random actions (default: %(default)s)"
    )
    one.add_argument(
        "--out", type=Path, default=Path("build/plan/episodes.jsonl"), help="(default: %(default)s)"
    )
    one.add_argument("--seed", type=int, default=1, help="of kernels and actions (default: %(default)s)")
    one = verbs.add_parser("show", help="print the plan")
    one.add_argument("--records", type=Path, action="append", help="instead of the shipped ones; repeatable")
    one.add_argument("--json", action="store_true")
    one = verbs.add_parser("compare", help="plan and fixed schedule on held-out kernels")
    one.add_argument("--kernels", type=int, default=16, help="drawn at random (default: %(default)s)")
    one.add_argument("--budget", default="8s", help="of a job (default: %(default)s)")
    one.add_argument("--records", type=Path, action="append", help="instead of the shipped ones; repeatable")
    one.add_argument(
        "--results", type=Path, default=Path("build/plan/bouts.jsonl"), help="made or gone on with"
    )
    one.add_argument("--seed", type=int, default=1, help="of kernels and searches (default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    try:
        if arguments.verb == "collect":
            console.print(f"{collect(arguments, console)} jobs are new in {arguments.out}")
        elif arguments.verb == "show":
            show(arguments)
        else:
            print(json.dumps(compared(compare(arguments, console)), indent=2))
    except KeyboardInterrupt:
        console.print("interrupted: run again to go on")
        return 130
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
