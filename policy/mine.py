"""Mines the coreset: which few recipes, in which order, do most for many kernels.

    python -m passwright.policy.collect --suite --search 20s --winners 2 --pool 150 --own 0 --budget 3h
    python -m passwright.policy.mine

The first command fills the experience store: what `evolve` finds on each kernel of the suite's train families, and how
the best of all kernels, the present coreset and a pool do on every kernel. The second reads the ratios that this machine
measured and covers the kernels greedily: each next recipe is the one that adds most to the sum over kernels of the
logarithm of the best ratio so far, beginning with -O3 (the greedy solution of a submodular problem; Nemhauser, Wolsey and
Fisher, Mathematical Programming 14, 1978). Held-out families are never looked at.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from passwright import _native
from passwright.bench.machine import this_machine
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.policy.collect import GAIN, Site, suite_sites
from passwright.policy.experience import MEASURED, machine_hash
from passwright.policy.store import Store


@dataclass(frozen=True)
class Pick:
    """A recipe of the coreset, and the geometric mean of the best ratios of the list up to it."""

    recipe: str
    mean: float
    helps: int  # kernels on which it is better than everything before it


def cover(
    gains: Mapping[str, Mapping[str, float]], kernels: int, size: int, worth: float = 0.0005
) -> list[Pick]:
    """Greedy coverage: at most `size` recipes, each adding at least `worth` to the mean log ratio over
    `kernels`; `gains` has the log ratios by recipe and kernel."""
    best: dict[str, float] = {}
    picks: list[Pick] = []
    left = dict(gains)

    def adds(recipe: str) -> float:
        return sum(max(0.0, gain - best.get(kernel, 0.0)) for kernel, gain in left[recipe].items())

    while left and len(picks) < size:
        recipe = max(left, key=lambda one: (adds(one), -len(one)))
        if adds(recipe) < worth * kernels:
            break
        helped = [kernel for kernel, gain in left[recipe].items() if gain > best.get(kernel, 0.0)]
        best.update({kernel: left[recipe][kernel] for kernel in helped})
        picks.append(Pick(recipe, math.exp(sum(best.values()) / kernels), len(helped)))
        del left[recipe]
    return picks


@dataclass(frozen=True)
class Matrix:
    """What the store knows of the kernels.

    Attributes:
        gains: log ratios by recipe and kernel; noise, failures, loop hints and what is unknown are left out.
        kernels: URIs of the kernels that were measured.
        statuses: outcomes by status.
        recipes: how many different ones.
    """

    gains: Mapping[str, Mapping[str, float]]
    kernels: tuple[str, ...]
    statuses: Mapping[str, int]
    recipes: int


def matrix(store: Store, sites: Sequence[Site], console: Console) -> Matrix:
    """Read the store, this machine's outcomes only."""
    machine = machine_hash(this_machine())
    gains: dict[str, dict[str, float]] = {}
    kernels, statuses, recipes = [], dict[str, int](), set()
    for site in track(sites, description="read", console=console, transient=True):
        seen = 0
        for one in store.outcomes(site.stored.hash, machine=machine):
            seen += 1
            recipes.add(one.recipe)
            statuses[one.status] = statuses.get(one.status, 0) + 1
            usable = one.status in MEASURED and one.ratio > GAIN and one.recipe != str(O3)
            if usable and all(step.kind != "hint" for step in Recipe.parse(one.recipe).steps):
                gains.setdefault(one.recipe, {})[site.uri] = math.log(one.ratio)
        if seen:
            kernels.append(site.uri)
    return Matrix(gains, tuple(sorted(kernels)), dict(sorted(statuses.items())), len(recipes))


def provenance(module: str, kernels: Sequence[str], note: str) -> dict[str, object]:
    """Where a coreset comes from: the command, when, on what, from which kernels."""
    return {
        "command": shlex.join(["python", "-m", module, *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{_native.host()['cpu']}, {platform.system()} {platform.machine()}",
        "llvm": _native.llvm_version(),
        "kernels": sorted(kernels),
        **({"note": note} if note else {}),
    }


def document(picks: Sequence[Pick], known: Matrix, note: str) -> dict[str, object]:
    """The coreset's file: the recipes, and what they were mined from."""
    return {
        "provenance": {
            **provenance("passwright.policy.mine", known.kernels, note),
            "recipes": known.recipes,
            "outcomes": dict(known.statuses),
            "fields": "mean is the geometric mean over the kernels of the best ratio up to this recipe, by short "
            "measurements; helps is on how many kernels the recipe is better than those before it",
        },
        "recipes": [{"recipe": p.recipe, "mean": round(p.mean, 4), "helps": p.helps} for p in picks],
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = (__doc__ or "").split("\n\n")
    result = argparse.ArgumentParser(
        prog="python -m passwright.policy.mine",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--size", type=int, default=40, help="recipes at most (default: %(default)s)")
    add("--kernel", action="append", default=[], help="only this kernel (may be repeated)")
    add("--note", default="", help="a remark for the coreset's provenance")
    add("--store", default="", help="URL of the store (default: PASSWRIGHT_STORE, or the local one)")
    add("--out", type=Path, default=Path("policy/coreset.json"), help="the coreset (default: %(default)s)")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Mine; returns the exit code."""
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    try:
        with Store(arguments.store, create=False) as store:
            known = matrix(store, suite_sites(arguments.kernel), console)
        if not known.kernels:
            raise InputError(
                "the store has no outcomes of these kernels from this machine",
                hint="python -m passwright.policy.collect --suite --search 20s --winners 2 --pool 150",
            )
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    picks = cover(known.gains, len(known.kernels), arguments.size)
    text = json.dumps(document(picks, known, arguments.note), indent=2)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    for number, pick in enumerate(picks, 1):
        console.print(
            f"{number:3} {pick.mean:6.3f} {pick.helps:3}  {pick.recipe}", markup=False, highlight=False
        )
    console.print(f"{len(picks)} recipes -> {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
