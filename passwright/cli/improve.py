"""`passwright improve`: a round of self-improvement, its history, and the way back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from passwright.policy.improve import Analysis, Options
    from passwright.policy.registry import Registry
    from passwright.policy.regression import Compared
    from passwright.policy.store import Store


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(improve)


def improve(
    store: Annotated[
        str, typer.Option(help="File or URL. Default: PASSWRIGHT_STORE, or a file in the data folder.")
    ] = "",
    out: Annotated[
        Path, typer.Option(help="Folder for profiles and the round under way; run again, it goes on.")
    ] = Path("build/improve"),
    regression: Annotated[Path, typer.Option(help="The fixed regression set.")] = Path("data/regression.npz"),
    gamma: Annotated[float, typer.Option(help="Share of won kernels that have to stay won.")] = 0.98,
    rounds: Annotated[int, typer.Option(help="So many, or until it converges.")] = 1,
    share: Annotated[float, typer.Option(help="Share of the store's kernels to train on.")] = 1.0,
    per_family: Annotated[int, typer.Option(help="Kernels of a family at most; 0: all.")] = 0,
    most: Annotated[int, typer.Option(help="Recipes of a kernel.")] = 60,
    members: Annotated[int, typer.Option(help="Networks of the ensemble.")] = 5,
    epochs: Annotated[int, typer.Option(help="Passes over the kernels.")] = 60,
    seed: Annotated[
        int | None, typer.Option(help="Of networks and share. Default: how many versions there are.")
    ] = None,
    start_over: Annotated[
        bool,
        typer.Option(
            "--start-over", help="Compare with -O3, as if there was no model yet; needs --registry."
        ),
    ] = False,
    drill: Annotated[
        bool, typer.Option("--drill", help="Train on false outcomes: the gate has to reject the candidate.")
    ] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask before a candidate is put in force.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what to improve, and stop before training.")
    ] = False,
    history: Annotated[bool, typer.Option("--history", help="List the versions and stop.")] = False,
    rollback: Annotated[
        int | None,
        typer.Option(metavar="VERSION", help="Put this version back in force; 0: the shipped one."),
    ] = None,
    why: Annotated[str, typer.Option(help="The reason for --rollback.")] = "",
    registry: Annotated[
        Path | None, typer.Option(help="Folder of versions. Default: models/builds in the data folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train a better choice of recipes from the store, and put it in force only if it proves itself.

    It has to be better on a fixed regression set and to keep what was won there; else the old one stays. Ctrl-C at any
    moment leaves what was in force in force.

    Example: [bold]passwright improve --ask[/bold]
    """
    from rich.console import Console

    from passwright.policy.registry import Registry

    versions = Registry(registry) if registry else Registry.named("builds")
    if history:
        _history(versions, as_json=as_json)
    elif rollback is not None:
        _rollback(versions, rollback, why, as_json=as_json)
    elif start_over and registry is None:
        from passwright.passes.errors import UsageError

        raise UsageError(
            "--start-over accepts what is better than -O3, which may be worse than the model in force",
            hint="give it a folder of its own with --registry",
        )
    else:
        improving, opened = _needed(store)
        options = improving.Options(
            set=regression,
            gamma=gamma,
            share=share,
            per_family=per_family,
            most=most,
            start_over=start_over,
            drill=drill,
            members=members,
            epochs=epochs,
            seed=len(versions.versions()) if seed is None else seed,
        )
        out.mkdir(parents=True, exist_ok=True)
        console = Console(stderr=True, quiet=as_json)
        with opened:
            if dry_run:
                _state(opened, versions, out, options, console, as_json=as_json)
            else:
                _rounds(opened, versions, out, options, console, rounds, ask=ask, as_json=as_json)


def _needed(store: str) -> tuple[Any, Store]:
    """The module that works, and the store.  Raises ToolchainError without the extra `train`, StoreError."""
    from passwright.passes.errors import ToolchainError

    try:
        from passwright.policy import improve as improving
        from passwright.policy.store import Store
    except ImportError as problem:
        raise ToolchainError(
            f"improving needs {problem.name}", hint="pip install 'passwright[train,store]'"
        ) from None
    return improving, Store(store, create=False)


def _state(
    store: Store, registry: Registry, out: Path, options: Options, console: Console, *, as_json: bool
) -> None:
    from passwright.policy.improve import analyse, named

    analysis, lots, judged = analyse(store, registry, out, options, console)
    if as_json:
        typer.echo(json.dumps(analysis.to_json() | {"trainable": len(lots), "regression": len(judged)}))
        return
    typer.echo(
        f"compared with: {named(analysis.incumbent)}; {len(lots)} kernels to train on, {len(judged)} to judge by"
    )
    for sentence in analysis.statement:
        typer.echo(f"  {sentence}")


def _rounds(
    store: Store,
    registry: Registry,
    out: Path,
    options: Options,
    console: Console,
    rounds: int,
    *,
    ask: bool,
    as_json: bool,
) -> None:
    from dataclasses import replace

    from passwright.decisions import by_human, by_machine
    from passwright.policy.improve import improve as improved
    from passwright.policy.trend import trend

    who = by_human(".") if ask else by_machine()
    done = []
    for number in range(rounds):
        one = improved(
            store,
            registry,
            out,
            replace(options, seed=options.seed + number),
            console,
            who=who,
            agreed=_asked(console) if ask else None,
        )
        done.append(one)
        version = one.version
        if not as_json:
            typer.echo(f"version {version.number} {version.decision}: {version.why}")
        if trend(registry.versions()).converged:
            break
    found = trend(registry.versions())
    if as_json:
        typer.echo(json.dumps({"rounds": [one.to_json() for one in done], "trend": found.to_json()}))
    else:
        typer.echo(f"in force: {_named(registry.active)}; {found.sentence}")


def _asked(console: Console) -> Callable[[Analysis, Compared], str]:
    """Asks a person, who may say no."""
    from passwright.passes.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("--ask needs a terminal", hint="leave it out, or use --dry-run")

    def ask(analysis: Analysis, compared: Compared) -> str:
        console.print(
            f"the candidate gives {compared.new:.3f}x where the model in force gives {compared.old:.3f}x; "
            f"{compared.kept} of {compared.won} won kernels stay won, {compared.gained} are new",
            highlight=False,
        )
        answer = input("Put it in force? [y/N, or the reason why not] ").strip()
        return "" if answer.lower() in ("y", "yes") else f"vetoed: {answer or 'no reason given'}"

    return ask


def _history(registry: Registry, *, as_json: bool) -> None:
    from passwright.policy.trend import trend

    versions, found = registry.versions(), trend(registry.versions())
    if as_json:
        told = {"versions": [one.to_json() for one in versions], "active": registry.active}
        typer.echo(json.dumps(told | {"lines": registry.lines(), "trend": found.to_json()}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("version", "when", "decision", "gain", "before", "won kept", "why")
    for one in versions:
        compared = one.metrics.get("compared", {})
        cells = ["–", "–", "–"]
        if compared:
            cells = [
                f"{compared['new']:.3f}",
                f"{compared['old']:.3f}",
                f"{compared['kept']} of {compared['won']}",
            ]
        table.add_row(str(one.number), one.when, one.decision, *cells, one.why)
    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(table)
    for line in registry.lines():
        if line["what"] != "registered":
            console.print(
                f"{line['when']} {line['what']}: {_named(line['number'])} instead of {_named(line['instead'])}, "
                f"by {line['who']}: {line['why']}",
                highlight=False,
                markup=False,
            )
    console.print(f"in force: {_named(registry.active)}; {found.sentence}", highlight=False, soft_wrap=True)


def _rollback(registry: Registry, number: int, why: str, *, as_json: bool) -> None:
    from passwright.decisions import by_human

    before = registry.active
    taken = registry.rollback(number, why=why or "no reason given", who=by_human("."))
    if as_json:
        typer.echo(json.dumps({"active": taken, "instead": before}))
    else:
        typer.echo(f"in force: {_named(taken)} instead of {_named(before)}")


def _named(number: int) -> str:
    return "the shipped model" if number == 0 else f"version {number}"
