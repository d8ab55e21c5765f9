"""What the drill keeps in stores, locks and caches, made up from numbers, so that it is known without them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from passwright.bench.machine import Machine
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import LockEntry, load, update
from passwright.passes.recipe import Recipe
from passwright.policy.experience import Observation, StoredKernel, machine_hash
from passwright.policy.store import Store
from passwright.policy.store_io import export_store

MACHINE = Machine(cpu="Drill", cpus=2, kernel="Linux")
KERNELS = tuple(
    StoredKernel(
        f"{number:032x}", f"kernel{number}", "drill", "c", instructions=30, bitcode=bytes(range(200))
    )
    for number in range(3)
)
State = Literal["old", "new", "none", "broken"]


def observation(number: int) -> Observation:
    """The one of this number."""
    wobble = [1e-3 * (1 + 0.02 * math.sin(number + turn)) for turn in range(9)]
    return Observation(
        kernel=KERNELS[number % len(KERNELS)].hash,
        machine=machine_hash(MACHINE),
        recipe=f"default<O3> [unroll-count={number}]",
        status="ok",
        ratio=1 + number / 100,
        baseline=tuple(wobble),
        candidate=tuple(wobble[::-1]),
        at=1000.0 + number,
        package="0",
        llvm="19",
    )


def entry(number: int, source: str = "blend.c") -> LockEntry:
    """The lock entry of this number."""
    recipe = Recipe.parse(f"default<O3> [unroll-count={number}]")
    return LockEntry(source, f"f{number}", "cpu", f"{number:032x}", "19", recipe, (1.5, 1.4, 1.6), "equal")


def save(store: Store, start: int, stop: int) -> None:
    """Put in observations `start` to `stop`, in one transaction."""
    store.add([observation(number) for number in range(start, stop)], kernels=KERNELS, machines=[MACHINE])


def everything(url: str) -> list[Any]:
    """All that a store has, however one may ask for it.  Raises StoreError."""
    with Store(url, create=False) as store:
        outcomes = list(store.outcomes())
        by_kernel = [one for kernel in KERNELS for one in store.outcomes(kernel.hash)]
        found: list[Any] = [list(store.kernels()), store.machines(), outcomes, list(store.observations())]
        found += [sorted(by_kernel, key=lambda one: one.key), store.size(), store.noisy(10_000)]
        return [*found, dict(store.matrix())]


def filled(folder: Path) -> Path:
    """A closed store of 120 observations."""
    path = folder / "truth.sqlite"
    if not path.exists():
        with Store(str(path)) as store:
            save(store, 0, 120)
            store.compact()
    return path


def exported(folder: Path) -> Path:
    """The same as a file."""
    path = folder / "truth.jsonl.gz"
    if not path.exists():
        with Store(str(filled(folder))) as store:
            export_store(store, path)
    return path


# What is done where the disk is full: prepare, act, and what is there afterwards.


def _lock_state(folder: Path, state: object) -> State:
    found = load(folder / "passwright.lock").entries
    if found == (entry(1),):
        return "old"
    return "new" if found == tuple(sorted((entry(1), *_NEW), key=lambda one: one.key)) else "broken"


def _store_state(folder: Path, state: object) -> State:
    try:
        with Store(str(folder / "s.sqlite"), create=False) as store:
            known = {one.key for one in store.outcomes()}
    except PasswrightError:
        return "broken"
    sizes = {frozenset(observation(one).key for one in range(count)): count for count in (20, 60)}
    found = sizes.get(frozenset(known))
    return "broken" if found is None else "old" if found == 20 else "new"


def _fill_store(folder: Path) -> None:
    with Store(str(folder / "s.sqlite")) as store:
        save(store, 0, 20)


def _add_to_store(folder: Path, state: object) -> None:
    with Store(str(folder / "s.sqlite")) as store:
        save(store, 20, 60)


def _export(folder: Path, state: object) -> None:
    with Store(str(folder / "s.sqlite")) as store:
        export_store(store, folder / "out.jsonl")


def _export_state(folder: Path, state: object) -> State:
    from passwright.policy.store_io import check

    path = folder / "out.jsonl"
    if not path.exists():
        return "old" if not list(folder.glob(".out*")) else "broken"
    return "new" if check(path) == 20 else "broken"


def _cache(folder: Path, state: object) -> None:
    from passwright.object_cache import Shelf

    Shelf("entries", "obj", ()).put(b"ir", _OBJECT)


def _cache_state(folder: Path, state: object) -> State:
    from passwright.object_cache import Shelf

    found = Shelf("entries", "obj", ()).get(b"ir")
    return "none" if found is None else "new" if found == _OBJECT else "broken"


def _object(folder: Path, state: object) -> None:
    from passwright.cli.write import write_whole

    write_whole(str(folder / "out.o"), _OBJECT)


def _object_state(folder: Path, state: object) -> State:
    path = folder / "out.o"
    if path.read_bytes() == b"old":
        return "old" if len(list(folder.glob("*out.o*"))) == 1 else "broken"
    return "new" if path.read_bytes() == _OBJECT else "broken"


_OBJECT = bytes(range(256)) * 80
_NEW = tuple(entry(number) for number in range(2, 60))
Act = Callable[[Path, Any], None]
JOBS: dict[str, tuple[Callable[[Path], Any], Act, Callable[[Path, Any], State]]] = {
    "lock": (
        lambda folder: update(folder / "passwright.lock", [entry(1)]),
        lambda folder, state: update(folder / "passwright.lock", _NEW) and None,
        _lock_state,
    ),
    "store": (_fill_store, _add_to_store, _store_state),
    "export": (_fill_store, _export, _export_state),
    "cache": (lambda folder: None, _cache, _cache_state),
    "object": (lambda folder: (folder / "out.o").write_bytes(b"old"), _object, _object_state),
}
