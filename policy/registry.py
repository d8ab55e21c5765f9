"""Versions of the models that learn, which of them is in force, and who decided that, when and why.

    registry = Registry.named("builds")
    version = registry.add(folder, parent=registry.active, decision="accepted", why="…", metrics={…}, who="passwright 0.1.0")
    registry.activate(version.number, why="…", who="…")
    registry.rollback(why="it was slower at home", who="Ada")

    models/builds/registry.jsonl      one JSON object a line: registered, activated, rolled back
    models/builds/versions/3/…        the files of version 3, as they were added

The lines are the registry: a version is there when its line is, and in force is what the last line of that kind says. Lines
are appended whole and synced (`passes/json_lines.py`), a version's files are copied beside and renamed before its line is
written, so that whatever happens in between leaves what was in force in force. Files are checked against their digest
whenever a version is taken. Version 0 is the model that ships with Passwright; it is never copied.

`builds` (what chooses recipes) is read from here by the policies (`ranking.shipped`); of other models the registry keeps
versions, and whoever loads them asks `in_force`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from passwright.bench.machine import this_machine
from passwright.passes import config
from passwright.passes.errors import InputError, UsageError
from passwright.passes.json_lines import append_line, read_lines
from passwright.passes.review import now

SHIPPED = 0
"""The number of the model that comes with Passwright."""
DECISIONS = ("accepted", "rejected", "vetoed", "drill")
"""A gate accepts or rejects, a person vetoes what it accepted; a drill is never in force, whatever the gate says."""
_WHAT = ("registered", "activated", "rolled back")


@dataclass(frozen=True)
class Version:
    """A version as its line says.

    Attributes:
        number: from 1.
        digest: of names and contents of its files.
        parent: the version that it was to replace; 0: the shipped one.
        decision: one of DECISIONS. why: a sentence.
        metrics: whatever it was decided by, as plain values.
        when, who, machine: of the decision.
    """

    number: int
    digest: str
    parent: int
    decision: str
    why: str
    when: str
    who: str
    machine: str
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Registry:
    """The versions of one model; see the module's docstring."""

    def __init__(self, folder: Path) -> None:
        """Of a folder, which need not exist before something is added."""
        self.folder = folder
        self._log = folder / "registry.jsonl"

    @staticmethod
    def named(name: str) -> Registry:
        """Of the model of that name, in the user's data folder."""
        return Registry(Path(config.data_dir()) / "models" / name)

    def lines(self) -> list[dict[str, Any]]:
        """All lines, in their order.  Raises ParseError for one that is none."""
        return [line for line in read_lines(self._log) if line.get("what") in _WHAT]

    def versions(self) -> list[Version]:
        """All versions, in their order."""
        names = Version.__dataclass_fields__
        return [
            Version(**{name: line[name] for name in names})
            for line in self.lines()
            if line["what"] == "registered"
        ]

    @property
    def active(self) -> int:
        """The number of the version in force."""
        taken = [line["number"] for line in self.lines() if line["what"] != "registered"]
        return int(taken[-1]) if taken else SHIPPED

    def version(self, number: int) -> Version:
        """The version of that number.  Raises UsageError for one that there is not."""
        for one in self.versions():
            if one.number == number:
                return one
        known = ", ".join(str(one.number) for one in self.versions()) or "none"
        raise UsageError(f"there is no version {number}", hint=f"versions: {known}; 0 is the shipped one")

    def path(self, number: int) -> Path:
        """The folder of a version.  Raises InputError when its files are not as they were added."""
        known, folder = self.version(number), self._folder(number)
        if not folder.is_dir() or digest(folder) != known.digest:
            raise InputError(
                f"{folder}: not as version {number} was registered: its digest differs",
                hint="passwright improve --rollback 0, or another version",
            )
        return folder

    def in_force(self, shipped: Path) -> Path:
        """The folder of the model to use: the active version's, or `shipped`.  Raises InputError as `path`."""
        number = self.active
        return shipped if number == SHIPPED else self.path(number)

    def add(
        self, files: Path, *, parent: int, decision: str, why: str, metrics: Mapping[str, Any], who: str
    ) -> Version:
        """Keep the files of a folder as a new version, whole or not at all; nothing is put in force.

        Raises UsageError for an unknown decision, InputError when the files cannot be copied.
        """
        if decision not in DECISIONS:
            raise UsageError(f"{decision!r} is no decision", hint=f"one of: {', '.join(DECISIONS)}")
        number = self._keep(files)
        kept = digest(self._folder(number))
        machine = this_machine().cpu
        version = Version(number, kept, parent, decision, why, now(), who, machine, dict(metrics))
        append_line(self._log, {"what": "registered"} | version.to_json())
        return version

    def activate(self, number: int, *, why: str, who: str) -> None:
        """Put a version in force.  Raises UsageError for one that was not accepted, InputError for damaged files."""
        if number != SHIPPED:
            self.path(number)
            if (decision := self.version(number).decision) != "accepted":
                raise UsageError(
                    f"version {number} is not to be used: {decision}", hint="passwright improve --history"
                )
        self._take("activated", number, why, who)

    def rollback(self, number: int | None = None, *, why: str, who: str) -> int:
        """Go back to a version that was in force before, by default to the one before this; returns its number.

        Raises UsageError where there is nothing to go back to, InputError for damaged files.
        """
        before = self._before()
        if number is None:
            if not before:
                raise UsageError("nothing was in force before", hint="passwright improve --history")
            number = before[-1]
        if number != SHIPPED:
            self.path(number)
            if number not in before:
                raise UsageError(
                    f"version {number} was never in force", hint=f"one of: {', '.join(map(str, before))}"
                )
        self._take("rolled back", number, why, who)
        return number

    def _before(self) -> list[int]:
        """What was in force before what is now, the latest last."""
        found = [SHIPPED]
        for line in self.lines():
            if line["what"] == "activated":
                found.append(int(line["number"]))
            elif line["what"] == "rolled back" and line["number"] in found:
                del found[found.index(line["number"]) + 1 :]
        return found[:-1]

    def _take(self, what: str, number: int, why: str, who: str) -> None:
        fields = {"what": what, "number": number, "instead": self.active, "why": why, "who": who}
        append_line(self._log, fields | {"when": now(), "machine": this_machine().cpu})

    def _folder(self, number: int) -> Path:
        return self.folder / "versions" / str(number)

    def _keep(self, files: Path) -> int:
        """Copy a folder's files to the next free number, which is returned."""
        try:
            (self.folder / "versions").mkdir(parents=True, exist_ok=True)
            part = Path(mkdtemp(prefix=".part-", dir=self.folder / "versions"))
        except OSError as problem:
            raise InputError(f"{self.folder}: {problem.strerror}", hint="check the folder's rights") from None
        try:
            for file in sorted(one for one in files.iterdir() if one.is_file()):
                with file.open("rb") as source, (part / file.name).open("wb") as target:
                    shutil.copyfileobj(source, target)
                    target.flush()
                    os.fsync(target.fileno())
            part.chmod(0o755)
            number = 1 + max((one.number for one in self.versions()), default=0)
            while True:
                try:
                    part.rename(self._folder(number))  # fails where another process was quicker
                    return number
                except OSError:
                    if not self._folder(number).exists():
                        raise
                    number += 1
        except OSError as problem:
            shutil.rmtree(part, ignore_errors=True)
            raise InputError(
                f"{files}: cannot be kept: {problem.strerror}", hint="free some space; nothing has changed"
            ) from None


def digest(folder: Path) -> str:
    """Of the names and contents of a folder's files."""
    state = blake2b(digest_size=16)
    for file in sorted(one for one in folder.iterdir() if one.is_file()):
        data = file.read_bytes()
        state.update(f"{file.name}\0{len(data)}\0".encode())
        state.update(data)
    return state.hexdigest()
