"""What the drill works on: a small source that has been optimised, with everything that is known to be right."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from passwright import _native, locking
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.lock import Lock, LockEntry, load, update
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool

SOURCE = """\
void blend(float *restrict out, const float *restrict a, const float *restrict b, int n) {
  for (int i = 0; i < n; i++)
    out[i] = a[i] > b[i] ? a[i] - 0.5f * b[i] : b[i];
}
"""
WRONG = SOURCE.replace("0.5f", "0.25f")
WORKLOAD = """\
[sizes]
n = 3000
[args.out]
shape = ["n"]
role = "out"
[args.a]
shape = ["n"]
[args.b]
shape = ["n"]
[args.n]
value = "n"
"""
RECIPES = (
    O3,
    Recipe.parse("default<O2>"),
    Recipe.parse("attr prefer-vector-width=512 | default<O3>"),
    Recipe.parse("default<O3> | default<O3>"),
    Recipe.parse("function(sroa,instcombine,simplifycfg) | default<O3>"),
    Recipe.parse("default<O1>"),
)


@dataclass(frozen=True)
class Subject:
    """`objects` are what RECIPES give, `wrong` is one that computes something else; `lock` is a lock file with an entry
    for `source`, and `built` what `apply` makes of it."""

    source: Path
    kernel: Kernel
    workload: Workload
    objects: tuple[bytes, ...]
    wrong: bytes
    lock: Path
    built: bytes

    @staticmethod
    def prepare(folder: Path) -> Subject:
        """Build it in a folder of its own."""
        source, other, workload = folder / "blend.c", folder / "wrong.c", folder / "blend.toml"
        source.write_text(SOURCE)
        other.write_text(WRONG)
        workload.write_text(WORKLOAD)
        [kernel] = kernels(source, workload=workload)
        with WorkerPool(jobs=1) as pool:
            objects = tuple(pool.submit(kernel.bitcode, recipe).result().object for recipe in RECIPES)
            wrong = pool.submit(kernels(other)[0].bitcode, O3).result().object
        module = _native.Module.parse(kernel.bitcode)
        lock = folder / "passwright.lock"
        entry = LockEntry(
            "blend.c",
            kernel.entry,
            kernel.march,
            fingerprint=locking.fingerprint(module, kernel.entry),
            llvm=_native.llvm_version(),
            recipe=RECIPES[3],
            ratio=(1.25, 1.2, 1.3),
            verdict="equal",
        )
        update(lock, [entry])
        return Subject(
            source,
            kernel,
            Workload.load(workload),
            objects,
            wrong,
            lock,
            apply(load(lock), kernel.bitcode, source),
        )


def apply(lock: Lock, bitcode: bytes, source: Path) -> bytes:
    """What `passwright apply` builds, in process.  Raises LockError and what a build raises."""
    module = _native.Module.parse(bitcode)
    march = lock.entries[0].cpu if lock.entries else ""
    return locking.build(module, locking.locked(lock, source, march), ())


def children(name: str) -> list[int]:
    """Process ids of the processes that this one started and that have `name` in their command line."""
    found = []
    for task in os.listdir("/proc/self/task"):
        with suppress(OSError):
            text = Path(f"/proc/self/task/{task}/children").read_text()
            for pid in map(int, text.split()):
                with suppress(OSError):
                    if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(pid)
    return found
