"""A candidate: splices of a source, the class of edit, and a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from passwright.irgen.tokens import Source, Splice

_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Candidate:
    """One way to change a source.

    Attributes:
        kind: the class of edit, "bound"; features and tables name it.
        place: the token that the edit is about.
        splices: that do not overlap.
        why: what is done, without the place: "run the loop while i < n instead of i <= n".
        prior: log probability under the mined patterns; 0 for none.
    """

    kind: str
    place: int
    splices: tuple[Splice, ...]
    why: str
    prior: float = 0.0

    def apply(self, text: str) -> str:
        """The changed source."""
        for one in sorted(self.splices, key=lambda one: (one.start, one.end), reverse=True):
            text = text[: one.start] + one.text + text[one.end :]
        return text


def line_of(source: Source, candidate: Candidate) -> int:
    """The line that a candidate changes, from 1."""
    return source.text.count("\n", 0, candidate.splices[0].start) + 1


def replace(
    source: Source, kind: str, first: int, last: int, words: Sequence[str], why: str, *, prior: float = 0.0
) -> Candidate:
    """Tokens [first, last) replaced by `words`; with first == last inserted before `first`, at the end of what precedes."""
    return Candidate(kind, first, (splice(source, first, last, words),), why, prior)


def splice(source: Source, first: int, last: int, words: Sequence[str]) -> Splice:
    """The splice that `replace` makes."""
    tokens, text = source.tokens, source.text
    body = join(words)
    first = min(first, len(tokens))
    last = min(max(first, last), len(tokens))
    if first == last:
        if first == 0:
            at = tokens[0].start if tokens else 0
            return Splice(at, at, body + " ")
        at = tokens[first - 1].end
        if not words:
            return Splice(at, at, "")
        lead = " " if needs_space(tokens[first - 1].text, words[0]) else ""
        nearby = first < len(tokens) and tokens[first].start == at
        tail = " " if nearby and needs_space(words[-1], tokens[first].text) else ""
        return Splice(at, at, lead + body + tail)
    start, end = tokens[first].start, tokens[last - 1].end
    if not words:
        while start > 0 and text[start - 1] == " " and text[end : end + 1] in (" ", ";", ")", ",", "\n", ""):
            start -= 1
        if start and end < len(text) and _WORD.match(text[start - 1]) and _WORD.match(text[end]):
            body = " "
    elif end < len(text) and _WORD.match(text[end]) and _WORD.match(body[-1]):
        body += " "
    elif start and _WORD.match(text[start - 1]) and _WORD.match(body[0]):
        body = " " + body
    return Splice(start, end, body)


_TIGHT_BEFORE = frozenset((";", ",", ")", "]", "++", "--", ".", "->"))
_TIGHT_AFTER = frozenset(("(", "[", "!", "~", ".", "->"))
_BEFORE_UNARY = frozenset(
    ("(", ",", "=", "return", "[", "&&", "||", "<", "<=", ">", ">=", "==", "!=", "+", "*", "/", "?", ":")
)
_SPACED = re.compile(r"[<>=!+\-*/%&|^]=?|<<=?|>>=?|&&|\|\||[?:]")


def needs_space(left: str, right: str) -> bool:
    """Whether a blank belongs between two tokens."""
    if right in _TIGHT_BEFORE or left in _TIGHT_AFTER:
        return False
    if right in ("(", "["):
        return left in ("if", "while", "for", "return", "switch", ";", "{", "}", ",") or bool(
            _SPACED.fullmatch(left)
        )
    return True


def join(words: Sequence[str]) -> str:
    """Tokens as text."""
    out = ""
    for number, word in enumerate(words):
        before = words[number - 2] if number > 1 else ""
        unary = number > 0 and (
            words[number - 1] == "!" or (words[number - 1] in ("-", "&", "*") and before in _BEFORE_UNARY)
        )
        out += (" " if number and not unary and needs_space(words[number - 1], word) else "") + word
    return out


def opens(source: Source, place: int) -> bool:
    """Whether a bracket that is closed further on stands at a place."""
    return source.partner.get(place, -1) > place
