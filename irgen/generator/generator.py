"""The generator that ships: English to programs of the notation, and programs to bodies in C and C++.

    generator = Generator.load()
    program, probability = generator.parse("Compute the dot product of x and y.")[0]
    body, probability = generator.code(program, "c", "plain")[0]

Needs the packages `tokenizers` and, for constrained decoding, `llguidance` (extra `generate`); no torch.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from passwright.irgen.generator.batch import Asked
from passwright.irgen.generator.config import INTENTS
from passwright.irgen.generator.decode import Drawing, Drawn, draw
from passwright.irgen.generator.inference import Network
from passwright.irgen.generator.lexemes import joined, spaced
from passwright.irgen.generator.naming import from_model, literals_replaced
from passwright.irgen.generator.placeholders import Rewritten, Words, rewrite, undo
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.syntax import Num, Program
from passwright.irgen.notation.text import program_text
from passwright.passes.errors import InputError, ToolchainError

if TYPE_CHECKING:
    from passwright.irgen.generator.masks import Grammar
    from passwright.irgen.prototype import Prototype

WEIGHTS = Path(__file__).parent / "weights"
Language = Literal["c", "cpp"]
_READING, _WRITING = Drawing(most=320), Drawing(most=512)


class Generator:
    """Network, vocabulary and grammars; safe to use from several threads (nothing in it changes)."""

    def __init__(self, network: Network, tokenizer: str, words: Words, constrained: bool = True) -> None:
        """
        Args:
            tokenizer: the text of `tokenizer.json`.
            constrained: whether what is written must be of the grammars.
        """
        from tokenizers import Tokenizer

        self.network = network
        self.words = words
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._grammars: dict[str, Grammar] = {}
        self._elsewhere: Callable[[Asked], list[Drawn]] | None = None
        if constrained:
            from passwright.irgen.generator.masks import grammar

            self._grammars = {name: grammar(tokenizer, name) for name in ("notation", "c")}

    @classmethod
    def load(cls, folder: Path = WEIGHTS, constrained: bool = True) -> Generator:
        """The generator in a folder with `weights.npz`, `tokenizer.json` and `words.json`; default: the one that ships.

        Raises:
            ToolchainError: a package is missing. InputError: a file is.
        """
        try:
            tokenizer = (folder / "tokenizer.json").read_text()
            words = read_words(folder / "words.json")
        except OSError as problem:
            raise InputError(
                f"{folder}: no generator ({problem.strerror})",
                hint="train one with `passwright train generator`",
            ) from None
        try:
            return cls(Network.load(folder / "weights.npz"), tokenizer, words, constrained)
        except ImportError as problem:
            raise ToolchainError(
                f"the generator needs {problem.name}", hint="pip install 'passwright[generate]'"
            ) from None

    def through(self, drawn: Callable[[Asked], list[Drawn]]) -> Generator:
        """The same generator, whose draws are made by `drawn`: with those of others, say."""
        other = copy.copy(self)
        other._elsewhere = drawn
        return other

    def _drawn(self, asked: Asked) -> list[Drawn]:
        if self._elsewhere is not None:
            return self._elsewhere(asked)
        return draw(self.network, asked.source, asked.drawing, asked.grammar, asked.on_token, asked.greedy)

    def intent(self, english: str) -> dict[str, float]:
        """Probabilities of `config.INTENTS`, which add up to 1."""
        return dict(zip(INTENTS, map(float, self.network.intent(self.encoding(english))), strict=True))

    def encoding(self, english: str) -> NDArray[np.float32]:
        """[length, hidden] of a requirement's sentence without a prototype."""
        source = self._tokens(parse_source(rewrite(english, self.words), ""))
        return self.network.encode(np.array(source, np.int64))

    def parse(
        self,
        english: str,
        prototype: Prototype | None = None,
        k: int = 1,
        sure: float = Drawing.sure,
        drawing: Drawing = _READING,
    ) -> list[tuple[Program, float]]:
        """Readings, the likeliest first, with the probability of each; drawings that say the same are one.

        `sure`: no others are drawn to their end once one is finished that has this probability. With a prototype, programs
        are on its names. Nothing where nothing that was drawn is a program.
        """
        back, signature = signature_of(english, prototype, self.words)
        source = self._tokens(parse_source(back, signature))
        found: dict[str, tuple[Program, float]] = {}
        asked = Asked(source, replace(drawing, samples=k, sure=sure), self._grammars.get("notation"))
        for drawn in self._drawn(asked):
            try:
                program = from_model(self._text(drawn.tokens), back)
            except InputError:
                continue
            text = program_text(program)
            found[text] = (program, min(found.get(text, (program, 0.0))[1] + drawn.probability, 1.0))
        return sorted(found.values(), key=lambda f: -f[1])

    def code(
        self,
        program: Program,
        language: Language = "c",
        style: str = "plain",
        k: int = 1,
        on_token: Callable[[str], None] | None = None,
        sure: float = Drawing.sure,
        greedy: bool = True,
        drawing: Drawing = _WRITING,
    ) -> list[tuple[str, float]]:
        """Bodies on canonical names, the likeliest first, with the probability of each.

        Args:
            sure: no others are drawn to their end once one is finished that has this probability.
            greedy: whether the first of `k` takes the likeliest token each time, rather than being drawn like the others.
            on_token: told each piece of the greedy body as it is written.
        """
        text, back = code_source(program, language, style)

        def told(token: int) -> None:
            if on_token is not None:
                on_token(undo(self._text([token]).strip(), back) + " ")

        asked = Asked(
            self._tokens(joined(text)),
            replace(drawing, samples=k, sure=sure),
            self._grammars.get("c"),
            told if on_token is not None else None,
            greedy,
        )
        return [(undo(self._text(d.tokens), back), d.probability) for d in self._drawn(asked)]

    def _tokens(self, text: str) -> Sequence[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids[: self.network.config.source * 2]

    def _text(self, tokens: Iterable[int]) -> str:
        text: str = self._tokenizer.decode(list(tokens), skip_special_tokens=False)
        return text


def parse_source(back: Rewritten, signature: str) -> str:
    """What the model reads to parse; `signature` in its compact form, lexemes apart."""
    return f"parse: {back.text} | {signature}" if signature else f"parse: {back.text}"


def signature_of(english: str, prototype: Prototype | None, words: Words) -> tuple[Rewritten, str]:
    """The English rewritten, and the prototype in the model's form with the same placeholders."""
    if prototype is None:
        return rewrite(english, words), ""
    from passwright.irgen.prototype import model_text

    back = rewrite(english, words, (p.name for p in prototype.parameters), prototype.name)
    return back, spaced(model_text(prototype, back.name))


def code_source(program: Program, language: str, style: str) -> tuple[str, Rewritten]:
    """What the model reads to write code, and what its literals stand for."""
    whole = canonical(program)
    back = Rewritten()
    for placeholder, literal in whole.literals.items():
        if isinstance(literal, Num):
            back.numbers[placeholder] = literal.text
        else:
            back.characters[placeholder] = literal.value
    return f"code: {language} {style} {spaced(whole.text)}", back


def code_target(body: str, back: Rewritten) -> str:
    """A body as the model is to write it."""
    return literals_replaced(body, back)


def read_words(path: Path) -> Words:
    data = json.loads(path.read_text())
    return Words(frozenset(data["known"]), frozenset(data["names"]))


def words_json(words: Words) -> Mapping[str, list[str]]:
    return {"known": sorted(words.known), "names": sorted(words.names)}
