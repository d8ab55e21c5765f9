"""The kernel of a lock entry as its source is now, compiled as it was when it was locked, on whatever machine this is.

A fingerprint covers the CPU features that code is compiled for, and `-march=native` gives those of the machine at hand,
which are not those that its CPU's name stands for (virtual machines hide some). Therefore an entry keeps them, and they are
given to clang one by one where the entry is looked at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from passwright._native import Module, host, llvm_version
from passwright.irgen.frontend import kernels
from passwright.locking import fingerprint
from passwright.passes.lock import LockEntry, require_fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passwright.irgen.kernel import Kernel


def native_features(module: Module) -> str:
    """The features that a module compiled with `-march=native` is for, such as "+avx2,+fma"; "" for a named CPU's.

    Only for this machine clang also says what it does not have.
    """
    for told in re.findall(r'"target-features"="([^"]*)"', module.ir()):
        features = told.split(",")
        if any(one.startswith("-") for one in features):
            return ",".join(one for one in features if one.startswith("+"))
    return ""


def source_of(lock: str | Path, entry: LockEntry) -> Path:
    """Where an entry's source should be."""
    return Path(os.path.dirname(os.path.realpath(lock)), entry.source)


def kernel_of(
    lock: str | Path, entry: LockEntry, flags: Sequence[str] | None = None, *, debug: bool = True
) -> Kernel:
    """The kernel of an entry, with the flags in the lock or with others.

    Raises as `kernels`: InputError for a missing file or function, CompileError, ToolchainError.
    """
    given = entry.flags if flags is None else tuple(flags)
    # Entries without features are of a named CPU, or of a Passwright that did not keep them.
    marches = [entry.cpu, *(["native"] if not entry.features and entry.cpu == host()["cpu"] else [])]
    found = []
    for march in marches:
        found += kernels(
            source_of(lock, entry),
            entries=[entry.entry],
            flags=[*given, *_feature_flags(entry.features)],
            march=march,
            debug=debug,
        )
    return next((one for one in found if _fingerprint(one) == entry.fingerprint), found[0])


def require_same(entry: LockEntry, kernel: Kernel) -> None:
    """Raise LockError when the kernel is not the one that was locked, or this LLVM not the one it was locked with."""
    require_fresh(entry, fingerprint=_fingerprint(kernel), cpu=entry.cpu, llvm=llvm_version())


def _fingerprint(kernel: Kernel) -> str:
    return fingerprint(Module.parse(kernel.bitcode, kernel.name), kernel.entry)


def _feature_flags(features: str) -> list[str]:
    """clang's own options for exactly these features, out of all that this LLVM asks a CPU for."""
    if not features:
        return []
    has = {one.lstrip("+") for one in features.split(",")}
    known = {one[1:] for one in host()["features"].split(",")} | has
    told = [f"{'+' if one in has else '-'}{one}" for one in sorted(known)]
    return [word for one in told for word in ("-Xclang", "-target-feature", "-Xclang", one)]
