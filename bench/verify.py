"""Does a candidate compute the same as the unoptimised build? The closed set of verdicts, each with its
evidence.

The reference is the unoptimised module through the code generator at level 0. Both run on the same calls:
stated, made-up and measured sizes, several seeds, special floating-point values, buffers against the guard
page behind and in front of them, read-only inputs. Everything written and returned is compared bit for bit
(NaN equals NaN); for fast-math builds within a stated bound. This is testing, not proof: `equal` says what
was tried.

Calls that verification makes up by itself and that the reference cannot handle (it crashes, or its
sanitized build reports undefined behaviour there) are left out and counted in the evidence; on stated and
measured sizes they make the kernel `unverifiable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from passwright.bench.call import Buffer
from passwright.bench.compare import difference, return_layout
from passwright.bench.elements import parse_layout
from passwright.bench.sizes import Origin, SizeCase
from passwright.irgen.flags import reorders_floats
from passwright.passes.errors import PasswrightError, WorkloadError

if TYPE_CHECKING:
    from passwright.bench.answers import RunResult
    from passwright.bench.call import Call
    from passwright.bench.runner import Runner
    from passwright.bench.sanitize import Findings
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

VerdictKind = Literal["equal", "different", "crashed", "timed-out", "unverifiable"]
Placement = Literal["end", "start"]

DEFAULT_ULPS = 4096
"""The bound for fast-math builds, in units in the last place; bit equality otherwise."""
REFERENCE_TIMEOUT = 20.0
"""Seconds of processor time for one call of the reference."""
REPEAT_LIMIT = 2.0
"""Seconds of one call up to which the reference runs again, to see that its results do not change."""
CACHE_LIMIT = 1 << 30
"""Bytes of calls and reference results that a verifier keeps; beyond it calls are generated again."""


@dataclass(frozen=True)
class Verdict:
    """What verification found; `checks` counts the compared calls."""

    kind: VerdictKind
    evidence: str
    checks: int = 0

    @property
    def is_equal(self) -> bool:
        return self.kind == "equal"


@dataclass(frozen=True)
class Case:
    """One call to compare on: sizes, where they come from, the data's seed, special values or not."""

    sizes: Mapping[str, int]
    origin: Origin
    seed: int
    special: bool

    @property
    def made_up(self) -> bool:
        """Whether verification chose it by itself, so that it may be left out."""
        return self.origin == "generated" or self.special

    def __str__(self) -> str:
        special = ", special values" if self.special else ""
        return f"{SizeCase(self.sizes, self.origin)}, seed {self.seed}{special}"


def plan(workload: Workload, *, special: bool = True) -> list[Case]:
    """The cases in the order in which they are tried: small before large, the measured size last.

    Every size comes plain and with special values, seeds taking turns. Without special values (fast-math
    promises that there are none) the measured size comes with two seeds.
    """
    cases: list[Case] = []
    seeds = workload.seeds
    for number, size in enumerate(workload.verification_sizes()):
        seed, other = seeds[number % len(seeds)], seeds[(number + 1) % len(seeds)]
        cases.append(Case(size.sizes, size.origin, seed, False))
        if special:
            cases.append(Case(size.sizes, size.origin, other, True))
        elif size.origin == "measured" and other != seed:
            cases.append(Case(size.sizes, size.origin, other, False))
    return cases


@dataclass
class _Expected:
    """A case with its call and what the reference made of it."""

    case: Case
    call: Call | None
    result: RunResult


@dataclass
class _Reference:
    usable: list[_Expected] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    failure: Verdict | None = None


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
        left_out: made-up cases that the reference cannot handle, each with the reason (after `prepare`).
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
    ) -> None:
        """Builds reference and shim; nothing runs yet.

        `findings` are the sanitizers' (bench/sanitize.py). `ulps` None: bit equality unless the flags say
        fast-math. `budget` bounds the reference's runs, in seconds: made-up inputs beyond it are left out.
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
        self._cached = 0
        self._state: _Reference | None = None
        workload.validate(signature)

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(self._state.left_out) if self._state else ()

    def prepare(self) -> Verdict | None:
        """Run the reference on every case; None when there is something to compare with, else why not."""
        if self._state is None:
            self._state = _Reference()
            name = f"{self.kernel.entry}@reference"
            try:
                self.runner.load(name, [self.reference, self.shim], self.kernel.entry)
            except PasswrightError as error:
                problem = f"the unoptimised build cannot be run: {error.message}"
                self._state.failure = Verdict("unverifiable", problem)
            else:
                try:
                    self._state.failure = self._run_reference(self._state, name)
                finally:
                    self.runner.unload(name)
        return self._state.failure

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
        assert self._state is not None
        cases = self._quick_cases(self._state.usable)
        if not quick:
            screened = {id(item) for item in cases} if skip_quick else set()
            cases = [item for item in self._state.usable if id(item) not in screened]
        loaded = f"{self.kernel.entry}@{name}"
        try:
            self.runner.load(loaded, [*objects, self.shim], self.kernel.entry)
        except PasswrightError as error:
            return Verdict("crashed", f"the candidate cannot be loaded: {error.message}")
        checks = 0
        try:
            for item in cases:
                # Made-up sizes are small enough to try both ends; the measured one runs once.
                places: tuple[Placement, ...] = ("end", "start")
                for placement in places[:1] if item.case.origin == "measured" else places:
                    wrong = self._compare(loaded, item, placement)
                    if wrong is not None:
                        return Verdict(wrong.kind, wrong.evidence, checks)
                    checks += 1
        finally:
            self.runner.unload(loaded)
        return Verdict("equal", self._evidence(cases, checks), checks)

    # -- reference ------------------------------------------------------------------------------

    def _run_reference(self, state: _Reference, name: str) -> Verdict | None:
        started = monotonic()
        for case in plan(self.workload, special=not self.ulps):
            finding = self.findings.at(case) if self.findings is not None else None
            if finding is not None:
                if not case.made_up:
                    return Verdict("unverifiable", f"undefined behaviour: {finding} (at {case})")
                state.left_out.append(f"{case}: undefined behaviour: {finding}")
                continue
            if case.made_up and monotonic() - started > self.budget:
                state.left_out.append(f"{case}: no time left")
                continue
            failure = self._add_reference(state, name, case)
            if failure is not None:
                return failure
        if not state.usable:
            reasons = "; ".join(state.left_out)
            return Verdict("unverifiable", f"there is no call that the unoptimised build survives: {reasons}")
        return None

    def _add_reference(self, state: _Reference, name: str, case: Case) -> Verdict | None:
        """Run one case, twice where that is cheap; None when it was added or may be left out."""
        try:
            call = self._call(case)
        except WorkloadError as error:
            if case.origin == "generated":  # the shapes do not exist at these sizes
                state.left_out.append(f"{case}: {error.message}")
                return None
            raise
        first = self.runner.run(name, call, timeout=REFERENCE_TIMEOUT, placement="end")
        problem = _problem(first)
        if first.status == "forbidden":
            return Verdict("unverifiable", f"the kernel is not a function of its arguments: {problem}")
        if problem is None and first.seconds < REPEAT_LIMIT:
            second = self.runner.run(name, call, timeout=REFERENCE_TIMEOUT, placement="start")
            problem = _problem(second)
            if problem is None and (where := differing(call, first, second, ulps=self.ulps)) is not None:
                # Uninitialised memory, addresses turned into values, state that survives a call.
                problem = f"its own results change from run to run: {where}"
        if problem is None:
            keep = self._cached + call.size < CACHE_LIMIT
            self._cached += call.size if keep else 0
            state.usable.append(_Expected(case, call if keep else None, first))
            return None
        if case.made_up:
            state.left_out.append(f"{case}: {problem}")
            return None
        if case.origin == "measured" and first.status == "timed-out":
            return self._scaled_down(state, name, case)
        return Verdict("unverifiable", f"the unoptimised build fails at {case}: {problem}")

    def _scaled_down(self, state: _Reference, name: str, case: Case) -> Verdict | None:
        """The measured sizes are too much for the unoptimised build: compare on a part of them."""
        for factor in (0.5, 0.25, 0.1):
            sizes = self.workload.scaled(factor)
            if sizes == dict(case.sizes):
                break
            smaller = Case(sizes, "stated", case.seed, False)
            call = self._call(smaller)
            result = self.runner.run(name, call, timeout=REFERENCE_TIMEOUT, placement="end")
            if result.status == "ok":
                state.left_out.append(f"{case}: the unoptimised build takes over {REFERENCE_TIMEOUT:.0f} s")
                state.usable.append(_Expected(smaller, call, result))
                return None
        limit = f"{REFERENCE_TIMEOUT:.0f} s"
        return Verdict("unverifiable", f"the unoptimised build does not end within {limit} at {case}")

    def _call(self, case: Case) -> Call:
        return self.workload.call(self.signature, case.sizes, case.seed, case.special)

    # -- candidates -----------------------------------------------------------------------------

    def _compare(self, name: str, item: _Expected, placement: Placement) -> Verdict | None:
        call = item.call or self._call(item.case)
        # A candidate may be a little slower than the unoptimised build, not ten times.
        timeout = max(1.0, 10 * item.result.seconds)
        result = self.runner.run(name, call, timeout=timeout, placement=placement)
        side = "behind" if placement == "end" else "in front"
        where = f"at {item.case}, buffers against the guard page {side}"
        problem = _problem(result)
        if problem is not None:
            kind: VerdictKind = "timed-out" if result.status == "timed-out" else "crashed"
            return Verdict(kind, f"{problem} ({where}; the unoptimised build ran)")
        wrong = differing(call, item.result, result, ulps=self.ulps)
        return None if wrong is None else Verdict("different", f"{wrong} ({where})")

    def _quick_cases(self, usable: Sequence[_Expected]) -> list[_Expected]:
        plain = [item for item in usable if not item.case.special and item.case.origin != "measured"]
        measured = [item for item in usable if item.case.origin == "measured"][:1]
        return [*plain[len(plain) * 2 // 3 :][:1], *measured] or list(usable[:1])

    def _evidence(self, cases: Sequence[_Expected], checks: int) -> str:
        sizes = {tuple(item.case.sizes.items()) for item in cases}
        seeds = sorted({item.case.seed for item in cases})
        special = sum(item.case.special for item in cases)
        bound = f"within {self.ulps} ulp (fast-math)" if self.ulps else "bit for bit"
        parts = [
            f"{checks} calls equal {bound}: {len(sizes)} sizes, seeds {', '.join(map(str, seeds))}",
            f"{special} inputs with special values" if special else "no special values",
            "guard pages on both ends",
        ]
        if self.findings is not None:
            parts.append(self.findings.summary)
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


def differing(call: Call, expected: RunResult, actual: RunResult, *, ulps: int = 0) -> str | None:
    """Where two results of one call differ, in everything returned and written; None when they do not."""
    wrong = difference(return_layout(call.returns), expected.returned, actual.returned, ulps=ulps)
    if wrong is not None:
        return f"returned value{wrong.removeprefix('[0]').partition(';')[0]}"
    buffers = [*(slot for slot in call.slots if isinstance(slot, Buffer)), *call.globals.values()]
    elements = {buffer.name: buffer.element for buffer in buffers}
    for name, before in expected.outputs.items():
        # A static variable that the optimiser removed has no content to compare.
        after = actual.outputs.get(name)
        if after is None:
            continue
        wrong = difference(parse_layout(elements[name]), before, after, ulps=ulps)
        if wrong is not None:
            return name + wrong
    # Exported variables that changed although nothing says that the kernel uses them.
    for name in expected.written.keys() | actual.written.keys():
        if expected.written.get(name) != actual.written.get(name):
            return f"the global variable {name} ends with another content"
    return None


def _problem(result: RunResult) -> str | None:
    """What went wrong with a run, None when it went through."""
    if result.status == "ok":
        return None
    return "; ".join(result.findings) or str(result.fault or result.status)
