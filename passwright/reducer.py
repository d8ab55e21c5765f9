"""The shortest recipe that still fails on a kernel, whether LLVM fails or the code it made does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from passwright._native import Module
from passwright.bench.infer import infer
from passwright.bench.runner import Runner
from passwright.bench.verify import Verdict, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.build import split
from passwright.passes.errors import InputError
from passwright.passes.recipe import Recipe
from passwright.passes.reduce import PoolTester, reduce, write_reproducer
from passwright.passes.worker import Compiled, WorkerPool


@dataclass(frozen=True)
class Reduced:
    """`status`: the worker's, or the verdict's kind where the compiled code is at fault; `message` is the evidence."""

    recipe: Recipe
    status: str
    message: str
    steps_before: int

    def to_json(self) -> dict[str, Any]:
        """Plain values, the recipe as text."""
        return asdict(self) | {"recipe": str(self.recipe)}


def reduce_failure(kernel: Kernel, text: str, folder: Path | None = None) -> Reduced:
    """Reduce the recipe `text`, which fails on `kernel`; `folder` gets a reproducer.

    Raises RecipeError for a text that is no recipe, InputError when it does not fail.
    """
    recipe = Recipe.parse(text)
    parts = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry)
    module = parts.kernel.bitcode()
    rest = [] if parts.rest is None else [parts.rest.emit()]
    with WorkerPool() as pool, Runner() as runner:
        compiled = pool.submit(module, recipe).result()
        if compiled.status != "ok":
            small = reduce(recipe, PoolTester(pool, module, compiled))
            final = pool.submit(module, small).result()
            status, message = str(final.status), final.message
        else:
            small, final, verdict = _reduce_wrong(kernel, module, rest, compiled, pool, runner)
            status, message = verdict.kind, verdict.evidence
    if folder is not None:
        write_reproducer(folder, module, final)
    return Reduced(small, status, message, len(recipe.steps))


def _reduce_wrong(
    kernel: Kernel, module: bytes, rest: list[bytes], compiled: Compiled, pool: WorkerPool, runner: Runner
) -> tuple[Recipe, Compiled, Verdict]:
    workload = Workload.load(kernel.workload) if kernel.workload else infer(kernel, runner).workload
    verifier = Verifier(kernel, workload, runner)
    first = verifier.check([compiled.object, *rest])
    if first.kind in {"equal", "unverifiable"}:
        raise InputError(f"the recipe does not fail: {first.kind}: {first.evidence}")

    def fails(candidate: Recipe) -> bool:
        built = pool.submit(module, candidate).result()
        return built.status == "ok" and verifier.check([built.object, *rest]).kind == first.kind

    small = reduce(compiled.recipe, fails)
    final = pool.submit(module, small).result()
    return small, final, verifier.check([final.object, *rest])
