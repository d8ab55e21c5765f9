"""The learned policy: what is expected most of comes first, and without a run it says that nothing was run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from passwright.gnn.build_model import BuildWorth
from passwright.irgen.frontend import lower
from passwright.optimizer import optimize
from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import O3, Recipe
from passwright.policy import learned
from passwright.policy.attribution import why
from passwright.policy.learned import LITTLE, UNLIKE, LearnedPolicy, plan
from passwright.policy.policy import Budget, Context

SOURCE = """
void scale(int n, float *restrict a, const float *restrict b) {
  for (int i = 0; i < n; i++) a[i] = 0.5f * a[i] + b[i];
}
"""
O1 = Recipe.parse("default<O1>")
PLAIN = Recipe.parse("function(sroa,early-cse)")


class Model:
    """Expects most of the build with the most static cycles."""

    def __init__(self, doubt: float = 0.0, threshold: float = 0.0) -> None:
        self.about: dict[str, Any] = {"choice": {"caution": 1.0, "threshold": threshold}, "doubt": 0.5}
        self.doubt = doubt

    def worth(self, plain: NDArray[np.float32], builds: list[NDArray[np.float32]]) -> BuildWorth:
        more = np.array([one[0] - plain[0] for one in builds], np.float32)
        return BuildWorth(more, np.full_like(more, 0.1), np.full_like(more, self.doubt))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("learned") / "scale.c"
    path.write_text(SOURCE)
    return path


@pytest.fixture(scope="module")
def bitcode(source: Path) -> bytes:
    return lower(source, debug=False).bitcode


def with_model(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    monkeypatch.setattr(learned, "shipped", lambda: model)
    monkeypatch.setattr(learned, "coreset", lambda objective: (O1, PLAIN))


def test_a_plan_takes_the_recipe_that_most_is_expected_of(bitcode: bytes) -> None:
    made = plan(bitcode, [O1, PLAIN], Model())  # type: ignore[arg-type]
    assert set(made.ranked) == {O1, PLAIN} and made.forecast is not None
    assert made.forecast.recipe == made.ranked[0] and made.forecast.mean > 0 and not made.notes


def test_a_plan_stays_with_o3_where_little_is_expected_or_the_kernel_is_unlike_others(bitcode: bytes) -> None:
    little = plan(bitcode, [O1, PLAIN], Model(threshold=99))  # type: ignore[arg-type]
    assert little.forecast is None and little.notes == (LITTLE,) and set(little.ranked) == {O1, PLAIN}
    unlike = plan(bitcode, [O1, PLAIN], Model(doubt=0.6))  # type: ignore[arg-type]
    assert unlike.forecast is None and unlike.notes == (UNLIKE,) and unlike.ranked == (O1, PLAIN)


def test_what_was_foretold_is_tried_first_and_evolution_goes_on(
    bitcode: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_model(monkeypatch, Model())
    context = Context("scale", "scale", bitcode, (), ActionSpace.default())
    asked = LearnedPolicy().propose(context, Budget(evaluations=9)).ask(6)
    assert set(asked[:2]) == {O1, PLAIN} and asked[2] == O3 and len(set(asked)) == 6


def test_without_a_budget_nothing_runs_and_the_result_says_so(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_model(monkeypatch, Model())
    (kernel,) = optimize(source, budget=Budget(evaluations=0)).kernels
    assert kernel.recipe in (O1, PLAIN)
    assert kernel.verdict.kind == "unverifiable" and "not run" in kernel.verdict.evidence
    assert kernel.expected > 1 and kernel.ratio.value == 1 and kernel.baseline is None
    assert kernel.to_json()["expected_ratio"] == kernel.expected


def test_the_model_that_is_shipped_ranks_what_the_coreset_makes(bitcode: bytes) -> None:
    from passwright.policy.coreset import coreset

    made = plan(bitcode, coreset())
    assert made.ranked and set(made.ranked) <= set(coreset())


def test_the_reasons_for_a_forecast_are_what_the_model_goes_by(bitcode: bytes) -> None:
    found = why(bitcode, PLAIN, Model())  # type: ignore[arg-type]
    assert found is not None and found.expected > 1
    first, *others = found.reasons
    assert first.what == "cycles on nominal arguments" and first.after > first.before
    assert first.weight == pytest.approx(np.log(found.expected), rel=1e-4)
    assert all(one.weight == 0 for one in others)
    same = why(bitcode, O3, Model())  # type: ignore[arg-type]
    assert same is not None and same.expected == 1 and not same.reasons
