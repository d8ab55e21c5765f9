"""Where a program spends its time, by symbol: perf where the machine lets us, else the compiler's own function timing.

perf samples the user's own build. Without it every recorded source is compiled again with
`-finstrument-functions-after-inlining` and `instrument.h`, which makes small functions look more expensive than they are.
Either way a function that was inlined counts for its caller.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from passwright.passes.errors import CompileError, InputError, ToolchainError
from passwright.tune.builds import OFF, TreeBuilds
from passwright.tune.recorded import Compile
from passwright.tune.tree import Tree

FREQUENCY = 1999
"""Samples a second; no round number, so as not to run in step with what the program does regularly."""
LEAST = 100
"""Samples below which a profile says too little."""
_HEADER = Path(__file__).with_name("instrument.h")


@dataclass(frozen=True)
class Profile:
    """Shares of the run's own time by symbol, largest first; what the symbols do not explain is in no share.

    `how` is "perf" or "instrumented", `samples` the samples of the one, the functions of the other.
    """

    shares: dict[str, float] = field(repr=False)
    how: Literal["perf", "instrumented"]
    samples: int


def profile(tree: Tree, run: str, link: str, compiles: Sequence[Compile], *, timeout: float) -> Profile:
    """Run the program once and say where its time went.

    Raises InputError when it fails or runs for too short a time, ToolchainError when neither way works.
    """
    if shutil.which("perf") is None or (data := _sampled(tree, run, timeout)) is None:
        return _instrumented(tree, run, link, compiles, timeout)
    total = sum(data.values())
    if total < LEAST:
        raise InputError(
            f"`{run}` gives {total} samples, too few to see where its time goes",
            hint="give it more work: a second or so is best",
        )
    return Profile({name: count / total for name, count in data.most_common()}, "perf", total)


def executed(tree: Tree, run: str, link: str, one: Compile, *, timeout: float) -> frozenset[str]:
    """The functions of one source that the run calls and that are not inlined everywhere; empty when that does not work."""
    try:
        return frozenset(_instrumented(tree, run, link, [one], timeout).shares)
    except (CompileError, InputError, ToolchainError):
        return frozenset()


def _sampled(tree: Tree, run: str, timeout: float) -> Counter[str] | None:
    """Samples by symbol; None where perf is not allowed to sample."""
    data = tree.scratch / "perf.data"
    if subprocess.run(
        ["perf", "record", "-q", "-o", str(data), "true"], capture_output=True, check=False
    ).returncode:
        return None
    command = f"perf record -q -F {FREQUENCY} -o {shlex.quote(str(data))} -- /bin/sh -c {shlex.quote(f'exec {run}')}"
    tree.shell(command, what="the run", env=OFF, timeout=timeout)
    # perf looks the symbols up in the files that ran, which stand where the tree's view puts them.
    fields = "perf script --no-demangle -F ip,sym -i"
    text = tree.shell(f"{fields} {shlex.quote(str(data))} 2>/dev/null", what="perf", timeout=timeout)
    found: Counter[str] = Counter()
    for line in text.splitlines():
        name = line.strip().partition(" ")[2]
        if name:
            found[_plain(name)] += 1
    return found


def _plain(symbol: str) -> str:
    """A symbol without what the optimiser adds to copies of a function, such as `.constprop.0` and `.llvm.12`."""
    return re.sub(r"(\.(constprop|isra|part|cold|llvm|specialized|\d+)(\.\d+)*)+$", "", symbol)


def _instrumented(tree: Tree, run: str, link: str, compiles: Sequence[Compile], timeout: float) -> Profile:
    if not compiles:
        raise ToolchainError(
            "perf may not sample here, and no compile is known", hint="apt-get install linux-perf"
        )
    output = tree.scratch / "profile.txt"
    output.unlink(missing_ok=True)
    builds = TreeBuilds(tree, [one.object for one in compiles], link=link, run=run)
    try:
        builds.load("instrumented", [_compiled(tree, one, output, timeout) for one in compiles])
        tree.shell(f"exec {run}", what="the run", env=OFF, timeout=10 * timeout)
        symbols = _symbols(tree)
    finally:
        builds.close()
    ticks: Counter[str] = Counter()
    for line in output.read_text().splitlines() if output.exists() else ():
        offset, _, count = line.partition(" ")
        if name := symbols.get(int(offset, 16)):
            ticks[_plain(name)] += int(count, 16)
    if not ticks:
        raise ToolchainError(
            "the instrumented program left no times behind",
            hint="apt-get install linux-perf, which needs no rebuild",
        )
    total = sum(ticks.values())
    return Profile({name: count / total for name, count in ticks.most_common()}, "instrumented", len(ticks))


def _compiled(tree: Tree, one: Compile, output: Path, timeout: float) -> bytes:
    """The object of a source whose functions write their times to `output`."""
    made = tree.scratch / "instrumented.o"
    extra = ["-finstrument-functions-after-inlining", "-include", str(_HEADER)]
    extra += [f'-DPASSWRIGHT_PROFILE="{output}"', "-o", str(made)]
    command = f"cd {shlex.quote(one.directory)} && {shlex.join([*one.arguments, *extra])}"
    if not tree.mounted:
        command = tree.argument(command)
    tree.shell(command, what="the compile for profiling", env=OFF, timeout=timeout)
    return made.read_bytes()


def _symbols(tree: Tree) -> dict[int, str]:
    """Functions of the tree's executables by their distance from the program's start."""
    found: dict[int, str] = {}
    for root in tree.roots:
        for path in root.rglob("*"):
            if not path.is_file() or path.is_symlink() or not path.stat().st_mode & 0o111:
                continue
            with path.open("rb") as file:
                if file.read(4) != b"\x7fELF":
                    continue
            ended = subprocess.run(
                ["nm", "--defined-only", str(path)], capture_output=True, text=True, check=False
            )
            rows = [line.split() for line in ended.stdout.splitlines()]
            named = {row[2]: int(row[0], 16) for row in rows if len(row) == 3}
            if "passwright_slots" in named:
                start = named.get("__executable_start", 0)
                found |= {
                    int(row[0], 16) - start: row[2] for row in rows if len(row) == 3 and row[1] in "tTwW"
                }
    return found
