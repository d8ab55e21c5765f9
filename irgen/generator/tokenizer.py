"""The subword vocabulary: byte-pair encoding with byte fallback over lexemes, shipped as `tokenizer.json`.

Texts are spaced lexemes with phrases joined (`lexemes.py`). Placeholders and the words of notation and C are single tokens,
because the training text says each of them often enough. English is in lower case before it comes here. Needs the package
`tokenizers`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from passwright.irgen.generator.config import EOS, PAD, UNKNOWN
from passwright.irgen.notation.syntax import ARRAY_FUNCTIONS, BOUNDARIES, FUNCTIONS, REDUCTIONS, ROLES

_SPECIAL = {PAD: "<pad>", EOS: "</s>", UNKNOWN: "<unk>"}
_BYTES = [f"<0x{b:02X}>" for b in range(256)]
_OFTEN = 100_000

PLACEHOLDERS: tuple[str, ...] = (
    *(f"v{n}" for n in range(16)),
    *(f"{letter}{n}" for letter in "ck" for n in range(10)),
    *(f"{letter}{n}" for letter in "asnt" for n in range(8)),
    "r",
)
_C = """int int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t float double bool char const void if
else while do break continue return static_cast std vector string begin end size data auto true false"""
_SIGNS = """. .. , ; : ? ! ( ) [ ] { } < > <= >= == != = += -= *= /= %= &= |= ^= << >> <<= >>= + - * / % & | ^ ~ && || ++ --
-> ::"""
WORDS: tuple[str, ...] = (
    *ROLES, *BOUNDARIES, *REDUCTIONS, *FUNCTIONS, *ARRAY_FUNCTIONS,
    "for", "over", "seq", "down", "repeat", "inf", "sorted", "offsets", "nonzero", "permutation", "in",
    *_C.split(), *_SIGNS.split(), *"ijklpquvw", *"0123456789", "parse:", "code:", "c", "cpp",
)  # fmt: skip


def train(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A tokenizer of at most `vocabulary` tokens for spaced texts."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always", split=False)]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[_SPECIAL[n] for n in sorted(_SPECIAL)] + _BYTES,
        initial_alphabet=[chr(c) for c in range(33, 127)],
        limit_alphabet=140,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_with_words(texts), trainer)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [
        t for t in data["added_tokens"] if t["id"] in _SPECIAL
    ]  # bytes are ordinary tokens
    return Tokenizer.from_str(json.dumps(data))


def _with_words(texts: Iterable[str]) -> Iterator[str]:
    line = " ".join(dict.fromkeys((*PLACEHOLDERS, *WORDS)))
    for _ in range(_OFTEN // 20):
        yield line
    yield from texts


def load(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    """Tokens of a spaced text, without an end token."""
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def decode(tokenizer: Tokenizer, tokens: Iterable[int]) -> str:
    """The spaced text; special tokens are left out."""
    text: str = tokenizer.decode([t for t in tokens if t not in _SPECIAL], skip_special_tokens=False)
    return text
