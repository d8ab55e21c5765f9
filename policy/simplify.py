"""Leaves out of a recipe what does not change the code, so that lock files and explanations show what
matters.

Only compiles: two recipes whose objects have the same code are the same to every measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from passwright.passes.recipe import Recipe, Step
from passwright.policy.code_key import code_key
from passwright.policy.evaluate import Evaluator
from passwright.policy.genes import consistent
from passwright.policy.shape import is_round

COSTLY = {"polly-pattern-matching-based-opts"}
"""Knobs that make recipes quick to compile: leaving them out is not even tried."""
Part = tuple[int, str]
"""A step's position and a knob of it, or "" for the whole step."""


def parts(recipe: Recipe) -> Iterator[Part]:
    """Everything that can be left out of a recipe, one at a time."""
    for position, step in enumerate(recipe.steps):
        yield position, ""
        yield from ((position, knob) for knob, _ in step.knobs)


def without(recipe: Recipe, left_out: frozenset[Part] | set[Part]) -> Recipe:
    """The recipe without these parts, and without the knobs that have no effect without them."""
    steps = []
    for position, step in enumerate(recipe.steps):
        if (position, "") in left_out:
            continue
        kept = {knob: value for knob, value in step.knobs if (position, knob) not in left_out}
        if is_round(step):
            kept = consistent(kept)
        steps.append(Step(step.kind, step.text, tuple(kept.items())))
    return Recipe(tuple(steps))


def simplify(evaluator: Evaluator, recipe: Recipe, code: str, *, seconds: float) -> Recipe:
    """A shorter recipe with the same code; what is not tried within `seconds` stays in.

    First every part is left out alone, all of them at a time on the workers. What does no harm alone is then
    left out together, or, where the parts depend on each other, one after the other.
    """
    end = monotonic() + seconds

    def same(candidates: list[Recipe]) -> list[bool]:
        futures = [evaluator.submit(candidate) for candidate in candidates]
        found = []
        for future in futures:
            try:
                compiled = future.result(timeout=max(0.0, end - monotonic()))
            except TimeoutError:
                future.cancel()
                found.append(False)
                continue
            found.append(compiled.status == "ok" and code_key(compiled.object) == code)
        return found

    every = [part for part in parts(recipe) if part[1] not in COSTLY]
    harmless = [
        part for part, equal in zip(every, same([without(recipe, {p}) for p in every]), strict=True) if equal
    ]
    if not harmless:
        return recipe
    shorter = without(recipe, set(harmless))
    if same([shorter])[0]:
        return shorter
    left_out: set[Part] = set()
    for part in harmless:
        if monotonic() > end:
            break
        if same([without(recipe, left_out | {part})])[0]:
            left_out.add(part)
    return without(recipe, left_out)
