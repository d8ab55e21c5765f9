"""`passwright reduce`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(reduce)


def reduce(
    source: Annotated[Path, typer.Argument(help="C, C++, .ll or .bc file.")],
    recipe: Annotated[str, typer.Option(help="The recipe, or a file that holds it.")],
    entry: Annotated[str | None, typer.Option(help="The kernel, when the file has several.")] = None,
    workload: Annotated[
        Path | None, typer.Option(help="How to call the kernel (TOML). Default: inferred.")
    ] = None,
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for a reproducer: module, recipe, command.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the shortest recipe that still crashes, hangs, blows up or computes something else.

    Example: [bold]passwright reduce gemm.c --recipe bad.txt -o reproducer[/bold]
    """
    from passwright.cli.recipe_text import recipe_text
    from passwright.irgen.frontend import kernels
    from passwright.passes.errors import UsageError
    from passwright.reducer import reduce_failure

    found = kernels(
        source, entries=[entry] if entry else (), flags=shlex.split(cflags), march=march, workload=workload
    )
    if len(found) != 1:
        names = ", ".join(kernel.name for kernel in found)
        raise UsageError(f"{source} has several kernels: {names}", hint="pick one with --entry")
    reduced = reduce_failure(found[0], recipe_text(recipe), output)
    if as_json:
        typer.echo(json.dumps(reduced.to_json(), indent=2))
    else:
        typer.echo(f"{reduced.status}: {reduced.message}")
        typer.echo(f"{reduced.steps_before} steps before, {len(reduced.recipe.steps)} now:")
        typer.echo(f"    {reduced.recipe}")
        if output:
            typer.echo(f"reproducer in {output}")
