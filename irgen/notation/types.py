"""Which type an expression has: C's rules, but that literals take the type of what they meet, and integer sums are wide."""

from __future__ import annotations

from collections.abc import Mapping

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
)

FLOATS = ("f32", "f64")
BITS: dict[Type, int] = {
    "f32": 32, "f64": 64, "i8": 8, "i16": 16, "i32": 32, "i64": 64, "u8": 8, "u16": 16, "u32": 32, "u64": 64, "bool": 1,
    "char": 8,
}  # fmt: skip
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "&&", "||")
_WHOLE = ("count", "first", "last", "argmin", "argmax")
_TO_FLOAT = (
    "sqrt",
    "cbrt",
    "exp",
    "log",
    "log2",
    "sin",
    "cos",
    "tan",
    "tanh",
    "atan",
    "pow",
    "atan2",
    "hypot",
)
Literal = tuple[Type]
"""A type that gives way: that of a literal."""


def type_of(expr: Expr, names: Mapping[str, Type]) -> Type:
    """The type of `expr` where `names` gives those of arrays' elements and scalars; other names are indices, i64."""
    found = _type(expr, names)
    return found[0] if isinstance(found, tuple) else found


def promoted(type_: Type) -> Type:
    """C's integer promotion."""
    return "i32" if type_ in ("bool", "char", "i8", "u8", "i16", "u16") else type_


def joined(left: Type, right: Type) -> Type:
    """C's usual arithmetic conversions."""
    left, right = promoted(left), promoted(right)
    if left in FLOATS or right in FLOATS:
        return "f64" if "f64" in (left, right) else "f32"
    if left == right:
        return left
    wide = max(BITS[left], BITS[right])
    signed = all(BITS[t] < wide or t[0] == "i" for t in (left, right))
    return ("i64" if wide == 64 else "i32") if signed else ("u64" if wide == 64 else "u32")


def _type(expr: Expr, names: Mapping[str, Type]) -> Type | Literal:
    match expr:
        case Num(text):
            return ("f64",) if text == "inf" or any(c in text for c in ".eE") else ("i32",)
        case Char():
            return "char"
        case Name(name):
            return names.get(name, "i64")
        case Index(array, _):
            return names.get(array, "i64")
        case Unary(op, value):
            if op == "!":
                return "bool"
            inner = _type(value, names)
            return inner if isinstance(inner, tuple) else promoted(inner)
        case Binary(op, left, right):
            if op in _COMPARISONS:
                return "bool"
            if op in ("<<", ">>"):
                shifted = _type(left, names)
                return shifted if isinstance(shifted, tuple) else promoted(shifted)
            return _join(_type(left, names), _type(right, names))
        case Select(_, then, otherwise):
            one, other = _type(then, names), _type(otherwise, names)
            return one if one == other else _join(one, other)
        case Reduce():
            return _reduced(expr, names)
        case Apply(function, arguments):
            return _applied(function, arguments, names)


def _reduced(expr: Reduce, names: Mapping[str, Type]) -> Type | Literal:
    if expr.op in _WHOLE:
        return "i64"
    if expr.op in ("any", "all"):
        return "bool"
    body = _type(expr.body, names)
    if expr.op in ("sum", "prod"):
        plain = body[0] if isinstance(body, tuple) else promoted(body)
        return {"i32": "i64", "u32": "u64"}.get(plain, plain)  # type: ignore[return-value]
    return body


def _applied(function: str, arguments: tuple[Expr, ...], names: Mapping[str, Type]) -> Type | Literal:
    if function in TYPES:
        return function
    types = [_type(a, names) for a in arguments]
    if function in ("argsort", "argsort_desc"):
        return "i64"
    if function in ("popcount", "clz", "ctz", "parity", "sign"):
        return "i32" if function != "sign" or _bare(types[0]) not in FLOATS else types[0]
    if function in _TO_FLOAT:
        joint = types[0] if len(types) == 1 else _join(types[0], types[1])
        return joint if _bare(joint) in FLOATS else "f64"
    if function in ("sort", "sort_desc", "unique", "bitreverse", "rotl", "rotr", "floor", "ceil", "round"):
        return types[0]
    if len(types) == 2:  # min, max, gcd, lcm
        return types[0] if types[0] == types[1] else _join(types[0], types[1])
    return types[0]  # abs


def _bare(type_: Type | Literal) -> Type:
    return type_[0] if isinstance(type_, tuple) else type_


def _join(left: Type | Literal, right: Type | Literal) -> Type | Literal:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return (joined(left[0], right[0]),)
    if isinstance(left, tuple) or isinstance(right, tuple):
        literal, other = (left, right) if isinstance(left, tuple) else (right, left)
        kept = promoted(_bare(other))
        return kept if kept in FLOATS or _bare(literal) not in FLOATS else "f64"
    return joined(left, right)
