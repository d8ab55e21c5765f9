"""A recipe at once: the best of the coreset's first recipes by a static objective, without running the kernel.

Correctness then rests on LLVM's passes and its verifier alone, which the verdict says; a search verifies by running.
"""

from __future__ import annotations

from time import monotonic

from passwright.policy.coreset import coreset
from passwright.policy.evaluate import Evaluator
from passwright.policy.outcome import Outcome

FIRST = 16
"""Recipes that are tried."""
SURE = 4
"""Recipes that are tried however long they take; the others, as far as the time goes."""
DEADLINE = 0.6
"""Seconds after which no further result is waited for, so that a large file does not take long."""
UNCHECKED = "not run, with a budget of zero: LLVM's verifier accepts the module, nothing else was checked"


def zero_shot(evaluator: Evaluator) -> list[Outcome]:
    """The best outcomes that gain something, best first.  The evaluator is prepared and has no judge."""
    end = monotonic() + DEADLINE
    futures = [evaluator.submit(recipe) for recipe in coreset(evaluator.objective)[:FIRST]]
    for number, future in enumerate(futures):
        try:
            compiled = future.result(timeout=None if number < SURE else max(0.0, end - monotonic()))
        except TimeoutError:
            future.cancel()
        else:
            evaluator.judge_compiled(compiled)
    return evaluator.finalists(FIRST)
