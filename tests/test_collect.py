"""Collecting experience, and mining the coreset from it: real kernels, a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the experience store needs the extra `store`")

from passwright.bench.suite import load_suite
from passwright.policy import collect, mine
from passwright.policy.store import Store


def kernel() -> str:
    """Some small kernel that is not held out."""
    return next(one.name for one in load_suite() if one.family == "linear_algebra")


def run(store: str, *arguments: str) -> None:
    assert collect.main(["--store", store, "--own", "2", "--again", "0", "--jobs", "1", *arguments]) == 0


def test_sites_are_never_of_held_out_families() -> None:
    held_out = {one.family for one in load_suite() if one.held_out}
    assert not held_out & {site.family for site in collect.suite_sites()}
    training = collect.corpus_sites(20)
    validation = collect.corpus_sites(5, held_out=True)
    assert not {site.family for site in training} & {site.family for site in validation}
    assert len(training) == 20 and len({site.uri for site in training}) == 20


def test_a_second_run_tries_nothing_again_and_the_coreset_comes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "coreset", lambda: ())
    store = f"sqlite:///{tmp_path}/experience.sqlite"
    run(store, "--kernel", kernel(), "--corpus", "1", "--pool", "4")
    with Store(store) as opened:
        first = {one.key: one for one in opened.outcomes()}
        kernels = list(opened.kernels())
    # -O3, four of the pool and two of its own for each of two kernels, less what is the same by chance.
    assert 10 <= len(first) <= 14 and len(kernels) == 2
    measured = [one for one in first.values() if one.status in ("ok", "worse")]
    assert measured and all(one.rounds >= 3 and one.ratio > 0 for one in measured)
    assert all(one.origin == "collect" for one in first.values())
    run(store, "--kernel", kernel(), "--corpus", "1", "--pool", "4")
    with Store(store) as opened:
        assert {one.key: one.repeats for one in opened.outcomes()} == {k: v.repeats for k, v in first.items()}

    out = tmp_path / "coreset.json"
    assert mine.main(["--store", store, "--kernel", kernel(), "--out", str(out)]) == 0
    data = json.loads(out.read_text())
    assert data["provenance"]["kernels"] == [f"suite://linear_algebra/{kernel()}"]
    assert sum(data["provenance"]["outcomes"].values()) >= 5
    assert all(pick["mean"] >= 1 for pick in data["recipes"])


def test_what_looks_noisy_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "coreset", lambda: ())
    monkeypatch.setattr(collect, "NOISE", 1.0)
    store = f"sqlite:///{tmp_path}/experience.sqlite"
    run(store, "--kernel", kernel())
    run(store, "--kernel", kernel(), "--again", "50")
    with Store(store) as opened:
        assert max(one.repeats for one in opened.outcomes()) == 2


def test_bad_input_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = f"sqlite:///{tmp_path}/experience.sqlite"
    assert collect.main(["--store", store]) == 2
    assert "nothing to collect on" in capsys.readouterr().err
    with Store(store):
        pass
    assert mine.main(["--store", store, "--kernel", kernel(), "--out", str(tmp_path / "c.json")]) == 1
    assert "no outcomes" in capsys.readouterr().err
    assert not (tmp_path / "c.json").exists()
