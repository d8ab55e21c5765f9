"""What `sentence.py` words: an operation with its program and its phrases, as templates.

A template is English with slots and choices, all of it about the arguments by the names that the program text has:

    {x}          mention of an argument: "the float array {data} of length {n}" at first, "{data}" later; where the
                 sentence names nothing, "an array", "the first array"
    {x,y}        of several at once: "the arrays {a} and {b}", "two vectors"
    {t:threshold} with a word for what it is: "a threshold {t}", "the threshold 0.5"
    {each:x}     "each element of {x}"; {all:x} "the elements of {x}", "all values in {x}"
    {!x}         the bare name (for sentences that name everything)
    <a|b|>       one of these; may be nested
    ^verb        a verb that is conjugated with the sentence; the first word is, where none is marked
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

FLOATS: dict[str, float] = {"f64": 6, "f32": 4}
NUMERIC: dict[str, float] = {"f64": 60, "f32": 25, "i32": 12, "i64": 5}
"""Types to draw from, with weights; the first is what the program has where the sentence says nothing of it."""
INTEGERS: dict[str, float] = {"i32": 70, "i64": 20, "u32": 6, "i16": 4}
WORDS_OF_BITS: dict[str, float] = {"u32": 60, "u64": 25, "u8": 10, "u16": 5}


@dataclass(frozen=True)
class Argument:
    role: str
    type: str
    shape: tuple[str, ...]
    name: str
    attributes: str

    @property
    def kind(self) -> str:
        """`array` (1-D), `matrix` (more), `scalar`, `size` or `return`."""
        if self.role in ("size", "return"):
            return self.role
        return "scalar" if not self.shape else "array" if len(self.shape) == 1 else "matrix"

    def text(self, names: Mapping[str, str]) -> str:
        shape = f"[{', '.join(self.shape)}]" if self.shape else ""
        role = "" if self.role == "in" else self.role + " "
        whole = f"size {self.name}" if self.role == "size" else f"{role}{self.type}{shape} {self.name}"
        return renamed(whole + self.attributes, names)


_SIZE = re.compile(r"\s*(size|len)()() (\w+)((?: .*)?)$")
_DECLARATION = re.compile(r"\s*(?:(in|out|inout|return) )?\s*(?:(\w+)(?:\[([^\]]*)\])? )?(\w+)((?: .*)?)$")
WORD = re.compile(r"[A-Za-z_]\w*")


def renamed(text: str, names: Mapping[str, str]) -> str:
    return WORD.sub(lambda m: names.get(m[0], m[0]), text)


@lru_cache(8192)
def arguments_of(text: str) -> tuple[Argument, ...]:
    """The declarations that a program's text ends in, its sizes completed."""
    found = []
    for each in re.split(r",(?![^\[]*\])", text):
        match = _SIZE.match(each) or _DECLARATION.match(each)
        assert match, each
        role, type_, shape, name, attributes = match.groups()
        dims = tuple(s.strip() for s in shape.split(",")) if shape else ()
        found.append(Argument(role or "in", type_ or "i64", dims, name, attributes))
    known = {a.name for a in found}
    for argument in list(found):
        for name in WORD.findall(" ".join(argument.shape) + " " + argument.attributes):
            if name not in known and name not in ("sorted", "offsets", "in", "nonzero", "permutation"):
                known.add(name)
                found.append(Argument("size", "i64", (), name, ""))
    return tuple(found)


@lru_cache(8192)
def _pieces(template: str) -> tuple[object, ...]:
    """Texts, and tuples of alternatives, each again pieces."""
    stack: list[list[list[object]]] = [[[]]]
    for token in re.split(r"((?<![\s])>|^>|<(?![\s=])|\|)", template):
        if token == "<":
            stack.append([[]])
        elif token == "|" and len(stack) > 1:
            stack[-1].append([])
        elif token == ">" and len(stack) > 1:
            closed = stack.pop()
            stack[-1][-1].append(tuple(tuple(option) for option in closed))
        elif token:
            stack[-1][-1].append(token)
    assert len(stack) == 1, template
    return tuple(stack[0][0])


def choose(template: str, rng: random.Random) -> str:
    """The template with its `<a|b>` decided."""
    if "<" not in template:
        return template
    return _choose(_pieces(template), rng)


def _choose(pieces: tuple[object, ...], rng: random.Random) -> str:
    found = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
        else:
            assert isinstance(piece, tuple)
            found.append(_choose(piece[int(rng.random() * len(piece))], rng))
    return "".join(found)


@dataclass(frozen=True)
class Operation:
    """What `compose` words; see the module for the templates."""

    family: str
    name: str
    program: str
    """Notation with `T` for the type drawn; arrays `x y z w`, matrices `A B C`, scalars `a b c`, sizes `n m p`."""
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    function: str = ""
    types: Mapping[str, float] | None = None
    roles: Mapping[str, str] | None = None
    """Words for scalars (and arrays), which the slots need not repeat: `{"t": "threshold"}`."""
    kinds: Mapping[str, tuple[str, ...]] | None = None
    """Nouns for arrays, in place of the general ones: `{"x": ("signal", "array")}`."""
    constants: Mapping[str, tuple[str, ...]] | None = None
    """Scalars that the sentence may give as numbers."""
    in_place: bool = False
    """Whether the output may be the (first) input, elementwise."""
    clauses: tuple[str, ...] = ()
    """Templates that follow the clause, all of them, as ", with zero padding"."""
    remarks: tuple[str, ...] = ()
    """Whole sentences that follow, all of them."""
    operations: tuple[str, ...] = ()
    fixed: bool = True
    """Whether sizes may be numbers."""
    implied: bool = False
    """Whether the words themselves tell that the elements are of the first type ("even numbers"); f64 needs no telling."""
