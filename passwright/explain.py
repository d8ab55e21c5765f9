"""What a recipe does to a kernel, step by step, with evidence.

For every step: what it is for (the action space's sentence), what it changed, which optimisation remarks it
gave that -O3 does not give, and what it is worth: the recipe is built once more without the step, or without
one of its knobs, and timed in one interleaved run with the whole recipe and -O3. And for the whole recipe, what the
learned policy expects of it and which features of the build weigh most (policy/attribution.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from passwright._native import Module
from passwright.bench.measure import Ratio, Timing
from passwright.bench.runner import Runner
from passwright.bench.verify import Effort
from passwright.irgen.flags import reorders_floats
from passwright.irgen.kernel import Kernel
from passwright.judging import Given, find_workload, workload_judge
from passwright.passes.actions import ActionSpace
from passwright.passes.build import StepReport, run_recipe, split
from passwright.passes.errors import InputError, PasswrightError, VerificationError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool
from passwright.policy.attribution import Forecasted, why
from passwright.policy.code_key import code_key
from passwright.policy.evaluate import BASELINE, Evaluator
from passwright.policy.judge import Judge
from passwright.policy.simplify import COSTLY, Part, parts, without
from passwright.rationale import LoopLine, Rationale, rationales

SAMPLES = 15
TELLING = ("passed", "missed")
"""Kinds of remarks that say what was or was not transformed; analysis remarks repeat them."""

DECISIVE = (
    "loop-vec",
    "slp",
    "polly",
    "loop-inter",
    "loop-dist",
    "loop-unroll",
    "loop-idiom",
    "loop-fus",
    "inline",
)
"""Beginnings of the names of passes whose remarks come first."""


@dataclass(frozen=True)
class RemarkGroup:
    """Equal remarks of one pass; `places` are source positions or functions where they were given."""

    kind: str
    pass_name: str
    name: str
    message: str
    count: int
    places: tuple[str, ...]
    also_at_o3: bool  # -O3 gives the same remark at the same place


@dataclass(frozen=True)
class LeftOut:
    """The recipe without one part.

    Attributes:
        part: the step's text, or the knob as `name=value`.
        effect: time without the part / time with it, so that 1.3 says that the part makes the kernel 1.3
            times as fast;
            None when it was not timed. `same_code`: the part changes nothing (effect 1).
        problem: why it was not timed.
    """

    part: str
    effect: Ratio | None = None
    same_code: bool = False
    problem: str = ""


@dataclass(frozen=True)
class StepExplanation:
    """One step: `instructions` are those of the IR before and after it, `knobs` holds one entry per knob, `done` says in
    sentences with evidence what was transformed (`rationale.py`)."""

    text: str
    purpose: str
    changed: bool
    seconds: float
    instructions: tuple[int, int]
    remarks: tuple[RemarkGroup, ...]
    whole: LeftOut | None
    knobs: tuple[LeftOut, ...]
    done: tuple[Rationale, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A recipe explained; `ratio` is -O3 / recipe with its interval, None when nothing was timed; `forecast` is what the
    learned policy expects, None where it cannot say."""

    kernel: str
    recipe: Recipe
    ratio: Ratio | None
    steps: tuple[StepExplanation, ...]
    forecast: Forecasted | None = None

    @property
    def rationales(self) -> tuple[Rationale, ...]:
        """The sentences about all steps."""
        return tuple(one for step in self.steps for one in step.done)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        told = [one.sentence for one in self.rationales]
        return asdict(self) | {"recipe": str(self.recipe), "rationale": told}


def explain(
    kernel: Kernel,
    recipe: Recipe,
    *,
    workload: Given = None,
    timed: bool = True,
    jobs: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Explanation:
    """Explain a recipe that is known to work on the kernel, such as one of a lock file.

    Without `timed` only purposes and remarks are collected, which needs no workload. Remarks come from the
    build with debug info, run in this process. Raises what building, workloads and verification raise;
    VerificationError when the recipe's result is not equal to the reference's.
    """
    say = progress or (lambda text: None)
    fast_math = reorders_floats(kernel.flags)
    ratio, left_out = None, dict[Part, LeftOut]()
    if timed:
        with Runner() as runner, WorkerPool(jobs, fast_math=fast_math) as pool:
            found, _, _ = find_workload(kernel, workload, runner)
            judge = workload_judge(kernel, found, runner, effort=Effort(sanitize=0, mutate=0))
            evaluator = Evaluator(kernel, judge, pool, fast_math=fast_math)
            failure = evaluator.prepare()
            if failure is not None:
                raise InputError(
                    f"{kernel.name} is {failure.kind}: {failure.evidence}", hint="leave timing out"
                )
            ratio, left_out = _ablate(evaluator, judge, recipe, say)
    say("remarks")
    steps = explain_steps(kernel, recipe, left_out)
    say("forecast")
    module = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel
    return Explanation(kernel.name, recipe, ratio, steps, why(module.bitcode(), recipe))


def explain_steps(
    kernel: Kernel, recipe: Recipe, left_out: Mapping[Part, LeftOut] | None = None, *, reference: Recipe = O3
) -> tuple[StepExplanation, ...]:
    """What each step is for and what it did, by compiling alone, in this process; `left_out` is what is known of its worth.

    Raises RecipeError, SizeLimitError and IRError as `run_recipe`.
    """
    fast_math = reorders_floats(kernel.flags)
    reports, before = _reports(kernel, recipe, fast_math)
    plain, _ = _reports(kernel, reference, fast_math)
    known = {_key(remark) for report in plain for remark in report.remarks}
    space = ActionSpace.default()
    worth = left_out or {}
    loops = _loop_lines(kernel)
    steps = []
    for position, (step, report) in enumerate(zip(recipe.steps, reports, strict=True)):
        knobs = tuple(worth[position, knob] for knob, _ in step.knobs if (position, knob) in worth)
        purpose, remarks, whole = space.explain(step), _grouped(report, known), worth.get((position, ""))
        instructions = (before, report.instructions)
        steps.append(
            StepExplanation(
                text=str(step),
                purpose=purpose,
                changed=report.changed,
                seconds=report.seconds,
                instructions=instructions,
                remarks=remarks,
                whole=whole,
                knobs=knobs,
                done=rationales(str(step), purpose, instructions, remarks, whole, knobs, loops),
            )
        )
        before = report.instructions
    return tuple(steps)


def _reports(kernel: Kernel, recipe: Recipe, fast_math: bool) -> tuple[list[StepReport], int]:
    """Reports with remarks on the kernel's module with debug info, and its instructions before the first
    step."""
    whole = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    module = split(whole, kernel.entry).kernel
    before = module.instruction_count
    return run_recipe(module, recipe, remarks=True, fast_math=fast_math), before


def _loop_lines(kernel: Kernel) -> tuple[LoopLine, ...]:
    """The loops of the unoptimised kernel that have a line."""
    whole = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    loops = split(whole, kernel.entry).kernel.loops()
    return tuple(LoopLine(one.function, one.line, one.depth) for one in loops if one.line)


def _key(remark: Any) -> tuple[object, ...]:
    return (
        remark.kind,
        remark.pass_name,
        remark.name,
        remark.message,
        remark.function,
        remark.line,
        remark.column,
    )


def _grouped(report: StepReport, known: set[tuple[object, ...]]) -> tuple[RemarkGroup, ...]:
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for remark in report.remarks:
        if remark.kind in TELLING:
            groups.setdefault((remark.kind, remark.pass_name, remark.name, remark.message), []).append(remark)
    result = []
    for (kind, pass_name, name, message), remarks in groups.items():
        places = [f"{one.file}:{one.line}:{one.column}" if one.line else one.function for one in remarks]
        also = all(_key(one) in known for one in remarks)
        result.append(
            RemarkGroup(kind, pass_name, name, message, len(remarks), tuple(dict.fromkeys(places)), also)
        )
    return tuple(sorted(result, key=_weight))


def _weight(group: RemarkGroup) -> tuple[bool, bool, bool, int]:
    """Sorting key: first what -O3 does not say, what was done, and what decides most about speed."""
    decisive = group.pass_name.startswith(DECISIVE)
    return group.also_at_o3, group.kind != "passed", not decisive, -group.count


def _ablate(
    evaluator: Evaluator, judge: Judge, recipe: Recipe, say: Callable[[str], None]
) -> tuple[Ratio, dict[Part, LeftOut]]:
    """The recipe's ratio, and for each of its parts what leaving it out costs."""
    costly = [part for part in parts(recipe) if part[1] in COSTLY]
    every = [part for part in parts(recipe) if part not in costly]
    say(f"building {len(every)} variants")
    future = evaluator.submit(recipe)
    variants = [evaluator.submit(without(recipe, {part})) for part in every]
    whole = future.result()
    if whole.status != "ok":
        raise VerificationError(f"the recipe does not compile: {whole.status}: {whole.message}")
    objects = evaluator.with_rest(whole.object)
    verdict = judge.check(objects)
    if verdict.kind != "equal":
        raise VerificationError(f"the recipe's build is {verdict.kind}: {verdict.evidence}")
    code = code_key(whole.object)
    left_out = {
        part: LeftOut(_text(recipe, part), problem="not tried: compiling would take too long")
        for part in costly
    }
    names: dict[str, str] = {}  # by code, so that equal variants are timed once
    of_part: dict[Part, str] = {}
    with ExitStack() as stack:
        _load(judge, "recipe", objects, stack)
        for part, variant in zip(every, variants, strict=True):
            compiled = variant.result()
            problem = "" if compiled.status == "ok" else f"{compiled.status}: {compiled.message}"
            key = "" if problem else code_key(compiled.object)
            if not problem and key != code and key not in names:
                problem = _try(judge, f"without {len(names)}", evaluator.with_rest(compiled.object), stack)
                if not problem:
                    names[key] = f"without {len(names)}"
            if problem or key == code:
                same = key == code
                left_out[part] = LeftOut(_text(recipe, part), _ONE if same else None, same, problem)
            else:
                of_part[part] = names[key]
        say(f"timing {len(names)} variants")
        timed = judge.time([BASELINE, "recipe", *names.values()], samples=SAMPLES, warmup=2, deadline=60.0)
    judge.unload(BASELINE)
    if timed.status != "ok":
        raise VerificationError(f"a variant {timed.status} while it was timed: {timed.message}")
    timings = {name: Timing.of(samples) for name, samples in timed.samples.items()}
    for part, name in of_part.items():
        left_out[part] = LeftOut(_text(recipe, part), Ratio.of(timings[name], timings["recipe"]))
    return Ratio.of(timings[BASELINE], timings["recipe"]), left_out


_ONE = Ratio(1.0, 1.0, 1.0)


def _try(judge: Judge, name: str, objects: Sequence[bytes], stack: ExitStack) -> str:
    """Load a variant if it is right; otherwise say what is wrong."""
    verdict = judge.check(objects, quick=True)
    if verdict.kind != "equal":
        return f"{verdict.kind}: {verdict.evidence}"
    try:
        _load(judge, name, objects, stack)
    except PasswrightError as error:
        return error.message
    return ""


def _load(judge: Judge, name: str, objects: Sequence[bytes], stack: ExitStack) -> None:
    judge.load(name, objects)
    stack.callback(judge.unload, name)


def _text(recipe: Recipe, part: Part) -> str:
    position, knob = part
    step = recipe.steps[position]
    return f"{knob}={dict(step.knobs)[knob]}" if knob else str(step)
