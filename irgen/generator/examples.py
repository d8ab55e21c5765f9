"""From drafts (irgen/synthesis/families) to what the model reads and writes, checked, as text.

Every body is compiled, run and compared with its program's meaning (irgen/synthesis/check.py); a sentence is used only
where a body of its program was right.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from passwright.irgen import prototype
from passwright.irgen.generator import signatures
from passwright.irgen.generator.generator import code_source, code_target, parse_source, signature_of
from passwright.irgen.generator.lexemes import joined
from passwright.irgen.generator.naming import for_model
from passwright.irgen.generator.placeholders import Words
from passwright.irgen.notation.syntax import Program
from passwright.irgen.synthesis import families, splits
from passwright.irgen.synthesis.check import Item, check
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.emit import STYLES, emit
from passwright.irgen.synthesis.voice import Voice
from passwright.passes.errors import InputError

_BRACES = re.compile(r"\{(\w+)\}")
_TYPE_WORD = re.compile(
    r"double|float|single|precision|\bints?\b|integer|bit|byte|char|short|long|real|\bf64\b|unsigned|signed|bool",
    re.I,
)


@dataclass(frozen=True)
class Text:
    """One example as text; an empty target where only the intent counts."""

    kind: str
    source: str
    target: str
    family: str
    intent: str = "generate"

    @property
    def key(self) -> int:
        """A hash of what it says."""
        return stable_hash(f"{self.source}\n{self.target}")


@dataclass
class Checked:
    """Bodies that were right, by canonical text, language and style; and how many were what."""

    bodies: dict[tuple[str, str, str], str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)


def stable_hash(text: str) -> int:
    """63 bits, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


@cache
def all_families() -> dict[str, ModuleType]:
    """Modules of irgen/synthesis/families that draw, by family."""
    modules = [import_module(f"{families.__name__}.{m.name}") for m in iter_modules(families.__path__)]
    return {m.FAMILY: m for m in modules if hasattr(m, "draw") and hasattr(m, "FAMILY")}


def drafts(rng: random.Random, voice: Voice, modules: Sequence[ModuleType], count: int) -> list[Draft]:
    """That many drafts, families by turns, those that the splits hold out left out."""
    found: list[Draft] = []
    usable = [m for m in modules if m.FAMILY not in splits.HELD_OUT_FAMILIES]
    while len(found) < count:
        for module in usable:
            draft = module.draw(rng, voice)
            if split_of(draft) == "train":
                found.append(draft)
    return found[:count]


def split_of(draft: Draft) -> str:
    """`train`, `family`, `composition` or `phrasing`, by irgen/synthesis/splits.py."""
    found: str = splits.split_of(draft)
    return found


def plain(english: str) -> str:
    """The sentence as a user types it, without the braces."""
    return _BRACES.sub(r"\1", english)


def write_bodies(programs: Mapping[str, tuple[Program, str]], styles: int) -> dict[tuple[str, str, str], str]:
    """Bodies for programs (with their families, by canonical text), each in `styles` languages and styles, the same ones for
    the same program; those that the emitter cannot write are left out."""
    every = [(language, style) for language, some in STYLES.items() for style in some]
    found: dict[tuple[str, str, str], str] = {}
    for text, (program, _) in programs.items():
        for language, style in random.Random(text).sample(every, styles):
            with suppress(InputError):
                found[text, language, style] = emit(program, language, style)
    return found


def check_bodies(
    programs: Mapping[str, tuple[Program, str]], styles: int = 2, known: dict[str, Checked] | None = None
) -> Checked:
    """Bodies as `write_bodies` has them, compiled and run; programs in `known` are not checked again, others added to it."""
    known = {} if known is None else known
    written = write_bodies({text: p for text, p in programs.items() if text not in known}, styles)
    items = [
        Item(programs[text][0], body, "cpp" if language == "cpp" else "c")
        for (text, language, _), body in written.items()
    ]
    verdicts = check(items, inputs=3, level="-O0")
    known.update((text, Checked()) for text in programs if text not in known)
    for key, verdict in zip(written, verdicts, strict=True):
        known[key[0]].outcomes[verdict.outcome] += 1
        if verdict.right:
            known[key[0]].bodies[key] = written[key]
    found = Checked()
    for text in programs:
        found.bodies.update(known[text].bodies)
        found.outcomes.update(known[text].outcomes)
    return found


def parse_texts(draft: Draft, words: Words, rng: random.Random) -> Iterator[Text]:
    """What the model reads and writes for a draft: for the sentence alone, and mostly also with a prototype."""
    english = plain(draft.english)
    back, _ = signature_of(english, None, words)
    yield _text(parse_source(back, ""), draft.program, back, draft.family)
    if rng.random() < 0.2:
        return
    program = draft.program
    if rng.random() < 0.4 and not _TYPE_WORD.search(english):
        program = _other_float(program)
    drawn = signatures.draw(rng, program, draft.function)
    if drawn is None:
        return
    try:
        one = prototype.parse(drawn[0])
    except InputError:
        return
    back, signature = signature_of(english, one, words)
    yield _text(parse_source(back, signature), drawn[1], back, draft.family)


def _text(source: str, program: Program, back: object, family: str) -> Text:
    return Text("parse", source, joined(for_model(program, back)), family)  # type: ignore[arg-type]


def _other_float(program: Program) -> Program:
    """With single precision where it has double, and the other way round."""
    swap = {"f64": "f32", "f32": "f64"}
    return replace(
        program,
        declarations=tuple(
            replace(d, type=swap.get(d.type, d.type)) if d.role not in ("size", "len") else d  # type: ignore[arg-type]
            for d in program.declarations
        ),
    )


def code_texts(checked: Checked, programs: dict[str, tuple[Program, str]]) -> Iterator[tuple[Text, str]]:
    """What the model reads and writes for bodies that were right, and the canonical text of the program; `programs` by that
    text, with the family."""
    for (text, language, style), body in checked.bodies.items():
        if text in programs:
            program, family = programs[text]
            source, back = code_source(program, language, style)
            yield Text("code", joined(source), joined(code_target(body, back)), family), text
