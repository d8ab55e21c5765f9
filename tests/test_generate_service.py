"""Serving the generator: draws of several requests together; `generate` of the daemon and over HTTP, cached and streamed."""

from __future__ import annotations

import random

import numpy as np

from passwright.irgen.generator.batch import Asked, compare, draw_many, encode_many, random_network
from passwright.irgen.generator.config import EOS, load_config
from passwright.irgen.generator.decode import Drawing, draw

NETWORK = random_network(load_config("tiny"), 300)
NETWORK._out[:, EOS] *= 4  # so that sequences end now and then


def sources(count: int, seed: int = 1) -> list[list[int]]:
    rng = random.Random(seed)
    return [[rng.randrange(3, 300) for _ in range(rng.randrange(1, 90))] for _ in range(count)]


def test_what_is_drawn_together_is_what_is_drawn_one_by_one() -> None:
    """Also where requests have several rows, end at different places, and need more room than there is at first."""
    asked = [
        Asked(source, Drawing(samples=1 + at % 3, most=(20, 150)[at % 2], seed=at, temperature=1.5, sure=2.0))
        for at, source in enumerate(sources(12))
    ]
    found = draw_many(NETWORK, asked)
    assert 5 < sum(map(len, found)) < 24  # some end, some do not
    for one, drawn in zip(asked, found, strict=True):
        alone = draw(NETWORK, one.source, one.drawing)
        assert [d.tokens for d in drawn] == [d.tokens for d in alone]
        assert np.allclose([d.log_probability for d in drawn], [d.log_probability for d in alone], rtol=1e-4)


def test_inputs_are_encoded_together_as_alone() -> None:
    given = [np.array(source) for source in sources(5)]
    for source, encoded in zip(given, encode_many(NETWORK, given), strict=True):
        assert np.allclose(encoded, NETWORK.encode(source), atol=1e-4)


def test_each_request_has_its_own_listener_and_may_leave() -> None:
    told: list[list[int]] = [[], []]
    drawing = Drawing(most=30, sure=2.0)
    asked = [
        Asked(source, drawing, on_token=told[at].append, over=lambda at=at: at == 0 and len(told[0]) >= 5)
        for at, source in enumerate(sources(2, seed=4))
    ]
    found = draw_many(NETWORK, asked)
    assert len(told[0]) == 5 and not found[0]
    alone: list[int] = []
    assert found[1] == draw(NETWORK, asked[1].source, drawing, on_token=alone.append) and told[1] == alone
    assert len(alone) > 5


def test_the_comparison_counts_what_it_says() -> None:
    (one,) = compare(NETWORK, [3], tokens=5, rounds=1)
    assert one.requests == 3 and one.alone > 0 and one.together > 0
