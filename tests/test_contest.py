"""Contests: only kernels on which everybody played count, and nobody but the learned policy plays without a budget."""

from __future__ import annotations

import pytest
from rich.console import Console

from passwright.bench.suite import load_suite
from passwright.passes.errors import UsageError
from passwright.policy.contest import Bout, run, table
from passwright.policy.policy import Budget


def bout(kernel: str, policy: str, ratio: float) -> Bout:
    return Bout(kernel, "sparse", policy, "8 evaluations", ratio, 8, 5, "default<O2>", 1.0, 1, "Test CPU")


def test_only_kernels_on_which_all_were_run_count() -> None:
    console = Console(width=140, record=True, file=None, quiet=False)
    with console.capture() as shown:
        console.print(table([bout("a", "learned", 4.0), bout("b", "learned", 1.0), bout("a", "random", 0.5)]))
    lines = [line for line in shown.get().splitlines() if "evaluations" in line and "│" in line]
    assert "4.000" in lines[0] and "0 of 1" in lines[0]
    assert "0.500" in lines[1] and "1 of 1" in lines[1]


def test_a_policy_that_measures_needs_a_budget() -> None:
    with pytest.raises(UsageError, match="budget of 0"):
        run(load_suite()[0], "random", Budget(seconds=0), 1)
