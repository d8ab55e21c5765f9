"""Scalar expressions as C. What does not fit into an expression (reductions, loops of gcd, values used twice) is written
before it, into the outermost block where it may stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from passwright.irgen.notation.resolve import constant_part, plus
from passwright.irgen.notation.syntax import (
    TYPES,
    Apply,
    Binary,
    Char,
    Expr,
    Index,
    Name,
    Num,
    Reduce,
    Select,
    Type,
    Unary,
    walk,
)
from passwright.irgen.notation.text import expr_text
from passwright.irgen.notation.types import BITS, FLOATS, joined
from passwright.irgen.synthesis.emit import reductions
from passwright.irgen.synthesis.emit.code import (
    C_TYPES,
    Code,
    add,
    binary,
    call,
    cast,
    select,
    times,
    unary,
    when,
)
from passwright.irgen.synthesis.emit.context import Context

_ARITHMETIC = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_SHARED = (
    "sqrt", "cbrt", "exp", "log", "log2", "sin", "cos", "tan", "tanh", "atan", "floor", "ceil", "round", "pow", "atan2",
    "hypot",
)  # fmt: skip
"""Functions of math.h by their own names."""


def value(expr: Expr, ctx: Context, want: Type | None = None) -> Code:
    """The C expression; `want` is the type that literals take where nothing else says it."""
    match expr:
        case Num(text):
            return _number(text, want)
        case Char():
            return Code(expr_text(expr))
        case Name(name):
            return ctx.spelled.get(name, Code(name))
        case Index():
            return read(expr, ctx)
        case Unary(op, inner):
            return unary(op, value(inner, ctx, want))
        case Binary(op, left, right):
            if op in ("&&", "||"):
                return _logical(op, left, right, ctx)
            return _binary(expr, op, left, right, ctx, want)
        case Select(condition, then, otherwise):
            return _select(condition, then, otherwise, ctx, _wanted(expr, ctx, want))
        case Reduce():
            return reductions.reduced(expr, ctx)
        case Apply():
            return _apply(expr, ctx, want)


def _number(text: str, want: Type | None) -> Code:
    if text == "inf":
        return Code("INFINITY")
    if any(c in text for c in ".eE"):
        return Code(f"{text}f" if want == "f32" else text)
    big = int(text) > 0x7FFFFFFF
    return Code(f"{text}u" if big and (want in ("u32", "u64") or int(text) > 0x7FFFFFFFFFFFFFFF) else text)


def is_literal(expr: Expr) -> bool:
    return not any(isinstance(n, Name | Index | Reduce | Char) for n in walk(expr))


def is_exact(expr: Expr) -> bool:
    """Whether C++ gives it the very type that the notation does: `sign` and its like are written with other types."""
    names = ("sign", "abs", "floor", "ceil", "round")
    return not any(isinstance(n, Apply) and n.function in names for n in walk(expr))


def _wanted(expr: Expr, ctx: Context, want: Type | None) -> Type | None:
    return want if is_literal(expr) else ctx.type_of(expr)


def _binary(expr: Expr, op: str, left: Expr, right: Expr, ctx: Context, want: Type | None) -> Code:
    if op in _COMPARISONS:
        one, other = ctx.type_of(left), ctx.type_of(right)
        inner: Type | None = other if is_literal(left) else one if is_literal(right) else joined(one, other)
    elif op in ("<<", ">>"):
        return binary(op, value(left, ctx, want), value(right, ctx))
    else:
        inner = _wanted(expr, ctx, want)
    first = value(left, ctx, inner)
    signs = any(isinstance(n, Apply) and n.function == "sign" for n in walk(expr))
    if op == "/" and inner in FLOATS and inner and signs:  # which is written as a whole number
        first = cast(inner, first)
    return binary(op, first, value(right, ctx, inner))


def negation(expr: Expr) -> Expr:
    """What holds where `expr` does not."""
    flipped = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
    match expr:
        case Binary(op, left, right) if op in flipped:
            return Binary(flipped[op], left, right)
        case Binary("&&", left, right):
            return Binary("||", negation(left), negation(right))
        case Binary("||", left, right):
            return Binary("&&", negation(left), negation(right))
        case Unary("!", inner):
            return inner
        case _:
            return Unary("!", expr)


def _logical(op: str, left: Expr, right: Expr, ctx: Context) -> Code:
    one = value(left, ctx)
    with ctx.branch() as branch:
        other = value(right, ctx)
    if not branch.block:
        return binary(op, one, other)
    name = ctx.temporary()
    ctx.emit(f"bool {name} = {one.text};")
    goes_on = Code(name) if op == "&&" else Code(f"!{name}")
    ctx.emit(when(goes_on, [*branch.block, f"{name} = {other.text};"]))
    return Code(name)


def _select(condition: Expr, then: Expr, otherwise: Expr, ctx: Context, want: Type | None) -> Code:
    test = value(condition, ctx)
    with ctx.branch() as one:
        first = value(then, ctx, want)
    with ctx.branch() as other:
        second = value(otherwise, ctx, want)
    if not one.block and not other.block:
        return select(test, first, second)
    name = ctx.temporary()
    type_ = want or ctx.type_of(Select(condition, then, otherwise))
    ctx.emit(f"{C_TYPES[type_]} {name};")
    ctx.emit(when(test, [*one.block, f"{name} = {first.text};"], [*other.block, f"{name} = {second.text};"]))
    return Code(name)


def bind(code: Code, type_: Type, ctx: Context) -> Code:
    """The value under a name, unless it is short enough to be written twice."""
    if code.simple:
        return code
    name = ctx.temporary()
    ctx.emit(f"{C_TYPES[type_]} {name} = {code.text};")
    return Code(name)


# functions


def _apply(expr: Apply, ctx: Context, want: Type | None) -> Code:
    name, arguments = expr.function, expr.arguments
    type_ = ctx.type_of(expr)
    if name in TYPES:
        return cast(name, value(arguments[0], ctx, name))
    literal = is_literal(expr) and want in FLOATS
    if name in ("min", "max"):
        return _extreme(name, arguments, want or type_ if literal else type_, ctx)
    inner: Type | None = want if literal else None
    given = [value(a, ctx, inner or type_) for a in arguments]
    kind = ctx.type_of(arguments[0])
    if name in _SHARED:
        return call(math(name, type_, ctx), *given)
    if name == "abs":
        return _absolute(given[0], type_, ctx)
    if name == "sign":
        own = bind(given[0], kind, ctx)
        return binary("-", Code(f"({own.text} > 0)"), Code(f"({own.text} < 0)"))
    if name in ("gcd", "lcm"):
        return _divisor(name, given, type_, ctx)
    return _bits(name, given, kind, ctx)


def math(name: str, type_: Type, ctx: Context) -> str:
    """The function of math.h for this type."""
    if ctx.cpp:
        return f"std::{name}"
    return f"{name}f" if type_ == "f32" else name


def _extreme(name: str, arguments: Sequence[Expr], type_: Type, ctx: Context) -> Code:
    given = [value(a, ctx, type_) for a in arguments]
    if ctx.cpp:
        same = all(not is_literal(a) and ctx.type_of(a) == type_ and is_exact(a) for a in arguments)
        return call(f"std::{name}" if same else f"std::{name}<{C_TYPES[type_]}>", *given)
    if type_ in FLOATS and not (ctx.tuned and all(g.simple for g in given)):
        return call(f"f{name}" + ("f" if type_ == "f32" else ""), *given)
    one, other = (bind(g, type_, ctx) for g in given)
    return select(binary("<" if name == "min" else ">", one, other), one, other)


def _absolute(given: Code, type_: Type, ctx: Context) -> Code:
    if ctx.cpp:
        return call("std::abs", given)
    if type_ in FLOATS:
        return call("fabsf" if type_ == "f32" else "fabs", given)
    return call("llabs" if BITS[type_] == 64 else "abs", given)


def _divisor(name: str, given: list[Code], type_: Type, ctx: Context) -> Code:
    if ctx.cpp:
        return call(f"std::{name}<{C_TYPES[type_]}>", *given)
    kind = C_TYPES[type_]
    a, b, rest = ctx.temporary(), ctx.temporary(), ctx.temporary()
    one, other = (bind(g, type_, ctx) if name == "lcm" else g for g in given)
    ctx.emit(f"{kind} {a} = {one.text};")
    ctx.emit(f"{kind} {b} = {other.text};")
    ctx.emit(f"while ({b} != 0) {{ {kind} {rest} = {a} % {b}; {a} = {b}; {b} = {rest}; }}")
    gcd = Code(a)
    if type_[0] == "i":
        gcd = _absolute(gcd, type_, ctx)
    if name == "gcd":
        return gcd
    multiple = binary("*", binary("/", one, Code(a)), other)
    found = select(binary("==", Code(a), Code("0")), Code("0"), multiple)
    return _absolute(found, type_, ctx) if type_[0] == "i" else found


def _bits(name: str, given: list[Code], type_: Type, ctx: Context) -> Code:
    """Functions of the bits of an integer of as many bits as its type has."""
    width = BITS[type_] if type_ not in ("bool",) else 8
    unsigned: Type = f"u{width}"  # type: ignore[assignment]  # one of u8 to u64
    of = given[0]
    long = "ll" if width == 64 else ""
    if name in ("popcount", "parity"):
        return call(f"__builtin_{name}{long}", _unsigned(of, type_, width, unsigned) if width < 32 else of)
    if name in ("clz", "ctz"):
        of = bind(_unsigned(of, type_, width, unsigned) if width < 32 else of, unsigned, ctx)
        counted = call(f"__builtin_{name}{long}", of)
        if name == "clz" and width < 32:
            counted = binary("-", counted, Code(str(32 - width)))
        return select(of, counted, Code(str(width)))
    of = bind(_unsigned(of, type_, width, unsigned), unsigned, ctx)
    if name == "bitreverse":
        return _reversed(of, unsigned, width, type_, ctx)
    by = bind(given[1], "i32", ctx)
    mask = Code(str(width - 1))
    if by.text.isdigit() and 0 < int(by.text) < width:
        ahead, back = by, binary("-", Code(str(width)), by)
    else:
        ahead, back = binary("&", by, mask), binary("&", unary("-", by), mask)
    first, second = ("<<", ">>") if name == "rotl" else (">>", "<<")
    rotated = binary("|", binary(first, of, ahead), binary(second, of, back))
    return cast(type_, rotated) if type_ != unsigned or width < 32 else rotated


def _unsigned(of: Code, type_: Type, width: int, unsigned: Type) -> Code:
    return of if type_ == unsigned else cast(unsigned, of)


def _reversed(of: Code, unsigned: Type, width: int, type_: Type, ctx: Context) -> Code:
    kind = C_TYPES[unsigned]
    out, at = ctx.temporary(), ctx.index()
    ctx.emit(f"{kind} {out} = 0;")
    step = f"{out} |= ({kind}) ({of.text} >> {at} & 1) << ({width - 1} - {at});"
    ctx.emit(f"for (int64_t {at} = 0; {at} < {width}; {at}++) {step}")
    return Code(out) if type_ == unsigned else cast(type_, Code(out))


# reading arrays


def read(expr: Index, ctx: Context) -> Code:
    """An element, by the boundary rule of the statement where a subscript may be outside."""
    shape = ctx.shapes[expr.array]
    outside: list[Code] = []
    subscripts: list[Code] = []
    for subscript, extent in zip(expr.subscripts, shape, strict=True):
        code, inside = _inside(subscript, extent, ctx) if ctx.boundary else (value(subscript, ctx), [])
        subscripts.append(code)
        outside += inside
    found = element(expr.array, subscripts, ctx)
    if not outside:
        return found
    condition = outside[0]
    for other in outside[1:]:
        condition = binary("&&", condition, other)
    return select(condition, found, Code("0"))


def element(array: str, subscripts: Sequence[Code], ctx: Context) -> Code:
    """`array[(i * m + j) * p + k]`."""
    shape = ctx.shapes[array]
    place = subscripts[0]
    for subscript, extent in zip(subscripts[1:], shape[1:], strict=True):
        place = add(times(place, value(extent, ctx)), subscript)
    return Code(f"{array}[{place.text}]")


def _inside(subscript: Expr, extent: Expr, ctx: Context) -> tuple[Code, list[Code]]:
    """The subscript brought inside, and (of `zero`) the conditions under which it was inside."""
    below, above = ctx.bounds.may_be_negative(subscript), ctx.bounds.may_reach(subscript, extent)
    code, end = value(subscript, ctx), value(extent, ctx)
    if not below and not above:
        return code, []
    base, offset = constant_part(subscript)
    near = isinstance(base, Name) and not (below and above)
    if ctx.boundary == "zero":
        code = code if near else placed(subscript, code, ctx)
        low = binary(">=", value(base, ctx), Code(str(-offset))) if near else binary(">=", code, Code("0"))
        if near and offset == -1:
            low = binary(">", value(base, ctx), Code("0"))
        return code, [c for c, on in ((low, below), (binary("<", code, end), above)) if on]
    near_base = value(base, ctx) if near else None
    return _moved(subscript, extent, code, near_base, offset, below, above, ctx), []


def _moved(
    subscript: Expr,
    extent: Expr,
    code: Code,
    base: Code | None,
    offset: int,
    below: bool,
    above: bool,
    ctx: Context,
) -> Code:
    """By `clamp`, `wrap` or `reflect`; `base` is the index to which a number is added, where it is outside on one side
    only."""
    end, last, before_last = (value(plus(extent, -k), ctx) for k in range(3))
    rule = ctx.boundary
    if base is not None and below and (offset == -1 or rule == "clamp"):
        test = binary(">", base, Code("0")) if offset == -1 else binary(">=", base, Code(str(-offset)))
        if rule == "clamp":
            return select(test, code, Code("0"))
        if rule == "reflect":
            return select(test, code, binary(">", end, Code("1")))
        if ctx.tuned:
            return select(test, code, last)
        return binary("%", add(base, last), end)
    if base is not None and above and rule == "wrap":
        if ctx.tuned and offset == 1:
            return select(binary("<", code, end), code, Code("0"))
        return binary("%", code, end)
    if base is not None and above and (offset == 1 or rule == "clamp"):
        if rule == "clamp":
            return select(binary("<", code, end), code, last)
        fallback = select(binary(">", end, Code("1")), before_last, Code("0"))
        return select(binary("<", code, end), code, fallback)
    if rule == "wrap":
        inner = binary("%", code, end)
        return binary("%", Code(f"({binary('+', inner, end).text})"), end) if below else inner
    if rule == "reflect":
        return _reflected(subscript, extent, code, ctx)
    place = placed(subscript, code, ctx)
    found = select(binary("<", place, end), place, last) if above else place
    return select(binary("<", place, Code("0")), Code("0"), found) if below else found


def _reflected(subscript: Expr, extent: Expr, code: Code, ctx: Context) -> Code:
    """Mirrored until it is inside, however far outside it was."""
    level = ctx.level_of(subscript, harmless=True)
    key = Apply("reflect", (subscript, extent))
    end = value(extent, ctx)
    if key in ctx.levels[level].known:
        return ctx.levels[level].known[key]
    name = ctx.index()
    block = ctx.levels[level].block
    start = select(binary(">", end, Code("1")), code, Code("0"))
    block.append(f"int64_t {name} = {start.text};")
    again = binary("-", binary("-", binary("*", Code("2"), end), Code("2")), Code(name))
    block.append(f"while ({name} < 0 || {name} >= {end.text}) {name} = {name} < 0 ? -{name} : {again.text};")
    ctx.levels[level].known[key] = Code(name)
    return Code(name)


def placed(subscript: Expr, code: Code, ctx: Context) -> Code:
    """A subscript under a name, written where its indices are known."""
    if isinstance(subscript, Name):
        return code
    level = ctx.level_of(subscript, harmless=not any(isinstance(n, Index) for n in walk(subscript)))
    known = ctx.levels[level].known
    if subscript not in known:
        name = ctx.index()
        ctx.levels[level].block.append(f"int64_t {name} = {code.text};")
        known[subscript] = Code(name)
    return known[subscript]
