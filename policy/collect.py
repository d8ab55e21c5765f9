"""Collects experience: tries recipes on kernels and puts what came of it into the experience store.

    python -m passwright.policy.collect --suite --corpus 500 --budget 2h

Kernels are those of the suite's families that are not held out, and generated ones of families that are not either. Each
gets -O3, the coreset, the first recipes of a pool that is the same for all, and some that are drawn for it alone; with
--search also what `evolve` finds in that time, and with --winners the best recipes of the other kernels. What the store
knows from this machine is not tried again, so that a run that was cut off goes on where it stopped. At the end what
looks noisy is measured again.

One core is left to the measurements; the others compile. Several machines can collect into one store.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from passwright.bench.corpus import generate
from passwright.bench.machine import this_machine
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.runner import Runner
from passwright.bench.suite import load_suite
from passwright.bench.verify import Verifier
from passwright.passes import config
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import PasswrightError, UsageError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import Compiled, WorkerPool
from passwright.policy import benchmarks
from passwright.policy.benchmarks import Benchmark
from passwright.policy.coreset import coreset
from passwright.policy.drive import drive
from passwright.policy.evaluate import Evaluator
from passwright.policy.evolve import EvolvePolicy
from passwright.policy.experience import StoredKernel, machine_hash
from passwright.policy.judge import WorkloadJudge
from passwright.policy.policy import Budget
from passwright.policy.pool import recipe_pool
from passwright.policy.random_search import random_recipe
from passwright.policy.recorder import Recorder
from passwright.policy.reward import static_report
from passwright.policy.store import Store

NOISE = 1.1
"""A ratio that may be off by this factor is measured again."""
GAIN = 1.02
"""Ratios below are no gain worth passing on."""
AHEAD = 3
"""Candidates that are compiled before they are needed, per worker."""


@dataclass(frozen=True)
class Site:
    """A kernel to collect on: its URI and family."""

    uri: str
    family: str

    @cached_property
    def benchmark(self) -> Benchmark:
        """The kernel with its workload."""
        return benchmarks.load(self.uri)

    @cached_property
    def stored(self) -> StoredKernel:
        """As the store knows it."""
        kernel = self.benchmark.kernel
        assert kernel is not None
        return StoredKernel.of(kernel, self.family)

    @property
    def workload(self) -> str:
        """A digest of the workload."""
        return blake2b(repr(self.benchmark.workload).encode(), digest_size=8).hexdigest()


def suite_sites(names: Sequence[str] = ()) -> list[Site]:
    """The suite's kernels that are not held out, of these names or all."""
    kernels = [one for one in load_suite() if not one.held_out and (not names or one.name in names)]
    return [Site(f"suite://{one.family}/{one.name}", one.family) for one in kernels]


def corpus_sites(count: int, first: int = 0, *, held_out: bool = False) -> list[Site]:
    """Generated kernels from seed `first` on, of families that are for training or, `held_out`, for validation."""
    found: list[Site] = []
    seed = first
    while len(found) < count:
        kernel = generate(seed)
        if kernel.held_out == held_out:
            found.append(Site(kernel.uri, kernel.family))
        seed += 1
    return found


class Collector:
    """Tries recipes on sites and stores what came of it."""

    def __init__(self, store: Store, pool: WorkerPool, end: float, report: Callable[[str], None]) -> None:
        """`end`: of `time.monotonic`; nothing new is begun after it. `report` gets what goes wrong."""
        self.store, self.pool, self.end, self.report = store, pool, end, report
        self._sources: dict[str, Reliability] = {}
        self.machine = machine_hash(this_machine())
        self.tried = 0

    def known(self, site: Site) -> dict[str, float]:
        """Ratio by recipe of what the store knows of a kernel from this machine."""
        return {one.recipe: one.ratio for one in self.store.outcomes(site.stored.hash, machine=self.machine)}

    def searched(self, site: Site) -> bool:
        """Whether a search was run on it."""
        outcomes = self.store.outcomes(site.stored.hash, machine=self.machine)
        return any(one.origin == "search" for one in outcomes)

    def search(self, site: Site, budget: Budget, seed: int) -> None:
        """Store what `evolve` tries."""
        with ExitStack() as stack:
            if (evaluator := self._evaluator(site, stack, "search")) is not None:
                result = drive(evaluator, EvolvePolicy(), budget, space=ActionSpace.default(), seed=seed)
                if result.ended == "interrupted":
                    raise KeyboardInterrupt

    def try_all(self, site: Site, recipes: Sequence[Recipe], origin: str = "collect") -> Iterator[None]:
        """Try recipes as far as the time goes; yields after each."""
        with ExitStack() as stack:
            evaluator = self._evaluator(site, stack, origin)
            if evaluator is None:
                return
            waiting = deque(recipes)
            compiling: deque[Future[Compiled]] = deque()
            while (waiting or compiling) and monotonic() < self.end:
                while waiting and len(compiling) < AHEAD * self.pool.jobs:
                    compiling.append(evaluator.submit(waiting.popleft()))
                evaluator.judge_compiled(compiling.popleft().result())
                self.tried += 1
                yield
            for future in compiling:
                future.cancel()

    def _evaluator(self, site: Site, stack: ExitStack, origin: str) -> Evaluator | None:
        benchmark = site.benchmark
        assert benchmark.kernel is not None and benchmark.workload is not None
        record = stack.enter_context(Recorder(self.store, site.stored, origin, site.workload))
        runner = stack.enter_context(Runner())
        judge = WorkloadJudge(Verifier(benchmark.kernel, benchmark.workload, runner), runner)
        if site.uri not in self._sources:
            self._sources[site.uri] = static_report(benchmark)
        source = self._sources[site.uri]
        evaluator = Evaluator(benchmark.kernel, judge, self.pool, record=record, reliability=source)
        failure = evaluator.prepare()
        if failure is not None:
            self.report(f"{site.uri}: {failure.kind}: {failure.evidence}")
            return None
        return evaluator


def winners(collector: Collector, sites: Sequence[Site], count: int) -> list[Recipe]:
    """The best few recipes of each kernel that name no loop."""
    best: dict[str, None] = {}
    for site in sites:
        known = sorted(collector.known(site).items(), key=lambda item: -item[1])
        best.update(
            (recipe, None) for recipe, ratio in known[:count] if ratio > GAIN and "hint " not in recipe
        )
    return [Recipe.parse(recipe) for recipe in best]


def drawn_for(site: Site, count: int) -> list[Recipe]:
    """Random recipes of its own for a kernel, the same whenever it is collected on."""
    rng, space = random.Random(site.uri), ActionSpace.default()
    return [random_recipe(rng, space, ()) for _ in range(count)]


def collect(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns how many recipes were tried."""
    sites = suite_sites(arguments.kernel) if arguments.suite or arguments.kernel else []
    sites += corpus_sites(arguments.corpus, arguments.first, held_out=arguments.validation)
    if not sites:
        raise UsageError("there is nothing to collect on", hint="give --suite, --corpus 100, or both")
    budget = Budget.parse(arguments.budget)
    end = monotonic() + (budget.seconds if budget.seconds is not None else float("inf"))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    jobs = arguments.jobs or max(1, config.jobs() - 1)
    with (
        Store(arguments.store) as store,
        WorkerPool(jobs, step_deadline=4.0, deadline=8.0, niceness=10) as pool,
        Progress(*columns, console=console) as progress,
    ):
        collector = Collector(store, pool, end, lambda text: progress.console.print(text, style="yellow"))
        try:
            for site in progress.track(sites, description="search") if arguments.search else ():
                if monotonic() < end and not collector.searched(site):
                    collector.search(site, Budget.parse(arguments.search), arguments.seed)
            task = progress.add_task("collect", total=None)
            _try_everywhere(collector, sites, arguments, progress, task)
            for site, recipes in _noisy(collector, sites, arguments.again).items():
                for _ in collector.try_all(site, recipes):
                    progress.advance(task)
        except KeyboardInterrupt:
            console.print("interrupted: what was tried is in the store; run again to go on")
    return collector.tried


def _try_everywhere(
    collector: Collector,
    sites: Sequence[Site],
    arguments: argparse.Namespace,
    progress: Progress,
    task: object,
) -> None:
    common = [O3, *coreset(), *(winners(collector, sites, arguments.winners) if arguments.winners else [])]
    common = list(
        dict.fromkeys([*common, *recipe_pool(ActionSpace.default(), arguments.pool, arguments.seed)])
    )
    progress.update(task, total=len(sites) * (len(common) + arguments.own))  # type: ignore[arg-type]
    for site in sites:
        if monotonic() >= collector.end:
            break
        recipes = list(dict.fromkeys([*common, *drawn_for(site, arguments.own)]))
        known = collector.known(site)
        missing = [recipe for recipe in recipes if str(recipe) not in known]
        progress.update(task, description=site.uri.rpartition("//")[2], advance=len(recipes) - len(missing))  # type: ignore[arg-type]
        for _ in collector.try_all(site, missing) if missing else ():
            progress.advance(task)  # type: ignore[arg-type]


def _noisy(collector: Collector, sites: Sequence[Site], limit: int) -> dict[Site, list[Recipe]]:
    """What looks noisy, by kernel."""
    by_hash = {site.stored.hash: site for site in sites} if limit else {}
    found: dict[Site, list[Recipe]] = {}
    for one in collector.store.noisy(limit, factor=NOISE, machine=collector.machine) if limit else ():
        if one.kernel in by_hash and one.ratio > 1 / GAIN:
            found.setdefault(by_hash[one.kernel], []).append(Recipe.parse(one.recipe))
    return found


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = (__doc__ or "").split("\n\n")
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.collect",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--suite", action="store_true", help="our suite's kernels that are not held out")
    add("--kernel", action="append", default=[], help="only this kernel of the suite (may be repeated)")
    add("--corpus", type=int, default=0, metavar="N", help="so many generated kernels")
    add(
        "--first", type=int, default=0, metavar="SEED", help="of the generated kernels (default: %(default)s)"
    )
    add("--validation", action="store_true", help="generated kernels of the families that are for validation")
    add("--budget", default="1h", help="for everything, for example 30m or 2h (default: %(default)s)")
    add(
        "--search",
        default="",
        help="first run evolve so long on each kernel, for example 20s (default: do not)",
    )
    add(
        "--winners",
        type=int,
        default=0,
        help="best recipes of each kernel to try on all (default: %(default)s)",
    )
    add("--pool", type=int, default=0, help="recipes of the common pool (default: %(default)s)")
    add("--own", type=int, default=8, help="random recipes of its own for each kernel (default: %(default)s)")
    add(
        "--again",
        type=int,
        default=200,
        help="noisy outcomes to measure again at the end (default: %(default)s)",
    )
    add("--seed", type=int, default=1, help="of pool and search (default: %(default)s)")
    add("--jobs", type=int, default=None, help="compiling processes (default: all cores but one)")
    add("--store", default="", help="URL of the store (default: PASSWRIGHT_STORE, or the local one)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Collect; returns the exit code."""
    console = Console(stderr=True)
    try:
        done = collect(parser().parse_args(argv), console)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    console.print(f"{done} recipes were tried")
    return 0


if __name__ == "__main__":
    sys.exit(main())
