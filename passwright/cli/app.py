"""The typer application: global options, and the verbs from their files."""

from __future__ import annotations

from typing import Annotated

import typer

from passwright.cli import bench, doctor, explain, optimize, reduce, store
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


@app.command("apply", add_help_option=False, context_settings={"ignore_unknown_options": True})
def apply_verb(
    arguments: Annotated[list[str] | None, typer.Argument(help="see `apply --help`")] = None,
) -> None:
    """Build the same object again from a lock file: no search, no measurement.

    Example: [bold]passwright apply gemm.c -o gemm.o --lock passwright.lock[/bold]
    """
    from passwright.cli.apply import main as apply_main

    raise typer.Exit(apply_main(arguments or []))


optimize.register(app)
explain.register(app)
bench.register(app)
reduce.register(app)
store.register(app)
doctor.register(app)


def main() -> None:
    """Run the command line; never shows a traceback unless PASSWRIGHT_DEBUG is set."""
    with reported():
        app(standalone_mode=True)
