"""From module and recipe to machine code: run a recipe, split a file into kernel and rest, put the object together.

A recipe's own steps are all that runs; after them comes the code generator at -O3, nothing else. The same
module and recipe give the same bytes: modules are read from bitcode before a recipe runs, because the order
in which a module lists the uses of its values, which some passes go by, depends on how the module came
about.

Everything here happens in this process. Candidates of a search go through `worker.py`, which survives them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from passwright.passes import config, exact
from passwright.passes.errors import InputError
from passwright.passes.recipe import O3, Recipe, Step

if TYPE_CHECKING:
    from passwright._native import Module, Remark


class Limits(NamedTuple):
    """How large a module may grow: `growth` times what it was, but `floor` instructions are always
    allowed.
    """

    growth: float = 20.0
    floor: int = 50_000

    def instructions(self, module: Module) -> int:
        """The limit for a module, in IR instructions."""
        return max(self.floor, int(self.growth * module.instruction_count))


class StepReport(NamedTuple):
    """What one step did: its text, wall seconds, whether it changed anything, instructions after it,
    remarks.
    """

    step: str
    seconds: float
    changed: bool
    instructions: int
    remarks: tuple[Remark, ...] = ()


class Split(NamedTuple):
    """A file's module in two: the kernel with what it calls, and the rest (None when nothing is left)."""

    kernel: Module
    rest: Module | None


def run_recipe(
    module: Module,
    recipe: Recipe,
    *,
    limits: Limits | None = None,
    remarks: bool = False,
    fast_math: bool = False,
    on_step: Callable[[int], None] | None = None,
) -> list[StepReport]:
    """Run a recipe's steps on the module, in place, and report on each.

    `on_step` is called with each step's index before it runs. `fast_math` admits knobs that reorder
    floating-point arithmetic. Raises RecipeError (a refused or unknown knob, pass, loop), SizeLimitError,
    and IRError for a pass that broke the module; the module is then left half-way.
    """
    exact.check(recipe, fast_math=fast_math)
    limit = (limits or Limits()).instructions(module)
    debug = config.debug()
    reports = []
    for index, step in enumerate(recipe.steps):
        if on_step:
            on_step(index)
        if debug >= 2:
            print(f"passwright: step {index + 1} of {len(recipe)}: {step}", file=sys.stderr)
        reports.append(_run_step(module, step, limit, remarks, verify=debug > 0))
    return reports


def _run_step(module: Module, step: Step, limit: int, remarks: bool, verify: bool) -> StepReport:
    from passwright._native import without_aborts

    started = perf_counter()
    changed, found = True, []
    if step.kind == "hint":
        module.hint(*step.hint)
    elif step.kind == "attr":
        function, key, value = step.attribute
        module.set_attribute(key, value, function)
    else:
        report = module.run(
            without_aborts(step.text),
            dict(step.knobs),
            remarks=remarks,
            max_instructions=limit,
            verify_each=verify,
        )
        changed, found = report.changed, report.remarks
    return StepReport(str(step), perf_counter() - started, changed, module.instruction_count, tuple(found))


def split(module: Module, entry: str) -> Split:
    """Take the function `entry`, with what it calls, out of a copy of the module.  Raises InputError."""
    kernels, rest = _split(module, [entry])
    return Split(kernels[0], rest)


def build_module(
    module: Module,
    recipes: Mapping[str, Recipe],
    *,
    rest: Recipe = O3,
    limits: Limits | None = None,
    fast_math: bool = False,
) -> Module:
    """The whole file optimised: each kernel by its recipe, what is left by `rest`; `module` stays as it is.

    Without recipes this is what clang -O3 (or clang -Oz, if that is `rest`) does to the file. Errors as `run_recipe`
    and `split`.
    """
    entries = sorted(recipes)
    kernels, remainder = _split(module, entries)
    chosen = [recipes[entry] for entry in entries]
    return _optimized(kernels, chosen, remainder, rest, limits=limits, fast_math=fast_math)


def build_split(
    parts: Split,
    recipe: Recipe,
    *,
    kind: str = "obj",
    rest: Recipe = O3,
    fast_math: bool = False,
    sections: tuple[bool, bool] = (False, False),
) -> bytes:
    """As `build_object` for a file with one recipe that was split already; `parts` are used up."""
    return emit(_optimized([parts.kernel], [recipe], parts.rest, rest, fast_math=fast_math), kind, sections)


def _optimized(
    kernels: Sequence[Module],
    recipes: Sequence[Recipe],
    remainder: Module | None,
    rest: Recipe,
    *,
    limits: Limits | None = None,
    fast_math: bool = False,
) -> Module:
    """The parts of a file run through their recipes, what is left through `rest`, and put together again."""
    for kernel, recipe in zip(kernels, recipes, strict=True):
        run_recipe(kernel, recipe, limits=limits, fast_math=fast_math)
    if remainder is not None:
        run_recipe(remainder, rest, limits=limits)
    whole, *others = [*([remainder] if remainder is not None else []), *kernels]
    for other in others:
        whole.link(other)
    return whole


def build_object(
    module: Module,
    recipes: Mapping[str, Recipe],
    *,
    kind: str = "obj",
    rest: Recipe = O3,
    limits: Limits | None = None,
    fast_math: bool = False,
    sections: tuple[bool, bool] = (False, False),
) -> bytes:
    """A drop-in object ("obj") or assembly ("asm") of the whole file; see `build_module`.

    `sections` is what `irgen.flags.sections` says of the file's flags.
    """
    whole = build_module(module, recipes, rest=rest, limits=limits, fast_math=fast_math)
    return emit(whole, kind, sections)


def emit(module: Module, kind: str, sections: tuple[bool, bool]) -> bytes:
    """The object ("obj") or assembly ("asm") of an optimised module; `sections` is what `irgen.flags.sections` says."""
    functions, data = sections
    return module.emit(kind, function_sections=functions, data_sections=data)


def text_size(obj: bytes) -> int:
    """Bytes of machine code in an object."""
    from passwright._native import object_sections

    return sum(size for name, size in object_sections(obj).items() if name.startswith(".text"))


def _split(module: Module, entries: Sequence[str]) -> tuple[list[Module], Module | None]:
    """One module per entry, in order, and the rest; each as it is read from its bitcode."""
    rest = _reread(module)
    defined = {function.name for function in rest.functions() if not function.is_declaration}
    for entry in entries:
        if entry not in defined:
            names = ", ".join(sorted(defined)) or "none"
            raise InputError(f"{module.name} defines no function {entry!r}", hint=f"it defines: {names}")
    if len(defined) == len(entries) == 1 and not any(not g.is_local and g.size for g in rest.globals()):
        return [rest], None
    kernels = {}
    for entry in _callers_first(rest, entries):
        kernels[entry] = _reread(rest.extract([entry]))
    return [kernels[entry] for entry in entries], _reread(rest) if _defines_something(rest) else None


def _callers_first(module: Module, entries: Sequence[str]) -> list[str]:
    """The entries in an order in which each still finds the bodies of those that it calls, to inline them."""
    if len(entries) < 2:
        return list(entries)
    reach = {}
    for entry in entries:
        bodies = {f.name for f in _reread(module).extract([entry]).functions() if not f.is_declaration}
        reach[entry] = len(bodies & set(entries))
    return sorted(entries, key=lambda entry: (-reach[entry], entry))


def _defines_something(module: Module) -> bool:
    return any(not f.is_declaration for f in module.functions()) or any(
        g.linkage != "declaration" for g in module.globals()
    )


def _reread(module: Module) -> Module:
    return type(module).parse(module.bitcode(), module.name)
