"""Verification and measurement of builds behind one interface, whether a workload or a whole program calls
the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from passwright.bench.call import Call
from passwright.bench.measure import Comparison, Ratio, Timing, measure
from passwright.bench.runner import Runner
from passwright.bench.verify import Verdict, Verifier
from passwright.bench.whole import ProgramBench
from passwright.passes.errors import InputError, VerificationError


@dataclass(frozen=True)
class Timed:
    """Interleaved samples in seconds per call; `status` is "ok", or "crashed", "timed-out", … with the
    reason."""

    samples: Mapping[str, list[float]]
    status: str = "ok"
    message: str = ""


class Judge(Protocol):
    """Says whether builds of one kernel are right and how long they take; a build is its objects."""

    def prepare(self) -> Verdict | None:
        """Run the unoptimised build; None when others can be compared with it, else why not."""
        ...

    def check(self, objects: Sequence[bytes], *, quick: bool = False) -> Verdict:
        """Compare a build with the unoptimised one; `quick` on a few inputs only."""
        ...

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Keep a build ready under a name.  Raises a PasswrightError when it does not link."""
        ...

    def unload(self, name: str) -> None:
        """Forget a build."""
        ...

    def time(
        self,
        names: Sequence[str],
        *,
        samples: int,
        warmup: int = 1,
        min_sample: float = 1e-3,
        deadline: float = 10.0,
        stop_if_slower: float = 0.0,
        timeout: float | None = None,
    ) -> Timed:
        """Time loaded builds, interleaved; see `Runner.time`. `timeout` ends what hangs."""
        ...

    def compare(self, baseline: str, candidate: str, *, deadline: float) -> Comparison:
        """A measurement to claim by, with an interval.  Raises VerificationError when a build fails."""
        ...


class WorkloadJudge:
    """Judges by calling the kernel on the data of a workload."""

    def __init__(self, verifier: Verifier, runner: Runner, *, seed: int = 1) -> None:
        self.verifier = verifier
        self.runner = runner
        workload = verifier.workload
        self.call: Call = workload.call(verifier.signature, workload.measured_sizes, seed)

    def prepare(self) -> Verdict | None:
        return self.verifier.prepare()

    def check(self, objects: Sequence[bytes], *, quick: bool = False) -> Verdict:
        return self.verifier.check(objects, quick=quick)

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        self.runner.load(name, [*objects, self.verifier.shim], self.verifier.kernel.entry)

    def unload(self, name: str) -> None:
        self.runner.unload(name)

    def time(
        self,
        names: Sequence[str],
        *,
        samples: int,
        warmup: int = 1,
        min_sample: float = 1e-3,
        deadline: float = 10.0,
        stop_if_slower: float = 0.0,
        timeout: float | None = None,
    ) -> Timed:
        result = self.runner.time(
            names,
            self.call,
            samples=samples,
            warmup=warmup,
            min_sample=min_sample,
            deadline=deadline,
            stop_if_slower=stop_if_slower,
            timeout=timeout,
        )
        return Timed(result.samples, result.status, str(result.fault or ""))

    def compare(self, baseline: str, candidate: str, *, deadline: float) -> Comparison:
        return measure(self.runner, baseline, candidate, self.call, deadline=deadline)


class ProgramJudge:
    """Judges by running a program that the kernel is part of."""

    def __init__(self, program: ProgramBench) -> None:
        self.program = program

    def prepare(self) -> Verdict | None:
        return self.program.prepare()

    def check(self, objects: Sequence[bytes], *, quick: bool = False) -> Verdict:
        return self.program.check(objects)

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        self.program.load(name, objects)

    def unload(self, name: str) -> None:
        self.program.unload(name)

    def time(
        self,
        names: Sequence[str],
        *,
        samples: int,
        warmup: int = 1,
        min_sample: float = 1e-3,
        deadline: float = 10.0,
        stop_if_slower: float = 0.0,
        timeout: float | None = None,
    ) -> Timed:
        try:
            return Timed(self.program.time(names, samples=samples, warmup=min(warmup, 1), deadline=deadline))
        except InputError as error:
            return Timed({}, "crashed", error.message)

    def compare(self, baseline: str, candidate: str, *, deadline: float) -> Comparison:
        timed = self.time([baseline, candidate], samples=15, deadline=deadline)
        if timed.status != "ok":
            raise VerificationError(f"{timed.status} while it was timed: {timed.message}")
        base, other = Timing.of(timed.samples[baseline]), Timing.of(timed.samples[candidate])
        return Comparison(base, other, Ratio.of(base, other))
