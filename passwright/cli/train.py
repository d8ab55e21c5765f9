"""`passwright train policy|defects|generator|repair`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    train = typer.Typer(
        name="train",
        help="Train anew what Passwright has learned.\n\n"
        "Example: [bold]passwright train policy --out build/policy[/bold]",
        no_args_is_help=True,
    )
    train.command("policy")(policy)
    train.command("defects")(defects)
    train.command("generator")(generator)
    train.command("repair")(repair)
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


def defects(
    data: Annotated[
        Path, typer.Option(help="Labelled mutants; python -m passwright.bench.mutants makes them.")
    ] = Path("data/defects.jsonl.gz"),
    out: Annotated[Path, typer.Option(help="Folder for graphs, metrics and weights.")] = Path(
        "build/defects"
    ),
    public: Annotated[
        Path | None,
        typer.Option(
            help="Folder with defects/juliet.jsonl.gz, defects/sven_train.jsonl.gz, repair/codeflaws.jsonl.gz."
        ),
    ] = None,
    pairs: Annotated[int, typer.Option(help="Pairs of Codeflaws at most.")] = 400,
    epochs: Annotated[int, typer.Option(help="Passes over the training functions.")] = 0,
    members: Annotated[int, typer.Option(help="Networks of the ensemble.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the networks.")] = 0,
    jobs: Annotated[int, typer.Option(help="Compilers at a time.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Fit the classifier that scores functions by how likely they are to be defective.

    The metrics are of families, problems and templates that it did not see.

    Example: [bold]passwright train defects --public datasets --out build/defects[/bold]
    """
    from rich.console import Console

    from passwright.passes.errors import ToolchainError

    try:
        from passwright.gnn.defect_network import DefectSize
        from passwright.policy.defects import train
        from passwright.policy.evaluate_defects import tables
        from passwright.policy.train_defects import DefectHyper
    except ImportError as problem:
        raise ToolchainError(
            f"training needs {problem.name}", hint="pip install 'passwright[train]'"
        ) from None
    hyper = DefectHyper(
        seed=seed, epochs=epochs or DefectHyper.epochs, members=members or DefectHyper.members
    )
    result = train(
        data, out, hyper, DefectSize(), Console(stderr=True), public=public, pairs=pairs, jobs=jobs
    )
    if as_json:
        typer.echo(json.dumps(result))
        return
    for table in tables(result):
        Console(width=160).print(table)


def generator(
    data: Annotated[
        Path, typer.Option(help="Folder of examples; python -m passwright.irgen.generator.dataset makes it.")
    ] = Path("build/generator/data"),
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, logs and weights.")] = Path(
        "build/generator/model"
    ),
    config: Annotated[str, typer.Option(help="tiny, small, base, or a .json file.")] = "small",
    minutes: Annotated[
        float, typer.Option(min=0.01, help="Of training; the learning rate follows it.")
    ] = 60.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")] = False,
    seed: Annotated[int, typer.Option(help="Of weights and order.")] = 0,
    threads: Annotated[int, typer.Option(min=0, help="Of torch; 0: its default.")] = 0,
    steps: Annotated[int, typer.Option(min=0, help="At most; 0: as many as fit.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Train the Transformer that reads requirements and writes kernels; Ctrl-C keeps a checkpoint.

    On several GPUs: accelerate launch -m passwright train generator …

    Example: [bold]passwright train generator --config small --minutes 60[/bold]
    """
    import sys

    from passwright.irgen.generator.config import load_config
    from passwright.passes.errors import ToolchainError

    sizes = load_config(config)
    try:
        from passwright.irgen.generator.export import ship
        from passwright.irgen.generator.train import Run, train
    except ImportError as problem:
        raise ToolchainError(
            f"training needs {problem.name}", hint="pip install 'passwright[train]'"
        ) from None
    metrics = train(
        Run(
            data=data, out=out, config=sizes, minutes=minutes, seed=seed, resume=resume, threads=threads, steps=steps,
            report=lambda line: print(line, file=sys.stderr, flush=True),
        )
    )  # fmt: skip
    ship(out / "checkpoint.pt", data, out / "weights", metrics)
    if as_json:
        typer.echo(json.dumps(metrics))
    else:
        typer.echo(
            f"{metrics['steps']} steps, {metrics['examples']} examples, {metrics['minutes']:.1f} minutes "
            f"({metrics['stopped']}); validation loss {metrics.get('loss', float('nan')):.4f} -> {out / 'weights'}"
        )
    if metrics["stopped"] == "interrupted":
        raise typer.Exit(130)


def repair(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with tracer.jsonl.gz, codeflaws.jsonl.gz, cpack.jsonl.gz. Default: our kernels only."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for examples, metrics and weights.")] = Path(
        "build/repair"
    ),
    kernels: Annotated[int, typer.Option(help="Generated kernels to break.")] = 0,
    pairs: Annotated[int, typer.Option(help="Pairs of each network at most.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the networks.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Mine edit patterns and fit the networks that put candidates of repairs into order; goes on where it was cut off.

    Held-out problems and families are left out; python -m passwright.policy.evaluate_repair runs on them.

    Example: [bold]passwright train repair --data repair --out build/repair[/bold]
    """
    from rich.console import Console

    from passwright.passes.errors import ToolchainError

    try:
        from passwright.policy.train_repair import RepairHyper, train
    except ImportError as problem:
        raise ToolchainError(
            f"training needs {problem.name}", hint="pip install 'passwright[train]'"
        ) from None
    hyper = RepairHyper(kernels=kernels or RepairHyper.kernels, pairs=pairs or RepairHyper.pairs, seed=seed)
    console = Console(stderr=True)
    metrics = train(data, out, hyper, console.print, jobs=jobs)
    if as_json:
        typer.echo(json.dumps(metrics))
        return
    for name in ("syntax", "result"):
        one = metrics[name]
        typer.echo(
            f"{name}: {one['examples']} of {one['pairs']} pairs within reach; on {one['validation']} of problems not "
            f"trained on the right candidate comes first in {100 * one['top1']:.0f} %, among the first 20 in "
            f"{100 * one['top20']:.0f} %"
        )
    typer.echo(f"wrote {out / 'weights'}")
