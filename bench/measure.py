"""Timings, ratios with intervals, and when a gain may be claimed.

Baseline and candidate are timed in alternation in one process, so that their samples pair up round by round
and slow drift of the machine hits both. The ratio is that of the medians; its interval is a percentile
bootstrap over rounds (Efron, Tibshirani: An Introduction to the Bootstrap, 1993, chapter 13). A gain is
claimed only where the interval excludes 1. Nothing is subtracted from the samples, and all of them are
kept.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from passwright.bench.machine import Machine, this_machine
from passwright.passes.errors import InputError, VerificationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from passwright.bench.call import Call
    from passwright.bench.runner import Runner

__all__ = [
    "Comparison",
    "Machine",
    "Ratio",
    "Timing",
    "claims_gain",
    "measure",
    "this_machine",
    "write_pyperf",
]

CONFIDENCE = 0.95
RESAMPLES = 2000
FEW = 6
"""Below this many samples resampling sees too little of the spread, and the extremes are taken instead."""
TOO_FEW = 4
"""Below this many, even separate extremes happen by chance too often (1 in 20 for three): there is no
interval."""


@dataclass(frozen=True)
class Timing:
    """Samples in seconds per call, as they came, their median and its 95 % interval."""

    samples: tuple[float, ...]
    median: float
    low: float
    high: float
    machine: Machine

    @staticmethod
    def of(samples: Sequence[float], machine: Machine | None = None) -> Timing:
        """The summary of samples; `machine` defaults to this one."""
        import numpy as np

        if not samples:
            raise InputError("a timing needs at least one sample")
        values = np.asarray(samples, dtype=float)
        low, high = float(values.min()), float(values.max())
        if len(values) >= FEW:
            medians = np.median(values[_resamples(len(values))], axis=1)
            low, high = map(float, np.quantile(medians, _tails(CONFIDENCE)))
        median = float(np.median(values))
        return Timing(tuple(map(float, samples)), median, low, high, machine or this_machine())


@dataclass(frozen=True)
class Ratio:
    """Baseline's median over the candidate's: above 1 the candidate is faster. `low` and `high`: 95 %
    interval.

    Fewer than four paired samples give the interval from 0 to infinity.
    """

    value: float
    low: float
    high: float

    @staticmethod
    def of(baseline: Timing, candidate: Timing, *, confidence: float = CONFIDENCE) -> Ratio:
        """The ratio of two timings of one interleaved measurement; samples pair up by position."""
        import numpy as np

        count = min(len(baseline.samples), len(candidate.samples))
        base = np.asarray(baseline.samples[:count])
        other = np.asarray(candidate.samples[:count])
        value = float(np.median(base) / np.median(other))
        if count < TOO_FEW:
            return Ratio(value, 0.0, math.inf)
        if count < FEW:
            return Ratio(value, float(base.min() / other.max()), float(base.max() / other.min()))
        rounds = _resamples(count)
        ratios = np.median(base[rounds], axis=1) / np.median(other[rounds], axis=1)
        low, high = map(float, np.quantile(ratios, _tails(confidence)))
        return Ratio(value, min(low, value), max(high, value))


@dataclass(frozen=True)
class Comparison:
    """An interleaved measurement of two variants."""

    baseline: Timing
    candidate: Timing
    ratio: Ratio


def claims_gain(ratio: Ratio) -> bool:
    """Whether the candidate is faster beyond doubt: its interval lies above 1."""
    return ratio.low > 1


def measure(
    runner: Runner,
    baseline: str,
    candidate: str,
    call: Call,
    *,
    min_sample: float = 1e-3,
    samples: int = 15,
    max_samples: int = 60,
    deadline: float = 10.0,
    seed: int = 1,
) -> Comparison:
    """Time two loaded variants until the interval of their ratio excludes 1, or samples or time run out.

    Samples come in batches of `samples` rounds; after each one looks at the interval. Looking repeatedly
    finds differences where there are none more often than once, therefore the level is divided by the
    number of looks there may be (Bonferroni), and the interval holds at 95 % whenever the measurement
    stops.

    Raises `VerificationError` when a variant fails while it is timed.
    """
    end = monotonic() + deadline
    looks = max(1, math.ceil(max_samples / samples))
    confidence = 1 - (1 - CONFIDENCE) / looks
    found: dict[str, list[float]] = {baseline: [], candidate: []}
    for look in range(looks):
        rounds = min(samples, max_samples - look * samples)
        result = runner.time(
            [baseline, candidate],
            call,
            min_sample=min_sample,
            samples=rounds,
            warmup=3 if look == 0 else 1,
            deadline=max(0.0, end - monotonic()),
            seed=seed + look,
        )
        if result.status != "ok":
            raise VerificationError(f"{call.entry} {result.status} while it was timed: {result.fault}")
        for name, values in result.samples.items():
            found[name].extend(values)
        machine = this_machine()
        base, other = (Timing.of(found[name], machine) for name in (baseline, candidate))
        ratio = Ratio.of(base, other, confidence=confidence)
        if not ratio.low <= 1 <= ratio.high or monotonic() >= end or len(result.samples[baseline]) < rounds:
            break
    return Comparison(base, other, ratio)


def write_pyperf(path: Path, timings: Mapping[str, Timing]) -> None:
    """Write timings by benchmark name as a file that `pyperf compare_to`, `pyperf stats` and others read.

    The format is pyperf's JSON, version 1.0; it is written without pyperf. The file appears whole or not at
    all; raises `InputError` when it cannot be written.
    """
    benchmarks = []
    for name, timing in timings.items():
        machine = timing.machine
        metadata: dict[str, str | int] = {
            "name": name,
            "unit": "second",
            "loops": 1,
            "cpu_model_name": machine.cpu,
            "cpu_count": machine.cpus,
            "platform": machine.kernel,
            "llvm_version": machine.llvm,
            "passwright_version": machine.package,
        }
        known = {key: value for key, value in metadata.items() if value not in ("", 0)}
        benchmarks.append({"metadata": known, "runs": [{"values": list(timing.samples)}]})
    text = json.dumps({"version": "1.0", "benchmarks": benchmarks}, indent=1)
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(text)
                file.close()
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        reason = error.strerror or str(error)
        text = f"{path}: cannot write the timings: {reason}"
        raise InputError(text, hint="choose another folder") from None


def _resamples(count: int) -> NDArray[np.intp]:
    """Draws with replacement as indices, shape (RESAMPLES, count); the same ones for the same count."""
    import numpy as np

    return np.random.default_rng(count).integers(0, count, (RESAMPLES, count))


def _tails(confidence: float) -> tuple[float, float]:
    return (1 - confidence) / 2, (1 + confidence) / 2
