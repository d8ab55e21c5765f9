"""Families of discrete work: what they draw parses, means something, and is what their sentence says."""

from __future__ import annotations

import importlib
import random
import re
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from passwright.irgen.notation.inputs import draw as draw_inputs
from passwright.irgen.notation.meaning import evaluate
from passwright.irgen.notation.on_arrays import DTYPES
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.syntax import Declaration, Program, walk
from passwright.irgen.notation.text import expr_text, program_text
from passwright.irgen.synthesis.splits import HELD_OUT_FAMILIES, split_of
from passwright.irgen.synthesis.table import TYPES, Operation, read
from passwright.irgen.synthesis.voice import Voice, held_out

TABLES = (
    "arrays", "bits", "boards", "dynamic", "grids", "histogram",
    "points", "scalars", "search", "sorting", "sparse", "strings",
)  # fmt: skip
SPOKEN = {
    "f32": r"single|float", "f64": "double|float", 
    "i16": "16|short", "i32": r"\bint|32", "i64": "64|long", "u8": "byte|8", "u16": "16", "u32": "32|unsigned", "u64": "64",
}  # fmt: skip


def _family(name: str) -> ModuleType:
    return importlib.import_module(f"passwright.irgen.synthesis.families.{name}")


def _extent(declaration: Declaration) -> str:
    return expr_text(declaration.shape[0]) if declaration.shape else ""


OPERATIONS: list[Operation] = [o for name in TABLES for o in _family(name).OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_means_something_in_each_of_its_types(operation: Operation) -> None:
    types = [t for t, weight in TYPES.get(operation.variable, {"f64": 1.0}).items() if weight]
    for type_ in types:
        program = parse(operation.program_text(type_))
        resolve(program)
    program = parse(operation.program_text(types[0]))
    for values in draw_inputs(program, seed=1, count=2):
        outputs = evaluate(program, values)
        assert outputs


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_has_five_wordings(operation: Operation) -> None:
    texts = [text for _, text in operation.phrases]
    assert len(set(texts)) == len(texts) >= 5


@pytest.mark.parametrize("name", [*TABLES, "chains"])
def test_drafts_are_whole_sentences_of_their_programs(name: str) -> None:
    rng = random.Random(11)
    family = _family(name)
    for _ in range(60):
        draft = family.draw(rng, Voice(rng))
        assert draft.family == family.FAMILY == name
        assert parse(program_text(draft.program)) == draft.program
        resolve(draft.program)
        known = {n.name for n in walk(draft.program) if hasattr(n, "name")} | {draft.function}
        assert set(re.findall(r"\{(.*?)\}", draft.english)) <= known
        assert not re.search(r"\[\w+\||\^[a-z]|  |\{\w+[!~]\}", draft.english), draft.english


@pytest.mark.parametrize("name", [*TABLES, "chains"])
def test_a_type_that_is_not_the_default_is_said(name: str) -> None:
    rng = random.Random(8)
    family = _family(name)
    for _ in range(200):
        draft = family.draw(rng, Voice(rng))
        types = {d.type for d in draft.program.declarations if d.role not in ("size", "len", "return", "out")}
        for type_ in types & {"f32", "i16", "u16", "u64"}:
            assert re.search(SPOKEN[type_], draft.english), draft.english


def test_the_same_seed_draws_the_same() -> None:
    for name in TABLES:
        one, two = (_family(name).draw(rng, Voice(rng)) for rng in (random.Random(5), random.Random(5)))
        assert one == two


@pytest.mark.parametrize("name", [*TABLES, "chains"])
def test_training_never_sees_a_held_out_wording(name: str) -> None:
    rng = random.Random(3)
    family = _family(name)
    train = [p for _ in range(150) for p in family.draw(rng, Voice(rng, "train")).phrases]
    assert not any(held_out(p) for p in train)
    others = [family.draw(rng, Voice(rng, "heldout")).phrases for _ in range(150)]
    assert sum(any(held_out(p) for p in phrases) for phrases in others) > 40


def test_sentences_hardly_repeat() -> None:
    rng = random.Random(2)
    english = [_family(name).draw(rng, Voice(rng)).english for name in TABLES for _ in range(200)]
    assert len(set(english)) > 0.97 * len(english)


@pytest.mark.parametrize(
    ("program", "values", "expected"),
    [
        ("count_vowels", {"x": b"Even a Fox"}, 4),
        ("is_palindrome", {"x": b"level"}, True),
        ("find_substring", {"x": b"abracadabra", "y": b"cad"}, 4),
        ("edit_distance", {"x": b"kitten", "y": b"sitting"}, 3),
        ("lcs", {"x": b"AGGTAB", "y": b"GXTXAYB"}, 4),
        ("longest_palindrome_subsequence", {"x": b"bbbab"}, 4),
        ("matrix_chain", {"x": [40, 20, 30, 10, 30]}, 26000),
        ("coin_change_min", {"x": [1, 5, 7], "k": 18}, 4),
        ("coin_change_ways", {"x": [1, 2, 5], "k": 5}, 4),
        ("knapsack", {"x": [1, 3, 4, 5], "y": [1, 4, 5, 7], "c": 7}, 9),
        ("max_subarray", {"x": [-2, 1, -3, 4, -1, 2, 1, -5, 4]}, 6),
        ("word_count_ways", {"k": 3}, 5),
        ("binomial", {"p": 5, "q": 2}, 10),
        ("inversions", {"x": [2, 4, 1, 3, 5]}, 3),
        ("is_leap_year", {"p": 1900}, False),
        ("balanced", {"x": b"(()))("}, False),
    ],
)
def test_known_answers(program: str, values: dict[str, object], expected: object) -> None:
    operation = next(o for o in OPERATIONS if o.name == program)
    tree: Program = parse(operation.program_text(next(iter(TYPES.get(operation.variable, {"f64": 1.0})))))
    given: dict[str, Any] = {}
    for declaration in tree.declarations:
        value = values.get(declaration.name)
        if isinstance(value, bytes):
            given[declaration.name] = np.frombuffer(value, np.uint8).astype(DTYPES[declaration.type])
        elif isinstance(value, list):
            given[declaration.name] = np.array(value, DTYPES[declaration.type])
        elif value is not None:
            given[declaration.name] = value
    for declaration in tree.declarations:
        if declaration.role in ("size", "len"):
            shaped = next(
                d
                for d in tree.declarations
                if d.name in given and _extent(d) in (declaration.name, f"{declaration.name} + 1")
            )
            extra = _extent(shaped).endswith("+ 1")
            given[declaration.name] = len(given[shaped.name]) - extra
    assert evaluate(tree, given)["s"] == expected


def test_splits_hold_out_families_and_compositions() -> None:
    rng = random.Random(9)
    chains = _family("chains")
    drafts = [chains.draw(rng, Voice(rng)) for _ in range(300)]
    share = sum(split_of(d) == "composition" for d in drafts) / len(drafts)
    assert 0.04 < share < 0.25
    assert all(2 <= len(d.operations) <= 3 for d in drafts)
    assert all(split_of(_family(name).draw(rng, Voice(rng))) == "family" for name in HELD_OUT_FAMILIES)


@pytest.mark.tiny
def test_a_line_that_is_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="twice: Z what is this"):
        read("@ twice\n= s = 2 * a for f64 a, return f64 s\nV double {a}\nZ what is this")
