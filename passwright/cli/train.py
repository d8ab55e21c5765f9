"""`passwright train policy`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    train = typer.Typer(
        name="train",
        help="Train what Passwright has learned anew, from the experience store.\n\n"
        "Example: [bold]passwright train policy --out build/policy[/bold]",
        no_args_is_help=True,
    )
    train.command("policy")(policy)
    train.callback()(lambda: None)  # one verb of several to come: it keeps its name
    app.add_typer(train)


def policy(
    out: Annotated[Path, typer.Option(help="Folder for profiles, metrics and weights.")] = Path(
        "build/policy"
    ),
    store: Annotated[
        str, typer.Option(help="File or URL. Default: PASSWRIGHT_STORE, or a file in the data folder.")
    ] = "",
    most: Annotated[int, typer.Option(help="Recipes per kernel.")] = 60,
    seed: Annotated[int, typer.Option(help="Of the networks.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Fit the networks that choose recipes to what the store knows; goes on where it was cut off.

    Families that the suite holds out are refused. The metrics are of families that the networks did not see.

    Example: [bold]passwright train policy --store experience.sqlite[/bold]
    """
    from rich.console import Console

    from passwright.passes.errors import ToolchainError
    from passwright.policy.store import Store

    try:
        from passwright.gnn.build_network import BuildSize
        from passwright.policy.train import train
        from passwright.policy.train_builds import BuildHyper
    except ImportError as problem:
        raise ToolchainError(
            f"training needs {problem.name}", hint="pip install 'passwright[train]'"
        ) from None
    with Store(store, create=False) as opened:
        hyper = BuildHyper(seed=seed)
        metrics = train(opened, out, hyper, BuildSize(), Console(stderr=True), most=most)
    if as_json:
        typer.echo(json.dumps(metrics))
        return
    found = metrics["all"]
    typer.echo(
        f"on {found['kernels']} kernels of families not trained on: first choice {found['first']:.2f}x, best of eight "
        f"{found['top8']:.2f}x, best known {found['best']:.2f}x, one fixed recipe {found['fixed']:.2f}x; "
        f"{100 * found['below']:.0f} % of first choices below 0.98 -> {out / 'weights'}"
    )
