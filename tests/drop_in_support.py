"""What the tests of the drop-in compilers share: sources with locked recipes, and compiles beside plain ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from passwright._native import Module, llvm_version
from passwright.irgen.frontend import lower
from passwright.locking import fingerprint
from passwright.passes.lock import LockEntry, update
from passwright.passes.recipe import Recipe

BIN = Path(sys.executable).parent
LAUNCH = str(BIN / "passwright-launch")
KERNEL = """\
static double half(double x) { return 0.5 * x; }

void scale(int n, double *out, const double *in) {
    for (int i = 0; i < n; i++) {
        double value = in[i];
        out[i] = half(value) + i;
    }
}
"""
RECIPE = "default<O3> [unroll-runtime=false]"
"""Its object is another one than that of -O3."""


def lock(source: Path, entry: str = "scale", *, flags: Sequence[str] = (), march: str = "x86-64") -> None:
    """Put an entry for a source into the lock beside it."""
    lowered = lower(source, flags=flags, march=march, debug=False)
    found = fingerprint(Module.parse(lowered.bitcode, source.name), entry)
    recipe = Recipe.parse(RECIPE)
    row = LockEntry(
        source.name, entry, lowered.march, found, llvm_version(), recipe, (1.1, 1.05, 1.2), "equal"
    )
    update(source.parent / "passwright.lock", [row._replace(flags=lowered.flags)])


def environment(folder: Path, setting: str = "", **variables: str) -> dict[str, str]:
    """Without this shell's settings, and with caches in the test's folder."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PASSWRIGHT", "CCACHE"))
    }
    kept |= {"XDG_CACHE_HOME": str(folder / ".cache"), "CCACHE_DIR": str(folder / ".ccache")}
    return kept | ({"PASSWRIGHT": setting} if setting else {}) | variables


def run(
    folder: Path, *command: str | Path, setting: str = "", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """A command in the folder."""
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment(folder, setting, **variables),
        capture_output=True,
        timeout=120,
    )


def cc(
    folder: Path, *arguments: str, setting: str = "strict", program: str = "passwright-cc"
) -> subprocess.CompletedProcess[bytes]:
    """A compile by the drop-in compiler; by default one of which nothing may go wrong."""
    return run(folder, BIN / program, *arguments, setting=setting)


def plain(folder: Path, *arguments: str, program: str = "clang-19") -> subprocess.CompletedProcess[bytes]:
    """The same compile by clang."""
    return run(folder, program, *arguments)
