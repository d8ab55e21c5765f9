"""C text in one fixed spacing: expressions that know how strongly they bind, and statements as strings.

A block is a list of statements; `braced` joins it to the one statement that a loop or branch takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from passwright.irgen.notation.syntax import Type
from passwright.irgen.notation.text import PRECEDENCE

Block = list[str]

C_TYPES: dict[Type, str] = {
    "f32": "float", "f64": "double", "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t",
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "bool": "bool", "char": "char",
}  # fmt: skip

UNARY, ATOM = 11, 12
_ARITHMETIC = ("+", "-", "*", "/", "%")


class Code(NamedTuple):
    """An expression and the precedence of its outermost operator: 0 is `?:`, 1 to 10 as in the notation, 12 an operand."""

    text: str
    level: int = ATOM
    op: str = ""
    """The outermost operator, where it is a binary one."""

    def within(self, level: int) -> str:
        """In brackets where it binds less than `level`."""
        return f"({self.text})" if self.level < level else self.text

    @property
    def simple(self) -> bool:
        """Short enough to be written twice."""
        return self.level >= UNARY and len(self.text) <= 16 and "(" not in self.text

    @property
    def zero(self) -> bool:
        return self.text == "0"


def binary(op: str, left: Code, right: Code) -> Code:
    """`left op right`, in brackets as well where compilers warn that the precedence is easily mistaken."""
    own = PRECEDENCE[op]
    one, other = left.within(own), right.within(own + 1)
    if _easily_mistaken(op, left.op) and one == left.text:
        one = f"({one})"
    if _easily_mistaken(op, right.op) and other == right.text:
        other = f"({other})"
    return Code(f"{one} {op} {other}", own, op)


def _easily_mistaken(outer: str, inner: str) -> bool:
    if outer == "||":
        return inner == "&&"
    if outer in ("|", "^", "&"):
        return inner in ("&", "|", "^") and inner != outer
    return outer in ("<<", ">>") and inner in _ARITHMETIC


def add(left: Code, right: Code) -> Code:
    """A sum of subscripts, without the zeros."""
    if left.zero or right.zero:
        return left if right.zero else right
    return Code(f"{left.within(9)} + {right.within(9)}", 9, "+")


def times(left: Code, right: Code) -> Code:
    if left.zero or right.text == "1":
        return left
    return Code("0") if right.zero else right if left.text == "1" else binary("*", left, right)


def unary(op: str, value: Code) -> Code:
    text = value.within(UNARY)
    return Code(f"{op} {text}" if text.startswith(op) else f"{op}{text}", UNARY)


def select(condition: Code, then: Code, otherwise: Code) -> Code:
    return Code(f"{condition.within(1)} ? {then.text} : {otherwise.text}", 0)


def cast(type_: Type, value: Code) -> Code:
    return Code(f"({C_TYPES[type_]}) {value.within(UNARY)}", UNARY)


def call(function: str, *arguments: Code) -> Code:
    return Code(f"{function}({', '.join(a.text for a in arguments)})")


def braced(body: Sequence[str]) -> str:
    """One statement, in braces where it is several or a declaration."""
    if len(body) == 1 and not declares(body[0]):
        return body[0]
    return f"{{ {' '.join(body)} }}"


def declares(statement: str) -> bool:
    return statement.startswith((*(f"{t} " for t in C_TYPES.values()), "const ", "std::vector", "auto "))


def up(index: str, low: Code, high: Code, body: Sequence[str], more: str = "") -> str:
    """`for (int64_t i = low; i < high; i++) body`; `more` is one more condition to go on."""
    go_on = f"{index} < {high.within(8)}" + (f" && {more}" if more else "")
    return f"for (int64_t {index} = {low.text}; {go_on}; {index}++) {braced(body)}"


def down(index: str, last: Code, low: Code, body: Sequence[str], more: str = "") -> str:
    go_on = f"{index} >= {low.within(8)}" + (f" && {more}" if more else "")
    return f"for (int64_t {index} = {last.text}; {go_on}; {index}--) {braced(body)}"


def when(condition: Code, then: Sequence[str], otherwise: Sequence[str] = ()) -> str:
    if not otherwise:
        return f"if ({condition.text}) {braced(then)}"
    first = braced(then)
    if first.startswith(("if ", "for ", "while ")):  # an else after it might be taken for its own
        first = f"{{ {first} }}"
    return f"if ({condition.text}) {first} else {braced(otherwise)}"
