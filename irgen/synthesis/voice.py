"""Random choices of wording, each with an id, so that some wordings can be kept out of training.

An option is held out if the CRC of its id says so (1 in 10, where a key has five options or more): no table to keep, and
an option added at the end of a list changes nothing for those before it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal, TypeVar
from zlib import crc32

T = TypeVar("T")
_FEWEST = 5


def held_out(phrase: str) -> bool:
    """Whether the option with this id (`key#index`) is never drawn for training."""
    return crc32(phrase.encode()) % 10 == 0


class Voice:
    """Draws wordings; `taken()` gives the ids drawn since it was last called, and starts the next sentence."""

    def __init__(self, rng: random.Random, mode: Literal["train", "heldout"] = "train") -> None:
        self.rng = rng
        self.mode = mode
        self._taken: list[str] = []
        self._wants_held_out = mode == "heldout"

    def pick(self, key: str, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options, which `key` names; the same key must always come with the same options.

        In "heldout" mode, one key of each sentence takes a held-out option, the first that has one and wins a throw of
        1 in 3; others behave as in training.
        """
        count = len(options)
        if count < _FEWEST:
            return (
                self.rng.choices(options, weights)[0] if weights else options[int(self.rng.random() * count)]
            )
        out, kept = _parts(key, count)
        indices = kept
        if self._wants_held_out and out and self.rng.random() < 1 / 3:
            self._wants_held_out = False
            indices = out
        if weights:
            index = self.rng.choices(indices, [weights[i] for i in indices])[0]
        else:
            index = indices[int(self.rng.random() * len(indices))]
        self._taken.append(f"{key}#{index}")
        return options[index]

    def maybe(self, key: str, probability: float, options: Sequence[str]) -> str:
        """One of the options, or else an empty text."""
        return self.pick(key, options) if self.rng.random() < probability else ""

    def taken(self) -> tuple[str, ...]:
        ids = tuple(dict.fromkeys(self._taken))
        self._taken.clear()
        self._wants_held_out = self.mode == "heldout"
        return ids


_cache: dict[tuple[str, int], tuple[list[int], list[int]]] = {}


def _parts(key: str, count: int) -> tuple[list[int], list[int]]:
    """Indices held out, and the others; never all held out."""
    found = _cache.get((key, count))
    if found is None:
        out = [i for i in range(count) if held_out(f"{key}#{i}")]
        kept = [i for i in range(count) if i not in out] or list(range(count))
        _cache[key, count] = found = (out if len(out) < count else [], kept)
    return found
