"""C expressions that know their type and the range of their value, so that none of them overflows.

An integer operation is written in the narrowest type that holds every result; where no signed type does, it is
written in an unsigned one, which wraps. Floating-point values carry no range: their arithmetic is always defined,
and the one conversion that is not (`to_integer`) clamps first, NaN included.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from passwright.bench.corpus.scalar import F32, F64, I32, I64, U32, U64, Scalar, promoted

ATOM, UNARY, PRODUCT, SUM, OTHER = 5, 4, 3, 2, 1
"""How tightly an expression binds; anything below PRODUCT and SUM is put into parentheses where it is an operand."""


@dataclass(frozen=True)
class Value:
    """An expression: its C text, its type, what it lies between (integers only), how tightly it binds."""

    text: str
    type: Scalar
    low: float = -inf
    high: float = inf
    binding: int = ATOM

    @staticmethod
    def of(text: str, type: Scalar, low: float | None = None, high: float | None = None) -> Value:
        """A variable or an element; an integer without a stated range may have any value of its type."""
        if type.is_float:
            return Value(text, type)
        return Value(text, type, type.low if low is None else low, type.high if high is None else high)

    @property
    def is_float(self) -> bool:
        return self.type.is_float

    def operand(self, binding: int = UNARY) -> str:
        """The text as an operand of an operator that binds like `binding`."""
        return self.text if self.binding >= binding else f"({self.text})"


def literal(number: float, type: Scalar) -> Value:
    """A constant of the type."""
    if type.is_float:
        text = repr(float(number)) + ("f" if type == F32 else "")
        return Value(text if number >= 0 else f"({text})", type)
    suffix = {U32: "u", U64: "ul", I64: "l"}.get(type, "")
    text = f"{int(number)}{suffix}" if abs(number) < 65536 else f"{int(number):#x}{suffix}"
    return Value(text if number >= 0 else f"({text})", promoted(type), number, number)


def cast(value: Value, type: Scalar) -> Value:
    """An explicit conversion between integer types, or to floating point."""
    if value.is_float and not type.is_float:
        raise ValueError(f"{value.text}: floating point becomes an integer through to_integer only")
    if value.type == type:
        return value
    text = f"({type.fixed}){value.operand()}"
    if type.is_float:
        return Value(text, type, binding=UNARY)
    fits = type.holds(int(value.low), int(value.high))
    low, high = (value.low, value.high) if fits else (type.low, type.high)
    return Value(text, type, low, high, UNARY)


def together(a: Value, b: Value) -> tuple[Value, Value, Scalar]:
    """Both operands with the type of C's usual arithmetic conversions, signs never mixed implicitly."""
    if a.is_float or b.is_float:
        return a, b, F64 if F64 in (a.type, b.type) else F32
    x, y = promoted(a.type), promoted(b.type)
    bits = max(x.bits, y.bits)
    if x.kind == y.kind:
        return a, b, x if x.bits >= y.bits else y
    unsigned = U64 if bits == 64 else U32
    return (
        cast(a, unsigned) if x.kind == "i" else a,
        cast(b, unsigned) if y.kind == "i" else b,
        unsigned,
    )


_BOUNDS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def arithmetic(op: str, a: Value, b: Value) -> Value:
    """`a op b` for + - *, without overflow."""
    binding = PRODUCT if op == "*" else SUM
    a, b, type = together(a, b)
    if type.is_float:
        return _binary(op, a, b, type, -inf, inf, binding)
    corners = [_BOUNDS[op](int(x), int(y)) for x in (a.low, a.high) for y in (b.low, b.high)]
    low, high = int(min(corners)), int(max(corners))
    if type.holds(low, high):
        return _binary(op, a, b, type, low, high, binding)
    if type.kind == "i":
        if I64.holds(low, high):
            return _binary(op, cast(a, I64), b, I64, low, high, binding)
        type = U64 if type.bits == 64 else U32
        a, b = cast(a, type), cast(b, type)
    return _binary(op, a, b, type, type.low, type.high, binding)


def bitwise(op: str, a: Value, b: Value) -> Value:
    """`a op b` for & | ^ on integers."""
    a, b, type = together(a, b)
    if min(a.low, b.low) < 0:
        if op == "&" and max(a.low, b.low) >= 0:  # a mask that is not negative bounds the result
            limit = b.high if b.low >= 0 else a.high
            return _binary(op, a, b, type, 0, limit, OTHER)
        return _binary(op, a, b, type, type.low, type.high, OTHER)
    if op == "&":
        return _binary(op, a, b, type, 0, min(a.high, b.high), OTHER)
    filled = (1 << int(max(a.high, b.high)).bit_length()) - 1
    return _binary(op, a, b, type, 0, filled, OTHER)


def shift_right(a: Value, count: int) -> Value:
    """An arithmetic shift of a signed, a logical one of an unsigned integer."""
    type = promoted(a.type)
    low, high = int(a.low) >> count, int(a.high) >> count
    return Value(f"{a.operand(ATOM)} >> {count}", type, low, high, OTHER)


def shift_left(a: Value, count: int) -> Value:
    """A shift of the unsigned form of `a`; bits that leave it are lost."""
    type = U64 if promoted(a.type).bits == 64 else U32
    a = cast(a, type)
    fits = int(a.high) << count <= type.high
    high = int(a.high) << count if fits else type.high
    return Value(f"{a.operand(ATOM)} << {count}", type, 0, high, OTHER)


def rotate(a: Value, count: int) -> Value:
    """A rotation to the left of an unsigned value of 32 or 64 bits."""
    type = U64 if promoted(a.type).bits == 64 else U32
    a = cast(a, type)
    text = f"({a.operand(ATOM)} << {count}) | ({a.operand(ATOM)} >> {type.bits - count})"
    return Value(text, type, 0, type.high, OTHER)


def divide(op: str, a: Value, divisor: int) -> Value:
    """`a / divisor` or `a % divisor` by a positive constant."""
    type = promoted(a.type)
    by = literal(divisor, type)
    if op == "/":
        low, high = (abs(int(end)) // divisor * (1 if end >= 0 else -1) for end in (a.low, a.high))
        return _binary("/", a, by, type, low, high, PRODUCT)
    return _binary("%", a, by, type, -(divisor - 1) if a.low < 0 else 0, divisor - 1, PRODUCT)


def negated(a: Value) -> Value:
    """`-a`."""
    type = promoted(a.type)
    if type.is_float or type.holds(int(-a.high), int(-a.low)):
        return Value(f"-{a.operand(ATOM)}", type, -a.high, -a.low, UNARY)
    return arithmetic("-", literal(0, I32), a)


def compare(op: str, a: Value, b: Value) -> str:
    """`a op b` as a condition."""
    a, b, _ = together(a, b)
    right = b.text[1:-1] if b.text.startswith("(-") and b.low == b.high else b.operand(SUM)
    return f"{a.operand(SUM)} {op} {right}"


def select(condition: str, a: Value, b: Value) -> Value:
    """`condition ? a : b`."""
    a, b, type = together(a, b)
    text = f"{condition} ? {a.operand(SUM)} : {b.operand(SUM)}"
    return Value(text, type, min(a.low, b.low), max(a.high, b.high), OTHER)


def to_integer(value: Value, type: Scalar, low: int, high: int) -> Value:
    """A floating-point variable as an integer from `low` to `high`; NaN becomes `low`.

    `value` is written three times: give a variable.
    """
    lower, upper = literal(low, value.type), literal(high, value.type)
    text = f"{value.text} > {lower.text} ? ({value.text} < {upper.text} ? {value.text} : {upper.text}) : {lower.text}"
    return Value(f"({type.fixed})({text})", type, low, high, UNARY)


def renamed(value: Value, text: str) -> Value:
    """What a variable called `text` that holds `value` is."""
    return replace(value, text=text, binding=ATOM)


def _binary(op: str, a: Value, b: Value, type: Scalar, low: float, high: float, binding: int) -> Value:
    # Left operands may bind as tightly as the operator, right ones must bind more tightly.
    left, right = (OTHER + 1, OTHER + 1) if binding == OTHER else (binding, binding + 1)
    if binding == OTHER:  # clang warns about sums and products under & | ^
        left = right = UNARY
    return Value(f"{a.operand(left)} {op} {b.operand(right)}", type, low, high, binding)
