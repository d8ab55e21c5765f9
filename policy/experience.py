"""What the experience store keeps, and how what was seen of one thing several times becomes one answer.

An `Observation` is what one run found out about one recipe on one kernel on one machine. Those of the same
three are merged into an `Experience` by a rule that is a function of the *set* of observations: their order
of arrival, repetition, and the grouping into batches make no difference, so several writers, and an import
that runs twice, end at the same answer.

1. Observations are ranked: newer LLVM, then newer Passwright, then `different` before all other statuses (an
   inequality that was found is not undone by a check that missed it), then the later time.
2. The first KEPT of them are kept, the others forgotten.
3. The first one says status, evidence, sizes, failing step and origin. Each of the reliability terms is that of the first
   one that knows it.
4. Its ratio is pooled with those of the measured ones that share its LLVM, Passwright and workload: the median
   over all their rounds of baseline / candidate, each pair from one round. The interval is the distribution-
   free one for a median (order statistics and the binomial; Conover, Practical Nonparametric Statistics, 3.2).
   An observation without raw samples counts with its ratio once per round (ROUNDS at most), and the interval
   is then the hull of the intervals. A single observation keeps its own ratio and interval.

The database is in `store.py`; nothing here needs it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property, lru_cache
from hashlib import blake2b
from statistics import median
from time import time
from typing import Any

from passwright.bench.machine import Machine
from passwright.irgen.kernel import Kernel
from passwright.policy.median import interval
from passwright.policy.outcome import STATUSES, Outcome

KEPT = 8
"""Observations of one kernel, recipe and machine that are kept."""
ROUNDS = 64
"""Rounds of raw samples that an observation keeps: the first ones."""
MEASURED = ("ok", "worse")
"""Statuses with a ratio."""
TERMS = ("defect_density", "source_complexity", "maintainability", "ir_complexity")
"""Reliability terms: three of the source, one of its build."""
ORIGINS = ("search", "mine", "fuzz", "collect")
_HASH = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class StoredKernel:
    """A kernel as the store knows it.

    Attributes:
        hash: structural hash of the kernel's own module before any pass (what the lock file calls the
        fingerprint).
        name, family: as in the suite; a kernel from elsewhere has no family.
        language: of the source.
        source: hash of the source's text; empty without a source.
        instructions: of the module.
        bitcode: the module; empty when it was not kept.
    """

    hash: str
    name: str
    family: str = ""
    language: str = ""
    source: str = ""
    instructions: int = 0
    bitcode: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        _require(_HASH.fullmatch(self.hash) is not None, f"{self.hash!r} is no hash")
        _require(0 <= self.instructions < 1 << 31, f"{self.instructions} is no number of instructions")
        for name in ("name", "family", "language", "source"):
            object.__setattr__(self, name, _storable(getattr(self, name)))

    @staticmethod
    def of(kernel: Kernel, family: str = "") -> StoredKernel:
        """The kernel cut out of its file, as it is judged."""
        from passwright._native import Module
        from passwright.passes.build import split

        module = split(Module.parse(kernel.bitcode, kernel.name), kernel.entry).kernel
        text = kernel.source.read_bytes() if kernel.source is not None else b""
        return StoredKernel(
            module.structural_hash(),
            kernel.name,
            family,
            kernel.language,
            digest(text) if text else "",
            module.instruction_count,
            module.bitcode(),
        )


@dataclass(frozen=True)
class Observation:
    """What one run found out about a recipe.

    Attributes:
        kernel, machine: their hashes; `machine_hash` gives the second.
        recipe: canonical text.
        status: one of STATUSES.
        evidence: what the verdict or the failure rests on.
        ratio: baseline / candidate, 0 when there is none; low, high: 95 % interval, 0 and infinity when there
        is none.
        rounds: how many rounds stand behind the ratio.
        baseline, candidate: raw samples in seconds per call, one of each per round; may be empty.
        text_size: bytes of machine code. seconds: what the observation cost.
        failed_step: index of the step that failed, the recipe's length for code generation, -1 for none.
        at: seconds since the epoch. package, llvm: versions.
        origin: one of ORIGINS.
        workload: digest of whatever else the ratio depends on (sizes, data); ratios of different ones are not
        pooled.
        defect_density, source_complexity, maintainability, ir_complexity: terms of `Reliability` (bench/reliability), the
        last one of the recipe's IR; None where it is not known.
    """

    kernel: str
    machine: str
    recipe: str
    status: str
    evidence: str = ""
    ratio: float = 0.0
    low: float = 0.0
    high: float = math.inf
    rounds: int = 0
    baseline: tuple[float, ...] = field(default=(), repr=False)
    candidate: tuple[float, ...] = field(default=(), repr=False)
    text_size: int = 0
    seconds: float = 0.0
    failed_step: int = -1
    at: float = field(default_factory=time)
    package: str = ""
    llvm: str = ""
    origin: str = "search"
    workload: str = ""
    defect_density: float | None = None
    source_complexity: int | None = None
    maintainability: float | None = None
    ir_complexity: int | None = None

    def __post_init__(self) -> None:
        """Cuts the samples to ROUNDS and what a database cannot hold out of texts; raises ValueError."""
        count = min(len(self.baseline), len(self.candidate), ROUNDS)
        for name in ("baseline", "candidate"):
            object.__setattr__(self, name, tuple(map(float, getattr(self, name)[:count])))
        for name in ("ratio", "low", "high", "seconds", "at"):
            object.__setattr__(self, name, float(getattr(self, name)) + 0.0)  # SQLite has no -0.0
        for name in ("recipe", "evidence", "package", "llvm", "workload"):
            object.__setattr__(self, name, _storable(getattr(self, name)))
        for name in ("defect_density", "maintainability"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, float(value) + 0.0)
                _require(0 <= getattr(self, name) < math.inf, f"{name}: {value}")
        for name in ("source_complexity", "ir_complexity"):
            value = getattr(self, name)
            _require(value is None or 0 < value < 1 << 31, f"{name}: {value}")
        if count:
            object.__setattr__(self, "rounds", count)
        for name in ("kernel", "machine"):
            value = getattr(self, name)
            _require(_HASH.fullmatch(value) is not None, f"{name}: {value!r} is no hash")
        _require(self.status in STATUSES, f"status: {self.status!r} is none of {', '.join(STATUSES)}")
        _require(self.origin in ORIGINS, f"origin: {self.origin!r} is none of {', '.join(ORIGINS)}")
        _require(math.isfinite(self.ratio) and self.ratio >= 0, f"ratio: {self.ratio}")
        _require(
            0 <= self.low <= self.high and math.isfinite(self.low), f"interval: {self.low} to {self.high}"
        )
        _require(math.isfinite(self.seconds) and math.isfinite(self.at), "a time that is not finite")
        _require(0 <= self.rounds < 1 << 31, f"rounds: {self.rounds}")
        _require(0 <= self.text_size < 1 << 62, f"text_size: {self.text_size}")
        _require(-1 <= self.failed_step < 1 << 31, f"failed_step: {self.failed_step}")
        _require(
            all(1e-15 <= value <= 1e9 for value in (*self.baseline, *self.candidate)),
            "samples: a value that is no time of a call in seconds",
        )

    @staticmethod
    def of(
        outcome: Outcome,
        *,
        kernel: str,
        machine: Machine,
        origin: str = "search",
        workload: str = "",
    ) -> Observation:
        """An outcome of a search for speed."""
        low, high = interval(base / own for base, own in zip(*outcome.times, strict=True))
        source = outcome.reliability
        return Observation(
            kernel=kernel,
            machine=machine_hash(machine),
            recipe=str(outcome.recipe),
            status=outcome.status,
            evidence=outcome.message,
            ratio=outcome.ratio,
            low=low,
            high=high,
            rounds=outcome.samples,
            baseline=outcome.times[0],
            candidate=outcome.times[1],
            text_size=outcome.text_size,
            seconds=outcome.seconds,
            failed_step=outcome.failed_step,
            package=machine.package,
            llvm=machine.llvm,
            origin=origin,
            workload=workload,
            defect_density=source.defect_density if source and source.lines else None,
            source_complexity=(source.complexity if source else 0) or None,
            maintainability=source.maintainability if source else None,
            ir_complexity=outcome.complexity or None,
        )

    @cached_property
    def key(self) -> str:
        """What observations of the same kernel, recipe and machine share."""
        return digest("\0".join((self.kernel, recipe_hash(self.recipe), self.machine)).encode())

    @cached_property
    def digest(self) -> str:
        """Tells it from other observations with its key; the same content has the same one."""
        return digest(json.dumps(self.to_json(), sort_keys=True).encode())

    def to_json(self) -> dict[str, Any]:
        """Plain values that `json.dumps` writes without loss; what is as by default is left out."""
        values = {name: getattr(self, name) for name in _DEFAULTS}
        values |= {"baseline": list(self.baseline), "candidate": list(self.candidate)}
        return {name: value for name, value in values.items() if name == "at" or value != _DEFAULTS[name]}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Observation:
        """The inverse of `to_json`; raises ValueError for what is no observation."""
        if unknown := sorted(set(data) - set(_DEFAULTS)):
            raise ValueError(f"unknown field {unknown[0]!r}")
        if missing := [name for name in ("kernel", "machine", "recipe", "status", "at") if name not in data]:
            raise ValueError(f"the field {missing[0]!r} is missing")
        values = dict(data)
        for name, value in data.items():
            kind = _KINDS[name]
            good = isinstance(value, kind) and not isinstance(value, bool)
            if kind is list:
                good = good and all(isinstance(one, int | float) for one in value)
                values[name] = tuple(value) if good else ()
            elif kind is not str and kind is not int and good:
                values[name] = float(value)
            _require(good, f"{name}: {value!r} is of the wrong type")
        return Observation(**values)


_TEXT = ("kernel", "machine", "recipe", "status", "evidence", "package", "llvm", "origin", "workload")
_KINDS: dict[str, Any] = (
    dict.fromkeys(_TEXT, str)
    | dict.fromkeys(("rounds", "text_size", "failed_step", "source_complexity", "ir_complexity"), int)
    | dict.fromkeys(
        ("ratio", "low", "high", "seconds", "at", "defect_density", "maintainability"), (int, float)
    )
    | dict.fromkeys(("baseline", "candidate"), list)
)
_DEFAULTS = {one.name: one.default for one in fields(Observation)} | {"baseline": [], "candidate": []}


@dataclass(frozen=True)
class Experience:
    """The merged observations of a recipe on a kernel on a machine; fields not listed are those of `Observation`.

    Attributes:
        rounds: behind the ratio, all pooled observations together.
        repeats: pooled observations.
        noise: how far off the ratio may be, as a factor: the interval's high / low, or the largest of the
        repeated ratios over the smallest, whichever is more; infinite without an interval, 1 without a ratio.
    """

    key: str
    kernel: str
    machine: str
    recipe: str
    status: str
    evidence: str
    ratio: float
    low: float
    high: float
    rounds: int
    repeats: int
    noise: float
    text_size: int
    seconds: float
    failed_step: int
    at: float
    package: str
    llvm: str
    origin: str
    defect_density: float | None = None
    source_complexity: int | None = None
    maintainability: float | None = None
    ir_complexity: int | None = None


def kept(observations: Iterable[Observation]) -> list[Observation]:
    """Distinct observations of one key, best first, as many as are kept."""
    distinct = {one.digest: one for one in observations}
    ranked = sorted(distinct.items(), key=lambda item: (_rank(item[1]), item[0]), reverse=True)
    return [one for _, one in ranked[:KEPT]]


def merge(observations: Sequence[Observation]) -> Experience:
    """The answer from what `kept` returned; at least one. See the module's docstring."""
    first = observations[0]
    pool = [
        one
        for one in observations
        if first.status in MEASURED
        and one.status in MEASURED
        and one.ratio > 0
        and (one.llvm, one.package, one.workload) == (first.llvm, first.package, first.workload)
    ]
    ratio, low, high = _pooled(pool)
    ratios = [one.ratio for one in pool]
    noise = max(high / low if low > 0 else math.inf, max(ratios) / min(ratios)) if pool else 1.0
    return Experience(
        key=first.key,
        kernel=first.kernel,
        machine=first.machine,
        recipe=first.recipe,
        status=first.status,
        evidence=first.evidence,
        ratio=ratio,
        low=low,
        high=high,
        rounds=sum(one.rounds for one in pool),
        repeats=len(pool),
        noise=noise,
        text_size=first.text_size,
        seconds=first.seconds,
        failed_step=first.failed_step,
        at=first.at,
        package=first.package,
        llvm=first.llvm,
        origin=first.origin,
        **{name: _first_known(getattr(one, name) for one in observations) for name in TERMS},
    )


def _first_known(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def recipe_hash(text: str) -> str:
    """`Recipe.hash`, from the canonical text."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def machine_hash(machine: Machine) -> str:
    """16 hex digits for the hardware and its operating system; versions are the observations' own."""
    return digest(json.dumps(machine_json(machine), sort_keys=True).encode())[:16]


def machine_json(machine: Machine) -> dict[str, Any]:
    """What tells machines apart, as JSON values."""
    left_out = {"load", "warnings", "llvm", "package"}
    return {name: value for name, value in asdict(machine).items() if name not in left_out}


def digest(data: bytes) -> str:
    """32 hex digits for a content."""
    return blake2b(data, digest_size=16).hexdigest()


def _pooled(pool: Sequence[Observation]) -> tuple[float, float, float]:
    if not pool:
        return 0.0, 0.0, math.inf
    if len(pool) == 1:
        return pool[0].ratio, pool[0].low, pool[0].high
    rounds: list[float] = []
    for one in pool:
        pairs = zip(one.baseline, one.candidate, strict=True)
        rounds += [base / own for base, own in pairs] or [one.ratio] * min(max(1, one.rounds), ROUNDS)
    if all(one.baseline for one in pool):
        low, high = interval(rounds)
    else:
        low, high = min(one.low for one in pool), max(one.high for one in pool)
    return median(rounds), low, high


def _rank(one: Observation) -> tuple[Any, ...]:
    return _version(one.llvm), _version(one.package), one.status == "different", one.at


@lru_cache(maxsize=256)
def _version(text: str) -> tuple[tuple[int, ...], str]:
    return tuple(map(int, re.findall(r"\d+", text))), text


def _storable(text: str) -> str:
    """Without the one character that PostgreSQL refuses and without what UTF-8 cannot hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ValueError(problem)
