"""`passwright graph`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from passwright._native import Module
    from passwright.gnn.graph import ProgramGraph


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(graph)


def graph(
    source: Annotated[Path, typer.Argument(help="C, C++, .ll or .bc file.")],
    entry: Annotated[str | None, typer.Option(help="This function with what it calls. Default: all.")] = None,
    after: Annotated[
        str, typer.Option(help="Passes to run first, such as 'function(sroa)', which reveals strides.")
    ] = "",
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    dot: Annotated[bool, typer.Option("--dot", help="Print Graphviz' language, for a picture.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the graph that models see: its size and its loops, or all of it.

    Example: [bold]passwright graph gemm.c --entry gemm --dot | dot -Tsvg -o gemm.svg[/bold]
    """
    from passwright.gnn.export import to_dot, to_json
    from passwright.gnn.graph import ProgramGraph
    from passwright.passes.errors import UsageError

    if dot and as_json:
        raise UsageError("--dot and --json contradict each other", hint="give one of them")
    module, symbol = _module(source, entry, shlex.split(cflags), march)
    if after:
        module.run(after)
    found = ProgramGraph.of(module, symbol)
    if dot:
        typer.echo(to_dot(found), nl=False)
    elif as_json:
        typer.echo(json.dumps(to_json(found), indent=2))
    else:
        _show(found)


def _module(source: Path, entry: str | None, flags: list[str], march: str) -> tuple[Module, str]:
    """The file's module as recipes see it, and the symbol of the entry, empty for all functions."""
    from passwright._native import Module
    from passwright.irgen.frontend import kernels, lower

    if entry is None:
        return Module.parse(lower(source, flags=flags, march=march, debug=False).bitcode, str(source)), ""
    kernel = kernels(source, entries=[entry], flags=flags, march=march, debug=False)[0]
    return Module.parse(kernel.bitcode, str(source)), kernel.entry


def _show(found: ProgramGraph) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = 120
    nodes = ", ".join(_counted(len(table), name) for name, table in found.nodes.items())
    edges = _counted(sum(len(table) for table in found.edges.values()), "edge")
    console.print(f"{_counted(len(found.functions), 'function')}: {nodes}; {edges}", highlight=False)
    sizes = Table("edges", "count", box=None, header_style="bold")
    for (start, relation, end), table in found.edges.items():
        if len(table):
            sizes.add_row(f"{start} {relation} {end}", str(len(table)))
    console.print(sizes)
    if found.loops:
        console.print()
        console.print(_loops(found))


def _loops(found: ProgramGraph) -> Table:
    from rich.markup import escape
    from rich.table import Table

    def cells(name: str) -> list[str]:
        return [f"{value:g}" for value in found.column("loop", name).tolist()]

    counts = ("depth", "instructions", "loads", "stores", "integer_reductions", "float_reductions")
    known = found.column("loop", "trip_count_known").tolist()
    trips = [
        f"{2**log2:.0f}" if constant else "?"
        for constant, log2 in zip(known, found.column("loop", "log2_trip_count").tolist(), strict=True)
    ]
    table = Table(box=None, header_style="bold")
    table.add_column("loop", overflow="fold")  # a hint needs the whole id
    for heading in (*counts, "trip_count"):
        table.add_column(heading.replace("_", " "))
    for row in zip(map(escape, found.loops), *map(cells, counts), trips, strict=True):
        table.add_row(*row)
    return table


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
