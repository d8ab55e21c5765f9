"""What a call of a kernel takes: run time, memory, allocations.

Time comes from the runner's samples; the heap is counted in one more call, of a variant that is linked with functions
that count (bench/native/allocations.cpp), so that counting costs no time in the samples. Left out: the stack, and what
library functions allocate by themselves (strdup, long std::strings).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from passwright.bench.call import Buffer, Call
from passwright.bench.runner import Runner
from passwright.passes.errors import VerificationError


@dataclass(frozen=True)
class Resources:
    """One call on the measured sizes.

    Attributes:
        seconds: median run time per call.
        data: bytes of the buffers that it is given.
        heap_peak: the most bytes that it held on the heap at once.
        allocations: calls of malloc, new and their kin; `allocated` bytes in all.
        held: bytes that it did not give back.
    """

    seconds: float
    data: int
    heap_peak: int
    allocations: int
    allocated: int
    held: int

    @property
    def peak_memory(self) -> int:
        """Bytes of its data and of its heap at the peak."""
        return self.data + self.heap_peak

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"peak_memory": self.peak_memory}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Resources:
        """The inverse of `to_json`."""
        return cls(**{name: value for name, value in data.items() if name != "peak_memory"})


def measure_resources(
    runner: Runner,
    objects: Sequence[bytes],
    entry: str,
    call: Call,
    *,
    samples: int = 15,
    deadline: float = 5.0,
) -> Resources:
    """Run a build (with its call shim) and count.

    Raises VerificationError when it crashes or hangs, InputError when it does not link.
    """
    name = f"{entry}@resources"
    try:
        runner.load(name, objects, entry, count_heap=True)
        counted = runner.run(name, call)
        if counted.status != "ok" or counted.heap is None:
            raise VerificationError(f"{entry}: {counted.status}: {counted.fault}")
        runner.load(name, objects, entry)
        timed = runner.time([name], call, samples=samples, deadline=deadline)
        if timed.status != "ok":
            raise VerificationError(f"{entry}: {timed.status} while it was timed: {timed.fault}")
    finally:
        runner.unload(name)
    buffers = {id(slot): len(slot.data) for slot in call.slots if isinstance(slot, Buffer)}
    data = sum(buffers.values()) + sum(len(one.data) for one in call.globals.values())
    heap = counted.heap
    seconds = median(timed.samples[name])
    return Resources(seconds, data, heap.peak, heap.allocations, heap.allocated, heap.held)
