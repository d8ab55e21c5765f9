"""The standard library's algorithms for statements over whole one-dimensional arrays."""

from __future__ import annotations

from passwright.irgen.notation.syntax import Assign, Expr, Index, Reduce, Type
from passwright.irgen.synthesis.emit.code import Code
from passwright.irgen.synthesis.emit.context import Context


def reduction(expr: Reduce, type_: Type, ctx: Context) -> Code | None:
    return None


def elementwise(statement: Assign, target: Index, ctx: Context) -> bool:
    return False


def array_valued(target: str, value: Expr, ctx: Context) -> bool:
    return False
