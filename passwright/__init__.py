"""Passwright: find, verify and measure LLVM pass recipes that beat `clang -O3`.

    import passwright as pw
    result = pw.optimize("gemm.c", budget=20.0)

Names are imported on first use, so that `import passwright` costs a few milliseconds and nothing heavy.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # importing `typing` for it would cost as much as all the rest
if TYPE_CHECKING:
    from typing import Any

    import passwright.passes.errors as errors

__version__ = "0.1.0"

_HOME = {
    "Kernel": "passwright.irgen.kernel",
    "Module": "passwright._native",
    "PasswrightError": "passwright.passes.errors",
    "Recipe": "passwright.passes.recipe",
    "Requirement": "passwright.irgen.requirement",
    "Step": "passwright.passes.recipe",
    "Verdict": "passwright.bench.verify",
    "Workload": "passwright.bench.workload",
    "build_object": "passwright.passes.build",
    "generate": "passwright.generating",
    "kernels": "passwright.irgen.frontend",
    "lower": "passwright.irgen.frontend",
    "run_recipe": "passwright.passes.build",
}
__all__ = [*sorted(_HOME), "errors", "optimize"]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("passwright.passes.errors")
    if name == "optimize":
        return import_module("passwright.optimizer").optimize
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'passwright' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
