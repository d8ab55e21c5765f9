"""The planted defects as data: wrong builds of small kernels, wrong builds of kernels of the suite, and sources without
a meaning.

`results.toml` holds edits of the kernels in `kernels/` that were written by hand, `mutants.toml` edits of single lines
of the suite's kernels that a generator made (bench/planted/mutants.py), `sources.toml` sources with undefined
behaviour. Every wrong build comes with a witness: a call on which it differs from the kernel that it is a build of.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passwright.bench.suite import SUITE
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import InputError

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Defect:
    """A wrong build of a kernel. `edits` are (old, new) texts of its source, each found once; `witness` is read by
    bench/planted/witness.py."""

    name: str
    kind: str  # the class of the table
    source: Path
    edits: tuple[tuple[str, str], ...]
    witness: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wrong(self) -> str:
        """The source of the wrong build. Raises InputError where an edit does not apply."""
        text = self.source.read_text(encoding="utf-8")
        for old, new in self.edits:
            if text.count(old) < 1:
                raise InputError(f"{self.name}: {self.source.name} has no {old!r}", hint="correct the edit")
            text = text.replace(old, new)
        return text

    def kernel(self) -> Kernel:
        """The kernel as it should be."""
        workload = self.workload
        entries = (workload.entry,) if workload.entry else ()
        return kernels(self.source, entries=entries)[0]

    @property
    def workload(self) -> Workload:
        return Workload.load(self.source.with_suffix(".toml"))


@dataclass(frozen=True)
class Meaningless:
    """A source with undefined behaviour on calls that its workload allows."""

    name: str
    kind: str
    code: str
    load: str
    suffix: str = ".c"


def by_hand() -> list[Defect]:
    """The defects that were written down one by one."""
    found = []
    for number, one in enumerate(_read("results.toml")["defect"], 1):
        edits = ((one["find"], one["replace"]), *((old, new) for old, new in one.get("edits", ())))
        source = HERE / "kernels" / f"{one['kernel']}.c"
        found.append(Defect(f"{number}: {one['kernel']}", one["class"], source, edits, one["witness"]))
    return found


def mutants(path: Path = HERE / "mutants.toml") -> list[Defect]:
    """Those that the generator made of the suite's kernels."""
    found = []
    for one in _read(path)["mutant"] if path.exists() else ():
        source = SUITE / one["kernel"]
        edits = ((one["before"], one["after"]),)
        found.append(
            Defect(f"{one['kernel']}: {one['after'].strip()}", one["class"], source, edits, one["witness"])
        )
    return found


def sources() -> list[Meaningless]:
    """The sources whose undefined behaviour has to be reported."""
    return [
        Meaningless(one["class"], "undefined source", one["code"], one["load"], one.get("suffix", ".c"))
        for one in _read("sources.toml")["source"]
    ]


def _read(name: Path | str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))
