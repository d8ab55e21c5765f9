"""Judging builds of a whole program by its output: the unoptimised build's run is what others are compared with.

How a build comes about and how it is run is not here: `Builds` stands for it, whether a program is linked from objects
(bench/program.py) or made by a build command (passwright/tune).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from passwright.bench.verify import Verdict
from passwright.passes.errors import CompileError, InputError


@dataclass(frozen=True)
class ProgramRun:
    """One run: `status` is "ok" (it ended by itself, with any exit code), "crashed" or "timed-out".

    `limit` is the limit that was passed, `refused` what it tried and may not (see `SandboxResult`); `text` says it all.
    """

    status: str
    returncode: int
    stdout: bytes = field(repr=False)
    outputs: Mapping[str, bytes | None] = field(repr=False)
    seconds: float
    regions: Mapping[str, float]
    limit: str = ""
    refused: tuple[str, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        return self.text


class Builds(Protocol):
    """Builds of one program, kept by name; a build is the objects that are to be in it."""

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Make a build and keep it.  Raises CompileError with the tool's text, InputError."""
        ...

    def unload(self, name: str) -> None:
        """Forget a build and remove its files."""
        ...

    def run(self, name: str, *, timeout: float | None = None) -> ProgramRun:
        """Run a build once; without `timeout` for as many seconds as the unoptimised one may take."""
        ...

    def close(self) -> None:
        """Remove everything."""
        ...


class Whole(Protocol):
    """A program that can be judged, such as `bench.program.Program`."""

    def bench(self, reference: Sequence[bytes]) -> ProgramBench:
        """A judge of its builds; `reference` holds the objects of the kernels' files, built without optimisation."""
        ...


class ProgramBench:
    """Checks and times builds of one program; a context manager that closes them in the end.

    with program.bench([unoptimised_object]) as bench:
        if (verdict := bench.prepare()) is None:
            verdict = bench.check([candidate_object])
            bench.load("new", [candidate_object]), bench.load("old", [baseline_object])
            samples = bench.time(["new", "old"])
    """

    def __init__(self, builds: Builds, *, reference: Sequence[bytes], region: str = "") -> None:
        """`reference` holds the objects of the kernels' files, built without optimisation; `region` is what is timed."""
        self.builds = builds
        self.region = region
        self._reference_objects = list(reference)
        self._expected: ProgramRun | None = None
        self._failure: Verdict | None = None

    def __enter__(self) -> ProgramBench:
        return self

    def __exit__(self, *_: object) -> None:
        self.builds.close()

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Keep a build under `name`.  Raises CompileError with the linker's text."""
        self.builds.load(name, objects)

    def unload(self, name: str) -> None:
        """Forget a build."""
        self.builds.unload(name)

    def run(self, name: str, *, timeout: float | None = None) -> ProgramRun:
        """Run a build once."""
        return self.builds.run(name, timeout=timeout)

    # -- verification ---------------------------------------------------------------------------

    def prepare(self) -> Verdict | None:
        """Run the unoptimised build twice; None when its results can be compared with, else why not."""
        if self._expected is None and self._failure is None:
            self._failure = self._run_reference()
        return self._failure

    def _run_reference(self) -> Verdict | None:
        self.load("@reference", self._reference_objects)
        try:
            first = self.run("@reference")
            if first.status != "ok":
                return Verdict("unverifiable", f"the unoptimised program {first}")
            missing = [name for name, data in first.outputs.items() if data is None]
            if missing:
                return Verdict("unverifiable", f"the unoptimised program writes no {', '.join(missing)}")
            if self.region and self.region not in first.regions:
                known = ", ".join(first.regions) or "none"
                raise InputError(
                    f"the program marks no region {self.region} (regions: {known})",
                    hint="include <passwright/region.h> and mark it, or time the whole run",
                )
            wrong = _difference(first, self.run("@reference"))
            if wrong is not None:
                return Verdict(
                    "unverifiable", f"the unoptimised program's results change from run to run: {wrong}"
                )
            self._expected = first
            return None
        finally:
            self.unload("@reference")

    def check(self, objects: Sequence[bytes], *, name: str = "@candidate") -> Verdict:
        """Link a candidate, run it once, compare with the unoptimised build."""
        failure = self.prepare()
        if failure is not None:
            return failure
        assert self._expected is not None
        try:
            self.load(name, objects)
        except CompileError as error:  # the unoptimised build linked
            return Verdict("crashed", error.message)
        try:
            result = self.run(name, timeout=max(2.0, 3 * self._expected.seconds))
        finally:
            self.unload(name)
        if result.status == "timed-out":
            return Verdict(
                "timed-out", f"the program {result}; unoptimised it ran {self._expected.seconds:.2f} s"
            )
        if result.status == "crashed":
            return Verdict("crashed", f"the program {result}; the unoptimised one ran")
        wrong = _difference(self._expected, result)
        if wrong is not None:
            tried = f" (it tried {', '.join(result.refused)})" if result.refused else ""
            return Verdict("different", wrong + tried)
        files = f", {len(result.outputs)} output files" if result.outputs else ""
        return Verdict(
            "equal", f"one run: {len(result.stdout)} bytes of standard output, exit code{files} equal", 1
        )

    # -- measurement ----------------------------------------------------------------------------

    def time(
        self, names: Sequence[str], *, samples: int = 15, warmup: int = 1, deadline: float = 60.0
    ) -> dict[str, list[float]]:
        """Seconds per run of builds that were loaded, of the region if one is named, interleaved A B A B ….

        Ends early after `deadline` seconds, with at least three samples of each. Raises InputError when a
        run fails.
        """
        result: dict[str, list[float]] = {name: [] for name in names}
        started = monotonic()
        for number in range(warmup + samples):
            if number >= warmup + 3 and monotonic() - started > deadline:
                break
            for name in names:
                run = self.run(name)
                if run.status != "ok":
                    raise InputError(f"the program {run} while it was timed", hint="verify the build first")
                if number >= warmup:
                    region = self.region
                    result[name].append(run.regions[region] if region else run.seconds)
        return result


def _difference(expected: ProgramRun, actual: ProgramRun) -> str | None:
    if actual.status != "ok":
        return f"the program {actual}"
    if expected.returncode != actual.returncode:
        return f"exit code {expected.returncode} expected, {actual.returncode} returned"
    pairs = {"standard output": (expected.stdout, actual.stdout)}
    pairs |= {name: (data or b"", actual.outputs.get(name) or b"") for name, data in expected.outputs.items()}
    for name, (left, right) in pairs.items():
        if left != right:
            return f"{name} differs in {_where(left, right)}"
    return None


def _where(left: bytes, right: bytes) -> str:
    """The first line that differs, for text; the first byte otherwise."""
    for number, (one, other) in enumerate(zip(left.split(b"\n"), right.split(b"\n"), strict=False), 1):
        if one != other and one.isascii() and other.isascii():
            return f"line {number}: {one.decode()[:80]!r} expected, {other.decode()[:80]!r} written"
    position = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return f"byte {position} ({len(left)} bytes expected, {len(right)} written)"
