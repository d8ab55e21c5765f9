"""C and C++ source as tokens and as lines: what densities and Halstead's measures count.

The file is read as it stands, before preprocessing: a macro's body counts where it is defined, as one directive. Left
out: trigraphs, and splicing of lines anywhere but in directives and comments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["operator", "operand", "directive"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|\\\n)
    | (?P<comment>//(?:\\\r?\n|[^\n])*|/\*.*?(?:\*/|\Z))
    | (?P<directive>^[ \t]*\#(?:\\\r?\n|/\*.*?\*/|//[^\n]*|[^\n])*)
    | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
    | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"?|(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
    | (?P<number>\.?\d(?:[eEpP][+-]|'?[\w.])*)
    | (?P<name>[A-Za-z_$]\w*)
    | (?P<punctuator><=>|\.\.\.|<<=|>>=|->\*|::|->|\.\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

_WORDS = """
    alignas alignof asm auto bool break case catch char char8_t char16_t char32_t class co_await co_return co_yield
    concept const const_cast consteval constexpr constinit continue decltype default delete do double dynamic_cast else
    enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept nullptr
    operator private protected public register reinterpret_cast requires restrict return short signed sizeof static
    static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename typeof
    union unsigned using virtual void volatile wchar_t while _Alignas _Alignof _Atomic _Bool _Complex _Generic
    _Imaginary _Noreturn _Static_assert _Thread_local __restrict __restrict__ __inline __attribute__ __asm__
"""
KEYWORDS = frozenset(_WORDS.split())
_VALUES = frozenset({"true", "false", "nullptr", "this"})
_CLOSING = frozenset(")]}")


@dataclass(frozen=True)
class Token:
    """A token and the lines it stands on, from 1."""

    kind: TokenKind
    text: str
    line: int
    last_line: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a file without comments; a directive is one token.

    Keywords and punctuators are operators, identifiers and literals operands; `true`, `false`, `nullptr` and `this` are
    operands. A closing bracket belongs to its opening one and is no token.
    """
    line = 1
    for match in _TOKEN.finditer(text):
        kind, found, start = match.lastgroup, match[0], line
        line += found.count("\n")
        if kind == "mark":
            kind = "raw"
        if kind in ("space", "comment") or found in _CLOSING:
            continue
        if kind == "directive":
            yield Token("directive", found, start, line)
        elif kind == "punctuator" or (kind == "name" and found in KEYWORDS and found not in _VALUES):
            yield Token("operator", found, start, line)
        else:
            yield Token("operand", found, start, line)


def body_end(text: str, first: int) -> int:
    """The last line of the function that begins on line `first`: where its first brace is closed.

    The file's last line where none is, as in a body that macros or conditional directives tear apart.
    """
    line, depth = 1, 0
    for match in _TOKEN.finditer(text):
        line += match[0].count("\n")
        if line < first or match.lastgroup != "punctuator":
            continue
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0 and match[0] == "}":
            break
    return line


def code_lines(text: str) -> int:
    """How many lines hold something besides blanks and comments."""
    used: set[int] = set()
    line = 1
    for match in _TOKEN.finditer(text):
        height = match[0].count("\n")
        if match.lastgroup not in ("space", "comment"):
            used.update(range(line, line + height + 1))
        line += height
    return len(used)


@dataclass(frozen=True)
class Halstead:
    """Halstead's counts (Elements of Software Science, 1977).

    Attributes:
        operators, operands: how many there are in all (N1, N2).
        distinct_operators, distinct_operands: how many different ones (n1, n2).
    """

    operators: int = 0
    operands: int = 0
    distinct_operators: int = 0
    distinct_operands: int = 0

    @staticmethod
    def of(found: Iterable[Token]) -> Halstead:
        """The counts of some tokens, directives left out."""
        listed = list(found)
        operators = [token.text for token in listed if token.kind == "operator"]
        operands = [token.text for token in listed if token.kind == "operand"]
        return Halstead(len(operators), len(operands), len(set(operators)), len(set(operands)))

    @property
    def volume(self) -> float:
        """(N1 + N2) log2(n1 + n2), in bits; 0 without tokens."""
        length, vocabulary = self.operators + self.operands, self.distinct_operators + self.distinct_operands
        return length * math.log2(vocabulary) if vocabulary else 0.0


def maintainability(volume: float, complexity: float, lines: float) -> float:
    """The maintainability index, 0 (worst) to 100.

        MI = max(0, 171 - 5.2 ln V - 0.23 G - 16.2 ln L) * 100 / 171

    with the means per function of Halstead's volume V, cyclomatic complexity G and lines of code L: the
    three-metric polynomial of Coleman, Ash, Lowther and Oman (Using metrics to evaluate software system
    maintainability, IEEE Computer 27(8), 1994), after Oman and Hagemeister (1992), on the scale of 0 to 100 that
    Microsoft's Visual Studio introduced (2007). Their fourth term, a bonus for comments, is left out: a
    generator could earn it with words.
    """
    index = 171 - 5.2 * math.log(max(1.0, volume)) - 0.23 * complexity - 16.2 * math.log(max(1.0, lines))
    return min(100.0, max(0.0, index * 100 / 171))


def between(found: Sequence[Token], first: int, last: int) -> list[Token]:
    """The tokens on lines `first` to `last`."""
    return [token for token in found if first <= token.line and token.last_line <= last]
