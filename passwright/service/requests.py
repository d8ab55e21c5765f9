"""From a frame's header and parts to the service's work and back: what each operation takes and tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from passwright.passes.errors import UsageError
from passwright.service import choosing
from passwright.service.service import Answer, Service
from passwright.service.writing import Tell, Wanted

Answered = tuple[dict[str, Any], list[bytes]]
LONGEST = 60.0
"""Seconds that a client may ask choosing to take."""


async def answered(
    service: Service,
    header: dict[str, Any],
    parts: Sequence[bytes],
    tell: Tell = lambda event: None,
) -> Answered:
    """The answer to `apply` (parts: bitcode, lock), `learned` (bitcode) or `generate` (none), which tells what happens.

    Raises UsageError for anything else.
    """
    op = header.get("op")
    if op == "generate" and not parts:
        kept = header.get("kept", True) is not False
        return {"generated": await service.generate(Wanted.of(header), tell, kept=kept)}, []
    if op == "apply" and len(parts) == 2:
        made = await service.apply(
            *parts,
            source=_text(header, "source"),
            cpu=_text(header, "cpu"),
            kind=_text(header, "kind"),
            flags=_flags(header),
        )
    elif op == "learned" and len(parts) == 1:
        seconds = header.get("choosing", choosing.SECONDS)
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
            raise UsageError(f"choosing: {seconds!r}", hint=f"give seconds, at most {LONGEST:g}")
        made = await service.learned(
            parts[0],
            source=_text(header, "source"),
            march=_text(header, "march"),
            kind=_text(header, "kind"),
            flags=_flags(header),
            choosing_seconds=float(seconds),
        )
    else:
        raise UsageError(
            f"no such request: {op!r} with {len(parts)} parts", hint="apply, learned or generate"
        )
    return told(made), [made.object]


def told(made: Answer) -> dict[str, Any]:
    """What an answer's header says of it."""
    return {"recipes": made.recipes, "choices": list(made.choices), "cached": made.cached}


def _text(header: dict[str, Any], name: str) -> str:
    value = header.get(name)
    if not isinstance(value, str):
        raise UsageError(f"{name}: {value!r} is no text", hint=f"give {name} as a string")
    return value


def _flags(header: dict[str, Any]) -> tuple[str, ...]:
    value = header.get("flags", [])
    if not isinstance(value, list) or not all(isinstance(flag, str) for flag in value):
        raise UsageError(f"flags: {value!r} is no list of texts", hint="give the compile flags as a list")
    return tuple(value)
