"""Complexity and maintainability function by function: of the source through lizard, of the IR through the native core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passwright.bench.reliability.source import Halstead, Token, between, maintainability, tokens

if TYPE_CHECKING:
    from passwright._native import Module

INSTALL_LIZARD = "pip install 'passwright[reliability]'"


@dataclass(frozen=True)
class FunctionReport:
    """One function of a source.

    Attributes:
        name: as the source writes it, with its scope.
        line, end_line: where it stands, from 1; 0 for IR that came without source, as the following.
        lines: of code, without blanks and comments.
        complexity: McCabe's, as lizard counts it: 1 and one for each decision, `&&` and `||` included.
        volume: Halstead's, in bits.
        maintainability: the index of this function, 0 to 100; None without source.
        symbol: in the object, "" where none stands at this place (a template, an inline function that nobody calls).
        ir_before, ir_after: cyclomatic complexity of its IR, unoptimised and optimised; 0 where it is gone.
    """

    name: str
    line: int
    end_line: int
    lines: int
    complexity: int
    volume: float
    maintainability: float | None
    symbol: str = ""
    ir_before: int = 0
    ir_after: int = 0


def source_functions(path: Path, text: str) -> tuple[FunctionReport, ...] | None:
    """The functions of a file, without their IR; None where lizard is not installed."""
    try:
        import lizard
    except ImportError:
        return None
    listed = list(tokens(text))
    return tuple(_report(one, listed) for one in _analysed(lizard, path, text))


def _analysed(lizard: Any, path: Path, text: str) -> Sequence[Any]:
    # Its reader is chosen by the name's ending, which knows no ".C" and no ".cp".
    name = path.name if path.suffix == ".c" else f"{path.stem}.cpp"
    functions: Sequence[Any] = lizard.analyze_file.analyze_source_code(name, text).function_list
    return functions


def _report(one: Any, listed: Sequence[Token]) -> FunctionReport:
    first, last = int(one.start_line), int(one.end_line)
    volume = Halstead.of(between(listed, first, last)).volume
    complexity, lines = int(one.cyclomatic_complexity), int(one.nloc)
    index = maintainability(volume, complexity, lines)
    return FunctionReport(str(one.name), first, last, lines, complexity, volume, index)


def file_maintainability(functions: Sequence[FunctionReport]) -> float | None:
    """The index of a file, from the means over its functions; None without any."""
    if not functions:
        return None
    count = len(functions)
    return maintainability(
        sum(one.volume for one in functions) / count,
        sum(one.complexity for one in functions) / count,
        sum(one.lines for one in functions) / count,
    )


def with_ir(
    functions: Sequence[FunctionReport], module: Module, path: Path, after: Mapping[str, int]
) -> tuple[FunctionReport, ...]:
    """The same with their IR's complexity; `module` is unoptimised and has debug info, `after` is by symbol.

    A function is found by its place, and belongs to the innermost there (a lambda is not the function around it). Of
    several at one place (instances of a template) the most complex one counts.
    """
    before = module.cyclomatic()
    symbols: dict[FunctionReport, list[str]] = {}
    for one in module.functions():
        if one.name in before and Path(one.file).name == path.name:
            around = [report for report in functions if report.line <= one.line <= report.end_line]
            if around:
                symbols.setdefault(min(around, key=lambda it: it.end_line - it.line), []).append(one.name)
    found = []
    for report in functions:
        symbol = max(symbols.get(report, ()), key=lambda name: (after.get(name, 0), before[name]), default="")
        own, optimised = before.get(symbol, 0), after.get(symbol, 0)
        found.append(replace(report, symbol=symbol, ir_before=own, ir_after=optimised))
    return tuple(found)


def ir_functions(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[FunctionReport, ...]:
    """The functions of IR that came without source."""
    return tuple(
        FunctionReport(name, 0, 0, 0, 0, 0.0, None, name, before[name], after.get(name, 0)) for name in before
    )
