"""A recipe at once: the best of the coreset's first recipes by a static objective, without running the kernel.

How many are tried depends on the module alone, so that the same source gives the same recipe on a busy machine too.
Correctness rests on LLVM's passes and its verifier, which the verdict says; a search verifies by running.
"""

from __future__ import annotations

from passwright._native import Module
from passwright.policy.coreset import coreset
from passwright.policy.evaluate import Evaluator
from passwright.policy.outcome import Outcome

FIRST = 16
"""Recipes that are tried on a small module."""
LEAST = 4
"""Recipes that are tried on any module."""
WORK = 12_000
"""IR instructions, before the first pass, that all recipes together may compile: half a second to a second of two cores."""
UNCHECKED = "not run, with a budget of zero: LLVM's verifier accepts the module, nothing else was checked"


def zero_shot(evaluator: Evaluator) -> list[Outcome]:
    """The best outcomes that gain something, best first.  The evaluator is prepared and has no judge."""
    instructions = max(1, Module.parse(evaluator.module).instruction_count)
    count = min(FIRST, max(LEAST, WORK // instructions))
    futures = [evaluator.submit(recipe) for recipe in coreset(evaluator.objective)[:count]]
    for future in futures:
        evaluator.judge_compiled(future.result())
    return evaluator.finalists(count)
