"""The network: T5 (encoder-decoder, relative positions, tied embeddings) with a head for the intent. Needs torch.

    loss = cross-entropy(tokens) + syntax * syntactic term + intent * cross-entropy(intent)

The syntactic term is -log(1 - m), m being the probability mass on tokens that the grammar forbids after the gold prefix. Its
masks come from llguidance (`masks.py`) for two rows of every fourth batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import T5Config, T5ForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from passwright.irgen.generator.config import EOS, INTENTS, PAD, Config


@dataclass
class Losses:
    total: Tensor
    tokens: Tensor
    syntax: Tensor
    intent: Tensor
    right: Tensor
    """Sequences whose every token was the likeliest one, as a share."""


class Generator(nn.Module):
    """`t5`, and `softmax(W x + b)` over the mean of the encoding for the intent."""

    def __init__(self, config: Config, vocabulary: int) -> None:
        super().__init__()
        self.config = config
        self.t5 = T5ForConditionalGeneration(t5_config(config, vocabulary))
        self.intent = nn.Linear(config.hidden, len(INTENTS))

    def forward(
        self,
        source: Tensor,
        target: Tensor,
        intent: Tensor,
        allowed: Tensor | None = None,
        masked: Tensor | None = None,
    ) -> Losses:
        """Losses of a batch.

        Args:
            source: [batch, length] tokens, padded with `PAD`.
            target: [batch, length] tokens with `EOS` at the end; rows of padding alone have only an intent.
            intent: [batch] index into `INTENTS`, -100 where it is not known.
            allowed: [masked rows, target length, vocabulary] of bool: what the grammar allows at each place.
            masked: [masked rows] of row numbers.
        """
        mask = source != PAD
        encoded = self.t5.encoder(input_ids=source, attention_mask=mask).last_hidden_state
        labels = target.masked_fill(target == PAD, -100)
        logits = self.t5(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
            attention_mask=mask,
            decoder_input_ids=self.shifted(target),
            use_cache=False,
        ).logits.float()
        tokens = functional.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), label_smoothing=self.config.smoothing, reduction="sum"
        ) / (labels != -100).sum().clamp(min=1)
        with torch.no_grad():
            found = logits.argmax(-1)
            has = (labels != -100).any(1)
            right = (((found == labels) | (labels == -100)).all(1) & has).sum() / has.sum().clamp(min=1)
        syntax = logits.new_zeros(())
        if allowed is not None and masked is not None and len(masked):
            some, places = logits[masked], labels[masked] != -100
            outside = torch.logsumexp(some.masked_fill(~allowed, -torch.inf), -1) - torch.logsumexp(some, -1)
            syntax = -(outside * places).sum() / places.sum().clamp(min=1)
        pooled = self.pooled(encoded, mask)
        wanted = functional.cross_entropy(
            self.intent(pooled).float(), intent, ignore_index=-100, reduction="sum"
        ) / (intent != -100).sum().clamp(min=1)
        total = tokens + self.config.syntax * syntax + self.config.intent * wanted
        return Losses(total, tokens.detach(), syntax.detach(), wanted.detach(), right)

    @staticmethod
    def pooled(encoded: Tensor, mask: Tensor) -> Tensor:
        """[batch, hidden]: the mean over what is no padding."""
        weights = mask.unsqueeze(-1).to(encoded.dtype)
        return (encoded * weights).sum(1) / weights.sum(1).clamp(min=1)

    @staticmethod
    def shifted(target: Tensor) -> Tensor:
        """What the decoder reads: the target one place later, after the start token (`PAD`, as T5 has it)."""
        return functional.pad(target[:, :-1], (1, 0), value=PAD)


def t5_config(config: Config, vocabulary: int) -> T5Config:
    options: dict[str, Any] = {
        "vocab_size": vocabulary,
        "d_model": config.hidden,
        "d_kv": config.head_size,
        "d_ff": config.feed_forward,
        "num_layers": config.encoder_layers,
        "num_decoder_layers": config.decoder_layers,
        "num_heads": config.heads,
        "relative_attention_num_buckets": 32,
        "relative_attention_max_distance": 128,
        "dropout_rate": config.dropout,
        "feed_forward_proj": "relu",
        "tie_word_embeddings": True,
        "pad_token_id": PAD,
        "eos_token_id": EOS,
        "decoder_start_token_id": PAD,
        "use_cache": False,
    }
    return T5Config(**options)


def flops_per_token(config: Config, vocabulary: int) -> tuple[float, float]:
    """Floating-point operations of a training step (forward and backward) per source and per target token, matrix products
    with weights only (6 per weight; attention's own products are left out, as is usual for model FLOPs utilisation)."""
    square, feed = config.hidden**2, 2 * config.hidden * config.feed_forward
    encoder = config.encoder_layers * (4 * square + feed) + config.decoder_layers * 2 * square
    decoder = config.decoder_layers * (6 * square + feed) + config.hidden * vocabulary
    return 6.0 * encoder, 6.0 * decoder
