"""Which branches of the reference inputs take, and inputs that are likely to take others.

The reference carries an exported array with a byte per outcome of each branch (passes/native/coverage.cpp), which the
runner returns like any global that a call changed. New inputs are drawn at random from sizes, seeds and styles; a case
is kept when it takes an outcome that none before it took. This is the corpus rule of coverage-guided fuzzers (AFL,
libFuzzer) with whole workloads in place of bytes, so that every input keeps the workload's promises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from passwright.bench.cases import MUTATED_WORK, Case
from passwright.bench.mutation import Mutation, overlaps
from passwright.bench.sizes import fit_sizes, work
from passwright.bench.styles import GUIDED_STYLES, Constants

if TYPE_CHECKING:
    from passwright.bench.answers import RunResult
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

ARRAY = "__pw_coverage"
LISTED = 3
"""Lines of missing branches that a summary names."""


@dataclass(frozen=True)
class Instrumented:
    """The unoptimised build with counters; `outcomes` are (function, line, "branch" or "condition") in the order of
    the array's bytes."""

    object: bytes = field(repr=False)
    outcomes: tuple[tuple[str, int, str], ...]
    constants: Constants


def instrument(kernel: Kernel) -> Instrumented:
    """The kernel's reference with counters, with source lines where there is debug info."""
    from passwright import _native

    module = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    integers, floats = _native.comparison_constants(module, kernel.entry)
    outcomes = _native.instrument_coverage(module, kernel.entry)
    constants = Constants(tuple(integers), tuple(floats))
    return Instrumented(module.emit(opt_level=0), tuple(outcomes), constants)


class Coverage:
    """The outcomes taken so far."""

    def __init__(self, outcomes: Sequence[tuple[str, int, str]]) -> None:
        self.outcomes = tuple(outcomes)
        self._taken = bytearray(len(self.outcomes))

    def add(self, counters: bytes) -> bool:
        """Take note of a run's counters; whether one of them is new."""
        new = False
        for number, count in enumerate(counters[: len(self._taken)]):
            if count and not self._taken[number]:
                self._taken[number] = 1
                new = True
        return new

    def copy(self) -> Coverage:
        """Another one with the same outcomes taken."""
        other = Coverage(self.outcomes)
        other._taken[:] = self._taken
        return other

    @property
    def complete(self) -> bool:
        return all(self._taken)

    @property
    def branches(self) -> tuple[int, int]:
        """How many outcomes of branches were taken, and how many there are."""
        taken = [t for t, (_, _, kind) in zip(self._taken, self.outcomes, strict=True) if kind == "branch"]
        return sum(taken), len(taken)

    @property
    def summary(self) -> str:
        """One phrase for a verdict's evidence: `14 of 15 branches covered (line 23 one way only)`."""
        taken, every = self.branches
        if not every:
            return "no branches"
        text = f"{taken} of {every} branches covered"
        lines: dict[int, list[bool]] = {}
        for one, (_, line, kind) in zip(self._taken, self.outcomes, strict=True):
            if kind == "branch" and line:
                lines.setdefault(line, []).append(bool(one))
        missing = [
            f"line {line} {'one way only' if any(ways) else 'never reached'}"
            for line, ways in sorted(lines.items())
            if not all(ways)
        ]
        if not missing:
            return text
        more = f", {len(missing) - LISTED} more lines" if len(missing) > LISTED else ""
        return f"{text} ({', '.join(missing[:LISTED])}{more})"


def split_counters(result: RunResult) -> tuple[RunResult, bytes]:
    """A run of the instrumented reference as one of the plain one, and its counters (empty: none was set)."""
    written = dict(result.written)
    counters = written.pop(ARRAY, b"")
    return replace(result, written=written), counters


def proposals(
    workload: Workload,
    signature: Mapping[str, Any],
    constants: Constants,
    *,
    vouched: bool,
    special: bool,
    seed: int = 0,
) -> Iterator[Case]:
    """Inputs without end, at random, the same ones every time; `vouched` and `special` as for `mutated_cases`."""
    rng = Random(seed)
    known = [size.sizes for size in workload.verification_sizes() if work(size.sizes) <= MUTATED_WORK]
    pairs = list(overlaps(workload, signature)) if vouched else []
    while True:
        sizes = rng.choice(known) if known else workload.scaled(0.1)
        if rng.random() < 0.5 and sizes:
            near = {name: max(0, value + rng.randint(-3, 3)) for name, value in sizes.items()}
            near = {name: min(value, workload.sizes[name].value) for name, value in near.items()}
            sizes = fit_sizes(workload.sizes, near) or sizes
        style = rng.choice(GUIDED_STYLES) if special else ""
        pair = rng.choice(pairs) if pairs and rng.random() < 0.1 else None
        mutation = Mutation(style, pair, integers=vouched, constants=constants)
        yield Case(sizes, "generated", rng.randrange(1 << 31), special and rng.random() < 0.3, mutation)
