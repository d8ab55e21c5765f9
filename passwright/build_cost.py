"""What the drop-in compilers cost a build: wall time of clean builds of a CMake project, by mode, to the plain compiler's.

    python -m passwright.build_cost --files 200 --entries 40 --rounds 3

The project is a library of generated C++ files (bench/corpus, with the headers that C++ files include). Some have an entry
in the lock file, with recipes of the coreset; these entries say `unverifiable`: the build is what is measured, not the code.
Variants take turns in every round; each builds in a new folder, which CMake configures beforehand. "cold" starts with an
empty cache, "again" builds the same with the cache that "cold" has left.

With `--same` the project is built twice in two folders instead, and every object has to be the same, byte by byte.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from passwright._native import Module, host, llvm_version
from passwright.bench.corpus.generate import generate
from passwright.bench.machine import this_machine
from passwright.bench.measure import Ratio, Timing
from passwright.irgen.frontend import kernels
from passwright.locking import fingerprint
from passwright.passes.build import build_object
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import LockEntry, update
from passwright.passes.recipe import Recipe
from passwright.policy.coreset import coreset

HEADERS = "#include <algorithm>\n#include <string>\n#include <vector>\n"
FLAGS = ("-O3", "-march=native")
_PROJECT = """cmake_minimum_required(VERSION 3.25)
project(files LANGUAGES CXX)
set(CMAKE_CXX_FLAGS "{flags}")
add_library(files OBJECT {sources})
if(NOT MODE STREQUAL "plain")
  find_package(Passwright CONFIG REQUIRED)
  passwright_optimize(files MODE ${{MODE}})
endif()
"""


@dataclass(frozen=True)
class Variant:
    """A way to build: `mode` is the launcher's, or "plain"; `fresh` empties the cache first."""

    name: str
    mode: str
    fresh: bool = True
    ccache: bool = False


VARIANTS = (
    Variant("plain", "plain"),
    Variant("plain, ccache, again", "plain", fresh=False, ccache=True),
    Variant("apply, cold", "apply"),
    Variant("apply, again", "apply", fresh=False),
    Variant("apply, ccache, cold", "apply", ccache=True),
    Variant("apply, ccache, again", "apply", fresh=False, ccache=True),
    Variant("learned, cold", "learned"),
    Variant("learned, again", "learned", fresh=False),
)


def make_project(folder: Path, files: int, entries: int) -> int:
    """Write the project with its lock file; returns how many entries that has."""
    folder.mkdir(parents=True, exist_ok=True)
    sources: list[Path] = []
    seed = 0
    while len(sources) < files:
        kernel = generate(seed)
        seed += 1
        if kernel.language == "c++":
            path = folder / f"file{len(sources):03d}.cpp"
            path.write_text(HEADERS + kernel.source, encoding="utf-8")
            sources.append(path)
    names = " ".join(path.name for path in sources)
    (folder / "CMakeLists.txt").write_text(_PROJECT.format(flags=" ".join(FLAGS), sources=names))
    chosen = sources[:: max(1, files // max(1, entries))][:entries]
    recipes = list(coreset())
    made = [
        entry
        for number, path in enumerate(chosen)
        if (entry := _entry(path, recipes[number % len(recipes) :] + recipes)) is not None
    ]
    update(folder / "passwright.lock", made)
    return len(made)


def _entry(source: Path, recipes: Sequence[Recipe]) -> LockEntry | None:
    """An entry with the first recipe that compiles the file's first kernel."""
    kernel = kernels(source, flags=(), march="native", debug=False)[0]
    module = Module.parse(kernel.bitcode, kernel.name)
    for recipe in recipes:
        try:
            build_object(module, {kernel.entry: recipe})
        except PasswrightError:
            continue
        return LockEntry(
            source.name,
            kernel.entry,
            str(host()["cpu"]),
            fingerprint=fingerprint(module, kernel.entry),
            llvm=llvm_version(),
            recipe=recipe,
            ratio=(1.0, 1.0, 1.0),
            verdict="unverifiable",
        )
    return None


def configure(project: Path, build: Path, variant: Variant, cache: Path) -> dict[str, str]:
    """Make a build folder; the environment to build in."""
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(cache),
        "CCACHE_DIR": str(cache / "ccache"),
    }
    environment.pop("PASSWRIGHT", None)
    command = ["cmake", "-G", "Ninja", "-S", str(project), "-B", str(build)]
    command += [
        f"-DMODE={variant.mode}",
        "-DCMAKE_CXX_COMPILER=clang++-19",
        f"-DCMAKE_PREFIX_PATH={bin_folder.parent}",
    ]
    if variant.ccache:
        command.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return environment


def build_seconds(project: Path, build: Path, variant: Variant, cache: Path, jobs: int) -> float:
    """Wall seconds of a clean build."""
    environment = configure(project, build, variant, cache)
    started = monotonic()
    ended = subprocess.run(
        ["cmake", "--build", str(build), "-j", str(jobs)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = monotonic() - started
    if ended.returncode:
        raise SystemExit(f"{variant.name}: the build failed\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return seconds


def measure(
    project: Path, scratch: Path, variants: Sequence[Variant], rounds: int, jobs: int
) -> dict[str, list[float]]:
    """Seconds by variant, a sample a round."""
    samples: dict[str, list[float]] = {variant.name: [] for variant in variants}
    for number in range(rounds):
        for variant in variants:
            cache = scratch / f"cache-{variant.mode}-{variant.ccache}"
            if variant.fresh:
                _stop_service(cache)
                shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir(exist_ok=True)
            build = scratch / "build"
            shutil.rmtree(build, ignore_errors=True)
            if not variant.fresh and not any(
                one.mode == variant.mode and one.ccache == variant.ccache and one.fresh for one in variants
            ):
                build_seconds(project, build, variant, cache, jobs)  # nobody has filled the cache
                shutil.rmtree(build)
            samples[variant.name].append(build_seconds(project, build, variant, cache, jobs))
            print(f"round {number + 1}: {variant.name}: {samples[variant.name][-1]:.1f} s", file=sys.stderr)
    for variant in variants:
        _stop_service(scratch / f"cache-{variant.mode}-{variant.ccache}")
    return samples


def _stop_service(cache: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "passwright", "serve", "--stop"]
    subprocess.run(command, env=environment, capture_output=True, check=False)


def objects_of(project: Path, build: Path, variant: Variant, cache: Path, jobs: int) -> dict[str, bytes]:
    """The objects of a clean build, by name."""
    build_seconds(project, build, variant, cache, jobs)
    return {str(path.relative_to(build)): path.read_bytes() for path in sorted(build.rglob("*.o"))}


def differing(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> list[str]:
    """Names of the objects that are not the same in both."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def main() -> int:
    """Exit code 0; with --same 1 when objects differ."""
    parser = argparse.ArgumentParser(prog="python -m passwright.build_cost", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--entries", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--variant", action="append", choices=[one.name for one in VARIANTS])
    parser.add_argument(
        "--same", action="store_true", help="build twice in two folders and compare the objects"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passwright-build-cost-") as text:
        scratch = Path(text)
        project = scratch / "project"
        entries = make_project(project, options.files, options.entries)
        if options.same:
            return _same(project, scratch, entries, options.jobs)
        variants = [
            one for one in VARIANTS if one.name == "plain" or one.name in (options.variant or [one.name])
        ]
        samples = measure(project, scratch, variants, options.rounds, options.jobs)
    plain = Timing.of(samples["plain"])
    rows = [
        {
            "variant": name,
            "seconds": median(values),
            "ratio": 1 / Ratio.of(plain, Timing.of(values)).value,
            "samples": values,
        }
        for name, values in samples.items()
    ]
    machine = this_machine()
    if options.json:
        print(
            json.dumps(
                {"machine": asdict(machine), "files": options.files, "entries": entries, "rows": rows},
                indent=2,
            )
        )
        return 0
    print(
        f"{options.files} files, {entries} entries, -j{options.jobs}, {options.rounds} rounds, {machine.cpu}\n"
    )
    print("| build | seconds | to plain |\n|---|---:|---:|")
    for row in rows:
        print(f"| {row['variant']} | {row['seconds']:.1f} | {row['ratio']:.2f} |")
    return 0


def _same(project: Path, scratch: Path, entries: int, jobs: int) -> int:
    other = scratch / "elsewhere" / "copy"
    shutil.copytree(project, other)
    apply = next(one for one in VARIANTS if one.name == "apply, cold")
    first = objects_of(project, scratch / "build1", apply, scratch / "cache1", jobs)
    second = objects_of(other, scratch / "elsewhere" / "build2", apply, scratch / "cache2", jobs)
    unequal = differing(first, second)
    print(f"{len(first)} objects, {entries} with a recipe; {len(unequal)} differ between two folders")
    for name in unequal:
        print(name)
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main())
