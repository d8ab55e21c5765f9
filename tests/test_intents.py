"""Sentences for the intent head."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from passwright.irgen.synthesis import intents
from passwright.irgen.synthesis.voice import held_out


@pytest.mark.tiny
def test_there_are_forty_templates_of_each_and_their_slots_exist() -> None:
    assert set(intents._TEMPLATES) == set(intents.INTENTS) - {"generate"}
    for templates in intents._TEMPLATES.values():
        assert len(set(templates)) == len(templates) >= 40
        for template in (*templates, *(s for options in intents._SLOTS.values() for s in options)):
            for slot in re.findall(r"\[([a-z]+)\]", template):
                assert slot in intents._SLOTS or slot == "gibberish", template


def test_thousands_of_sentences_of_every_intent() -> None:
    rng = random.Random(1)
    drawn = {intents.draw(rng) for _ in range(8000)}
    counts = Counter(intent for _, intent in drawn)
    assert set(counts) == set(intents.INTENTS)
    assert min(counts.values()) > 500
    labels: dict[str, set[str]] = {}
    for english, intent in drawn:
        assert not re.search(r"\[[a-z]+\]", english) or intent == "generate", english
        labels.setdefault(english, set()).add(intent)
    assert all(len(found) == 1 for found in labels.values())


def test_the_same_seed_draws_the_same() -> None:
    assert [intents.draw(random.Random(4)) for _ in range(3)] == [intents.draw(random.Random(4))] * 3


@pytest.mark.parametrize("intent", [i for i in intents.INTENTS if i != "generate"])
def test_templates_are_held_out(intent: intents.Intent) -> None:
    kept = [t for i, t in enumerate(intents._TEMPLATES[intent]) if held_out(f"intent.{intent}#{i}")]
    plain = {t.rstrip(".").lower() for t in kept if "[" not in t and "{" not in t}
    rng = random.Random(6)
    seen = {intents.draw(rng, "train", intent)[0].rstrip(".").lower() for _ in range(600)}
    assert kept
    assert not plain & seen
