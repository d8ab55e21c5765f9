"""The notation's functions on NumPy arrays, where NumPy's own mean something else than C's: division, rounding, bits,
reads past an edge, and reductions under a mask. Used by `meaning.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from passwright.irgen.notation.syntax import Type
from passwright.irgen.notation.types import FLOATS

Array = np.ndarray[Any, Any]

DTYPES: dict[Type, np.dtype[Any]] = {
    "f32": np.dtype(np.float32), "f64": np.dtype(np.float64), "i8": np.dtype(np.int8), "i16": np.dtype(np.int16),
    "i32": np.dtype(np.int32), "i64": np.dtype(np.int64), "u8": np.dtype(np.uint8), "u16": np.dtype(np.uint16),
    "u32": np.dtype(np.uint32), "u64": np.dtype(np.uint64), "bool": np.dtype(np.bool_), "char": np.dtype(np.int8),
}  # fmt: skip
"""How values of each type are held by callers; `char` is signed, as on x86."""
INSIDE = DTYPES | {"f32": np.dtype(np.float64)}
"""How they are held while a program is evaluated."""


def stored(values: Any, type_: Type) -> Any:
    """As they are after being written to memory of that type."""
    if type_ == "f32":
        return np.asarray(values).astype(np.float32).astype(np.float64)[()]
    return np.asarray(values).astype(INSIDE[type_])[()]


def converted(values: Any, type_: Type) -> Any:
    if type_ == "bool":
        return values != 0
    if type_ == "f32":
        return stored(values, type_)
    return values.astype(INSIDE[type_])


def identity(op: str, type_: Type) -> Any:
    dtype = INSIDE[type_]
    if op == "*=":
        return dtype.type(1)
    if op == "&=":
        return dtype.type(True) if type_ == "bool" else np.invert(dtype.type(0))
    if op in ("min=", "max="):
        if type_ in FLOATS:
            return dtype.type(np.inf if op == "min=" else -np.inf)
        if type_ == "bool":
            return np.bool_(op == "min=")
        return dtype.type(np.iinfo(dtype).max if op == "min=" else np.iinfo(dtype).min)
    return dtype.type(0)


def fold_index(at: Any, extent: int, boundary: str) -> Any:
    """Indices outside brought inside."""
    if boundary == "clamp":
        return np.clip(at, 0, extent - 1)
    if boundary == "wrap":
        return np.mod(at, extent)
    if extent == 1:
        return np.zeros_like(at)
    period = 2 * (extent - 1)
    folded = np.mod(at, period)
    return np.where(folded >= extent, period - folded, folded)


def widened(values: Any) -> Any:
    return values.astype(np.int64) if values.dtype.kind in "biu" and values.dtype.itemsize < 8 else values


def quotient(over: Any, by: Any) -> Any:
    """C's integer division, which truncates: without the remainder the division is exact."""
    return (over - np.fmod(over, by)) // by


def _round(values: Any) -> Any:
    """Half away from zero."""
    whole = np.trunc(values)
    return whole + np.copysign((np.abs(values - whole) >= 0.5).astype(np.float64), values)


def _popcount(pattern: Array, bits: int) -> Array:
    count = np.zeros_like(pattern)
    for bit in range(bits):
        count += (pattern >> np.uint64(bit)) & np.uint64(1)
    return count


def _leading(pattern: Array, bits: int) -> Array:
    """Zero bits above the highest one; all of them for 0."""
    count = np.full_like(pattern, bits)
    for bit in range(bits):
        count -= ((pattern >> np.uint64(bit)) != 0).astype(np.uint64)
    return count


def _trailing(pattern: Array, bits: int) -> Array:
    lowest = pattern & (~pattern + np.uint64(1))
    return np.where(pattern == 0, bits, _popcount(lowest - np.uint64(1), bits))


def _reversed(pattern: Array, bits: int) -> Array:
    result = np.zeros_like(pattern)
    for bit in range(bits):
        result |= ((pattern >> np.uint64(bit)) & np.uint64(1)) << np.uint64(bits - 1 - bit)
    return result


def _rotated(pattern: Array, bits: int, by: Array) -> Array:
    left = np.mod(by, bits).astype(np.uint64)
    right = np.mod(-by, bits).astype(np.uint64)
    return np.where(left == 0, pattern, ((pattern << left) | (pattern >> right)) & np.uint64(2**bits - 1))


def masked_sum(values: Array, active: Any) -> Any:
    return (values if active is True else np.where(active, values, values.dtype.type(0))).sum(
        axis=0, dtype=values.dtype
    )


def _folded(function: np.ufunc, start: Callable[[np.dtype[Any]], Any]) -> Callable[[Array, Any], Any]:
    def run(values: Array, active: Any) -> Any:
        neutral = start(values.dtype)
        if active is not True:
            values = np.where(active, values, neutral)
        return function.reduce(values, axis=0, initial=neutral, dtype=values.dtype)

    return run


def _extreme_of(dtype: np.dtype[Any], largest: bool) -> Any:
    if dtype.kind == "f":
        return dtype.type(np.inf if largest else -np.inf)
    if dtype.kind == "b":
        return np.bool_(largest)
    return dtype.type(np.iinfo(dtype).max if largest else np.iinfo(dtype).min)


def _first(values: Array, active: Any, start: int) -> Any:
    holds = values & active
    if not len(holds):
        return np.full(values.shape[1:], -1, np.int64)[()]
    return np.where(holds.any(axis=0), start + holds.argmax(axis=0), -1)[()]


def _last(values: Array, active: Any, start: int) -> Any:
    holds = values & active
    if not len(holds):
        return np.full(values.shape[1:], -1, np.int64)[()]
    return np.where(holds.any(axis=0), start + len(holds) - 1 - holds[::-1].argmax(axis=0), -1)[()]


def _best(largest: bool) -> Callable[[Array, Any, int], Any]:
    fold = _folded(np.maximum if largest else np.minimum, lambda dtype: _extreme_of(dtype, not largest))
    return lambda values, active, start: _first(values == fold(values, active), active, start)


REDUCE: dict[str, Callable[..., Any]] = {
    "sum": masked_sum,
    "prod": _folded(np.multiply, lambda dtype: dtype.type(1)),
    "min": _folded(np.minimum, lambda dtype: _extreme_of(dtype, True)),
    "max": _folded(np.maximum, lambda dtype: _extreme_of(dtype, False)),
    "count": lambda values, active: (values & active).sum(axis=0, dtype=np.int64),
    "any": lambda values, active: (values & active).any(axis=0),
    "all": lambda values, active: (values | ~np.asarray(active)).all(axis=0),
    "first": _first,
    "last": _last,
    "argmin": _best(False),
    "argmax": _best(True),
    "and": _folded(np.bitwise_and, lambda dtype: ~np.zeros((), dtype)),
    "or": _folded(np.bitwise_or, lambda dtype: dtype.type(0)),
    "xor": _folded(np.bitwise_xor, lambda dtype: dtype.type(0)),
}
ACCUMULATE: dict[str, np.ufunc] = {
    "+=": np.add, "*=": np.multiply, "min=": np.minimum, "max=": np.maximum, "&=": np.bitwise_and, "|=": np.bitwise_or,
    "^=": np.bitwise_xor,
}  # fmt: skip
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "&": np.bitwise_and, "|": np.bitwise_or,
    "^": np.bitwise_xor,
}  # fmt: skip
FUNCTIONS_ON_ARRAYS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt, "cbrt": np.cbrt, "exp": np.exp, "log": np.log, "log2": np.log2, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "tanh": np.tanh, "atan": np.arctan, "floor": np.floor, "ceil": np.ceil, "round": _round,
    "abs": np.abs, "pow": np.power, "atan2": np.arctan2, "hypot": np.hypot, "min": np.minimum, "max": np.maximum,
    "gcd": np.gcd, "lcm": np.lcm,
}  # fmt: skip
ON_BITS: dict[str, Callable[..., Any]] = {
    "popcount": _popcount,
    "clz": _leading,
    "ctz": _trailing,
    "parity": lambda pattern, bits: _popcount(pattern, bits) & np.uint64(1),
    "bitreverse": _reversed,
    "rotl": _rotated,
    "rotr": lambda pattern, bits, by: _rotated(pattern, bits, -by),
}
WHOLE_ARRAYS: dict[str, Callable[[Array], Array]] = {
    "sort": np.sort,
    "sort_desc": lambda values: np.sort(values)[::-1],
    "argsort": lambda values: np.argsort(values, kind="stable"),
    # Descending and still stable: equal elements keep their order.
    "argsort_desc": lambda values: len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1],
    "unique": lambda values: (
        values[np.concatenate(([True], values[1:] != values[:-1]))] if len(values) else values
    ),
}
