"""The kernel suite: what is in it, by family, and which families are held out.

A suite is a folder with one folder per family; a kernel is `<family>/<name>.c` or `.cpp` with its workload
`<name>.toml` beside it. `split.toml` in the suite's folder names the families that no recipe list is mined on
and no model is trained on (`held_out = ["…"]`); without it nothing is held out. Ours is installed with the
package, and any folder of this shape can be loaded instead. Running kernels is not here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import InputError, ParseError, WorkloadError

SUITE = Path(__file__).parent / "kernels"
"""Our own suite."""

_LANGUAGES: dict[str, Literal["c", "c++"]] = {".c": "c", ".cpp": "c++"}
_SPLIT = "split.toml"


@dataclass(frozen=True)
class SuiteKernel:
    """One kernel of a suite.

    Attributes:
        name: the file's stem, unique in the suite.
        family: the folder's name.
        language: of the source.
        source: the file that defines the entry.
        workload: how to call it.
        held_out: whether its family is kept away from mining and training.
    """

    name: str
    family: str
    language: Literal["c", "c++"]
    source: Path
    workload: Path
    held_out: bool = False

    def lower(self, *, march: str = "native") -> Kernel:
        """The kernel's IR; its entry is the one that the workload names, else the only candidate of the file.

        Raises InputError where a file has several, and what `kernels` and `Workload.load` raise.
        """
        from passwright.irgen.frontend import kernels

        entry = Workload.load(self.workload).entry
        found = kernels(self.source, entries=(entry,) if entry else (), march=march, workload=self.workload)
        if len(found) != 1:
            names = ", ".join(kernel.name for kernel in found)
            raise InputError(
                f"{self.source}: a suite's file has one kernel, this one has {names}",
                hint=f'name one in {self.workload.name}: entry = "symbol", or make the others static',
            )
        return found[0]


def load_suite(folder: Path | str = SUITE) -> list[SuiteKernel]:
    """The kernels of a suite, sorted by family and name.

    Raises:
        InputError: no such folder, a folder without kernels, two kernels of one name, a split that names a
        family which is not there.
        ParseError: a split that is not TOML.
        WorkloadError: a kernel without a workload. (Workloads are not read here.)
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{root}: no such suite", hint="give a folder with one folder of kernels per family")
    sources = sorted(path for path in root.glob("*/*") if path.suffix in _LANGUAGES)
    if not sources:
        raise InputError(
            f"{root}: no kernels", hint="put them at <family>/<name>.c or .cpp, with <name>.toml"
        )
    held_out = _held_out(root / _SPLIT, {path.parent.name for path in sources})
    seen: dict[str, Path] = {}
    for path in sources:
        other = seen.setdefault(path.stem, path)
        if other is not path:
            raise InputError(f"two kernels are called {path.stem!r}: {other} and {path}", hint="rename one")
    return [_kernel(path, path.parent.name in held_out) for path in sources]


def families(kernels: Iterable[SuiteKernel]) -> dict[str, list[SuiteKernel]]:
    """The kernels by family, in the order in which they come."""
    result: dict[str, list[SuiteKernel]] = {}
    for kernel in kernels:
        result.setdefault(kernel.family, []).append(kernel)
    return result


def _kernel(source: Path, held_out: bool) -> SuiteKernel:
    workload = source.with_suffix(".toml")
    if not workload.is_file():
        raise WorkloadError(f"{source}: no workload {workload.name} beside it", hint="see docs/workloads.md")
    return SuiteKernel(source.stem, source.parent.name, _LANGUAGES[source.suffix], source, workload, held_out)


def _held_out(path: Path, known: set[str]) -> frozenset[str]:
    """The families that `path` holds out; none where there is no such file."""
    if not path.is_file():
        return frozenset()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParseError(str(error), path=str(path), hint='write held_out = ["family", …]') from None
    names = data.pop("held_out", [])
    if data or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(
            f"{path}: not a list of held-out families", hint='write held_out = ["family", …] and nothing else'
        )
    unknown = sorted(set(names) - known)
    if unknown:
        raise InputError(
            f"{path}: no family {unknown[0]!r} in this suite", hint=f"families: {', '.join(sorted(known))}"
        )
    return frozenset(names)
