"""Builds that faults can hit, and the input that they run on.

`instrument` makes the build: the kernel is optimised by its recipe, instrumented, and goes to the code generator.
`FaultTarget` is such a build loaded in a runner with one call; `hit` runs it with one fault.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from passwright.bench.call import Buffer, Call
from passwright.bench.compare import difference, return_layout
from passwright.bench.elements import parse_layout
from passwright.bench.reliability.fault_propagation import FaultOutcome, Injection
from passwright.irgen.flags import reorders_floats
from passwright.passes.build import build_module
from passwright.passes.errors import InputError, PasswrightError, WorkloadError
from passwright.passes.recipe import O3, Recipe

if TYPE_CHECKING:
    from passwright._native import FaultSite, Module
    from passwright.bench.answers import RunResult
    from passwright.bench.runner import Runner
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

COUNTDOWN, BIT, SITE = "__pw_fault_countdown", "__pw_fault_bit", "__pw_fault_site"
"""The globals that control a build (passes/native/faults.h)."""
NEVER = (1 << 64) - 1
"""A countdown that no run reaches."""
NO_BIT = (1 << 32) - 1
"""The bit number that flips nothing."""
VALUE_LIMIT = 200_000
"""Values that a run on the chosen sizes computes at most: enough for vectorised loops to turn many times, and a
millisecond or so."""
GOLDEN_TIMEOUT = 20.0
"""Processor seconds for a run without a fault."""
HANG_FACTOR, HANG_FLOOR = 10.0, 0.05
"""A run hangs when it takes more processor time than HANG_FACTOR runs without a fault and HANG_FLOOR seconds."""


@dataclass(frozen=True)
class FaultBuild:
    """A kernel's object with every value a possible target; `plain` is the same build without that."""

    kernel: Kernel
    recipe: Recipe
    object: bytes
    plain: bytes
    shim: bytes
    sites: tuple[FaultSite, ...]


def instrument(
    kernel: Kernel, recipe: Recipe | None = None, *, functions: tuple[str, ...] = ()
) -> FaultBuild:
    """Optimise the kernel's file (None: -O3), then instrument all of it, or only the named functions.

    The recipe runs in this process. Raises what `build_module` raises, and InputError for a function that the
    optimised module does not define.
    """
    from passwright import _native

    recipe = O3 if recipe is None else recipe
    original = _native.Module.parse(kernel.bitcode, kernel.name)
    module = _optimised(original, kernel, recipe)
    plain = module.emit()
    if kernel.debug_bitcode and kernel.debug_bitcode != kernel.bitcode:
        # Only if debug information left the code alone may it say which lines the values belong to.
        located = _optimised(_native.Module.parse(kernel.debug_bitcode, kernel.name), kernel, recipe)
        module = located if located.structural_hash() == module.structural_hash() else module
    sites = tuple(_native.instrument_faults(module, list(functions)))
    if not sites:
        raise InputError(f"{kernel.name} computes no value that a fault could hit")
    shim = _native.call_shim(original, kernel.entry).emit()
    return FaultBuild(kernel, recipe, module.emit(), plain, shim, sites)


def _optimised(module: Module, kernel: Kernel, recipe: Recipe) -> Module:
    return build_module(module, {kernel.entry: recipe}, fast_math=reorders_floats(kernel.flags))


class FaultTarget:
    """A build on one call: what it computes by itself, and what one fault makes of it.

    Attributes:
        golden: the results of a run without a fault.
        values: how many values that run computes.
        timeout: processor seconds after which a run counts as hung.
    """

    def __init__(self, runner: Runner, build: FaultBuild, call: Call) -> None:
        """Runs the build twice. Raises InputError when it fails without a fault, or when its two runs differ."""
        self.build = build
        self.call = call
        self._runner = runner
        self._name = f"{build.kernel.entry}@faults"
        runner.load(self._name, [build.object, build.shim], build.kernel.entry)
        self.golden = self._run(NEVER, NO_BIT, GOLDEN_TIMEOUT)
        if self.golden.status != "ok":
            reason = self.golden.fault or self.golden.status
            raise InputError(f"{build.kernel.name} fails without any fault: {reason}")
        self.values = _left(NEVER, self.golden)
        again = self._run(NEVER, NO_BIT, GOLDEN_TIMEOUT)
        if again.status != "ok" or _left(NEVER, again) != self.values or self._wrong(again):
            raise InputError(
                f"{build.kernel.name}: two runs on the same input differ, so that nothing can be said about faults",
                hint="take out what depends on addresses, time or uninitialised memory",
            )
        self.timeout = HANG_FACTOR * min(self.golden.seconds, again.seconds) + HANG_FLOOR

    def close(self) -> None:
        """Forget the build; the runner stays."""
        self._runner.unload(self._name)

    def hit(self, index: int, bit: int) -> Injection:
        """Run with one fault: bit `bit` (modulo the width) of the value before which `index` were computed."""
        outcome, detail, site = self._hit(index, bit)
        if not site:
            # What ended the run took its globals along; the same run without the flip gets as far.
            site = _site(self._run(index, NO_BIT, GOLDEN_TIMEOUT))
        if not site:
            raise InputError(f"{self.build.kernel.name}: a run on the same input computed fewer values")
        where = self.build.sites[site - 1]
        return Injection(
            index, bit, outcome, where.function, where.kind, where.opcode, where.file, where.line, detail
        )

    def intact(self) -> bool:
        """Whether a run without a fault still gives the same: no wild write of an earlier one spoiled the runner."""
        try:
            result = self._run(NEVER, NO_BIT, GOLDEN_TIMEOUT)
        except (PasswrightError, ValueError, LookupError, MemoryError):
            result = None
        good = result is not None and result.status == "ok" and self._wrong(result) is None
        if not good:
            self._runner.close()
        return good

    def hit_alone(self, index: int, bit: int) -> Injection:
        """As `hit`, in a process of its own."""
        self._runner.close()
        try:
            return self.hit(index, bit)
        finally:
            self._runner.close()

    def _hit(self, index: int, bit: int) -> tuple[FaultOutcome, str, int]:
        """The outcome, its detail, and the site's number from 1, 0 where it is not known."""
        try:
            result = self._run(index, bit, self.timeout)
            if result.status == "timed-out":
                return "hung", "", 0
            if result.status != "ok":
                return "crashed", str(result.fault or result.status), 0
            wrong = self._wrong(result)
        except (PasswrightError, ValueError, LookupError, MemoryError) as error:
            # The fault made the process overwrite what it answers with.
            self._runner.close()
            return "crashed", f"damaged the runner: {error}", 0
        return ("corrupted", wrong, _site(result)) if wrong else ("masked", "", _site(result))

    def _run(self, countdown: int, bit: int, timeout: float) -> RunResult:
        controls = {
            COUNTDOWN: Buffer(struct.pack("<Q", countdown), "inout", "u64", COUNTDOWN, 8),
            BIT: Buffer(struct.pack("<I", bit), "in", "u32", BIT, 4),
            SITE: Buffer(bytes(4), "inout", "u32", SITE, 4),
        }
        call = replace(self.call, globals={**self.call.globals, **controls})
        return self._runner.run(self._name, call, timeout=timeout)

    def _wrong(self, result: RunResult) -> str | None:
        """The first result that differs from the golden run's, NaN being equal to NaN."""
        call, golden = self.call, self.golden
        wrong = difference(return_layout(call.returns), golden.returned, result.returned)
        if wrong is not None:
            return f"returned value {wrong}"
        buffers = [*(slot for slot in call.slots if isinstance(slot, Buffer)), *call.globals.values()]
        for buffer in {buffer.name: buffer for buffer in buffers}.values():
            if buffer.name not in golden.outputs:
                continue
            expected, actual = golden.outputs[buffer.name], result.outputs[buffer.name]
            if expected != actual and (wrong := difference(parse_layout(buffer.element), expected, actual)):
                return buffer.name + wrong
        for name in sorted(golden.written.keys() | result.written.keys()):
            if golden.written.get(name) != result.written.get(name):
                return f"the global variable {name} ends with another content"
        return None


def _left(countdown: int, result: RunResult) -> int:
    """How many values a run computed."""
    (left,) = struct.unpack("<Q", result.outputs[COUNTDOWN])
    return int((countdown - left) % (1 << 64))


def _site(result: RunResult) -> int:
    return int.from_bytes(result.outputs[SITE], "little") if result.status == "ok" else 0


def bounded_sizes(
    runner: Runner,
    build: FaultBuild,
    workload: Workload,
    signature: Mapping[str, Any],
    *,
    limit: int = VALUE_LIMIT,
    on_try: Callable[[Mapping[str, int], int], None] | None = None,
) -> dict[str, int]:
    """The largest sizes, in steps of two from the measured ones down, at which a run computes `limit` values
    at most; the smallest that run where all compute more.

    Raises InputError where the kernel runs at none.
    """
    chosen: dict[str, int] | None = None
    problem = "no sizes"
    for sizes in _ladder(workload):
        try:
            target = FaultTarget(runner, build, workload.call(signature, sizes, workload.seeds[0]))
        except (InputError, WorkloadError) as error:  # these sizes may be too small to mean anything
            problem = error.message
            continue
        target.close()
        if on_try:
            on_try(sizes, target.values)
        if chosen is not None and target.values > limit:
            break
        chosen = sizes
        if target.values > limit:
            break
    if chosen is None:
        raise InputError(f"{build.kernel.name} runs at no size: {problem}")
    return chosen


def _ladder(workload: Workload) -> list[dict[str, int]]:
    """Scaled sizes, the smallest first, none twice."""
    rungs: list[dict[str, int]] = []
    for halvings in range(16, -1, -1):
        sizes = workload.scaled(0.5**halvings)
        if sizes not in rungs:
            rungs.append(sizes)
    return rungs
