"""Trains a generator on, with weighted examples, held near the network that it started from. Needs torch.

    loss = sum(w CE) / sum(w)  +  kl * KL(network || start)

per token; the divergence is exact, over the whole vocabulary at every place of the targets. What examples are worth is the
caller's to know (policy/reinforce.py): nothing is judged here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from passwright.irgen.generator.config import PAD
from passwright.irgen.generator.export import arrays
from passwright.irgen.generator.inference import Network
from passwright.irgen.generator.model import Generator
from passwright.irgen.generator.train import has_bf16


@dataclass(frozen=True)
class Weighted:
    """An example in tokens, the target with its end token; `weight` above 0."""

    source: Sequence[int]
    target: Sequence[int]
    weight: float = 1.0


@dataclass(frozen=True)
class Tuned:
    """Means per token of one pass: weighted cross-entropy, divergence from the start."""

    loss: float
    divergence: float
    steps: int


class Learner:
    """The network, its start, and the optimiser (AdamW, constant rate)."""

    def __init__(self, network: Generator, *, rate: float, kl: float) -> None:
        """
        Args:
            kl: weight of the divergence.
        """
        self.network, self.kl = network, kl
        self.start = copy.deepcopy(network).eval().requires_grad_(False)
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
        self._bf16 = has_bf16(cpu=True)

    def learn(self, examples: Sequence[Weighted], rng: np.random.Generator) -> Tuned:
        """One pass over the examples, those of like length together."""
        self.network.train()
        loss = divergence = tokens = 0.0
        steps = 0
        for batch in _batches(examples, self.network.config.tokens, rng):
            ce, kl, count = self._step(batch)
            loss, divergence, tokens, steps = (
                loss + ce * count,
                divergence + kl * count,
                tokens + count,
                steps + 1,
            )
        self.network.eval()
        return Tuned(loss / max(tokens, 1), divergence / max(tokens, 1), steps)

    def _step(self, batch: Sequence[Weighted]) -> tuple[float, float, int]:
        source, target = (_padded([getattr(one, side) for one in batch]) for side in ("source", "target"))
        places = target != PAD
        weight = torch.tensor([one.weight for one in batch])[:, None] * places
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            logits = _logits(self.network, source, target)
            with torch.no_grad():
                before = _logits(self.start, source, target).log_softmax(-1)
        now = logits.log_softmax(-1)
        ce = functional.nll_loss(now.flatten(0, 1), target.flatten(), reduction="none").view_as(target)
        loss = (ce * weight).sum() / weight.sum()
        divergence = ((now.exp() * (now - before)).sum(-1) * places).sum() / places.sum()
        (loss + self.kl * divergence).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return float(loss.detach()), float(divergence.detach()), int(places.sum())

    def engine(self) -> Network:
        """The network as it is now, in the form that draws."""
        return Network(arrays(self.network), self.network.config)

    def save(self, path: Path, vocabulary: int, more: Mapping[str, Any]) -> None:
        """A checkpoint that `train.load_checkpoint` reads, with `more` for a resumption; whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "average": {},
            "config": self.network.config.to_json(),
            "vocabulary": vocabulary,
            "start": self.start.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            **more,
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint of `save`; all that is in it."""
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.start.load_state_dict(state["start"])
        self.optimiser.load_state_dict(state["optimiser"])
        return state


def _logits(network: Generator, source: Tensor, target: Tensor) -> Tensor:
    found: Tensor = network.t5(
        input_ids=source,
        attention_mask=source != PAD,
        decoder_input_ids=network.shifted(target),
        use_cache=False,
    ).logits
    return found.float()


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])


def _batches(examples: Sequence[Weighted], tokens: int, rng: np.random.Generator) -> Iterator[list[Weighted]]:
    """Batches of at most `tokens` with the padding, in random order."""
    ordered = sorted(examples, key=lambda one: (len(one.target), len(one.source)))
    found: list[list[Weighted]] = []
    widest = 0
    for one in ordered:
        size = len(one.source) + len(one.target)
        if not found or max(widest, size) * (len(found[-1]) + 1) > tokens:
            found.append([])
            widest = 0
        widest = max(widest, size)
        found[-1].append(one)
    for at in rng.permutation(len(found)):
        yield found[at]
