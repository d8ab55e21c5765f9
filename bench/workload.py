"""How to call a kernel: sizes, and for each argument its type, shape, role and values.

A `Workload` is data. `Workload.load` and `save` read and write its TOML form (documented in
docs/workloads.md), `validate` holds it against the kernel's signature from debug info, `call` makes the
bytes of one concrete call, and `verification_sizes` makes up the sizes at which results are compared. What
values mean (units, physics) is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from passwright.bench.call import Buffer, Call, Role, Scalar
from passwright.bench.expression import Expression
from passwright.bench.mutation import PLAIN, Mutation
from passwright.bench.sizes import Size, SizeCase, make_up_sizes, scaled_sizes
from passwright.passes.errors import WorkloadError

__all__ = ["Argument", "Buffer", "Call", "FieldSpec", "Role", "Scalar", "Size", "SizeCase", "Workload"]

DEFAULT_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class FieldSpec:
    """The values of one scalar field of a struct; `offset` is in bytes."""

    type: str = ""
    offset: int | None = None
    fill: str = "uniform"
    range: tuple[Expression, Expression] | None = None
    below: Expression | None = None
    value: Expression | None = None


@dataclass(frozen=True)
class Argument:
    """One argument or global array.

    A scalar has `value` or `range`; an array has `shape`. Empty or None means: from debug info, or the
    default. `special` says whether NaN, infinities and the like are admissible values of a float array.
    """

    type: str = ""
    shape: tuple[Expression, ...] | None = None
    role: Role | None = None
    fill: str = "uniform"
    range: tuple[Expression, Expression] | None = None
    value: Expression | None = None
    below: Expression | None = None
    total: Expression | None = None
    start: Expression = 0
    step: Expression = 1
    alphabet: str = ""
    terminate: bool = True
    special: bool = True
    align: int = 0
    stride: int = 0
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)

    @property
    def is_array(self) -> bool:
        return self.shape is not None


@dataclass(frozen=True)
class Workload:
    """See the module's docstring; `path` is where it was read from and does not take part in comparison."""

    args: Mapping[str, Argument]
    sizes: Mapping[str, Size] = field(default_factory=dict)
    verify: tuple[Mapping[str, int], ...] = ()
    globals: Mapping[str, Argument] = field(default_factory=dict)
    entry: str = ""
    seeds: tuple[int, ...] = DEFAULT_SEEDS
    path: Path | None = field(default=None, compare=False)

    @staticmethod
    def load(path: Path | str) -> Workload:
        """Read a TOML file. Raises WorkloadError with the file, the key and the remedy."""
        from passwright.bench.workload_toml import load

        return load(Path(path))

    @staticmethod
    def parse(text: str, path: Path | None = None) -> Workload:
        """The workload that TOML `text` describes."""
        from passwright.bench.workload_toml import parse

        return parse(text, path)

    def to_toml(self) -> str:
        """The canonical text; parsing it gives an equal workload."""
        from passwright.bench.workload_toml import dump

        return dump(self)

    def save(self, path: Path | str) -> None:
        """Write the canonical text, whole or not at all."""
        target = Path(path)
        temporary = target.with_name(target.name + ".part")
        try:
            temporary.write_text(self.to_toml(), encoding="utf-8")
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise WorkloadError(
                f"{target}: cannot write the workload: {error.strerror}", hint="choose a writable folder"
            ) from None

    @property
    def measured_sizes(self) -> dict[str, int]:
        """The sizes that are measured."""
        return {name: size.value for name, size in self.sizes.items()}

    def with_sizes(self, values: Mapping[str, int]) -> Workload:
        """The same workload measured at other sizes."""
        sizes = {name: replace(size, value=values.get(name, size.value)) for name, size in self.sizes.items()}
        return replace(self, sizes=sizes)

    def validate(self, signature: Mapping[str, Any]) -> None:
        """Raise WorkloadError where the workload contradicts the signature or itself."""
        from passwright.bench.concrete import validate

        validate(self, signature)

    def call(
        self,
        signature: Mapping[str, Any],
        sizes: Mapping[str, int],
        seed: int,
        special: bool = False,
        mutation: Mutation = PLAIN,
    ) -> Call:
        """The call at `sizes` (measured values where one is missing) with data drawn by `seed`.

        `special` sprinkles NaN, infinities, signed zeros, subnormals and extremes over float arrays, and
        the ends of the range over integer arrays. `mutation` gives the values another style (its overlap is not
        applied: `case_call` of bench/cases.py does that). The same arguments give the same bytes. Raises WorkloadError.
        """
        from passwright.bench.concrete import build_call

        return build_call(self, signature, sizes, seed, special, mutation)

    def verification_sizes(self) -> list[SizeCase]:
        """Sizes at which results are compared: stated, made up (zero, one, odd, prime, …).

        And measured, cheap first.
        """
        return make_up_sizes(self.sizes, self.verify)

    def scaled(self, factor: float) -> dict[str, int]:
        """The measured sizes times `factor`, as near as the constraints allow."""
        return scaled_sizes(self.sizes, factor)
