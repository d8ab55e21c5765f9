"""`passwright bench`: optimise every kernel of a suite and time it beside other compilers, resumably.

    rows = run_suite(load_suite(), Settings(), store=ResultStore("results.jsonl"))

A row is appended as soon as its kernel is done; a second run with the same settings on the same machine takes up where the
first one stopped. Kernels run one after the other, since timings must not disturb each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from passwright._native import Module, llvm_version, signature
from passwright.bench.measure import Ratio, Timing, this_machine
from passwright.bench.peers import BASELINE, Peer, build_peers, select
from passwright.bench.report import OURS, Row
from passwright.bench.results import ResultStore, result_key
from passwright.bench.runner import Runner
from passwright.bench.suite import SuiteKernel
from passwright.bench.verify import Verdict, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.optimizer import Options, optimize_kernels
from passwright.passes.errors import PasswrightError
from passwright.passes.worker import WorkerPool
from passwright.policy.policy import Budget
from passwright.result import Event, KernelResult
from passwright.rows import row_of

SAMPLES = 15


@dataclass(frozen=True)
class Settings:
    """What a suite run depends on: the search, the peers' names (separated by commas), the CPU."""

    budget: Budget = field(default_factory=lambda: Budget(seconds=20))
    policy: str = "learned"
    against: str = "clang-O3,gcc-O3,polly"
    march: str = "native"
    seed: int = 0
    jobs: int | None = None

    def key(self) -> dict[str, Any]:
        """What identifies a result besides kernel and machine; the number of workers does not."""
        values = asdict(self)
        values["budget"] = str(self.budget)
        del values["jobs"]
        return values | {"llvm": llvm_version()}


def run_suite(
    suite: Sequence[SuiteKernel],
    settings: Settings,
    store: ResultStore,
    *,
    progress: Callable[[Event], None] | None = None,
    finished: Callable[[SuiteKernel, Row | None, str], None] | None = None,
) -> list[Row]:
    """Rows of the suite's kernels, in its order; those in the store are not run again.

    `finished` is told each kernel with its row, or None and the reason why it has none. KeyboardInterrupt passes through;
    what was finished is in the store.
    """
    peers = select(settings.against)
    rows = []
    for kernel in suite:
        key = result_key(
            f"{kernel.family}/{kernel.name}", settings.key() | _digest(kernel), this_machine().cpu
        )
        row = store.get(key)
        reason = ""
        if row is None:
            try:
                row = run_kernel(kernel, settings, peers, progress)
            except PasswrightError as error:
                reason = str(error)
            else:
                store.append(key, row)
        if row is not None:
            rows.append(row)
        if finished is not None:
            finished(kernel, row, reason)
    return rows


def run_kernel(
    suite_kernel: SuiteKernel,
    settings: Settings,
    peers: Sequence[Peer],
    progress: Callable[[Event], None] | None = None,
) -> Row:
    """Optimise one kernel, then time the peers beside -O3.  Raises KeyboardInterrupt rather than storing half a search."""
    kernel = suite_kernel.lower(march=settings.march)
    options = Options(budget=settings.budget, policy=settings.policy, seed=settings.seed, jobs=settings.jobs)
    result = optimize_kernels([[kernel]], options, progress=progress)
    if result.interrupted:
        raise KeyboardInterrupt
    (file,) = result.files
    (optimised,) = file.kernels
    row = row_of(
        optimised, name=suite_kernel.name, family=suite_kernel.family, held_out=suite_kernel.held_out
    )
    return _beside_peers(row, kernel, optimised, file.object, peers)


def _beside_peers(
    row: Row, kernel: Kernel, optimised: KernelResult, obj: bytes, peers: Sequence[Peer]
) -> Row:
    """The row with all builds timed in one interleaved run, so that every ratio in it is of one measurement."""
    workload = optimised.workload or Workload.load(kernel.workload or "")
    with WorkerPool(1, step_deadline=20.0, deadline=40.0) as pool:
        builds = {build.peer: build for build in build_peers(kernel, peers, pool)}
    notes = {name: build.reason for name, build in builds.items() if not build.available}
    objects = {name: build.object for name, build in builds.items() if build.available}
    if optimised.improved:
        objects[OURS] = obj
    types = signature(Module.parse(kernel.debug_bitcode, kernel.name), kernel.entry)
    verdicts: dict[str, Verdict] = {}
    with Runner() as runner:
        verifier = Verifier(kernel, workload, runner, signature=types)
        call = workload.call(types, workload.measured_sizes, workload.seeds[0])
        loaded = []
        for name, data in objects.items():
            if name not in (BASELINE, OURS):
                verdicts[name] = verifier.check([data])
            try:
                runner.load(name, [data, verifier.shim], kernel.entry)
            except PasswrightError as error:
                notes[name] = error.message
            else:
                loaded.append(name)
        timed = runner.time(loaded, call, samples=SAMPLES, warmup=2, deadline=15.0)
    if timed.status != "ok":
        failed = f"{timed.status}: {timed.fault or 'no reason given'}"
        return replace(row, peer_verdicts=verdicts, notes=notes | dict.fromkeys(loaded, failed))
    times = {name: Timing.of(values) for name, values in timed.samples.items()}
    times.setdefault(OURS, times[BASELINE])
    ratio = Ratio.of(times[BASELINE], times[OURS]) if optimised.improved else row.ratio
    return replace(row, peer_times=times, ratio=ratio, peer_verdicts=verdicts, notes=notes)


def _digest(kernel: SuiteKernel) -> dict[str, str]:
    """Source and workload: a changed kernel is another kernel."""
    data = kernel.source.read_bytes() + kernel.workload.read_bytes()
    return {"digest": hashlib.sha256(data).hexdigest()[:16]}
