"""Numbers: integer and floating-point operations, conversions, comparisons.

Floating-point arithmetic is a function of the operands' bits of which nothing is known but its name and types:
equal operations on equal operands give equal results. Comparisons go through the ordered predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

from passwright.bench.tv.machine import Machine, Path, inside
from passwright.bench.tv.operands import lanes
from passwright.bench.tv.terms import (
    Truth,
    arithmetic,
    bits,
    choose,
    choose_truth,
    compare,
    cut,
    every,
    from_truth,
    mask,
    negated,
    some,
    widen,
)
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, poisoned


def lift(work: Callable[..., Value], values: Sequence[Value]) -> Value:
    """Element by element where there are vectors."""
    if any(isinstance(value, tuple) for value in values):
        count = next(len(value) for value in values if isinstance(value, tuple))
        return tuple(lift(work, row) for row in zip(*(lanes(value, count) for value in values), strict=True))
    return work(*values)


def strict(flags: set[str]) -> None:
    """Raises for operations that may give one of several results."""
    if flags:
        raise Unsupported("fast-math flags")


def integer(machine: Machine, op: str, flags: set[str], a: Number, b: Number, path: Path) -> Number:
    """A binary operation; division by zero is undefined, what flags forbid is poison."""
    width = a.width
    if width == 1:
        return _boolean(machine, op, flags, a, b, path)
    poison: list[Truth] = [a.poison, b.poison]
    x, y = a.term, b.term
    if op in ("udiv", "urem", "sdiv", "srem"):
        machine.forbid(path, some([b.poison, compare("eq", y, 0, width)]))
        if op in ("sdiv", "srem"):
            lowest = compare("eq", x, 1 << (width - 1), width)
            # Poison over -1 might be the lowest value.
            overflow = every([some([lowest, a.poison]), compare("eq", y, mask(width), width)])
            machine.forbid(path, overflow)
    result = arithmetic(op, x, y, width)
    if op in ("shl", "lshr", "ashr"):
        poison.append(compare("uge", y, width, width))
    if "nsw" in flags or "nuw" in flags:
        poison += _wraps(op, flags, x, y, result, width)
    if "exact" in flags:
        back = arithmetic("mul" if op in ("udiv", "sdiv") else "shl", result, y, width)
        poison.append(compare("ne", back, x, width))
    if "disjoint" in flags:
        poison.append(compare("ne", arithmetic("and", x, y, width), 0, width))
    return Number(result, some(poison), width)


def _wraps(op: str, flags: set[str], x: Any, y: Any, result: Any, width: int) -> list[Truth]:
    found: list[Truth] = []
    if op == "shl":
        if "nuw" in flags:
            found.append(compare("ne", arithmetic("lshr", result, y, width), x, width))
        if "nsw" in flags:
            found.append(compare("ne", arithmetic("ashr", result, y, width), x, width))
        return found
    if "nsw" in flags:
        found.append(overflows(op, x, y, width, sign=True))
    if "nuw" in flags:
        found.append(overflows(op, x, y, width, sign=False))
    return found


def overflows(op: str, x: Any, y: Any, width: int, *, sign: bool) -> Truth:
    """Whether an addition, subtraction or multiplication leaves the type's range."""
    if op == "mul":
        if isinstance(x, int) or isinstance(y, int):
            wide = 2 * width
            whole = arithmetic(
                "mul", widen(x, width, wide, sign=sign), widen(y, width, wide, sign=sign), wide
            )
            low = widen(cut(whole, width - 1, 0, wide), width, wide, sign=sign)
            return compare("ne", whole, low, wide)
        x, y = sorted((bits(x, width), bits(y, width)), key=lambda term: int(term.get_id()))
        fits = z3.BVMulNoOverflow(x, y, sign)
        return negated(z3.And(fits, z3.BVMulNoUnderflow(x, y)) if sign else fits)
    if not sign:
        if op == "sub":
            return compare("ult", x, y, width)
        return compare("ult", arithmetic("add", x, y, width), x if not isinstance(x, int) else y, width)
    wide = width + 1
    whole = arithmetic(op, widen(x, width, wide, sign=True), widen(y, width, wide, sign=True), wide)
    return compare("ne", cut(whole, width, width, wide), cut(whole, width - 1, width - 1, wide), 1)


def _boolean(machine: Machine, op: str, flags: set[str], a: Number, b: Number, path: Path) -> Number:
    poison = some([a.poison, b.poison])
    x, y = a.term, b.term
    if "disjoint" in flags:
        poison = some([poison, every([x, y])])
    if op in ("add", "sub", "xor") and not flags - {"disjoint"}:
        return Number(choose_truth(x, negated(y), y), poison, 1)
    if op in ("and", "mul") and not flags:
        return Number(every([x, y]), poison, 1)
    if op == "or":
        return Number(some([x, y]), poison, 1)
    raise Unsupported(f"{op} of truth values")


def resized(value: Number, width: int, *, sign: bool = False) -> Number:
    """Truncated or extended."""
    if value.width == width:
        return value
    if value.width == 1:
        return Number(choose_bits(value.term, mask(width) if sign else 1, width), value.poison, width)
    if width == 1:
        return Number(compare("eq", cut(value.term, 0, 0, value.width), 1, 1), value.poison, 1)
    if width < value.width:
        return Number(cut(value.term, width - 1, 0, value.width), value.poison, width)
    return Number(widen(value.term, value.width, width, sign=sign), value.poison, width)


def choose_bits(condition: Truth, value: int, width: int) -> Any:
    """`value` or 0."""
    return choose(condition, value, 0, width)


def as_bits(value: Number) -> Any:
    """A number's bits; a truth value is one bit."""
    return from_truth(value.term, 1) if value.width == 1 else value.term


def cast(op: str, flags: set[str], value: Number, source: int, width: int) -> Number:
    """zext … sitofp"""
    if op in ("zext", "sext"):
        result = resized(value, width, sign=op == "sext")
        if "nneg" in flags:
            negative = value.term if value.width == 1 else compare("slt", value.term, 0, source)
            return poisoned(result, negative)
        return result
    if op == "trunc":
        result = resized(value, width)
        for flag, sign in (("nuw", False), ("nsw", True)):
            if flag in flags:
                back = resized(result, source, sign=sign)
                result = poisoned(result, compare("ne", back.term, value.term, source))
        return result
    return float_function(f"{op} {source} {width}", width, value)


def icmp(machine: Machine, predicate: str, a: Value, b: Value) -> Number:
    poison = some([a.poison, b.poison])
    if isinstance(a, Pointer):
        if len(a.cases) == len(b.cases) == 1 and a.cases[0][1] == b.cases[0][1]:
            if predicate in ("eq", "ne"):
                return Number(compare(predicate, a.cases[0][2], b.cases[0][2], 64), poison, 1)
            one = machine.objects[a.cases[0][1]]
            within = every([inside(a.cases[0][2], 0, one.size), inside(b.cases[0][2], 0, one.size)])
            if within is True:
                return Number(compare(predicate, a.cases[0][2], b.cases[0][2], 64), poison, 1)
        return Number(compare(predicate, machine.address(a), machine.address(b), 64), poison, 1)
    if a.width == 1:
        x, y = a.term, b.term
        equal = choose_truth(x, y, negated(y))
        below = every([negated(x), y])  # unsigned; signed, true is -1 and it is the other way round
        above = every([x, negated(y)])
        table = {"eq": equal, "ne": negated(equal), "ult": below, "ugt": above, "slt": above, "sgt": below}
        table |= {"uge": negated(below), "ule": negated(above), "sge": negated(above), "sle": negated(below)}
        return Number(table[predicate], poison, 1)
    return Number(compare(predicate, a.term, b.term, a.width), poison, 1)


# Floating point.


def float_function(name: str, width: int, *values: Number) -> Number:
    """An operation of which only its name is known; the order of a sum's and a product's operands does not count."""
    terms = [bits(as_bits(value), value.width) for value in values]
    if name.startswith(("fadd", "fmul")) and terms[0].get_id() > terms[1].get_id():
        terms.reverse()
    sorts = [z3.BitVecSort(value.width) for value in values]
    poison = some(value.poison for value in values)
    if name.startswith("fcmp"):
        return Number(z3.Function(name, *sorts, z3.BoolSort())(*terms), poison, 1)
    return Number(z3.Function(name, *sorts, z3.BitVecSort(width))(*terms), poison, width)


def fcmp(predicate: str, a: Number, b: Number) -> Number:
    """Every predicate by `oeq`, `olt`, `ole` and `ord`, which are functions of which only the name is known."""
    if predicate in ("true", "false"):
        return Number(predicate == "true", some([a.poison, b.poison]), 1)
    if predicate in ("ogt", "oge"):
        return fcmp({"ogt": "olt", "oge": "ole"}[predicate], b, a)
    if predicate in ("une", "ult", "ule", "ugt", "uge", "uno", "ueq"):
        opposite = {
            "une": "oeq",
            "ult": "oge",
            "ule": "ogt",
            "ugt": "ole",
            "uge": "olt",
            "uno": "ord",
            "ueq": "one",
        }
        found = fcmp(opposite[predicate], a, b)
        return Number(negated(found.term), found.poison, 1)
    if predicate == "one":
        equal, ordered = fcmp("oeq", a, b), fcmp("ord", a, b)
        return Number(every([negated(equal.term), ordered.term]), equal.poison, 1)
    if predicate in ("oeq", "ord") and bits(a.term, a.width).get_id() > bits(b.term, b.width).get_id():
        a, b = b, a
    return float_function(f"fcmp {predicate} {a.width}", 1, a, b)


def in_ranges(value: Number, ranges: Sequence[Sequence[str]]) -> Truth:
    """Whether a number lies in one of the half-open ranges, which may wrap."""
    found = []
    for low, high in ((int(low), int(high)) for low, high in ranges):
        above = compare("uge", as_bits(value), low, value.width)
        below = compare("ult", as_bits(value), high, value.width)
        found.append(every([above, below]) if low < high else some([above, below]))
    return some(found)
