"""Does a candidate compute the same as the unoptimised build? The closed set of verdicts, each with its
evidence.

The reference is the unoptimised module through the code generator at level 0. Both run on the same calls (bench/cases.py):
stated, made-up and measured sizes, several seeds, special floating-point values, values of other shapes, buffers that
overlap, inputs found by going for branches not taken yet; buffers against the guard page behind and in front of them and
with no better alignment than promised; read-only inputs. Everything written and returned is compared bit for bit
(NaN equals NaN); for fast-math builds within a stated bound. docs/verification.md has the rules. This is testing, not
proof: `equal` says what was tried.

Calls that verification makes up by itself and that the reference cannot handle (it crashes, or its
sanitized build reports undefined behaviour there) are left out and counted in the evidence; on stated and
measured sizes they make the kernel `unverifiable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from passwright.bench.cases import Case, plan
from passwright.bench.compare import wrong_result
from passwright.bench.coverage import instrument
from passwright.bench.mutation import PLAIN
from passwright.bench.reference import Expected, Reference, Unusable, run_problem
from passwright.irgen.flags import reorders_floats
from passwright.passes.errors import PasswrightError

if TYPE_CHECKING:
    from passwright.bench.runner import Placement, Runner
    from passwright.bench.sanitize import Findings
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

__all__ = ["Case", "Effort", "Verdict", "VerdictKind", "Verifier", "plan", "verify"]

VerdictKind = Literal["equal", "different", "crashed", "timed-out", "unverifiable"]

SHARE = 0.05
"""Of a search's seconds, what sanitizers may take for calls that verification made up. The unoptimised build gets twice as
much for those that are planned, and mutated ones half as much on each side; what is left of a fair share goes to
comparing candidates."""
DEFAULT_ULPS = 4096
"""The bound for fast-math builds, in units in the last place; bit equality otherwise."""


class Effort(NamedTuple):
    """Seconds that calls which verification made up may take; those of the workload itself run in any case.

    `sanitize`: under sanitizers. `planned`: in the unoptimised build. `mutate`: mutated ones in the unoptimised build, and
    again under sanitizers; 0 leaves them out, as `sanitize` does.
    """

    sanitize: float = 10.0
    planned: float = 60.0
    mutate: float = 10.0

    @staticmethod
    def within(seconds: float | None) -> Effort:
        """A fair share of a search of so many seconds; None: it has no end."""
        share = 10.0 if seconds is None else min(10.0, max(1.0, seconds * SHARE))
        return Effort(share, 2 * share, min(2.0, share / 2))


@dataclass(frozen=True)
class Verdict:
    """What verification found; `checks` counts the compared calls."""

    kind: VerdictKind
    evidence: str
    checks: int = 0

    @property
    def is_equal(self) -> bool:
        return self.kind == "equal"


_PLACEMENTS: tuple[Placement, ...] = ("end", "start", "shifted")
_SIDES: Mapping[Placement, str] = {
    "end": "buffers against the guard page behind",
    "start": "buffers against the guard page in front",
    "shifted": "buffers with no better alignment than promised",
}


class Verifier:
    """Compares many candidates with one reference, whose results are computed once.

        with Runner() as runner:
            verifier = Verifier(kernel, workload, runner)
            if (verdict := verifier.prepare()) is None:
                verdict = verifier.check([object_bytes])

    Attributes:
        signature: of the kernel's function.
        shim: the object that calls it, for `Runner.load` next to a build's object.
        reference: the unoptimised build's object.
        left_out: planned cases that the reference cannot handle, each with the reason (after `prepare`).
    """

    def __init__(
        self,
        kernel: Kernel,
        workload: Workload,
        runner: Runner,
        *,
        signature: Mapping[str, Any] | None = None,
        findings: Findings | None = None,
        ulps: int | None = None,
        budget: float = 60.0,
        mutate: float = 10.0,
    ) -> None:
        """Builds reference and shim; nothing runs yet.

        `findings` are the sanitizers' (bench/sanitize.py). `ulps` None: bit equality unless the flags say
        fast-math. `budget` bounds the reference's runs, in seconds: made-up inputs beyond it are left out. `mutate`
        bounds those on mutated inputs, and again what sanitizers say of them; 0 leaves them out.
        Raises WorkloadError where workload and signature contradict each other.
        """
        from passwright import _native

        module = _native.Module.parse(kernel.bitcode, kernel.name)
        if signature is None:
            typed = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
            signature = _native.signature(typed, kernel.entry)
        self.kernel = kernel
        self.workload = workload
        self.runner = runner
        self.signature = signature
        self.findings = findings
        self.ulps = (DEFAULT_ULPS if reorders_floats(kernel.flags) else 0) if ulps is None else ulps
        self.budget = budget
        self.shim: bytes = _native.call_shim(module, kernel.entry).emit()
        self.reference: bytes = module.emit(opt_level=0)
        self.mutate = mutate
        self._reference: Reference | None = None
        self._failure: Verdict | None = None
        workload.validate(signature)

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(self._reference.left_out) if self._reference else ()

    @property
    def coverage(self) -> tuple[int, int]:
        """How many branches of the reference the inputs take, and how many there are (after `prepare`)."""
        return self._reference.coverage.branches if self._reference else (0, 0)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of a full check (after `prepare`)."""
        return tuple(item.case for item in self._reference.usable) if self._reference else ()

    def prepare(self) -> Verdict | None:
        """Run the reference on every case; None when there is something to compare with, else why not."""
        if self._reference is None:
            name = f"{self.kernel.entry}@reference"
            instrumented = instrument(self.kernel)
            self._reference = Reference(
                self.runner, name, self.workload, self.signature, instrumented, self.findings, self.ulps
            )
            try:
                self.runner.load(name, [instrumented.object, self.shim], self.kernel.entry)
            except PasswrightError as error:
                problem = f"the unoptimised build cannot be run: {error.message}"
                self._failure = Verdict("unverifiable", problem)
                return self._failure
            try:
                self._reference.run_planned(self.budget)
                if self.mutate > 0:
                    self._reference.run_mutated(self.mutate)
            except Unusable as reason:
                self._failure = Verdict("unverifiable", str(reason))
            finally:
                self.runner.unload(name)
        return self._failure

    def check(
        self,
        objects: Sequence[bytes],
        *,
        quick: bool = False,
        name: str = "candidate",
        skip_quick: bool = False,
    ) -> Verdict:
        """Compare a candidate: the whole file's object, or several that belong together (without the shim).

        `quick` compares one middling made-up size and the measured one only, which screens candidates;
        `skip_quick` leaves these out of the full check that follows. Stops at the first difference.
        """
        failure = self.prepare()
        if failure is not None:
            return failure
        assert self._reference is not None
        cases = self._quick_cases(self._reference.usable)
        if not quick:
            screened = {id(item) for item in cases} if skip_quick else set()
            cases = [item for item in self._reference.usable if id(item) not in screened]
        loaded = f"{self.kernel.entry}@{name}"
        try:
            self.runner.load(loaded, [*objects, self.shim], self.kernel.entry)
        except PasswrightError as error:
            return Verdict("crashed", f"the candidate cannot be loaded: {error.message}")
        checks = 0
        try:
            turns = cycle(_PLACEMENTS)
            for item in cases:
                for placement in self._placements(item.case, turns):
                    wrong = self._compare(loaded, item, placement)
                    if wrong is not None:
                        return Verdict(wrong.kind, wrong.evidence, checks)
                    checks += 1
        finally:
            self.runner.unload(loaded)
        return Verdict("equal", self._evidence(cases, checks), checks)

    # -- candidates -----------------------------------------------------------------------------

    def _compare(self, name: str, item: Expected, placement: Placement) -> Verdict | None:
        assert self._reference is not None
        call = item.call or self._reference.call(item.case)
        # A candidate may be a little slower than the unoptimised build, not ten times.
        timeout = max(1.0, 10 * item.result.seconds)
        result = self.runner.run(name, call, timeout=timeout, placement=placement)
        where = f"at {item.case}, {_SIDES[placement]}"
        problem = run_problem(result)
        if problem is not None:
            kind: VerdictKind = "timed-out" if result.status == "timed-out" else "crashed"
            return Verdict(kind, f"{problem} ({where}; the unoptimised build ran)")
        wrong = wrong_result(call, item.result, result, ulps=self.ulps)
        return None if wrong is None else Verdict("different", f"{wrong} ({where})")

    def _placements(self, case: Case, turns: Iterator[Placement]) -> Sequence[Placement]:
        """Where a case's buffers lie, one run each. The measured sizes run once, and what is mutated, which comes at
        sizes that were tried in all of them."""
        if case.origin == "measured":
            return ("end",)
        if case.mutation != PLAIN:
            return (next(turns),)
        return ("end", "shifted") if case.special else ("end", "start")

    def _quick_cases(self, usable: Sequence[Expected]) -> list[Expected]:
        plain = [
            item
            for item in usable
            if not item.case.special and item.case.origin != "measured" and item.case.mutation == PLAIN
        ]
        measured = [item for item in usable if item.case.origin == "measured"][:1]
        return [*plain[len(plain) * 2 // 3 :][:1], *measured] or list(usable[:1])

    def _evidence(self, cases: Sequence[Expected], checks: int) -> str:
        assert self._reference is not None
        sizes = {tuple(item.case.sizes.items()) for item in cases}
        seeds = len({item.case.seed for item in cases})
        special = sum(item.case.special for item in cases)
        shaped = sum(bool(item.case.mutation.style) for item in cases)
        overlapping = sum(item.case.mutation.overlap is not None for item in cases)
        bound = f"within {self.ulps} ulp (fast-math)" if self.ulps else "bit for bit"
        parts = [
            f"{checks} calls equal {bound}: {len(sizes)} sizes, {seeds} seeds",
            f"{special} inputs with special values" if special else "no special values",
        ]
        if shaped:
            parts.append(f"{shaped} with values of other shapes")
        if overlapping:
            parts.append(f"{overlapping} with overlapping buffers")
        parts += ["guard pages on both ends", self._reference.coverage.summary]
        findings = self._reference.findings
        if findings is not None:
            parts.append(findings.summary)
        elif self.kernel.language not in ("c", "c++"):
            parts.append("no sanitizer, since there is no source")
        left_out = self.left_out
        if left_out:
            parts.append(f"{len(left_out)} made-up inputs left out (first: {left_out[0]})")
        return "; ".join(parts)


def verify(
    kernel: Kernel,
    workload: Workload,
    runner: Runner,
    objects: Sequence[bytes],
    **options: Any,
) -> Verdict:
    """One candidate against the reference; `options` are those of `Verifier`."""
    return Verifier(kernel, workload, runner, **options).check(objects)
