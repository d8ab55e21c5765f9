"""Cuts notation, C and English into lexemes, which a single space separates in everything that the model reads and writes.

So every lexeme has one spelling whatever stood around it, and tokens of the vocabulary are whole lexemes where these are
frequent. `spaced(text)` means the same as `text` to the notation's parser and to a C compiler, because neither language
has anything left for which spaces matter once characters and strings are placeholders.
"""

from __future__ import annotations

import re

LEXEME = re.compile(
    r"\d+\.(?!\.)\d*(?:[eE][-+]?\d+)?\w*|\.\d+(?:[eE][-+]?\d+)?\w*|0[xX]\w+|\d+[eE][-+]?\d+\w*|\d\w*"  # numbers, C's suffixes
    r"|[A-Za-z_]\w*"
    r"|'(?:\\.|[^'\\\s]|[ ])'"  # a character
    r"|<<=|>>=|\.\.|<<|>>|<=|>=|==|!=|\+=|-=|\*=|/=|%=|&=|\|=|\^=|&&|\|\||\+\+|--|->|::"
    r"|[^\s]"
)


def lexemes(text: str) -> list[str]:
    """The lexemes of notation, of C, or of English that `placeholders.py` has rewritten."""
    return LEXEME.findall(text)


def spaced(text: str) -> str:
    """The lexemes with a space between."""
    return " ".join(LEXEME.findall(text))
