"""From hot symbols to kernels: which source defines a symbol, and which visible function brings it along.

A static function, an inline function or a template's instance is no kernel by itself (no other file calls its symbol), so
that its time counts for the nearest visible functions of the file that reach it.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from passwright._native import Module
from passwright.irgen.flags import clean
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import CompileError, InputError
from passwright.tune.profile import Profile
from passwright.tune.recorded import Compile
from passwright.tune.tree import Tree

COVER = 0.95
"""The share of the program's time that the hot functions cover together."""
LEAST_SHARE = 0.01
"""Of a function: with less there is nothing to be seen in the whole program's time."""
PORTABLE = "x86-64"
"""What a compile without `-march` is for."""


@dataclass(frozen=True)
class Hot:
    """A kernel worth tuning: how it was compiled, its share of the program's time, and the symbols that share is of."""

    compile: Compile
    kernel: Kernel
    share: float
    symbols: tuple[str, ...]


@dataclass(frozen=True)
class HotFunctions:
    """What to tune, the largest share first; `left` says of other hot symbols why they are not among it."""

    kernels: tuple[Hot, ...]
    left: tuple[tuple[str, float, str], ...]


def hot_functions(
    tree: Tree,
    compiles: Sequence[Compile],
    profile: Profile,
    *,
    cover: float = COVER,
    executed: Callable[[Compile], Collection[str]] | None = None,
) -> HotFunctions:
    """The kernels behind the hottest symbols, until `cover` of the time is accounted for.

    Where several visible functions reach a hot one, `executed` is asked which functions of the source the run calls.
    """
    defined = {one: _defined(tree.inside(one.object)) for one in compiles}
    files: dict[Compile, list[Kernel]] = {}
    shares: dict[tuple[Compile, str], tuple[Kernel, float, tuple[str, ...]]] = {}
    left: list[tuple[str, float, str]] = []
    covered = 0.0
    for symbol, share in profile.shares.items():
        if covered >= cover or share < LEAST_SHARE:
            break
        covered += share
        owners = [one for one in compiles if symbol in defined[one]]
        if not owners:
            left.append((symbol, share, "defined in no recorded source"))
            continue
        found = False
        reason = "no function that other files can call reaches it"
        for owner in owners:
            if owner not in files:
                try:
                    files[owner] = lower_recorded(tree, owner)
                except (InputError, CompileError) as error:
                    files[owner], reason = [], error.message
            reaching = _reaching(files[owner], symbol)
            if len(reaching) > 1 and executed is not None:
                called = executed(owner)
                reaching = [kernel for kernel in reaching if kernel.entry in called] or reaching
            for kernel in reaching:
                found = True
                _, sum_, symbols = shares.get((owner, kernel.entry), (kernel, 0.0, ()))
                shares[owner, kernel.entry] = (kernel, sum_ + share, (*symbols, symbol))
        if not found:
            left.append((symbol, share, reason))
    hot = [Hot(owner, kernel, share, names) for (owner, _), (kernel, share, names) in shares.items()]
    return HotFunctions(tuple(sorted(hot, key=lambda one: -one.share)), tuple(left))


def lower_recorded(tree: Tree, one: Compile) -> list[Kernel]:
    """Every visible function with a loop of a recorded source, lowered from the copy with the recorded flags.

    What is known of the source's place (`Kernel.source`, `__FILE__`) is the original's. Raises what `kernels` raises.
    """
    flags = clean([tree.argument(flag) for flag in one.flags])
    march = flags.march or PORTABLE
    given = [*flags.flags, *tree.prefix_maps()]
    with contextlib.chdir(tree.inside(one.directory)), contextlib.redirect_stderr(io.StringIO()):
        found = kernels(tree.argument(one.file), flags=given, march=march)
    recorded = clean(one.flags)
    return [replace(kernel, source=one.source, flags=recorded.flags) for kernel in found]


def _reaching(found: Sequence[Kernel], symbol: str) -> list[Kernel]:
    """The kernel of that name, or those that bring the function along, without those that only call one of these."""
    own = [kernel for kernel in found if kernel.entry == symbol]
    if own or not found:
        return own
    module = Module.parse(found[0].bitcode, found[0].name)
    brought = {}
    for kernel in found:
        part = module.clone().extract([kernel.entry])
        names = {function.name for function in part.functions() if not function.is_declaration}
        if symbol in names:
            brought[kernel.entry] = names - {kernel.entry}
    nearest = [entry for entry, names in brought.items() if not names & brought.keys()]
    return [kernel for kernel in found if kernel.entry in (nearest or brought)]


def _defined(obj: Path) -> frozenset[str]:
    """The functions of an object, static ones included."""
    ended = subprocess.run(["nm", "--defined-only", str(obj)], capture_output=True, text=True, check=False)
    rows = [line.split() for line in ended.stdout.splitlines()]
    return frozenset(row[2] for row in rows if len(row) == 3 and row[1] in "tTwW")
