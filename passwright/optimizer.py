"""The main job: from source files to drop-in objects that are verified and measured to be faster than -O3, or smaller
than -Oz.

    result = optimize("gemm.c", budget=20.0)
    Path("gemm.o").write_bytes(result.files[0].object)

Per kernel: a workload (given or inferred), the sanitizers, the reference, the search of a policy within the
budget, a race of the best. Per file: one object with all winners, which is what is verified and measured for
the claim (`finish.py`). Neither command line nor lock file is here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from passwright._native import Module
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.runner import Runner
from passwright.bench.verify import Effort, Verdict
from passwright.bench.whole import Whole
from passwright.finish import Candidate, finish
from passwright.irgen.flags import reorders_floats, sections
from passwright.irgen.frontend import kernels as find_kernels
from passwright.irgen.kernel import Kernel
from passwright.judging import Given, find_workload, workload_judge
from passwright.passes.actions import ActionSpace
from passwright.passes.build import build_object
from passwright.passes.errors import InputError, UsageError, WorkloadError
from passwright.passes.worker import WorkerPool
from passwright.policy.drive import Patience, drive
from passwright.policy.evaluate import BASELINE, Evaluator
from passwright.policy.judge import Judge, ProgramJudge
from passwright.policy.learned import LearnedPolicy, plan
from passwright.policy.objective import objective as named_objective
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Policy
from passwright.policy.policy import policy as named_policy
from passwright.policy.stages import Stages, TimedJudge
from passwright.policy.zero_shot import UNCHECKED, zero_shot
from passwright.rating import Rating
from passwright.result import Event, FileResult, OptimizeResult

Progress = Callable[[Event], None]
NICENESS = 10
"""Of the compiling processes: the measurement comes first."""
DEFAULT_BUDGET = Budget(seconds=20)


@dataclass(frozen=True)
class Options:
    """What an optimisation depends on besides the kernel.

    Attributes:
        budget: per kernel.
        policy: a policy, or the name of one.
        objective: "time", "size" (bytes of machine code) or "ir-instructions"; for the last two nothing is timed,
            everything is verified unless the budget is zero (policy/objective.py, policy/zero_shot.py).
        jobs: worker processes that compile; None: one per core.
        seed: of the policy's choices and of the measured data.
        workload: a file or workload for every kernel (those with an `entry` of their own for that one only);
            a mapping
            gives one by entry. Kernels without one get an inferred one.
        program: run this program instead of calling the kernels.
        patience: when a search gives up before its budget ends.
        log: JSON lines of all outcomes are appended to this file.
        reliability: the source's static report, which outcomes have with the complexity of their own IR
            (bench/reliability). None: the static tools run beside a search of 5 seconds or more, and outcomes get it
            at its end; True: the search waits for it, so that the log has it too; False: there is none.
        prove: seconds of processor time for a proof of each kernel's result (bench/tv); 0: none is tried.
    """

    budget: Budget = DEFAULT_BUDGET
    policy: Policy | str = "learned"
    objective: str = "time"
    jobs: int | None = None
    seed: int = 0
    workload: Given = None
    program: Whole | None = None
    patience: Patience | None = None
    log: Path | None = None
    reliability: bool | None = None
    prove: float = 0.0

    def __post_init__(self) -> None:
        named_objective(self.objective)
        if isinstance(self.policy, str):
            named_policy(self.policy)
        if self.prove:
            from passwright.bench.tv.prover import require_solver

            require_solver()  # before the search, not after it
        if self.program is not None and self.workload is not None:
            raise UsageError(
                "a program and a workload exclude each other", hint="give either --run or --workload"
            )


def optimize(
    sources: str | Path | Sequence[str | Path],
    *,
    entries: Sequence[str] = (),
    budget: Budget | float | str = 20.0,
    march: str = "native",
    flags: Sequence[str] = (),
    progress: Progress | None = None,
    **options: object,
) -> OptimizeResult:
    """Optimise files; `options` are further fields of `Options`.

    A file's kernels are `entries`, or every externally visible function with a loop. Ctrl-C ends the search
    under way, finishes what was found, leaves later kernels at -O3 and returns with `interrupted`; a second
    one raises.

    Raises what lowering raises, UsageError, WorkloadError for a named kernel whose workload contradicts it or
    cannot be inferred (kernels that were not named are left at -O3 with a note).
    """
    settings = Options(budget=_budget(budget), **options)  # type: ignore[arg-type]
    paths = [Path(one) for one in ([sources] if isinstance(sources, str | Path) else sources)]
    report = progress or (lambda event: None)
    groups = []
    for path in paths:
        report(Event("lower", source=str(path)))
        groups.append(find_kernels(path, entries=tuple(entries), flags=tuple(flags), march=march))
    return optimize_kernels(groups, settings, progress=progress, named=bool(entries))


def optimize_kernels(
    groups: Sequence[Sequence[Kernel]],
    options: Options,
    *,
    progress: Progress | None = None,
    named: bool = True,
) -> OptimizeResult:
    """Optimise kernels that are lowered already; a group holds kernels of one and the same file.

    `named` False: a kernel without a usable workload is left at -O3 instead of raising WorkloadError.
    """
    started = monotonic()
    report = progress or (lambda event: None)
    files: list[FileResult] = []
    interrupted = False
    seconds = options.budget.seconds
    step = 5.0 if not seconds else min(5.0, max(0.5, seconds / 8))
    for group in groups:
        # Flags that allow -O3 to reorder floating-point arithmetic allow recipes to do so too.
        fast = any(reorders_floats(kernel.flags) for kernel in group)
        with WorkerPool(
            options.jobs, step_deadline=step, deadline=2 * step, fast_math=fast, niceness=NICENESS
        ) as pool:
            job = _FileJob(group, options, pool, report, named, fast)
            files.append(job.run(skip=interrupted))
        interrupted = interrupted or job.interrupted
    return OptimizeResult(tuple(files), interrupted, monotonic() - started)


class _FileJob:
    """One file: search its kernels one after the other, then finish them together."""

    def __init__(
        self,
        group: Sequence[Kernel],
        options: Options,
        pool: WorkerPool,
        report: Progress,
        named: bool,
        fast_math: bool,
    ) -> None:
        self.kernels = list(group)
        self.options = options
        self.pool = pool
        self.report = report
        self.named = named
        self.fast_math = fast_math
        self.interrupted = False
        self.space = ActionSpace.default()
        self.objective = named_objective(options.objective)

    def run(self, *, skip: bool) -> FileResult:
        kernel = self.kernels[0]
        module = Module.parse(kernel.bitcode, kernel.name)
        reference = self.objective.reference
        separate = sections(kernel.flags)
        baseline = build_object(module, {}, rest=reference, fast_math=self.fast_math, sections=separate)
        with ExitStack() as stack:
            self._rating = Rating(
                kernel, False if skip else self.options.reliability, self.options.budget, stack
            )
            runner = stack.enter_context(Runner())
            program = self._program(stack, module)
            candidates = [
                self._candidate(one, runner, program, skip or self.interrupted) for one in self.kernels
            ]
            finished = finish(
                module, baseline, candidates, self.objective, self.report, fast_math=self.fast_math
            )
        if self.options.prove:
            from passwright.proving import prove_finished  # needs an extra package

            finished = prove_finished(
                module, finished, reference, self.options.prove, fast_math=self.fast_math
            )
        return FileResult(
            kernel.source, finished.results, finished.object, baseline, kernel.bitcode, reference
        )

    def _program(self, stack: ExitStack, module: Module) -> ProgramJudge | None:
        if self.options.program is None:
            return None
        bench = self.options.program.bench([module.emit(opt_level=0)])
        return ProgramJudge(stack.enter_context(bench))

    def _candidate(self, kernel: Kernel, runner: Runner, program: Judge | None, skip: bool) -> Candidate:
        """Search one kernel; whatever keeps it from being searched leaves it at the reference with a note."""
        candidate = Candidate(kernel, monotonic())
        left = f"left at {self.objective.label}"
        if self.options.budget.empty and not skip:
            if self.objective.static:
                return self._zero_shot(candidate)
            if _name(self.options.policy) == LearnedPolicy.name:
                return self._foretold(candidate)
        if skip or self.options.budget.empty:
            why = "interrupted before it was this kernel's turn" if skip else "the budget is zero"
            return replace(candidate, ended="skipped", notes=(f"{why}: {left}",))
        try:
            return self._searched(candidate, runner, program)
        except KeyboardInterrupt:
            self.interrupted = True
            return replace(
                candidate, ended="interrupted", notes=(f"interrupted before the search began: {left}",)
            )
        except WorkloadError as error:
            if self.named:
                raise
            verdict = Verdict("unverifiable", f"no workload: {error.message}")
            return replace(candidate, ended="skipped", failure=verdict, notes=(str(error),))
        except InputError as error:  # one kernel that cannot be called is no reason to give up the others
            if self.named:
                raise
            verdict = Verdict("unverifiable", f"it cannot be run: {error.message}")
            return replace(candidate, ended="skipped", failure=verdict, notes=(str(error),))

    def _zero_shot(self, candidate: Candidate) -> Candidate:
        """The smallest of the coreset's first recipes; nothing runs."""
        evaluator = Evaluator(
            candidate.kernel,
            None,
            self.pool,
            objective=self.objective,
            fast_math=self.fast_math,
            reliability=self._static(candidate.kernel),
        )
        evaluator.prepare()
        self._event("search", candidate.kernel)
        return replace(
            candidate,
            ranked=self._rating.rated(zero_shot(evaluator)),
            outcomes=self._rating.rated(evaluator.outcomes),
            reliability=self._of_reference(evaluator),
            unchecked=UNCHECKED,
            **_sizes(evaluator),
        )

    def _foretold(self, candidate: Candidate) -> Candidate:
        """The recipe that the learned policy expects most of; nothing runs."""
        evaluator = Evaluator(
            candidate.kernel,
            None,
            self.pool,
            fast_math=self.fast_math,
            reliability=self._static(candidate.kernel),
        )
        evaluator.prepare()
        self._event("search", candidate.kernel)
        made = plan(evaluator.module)
        candidate = replace(
            candidate,
            notes=made.notes,
            ended="skipped",
            reliability=self._of_reference(evaluator),
            unchecked=UNCHECKED,
            **_sizes(evaluator),
        )
        if made.forecast is None:
            return candidate
        outcome = evaluator.judge_compiled(evaluator.submit(made.forecast.recipe).result())
        ranked = (outcome,) if outcome.ok else ()
        return replace(candidate, ranked=ranked, outcomes=(outcome,), expected=math.exp(made.forecast.mean))

    def _searched(self, candidate: Candidate, runner: Runner, program: Judge | None) -> Candidate:
        kernel, options = candidate.kernel, self.options
        stages = Stages()
        judge = program
        if judge is None:
            self._event("workload", kernel)
            with stages.of("workload"):
                workload, inferred, notes = find_workload(kernel, options.workload, runner)
            candidate = replace(candidate, workload=workload, inferred=inferred, notes=notes)
            self._event("sanitize", kernel)
            with stages.of("sanitize"):
                effort = Effort.within(options.budget.seconds)
                judge = workload_judge(kernel, workload, runner, effort=effort)
        judge = TimedJudge(judge, stages)
        candidate = replace(candidate, judge=judge, stages=stages.seconds)
        self._event("reference", kernel)
        with ExitStack() as stack:
            record = self._recorder(stack, kernel)
            evaluator = Evaluator(
                kernel,
                judge,
                self.pool,
                objective=self.objective,
                fast_math=self.fast_math,
                record=record,
                reliability=self._static(kernel),
            )
            failure = evaluator.prepare()
            if failure is not None:
                return replace(candidate, failure=failure, ended="skipped")
            self._event("search", kernel)
            try:
                result = drive(
                    evaluator,
                    named_policy(options.policy) if isinstance(options.policy, str) else options.policy,
                    options.budget,
                    space=self.space,
                    seed=options.seed,
                    started=candidate.started,
                    patience=replace(options.patience) if options.patience is not None else None,
                    progress=self._watcher(kernel, evaluator, candidate.started),
                )
            finally:
                judge.unload(BASELINE)
        if result.ended == "interrupted":
            self.interrupted = True
            self._rating.give_up()
        return replace(
            candidate,
            ranked=self._rating.rated(result.finalists),
            outcomes=self._rating.rated(result.outcomes),
            ended=result.ended,
            notes=(*candidate.notes, *result.notes),
            baseline_verdict=evaluator.baseline_verdict,
            call_seconds=evaluator.call_seconds,
            reliability=self._of_reference(evaluator),
            **_sizes(evaluator),
        )

    def _static(self, kernel: Kernel) -> Reliability | None:
        """The report on the source, where the search waits for it."""
        if not self.options.reliability:
            return None
        self._event("reliability", kernel)
        return self._rating.before()

    def _of_reference(self, evaluator: Evaluator) -> Reliability | None:
        return self._rating.of(evaluator.baseline_complexity, str(self.objective.reference))

    def _recorder(self, stack: ExitStack, kernel: Kernel) -> Callable[[Outcome], None] | None:
        if self.options.log is None:
            return None
        file = stack.enter_context(self.options.log.open("a", encoding="utf-8"))

        def record(outcome: Outcome) -> None:
            file.write(json.dumps({"kernel": kernel.name, "entry": kernel.entry, **outcome.to_json()}) + "\n")

        return record

    def _watcher(self, kernel: Kernel, evaluator: Evaluator, started: float) -> Callable[[Outcome], None]:
        failures = 0

        def watch(outcome: Outcome) -> None:
            nonlocal failures
            failures += outcome.status not in {"ok", "worse"}
            best = evaluator.best
            self._event(
                "search",
                kernel,
                evaluations=len(evaluator.outcomes),
                failures=failures,
                best=max(1.0, best.ratio if best else 1.0),
                seconds=monotonic() - started,
            )

        return watch

    def _event(self, phase: str, kernel: Kernel, **fields: float) -> None:
        budget = self.options.budget.seconds or 0.0
        self.report(Event(phase, kernel.name, str(kernel.source or ""), budget=budget, **fields))  # type: ignore[arg-type]


def _sizes(evaluator: Evaluator) -> dict[str, Any]:
    return {
        "baseline_text": evaluator.baseline_text,
        "baseline_instructions": evaluator.baseline_instructions,
    }


def _name(policy: Policy | str) -> str:
    return policy if isinstance(policy, str) else policy.name


def _budget(budget: Budget | float | str) -> Budget:
    if isinstance(budget, Budget):
        return budget
    return Budget.parse(budget) if isinstance(budget, str) else Budget(seconds=float(budget))
