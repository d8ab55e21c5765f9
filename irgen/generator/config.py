"""Sizes and training options of the generator, read from `configs/*.json`. Data only; free of torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from passwright.passes.errors import UsageError

CONFIGS = Path(__file__).parent / "configs"
INTENTS: tuple[str, ...] = ("generate", "optimise", "repair", "explain", "test", "refuse")
"""What a requirement asks for; `refuse` is everything outside of the domain."""

PAD, EOS, UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class Config:
    """Every hyperparameter of the model and of its training."""

    vocabulary: int
    """Tokens at most; the tokenizer may have fewer."""
    hidden: int
    feed_forward: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    source: int
    """Longest input in tokens; longer examples are left out of training."""
    target: int
    tokens: int
    """Per batch on one device, padding included, source and target together."""
    accumulate: int
    """Batches per step of the optimiser."""
    optimizer: Literal["adamw", "adafactor", "muon"]
    rate: float
    """Peak learning rate; rises over `warmup` (share of the time), then falls along a cosine to a fiftieth."""
    warmup: float
    dropout: float
    smoothing: float
    """Label smoothing of the token cross-entropy."""
    syntax: float
    """Weight of the syntactic term."""
    intent: float
    """Weight of the intent's cross-entropy."""
    average: float
    """Decay of the moving average of the weights, the ones that are exported; 0: the last weights."""
    patience: int
    """Validations without a lower loss before training stops."""

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def load_config(name: str) -> Config:
    """The configuration `configs/<name>.json`, or the file `name`.

    Raises:
        UsageError: there is none, or it has other fields.
    """
    path = Path(name) if name.endswith(".json") else CONFIGS / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.json")))
        raise UsageError(f"no configuration {name}", hint=f"one of {known}, or a .json file")
    return config_of(json.loads(path.read_text()), str(path))


def config_of(data: dict[str, Any], where: str = "the configuration") -> Config:
    """The configuration that `data` has.

    Raises:
        UsageError: fields are missing or unknown.
    """
    expected = {f.name for f in fields(Config)}
    if wrong := expected ^ set(data):
        raise UsageError(
            f"{where}: {', '.join(sorted(wrong))} missing or unknown",
            hint="see irgen/generator/configs/small.json",
        )
    return Config(**data)
