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
    rng = np.random.default_rng(drawing.seed)
    encoded = network.encode(np.array(source, np.int64))
    cache = network.start(encoded, drawing.samples, drawing.most)
    matchers = [grammar.start() for _ in range(drawing.samples)] if grammar is not None else []
    texts: list[list[int]] = [[] for _ in range(drawing.samples)]
    logs = [0.0] * drawing.samples
    rows = list(range(drawing.samples))  # the sequence that each row of the cache belongs to
    newest = first_token(drawing.samples)
    done: dict[tuple[int, ...], float] = {}
    for _ in range(drawing.most):
        logits = cache.step(newest)
        likelihood = logits - _log_sum(logits)
        kept: list[int] = []
        chosen: list[int] = []
        for at, one in enumerate(rows):
            allowed = grammar.allowed(matchers[one]) if grammar is not None else None
            if allowed is not None and not allowed.any():
                continue
            row = logits[at] if allowed is None else np.where(allowed, logits[at], -np.inf)
            token = int(row.argmax()) if one == 0 and greedy else _pick(row, drawing, rng)
            logs[one] += float(likelihood[at, token])
            if token == EOS:
                done[tuple(texts[one])] = logs[one]
                continue
            texts[one].append(token)
            if matchers and not matchers[one].consume_token(token):
                continue
            if on_token is not None and one == 0:
                on_token(token)
            kept.append(at)
            chosen.append(token)
        if not kept or _sure(done, drawing):
            break
        if len(kept) < len(rows):
            cache.keep(np.array(kept))
            rows = [rows[at] for at in kept]
        newest = np.array(chosen, np.int64)
    found = [Drawn(tokens, log) for tokens, log in done.items()]
    return sorted(found, key=lambda d: -d.log_probability)


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
