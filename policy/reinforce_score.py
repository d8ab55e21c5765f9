"""R of function bodies that are right (bench/reliability/composite.py), many at once.

D from clang's warnings, the static analyzer and clang-tidy, P from static cycles (LLVM-MCA on the innermost loops of the
-O3 code) against the body that the rules write plainly for the same program, C from source and IR complexity. All bodies of
a language go through the tools as one file. Cycles and not seconds, because they are the same on a busy machine; where the
compiler removes all loops they say little, and P is near a half.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from passwright._native import Module
from passwright.bench.generated import STANDARDS
from passwright.bench.reliability.checks import WEIGHTS
from passwright.bench.reliability.composite import Composite, Weights, compose
from passwright.bench.reliability.functions import source_functions
from passwright.bench.reliability.tools import static_findings
from passwright.gnn.profile import NOMINAL, static_cycles
from passwright.irgen.clang import Compilation, find_clang
from passwright.irgen.layout import lay_out, tokens
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.synthesis.check import Item, signature
from passwright.irgen.synthesis.emit import HEADERS, Language, emit
from passwright.passes.errors import CompileError


@dataclass(frozen=True)
class _Lines:
    first: int
    last: int


def scores(items: Sequence[Item], weights: Weights | None = None) -> list[Composite]:
    """R of each body, in order; all of them were found right.

    Raises:
        CompileError: one does not compile. ToolchainError: there is no clang 19.
    """
    found: dict[int, Composite] = {}
    for language in ("c", "cpp"):
        own = [at for at, item in enumerate(items) if item.language == language]
        if own:
            judged = _of_language([items[at] for at in own], language, weights)
            found.update(zip(own, judged, strict=True))
    return [found[at] for at in range(len(items))]


def _of_language(items: Sequence[Item], language: Language, weights: Weights | None) -> list[Composite]:
    plain = [Item(item.program, emit(item.program, language, "plain"), language) for item in items]
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        path = Path(folder) / ("bodies.c" if language == "c" else "bodies.cpp")
        text, places = _file(items, language)
        path.write_text(text)
        flags = [f"-std={STANDARDS[language]}"]
        density = _densities(path, text, places, flags)
        complexity = _complexities(path, text, places)
        module = _optimised(path, flags)
        ir = module.cyclomatic()
        own = _cycles(module, len(items))
        path.write_text(_file(plain, language)[0])
        other = _cycles(_optimised(path, flags), len(items))
    return [
        compose(
            density[at], complexity[at], ir.get(f"f{at}", 0), speedup=other[at] / own[at], weights=weights
        )
        for at in range(len(items))
    ]


def _file(items: Sequence[Item], language: Language) -> tuple[str, list[_Lines]]:
    """All bodies as functions `f0 f1 …`, laid out, and where each stands."""
    lines = [f"#include <{header}>" for header in HEADERS[language]]
    if language == "cpp":
        lines.append('extern "C" {')
    places = []
    for at, item in enumerate(items):
        first = len(lines) + 1
        lines.append(f"{signature(canonical(item.program).program.declarations, f'f{at}')} {{")
        lines += [*lay_out(tokens(item.body), 2), "}"]
        places.append(_Lines(first, len(lines)))
    if language == "cpp":
        lines.append("}")
    return "\n".join(lines) + "\n", places


def _densities(path: Path, text: str, places: Sequence[_Lines], flags: Sequence[str]) -> list[float]:
    """Weighted findings per 1000 lines."""
    found = static_findings(path, flags).findings
    return [
        1000
        * sum(WEIGHTS[one.severity] for one in found if place.first <= one.line <= place.last)
        / (place.last - place.first + 1)
        for place in places
    ]


def _complexities(path: Path, text: str, places: Sequence[_Lines]) -> list[int]:
    """McCabe's; 0 where it is not known."""
    functions = source_functions(path, text) or ()
    return [
        max((one.complexity for one in functions if place.first <= one.line <= place.last), default=0)
        for place in places
    ]


def _optimised(path: Path, flags: Sequence[str]) -> Module:
    command = [*find_clang().argv, *flags, "-O3", "-march=native", "-w", "-c", "-emit-llvm", str(path)]
    run = Compilation(command).wait()
    if run.returncode != 0:
        raise CompileError("bodies that were right do not compile", diagnostics=run.diagnostics)
    return Module.parse(run.output, path.name)


def _cycles(module: Module, count: int) -> list[float]:
    found = []
    for at in range(count):
        part = module.extract([f"f{at}"])
        found.append(max(static_cycles(part.mca(), part.estimate(nominal=NOMINAL[0]), NOMINAL[0]), 1.0))
    return found
