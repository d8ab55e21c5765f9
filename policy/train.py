"""From the experience store to the networks that ship: one stage after the other, each also a command of its own.

    passwright train policy --store build/policy/store.sqlite --out build/policy

    profiles   what every recipe made of every kernel, compiled again        OUT/profiles
    judged     networks on all families but some, tried on those             OUT/builds.metrics.json
    builds     the ensemble on all families, as ONNX                          OUT/weights

`dvc.yaml` declares the same stages with what they read and write. What is there and newer than what it is made from is kept:
a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress

from passwright.bench.suite import load_suite
from passwright.gnn import build_network
from passwright.gnn.build_model import features
from passwright.gnn.build_network import BuildSize
from passwright.passes import config
from passwright.passes.errors import InputError, PasswrightError
from passwright.policy import profiles
from passwright.policy.store import Store
from passwright.policy.train_builds import (
    BuildHyper,
    Choice,
    Foretold,
    Lot,
    best_choice,
    cross_validated,
    fit,
    gains,
    load,
)

PARTS = 6
"""Parts that the families are cut into; each is foretold by networks trained on the others."""
FEW = 3
"""Networks of an ensemble in cross-validation, where there are PARTS ensembles."""
MOST_BELOW = 0.08
"""Share of kernels that a first choice may make slower, in cross-validation."""
UNUSUAL = 0.98
"""Quantile of doubt beyond which a kernel counts as unlike all that was trained on."""


def train(
    store: Store, out: Path, hyper: BuildHyper, size: BuildSize, console: Console, *, most: int
) -> dict[str, Any]:
    """Run all stages; returns the metrics.  Raises InputError when the store knows too little."""
    profiles.make(store, out / "profiles", console, most=most, jobs=config.jobs())
    held_out = {kernel.family for kernel in load_suite() if kernel.held_out}
    lots = load(store, out / "profiles", held_out=held_out)
    families = sorted({lot.family for lot in lots})
    if len(families) < PARTS:
        raise InputError(
            f"the store knows kernels of {len(families)} families, too few to train on",
            hint="passwright store import data/experience.jsonl.gz, or python -m passwright.policy.collect",
        )
    metrics, choice, limit = judge(lots, hyper, size, console)
    started = monotonic()
    with Progress(console=console) as progress:
        task = progress.add_task("builds", total=hyper.members * hyper.epochs)
        networks = fit(lots, hyper, size, report=lambda member, epoch, loss: progress.advance(task))
    about = described(lots, store, hyper, size, choice, limit, metrics, monotonic() - started)
    build_network.write(networks, out / "weights", samples(lots), about)
    (out / "builds.metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def described(
    lots: Sequence[Lot],
    store: Store,
    hyper: BuildHyper,
    size: BuildSize,
    choice: Choice,
    limit: float,
    metrics: dict[str, Any],
    seconds: float,
) -> dict[str, Any]:
    """What a model says about itself: what it was trained on and how, and how it chooses."""
    return {
        "trained": {
            "kernels": len(lots),
            "builds": int(sum(len(lot.worth) for lot in lots)),
            "families": sorted({lot.family for lot in lots}),
            "machines": sorted(one.cpu for one in store.machines().values()),
            "seconds": round(seconds, 1),
            "date": datetime.now(UTC).date().isoformat(),
            "torch": torch.__version__,
            "python": platform.python_version(),
            "hyper": hyper.to_json(),
            "size": size.to_json(),
        },
        "choice": asdict(choice),
        "doubt": limit,
        "cross-validation": metrics,
    }


def samples(lots: Sequence[Lot]) -> torch.Tensor:
    """Features of some builds, to check ONNX on."""
    return torch.from_numpy(np.concatenate([features(lot.plain, lot.builds) for lot in lots[:8]]))


def judge(
    lots: Sequence[Lot],
    hyper: BuildHyper,
    size: BuildSize,
    console: Console,
    *,
    parts: int = PARTS,
    members: int = FEW,
) -> tuple[dict[str, Any], Choice, float]:
    """What choices gain on unseen families, the choice that is best there, and the doubt that counts as unusual."""
    with Progress(console=console) as progress:
        task = progress.add_task("cross-validation", total=parts)
        few = replace(hyper, members=members)
        foretold = cross_validated(lots, few, size, parts=parts, report=lambda number: progress.advance(task))
    choice = best_choice(foretold, MOST_BELOW)
    highest = [float(one.doubt[int((one.mean - choice.caution * one.doubt).argmax())]) for one in foretold]
    metrics: dict[str, Any] = {"all": gains(foretold, choice).to_json()}
    for family in sorted({lot.family for lot in lots}):
        metrics[family] = gains(_of(foretold, family), choice).to_json()
    return metrics, choice, float(np.quantile(highest, UNUSUAL))


def _of(foretold: Sequence[Foretold], family: str) -> list[Foretold]:
    return [one for one in foretold if one.lot.family == family]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m passwright.policy.train", description=__doc__)
    add = result.add_argument
    add("--store", default="", help="URL of the store (default: PASSWRIGHT_STORE, or the local one)")
    add("--out", type=Path, default=Path("build/policy"), help="folder (default: %(default)s)")
    add("--most", type=int, default=60, help="recipes per kernel (default: %(default)s)")
    add("--epochs", type=int, default=BuildHyper.epochs, help="(default: %(default)s)")
    add(
        "--members",
        type=int,
        default=BuildHyper.members,
        help="networks of the ensemble (default: %(default)s)",
    )
    add("--hidden", type=int, default=BuildSize.hidden, help="units of a layer (default: %(default)s)")
    add("--seed", type=int, default=0, help="(default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Train; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    hyper = BuildHyper(epochs=arguments.epochs, members=arguments.members, seed=arguments.seed)
    try:
        with Store(arguments.store, create=False) as store:
            size = BuildSize(hidden=arguments.hidden)
            metrics = train(store, arguments.out, hyper, size, console, most=arguments.most)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    print(json.dumps(metrics["all"], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
