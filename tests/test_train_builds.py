"""The build network: it learns from profiles what builds are worth, never from the families it is tried on."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from passwright.gnn import build_network  # noqa: E402
from passwright.gnn.build_model import ABOUT, BuildModel, features  # noqa: E402
from passwright.gnn.build_network import BuildSize  # noqa: E402
from passwright.gnn.profile import names  # noqa: E402
from passwright.passes.errors import InputError  # noqa: E402
from passwright.policy.profiles import Profiles  # noqa: E402
from passwright.policy.train_builds import (  # noqa: E402
    FAILED,
    PLAIN,
    BuildHyper,
    Choice,
    Lot,
    best_choice,
    best_fixed,
    cross_validated,
    fit,
    gains,
    load,
    predict,
)

HYPER = BuildHyper(epochs=40, kernels=8, members=2)
SIZE = BuildSize(hidden=32, dropout=0.0)
RECIPES = tuple(f"default<O3> [unroll-count={count}]" for count in range(2, 8))


def lots(count: int, seed: int = 0) -> list[Lot]:
    """Kernels on which a build is worth what its static cycles say; the first build is -O3 once more."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        plain = rng.normal(8, 2, len(names())).astype(np.float32)
        builds = np.repeat(plain[None], len(RECIPES), axis=0)
        saved = rng.normal(0, 1, len(RECIPES)).astype(np.float32)
        saved[0] = 0
        builds[:, 0] -= saved
        worth = (saved * math.log(2)).clip(-2, 3).astype(np.float32)
        made.append(Lot(f"kernel{number}", f"family{number % 6}", RECIPES, plain, builds, worth))
    return made


def test_it_learns_which_builds_are_faster() -> None:
    train, test = lots(90), lots(30, seed=1)
    networks = fit(train, HYPER, SIZE)
    chosen = []
    for lot in test:
        mean, doubt = predict(networks, lot)
        assert mean[0] == doubt[0] == 0  # that one is -O3
        chosen.append(lot.worth[int(mean.argmax())])
    best = np.mean([max(0, lot.worth.max()) for lot in test])
    assert np.mean(chosen) > 0.8 * best


def test_every_family_is_foretold_by_networks_that_did_not_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from passwright.policy import train_builds

    seen: list[set[str]] = []

    def watched(part: list[Lot], hyper: BuildHyper, size: BuildSize) -> list[object]:
        seen.append({lot.family for lot in part})
        return []

    monkeypatch.setattr(train_builds, "fit", watched)
    monkeypatch.setattr(train_builds, "predict", lambda networks, lot: (np.array([len(seen)]), np.zeros(1)))
    found = cross_validated(lots(24), HYPER, SIZE, parts=3)
    assert len(found) == 24
    assert all(one.lot.family not in seen[int(one.mean[0]) - 1] for one in found)


def test_a_choice_that_promises_little_is_o3() -> None:
    choice = Choice(caution=1.0, threshold=0.1)
    assert choice.of(np.array([0.3, 0.05]), np.array([0.0, 0.0])) == 0
    assert choice.of(np.array([0.3, 0.15]), np.array([0.25, 0.0])) == 1
    assert choice.of(np.array([0.3, 0.05]), np.array([0.25, 0.0])) is None


def test_gains_count_o3_as_nothing_gained() -> None:
    found = cross_validated(lots(48), HYPER, SIZE, parts=3)
    nothing = gains(found, Choice(0.0, 99.0))
    assert nothing.first == 1 and nothing.below == 0
    chosen = best_choice(found, most_below=0.1)
    gained = gains(found, chosen)
    assert 1 < gained.first <= gained.top8 <= gained.best and gained.below <= 0.1


def test_the_best_fixed_recipe_is_known_on_enough_kernels() -> None:
    rare = Lot("a", "b", (PLAIN, "rare"), np.zeros(3), np.zeros((2, 3)), np.array([0, 2.0], np.float32))
    common = Lot("a", "b", (PLAIN, "common"), np.zeros(3), np.zeros((2, 3)), np.array([0, 0.5], np.float32))
    assert best_fixed([rare, common, common, common]) == "common"


def test_onnx_says_what_torch_says_and_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    data = lots(12)
    networks = fit(data, BuildHyper(epochs=1, members=2), SIZE)
    samples = torch.from_numpy(features(data[0].plain, data[0].builds))
    build_network.write(networks, tmp_path, samples, {"doubt": 1.0})
    worth = BuildModel(tmp_path).worth(data[1].plain, list(data[1].builds))
    mean, doubt = predict(networks, data[1])
    assert worth.mean[1:] == pytest.approx(mean[1:], abs=1e-4)
    assert worth.doubt[1:] == pytest.approx(doubt[1:], abs=1e-4)
    about = (tmp_path / ABOUT).read_text()
    (tmp_path / ABOUT).write_text(about.replace('"features": 1', '"features": 0'))
    with pytest.raises(InputError, match="another features"):
        BuildModel(tmp_path)


def test_the_same_seed_gives_the_same_networks() -> None:
    data = lots(12)
    first, second = (predict(fit(data, BuildHyper(epochs=2, members=1), SIZE), data[0])[0] for _ in range(2))
    assert (first == second).all()


def test_what_is_loaded_pairs_outcomes_with_profiles_and_refuses_held_out_families(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the store needs the extra `store`")
    from store_support import KERNELS, fill, seen

    from passwright.policy.store import Store

    recipes = [PLAIN, *RECIPES]
    ratios = [1.0, 2.0, 0.5, 1.5, 1.7, 0.0, 1.0]
    plain = np.random.default_rng(0).normal(8, 2, len(names())).astype(np.float32)
    vectors = {recipe: plain + number for number, recipe in enumerate(recipes)}
    vectors[RECIPES[3]] = plain  # the same code, whatever the clock said
    Profiles(KERNELS[0].hash, vectors).write(tmp_path)
    with Store(f"sqlite:///{tmp_path / 'store'}") as store:
        fill(store, [seen(0, recipe, ratio=ratio) for recipe, ratio in zip(recipes, ratios, strict=True)])
        (lot,) = load(store, tmp_path, held_out=[])
        worth = dict(zip(lot.recipes, lot.worth.tolist(), strict=True))
        assert worth[RECIPES[0]] == pytest.approx(math.log(2)) and worth[RECIPES[3]] == 0
        assert worth[RECIPES[4]] == FAILED and (lot.plain == plain).all()
        with pytest.raises(InputError, match="held-out"):
            load(store, tmp_path, held_out=[KERNELS[0].family])
