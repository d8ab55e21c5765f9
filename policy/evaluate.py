"""From a recipe to its outcome on one kernel, with cheap screens before dear ones.

    compile in a worker (deadlines, limits)  →  same code as before? then the same outcome
    →  interleaved samples against -O3, three rounds; the hopeless stop here ("worse")  →  six rounds more
    →  quick verification  →  "ok"

For a static objective the code's size takes the place of samples, and only what is smaller than everything before it
is verified: everything else is "worse" at once.

Candidates are judged as the kernel's module by the recipe plus the rest of the file by the objective's reference (-O3, or
-Oz for size); the baseline is the whole file by the reference and the same core. What is claimed in the end is measured and
verified again on the complete object (`passwright.optimize`): the figures here only steer the search.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from statistics import median
from time import monotonic

from passwright._native import Module
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.verify import Verdict
from passwright.irgen.kernel import Kernel
from passwright.passes.build import build_object, split
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import Recipe
from passwright.passes.worker import Compiled, WorkerPool
from passwright.policy.code_key import code_key
from passwright.policy.judge import Judge
from passwright.policy.objective import TIME, Objective
from passwright.policy.outcome import Outcome
from passwright.policy.policy import LoopSite

BASELINE = "baseline"
CANDIDATE = "candidate"
SAMPLES = 9
"""Samples of a candidate that stays competitive; the hopeless get three."""
SLACK = 0.95
"""A candidate is competitive from this share of the best ratio so far on."""
KEPT = 12
"""Objects of the best candidates that are kept for the final race."""


class Evaluator:
    """Turns recipes into outcomes for one kernel and remembers all of them.

    Attributes:
        baseline: the whole file's object by the reference.
        outcomes: everything that was tried, in order of completion; `record` gets each as it comes.
    """

    def __init__(
        self,
        kernel: Kernel,
        judge: Judge | None,
        pool: WorkerPool,
        *,
        objective: Objective = TIME,
        fast_math: bool = False,
        record: Callable[[Outcome], None] | None = None,
        reliability: Reliability | None = None,
    ) -> None:
        """Splits the file; nothing is compiled yet. Without a judge nothing is verified or timed. `reliability`: the
        source's static report, which each outcome then has with the complexity of its own IR."""
        self.kernel = kernel
        self.judge = judge
        self.pool = pool
        self.objective = objective
        self.fast_math = fast_math
        self.reliability = reliability
        self.outcomes: list[Outcome] = []
        self.started = monotonic()
        self.baseline = b""
        self.baseline_verdict: Verdict | None = None  # of the reference, after `prepare`
        self.call_seconds = 0.0  # of the baseline; 0 for static objectives
        self.check_seconds = 0.0  # one full verification
        parts = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry)
        self.loops = tuple(
            LoopSite(loop.id, loop.depth, loop.innermost, loop.trip_count) for loop in parts.kernel.loops()
        )
        self.module: bytes = parts.kernel.bitcode()
        self._rest_bitcode = None if parts.rest is None else parts.rest.bitcode()
        self._rest: tuple[bytes, ...] = ()
        self._record = record
        self.baseline_text = 0  # bytes of machine code of the kernel's module by the reference
        self.baseline_instructions = 0  # its IR instructions
        self.baseline_complexity = 0  # the highest cyclomatic complexity of its IR's functions
        self._plain = ""  # its code
        self._by_code: dict[str, Outcome] = {}
        self._objects: dict[str, bytes] = {}

    # -- before the search ----------------------------------------------------------------------

    def prepare(self) -> Verdict | None:
        """Build baseline and rest of the file, check the baseline; None when the search can begin, else why
        not.

        A kernel whose build by the reference already differs from the unoptimised one has no meaning to preserve and
        is `unverifiable`.
        """
        reference, label = self.objective.reference, self.objective.label
        rest = None if self._rest_bitcode is None else self.pool.submit(self._rest_bitcode, reference)
        own = self.pool.submit(self.module, reference)
        module = Module.parse(self.kernel.bitcode, self.kernel.name)
        self.baseline = build_object(module, {}, rest=reference, fast_math=self.fast_math)
        if self.judge is not None:
            failure = self.judge.prepare()
            if failure is not None:
                return failure
            started = monotonic()
            verdict = self.baseline_verdict = self.judge.check([self.baseline])
            self.check_seconds = monotonic() - started
            if verdict.kind != "equal":
                return Verdict(
                    "unverifiable", f"{label} itself is {verdict.kind}: {verdict.evidence}", verdict.checks
                )
        if rest is not None:
            self._rest = (_require(rest.result(), "the rest of the file"),)
        compiled = own.result()
        self._plain = code_key(_require(compiled, f"{self.kernel.name} at {label}"))
        self.baseline_text = compiled.text_size
        self.baseline_instructions = compiled.instructions
        self.baseline_complexity = compiled.complexity
        if not self.objective.static and self.judge is not None:
            return self._time_baseline()
        return None

    def _time_baseline(self) -> Verdict | None:
        judge = self._judge()
        judge.load(BASELINE, [self.baseline])
        timed = judge.time([BASELINE], samples=3)
        if timed.status != "ok":
            return Verdict("unverifiable", f"-O3 itself {timed.status} when it was timed: {timed.message}")
        self.call_seconds = median(timed.samples[BASELINE])
        return None

    def _judge(self) -> Judge:
        assert self.judge is not None, "run time needs a judge"
        return self.judge

    def objects(self, outcome: Outcome) -> list[bytes]:
        """The objects of one of the best candidates, for another measurement."""
        return self.with_rest(self._objects[outcome.code])

    def with_rest(self, obj: bytes) -> list[bytes]:
        """The objects that a candidate's own needs beside it to be whole."""
        return [obj, *self._rest]

    # -- a candidate ----------------------------------------------------------------------------

    def submit(self, recipe: Recipe) -> Future[Compiled]:
        """Start compiling a candidate."""
        return self.pool.submit(self.module, recipe)

    def judge_compiled(self, compiled: Compiled) -> Outcome:
        """The outcome of a compiled candidate; whatever goes wrong with it is an outcome too."""
        started = monotonic()
        outcome = Outcome(
            recipe=compiled.recipe,
            status=compiled.status,
            text_size=compiled.text_size,
            instructions=compiled.instructions,
            compile_seconds=compiled.seconds,
            message=compiled.message,
            failed_step=compiled.failed_step if compiled.status != "ok" else -1,
            complexity=compiled.complexity,
        )
        if compiled.status == "ok":
            outcome = replace(outcome, code=code_key(compiled.object), reliability=self._rated(compiled))
            known = self._by_code.get(outcome.code)
            if known is not None:
                outcome = replace(
                    outcome,
                    duplicate=True,
                    status=known.status,
                    ratio=known.ratio,
                    samples=known.samples,
                    times=known.times,
                    stage=known.stage,
                    message=known.message,
                )
            else:
                outcome = self._measured(outcome, compiled.object)
        now = monotonic()
        outcome = replace(outcome, seconds=compiled.seconds + now - started, at=now - self.started)
        if outcome.code and not outcome.duplicate:
            self._by_code[outcome.code] = outcome
            self._keep(outcome, compiled.object)
        return self.note(outcome)

    def _rated(self, compiled: Compiled) -> Reliability | None:
        if self.reliability is None:
            return None
        return self.reliability.built(compiled.complexity, str(compiled.recipe))

    def note(self, outcome: Outcome) -> Outcome:
        """Remember an outcome."""
        self.outcomes.append(outcome)
        if self._record is not None:
            self._record(outcome)
        return outcome

    @property
    def best(self) -> Outcome | None:
        """The best verified candidate so far."""
        return max((o for o in self._by_code.values() if o.ok), key=lambda o: o.ratio, default=None)

    def finalists(self, count: int) -> list[Outcome]:
        """The best candidates with distinct code that promise a gain, best first."""
        good = [o for o in self._by_code.values() if o.ok and o.ratio > 1 and o.code in self._objects]
        good = [
            o for o in good if o.code != self._plain
        ]  # only luck, or the file's being split, makes it faster
        return sorted(good, key=lambda o: -o.ratio)[:count]

    def _measured(self, outcome: Outcome, obj: bytes) -> Outcome:
        objects = self.with_rest(obj)
        best = max(1.0, self.best.ratio if self.best else 1.0)
        if self.objective.static:
            outcome = replace(outcome, ratio=self._size_ratio(outcome), samples=1, stage="measure")
            if outcome.ratio <= best:
                return replace(outcome, status="worse")
        elif self.judge is None:  # all that can be said of it
            return replace(outcome, status="ok", stage="compile")
        else:
            judge = self.judge
            try:
                judge.load(CANDIDATE, objects)
            except PasswrightError as error:
                return replace(outcome, status="unloadable", stage="measure", message=error.message)
            try:
                outcome = self._timed(outcome, SLACK * best)
            finally:
                judge.unload(CANDIDATE)
            if outcome.status != "ok":
                return outcome
        if self.judge is None:
            return outcome
        verdict = self.judge.check(objects, quick=True)
        if verdict.kind != "equal":
            return replace(outcome, status=verdict.kind, ratio=0.0, stage="verify", message=verdict.evidence)
        return outcome

    def _size_ratio(self, outcome: Outcome) -> float:
        cost = self.objective.cost
        before = cost(self.baseline_text, self.baseline_instructions)
        return before / cost(outcome.text_size, outcome.instructions)

    def _timed(self, outcome: Outcome, threshold: float) -> Outcome:
        # A hopeless candidate may be so slow that one call takes seconds: the deadline ends its rounds. A
        # miscompiled one may never end at all.
        deadline = max(0.25, 2.5 * SAMPLES * max(self.call_seconds, 5e-4))
        timed = self._judge().time(
            [BASELINE, CANDIDATE],
            samples=SAMPLES,
            min_sample=5e-4,
            deadline=deadline,
            stop_if_slower=1 / threshold,
            timeout=1.0 + 4 * deadline,
        )
        outcome = replace(outcome, stage="measure")
        if timed.status != "ok":
            return replace(outcome, status=timed.status, message=timed.message)
        base, own = timed.samples[BASELINE], timed.samples[CANDIDATE]
        ratio = median(base) / median(own)
        competitive = len(own) == len(base) and ratio >= threshold
        return replace(
            outcome,
            status="ok" if competitive else "worse",
            ratio=ratio,
            samples=len(own),
            times=(tuple(base[: len(own)]), tuple(own)),
        )

    def _keep(self, outcome: Outcome, obj: bytes) -> None:
        if outcome.ok:
            self._objects[outcome.code] = obj
            if len(self._objects) > KEPT:
                del self._objects[min(self._objects, key=lambda code: self._by_code[code].ratio)]


def _require(compiled: Compiled, what: str) -> bytes:
    """The object of something that has to compile."""
    if compiled.status != "ok":
        raise PasswrightError(
            f"{what} does not compile: {compiled.status}: {compiled.message}",
            hint="this is a fault of Passwright or of LLVM; please report it with the source",
        )
    return compiled.object
