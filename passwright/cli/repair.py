"""`passwright repair`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(repair)


def repair(
    source: Annotated[Path, typer.Argument(help="C or C++ file.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the fixed source here.", show_default=False)
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Write it over the given one.")] = False,
    examples: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of NAME.in and NAME.out, or an input file, then its output; repeatable."),
    ] = None,
    run: Annotated[str, typer.Option(help='Exit code 0 is right: --run "./prog args".')] = "",
    test: Annotated[
        Path | None, typer.Option(help="File whose main returns 0 when the source is right.")
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="Another source of the kernel, which is right.")
    ] = None,
    entry: Annotated[str, typer.Option(help="The kernel to compare, with --reference.")] = "",
    workload: Annotated[Path | None, typer.Option(help="How to call it (TOML). Default: inferred.")] = None,
    budget: Annotated[str, typer.Option(help="Time to search.")] = "20s",
    timeout: Annotated[float, typer.Option(min=0.01, help="Processor seconds of one run.")] = 1.0,
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    show_diff: Annotated[bool, typer.Option("--diff/--no-diff", help="Print the change.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Repair a source that does not compile, or that computes the wrong thing; shown as a diff, verified by running.

    Exit code 3 when nothing was found. Without -o or --in-place no file is written.

    Example: [bold]passwright repair prog.c --examples tests/ -o fixed.c[/bold]
    """
    from passwright.cli.write import write_whole
    from passwright.irgen.repair.show import diff, sentences, to_json
    from passwright.passes.errors import UsageError, VerificationError
    from passwright.policy.policy import Budget
    from passwright.repairing import Wanted, read_source, repair_file

    if output is not None and in_place:
        raise UsageError("-o and --in-place exclude each other", hint="give one of them")
    seconds = Budget.parse(budget).seconds
    if seconds is None:
        raise UsageError(f"--budget {budget}: not a time", hint="write for example --budget 20s")
    wanted = Wanted(tuple(examples or ()), run, test, reference, entry, workload, timeout)
    found = repair_file(
        source,
        wanted,
        budget=seconds,
        flags=shlex.split(cflags),
        tell=None if as_json else lambda line: print(f"{source.name}: {line}", file=sys.stderr),
    )
    before = read_source(source)
    target = source if in_place else output
    if target is not None and found.status != "failed":
        write_whole(target, found.text.encode("utf-8", "surrogateescape"))
    if as_json:
        typer.echo(_shown(json.dumps(to_json(found, before, source.name), indent=2)))
    elif found.status == "fixed" and show_diff:
        typer.echo(_shown(diff(before, found.text, source.name)), nl=False)
    if found.status == "failed":
        if as_json:
            raise typer.Exit(3)
        raise VerificationError(
            f"{source}: no repair among {found.tried} candidates in {found.seconds:.1f} s; {found.evidence}",
            hint="give a longer --budget, or more examples; nothing was written",
        )
    if as_json:
        return
    for one in sentences(found):
        typer.echo(_shown(one), err=True)
    said = (
        "nothing to repair"
        if found.status == "unchanged"
        else f"fixed after {found.tried} candidates, {found.seconds:.1f} s"
    )
    typer.echo(f"{source.name}: {said}: {found.evidence}", err=True)
    if target is not None:
        typer.echo(f"wrote {target}", err=True)


def _shown(text: str) -> str:
    """Text that can be printed: bytes that are no UTF-8 as question marks."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
