"""Drawn drafts: programs that read back and mean something, sentences that name what they declare, wordings held out."""

from __future__ import annotations

import random
import re
from functools import lru_cache

import pytest

from passwright.irgen.notation.inputs import draw as inputs
from passwright.irgen.notation.meaning import evaluate
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.text import program_text
from passwright.irgen.synthesis.__main__ import draws
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.expressions import CONDITIONS, UNARIES, Expression, draw_expression
from passwright.irgen.synthesis.operation import NUMERIC, Operation, choose
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.splits import HELD_OUT_FAMILIES, split_of
from passwright.irgen.synthesis.voice import Voice, held_out
from passwright.irgen.synthesis.words import article, gerund, plural, third_person

NUMERIC_FAMILIES = ("map", "reduction", "scan", "stencil", "linear algebra", "convolution", "composition")
DRAWN = 250


@lru_cache
def drawn(family: str, mode: str = "train") -> tuple[Draft, ...]:
    rng = random.Random(f"{family} {mode}")
    voice = Voice(rng, "heldout" if mode == "heldout" else "train")
    return tuple(draws()[family](rng, voice) for _ in range(DRAWN))


@pytest.mark.parametrize("family", NUMERIC_FAMILIES)
def test_programs_read_back_and_sentences_name_their_arguments(family: str) -> None:
    for draft in drawn(family):
        assert parse(program_text(draft.program)) == draft.program
        mentioned = set(re.findall(r"\{(\w+)\}", draft.english))
        declared = {d.name for d in draft.program.declarations}
        assert mentioned <= declared | {draft.function}, draft.english
        assert not re.search(
            r"[\x00-\x1f]|<[^<>]*\||\^[a-z]{2}|@[a-zA-Z]|  | the the | a the ", draft.english
        ), draft.english
        assert len(declared) == len(draft.program.declarations)


@pytest.mark.parametrize("family", NUMERIC_FAMILIES)
def test_programs_mean_something(family: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for draft in drawn(family):
        if draft.operations in seen or len(seen) > 60:
            continue
        seen.add(draft.operations)
        resolved = resolve(draft.program)
        for values in inputs(resolved, seed=1, count=2):
            evaluate(resolved, values)
    assert len(seen) >= 20


@pytest.mark.parametrize("family", NUMERIC_FAMILIES)
def test_draws_vary_and_repeat_by_seed(family: str) -> None:
    assert len({d.english for d in drawn(family)}) > 0.97 * DRAWN
    assert len({program_text(d.program) for d in drawn(family)}) > 0.6 * DRAWN
    rng = random.Random(f"{family} train")
    voice = Voice(rng, "train")
    assert [draws()[family](rng, voice) for _ in range(20)] == list(drawn(family)[:20])


@pytest.mark.parametrize("family", NUMERIC_FAMILIES)
def test_wordings_held_out_are_never_drawn_for_training(family: str) -> None:
    assert not any(held_out(p) for d in drawn(family) for p in d.phrases)
    kept = [sum(held_out(p) for p in d.phrases) for d in drawn(family, "heldout")]
    assert sum(k > 0 for k in kept) > 0.4 * DRAWN


def test_arguments_are_in_the_order_of_mention_and_unnamed_ones_have_default_names() -> None:
    operation = Operation(
        "map",
        "subtract",
        "z[i] = x[i] - y[i] for T[n] x, T[n] y, out T[n] z",
        verbs=("subtract {y} from {x}",),
        types=NUMERIC,
    )
    rng = random.Random(1)
    named = unnamed = 0
    for _ in range(200):
        draft = compose(Voice(rng), operation)
        inputs_ = [d.name for d in draft.program.declarations if d.role == "in"]
        mentioned = re.findall(r"\{(\w+)\}", draft.english)
        if set(inputs_) <= set(mentioned):
            named += 1
            assert inputs_ == sorted(inputs_, key=mentioned.index)
        else:
            unnamed += 1
            assert inputs_ == ["x", "y"] and program_text(draft.program).startswith("z[i] = x[i] - y[i]")
        assert [d.role for d in draft.program.declarations][:3] == ["in", "in", "out"]
    assert named > 50 and unnamed > 30


def test_a_type_other_than_double_is_always_said() -> None:
    for draft in (d for family in NUMERIC_FAMILIES for d in drawn(family)):
        types = {d.type for d in draft.program.declarations if d.role in ("in", "inout") and d.shape}
        if "f32" in types and draft.operations != ("saxpy",):
            assert re.search(r"float|single|32", draft.english), draft.english
        if "i64" in types:
            assert re.search(r"64|long", draft.english), draft.english


def test_expressions_nest_without_double_meaning() -> None:
    rng = random.Random(2)
    texts = set()
    for _ in range(500):
        expression = draw_expression(rng, 2)
        english, text = expression.noun(rng, "x"), expression.text("x[i]")
        texts.add(text)
        parse(f"y[i] = {text} for f64[n] x, {''.join(f'f64 {s}, ' for s in expression.scalars)}out f64[n] y")
        assert not re.search(
            r"of x (plus|minus|times|over|divided) |of [^(]* x (plus|minus|over) ", english
        ), english
    assert len(texts) > 200


@pytest.mark.tiny
def test_steps_are_applied_in_order() -> None:
    by_name = {u.name: u for u in UNARIES}
    expression = Expression((by_name["increment"], by_name["square"]), ("", ""))
    assert expression.text("x[i]") == "(x[i] + 1) * (x[i] + 1)"
    assert Expression((by_name["square"], by_name["add"]), ("", "b")).text("x") == "(x * x) + b"
    assert len({u.name for u in UNARIES}) == len(UNARIES) and len({c.name for c in CONDITIONS}) == len(
        CONDITIONS
    )


@pytest.mark.tiny
def test_choices_nest_and_comparisons_stay() -> None:
    rng = random.Random(0)
    assert {choose("a <b|c <d|e>> f", rng) for _ in range(50)} == {"a b f", "a c d f", "a c e f"}
    assert choose("pairs i < j with x > y, > {a}", rng) == "pairs i < j with x > y, > {a}"


@pytest.mark.tiny
def test_words_take_their_forms() -> None:
    assert [third_person(v) for v in ("compute", "apply", "do", "search", "add")] == [
        "computes",
        "applies",
        "does",
        "searches",
        "adds",
    ]
    assert [gerund(v) for v in ("compute", "sum", "set", "apply", "free")] == [
        "computing",
        "summing",
        "setting",
        "applying",
        "freeing",
    ]
    assert [plural(n) for n in ("matrix", "array of numbers", "series", "entry")] == [
        "matrices",
        "arrays of numbers",
        "series",
        "entries",
    ]
    assert [article(n) for n in ("array", "upper bound", "unit", "8-bit integer")] == [
        "an array",
        "an upper bound",
        "a unit",
        "an 8-bit integer",
    ]


def test_splits() -> None:
    train = [d for family in NUMERIC_FAMILIES for d in drawn(family)]
    splits = [split_of(d) for d in train]
    assert set(splits) == {"train", "composition"}
    composed = [s for s, d in zip(splits, train, strict=True) if len(set(d.operations)) > 1]
    assert 0.05 < composed.count("composition") / len(composed) < 0.25
    assert set(draws()) >= HELD_OUT_FAMILIES
    assert all(
        split_of(d) == "family"
        for family in HELD_OUT_FAMILIES
        for d in (draws()[family](random.Random(1), Voice(random.Random(1))),)
    )
