"""What `passwright apply` and the drop-in compilers add to a build, against `clang -O3 -c` on the same file.

    python -m passwright.bench.apply_latency [--rounds 15]

Prints tables in Markdown. Every figure is a whole process from its start to its end; the commands of a line take turns.
"passed through" is a compile by `passwright-launch` of a file that has no entry; `passwright-cc` builds one that has.
"first" builds from the lock and the source alone, "again" finds the object that an earlier build left in the
cache (the file is still compiled to IR, which is what the object is found by). The lock has one kernel; its recipe is
given in the table, since LLVM's own time for it is part of the first build.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from passwright._native import Module, llvm_version
from passwright.irgen.clang import find_clang
from passwright.irgen.frontend import lower
from passwright.passes.build import split
from passwright.passes.lock import LockEntry, update
from passwright.passes.recipe import Recipe

C = """
void multiply(int n, const double *restrict a, const double *restrict b, double *restrict c) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++) c[i * n + j] += a[i * n + k] * b[k * n + j];
}
"""
CPP = """
#include <algorithm>
#include <string>
#include <vector>
std::string letters(int n) {
    std::string text;
    for (int i = 0; i < n; i++) text += char('a' + i % 26);
    return text;
}
double middle(const std::vector<double> &x) {
    std::vector<double> sorted(x);
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
}
""" + C.replace("restrict", "__restrict").replace("void multiply", 'extern "C" void multiply')
SOURCES = {"small.c": C, "headers.cpp": CPP}
RECIPES = (
    "default<O3> [unroll-runtime=false]",
    "default<O3> [polly=true polly-pattern-matching-based-opts=false]",
)


def measure(folder: Path, name: str, recipe: str, rounds: int) -> str:
    """A line of the table."""
    bin_dir = Path(sys.executable).parent
    source, lock = folder / name, folder / "passwright.lock"
    source.write_text(SOURCES[name])
    lowered = lower(source, debug=False)
    fingerprint = split(Module.parse(lowered.bitcode, name), "multiply").kernel.structural_hash()
    ratio = (1.0, 1.0, 1.0)
    step = Recipe.parse(recipe)
    update(
        lock, [LockEntry(name, "multiply", lowered.march, fingerprint, llvm_version(), step, ratio, "equal")]
    )
    (folder / f"free-{name}").write_text(SOURCES[name])
    apply = [str(bin_dir / "passwright"), "apply", name, "-o", "out.o"]
    flags = ["-O3", "-march=native", "-o", "out.o", "-c"]
    clang = [*find_clang().argv, *flags]
    commands = {
        "clang": [*clang, name],
        "again": apply,
        "first": [*apply, "--no-cache"],
        "cc": [str(bin_dir / "passwright-cc"), *flags, name],
        "passed": [str(bin_dir / "passwright-launch"), *clang, f"free-{name}"],
    }
    times: dict[str, list[float]] = {what: [] for what in commands}
    for number in range(rounds + 1):
        for what, command in commands.items():
            started = perf_counter()
            subprocess.run(
                command,
                cwd=folder,
                env=os.environ | {"XDG_CACHE_HOME": str(folder), "PASSWRIGHT": "strict"},
                stderr=subprocess.DEVNULL,
                check=True,
            )
            if number:  # the first round fills the caches, the system's and ours
                times[what].append(1e3 * (perf_counter() - started))
    base, *others = (median(times[what]) for what in commands)
    return (
        f"| {name} | `{recipe}` | {base:.0f} | "
        + " | ".join(f"{other:.0f} ({other / base:.2f})" for other in others)
        + " |"
    )


def overhead(folder: Path, rounds: int) -> str:
    """Milliseconds that the launcher takes to pass a compile through to a program that does nothing."""
    (folder / "free.c").write_text(C)
    bare = ["/bin/true", "-O3", "-c", "free.c"]
    commands = {"bare": bare, "launched": [str(Path(sys.executable).with_name("passwright-launch")), *bare]}
    times: dict[str, list[float]] = {what: [] for what in commands}
    for _ in range(20 * rounds):
        for what, command in commands.items():
            started = perf_counter()
            subprocess.run(command, cwd=folder, check=True)
            times[what].append(1e3 * (perf_counter() - started))
    return f"{median(times['launched']) - median(times['bare']):.2f}"


def main() -> None:
    """Print the table."""
    lines = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(prog="python -m passwright.bench.apply_latency", description=lines[0])
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    rounds = parser.parse_args().rounds
    print("Milliseconds, and how many times those of clang:\n")
    print(
        "| file | recipe | clang -O3 -c | apply again | apply first | passwright-cc again | passed through |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    for name in SOURCES:
        for recipe in RECIPES:
            with tempfile.TemporaryDirectory() as folder:
                print(measure(Path(folder), name, recipe, rounds), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print(f"\nPassing through to `/bin/true`: {overhead(Path(folder), rounds)} ms")


if __name__ == "__main__":
    main()
