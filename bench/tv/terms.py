"""Terms of the logic of bit-vectors, constants folded as they are made.

A bit-vector term is a Python int (unsigned, its width known from the context) or a z3 expression; a truth value is a
Python bool or a z3 expression. Unrolled loops consist of constants to a large part, and z3's own constants are slow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import z3

Bits: TypeAlias = Any
"""int or z3.BitVecRef."""
Truth: TypeAlias = Any
"""bool or z3.BoolRef."""


def mask(width: int) -> int:
    """All ones."""
    return (1 << width) - 1


def signed(value: int, width: int) -> int:
    """An unsigned constant read as two's complement."""
    return value - (1 << width) if value >> (width - 1) & 1 else value


def bits(term: Bits, width: int) -> z3.BitVecRef:
    """The term as a z3 expression."""
    return z3.BitVecVal(term, width) if isinstance(term, int) else term


def truth(term: Truth) -> z3.BoolRef:
    """The truth value as a z3 expression."""
    return z3.BoolVal(term) if isinstance(term, bool) else term


def same(a: Any, b: Any) -> bool:
    """Whether two terms are the same expression; equal terms may be different expressions."""
    if a is b:
        return True
    if isinstance(a, int) or isinstance(b, int):
        return type(a) is type(b) and bool(a == b)
    return bool(a.eq(b))


def negated(a: Truth) -> Truth:
    """not a"""
    if isinstance(a, bool):
        return not a
    return a.arg(0) if z3.is_not(a) else z3.Not(a)


def every(terms: Iterable[Truth]) -> Truth:
    """The conjunction."""
    left: list[z3.BoolRef] = []
    for term in terms:
        if isinstance(term, bool):
            if not term:
                return False
        elif not any(term.eq(other) for other in left[-4:]):
            left.append(term)
    if not left:
        return True
    return left[0] if len(left) == 1 else z3.And(*left)


def some(terms: Iterable[Truth]) -> Truth:
    """The disjunction."""
    left: list[z3.BoolRef] = []
    for term in terms:
        if isinstance(term, bool):
            if term:
                return True
        elif not any(term.eq(other) for other in left[-4:]):
            left.append(term)
    if not left:
        return False
    return left[0] if len(left) == 1 else z3.Or(*left)


def choose(condition: Truth, a: Bits, b: Bits, width: int) -> Bits:
    """condition ? a : b, for bit-vectors."""
    if isinstance(condition, bool):
        return a if condition else b
    if same(a, b):
        return a
    if z3.is_not(condition):
        condition, a, b = condition.arg(0), b, a
    found = _shared(condition, a, b, width, True)
    return z3.If(condition, bits(a, width), bits(b, width)) if found is None else found


_NEUTRAL = {
    z3.Z3_OP_BADD: ("add", 0),
    z3.Z3_OP_BMUL: ("mul", 1),
    z3.Z3_OP_BOR: ("or", 0),
    z3.Z3_OP_BXOR: ("xor", 0),
    z3.Z3_OP_BAND: ("and", -1),
}


def _shared(condition: Truth, a: Bits, b: Bits, width: int, first: bool) -> Bits | None:
    """c ? b + x : b as b + (c ? x : 0): LLVM turns the one into the other, and solvers do not see that they agree."""
    if not isinstance(a, int) and a.num_args() == 2 and a.decl().kind() in _NEUTRAL:
        op, neutral = _NEUTRAL[a.decl().kind()]
        for mine, other in ((a.arg(0), a.arg(1)), (a.arg(1), a.arg(0))):
            if same(mine, b):
                kept: Bits = other.as_long() if z3.is_bv_value(other) else other
                nothing = neutral & mask(width)
                inner = (
                    choose(condition, kept, nothing, width)
                    if first
                    else choose(condition, nothing, kept, width)
                )
                return arithmetic(op, b, inner, width)
    return _shared(condition, b, a, width, False) if first else None


def choose_truth(condition: Truth, a: Truth, b: Truth) -> Truth:
    """condition ? a : b, for truth values."""
    if isinstance(condition, bool):
        return a if condition else b
    if same(a, b):
        return a
    if isinstance(a, bool):
        return some([condition, b]) if a else every([negated(condition), b])
    if isinstance(b, bool):
        return some([negated(condition), a]) if b else every([condition, a])
    return z3.If(condition, a, b)


def _divide(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


_FOLD: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, w: a + b,
    "sub": lambda a, b, w: a - b,
    "mul": lambda a, b, w: a * b,
    "and": lambda a, b, w: a & b,
    "or": lambda a, b, w: a | b,
    "xor": lambda a, b, w: a ^ b,
    "shl": lambda a, b, w: a << b if b < w else 0,
    "lshr": lambda a, b, w: a >> b if b < w else 0,
    "ashr": lambda a, b, w: signed(a, w) >> min(b, w - 1),
    "udiv": lambda a, b, w: a // b if b else mask(w),
    "urem": lambda a, b, w: a % b if b else a,
    "sdiv": lambda a, b, w: _divide(signed(a, w), signed(b, w)) if b else (1 if signed(a, w) < 0 else -1),
    "srem": lambda a, b, w: signed(a, w) - signed(b, w) * _divide(signed(a, w), signed(b, w)) if b else a,
}
_MAKE: dict[str, Callable[[z3.BitVecRef, z3.BitVecRef], z3.BitVecRef]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << b,
    "lshr": z3.LShR,
    "ashr": lambda a, b: a >> b,
    "udiv": z3.UDiv,
    "urem": z3.URem,
    "sdiv": lambda a, b: a / b,
    "srem": z3.SRem,
}
_COMMUTES = {"add", "mul", "and", "or", "xor"}


def arithmetic(op: str, a: Bits, b: Bits, width: int) -> Bits:
    """LLVM's integer operation of that name, in the meaning that SMT-LIB gives it where LLVM's has none."""
    if isinstance(a, int) and isinstance(b, int):
        return _FOLD[op](a, b, width) & mask(width)
    if op in _COMMUTES and isinstance(a, int):
        a, b = b, a
    if isinstance(b, int):
        if b == 0 and op in ("add", "sub", "or", "xor", "shl", "lshr", "ashr"):
            return a
        if b == 0 and op in ("mul", "and"):
            return 0
        if b == 1 and op in ("mul", "udiv", "sdiv"):
            return a
        if b == mask(width) and op == "and":
            return a
        if op == "sub":  # one form for both, so that differences of addresses cancel
            return arithmetic("add", a, -b & mask(width), width)
        if op == "add" and z3.is_app_of(a, z3.Z3_OP_BADD) and z3.is_bv_value(a.arg(1)):
            return arithmetic("add", a.arg(0), (a.arg(1).as_long() + b) & mask(width), width)
    elif op in _COMMUTES and a.get_id() > b.get_id():
        a, b = b, a
    if op in ("sub", "xor") and same(a, b):
        return 0
    if op in ("and", "or") and same(a, b):
        return a
    return _MAKE[op](bits(a, width), bits(b, width))


_COMPARE: dict[str, tuple[Callable[[int, int], bool], Callable[[Any, Any], Any], bool]] = {
    "eq": (lambda a, b: a == b, lambda a, b: a == b, False),
    "ult": (lambda a, b: a < b, z3.ULT, False),
    "ule": (lambda a, b: a <= b, z3.ULE, False),
    "slt": (lambda a, b: a < b, lambda a, b: a < b, True),
    "sle": (lambda a, b: a <= b, lambda a, b: a <= b, True),
}
_SWAPPED = {"ugt": "ult", "uge": "ule", "sgt": "slt", "sge": "sle"}


def compare(predicate: str, a: Bits, b: Bits, width: int) -> Truth:
    """LLVM's icmp."""
    if predicate == "ne":
        return negated(compare("eq", a, b, width))
    if predicate in _SWAPPED:
        return compare(_SWAPPED[predicate], b, a, width)
    fold, make, is_signed = _COMPARE[predicate]
    if isinstance(a, int) and isinstance(b, int):
        return fold(signed(a, width), signed(b, width)) if is_signed else fold(a, b)
    if same(a, b):
        return predicate in ("eq", "ule", "sle")
    # One form for "less" and "not less or equal", so that opposite branches are seen as opposite.
    if predicate in ("ule", "sle"):
        return negated(compare("ult" if predicate == "ule" else "slt", b, a, width))
    if predicate == "ult" and isinstance(b, int) and b <= 1:
        return compare("eq", a, 0, width) if b else False
    if predicate == "ult" and isinstance(a, int):
        if a == 0:
            return negated(compare("eq", b, 0, width))
        if a == mask(width):
            return False
    if predicate == "eq":
        if isinstance(a, int) or (not isinstance(b, int) and a.get_id() > b.get_id()):
            a, b = b, a
        if isinstance(b, int):
            # ite(c, 1, 0) == 0, as C's truth values come
            if z3.is_app_of(a, z3.Z3_OP_ITE) and z3.is_bv_value(a.arg(1)) and z3.is_bv_value(a.arg(2)):
                yes, no = a.arg(1).as_long() == b, a.arg(2).as_long() == b
                return yes if yes == no else (a.arg(0) if yes else negated(a.arg(0)))
            if z3.is_app_of(a, z3.Z3_OP_BADD) and z3.is_bv_value(a.arg(1)):
                return compare("eq", a.arg(0), (b - a.arg(1).as_long()) & mask(width), width)
    return make(bits(a, width), bits(b, width))


def cut(term: Bits, high: int, low: int, width: int) -> Bits:
    """Bits high … low, both included."""
    if isinstance(term, int):
        return term >> low & mask(high - low + 1)
    if low == 0 and high == width - 1:
        return term
    if low == 0 and (z3.is_app_of(term, z3.Z3_OP_SIGN_EXT) or z3.is_app_of(term, z3.Z3_OP_ZERO_EXT)):
        inner = term.arg(0)
        if high < inner.size():
            return cut(inner, high, 0, inner.size())
    return z3.Extract(high, low, term)


def widen(term: Bits, width: int, to: int, *, sign: bool) -> Bits:
    """Zero- or sign-extension."""
    if to == width:
        return term
    if isinstance(term, int):
        return (signed(term, width) if sign else term) & mask(to)
    return z3.SignExt(to - width, term) if sign else z3.ZeroExt(to - width, term)


def joined(parts: Sequence[tuple[Bits, int]]) -> Bits:
    """Terms with their widths put together, the first in the lowest bits."""
    if all(isinstance(term, int) for term, _ in parts):
        value, at = 0, 0
        for term, width in parts:
            value |= term << at
            at += width
        return value
    if len(parts) == 1:
        return parts[0][0]
    return z3.Concat(*[bits(term, width) for term, width in reversed(parts)])


def from_truth(term: Truth, width: int) -> Bits:
    """1 or 0."""
    return choose(term, 1, 0, width)


def difference(a: Bits, b: Bits, width: int) -> int | None:
    """a - b where that is a constant (as signed), None where it is not or cannot be seen."""
    if isinstance(a, int) and isinstance(b, int):
        return signed((a - b) & mask(width), width)
    if isinstance(a, int) or isinstance(b, int):
        return None
    if a.eq(b):
        return 0
    base_a, at_a = _base(a)
    base_b, at_b = _base(b)
    if base_a.eq(base_b):
        return signed((at_a - at_b) & mask(width), width)
    found = z3.simplify(a - b)
    return signed(found.as_long(), width) if z3.is_bv_value(found) else None


def _base(term: z3.BitVecRef) -> tuple[z3.BitVecRef, int]:
    if z3.is_app_of(term, z3.Z3_OP_BADD) and term.num_args() == 2 and z3.is_bv_value(term.arg(1)):
        return term.arg(0), term.arg(1).as_long()
    return term, 0
