"""A program made ready: its kernel's bitcode to compile, the object of the rest, and a reference that has run."""

from __future__ import annotations

from dataclasses import dataclass

from passwright import _native
from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier
from passwright.passes.build import split
from passwright.passes.errors import PasswrightError
from passwright.policy.campaign.programs import Program
from passwright.policy.policy import LoopSite

PATIENCE = 1.0
"""Processor seconds that the unoptimised build may take for its first call."""
BUDGET = 5.0
"""Seconds for all calls of the unoptimised build; sizes beyond it are left out."""


class Unfit(Exception):
    """A program that says nothing about recipes, with the reason."""


@dataclass(frozen=True)
class Target:
    """See the module's docstring; `module` is bitcode, `loops` are those of the kernel that hints can name."""

    program: Program
    module: bytes
    rest: tuple[bytes, ...]
    loops: tuple[LoopSite, ...]
    instructions: int
    verifier: Verifier


def prepare(program: Program, runner: Runner) -> Target:
    """Split the program and run its unoptimised build.  Raises Unfit when that takes too long or fails."""
    kernel = program.kernel
    module = _native.Module.parse(kernel.bitcode, kernel.name)
    instructions = module.instruction_count
    try:
        parts = split(module, kernel.entry)
        verifier = Verifier(kernel, program.workload, runner, signature=program.signature(), budget=BUDGET)
        _first_call(verifier, runner)
        failure = verifier.prepare()
    except PasswrightError as error:
        raise Unfit(f"cannot be run: {error.message}") from None
    if failure is not None:
        raise Unfit(f"the reference fails: {failure.evidence}")
    loops = tuple(
        LoopSite(loop.id, loop.depth, loop.innermost, loop.trip_count) for loop in parts.kernel.loops()
    )
    rest = () if parts.rest is None else (parts.rest.emit(),)
    return Target(program, parts.kernel.bitcode(), rest, loops, instructions, verifier)


def _first_call(verifier: Verifier, runner: Runner) -> None:
    """Leave endless programs soon: Csmith promises no end."""
    runner.load("first", [verifier.reference, verifier.shim], verifier.kernel.entry)
    call = verifier.workload.call(
        verifier.signature, verifier.workload.measured_sizes, verifier.workload.seeds[0]
    )
    result = runner.run("first", call, timeout=PATIENCE)
    runner.unload("first")
    if result.status == "timed-out":
        raise Unfit("the reference times out")
