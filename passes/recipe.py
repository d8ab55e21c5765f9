"""Recipes: what is done to a module, as an ordered tuple of steps with one canonical text.

    attr prefer-vector-width=512 | function(sroa,loop-mssa(licm)) | default<O3> [polly=true] | hint gemm#2
    unroll.count=4

A step is a pass pipeline with optional knobs (LLVM options, set for this step only), a loop hint or a
function attribute. `Recipe.parse(str(recipe)) == recipe` for every recipe; the same module and recipe give
the same object bytes. What a step may not do is in `exact.py`; running is in `build.py`. The grammar is
described in docs/recipes.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from passwright.passes import nesting
from passwright.passes.errors import RecipeError
from passwright.passes.nesting import error

Kind = Literal["passes", "hint", "attr"]
Knobs = tuple[tuple[str, str], ...]

SEPARATOR = " | "
_KNOB_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_KNOB_VALUE = re.compile(r"[^\s\[\]|]+")
_LOOP = re.compile(r"[^\s\[\]|]+#\d+")
_HINT = re.compile(r"([a-z_]+(?:\.[a-z_]+)*)(?:=([A-Za-z0-9_-]+))?")
_ATTRIBUTE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:=([^\s\[\]|=]+))?")
_FUNCTION = re.compile(r"[^\s\[\]|=]+")


class _Step(NamedTuple):
    kind: Kind
    text: str
    knobs: Knobs


class Step(_Step):
    """One step of a recipe, canonical from birth.

    kind "passes": `text` is a pipeline (`function(sroa)`); bare passes are wrapped in the managers that
    they need. kind "hint": `text` is `<loop> <key>[=<value>]` (`gemm#2 unroll.count=4`), the keys being
    those of `Module.hint`. kind "attr": `text` is `[<function> ]<key>[=<value>]`
    (`prefer-vector-width=512`); without a function, on all. `knobs` are sorted pairs of option name and
    value; only passes have them. Raises RecipeError.
    """

    __slots__ = ()

    def __new__(cls, kind: Kind, text: str, knobs: Knobs = ()) -> Step:
        text = _canonical(kind, text)
        if knobs:
            if kind != "passes":
                step = super().__new__(cls, kind, text, knobs)
                raise RecipeError(f"{step}: a {kind} step takes no knobs", hint="knobs belong to passes")
            knobs = _canonical_knobs(tuple(knobs))
        return super().__new__(cls, kind, text, knobs)

    def __str__(self) -> str:
        text = self.text if self.kind == "passes" else f"{self.kind} {self.text}"
        return f"{text} [{' '.join(f'{name}={value}' for name, value in self.knobs)}]" if self.knobs else text

    @property
    def level(self) -> str:
        """Where the step works: a level of the pass manager; "loop" for a hint, "function" for an
        attribute.
        """
        return (
            nesting.level(self.text)
            if self.kind == "passes"
            else {"hint": "loop", "attr": "function"}[self.kind]
        )

    @property
    def hint(self) -> tuple[str, str, str]:
        """Loop, key and value (empty: none) of a hint."""
        loop, _, rest = self.text.partition(" ")
        key, _, value = rest.partition("=")
        return loop, key, value

    @property
    def attribute(self) -> tuple[str, str, str]:
        """Function (empty: all), key and value (empty: none) of an attribute."""
        function, _, rest = self.text.rpartition(" ")
        key, _, value = rest.partition("=")
        return function, key, value


class Recipe:
    """An ordered tuple of steps; without steps, the module goes to the code generator as it is."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps: Final = steps

    def __eq__(self, other: object) -> bool:
        return self.steps == other.steps if isinstance(other, Recipe) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.steps)

    def __repr__(self) -> str:
        return f"Recipe(steps={self.steps!r})"

    @staticmethod
    def parse(text: str) -> Recipe:
        """The recipe that a text describes, blanks and knob order being free.  Raises RecipeError with the
        position.
        """
        if not text.strip():
            return Recipe(())
        steps, at = [], 0
        for part in text.split("|"):
            steps.append(_parse_step(text, at, part))
            at += len(part) + 1
        return Recipe(tuple(steps))

    def __str__(self) -> str:
        return SEPARATOR.join(map(str, self.steps))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __add__(self, other: Recipe) -> Recipe:
        return Recipe(self.steps + other.steps)

    def hash(self) -> str:
        """16 hex digits over the canonical text."""
        from hashlib import blake2b  # costs a millisecond that applying a recipe need not spend

        return blake2b(str(self).encode(), digest_size=8).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`: text, hash, and the steps taken apart."""
        steps = [{"kind": s.kind, "text": s.text, "knobs": dict(s.knobs)} for s in self.steps]
        return {"text": str(self), "hash": self.hash(), "steps": steps}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Recipe:
        """The inverse of `to_json`; only the text counts.  Raises RecipeError."""
        if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
            raise RecipeError(
                "a recipe in JSON is an object with the key 'text'", hint='{"text": "default<O3>"}'
            )
        return Recipe.parse(data["text"])


def _parse_step(whole: str, at: int, part: str) -> Step:
    """One step out of `whole`, where `part` begins at `at`."""
    body = part.strip()
    start = at + len(part) - len(part.lstrip())
    if not body:
        raise error(whole, start, "a step is empty", "steps are separated by one '|'")
    word, _, rest = body.partition(" ")
    try:
        if word in ("hint", "attr"):
            return Step("hint" if word == "hint" else "attr", rest.strip())
        pipeline, bracket, knobs = body.partition("[")
        step = Step("passes", pipeline.strip())
    except RecipeError as problem:  # positions in it count from the step's own begin
        raise _moved(problem, whole, start, body) from None
    if not bracket:
        return step
    if not knobs.endswith("]"):
        raise error(whole, start + len(body), "the knobs' '[' is not closed", "for example [polly=true]")
    return Step("passes", step.text, _parse_knobs(whole, start + len(pipeline) + 1, knobs[:-1]))


def _parse_knobs(whole: str, at: int, text: str) -> Knobs:
    pairs: list[tuple[str, str]] = []
    for word in re.finditer(r"\S+", text):
        name, given, value = word[0].lstrip("-").partition("=")
        if not _KNOB_NAME.fullmatch(name) or not _KNOB_VALUE.fullmatch(value if given else "true"):
            raise error(
                whole,
                at + word.start(),
                f"{word[0]!r} is no knob",
                "write name=value, for example polly=true",
            )
        if name in dict(pairs):
            raise error(whole, at + word.start(), f"the knob {name} is given twice", "keep one of them")
        pairs.append((name, value if given else "true"))
    if not pairs:
        raise error(whole, at, "the list of knobs is empty", "leave out the brackets")
    return tuple(pairs)


def _moved(problem: RecipeError, whole: str, start: int, body: str) -> RecipeError:
    """The same problem with its position counted in the whole recipe."""
    found = re.match(r"recipe, column (\d+): (.*), at `.*`$", problem.message, re.DOTALL)
    offset, what = (int(found[1]) - 1, found[2]) if found else (0, problem.message)
    if body.startswith(("hint ", "attr ")):
        offset += len(body) - len(body[4:].lstrip())
    return error(whole, start + offset, what, problem.hint)


@lru_cache(maxsize=8192)
def _canonical(kind: str, text: str) -> str:
    if kind == "passes":
        pipeline: str = nesting.canonical(text.strip())
        return pipeline
    words = text.split()
    if kind == "hint":
        if len(words) != 2 or not _LOOP.fullmatch(words[0]) or not _HINT.fullmatch(words[1]):
            raise error(text, 0, "a hint names a loop and a key", "for example hint gemm#2 unroll.count=4")
    elif kind == "attr":
        placed = len(words) == 1 or (len(words) == 2 and _FUNCTION.fullmatch(words[0]))
        if not placed or not _ATTRIBUTE.fullmatch(words[-1]):
            raise error(text, 0, "an attribute is key=value", "for example attr prefer-vector-width=512")
    else:
        raise RecipeError(f"there is no kind of step {kind!r}", hint="passes, hint or attr")
    return " ".join(words)


@lru_cache(maxsize=8192)
def _canonical_knobs(knobs: Knobs) -> Knobs:
    for name, value in knobs:
        if not _KNOB_NAME.fullmatch(name) or not _KNOB_VALUE.fullmatch(value):
            raise RecipeError(
                f"{name}={value!r} is no knob", hint="names and values have no blanks, '[', ']' or '|'"
            )
    if len(dict(knobs)) != len(knobs):
        raise RecipeError(
            f"a knob is given twice: {' '.join(name for name, _ in knobs)}", hint="keep one of them"
        )
    return tuple(sorted(knobs))


O3 = Recipe((Step("passes", "default<O3>"),))
"""What `clang -O3` does."""
OZ = Recipe((Step("attr", "minsize"), Step("attr", "optsize"), Step("passes", "default<Oz>")))
"""What clang -Oz does: the attributes that it gives to functions, and its pipeline."""
REFERENCES = {"time": O3, "size": OZ, "ir-instructions": OZ}
"""By objective: what its results are compared with, and what the rest of a file is built by."""
