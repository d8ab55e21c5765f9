"""`passwright explain`."""

from __future__ import annotations

import json
import shlex
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from passwright.explain import Explanation, LeftOut
    from passwright.irgen.kernel import Kernel
    from passwright.passes.recipe import Recipe
    from passwright.policy.attribution import Forecasted

SHOWN = 4
"""Remarks on what was not done that a step shows at most; --json has all."""
SENTENCES = 8
"""Of what was done."""


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(explain)


def explain(
    source: Annotated[Path, typer.Argument(help="C, C++, .ll or .bc file.")],
    entry: Annotated[list[str] | None, typer.Option(help="This kernel only; repeatable.")] = None,
    recipe: Annotated[
        str | None, typer.Option(help="The recipe, or a file that holds it. Default: the lock's.")
    ] = None,
    lock: Annotated[Path, typer.Option(help="Lock file to take recipes from.")] = Path("passwright.lock"),
    workload: Annotated[
        Path | None, typer.Option(help="How to call the kernel (TOML). Default: inferred.")
    ] = None,
    cflags: Annotated[str | None, typer.Option(help="Compile flags. Default: those in the lock.")] = None,
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    timed: Annotated[
        bool, typer.Option("--timed/--no-time", help="Time the recipe without each part.")
    ] = True,
    record: Annotated[
        bool, typer.Option(help="Put what was done into the audit log of the lock that the recipe is from.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what each step of a recipe is for, what it changed, and what it is worth.

    Example: [bold]passwright explain gemm.c --entry gemm[/bold]
    """
    from passwright.explain import explain as explained

    chosen = _kernels(source, entry or [], recipe, lock, cflags, march)
    explanations = [explained(kernel, one, workload=workload, timed=timed) for kernel, one in chosen]
    if record and recipe is None:
        from passwright.decisions import explain as told

        for (kernel, _), one in zip(chosen, explanations, strict=True):
            told(lock, source, kernel.entry, kernel.march, one)
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in explanations], indent=2))
        return
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = 120
    for one in explanations:
        _show(console, one)


def _kernels(
    source: Path, entries: list[str], recipe: str | None, lock: Path, cflags: str | None, march: str
) -> list[tuple[Kernel, Recipe]]:
    """The kernels to explain with their recipes: the given one, or those in the lock."""
    from passwright.cli.recipe_text import recipe_text
    from passwright.irgen.frontend import kernels
    from passwright.passes.errors import InputError
    from passwright.passes.lock import load
    from passwright.passes.recipe import Recipe

    if recipe is not None:
        found = kernels(source, entries=entries, flags=shlex.split(cflags or ""), march=march)
        return [(kernel, Recipe.parse(recipe_text(recipe))) for kernel in found]
    locked = {one.entry: one for one in load(lock).find(source)}
    if not locked:
        raise InputError(
            f"{lock} has no entry for {source}", hint=f"passwright optimize {source}, or give --recipe"
        )
    flags = next(iter(locked.values())).flags if cflags is None else tuple(shlex.split(cflags))
    found = kernels(source, entries=entries or sorted(locked), flags=flags, march=march)
    return [(kernel, locked[kernel.entry].recipe) for kernel in found if kernel.entry in locked]


def _show(console: Console, one: Explanation) -> None:
    from rich.markup import escape

    worth = ""
    if one.ratio is not None:
        worth = f"  {one.ratio.value:.2f}x of -O3 ({one.ratio.low:.2f} to {one.ratio.high:.2f})"
    console.print(f"[bold]{escape(one.kernel)}[/bold]{worth}", highlight=False)
    for number, step in enumerate(one.steps, 1):
        console.print(f"\n{number}. [bold]{escape(step.text)}[/bold]", highlight=False)
        if step.purpose:
            console.print(f"   {escape(step.purpose)}", highlight=False)
        before, after = step.instructions
        did = f"{before} to {after} IR instructions" if step.changed else "changed nothing by itself"
        console.print(f"   [dim]{did}, {1e3 * step.seconds:.1f} ms[/dim]", highlight=False)
        if step.whole is not None:
            console.print(f"   without it: {_effect(step.whole)}", highlight=False)
        for knob in step.knobs:
            console.print(f"     without {escape(knob.part)}: {_effect(knob)}", highlight=False)
        for told in step.done[:SENTENCES]:
            console.print(f"   - {escape(told.sentence)}", highlight=False)
        for remark in [r for r in step.remarks if not r.also_at_o3 and r.kind != "passed"][:SHOWN]:
            where = f" ({', '.join(remark.places[:3])})" if remark.places else ""
            console.print(
                f"   [cyan]{escape(remark.pass_name)}[/cyan]: {escape(remark.message + where)}",
                highlight=False,
            )
    if one.forecast is None:
        console.print(
            "\n[dim]The policy expects nothing: the recipe fails or takes too long to be foretold.[/dim]"
        )
    else:
        _show_forecast(console, one.forecast)


def _show_forecast(console: Console, forecast: Forecasted) -> None:
    from rich.markup import escape

    console.print(
        f"\n[bold]What the policy saw[/bold]: {forecast.expected:.2f}x expected, before any run "
        f"(networks differ by a factor of {forecast.doubt:.2f})",
        highlight=False,
    )
    for reason in forecast.reasons[:SHOWN]:
        before, after = 2**reason.before - 1, 2**reason.after - 1
        console.print(
            f"   {escape(reason.what)}: {before:.4g} at -O3, now {after:.4g}; "
            f"without that {forecast.expected * exp(-reason.weight):.2f}x",
            highlight=False,
        )


def _effect(left_out: LeftOut) -> str:
    if left_out.same_code:
        return "the same code"
    if left_out.effect is None:
        return f"not timed: {left_out.problem}"
    effect = left_out.effect
    return f"{effect.value:.2f} times the run time ({effect.low:.2f} to {effect.high:.2f})"
