"""Measured sizes: grown together until one run of the -O3 build takes long enough to time.

Sizes are weights times one common scale, rounded to two digits and fitted to their constraints. The scale doubles
from run to run until one takes too long or a limit is met, and is then halved in, geometrically.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from passwright.bench.answers import RunResult
from passwright.bench.expression import evaluate
from passwright.bench.sizes import fit_sizes
from passwright.bench.trials import Trials
from passwright.bench.workload import Workload
from passwright.passes.errors import WorkloadError

START = 16.0
LARGEST = 1e8
RUN_TIMEOUT = 0.5
FIXED_TIMEOUT = 10.0
"""Seconds of one run, and of the only one of a kernel without sizes."""
MAX_RUNS = 24
SMALL = 1 << 20
"""Bytes that suffice where time does not follow the sizes."""
WINDOW = 4.0
"""A run may take this much longer than asked for."""


@dataclass(frozen=True)
class Growth:
    """The workload at its measured sizes; what one run of the -O3 build took there (s); bytes of all buffers;
    and why sizes did not grow further: "time", "memory", "fixed" (nothing to grow), "limit", "early" (time does
    not follow the sizes)."""

    workload: Workload
    seconds: float
    bytes: int
    reason: str


class Overrun(Exception):
    """A run went past the end of a buffer: its inferred extent, which depends on data, was too small."""

    def __init__(self, name: str, sizes: Mapping[str, int], offset: int) -> None:
        super().__init__(name)
        self.name, self.sizes, self.offset = name, sizes, offset


@dataclass(frozen=True)
class _Point:
    scale: float
    sizes: Mapping[str, int]
    seconds: float


def grow(
    trials: Trials,
    workload: Workload,
    weights: Mapping[str, float],
    fits: Callable[[Mapping[str, int]], bool],
    min_seconds: float,
    max_bytes: int,
) -> Growth:
    """Grow `workload` as the module says.

    Args:
        weights: per size how fast it grows; 0 keeps its value.
        fits: whether arrays of fixed extent are large enough for some sizes.

    Raises:
        Overrun: a buffer turned out to be too small.
        WorkloadError: the -O3 build fails where the unoptimised one did not, at all sizes.
    """
    grows = any(weights.values())
    reason = "fixed"
    points: list[_Point] = []
    good: _Point | None = None  # the largest that is not too slow
    slow: _Point | None = None  # the smallest that is
    too_large: float | None = None
    fault = ""
    scale = START
    for _ in range(MAX_RUNS):
        sizes = _sizes(workload, weights, scale)
        refusal = _refusal(trials, workload, sizes, fits, max_bytes)
        if refusal and good is not None:
            too_large, reason = scale, refusal
        elif sizes is None or refusal == "limit":
            too_large, reason = scale, "limit"
        else:
            result = _run(trials, workload, sizes, RUN_TIMEOUT if grows else FIXED_TIMEOUT)
            if result.status != "ok":
                too_large, fault = scale, str(result.fault or result.status)
                if not grows:
                    break
            elif grows and result.seconds > WINDOW * min_seconds:
                too_large, slow = scale, _Point(scale, sizes, result.seconds)
            else:
                good = _Point(scale, sizes, result.seconds)
                points.append(good)
                if result.seconds >= min_seconds or not grows or _is_flat(points):
                    break
        low = good.scale if good is not None else 1.0
        if too_large is None:
            missing = min_seconds / max(good.seconds, 1e-9) if good is not None else 1.0
            scale *= 8 if missing > 300 else 4 if missing > 30 else 2
        elif too_large < 1.15 * low:
            break
        else:
            scale = math.sqrt(low * too_large)
    chosen = good if good is not None and (good.seconds >= min_seconds or slow is None) else slow
    if chosen is None:
        raise WorkloadError(
            f"{trials.entry}: the -O3 build does not run on inferred data: {fault or 'no sizes are admissible'}",
            hint="write a workload file (docs/workloads.md)",
        )
    if grows and chosen.seconds >= min_seconds:
        reason = "time"
    elif _is_flat(points) or (reason == "memory" and chosen.seconds < min_seconds / 20):
        # More data does not mean more work (a search that ends early): no reason to move megabytes around.
        small = [point for point in points if footprint(trials, workload, point.sizes) <= SMALL]
        chosen, reason = max(small or points[:1], key=lambda point: point.scale), "early"
    for seed in workload.seeds[1:]:
        _run(trials, workload, chosen.sizes, FIXED_TIMEOUT, seed)
    measured = workload.with_sizes(chosen.sizes)
    return Growth(measured, chosen.seconds, footprint(trials, workload, chosen.sizes), reason)


def _run(
    trials: Trials, workload: Workload, sizes: Mapping[str, int], timeout: float, seed: int = 1
) -> RunResult:
    result = trials.run(workload, sizes, seed=seed, timeout=timeout)
    if result.fault is not None and result.fault.kind == "overrun":
        raise Overrun(result.fault.name, sizes, result.fault.offset)
    return result


def _is_flat(points: list[_Point]) -> bool:
    """Whether time stopped following the sizes: no more than twice as long at a thousand times the scale."""
    early = [point for point in points[1:] if point.scale * 1000 <= points[-1].scale]  # the first run is cold
    return bool(early) and points[-1].seconds < 2 * early[-1].seconds


def _refusal(
    trials: Trials,
    workload: Workload,
    sizes: Mapping[str, int] | None,
    fits: Callable[[Mapping[str, int]], bool],
    max_bytes: int,
) -> str:
    if sizes is None or max(sizes.values(), default=0) > LARGEST or not fits(sizes):
        return "limit"
    return "memory" if footprint(trials, workload, sizes) > max_bytes else ""


def _sizes(workload: Workload, weights: Mapping[str, float], scale: float) -> dict[str, int] | None:
    """Each size at its weight times `scale`, two digits, within its constraints; None where they contradict."""
    wanted = {
        name: _round(weights[name] * scale) if weights.get(name) else size.value
        for name, size in workload.sizes.items()
    }
    sizes = fit_sizes(workload.sizes, wanted)
    return None if sizes is None or (wanted and all(sizes[n] < wanted[n] for n in wanted)) else sizes


def _round(value: float) -> int:
    digits: int = max(0, math.floor(math.log10(max(value, 1.0))) - 1)
    return max(1, round(value / int(10**digits)) * int(10**digits))


def footprint(trials: Trials, workload: Workload, sizes: Mapping[str, int]) -> int:
    """Bytes of all arguments' buffers at `sizes`."""
    strides = {p.name: p.layout.stride for p in trials.parameters if p.layout is not None}
    described = {**workload.args, **workload.globals}
    total = 0
    for name, stride in strides.items():
        elements = [int(evaluate(part, sizes)) for part in described[name].shape or ()]
        total += stride * math.prod(elements)
    return total
