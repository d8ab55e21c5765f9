"""What is in the experience store by the numbers, and making it smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import time
from typing import Any

from passwright.bench.machine import Machine
from passwright.policy.experience import MEASURED
from passwright.policy.store import PAGE, Store
from passwright.policy.store_schema import kernels, machines, observations, outcomes, recipes, sa


@dataclass(frozen=True)
class Count:
    """How many outcomes there are of one family, machine (hash) and status, and how many observations of them."""

    family: str
    machine: str
    status: str
    outcomes: int
    observations: int


@dataclass(frozen=True)
class Stats:
    """The store by the numbers.

    `size` is in bytes, `noisy` are the outcomes that `Store.noisy` would give, `with_complexity` those whose IR's complexity
    is known, `with_report` those that have the defect density of their source.
    """

    place: str
    size: int
    kernels: int
    recipes: int
    machines: dict[str, Machine]
    counts: tuple[Count, ...]
    noisy: int
    with_complexity: int
    with_report: int


def stats(store: Store) -> Stats:
    """Count."""
    per_outcome = (
        sa.select(observations.c.key, sa.func.count().label("n")).group_by(observations.c.key).subquery()
    )
    groups = (kernels.c.family, outcomes.c.machine, outcomes.c.status)
    query = (
        sa.select(*groups, sa.func.count(), sa.func.sum(per_outcome.c.n))
        .join(kernels, outcomes.c.kernel == kernels.c.hash)
        .join(per_outcome, outcomes.c.key == per_outcome.c.key)
        .group_by(*groups)
        .order_by(*groups)
    )
    known = store.machines()
    with store.reading() as connection:

        def count(table: sa.Table, *conditions: Any) -> int:
            return int(
                connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0
            )

        return Stats(
            place=store.place,
            size=_size(store, connection),
            kernels=count(kernels),
            recipes=count(recipes),
            machines=known,
            counts=tuple(
                Count(family, machine, status, int(number), int(seen))
                for family, machine, status, number, seen in connection.execute(query)
            ),
            noisy=count(outcomes, outcomes.c.noise >= 1.1, outcomes.c.status.in_(MEASURED)),
            with_complexity=count(outcomes, outcomes.c.ir_complexity.is_not(None)),
            with_report=count(outcomes, outcomes.c.defect_density.is_not(None)),
        )


@dataclass(frozen=True)
class Selection:
    """Which outcomes are meant: all conditions that are given hold.

    Attributes:
        before: last observed before this time, in seconds since the epoch.
        machine: the beginning of its hash.
        status: this one.
        beyond_best: not among so many best of their kernel and machine (by ratio, verified ones first).
    """

    before: float | None = None
    machine: str | None = None
    status: str | None = None
    beyond_best: int | None = None

    @staticmethod
    def of(
        *,
        older_than: float | None = None,
        machine: str | None = None,
        status: str | None = None,
        keep_best: int | None = None,
    ) -> Selection:
        """`older_than` in seconds before now."""
        return Selection(None if older_than is None else time() - older_than, machine, status, keep_best)


@dataclass(frozen=True)
class Pruned:
    """How many outcomes went (or would), with how many kernels and recipes that nothing refers to any more."""

    outcomes: int
    kernels: int = 0
    recipes: int = 0


def prune(
    store: Store,
    selection: Selection,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Pruned:
    """Delete outcomes and what only they needed, in batches between which other writers have their turn.

    With `dry_run` outcomes are counted and nothing is deleted. `progress` is told done and total.
    """
    chosen = _selected(selection)
    with store.reading() as connection:
        keys = list(connection.scalars(chosen))
    if dry_run:
        return Pruned(len(keys))
    gone = 0
    for start in range(0, len(keys), PAGE):
        some = keys[start : start + PAGE]
        gone += store.writing(partial(_delete, keys=some, selection=selection))
        progress(min(start + PAGE, len(keys)), len(keys))
    counts = [store.writing(partial(_delete_unused, table=table)) for table in (kernels, recipes, machines)]
    if gone:
        store.compact()
    return Pruned(gone, counts[0], counts[1])


def _selected(selection: Selection) -> sa.Select[Any]:
    verified = sa.case((outcomes.c.status == "ok", 0), else_=1)
    rank = sa.func.row_number().over(
        partition_by=(outcomes.c.kernel, outcomes.c.machine),
        order_by=(verified, outcomes.c.ratio.desc(), outcomes.c.key),
    )
    ranked = sa.select(outcomes, rank.label("rank")).subquery()
    query = sa.select(ranked.c.key).order_by(ranked.c.key)
    if selection.before is not None:
        query = query.where(ranked.c.at < selection.before)
    if selection.machine is not None:
        query = query.where(ranked.c.machine.startswith(selection.machine, autoescape=True))
    if selection.status is not None:
        query = query.where(ranked.c.status == selection.status)
    if selection.beyond_best is not None:
        query = query.where(ranked.c.rank > selection.beyond_best)
    return query


def _delete(connection: sa.Connection, keys: Sequence[str], selection: Selection) -> int:
    """Delete these outcomes, but those that were observed anew since they were chosen."""
    conditions: list[sa.ColumnElement[bool]] = [outcomes.c.key.in_(keys)]
    if selection.before is not None:
        conditions.append(outcomes.c.at < selection.before)
    if selection.status is not None:
        conditions.append(outcomes.c.status == selection.status)
    return int(connection.execute(outcomes.delete().where(*conditions)).rowcount)


def _delete_unused(connection: sa.Connection, table: sa.Table) -> int:
    """Delete the rows that no outcome refers to."""
    column = {"kernels": outcomes.c.kernel, "recipes": outcomes.c.recipe, "machines": outcomes.c.machine}[
        table.name
    ]
    used = sa.exists().where(column == table.c.hash)
    return int(connection.execute(table.delete().where(~used)).rowcount)


def _size(store: Store, connection: sa.Connection) -> int:
    if store.url.drivername == "sqlite":
        return sum(path.stat().st_size for path in _files(store) if path.exists())
    names = (table.name for table in (kernels, machines, recipes, outcomes, observations))
    total = sum((sa.func.pg_total_relation_size(name) for name in names), start=sa.literal(0))
    return int(connection.scalar(sa.select(total)) or 0)


def _files(store: Store) -> Iterator[Path]:
    return (Path(f"{store.url.database}{suffix}") for suffix in ("", "-wal"))
