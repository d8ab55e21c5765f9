"""C and C++ source as tokens: enough to change a place in a function and leave everything else as it is.

This is no parser. Comments, preprocessor lines and the insides of literals are never touched; what stands in a
function's body is told from declarations by the `)` before its brace. What does not compile after a change is dropped
by whoever changed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "number", "string", "op"]

_SCAN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|(?<![^\n])[ \t]*\#(?:[^\n\\]|\\.)*)
    |(?P<string>R"\((?:.*?)\)"|[uUL]?"(?:[^"\\\n]|\\.)*"|[uUL]?'(?:[^'\\\n]|\\.)*')
    |(?P<number>\.?\d(?:[eEpP][+-]|[\w.'])*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<op><<=|>>=|\.\.\.|->\*?|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|::|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENS, _CLOSES = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}


@dataclass(frozen=True)
class Token:
    """A piece of source that is neither blank nor comment; `start` and `end` are offsets, `line` counts from 1."""

    kind: Kind
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class Splice:
    """Replace what stands at [start, end) by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Edit:
    """One change of a source: splices that do not overlap, and the line that the change is about.

    Attributes:
        operator: what made it.
        line: in the changed source as in the original, from 1; edits keep the number of lines.
    """

    operator: str
    line: int
    splices: tuple[Splice, ...]

    def apply(self, source: str) -> str:
        """The changed source."""
        for splice in sorted(self.splices, key=lambda one: one.start, reverse=True):
            source = source[: splice.start] + splice.text + source[splice.end :]
        return source


@dataclass(frozen=True)
class Source:
    """A source's tokens, the partner of each bracket, and the bodies of its functions.

    Attributes:
        text: of the file.
        tokens: in order.
        partner: place of the matching bracket by the place of either; places without are not there.
        bodies: (place of the opening brace, place of the closing one), outermost only.
    """

    text: str
    tokens: tuple[Token, ...]
    partner: dict[int, int]
    bodies: tuple[tuple[int, int], ...]

    def __getitem__(self, place: int) -> str:
        """The text of a token, empty beyond the ends."""
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def slice(self, first: int, last: int) -> str:
        """Source text from one token to another, both included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def replace(self, operator: str, first: int, last: int, text: str) -> Edit:
        """An edit that replaces the tokens from `first` to `last`; line breaks of what goes are kept."""
        start, end = self.tokens[first].start, self.tokens[last].end
        lost = self.text[start:end].count("\n") - text.count("\n")
        return Edit(operator, self.tokens[first].line, (Splice(start, end, text + "\n" * max(0, lost)),))

    def inside(self) -> Iterator[int]:
        """Places of all tokens in bodies of functions."""
        for first, last in self.bodies:
            yield from range(first + 1, last)

    def statement_end(self, place: int) -> int:
        """The place of the semicolon that ends the statement at `place`; -1 when a brace comes first."""
        while place < len(self.tokens):
            if self[place] == ";":
                return place
            if self[place] in ("{", "}") or self[place] in _CLOSES:
                return -1
            place = self.partner[place] + 1 if self[place] in _OPENS and place in self.partner else place + 1
        return -1


def read(text: str) -> Source:
    """The tokens of a source."""
    tokens: list[Token] = []
    line, at = 1, 0
    while match := _SCAN.match(text, at):
        kind = match.lastgroup
        if kind != "skip":
            assert kind in ("name", "number", "string", "op")
            tokens.append(Token(kind, match[0], match.start(), match.end(), line))  # type: ignore[arg-type]
        line += match[0].count("\n")
        at = match.end()
    partner = _partners(tokens)
    return Source(text, tuple(tokens), partner, tuple(_bodies(tokens, partner)))


def _partners(tokens: Sequence[Token]) -> dict[int, int]:
    found: dict[int, int] = {}
    open_ones: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind != "op":
            continue
        if token.text in _OPENS:
            open_ones.append(place)
        elif token.text in _CLOSES and open_ones:
            first = open_ones.pop()
            found[first], found[place] = place, first
    return found


def _bodies(tokens: Sequence[Token], partner: dict[int, int]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(tokens):
        if tokens[place].text == "{" and place in partner and place:
            before = place - 1
            while before > 0 and tokens[before].text in ("const", "noexcept", "override"):
                before -= 1
            if tokens[before].text == ")":
                yield place, partner[place]
                place = partner[place]
        place += 1
