"""What a program computes, by NumPy: the reference that every generated kernel is tested against.

    evaluate(parse("s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"), {"x": ..., "y": ..., "n": 3})

A statement evaluates its right side on the grid of all its indices (`closures.py`) and then writes; `seq` statements go
through the points one by one. Integers have C's semantics in the types of `types.py`; floating point
is computed in float64 and rounded to f32 where it is stored. What C leaves undefined (reads outside, division by zero,
the minimum of nothing) is a `MeaningError`: no test may have such an input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from passwright.irgen.notation.closures import Closure, Compiler, Grid, MeaningError, Outputs, spread_over
from passwright.irgen.notation.on_arrays import (
    ACCUMULATE,
    DTYPES,
    INSIDE,
    WHOLE_ARRAYS,
    identity,
    stored,
)
from passwright.irgen.notation.resolve import Resolved, resolve
from passwright.irgen.notation.short import assignments
from passwright.irgen.notation.syntax import (
    Apply,
    Assign,
    Declaration,
    Expr,
    Index,
    Name,
    Program,
    Reduce,
    Repeat,
    Statement,
    Type,
)
from passwright.irgen.notation.text import expr_text
from passwright.irgen.notation.types import FLOATS

Array = np.ndarray[Any, Any]
__all__ = ["MeaningError", "Outputs", "agree", "evaluate", "integer"]

Values = Mapping[str, Any]
"""Arrays and numbers by the names of declarations, sizes and `len`s included."""


def evaluate(program: Program | Resolved, values: Values) -> Outputs:
    """What `program` writes and returns: `out`, `inout` and `return`, each in its declared type.

    Arrays written that `values` has start with that content, which elements never written keep; others start with zeros.

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
    near &= np.isfinite(one)
    return bool(np.all(near | (one == two) | (np.isnan(one) & np.isnan(two))))


def integer(expr: Expr, values: Values) -> int:
    """A size or bound: an integer expression over scalars."""
    names: dict[str, Type] = dict.fromkeys(values, "i64")
    grid = Grid({}, (), True, {k: np.int64(v) for k, v in values.items() if np.ndim(v) == 0}, Outputs())
    return int(Compiler(names, set(values)).expr(expr)(grid))


@lru_cache(maxsize=256)
def _compiled(program: Program | Resolved) -> Callable[[Values], Outputs]:
    resolved = program if isinstance(program, Resolved) else resolve(program)
    types, shapes = resolved.types, resolved.shapes
    compiler = _Statements(types, set(types))
    steps = [compiler.statement(s) for s in resolved.program.statements]
    first_op: dict[str, str] = {}
    for each in assignments(resolved.program.statements):
        first_op.setdefault(
            each.target.array if isinstance(each.target, Index) else each.target.name, each.op
        )
    extents = {name: [compiler.expr(extent) for extent in shape] for name, shape in shapes.items() if shape}

    def prepare(declaration: Declaration, grid: Grid, values: Values) -> Any:
        name, type_ = declaration.name, declaration.type
        shape = tuple(int(e(grid)) for e in extents.get(name, ()))
        if min(shape, default=0) < 0:
            raise MeaningError(f"{name} would have the shape {list(shape)}")
        given = values.get(name)
        kept = declaration.role in ("out", "return") and bool(shape) and first_op.get(name) == "="
        if given is not None and (kept or declaration.role in ("in", "inout")):
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
        grid = Grid({}, (), True, memory, outputs)
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


class _Statements(Compiler):
    """Statements as closures that change the grid's memory."""

    def statement(self, statement: Statement) -> Callable[[Grid], None]:
        if isinstance(statement, Repeat):
            count = self.expr(statement.count)
            steps = [self.statement(s) for s in statement.body]

            def repeat(grid: Grid) -> None:
                for _ in range(int(count(grid))):
                    for step in steps:
                        step(grid)

            return repeat
        self.boundary = statement.boundary
        try:
            return self.assign(statement)
        finally:
            self.boundary = None

    def assign(self, statement: Assign) -> Callable[[Grid], None]:
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

            def at_once(grid: Grid) -> None:
                inner = spread_over(grid, loops)
                # Row-major order of the loops: where one element is written twice, the later write stays.
                flat = inner.active().T.ravel()
                values = np.broadcast_to(value(inner), inner.shape).T.ravel()[flat]
                places = tuple(
                    np.broadcast_to(s(inner), inner.shape).T.ravel()[flat].astype(np.int64)
                    for s in subscripts
                )
                write(grid, places, values)

            return at_once

        def one_by_one(grid: Grid) -> None:
            names = grid.names
            point = Grid(names, (), True, grid.memory, grid.outputs)

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

    def assign_whole(self, name: str, whole: Closure) -> Callable[[Grid], None]:
        type_ = self.names[name]

        def step(grid: Grid) -> None:
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

            def kept(grid: Grid) -> Any:
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


def _writer(name: str, type_: Type, op: str, text: str) -> Callable[[Grid, tuple[Any, ...], Any], None]:
    """Writes `values` at `places` (none for a scalar, all points then combined into it)."""
    combine = ACCUMULATE.get(op)

    def write(grid: Grid, places: tuple[Any, ...], values: Any) -> None:
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


def _note(grid: Grid, op: str, type_: Type, values: Any) -> None:
    if op == "+=" and type_ in FLOATS and np.size(values):
        total = float(np.sum(np.abs(values)))
        if total > grid.outputs.magnitude and np.isfinite(total):
            grid.outputs.magnitude = total
