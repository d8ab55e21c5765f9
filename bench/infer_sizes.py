"""Which integers are sizes, and small values of them at which the kernel touches as much as possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from passwright.bench.inference import TRIAL_TIMEOUT, Inference
from passwright.bench.parameters import Parameter
from passwright.bench.trials import Sight, describe_failure
from passwright.bench.workload import Argument

PATIENCE = 4
"""Trials that may time out before the kernel counts as one that never ends."""


def find_strings(state: Inference) -> None:
    """A string whose end the kernel looks for is as long as we please."""
    for p in state.arrays:
        if p.text and not p.fixed and not p.written:
            name = state.new_size(f"{p.name}_len", 24)
            state.made_up[name] = f"the length of {p.name} with its terminator"
            state.specs[p.name] = replace(state.specs[p.name], shape=(name,))


def find_sizes(state: Inference) -> None:
    sizes = [p for p in state.known if p.kind in ("size", "start")]
    best: tuple[tuple[int, bool, int], dict[str, int]] | None = None
    failure: Sight | None = None
    late = 0
    wanted = sum(p.accessed for p in state.arrays)
    if any(state.meaning(p) in ("index", "offsets") for p in state.arrays):
        for p in state.arrays:
            if state.meaning(p) in ("index", "offsets"):
                state.probes[p.name] = 0
    for scalars in (None, 1, 0, 2):
        if scalars is not None:
            _fix_integers(state, scalars)
        for assignment in _assignments(sizes):
            values = {**assignment, **state.base}
            sight = state.observe(values)
            if not sight.ok:
                failure = failure or sight
                late += sight.status == "timed-out"
                if late == PATIENCE and best is None:
                    break
                continue
            touched = sum(reach.high > 0 for reach in sight.reach.values())
            robust = touched >= (best[0][0] if best else 0) and _is_robust(state, values, touched)
            if best is None or (touched, robust, sight.accesses) > best[0]:
                best = ((touched, robust, sight.accesses), values)
            if touched >= wanted and robust:
                break
        if best is not None or late >= PATIENCE:
            break
        if late and _is_static(state):
            return
    if best is None:
        assert failure is not None
        raise describe_failure(failure, state.trials.entry, TRIAL_TIMEOUT)
    state.base = best[1]
    _drop_starts(state, [p for p in sizes if p.kind == "start"])
    _settle_integers(state)


def _is_robust(state: Inference, values: Mapping[str, int], touched: int) -> bool:
    """Whether the kernel still touches as many buffers when one size grows: a filter may not exceed its image."""
    for name in values:
        sight = state.observe({**values, name: values[name] + 4})
        if not sight.ok or sum(reach.high > 0 for reach in sight.reach.values()) < touched:
            return False
    return True


def _is_static(state: Inference) -> bool:
    """Whether no trial is needed: all sizes are constants of the code, and so are all extents."""
    known = state.arrays and all(p.use.get("extent") or p.fixed for p in state.arrays)
    return bool(known) and not state.base and not any(p.kind in ("size", "start") for p in state.known)


def _fix_integers(state: Inference, value: int) -> None:
    for p in state.known:
        if p.kind == "integer":
            state.specs[p.name] = Argument(value=min(value, p.limit))


def _settle_integers(state: Inference) -> None:
    """An integer that decides how far buffers reach, though no size, gets one value: the farthest of a few."""
    for p in state.known:
        drawn = state.specs[p.name]
        if p.kind != "integer" or p.char or p.limit < 4 or drawn.range is None:
            continue
        seen: dict[int, tuple[tuple[str, int], ...]] = {}
        for value in (1, 2, 3, 4):
            state.specs[p.name] = Argument(value=value)
            sight = state.observe(state.base)
            if sight.ok:
                seen[value] = tuple((name, reach.high) for name, reach in sight.reach.items())
        if len(set(seen.values())) <= 1 and len(seen) == 4:
            state.specs[p.name] = drawn
        elif seen:
            state.specs[p.name] = Argument(
                value=max(seen, key=lambda value: (sum(h for _, h in seen[value]), value))
            )


def _drop_starts(state: Inference, starts: Sequence[Parameter]) -> None:
    """An integer that loops start at is zero, unless the kernel does less then (it counts down)."""
    for p in starts:
        at_zero = state.observe({**state.base, p.name: 0})
        if state.arrays and at_zero.ok and at_zero.accesses >= state.observe(state.base).accesses:
            state.specs[p.name] = Argument(value=0)
            del state.base[p.name]


def _assignments(sizes: Sequence[Parameter]) -> Iterator[dict[str, int]]:
    """Small values to try: distinct ones first, then relations that kernels may demand of their sizes."""
    names = [p.name for p in sizes]
    limits = {p.name: p.limit for p in sizes}
    count = len(names)
    plans = [[12 + 2 * i for i in range(count)], [4] * count, [16] * count]
    plans.append([12 + 2 * (count - 1 - i) for i in range(count)])
    for i in range(count if count > 1 else 0):
        plans.append([16 + j if j == i else 3 for j in range(count)])
        plans.append([3 if j == i else 16 + j for j in range(count)])
    plans += [[2] * count, [1] * count]
    seen: set[tuple[int, ...]] = set()
    for plan in plans:
        values = {name: min(value, limits[name]) for name, value in zip(names, plan, strict=True)}
        if tuple(values.values()) not in seen:
            seen.add(tuple(values.values()))
            yield values
