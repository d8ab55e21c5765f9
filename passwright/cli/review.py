"""`passwright review`: proposals of the lock file, accepted or rejected by a person.

At a terminal it walks through them; `--accept` and `--reject` do it in one command. Each decision is in the audit log and
in the lock before the next question is asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from passwright.passes.audit import Log
    from passwright.passes.lock import Lock, LockEntry

QUESTION = "[bold]a[/bold]ccept, [bold]r[/bold]eject, [bold]s[/bold]kip, [bold]d[/bold]iff of assembly, [bold]q[/bold]uit: "


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(review)


def review(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Only entries of these files.", show_default=False)
    ] = None,
    lock: Annotated[Path, typer.Option(help="The lock file.")] = Path("passwright.lock"),
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="ENTRY", help="Accept without asking: f, a.c:f or a.c:f:CPU; repeatable."),
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option(metavar="ENTRY", help="Reject without asking; repeatable.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason for --accept or --reject.")] = "",
    by: Annotated[
        str, typer.Option(help="Who decides. Default: git's user.name and user.email, or the login name.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also what was decided before.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the entries and stop.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Print the audit log and stop.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; without a decision, the list.")
    ] = False,
) -> None:
    """Accept or reject what `optimize` has proposed, having seen source, recipe, measurement and assembly.

    Example: [bold]passwright review --reject gemm --why "too large for the cache of our servers"[/bold]
    """
    from passwright.decisions import by_human
    from passwright.passes import audit
    from passwright.passes.errors import UsageError
    from passwright.passes.lock import load

    if sum((bool(accept), bool(reject), listing, log)) > 1:
        raise UsageError("--accept, --reject, --list and --log exclude each other", hint="give one of them")
    if why and not (accept or reject):
        raise UsageError("--why is for --accept and --reject", hint="at a terminal you will be asked")
    told = audit.read(audit.log_path(lock))
    if log:
        _log(told, load(lock, missing_ok=True), sources or [], as_json)
        return
    entries = _chosen(load(lock), sources or [])
    decider = by or by_human(lock.resolve().parent)
    if accept or reject:
        decided = _decide(lock, entries, accept or [], reject or [], decider, why)
        _show(decided, told, lock, as_json)
    elif listing or as_json:
        _show(entries, told, lock, as_json)
    else:
        if not sys.stdin.isatty():
            raise UsageError(
                "review asks at a terminal, and standard input is none",
                hint='--accept ENTRY, --reject ENTRY --why "…", --list or --json',
            )
        _walk(lock, [one for one in entries if everything or one.review.proposed], told, decider)


def _chosen(lock: Lock, sources: Sequence[Path]) -> tuple[LockEntry, ...]:
    from passwright.passes.errors import InputError

    for source in sources:
        if not lock.find(source):
            raise InputError(
                f"{lock.path} has no entry for {lock.relative(source)}",
                hint="passwright review --list says what it has",
            )
    names = {lock.relative(source) for source in sources}
    return tuple(one for one in lock.entries if not names or one.source in names)


def _decide(
    lock: Path, entries: Sequence[LockEntry], accept: list[str], reject: list[str], by: str, why: str
) -> tuple[LockEntry, ...]:
    from passwright.decisions import decide, named

    found = dict.fromkeys(one for name in accept or reject for one in named(name, entries, of=lock))
    return decide(lock, list(found), "accepted" if accept else "rejected", by=by, why=why)


def _show(entries: Sequence[LockEntry], log: Log, lock: Path, as_json: bool) -> None:
    from passwright.cli.review_display import show_entries

    if as_json:
        typer.echo(
            json.dumps({"lock": str(lock), "entries": [to_json(one, log) for one in entries]}, indent=2)
        )
    else:
        show_entries(entries)


def to_json(entry: LockEntry, log: Log) -> dict[str, Any]:
    """An entry as plain values, with the evidence that the log has."""
    from passwright.decisions import evidence_of

    value, low, high = entry.ratio
    return entry._asdict() | {
        "recipe": str(entry.recipe),
        "recipe_digest": entry.recipe.hash(),
        "ratio": {"value": value, "low": low, "high": high},
        "evidence": evidence_of(entry, log),
        "review": entry.review.to_json(),
    }


def _log(log: Log, lock: Lock, sources: Sequence[Path], as_json: bool) -> None:
    from passwright.cli.review_display import show_log

    names = {lock.relative(source) for source in sources}
    decisions = [one for one in log.decisions if not names or one.source in names]
    if as_json:
        found = {"decisions": [one.to_json() for one in decisions], "damaged_lines": list(log.damaged)}
        typer.echo(json.dumps(found, indent=2))
    else:
        show_log(decisions)
        if log.damaged:
            lines = ", ".join(map(str, log.damaged))
            typer.echo(f"warning: not decisions, or cut off while they were written: line {lines}", err=True)


def _walk(lock: Path, entries: Sequence[LockEntry], log: Log, by: str) -> None:
    """Ask about one entry after the other."""
    from rich.console import Console

    from passwright.cli.review_display import show_entry
    from passwright.evidence import gather

    console = Console(highlight=False)
    counts = {"accepted": 0, "rejected": 0, "skipped": 0}
    try:
        for number, entry in enumerate(entries, 1):
            with console.status("compiling"):
                evidence = gather(lock, entry, log)
            show_entry(console, evidence, f"{number} of {len(entries)}")
            answer = _ask(console, lock, entry, by, lambda found=evidence: _diff(console, found))  # type: ignore[misc]
            if answer == "quit":
                break
            counts[answer] += 1
    except EOFError:
        console.print()
    finally:
        left = len(entries) - counts["accepted"] - counts["rejected"]
        done = ", ".join(f"{count} {what}" for what, count in counts.items() if count and what != "skipped")
        console.print(f"{done or 'nothing decided'}; {left} left as {'it was' if left == 1 else 'they were'}")


def _ask(console: Any, lock: Path, entry: LockEntry, by: str, diff: Callable[[], None]) -> str:
    """What was answered: "accepted" or "rejected" (and written), "skipped", "quit".  Raises EOFError."""
    from passwright.decisions import decide

    states = {"a": "accepted", "r": "rejected"}
    while True:
        answer = console.input(QUESTION).strip().lower()[:1]
        if answer in states:
            optional = answer == "a"
            why = console.input("why (may be empty): " if optional else "why: ").strip()
            if why or optional:
                decide(lock, [entry], states[answer], by=by, why=why)
                return states[answer]
            console.print("a rejection needs a reason")
        elif answer == "d":
            diff()
        elif answer in ("s", "q"):
            return "skipped" if answer == "s" else "quit"


def _diff(console: Any, evidence: Any) -> None:
    from passwright.cli.review_display import show_diff
    from passwright.evidence import assembly_diff
    from passwright.passes.errors import PasswrightError
    from passwright.passes.recipe import REFERENCES

    if evidence.kernel is None:
        console.print("there is no assembly: the source cannot be compiled")
        return
    entry = evidence.entry
    try:
        with console.status("compiling"):
            lines = assembly_diff(evidence.kernel, entry.recipe, REFERENCES[entry.objective])
    except PasswrightError as error:
        console.print(f"there is no assembly: {error.message}", markup=False)
        return
    show_diff(console, lines)
