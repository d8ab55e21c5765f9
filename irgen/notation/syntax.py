"""The tree of the formal notation: statements over indexed arrays, and declarations of what they name.

    C[i,j] += A[i,k] * B[k,j]; t = max[i,j](C[i,j]) for f64[n,m] A, f64[m,p] B, out f64[n,p] C, return f64 t, size n

Data only. Nodes compare by value, so `parse(text(p)) == p` is the property the two other files are tested by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

Type = Literal["f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "bool", "char"]
TYPES: tuple[Type, ...] = ("f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "bool", "char")

Role = Literal["in", "out", "inout", "return", "size", "len"]
"""`size` is an integer argument that shapes mention; `len` is one that comes from the container instead (`strlen`,
`x.size()`), so no argument carries it. `return` is the function's value, in statements a scalar (or array) like others."""
ROLES: tuple[Role, ...] = ("in", "out", "inout", "return", "size", "len")

Boundary = Literal["interior", "zero", "clamp", "wrap", "reflect"]
"""Reads outside an array: `interior` leaves out the indices that would need one (those elements are not written), `zero`
reads 0, `clamp` the nearest element, `wrap` modulo the extent, `reflect` mirrors without repeating the edge (-1 is 1)."""
BOUNDARIES: tuple[Boundary, ...] = ("interior", "zero", "clamp", "wrap", "reflect")

REDUCTIONS: tuple[str, ...] = (
    "sum", "prod", "min", "max",  # of the body
    "count", "any", "all",  # the body is a condition
    "first", "last",  # smallest, largest index where the body holds, -1 where none; one binder
    "argmin", "argmax",  # the first index of the extreme; one binder
    "and", "or", "xor",  # bitwise
    "filter",  # array-valued: bodies where the condition holds, in order, at the front of the target
)  # fmt: skip

FUNCTIONS: dict[str, int] = {
    "sqrt": 1, "cbrt": 1, "exp": 1, "log": 1, "log2": 1, "sin": 1, "cos": 1, "tan": 1, "tanh": 1, "atan": 1,
    "floor": 1, "ceil": 1, "round": 1, "abs": 1, "sign": 1,
    "pow": 2, "atan2": 2, "hypot": 2, "min": 2, "max": 2, "gcd": 2, "lcm": 2,
    "popcount": 1, "clz": 1, "ctz": 1, "parity": 1, "bitreverse": 1, "rotl": 2, "rotr": 2,
    **dict.fromkeys(TYPES, 1),  # conversions, as C's casts
}  # fmt: skip
"""Scalar functions and how many arguments each takes. `abs`, `min` and `max` take any type."""

ARRAY_FUNCTIONS: tuple[str, ...] = ("sort", "sort_desc", "argsort", "argsort_desc", "unique")
"""Whole arrays in, a whole array out: `y = sort(x)`. argsort is stable; `unique` takes a sorted array, keeps one of each
run, at the front of the target."""


@dataclass(frozen=True)
class Num:
    text: str
    """As written: `3`, `0.5`, `1e-3`, `inf`. Floating point if it has a point or an exponent or is `inf`."""


@dataclass(frozen=True)
class Char:
    value: str
    """One character; its type is `char`."""


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Index:
    array: str
    subscripts: tuple[Expr, ...]


@dataclass(frozen=True)
class Unary:
    op: Literal["-", "!", "~"]
    value: Expr


@dataclass(frozen=True)
class Binary:
    op: str
    """`* / % + - << >> < <= > >= == != & ^ | && ||`, with C's meanings (integer `/` truncates) and C's precedence."""
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Select:
    """`condition ? then : otherwise`; the branch not taken is not evaluated."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True)
class Apply:
    function: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True)
class Binder:
    """`i`, over what it indexes, or `i in low..high` (high is left out)."""

    name: str
    low: Expr | None = None
    high: Expr | None = None


@dataclass(frozen=True)
class Reduce:
    """`sum[i, j in 0..i | x[j] > 0](x[i] * x[j])`: over the binders, the later inside the earlier, where `condition` holds.

    Of nothing: sum 0, prod 1, count 0, any false, all true, first, last, argmin and argmax -1; min and max of nothing are
    an error of the call.
    """

    op: str
    binders: tuple[Binder, ...]
    condition: Expr | None
    body: Expr


Expr = Num | Char | Name | Index | Unary | Binary | Select | Apply | Reduce


@dataclass(frozen=True)
class Assign:
    """`y[i] = value`: for all values of the indices in the target at once, the right side being read before anything is
    written; `seq` runs through them one by one, upwards (row-major), so that it may read what it wrote; `seq down` from the
    end. Indices of the target range over the dimension they stand in; where a subscript is no bare index (`h[k[i]] += 1`),
    over what they index on the right. `+=` and its like add into what is there (0 at the start in an `out` array or a
    local, the identity of `*=`, `min=`, `max=` likewise) and sum over the indices that only the right side has. A name
    that is not declared is a local: a scalar, or an array of the ranges of its indices.
    """

    target: Name | Index
    op: Literal["=", "+=", "*=", "min=", "max=", "&=", "|=", "^="]
    value: Expr
    boundary: Boundary | None = None
    order: Literal["", "seq", "seq down"] = ""
    binders: tuple[Binder, ...] = ()
    """Explicit ranges of the target's indices, `y[i] = x[i-1] over i in 1..n`; empty where they follow."""


@dataclass(frozen=True)
class Repeat:
    """`repeat T { a; b }`: the statements `count` times, one after the other."""

    count: Expr
    body: tuple[Statement, ...]


Statement = Assign | Repeat


@dataclass(frozen=True)
class Attribute:
    """What may be relied on, and what test data must obey: `sorted` (nondecreasing), `offsets` (nondecreasing from 0 to
    `high`, as CSR row pointers), `in low..high` (high left out), `nonzero`, `permutation`."""

    kind: Literal["sorted", "offsets", "in", "nonzero", "permutation"]
    low: Expr | None = None
    high: Expr | None = None


@dataclass(frozen=True)
class Declaration:
    """`inout f64[n,m] A sorted`: arrays are row-major; `size n` and `len n` have type i64 and no shape."""

    role: Role
    type: Type
    shape: tuple[Expr, ...]
    name: str
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class Program:
    statements: tuple[Statement, ...]
    declarations: tuple[Declaration, ...]
    """In the order of the function's arguments; `return` and `len` stand anywhere and are none."""

    def declared(self, name: str) -> Declaration | None:
        return next((d for d in self.declarations if d.name == name), None)


Node = Expr | Statement | Declaration | Binder | Attribute | Program


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in order of writing."""
    for field in fields(node):
        value = getattr(node, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if hasattr(each, "__dataclass_fields__"):
                yield each


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


RESERVED: frozenset[str] = frozenset(
    (*TYPES, *ROLES, *REDUCTIONS, *FUNCTIONS, *ARRAY_FUNCTIONS, *BOUNDARIES)
) | {"for", "over", "seq", "down", "repeat", "inf", "sorted", "offsets", "nonzero", "permutation"}  # fmt: skip
"""Words with a meaning of their own; as names they are written in backquotes: `` `out`[i] ``."""

N = TypeVar("N")


def renamed(node: N, names: Mapping[str, str]) -> N:
    """The same node with other names: of arrays, scalars, sizes and indices alike, declarations and binders included."""
    changes: dict[str, Any] = {}
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(renamed(v, names) for v in value)
        elif hasattr(value, "__dataclass_fields__"):
            changes[field.name] = renamed(value, names)
        elif (field.name == "name" and isinstance(node, Name | Binder | Declaration)) or (
            field.name == "array" and isinstance(node, Index)
        ):
            changes[field.name] = names.get(value, value)
    return replace(node, **changes)  # type: ignore[type-var]
