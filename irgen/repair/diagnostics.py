"""What clang 19 says of a source: errors with line, column and fix-its.

Warnings come along (`-Wall`): a repair that brings a new one is tried after those that do not.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from passwright.irgen.clang import Compilation, find_clang
from passwright.irgen.tokens import Splice
from passwright.passes.errors import CompileError

TIMEOUT = 10.0
"""Seconds for one compiler process: a source that a candidate makes endless is no candidate."""


@dataclass(frozen=True)
class Diagnostic:
    """One message.

    Attributes:
        line, column: from 1; 0 when the message has no place in this file.
        severity: "error" or "warning"; notes are part of what they follow.
        message: its text.
        fixes: clang's own fix-its, as splices of the source: the message's, then those of each note, which are alternatives.
    """

    line: int
    column: int
    severity: str
    message: str
    fixes: tuple[tuple[Splice, ...], ...] = ()

    @property
    def pattern(self) -> str:
        """The message with what it quotes and numbers left out: its class."""
        return re.sub(r"\d+", "N", re.sub(r"'[^']*'", "_", self.message))

    @property
    def quoted(self) -> tuple[str, ...]:
        """What the message quotes."""
        return tuple(re.findall(r"'([^']*)'", self.message))


Diagnose = Callable[[str], tuple[Diagnostic, ...]]

_HEAD = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<severity>fatal error|error|warning|note): (?P<text>.*)$"
)
_FIX = re.compile(
    r'^fix-it:"(?P<file>[^"]*)":\{(?P<l1>\d+):(?P<c1>\d+)-(?P<l2>\d+):(?P<c2>\d+)\}:"(?P<text>(?:[^"\\]|\\.)*)"$'
)


def clang_diagnose(*, suffix: str = ".c", flags: Sequence[str] = (), folder: Path | None = None) -> Diagnose:
    """What takes a source's text to clang's diagnostics of it; `folder` is where its own headers are looked for.

    Raises ToolchainError without a clang 19.
    """
    include = [f"-I{folder}"] if folder is not None else []
    base = [*find_clang().argv, "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused", "-Wno-missing-braces"]
    base += ["-fdiagnostics-parseable-fixits", "-ferror-limit=30", *flags, *include]

    def diagnose(text: str) -> tuple[Diagnostic, ...]:
        with tempfile.TemporaryDirectory(prefix="passwright-repair-") as made:
            path = Path(made) / f"source{suffix}"
            path.write_text(text, encoding="utf-8", errors="surrogateescape")
            try:
                run = Compilation([*base, str(path)]).wait(TIMEOUT)
            except CompileError:
                return (Diagnostic(0, 0, "error", "the compiler does not end"),)
            return parse(text, run.diagnostics, str(path), run.returncode)

    return diagnose


def parse(text: str, output: str, file: str, returncode: int = 0) -> tuple[Diagnostic, ...]:
    """Clang's text as diagnostics; one without place where it failed and said nothing that is understood."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line.encode("utf-8", "surrogateescape")) + 1)
    data = text.encode("utf-8", "surrogateescape")

    def offset(line: int, column: int) -> int:
        at = starts[min(line - 1, len(starts) - 1)] + column - 1
        return len(data[:at].decode("utf-8", "surrogateescape"))

    found: list[Diagnostic] = []
    groups: list[list[list[Splice]]] = []
    for line in output.split("\n"):
        if match := _HEAD.match(line):
            if match["severity"] == "note":
                if groups:
                    groups[-1].append([])
                continue
            here = match["file"] == file
            severity = "warning" if match["severity"] == "warning" else "error"
            message = re.sub(r" \[-W[^\]]*\]$", "", match["text"])
            place = (int(match["line"]), int(match["column"])) if here else (0, 0)
            found.append(Diagnostic(*place, severity, message))
            groups.append([[]])
        elif (match := _FIX.match(line)) and match["file"] == file and groups:
            start = offset(int(match["l1"]), int(match["c1"]))
            end = offset(int(match["l2"]), int(match["c2"]))
            groups[-1][-1].append(Splice(start, end, _unescape(match["text"])))
    found = [
        replace(one, fixes=tuple(tuple(group) for group in fixes if group))
        for one, fixes in zip(found, groups, strict=True)
    ]
    if returncode and not any(one.severity == "error" for one in found):
        found.append(Diagnostic(0, 0, "error", output.strip().partition("\n")[0] or "the compiler failed"))
    return tuple(found)


def _unescape(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


def errors(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors among them."""
    return tuple(one for one in diagnostics if one.severity == "error")
