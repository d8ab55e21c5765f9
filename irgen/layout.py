"""C and C++ statements laid out as people write them, from text in any spacing.

    lay_out(tokens("double s = 0; for (int64_t i=0;i<n;i++) s+=x[i]; return s;"), indent=2)

One statement a line, blocks indented by two, lines of at most 100 columns where a comma or operator allows a break. For
what the generator writes (no preprocessor lines, no labels); clang-format is not needed at run time because of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(
    r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+|[xX][0-9a-fA-F]+)?\w*|[A-Za-z_]\w*"
    r"|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|::|\S"
)
_TYPES = frozenset({
    "void", "char", "short", "int", "long", "float", "double", "bool", "signed", "unsigned", "auto", "size_t", "ptrdiff_t",
    "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "vector", "string", "array",
})  # fmt: skip
_TEMPLATES = frozenset({
    "vector", "array", "span", "numeric_limits", "static_cast", "reinterpret_cast", "const_cast", "min", "max", "greater",
    "less", "plus", "minus", "multiplies", "divides", "bit_and", "bit_or", "bit_xor", "pair", "function", "unique_ptr",
    "make_unique", "accumulate",
})  # fmt: skip
_HEADS = ("for", "if", "while", "switch")
_BINARY = frozenset({
    "*", "/", "%", "+", "-", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "&", "^", "|", "&&", "||", "?", ":", "=", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=",
})  # fmt: skip
_WIDTH = 100


def tokens(text: str) -> list[str]:
    """The lexemes of C or C++."""
    return _TOKEN.findall(text)


def lay_out(code: Sequence[str], indent: int = 0) -> list[str]:
    """Lines of the statements that `code` is."""
    reader = _Statements(list(code))
    while reader.at < len(reader.code):
        reader.statement(indent)
    return reader.lines


class _Statements:
    def __init__(self, code: list[str]) -> None:
        self.code, self.at = code, 0
        self.lines: list[str] = []

    @property
    def next(self) -> str:
        return self.code[self.at] if self.at < len(self.code) else ""

    def add(self, indent: int, words: Sequence[str], after: str = "") -> None:
        text = " " * indent + joined(words) + after
        while len(text) > _WIDTH and (cut := _break(text, indent + 8)):
            self.lines.append(text[:cut].rstrip())
            text = " " * (indent + 4) + text[cut:].lstrip()
        self.lines.append(text)

    def statement(self, indent: int) -> None:
        if self.next == "{":
            self.at += 1
            self.add(indent, ["{"])
            self.block(indent)
            self.lines.append(" " * indent + "}")
        elif self.next in _HEADS:
            head = [self.next]
            self.at += 1
            head += self.brackets()
            self.controlled(indent, head)
            if head[0] == "if" and self.next == "else":
                self.alternative(indent)
        elif self.next == "do":
            self.at += 1
            self.controlled(indent, ["do"])
            tail = self.until_semicolon()
            self.lines[-1] += " " + joined(tail) if self.lines[-1].strip() == "}" else ""
            if self.lines[-1].strip() != "}" and not self.lines[-1].endswith(joined(tail)):
                self.add(indent, tail)
        else:
            self.add(indent, self.until_semicolon())

    def alternative(self, indent: int) -> None:
        self.at += 1
        opening = ["else"]
        joins = self.lines[-1] == " " * indent + "}"
        if joins:
            self.lines.pop()
            opening = ["}", "else"]
        if self.next == "if":
            self.at += 1
            self.controlled(indent, [*opening, "if", *self.brackets()])
            if self.next == "else":
                self.alternative(indent)
        else:
            self.controlled(indent, opening)

    def controlled(self, indent: int, head: list[str]) -> None:
        """What a head governs: a block on its line, or one statement below it."""
        if self.next == "{":
            self.at += 1
            self.add(indent, head, " {")
            self.block(indent)
            self.lines.append(" " * indent + "}")
        elif self.next == ";":
            self.at += 1
            self.add(indent, head, ";")
        else:
            self.add(indent, head)
            self.statement(indent + 2)

    def block(self, indent: int) -> None:
        while self.next not in ("}", ""):
            self.statement(indent + 2)
        self.at += 1

    def brackets(self) -> list[str]:
        found, depth = [], 0
        while self.next:
            depth += (self.next == "(") - (self.next == ")")
            found.append(self.next)
            self.at += 1
            if depth == 0:
                break
        return found

    def until_semicolon(self) -> list[str]:
        """Up to the semicolon outside all brackets; lambdas and initialisers have some inside."""
        found, depth = [], 0
        while self.next:
            token = self.next
            if token == "}" and depth == 0:
                break
            depth += (token in "([{") - (token in ")]}")
            found.append(token)
            self.at += 1
            if token == ";" and depth == 0:
                break
        return found


_BREAKS = re.compile(r", |; | (?=&& |\|\| |\? |: |\+ |- |= )")


def _break(text: str, least: int) -> int:
    """Where to break a line: outside as many brackets as possible, as late as possible; 0 for nowhere."""
    best, fewest = 0, 1 << 30
    for found in _BREAKS.finditer(text, least, _WIDTH):
        before = text[: found.start()]
        depth = sum(before.count(c) for c in "([") - sum(before.count(c) for c in ")]")
        if depth <= fewest:
            best, fewest = found.end(), depth
    return best


def joined(code: Sequence[str]) -> str:
    """Tokens in the usual spacing."""
    unary = _unary(code)
    templates = _template_brackets(code)
    text = ""
    for at, token in enumerate(code):
        before = code[at - 1] if at else ""
        if at and _space(code, at, before, token, unary, templates):
            text += " "
        text += token
    return text


def _space(
    code: Sequence[str], at: int, before: str, token: str, unary: set[int], templates: set[int]
) -> bool:
    if token in (";", ",", ")", "]", "::", ".", "->") or before in ("(", "[", "::", ".", "->"):
        return False
    if at in templates:
        return False
    if at - 1 in templates:
        return before in (">", ">>") and token not in ("(", ")", "{", "&", "*")  # after the closing one
    if at - 1 in unary:
        return False
    if token in ("++", "--"):
        return at in unary and (before in _BINARY or before in (";", ",", "}"))
    if token == "[":
        return before in _BINARY or before in (",", "return")
    if token == "(":
        return before in _BINARY or before in (",", "return", *_HEADS, ";", "{", "}", "else")
    if token == "{":
        return before not in ("(",) and not re.match(r"[A-Za-z_]", before)
    if before == "{" or token == "}":
        return before != "{" or token != "}"
    return True


def _unary(code: Sequence[str]) -> set[int]:
    """Places of operators that belong to what follows them: signs, dereferences, casts' ends, pointer declarators."""
    found: set[int] = set()
    for at, token in enumerate(code):
        before = code[at - 1] if at else ";"
        if token in ("!", "~"):
            found.add(at)
        elif token in ("-", "+", "*", "&", "++", "--"):
            starts = before in _BINARY or before in (
                "(",
                "[",
                ",",
                ";",
                "{",
                "}",
                "return",
                "!",
                "~",
                "else",
                "case",
            )
            if at - 1 in found and before != ")":
                starts = True
            if token in ("*", "&") and (before in _TYPES or before == "const" or before == ">"):
                starts = before != ">" or _closes_template(code, at - 1)
            if before == ")" and _is_cast(code, at - 1):
                starts = True
            if token in ("++", "--") and not starts:
                continue
            if starts:
                found.add(at)
        elif token == ")" and _is_cast(code, at):
            found.add(at)
    return found


def _is_cast(code: Sequence[str], close: int) -> bool:
    inside: list[str] = []
    for at in range(close - 1, -1, -1):
        if code[at] == "(":
            before = code[at - 1] if at else ""
            named = [t for t in inside if t not in ("*", "const")]
            operand = close + 1 < len(code) and (code[close + 1] not in (")", ",", ";", "{", "]"))
            called = bool(re.match(r"[A-Za-z_]\w*$", before)) and before != "return"
            return bool(named) and all(t in _TYPES for t in named) and not called and operand
        inside.append(code[at])
    return False


def _template_brackets(code: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for at, token in enumerate(code):
        if token == "<" and at and code[at - 1] in _TEMPLATES:
            depth = 0
            for end in range(at, len(code)):
                depth += (code[end] == "<") - (code[end] == ">") - 2 * (code[end] == ">>")
                if code[end] in (";", "&&", "||"):
                    break
                if depth <= 0:
                    found |= {at, end} | {k for k in range(at, end) if code[k] in ("<", ">", ">>")}
                    found |= {k for k in range(at + 1, end) if code[k - 1] == "<"}
                    break
    return found


def _closes_template(code: Sequence[str], at: int) -> bool:
    return at in _template_brackets(code)
