"""What a grammar allows after each token of a text, by llguidance: for constrained decoding and for the syntactic term.

Grammars are the `.lark` files beside this one. Needs the packages `llguidance` and `tokenizers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import llguidance
import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.config import EOS

GRAMMARS = Path(__file__).parent


class Grammar:
    """A grammar over a vocabulary; `start()` gives a matcher for one text."""

    def __init__(self, tokenizer: str, text: str) -> None:
        """
        Args:
            tokenizer: the text of a `tokenizer.json`.
            text: the grammar in llguidance's Lark form.
        """
        self.tokens = llguidance.LLTokenizer(tokenizer, eos_token=EOS)
        self.size = self.tokens.vocab_size
        # The model writes a space before every lexeme, the first one too.
        self._first = llguidance.LLMatcher(self.tokens, text.replace("start: ", 'start: " "? ', 1))
        if problem := self._first.get_error():
            raise ValueError(problem)

    def start(self) -> llguidance.LLMatcher:
        return self._first.deep_copy()

    def allowed(self, matcher: llguidance.LLMatcher) -> NDArray[np.bool_]:
        """[vocabulary]: tokens that may come next."""
        bits = np.frombuffer(matcher.compute_bitmask(), np.uint8)
        return np.unpackbits(bits, bitorder="little")[: self.size].astype(np.bool_)

    def along(self, target: Sequence[int]) -> NDArray[np.bool_] | None:
        """[len(target), vocabulary]: what is allowed at each place of a target; None if the target is not of the grammar."""
        matcher = self.start()
        found = np.zeros((len(target), self.size), np.bool_)
        for at, token in enumerate(target):
            found[at] = self.allowed(matcher)
            if not found[at, token]:
                return None
            if token != EOS:
                matcher.consume_token(token)
        return found


@cache
def grammar(tokenizer: str, name: str) -> Grammar:
    """The grammar `<name>.lark`: `notation` or `c`."""
    return Grammar(tokenizer, (GRAMMARS / f"{name}.lark").read_text())
