"""The fault drill: a few faults of each kind, and that it would see a fault that goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `store` is not installed")

from passwright.drill import storage
from passwright.drill.drill import KINDS, Fault, line, plan, read, run, table
from passwright.passes import lock

POSSIBLE = [kind for kind in KINDS if storage.available(kind.name)]


def test_every_kind_of_fault_ends_well() -> None:
    faults = list(run(plan(24, POSSIBLE)))
    assert {fault.kind for fault in faults} == {kind.name for kind in POSSIBLE}
    assert not [fault for fault in faults if fault.ended == "violation"]


def test_a_lock_file_without_digests_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_digest", lambda text: "0123456789abcdef")
    [kind] = (kind for kind in KINDS if kind.name == "lock-damage")
    faults = list(run((kind, seed) for seed in range(80)))
    assert any(fault.ended == "violation" for fault in faults)


@pytest.mark.tiny
def test_results_are_read_again_and_counted(tmp_path: Path) -> None:
    faults = [Fault("memory", 0, "noticed", "", 0.1), Fault("memory", 1, "violation", "wrong", 0.2)]
    path = tmp_path / "drill.jsonl"
    path.write_text("".join(map(line, faults)) + '{"kind": "mem')
    assert read(path) == faults
    assert "| **all** | 2 | 1 | 0 | 0 | 1 |" in table(faults)


def test_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "passwright.drill", "--kind", "lock-damage", "--faults", "3"]
    command += ["--results", str(tmp_path / "r.jsonl"), "--table", str(tmp_path / "t.md")]
    first = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "| **all** | 3 |" in first.stdout == (tmp_path / "t.md").read_text()
    again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert again.stdout == first.stdout and len(read(tmp_path / "r.jsonl")) == 3
