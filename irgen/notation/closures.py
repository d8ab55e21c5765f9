"""Expressions as closures over index grids: what `meaning.py` runs statements with.

Each loop or reduction adds a leading axis to the grid, so what depends on fewer indices broadcasts, and a mask says which
points exist (dependent ranges, conditions, branches taken). A grid without axes is one point: branches not taken are then
not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from passwright.irgen.notation.on_arrays import (
    ARITHMETIC,
    COMPARE,
    FUNCTIONS_ON_ARRAYS,
    INSIDE,
    ON_BITS,
    REDUCE,
    converted,
    fold_index,
    masked_sum,
    quotient,
    widened,
)
from passwright.irgen.notation.syntax import (
    TYPES,
    Apply,
    Binary,
    Binder,
    Boundary,
    Char,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Select,
    Type,
    Unary,
)
from passwright.irgen.notation.text import expr_text
from passwright.irgen.notation.types import BITS, FLOATS, promoted, type_of
from passwright.passes.errors import InputError

Array = np.ndarray[Any, Any]

LARGEST_GRID = 1 << 24
"""Points of one index grid; more is an error rather than gigabytes."""


class MeaningError(InputError):
    """An input for which the program has no meaning, as the minimum of nothing or a read outside an array."""


class Outputs(dict[str, Any]):
    """Arrays and numbers by name. `magnitude`: the largest sum of absolute values that floating-point summation went
    through, at least 1: what rounding errors are relative to."""

    magnitude: float = 1.0


class Grid:
    """Points at which expressions are evaluated: index values, by name, that broadcast to `shape`, and which points
    exist. The innermost index is the first axis."""

    __slots__ = ("mask", "memory", "names", "outputs", "shape")

    def __init__(
        self,
        names: dict[str, Any],
        shape: tuple[int, ...],
        mask: Any,
        memory: dict[str, Any],
        outputs: Outputs,
    ) -> None:
        self.names, self.shape, self.mask, self.memory, self.outputs = names, shape, mask, memory, outputs

    def where(self, condition: Any) -> Grid:
        """The points where `condition` holds as well."""
        mask = condition if self.mask is True else self.mask & condition
        return Grid(self.names, self.shape, mask, self.memory, self.outputs)

    def active(self) -> Array:
        return np.broadcast_to(np.asarray(self.mask), self.shape)


Closure = Callable[[Grid], Any]


class Compiler:
    """Trees to closures; `names` has the types of everything declared, other names are indices."""

    def __init__(self, names: Mapping[str, Type], declared: set[str]) -> None:
        self.names, self.declared = names, declared
        self.boundary: Boundary | None = None

    def type(self, expr: Expr) -> Type:
        return type_of(expr, self.names)

    # expressions

    def typed(self, expr: Expr, type_: Type) -> Closure:
        """`expr` converted to `type_` as C converts."""
        dtype = INSIDE[type_]
        if isinstance(expr, Num) and (type_ in FLOATS or not is_float(expr.text)):
            constant = dtype.type(float(expr.text) if type_ in FLOATS else int(expr.text))
            return lambda grid: constant
        inner, own = self.expr(expr), self.type(expr)
        if INSIDE[own] == dtype and type_ != "f32":
            return inner
        return lambda grid: converted(inner(grid), type_)

    def expr(self, expr: Expr) -> Closure:
        match expr:
            case Num():
                return self.typed(expr, self.type(expr))
            case Char(value):
                code = np.int8(ord(value))
                return lambda grid: code
            case Name(name):
                if name in self.declared:
                    return lambda grid: grid.memory[name]
                return lambda grid: grid.names[name]
            case Index():
                return self.read(expr)
            case Unary(op, value):
                return self.unary(op, value, self.type(expr))
            case Binary(op, left, right):
                if op in ("&&", "||"):
                    return self.logical(op, left, right)
                if op in COMPARE:
                    joint = self.type(Binary("-", left, right))
                    one, two, compare = self.typed(left, joint), self.typed(right, joint), COMPARE[op]
                    return lambda grid: compare(one(grid), two(grid))
                return self.arithmetic(expr)
            case Select():
                return self.select(expr)
            case Apply(function, arguments):
                return self.apply(function, arguments, self.type(expr))
            case Reduce():
                return self.reduce(expr)

    def read(self, expr: Index) -> Closure:
        array, boundary = expr.array, self.boundary
        subscripts = [self.expr(s) for s in expr.subscripts]
        text = expr_text(expr)

        def run(grid: Grid) -> Any:
            data = grid.memory[array]
            places: list[Any] = []
            missing: Any = False
            for subscript, extent in zip(subscripts, data.shape, strict=True):
                at = subscript(grid)
                if at.dtype != np.int64:
                    at = at.astype(np.int64)
                inside = not at.size or (at.min() >= 0 and at.max() < extent)
                if not inside:
                    outside = (at < 0) | (at >= extent)
                    if boundary in (None, "zero"):
                        missing = missing | outside
                        at = np.clip(at, 0, max(extent - 1, 0))
                    elif extent:
                        at = fold_index(at, extent, boundary)
                    if extent == 0:  # nothing to read, at no point that exists
                        missing, at = True, None
                places.append(at)
            if missing is not False:
                if boundary is None and np.any(grid.mask & np.asarray(missing)):
                    raise MeaningError(
                        f"{text} reads outside {array}, which has the shape {list(data.shape)}"
                    )
                if any(at is None for at in places):
                    return data.dtype.type(0)
                return np.where(missing, data.dtype.type(0), data[tuple(places)])
            return data[tuple(places)]

        return run

    def unary(self, op: str, value: Expr, type_: Type) -> Closure:
        inner = self.typed(value, "bool" if op == "!" else type_)
        function = {"-": np.negative, "~": np.invert, "!": np.logical_not}[op]
        return lambda grid: function(inner(grid))

    def logical(self, op: str, left: Expr, right: Expr) -> Closure:
        one, two = self.typed(left, "bool"), self.typed(right, "bool")

        def run(grid: Grid) -> Any:
            first = one(grid)
            if not grid.shape:
                decided = bool(first) == (op == "||")
                return np.bool_(first) if decided else two(grid)
            second = two(grid.where(first if op == "&&" else ~first))
            return first & second if op == "&&" else first | second

        return run

    def select(self, expr: Select) -> Closure:
        type_ = self.type(expr)
        condition = self.typed(expr.condition, "bool")
        then, otherwise = self.typed(expr.then, type_), self.typed(expr.otherwise, type_)

        def run(grid: Grid) -> Any:
            holds = condition(grid)
            if np.ndim(holds) == 0 and not grid.shape:
                return then(grid) if holds else otherwise(grid)
            return np.where(holds, then(grid.where(holds)), otherwise(grid.where(~holds)))

        return run

    def arithmetic(self, expr: Binary) -> Closure:
        op, type_ = expr.op, self.type(expr)
        # A shift's right side keeps its own type; everything else is computed in the type of the result.
        one = self.typed(expr.left, type_)
        two = self.typed(expr.right, type_)
        if op in ("/", "%") and type_ not in FLOATS:
            function = quotient if op == "/" else np.fmod
            text = expr_text(expr)

            def divide(grid: Grid) -> Any:
                over, by = one(grid), two(grid)
                if np.any(by == 0):
                    if np.any(grid.mask & (by == 0)):
                        raise MeaningError(f"{text} divides by zero")
                    by = np.where(by == 0, by.dtype.type(1), by)
                return function(over, by)

            return divide
        if op in ("<<", ">>"):
            bits, shift = BITS[promoted(type_)], np.left_shift if op == "<<" else np.right_shift
            text = expr_text(expr)

            def shifted(grid: Grid) -> Any:
                what, by = one(grid), two(grid)
                wrong = (by < 0) | (by >= bits)
                if np.any(wrong):
                    if np.any(grid.mask & wrong):
                        raise MeaningError(f"{text} shifts {bits} bits by more, or by less than 0")
                    by = np.where(wrong, by.dtype.type(0), by)
                return shift(what, by)

            return shifted
        plain = np.fmod if op == "%" else ARITHMETIC[op]
        return lambda grid: plain(one(grid), two(grid))

    def apply(self, function: str, arguments: tuple[Expr, ...], type_: Type) -> Closure:
        if function in TYPES:
            return self.typed(arguments[0], type_)
        if function in ON_BITS:
            own = self.type(arguments[0])
            first, rest = self.expr(arguments[0]), [self.expr(a) for a in arguments[1:]]
            bits, result, count = BITS[own], INSIDE[type_], ON_BITS[function]

            def on_bits(grid: Grid) -> Any:
                pattern = np.asarray(first(grid)).astype(np.int64).astype(np.uint64) & np.uint64(2**bits - 1)
                more = [np.asarray(r(grid)).astype(np.int64) for r in rest]
                return count(pattern, bits, *more).astype(result)[()]

            return on_bits
        if function == "sign":
            inner, dtype = self.expr(arguments[0]), INSIDE[type_]
            return lambda grid: np.sign(widened(inner(grid))).astype(dtype)
        inside: Type = "f64" if type_ in FLOATS else type_
        closures = [self.typed(a, inside) for a in arguments]
        if function in ("floor", "ceil", "round") and type_ not in FLOATS:
            return closures[0]
        compute = FUNCTIONS_ON_ARRAYS[function]
        if len(closures) == 1:
            only = closures[0]
            return lambda grid: compute(only(grid))
        one, two = closures
        return lambda grid: compute(one(grid), two(grid))

    # reductions

    def range(self, binder: Binder) -> tuple[Closure, Closure]:
        assert binder.low is not None and binder.high is not None, "resolved programs have ranges"
        return self.typed(binder.low, "i64"), self.typed(binder.high, "i64")

    def reduction_grid(self, expr: Reduce) -> Callable[[Grid], Grid]:
        binders = [(b.name, *self.range(b)) for b in expr.binders]
        condition = None if expr.condition is None else self.typed(expr.condition, "bool")

        def spread(grid: Grid) -> Grid:
            inner = spread_over(grid, binders)
            return inner if condition is None else inner.where(condition(inner))

        return spread

    def reduce(self, expr: Reduce) -> Closure:
        spread, type_, depth = self.reduction_grid(expr), self.type(expr), len(expr.binders)
        condition = expr.op in ("count", "any", "all", "first", "last")
        own: Type = self.type(expr.body) if expr.op in ("argmin", "argmax") else type_
        body = self.typed(expr.body, "bool" if condition else "f64" if own in FLOATS else own)
        combine, index = REDUCE[expr.op], expr.binders[0].name
        text = expr_text(expr)

        def run(grid: Grid) -> Any:
            inner = spread(grid)
            values = np.broadcast_to(body(inner), inner.shape)
            points = inner.shape[:depth]
            size = int(np.prod(points))
            values = values.reshape(size, *grid.shape)
            active: Any = inner.active().reshape(size, *grid.shape) if inner.mask is not True else True
            if expr.op in ("min", "max"):
                empty = np.full(grid.shape, size == 0) if active is True else ~active.any(axis=0)
                if np.any(grid.mask & empty):
                    raise MeaningError(f"{text} is of nothing")
                if size == 0:
                    return values.dtype.type(0)
            if expr.op in ("first", "last", "argmin", "argmax"):
                start = int(inner.names[index].flat[0]) if size else 0
                return combine(values, active, start)
            result = combine(values, active)
            if expr.op == "sum" and own in FLOATS and size:
                total = float(np.max(masked_sum(np.abs(values), active), initial=0.0))
                if total > grid.outputs.magnitude and np.isfinite(total):
                    grid.outputs.magnitude = total
            return result

        return run


def spread_over(grid: Grid, binders: list[tuple[str, Closure, Closure]]) -> Grid:
    """The grid with an axis more for each binder, masked where ranges hang on other indices."""
    for name, low, high in binders:
        start, stop = low(grid), high(grid)
        mask = grid.mask
        if np.ndim(start) or np.ndim(stop):
            # Only points that exist count: elsewhere ranges may be anything.
            active = grid.active()
            starts = np.broadcast_to(start, grid.shape)[active]
            stops = np.broadcast_to(stop, grid.shape)[active]
            first, last = int(starts.min(initial=0)), int(stops.max(initial=0))
        else:
            first, last = int(start), int(stop)
        length = max(last - first, 0)
        shape = (length, *grid.shape)
        if np.prod(shape, dtype=np.float64) > LARGEST_GRID:
            raise MeaningError(f"too large to evaluate: {shape} points", hint="take smaller sizes")
        index = np.arange(first, first + length, dtype=np.int64).reshape(length, *(1,) * len(grid.shape))
        if np.ndim(start) or np.ndim(stop):
            mask = mask & (index >= start) & (index < stop)
        grid = Grid(grid.names | {name: index}, shape, mask, grid.memory, grid.outputs)
    return grid


def is_float(text: str) -> bool:
    return text == "inf" or any(sign in text for sign in ".eE")
