"""Where programs come from: Csmith, the corpus, a suite. A program is known by its URI, which makes it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

from passwright import _native
from passwright.bench.corpus.generate import from_uri
from passwright.bench.suite import SUITE, load_suite
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import UsageError

Origin = Literal["csmith", "corpus", "suite"]
ORIGINS: tuple[Origin, ...] = ("csmith", "corpus", "suite")
SEEDS = 1_000_000
"""Program seeds that one seed of a campaign has to itself."""
LARGEST = 0.125
"""Of the size that is measured, the largest on which results are compared: a campaign is about the code, not the clock."""


@dataclass(frozen=True)
class Program:
    """Something to fire recipes at.

    Attributes:
        uri: what `load` makes it from again.
        kernel: its IR and entry.
        workload: how to call it.
        text: the source.
        whole: whether static variables are compared too. Those of Csmith's programs hold addresses; their checksum tells.
        types: the entry's signature where the bitcode no longer tells, as `_native.signature` gives it.
    """

    uri: str
    kernel: Kernel
    workload: Workload
    text: str = ""
    whole: bool = True
    types: Mapping[str, Any] | None = None

    @property
    def origin(self) -> str:
        return self.uri.partition("://")[0]

    def signature(self) -> Mapping[str, Any]:
        """Of the entry, without the variables that are not to be compared."""
        if self.types is not None:
            return self.types
        kernel = self.kernel
        typed = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
        found = _native.signature(typed, kernel.entry)
        return found if self.whole else {**found, "globals": []}


def uris(origin: Origin, seed: int, suite: Path = SUITE) -> Iterator[str]:
    """The programs of an origin, in the order in which a campaign takes them; without end but for a suite."""
    if origin == "suite":
        yield from (f"suite://{item.family}/{item.name}" for item in load_suite(suite))
    else:
        yield from (f"{origin}://{seed * SEEDS + number}" for number in count())


def load(uri: str, suite: Path = SUITE) -> Program:
    """Make a program.  Raises UsageError for what is no URI, and the errors of what makes it."""
    origin, _, name = uri.partition("://")
    if origin == "csmith" and name.isdecimal():
        from passwright.policy.campaign.csmith import lower

        kernel, workload, text = lower(int(name))
        return Program(uri, kernel, workload, text, whole=False)
    if origin == "corpus":
        made = from_uri(uri)
        kernel = replace(made.lower(debug=True), name=made.name)
        return Program(uri, kernel, _smaller(made.workload), made.source)
    if origin == "suite":
        for item in load_suite(suite):
            if f"{item.family}/{item.name}" == name:
                workload = _smaller(Workload.load(item.workload))
                return Program(uri, item.lower(), workload, item.source.read_text(encoding="utf-8"))
    raise UsageError(f"{uri}: no such program", hint="csmith://7, corpus://7 or suite://family/name")


def _smaller(workload: Workload) -> Workload:
    return workload.with_sizes(workload.scaled(LARGEST))
