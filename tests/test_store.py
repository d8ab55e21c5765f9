"""The experience store on SQLite and on a PostgreSQL server that the test starts: the same rules on both."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count as counter
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="the extra `store` is not installed")

from postgres_support import server
from store_support import KERNELS, MACHINE, OTHER, fill, observations, recipes, sampled, seen, turn_of

from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.reliability import Reliability
from passwright.passes.errors import StoreError, UsageError
from passwright.passes.recipe import Recipe
from passwright.policy.experience import (
    KEPT,
    TERMS,
    Observation,
    kept,
    machine_hash,
    merge,
)
from passwright.policy.outcome import Outcome
from passwright.policy.recorder import Recorder
from passwright.policy.store import Store
from passwright.policy.store_io import export_store, import_store
from passwright.policy.store_upkeep import Selection, prune, stats

NUMBERS = counter()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="the extra `store` is not installed")
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store's URL, of both kinds in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "experience.sqlite")
    place: str = request.getfixturevalue("postgres")
    import psycopg

    name = f"t{next(NUMBERS)}"
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return place.replace("/postgres?", f"/{name}?")


# -- the database ---------------------------------------------------------------------------------


def test_outcomes_come_back(url: str) -> None:
    with Store(url) as store:
        assert (
            fill(store, [seen(0), seen(1, ratio=0.0, status="crashed", failed_step=2, evidence="a\0b")]) == 2
        )
    with Store(url, create=False) as store:
        assert list(store.kernels(families=["stencils"])) == list(KERNELS[:2])
        assert list(store.kernels()) == list(KERNELS)
        (good,) = store.outcomes(KERNELS[0].hash)
        assert (good.recipe, good.ratio, good.low, good.high) == ("default<O3>", 1.5, 0.0, math.inf)
        (bad,) = store.outcomes(statuses=["crashed"])
        assert (bad.kernel, bad.failed_step, bad.evidence) == (KERNELS[1].hash, 2, "a\ufffdb")
        assert store.machines()[machine_hash(MACHINE)] == MACHINE


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(observations, max_size=30), st.integers(1, 9))
def test_the_database_merges_by_the_rule(tmp_path: Path, group: list[Observation], step: int) -> None:
    path = tmp_path / f"{next(NUMBERS)}.sqlite"
    with Store(str(path)) as store:
        for start in range(0, len(group), step):
            fill(store, group[start : start + step])
        fill(store, group)
        keys = {one.key for one in group}
        expected = {key: kept([one for one in group if one.key == key]) for key in keys}
        assert {one.key: one for one in store.outcomes()} == {key: merge(expected[key]) for key in keys}
        assert all(list(store.observations(key)) == expected[key] for key in keys)
        assert sorted(one.digest for one in store.observations()) == sorted(
            one.digest for some in expected.values() for one in some
        )
    path.unlink()


def test_repetition_changes_nothing_and_news_do(url: str) -> None:
    with Store(url) as store:
        first = [sampled(2e-3, 1e-3, recipe=one) for one in recipes(20)]
        assert fill(store, first) == 20
        assert fill(store, first) == 0
        assert fill(store, [replace(one, at=2000.0, ratio=2.1) for one in first]) == 20
        assert all(one.repeats == 2 for one in store.outcomes())
        for number in range(KEPT + 3):
            fill(store, [replace(first[0], at=3000.0 + number)])
        assert len(list(store.observations(first[0].key))) == KEPT


def test_matrix_and_noisy(url: str) -> None:
    with Store(url) as store:
        fill(
            store,
            [
                seen(0, ratio=2.0),
                seen(0, ratio=8.0, machine=machine_hash(OTHER)),
                seen(0, recipes(1)[0], status="crashed", ratio=0.0),
                seen(2, ratio=1.1, low=1.09, high=1.11),
                seen(2, recipes(1)[0], ratio=1.3, low=1.0, high=1.5),
            ],
        )
        assert dict(store.matrix(["stencils"])) == {
            KERNELS[0].hash: {"default<O3>": pytest.approx(4.0), recipes(1)[0]: 0.0}
        }
        assert dict(store.matrix(machine=machine_hash(MACHINE)))[KERNELS[0].hash]["default<O3>"] == 2.0
        assert [one.noise for one in store.noisy(9)] == [math.inf, math.inf, 1.5]
        assert len(list(store.noisy(1))) == 1
        assert [one.noise for one in store.noisy(9, factor=1.01)][-1] == pytest.approx(1.11 / 1.09)


def test_pages(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(url) as store:
        fill(
            store,
            [seen(number % 3, one, at=at) for number, one in enumerate(recipes(40)) for at in (1.0, 2.0)],
        )
        monkeypatch.setattr(Store._pages, "__kwdefaults__", {"size": 7})
        keys = [one.key for one in store.outcomes()]
        assert keys == sorted(set(keys))
        assert len(keys) == 40
        assert len({one.digest for one in store.observations()}) == 80
        assert len(list(store.kernels())) == 3


def test_unknown_kernel(url: str) -> None:
    with Store(url) as store, pytest.raises(StoreError, match="names a kernel or machine"):
        store.add([seen(0)])


def test_recorder(url: str) -> None:
    with Store(url) as store:
        with Recorder(store, KERNELS[0], origin="mine", machine=MACHINE, batch=2) as record:
            for number, text in enumerate(recipes(3)):
                record(Outcome(Recipe.parse(text), "ok", ratio=1.0 + number, samples=9, text_size=77))
            assert len(list(store.outcomes())) == 2
        found = list(store.outcomes())
        assert {(one.ratio, one.rounds, one.text_size, one.origin) for one in found} == {
            (1.0 + number, 9, 77, "mine") for number in range(3)
        }


WRITER = dedent("""
    import random, sys
    from store_support import *
    url, number, forever = sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3
    with Store(url) as store:
        print("open", flush=True)
        turn = 0
        while forever or turn < 10:
            own = turn_of(number, turn)
            shared = [seen(0, text, at=float(number), workload="w", evidence=str(turn)) for text in recipes(5)]
            random.shuffle(shared)
            fill(store, [*own, *shared])
            turn += 1
            print(turn, flush=True)
""")


def writer(url: str, number: int, *more: str, code: str = WRITER) -> subprocess.Popen[str]:
    folder = Path(__file__).parent
    command = [sys.executable, "-c", code, url, str(number), *more]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_several_writers_lose_nothing(url: str) -> None:
    """Four processes make the tables, write rows of their own and the same rows at the same time."""
    writers = [writer(url, number) for number in range(1, 5)]
    for process in writers:
        _, problems = process.communicate(timeout=120)
        assert process.returncode == 0, problems
    with Store(url, create=False) as store:
        found = {one.key: one for one in store.outcomes()}
        own = {one.key for number in range(1, 5) for turn in range(10) for one in turn_of(number, turn)}
        assert own <= found.keys()
        group = [
            seen(0, recipes(1)[0], at=float(number), workload="w", evidence=str(turn))
            for number in range(1, 5)
            for turn in range(10)
        ]
        assert list(store.observations(group[0].key)) == kept(group)
        assert found[group[0].key] == merge(kept(group))
        assert len(found) == len(own) + 5 == 4 * 10 * 20 + 5


def test_a_killed_writer_leaves_a_valid_store(url: str) -> None:
    process = writer(url, 1, "forever")
    assert process.stdout is not None
    done = 0
    while done < 3:
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        done = int(line) if line.strip().isdigit() else done
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split()
    done = int(rest[-1]) if rest else done
    process.wait()
    with Store(url, create=False) as store:
        assert fill(store, [seen(2)]) == 1
        by_key: dict[str, list[Observation]] = {}
        for one in store.observations():
            by_key.setdefault(one.key, []).append(one)
        assert {one.key: one for one in store.outcomes()} == {
            key: merge(kept(group)) for key, group in by_key.items()
        }
        there = [sum(one.key in by_key for one in turn_of(1, turn)) for turn in range(done + 2)]
        assert there[:done] == [20] * done  # what it was told to be in is in
        assert set(there[done:]) <= {0, 20}  # and the turn that was cut off is in as a whole or not at all
    if "://" not in url:
        import sqlite3

        assert sqlite3.connect(url).execute("PRAGMA integrity_check").fetchone() == ("ok",)


INSIDE = dedent("""
    import sys, time
    from store_support import *
    def stop(*_):
        print("inside", flush=True)
        time.sleep(60)
    with Store(sys.argv[1]) as store:
        fill(store, turn_of(1, 0))
        Store._merge = stop  # the last thing of a transaction: all rows have been sent
        fill(store, turn_of(1, 1))
""")


def test_killed_inside_a_transaction(url: str) -> None:
    process = writer(url, 1, code=INSIDE)
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n", process.stderr and process.stderr.read()
    process.kill()
    process.wait()
    with Store(url) as store:
        assert {one.key for one in store.outcomes()} == {one.key for one in turn_of(1, 0)}
        assert fill(store, turn_of(1, 1)) == 20  # nobody holds a lock


# -- files ----------------------------------------------------------------------------------------


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(group=st.lists(observations, max_size=20))
def test_export_import_round_trip(url: str, tmp_path: Path, group: list[Observation]) -> None:
    name = f"{next(NUMBERS)}"
    path = tmp_path / f"{name}.jsonl.gz"
    with Store(url) as store, Store(str(tmp_path / f"{name}.sqlite")) as other:
        fill(store, group)
        count = export_store(store, path)
        assert import_store(other, path).new == count
        assert import_store(other, path).new == 0
        assert list(other.outcomes()) == list(store.outcomes())
        assert list(other.kernels()) == list(store.kernels())
        assert {one.digest for one in other.observations()} == {one.digest for one in store.observations()}


# -- upkeep ---------------------------------------------------------------------------------------


def test_stats_and_prune(url: str) -> None:
    with Store(url) as store:
        fill(store, [seen(0, one, ratio=1.0 + number) for number, one in enumerate(recipes(10))])
        fill(
            store,
            [seen(1, one, status="crashed", ratio=0.0, machine=machine_hash(OTHER)) for one in recipes(5)],
        )
        fill(store, [seen(1, one, at=2e9, status="worse", ratio=0.9) for one in recipes(2)])
        found = stats(store)
        assert {(one.family, one.status): one.outcomes for one in found.counts} == {
            ("stencils", "ok"): 10,
            ("stencils", "crashed"): 5,
            ("stencils", "worse"): 2,
        }
        assert (found.kernels, found.recipes, len(found.machines)) == (3, 10, 2)
        assert found.size > 10_000
        best = Selection(status="ok", beyond_best=3)
        assert prune(store, best, dry_run=True).outcomes == 7
        assert stats(store).counts == found.counts
        assert prune(store, best).outcomes == 7
        assert sorted(one.ratio for one in store.outcomes(statuses=["ok"])) == [8.0, 9.0, 10.0]
        assert prune(store, Selection(before=1e9, machine=machine_hash(OTHER))).outcomes == 5
        assert set(store.machines()) == {machine_hash(MACHINE)}
        done = prune(store, Selection(before=1e9))
        assert (done.outcomes, done.kernels) == (3, 1)
        assert [one.status for one in store.outcomes()] == ["worse", "worse"]
        assert len(list(store.observations())) == 2


# -- what cannot be opened ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["mysql://u:secret@h/d", "postgresql://h:port/d", "sqlite://", "http://u:secret@h"]
)
def test_urls_of_other_kinds(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Store(text)
    assert "postgresql://USER" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        ("outcomes", "ratio", lambda store: list(store.outcomes())),
        ("observations", "seconds", lambda store: list(store.observations())),
        ("kernels", "instructions", lambda store: list(store.kernels())),
    ],
)
def test_a_changed_row_is_not_believed(
    url: str, table: str, column: str, read: Callable[[Store], object]
) -> None:
    from passwright.policy.store_schema import sa

    with Store(url) as store:
        fill(store, [seen()])
        read(store)
        store.writing(lambda connection: connection.execute(sa.text(f"UPDATE {table} SET {column} = 77")))
        with pytest.raises(StoreError, match="damaged"):
            read(store)


def downgrade(store: Store) -> None:
    """Make the tables what version 2 had; the rows have no terms, so that they are as it wrote them."""
    from passwright.policy.store_schema import info, sa

    def work(connection: sa.Connection) -> None:
        for table in ("outcomes", "observations"):
            for name in TERMS:
                connection.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {name}"))
        value = sa.case((info.c.key == "schema", "2"), else_="0.0.9")
        connection.execute(info.update().values(value=value))

    store.writing(work)


def test_a_store_of_version_2_goes_on(url: str) -> None:
    """Columns are added where it is; what it held is read as before, and observations with terms join it."""
    old = [seen(0, recipe) for recipe in recipes(3)] + [sampled(2.0, 1.0), sampled(2.1, 1.0, at=2000.0)]
    with Store(url) as store:
        fill(store, old)
        before = list(store.outcomes()), list(store.observations())
        downgrade(store)
    with Store(url, create=False) as store:
        assert (list(store.outcomes()), list(store.observations())) == before
        assert fill(store, old) == 0
        assert (stats(store).with_complexity, stats(store).with_report) == (0, 0)
        assert fill(store, [seen(0, recipes(1)[0], at=3000.0, ir_complexity=7, defect_density=0.0)]) == 1
        (one,) = [one for one in store.outcomes() if one.recipe == recipes(1)[0]]
        assert (one.ir_complexity, one.defect_density, one.source_complexity) == (7, 0.0, None)
        assert (stats(store).with_complexity, stats(store).with_report) == (1, 1)
    with Store(url) as store:
        assert len(list(store.observations())) == len(before[1]) + 1


def test_processes_that_migrate_at_once(url: str) -> None:
    with Store(url) as store:
        fill(store, [seen()])
        downgrade(store)
    program = f"from passwright.policy.store import Store; print(len(list(Store({url!r}).outcomes())))"
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [one.communicate(timeout=100)[0].strip() for one in running] == ["1"] * 4


def test_a_changed_term_is_not_believed(url: str) -> None:
    from passwright.policy.store_schema import sa

    with Store(url) as store:
        for value in ("8", "NULL"):
            fill(store, [seen(at=float(len(value)), ir_complexity=7)])
            change = sa.text(f"UPDATE outcomes SET ir_complexity = {value}")
            store.writing(lambda connection, change=change: connection.execute(change))
            with pytest.raises(StoreError, match="damaged"):
                list(store.outcomes())
            store.writing(lambda connection: connection.execute(sa.text("DELETE FROM outcomes")))


def test_terms_come_from_outcomes_and_go_through_files(url: str, tmp_path: Path) -> None:
    source = Reliability(
        "k.c", 40, (Finding("k.c", 1, 1, "clang", "-Wx", "x", "high"),), maintainability=61.5
    )
    with (
        Store(url) as store,
        Recorder(store, KERNELS[0], machine=MACHINE) as record,
    ):
        record(Outcome(Recipe.parse("default<O3>"), "ok", ratio=1.5, complexity=9, reliability=source))
        record(Outcome(Recipe.parse("default<O2>"), "crashed"))
        record.flush()
        assert export_store(store, tmp_path / "new.jsonl") == 2
        found = {one.recipe: one for one in store.outcomes()}
    one, crashed = found["default<O3>"], found["default<O2>"]
    assert (one.defect_density, one.source_complexity, one.maintainability, one.ir_complexity) == (
        25.0,
        None,
        61.5,
        9,
    )
    assert all(getattr(crashed, name) is None for name in TERMS)
    text = (tmp_path / "new.jsonl").read_text()
    assert text.startswith('{"passwright-experience": 2')
    with Store(str(tmp_path / "other.sqlite")) as other:
        assert import_store(other, tmp_path / "new.jsonl").new == 2
        assert {one.recipe: one for one in other.outcomes()} == found
        (tmp_path / "old.jsonl").write_text(text.replace('experience": 2', 'experience": 1'))
        assert import_store(other, tmp_path / "old.jsonl").new == 0


def test_other_schemas_are_refused(url: str) -> None:
    from passwright.policy.store_schema import info, sa

    for version, expected in (("4", "update Passwright to 7.0"), ("1", "export it with Passwright 7.0")):
        with Store(url) as store:
            values = sa.case((info.c.key == "schema", version), else_="7.0")
            store.writing(
                lambda connection, values=values: connection.execute(info.update().values(value=values))
            )
        with pytest.raises(StoreError, match=expected):
            Store(url)
        with Store.__new__(Store) as store:  # not by the front door, which is shut
            from passwright.policy import store_schema

            store.url = store_schema.address(url)
            store._engine = store_schema.connect(store.url)
            store.writing(lambda connection: connection.execute(info.update().values(value="3")))


def test_a_database_of_something_else(url: str) -> None:
    from passwright.policy import store_schema
    from passwright.policy.store_schema import sa

    address = store_schema.address(url)
    Path(address.database or "x").parent.mkdir(exist_ok=True)
    engine = store_schema.connect(address)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE machines (name TEXT)"))
    engine.dispose()
    with pytest.raises(StoreError, match="a database of something else"):
        Store(url)
    with pytest.raises(StoreError, match="no experience store"):
        Store(url, create=False)
