"""The campaign itself: programs one after the other, several at a time, until there are enough or the time is up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from passwright.bench.runner import Runner
from passwright.bench.suite import SUITE
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import InputError, ToolchainError, WorkerError
from passwright.passes.worker import WorkerPool
from passwright.policy.campaign.programs import Origin, load, uris
from passwright.policy.campaign.record import Record, Tried
from passwright.policy.campaign.reduction import undefined, workers
from passwright.policy.campaign.shots import draw, shoot
from passwright.policy.campaign.target import Unfit, prepare

LEAST = 200
"""IR instructions below which there is nothing in Csmith's programs; the checksum alone has 144."""


@dataclass(frozen=True)
class Options:
    """`programs` in all, shared evenly among `origins`; discarded ones do not count."""

    programs: int = 100
    recipes: int = 40
    origins: tuple[Origin, ...] = ("csmith", "corpus")
    seed: int = 1
    jobs: int = 1
    budget: float | None = None
    suite: Path = SUITE

    def identity(self) -> dict[str, Any]:
        """What a campaign that goes on must have in common with what it goes on from."""
        return {"recipes": self.recipes, "seed": self.seed}

    def quota(self, origin: Origin) -> int:
        """Programs of one origin."""
        share, rest = divmod(self.programs, len(self.origins))
        return share + (self.origins.index(origin) < rest)


class _Queue:
    """Programs still to be tried, handed to several threads, origins taking turns."""

    def __init__(self, options: Options, tried: dict[str, Tried]) -> None:
        self._lock = threading.Lock()
        self._tried = tried
        self._sources: dict[Origin, Iterator[str]] = {
            origin: uris(origin, options.seed, options.suite) for origin in options.origins
        }
        self._wanted = {origin: options.quota(origin) for origin in options.origins}
        for one in tried.values():
            if not one.discarded and one.origin in self._wanted:
                self._wanted[one.origin] -= 1

    def take(self) -> str | None:
        """The next program, None when there are enough under way or behind us."""
        with self._lock:
            while any(count > 0 for count in self._wanted.values()):
                origin = max(self._wanted, key=lambda name: self._wanted[name])
                uri = next((uri for uri in self._sources[origin] if uri not in self._tried), None)
                if uri is None:  # a suite ends
                    self._wanted[origin] = 0
                    continue
                self._wanted[origin] -= 1
                return uri
            return None

    def discarded(self, uri: str) -> None:
        """Another one has to take its place."""
        with self._lock:
            for origin in self._wanted:
                if uri.startswith(f"{origin}://"):
                    self._wanted[origin] += 1


def run(options: Options, record: Record, tell: Callable[[Tried], None]) -> None:
    """Try programs until there are enough; `tell` hears of each as soon as it is kept.

    Ends early when the budget is used up. On KeyboardInterrupt the programs under way are given up and everything that was
    kept stays.  Raises what stops every program: ToolchainError, WorkerError, InputError for a full disk.
    """
    queue = _Queue(options, record.tried)
    stop = threading.Event()
    until = monotonic() + options.budget if options.budget else float("inf")
    problems: list[BaseException] = []
    pools = [workers() for _ in range(max(1, options.jobs))]
    again = threading.Lock()

    def work(pool: WorkerPool) -> None:
        space = ActionSpace.default()
        while not stop.is_set() and monotonic() < until and (uri := queue.take()) is not None:
            tried = attempt(uri, options, space, pool)
            if stop.is_set():
                return
            record.append(tried)
            if tried.discarded:
                queue.discarded(uri)
            with again:
                tell(tried)

    def guarded(pool: WorkerPool) -> None:
        try:
            work(pool)
        except BaseException as problem:  # it ends the campaign, in the thread that waits
            if not stop.is_set():
                problems.append(problem)
            stop.set()

    threads = [threading.Thread(target=guarded, args=(pool,), daemon=True) for pool in pools]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(0.2)
    finally:
        stop.set()
        for pool in pools:
            pool.close()
        for thread in threads:
            thread.join()
    if problems:
        raise problems[0]


def attempt(uri: str, options: Options, space: ActionSpace, pool: WorkerPool) -> Tried:
    """One program with all its recipes, in a runner of its own."""
    started = monotonic()

    def seconds() -> float:
        return round(monotonic() - started, 3)

    try:
        program = load(uri, options.suite)
        with Runner() as runner:
            target = prepare(program, runner)
            if program.origin == "csmith" and target.instructions < LEAST:
                raise Unfit("too small")
            if program.origin == "csmith" and (found := undefined(program)):
                raise Unfit(f"undefined behaviour: {found}")
            shots = shoot(target, draw(options.seed, uri, options.recipes, space, target.loops), pool)
    except Unfit as reason:
        return Tried(uri, discarded=str(reason), seconds=seconds())
    except (ToolchainError, WorkerError):
        raise
    except InputError as error:
        return Tried(uri, discarded=f"cannot be made: {error.message}", seconds=seconds())
    return Tried(uri, tuple(shots), "", target.instructions, len(target.loops), seconds())


def origins_of(csmith: bool, corpus: bool, suite: bool) -> tuple[Origin, ...]:
    """The chosen origins, Csmith and the corpus when none is chosen."""
    chosen: Sequence[tuple[bool, Origin]] = ((csmith, "csmith"), (corpus, "corpus"), (suite, "suite"))
    return tuple(name for wanted, name in chosen if wanted) or ("csmith", "corpus")
