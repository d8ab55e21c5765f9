"""All inputs of one error rate within its budget: the generated ones, the fuzzer's, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from passwright.bench.reliability.coverage import Coverage, coverage, symbolize
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.fuzz import FuzzBuild, fuzzer_runtime
from passwright.bench.reliability.harness import fits, unreachable
from passwright.bench.reliability.inputs import CLASSES, Input, InputClass, generated
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.reliability.trial import Failure, Trials
from passwright.passes.errors import PasswrightError, WorkloadError

if TYPE_CHECKING:
    from passwright.bench.call import Call
    from passwright.bench.workload import Workload

_COUNTED = 16 << 20
"""Bytes of the largest call that is made in the instrumented programs."""
_COUNTED_TOGETHER = 256 << 20
"""Bytes of all calls that coverage is counted on."""


def instrument(trials: Trials, workload: Workload, stack: ExitStack) -> tuple[FuzzBuild | None, list[str]]:
    """The fuzzer's programs, or why there are none."""
    from passwright import _native

    kernel, verifier = trials.kernel, trials.verifier
    if fuzzer_runtime() is None:
        return None, [
            "not fuzzed, coverage unknown: clang has no libFuzzer (apt-get install libclang-rt-19-dev)"
        ]
    local = unreachable(workload, _native.Module.parse(kernel.bitcode, kernel.name).globals())
    if local:
        return None, [
            f"not fuzzed, coverage unknown: {', '.join(local)} is static, so that no harness can fill it"
        ]
    if not fits(workload, verifier.signature):
        return None, ["not fuzzed, coverage unknown: too many arguments"]
    # Fast-math builds differ in the last digits, which the harness would take for an error.
    candidate = trials.objects if not verifier.ulps else ()
    for objects in (candidate, ()):
        try:
            build = FuzzBuild(
                kernel, workload, verifier.signature, verifier.shim, candidate=objects, cap=trials.fuzz_cap
            )
        except WorkloadError:
            raise
        except PasswrightError as error:
            reason = error.message
            if not objects:
                break
        else:
            notes = [] if objects == trials.objects else ["results are not compared while fuzzing"]
            return stack.enter_context(build), notes
    return None, [f"not fuzzed, coverage unknown: {reason}"]


class Campaign:
    """All inputs within the budget, and what came of them."""

    def __init__(
        self,
        trials: Trials,
        build: FuzzBuild | None,
        budget: float,
        progress: Callable[[str, float], None],
    ) -> None:
        self.trials, self.build, self.budget, self.progress = trials, build, budget, progress
        self.started = monotonic()
        self.shares: dict[InputClass, Proportion] = {name: Proportion(0, 0) for name in CLASSES}
        self.failed: list[Failure] = []
        self.counted: list[Call] = []
        self.room = _COUNTED_TOGETHER
        self.plain = 0
        self.executions = 0
        self.left_out = 0

    def over(self, part: float) -> bool:
        """Whether this part of the budget is used up."""
        return monotonic() - self.started > part * self.budget

    def run(self, seed: int) -> None:
        """The inputs that need no fuzzer first: for 35 % of the budget, or all of it."""
        part = 0.35 if self.build else 1.0
        for one in generated(self.trials.workload, seed=seed, cap=self.trials.cap):
            if self.over(part):
                break
            call = self.trials.call(one)
            if call is not None:
                self.try_call(one, call)
        self.plain = len(self.counted)
        if self.build is not None:
            self.fuzz(self.build, seed)

    def try_call(self, one: Input, call: Call) -> None:
        """One run."""
        failure = self.trials.run(one, call)
        self.shares[one.kind] += Proportion(int(failure is not None), 1)
        if failure is not None:
            self.failed.append(failure)
        if call.size <= min(_COUNTED, self.room):
            self.room -= call.size
            self.counted.append(call)
        self.progress(one.kind, min(1.0, (monotonic() - self.started) / self.budget))

    def fuzz(self, build: FuzzBuild, seed: int) -> None:
        """Search for half of the budget, then make the calls that the search kept, the suspicious ones first."""
        self.progress("fuzzing", min(1.0, (monotonic() - self.started) / self.budget))
        fuzzed = build.fuzz(0.5 * self.budget, seed=seed, seeds=_seeds(self.trials))
        self.executions = fuzzed.executions
        inputs = list(dict.fromkeys([*fuzzed.suspects, *fuzzed.corpus]))
        # Hanging inputs take two seconds each: the time that is left is for some of them only.
        limit = monotonic() + max(0.15 * self.budget, 3.0)
        for number, found in enumerate(build.calls(inputs)):
            if monotonic() > limit:
                self.left_out = len(inputs) - number
                break
            if found is not None:
                sizes, call = found
                self.try_call(Input("fuzzed", sizes, seed), call)

    def coverage(self) -> Coverage | None:
        """Of everything that was run."""
        if self.build is None:
            return None
        counts = self.build.count(self.counted, seconds=max(5.0, self.budget))
        kernel, plain = self.trials.kernel, min(self.plain, len(counts.reached))
        return coverage(kernel, self.build.program, counts, plain)

    @property
    def notes(self) -> list[str]:
        """What was not done."""
        notes = list(self.trials.notes)
        if self.build is not None and not self.executions:
            notes.append("the fuzzer did not run")
        if self.left_out:
            notes.append(f"{self.left_out} of the fuzzer's inputs were not run: no time left")
        return notes

    def findings(self) -> tuple[Finding, ...]:
        """One per kind and place, with the smallest input that shows it."""
        best: dict[tuple[str, str, str, int], Failure] = {}
        times: Counter[tuple[str, str, str, int]] = Counter()
        for failure in self._placed():
            key = (failure.kind, failure.check, failure.file, failure.line)
            times[key] += 1
            old = best.get(key)
            if old is None or _size(failure) < _size(old):
                best[key] = failure
        return tuple(sorted(_finding(one, times[key]) for key, one in best.items()))

    def _placed(self) -> list[Failure]:
        """The failures with file and line: of what AddressSanitizer and crashes tell, the instrumented program knows
        the address; else it is the function's line."""
        function = self.trials.verifier.signature
        file = str(self.trials.kernel.source or self.trials.kernel.name)
        known: dict[int, Failure] = {}
        asked = [
            (number, failure)
            for number, failure in enumerate(self.failed)
            if failure.kind in ("sanitizer", "crashed") and not failure.line and failure.call.size <= _COUNTED
        ]
        if self.build is not None and self.build.sanitized and asked:
            reports = self.build.reports([failure.call for _, failure in asked])
            found = [
                (number, failure, report)
                for (number, failure), report in zip(asked, reports, strict=False)
                if report.kind == "address" and report.place
            ]
            addresses = sorted({int(report.place, 16) for _, _, report in found})
            places = dict(zip(addresses, symbolize(self.build.folder / "fuzz", addresses), strict=False))
            for number, failure, report in found:
                place = places.get(int(report.place, 16))
                if place is not None and place.line:
                    check = report.what.partition(":")[0] if failure.kind == "sanitizer" else failure.check
                    known[number] = replace(
                        failure, check=check, file=place.file, line=place.line, column=place.column
                    )
        line = int(function.get("line", 0) or 0)
        return [
            known.get(number) or (failure if failure.line else replace(failure, file=file, line=line))
            for number, failure in enumerate(self.failed)
        ]


def _seeds(trials: Trials) -> list[bytes]:
    """First inputs for the fuzzer: the generated sizes as it reads them, some with special values."""
    found = []
    for number, one in enumerate(generated(trials.workload, seed=1, cap=trials.fuzz_cap)):
        if number >= 60:
            break
        head = b"".join(min(value, 65535).to_bytes(2, "little") for value in one.sizes.values())
        found.append(head + bytes([one.special]) + one.seed.to_bytes(4, "little"))
    return found


def _size(failure: Failure) -> tuple[int, int]:
    return sum(failure.at.sizes.values()), failure.call.size


def _finding(failure: Failure, times: int) -> Finding:
    fuzzed = failure.at.kind == "fuzzed"
    tool = "sanitizer" if failure.kind == "sanitizer" else "fuzzer" if fuzzed else "verifier"
    sizes = ", ".join(f"{name}={value}" for name, value in failure.at.sizes.items()) or "the only size"
    where = f"{sizes}, found by the fuzzer" if fuzzed else str(failure.at)
    message = f"{failure.what} (smallest at {where}; {times} runs)"
    return Finding(
        failure.file, failure.line, failure.column, tool, failure.check, message, "high", confirmed=True
    )
