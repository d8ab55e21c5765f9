"""What became of one recipe on one kernel."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from passwright.bench.reliability.reliability import Reliability
from passwright.passes.recipe import Recipe

# In the order of the stages. "worse": dropped by the quick measurement before verification. "ok": competitive
# and, by a quick verification, equal.
STATUSES = (
    "invalid",
    "crashed",
    "timed-out",
    "too-large",
    "unloadable",
    "worse",
    "different",
    "unverifiable",
    "ok",
)


@dataclass(frozen=True)
class Outcome:
    """One row of what a search tried; failures are kept with the recipe that caused them.

    `score` is what policies compare: the natural logarithm of how many times better than -O3 the recipe is
    (time, or code size for that objective); -inf for anything that failed.
    """

    recipe: Recipe
    status: str
    ratio: float = 0.0  # baseline / candidate of the best measurement so far; 0 when there is none
    samples: int = 0  # how many samples of the candidate stand behind `ratio`
    code: str = ""  # hash of the object's code and data; equal codes are measured once
    duplicate: bool = False  # the code was known already; ratio and status are the earlier ones
    text_size: int = 0  # bytes of machine code
    instructions: int = 0  # IR instructions
    compile_seconds: float = 0.0
    seconds: float = 0.0  # compile, screen, verification and measurement together
    stage: str = "compile"  # the last stage reached: compile | screen | verify | measure
    message: str = ""
    at: float = 0.0  # seconds since the search began
    failed_step: int = -1  # index of the step that failed; the recipe's length: code generation; -1: none
    times: tuple[tuple[float, ...], tuple[float, ...]] = (
        (),
        (),
    )  # seconds per call, baseline's and its own, by round
    complexity: int = 0  # the highest cyclomatic complexity of a function of the final IR
    reliability: Reliability | None = None  # of the source in this build, where a report was made

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    @property
    def score(self) -> float:
        return math.log(self.ratio) if self.status in {"ok", "worse"} and self.ratio > 0 else -math.inf

    def to_json(self) -> dict[str, Any]:
        """Plain values; the recipe as its canonical text."""
        reliability = self.reliability.to_json() if self.reliability else None
        plain = asdict(replace(self, reliability=None))
        return plain | {"recipe": str(self.recipe), "reliability": reliability}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """The inverse of `to_json`."""
        base, own = data.get("times", ((), ()))
        trusted = data.get("reliability")
        made = {
            "recipe": Recipe.parse(data["recipe"]),
            "times": (tuple(base), tuple(own)),
            "reliability": Reliability.from_json(trusted) if trusted else None,
        }
        return cls(**(data | made))
