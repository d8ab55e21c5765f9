"""The runtime error rate: the share of runs over generated inputs that go wrong.

    python -m passwright.bench.reliability.error_rate KERNEL.c [--workload W.toml] [--seconds 20] [--json]

Inputs are edge sizes, special values, random sizes (inputs.py), and what libFuzzer keeps because it reaches something
new or goes wrong (fuzz.py). Each is one run: the source's sanitized build, then the unoptimised build twice and the
candidate twice, with buffers against the guard page behind and in front of them, in the runner. A run fails when a
sanitizer reports something, a build crashes or does not end within two seconds, or the candidate's results are not
those of the unoptimised build, bit for bit.

The inputs of the first three classes are drawn independently of what the kernel does with them; the fuzzer's are not: one
defect may be behind many of them, so that their share says what was found and not how often it happens. Nothing here
is proof. docs/error-rate.md has figures and says what is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from passwright.bench.process import asan_runtime
from passwright.bench.reliability.coverage import Coverage, coverage, symbolize
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.fuzz import HANG, FuzzBuild, fuzzer_runtime
from passwright.bench.reliability.harness import fits, unreachable
from passwright.bench.reliability.inputs import CLASSES, Input, InputClass, generated
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitized_build
from passwright.bench.sizes import fit_sizes
from passwright.bench.verify import Verifier, differing
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
"""Seconds of one sanitized call at the cap."""
_BYTES = 64 << 20
"""Larger calls are left out."""
_COUNTED = 4 << 20
"""Bytes of the calls that coverage is counted on."""


@dataclass(frozen=True)
class ErrorRate:
    """What the runs of one build gave.

    Attributes:
        kernel: its display name.
        failures: failed runs by kind; all four are there.
        by_class: failed runs of all runs, for each class of inputs.
        coverage: of the source's branches by the inputs together; None where it cannot be counted.
        findings: distinct defects, each with its smallest reproducer.
        executions: inputs that the fuzzer tried; those that it kept are runs of the class "fuzzed".
        seconds: of wall time, builds included.
        notes: what was left out and why.
    """

    kernel: str
    failures: Mapping[FailureKind, int]
    by_class: Mapping[InputClass, Proportion]
    coverage: Coverage | None = None
    findings: tuple[Finding, ...] = ()
    executions: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Proportion:
        """Failed runs of all runs, whatever their class."""
        return sum(self.by_class.values(), Proportion(0, 0))

    @property
    def runs(self) -> int:
        return self.total.total

    def to_json(self) -> dict[str, Any]:
        """JSON's types only; `from_json` gives an equal object. `total` and the intervals are there to be read."""
        return {
            "kernel": self.kernel,
            "runs": self.runs,
            "failures": dict(self.failures),
            "total": _shown(self.total),
            "by_class": {name: _shown(share) for name, share in self.by_class.items()},
            "coverage": self.coverage.to_json() if self.coverage else None,
            "findings": [asdict(finding) for finding in self.findings],
            "executions": self.executions,
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ErrorRate:
        """The inverse of `to_json`."""
        shares = {name: Proportion(one["count"], one["total"]) for name, one in data["by_class"].items()}
        counted = Coverage.from_json(data["coverage"]) if data["coverage"] else None
        findings = tuple(Finding(**one) for one in data["findings"])
        rest = {key: data[key] for key in ("kernel", "failures", "executions", "seconds")}
        return ErrorRate(
            by_class=shares, coverage=counted, findings=findings, notes=tuple(data["notes"]), **rest
        )


def _shown(share: Proportion) -> dict[str, Any]:
    return {
        "count": share.count,
        "total": share.total,
        "value": share.value,
        "interval": list(share.interval),
    }


def error_rate(
    kernel: Kernel,
    workload: Workload,
    *,
    objects: Sequence[bytes] | None = None,
    budget: float = 20.0,
    seed: int = 1,
    fuzz: bool = True,
    on_progress: Callable[[str, float], None] | None = None,
) -> ErrorRate:
    """Run generated inputs for about `budget` seconds of wall time; compiling comes on top.

    Args:
        objects: the candidate's, of the whole file; default is the -O3 build.
        seed: of sizes, data and the fuzzer.
        fuzz: whether libFuzzer searches, for half of the budget. Without its library the other inputs remain.
        on_progress: is told what is being done, and which part of the budget is over.

    Raises WorkloadError where workload and signature contradict each other, InputError for builds that cannot be
    loaded.
    """
    started = monotonic()
    with ExitStack() as stack:
        trials = _Trials(kernel, workload, objects, stack)
        build, notes = _instrument(trials, workload, stack) if fuzz else (None, [])
        campaign = _Campaign(trials, build, budget, on_progress or (lambda _what, _part: None))
        campaign.run(seed)
        return campaign.result(kernel, monotonic() - started, [*trials.notes, *notes])


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


class _Trials:
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
        self.cap = self._cap()

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

    def _cap(self) -> int:
        """The largest size at which a call is fast."""
        runner, name = (self.sanitized, "sanitized") if self.sanitized else (self.runner, "reference")
        for cap in _CAPS:
            wanted = {name: min(size.value, cap) for name, size in self.workload.sizes.items()}
            sizes = fit_sizes(self.workload.sizes, wanted)
            if sizes is None:
                continue
            call = self.call(Input("random", sizes, 1))
            if call is None:
                continue
            result = runner.run(name, call, timeout=HANG)
            # What fails is fast enough: it is tried again as an input.
            if result.status != "timed-out" and result.seconds < _FAST:
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
        wrong = differing(call, first, second, ulps=ulps)
        if wrong is not None:
            text = f"the unoptimised build's own results change from run to run: {wrong}"
            return Failure("different", "unstable", text, one, call)
        for placement in ("end", "start"):
            result = self.runner.run("candidate", call, timeout=HANG, placement=placement)
            if result.status != "ok":
                return _failure(result, one, call, "the candidate")
            wrong = differing(call, first, result, ulps=ulps)
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


def _instrument(trials: _Trials, workload: Workload, stack: ExitStack) -> tuple[FuzzBuild | None, list[str]]:
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
                kernel, workload, verifier.signature, verifier.shim, candidate=objects, cap=trials.cap
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


class _Campaign:
    """All inputs within the budget, and what came of them."""

    def __init__(
        self,
        trials: _Trials,
        build: FuzzBuild | None,
        budget: float,
        progress: Callable[[str, float], None],
    ) -> None:
        self.trials, self.build, self.budget, self.progress = trials, build, budget, progress
        self.started = monotonic()
        self.shares: dict[InputClass, Proportion] = {name: Proportion(0, 0) for name in CLASSES}
        self.failed: list[Failure] = []
        self.counted: list[Call] = []
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
        if call.size <= _COUNTED:
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

    def result(self, kernel: Kernel, seconds: float, notes: list[str]) -> ErrorRate:
        """Findings and coverage, from everything that was run."""
        counted = None
        if self.build is not None:
            counts = self.build.count(self.counted, seconds=max(5.0, self.budget))
            counted = coverage(kernel, self.build.program, counts, min(self.plain, len(counts.reached)))
            if not self.executions:
                notes.append("the fuzzer did not run")
        if self.left_out:
            notes.append(f"{self.left_out} of the fuzzer's inputs were not run: no time left")
        kinds = Counter(failure.kind for failure in self.failed)
        return ErrorRate(
            kernel.name,
            {kind: kinds[kind] for kind in KINDS},
            self.shares,
            counted,
            self.findings(),
            self.executions,
            seconds,
            tuple(notes),
        )

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


def _seeds(trials: _Trials) -> list[bytes]:
    """First inputs for the fuzzer: the generated sizes as it reads them, some with special values."""
    found = []
    for number, one in enumerate(generated(trials.workload, seed=1, cap=trials.cap)):
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


def summary(rate: ErrorRate) -> list[str]:
    """What a person wants to read, a line each."""
    total = rate.total
    low, high = total.interval
    kinds = ", ".join(f"{count} {kind}" for kind, count in rate.failures.items() if count) or "none"
    lines = [
        f"{rate.kernel}: {total.count} of {total.total} runs failed: {100 * total.value:.2f} % "
        f"(95 %: {100 * low:.2f} to {100 * high:.2f}); {kinds}"
    ]
    for name, share in rate.by_class.items():
        if share.total:
            low, high = share.interval
            lines.append(
                f"  {name}: {share.count} of {share.total} (95 %: {100 * low:.2f} to {100 * high:.2f} %)"
            )
    if rate.coverage is not None:
        found = rate.coverage
        lines.append(
            f"  coverage: {found.covered} of {found.total} edges in {found.functions} functions "
            f"({found.without_fuzzing} before fuzzing, {rate.executions} inputs tried)"
        )
        if found.missed:
            lines.append(f"  never reached: {', '.join(found.missed)}")
    lines += [f"  {one.file}:{one.line}: {one.check}: {one.message}" for one in rate.findings]
    lines += [f"  note: {note}" for note in rate.notes]
    return [*lines, f"  {rate.seconds:.1f} s"]


def _kernels(
    source: Path, entry: str | None, workload: Path | None, march: str
) -> list[tuple[Kernel, Workload]]:
    """The kernels to run with their workloads: the given one, the one beside the file, or inferred."""
    from passwright.bench.infer import infer
    from passwright.bench.workload import Workload
    from passwright.irgen.frontend import kernels

    beside = source.with_suffix(".toml")
    given = Workload.load(workload or beside) if workload or beside.exists() else None
    wanted = entry or (given.entry if given else "")
    found = kernels(source, entries=(wanted,) if wanted else (), march=march)
    if given is not None:
        return [(kernel, given) for kernel in found]
    with Runner() as runner:
        return [(kernel, infer(kernel, runner).workload) for kernel in found]


def main(argv: Sequence[str] | None = None) -> int:
    """The command; 0 when nothing failed, 3 when something did, and the error's own code."""
    import argparse
    import json

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.reliability.error_rate",
        description="Run a kernel on generated inputs and report how many runs go wrong.",
        epilog="example: python -m passwright.bench.reliability.error_rate saxpy.c --seconds 30",
    )
    parser.add_argument("source", type=Path, help="C, C++, .ll or .bc file")
    parser.add_argument("--entry", help="this kernel only (default: the workload's, else all)")
    parser.add_argument(
        "--workload", type=Path, help="TOML (default: the one beside the file, else inferred)"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="for each kernel (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--march", default="native", help="CPU to compile for (default: %(default)s)")
    parser.add_argument("--no-fuzz", action="store_true", help="without libFuzzer")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    rates = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        found = _kernels(arguments.source, arguments.entry, arguments.workload, arguments.march)
        with Progress(*columns, console=console, transient=True) as progress:
            for kernel, workload in found:
                task = progress.add_task(f"{kernel.name}: builds", total=1.0)

                def told(what: str, part: float, task: Any = task, name: str = kernel.name) -> None:
                    progress.update(task, description=f"{name}: {what}", completed=part)

                rates.append(
                    error_rate(
                        kernel,
                        workload,
                        budget=arguments.seconds,
                        seed=arguments.seed,
                        fuzz=not arguments.no_fuzz,
                        on_progress=told,
                    )
                )
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    if arguments.json:
        print(json.dumps([rate.to_json() for rate in rates], indent=2))
    else:
        for rate in rates:
            print("\n".join(summary(rate)))
    return 3 if any(rate.total.count for rate in rates) else 0


if __name__ == "__main__":
    import sys

    sys.exit(main())
