"""A repair as a unified diff and sentences."""

from __future__ import annotations

import difflib
from typing import Any

from passwright.irgen.repair.search import Repair


def diff(before: str, after: str, name: str) -> str:
    """A unified diff that `patch -p1` applies; empty when nothing changed."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def sentences(repair: Repair) -> list[str]:
    """One per edit."""
    return [f"line {one.line}: {one.why} ({one.kind.replace('_', ' ')})" for one in repair.edits]


def to_json(repair: Repair, before: str, name: str) -> dict[str, Any]:
    """Plain values."""
    return {
        "status": repair.status,
        "evidence": repair.evidence,
        "edits": [{"kind": one.kind, "line": one.line, "why": one.why} for one in repair.edits],
        "diff": diff(before, repair.text, name) if repair.status == "fixed" else "",
        "tried": repair.tried,
        "seconds": round(repair.seconds, 3),
    }
