"""Peers: what other compilers make of the same source, as objects that the runner loads like any variant.

    with WorkerPool() as pool:
        for build in build_peers(kernel, select("clang-O3,gcc-O3,polly"), pool):
            print(build.peer, build.reason or len(build.object))

A peer is built from the whole file, with the kernel's own flags and CPU. It is verified like a candidate, but
a verdict other than `equal` only says that the numbers beside it are not of the same computation; a peer
that cannot be built here says why and what would help.

Bit equality with gcc. Clang fuses a multiplication and an addition of one expression (-ffp-contract=on), and
our reference does so too. gcc 12 treats `on` as `off`, so that the peer keeps gcc's own default,
-ffp-contract=fast, stated on the command line because -std=c99 and the like turn it off: on targets with FMA
it agrees with the reference on most kernels, whereas -ffp-contract=off differs wherever clang fuses. Where
`fast` still differs, gcc fused across statements, or it did not fuse a reduction: it vectorises in-order sums
as a vector multiplication with scalar additions, and its tuning for some CPUs (Zen) avoids chains of
dependent FMAs. Both are gcc's idea of fast code; forbidding them would measure another compiler.

Measuring and verifying are not here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING

from passwright.irgen.clang import Compilation
from passwright.passes.errors import CompileError, PasswrightError, UsageError

if TYPE_CHECKING:
    from passwright.irgen.kernel import Kernel
    from passwright.passes.worker import WorkerPool

BASELINE = "clang-O3"
"""The peer that every ratio refers to."""
GCC_TIMEOUT = 60.0
"""Seconds of wall time for one run of gcc."""
_GCC_FLAGS = ("-O3", "-ffp-contract=fast", "-w", "-c")


@dataclass(frozen=True)
class Peer:
    """A compiler to compare with. `recipe` is what our core runs; empty where another compiler is run."""

    name: str
    purpose: str
    recipe: str = ""


PEERS: tuple[Peer, ...] = (
    Peer(
        BASELINE,
        "what every ratio refers to: clang -O3, by the code generator of all variants",
        "default<O3>",
    ),
    Peer("gcc-O3", "gcc -O3 from PATH with the same flags and CPU"),
    Peer(
        "polly",
        "clang -O3 with the polyhedral optimiser and its vector code on for everything",
        "default<O3> [polly=true polly-vectorizer=stripmine]",
    ),
)


@dataclass(frozen=True)
class PeerBuild:
    """A peer's object for one kernel, or why there is none.

    Attributes:
        peer: its name.
        object: ELF bytes of the whole file; empty when it could not be built.
        how: the recipe or command line that made it, and the compiler's version where it is not our core.
        seconds: wall time of the compilation.
        reason: why there is no object; empty when there is one.
        remedy: what would help.
    """

    peer: str
    object: bytes
    how: str
    seconds: float
    reason: str = ""
    remedy: str = ""

    @property
    def available(self) -> bool:
        return not self.reason


def select(names: str | Iterable[str]) -> tuple[Peer, ...]:
    """Peers by name, from a list or a comma-separated string; the baseline always comes first.

    Raises UsageError for a name that is no peer.
    """
    wanted = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
    known = {peer.name: peer for peer in PEERS}
    for name in wanted:
        if name and name not in known:
            raise UsageError(f"{name}: no such peer", hint=f"choose from {', '.join(known)}")
    chosen = dict.fromkeys([BASELINE, *(name for name in wanted if name)])
    return tuple(known[name] for name in chosen)


def build_peers(kernel: Kernel, peers: Sequence[Peer], pool: WorkerPool) -> list[PeerBuild]:
    """Every peer's build, in order; those that our core makes run side by side in the pool."""
    from passwright.passes.recipe import Recipe

    futures = {
        peer.name: pool.submit(kernel.bitcode, Recipe.parse(peer.recipe)) for peer in peers if peer.recipe
    }
    builds = []
    for peer in peers:
        if peer.name not in futures:
            builds.append(build_gcc(kernel, peer.name))
            continue
        compiled = futures[peer.name].result()
        failed = compiled.status != "ok"
        builds.append(
            PeerBuild(
                peer=peer.name,
                object=b"" if failed else compiled.object,
                how=peer.recipe,
                seconds=compiled.seconds,
                reason=f"{compiled.status}: {compiled.message}" if failed else "",
                remedy="leave this peer out for the kernel, or raise the workers' deadline" if failed else "",
            )
        )
    return builds


def build_gcc(kernel: Kernel, peer: str = "gcc-O3") -> PeerBuild:
    """The file's object by the gcc on PATH. Never raises for what gcc or the machine lacks: see `reason`."""
    if kernel.source is None or kernel.language not in ("c", "c++"):
        return _unavailable(
            peer, f"gcc reads C and C++ sources, and this kernel is {kernel.language}", "leave gcc-O3 out"
        )
    driver = "g++" if kernel.language == "c++" else "gcc"
    program = shutil.which(driver)
    if program is None:
        return _unavailable(peer, f"no {driver} on PATH", f"apt-get install {driver}")
    version = _version(program)
    if version is None:
        return _unavailable(
            peer,
            f"{program} is not gcc, or cannot be run",
            "put a real gcc first on PATH: apt-get install g++",
        )
    arguments = [*_GCC_FLAGS, f"-march={_gcc_march(kernel.march)}", *kernel.flags, str(kernel.source)]
    how = f"{driver} {version}: {' '.join([driver, *arguments])}"
    start = perf_counter()
    try:
        run = Compilation([program, *arguments]).wait(GCC_TIMEOUT)
    except CompileError as error:
        return _unavailable(peer, error.message, error.hint, how, perf_counter() - start)
    except PasswrightError as error:
        return _unavailable(peer, error.message, "apt-get install gcc g++", how, perf_counter() - start)
    seconds = perf_counter() - start
    if run.returncode != 0:
        first = re.search(r"(?m)^.*error: .*$", run.diagnostics)
        message = first[0] if first else run.diagnostics.strip() or f"exit status {run.returncode}"
        remedy = "flags or extensions that only clang knows keep gcc out; leave gcc-O3 out for this kernel"
        return _unavailable(peer, f"gcc refused the source: {message}", remedy, how, seconds)
    return PeerBuild(peer, run.output, how, seconds)


def _unavailable(peer: str, reason: str, remedy: str, how: str = "", seconds: float = 0.0) -> PeerBuild:
    return PeerBuild(peer, b"", how, seconds, reason, remedy)


def _gcc_march(march: str) -> str:
    """gcc may not know this machine's CPU by LLVM's name, but its `native` finds the same features."""
    if march == "native":
        return march
    from passwright import _native

    return "native" if march == _native.host()["cpu"] else march


@cache
def _version(program: str) -> str | None:
    """gcc's version, such as "12.2.0"; None for a clang that is called gcc and for what does not run."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if "Free Software Foundation" not in answer.stdout:
        return None
    match = re.search(r"\d+\.\d+[.\d]*", re.sub(r"\([^)]*\)", "", answer.stdout.partition("\n")[0]))
    return match[0] if match else None
