"""What happened in jobs, step by step: the transitions that the planner's tables are estimated from.

    {"kind": "tuning", "job": "suite://stencils/heat", "before": [false, false, 0, 8, 2], "action": "zero-shot",
     "after": [true, true, 2, 7, 1], "reward": 0.31, "share": 0.09, "budget": 8.0, "machine": "…", "at": 1767225600.0}

One JSON object a line (`passes/json_lines.py`), only ever appended; `after` is null where the job ended. The file that
ships, `policy/episodes.jsonl`, was collected by `python -m passwright.policy.plan collect` on training families.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from time import time
from typing import Any, NamedTuple

from passwright.passes.errors import InputError
from passwright.passes.json_lines import append_line, read_lines

KINDS = ("tuning", "generation")
ACTIONS = ("zero-shot", "measure", "evolve", "polyhedral", "repair", "regenerate", "validate", "stop")
"""What a job can do next; what each is in which kind of job is in docs/planner.md."""
GAINS = (1.01, 1.1, 1.3, 1.8)
"""Borders of the gain's buckets: of the best verified build so far over the baseline."""
LEFT = 8
"""Buckets of what is left of the budget; 0: nothing."""
DOUBTS = 3
"""0: the gain is measured well, 1: roughly, 2: nothing was tried yet."""


class State(NamedTuple):
    """A job as the planner sees it.

    Attributes:
        kind: of the job, one of KINDS.
        compiles: something that was tried compiles. verified: something that is worth giving out (faster than the
            baseline; in a generation job, any kernel) is verified.
        gain: bucket of the best verified gain, 0 to 4 (GAINS).
        left: eighths of the budget that are left, rounded up; 0 to 8.
        doubt: about the gain, 0 to 2 (DOUBTS).
    """

    kind: str
    compiles: bool
    verified: bool
    gain: int
    left: int
    doubt: int

    @staticmethod
    def of(kind: str, *, compiles: bool, verified: bool, ratio: float, left: float, doubt: int) -> State:
        """From a ratio (1: no gain) and the share of the budget that is left, 0 to 1."""
        bucket = sum(ratio >= border for border in GAINS)
        return State(
            kind, compiles, verified, bucket, min(LEFT, max(0, math.ceil(LEFT * left - 1e-9))), doubt
        )


def start(kind: str) -> State:
    """Of a job in which nothing was done yet."""
    return State(kind, False, False, 0, LEFT, DOUBTS - 1)


def legal(state: State) -> tuple[str, ...]:
    """What a job may do next, in the order of ACTIONS; "stop" always."""
    if state.left == 0:
        return ("stop",)
    fresh = state.doubt == DOUBTS - 1
    unsure = state.verified and state.doubt > 0
    tuning = state.kind == "tuning"
    allowed = {
        "zero-shot": fresh,
        "measure": True,
        "evolve": tuning or state.verified,
        "polyhedral": tuning or state.verified,
        "repair": not tuning and not fresh and not state.verified,
        "regenerate": not tuning and not fresh and not state.verified,
        "validate": unsure,
        "stop": True,
    }
    return tuple(action for action in ACTIONS if allowed[action])


@dataclass(frozen=True)
class Transition:
    """One step of a job.

    Attributes:
        job: what it was about, a kernel's URI say.
        after: None: the job ended.
        reward: what the step changed of the logarithm of the gain, less its price.
        share: of the budget that it took. budget: the whole, seconds.
        machine: name of the CPU. at: seconds since the epoch.
    """

    job: str
    before: State
    action: str
    after: State | None
    reward: float
    share: float = 0.0
    budget: float = 0.0
    machine: str = ""
    at: float = field(default_factory=time)

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot have happened."""
        for state in (self.before, self.after):
            if state is not None and not _sound(state):
                raise ValueError(f"{state} is no state")
        if self.action not in ACTIONS:
            raise ValueError(f"{self.action!r} is no action")
        if (self.after is None) != (self.action == "stop"):
            raise ValueError("a job ends by stopping, and only so")
        if self.after is not None and self.after.kind != self.before.kind:
            raise ValueError("a job does not change its kind")
        if not all(map(math.isfinite, (self.reward, self.share, self.budget, self.at))):
            raise ValueError("a number that is not finite")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "kind": self.before.kind,
            "job": self.job,
            "before": list(self.before[1:]),
            "action": self.action,
            "after": None if self.after is None else list(self.after[1:]),
            "reward": round(self.reward, 6),
            "share": round(self.share, 6),
            "budget": self.budget,
            "machine": self.machine,
            "at": round(self.at, 3),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Transition:
        """The inverse; raises ValueError for what is no transition."""
        try:
            kind, after = data["kind"], data["after"]
            return Transition(
                str(data["job"]),
                State(kind, *data["before"]),
                data["action"],
                None if after is None else State(kind, *after),
                float(data["reward"]),
                float(data["share"]),
                float(data["budget"]),
                str(data["machine"]),
                float(data["at"]),
            )
        except (KeyError, TypeError) as problem:
            raise ValueError(f"no transition: {problem}") from None


def _sound(state: State) -> bool:
    flags = isinstance(state.compiles, bool) and isinstance(state.verified, bool)
    numbers = all(type(one) is int for one in state[3:])
    return (
        flags
        and numbers
        and state.kind in KINDS
        and 0 <= state.gain <= len(GAINS)
        and 0 <= state.left <= LEFT
        and 0 <= state.doubt < DOUBTS
    )


def shipped() -> Path:
    """The transitions that come with Passwright."""
    return Path(str(files("passwright.policy").joinpath("episodes.jsonl")))


def read(paths: Iterable[Path]) -> list[Transition]:
    """All transitions of some files; none of a file that is not there.  Raises InputError for a bad line."""
    found = []
    for path in paths:
        for number, line in enumerate(read_lines(path), 1):
            try:
                found.append(Transition.from_json(line))
            except ValueError as problem:
                raise InputError(f"{path}:{number}: {problem}", hint="remove the line, or the file") from None
    return found


def record(path: Path, transitions: Iterable[Transition]) -> None:
    """Append them.  Raises InputError when the file cannot be written."""
    for one in transitions:
        append_line(path, one.to_json())
