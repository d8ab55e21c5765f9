"""The model registry: versions whole or not at all, what is in force, the way back, and files that were changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from passwright.passes.errors import InputError, UsageError
from passwright.policy.registry import SHIPPED, Registry, digest


def model(folder: Path, text: str) -> Path:
    """Files that stand for a model."""
    folder.mkdir(parents=True)
    (folder / "builds.json").write_text(text)
    (folder / "builds.onnx").write_bytes(text.encode() * 1000)
    return folder


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """With three versions, none in force: two accepted, one rejected."""
    made = Registry(tmp_path / "models")
    for number, decision in enumerate(("accepted", "accepted", "rejected"), 1):
        files = model(tmp_path / f"candidate{number}", f"model {number}")
        made.add(
            files,
            parent=number - 1,
            decision=decision,
            why="tried",
            metrics={"gain": 1.0 + number},
            who="test",
        )
    return made


@pytest.mark.tiny
def test_a_version_is_kept_as_it_was(registry: Registry, tmp_path: Path) -> None:
    one, two, three = registry.versions()
    assert [v.number for v in (one, two, three)] == [1, 2, 3]
    assert (two.parent, two.decision, two.metrics, two.who) == (1, "accepted", {"gain": 3.0}, "test")
    assert two.digest == digest(tmp_path / "candidate2") == digest(registry.path(2))
    assert registry.active == SHIPPED and registry.in_force(tmp_path) == tmp_path
    assert not list((registry.folder / "versions").glob(".part*"))


@pytest.mark.tiny
def test_activation_and_the_way_back(registry: Registry, tmp_path: Path) -> None:
    registry.activate(1, why="better", who="a")
    registry.activate(2, why="better still", who="a")
    assert registry.active == 2 and registry.in_force(tmp_path) == registry.path(2)
    assert registry.rollback(why="slower at home", who="b") == 1
    assert registry.rollback(why="and that one too", who="b") == SHIPPED == registry.active
    with pytest.raises(UsageError, match="nothing was in force before"):
        registry.rollback(why="", who="b")
    registry.activate(2, why="again", who="a")
    assert registry.rollback(0, why="all the way", who="b") == 0
    with pytest.raises(UsageError, match="never in force"):
        registry.rollback(3, why="", who="b")
    told = [(line["what"], line["number"], line["instead"], line["who"]) for line in registry.lines()[3:]]
    assert told == [
        ("activated", 1, 0, "a"),
        ("activated", 2, 1, "a"),
        ("rolled back", 1, 2, "b"),
        ("rolled back", 0, 1, "b"),
        ("activated", 2, 0, "a"),
        ("rolled back", 0, 2, "b"),
    ]


@pytest.mark.tiny
def test_what_was_not_accepted_or_is_not_there_is_not_put_in_force(registry: Registry) -> None:
    with pytest.raises(UsageError, match="rejected"):
        registry.activate(3, why="", who="a")
    with pytest.raises(UsageError, match="no version 9"):
        registry.activate(9, why="", who="a")
    with pytest.raises(UsageError, match="no decision"):
        registry.add(registry.path(1), parent=0, decision="fine", why="", metrics={}, who="a")
    assert registry.active == SHIPPED and len(registry.versions()) == 3


@pytest.mark.tiny
@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_files_that_were_tampered_with_are_refused(registry: Registry, tmp_path: Path, damage: str) -> None:
    registry.activate(1, why="", who="a")
    file = registry.path(1) / "builds.onnx"
    if damage == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"X")
    elif damage == "missing":
        file.unlink()
    else:
        (file.parent / "more.onnx").write_bytes(b"x")
    with pytest.raises(InputError, match="digest differs"):
        registry.in_force(tmp_path)
    with pytest.raises(InputError, match="digest differs"):
        registry.activate(1, why="", who="a")
    assert registry.rollback(0, why="damaged", who="a") == 0  # the way back stays open
    assert registry.in_force(tmp_path) == tmp_path


KILLED = """
import os, signal, sys
from pathlib import Path
from passwright.policy import registry
from passwright.policy.registry import Registry
name, folder, files = sys.argv[1:]
real = getattr(registry, name)
def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(registry, name, die)
made = Registry(Path(folder))
made.add(Path(files), parent=1, decision="accepted", why="", metrics={}, who="a")
"""


@pytest.mark.parametrize("at", ["digest", "append_line"])
def test_a_writer_that_is_killed_leaves_what_was(registry: Registry, tmp_path: Path, at: str) -> None:
    registry.activate(2, why="", who="a")
    files = str(tmp_path / "candidate1")
    done = subprocess.run([sys.executable, "-c", KILLED, at, str(registry.folder), files], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(registry.versions()) == 3 and registry.active == 2
    added = registry.add(tmp_path / "candidate1", parent=2, decision="accepted", why="", metrics={}, who="a")
    assert added.number == 5  # the files without a line keep their number
    registry.activate(5, why="", who="a")
    assert registry.active == 5


@pytest.mark.tiny
def test_a_line_that_was_cut_off_does_not_count(registry: Registry, tmp_path: Path) -> None:
    registry.activate(1, why="", who="a")
    log = registry.folder / "registry.jsonl"
    with log.open("a") as file:
        file.write('{"what": "activated", "number": 2, "inst')
    assert registry.active == 1
    registry.activate(2, why="", who="a")
    assert registry.active == 2 and len(registry.lines()) == 5


def test_concurrent_writers_get_numbers_of_their_own(tmp_path: Path) -> None:
    files = model(tmp_path / "m", "x")
    code = (
        "import sys; from pathlib import Path; from passwright.policy.registry import Registry\n"
        "for _ in range(5): Registry(Path(sys.argv[1])).add(Path(sys.argv[2]), parent=0, decision='accepted', "
        "why='', metrics={}, who=str(id(sys)))"
    )
    folder = tmp_path / "models"
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder), str(files)]) for _ in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    registry = Registry(folder)
    assert sorted(one.number for one in registry.versions()) == list(range(1, 16))
    assert all(registry.path(one.number).is_dir() for one in registry.versions())


def test_the_policy_uses_what_is_in_force(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    from passwright.policy.improve import shipped

    registry = Registry(tmp_path / "passwright" / "models" / "builds")
    registry.add(shipped(), parent=0, decision="accepted", why="the same", metrics={}, who="a")
    code = "from passwright.policy.ranking import shipped; print(shipped().folder)"
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}

    def folder() -> str:
        run = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        return run.stdout.strip()

    assert folder() == str(shipped())
    registry.activate(1, why="", who="a")
    assert folder() == str(registry.path(1))


def test_history_and_rollback_on_the_command_line(registry: Registry) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "passwright",
            "improve",
            "--registry",
            str(registry.folder),
            *options,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    registry.activate(1, why="better", who="a")
    registry.activate(2, why="better", who="a")
    assert "version 2 instead of version 1" in run("--history").stdout
    assert json.loads(run("--rollback", "1", "--why", "slower", "--json").stdout) == {
        "active": 1,
        "instead": 2,
    }
    told = json.loads(run("--history", "--json").stdout)
    assert told["active"] == 1 and [one["number"] for one in told["versions"]] == [1, 2, 3]
    assert told["lines"][-1]["why"] == "slower"
    assert run("--rollback", "3").returncode == 2


def test_starting_over_needs_a_registry_of_its_own() -> None:
    command = [sys.executable, "-m", "passwright", "improve", "--start-over"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--registry" in done.stderr
