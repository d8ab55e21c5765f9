"""The tables of the experience store, and how its database is reached, created and refused.

SQLite and PostgreSQL, told apart by the URL. What goes wrong in them becomes a `StoreError` that says what to
do. The tables carry a version. Version 2 becomes 3 where it is, when it is first opened; a database of another version
is refused, and an export by the Passwright that wrote it, imported by this one, is the one way over.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from passwright.passes.errors import InputError, StoreError, UsageError

try:
    import sqlalchemy as sa
except ImportError:
    raise InputError(
        "the experience store needs SQLAlchemy", hint="pip install 'passwright[store]'"
    ) from None

__all__ = ["sa"]  # besides what is here, for the modules that need it: the error above names the remedy

SCHEMA = 3
"""Version of the tables. 2: rows have a checksum. 3: columns for reliability terms, empty where they are not known."""
PATIENCE = 5
"""Seconds that SQLite waits for another process's transaction, at each of a writer's attempts."""

_meta = sa.MetaData()
_hash = sa.String(64)
info = sa.Table(
    "passwright",
    _meta,
    sa.Column("key", sa.Text, primary_key=True),  # "schema"; "package": the Passwright that made the tables
    sa.Column("value", sa.Text, nullable=False),
)
kernels = sa.Table(
    "kernels",
    _meta,
    sa.Column("hash", _hash, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("instructions", sa.Integer, nullable=False),
    sa.Column("bitcode", sa.LargeBinary, nullable=False),  # zlib
    sa.Column("checksum", _hash, nullable=False),  # of the row; an observation's is its digest
)
machines = sa.Table(
    "machines",
    _meta,
    sa.Column("hash", _hash, primary_key=True),
    sa.Column("description", sa.Text, nullable=False),  # JSON
)
recipes = sa.Table(
    "recipes", _meta, sa.Column("hash", _hash, primary_key=True), sa.Column("text", sa.Text, nullable=False)
)


def _found() -> list[sa.Column[Any]]:
    """The columns that outcomes and observations have in common."""
    return [
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("ratio", sa.Double, nullable=False),
        sa.Column("low", sa.Double, nullable=False),
        sa.Column("high", sa.Double, nullable=False),
        sa.Column("rounds", sa.BigInteger, nullable=False),
        sa.Column("text_size", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("failed_step", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("package", sa.Text, nullable=False),
        sa.Column("llvm", sa.Text, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        *_terms(),
    ]


def _terms() -> list[sa.Column[Any]]:
    """Columns that came with version 3."""
    return [
        sa.Column("defect_density", sa.Double),
        sa.Column("source_complexity", sa.Integer),
        sa.Column("maintainability", sa.Double),
        sa.Column("ir_complexity", sa.Integer),
    ]


outcomes = sa.Table(
    "outcomes",
    _meta,
    sa.Column("key", _hash, primary_key=True),  # of kernel, recipe and machine
    sa.Column("kernel", _hash, sa.ForeignKey(kernels.c.hash), nullable=False),
    sa.Column("recipe", _hash, sa.ForeignKey(recipes.c.hash), nullable=False, index=True),
    sa.Column("machine", _hash, sa.ForeignKey(machines.c.hash), nullable=False, index=True),
    *_found(),
    sa.Column("repeats", sa.Integer, nullable=False),
    sa.Column("noise", sa.Double, nullable=False, index=True),
    sa.Column("checksum", _hash, nullable=False),
    sa.Index("ix_outcomes_kernel_key", "kernel", "key"),
)
observations = sa.Table(
    "observations",
    _meta,
    sa.Column("key", _hash, sa.ForeignKey(outcomes.c.key, ondelete="CASCADE"), primary_key=True),
    sa.Column("digest", _hash, primary_key=True),
    *_found(),
    sa.Column("workload", sa.Text, nullable=False),
    sa.Column("samples", sa.LargeBinary, nullable=False),  # zlib of float64: the baseline's, the candidate's
)


def address(text: str) -> sa.URL:
    """The URL that a user's text means: a file's name, `sqlite:///…` or `postgresql://…`.  Raises UsageError."""
    if "://" not in text:
        return sa.URL.create("sqlite", database=os.path.expanduser(text))
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise UsageError("the experience store's URL does not parse", hint=_URLS) from None
    kind = url.drivername.partition("+")[0]
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    raise UsageError(f"{where(url)}: no experience store can be there", hint=_URLS)


def where(url: sa.URL) -> str:
    """The store's place for messages, without a password."""
    return (url.database or "") if url.drivername == "sqlite" else url.render_as_string(hide_password=True)


def connect(url: sa.URL) -> sa.Engine:
    """The engine; nothing is opened yet.  Raises InputError where the driver is missing."""
    try:
        if url.drivername == "sqlite":
            engine = sa.create_engine(url, connect_args={"timeout": PATIENCE})
            sa.event.listen(engine, "connect", _configure)
            sa.event.listen(engine, "begin", _begin)
            return engine
        arguments = {"connect_timeout": 10, "application_name": "passwright"}
        return sa.create_engine(url, pool_pre_ping=True, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise InputError(
            f"an experience store in PostgreSQL needs {error.name}", hint="pip install 'passwright[store]'"
        ) from None


def create(connection: sa.Connection, package: str) -> None:
    """Make the tables where there are none; what others made meanwhile stays."""
    _lock(connection)
    present = set(sa.inspect(connection).get_table_names())
    if info.name in present:
        return
    if taken := sorted(present & set(_meta.tables)):
        raise StoreError(
            f"{where(connection.engine.url)}: a database of something else, it has a table {taken[0]!r}",
            hint="give the experience store a database or file of its own",
        )
    _meta.create_all(connection)
    rows = [{"key": "schema", "value": str(SCHEMA)}, {"key": "package", "value": package}]
    connection.execute(info.insert(), rows)


def _lock(connection: sa.Connection) -> None:
    """Keep others from changing tables until the transaction ends; SQLite's writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7077)"))  # "if not exists" alone races


def outdated(connection: sa.Connection) -> bool:
    """Whether `migrate` has something to do."""
    if not sa.inspect(connection).has_table(info.name):
        return False
    return connection.scalar(sa.select(info.c.value).where(info.c.key == "schema")) == "2"


def migrate(connection: sa.Connection, package: str) -> None:
    """Make tables of version 2 ones of version 3.

    Columns are added, no row changes: checksums and digests leave out what is not known.
    """
    _lock(connection)
    if not outdated(connection):
        return  # somebody else was first
    for table in (outcomes, observations):
        for column in _terms():
            kind = column.type.compile(connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))
    for key, value in (("schema", str(SCHEMA)), ("package", package)):
        connection.execute(info.update().where(info.c.key == key).values(value=value))


def require_schema(connection: sa.Connection) -> None:
    """Raises StoreError unless the tables are of our version."""
    place = where(connection.engine.url)
    if not sa.inspect(connection).has_table(info.name):
        raise StoreError(
            f"{place}: no experience store",
            hint="`passwright store import FILE` makes one, and so does searching",
        )
    stored = {row.key: row.value for row in connection.execute(sa.select(info))}
    found, package = stored.get("schema", "?"), stored.get("package", "?")
    if found == str(SCHEMA):
        return
    if found.isdigit() and int(found) < SCHEMA:
        raise StoreError(
            f"{place}: an experience store of schema {found}, this Passwright has schema {SCHEMA}",
            hint=f"export it with Passwright {package} (passwright store export old.jsonl.gz), then import that "
            "file into a new store with this one (passwright store import old.jsonl.gz)",
        )
    raise StoreError(
        f"{place}: an experience store of schema {found}, made by Passwright {package}; this one knows schema "
        f"{SCHEMA}",
        hint=f"update Passwright to {package} or later, or name another store with PASSWRIGHT_STORE",
    )


def require_sound(connection: sa.Connection) -> None:
    """Raises StoreError where an SQLite file's tables and indices are not what they were."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if found != "ok":
        raise damaged(connection.engine.url, str(found))


def passing(error: sa.exc.DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is tried again."""
    if isinstance(error.orig, sqlite3.Error):
        return any(word in str(error.orig) for word in ("locked", "busy", "FOREIGN KEY"))
    state = getattr(error.orig, "sqlstate", None) or ""
    # Serialization failure, deadlock, a foreign key (a row that another process pruned), shutdown, lost connection.
    return state in ("40001", "40P01", "23503", "57P01") or error.connection_invalidated


def damaged(url: sa.URL, what: str) -> StoreError:
    """For content that is not what was written."""
    hint = "move it away and import your last export"
    if url.drivername == "sqlite":
        hint += f"; `sqlite3 {where(url)} .recover` saves what is left"
    return StoreError(f"{where(url)}: damaged: {what}", hint=hint)


def explained(error: sa.exc.DBAPIError, url: sa.URL) -> StoreError:
    """The error as the user needs it."""
    reason = " ".join(str(error.orig).split()) or type(error.orig).__name__
    text, place = reason.lower(), where(url)
    if url.drivername != "sqlite":
        if isinstance(error, sa.exc.OperationalError):
            return StoreError(
                f"{place}: the server cannot be used: {reason}",
                hint="see whether it runs (pg_isready), and whether host, port, user and password in "
                "PASSWRIGHT_STORE are right",
            )
        return StoreError(
            f"{place}: {reason}", hint="the user needs the right to create and change tables there"
        )
    if any(word in text for word in ("not a database", "malformed", "corrupt", "could not decode")):
        return damaged(url, f"or no SQLite database: {reason}")
    if any(word in text for word in ("readonly", "read-only", "unable to open")):
        return StoreError(
            f"{place}: cannot be opened for writing: {reason}",
            hint="name a store that you may write to with PASSWRIGHT_STORE or --store; reading needs that "
            "too, for SQLite's locks: copy the file",
        )
    if "locked" in text or "busy" in text:
        return StoreError(
            f"{place}: another process has kept it locked for {PATIENCE} s",
            hint="try again when that is done",
        )
    return StoreError(
        f"{place}: {reason}", hint="see whether the disk is full, and whether the file is a store"
    )


def _configure(connection: sqlite3.Connection, _: object) -> None:
    """WAL lets readers and one writer work at the same time and survives a writer that is killed."""
    connection.isolation_level = None  # transactions begin where `_begin` says
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock at once: one that reads first could not get it later when another one has written."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_URLS = "a file's name, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
