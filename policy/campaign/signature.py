"""When are two failures the same? By what failed, in which pass, and with which words.

Addresses, paths, names of values and functions, and numbers that depend on the program do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from passwright.passes import nesting
from passwright.passes.recipe import Recipe
from passwright.policy.campaign.shots import Status

_PASS = re.compile(r'Running pass "([^"]+)" on')
_NOISE: tuple[tuple[str, str], ...] = (
    (r"0x[0-9a-fA-F…]+", "0x…"),
    (r"(?:[\w.~-]*/)+([\w.-]+)", r"\1"),  # a path's last part
    (r'Running pass "[^"]*" on \w+(?: "[^"]*")?', ""),
    (r"^\d+\.\s*|(?<=; )\d+\.\s*", ""),
    (r"[%@][\w.$-]+", "%"),
    (r"'[^']*'|`[^`]*`|\"[^\"]*\"", "'…'"),
    (r"\b\d{4,}\b", "N"),
)


@dataclass(frozen=True, order=True)
class Signature:
    """What was found, where (a pass; the reduced recipe for wrong code and endless compiles), and with which words."""

    kind: Status
    place: str
    fault: str = ""

    @property
    def name(self) -> str:
        """A folder's name: readable, and unique by a digest."""
        words = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.kind} {self.place}").strip("-")[:60].rstrip("-").lower()
        digest = blake2b(repr((self.kind, self.place, self.fault)).encode(), digest_size=4).hexdigest()
        return f"{words}-{digest}"


def essence(fault: str) -> str:
    """The words of a fault that do not depend on the program or the run."""
    for pattern, replacement in _NOISE:
        fault = re.sub(pattern, replacement, fault)
    parts = dict.fromkeys(part.strip(" ;:") for part in fault.split("; "))
    return "; ".join(part for part in parts if part)


def signature(kind: Status, fault: str, recipe: Recipe) -> Signature:
    """The signature of a failure whose recipe was reduced."""
    if kind in {"compile crashed", "invalid"}:
        running = _PASS.findall(fault)
        inner = [name for name in running if "(" not in name]
        return Signature(kind, inner[-1].split("<")[0] if inner else shape(recipe), essence(fault))
    return Signature(kind, shape(recipe))


def shape(recipe: Recipe) -> str:
    """A recipe without numbers and loops' ids: what two reduced recipes of one defect have in common."""
    steps = []
    for step in recipe.steps:
        if step.kind == "hint":
            steps.append(f"hint {re.sub(r'[0-9]+', 'N', ' '.join(step.hint[1:]))}")
            continue
        knobs = " ".join(f"{name}={re.sub(r'[0-9]+', 'N', value)}" for name, value in step.knobs)
        steps.append(f"{step.text if step.kind == 'passes' else str(step)}{f' [{knobs}]' if knobs else ''}")
    return " ; ".join(steps)


def ingredients(recipe: Recipe) -> frozenset[str]:
    """Names of passes, knobs, hints and attributes in a recipe."""
    found: set[str] = set()
    for step in recipe.steps:
        if step.kind == "passes":
            found.update(name for name, _ in nesting.names(step.text))
            found.update(f"{name}=" for name, _ in step.knobs)
        else:
            found.add(step.hint[1] if step.kind == "hint" else step.attribute[1])
    return frozenset(found)
