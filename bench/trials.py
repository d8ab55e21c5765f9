"""Trial runs of one kernel for workload inference: observed extents, and times of its -O3 build.

A touch run is the unoptimised build with a call before each memory access, on buffers inside large reserved
regions; it says byte by byte how far each buffer reaches. Observations are remembered per (workload, sizes,
seed). Guessing is `bench/infer.py`'s part.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

from passwright._native import Module, argument_uses, call_shim, instrument_memory, signature
from passwright.bench.answers import Fill, RunResult
from passwright.bench.expression import ExpressionError
from passwright.bench.parameters import parameters
from passwright.bench.workload import Workload
from passwright.passes.errors import WorkloadError

if TYPE_CHECKING:
    from passwright.bench.runner import Runner
    from passwright.irgen.kernel import Kernel


MAX_ACCESSES = 20_000_000
"""Of one touch run: what small sizes never need."""
ROW_STRIDE = 1 << 20
"""Bytes between the rows of a `T **` in touch runs."""


@dataclass(frozen=True)
class Reach:
    """What one run touched of one buffer: bytes [low, high) from its start, 0, 0 when nothing."""

    low: int
    high: int
    read: bool
    written: bool
    read_before_write: bool


@dataclass(frozen=True)
class Sight:
    """One touch run: its status, why it failed, what it touched, and how many accesses it made."""

    status: str
    fault: str
    reach: Mapping[str, Reach]
    accesses: int

    @property
    def ok(self) -> bool:
        return self.status == "ok"


class Trials:
    """The kernel's instrumented and -O3 builds, loaded into `runner`; a context manager that unloads them."""

    def __init__(self, kernel: Kernel, runner: Runner, *, deadline: float) -> None:
        self.entry = kernel.entry
        self.signature: dict[str, Any]
        self.uses: dict[str, Any]
        self.seconds_left = deadline
        self.count = 0
        self._runner = runner
        self._names = {kind: f"infer-{kind} {kernel.entry}" for kind in ("touch", "fast")}
        self._seen: dict[Any, Sight] = {}
        self._faults: dict[str, int] = {}
        described = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
        self.signature = signature(described, kernel.entry)
        self.uses = argument_uses(described, kernel.entry)
        self.parameters = parameters(self.signature, self.uses)
        self._bitcode = kernel.bitcode
        self._shim = call_shim(described, kernel.entry).emit("obj")

    def __enter__(self) -> Trials:
        self._load("touch", _instrumented(self._bitcode))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._names.values():
            self._runner.unload(name)

    def _load(self, kind: str, built: bytes) -> None:
        self._runner.load(self._names[kind], [built, self._shim], self.entry)

    def touch(
        self,
        workload: Workload,
        sizes: Mapping[str, int],
        *,
        seed: int = 1,
        timeout: float = 1.0,
        max_accesses: int = MAX_ACCESSES,
    ) -> Sight:
        """Observe one call; a failed one is an observation too. Raises WorkloadError when time is up."""
        key = (_key(workload), tuple(sorted(sizes.items())), seed)
        if key in self._seen:
            return self._seen[key]
        if self.seconds_left <= 0:
            raise WorkloadError(
                f"{self.entry}: no workload was found within the deadline after {self.count} trial runs",
                hint="write a workload file (docs/workloads.md)",
            )
        try:
            call = workload.call(self.signature, sizes, seed)
        except (WorkloadError, ExpressionError) as error:
            return Sight("invalid", str(error), {}, 0)
        self.count += 1
        start = time.perf_counter()
        repeated = {
            name: Fill("pattern")
            for name, spec in workload.args.items()
            if spec.is_array and spec.fill not in ("offsets", "text")
        }
        result = self._runner.touch(
            self._names["touch"],
            call,
            timeout=timeout,
            max_accesses=max_accesses,
            fills=repeated,
            row_stride=ROW_STRIDE,
        )
        self.seconds_left -= time.perf_counter() - start
        reach = {
            name: Reach(
                min(touched.read_low, touched.write_low),
                max(touched.read_high, touched.write_high),
                touched.reads > 0,
                touched.writes > 0,
                touched.read_before_write,
            )
            for name, touched in result.buffers.items()
        }
        status, fault = str(result.status), str(result.fault or "")
        if before := [name for name, seen in reach.items() if seen.low < 0]:
            status, fault = "crashed", fault or f"access before the start of '{before[0]}'"
        sight = Sight(status, fault, reach, result.accesses)
        self._seen[key] = sight
        return sight

    def build_fast(self) -> None:
        """Load the -O3 build, which `run` times."""
        self._load("fast", _optimized(self._bitcode))

    def run(
        self, workload: Workload, sizes: Mapping[str, int], *, seed: int = 1, timeout: float = 2.0
    ) -> RunResult:
        """One run of the -O3 build on buffers of exactly the stated shapes between guard pages."""
        call = workload.call(self.signature, sizes, seed)
        return self._runner.run(self._names["fast"], call, timeout=timeout)


@lru_cache(maxsize=4)
def _instrumented(bitcode: bytes) -> bytes:
    """The unoptimised object with a call before each access; a file's kernels share it."""
    module = Module.parse(bitcode)
    instrument_memory(module)
    return module.emit("obj", opt_level=0)


@lru_cache(maxsize=4)
def _optimized(bitcode: bytes) -> bytes:
    module = Module.parse(bitcode)
    module.run("default<O3>")
    return module.emit("obj")


def _key(workload: Workload) -> tuple[Any, ...]:
    return tuple(
        sorted((name, repr(spec)) for name, spec in [*workload.args.items(), *workload.globals.items()])
    )


def describe_failure(sight: Sight, entry: str, deadline: float) -> WorkloadError:
    """What the user reads when no trial of a kernel ends well."""
    hint = "write a workload file (docs/workloads.md), or measure a whole program with --run"
    match sight.status:
        case "timed-out":
            return WorkloadError(
                f"{entry} did not end within the deadline of {deadline:g} s on any trial data", hint=hint
            )
        case "forbidden":
            return WorkloadError(
                f"{entry} depends on more than its arguments: {sight.fault}",
                hint="optimise a function that only computes, or measure the whole program with --run",
            )
        case "invalid":
            return WorkloadError(f"{entry}: {sight.fault}", hint=hint)
        case _:
            return WorkloadError(
                f"{entry} crashes on all trial data: {sight.fault or sight.status}", hint=hint
            )
