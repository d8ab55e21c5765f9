"""The analysis of variance against a worked example and against what must hold."""

from __future__ import annotations

import numpy as np
import pytest

from passwright.bench.anova import two_way
from passwright.passes.errors import InputError

pytest.importorskip("scipy", reason="the extra `study` brings scipy")


@pytest.mark.tiny
def test_sums_of_squares_by_hand() -> None:
    # Two builds, two kernels, two repetitions: cells 1.5, 3.5 | 6.5, 10.5.
    found = two_way(np.array([[[1.0, 2.0], [3.0, 4.0]], [[6.0, 7.0], [10.0, 11.0]]]))
    # builds: 8 * 3^2 = 72; crossed: 2 * 4 * 0.5^2 = 2; within: 8 * 0.25 = 2
    assert found.f == pytest.approx(72 / 2)
    assert found.degrees == (1, 1)
    assert found.eta_squared == pytest.approx(72 / 74)
    assert found.interaction_f == pytest.approx((2 / 1) / (2 / 4))
    assert found.d == pytest.approx(6 / np.sqrt(2))


@pytest.mark.tiny
def test_no_effect_is_found_in_noise_at_the_stated_rate() -> None:
    draw = np.random.default_rng(3)
    found = [two_way(draw.normal(size=(2, 12, 5))).p for _ in range(400)]
    assert 0.02 < float(np.mean(np.array(found) < 0.05)) < 0.09


@pytest.mark.tiny
def test_equal_values_show_nothing() -> None:
    found = two_way(np.ones((2, 3, 4)))
    assert (found.f, found.p, found.d) == (0.0, 1.0, 0.0)


@pytest.mark.tiny
def test_too_little_is_refused() -> None:
    with pytest.raises(InputError):
        two_way(np.ones((2, 1, 5)))
