"""What a person looks at before deciding about a locked recipe: source, steps, remarks, verdict, assembly.

Compiling runs in a process of its own, since a lock file is input: LLVM crashing on a recipe, or never ending, is one more
thing to know about the proposal. Nothing is measured and nothing of the kernel runs.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from passwright._native import Module
from passwright.bench.reliability.source import body_end
from passwright.cli.child import apart
from passwright.decisions import evidence_of
from passwright.explain import StepExplanation, explain_steps
from passwright.freshness import kernel_of, require_same
from passwright.irgen.flags import reorders_floats
from passwright.irgen.lowering import LANGUAGES
from passwright.passes import audit
from passwright.passes.build import run_recipe, split
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import LockEntry
from passwright.passes.recipe import REFERENCES, Recipe

if TYPE_CHECKING:
    from passwright.irgen.kernel import Kernel

DEADLINE = 60.0
"""Seconds that compiling for one view may take."""
_SUFFIXES = {*LANGUAGES, ".h", ".hh", ".hpp", ".hxx", ".h++", ".H", ".inc", ".inl", ".ipp", ".tcc", ".def"}


@dataclass(frozen=True)
class SourceLines:
    """Lines of a file as they are, from line `first`."""

    path: str
    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """An entry with all that is known of it.

    Attributes:
        kernel: as the source is now; None where it cannot be lowered.
        source: the lines of the function.
        steps: of the recipe, with remarks.
        verdict: the evidence behind the entry's verdict, from the audit log; "" where it has none.
        problems: why something is missing, and whether the entry is stale.
    """

    entry: LockEntry
    kernel: Kernel | None
    source: SourceLines | None
    steps: tuple[StepExplanation, ...]
    verdict: str
    problems: tuple[str, ...]


def gather(lock: str | Path, entry: LockEntry, log: audit.Log) -> Evidence:
    """All of it; what cannot be had is among the problems."""
    problems: list[str] = []
    kernel, lines, steps = None, None, tuple[StepExplanation, ...]()
    try:
        kernel = kernel_of(lock, entry)
        lines = function_lines(kernel)
        require_same(entry, kernel)
    except PasswrightError as error:
        problems.append(error.message)
    if kernel is not None:
        found = kernel
        try:
            steps = apart(
                lambda: explain_steps(found, entry.recipe, reference=REFERENCES[entry.objective]), DEADLINE
            )
        except PasswrightError as error:
            problems.append(f"the recipe cannot be looked at: {error.message}")
    return Evidence(entry, kernel, lines, steps, evidence_of(entry, log), tuple(problems))


def function_lines(kernel: Kernel) -> SourceLines | None:
    """The lines of the kernel's function by its debug information; None where there are none, as for IR."""
    module = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
    place = next((one for one in module.functions() if one.name == kernel.entry and one.line), None)
    if place is None or kernel.source is None:
        return None
    path = Path(place.file)
    path = path if path.is_absolute() or path.is_file() else kernel.source.parent / path.name
    if path.suffix not in _SUFFIXES:  # `#line` can name any file, and a report is given to others
        return None
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    lines = text.split("\n")[place.line - 1 : body_end(text, place.line)]
    return SourceLines(str(path), place.line, tuple(lines))


def assembly_diff(kernel: Kernel, recipe: Recipe, reference: Recipe) -> list[str]:
    """What the recipe changes in the function's assembly, as a unified diff; [] where it is the same code.

    Raises what building raises, LockError when LLVM crashes on the recipe.
    """

    def texts() -> tuple[list[str], list[str]]:
        return _assembly(kernel, reference), _assembly(kernel, recipe)

    before, after = apart(texts, DEADLINE)
    return list(difflib.unified_diff(before, after, str(reference), "proposed", lineterm=""))


def _assembly(kernel: Kernel, recipe: Recipe) -> list[str]:
    """Instructions and labels of the kernel's function; directives and comments left out."""
    module = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel
    run_recipe(module, recipe, fast_math=reorders_floats(kernel.flags))
    lines = module.emit("asm").decode().splitlines()
    start = next((number for number, line in enumerate(lines) if _label(line) == kernel.entry), 0)
    kept = []
    for line in lines[start:]:
        if line.startswith(".Lfunc_end"):
            break
        code = line.split("#", 1)[0].rstrip()
        if code and (not code.lstrip().startswith(".") or code.endswith(":")):
            kept.append(code.expandtabs(8))
    return kept


def _label(line: str) -> str:
    return line.split("#", 1)[0].strip().removesuffix(":").strip('"') if ":" in line else ""
