"""After the winner was verified by running it: is it proved, too?

Bounded translation validation (bench/tv) of every kernel of a finished file, unoptimised against as it is in the
object. A proof and the reason for none go into the verdict's evidence. A counterexample, which was seen in both
builds, makes the verdict `different`; the object is then built again with that kernel by the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passwright._native import Module
from passwright.bench.tv.validate import BOUND, Proof, Validator
from passwright.bench.verify import Verdict
from passwright.finish import UNCHANGED, Finished
from passwright.irgen.flags import sections
from passwright.passes.build import build_module, build_object
from passwright.passes.recipe import Recipe
from passwright.result import KernelResult


def prove_finished(
    module: Module,
    finished: Finished,
    reference: Recipe,
    seconds: float,
    *,
    bound: int = BOUND,
    fast_math: bool = False,
) -> Finished:
    """The same with proofs, `seconds` of processor time for each kernel. Raises ToolchainError without z3."""
    recipes = _recipes(finished.results)
    target = build_module(module, recipes, rest=reference, fast_math=fast_math)
    with Validator() as validator:
        proofs = [
            validator.validate(module, target, one.kernel.entry, bound=bound, timeout=seconds)
            for one in finished.results
        ]
    results = tuple(
        _judged(one, proof, reference) for one, proof in zip(finished.results, proofs, strict=True)
    )
    left = _recipes(results)
    if left == recipes:
        return Finished(finished.object, results)
    separate = sections(results[0].kernel.flags)
    obj = build_object(module, left, rest=reference, fast_math=fast_math, sections=separate)
    return Finished(obj, results)


def _recipes(results: Sequence[KernelResult]) -> dict[str, Recipe]:
    return {one.kernel.entry: one.recipe for one in results if one.improved}


def _judged(result: KernelResult, proof: Proof, reference: Recipe) -> KernelResult:
    verdict = result.verdict
    if proof.kind == "counterexample":
        different = Verdict("different", f"a counterexample to its proof: {proof.reason}", verdict.checks)
        return replace(result, recipe=reference, ratio=UNCHANGED, verdict=different)
    said = str(proof) if proof.kind == "proved" else f"not proved ({proof.reason})"
    return replace(result, verdict=replace(verdict, evidence=f"{verdict.evidence}; {said}"))
