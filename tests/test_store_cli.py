"""`passwright store …` as users run it, and what it says of stores and files that are no good."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `store` is not installed")

from store_support import KERNELS, MACHINE, fill, recipes, seen

from passwright.policy.store import Store


def run(
    folder: Path, *arguments: object, code: int = 0, prefix: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [*prefix, sys.executable, "-m", "passwright", "store", *map(str, arguments)]
    values = os.environ | {"XDG_DATA_HOME": str(folder / "data"), "PASSWRIGHT_STORE": ""} | environment
    done = subprocess.run(command, cwd=folder, env=values, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The default place of a store with ten outcomes."""
    path = tmp_path / "data" / "passwright" / "experience.sqlite"
    with Store(str(path)) as store:
        fill(store, [seen(number % 3, one, ratio=1.0 + number) for number, one in enumerate(recipes(10))])
    return path


def test_there_and_back(tmp_path: Path, place: Path) -> None:
    assert json.loads(run(tmp_path, "export", "x.jsonl.gz", "--json").stdout)["observations"] == 10
    run(tmp_path, "export", "x.jsonl")
    assert gzip.decompress((tmp_path / "x.jsonl.gz").read_bytes()) == (tmp_path / "x.jsonl").read_bytes()
    first = json.loads(run(tmp_path, "import", "x.jsonl.gz", "--store", "other.sqlite", "--json").stdout)
    again = run(tmp_path, "import", "x.jsonl", PASSWRIGHT_STORE="other.sqlite")
    assert (first["new"], first["kernels"], first["machines"]) == (10, 3, 1)
    assert "0 of them new" in again.stdout
    one, two = (
        json.loads(run(tmp_path, "stats", "--json", *more).stdout)
        for more in ((), ("--store", "other.sqlite"))
    )
    assert one["counts"] == two["counts"]
    assert one["place"] == str(place)
    table = run(tmp_path, "stats").stdout
    assert "stencils" in table and "Test CPU" in table and "10 outcomes of 3 kernels" in table


def test_prune(tmp_path: Path, place: Path) -> None:
    assert "8 outcomes would go" not in run(tmp_path, "prune", "--keep-best", 1, "--dry-run").stdout
    assert "7 outcomes would go" in run(tmp_path, "prune", "--keep-best", 1, "--dry-run").stdout
    assert json.loads(run(tmp_path, "prune", "--keep-best", 1, "--json").stdout)["outcomes"] == 7
    assert json.loads(run(tmp_path, "prune", "--older-than", "30d", "--json").stdout)["outcomes"] == 3
    assert "would delete everything" in run(tmp_path, "prune", code=2).stderr
    assert "30d" in run(tmp_path, "prune", "--older-than", "soon", code=2).stderr
    assert "unloadable" in run(tmp_path, "prune", "--status", "fine", code=2).stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line: line[:-9], "Expecting"),
        (lambda line: line.replace('"ok"', '"fine"'), "none of invalid"),
        (lambda line: line.replace('"default<O3>', '"default<O3'), "recipe"),
        (lambda line: line.replace('"at": 1000.0', '"at": "noon"'), "wrong type"),
        (lambda line: line.replace('"ratio": ', '"ratio": -'), "ratio"),
        (lambda line: line.replace('"ratio"', '"speed"'), "unknown field 'speed'"),
        (lambda line: line.replace(KERNELS[0].hash, "ab" * 16), "no line before"),
        (lambda line: "[]", "not a JSON object"),
    ],
)
def test_a_bad_record(tmp_path: Path, place: Path, change: object, problem: str) -> None:
    run(tmp_path, "export", "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    at = next(
        number for number, line in enumerate(lines) if "observation" in line and KERNELS[0].hash in line
    )
    lines[at] = change(lines[at])  # type: ignore[operator]
    (tmp_path / "x.jsonl").write_text("\n".join(lines) + "\n")
    said = run(tmp_path, "import", "x.jsonl", "--store", "new.sqlite", code=1).stderr
    assert f"x.jsonl:{at + 1}: " in said
    assert problem in said
    assert not (tmp_path / "new.sqlite").exists()


def test_files_that_are_no_export(tmp_path: Path, place: Path) -> None:
    run(tmp_path, "export", "x.jsonl.gz")
    whole = (tmp_path / "x.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "newer.jsonl").write_text('{"passwright-experience": 9, "package": "7.0"}\n')
    for name, problem in (
        ("cut.jsonl.gz", "cannot be decompressed"),
        ("no.jsonl.gz", "cannot be decompressed"),
        ("empty.jsonl", "empty"),
        ("newer.jsonl", "Passwright 7.0"),
        ("absent.jsonl", "no such file"),
    ):
        assert problem in run(tmp_path, "import", name, code=1).stderr
    assert "no such folder" in run(tmp_path, "export", "nowhere/x.jsonl", code=1).stderr
    assert list(tmp_path.glob(".*")) == []


def test_stores_that_are_no_good(tmp_path: Path, place: Path) -> None:
    assert "no experience store" in run(tmp_path, "stats", "--store", "absent.sqlite", code=1).stderr
    assert not (tmp_path / "absent.sqlite").exists()
    (tmp_path / "text.sqlite").write_text("no database " * 100)
    assert "no SQLite database" in run(tmp_path, "stats", "--store", "text.sqlite", code=1).stderr
    broken = bytearray(place.read_bytes())
    broken[4096:] = bytes(len(broken) - 4096)
    (tmp_path / "broken.sqlite").write_bytes(broken)
    assert "damaged" in run(tmp_path, "stats", "--store", "broken.sqlite", code=1).stderr
    assert "postgresql://USER" in run(tmp_path, "stats", "--store", "mysql://h/d", code=2).stderr
    pytest.importorskip("psycopg", reason="the extra `store` is not installed")
    away = "postgresql://me:secret@127.0.0.1:1/d"
    said = run(tmp_path, "stats", code=1, PASSWRIGHT_STORE=away).stderr
    assert "the server cannot be used" in said and "secret" not in said
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE passwright SET value = 4 WHERE key = 'schema'")
    assert "update Passwright" in run(tmp_path, "stats", code=1).stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path, place: Path) -> None:
    run(tmp_path, "export", "x.jsonl")
    said = run(tmp_path, "import", "x.jsonl", "--store", "/proc/passwright/x.sqlite", code=1).stderr
    assert "cannot make the folder" in said and "PASSWRIGHT_STORE" in said
    said = run(tmp_path, "import", "x.jsonl", "--store", "/proc/x.sqlite", code=1).stderr
    assert "cannot be opened for writing" in said


def test_a_store_that_may_only_be_read(tmp_path: Path, place: Path) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everything, and there is no setpriv to give that up with")
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    place.chmod(0o444)
    place.parent.chmod(0o555)
    try:
        for verb in ("stats", "export", "prune"):
            arguments = {"export": [tmp_path / "x.jsonl"], "prune": ["--keep-best", 1]}.get(verb, [])
            said = run(tmp_path, verb, *arguments, "--store", place, code=1, prefix=powerless).stderr
            assert "cannot be opened for writing" in said
            assert "copy the file" in said
    finally:
        place.parent.chmod(0o755)
    assert not (tmp_path / "x.jsonl").exists()


def test_without_sqlalchemy(tmp_path: Path) -> None:
    (tmp_path / "sqlalchemy.py").write_text("raise ImportError")
    said = run(tmp_path, "stats", code=1, PYTHONPATH=str(tmp_path)).stderr
    assert "pip install 'passwright[store]'" in said


def test_another_machine_is_another_row(tmp_path: Path, place: Path) -> None:
    with Store(str(place)) as store:
        store.add([], machines=[replace(MACHINE, cpu="[bold]")])
    assert "[bold]" in run(tmp_path, "stats").stdout
