"""From a failure to its smallest form: the recipe by delta debugging, then the program, then the recipe again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from passwright import _native
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.passes.build import Split, split
from passwright.passes.errors import InputError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.reduce import reduce
from passwright.passes.worker import WorkerPool
from passwright.policy.campaign.programs import Program
from passwright.policy.campaign.shots import WRONG_CODE, Shot, judge
from passwright.policy.campaign.shrink import INSTALL, find_llvm_reduce, shrink
from passwright.policy.campaign.signature import Signature, essence, signature
from passwright.policy.campaign.target import Unfit, prepare

STEP_DEADLINE = 5.0
"""Seconds of processor time for one step, as in a search: a busy machine must not look like a pass that hangs."""
DEADLINE = 20.0
"""Seconds of processor time for one recipe."""
IMPATIENT = 2.0
"""Seconds for a step while a recipe that hangs is reduced; what is left is held against STEP_DEADLINE."""
TIDY = Recipe.parse("function(sroa,simplifycfg,instcombine)")
"""What makes unoptimised code fit for reduction and changes little else."""


@dataclass(frozen=True)
class Reduced:
    """A failure in its smallest form.

    Attributes:
        program: what is left of it, as the recipe's first steps left it where that could be had.
        shot: the reduced recipe, or its last steps, on that program.
        recipe: the reduced recipe, for the program that was found.
        original: the program and the shot that were found.
        instructions: of the whole module before and after.
        note: what was not done, and why.
    """

    signature: Signature
    program: Program
    shot: Shot
    recipe: Recipe
    original: tuple[Program, Shot]
    instructions: tuple[int, int]
    note: str = ""


def workers(step_deadline: float = STEP_DEADLINE, jobs: int = 1) -> WorkerPool:
    """The processes that a campaign compiles with."""
    return WorkerPool(jobs, step_deadline=step_deadline, deadline=DEADLINE, processor_time=True)


def firing(program: Program, pool: WorkerPool, runner: Runner, *, run: bool) -> Callable[[Recipe], Shot]:
    """What says what becomes of a recipe on a program. Without `run` a compile that works counts as equal.

    Raises Unfit, InputError.
    """
    if run:
        target = prepare(program, runner)
        return lambda recipe: judge(target, "wild", pool.submit(target.module, recipe).result())
    module = _split(program).kernel.bitcode()
    return lambda recipe: judge(None, "wild", pool.submit(module, recipe).result())


def same(shot: Shot, like: Shot) -> bool:
    """Whether two failures are the same as far as can be told before they are reduced."""
    return shot.status == like.status and essence(shot.fault) == essence(like.fault)


def undefined(program: Program) -> str:
    """What the sanitizers say about the program itself on its own calls; empty when nothing, or without a source."""
    if not program.text:
        return ""
    with TemporaryDirectory(prefix="passwright-campaign-") as folder:
        source = Path(folder, "program.cpp" if program.kernel.language == "c++" else "program.c")
        source.write_text(program.text, encoding="utf-8")
        kernel = replace(program.kernel, source=source)
        findings = sanitize(kernel, program.workload, signature=program.signature())
        if findings is None or not findings.messages:
            return ""
        return findings.messages[0].replace(f"{folder}/", "")


def reduce_recipe(program: Program, like: Shot, pool: WorkerPool, runner: Runner) -> Recipe:
    """The shortest recipe that fails like `like` on the program.  Raises InputError when it does not fail again, Unfit."""
    fire = firing(program, pool, runner, run=like.status in WRONG_CODE)
    return reduce(Recipe.parse(like.recipe), lambda recipe: same(fire(recipe), like))


def bake(
    program: Program, like: Shot, recipe: Recipe, pool: WorkerPool, runner: Runner
) -> tuple[Program, Recipe]:
    """The program as the recipe's first steps leave it, with the steps that then still fail, as few as possible.

    Unoptimised code keeps everything in memory, where llvm-reduce finds little to take away. Where no step can be
    done beforehand, a tidied program may do as well.
    """
    halves = _split(program)
    if halves.rest is not None:  # it would be lost
        return program, recipe
    module = halves.kernel.bitcode()
    run = like.status in WRONG_CODE
    parts = [
        (Recipe(recipe.steps[:count]), Recipe(recipe.steps[count:])) for count in range(len(recipe.steps))
    ]
    for before, after in [*reversed(parts[1:]), (TIDY, recipe)]:
        compiled = pool.submit(module, before, emit="bc").result()
        if compiled.status != "ok":
            continue
        baked = _smaller(program, compiled.object)
        try:
            fire = firing(baked, pool, runner, run=run)
            if (not run or fire(O3).status == "equal") and same(fire(after), like):
                return baked, after
        except (Unfit, InputError):
            continue
    return program, recipe


def reduce_program(
    program: Program, like: Shot, recipe: Recipe, pool: WorkerPool, runner: Runner, *, seconds: float
) -> Program:
    """What is left of the program when llvm-reduce has taken away all that the failure does not need."""
    run = like.status in WRONG_CODE

    def interesting(module: bytes) -> bool:
        candidate = _smaller(program, module)
        try:
            fire = firing(candidate, pool, runner, run=run)
            # What llvm-reduce makes may be undefined. Nothing undefined that was not in the text before, and -O3
            # computing what the unoptimised build does, keep most of that out.
            if run and (_suspicious(module) > suspicious or fire(O3).status != "equal"):
                return False
            return same(fire(recipe), like)
        except Unfit:
            return False

    start = _native.Module.parse(program.kernel.bitcode).bitcode()
    suspicious = _suspicious(start)
    best = shrink(start, interesting, seconds=seconds)
    return program if best == start else _smaller(program, best)


def reduce_failure(
    program: Program, shot: Shot, *, known: Callable[[Signature], bool], seconds: float
) -> Reduced | Signature:
    """Reduce a failure; only its signature when `known` says that it is filed already.

    `seconds` bounds the program's reduction.  Raises InputError when it does not fail again, Unfit.
    """
    with Runner() as runner, workers() as patient, workers(IMPATIENT) as impatient:
        pool, recipe = patient, Recipe.parse(shot.recipe)
        if shot.status == "compile timed out":
            if not same(firing(program, patient, runner, run=False)(recipe), shot):
                raise InputError("it ends in time", hint="was the machine busy?")
            recipe = reduce_recipe(program, shot, impatient, runner)
            if same(firing(program, patient, runner, run=False)(recipe), shot):
                pool = impatient
            else:  # that was only slow
                recipe = reduce_recipe(program, shot, patient, runner)
        else:
            recipe = reduce_recipe(program, shot, patient, runner)
        baked, rest = bake(program, shot, recipe, pool, runner)
        found = signature(shot.status, shot.fault, rest)
        if known(found):
            return found
        note = "" if find_llvm_reduce() else INSTALL
        run = shot.status in WRONG_CODE
        left = reduce_program(baked, shot, rest, pool, runner, seconds=seconds)
        if left is not program:
            shorter = reduce_recipe(left, replace(shot, recipe=str(rest)), pool, runner)
            final = firing(left, patient, runner, run=run)(shorter)
            if not same(final, shot):
                left, note = program, "the program is as it was: with less of it, the step ends in time"
        if left is program:
            final = firing(program, patient, runner, run=run)(recipe)
    sizes = (_instructions(program), _instructions(left))
    return Reduced(found, left, final, recipe, (program, shot), sizes, note)


def _smaller(program: Program, module: bytes) -> Program:
    kernel = replace(program.kernel, bitcode=module, debug_bitcode=b"", source=None)
    return replace(program, kernel=kernel, text="", types=program.signature())


def _split(program: Program) -> Split:
    kernel = program.kernel
    return split(_native.Module.parse(kernel.bitcode, kernel.name), kernel.entry)


def _suspicious(module: bytes) -> int:
    return len(re.findall(r"\b(?:undef|poison|unreachable)\b", _native.Module.parse(module).ir()))


def _instructions(program: Program) -> int:
    return _native.Module.parse(program.kernel.bitcode).instruction_count
