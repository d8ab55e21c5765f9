"""Profiles of what recipes make of kernels, compiled again from what the experience store knows, without running anything.

    python -m passwright.policy.profiles --out build/profiles

One file per kernel, written whole; what is there already is not made again, so that a run that was cut off goes on.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import track

from passwright.passes import config, exact
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.policy.coreset import coreset
from passwright.policy.experience import StoredKernel
from passwright.policy.session_process import SessionProcess, StepFailed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passwright.policy.store import Store

DEADLINE = 4.0
"""Seconds for one recipe."""
UNCOMPILED = ("invalid", "crashed", "timed-out", "too-large")
"""Statuses of recipes that hardly ever come to a build."""


@dataclass(frozen=True)
class Profiles:
    """What recipes made of one kernel.

    Attributes:
        kernel: its hash.
        vectors: `gnn.profile.profile` by recipe, float32; recipes that did not compile are missing.
    """

    kernel: str
    vectors: Mapping[str, NDArray[np.float32]]

    def write(self, folder: Path) -> None:
        """Put them into a file of their own, whole or not at all."""
        recipes = sorted(self.vectors)
        table = np.stack([self.vectors[one] for one in recipes]) if recipes else np.zeros((0, 0), np.float32)
        with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            np.savez_compressed(file, recipes=np.array(recipes, dtype=str), vectors=table)
        os.replace(file.name, folder / f"{self.kernel}.npz")

    @staticmethod
    def read(folder: Path, kernel: str) -> Profiles | None:
        """What `write` left, None if there is nothing."""
        path = folder / f"{kernel}.npz"
        if not path.exists():
            return None
        with np.load(path) as data:
            return Profiles(kernel, dict(zip(data["recipes"].tolist(), data["vectors"], strict=True)))


def profiled(
    process: SessionProcess, bitcode: bytes, recipes: Iterable[Recipe]
) -> Iterator[tuple[Recipe, NDArray[np.float32]]]:
    """Each recipe with the profile of what it makes of a module; those that fail are left out."""
    for recipe in recipes:
        session = process.open(bitcode, "<memory>")
        try:
            session.begin(recipe.steps, ("profile",))
            _, observations, _, _ = session.finish()
        except StepFailed:
            continue
        finally:
            session.close()
        yield recipe, observations["profile"]


def usable(texts: Iterable[str]) -> list[Recipe]:
    """The recipes that may be run nowadays and name no loop of one kernel."""
    found = []
    for text in texts:
        try:
            recipe = Recipe.parse(text)
            exact.check(recipe)
        except PasswrightError:
            continue
        if all(step.kind != "hint" for step in recipe.steps):
            found.append(recipe)
    return found


def make(
    store: Store,
    folder: Path,
    console: Console,
    *,
    most: int,
    jobs: int,
    wanted: Callable[[StoredKernel], bool] = lambda kernel: True,
) -> int:
    """Write the profiles of all `wanted` kernels of the store that have none yet; returns how many.

    Per kernel: -O3, the coreset, and further recipes that were tried on it, `most` in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = [str(O3), *map(str, coreset())]
    kernels = [one for one in store.kernels() if wanted(one) and not (folder / f"{one.hash}.npz").exists()]

    processes: SimpleQueue[SessionProcess] = SimpleQueue()
    for _ in range(jobs):
        processes.put(SessionProcess(deadline=DEADLINE))

    def work(kernel: StoredKernel) -> None:
        process = processes.get()
        try:
            tried = [one.recipe for one in store.outcomes(kernel.hash) if one.status not in UNCOMPILED]
            recipes = [one for one in first if one in tried or one == first[0]]
            recipes += [one for one in tried if one not in first]
            found = profiled(process, kernel.bitcode, usable(recipes[:most]))
            Profiles(kernel.hash, {str(recipe): vector for recipe, vector in found}).write(folder)
        finally:
            processes.put(process)

    pool = ThreadPoolExecutor(jobs)
    try:
        for _ in track(pool.map(work, kernels), "profiles", total=len(kernels), console=console):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
        while not processes.empty():
            processes.get().close()
    return len(kernels)


def main(argv: Sequence[str] | None = None) -> int:
    """Make them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m passwright.policy.profiles", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for one file per kernel")
    parser.add_argument("--most", type=int, default=60, help="recipes per kernel (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=config.jobs(), help="processes (default: one per core)")
    parser.add_argument(
        "--store", default="", help="URL of the store (default: PASSWRIGHT_STORE, or the local one)"
    )
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    from passwright.policy.store import Store  # needs an extra that choosing a recipe does without

    try:
        with Store(arguments.store, create=False) as store:
            count = make(store, arguments.out, console, most=arguments.most, jobs=arguments.jobs)
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    console.print(f"profiles of {count} kernels are new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
