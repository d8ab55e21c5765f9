"""The experience store: every outcome that a search, mining, fuzzing or collecting came upon, for the learners.

    with Store() as store, Recorder(store, StoredKernel.of(kernel, family), origin="mine") as record:
        Evaluator(kernel, judge, pool, record=record)
    with Store(create=False) as store:
        for kernel in store.kernels(families=["stencils"]):
            for one in store.outcomes(kernel.hash, statuses=["ok", "worse"]): ...

SQLite in the data folder, or where `PASSWRIGHT_STORE` says; PostgreSQL by URL. What is kept and how repeated
observations are merged is in `experience.py`, the tables in `store_schema.py`, files in `store_io.py`.

Any number of processes may write. A call of `add` is one transaction: all of it is there, or nothing, whatever
happens to the process. Queries read in pages and hold no transaction between them, so a reader may take its
time, write to the store, and see rows that came meanwhile. The figures are those of the objective time: outcomes of
a search for size do not belong here.
"""

from __future__ import annotations

import json
import random
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from sys import byteorder
from time import sleep
from types import TracebackType
from typing import Any, TypeVar

from passwright.bench.machine import Machine, this_machine
from passwright.passes import config
from passwright.passes.errors import StoreError
from passwright.policy import store_schema as schema
from passwright.policy.experience import (
    MEASURED,
    TERMS,
    Experience,
    Observation,
    StoredKernel,
    digest,
    kept,
    machine_hash,
    machine_json,
    merge,
    recipe_hash,
)
from passwright.policy.store_schema import sa

PAGE = 1000
"""Rows that a query reads at a time."""
ATTEMPTS = 8
"""How often a transaction is tried that others got in the way of."""

T = TypeVar("T")


class Store:
    """An open experience store; see the module's docstring.

    Raises:
        UsageError: a URL of an unknown kind.
        StoreError: what cannot be opened, read or written, is damaged or of another version. Every method may
        raise it.
        InputError: a driver that is not installed.
    """

    def __init__(self, url: str = "", *, create: bool = True) -> None:
        """Open `url` (default: `PASSWRIGHT_STORE`); without `create` it has to be there."""
        self.url = schema.address(url or config.store())
        self._engine = schema.connect(self.url)
        self._sound = self.url.drivername != "sqlite"  # a server looks after its own files
        if self.url.drivername == "sqlite":
            self._require_file(Path(self.url.database or ""), create)
        try:
            if create:
                self.writing(lambda connection: schema.create(connection, this_machine().package))
            with self.reading(checked=True) as connection:
                outdated = schema.outdated(connection)
            if outdated:
                self.writing(lambda connection: schema.migrate(connection, this_machine().package))
            with self.reading(checked=True) as connection:
                schema.require_schema(connection)
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """File or URL, without a password."""
        return schema.where(self.url)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- writing --------------------------------------------------------------------------------

    def add(
        self,
        observations: Iterable[Observation],
        *,
        kernels: Iterable[StoredKernel] = (),
        machines: Iterable[Machine] = (),
    ) -> int:
        """Put in observations, and the kernels and machines that they name unless those are there already.

        One transaction; a few hundred to a few thousand observations at a time are right. Returns how many were
        new; one that is there already, or is older than all that are kept, changes nothing.
        """
        groups: dict[str, list[Observation]] = {}
        for one in observations:
            groups.setdefault(one.key, []).append(one)
        groups = {key: kept(groups[key]) for key in sorted(groups)}  # one order for all writers: no deadlock
        parts = (
            (schema.kernels, [_kernel_row(one) for one in kernels]),
            (schema.machines, [_machine_row(one) for one in machines]),
            (
                schema.recipes,
                [{"hash": recipe_hash(one[0].recipe), "text": one[0].recipe} for one in groups.values()],
            ),
        )

        def write(connection: sa.Connection) -> int:
            for table, rows in parts:
                distinct = {row["hash"]: row for row in rows}
                self._insert(connection, table, [distinct[one] for one in sorted(distinct)])
            rows = [_outcome_row(merge(group)) for group in groups.values()]
            fresh = self._insert(connection, schema.outcomes, rows)
            new = [_observation_row(one) for key in fresh for one in groups[key]]
            if new:
                connection.execute(schema.observations.insert(), new)
            met = {key: group for key, group in groups.items() if key not in fresh}
            return len(new) + self._merge(connection, met)

        return self.writing(write)

    def _insert(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> set[str]:
        """Insert the rows whose primary key is not there yet; returns the keys of those."""
        if not rows:
            return set()
        if connection.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql as dialect
        else:
            from sqlalchemy.dialects import sqlite as dialect  # type: ignore[no-redef]
        key = next(iter(table.primary_key))
        statement = dialect.insert(table).on_conflict_do_nothing().returning(key)
        return set(connection.execute(statement, rows).scalars())

    def _merge(self, connection: sa.Connection, met: Mapping[str, list[Observation]]) -> int:
        """Merge with what is there; the rows are locked, so that no other writer's observation gets lost."""
        table, added, removed, changed = schema.observations, [], [], []
        for keys in _chunks(list(met), PAGE):
            rows = schema.outcomes.c
            query = sa.select(rows.key).where(rows.key.in_(keys)).order_by(rows.key).with_for_update()
            connection.execute(query).all()
            known: dict[str, list[Observation]] = {key: [] for key in keys}
            for one in connection.execute(_observed().where(table.c.key.in_(keys))):
                known[one.key].append(self._read(_observation, one))
            for key in keys:
                before, after = {one.digest for one in known[key]}, kept([*known[key], *met[key]])
                now = {one.digest for one in after}
                if now == before:
                    continue
                added += [_observation_row(one) for one in after if one.digest not in before]
                removed += [{"old_key": key, "old_digest": one} for one in sorted(before - now)]
                changed.append({f"new_{name}": value for name, value in _outcome_row(merge(after)).items()})
        if changed:
            values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in schema.outcomes.c.keys()}  # noqa: SIM118
            update = schema.outcomes.update().where(schema.outcomes.c.key == sa.bindparam("new_key"))
            connection.execute(update.values(values), changed)
            connection.execute(table.insert(), added)
        if removed:
            old = (table.c.key == sa.bindparam("old_key")) & (table.c.digest == sa.bindparam("old_digest"))
            connection.execute(table.delete().where(old), removed)
        return len(added)

    # -- reading --------------------------------------------------------------------------------

    def size(self) -> int:
        """How many observations there are."""
        with self.reading() as connection:
            count = sa.select(sa.func.count()).select_from(schema.observations)
            return int(connection.scalar(count) or 0)

    def kernels(self, families: Sequence[str] | None = None) -> Iterator[StoredKernel]:
        """The kernels, of these families or all, by hash."""
        table = schema.kernels
        query = sa.select(table)
        if families is not None:
            query = query.where(table.c.family.in_(families))
        for row in self._pages(query, table.c.hash, size=PAGE // 10):
            yield self._read(_kernel, row)

    def machines(self) -> dict[str, Machine]:
        """The machines by hash."""
        with self.reading() as connection:
            rows = connection.execute(sa.select(schema.machines)).all()
        return {row.hash: self._read(_machine, row) for row in rows}

    def outcomes(
        self,
        kernel: str | None = None,
        *,
        statuses: Sequence[str] | None = None,
        machine: str | None = None,
    ) -> Iterator[Experience]:
        """What is known of a kernel (its hash; None: of all), on one machine or all."""
        table = schema.outcomes.c
        query = _experienced()
        for column, value in ((table.kernel, kernel), (table.machine, machine)):
            query = query if value is None else query.where(column == value)
        if statuses is not None:
            query = query.where(table.status.in_(statuses))
        return (self._read(_experience, row) for row in self._pages(query, table.key))

    def observations(self, key: str | None = None) -> Iterator[Observation]:
        """What outcomes were merged from, with the raw samples: of one (its `key`) or of all."""
        table = schema.observations.c
        if key is not None:
            with self.reading() as connection:
                rows = connection.execute(_observed().where(table.key == key).order_by(table.digest)).all()
            yield from kept(self._read(_observation, row) for row in rows)
            return
        for row in self._pages(_observed(), table.key, table.digest):
            yield self._read(_observation, row)

    def matrix(
        self, families: Sequence[str] | None = None, *, machine: str | None = None
    ) -> Iterator[tuple[str, dict[str, float]]]:
        """Per kernel (its hash) the ratio by recipe text, 0 for a recipe that failed; `dict` makes it a matrix.

        Without a machine, a recipe known on several has the geometric mean, and 0 where it failed on one.
        """
        table = schema.kernels
        query = sa.select(table.c.hash)
        if families is not None:
            query = query.where(table.c.family.in_(families))
        for kernel in self._pages(query, table.c.hash):
            found: dict[str, list[float]] = {}
            for one in self.outcomes(kernel.hash, machine=machine):
                found.setdefault(one.recipe, []).append(one.ratio)
            if found:
                yield kernel.hash, {recipe: _mean(ratios) for recipe, ratios in found.items()}

    def noisy(self, limit: int, *, factor: float = 1.1, machine: str | None = None) -> list[Experience]:
        """Outcomes whose ratio may be off by `factor` or more, the worst first: worth measuring again.

        Either the interval is that wide (or there is none), or repeated measurements disagree that much.
        """
        table = schema.outcomes.c
        query = _experienced().where(table.noise >= factor, table.status.in_(MEASURED))
        if machine is not None:
            query = query.where(table.machine == machine)
        with self.reading() as connection:
            rows = connection.execute(
                query.order_by(table.noise.desc(), table.ratio.desc(), table.key).limit(limit)
            ).all()
        return [self._read(_experience, row) for row in rows]

    def _read(self, make: Callable[[sa.Row[Any]], T], row: sa.Row[Any]) -> T:
        """A row as what it was written from.  Raises StoreError where it is something else by now."""
        try:
            return make(row)
        except (ValueError, TypeError, OverflowError, AttributeError, zlib.error) as error:
            raise schema.damaged(self.url, f"{error} (row {row[0]})") from None

    # -- transactions ---------------------------------------------------------------------------

    @contextmanager
    def reading(self, *, checked: bool = False) -> Iterator[sa.Connection]:
        """A transaction for queries of one's own.

        The first one, unless it is `checked`, sees whether the file's pages belong together: rows have checksums, but a
        damaged page can also lose rows. That takes about 5 ms a megabyte.
        """
        try:
            with self._engine.begin() as connection:
                if not (checked or self._sound):
                    schema.require_sound(connection)
                    self._sound = True
                yield connection
        except sa.exc.DBAPIError as error:
            raise schema.explained(error, self.url) from error

    def writing(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` in one transaction, again when other processes got in its way."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                    return work(connection)
            except sa.exc.DBAPIError as error:
                if isinstance(error, sa.exc.IntegrityError) and attempt == 3:
                    raise StoreError(
                        f"{self.place}: an observation names a kernel or machine that is not in the store",
                        hint="give `add` the kernels and machines too",
                    ) from error
                if attempt == ATTEMPTS or not schema.passing(error):
                    raise schema.explained(error, self.url) from error
                sleep(random.uniform(0.2, 1.0) * 0.01 * 2**attempt)
        raise AssertionError  # the loop returns or raises

    def compact(self) -> None:
        """Give the space of deleted rows back, as far as others who use the store allow; PostgreSQL does it itself."""
        if self.url.drivername == "sqlite":
            with suppress(sqlite3.OperationalError), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                raw.execute("VACUUM")  # type: ignore[union-attr]
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def _pages(self, query: sa.Select[Any], *key: sa.Column[Any], size: int = PAGE) -> Iterator[sa.Row[Any]]:
        """The rows by `key` (one or two columns of the query), a page at a time."""
        after: tuple[Any, ...] | None = None
        while True:
            page = query.order_by(*key).limit(size)
            if after is not None:
                page = page.where(sa.tuple_(*key) > sa.tuple_(*after) if len(key) > 1 else key[0] > after[0])
            with self.reading() as connection:
                rows = connection.execute(page).all()
            yield from rows
            if len(rows) < size:
                return
            after = tuple(rows[-1]._mapping[one] for one in key)

    def _require_file(self, path: Path, create: bool) -> None:
        if create:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{path.parent}: cannot make the folder of the experience store: {error.strerror}",
                    hint="name a store that you may write to with PASSWRIGHT_STORE or --store",
                ) from None
        elif not path.exists():
            raise StoreError(
                f"{path}: no experience store",
                hint="`passwright store import FILE` makes one, and so does searching",
            )


# -- between rows and data ------------------------------------------------------------------------

_KERNEL = [one.name for one in fields(StoredKernel)]
_EXPERIENCE = [one.name for one in fields(Experience)]
_OBSERVATION = [one.name for one in schema.observations.c if one.name not in ("key", "digest", "samples")]


def _kernel_row(one: StoredKernel) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _KERNEL}
    return row | {"bitcode": zlib.compress(one.bitcode), "checksum": _checksum(row)}


def _kernel(row: sa.Row[Any]) -> StoredKernel:
    values = {name: getattr(row, name) for name in _KERNEL} | {"bitcode": zlib.decompress(row.bitcode)}
    _require(_checksum(values) == row.checksum, "a kernel")
    return StoredKernel(**values)


def _machine(row: sa.Row[Any]) -> Machine:
    machine = Machine(**json.loads(row.description))
    _require(machine_hash(machine) == row.hash, "the description of a machine")
    return machine


def _machine_row(one: Machine) -> dict[str, Any]:
    return {"hash": machine_hash(one), "description": json.dumps(machine_json(one), sort_keys=True)}


def _outcome_row(one: Experience) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _EXPERIENCE} | {"recipe": recipe_hash(one.recipe)}
    return row | {"checksum": _checksum(row)}


def _experienced() -> sa.Select[Any]:
    columns = [schema.outcomes.c[name] for name in _EXPERIENCE if name != "recipe"]
    text = schema.recipes.c.text.label("recipe")
    columns.append(schema.outcomes.c.checksum)
    return sa.select(*columns, text).join(schema.recipes, schema.outcomes.c.recipe == schema.recipes.c.hash)


def _experience(row: sa.Row[Any]) -> Experience:
    values = {name: getattr(row, name) for name in _EXPERIENCE}
    told = values | {"recipe": recipe_hash(row.recipe)}
    _require(_checksum(told) == row.checksum, "an outcome")
    return Experience(**values)


def _observation_row(one: Observation) -> dict[str, Any]:
    samples = array("d", (*one.baseline, *one.candidate))
    if byteorder == "big":
        samples.byteswap()
    return {name: getattr(one, name) for name in _OBSERVATION} | {
        "key": one.key,
        "digest": one.digest,
        "samples": zlib.compress(samples.tobytes()) if samples else b"",
    }


def _observed() -> sa.Select[Any]:
    seen, merged = schema.observations.c, schema.outcomes.c
    columns = (seen[name] for name in _OBSERVATION)
    return (
        sa.select(seen.key, seen.digest, *columns, seen.samples, merged.kernel, merged.machine)
        .add_columns(schema.recipes.c.text.label("recipe"))
        .join(schema.outcomes, seen.key == merged.key)
        .join(schema.recipes, merged.recipe == schema.recipes.c.hash)
    )


def _observation(row: sa.Row[Any]) -> Observation:
    values = dict(row._mapping)
    packed = values.pop("samples")
    samples = array("d", zlib.decompress(packed) if packed else b"")
    if byteorder == "big":
        samples.byteswap()
    half = len(samples) // 2
    del values["key"], values["digest"]
    one = Observation(**values, baseline=tuple(samples[:half]), candidate=tuple(samples[half:]))
    _require(one.digest == row.digest, "an observation")
    return one


def _checksum(row: Mapping[str, Any]) -> str:
    """Of a row's values; databases give back what they were given, floats to the last bit.

    Reliability terms count with their names where they are known: rows from before there were any keep their checksum.
    """
    values = [row[name] for name in sorted(row) if name not in TERMS]
    values += [(name, row[name]) for name in TERMS if row.get(name) is not None]
    return digest(repr(values).encode())


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"{what} is not what was written")


def _mean(ratios: Sequence[float]) -> float:
    """The geometric mean."""
    from statistics import geometric_mean

    return geometric_mean(ratios) if min(ratios) > 0 else 0.0


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
