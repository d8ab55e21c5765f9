"""Where a search's seconds go: a judge that keeps the time of what it is asked, by stage.

Stages: "reference" (the unoptimised build on all inputs, and what sanitizers say of mutated ones), "verify" (candidates
against it), "measure" (samples, loading of what is timed). `optimize` adds "sanitize" (the sanitized build and its
planned calls), "workload" (inference) and "compile" (seconds of the worker processes, which work beside the rest).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from passwright.bench.measure import Comparison
from passwright.bench.verify import Verdict
from passwright.policy.judge import Judge, Timed

VERIFICATION = ("sanitize", "reference", "verify")
"""The stages that are the price of verification."""


class Stages:
    """Wall seconds by stage, growing."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Counts what the block takes."""
        started = monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + monotonic() - started


def verification_share(stages: Mapping[str, float], seconds: float) -> float:
    """The part of `seconds` that verification took; 0 where nothing was recorded."""
    return sum(stages.get(stage, 0.0) for stage in VERIFICATION) / seconds if seconds > 0 else 0.0


class TimedJudge:
    """Another judge, with its time kept."""

    def __init__(self, judge: Judge, stages: Stages) -> None:
        self.judge = judge
        self.stages = stages

    def prepare(self) -> Verdict | None:
        with self.stages.of("reference"):
            return self.judge.prepare()

    def check(self, objects: Sequence[bytes], *, quick: bool = False) -> Verdict:
        with self.stages.of("verify"):
            return self.judge.check(objects, quick=quick)

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        with self.stages.of("measure"):
            self.judge.load(name, objects)

    def unload(self, name: str) -> None:
        self.judge.unload(name)

    def time(
        self,
        names: Sequence[str],
        *,
        samples: int,
        warmup: int = 1,
        min_sample: float = 1e-3,
        deadline: float = 10.0,
        stop_if_slower: float = 0.0,
        timeout: float | None = None,
    ) -> Timed:
        with self.stages.of("measure"):
            return self.judge.time(
                names,
                samples=samples,
                warmup=warmup,
                min_sample=min_sample,
                deadline=deadline,
                stop_if_slower=stop_if_slower,
                timeout=timeout,
            )

    def compare(self, baseline: str, candidate: str, *, deadline: float) -> Comparison:
        with self.stages.of("measure"):
            return self.judge.compare(baseline, candidate, deadline=deadline)
