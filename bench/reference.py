"""What the unoptimised build makes of the calls that candidates are compared on: run once per kernel.

First the planned cases; then mutated ones and, as long as branches of the reference are not taken, further ones at
random (bench/coverage.py). Sanitizers have the last word on those two: where the kernel has a source, none is used that
they have not run without a finding; where it has none, integers stay as drawn and buffers do not overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any

from passwright.bench.cases import Case, case_call, mutated_cases, plan
from passwright.bench.compare import wrong_result
from passwright.bench.coverage import Coverage, Instrumented, proposals, split_counters
from passwright.bench.sanitize import sanitize_more
from passwright.passes.errors import WorkloadError

if TYPE_CHECKING:
    from passwright.bench.answers import RunResult
    from passwright.bench.call import Call
    from passwright.bench.runner import Placement, Runner
    from passwright.bench.sanitize import Findings
    from passwright.bench.workload import Workload

REFERENCE_TIMEOUT = 20.0
"""Seconds of processor time for one call of the reference."""
MUTATED_TIMEOUT = 1.0
"""The same for mutated calls, which are small."""
REPEAT_LIMIT = 0.5
"""Seconds of one call up to which the reference runs again, to see that its results do not change."""
CACHE_LIMIT = 1 << 30
"""Bytes of calls and reference results that are kept; beyond it calls are generated again."""
GUIDED_LIMIT = 300
"""Inputs tried at random for branches that nothing has taken yet."""
GUIDED_PATIENCE = 120
"""The same without a new branch."""


@dataclass(frozen=True)
class Expected:
    """A case with its call and what the reference made of it; `counters` says which branches it took."""

    case: Case
    call: Call | None
    result: RunResult
    counters: bytes = b""


class Unusable(Exception):
    """There is nothing to compare with; the text says why."""


class Reference:
    """The unoptimised build under one name in a runner, and its results.

    Attributes:
        usable: the cases that candidates are compared on.
        left_out: planned cases that it cannot handle, each with the reason.
        dropped: how many mutated cases it, or a sanitizer, did not accept.
        coverage: the branches that the usable cases take.
        findings: the sanitizers', with those of mutated cases.
    """

    def __init__(
        self,
        runner: Runner,
        name: str,
        workload: Workload,
        signature: Mapping[str, Any],
        instrumented: Instrumented,
        findings: Findings | None,
        ulps: int,
    ) -> None:
        self.runner = runner
        self.name = name
        self.workload = workload
        self.signature = signature
        self.instrumented = instrumented
        self.findings = findings
        self.ulps = ulps
        self.usable: list[Expected] = []
        self.left_out: list[str] = []
        self.dropped = 0
        self.coverage = Coverage(instrumented.outcomes)
        self._cached = 0

    def call(self, case: Case) -> Call:
        """The bytes of a case."""
        return case_call(self.workload, self.signature, case)

    # -- planned cases --------------------------------------------------------------------------

    def run_planned(self, budget: float) -> None:
        """Run every planned case; made-up ones beyond `budget` seconds are left out. Raises Unusable."""
        started = monotonic()
        for case in plan(self.workload, special=not self.ulps):
            finding = self.findings.at(case) if self.findings is not None else None
            if finding is not None:
                if not case.made_up:
                    raise Unusable(f"undefined behaviour: {finding} (at {case})")
                self.left_out.append(f"{case}: undefined behaviour: {finding}")
                continue
            if case.made_up and monotonic() - started > budget:
                self.left_out.append(f"{case}: no time left")
                continue
            self._add(case)
        if not self.usable:
            reasons = "; ".join(self.left_out)
            raise Unusable(f"there is no call that the unoptimised build survives: {reasons}")

    def _add(self, case: Case) -> None:
        """Run one case, twice where that is cheap; it is added, may be left out, or raises Unusable."""
        try:
            call = self.call(case)
        except WorkloadError as error:
            if case.origin == "generated":  # the shapes do not exist at these sizes
                self.left_out.append(f"{case}: {error.message}")
                return
            raise
        first, counters = self._run(call, REFERENCE_TIMEOUT, "end")
        problem = self._problem(first, call, REFERENCE_TIMEOUT)
        if first.status == "forbidden":
            raise Unusable(f"the kernel is not a function of its arguments: {problem}")
        if problem is None:
            self._keep(case, call, first, counters)
        elif case.made_up:
            self.left_out.append(f"{case}: {problem}")
        elif case.origin == "measured" and first.status == "timed-out":
            self._scale_down(case)
        else:
            raise Unusable(f"the unoptimised build fails at {case}: {problem}")

    def _scale_down(self, case: Case) -> None:
        """The measured sizes are too much for the unoptimised build: compare on a part of them."""
        for factor in (0.5, 0.25, 0.1):
            sizes = self.workload.scaled(factor)
            if sizes == dict(case.sizes):
                break
            smaller = Case(sizes, "stated", case.seed, False)
            call = self.call(smaller)
            result, counters = self._run(call, REFERENCE_TIMEOUT, "end")
            if result.status == "ok":
                self.left_out.append(f"{case}: the unoptimised build takes over {REFERENCE_TIMEOUT:.0f} s")
                self._keep(smaller, call, result, counters)
                return
        limit = f"{REFERENCE_TIMEOUT:.0f} s"
        raise Unusable(f"the unoptimised build does not end within {limit} at {case}")

    # -- mutated cases --------------------------------------------------------------------------

    def run_mutated(self, budget: float) -> None:
        """Add mutated cases, and some at random for branches not taken yet, within about `budget` seconds."""
        end = monotonic() + budget
        vouched = self.findings is not None and self.findings.build is not None
        exact = not self.ulps
        constants = self.instrumented.constants
        options = {"vouched": vouched, "special": exact}
        cases = mutated_cases(self.workload, self.signature, constants=constants, **options)
        tried = [one for case in cases if (one := self._try(case, end)) is not None]
        wanted = self.coverage.copy()
        for one in tried:
            wanted.add(one.counters)
        without = 0
        for case in islice(proposals(self.workload, self.signature, constants, **options), GUIDED_LIMIT):
            if wanted.complete or without >= GUIDED_PATIENCE or monotonic() > end:
                break
            one = self._try(case, end)
            without += 1
            if one is not None and wanted.add(one.counters):
                tried.append(one)
                without = 0
        if self.findings is not None and vouched:
            self.findings = sanitize_more(self.findings, [one.case for one in tried], budget=budget)
        for one in tried:
            if vouched and self.findings is not None and not self.findings.vouches(one.case):
                self.dropped += 1
            else:
                self._keep(one.case, one.call, one.result, one.counters)

    def _try(self, case: Case, end: float) -> Expected | None:
        """A mutated case's result, None when the reference does not accept it or the time is over."""
        if monotonic() > end:
            return None
        try:
            call = self.call(case)
        except WorkloadError:
            return None
        result, counters = self._run(call, MUTATED_TIMEOUT, "end")
        if self._problem(result, call, MUTATED_TIMEOUT) is not None:
            self.dropped += 1
            return None
        return Expected(case, call, result, counters)

    # -- runs -----------------------------------------------------------------------------------

    def _run(self, call: Call, timeout: float, placement: Placement) -> tuple[RunResult, bytes]:
        return split_counters(self.runner.run(self.name, call, timeout=timeout, placement=placement))

    def _problem(self, first: RunResult, call: Call, timeout: float) -> str | None:
        """What is wrong with a run, or with a second one where that is cheap; None when they may be relied upon."""
        problem = run_problem(first)
        if problem is None and first.seconds < REPEAT_LIMIT:
            second, _ = self._run(call, timeout, "start")
            problem = run_problem(second)
            if problem is None and (where := wrong_result(call, first, second, ulps=self.ulps)) is not None:
                # Uninitialised memory, addresses turned into values, state that survives a call.
                problem = f"its own results change from run to run: {where}"
        return problem

    def _keep(self, case: Case, call: Call | None, result: RunResult, counters: bytes) -> None:
        size = call.size if call is not None else 0
        kept = self._cached + size < CACHE_LIMIT
        self._cached += size if kept else 0
        self.usable.append(Expected(case, call if kept else None, result, counters))
        self.coverage.add(counters)


def run_problem(result: RunResult) -> str | None:
    """What went wrong with a run, None when it went through."""
    if result.status == "ok":
        return None
    return "; ".join(result.findings) or str(result.fault or result.status)
