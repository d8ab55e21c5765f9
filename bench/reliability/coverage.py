"""Which of a kernel's branches were reached, from SanitizerCoverage flags of its unoptimised build.

A counter stands for an edge of the control flow graph; those that others imply have none (Tikir and Hollingsworth,
Efficient instrumentation for code coverage testing, 2002, as LLVM's SanitizerCoverage does it). Functions of the file that
the kernel cannot reach do not count, nor does what a header of the system defines. Functions and lines come from
llvm-symbolizer; without it every counter of the file counts, and no line is named.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passwright.bench.reliability.fuzz import Counted
    from passwright.irgen.kernel import Kernel


@dataclass(frozen=True)
class Place:
    """What a symbolizer says of an address; line 0 is unknown."""

    function: str
    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Coverage:
    """How much of the kernel's own functions the inputs reached.

    Attributes:
        covered, total: edges.
        without_fuzzing: edges that the other inputs had reached already.
        functions: how many functions these are in; 0 where unknown.
        missed: places of edges that no input reached, `file:line`, sorted.
    """

    covered: int
    total: int
    without_fuzzing: int
    functions: int
    missed: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.covered / self.total if self.total else 1.0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "missed": list(self.missed)}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Coverage:
        return Coverage(**{**data, "missed": tuple(data["missed"])})


def coverage(kernel: Kernel, program: Path, counted: Counted, plain: int) -> Coverage | None:
    """The coverage of `counted`, whose first `plain` calls are not the fuzzer's; None without counters or calls."""
    if not counted.edges or not counted.reached:
        return None
    places = symbolize(program, [edge.address for edge in counted.edges])
    own = [True] * len(counted.edges)
    if places:
        reachable = _reachable(kernel)
        system = ("/usr/include/", "/usr/lib/")
        own = [p.function in reachable and not p.file.startswith(system) for p in places]
    if not any(own):
        return None
    last = counted.reached[-1]
    before = counted.reached[plain - 1] if plain else bytes(len(last))
    missed = sorted(
        {
            (place.file, place.line)
            for place, mine, count in zip(places, own, last, strict=False)
            if mine and not count and place.line
        }
    )
    return Coverage(
        sum(bool(count) for count, mine in zip(last, own, strict=True) if mine),
        sum(own),
        sum(bool(count) for count, mine in zip(before, own, strict=True) if mine),
        len({place.function for place, mine in zip(places, own, strict=False) if mine}),
        tuple(f"{Path(file).name}:{line}" for file, line in missed),
    )


def _reachable(kernel: Kernel) -> set[str]:
    from passwright import _native

    module = _native.Module.parse(kernel.bitcode, kernel.name)
    inside = module.extract([kernel.entry])
    names = {item.name.removesuffix(".passwright") for item in inside.functions() if not item.is_declaration}
    return {*names, kernel.entry}


def symbolizer() -> str | None:
    """llvm-symbolizer, under the names that distributions give it."""
    for name in ("llvm-symbolizer-19", "llvm-symbolizer"):
        if found := shutil.which(name):
            return found
    return None


def symbolize(program: Path, addresses: Sequence[int]) -> list[Place]:
    """The place of each address of a program, in the innermost inlined function; none without a symbolizer."""
    tool = symbolizer()
    if tool is None or not addresses:
        return []
    command = [tool, f"--obj={program}", "--no-demangle", "--output-style=JSON"]
    text = "".join(f"{address:#x}\n" for address in addresses)
    try:
        run = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        answers = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return []
    if len(answers) != len(addresses):
        return []
    places = []
    for answer in answers:
        frame = (answer.get("Symbol") or [{}])[0]
        file, line, column = frame.get("FileName", ""), frame.get("Line", 0), frame.get("Column", 0)
        places.append(Place(frame.get("FunctionName", ""), file, int(line or 0), int(column or 0)))
    return places
