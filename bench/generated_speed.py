"""How fast a generated source is beside another that does the same: both at clang -O3, calls interleaved in one process.

    found = speed(requirement, source, naive)
    found.ratio, found.timing, found.sizes

Sizes grow from small ones until a call takes long enough to time. Both sources have been judged before; here nothing is
compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passwright.bench.calling import ENTRY
from passwright.bench.generated import call, call_shim, compile_for_call
from passwright.bench.measure import Ratio, Timing
from passwright.bench.runner import Runner
from passwright.irgen.notation.inputs import DrawError, at_sizes
from passwright.irgen.notation.meaning import MeaningError
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.requirement import Requirement
from passwright.passes.errors import CompileError

LONG_ENOUGH = 2e-4
"""Seconds of a call from which on sizes stop growing."""
LARGEST = 1 << 20
"""Elements of a size with one dimension; the growth ends there."""


@dataclass(frozen=True)
class Speed:
    """Attributes:
    ratio: time of the other source over time of this one.
    timing, other: seconds of a call of this source and of the other.
    sizes: of the calls, by name.
    """

    ratio: Ratio
    timing: Timing
    other: Timing
    sizes: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "ratio": {"value": self.ratio.value, "low": self.ratio.low, "high": self.ratio.high},
            "seconds": self.timing.median,
            "naive_seconds": self.other.median,
            "sizes": dict(self.sizes),
        }


def speed(
    requirement: Requirement, source: str, other: str, *, deadline: float = 0.3, seed: int = 1
) -> Speed | None:
    """The comparison, in about `deadline` seconds; None where no sizes could be found at which both run."""
    program = requirement.program
    resolved = resolve(program)
    shim = call_shim(program.declarations)
    with Runner() as runner:
        for name, text in (("this", source), ("other", other)):
            runner.load(name, [compiled(requirement, text), shim], ENTRY)
        sizes = _grown(runner, resolved, seed)
        if sizes is None:
            return None
        values = at_sizes(resolved, sizes, seed)
        found = runner.time(
            ["this", "other"], call(program.declarations, values), deadline=deadline, samples=31
        )
        if found.status != "ok":
            return None
        timing, against = (Timing.of(found.samples[name]) for name in ("this", "other"))
        return Speed(Ratio.of(against, timing), timing, against, sizes)


def compiled(requirement: Requirement, source: str, flags: Sequence[str] = ("-O3", "-march=native")) -> bytes:
    """The object of a source and of the function that calls it.  Raises CompileError."""
    run = compile_for_call(requirement, source, [*flags, "-w", "-c"])
    if run.returncode != 0:
        raise CompileError("the generated source does not compile", diagnostics=run.diagnostics)
    return run.output


def _grown(runner: Runner, resolved: Any, seed: int) -> dict[str, int] | None:
    """Sizes at which a call is long enough to time, or the largest that are tried."""
    names = [d.name for d in resolved.program.declarations if d.role in ("size", "len")]
    last = None
    size = 16
    while size <= LARGEST:
        sizes = dict.fromkeys(names, size)
        try:
            values = at_sizes(resolved, sizes, seed)
        except (DrawError, MeaningError, MemoryError):
            return last
        result = runner.run("other", call(resolved.program.declarations, values), timeout=5.0)
        if result.status != "ok":
            return last
        last = sizes
        if result.seconds >= LONG_ENOUGH or not names:
            return last
        size *= 4 if result.seconds < LONG_ENOUGH / 50 else 2
    return last
