"""Draws token sequences from the network: the likeliest first, then samples, in one batch, within a grammar.

The first row of a batch is greedy, the others are drawn at a temperature from the tokens that make up most of the mass
(nucleus sampling, Holtzman et al. 2020). A grammar forbids what cannot go on to a text of the language; probabilities are
those of the network without it, so that a text which the grammar had to force has a low one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.config import EOS
from passwright.irgen.generator.inference import Network, first_token

if TYPE_CHECKING:
    from passwright.irgen.generator.masks import Grammar


@dataclass(frozen=True)
class Drawing:
    """How to draw.

    Attributes:
        samples: sequences; the first is greedy.
        temperature, nucleus: of the others; `nucleus` is the share of the mass that is drawn from.
        most: tokens of a sequence.
        sure, least: where the best finished sequence has at least the probability `sure` and `least` tokens, those that are
            not finished are given up.
    """

    samples: int = 1
    temperature: float = 0.7
    nucleus: float = 0.95
    most: int = 256
    sure: float = 0.9
    least: int = 8
    seed: int = 0


@dataclass(frozen=True)
class Drawn:
    """One finished sequence without its end token, and the log of its probability."""

    tokens: tuple[int, ...]
    log_probability: float

    @property
    def probability(self) -> float:
        return exp(self.log_probability)


def draw(
    network: Network,
    source: Sequence[int],
    drawing: Drawing = Drawing(),
    grammar: Grammar | None = None,
    on_token: Callable[[int], None] | None = None,
    greedy: bool = True,
) -> list[Drawn]:
    """Distinct finished sequences, the likeliest first; fewer than asked for where drawings agree, none where none ends.

    Args:
        on_token: told each token of the greedy sequence as it is chosen.
        greedy: whether the first row is greedy rather than drawn like the others.
    """
    encoded = network.encode(np.array(source, np.int64))
    cache = network.start(encoded, drawing.samples, drawing.most)
    sequences = Sequences(drawing, grammar, on_token, greedy)
    rows = drawing.samples
    while kept := sequences.take(cache.step(sequences.newest)):
        if len(kept) < rows:
            cache.keep(np.array(kept))
            rows = len(kept)
    return sequences.found()


class Sequences:
    """The sequences of one drawing while they are drawn; each has a row of a cache until it ends.

    Attributes:
        newest: [rows] the tokens that the rows go on with.
    """

    def __init__(
        self,
        drawing: Drawing,
        grammar: Grammar | None = None,
        on_token: Callable[[int], None] | None = None,
        greedy: bool = True,
    ) -> None:
        """As `draw`."""
        self.newest = first_token(drawing.samples)
        self._drawing, self._grammar, self._on_token, self._greedy = drawing, grammar, on_token, greedy
        self._rng = np.random.default_rng(drawing.seed)
        self._matchers = [grammar.start() for _ in range(drawing.samples)] if grammar is not None else []
        self._texts: list[list[int]] = [[] for _ in range(drawing.samples)]
        self._logs = [0.0] * drawing.samples
        self._rows = list(range(drawing.samples))  # the sequence that each row belongs to
        self._done: dict[tuple[int, ...], float] = {}
        self._left = drawing.most

    def take(self, logits: NDArray[np.float32]) -> list[int]:
        """Choose each row's next token by `logits` [rows, vocabulary].

        Returns the rows that go on, in order; the others must leave the cache. None: the drawing is over.
        """
        likelihood = logits - _log_sum(logits)
        kept: list[int] = []
        chosen: list[int] = []
        for at, one in enumerate(self._rows):
            allowed = self._grammar.allowed(self._matchers[one]) if self._grammar is not None else None
            if allowed is not None and not allowed.any():
                continue
            row = logits[at] if allowed is None else np.where(allowed, logits[at], -np.inf)
            first = one == 0 and self._greedy
            token = int(row.argmax()) if first else _pick(row, self._drawing, self._rng)
            self._logs[one] += float(likelihood[at, token])
            if token == EOS:
                self._done[tuple(self._texts[one])] = self._logs[one]
                continue
            self._texts[one].append(token)
            if self._matchers and not self._matchers[one].consume_token(token):
                continue
            if self._on_token is not None and one == 0:
                self._on_token(token)
            kept.append(at)
            chosen.append(token)
        self._left -= 1
        if not self._left or _sure(self._done, self._drawing):
            return []
        self._rows = [self._rows[at] for at in kept]
        self.newest = np.array(chosen, np.int64)
        return kept

    def found(self) -> list[Drawn]:
        """What is finished, the likeliest first."""
        drawn = [Drawn(tokens, log) for tokens, log in self._done.items()]
        return sorted(drawn, key=lambda d: -d.log_probability)


def _sure(done: dict[tuple[int, ...], float], drawing: Drawing) -> bool:
    return any(exp(log) >= drawing.sure and len(tokens) >= drawing.least for tokens, log in done.items())


def _log_sum(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    top = logits.max(-1, keepdims=True)
    found: NDArray[np.float32] = top + np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return found


def _pick(row: NDArray[np.float32], drawing: Drawing, rng: np.random.Generator) -> int:
    weights = np.exp((row - row.max()) / drawing.temperature)
    order = np.argsort(-weights)[:64]
    weights = weights[order] / weights.sum()
    count = int(np.searchsorted(np.cumsum(weights), drawing.nucleus)) + 1
    weights = weights[:count] / weights[:count].sum()
    return int(order[min(int(np.searchsorted(np.cumsum(weights), rng.random())), len(weights) - 1)])
