"""Decisions about entries of a lock file: who makes them, and how they get into the lock and its audit log.

    decide("passwright.lock", [("gemm.c", "gemm", "znver4")], "accepted", by=by_human("."), why="read the assembly")

What a person looks at before deciding is in `evidence.py`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from passwright import __version__
from passwright.passes import audit
from passwright.passes.errors import InputError, UsageError
from passwright.passes.lock import Lock, LockEntry, load, rewrite
from passwright.passes.review import STATES, Review, now

if TYPE_CHECKING:
    from pathlib import Path

    from passwright.explain import Explanation
    from passwright.rationale import Rationale
    from passwright.result import KernelResult
    from passwright.suggest.proposal import Suggestion

TIMED = "run time without"
"""In the evidence of what was timed."""
Key = tuple[str, str, str]
"""Of an entry: source, entry, CPU."""


def by_machine() -> str:
    """What the audit log and proposals call this program."""
    return f"passwright {__version__}"


def by_human(folder: str | Path) -> str:
    """Who decides here: git's user.name and user.email as they are for a folder, else the login name."""
    name, mail = (_git_config(key, folder) for key in ("user.name", "user.email"))
    told = f"{name} <{mail}>" if name and mail else name or mail
    if told:
        return told
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):  # no name for this number, as in many containers
        return f"user {os.getuid()}"


def named(
    entry: str, entries: Sequence[LockEntry], *, of: str | Path = "passwright.lock"
) -> tuple[LockEntry, ...]:
    """The entries that a name stands for: `gemm`, `src/gemm.c:gemm`, or `src/gemm.c:gemm:znver4`.

    A function that is locked for several CPUs is several entries. Raises InputError when there is none, UsageError when
    they are functions of different files.
    """
    parts = entry.rsplit(":", 2)
    found = [
        one for one in entries if entry in (one.entry, f"{one.source}:{one.entry}") or parts == list(one.key)
    ]
    if not found:
        known = ", ".join(dict.fromkeys(f"{one.source}:{one.entry}" for one in entries)) or "none"
        raise InputError(f"{of} has no entry {entry}", hint=f"its entries: {known}")
    if len({one.key[:2] for one in found}) > 1:
        names = ", ".join(dict.fromkeys(f"{one.source}:{one.entry}" for one in found))
        raise UsageError(f"{entry} is the name of several entries of {of}", hint=f"say which: {names}")
    return tuple(found)


def decide(
    lock: str | Path, looked_at: Sequence[LockEntry], state: str, *, by: str, why: str = ""
) -> tuple[LockEntry, ...]:
    """Accept or reject entries, all or none, in the audit log first and then in the lock; the entries as they are then.

    Raises UsageError for a rejection without a reason, InputError when an entry is gone or is no longer the one that was
    looked at, LockError when one of the files cannot be written; then nothing is decided.
    """
    if state not in STATES[1:]:
        raise UsageError(f"{state!r} is no decision", hint=f"one of: {', '.join(STATES[1:])}")
    if state == "rejected" and not why.strip():
        raise UsageError("a rejection needs a reason", hint='give it with --why "…"')
    review = Review(state, by.strip(), now(), why.strip())
    wanted = {one.key: one for one in looked_at}

    def change(old: Lock) -> list[LockEntry]:
        there = {entry.key: entry for entry in old.entries}
        for key, one in wanted.items():
            if there.get(key) != one:
                raise InputError(
                    f"{lock}: {one.source}: {one.entry} ({one.cpu}) has changed since it was looked at",
                    hint="look at it again: passwright review",
                )
            there[key] = one._replace(review=review)
        return list(there.values())

    def tell(old: Lock, new: Lock) -> None:
        decided = [entry for entry in new.entries if entry.key in wanted]
        lines = [
            audit.Decision.on(entry, state, who=review.by, human=True, why=review.why) for entry in decided
        ]
        audit.append(audit.log_path(new.path), lines)

    load(lock)  # a lock that is not there is an error, and not a new one
    written = rewrite(lock, change, before=tell)
    return tuple(entry for entry in written.entries if entry.key in wanted)


def proposals(old: Lock, new: Lock, results: Mapping[Key, KernelResult]) -> Iterator[audit.Decision]:
    """What an optimisation has decided about entries: proposed, or dropped because nothing better was found any more."""
    before = {entry.key: entry for entry in old.entries}
    after = {entry.key: entry for entry in new.entries}
    for key, result in results.items():
        if key in after:
            found = f"best of {len(result.outcomes)} recipes tried"
            known = before.get(key)
            if known and (known.recipe, known.fingerprint) == (after[key].recipe, after[key].fingerprint):
                found += f"; the same recipe as before, which stays {known.review.state}"
            yield _by_machine(after[key], "proposed", found, result.verdict.evidence)
        elif key in before:
            why = f"nothing was found that is better than {result.objective.label}"
            yield _by_machine(
                before[key], "dropped", why, f"{result.verdict.kind}: {result.verdict.evidence}"
            )


def explain(
    lock: str | Path, source: str | Path, entry: str, cpu: str, explanation: Explanation
) -> tuple[audit.Decision, ...]:
    """Put what an entry's recipe did into the lock's audit log, a line a sentence; returns what is new there.

    Nothing where the lock has no such entry with that recipe, or the log explains it already and this says no more (a
    timed explanation says more than one that is not). Raises LockError when the log cannot be written.
    """
    found = load(lock)
    entries = [
        one
        for one in found.find(source)
        if (one.entry, one.cpu, one.recipe) == (entry, cpu, explanation.recipe)
    ]
    if not entries:
        return ()
    path = audit.log_path(found.path)
    about = (entries[0].key, entries[0].recipe.hash(), "explained")
    known = [one for one in audit.read(path).decisions if (one.key, one.recipe, one.what) == about]
    if known and (explanation.ratio is None or any(TIMED in one.evidence for one in known)):
        return ()
    fresh = tuple(_explained(entries[0], one) for one in explanation.rationales)
    audit.append(path, fresh)
    return fresh


def patched(lock: str | Path, source: Path, cpu: str, suggestion: Suggestion) -> audit.Decision:
    """Put into the audit log beside a lock file, which need not be there, that a source patch is applied, and why.

    Raises LockError when the log cannot be written.
    """
    path = audit.log_path(lock)
    name = os.path.relpath(os.path.realpath(source), os.path.dirname(path))
    ratio, verdict = suggestion.ratio, suggestion.verdict
    told = (round(ratio.value, 4), round(ratio.low, 4), round(ratio.high, 4)) if ratio else None
    about = (name, suggestion.kernel, cpu, "", told, verdict.kind, verdict.evidence, suggestion.told.sentence)
    decision = audit.Decision(now(), by_human(source.parent), True, "explained", *about)
    audit.append(path, [decision])
    return decision


def _explained(entry: LockEntry, told: Rationale) -> audit.Decision:
    counted = f"{told.count} remark{'' if told.count == 1 else 's'} of {told.pass_name}"
    evidence = counted if told.pass_name else told.part
    if told.effect is not None:
        span = f"{told.effect.value:.3f} ({told.effect.low:.3f} to {told.effect.high:.3f})"
        evidence += f"; {TIMED} {told.part} / with it: {span}"
    return _by_machine(entry, "explained", told.sentence, evidence)


def evidence_of(entry: LockEntry, log: audit.Log) -> str:
    """What the log has as evidence for an entry's verdict: that of its recipe's last proposal, "" for none."""
    told = (entry.key, entry.recipe.hash(), "proposed")
    return next(
        (one.evidence for one in reversed(log.decisions) if (one.key, one.recipe, one.what) == told), ""
    )


def _by_machine(entry: LockEntry, what: str, why: str, evidence: str) -> audit.Decision:
    return audit.Decision.on(entry, what, who=by_machine(), human=False, why=why, evidence=evidence)


def _git_config(key: str, folder: str | Path) -> str:
    try:
        run = subprocess.run(
            ["git", "config", key],
            cwd=folder or ".",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip()
