"""Rounds of self-improvement: what is accepted, what is rejected and why, and going on after an interruption."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("sqlalchemy", reason="the store needs the extra `store`")

from rich.console import Console  # noqa: E402
from store_support import MACHINE  # noqa: E402

from passwright.bench.machine import Machine  # noqa: E402
from passwright.gnn.profile import names  # noqa: E402
from passwright.passes.errors import InputError, UsageError  # noqa: E402
from passwright.policy import improve as improving  # noqa: E402
from passwright.policy import regression  # noqa: E402
from passwright.policy.experience import Observation, StoredKernel, machine_hash  # noqa: E402
from passwright.policy.improve import Options, decide, improve  # noqa: E402
from passwright.policy.lots import PLAIN, Lot  # noqa: E402
from passwright.policy.profiles import Profiles  # noqa: E402
from passwright.policy.registry import Registry, Version  # noqa: E402
from passwright.policy.regression import Compared, compare, weaknesses  # noqa: E402
from passwright.policy.store import Store  # noqa: E402
from passwright.policy.trend import trend  # noqa: E402

RECIPES = tuple(f"default<O3> [unroll-count={count}]" for count in range(2, 8))
torch.set_num_threads(1)  # threads that wait for each other on a busy machine cost more than they gain
QUIET = Console(quiet=True)


def lots(families: str, count: int, seed: int = 0) -> list[Lot]:
    """Kernels on which a build is worth what its static cycles say."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        plain = rng.normal(8, 2, len(names())).astype(np.float32)
        builds = np.repeat(plain[None], len(RECIPES), axis=0)
        saved = rng.normal(0, 1, len(RECIPES)).astype(np.float32)
        builds[:, 0] -= saved
        worth = (saved * math.log(2)).clip(-2, 3).astype(np.float32)
        family = f"{families}{number % 8}"
        made.append(Lot(f"{family}-{number}", family, RECIPES, plain, builds, worth))
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with profiles, and a regression set of other families."""
    known = lots("train", 64)
    machine = replace(MACHINE, cpu="Test CPU")
    assert isinstance(machine, Machine)
    (tmp_path / "out" / "profiles").mkdir(parents=True)
    kernels, seen = [], []
    for number, lot in enumerate(known):
        kernel = StoredKernel(f"{number:032x}", lot.kernel, lot.family, "c", instructions=9, bitcode=b"BC")
        vectors = {PLAIN: lot.plain, **dict(zip(lot.recipes, lot.builds, strict=True))}
        Profiles(kernel.hash, vectors).write(tmp_path / "out" / "profiles")
        kernels.append(kernel)
        for recipe, worth in zip(lot.recipes, lot.worth.tolist(), strict=True):
            ratio = math.exp(worth)
            about = {"kernel": kernel.hash, "machine": machine_hash(machine), "recipe": recipe}
            seen.append(Observation(**about, status="ok", ratio=ratio, at=1.0))
    with Store(f"sqlite:///{tmp_path / 'store'}") as store:
        store.add(seen, kernels=kernels, machines=[machine])
    regression.write(tmp_path / "set.npz", lots("judge", 48, seed=1), "made up")
    return tmp_path


def run(home: Path, **options: Any) -> improving.Round:
    """A round."""
    agreed = options.pop("agreed", None)
    given = Options(set=home / "set.npz", members=2, **{"epochs": 25, "start_over": True, **options})
    with Store(f"sqlite:///{home / 'store'}", create=False) as store:
        registry = Registry(home / "models")
        return improve(store, registry, home / "out", given, QUIET, who="test", agreed=agreed)


def test_rounds_that_are_accepted_rejected_and_vetoed(home: Path) -> None:
    first = run(home)
    assert first.version.decision == "accepted" and first.in_force == 1
    assert first.compared.old == 1 and first.compared.ratio[1] > 1 and first.compared.won == 0
    assert any("x is known" in sentence for sentence in first.analysis.statement)
    assert set(first.analysis.focus) < {f"train{number}" for number in range(8)}
    trained = first.version.metrics["trained"]
    assert trained["kernels"] >= 64  # those of the focus count twice

    drill = run(home, drill=True, start_over=False)
    assert drill.version.decision == "drill" and drill.in_force == 1
    assert drill.version.why.startswith("rejected, as it has to be")
    assert drill.compared.new < drill.compared.old

    few = run(home, share=0.05, epochs=1, start_over=False)
    assert few.version.decision == "rejected" and few.in_force == 1 and few.version.parent == 1

    asked = []

    def never(analysis: improving.Analysis, compared: Compared) -> str:
        asked.append(compared.new)
        return "vetoed: not on a Friday"

    vetoed = run(home, agreed=never)
    assert vetoed.version.decision == "vetoed" and "Friday" in vetoed.version.why and len(asked) == 1
    assert vetoed.in_force == 1
    assert not (home / "out" / "round.json").exists()
    assert json.loads(json.dumps(vetoed.to_json()))["in_force"] == 1


def test_a_round_that_was_cut_off_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []
    real = improving.fit

    def counted(*arguments: Any, **options: Any) -> Any:
        trained.append(1)
        return real(*arguments, **options)

    def interrupted(*arguments: Any) -> Compared:
        raise KeyboardInterrupt

    monkeypatch.setattr(improving, "fit", counted)
    with monkeypatch.context() as patch:
        patch.setattr(regression, "compare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(home)
    registry = Registry(home / "models")
    assert registry.versions() == [] and registry.active == 0
    with pytest.raises(UsageError, match="was cut off and had other options"):
        run(home, seed=7)
    assert run(home).version.decision == "accepted" and len(trained) == 1
    assert run(home, seed=1).version.number == 2 and len(trained) == 2


def compared(low: float, won: int, kept: int) -> Compared:
    return Compared(
        10, ("a",), 10, 1.2, 1.3, 1.5, (1.08, low, 1.2), won=won, kept=kept, gained=1, below=(0.0, 0.0)
    )


@pytest.mark.parametrize(
    ("low", "won", "kept", "accepted", "why"),
    [
        (1.01, 50, 50, True, "50 of 50 won kernels stay won"),
        (1.01, 50, 49, True, "49 of 50"),
        (1.01, 50, 48, False, "not backward compatible: 2 of 50"),
        (0.99, 50, 50, False, "not better beyond doubt"),
        (1.01, 0, 0, True, "0 of 0"),
    ],
)
def test_the_gate(low: float, won: int, kept: int, accepted: bool, why: str) -> None:
    found, told = decide(compared(low, won, kept), gamma=0.98)
    assert found is accepted and why in told


class Fake:
    """A model that believes in the builds of one recipe."""

    def __init__(self, place: int, families: tuple[str, ...] = (), doubt: float = 9.0) -> None:
        self.place = place
        self.about = {
            "choice": {"caution": 0.0, "threshold": 0.3},
            "doubt": doubt,
            "trained": {"families": list(families)},
        }

    def raw(self, rows: np.ndarray) -> np.ndarray:
        answers = np.zeros((2, len(rows), 2), np.float32)
        answers[0, self.place, 0] = 1.0
        answers[1, self.place, 0] = 2.0
        return answers


def fixed(name: str, family: str, *worth: float) -> Lot:
    plain = np.full(len(names()), 5, np.float32)
    builds = np.stack([plain + 1 + number for number in range(len(worth))])
    return Lot(name, family, RECIPES[: len(worth)], plain, builds, np.array(worth, np.float32))


SET = [fixed("a", "f", 0.5, 0.6), fixed("b", "f", 0.2, -0.5), fixed("c", "g", 0.0, 0.7)]


def test_candidates_are_compared_on_what_was_measured() -> None:
    found = compare(Fake(0), Fake(1), SET)  # type: ignore[arg-type]
    assert (found.kernels, found.families, found.won, found.kept, found.gained) == (3, ("f", "g"), 2, 1, 1)
    assert found.old == pytest.approx(math.exp(0.7 / 3)) and found.new == pytest.approx(math.exp(0.8 / 3))
    assert found.below == (0, pytest.approx(1 / 3)) and found.compatibility == 0.5
    against_o3 = compare(None, Fake(0), SET)  # type: ignore[arg-type]
    assert against_o3.old == 1 and against_o3.compatibility == 1
    doubting = compare(None, Fake(0, doubt=0.1), SET)  # type: ignore[arg-type]
    assert doubting.new == 1  # networks that differ too much: -O3 stays


def test_families_that_a_model_was_trained_on_do_not_count() -> None:
    found = compare(Fake(0, ("g",)), Fake(1), SET)  # type: ignore[arg-type]
    assert found.families == ("f",) and found.kernels == 2
    with pytest.raises(InputError, match="neither model"):
        compare(Fake(0, ("g",)), Fake(1, ("f",)), SET)  # type: ignore[arg-type]


def test_weaknesses_are_counted_and_said() -> None:
    worst, other = weaknesses(Fake(1, ("g",)), SET)  # type: ignore[arg-type]
    assert (worst.family, worst.lots, worst.behind, worst.slower, worst.kept) == ("f", 2, 1, 1, 0)
    assert "on 1 of 2 kernels more than 10 % are lost (once it chose something slower" in worst.sentence
    assert other.seen and other.behind == 0 and worst.loss > other.loss


def test_the_regression_set_comes_back_bit_for_bit(tmp_path: Path) -> None:
    made = lots("x", 9)
    regression.write(tmp_path / "set.npz", made, "made up")
    for one, two in zip(made, regression.read(tmp_path / "set.npz"), strict=True):
        assert (one.kernel, one.family, one.recipes) == (two.kernel, two.family, two.recipes)
        for name in ("plain", "builds", "worth"):
            assert (getattr(one, name).view(np.uint32) == getattr(two, name).view(np.uint32)).all()
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="no regression set"):
        regression.read(tmp_path / "bad.npz")


def test_the_shipped_regression_set_is_of_families_that_nothing_is_held_out_for() -> None:
    from passwright.bench.suite import load_suite

    found = regression.read(Path(__file__).parent.parent / "data" / "regression.npz")
    held_out = {kernel.family for kernel in load_suite() if kernel.held_out}
    assert len(found) > 100 and not {lot.family for lot in found} & held_out
    assert set(regression.FAMILIES) < {lot.family for lot in found}


def version(number: int, decision: str, old: float, new: float, families: str = "f") -> Version:
    told = {"compared": {"old": old, "new": new, "families": [families]}}
    return Version(number, "", number - 1, decision, "", "", "", "", told)


def test_whether_the_metric_converges() -> None:
    rounds = [
        version(1, "accepted", 1.0, 1.2),
        version(2, "accepted", 1.2, 1.3),
        version(3, "drill", 1.3, 0.9),
    ]
    found = trend(rounds)
    assert found.gains == (1.2, 1.3) and not found.converged and "2 more rounds" in found.sentence
    rounds += [version(number, "rejected", 1.3, 1.25) for number in range(4, 7)]
    found = trend(rounds)
    assert found.gains == (1.2, 1.3, 1.3, 1.3, 1.3) and found.converged
    assert found.differences[0] == pytest.approx(math.log(1.3 / 1.2) / 3) and found.differences[1] == 0
    other = trend([*rounds, version(7, "accepted", 1.0, 2.0, families="g")])
    assert other.gains == (2.0,)  # of other kernels: not one sequence
    assert trend([]).sentence == "no round was run yet"
