"""Inputs to try a program on: sizes, arrays and scalars that obey the declarations' attributes, small enough that no
integer overflows.

    draw(parse("s = sum[i](x[i]) for f64[n] x, size n, return f64 s"), seed=0, count=8) -> [{"n": 7, "x": ...}, ...]

Floating-point values are mostly quarters in [-4, 4], whose sums and products are exact: a comparison then has one right
answer however a kernel orders its sums. Each input is checked by evaluating the program; what it has no meaning for (the
minimum of nothing) is drawn again. `out` arrays come filled with a value that stands out. Deterministic by the seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from passwright.irgen.notation.meaning import MeaningError, evaluate, integer
from passwright.irgen.notation.on_arrays import DTYPES
from passwright.irgen.notation.resolve import Resolved, resolve
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    Apply,
    Assign,
    Attribute,
    Binary,
    Char,
    Declaration,
    Expr,
    Index,
    Name,
    Num,
    Program,
    Reduce,
    Repeat,
    Type,
    Unary,
    walk,
)
from passwright.irgen.notation.types import FLOATS
from passwright.passes.errors import InputError

FLAVOURS = ("mixed", "mixed", "ties", "equal", "negative", "rising", "falling", "plain", "zeros")
"""What arrays look like: anything; few different values; one value; below zero; in order; the other way round; fractions
that do not come out even; zeros."""
SENTINEL = 77
"""What `out` arrays hold before the call: elements that a kernel must leave alone still do afterwards."""
READABLE = "aaaeeiioouubcdfghlmnrstt  AEIXYZ0123456789.,-'()"
"""Characters of test strings, the frequent ones repeated."""


class DrawError(InputError):
    """No input could be found for which the program has a meaning."""


def draw(program: Program | Resolved, seed: int = 0, count: int = 8, least: int = 0) -> list[dict[str, Any]]:
    """`count` inputs by name: sizes (int), scalars, arrays in their declared types; the first is of middling size, among
    the others are size 1, odd sizes, the largest ones, and 0 where the program means something there and `least` allows it.

    Raises:
        ProgramError: the program means nothing. DrawError: its attributes contradict each other or its reads.
    """
    resolved = program if isinstance(program, Resolved) else resolve(program)
    rng = np.random.default_rng(seed)
    plans = _plans(resolved, count)
    found: list[dict[str, Any]] = []
    reason = ""
    for tries in range(12 * count):
        if len(found) == count:
            break
        sizes, flavour = next(plans)
        try:
            values = _values(resolved, _sizes(resolved, sizes, rng, least), flavour, rng)
            evaluate(resolved, values)
        except (MeaningError, _Impossible) as error:
            reason = str(error).splitlines()[0]
            if tries + 1 >= 4 * count and not found:
                break
            continue
        found.append(values)
    if not found:
        raise DrawError(
            f"no test input makes sense for this program: {reason}",
            hint="state what the inputs obey, as in `i32[n] k in 0..m` or `size n in 1..65`",
        )
    return found


def at_sizes(program: Program | Resolved, sizes: Mapping[str, int], seed: int = 0) -> dict[str, Any]:
    """One input of the given sizes, for timing: not evaluated.

    Raises:
        DrawError: what the declarations say cannot be had at these sizes.
    """
    resolved = program if isinstance(program, Resolved) else resolve(program)
    rng = np.random.default_rng(seed)
    try:
        return _values(resolved, dict(sizes), "mixed", rng)
    except _Impossible as error:
        raise DrawError(f"no input of the sizes {dict(sizes)}: {error}", hint="take other sizes") from None


class _Impossible(Exception):
    """Sizes or attributes that contradict each other."""


def largest_size(resolved: Resolved) -> int:
    """Up to where sizes go: by the depth of loops, so that evaluating stays quick, and by what could overflow."""
    statements = assignments(resolved.program.statements)
    depth = 1
    for statement in statements:
        nested = max((_depth(e) for e in (statement.value, *_subscripts(statement))), default=0)
        depth = max(depth, len(statement.binders) + nested)
    if any(isinstance(s, Repeat) for s in resolved.program.statements):
        depth = max(depth, 2)
    ranks = max((len(d.shape) for d in resolved.program.declarations), default=1)
    largest = {1: 61, 2: 24, 3: 12, 4: 7}.get(max(depth, ranks), 5)
    if any(s.order for s in statements):
        largest = min(largest, 23)
    if _multiplies(resolved):
        largest = min(largest, 9)
    return largest


def _multiplies(resolved: Resolved) -> bool:
    """Whether integers are multiplied along a dimension, so that results grow with the power of the size."""
    types = resolved.types
    for statement in assignments(resolved.program.statements):
        name = statement.target.array if isinstance(statement.target, Index) else statement.target.name
        if types[name] in FLOATS:
            continue
        if statement.op == "*=":
            return True
        for node in walk(statement.value):
            if isinstance(node, Reduce) and node.op == "prod":
                return True
            if isinstance(node, Apply) and node.function in ("pow", "lcm"):
                return True
            if statement.order and isinstance(node, Binary) and node.op in ("*", "<<"):
                return True
    return False


def _depth(expr: Expr) -> int:
    deepest = 0
    for child in walk(expr):
        if isinstance(child, Reduce):
            deepest = max(deepest, len(child.binders) + max((_depth(child.body), 0)))
    return deepest


def _subscripts(statement: Assign) -> tuple[Expr, ...]:
    return statement.target.subscripts if isinstance(statement.target, Index) else ()


def _plans(resolved: Resolved, count: int) -> Iterator[tuple[str, str]]:
    """What sizes and what values, one after the other."""
    has_sizes = any(d.role in ("size", "len") for d in resolved.program.declarations)
    kinds = ("middle", "odd", "one", "large", "zero", "two", "any", "any") if has_sizes else ("any",)
    at = 0
    while True:
        # A zero or a one that the program has no meaning for is followed by something else anyway.
        yield kinds[at % len(kinds)], FLAVOURS[(at * 2 + at // len(FLAVOURS)) % len(FLAVOURS)]
        at += 1


def _sizes(resolved: Resolved, kind: str, rng: np.random.Generator, least: int) -> dict[str, int]:
    largest = largest_size(resolved)
    sizes: dict[str, int] = {}
    for declaration in resolved.program.declarations:
        if declaration.role not in ("size", "len"):
            continue
        low, high = least, largest + 1
        for attribute in declaration.attributes:
            if attribute.kind == "in" and attribute.low is not None and attribute.high is not None:
                low, high = integer(attribute.low, sizes), integer(attribute.high, sizes)
        wanted = {
            "zero": 0,
            "one": 1,
            "two": int(rng.integers(2, 4)),
            "large": largest - int(rng.integers(0, 2)),
            "odd": 2 * int(rng.integers(1, max(largest // 3, 2))) + 1,
            "middle": int(rng.integers(max(largest // 3, 2), max(largest * 2 // 3, 3))),
            "any": int(rng.integers(1, largest + 1)),
        }[kind]
        if high <= low:
            raise _Impossible(f"{declaration.name} has no value to take")
        sizes[declaration.name] = min(max(wanted, low), min(high, max(largest + 1, low + 1)) - 1)
    return sizes


def _values(
    resolved: Resolved, sizes: dict[str, int], flavour: str, rng: np.random.Generator
) -> dict[str, Any]:
    values: dict[str, Any] = dict(sizes)
    declarations = resolved.program.declarations
    counts = {
        n.name
        for s in resolved.program.statements
        if isinstance(s, Repeat)
        for n in walk(s.count)
        if isinstance(n, Name)
    }
    multiplies = _multiplies(resolved)
    for d in declarations:
        if d.role in ("in", "inout") and not d.shape:
            if d.name in counts and not d.attributes:
                values[d.name] = int(rng.integers(0, 5))
            else:
                flavour_ = flavour if flavour in ("negative", "plain") else "mixed"
                values[d.name] = _array(d, (), flavour_, values, rng, multiplies)[()].item()
    for d in declarations:
        if not d.shape or d.role == "return":
            continue
        shape = tuple(integer(e, values) for e in d.shape)
        if min(shape) < 0:
            raise _Impossible(f"{d.name} would have the shape {list(shape)}")
        if d.role == "out":
            values[d.name] = np.full(shape, True if d.type == "bool" else SENTINEL, DTYPES[d.type])
        else:
            values[d.name] = _array(d, shape, flavour, values, rng, multiplies)
    return {d.name: values[d.name] for d in declarations if d.name in values}


def _array(
    d: Declaration,
    shape: tuple[int, ...],
    flavour: str,
    values: Mapping[str, Any],
    rng: np.random.Generator,
    multiplies: bool,
) -> np.ndarray[Any, Any]:
    kinds = {a.kind: a for a in d.attributes}
    total = int(np.prod(shape))
    if "permutation" in kinds:
        return rng.permutation(total).reshape(shape).astype(DTYPES[d.type])
    if "offsets" in kinds:
        return _offsets(total, _bound(kinds["offsets"].high, values), rng).astype(DTYPES[d.type])
    low, high = _range(d.type, kinds.get("in"), values, flavour, multiplies)
    if high <= low and total:
        raise _Impossible(f"{d.name} has no value to take in {low:g}..{high:g}")
    if d.type in FLOATS:
        data = _floats(total, low, high, flavour, rng)
    elif d.type == "char" and "in" not in kinds:
        pool = np.frombuffer(READABLE.encode(), np.int8)
        data = rng.choice(pool[:6] if flavour in ("ties", "equal") else pool, total)
    else:
        data = rng.integers(int(low), max(int(np.ceil(high)), int(low) + 1), total)
        if flavour == "ties":
            data = rng.choice(data[:3], total) if total else data
    if flavour == "equal" and total:
        data = np.full(total, data[0])
    if flavour == "zeros" and low <= 0 < high:
        data = np.where(rng.random(total) < 0.5, 0, data) if d.type != "char" else data
    if "nonzero" in kinds:
        data = np.where(data == 0, 1, data)
    if "sorted" in kinds or flavour == "rising":
        data = np.sort(data)
    elif flavour == "falling":
        data = np.sort(data)[::-1]
    return data.reshape(shape).astype(DTYPES[d.type])


def _range(
    type_: Type, within: Attribute | None, values: Mapping[str, Any], flavour: str, multiplies: bool
) -> tuple[float, float]:
    """Smallest value, and the one that is just too large."""
    if within is not None:
        return _bound(within.low, values), _bound(within.high, values)
    if type_ == "bool":
        return 0, 2
    if type_ in FLOATS:
        return (-4.0, 0.0) if flavour == "negative" else (-4.0, 4.25)
    reach = 3 if multiplies else 9
    if type_[0] == "u":
        return 0, reach + 1
    return (-reach, 0) if flavour == "negative" else (-reach, reach + 1)


def _bound(expr: Expr | None, values: Mapping[str, Any]) -> float:
    """The value of an attribute's bound, which may be a character or a fraction."""
    assert expr is not None, "the parser gives attributes their bounds"
    match expr:
        case Char(value):
            return ord(value)
        case Num(text):
            return float(text)
        case Unary("-", Num(text)):
            return -float(text)
        case Name(name) if name in values:
            return float(values[name])
    return integer(expr, values)


def _floats(
    total: int, low: float, high: float, flavour: str, rng: np.random.Generator
) -> np.ndarray[Any, Any]:
    if flavour == "plain":
        return low + (high - low) * rng.random(total)
    # Of quarters where the range has some, else of finer binary fractions of it.
    step = 0.25
    while high > low and (high - low) / step < 16:
        step /= 2
    first = np.ceil(low / step)
    steps = int(np.ceil(high / step) - first)
    data = (first + rng.integers(0, max(steps, 1), total)) * step
    return rng.choice(data[:3], total) if flavour == "ties" and total else data


def _offsets(total: int, end: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    if total < 2:
        if end != 0:
            raise _Impossible("offsets of no rows cannot end above 0")
        return np.zeros(total, np.int64)
    inner = np.sort(rng.integers(0, int(end) + 1, total - 2))
    return np.concatenate(([0], inner, [int(end)]))
