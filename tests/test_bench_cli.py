"""`passwright bench` on a suite of one kernel: real searches with tiny budgets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNEL = """
void scale_columns(int n, int m, const float *in, float *out) {
  for (int j = 0; j < m; j++)
    for (int i = 0; i < n; i++)
      out[i * m + j] = 2.0f * in[i * m + j];
}
"""
WORKLOAD = """
entry = "scale_columns"
[sizes]
n = 90
m = 110
[args.n]
value = "n"
[args.m]
value = "m"
[args.in]
shape = ["n", "m"]
role = "in"
[args.out]
shape = ["n", "m"]
role = "out"
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    family = tmp_path / "suite" / "columns"
    family.mkdir(parents=True)
    (family / "scale_columns.c").write_text(KERNEL)
    (family / "scale_columns.toml").write_text(WORKLOAD)
    return tmp_path / "suite"


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


def test_bench_resumes_and_exports(tmp_path: Path, suite: Path) -> None:
    command = ("passwright", "bench", suite, "--budget", "3 evaluations", "--against", "clang-O3,polly")
    first = run(
        tmp_path,
        *command,
        "--json",
        "--pyperf",
        "pyperf",
        "--report",
        "report.html",
        "--markdown",
        "table.md",
    )
    (row,) = json.loads(first.stdout)["rows"]
    assert row["kernel"] == "scale_columns"
    assert row["verdict"]["kind"] == "equal"
    assert set(row["peer_times"]) >= {"clang-O3", "passwright"}
    assert "scale_columns" in (tmp_path / "report.html").read_text()
    assert "scale_columns" in (tmp_path / "table.md").read_text()

    again = run(tmp_path, *command, "--json")
    assert json.loads(again.stdout)["rows"] == [row]
    assert len((tmp_path / "cache/passwright/bench.jsonl").read_text().splitlines()) == 1

    compared = run(tmp_path, "pyperf", "compare_to", "pyperf/clang-O3.json", "pyperf/passwright.json")
    assert "[clang-O3]" in compared.stdout or "hidden because not significant" in compared.stdout


def test_bench_lists_kernels(tmp_path: Path, suite: Path) -> None:
    assert run(tmp_path, "passwright", "bench", suite, "--list").stdout == "columns/scale_columns\n"
