"""The scalar types that generated kernels compute with, and what each of them can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Scalar:
    """A C scalar type.

    Attributes:
        code: as workloads write it ("i32", "float").
        kind: floating point, signed or unsigned.
        bits: its width.
        plain: how C spells it without <stdint.h>.
    """

    code: str
    kind: Literal["f", "i", "u"]
    bits: int
    plain: str

    @property
    def is_float(self) -> bool:
        return self.kind == "f"

    @property
    def low(self) -> int:
        """The smallest value of an integer type."""
        return -(1 << (self.bits - 1)) if self.kind == "i" else 0

    @property
    def high(self) -> int:
        """The largest value of an integer type."""
        return (1 << (self.bits - (self.kind == "i"))) - 1

    @property
    def fixed(self) -> str:
        """How <stdint.h> spells it."""
        return self.plain if self.is_float else f"{'u' if self.kind == 'u' else ''}int{self.bits}_t"

    def holds(self, low: int, high: int) -> bool:
        """Whether an integer type represents every value from `low` to `high`."""
        return self.low <= low and high <= self.high


F32 = Scalar("float", "f", 32, "float")
F64 = Scalar("double", "f", 64, "double")
I8 = Scalar("i8", "i", 8, "signed char")
I16 = Scalar("i16", "i", 16, "short")
I32 = Scalar("i32", "i", 32, "int")
I64 = Scalar("i64", "i", 64, "long")
U8 = Scalar("u8", "u", 8, "unsigned char")
U16 = Scalar("u16", "u", 16, "unsigned short")
U32 = Scalar("u32", "u", 32, "unsigned")
U64 = Scalar("u64", "u", 64, "unsigned long")

FLOATS = (F32, F64)
SIGNED = (I8, I16, I32, I64)
UNSIGNED = (U8, U16, U32, U64)
INTEGERS = SIGNED + UNSIGNED
EVERY = FLOATS + INTEGERS


def promoted(type: Scalar) -> Scalar:
    """The type that arithmetic on a value of `type` happens in (C11 6.3.1.1)."""
    return type if type.is_float or type.bits >= 32 else I32
