"""`passwright suggest`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(suggest)


def suggest(
    source: Annotated[Path, typer.Argument(help="C or C++ file.", show_default=False)],
    entry: Annotated[list[str] | None, typer.Option(help="Look at this kernel only; repeatable.")] = None,
    workload: Annotated[Path | None, typer.Option(help="How to call it (TOML). Default: inferred.")] = None,
    apply: Annotated[int, typer.Option(min=0, help="Write the source with this suggestion's patch.")] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to; default: over SOURCE.")
    ] = None,
    lock: Annotated[
        Path, typer.Option(help="With --apply: into this lock file's audit log goes what was done, and why.")
    ] = Path("passwright.lock"),
    every: Annotated[
        bool, typer.Option("--all", help="Show those that are slower or not equal as well.")
    ] = False,
    budget: Annotated[str, typer.Option(help="Time for a kernel's verification and measuring.")] = "60s",
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Propose source patches that passes cannot make, each verified and measured; nothing is applied unless asked.

    Example: [bold]passwright suggest matmul.c[/bold], then [bold]passwright suggest matmul.c --apply 1[/bold]
    """
    from passwright.cli.write import write_whole
    from passwright.irgen.repair.show import diff
    from passwright.passes.errors import InputError, UsageError, VerificationError
    from passwright.policy.policy import Budget
    from passwright.suggest.judge import suggest as run

    if output is not None and not apply:
        raise UsageError("-o without --apply", hint="name the suggestion to write: --apply 1 -o FILE")
    seconds = Budget.parse(budget).seconds
    if seconds is None:
        raise UsageError(f"--budget {budget}: not a time", hint="write for example --budget 60s")
    try:
        before = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read: {error}", hint="name a C or C++ file") from None
    say = None if as_json else lambda line: print(line, file=sys.stderr)
    found = list(
        run(
            source,
            entries=entry or [],
            workload=workload,
            flags=shlex.split(cflags),
            march=march,
            budget=seconds,
            tell=say,
        )
    )
    # Numbers are those of all proposals, in the order of the source, so that one means the same in the next run.
    numbered = list(enumerate(found, 1))
    shown = [
        (number, one)
        for number, one in numbered
        if every or one.recommended or (one.verdict.is_equal and one.ratio is None)
    ]
    if apply:
        if apply > len(found):
            raise UsageError(
                f"--apply {apply}: there are {len(found)} proposals", hint="run without --apply to see them"
            )
        chosen = found[apply - 1]
        if not chosen.verdict.is_equal:
            raise VerificationError(
                f"suggestion {apply}: {chosen.verdict.evidence}", hint="choose one that is equal"
            )
        from passwright.decisions import patched

        patched(lock, source, march, chosen)
        write_whole(output or source, chosen.proposal.text)
        shown = [(apply, chosen)]
    if as_json:
        listed = [
            {"number": number, **one.to_json(), "diff": diff(before, one.proposal.text, source.name)}
            for number, one in shown
        ]
        typer.echo(json.dumps({"suggestions": listed, "tried": len(found), "applied": bool(apply)}, indent=2))
        return
    for number, one in shown:
        ratio = one.ratio
        speed = (
            f"{ratio.value:.2f}x ({ratio.low:.2f} to {ratio.high:.2f})"
            if ratio is not None
            else "not measured"
        )
        typer.echo(
            f"{number}. {one.kernel}, line {one.proposal.line}: {one.proposal.kind}, {speed}, {one.verdict.kind}"
        )
        typer.echo(f"   {one.proposal.rationale}.")
        for text in (one.note, one.verdict.evidence if every or not one.verdict.is_equal else ""):
            if text:
                typer.echo(f"   {text}")
        typer.echo(diff(before, one.proposal.text, source.name), nl=False)
    if apply:
        typer.echo(f"wrote {output or source}", err=True)
    elif not shown:
        typer.echo(f"{source.name}: nothing to suggest ({len(found)} proposals tried)", err=True)
