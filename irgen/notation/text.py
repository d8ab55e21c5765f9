"""The one canonical text of a program; `parse.py` reads it back to the same tree."""

from __future__ import annotations

from passwright.irgen.notation.syntax import (
    RESERVED,
    Apply,
    Attribute,
    Binary,
    Binder,
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
    Unary,
)

PRECEDENCE: dict[str, int] = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
"""Of binary operators, C's; the select operator is 0, unary ones 11, the rest 12."""


def program_text(program: Program) -> str:
    """`statements for declarations`."""
    statements = "; ".join(statement_text(s) for s in program.statements)
    return f"{statements} for {', '.join(declaration_text(d) for d in program.declarations)}"


def statement_text(statement: Statement) -> str:
    if isinstance(statement, Repeat):
        return f"repeat {expr_text(statement.count, 9)} {{ {'; '.join(statement_text(s) for s in statement.body)} }}"
    order = f"{statement.order} " if statement.order else ""
    over = f" over {_binders(statement.binders)}" if statement.binders else ""
    boundary = f" @ {statement.boundary}" if statement.boundary else ""
    return f"{order}{expr_text(statement.target)} {statement.op} {expr_text(statement.value)}{over}{boundary}"


def declaration_text(declaration: Declaration) -> str:
    attributes = "".join(f" {_attribute(a)}" for a in declaration.attributes)
    if declaration.role in ("size", "len"):
        return f"{declaration.role} {_name(declaration.name)}{attributes}"
    role = "" if declaration.role == "in" else f"{declaration.role} "
    shape = f"[{_list(declaration.shape)}]" if declaration.shape else ""
    return f"{role}{declaration.type}{shape} {_name(declaration.name)}{attributes}"


def expr_text(expr: Expr, above: int = 0) -> str:
    """In brackets where its own operator binds less than `above`."""
    match expr:
        case Num(text):
            return text
        case Char(value):
            return (
                "'"
                + {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\0": "\\0"}.get(value, value)
                + "'"
            )
        case Name(name):
            return _name(name)
        case Index(array, subscripts):
            return f"{_name(array)}[{_list(subscripts)}]"
        case Apply(function, arguments):
            return f"{function}({_list(arguments)})"
        case Reduce(op, binders, condition, body):
            where = f" | {expr_text(condition)}" if condition is not None else ""
            return f"{op}[{_binders(binders)}{where}]({expr_text(body)})"
        case Unary(op, value):
            # A sign before a number is written apart from it, so that "-1" stays an operator and its operand.
            return _enclose(f"{op}{expr_text(value, 11)}", 11, above)
        case Binary(op, left, right):
            own = PRECEDENCE[op]
            return _enclose(f"{expr_text(left, own)} {op} {expr_text(right, own + 1)}", own, above)
        case Select(condition, then, otherwise):
            return _enclose(
                f"{expr_text(condition, 1)} ? {expr_text(then)} : {expr_text(otherwise)}", 0, above
            )


def _enclose(text: str, own: int, above: int) -> str:
    return f"({text})" if own < above else text


def _list(exprs: tuple[Expr, ...]) -> str:
    return ", ".join(expr_text(e) for e in exprs)


def _binders(binders: tuple[Binder, ...]) -> str:
    return ", ".join(
        _name(b.name) if b.low is None or b.high is None else f"{_name(b.name)} in {_range(b.low, b.high)}"
        for b in binders
    )


def _name(name: str) -> str:
    return f"`{name}`" if name in RESERVED else name


def _range(low: Expr, high: Expr) -> str:
    return f"{expr_text(low, 4)}..{expr_text(high, 4)}"  # above "|", which ends a reduction's binders


def _attribute(attribute: Attribute) -> str:
    if attribute.kind == "in" and attribute.low is not None and attribute.high is not None:
        return f"in {_range(attribute.low, attribute.high)}"
    if attribute.kind == "offsets" and attribute.high is not None:
        return f"offsets {expr_text(attribute.high, 4)}"
    return attribute.kind
