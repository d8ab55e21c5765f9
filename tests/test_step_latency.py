"""The latency table: every row is measured and the script runs as a user runs it."""

from __future__ import annotations

import re
import subprocess
import sys

from passwright.bench.step_latency import PASSES, kernel_module


def test_table() -> None:
    command = [sys.executable, "-m", "passwright.bench.step_latency", "--rounds", "3", "--opt", ""]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for name in ("parse", "clone", "graph", "`default<O3>`", *(f"`{pipeline}`" for pipeline in PASSES)):
        assert re.search(rf"^\| {re.escape(name)} \| \d+\.\d+ \|", text, re.MULTILINE), name
    assert "Debian package llvm-19" in text


def test_the_module_has_the_size_it_claims() -> None:
    assert 350 <= kernel_module().instruction_count <= 450
