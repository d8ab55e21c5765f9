"""From a file to its static report: findings, complexity, maintainability, the IR before and after a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from passwright._native import Module
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.functions import (
    INSTALL_LIZARD,
    file_maintainability,
    ir_functions,
    source_functions,
    with_ir,
)
from passwright.bench.reliability.predicted import predicted_in
from passwright.bench.reliability.reliability import IRComplexity, Reliability
from passwright.bench.reliability.source import code_lines
from passwright.bench.reliability.tools import StaticFindings, distinct, static_findings
from passwright.irgen.frontend import lower_module
from passwright.irgen.kernel import Lowered
from passwright.irgen.lowering import Lowering, language_of
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool


def assess(
    source: Path | str,
    *,
    flags: Sequence[str] = (),
    march: str = "native",
    recipe: Recipe = O3,
    pool: WorkerPool | None = None,
) -> Reliability:
    """The static report on a C, C++, .ll or .bc file; nothing of it is run.

    The recipe runs on the file as a whole, in a worker of `pool` (default: one of its own).  Raises InputError for a file
    that is missing or has no front end, CompileError when it does not compile, InputError when the recipe fails on it.
    """
    path = Path(source)
    lowered = _lowered(path, flags, march)
    module = Module.parse(lowered.debug_bitcode or lowered.bitcode, str(path))
    before, after = module.cyclomatic(), complexity_after(lowered.bitcode, recipe, pool, name=str(path))
    ir = IRComplexity(max(before.values(), default=0), max(after.values(), default=0), str(recipe))
    if lowered.language == "ir":
        note = "IR without source: no findings, no complexity of the source"
        return Reliability(str(source), 0, (), ir_functions(before, after), ir, notes=(note,))
    text = path.read_text(encoding="utf-8", errors="replace")
    found = static_findings(path, lowered.flags, march=lowered.march)
    return report_on(path, str(source), text, found, module, after, ir)


def report_on(
    path: Path,
    name: str,
    text: str,
    found: StaticFindings,
    module: Module,
    after: dict[str, int],
    ir: IRComplexity,
) -> Reliability:
    """The report from what the tools found and the unoptimised module; `after`: the complexity of a build's functions."""
    notes = list(found.notes)
    functions = source_functions(path, text)
    if functions is None:
        notes.append(f"no lizard, so no complexity of the source: {INSTALL_LIZARD}")
    functions = with_ir(functions or (), module, path, after)
    predictions: tuple[Finding, ...] = ()
    try:
        predictions = predicted_in(module, path)
    except PasswrightError as error:
        notes.append(f"no predicted defects: {error.message}")
    return Reliability(
        name,
        code_lines(text),
        distinct([*found.findings, *predictions]),
        functions,
        ir,
        file_maintainability(functions),
        tools=found.tools,
        notes=tuple(notes),
    )


def complexity_after(
    bitcode: bytes, recipe: Recipe, pool: WorkerPool | None = None, *, name: str = "<memory>"
) -> dict[str, int]:
    """Cyclomatic complexity by symbol after a recipe.  Raises InputError when the recipe fails on the module."""
    if pool is None:
        with WorkerPool(1) as own:
            return complexity_after(bitcode, recipe, own, name=name)
    compiled = pool.submit(bitcode, recipe, emit="bc", name=name).result()
    if compiled.status != "ok":
        raise InputError(
            f"{name}: the recipe fails on it: {compiled.status}: {compiled.message}",
            hint="try another --recipe; `passwright reduce` finds the step at fault",
        )
    return Module.parse(compiled.object, name).cyclomatic()


def _lowered(path: Path, flags: Sequence[str], march: str) -> Lowered:
    """The file's unoptimised IR, with debug info where there is a source; its warnings are findings, not printed."""
    if language_of(path) == "ir":
        return lower_module(Module.load(str(path)), march=march)
    with Lowering(path, flags=(*flags, "-g"), march=march, quiet=True) as compiling:
        return compiling.lowered()
