"""The smallest admissible value of each size, sizes that bound others, and how fast each should grow."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from passwright.bench.expression import Expression, evaluate
from passwright.bench.expression import names as names_in
from passwright.bench.inference import FEW, TRIAL_TIMEOUT, Inference
from passwright.bench.parameters import Parameter
from passwright.bench.sizes import Size
from passwright.bench.trials import Sight

ROUNDS, FACTOR = 4, 8
"""How often extents are looked at again, at sizes up to how many times the small ones."""
BINS = 256
"""Elements of an array whose length only the indices into it know."""


def find_minima(state: Inference) -> None:
    variable = {name for p in state.arrays if 0 in p.counts for name in state.reaches_sizes(p)}
    state.sizes = {name: Size(value, min=int(name in variable)) for name, value in state.base.items()}
    for name in state.base:
        state.sizes[name] = _lower_end(state, name)
    for _ in range(4):  # sizes that are small one by one may still be too small together
        if _admissible(state, {name: size.min for name, size in state.sizes.items()}):
            break
        state.sizes = {name: replace(size, min=size.min + 1) for name, size in state.sizes.items()}
    for p in state.known:
        if p.name in state.sizes and p.limit < 2**31 - 1:
            state.sizes[p.name] = replace(state.sizes[p.name], max=p.limit)
    for name, what in state.made_up.items():
        if "refers" in what:
            state.sizes[name] = replace(state.sizes[name], value=BINS)
    _find_strides(state)


def confirm_extents(state: Inference) -> None:
    """Look at arrays whose extent depends on data with more data and sizes, and widen what was too tight."""
    for _ in range(ROUNDS if state.loose else 0):
        workload = state.workload(final=True)
        wide = workload.with_sizes({name: FACTOR * value for name, value in state.base.items()})
        short: set[str] = set()
        for case, seed in itertools.product(wide.verification_sizes(), (1, 2, 3)):
            sight = state.trials.touch(
                workload, case.sizes, seed=seed, timeout=TRIAL_TIMEOUT, max_accesses=FEW
            )
            for p in state.arrays:
                extent = state.extent(p, sight)
                if (
                    p.name in state.loose
                    and extent is not None
                    and extent > state.reaches[p.name].at(case.sizes)
                ):
                    state.loose[p.name].append((case.sizes, extent))
                    short.add(p.name)
        if not short:
            return
        state.fit_shapes([p for p in state.arrays if p.name in short])


def _lower_end(state: Inference, name: str) -> Size:
    size = state.sizes[name]
    smallest = _smallest(state, name, state.base)
    if smallest <= 3:
        return replace(size, min=max(size.min, smallest))
    for other, value in state.base.items():  # is it bounded by another size?
        if other != name and value > 3:
            shifted = _smallest(state, name, {**state.base, other: value - 2})
            if shifted == smallest - 2:
                difference = smallest - value
                bound = (
                    other if not difference else f"{other} {'+' if difference > 0 else '-'} {abs(difference)}"
                )
                return replace(size, at_least=bound)
    return replace(size, min=smallest)


def _smallest(state: Inference, name: str, base: Mapping[str, int]) -> int:
    value = base[name]
    for candidate in range(value):
        if _admissible(state, {**base, name: candidate}):
            return candidate
    return value


def _admissible(state: Inference, sizes: Mapping[str, int]) -> bool:
    """Whether the kernel ends well at `sizes` and stays inside the inferred shapes."""
    sight = state.trials.touch(state.workload(), sizes, timeout=TRIAL_TIMEOUT / 4)
    return sight.ok and fits(state, sizes) and all(_inside(state, p, sight, sizes) for p in state.arrays)


def _inside(state: Inference, p: Parameter, sight: Sight, sizes: Mapping[str, int]) -> bool:
    shape = state.specs[p.name].shape or ()
    if p.kind == "rows":
        both = state.rows_and_columns(p, sight) or (0, 0)
        return all(seen <= evaluate(part, sizes) for seen, part in zip(both, shape, strict=True))
    extent = state.extent(p, sight)
    return extent is not None and extent <= math.prod(int(evaluate(part, sizes)) for part in shape)


def fits(state: Inference, sizes: Mapping[str, int]) -> bool:
    """Whether arrays of fixed extent are large enough for `sizes`."""
    return all(
        state.reaches[p.name].at(sizes) <= p.fixed
        for p in state.arrays
        if p.fixed and p.name in state.reaches
    )


def _find_strides(state: Inference) -> None:
    """A leading dimension is at least the row that it strides over: i * lda + j with j < m."""
    for p in state.known:
        if p.name not in state.sizes or "stride" not in p.uses or "bound" in p.uses:
            continue
        for polynomial in state.reaches.values():
            alone = [m[0][0] for m, c in polynomial.terms.items() if c == 1 and len(m) == 1 and m[0][1] == 1]
            alone = [name for name in alone if name != p.name]
            if p.name in polynomial.sizes and alone:
                state.sizes[p.name] = replace(state.sizes[p.name], at_least=alone[0])


def weights(state: Inference) -> dict[str, float]:
    """How fast each size grows: independent ones alike but distinct; bounds of others and mere repetitions
    stay as they are (weight 0)."""
    bounding = {
        other
        for name, size in state.sizes.items()
        if isinstance(size.at_least, str) and "stride" not in _parameter_uses(state, name)
        for other in state.sizes
        if other in size.at_least.split()
    }
    reaching = {name for polynomial in state.reaches.values() for name in polynomial.sizes}
    reaching |= {name for p in state.arrays if p.kind == "rows" for name in _names(state.specs[p.name].shape)}
    weights: dict[str, float] = {}
    for name in state.sizes:
        if name in bounding or (reaching and name not in reaching) or _shrinks(state, name):
            weights[name] = 0.0
        elif name in state.made_up and "entry" in state.made_up[name]:
            weights[name] = 8.0
        elif name in state.made_up and "refers" in state.made_up[name]:
            weights[name] = 0.0
        else:
            weights[name] = 1.0 + 0.1 * sum(1.0 <= w < 8.0 for w in weights.values())
    return weights


def _shrinks(state: Inference, name: str) -> bool:
    """Whether a larger value means less: a smaller output, as by a filter's radius, or fewer accesses."""
    more = {**state.base, name: state.base[name] + 1}
    wider = state.observe({**state.base, name: state.base[name] + 4})
    if wider.ok and wider.accesses < state.observe(state.base).accesses:
        return True
    return any(polynomial.at(more) < polynomial.at(state.base) for polynomial in state.reaches.values())


def _parameter_uses(state: Inference, name: str) -> frozenset[str]:
    return next((p.uses for p in state.known if p.name == name and "bound" not in p.uses), frozenset())


def _names(shape: Sequence[Expression] | None) -> set[str]:
    return {name for part in shape or () for name in names_in(part)}
