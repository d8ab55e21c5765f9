"""What the ranker knows of a candidate: classes of edit, tokens and places, as hashed words.

Names of the program are left out of the words, so that nothing is learned of single programs. Features are strings that
are hashed into `BUCKETS`; a collision costs a little and nothing else.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.repair.brackets import around
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import Diagnostic
from passwright.irgen.repair.edits import Candidate
from passwright.irgen.repair.names import KEYWORDS, LIBRARY

BUCKETS = 1 << 14
WIDTH = 24
"""Features of a candidate; shorter lists are filled with bucket 0, which has no weight."""
_WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\"(?:[^\"\\]|\\.)*\"|\s+")
_COUNT_BUCKETS = (0, 1, 2, 3, 5, 8, 13, 30, 1000)


@dataclass(frozen=True)
class Clue:
    """What is known of the error: its diagnostic, None for a wrong result."""

    diagnostic: Diagnostic | None = None


def plain(text: str) -> str:
    """Text with the program's own names as V, numbers above 2 as N and long texts as S."""

    def one(match: re.Match[str]) -> str:
        word = match[0]
        if word[0].isspace():
            return " "
        if word[0] == '"':
            return word if len(word) <= 8 else "S"
        if word[0].isdigit():
            return word if word in ("0", "1", "2") else "F" if "." in word else "N"
        return word if word in KEYWORDS or word in LIBRARY else "V"

    return _WORD.sub(one, text)[:40]


def features(context: Context, candidates: Sequence[Candidate], clue: Clue) -> NDArray[np.int32]:
    """(candidates, WIDTH) buckets."""
    source = context.source
    cached: dict[str, str] = {}

    def short(text: str) -> str:
        if text not in cached:
            cached[text] = plain(text)
        return cached[text]

    tokens = [short(token.text) for token in source.tokens]
    count = len(tokens)
    error = clue.diagnostic
    middle = around(context, error) if error is not None else 0
    message = error.pattern if error is not None else "result"
    at_error = f"{tokens[middle - 1] if middle else ''} {tokens[middle] if middle < count else ''}"
    rows = np.zeros((len(candidates), WIDTH), np.int32)
    for number, one in enumerate(candidates):
        place = one.place
        first = one.splices[0]
        old = short(source.text[first.start : first.end][:40])
        new = short(first.text[:40])
        more = len(one.splices)
        left = tokens[place - 1] if 0 < place <= count else ""
        left2 = tokens[place - 2] if 1 < place <= count else ""
        here = tokens[place] if place < count else ""
        right = tokens[place + 1] if place + 1 < count else ""
        header = context.header[place] if place < count else ""
        bracket = context.bracket[place] if place < count else ""
        depth = min(context.depth[place], 3) if place < count else 0
        kind = one.kind
        edit = f"{old}>{new}"
        words = [
            f"k {kind}",
            f"e {kind} {edit}",
            f"el {edit} {left}",
            f"er {edit} {here} {right}",
            f"elr {edit} {left} {here} {right}",
            f"ell {edit} {left2} {left}",
            f"kw {kind} {header} {bracket}",
            f"ew {edit} {header} {bracket}",
            f"kd {kind} {depth}",
            f"kl {kind} {left}",
            f"kh {kind} {here}",
            f"p {kind} {round(one.prior)}",
            f"n {kind} {more} {min(len(first.text) // 6, 5)} {min((first.end - first.start) // 6, 5)}",
            f"m {message} {kind}",
            f"me {message} {edit}",
            f"o {kind} {_similar(source.text[first.start : first.end], first.text)}",
        ]
        if error is not None:
            away = place - middle
            far = f"{'-' if away < 0 else '+'}{_bucket(abs(away))}"
            same = "same" if place < count and source.tokens[place].line == error.line else "other"
            if (
                place
                and place <= count
                and source.tokens[place - 1].line < (source.tokens[min(place, count - 1)].line)
            ):
                same += " start"
            words += [
                f"d {far}",
                f"dk {far} {kind}",
                f"dke {far} {edit}",
                f"dm {far} {message} {kind}",
                f"ds {same} {edit}",
                f"ms {message} {same} {edit}",
                f"mt {message} {at_error} {edit} {far}",
            ]
        else:
            words += [f"s {kind} {_bucket(10 * place // max(count, 1))}", f"eh {edit} {depth}"]
        for column, word in enumerate(words[:WIDTH]):
            rows[number, column] = zlib.crc32(word.encode("utf-8", "surrogateescape")) % (BUCKETS - 1) + 1
    return rows


def _bucket(count: int) -> int:
    return next(number for number, limit in enumerate(_COUNT_BUCKETS) if count <= limit or limit == 1000)


def _similar(old: str, new: str) -> str:
    """How alike two short texts are: letters in common at either end."""
    if not old or not new or len(old) > 30 or len(new) > 30:
        return "-"
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    apart = max(len(old), len(new)) - head - tail
    return f"{min(apart, 4)} {min(len(old), 4)} {old.lower() == new.lower()}"
