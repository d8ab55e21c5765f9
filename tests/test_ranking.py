"""Ranking recipes by what they make of a kernel: nothing runs, failures and repetitions are left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from passwright._native import Module
from passwright.gnn.build_model import BuildWorth, features, width
from passwright.gnn.profile import names, profile
from passwright.irgen.frontend import lower
from passwright.passes.recipe import O3, Recipe
from passwright.policy.profiles import Profiles, usable
from passwright.policy.ranking import forecasts

SOURCE = """
void blend(int n, float *restrict a, const float *restrict b) {
  for (int i = 0; i < n; i++) a[i] = 0.5f * a[i] + b[i];
}
"""
WIDE = Recipe.parse("attr prefer-vector-width=512 | default<O3>")
SCALAR = Recipe.parse("default<O1>")
AGAIN = Recipe.parse("default<O3> [inline-threshold=226]")
BROKEN = Recipe.parse("hint blend#9 unroll.count=4 | default<O3>")


class FewestCycles:
    """A model that believes in static cycles."""

    def worth(self, plain: NDArray[np.float32], builds: list[NDArray[np.float32]]) -> BuildWorth:
        saved = np.array([plain[0] - one[0] for one in builds], np.float32)
        return BuildWorth(saved, np.full_like(saved, 0.1), np.full_like(saved, 0.2))


@pytest.fixture(scope="module")
def bitcode(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ranking") / "blend.c"
    path.write_text(SOURCE)
    return lower(path, debug=False).bitcode


def test_recipes_are_ranked_by_what_they_make(bitcode: bytes) -> None:
    found = forecasts(bitcode, [SCALAR, AGAIN, BROKEN, WIDE, WIDE], jobs=2, model=FewestCycles())  # type: ignore[arg-type]
    assert [one.recipe for one in found] in ([WIDE, SCALAR], [SCALAR])  # as -O3 where 512 bits are no wider
    scalar = found[-1]
    assert scalar.recipe == SCALAR and scalar.mean < 0
    assert scalar.cautious(1.0) == pytest.approx(scalar.mean - 0.2)


def test_a_profile_tells_a_vectorised_loop_from_a_scalar_one(bitcode: bytes) -> None:
    builds = {}
    for level in ("O1", "O3"):
        module = Module.parse(bitcode, "blend")
        module.run(f"default<{level}>")
        builds[level] = dict(zip(names(), profile(module).tolist(), strict=True))
    assert builds["O3"]["at 250: cycles"] < builds["O1"]["at 250: cycles"] - 1
    for same in ("float operations", "bytes stored"):  # the work itself does not depend on how it is done
        assert builds["O3"][f"at 250: {same}"] == pytest.approx(builds["O1"][f"at 250: {same}"], abs=0.3)
    assert builds["O3"]["loop 0: widest log2 lanes"] > builds["O1"]["loop 0: widest log2 lanes"]


def test_features_are_those_of_the_model() -> None:
    plain = np.arange(len(names()), dtype=np.float32)
    rows = features(plain, np.stack([plain, plain + 1]))
    assert rows.shape == (2, width()) and rows.dtype == np.float32
    assert not rows[0, len(names()) :].any() and (rows[1, len(names()) :] == 1).all()


def test_profiles_come_back_as_they_were_written(tmp_path: Path) -> None:
    vectors = {str(O3): np.ones(4, np.float32), "default<O1>": np.arange(4, dtype=np.float32)}
    Profiles("abcd1234", vectors).write(tmp_path)
    read = Profiles.read(tmp_path, "abcd1234")
    assert read is not None and {key: one.tolist() for key, one in read.vectors.items()} == {
        key: one.tolist() for key, one in vectors.items()
    }
    assert Profiles.read(tmp_path, "none") is None
    assert [path.name for path in tmp_path.iterdir()] == ["abcd1234.npz"]


def test_recipes_that_are_refused_or_name_a_loop_are_not_profiled() -> None:
    assert usable(["default<O3>", str(BROKEN), "no such pass[", "default<O1>"]) == [O3, SCALAR]
