"""A source's static report while something else goes on: the tools run beside a search, at the lowest priority.

    with Beside(kernel, deadline=20.0) as beside:
        …  # the search
        report = beside.report().built(outcome.complexity, str(outcome.recipe))

What it costs is in docs/reliability.md. The tools are processes that nobody waits for until `report` is called; the rest
(complexity, maintainability, what the defect classifier suspects) is done there, from IR that is at hand.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Self

from passwright._native import Module
from passwright.bench.reliability.assess import report_on
from passwright.bench.reliability.functions import ir_functions
from passwright.bench.reliability.reliability import IRComplexity, Reliability
from passwright.bench.reliability.tools import StaticRun
from passwright.irgen.kernel import Kernel

NICENESS = 19


class Beside:
    """The report on the file that a kernel is from; a context manager that ends the tools.

    Raises ToolchainError without a clang 19.
    """

    def __init__(self, kernel: Kernel, *, deadline: float) -> None:
        """Starts the tools, which have `deadline` seconds."""
        self.kernel = kernel
        self._stack = ExitStack()
        self._run: StaticRun | None = None
        if kernel.source is not None and kernel.language in ("c", "c++"):
            run = StaticRun(
                kernel.source, kernel.flags, march=kernel.march, niceness=NICENESS, deadline=deadline
            )
            self._run = self._stack.enter_context(run)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def report(self) -> Reliability:
        """The static report, without a build: `Reliability.built` adds that.  Waits for the tools when first called."""
        return self._report

    @cached_property
    def _report(self) -> Reliability:
        kernel = self.kernel
        module = Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
        before = module.cyclomatic()
        ir = IRComplexity(max(before.values(), default=0), 0, "")
        name = str(kernel.source or kernel.name)
        if self._run is None or kernel.source is None:
            return Reliability(name, 0, (), ir_functions(before, {}), ir, notes=("IR without source",))
        text = kernel.source.read_text(encoding="utf-8", errors="replace")
        return report_on(kernel.source.resolve(), name, text, self._run.findings(), module, {}, ir)
