"""What integer arrays mean: offsets into other arrays, or indices and what they must stay below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from passwright.bench.expression import Expression
from passwright.bench.inference import TRIAL_TIMEOUT, Inference, with_values
from passwright.bench.parameters import Parameter
from passwright.bench.trials import Sight, describe_failure
from passwright.bench.workload import Argument


def find_offsets(state: Inference) -> None:
    """Row starts: all zero while shapes were fitted, now growing up to a size of their own."""
    found = [p for p in state.arrays if state.meaning(p) == "offsets" and state.specs[p.name].shape]
    for p in found:
        total = state.new_size(
            "nnz" if not state.made_up else f"{p.name}_total", 3 * max(state.base.values(), default=8)
        )
        state.made_up[total] = f"the last entry of {p.name}"
        state.probes.pop(p.name, None)
        state.specs[p.name] = replace(state.specs[p.name], fill="offsets", total=total, range=None)
    if found:
        state.fit_shapes([p for p in state.arrays if p not in found])


def find_indices(state: Inference) -> None:
    for p in state.arrays:
        if state.meaning(p) != "index":
            continue
        below = _index_limit(state, p)
        state.probes[p.name] = f"{below} - 1"
        state.specs[p.name] = with_values(p, state.specs[p.name], fill="index", below=below)
        state.fit_shapes(_changed(state))
    probed = dict(state.probes)
    state.probes.clear()
    if probed and not state.observe(state.base).ok:
        _calm_indices(state, probed)


def _calm_indices(state: Inference, probed: Mapping[str, Expression]) -> None:
    """Random indices may send a kernel in circles (parents, links): then each element is its own."""
    for fill in ("iota", "zero"):
        for name in probed:
            p = next(p for p in state.arrays if p.name == name)
            if p.is_integer_array:
                state.specs[name] = replace(state.specs[name], fill=fill, below=None)
        if state.observe(state.base).ok:
            return
    raise describe_failure(state.observe(state.base), state.trials.entry, TRIAL_TIMEOUT)


def _index_limit(state: Inference, p: Parameter) -> Expression:
    """What the values of an index array must stay below."""
    targets = list(p.use["index_into"])
    local = [t["local"] for t in targets if t.get("local")]
    if local:
        return int(min(local))
    named = [q for q in state.arrays if any(state.is_target(q, t) for t in targets)]
    fixed = [q for q in named if q.fixed]
    if fixed:
        return _largest_fixed(state, p, fixed)
    sized = [q for q in named if state.reaches.get(q.name) is not None and state.reaches[q.name].sizes]
    for candidate in _candidates(state, sized):
        state.probes[p.name] = f"{candidate} - 1"
        sight = state.observe(state.base)
        if sight.ok and all(
            (state.extent(q, sight) or 0) <= state.reaches[q.name].at(state.base) for q in sized
        ):
            return candidate
    return _free_limit(state, p, named)


def _candidates(state: Inference, sized: Sequence[Parameter]) -> Iterator[str]:
    for q in sized:
        yield str(state.product(state.reaches[q.name]))
    own = {name for q in sized for name in state.reaches[q.name].sizes}
    yield from sorted(own, key=lambda name: -state.base[name])


def _largest_fixed(state: Inference, p: Parameter, fixed: Sequence[Parameter]) -> int:
    """The most that keeps every access inside arrays of fixed extent (an index may be scaled)."""
    low, high = 1, min(q.fixed for q in fixed)
    while low < high:
        middle = (low + high + 1) // 2
        state.probes[p.name] = middle - 1
        sight = state.observe(state.base)
        inside = sight.ok and all((state.extent(q, sight) or 0) <= q.fixed for q in fixed if not q.is_global)
        inside = inside and all(_grew(state, q, sight) for q in fixed if q.is_global and middle > 1)
        low, high = (middle, high) if inside else (low, middle - 1)
    return low


def _grew(state: Inference, q: Parameter, sight: Sight) -> bool:
    """Whether a global was reached at all: accesses behind its end are nobody's."""
    return bool(state.extent(q, sight))


def _free_limit(state: Inference, p: Parameter, targets: Sequence[Parameter]) -> Expression:
    """Nothing else says how long the indexed array is: an unused integer, the index array's own rows, or
    a size of its own for arrays that are written through the index (bins)."""
    unused = [q for q in state.known if q.kind == "integer" and q.limit > 2**15 and not q.uses]
    if unused:
        q = unused[0]
        state.specs[q.name] = Argument(value=q.name)
        return state.new_size(q.name, max(state.base.values(), default=12) + 2)
    if state.base and targets and not any(q.written for q in targets):
        return _main_size(state, p)
    name = state.new_size(f"{targets[0].name if targets else p.name}_len", 20)
    state.made_up[name] = f"the number of elements that {p.name} refers to"
    return name


def _main_size(state: Inference, p: Parameter) -> str:
    """The size that counts rows (of the offsets, where there are any), else the index array's own."""
    owners = [q for q in state.arrays if state.specs[q.name].fill == "offsets"] or [p]
    own = [
        name
        for q in owners
        for name in state.base
        if name in state.reaches_sizes(q) and name not in state.made_up
    ]
    return own[0] if own else next(iter(state.base))


def _changed(state: Inference) -> list[Parameter]:
    """Arrays that reach further than their shapes say since indices are no longer zero."""
    sight = state.observe(state.base)
    return [
        p
        for p in state.arrays
        if not p.fixed
        and p.kind != "rows"
        and (state.extent(p, sight) or 0) > state.reaches[p.name].at(state.base)
    ]
