"""`Kernel`: what is optimised; `Lowered`: the file it is from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Language = Literal["c", "c++", "ir", "numba"]


@dataclass(frozen=True)
class Kernel:
    """One function of a file, with the whole file's IR.

    Attributes:
        name: what tables show; the function's name as the source writes it.
        entry: the symbol in the object.
        source: the file, None for IR that was handed over in memory.
        language: of the source.
        flags: compile flags that the source was lowered with, without optimisation level and `-march`.
        march: the CPU ("native" resolved to this machine's).
        bitcode: the whole file's module, unoptimised, target attributes set, no debug info unless `-g` was
        asked for. debug_bitcode: the same with debug info; empty where there is none or it was not asked
        for. workload: the workload file that goes with it.
    """

    name: str
    entry: str
    source: Path | None
    language: Language
    flags: tuple[str, ...]
    march: str
    bitcode: bytes = field(repr=False)
    debug_bitcode: bytes = field(repr=False)
    workload: Path | None = None


@dataclass(frozen=True)
class Lowered:
    """A file's unoptimised IR; see `Kernel` for the fields. `notes` says what was changed about the input."""

    bitcode: bytes
    debug_bitcode: bytes
    language: Language
    flags: tuple[str, ...]
    march: str
    diagnostics: str = ""
    notes: tuple[str, ...] = ()
