"""Reads the formal notation: the canonical text, and the shorter forms that people write.

Short forms: a declaration without a name takes the next undeclared array of the right side (`for f64[n,k], f64[k,m]`),
sizes that no declaration names come last in order of first use, and what is assigned and not declared is an output (the
last of them returned, where it is a scalar) if the program has no other. Errors are `InputError`s that quote the place.
"""

from __future__ import annotations

import re
from typing import NoReturn, cast

from passwright.irgen.notation.syntax import (
    ARRAY_FUNCTIONS,
    BOUNDARIES,
    FUNCTIONS,
    REDUCTIONS,
    RESERVED,
    ROLES,
    TYPES,
    Apply,
    Assign,
    Attribute,
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
    Role,
    Select,
    Statement,
    Type,
    Unary,
)
from passwright.irgen.notation.text import PRECEDENCE
from passwright.passes.errors import InputError

_TOKEN = re.compile(
    r"\s*(?:(?P<num>(?:\d+\.(?!\.)\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?|inf\b)|(?P<name>[A-Za-z_]\w*)|`(?P<quoted>[A-Za-z_]\w*)`|'(?P<char>\\.|[^'\\])'"
    r"|(?P<op>\.\.|\|\||&&|==|!=|<=|>=|<<|>>|\+=|\*=|&=|\|=|\^=|[-+*/%<>=!~&|^?:;,@(){}\[\]]))"
)
_ASSIGNMENTS = ("=", "+=", "*=", "&=", "|=", "^=")
_ESCAPES = {"n": "\n", "t": "\t", "0": "\0"}


class NotationError(InputError):
    """Text that is no program of the notation."""


def parse(text: str) -> Program:
    """The program that `text` writes.

    Raises:
        NotationError: where it is none; the message shows the place.
    """
    return _Parser(text).program()


def parse_expr(text: str) -> Expr:
    """One expression, as in `n * m + 1`."""
    parser = _Parser(text)
    expr = parser.expr()
    parser.end()
    return expr


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                self.at = len(self.tokens)
                self.tokens.append(("op", text[at:].strip()[:1], at))
                self.fail("not a sign of the notation")
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind], found.start(kind)))
            at = found.end()
        self.tokens.append(("end", "", len(text)))
        self.at = 0

    # reading tokens

    def fail(self, what: str) -> NoReturn:
        kind, token, place = self.tokens[self.at]
        near = "at the end" if kind == "end" else f'at "{token}"'
        raise NotationError(
            f"cannot read the notation {near}: {what}\n  {self.text}\n  {' ' * place}^",
            hint="docs/notation.md has the language with examples",
        )

    def peek(self, *ops: str) -> bool:
        kind, token, _ = self.tokens[self.at]
        return kind in ("op", "name") and token in ops

    def take(self, *ops: str) -> str:
        """The next token if it is one of `ops`, else nothing."""
        if self.peek(*ops):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def need(self, op: str) -> None:
        if not self.take(op):
            self.fail(f'expected "{op}"')

    def new_name(self) -> str:
        kind, token, _ = self.tokens[self.at]
        if kind not in ("name", "quoted"):
            self.fail("expected a name")
        if kind == "name" and token in RESERVED:
            self.fail("this word has a meaning of its own; take another name, or write it in backquotes")
        self.at += 1
        return token

    def end(self) -> None:
        if self.tokens[self.at][0] != "end":
            self.fail("nothing may follow here")

    # programs

    def program(self) -> Program:
        statements = self.statements()
        self.need("for")
        declarations = [self.declaration()]
        while self.take(","):
            declarations.append(self.declaration())
        self.end()
        from passwright.irgen.notation.short import complete  # which walks trees, and is needed here only

        return complete(statements, declarations)

    def statements(self) -> tuple[Statement, ...]:
        found = [self.statement()]
        while self.take(";"):
            if self.peek("}", "for"):
                break
            found.append(self.statement())
        return tuple(found)

    def statement(self) -> Statement:
        if self.take("repeat"):
            count = self.expr(9)
            self.need("{")
            body = self.statements()
            self.need("}")
            return Repeat(count, body)
        order = ""
        if self.take("seq"):
            order = "seq down" if self.take("down") else "seq"
        name = self.new_name()
        target: Name | Index = Index(name, self.subscripts()) if self.peek("[") else Name(name)
        op = self.take(*_ASSIGNMENTS)
        if not op and self.peek("min", "max"):
            op = self.take("min", "max") + "="
            self.need("=")
        if not op:
            self.fail('expected "=", "+=" or the like')
        value = self.expr()
        binders = self.binders() if self.take("over") else ()
        boundary = None
        if self.take("@"):
            boundary = self.take(*BOUNDARIES)
            if not boundary:
                self.fail(f"expected one of {', '.join(BOUNDARIES)}")
        return Assign(
            target,
            op,  # type: ignore[arg-type]  # one of _ASSIGNMENTS, "min=" or "max="
            value,
            cast(Boundary | None, boundary),
            order,  # type: ignore[arg-type]
            binders,
        )

    def declaration(self) -> Declaration:
        role = cast(Role, self.take(*ROLES) or "in")
        if role in ("size", "len"):
            return Declaration(role, "i64", (), self.new_name(), self.attributes())
        type_ = self.take(*TYPES)
        if not type_:
            self.fail(f"expected a type, one of {', '.join(TYPES)}")
        shape = self.subscripts() if self.peek("[") else ()
        named = self.tokens[self.at][0] in ("name", "quoted") and not self.peek(
            "sorted", "offsets", "in", "nonzero", "permutation"
        )
        name = self.new_name() if named else ""
        return Declaration(role, cast(Type, type_), shape, name, self.attributes())

    def attributes(self) -> tuple[Attribute, ...]:
        found = []
        while kind := self.take("sorted", "offsets", "in", "nonzero", "permutation"):
            if kind == "in":
                low, high = self.range()
                found.append(Attribute("in", low, high))
            elif kind == "offsets":
                found.append(Attribute("offsets", None, self.expr(4)))
            else:
                found.append(Attribute(kind))  # type: ignore[arg-type]
        return tuple(found)

    # expressions

    def expr(self, above: int = 0) -> Expr:
        left = self.unary()
        while (own := PRECEDENCE.get(self.tokens[self.at][1], -1)) >= max(above, 1) and self.tokens[self.at][
            0
        ] == "op":
            op = self.take(*PRECEDENCE)
            left = Binary(op, left, self.expr(own + 1))
        if above == 0 and self.take("?"):
            then = self.expr()
            self.need(":")
            return Select(left, then, self.expr())
        return left

    def unary(self) -> Expr:
        if op := self.take("-", "!", "~"):
            return Unary(op, self.unary())  # type: ignore[arg-type]
        return self.primary()

    def primary(self) -> Expr:
        kind, token, _ = self.tokens[self.at]
        if kind == "num":
            self.at += 1
            return Num(token)
        if kind == "char":
            self.at += 1
            return Char(_ESCAPES.get(token[1], token[1]) if token[0] == "\\" else token)
        if self.take("("):
            inner = self.expr()
            self.need(")")
            return inner
        if kind not in ("name", "quoted"):
            self.fail("expected a value")
        following = self.tokens[self.at + 1][1]
        if kind == "name" and token in REDUCTIONS and following == "[":
            return self.reduction()
        if kind == "name" and following == "(":
            return self.call()
        name = self.new_name()
        return Index(name, self.subscripts()) if self.peek("[") else Name(name)

    def call(self) -> Expr:
        name = self.tokens[self.at][1]
        if name not in FUNCTIONS and name not in ARRAY_FUNCTIONS:
            self.fail("no function of the notation")
        self.at += 1
        self.need("(")
        arguments = [self.expr()]
        while self.take(","):
            arguments.append(self.expr())
        self.need(")")
        if len(arguments) != FUNCTIONS.get(name, 1):
            self.at -= 1
            self.fail(f"{name} takes {FUNCTIONS.get(name, 1)}, not {len(arguments)}")
        return Apply(name, tuple(arguments))

    def reduction(self) -> Expr:
        op = self.take(*REDUCTIONS)
        self.need("[")
        binders = self.binders()
        condition = self.expr() if self.take("|") else None
        self.need("]")
        self.need("(")
        body = self.expr()
        self.need(")")
        return Reduce(op, binders, condition, body)

    def binders(self) -> tuple[Binder, ...]:
        found = [self.binder()]
        while self.take(","):
            found.append(self.binder())
        return tuple(found)

    def binder(self) -> Binder:
        name = self.new_name()
        if not self.take("in"):
            return Binder(name)
        low, high = self.range()
        return Binder(name, low, high)

    def range(self) -> tuple[Expr, Expr]:
        low = self.expr(4)
        self.need("..")
        return low, self.expr(4)

    def subscripts(self) -> tuple[Expr, ...]:
        self.need("[")
        found = [self.expr()]
        while self.take(","):
            found.append(self.expr())
        self.need("]")
        return tuple(found)
