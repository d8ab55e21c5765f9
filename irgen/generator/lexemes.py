"""Cuts notation, C and English into lexemes, which a single space separates in everything that the model reads and writes.

So every lexeme has one spelling whatever stood around it, and tokens of the vocabulary are whole lexemes where these are
frequent. `spaced(text)` means the same as `text` to the notation's parser and to a C compiler, because neither language
has anything left for which spaces matter once characters and strings are placeholders.
"""

from __future__ import annotations

import re

LEXEME = re.compile(
    # numbers with C's suffixes
    r"\d+\.(?!\.)\d*(?:[eE][-+]?\d+)?\w*|\.\d+(?:[eE][-+]?\d+)?\w*|0[xX]\w+|\d+[eE][-+]?\d+\w*|\d\w*"
    r"|[A-Za-z_]\w*"
    r"|'(?:\\.|[^'\\\s]|[ ])'"  # a character
    r"|<<=|>>=|\.\.|<<|>>|<=|>=|==|!=|\+=|-=|\*=|/=|%=|&=|\|=|\^=|&&|\|\||\+\+|--|->|::"
    r"|[^\s]"
)

_PHRASES = re.compile(
    r"for \( int64_t ([ijklpq]) = 0 ; \1 <|; [ijklpq] \+\+ \)|\[ [ijklpq](?: [-+] 1)? \]|\[ [ijkl] , [ijkl] \]|std :: \w+"
    r"|, (?:size|len|out|inout|return)(?= )|= 0 ;|u?int\d+_t t\d|double t\d|\( u?int\d+_t \)|(?<= )in 0 \.\."
)


def lexemes(text: str) -> list[str]:
    """The lexemes of notation, of C, or of English that `placeholders.py` has rewritten."""
    return LEXEME.findall(text)


def spaced(text: str) -> str:
    """The lexemes with a space between."""
    return " ".join(LEXEME.findall(text))


def joined(text: str) -> str:
    """Spaced notation or C with frequent phrases as one word each ("for▁(▁int64_t▁i▁=▁0▁;▁i▁<"), which the vocabulary then
    has as one token; `tokenizer.decode` gives the spaced text again."""
    return _PHRASES.sub(lambda found: found[0].replace(" ", "▁"), text)
