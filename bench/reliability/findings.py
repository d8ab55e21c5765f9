"""One defect that a tool reported or a run confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["high", "medium", "low"]
"""high: the program computes something wrong, crashes or can be made to; medium: likely, or under conditions;
low: suspicious."""


@dataclass(frozen=True, order=True)
class Finding:
    """Where a defect is and what says so. Line and column count from 1; 0 is unknown."""

    file: str
    line: int
    column: int
    tool: str  # "clang" | "analyzer" | "clang-tidy" | "sanitizer" | "fuzzer" | "verifier" | "predictor"
    check: str  # the tool's own name for it: "-Warray-bounds", "core.NullDereference", "heap-buffer-overflow"
    message: str
    severity: Severity
    confirmed: bool = False  # a run showed it
