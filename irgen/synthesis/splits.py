"""What training never sees, apart from held-out wordings (`voice.held_out`): whole families, and compositions.

A composition is held out by the names of its operations, whatever their order, so that no rewording of it is trained on.
"""

from __future__ import annotations

from typing import Literal
from zlib import crc32

from passwright.irgen.synthesis.draft import Draft

Split = Literal["train", "family", "composition"]
FAMILIES: tuple[str, ...] = ("boards", "points")
"""Held out whole."""


def split_of(draft: Draft) -> Split:
    """Where the draft belongs."""
    if draft.family in FAMILIES:
        return "family"
    if len(draft.operations) >= 2 and crc32("+".join(sorted(draft.operations)).encode()) % 8 == 0:
        return "composition"
    return "train"
