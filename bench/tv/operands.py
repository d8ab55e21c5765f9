"""Operands of the dump as values, and values of a type made from nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from passwright.bench.tv.machine import Machine
from passwright.bench.tv.terms import Truth
from passwright.bench.tv.values import NULL, Number, Pointer, Unsupported, Value, number, pointer, poison_of

Operand = Any
Type = Mapping[str, Any]


class Operands:
    """The values of one call, by id, and its function's types."""

    def __init__(self, machine: Machine, function: Mapping[str, Any]) -> None:
        self.machine = machine
        self.types: list[Type] = function["types"]
        self.values: dict[int, Value] = {}

    def type(self, index: int) -> Type:
        """A type by its index."""
        return self.types[index]

    def width(self, index: int) -> int:
        """Bits of an integer or floating-point type, or of the elements of a vector of them."""
        kind = self.types[index]
        while kind["kind"] == "vector":
            kind = self.types[kind["of"]]
        if kind["kind"] == "ptr":
            return 64
        if kind["kind"] not in ("int", "float"):
            raise Unsupported(f"the type {kind['text']}")
        return int(kind["bits"])

    @staticmethod
    def poison(value: Value) -> Truth:
        """Whether any part is poison."""
        return poison_of(value)

    def value(self, operand: Operand) -> Value:
        """What an operand is."""
        kind, index = operand[0], operand[1]
        match kind:
            case "v":
                return self.values[operand[2]]
            case "i" | "f":
                return number(int(operand[2]), self.width(index))
            case "null":
                return pointer(NULL)
            case "zero":
                return self.filled(index, lambda kind: _zero(kind))
            case "poison":
                return self.filled(index, lambda kind: _poison(kind))
            case "undef":
                return self.filled(index, self._undef)
            case "g":
                return pointer(self.machine.world.globals[operand[2]], operand[3] & ((1 << 64) - 1))
            case "agg":
                return tuple(self.value(part) for part in operand[2])
        raise Unsupported(f"the constant {operand[2]}" if kind == "?" else "addresses of functions")

    def filled(self, index: int, leaf: Callable[[Type], Value]) -> Value:
        """A value of that type made of leaves."""
        kind = self.types[index]
        if kind["kind"] in ("vector", "array"):
            return tuple(self.filled(kind["of"], leaf) for _ in range(kind["count"]))
        if kind["kind"] == "struct":
            return tuple(self.filled(field, leaf) for field in kind["fields"])
        if kind["kind"] not in ("int", "float", "ptr"):
            raise Unsupported(f"the type {kind['text']}")
        return leaf(kind)

    def _undef(self, kind: Type) -> Value:
        if kind["kind"] == "ptr":
            return pointer(NULL, 0, self.machine.role == "target")
        return self.machine.undef(kind["bits"])


def _zero(kind: Type) -> Value:
    return pointer(NULL) if kind["kind"] == "ptr" else number(0, kind["bits"])


def _poison(kind: Type) -> Value:
    return pointer(NULL, 0, True) if kind["kind"] == "ptr" else number(0, kind["bits"], True)


def lanes(value: Value, count: int) -> tuple[Value, ...]:
    """A vector's lanes; a scalar stands in every lane."""
    return value if isinstance(value, tuple) else (value,) * count


__all__ = ["Number", "Operands", "Pointer", "lanes"]
