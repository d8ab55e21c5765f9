"""Where a search's seconds go: a judge that keeps the time of what it is asked, by stage.

Stages: "reference" (the unoptimised build on all inputs, and what sanitizers say of mutated ones), "verify" (candidates
against it), "measure" (samples, loading of what is timed). `optimize` adds "sanitize" (the sanitized build and its
planned calls), "workload" (inference) and "compile" (seconds of the worker processes, which work beside the rest).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import ParamSpec, TypeVar

from passwright.policy.judge import Judge

P = ParamSpec("P")
R = TypeVar("R")

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


def timed(stages: Stages, stage: str, work: Callable[P, R]) -> Callable[P, R]:
    """The same function, with its seconds counted."""

    def counted(*arguments: P.args, **options: P.kwargs) -> R:
        with stages.of(stage):
            return work(*arguments, **options)

    return counted


class TimedJudge:
    """Another judge (policy/judge.py), with its time kept."""

    def __init__(self, judge: Judge, stages: Stages) -> None:
        self.judge = judge
        self.prepare = timed(stages, "reference", judge.prepare)
        self.check = timed(stages, "verify", judge.check)
        self.load = timed(stages, "measure", judge.load)
        self.unload = judge.unload
        self.time = timed(stages, "measure", judge.time)
        self.compare = timed(stages, "measure", judge.compare)
