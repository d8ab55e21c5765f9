"""Which drafts are kept from training, to test what the generator has not seen.

Three ways, none with a list to keep but the first: whole families; compositions, by a hash of the operations composed, in
whatever order; phrasings, by a hash of the wording's id (`voice.held_out`).
"""

from __future__ import annotations

from typing import Literal
from zlib import crc32

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.voice import held_out

HELD_OUT_FAMILIES = frozenset({"boards", "points"})
_ONE_IN = 8

Split = Literal["train", "composition", "family", "phrasing"]


def split_of(draft: Draft) -> Split:
    """The first that applies of family, composition, phrasing; else training."""
    if draft.family in HELD_OUT_FAMILIES:
        return "family"
    if composition_held_out(draft.operations):
        return "composition"
    return "phrasing" if any(held_out(p) for p in draft.phrases) else "train"


def composition_held_out(operations: tuple[str, ...]) -> bool:
    """Of two operations or more: one combination in eight."""
    return len(operations) > 1 and crc32("+".join(sorted(operations)).encode()) % _ONE_IN == 0
