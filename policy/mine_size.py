"""Mines the coreset for size: which few recipes, in which order, make many kernels smaller than -Oz does.

    python -m passwright.policy.mine_size --budget 20m

Sizes are known without running anything, so that nothing is measured and nothing is stored: `evolve` searches each of many
kernels for a few evaluations, what it finds is compiled on all kernels, and greedy coverage (`mine.cover`) orders it. A
kernel counts twice, by bytes of machine code and by IR instructions, so that one list serves both objectives. Kernels
are those of the suite's families that are not held out, and generated ones of families that are not either.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic

from rich.console import Console

from passwright.passes.actions import ActionSpace
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import OZ, Recipe
from passwright.passes.worker import WorkerPool
from passwright.policy.collect import Site, corpus_sites, suite_sites
from passwright.policy.coreset import coreset
from passwright.policy.drive import drive
from passwright.policy.evaluate import Evaluator
from passwright.policy.evolve import EvolvePolicy
from passwright.policy.mine import Pick, cover, provenance
from passwright.policy.objective import IR_INSTRUCTIONS, SIZE
from passwright.policy.policy import Budget

SEARCH = 0.4
"""Share of the budget for the searches; the rest is for trying what they found everywhere."""
STARTS = 24
"""Recipes that a search begins with."""
Gains = dict[str, dict[str, float]]


def search(
    sites: Iterable[Site], pool: WorkerPool, evaluations: int, end: float, report: Callable[[str], None]
) -> list[Recipe]:
    """What `evolve` finds on each kernel, in turn for either size, until `end` (of `time.monotonic`).

    A search begins with the coreset, or with what was found on other kernels.
    """
    rng = random.Random(0)
    found: dict[Recipe, None] = {}
    for number, site in enumerate(sites):
        if monotonic() > end:
            break
        objective = (SIZE, IR_INSTRUCTIONS)[number % 2]
        kernel = site.benchmark.kernel
        assert kernel is not None
        evaluator = Evaluator(kernel, None, pool, objective=objective)
        evaluator.loops = ()  # a recipe with loop hints fits no other kernel
        evaluator.prepare()
        budget = Budget(evaluations=evaluations)
        start = tuple(rng.sample(list(found), min(STARTS, len(found)))) or coreset(objective)[:STARTS]
        result = drive(evaluator, EvolvePolicy(start=start), budget, space=ActionSpace.default(), seed=number)
        if result.finalists:
            best = result.finalists[0]
            found[best.recipe] = None
            report(f"{number + 1:4} {site.uri}: {best.ratio:.3f} {objective.name}  {best.recipe}")
    return list(found)


def matrix(
    sites: Iterable[Site], recipes: Sequence[Recipe], pool: WorkerPool, end: float
) -> tuple[Gains, list[str]]:
    """Log ratios of both sizes by recipe and kernel until `end`, and the kernels that were reached."""
    gains: Gains = {}
    reached = []
    for site in sites:
        if monotonic() > end:
            break
        module = site.benchmark.bitcode
        base = pool.submit(module, OZ)
        futures = [(recipe, pool.submit(module, recipe)) for recipe in recipes]
        before = base.result()
        for recipe, future in futures:
            after = future.result()
            if after.status == "ok" and before.status == "ok":
                sizes = {
                    "text": before.text_size / max(1, after.text_size),
                    "instructions": before.instructions / max(1, after.instructions),
                }
                own = {f"{site.uri} {name}": math.log(ratio) for name, ratio in sizes.items() if ratio > 1}
                gains.setdefault(str(recipe), {}).update(own)
        reached.append(site.uri)
    return gains, reached


def document(
    picks: Sequence[Pick], gains: Mapping[str, object], kernels: Sequence[str], note: str
) -> dict[str, object]:
    """The coreset's file: the recipes, and what they were mined from."""
    return {
        "provenance": {
            **provenance("passwright.policy.mine_size", kernels, note),
            "recipes": len(gains),
            "fields": "mean is the geometric mean of the best ratio to -Oz up to this recipe, over the kernels and both "
            "sizes (bytes of machine code, IR instructions); helps is for how many of these the recipe is better than "
            "those before it",
        },
        "recipes": [{"recipe": p.recipe, "mean": round(p.mean, 4), "helps": p.helps} for p in picks],
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = (__doc__ or "").split("\n\n")
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.mine_size",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--size", type=int, default=32, help="recipes at most (default: %(default)s)")
    add("--kernel", action="append", default=[], help="only this kernel of the suite (may be repeated)")
    add("--corpus", type=int, default=40, help="generated kernels (default: %(default)s)")
    add("--evaluations", type=int, default=100, help="of a search (default: %(default)s)")
    add("--budget", type=Budget.parse, default="20m", help="time for everything (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the kernels' order (default: %(default)s)")
    add("--jobs", type=int, help="compiling processes (default: PASSWRIGHT_JOBS, or one per core)")
    add("--note", default="", help="a remark for the coreset's provenance")
    add(
        "--out",
        type=Path,
        default=Path("policy/size_coreset.json"),
        help="the coreset (default: %(default)s)",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Mine; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True, width=200)

    def report(line: str) -> None:
        console.print(line, markup=False, highlight=False)

    started, seconds = monotonic(), arguments.budget.seconds or 1200.0
    try:
        sites = [*suite_sites(arguments.kernel), *corpus_sites(arguments.corpus)]
        random.Random(arguments.seed).shuffle(sites)
        with WorkerPool(arguments.jobs, step_deadline=5.0, deadline=10.0, niceness=10) as pool:
            found = search(sites, pool, arguments.evaluations, started + SEARCH * seconds, report)
            recipes = list(dict.fromkeys([*coreset(SIZE), *found]))
            report(f"{len(recipes)} recipes on all kernels")
            random.Random(arguments.seed + 1).shuffle(sites)
            gains, kernels = matrix(sites, recipes, pool, started + seconds)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    picks = cover(gains, 2 * len(kernels), arguments.size)
    text = json.dumps(document(picks, gains, kernels, arguments.note), indent=2)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    for number, pick in enumerate(picks, 1):
        report(f"{number:3} {pick.mean:6.3f} {pick.helps:3}  {pick.recipe}")
    report(f"{len(picks)} recipes, {len(kernels)} kernels -> {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
