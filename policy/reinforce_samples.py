"""Prompts for reinforcement, what the model makes of them, and whether that is right.

A prompt is a fresh training draft (irgen/synthesis: nothing that the splits hold out, nothing kept for validation), mostly
with a language, a style and a prototype as evaluation has them. It asks for two things: the sentence to be read, and the
draft's own program to be written as a body. Samples are drawn by the NumPy engine within the grammars.

A reading is right if it takes the same arguments and its meaning gives the same values on inputs of several sizes. Bodies
are compiled and run by irgen/synthesis/check.py: a batch takes one compiler call there, where the sandboxed judge takes one
for each. Its child process, with limits of time and memory, is enough for these texts: the grammar (c.lark) lets a body call
nothing but arithmetic, the standard library's algorithms, memory functions and malloc. What users get goes through the
sandbox all the same.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Literal

import numpy as np

from passwright.irgen import prototype as prototypes
from passwright.irgen.generator.batch import Asked, draw_many
from passwright.irgen.generator.config import EOS
from passwright.irgen.generator.dataset import is_validation
from passwright.irgen.generator.decode import Drawing, Drawn
from passwright.irgen.generator.evaluate import Case, case_of
from passwright.irgen.generator.examples import all_families, drafts, plain
from passwright.irgen.generator.generator import (
    code_source,
    code_target,
    parse_source,
    read_words,
    signature_of,
)
from passwright.irgen.generator.inference import Network
from passwright.irgen.generator.lexemes import joined
from passwright.irgen.generator.masks import grammar
from passwright.irgen.generator.naming import for_model, from_model
from passwright.irgen.generator.placeholders import Rewritten, undo
from passwright.irgen.notation import inputs
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.meaning import Outputs, agree, evaluate
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.syntax import Program
from passwright.irgen.synthesis.check import Item, check
from passwright.irgen.synthesis.emit import emit
from passwright.irgen.synthesis.voice import Voice
from passwright.passes.errors import InputError

Task = Literal["reading", "body"]
MEANING_SECONDS = 2.0
"""Processor time for comparing one reading with the program; a reading that needs more is wrong."""
INPUTS = 5
ROWS = 96
"""Sequences that are drawn together: a step of the network reads its weights once for all of them."""


@dataclass(frozen=True)
class Sample:
    """What the model wrote for one prompt: tokens without the end, the text, the log of its probability."""

    task: Task
    prompt: int
    source: tuple[int, ...]
    tokens: tuple[int, ...]
    text: str
    log_probability: float
    program: Program | None = None
    """Of a reading; None where the text is no program."""


@dataclass(frozen=True)
class Gold:
    """What the synthesiser has for a prompt."""

    task: Task
    source: tuple[int, ...]
    target: tuple[int, ...]


def prompts(count: int, rng: random.Random) -> list[Case]:
    """Fresh training drafts, families by turns from a random one on."""
    modules = list(all_families().values())
    rng.shuffle(modules)
    found: list[Case] = []
    voice = Voice(rng, "train")
    while len(found) < count:
        for draft in drafts(rng, voice, modules, count - len(found)):
            if not is_validation(canonical(draft.program).text):
                found.append(case_of(draft, rng))
    return found


class Sampler:
    """Vocabulary and grammars of a folder (`tokenizer.json`, `words.json`); the network comes with each call."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        text = (folder / "tokenizer.json").read_text()
        self.words = read_words(folder / "words.json")
        self.tokenizer = Tokenizer.from_str(text)
        self.grammars = {"reading": grammar(text, "notation"), "body": grammar(text, "c")}

    def samples(self, network: Network, cases: Sequence[Case], drawing: Drawing) -> list[Sample]:
        """Readings of each sentence and bodies for each program; the first of each kind is greedy."""
        numbers = list(enumerate(cases))
        found = [one for some in self.readings(network, cases, drawing) for one in some]
        asked = [(number, case.program, case) for number, case in numbers]
        return found + [one for some in self.bodies(network, asked, drawing) for one in some]

    def readings(self, network: Network, cases: Sequence[Case], drawing: Drawing) -> list[list[Sample]]:
        """Of each sentence, the likeliest first."""
        texts = [self._asked(case) for case in cases]
        sources = [self._tokens(text) for text, _ in texts]
        found: list[list[Sample]] = []
        for number, drawn in enumerate(self._draw(network, sources, drawing, "reading")):
            found.append([])
            for one in drawn:
                written = self._text(one.tokens)
                try:
                    program = from_model(written, texts[number][1])
                except InputError:
                    program = None
                found[-1].append(
                    Sample(
                        "reading", number, sources[number], one.tokens, written, one.log_probability, program
                    )
                )
        return found

    def bodies(
        self, network: Network, asked: Sequence[tuple[int, Program, Case]], drawing: Drawing
    ) -> list[list[Sample]]:
        """Of each program, for the prompt with this number, in its language and style."""
        texts = [code_source(program, case.language, case.style) for _, program, case in asked]
        sources = [self._tokens(joined(text)) for text, _ in texts]
        return [
            [
                Sample("body", number, source, d.tokens, undo(self._text(d.tokens), back), d.log_probability)
                for d in drawn
            ]
            for (number, _, _), (_, back), source, drawn in zip(
                asked, texts, sources, self._draw(network, sources, drawing, "body"), strict=True
            )
        ]

    def _draw(
        self, network: Network, sources: Sequence[Sequence[int]], drawing: Drawing, task: Task
    ) -> Iterator[list[Drawn]]:
        """ROWS sequences at a time."""
        size = max(ROWS // drawing.samples, 1)
        for start in range(0, len(sources), size):
            yield from draw_many(
                network,
                [
                    Asked(source, replace(drawing, seed=drawing.seed + start + at), self.grammars[task])
                    for at, source in enumerate(sources[start : start + size])
                ],
            )

    def gold(self, case: Case) -> list[Gold]:
        """The supervised examples of a draft; the body is not checked (`right` does)."""
        text, back = self._asked(case)
        found = [Gold("reading", self._tokens(text), self._target(for_model(case.program, back)))]
        body = self.body(case)
        if not body:
            return found
        text, back = code_source(case.program, case.language, case.style)
        found.append(Gold("body", self._tokens(joined(text)), self._target(code_target(body, back))))
        return found

    @staticmethod
    def body(case: Case) -> str:
        """What the emitter writes; empty where it cannot."""
        try:
            return emit(case.program, case.language, case.style)  # type: ignore[arg-type]
        except InputError:
            return ""

    def _asked(self, case: Case) -> tuple[str, Rewritten]:
        one = prototypes.parse(case.signature) if case.signature else None
        back, signature = signature_of(plain(case.draft.english), one, self.words)
        return parse_source(back, signature), back

    def _target(self, text: str) -> tuple[int, ...]:
        return (*self._tokens(joined(text)), EOS)

    def _tokens(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def _text(self, tokens: Sequence[int]) -> str:
        text: str = self.tokenizer.decode(list(tokens), skip_special_tokens=False)
        return text


def right(samples: Sequence[Sample], cases: Sequence[Case]) -> list[bool]:
    """Whether each sample does what its prompt means.  Raises ToolchainError without a clang 19."""
    found = [
        one.task == "reading" and one.program is not None and same(cases[one.prompt].program, one.program)
        for one in samples
    ]
    bodies = [at for at, one in enumerate(samples) if one.task == "body"]
    for at, verdict in zip(bodies, check([item(samples[at], cases) for at in bodies]), strict=True):
        found[at] = verdict.right
    return found


def item(sample: Sample, cases: Sequence[Case]) -> Item:
    """A body as `check` and `reinforce_score.scores` take it."""
    case = cases[sample.prompt]
    return Item(canonical(case.program).program, sample.text, case.language)


def same(true: Program, read: Program, seed: int = 0) -> bool:
    """Whether two programs take the same arguments in the same order and mean the same on inputs drawn for the first."""
    one, two = canonical(true).program, canonical(read).program
    if one == two:
        return True
    if [replace(d, attributes=()) for d in one.declarations] != [
        replace(d, attributes=()) for d in two.declarations
    ]:
        return False
    try:
        with _limited(MEANING_SECONDS):
            first, second = resolve(one), resolve(two)
            return all(
                _agree(first.program, evaluate(first, values), evaluate(second, values))
                for values in inputs.draw(first, seed, INPUTS)
            )
    except Exception:  # a program that a model made up may trip NumPy in any way
        return False


def _agree(program: Program, expected: Outputs, got: Outputs) -> bool:
    return all(
        agree(expected[d.name], got[d.name], d.type, expected.magnitude)
        for d in program.declarations
        if d.name in expected
    )


class _TooLong(Exception):
    """A meaning that takes longer than allowed."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Ends what takes more processor time; no limit outside of the main thread."""

    def over(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    try:
        before = signal.signal(signal.SIGVTALRM, over)
    except ValueError:
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def mean_weights(log_probabilities: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Shares of samples that stand for all that the model could write: their probabilities, made to add up to 1."""
    logs = np.asarray(log_probabilities, np.float64)
    likely = np.exp(logs - logs.max())
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = likely / likely.sum()
    return found
