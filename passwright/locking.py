"""Between optimisation results and the lock file: what is recorded, and how a build is made from it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from passwright.irgen.flags import reorders_floats, sections
from passwright.passes.errors import LockError
from passwright.passes.lock import Lock, LockEntry, load, require_fresh, update
from passwright.passes.lock_text import excerpt, relative
from passwright.passes.recipe import O3, REFERENCES, Recipe
from passwright.passes.review import Review, now

if TYPE_CHECKING:  # `apply` waits for what is imported here
    from pathlib import Path

    from passwright._native import Module
    from passwright.result import FileResult, KernelResult, OptimizeResult


def fingerprint(module: Module, entry: str) -> str:
    """The structural hash of a kernel's own module before any pass; names and debug info do not count."""
    from passwright.passes.build import split

    return split(module, entry).kernel.structural_hash()


def record(result: OptimizeResult, path: Path) -> int:
    """Lock the kernels that are better than the reference and drop those that no longer are; the audit log says so first.

    Returns how many entries were written; the file is not touched when there is nothing to say. Raises LockError.
    """
    from passwright._native import Module, llvm_version
    from passwright.decisions import by_machine, proposals
    from passwright.freshness import native_features
    from passwright.passes import audit

    entries, gone = [], []
    results: dict[tuple[str, str, str], KernelResult] = {}
    proposed = Review(by=by_machine(), at=now())
    for file in result.files:
        if file.source is None:
            continue
        module = Module.parse(file.bitcode, str(file.source))
        for one in file.kernels:
            key = (relative(path, file.source), one.kernel.entry, one.kernel.march)
            results[key] = one
            if not one.improved:
                gone.append(key)
                continue
            ratio = (one.ratio.value, one.ratio.low, one.ratio.high)
            entries.append(
                LockEntry(
                    *key,
                    fingerprint=fingerprint(module, one.kernel.entry),
                    llvm=llvm_version(),
                    recipe=one.recipe,
                    ratio=ratio,
                    verdict=one.verdict.kind,
                    features=native_features(module),
                    flags=one.kernel.flags,
                    review=proposed,
                    objective=one.objective.name,
                )
            )

    def tell(old: Lock, new: Lock) -> None:
        audit.append(audit.log_path(new.path), proposals(old, new, results))

    if entries or (gone and path.exists() and {e.key for e in load(path).entries} & set(gone)):
        lock = update(path, entries, remove=gone, before=tell)
        for file in result.files:
            _remember(file, lock)
    return len(entries)


def _remember(file: FileResult, lock: Lock) -> None:
    """Put a file's object where `apply` finds it, if it is what `apply` would build."""
    if file.source is None or not (improved := [one.kernel for one in file.kernels if one.improved]):
        return
    entries = locked(lock, file.source, improved[0].march)
    if {entry.entry for entry in entries} != {kernel.entry for kernel in improved}:
        return
    from passwright.object_cache import Shelf

    with open(lock.path, "rb") as text:
        found = excerpt(text.read(), str(lock.path), str(file.source))
    Shelf(found, "obj", improved[0].flags).put(file.bitcode, file.object)


def locked(
    lock: Lock, source: str | Path, cpu: str, *, require_accepted: bool = False
) -> tuple[LockEntry, ...]:
    """The entries that a build of `source` for `cpu` uses; rejected ones are left out, and with `require_accepted`
    proposed ones too.

    Raises LockError when the file has none, or none for this CPU, or when acceptance is required and all that is not
    rejected awaits a decision. Where all are rejected that is the decision, and there is nothing to use.
    """
    entries = lock.find(source)
    if not entries:
        raise LockError(
            f"{lock.path} has no entry for {lock.relative(source)}",
            hint=f"passwright optimize {source} --lock {lock.path}",
        )
    fitting = tuple(entry for entry in entries if entry.cpu == cpu)
    if not fitting:
        cpus = ", ".join(sorted({entry.cpu for entry in entries}))
        raise LockError(
            f"{lock.relative(source)} is locked for {cpus}, this build is for {cpu}",
            hint=f"passwright optimize {source} on this machine, or --march {entries[0].cpu}",
        )
    usable = tuple(entry for entry in fitting if entry.review.state != "rejected")
    if not require_accepted or not usable:
        return usable
    accepted = tuple(entry for entry in usable if entry.review.state == "accepted")
    if not accepted:
        names = ", ".join(entry.entry for entry in usable)
        raise LockError(
            f"{lock.relative(source)}: no entry is accepted in {lock.path}, and only accepted ones may be used "
            f"(proposed: {names})",
            hint=f"look at them with `passwright review --lock {lock.path} {source}`, or leave out --require-accepted",
        )
    return accepted


def rest(entries: Sequence[LockEntry]) -> Recipe:
    """What a file is built by beside its entries: -Oz where all of them are for size, else -O3."""
    references = {REFERENCES[entry.objective] for entry in entries}
    return references.pop() if len(references) == 1 else O3


def build(module: Module, entries: Sequence[LockEntry], flags: Sequence[str], *, kind: str = "obj") -> bytes:
    """The object ("obj") or assembly ("asm") of a file by its entries, each checked against the code it was locked for.

    `flags` are those that it is compiled with.

    Raises LockError, and as `build_object`.
    """
    from passwright._native import llvm_version
    from passwright.passes.build import build_object, build_split, split

    parts, fast_math, separate = None, reorders_floats(flags), sections(flags)
    for entry in entries:
        parts = split(module, entry.entry)
        found = parts.kernel.structural_hash()
        require_fresh(entry, fingerprint=found, cpu=entry.cpu, llvm=llvm_version())
    if parts is not None and len(entries) == 1:  # splitting again would take as long as small recipes do
        return build_split(
            parts, entries[0].recipe, kind=kind, rest=rest(entries), fast_math=fast_math, sections=separate
        )
    chosen = {entry.entry: entry.recipe for entry in entries}
    return build_object(module, chosen, kind=kind, rest=rest(entries), fast_math=fast_math, sections=separate)
