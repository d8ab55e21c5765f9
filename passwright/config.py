"""Every environment variable that Passwright reads, and where it keeps its files."""

from __future__ import annotations

import os
from pathlib import Path

# Read by the floor that uses it, since lower floors cannot import the face; listed here so that there is one table.
VARIABLES = {
    "PASSWRIGHT_CLANG": "the clang 19 to use as front end (a path); default: clang-19 or clang on PATH, then ziglang",
    "PASSWRIGHT_DEBUG": "1: LLVM's verifier after every pass; 2: also print each step",
    "PASSWRIGHT_JOBS": "worker processes; default: one per core",
    "XDG_CACHE_HOME": "parent of the folder for saved runs; default ~/.cache",
}


def jobs() -> int:
    """Number of worker processes: `PASSWRIGHT_JOBS`, or the cores this process may use."""
    value = os.environ.get("PASSWRIGHT_JOBS", "")
    return int(value) if value.isdigit() and int(value) > 0 else len(os.sched_getaffinity(0))


def cache_dir() -> Path:
    """Folder for resumable runs; not created here."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "passwright"
