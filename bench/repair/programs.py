"""Judging whole programs by examples: standard input and the output that is right.

Every run takes place in the sandbox (bench/sandbox.py), in a folder of its own. Output is compared line by line with blanks
at line ends and empty lines at the end left out; an exit code is compared only where an example names one. Tests that the
broken program fails come first, so that most candidates cost one run.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from passwright.bench.repair.merged import Built, build
from passwright.bench.sandbox import Limits, SandboxResult, offer, run
from passwright.bench.scratch import scratch
from passwright.irgen.repair.search import Judged
from passwright.passes.errors import InputError

_ENDLESS = "no end"
_PATIENCE, _SHORTEST = 10.0, 0.5
"""Times the slowest run of the broken program, and seconds, that a run of a candidate may take on the clock."""
FIRST = 4
"""Failing tests that every candidate is run on; one that passes none of them is given up."""
JOBS = 2


@dataclass(frozen=True)
class Example:
    """A run: its name, arguments, standard input, and what is right. `output` None: any; `code` None: any."""

    name: str
    input: str = ""
    output: str | None = None
    code: int | None = None
    arguments: tuple[str, ...] = ()


def examples_in(folder: Path) -> list[Example]:
    """Pairs NAME.in and NAME.out (or .ok, .ans, .expected) of a folder.  Raises InputError when there are none."""
    found = []
    for path in sorted(folder.glob("*.in")):
        for suffix in (".out", ".ok", ".ans", ".expected"):
            beside = path.with_suffix(suffix)
            if beside.is_file():
                text = path.read_text(encoding="utf-8", errors="replace")
                found.append(Example(path.stem, text, beside.read_text(encoding="utf-8", errors="replace")))
                break
    if not found:
        raise InputError(f"{folder}: no examples", hint="name them NAME.in and NAME.out")
    return found


def same_output(found: str, wanted: str) -> bool:
    """Whether two outputs agree but for blanks at line ends and empty lines at the end."""
    return _lines(found) == _lines(wanted)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


class ProgramJudge:
    """Judges batches of sources; remembers which examples the first one, the broken one, failed."""

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        suffix: str = ".c",
        flags: Sequence[str] = (),
        others: Sequence[str] = (),
        seconds: float = 1.0,
        read: Sequence[Path] = (),
        merge: bool = True,
    ) -> None:
        """`others` are linked with every candidate; `seconds` of processor time for one run; `read`: files it may
        read; `merge`: several candidates may become one executable (merged.py)."""
        self.examples = list(examples)
        self.suffix, self.flags, self.others = suffix, tuple(flags), tuple(others)
        self.limits = Limits(
            wall=3 * seconds, cpu=seconds, address_space=1 << 30, file_size=16 << 20, folder_size=32 << 20,
            output=1 << 20, stack=256 << 20, threads=1, files=50,
        )  # fmt: skip
        self.read, self.merge = tuple(read), merge
        self.failing: list[Example] | None = None
        self.passing: list[Example] = []
        self.slowest = 0.0

    def __call__(self, sources: Sequence[str]) -> list[Judged]:
        """One verdict per source."""
        with TemporaryDirectory(prefix="passwright-repair-") as made:
            builds = build(
                sources,
                Path(made),
                suffix=self.suffix,
                flags=self.flags,
                others=self.others,
                merge=self.merge,
            )
            if self.failing is None:
                return [self._first(builds[0]), *(Judged(False) for _ in builds[1:])]
            with ThreadPoolExecutor(JOBS) as pool:
                return list(pool.map(self._judge, builds))

    def _first(self, built: Built | None) -> Judged:
        if built is None:
            self.failing = list(self.examples)
            return Judged(False, 0.0, "it does not compile or link")
        with ThreadPoolExecutor(JOBS) as pool:
            wrong = list(pool.map(lambda one: self.wrong(built, one), self.examples))
        wall = min(self.limits.wall, max(_SHORTEST, _PATIENCE * self.slowest))
        self.limits = replace(self.limits, wall=wall)
        self.failing = [one for one, problem in zip(self.examples, wrong, strict=True) if problem]
        self.passing = [one for one, problem in zip(self.examples, wrong, strict=True) if not problem]
        if not self.failing:
            return Judged(True, 1.0, f"{len(self.examples)} examples pass")
        first = next(problem for problem in wrong if problem)
        return Judged(False, len(self.passing) / len(self.examples), f"{self.failing[0].name}: {first}")

    def _judge(self, built: Built | None) -> Judged:
        if built is None:
            return Judged(False, -1.0, "it does not compile or link")
        assert self.failing is not None
        passed, problem = 0, ""
        for one in self.failing[:FIRST]:
            wrong = self.wrong(built, one)
            if wrong.startswith(_ENDLESS):  # most often endless, and each further run would take as long
                return Judged(False, 0.0, wrong)
            passed += not wrong
            problem = problem or (f"{one.name}: {wrong}" if wrong else "")
        if self.failing and not passed:
            return Judged(False, 0.0, problem)
        for one in [*self.passing, *self.failing[FIRST:]]:
            wrong = self.wrong(built, one)
            passed += not wrong
            if wrong:
                problem = problem or f"{one.name}: {wrong}"
                if one in self.passing:  # what breaks what was right is no step forward
                    return Judged(False, 0.0, problem)
        total = len(self.examples)
        return Judged(not problem, passed / total, problem or f"{total} examples pass")

    def wrong(self, built: Built, example: Example) -> str:
        """What is wrong with a run; empty when it is right."""
        result = self.execute(built, example)
        self.slowest = max(
            self.slowest, result.seconds if result.status == "ok" and self.failing is None else 0.0
        )
        if result.status == "timed-out":
            return f"{_ENDLESS}: {result}"
        if result.status != "ok":
            return str(result)
        if example.code is not None and result.returncode != example.code:
            return f"exit code {result.returncode}, not {example.code}"
        text = result.stdout.decode(errors="replace")
        if example.output is not None and not same_output(text, example.output):
            return f"prints {_short(text)}, not {_short(example.output)}"
        return ""

    def execute(self, built: Built, example: Example, limits: Limits | None = None) -> SandboxResult:
        """One run."""
        with scratch() as folder:
            given = folder / "stdin"
            given.write_text(example.input, encoding="utf-8")
            return run(
                [*built.argv, *example.arguments],
                folder=folder,
                limits=limits or self.limits,
                stdin=given,
                read=self.read,
                bubblewrap=not offer().landlock,  # either contains it; with both a run takes twice as long
            )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 40 else flat[:37] + "…")
