"""What a program computes, by NumPy: the reference that every generated kernel is tested against.

    evaluate(parse("s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"), {"x": ..., "y": ..., "n": 3})

Expressions become closures over index grids: each loop or reduction adds a leading axis, so what depends on fewer indices
broadcasts, and a mask says which points of the grid exist (dependent ranges, conditions, branches taken). `seq`
statements run the same closures on single points. Integers have C's semantics in the types of `types.py`; floating point
is computed in float64 and rounded to f32 where it is stored. What C leaves undefined (reads outside, division by zero,
the minimum of nothing) is a `MeaningError`: no test may have such an input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from passwright.irgen.notation.on_arrays import (
    ACCUMULATE,
    ARITHMETIC,
    COMPARE,
    DTYPES,
    FUNCTIONS_ON_ARRAYS,
    INSIDE,
    ON_BITS,
    REDUCE,
    WHOLE_ARRAYS,
    converted,
    fold_index,
    identity,
    masked_sum,
    quotient,
    stored,
    widened,
)
from passwright.irgen.notation.resolve import Resolved, resolve
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    TYPES,
    Apply,
    Assign,
    Binary,
    Binder,
    Boundary,
    Char,
    Declaration,
    Expr,
    Index,
    Name,
    Num,
    Program,
    Reduce,
    Repeat,
    Select,
    Statement,
    Type,
    Unary,
)
from passwright.irgen.notation.text import expr_text
from passwright.irgen.notation.types import BITS, FLOATS, promoted, type_of
from passwright.passes.errors import InputError

Array = np.ndarray[Any, Any]
Values = Mapping[str, Any]
"""Arrays and numbers by the names of declarations, sizes and `len`s included."""

LARGEST_GRID = 1 << 24
"""Points of one index grid; more is an error rather than gigabytes."""


class MeaningError(InputError):
    """An input for which the program has no meaning, as the minimum of nothing or a read outside an array."""


class Outputs(dict[str, Any]):
    """Arrays and numbers by name. `magnitude`: the largest sum of absolute values that floating-point summation went
    through, at least 1: what rounding errors are relative to."""

    magnitude: float = 1.0


def evaluate(program: Program | Resolved, values: Values) -> Outputs:
    """What `program` writes and returns: `out`, `inout` and `return`, each in its declared type.

    `out` arrays that `values` has start with that content, which elements never written keep; others start with zeros.

    Raises:
        ProgramError: the program means nothing. MeaningError: it does not for these values.
    """
    return _compiled(program)(values)


def agree(expected: Any, got: Any, type_: Type, magnitude: float = 1.0) -> bool:
    """Whether two results of one type are the same value up to the rounding of reordered sums.

    Integers, booleans and characters: exactly. Floating point: within 1e-9 (f32: 1e-4) of the value plus 64 roundings of
    `magnitude`; NaN equals NaN, infinities themselves."""
    one, two = np.asarray(expected), np.asarray(got)
    if one.shape != two.shape:
        return False
    if type_ not in FLOATS:
        return bool(np.array_equal(one, two))
    relative, rounding = (1e-4, 2.0**-24) if type_ == "f32" else (1e-9, 2.0**-53)
    one, two = one.astype(np.float64), two.astype(np.float64)
    with np.errstate(all="ignore"):
        near = np.abs(one - two) <= relative * np.abs(one) + 64 * rounding * magnitude
    return bool(np.all(near | (one == two) | (np.isnan(one) & np.isnan(two))))


def integer(expr: Expr, values: Values) -> int:
    """A size or bound: an integer expression over scalars."""
    names: dict[str, Type] = dict.fromkeys(values, "i64")
    grid = _Grid({}, (), True, {k: np.int64(v) for k, v in values.items() if np.ndim(v) == 0}, Outputs())
    return int(_Compiler(names, set(values)).expr(expr)(grid))


class _Grid:
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

    def where(self, condition: Any) -> _Grid:
        """The points where `condition` holds as well."""
        mask = condition if self.mask is True else self.mask & condition
        return _Grid(self.names, self.shape, mask, self.memory, self.outputs)

    def active(self) -> Array:
        return np.broadcast_to(np.asarray(self.mask), self.shape)


Closure = Callable[[_Grid], Any]


@lru_cache(maxsize=256)
def _compiled(program: Program | Resolved) -> Callable[[Values], Outputs]:
    resolved = program if isinstance(program, Resolved) else resolve(program)
    types, shapes = resolved.types, resolved.shapes
    compiler = _Compiler(types, set(types))
    steps = [compiler.statement(s) for s in resolved.program.statements]
    first_op: dict[str, str] = {}
    for each in assignments(resolved.program.statements):
        first_op.setdefault(
            each.target.array if isinstance(each.target, Index) else each.target.name, each.op
        )
    extents = {name: [compiler.expr(extent) for extent in shape] for name, shape in shapes.items() if shape}

    def prepare(declaration: Declaration, grid: _Grid, values: Values) -> Any:
        name, type_ = declaration.name, declaration.type
        shape = tuple(int(e(grid)) for e in extents.get(name, ()))
        if min(shape, default=0) < 0:
            raise MeaningError(f"{name} would have the shape {list(shape)}")
        given = values.get(name)
        if (
            (declaration.role in ("in", "inout")
            and name in values)
            or (declaration.role == "out" and given is not None and first_op.get(name) == "=")
        ):
            data = np.array(given, dtype=DTYPES[type_]).astype(INSIDE[type_])
            if data.shape != shape:
                raise MeaningError(f"{name} has the shape {list(data.shape)}, declared is {list(shape)}")
            return data if shape else data[()]
        if declaration.role in ("in", "inout"):
            raise MeaningError(f"no value for {name}")
        start = identity(first_op.get(name, "="), type_)
        return np.full(shape, start, INSIDE[type_]) if shape else start

    def run(values: Values) -> Outputs:
        outputs = Outputs()
        memory: dict[str, Any] = {}
        grid = _Grid({}, (), True, memory, outputs)
        declarations = (*resolved.program.declarations, *resolved.locals)
        with np.errstate(all="ignore"):
            for d in declarations:
                if d.role in ("size", "len"):
                    if d.name not in values:
                        raise MeaningError(f"no value for the size {d.name}")
                    memory[d.name] = np.int64(values[d.name])
            for scalars in (True, False):  # shapes may hang on scalars
                for d in declarations:
                    if d.role not in ("size", "len") and bool(d.shape) != scalars:
                        memory[d.name] = prepare(d, grid, values)
            for step in steps:
                step(grid)
            for d in resolved.program.declarations:
                if d.role in ("out", "inout", "return"):
                    outputs[d.name] = np.asarray(memory[d.name]).astype(DTYPES[d.type])[()]
        return outputs

    return run


class _Compiler:
    """Trees to closures; `names` has the types of everything declared, other names are indices."""

    def __init__(self, names: Mapping[str, Type], declared: set[str]) -> None:
        self.names, self.declared = names, declared
        self.boundary: Boundary | None = None

    def type(self, expr: Expr) -> Type:
        return type_of(expr, self.names)

    # statements

    def statement(self, statement: Statement) -> Callable[[_Grid], None]:
        if isinstance(statement, Repeat):
            count = self.expr(statement.count)
            steps = [self.statement(s) for s in statement.body]

            def repeat(grid: _Grid) -> None:
                for _ in range(int(count(grid))):
                    for step in steps:
                        step(grid)

            return repeat
        self.boundary = statement.boundary
        try:
            return self.assign(statement)
        finally:
            self.boundary = None

    def assign(self, statement: Assign) -> Callable[[_Grid], None]:
        target = statement.target
        name = target.array if isinstance(target, Index) else target.name
        whole = self.whole(statement.value)
        if whole is not None:
            return self.assign_whole(name, whole)
        type_ = self.names[name]
        value = self.typed(statement.value, "f64" if type_ in FLOATS else type_)
        subscripts = [self.expr(s) for s in target.subscripts] if isinstance(target, Index) else []
        loops = [(b.name, *self.range(b)) for b in statement.binders]
        write = _writer(name, type_, statement.op, expr_text(target))

        if not statement.order:

            def at_once(grid: _Grid) -> None:
                inner = _spread(grid, loops)
                # Row-major order of the loops: where one element is written twice, the later write stays.
                flat = inner.active().T.ravel()
                values = np.broadcast_to(value(inner), inner.shape).T.ravel()[flat]
                places = tuple(
                    np.broadcast_to(s(inner), inner.shape).T.ravel()[flat].astype(np.int64)
                    for s in subscripts
                )
                write(grid, places, values)

            return at_once

        def one_by_one(grid: _Grid) -> None:
            names = grid.names
            point = _Grid(names, (), True, grid.memory, grid.outputs)

            def loop(level: int) -> None:
                if level == len(loops):
                    write(grid, tuple(int(s(point)) for s in subscripts), value(point))
                    return
                index, low, high = loops[level]
                each = range(int(low(point)), int(high(point)))
                for at in reversed(each) if statement.order == "seq down" else each:
                    names[index] = np.int64(at)
                    loop(level + 1)
                names.pop(index, None)

            loop(0)

        return one_by_one

    def assign_whole(self, name: str, whole: Closure) -> Callable[[_Grid], None]:
        type_ = self.names[name]

        def step(grid: _Grid) -> None:
            values = whole(grid)
            target = grid.memory[name]
            if len(values) > len(target):
                raise MeaningError(f"{len(values)} values do not fit {name}, which has {len(target)}")
            target[: len(values)] = stored(values, type_)

        return step

    def whole(self, value: Expr) -> Closure | None:
        """Array-valued right sides; None for others."""
        if isinstance(value, Reduce) and value.op == "filter":
            spread, body = self.reduction_grid(value), self.expr(value.body)

            def kept(grid: _Grid) -> Any:
                inner = spread(grid)
                return np.broadcast_to(body(inner), inner.shape).T.ravel()[inner.active().T.ravel()]

            return kept
        if (
            isinstance(value, Apply)
            and value.function in WHOLE_ARRAYS
            and isinstance(value.arguments[0], Name)
        ):
            function, array = WHOLE_ARRAYS[value.function], value.arguments[0].name
            return lambda grid: function(grid.memory[array])
        return None

    # expressions

    def typed(self, expr: Expr, type_: Type) -> Closure:
        """`expr` converted to `type_` as C converts."""
        dtype = INSIDE[type_]
        if isinstance(expr, Num) and (type_ in FLOATS or not _is_float(expr.text)):
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

        def run(grid: _Grid) -> Any:
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

        def run(grid: _Grid) -> Any:
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

        def run(grid: _Grid) -> Any:
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

            def divide(grid: _Grid) -> Any:
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

            def shifted(grid: _Grid) -> Any:
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

            def on_bits(grid: _Grid) -> Any:
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

    def reduction_grid(self, expr: Reduce) -> Callable[[_Grid], _Grid]:
        binders = [(b.name, *self.range(b)) for b in expr.binders]
        condition = None if expr.condition is None else self.typed(expr.condition, "bool")

        def spread(grid: _Grid) -> _Grid:
            inner = _spread(grid, binders)
            return inner if condition is None else inner.where(condition(inner))

        return spread

    def reduce(self, expr: Reduce) -> Closure:
        spread, type_, depth = self.reduction_grid(expr), self.type(expr), len(expr.binders)
        condition = expr.op in ("count", "any", "all", "first", "last")
        own: Type = self.type(expr.body) if expr.op in ("argmin", "argmax") else type_
        body = self.typed(expr.body, "bool" if condition else "f64" if own in FLOATS else own)
        combine, index = REDUCE[expr.op], expr.binders[0].name
        text = expr_text(expr)

        def run(grid: _Grid) -> Any:
            inner = spread(grid)
            values = np.broadcast_to(body(inner), inner.shape)
            points = inner.shape[:depth]
            size = int(np.prod(points))
            values = values.reshape(size, *grid.shape)
            active = inner.active().reshape(size, *grid.shape) if inner.mask is not True else True
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


def _spread(grid: _Grid, binders: list[tuple[str, Closure, Closure]]) -> _Grid:
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
        grid = _Grid(grid.names | {name: index}, shape, mask, grid.memory, grid.outputs)
    return grid


def _writer(name: str, type_: Type, op: str, text: str) -> Callable[[_Grid, tuple[Any, ...], Any], None]:
    """Writes `values` at `places` (none for a scalar, all points then combined into it)."""
    combine = ACCUMULATE.get(op)

    def write(grid: _Grid, places: tuple[Any, ...], values: Any) -> None:
        memory = grid.memory
        if not places:
            if combine is None:
                if np.ndim(values) and len(values) == 0:
                    return
                last = values[-1] if np.ndim(values) else values
                memory[name] = stored(last, type_)
            else:
                before = memory[name]
                together = (
                    combine.reduce(values, initial=before) if np.ndim(values) else combine(before, values)
                )
                _note(grid, op, type_, values)
                memory[name] = stored(together, type_)
            return
        target = memory[name]
        for at, extent in zip(places, target.shape, strict=True):
            if np.any((at < 0) | (at >= extent)) if np.ndim(at) else not 0 <= at < extent:
                raise MeaningError(
                    f"{text} is written outside {name}, which has the shape {list(target.shape)}"
                )
        if combine is None:
            target[places] = stored(values, type_)
        elif np.ndim(places[0]):
            combine.at(target, places, values)
            _note(grid, op, type_, values)
            if type_ == "f32":
                target[places] = stored(target[places], type_)
        else:
            target[places] = stored(combine(target[places], values), type_)

    return write


def _note(grid: _Grid, op: str, type_: Type, values: Any) -> None:
    if op == "+=" and type_ in FLOATS and np.size(values):
        total = float(np.sum(np.abs(values)))
        if total > grid.outputs.magnitude and np.isfinite(total):
            grid.outputs.magnitude = total


def _is_float(text: str) -> bool:
    return text == "inf" or any(sign in text for sign in ".eE")
