"""Draws for several requests in one run of the network: each step reads the weights once for the rows of all.

    draw_many(network, [Asked(source, Drawing(samples=4), grammar), Asked(other)])     # as `draw` gives for each

Every request has its own drawing, grammar, seed and listener, and leaves when it is done; what is drawn does not depend on
who else is there, but for the rounding of sums. Requests begin together: one that comes later waits for the next run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.decode import Drawing, Drawn, Sequences
from passwright.irgen.generator.inference import Array, Network, _norm, _softmax

if TYPE_CHECKING:
    from passwright.irgen.generator.masks import Grammar

_DEFAULT = Drawing()
_ROOM = 64
"""Places that a cache has room for at first; it doubles when they are full."""


@dataclass(frozen=True)
class Asked:
    """One request, with the arguments of `draw`.

    Attributes:
        over: asked before each step; True when nobody waits for the answer any more.
    """

    source: Sequence[int]
    drawing: Drawing = _DEFAULT
    grammar: Grammar | None = None
    on_token: Callable[[int], None] | None = None
    greedy: bool = True
    over: Callable[[], bool] = lambda: False


def draw_many(network: Network, asked: Sequence[Asked]) -> list[list[Drawn]]:
    """The answers of `draw` to each request, in order; what is finished by then for one that was over before its end."""
    encoded = encode_many(network, [np.array(one.source, np.int64) for one in asked])
    everyone = [Sequences(one.drawing, one.grammar, one.on_token, one.greedy) for one in asked]
    batch = Batch(network, encoded, [one.drawing.samples for one in asked])
    present = list(range(len(asked)))
    while present:
        logits = batch.step(np.concatenate([everyone[at].newest for at in present]))
        kept: list[int] = []
        still: list[int] = []
        start = 0
        for at in present:
            rows = len(everyone[at].newest)
            goes_on = [] if asked[at].over() else everyone[at].take(logits[start : start + rows])
            kept += [start + row for row in goes_on]
            still += [at] if goes_on else []
            start += rows
        if len(kept) < start:
            batch.keep(np.array(kept, np.int64))
        present = still
    return [one.found() for one in everyone]


def encode_many(network: Network, sources: Sequence[NDArray[np.int64]]) -> list[Array]:
    """[length, hidden] of each input. Rows of all are multiplied together; they attend to those of their own input."""
    w, c = network.w, network.config
    ends = np.cumsum([0, *map(len, sources)])
    spans = [slice(start, end) for start, end in itertools.pairwise(ends)]
    longest = np.arange(max(map(len, sources)))
    bias = network._bias("encoder.bias", longest, longest, both=True)
    x: Array = w["shared"][np.concatenate(sources)]
    for layer in range(c.encoder_layers):
        at = f"encoder.{layer}."
        qkv = (_norm(x, w[at + "n1"]) @ w[at + "qkv"]).reshape(len(x), 3, c.heads, c.head_size)
        qkv = qkv.transpose(1, 2, 0, 3)
        mixed = np.empty_like(x)
        for span in spans:
            q, k, v = qkv[:, :, span]
            length = q.shape[1]
            one = _softmax(q @ k.transpose(0, 2, 1) + bias[:, :length, :length]) @ v
            mixed[span] = one.transpose(1, 0, 2).reshape(length, -1)
        x = x + mixed @ w[at + "o"]
        x = x + np.maximum(_norm(x, w[at + "n2"]) @ w[at + "wi"], 0) @ w[at + "wo"]
    x = _norm(x, w["encoder.norm"])
    return [x[span] for span in spans]


class Batch:
    """Keys and values of the sequences of several requests; `step` appends a token to each.

    Rows of one request stand together. Inputs are padded to the longest, with a mask; each is there once for all its rows.
    """

    def __init__(self, network: Network, encoded: Sequence[Array], rows: Sequence[int]) -> None:
        """`encoded`: of each request; `rows`: how many sequences each has."""
        w, c = network.w, network.config
        self.network = network
        self.length = 0
        count, longest = len(encoded), max(map(len, encoded))
        self._mask = np.full((count, 1, 1, longest), -1e9, np.float32)
        padded = np.zeros((count, longest, c.hidden), np.float32)
        for at, one in enumerate(encoded):
            self._mask[at, ..., : len(one)] = 0
            padded[at, : len(one)] = one
        self._cross: list[tuple[Array, Array]] = []
        for layer in range(c.decoder_layers):
            kv = (padded @ w[f"decoder.{layer}.ckv"]).reshape(count, longest, 2, c.heads, c.head_size)
            keys, values = kv[:, :, 0].transpose(0, 2, 3, 1), kv[:, :, 1].transpose(0, 2, 1, 3)
            self._cross.append((np.ascontiguousarray(keys), np.ascontiguousarray(values)))
        self._own = np.empty((c.decoder_layers, 2, sum(rows), c.heads, _ROOM, c.head_size), np.float32)
        self._of = np.repeat(np.arange(count), rows)  # the request of each row
        self._place = _places(self._of)
        self._bias = self._distances(_ROOM)

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows only, in this order; requests without a row are forgotten."""
        if not len(rows):
            return
        self._own = self._own[:, :, rows]
        present, self._of = np.unique(self._of[rows], return_inverse=True)
        self._place = _places(self._of)
        if len(present) < len(self._mask):
            self._mask = self._mask[present]
            self._cross = [(keys[present], values[present]) for keys, values in self._cross]

    def step(self, tokens: NDArray[np.int64]) -> Array:
        """[rows, vocabulary] logits of what follows `tokens` [rows], the newest token of each sequence."""
        w, c = self.network.w, self.network.config
        rows, at = len(tokens), self.length
        if at == self._own.shape[4]:
            self._own = np.concatenate([self._own, np.empty_like(self._own)], 4)
            self._bias = self._distances(self._own.shape[4])
        self.length += 1
        x = w["shared"][tokens]
        bias = self._bias[:, -self.length :][None, :, None]
        for layer in range(c.decoder_layers):
            here = f"decoder.{layer}."
            qkv = (_norm(x, w[here + "n1"]) @ w[here + "qkv"]).reshape(rows, 3, c.heads, c.head_size)
            own = self._own[layer]
            own[:, :, :, at] = qkv[:, 1:].transpose(1, 0, 2, 3)
            keys, values = own[0, :, :, : self.length], own[1, :, :, : self.length]
            scores = qkv[:, 0, :, None] @ keys.transpose(0, 1, 3, 2) + bias
            x = x + (_softmax(scores) @ values).reshape(rows, -1) @ w[here + "o"]
            q = (_norm(x, w[here + "n2"]) @ w[here + "cq"]).reshape(rows, c.heads, c.head_size)
            x = x + self._looked_up(layer, q).reshape(rows, -1) @ w[here + "co"]
            x = x + np.maximum(_norm(x, w[here + "n3"]) @ w[here + "wi"], 0) @ w[here + "wo"]
        logits: Array = _norm(x, w["decoder.norm"]) @ self.network._out
        return logits

    def _looked_up(self, layer: int, q: Array) -> Array:
        """[rows, heads, head size]: what the rows find in their inputs."""
        keys, values = self._cross[layer]
        if len(keys) == 1:
            alone: Array = (_softmax(q.transpose(1, 0, 2) @ keys[0]) @ values[0]).transpose(1, 0, 2)
            return alone
        width = int(self._place.max()) + 1
        queries = np.zeros((len(keys), width, *q.shape[1:]), np.float32)
        queries[self._of, self._place] = q
        found = _softmax(queries.transpose(0, 2, 1, 3) @ keys + self._mask) @ values
        taken: Array = found.transpose(0, 2, 1, 3)[self._of, self._place]
        return taken

    def _distances(self, room: int) -> Array:
        """[heads, room]: bias of the newest place on those before it, the oldest first."""
        return self.network._bias("decoder.bias", np.array([room - 1]), np.arange(room), both=False)[:, 0]


def _places(of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which row of its request each row is; rows of a request stand together."""
    starts = np.searchsorted(of, np.arange(int(of.max()) + 1))
    return np.arange(len(of)) - starts[of]
