"""The typer application: global options, and the verbs from their files."""

from __future__ import annotations

from typing import Annotated

import typer

from passwright.cli import (
    bench,
    campaign,
    check,
    compilers,
    doctor,
    explain,
    generate,
    graph,
    improve,
    optimize,
    reduce,
    reliability,
    repair,
    review,
    serve,
    store,
    suggest,
    train,
    tune,
)
from passwright.cli.failure import reported

app = typer.Typer(
    name="passwright",
    help="Make C and C++ kernels faster than clang -O3 makes them, verified and measured on this machine.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from passwright import __version__

        typer.echo(f"passwright {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Exit codes: 0 done, 1 the input's fault, 2 usage, 3 verification failed, 4 our fault, 130 interrupted."""


@app.command()
def apply(
    source: Annotated[str, typer.Argument(help="C, C++, .ll or .bc file.", show_default=False)],
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="The object. Default: SOURCE with .o")
    ] = None,
    lock: Annotated[str, typer.Option(help="The lock file.")] = "passwright.lock",
    cflags: Annotated[
        str | None, typer.Option(help="Compile flags in one string. Default: those in the lock.")
    ] = None,
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    emit: Annotated[str, typer.Option(help="obj or asm.", autocompletion=lambda: ["obj", "asm"])] = "obj",
    require_accepted: Annotated[
        bool, typer.Option("--require-accepted", help="Use entries only that a review has accepted.")
    ] = False,
    cache: Annotated[bool, typer.Option(help="Take what was built before.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Build the same object again from a lock file: no search, no measurement.

    Example: [bold]passwright apply gemm.c -o gemm.o --lock passwright.lock[/bold]
    """
    from passwright.cli.apply import Options, main
    from passwright.passes.errors import UsageError

    if emit not in ("obj", "asm"):
        raise UsageError(f"--emit {emit}: not known", hint="one of: obj, asm")
    options = Options()
    options.source, options.output, options.lock, options.cflags = source, output, lock, cflags
    options.march, options.emit, options.cache, options.json = march, emit, cache, as_json
    options.require_accepted = require_accepted
    raise typer.Exit(main(options))


compilers.register(app)
optimize.register(app)
explain.register(app)
review.register(app)
check.register(app)
bench.register(app)
reduce.register(app)
campaign.register(app)
graph.register(app)
reliability.register(app)
repair.register(app)
store.register(app)
suggest.register(app)
serve.register(app)
train.register(app)
improve.register(app)
tune.register(app)
generate.register(app)
doctor.register(app)


def main() -> None:
    """Run the command line; never shows a traceback unless PASSWRIGHT_DEBUG is set."""
    with reported():
        app(standalone_mode=True)
