"""A program with nothing left to guess: the range of every index, the locals, their shapes and types.

`y[i] = x[i - 1] + x[i + 1] @ interior` becomes `y[i] = x[i - 1] + x[i + 1] over i in 1..n - 1`. Ranges follow these rules:

- an index of a statement's target ranges over the dimension it stands bare in; `@ interior` narrows that to where all reads
  at the index plus something are inside;
- every other index, of reductions and of right sides of `+=`, over the indices for which all reads at the index, or at the
  index plus or minus a number, are inside (with `@ zero` and its like: at the bare index);
- a local array extends as far as it is written.

Not checked here: that other reads are inside; that hangs on values, and `meaning.py` finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from passwright.irgen.notation.syntax import (
    Apply,
    Assign,
    Binary,
    Binder,
    Declaration,
    Expr,
    Index,
    Name,
    Node,
    Num,
    Program,
    Reduce,
    Repeat,
    Select,
    Statement,
    Type,
    Unary,
    children,
    walk,
)
from passwright.irgen.notation.text import expr_text, statement_text
from passwright.irgen.notation.types import FLOATS, type_of
from passwright.passes.errors import InputError


class ProgramError(InputError):
    """A program that is written well and means nothing."""


@dataclass(frozen=True)
class Resolved:
    """`program`'s statements have a range at every binder; each assignment's `binders` are all its loops, those of the
    target first, outermost first; none has the boundary `interior`."""

    program: Program
    locals: tuple[Declaration, ...]
    """Names that statements write and nobody declared, in order of first writing."""

    @property
    def types(self) -> dict[str, Type]:
        """Of every scalar and of the elements of every array."""
        return {d.name: d.type for d in (*self.program.declarations, *self.locals)}

    @property
    def shapes(self) -> dict[str, tuple[Expr, ...]]:
        return {d.name: d.shape for d in (*self.program.declarations, *self.locals)}


def resolve(program: Program) -> Resolved:
    """
    Raises:
        ProgramError: an index without a range, an array that is a scalar or the other way round, a wrong number of
            subscripts, a name declared twice, an input that is written, an output that is not.
    """
    work = _Resolver(program)
    statements = tuple(work.statement(s) for s in program.statements)
    work.all_written()
    return Resolved(replace(program, statements=statements), tuple(work.locals.values()))


class _Resolver:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.declared: dict[str, Declaration] = {}
        self.locals: dict[str, Declaration] = {}
        self.written: set[str] = set()
        self.where = ""
        for declaration in program.declarations:
            if declaration.name in self.declared:
                raise ProgramError(
                    f"{declaration.name} is declared twice", hint="give one of them another name"
                )
            self.declared[declaration.name] = declaration
        for declaration in program.declarations:
            for node in walk(declaration):
                if isinstance(node, Name) and node.name not in self.declared:
                    raise ProgramError(
                        f"the shape of {declaration.name} mentions {node.name}, which is not declared"
                    )

    def fail(self, what: str, hint: str = "") -> ProgramError:
        return ProgramError(f"{what}, in `{self.where}`", hint=hint)

    def known(self, name: str) -> Declaration | None:
        return self.declared.get(name) or self.locals.get(name)

    def all_written(self) -> None:
        for declaration in self.program.declarations:
            if declaration.role in ("out", "inout", "return") and declaration.name not in self.written:
                raise ProgramError(
                    f"{declaration.name} is an output that no statement writes",
                    hint="write it, or declare it as input",
                )

    # statements

    def statement(self, statement: Statement) -> Statement:
        if isinstance(statement, Repeat):
            return Repeat(statement.count, tuple(self.statement(s) for s in statement.body))
        self.where = statement_text(statement)
        name = statement.target.array if isinstance(statement.target, Index) else statement.target.name
        self.check_target(name, statement)
        if statement.op in ("&=", "|=", "^="):
            self.integers(statement.op, statement.target, statement.value)
        outer = {b.name for b in statement.binders}
        loops = list(statement.binders)
        subscripts = statement.target.subscripts if isinstance(statement.target, Index) else ()
        shape = self.firm_shape(name)
        narrow = statement.boundary in (None, "interior")
        for at, subscript in enumerate(subscripts):
            for index in self.free(subscript, outer):
                outer.add(index)
                if isinstance(subscript, Name) and at < len(shape):
                    low: Expr = Num("0")
                    high = shape[at]
                    if statement.boundary == "interior":
                        low, high = self.interior(index, low, high, statement)
                    loops.append(Binder(index, low, high))
                else:
                    loops.append(self.range_of(index, statement, narrow))
        for index in self.free(statement.value, outer):
            outer.add(index)
            if statement.op == "=":
                raise self.fail(
                    f"the index {index} stands only on the right",
                    f"reduce over it, as in sum[{index}](…), or use +=",
                )
            loops.append(self.range_of(index, statement, narrow))
        value = self.expr(statement.value, frozenset(outer), narrow)
        target = statement.target
        if isinstance(target, Index):
            target = Index(
                target.array, tuple(self.expr(s, frozenset(outer), narrow) for s in target.subscripts)
            )
        boundary = None if statement.boundary == "interior" else statement.boundary
        resolved = Assign(target, statement.op, value, boundary, statement.order, tuple(loops))
        self.write(name, resolved)
        return resolved

    def check_target(self, name: str, statement: Assign) -> None:
        declaration = self.known(name)
        if declaration is not None:
            if name in self.declared and declaration.role not in ("out", "inout", "return"):
                raise self.fail(
                    f"{name} is an input and is written", f"declare it as `inout` or `out`: {name}"
                )
            whole = isinstance(statement.target, Name) and _gives_array(statement.value)
            rank = len(statement.target.subscripts) if isinstance(statement.target, Index) else 0
            if rank != len(declaration.shape) and not whole:
                raise self.fail(
                    f"{name} has {len(declaration.shape)} dimensions and is written with {rank} subscripts"
                )
        self.written.add(name)

    def firm_shape(self, name: str) -> tuple[Expr, ...]:
        """The shape that a target's indices may follow: not that of a local of which only single elements were written."""
        declaration = self.known(name)
        if declaration is None or (
            name in self.locals and any(isinstance(e, Num) for e in declaration.shape)
        ):
            return ()
        return declaration.shape

    def write(self, name: str, statement: Assign) -> None:
        if name in self.declared:
            return
        names = {n: d.type for n, d in (self.declared | self.locals).items()}
        if name not in names and any(isinstance(n, Index) and n.array == name for n in walk(statement.value)):
            names[name] = type_of(_without(statement.value, name), names)
        type_ = type_of(statement.value, names)
        if statement.op == "+=" and type_ in ("i32", "bool", "char", "i8", "i16"):
            type_ = "i64"
        shape = self.written_shape(statement)
        before = self.locals.get(name)
        own = {b.name for b in statement.binders}
        if before is not None:
            # A place that hangs on values (`t[k[i]] += 1`) is taken to be inside what was written before.
            shape = tuple(
                a if any(isinstance(n, Name) and n.name in own for n in walk(b)) else _larger(a, b)
                for a, b in zip(before.shape, shape, strict=True)
            )
            type_ = before.type
        elif any(isinstance(n, Name) and n.name in own for e in shape for n in walk(e)):
            raise self.fail(
                f"how large {name} is does not follow",
                f"declare it as `out`, or write all of it first: {name}[i] = 0 over …",
            )
        self.locals[name] = Declaration("out", type_, shape, name)

    def written_shape(self, statement: Assign) -> tuple[Expr, ...]:
        if isinstance(statement.target, Name):
            value = statement.value
            if isinstance(value, Reduce) and value.op == "filter":
                extents = [
                    _minus(b.high, b.low) for b in value.binders if b.low is not None and b.high is not None
                ]
                shape = extents[0]
                for extent in extents[1:]:
                    shape = Binary("*", shape, extent)
                return (shape,)
            if _gives_array(value) and isinstance(value, Apply) and isinstance(value.arguments[0], Name):
                source = self.known(value.arguments[0].name)
                return source.shape if source else ()
            return ()
        highs = {b.name: b.high for b in statement.binders}
        shape_: list[Expr] = []
        for subscript in statement.target.subscripts:
            high = highs.get(subscript.name) if isinstance(subscript, Name) else None
            if isinstance(subscript, Binary) and subscript.op == "%":
                high = subscript.right
            shape_.append(high if high is not None else plus(subscript, 1))
        return tuple(shape_)

    # expressions

    def integers(self, op: str, *operands: Expr) -> None:
        """Bits are of integers."""
        names = {n: d.type for n, d in (self.declared | self.locals).items()}
        for one in operands:
            if (type_ := type_of(one, names)) in FLOATS:
                raise self.fail(f"{op} takes integers, and not {type_}", "declare its operands as integers")

    def expr(self, expr: Expr, bound: frozenset[str], narrow: bool) -> Expr:
        match expr:
            case Name(name):
                declaration = self.known(name)
                if declaration is not None and declaration.shape:
                    raise self.fail(
                        f"{name} is an array and stands where a value is wanted", f"write {name}[…]"
                    )
                if declaration is None and name not in bound:
                    raise self.fail(f"{name} is not declared", "declare it, or bind it in a reduction")
                return expr
            case Index(array, subscripts):
                declaration = self.known(array)
                own = self.where.split("[")[0].split()[-1].strip("`") == array
                if declaration is None and not own:
                    raise self.fail(f"{array} is not declared", "declare it, or write it before it is read")
                if (
                    declaration is not None
                    and array not in bound
                    and len(declaration.shape) != len(subscripts)
                ):
                    raise self.fail(f"{array} has {len(declaration.shape)} dimensions, not {len(subscripts)}")
                return Index(array, tuple(self.expr(s, bound, narrow) for s in subscripts))
            case Unary(op, value):
                if op == "~":
                    self.integers(op, value)
                return Unary(op, self.expr(value, bound, narrow))
            case Binary(op, left, right):
                if op in ("&", "|", "^", "<<", ">>"):
                    self.integers(op, left, right)
                return Binary(op, self.expr(left, bound, narrow), self.expr(right, bound, narrow))
            case Select(condition, then, otherwise):
                return Select(*(self.expr(e, bound, narrow) for e in (condition, then, otherwise)))
            case Apply(function, arguments):
                if _gives_array(expr):
                    for argument in arguments:
                        found = self.known(argument.name) if isinstance(argument, Name) else None
                        if found is None or len(found.shape) != 1:
                            raise self.fail(f"{function} takes the name of a one-dimensional array")
                    return expr
                return Apply(function, tuple(self.expr(a, bound, narrow) for a in arguments))
            case Reduce(op, binders, condition, body):
                if op in ("and", "or", "xor"):
                    self.integers(op, body)
                inner = set(bound)
                ranged = []
                for binder in binders:
                    if self.known(binder.name) is not None:
                        raise self.fail(
                            f"{binder.name} is declared and is an index too", "take another index"
                        )
                    if binder.low is None or binder.high is None:
                        ranged.append(self.range_of(binder.name, expr, narrow))
                    else:
                        low, high = (
                            self.expr(e, frozenset(inner), narrow) for e in (binder.low, binder.high)
                        )
                        ranged.append(Binder(binder.name, low, high))
                    inner.add(binder.name)
                if op in ("first", "last", "argmin", "argmax") and len(binders) != 1:
                    raise self.fail(f"{op} takes one index, not {len(binders)}")
                where = None if condition is None else self.expr(condition, frozenset(inner), narrow)
                return Reduce(op, tuple(ranged), where, self.expr(body, frozenset(inner), narrow))
            case _:
                return expr

    def free(self, expr: Expr, bound: set[str]) -> list[str]:
        """Names that are neither declared nor bound, in order: indices."""
        found: list[str] = []

        def visit(node: Node, bound: frozenset[str]) -> None:
            if isinstance(node, Name):
                if node.name not in bound and self.known(node.name) is None and node.name not in found:
                    found.append(node.name)
            elif isinstance(node, Reduce):
                inner = bound | {b.name for b in node.binders}
                for child in children(node):
                    visit(child, inner)
            elif not (isinstance(node, Apply) and _gives_array(node)):
                for child in children(node):
                    visit(child, bound)

        visit(expr, frozenset(bound))
        return found

    # ranges

    def range_of(self, index: str, scope: Reduce | Assign, narrow: bool) -> Binder:
        """The indices for which all reads at the index (and, if `narrow`, at it plus or minus a number) are inside."""
        low = 0
        highs: list[Expr] = []
        for extent, offset in self.reads(index, scope):
            if offset and not narrow:
                continue
            low = max(low, -offset)
            bound = plus(extent, -offset)
            if bound not in highs:
                highs.append(bound)
        if not highs:
            raise self.fail(f"no range for the index {index} follows", f"give it one: {index} in 0..n")
        high = highs[0]
        for other in highs[1:]:
            high = _smaller(high, other)
        return Binder(index, Num(str(low)), high)

    def reads(self, index: str, scope: Node) -> Iterator[tuple[Expr, int]]:
        """(extent, offset) of every subscript that is `index` plus or minus a number."""
        for node in walk(scope):
            declaration = self.known(node.array) if isinstance(node, Index) else None
            if not isinstance(node, Index) or declaration is None:
                continue
            for subscript, extent in zip(node.subscripts, declaration.shape, strict=False):
                base, offset = constant_part(subscript)
                if base == Name(index):
                    yield extent, offset

    def interior(self, index: str, low: Expr, high: Expr, statement: Assign) -> tuple[Expr, Expr]:
        """`low..high` narrowed to where reads at `index` plus something are inside; reductions' indices may be in that."""
        ranges = {
            b.name: b if b.low is not None else self.range_of(b.name, n, True)
            for n in walk(statement.value)
            if isinstance(n, Reduce)
            for b in n.binders
        }
        for node in walk(statement.value):
            declaration = self.known(node.array) if isinstance(node, Index) else None
            if not isinstance(node, Index) or declaration is None:
                continue
            for subscript, extent in zip(node.subscripts, declaration.shape, strict=False):
                rest = _without_index(subscript, index)
                if rest is None:
                    continue
                low = _larger(low, negated(_extreme(rest, ranges, largest=False)))
                high = _smaller(high, _minus(extent, _extreme(rest, ranges, largest=True)))
        return low, high


def constant_part(expr: Expr) -> tuple[Expr, int]:
    """`i + 2` as `(i, 2)`; an expression without a number to take off has 0."""
    if isinstance(expr, Num) and expr.text.isdigit():
        return Num("0"), int(expr.text)
    if (
        isinstance(expr, Unary)
        and expr.op == "-"
        and isinstance(expr.value, Num)
        and expr.value.text.isdigit()
    ):
        return Num("0"), -int(expr.value.text)
    if (
        isinstance(expr, Binary)
        and expr.op in "+-"
        and isinstance(expr.right, Num)
        and expr.right.text.isdigit()
    ):
        base, offset = constant_part(expr.left)
        return base, offset + (int(expr.right.text) if expr.op == "+" else -int(expr.right.text))
    if (
        isinstance(expr, Binary)
        and expr.op == "+"
        and isinstance(expr.left, Num)
        and expr.left.text.isdigit()
    ):
        base, offset = constant_part(expr.right)
        return base, offset + int(expr.left.text)
    return expr, 0


def plus(expr: Expr, number: int) -> Expr:
    """`expr + number`, numbers put together."""
    base, offset = constant_part(expr)
    total = offset + number
    if base == Num("0"):
        return Num(str(total)) if total >= 0 else Unary("-", Num(str(-total)))
    if total == 0:
        return base
    return Binary("+" if total > 0 else "-", base, Num(str(abs(total))))


def negated(expr: Expr) -> Expr:
    base, offset = constant_part(expr)
    if base == Num("0"):
        return plus(base, -offset)
    if isinstance(base, Unary) and base.op == "-":
        return plus(base.value, -offset)
    return plus(Unary("-", base), -offset)


def _minus(left: Expr | None, right: Expr | None) -> Expr:
    assert left is not None and right is not None
    base, offset = constant_part(right)
    if base == Num("0"):
        return plus(left, -offset)
    if isinstance(base, Unary) and base.op == "-":
        start, number = constant_part(left)
        return plus(base.value if start == Num("0") else Binary("+", start, base.value), number - offset)
    start, number = constant_part(left)
    if start == base:
        return plus(Num("0"), number - offset)
    return plus(Unary("-", base) if start == Num("0") else Binary("-", start, base), number - offset)


def _larger(left: Expr, right: Expr) -> Expr:
    return _extreme_of("max", left, right)


def _smaller(left: Expr, right: Expr) -> Expr:
    return _extreme_of("min", left, right)


def _extreme_of(function: str, left: Expr, right: Expr) -> Expr:
    (base, a), (other, b) = constant_part(left), constant_part(right)
    if base == other:
        return plus(base, max(a, b) if function == "max" else min(a, b))
    if Num("0") in (base, other):
        # A size is taken to be no smaller than a number it meets: what writes t[0] and then t[i] for all i needs n.
        symbol, number = (right, left) if base == Num("0") else (left, right)
        return symbol if function == "max" else number
    for one, two in ((left, right), (right, left)):
        if isinstance(two, Binary) and two.op == "-" and constant_part(two.left)[0] == constant_part(one)[0]:
            return two if function == "min" else one  # n - r beside n: a radius is not negative
    return Apply(function, (left, right))


def _without_index(subscript: Expr, index: str) -> Expr | None:
    """What is added to `index` in a subscript that has it once, with factor one; None where it has not."""
    terms = list(_terms(subscript, 1))
    if [t for t in terms if t == (Name(index), 1)] != [(Name(index), 1)]:
        return None
    rest = [t for t in terms if t != (Name(index), 1)]
    if any(isinstance(n, Name) and n.name == index for t, _ in rest for n in walk(t)):
        return None
    total: Expr = Num("0")
    for term, sign in rest:
        if isinstance(term, Num) and term.text.isdigit():
            total = plus(total, sign * int(term.text))
        elif total == Num("0"):
            total = term if sign > 0 else negated(term)
        else:
            total = Binary("+" if sign > 0 else "-", total, term)
    return total


def _terms(expr: Expr, sign: int) -> Iterator[tuple[Expr, int]]:
    if isinstance(expr, Binary) and expr.op in "+-":
        yield from _terms(expr.left, sign)
        yield from _terms(expr.right, sign if expr.op == "+" else -sign)
    elif isinstance(expr, Unary) and expr.op == "-":
        yield from _terms(expr.value, -sign)
    else:
        yield expr, sign


def _extreme(expr: Expr, ranges: Mapping[str, Binder], largest: bool) -> Expr:
    """The largest (smallest) value of a sum over its indices' ranges."""
    total: Expr = Num("0")
    for term, sign in _terms(expr, 1):
        binder = ranges.get(term.name) if isinstance(term, Name) else None
        value = term
        if binder is not None and binder.low is not None and binder.high is not None:
            value = plus(binder.high, -1) if (sign > 0) == largest else binder.low
        total = _minus(total, negated(value)) if sign > 0 else _minus(total, value)
    return total


def _gives_array(value: Expr) -> bool:
    if isinstance(value, Reduce):
        return value.op == "filter"
    return isinstance(value, Apply) and value.function in (
        "sort",
        "sort_desc",
        "argsort",
        "argsort_desc",
        "unique",
    )


def _without(expr: Expr, array: str) -> Expr:
    """The expression with a literal in place of reads of `array`, for its type."""
    match expr:
        case Index(name, _) if name == array:
            return Num("0")
        case Unary(op, value):
            return Unary(op, _without(value, array))
        case Binary(op, left, right):
            return Binary(op, _without(left, array), _without(right, array))
        case Select(condition, then, otherwise):
            return Select(condition, _without(then, array), _without(otherwise, array))
        case Apply(function, arguments):
            return Apply(function, tuple(_without(a, array) for a in arguments))
        case Reduce(op, binders, condition, body):
            return Reduce(op, binders, condition, _without(body, array))
        case _:
            return expr


def describe(resolved: Resolved) -> str:
    """The resolved statements and the locals, for people."""
    lines = [statement_text(s) for s in resolved.program.statements]
    lines += [f"local {d.type}[{', '.join(map(expr_text, d.shape))}] {d.name}" for d in resolved.locals]
    return "\n".join(lines)
