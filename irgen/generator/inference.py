"""The network's forward pass in NumPy, with a cache of keys and values: what serving uses, free of torch.

T5 as `transformers` has it: RMS norms before each block, no scaling of attention scores, relative position buckets in the
first layer of each side, embeddings tied to the output. For models of this size a step is some hundred small products,
and caches that grow and shrink are plain arrays; onnxruntime in its place was not measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.config import PAD, Config, config_of
from passwright.passes.errors import InputError

Array = NDArray[Any]  # of float32
_BUCKETS, _FAR, _EPSILON = 32, 128, np.float32(1e-6)


class Network:
    """Weights by name, as `export.py` writes them."""

    def __init__(self, weights: Mapping[str, NDArray[Any]], config: Config) -> None:
        self.config = config
        self.w = {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}
        self.vocabulary = self.w["shared"].shape[0]
        self._out = np.ascontiguousarray(self.w["shared"].T) * np.float32(config.hidden**-0.5)

    @classmethod
    def load(cls, path: Path) -> Network:
        """The network in an `.npz` file.

        Raises:
            InputError: the file is missing or is none of ours.
        """
        import json

        try:
            with np.load(path) as arrays:
                config = config_of(json.loads(bytes(arrays["config"]).decode()), str(path))
                return cls({k: _dequantised(arrays, k) for k in arrays.files if _is_weight(k)}, config)
        except (OSError, KeyError, ValueError) as problem:
            raise InputError(
                f"{path}: no weights of the generator ({problem})",
                hint="train them with `passwright train generator`, or install the package again",
            ) from None

    def encode(self, source: NDArray[np.int64]) -> Array:
        """[length, hidden] of one input's tokens."""
        w, c = self.w, self.config
        x = w["shared"][source]
        length = len(source)
        bias = self._bias("encoder.bias", np.arange(length), np.arange(length), both=True)
        for layer in range(c.encoder_layers):
            at = f"encoder.{layer}."
            n = _norm(x, w[at + "n1"])
            qkv = (n @ w[at + "qkv"]).reshape(length, 3, c.heads, c.head_size).transpose(1, 2, 0, 3)
            scores = qkv[0] @ qkv[1].transpose(0, 2, 1) + bias
            mixed = _softmax(scores) @ qkv[2]
            x = x + mixed.transpose(1, 0, 2).reshape(length, -1) @ w[at + "o"]
            n = _norm(x, w[at + "n2"])
            x = x + np.maximum(n @ w[at + "wi"], 0) @ w[at + "wo"]
        return _norm(x, w["encoder.norm"])

    def intent(self, encoded: Array) -> Array:
        """[intents] of probabilities."""
        return _softmax(encoded.mean(0) @ self.w["intent.weight"] + self.w["intent.bias"])

    def start(self, encoded: Array, rows: int, most: int) -> Cache:
        """The state of `rows` sequences that all decode from the same input, at most `most` tokens each."""
        return Cache(self, encoded, rows, most)

    def _bias(self, name: str, queries: NDArray[Any], keys: NDArray[Any], both: bool) -> Array:
        """[heads, queries, keys]"""
        buckets = _buckets(keys[None, :] - queries[:, None], both)
        return np.ascontiguousarray(self.w[name][buckets].transpose(2, 0, 1))


class Cache:
    """Keys and values of sequences that are being decoded; `step` appends one token to each."""

    def __init__(self, network: Network, encoded: Array, rows: int, most: int) -> None:
        c = network.config
        self.network = network
        self.length = 0
        self.cross: list[tuple[Array, Array]] = []
        for layer in range(c.decoder_layers):
            kv = (encoded @ network.w[f"decoder.{layer}.ckv"]).reshape(len(encoded), 2, c.heads, c.head_size)
            self.cross.append(
                (
                    np.ascontiguousarray(kv[:, 0].transpose(1, 2, 0)),
                    np.ascontiguousarray(kv[:, 1].transpose(1, 0, 2)),
                )
            )
        shape = (c.decoder_layers, 2, rows, c.heads, most, c.head_size)
        self.own = np.zeros(shape, np.float32)
        # Bias of the newest place on distances 0, 1, …; [heads, most], the oldest key first once reversed.
        self.bias = network._bias("decoder.bias", np.array([most - 1]), np.arange(most), both=False)[:, 0]

    def keep(self, rows: NDArray[Any]) -> None:
        """Go on with these rows only (or with rows repeated)."""
        self.own = self.own[:, :, rows]

    def step(self, tokens: NDArray[np.int64]) -> Array:
        """[rows, vocabulary] logits of what follows `tokens` [rows], the newest token of each sequence."""
        w, c = self.network.w, self.network.config
        rows, at = len(tokens), self.length
        self.length += 1
        x = w["shared"][tokens]
        bias = self.bias[:, -self.length :][None, :, None]
        for layer in range(c.decoder_layers):
            here = f"decoder.{layer}."
            n = _norm(x, w[here + "n1"])
            qkv = (n @ w[here + "qkv"]).reshape(rows, 3, c.heads, c.head_size)
            own = self.own[layer]
            own[:, :, :, at] = qkv[:, 1:].transpose(1, 0, 2, 3)
            keys, values = own[0, :, :, : self.length], own[1, :, :, : self.length]
            scores = qkv[:, 0, :, None] @ keys.transpose(0, 1, 3, 2) + bias
            x = x + (_softmax(scores) @ values).reshape(rows, -1) @ w[here + "o"]
            n = _norm(x, w[here + "n2"])
            q = (n @ w[here + "cq"]).reshape(rows, c.heads, c.head_size).transpose(1, 0, 2)
            keys, values = self.cross[layer]
            x = x + (_softmax(q @ keys) @ values).transpose(1, 0, 2).reshape(rows, -1) @ w[here + "co"]
            n = _norm(x, w[here + "n3"])
            x = x + np.maximum(n @ w[here + "wi"], 0) @ w[here + "wo"]
        logits: Array = _norm(x, w["decoder.norm"]) @ self.network._out
        return logits


def first_token(rows: int) -> NDArray[np.int64]:
    """What the decoder reads first."""
    return np.full(rows, PAD, np.int64)


def _norm(x: Array, weight: Array) -> Array:
    scale: Array = 1 / np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[-1] + _EPSILON)
    return x * scale * weight


def _softmax(x: Array) -> Array:
    e: Array = np.exp(x - x.max(-1, keepdims=True))
    found: Array = e / e.sum(-1, keepdims=True)
    return found


def _buckets(distance: NDArray[Any], both: bool) -> NDArray[np.int64]:
    """T5's buckets of key minus query position: exact when near, logarithmic when far."""
    count = _BUCKETS
    found = np.zeros(distance.shape, np.int64)
    if both:
        count //= 2
        found += (distance > 0) * count
        distance = np.abs(distance)
    else:
        distance = -np.minimum(distance, 0)
    exact = count // 2
    reached = np.log(np.maximum(distance, 1).astype(np.float32) / exact) / log(_FAR / exact)
    far = exact + (reached * (count - exact)).astype(np.int64)
    return found + np.where(distance < exact, distance, np.minimum(far, count - 1))


def _is_weight(name: str) -> bool:
    return name != "config" and not name.endswith(":scale")


def _dequantised(arrays: Any, name: str) -> NDArray[Any]:
    """int8 weights have a scale for each column beside them."""
    value: NDArray[Any] = arrays[name]
    return value.astype(np.float32) * arrays[f"{name}:scale"] if value.dtype == np.int8 else value
