"""Integer and float expressions over named sizes: `+ - * // %`, parentheses, unary minus, `min`, `max`.

The text is parsed with `ast` and walked; nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache

Expression = int | float | str
"""A number, or text such as `"rows + 1"`."""

_BINARY: dict[type[ast.operator], Callable[[int | float, int | float], int | float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[..., int | float]] = {"min": min, "max": max}


class ExpressionError(ValueError):
    """An expression that does not parse, names an unknown size or divides by zero; the caller adds where."""


def evaluate(expression: Expression, sizes: Mapping[str, int]) -> int | float:
    """The value of `expression` with `sizes` bound.

    Raises:
        ExpressionError: with a sentence that says which part is wrong.
    """
    if not isinstance(expression, str):
        return expression
    return _value(_parse(expression), sizes)


def names(expression: Expression) -> frozenset[str]:
    """The sizes that `expression` mentions."""
    if not isinstance(expression, str):
        return frozenset()
    found = {node.id for node in ast.walk(_parse(expression)) if isinstance(node, ast.Name)}
    return frozenset(found - _FUNCTIONS.keys())


@cache
def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{text!r} is not an expression") from None


def _value(node: ast.expr, sizes: Mapping[str, int]) -> int | float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            if name not in sizes:
                known = ", ".join(sorted(sizes)) or "none"
                raise ExpressionError(f"{name!r} is not a size (sizes: {known})")
            return sizes[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, sizes)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            try:
                return _BINARY[type(op)](_value(left, sizes), _value(right, sizes))
            except (ZeroDivisionError, OverflowError) as error:
                raise ExpressionError(f"{ast.unparse(node)}: {error}") from None
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS and args:
            values = [_value(argument, sizes) for argument in args]
            return _FUNCTIONS[name](values)
    raise ExpressionError(f"{ast.unparse(node)!r} is not allowed (use + - * // %, parentheses, min, max)")
