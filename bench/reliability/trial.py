"""One run: an input through the sanitized, the unoptimised and the candidate build, in the runner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from passwright.bench.compare import wrong_result
from passwright.bench.process import asan_runtime
from passwright.bench.reliability.fuzz import HANG
from passwright.bench.reliability.inputs import Input
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitized_build
from passwright.bench.sizes import fit_sizes
from passwright.bench.verify import Verifier
from passwright.passes.errors import PasswrightError, WorkloadError

if TYPE_CHECKING:
    from passwright.bench.answers import RunResult
    from passwright.bench.call import Call
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

FailureKind = Literal["crashed", "timed-out", "sanitizer", "different"]
KINDS: tuple[FailureKind, ...] = ("crashed", "timed-out", "sanitizer", "different")

_CAPS = (1024, 257, 100, 40, 17)
"""Largest size of a made-up input; the first at which the sanitized build is fast is taken."""
_FAST = 0.02
"""Seconds of one sanitized call at the largest sizes."""
_FUZZ_FAST = 0.001
"""The same for the fuzzer, which needs many calls."""
_BYTES = 64 << 20
"""Larger calls are left out."""


@dataclass(frozen=True)
class Failure:
    """One run that went wrong: how, what was seen, where, and at which input."""

    kind: FailureKind
    check: str
    what: str
    at: Input
    call: Call = field(repr=False)
    file: str = ""
    line: int = 0
    column: int = 0


class Trials:
    """One input after the other through the builds."""

    def __init__(
        self, kernel: Kernel, workload: Workload, objects: Sequence[bytes] | None, stack: ExitStack
    ) -> None:
        from passwright._native import Module
        from passwright.passes.build import build_object

        self.kernel, self.workload = kernel, workload
        self.notes: list[str] = []
        self.runner = stack.enter_context(Runner())
        self.verifier = Verifier(kernel, workload, self.runner)
        self.objects = tuple(objects or (build_object(Module.parse(kernel.bitcode, kernel.name), {}),))
        self.runner.load("reference", [self.verifier.reference, self.verifier.shim], kernel.entry)
        self.runner.load("candidate", [*self.objects, self.verifier.shim], kernel.entry)
        self.sanitized = self._sanitized(stack)
        self.cap, self.fuzz_cap = self._cap(_FAST), self._cap(_FUZZ_FAST)

    def _sanitized(self, stack: ExitStack) -> Runner | None:
        if self.kernel.source is None or self.kernel.language not in ("c", "c++"):
            self.notes.append("no sanitizer, since there is no source")
            return None
        address = asan_runtime() is not None
        built = sanitized_build(self.kernel, address)
        if isinstance(built, str):
            self.notes.append(built)
            return None
        if not address:
            self.notes.append("UBSan without ASan, whose library was not found")
        runner = stack.enter_context(Runner(asan=address))
        try:
            runner.load("sanitized", [built, self.verifier.shim], self.kernel.entry)
        except PasswrightError as error:
            self.notes.append(f"not sanitized: {error.message}")
            return None
        return runner

    def _cap(self, seconds: float) -> int:
        """The largest size at which a sanitized call takes less than `seconds`."""
        runner, name = (self.sanitized, "sanitized") if self.sanitized else (self.runner, "reference")
        for cap in _CAPS:
            wanted = {size: min(spec.value, cap) for size, spec in self.workload.sizes.items()}
            sizes = fit_sizes(self.workload.sizes, wanted)
            if sizes is None:
                continue
            call = self.call(Input("random", sizes, 1))
            if call is None:
                continue
            result = runner.run(name, call, timeout=HANG)
            # What fails is fast enough: it is tried again as an input.
            if result.status != "timed-out" and result.seconds < seconds:
                return cap
        return _CAPS[-1]

    def call(self, one: Input) -> Call | None:
        """The input's call; None where the shapes do not exist or are too large."""
        try:
            call = self.workload.call(self.verifier.signature, one.sizes, one.seed, one.special)
        except WorkloadError:
            return None
        return call if call.size <= _BYTES else None

    def run(self, one: Input, call: Call) -> Failure | None:
        """Every build on one call; None when nothing went wrong."""
        if self.sanitized is not None:
            result = self.sanitized.run("sanitized", call, timeout=HANG)
            if result.status != "ok":
                return _failure(result, one, call, "the sanitized build")
        ulps = self.verifier.ulps
        first = self.runner.run("reference", call, timeout=HANG, placement="end")
        if first.status != "ok":
            return _failure(first, one, call, "the unoptimised build")
        second = self.runner.run("reference", call, timeout=HANG, placement="start")
        if second.status != "ok":
            return _failure(second, one, call, "the unoptimised build")
        wrong = wrong_result(call, first, second, ulps=ulps)
        if wrong is not None:
            text = f"the unoptimised build's own results change from run to run: {wrong}"
            return Failure("different", "unstable", text, one, call)
        for placement in ("end", "start"):
            result = self.runner.run("candidate", call, timeout=HANG, placement=placement)
            if result.status != "ok":
                return _failure(result, one, call, "the candidate")
            wrong = wrong_result(call, first, result, ulps=ulps)
            if wrong is not None:
                return Failure(
                    "different", "different", f"the candidate computes something else: {wrong}", one, call
                )
        return None


def _failure(result: RunResult, one: Input, call: Call, who: str) -> Failure:
    if result.status == "undefined":
        text = result.findings[0] if result.findings else str(result.fault)
        if found := re.match(r"(.*?):(\d+):(\d+): (.*)", text, re.DOTALL):
            what = found[4]
            check = what.partition(":")[0]
            return Failure("sanitizer", check, what, one, call, found[1], int(found[2]), int(found[3]))
        what = text.removeprefix("AddressSanitizer: ")
        return Failure("sanitizer", what.partition(":")[0], what, one, call)
    if result.status == "timed-out":
        return Failure("timed-out", "timed-out", f"{who} does not end within {HANG} s", one, call)
    kind = result.fault.kind if result.fault else result.status
    return Failure("crashed", kind, f"{who}: {result.fault or result.status}", one, call)
