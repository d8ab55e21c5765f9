"""The static tools on one file: compiler warnings, the clang static analyzer, clang-tidy's bug-finding checks.

Each runs in a process of its own with a deadline and a memory limit, all three at once, and writes into a file, so that
nobody has to wait for it: `StaticRun` starts them, and says what they found when it is asked. One that is missing costs
its findings and leaves a note. Only what lies in the file itself is kept: headers have lines of their own.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Self

from passwright.bench.reliability.checks import (
    ANALYZER_CHECKS,
    STYLE_CHECKS,
    STYLE_WARNINGS,
    TIDY_CHECKS,
    WARNINGS,
    kind_of,
    severity_of,
)
from passwright.bench.reliability.findings import Finding
from passwright.irgen.clang import MAJOR, MEMORY, Clang, find_clang

DEADLINE = 120.0
"""Seconds for the three tools on one file."""
INSTALL_TIDY = "pip install 'passwright[reliability]', or apt-get install clang-tidy-19"

_LINE = re.compile(
    r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<level>warning|error|fatal error): (?P<message>.*?)"
    r"(?: \[(?P<check>[^\[\]\s]+)\])?$"
)
_RANK = {
    "sanitizer": 0,
    "fuzzer": 0,
    "verifier": 0,
    "analyzer": 1,
    "clang": 2,
    "clang-tidy": 3,
    "predictor": 4,
}
_SEVERITY = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class StaticFindings:
    """What the tools said.

    Attributes:
        findings: deduplicated, in the order of the file.
        tools: those that ran, with their versions.
        notes: what is missing, a sentence each.
    """

    findings: tuple[Finding, ...]
    tools: dict[str, str]
    notes: tuple[str, ...] = ()


def static_findings(source: Path, flags: Sequence[str] = (), *, march: str = "native") -> StaticFindings:
    """Run the tools on a C or C++ file that compiles with `flags`, to their end.

    Raises ToolchainError without a clang 19.
    """
    with StaticRun(source, flags, march=march) as run:
        return run.findings()


class StaticRun:
    """The tools under way on a C or C++ file that compiles with `flags`; a context manager that ends what still runs.

    Raises ToolchainError without a clang 19.
    """

    def __init__(
        self,
        source: Path,
        flags: Sequence[str] = (),
        *,
        march: str = "native",
        niceness: int = 0,
        deadline: float | None = None,
    ) -> None:
        """`deadline`: seconds from now for all of them (default: DEADLINE); `niceness` is added to our own."""
        self.source = source
        self._end = monotonic() + (DEADLINE if deadline is None else deadline)
        self._seconds = DEADLINE if deadline is None else deadline
        commands, self._versions, self._notes = _commands(source.resolve(), flags, march)
        self._running: dict[str, _Running | str] = {}
        try:
            for tool, command in commands.items():
                self._running[tool] = _start(command, niceness)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def findings(self) -> StaticFindings:
        """Wait for the tools, as long as the deadline allows, and say what they found."""
        notes, found, path = list(self._notes), list[Finding](), self.source.resolve()
        for tool, running in self._running.items():
            output = running if isinstance(running, str) else self._output(tool, running)
            if isinstance(output, str):
                notes.append(f"{tool} {output}")
                continue
            errors = [one for one in output if one[0] != "warning"]
            if errors and tool != "clang":
                notes.append(f"{tool} cannot read the file: {errors[0][1].message}")
            found += [replace(one, file=str(self.source)) for level, one in output
                      if level == "warning" and Path(one.file) == path]  # fmt: skip
        self.close()
        return StaticFindings(distinct(found), dict(self._versions), tuple(notes))

    def close(self) -> None:
        """End what still runs."""
        for running in self._running.values():
            if not isinstance(running, str):
                running.end()

    def _output(self, tool: str, running: _Running) -> list[tuple[str, Finding]] | str:
        """The diagnostics of a tool with their levels, or why there are none."""
        try:
            status = running.process.wait(timeout=max(0.1, self._end - monotonic()))
        except subprocess.TimeoutExpired:
            return f"did not end within {self._seconds:.0f} s"
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        running.output.seek(0)
        return diagnostics(tool, running.output.read().decode("utf-8", "replace"))


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each file, line and kind: the confirmed, the most severe, the most telling tool's."""
    best: dict[tuple[str, int, str], Finding] = {}
    for one in findings:
        key = (one.file, one.line, kind_of(one.check, one.message))
        if key not in best or _preference(one) < _preference(best[key]):
            best[key] = one
    return tuple(sorted(best.values()))


def _preference(one: Finding) -> tuple[object, ...]:
    return not one.confirmed, _SEVERITY[one.severity], _RANK.get(one.tool, 5), one.column, one.check


# -- the programs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tidy:
    """A clang-tidy: its path and what is known of its version."""

    program: str
    version: str


@lru_cache(maxsize=1)
def find_tidy() -> Tidy | None:
    """clang-tidy of the PyPI package, else one on PATH; None where there is none."""
    spec = find_spec("clang_tidy")
    if spec is not None and spec.submodule_search_locations:
        program = Path(spec.submodule_search_locations[0]) / "data" / "bin" / "clang-tidy"
        if os.access(program, os.X_OK):
            return Tidy(str(program), metadata.version("clang-tidy"))
    for name in (f"clang-tidy-{MAJOR}", "clang-tidy"):
        if found := shutil.which(name):
            return Tidy(found, str(MAJOR) if name.endswith(str(MAJOR)) else "on PATH")
    return None


@lru_cache(maxsize=4)
def has_analyzer(clang: Clang) -> bool:
    """Whether a clang is built with its static analyzer, which is an option of the build."""
    command = [*clang.argv, "--analyze", "-x", "c", os.devnull, "-o", os.devnull]
    return subprocess.run(command, capture_output=True, timeout=DEADLINE, check=False).returncode == 0


def tidy_checks(*, analyzer: bool) -> str:
    """The value of clang-tidy's --checks; `analyzer`: with the static analyzer's, which clang itself lacks."""
    wanted = ["-*", *TIDY_CHECKS, *(f"-{check}" for check in STYLE_CHECKS)]
    if analyzer:
        wanted += [f"clang-analyzer-{package}*" for package in ANALYZER_CHECKS]
        wanted.append("-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling")
    return ",".join(wanted)


def _driver_flags(clang: Clang) -> tuple[str, ...]:
    """The flags that are part of how clang is called; its resource folder holds headers of its own version only."""
    rest = list(clang.argv[1:])
    if rest[:1] == ["clang"]:
        del rest[0]
    if "-resource-dir" in rest:
        at = rest.index("-resource-dir")
        del rest[at : at + 2]
    return tuple(rest)


@dataclass(frozen=True)
class _Running:
    """A tool's process, the first of its session, and the file without a name that it writes into."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.output.close()


def _commands(
    path: Path, flags: Sequence[str], march: str
) -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
    """The command of each tool, its version, and notes on what is missing."""
    clang, tidy = find_clang(), find_tidy()
    own = [flag for flag in flags if flag not in ("-w", "-Werror") and not flag.startswith("-Werror=")]
    target = [*own, f"-march={march}"]
    plain = ["-fno-color-diagnostics", "-fno-caret-diagnostics", "-ferror-limit=0", str(path)]
    warnings = (*WARNINGS, *(f"-Wno-{group}" for group in STYLE_WARNINGS), "-Wno-error")
    commands = {"clang": [*clang.argv, "-fsyntax-only", *target, *warnings, *plain]}
    notes = []
    analyzer = has_analyzer(clang)
    if analyzer:
        chosen = f"-analyzer-checker={','.join(ANALYZER_CHECKS)}"
        quiet = "-analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
        options = [
            part for option in (chosen, quiet, "-analyzer-output=text") for part in ("-Xclang", option)
        ]
        commands["analyzer"] = [*clang.argv, "--analyze", *options, *target, *plain, "-o", os.devnull]
    elif tidy is None:
        notes.append(f"no static analyzer: the clang of {clang.origin} is built without it, use clang-19")
    if tidy is not None:
        checks = tidy_checks(analyzer=not analyzer)
        # What comes after `--` is the compile command; the driver's own words, of ziglang's say, come first.
        command = ["--", *_driver_flags(clang), *target, "-w"]
        commands["clang-tidy"] = [tidy.program, "--quiet", f"--checks={checks}", str(path), *command]
    else:
        notes.append(f"no clang-tidy, so none of its checks: {INSTALL_TIDY}")
    versions = {"clang": clang.version, "analyzer": clang.version, "clang-tidy": tidy.version if tidy else ""}
    return commands, {tool: versions[tool] for tool in commands}, notes


def _start(command: Sequence[str], niceness: int) -> _Running | str:
    """A tool under way, or why it cannot be."""
    output = tempfile.TemporaryFile()  # noqa: SIM115 (`_Running.end` closes it)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"LC_ALL": "C"},
        )
    except OSError as error:
        output.close()
        return f"cannot be run: {error.strerror}"
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        if niceness:
            priority = os.getpriority(os.PRIO_PROCESS, process.pid)
            os.setpriority(os.PRIO_PROCESS, process.pid, min(19, priority + niceness))
    return _Running(process, output)


def diagnostics(tool: str, text: str) -> list[tuple[str, Finding]]:
    """The warnings and errors in what a tool printed, as (level, finding)."""
    found = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        # One place may come with several names: "[bugprone-x,cert-y]", "[-Wx,-Werror]".
        check = (match["check"] or "").partition(",")[0]
        own = "analyzer" if check.startswith("clang-analyzer-") else tool
        check = check.removeprefix("clang-analyzer-")
        message = match["message"]
        severity = severity_of(own, check, message)
        at = int(match["line"]), int(match["column"])
        found.append((match["level"], Finding(match["file"], *at, own, check, message, severity)))
    return found
