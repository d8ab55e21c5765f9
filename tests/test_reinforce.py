"""Reinforcement of the generator: what is right, what it earns, what is kept, and rounds for real on a tiny network."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")
pytest.importorskip("llguidance", reason="the extra `generate` is not installed")

import numpy as np
import torch

from passwright.bench.reliability.composite import FLOOR
from passwright.irgen.generator import export, tokenizer
from passwright.irgen.generator.config import EOS, load_config
from passwright.irgen.generator.examples import parse_texts, plain, split_of
from passwright.irgen.generator.generator import Generator as Serving
from passwright.irgen.generator.lexemes import joined, spaced
from passwright.irgen.generator.model import Generator
from passwright.irgen.generator.placeholders import words_of
from passwright.irgen.generator.tune import Learner, Weighted
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.parse import parse
from passwright.irgen.synthesis.check import Item
from passwright.passes.errors import InputError
from passwright.policy.reinforce import Hyper, best, reinforce
from passwright.policy.reinforce_gain import difference, mcnemar, table
from passwright.policy.reinforce_samples import Sample, Sampler, prompts, right, same
from passwright.policy.reinforce_score import scores

DOT = "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("total = sum[k](b[k] * a[k]) for f64[m] a, f64[m] b, size m, return f64 total", True),
        ("t[i] = x[i] * y[i]; s = sum[i](t[i]) for f64[n] x, f64[n] y, size n, return f64 s", True),
        ("s = sum[i](x[i] * x[i]) for f64[n] x, f64[n] y, size n, return f64 s", False),
        ("s = sum[i](x[i] * y[i]) for f32[n] x, f64[n] y, size n, return f64 s", False),
        ("s = sum[i](x[i] * y[i]) for size n, f64[n] x, f64[n] y, return f64 s", False),
        ("s = sum[i](x[i] / (y[i] - y[i])) for f64[n] x, f64[n] y, size n, return f64 s", False),
    ],
)
def test_readings_are_judged_by_meaning(text: str, equal: bool) -> None:
    assert same(parse(DOT), parse(text)) == equal


def sample(prompt: int, text: str, log: float = -1.0, task: str = "body") -> Sample:
    return Sample(task, prompt, (1,), (2,), text, log)  # type: ignore[arg-type]


def test_bodies_are_judged_by_running_them() -> None:
    [case] = prompts(1, random.Random(1))
    case = replace(case, program=parse(DOT), language="c")
    bodies = [
        "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i] * a1[i]; return r;",
        "double r = 0; for (int64_t i = 1; i < n0; i++) r += a0[i] * a1[i]; return r;",
        "return a0 * a1;",
        "while (true) r;",
    ]
    assert right([sample(0, body) for body in bodies], [case]) == [True, False, False, False]


def test_r_is_higher_for_what_is_faster_and_simpler() -> None:
    program = canonical(parse("y[i] = x[i] * x[i] for f64[n] x, out f64[n] y, size n")).program
    loop = "for (int64_t i = 0; i < n0; i++) a1[i] = a0[i] * a0[i];"
    slow = "for (int64_t i = 0; i < n0; i++) a1[i] = i % 3 == 1 ? a0[i] * a0[i] : a0[i] * a0[i] / cbrt(a0[i] / a0[i]);"
    for language in ("c", "cpp"):
        text = slow if language == "c" else slow.replace("cbrt", "std::cbrt")
        one, two = scores([Item(program, loop, language), Item(program, text, language)])  # type: ignore[arg-type]
        assert one.performance == pytest.approx(0.5)
        assert two.performance < 0.3 and one.value > two.value > FLOOR


@pytest.mark.tiny
def test_the_best_right_sample_is_kept_with_its_advantage() -> None:
    samples = [
        sample(0, "wrong", -0.7), sample(0, "right", -0.7),  # evenly likely: the mean is 0
        sample(1, "wrong", -0.1), sample(1, "worse", -3.0),
        sample(2, "sure", -0.01), sample(2, "wrong", -9.0),
        sample(3, "slow", -1.0), sample(3, "fast", -1.0), sample(0, "read", -1.0, "reading"),
    ]  # fmt: skip
    rewards = [FLOOR, 0.8, FLOOR, FLOOR, 0.8, FLOOR, 0.5, 0.9, 1.0]
    kept = best(samples, rewards, 0.05)
    assert [one.sample.text for one in kept] == ["right", "fast"]
    assert [one.advantage for one in kept] == pytest.approx([0.9, 0.2])


def test_prompts_hold_nothing_out() -> None:
    cases = prompts(60, random.Random(3))
    assert len(cases) == 60 and {split_of(case.draft) for case in cases} == {"train"}
    assert len({case.draft.family for case in cases}) > 8
    assert {case.language for case in cases} == {"c", "cpp"}


@pytest.mark.tiny
def test_differences_are_paired() -> None:
    before = [True] * 50 + [False] * 50
    after = [True] * 48 + [False] * 2 + [True] * 20 + [False] * 30
    found = difference(before, after)
    assert (found.before, found.after, found.won, found.lost) == (0.5, 0.68, 20, 2)
    assert 0 < found.low < 0.18 < found.high < 0.3
    assert found.p < 0.001 and mcnemar(3, 3) == 1.0 and mcnemar(0, 0) == 1.0
    rows = [
        {"split": "s", "before": {"reading": b, "pass@1": b}, "after": {"reading": a, "pass@1": False}}
        for b, a in zip(before, after, strict=True)
    ]
    tables = table(rows, ["before", "after"], ["s"])
    assert [(row["split"], row["measure"], row["after"]) for row in tables] == [
        ("s", "reading", 0.68), ("s", "pass@1", 0.0), ("all", "reading", 0.68), ("all", "pass@1", 0.0),
    ]  # fmt: skip


# A tiny network that has learned a few prompts by heart.


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that serves and trains, with an untrained network."""
    folder = tmp_path_factory.mktemp("weights")
    cases = prompts(150, random.Random(0))
    words = words_of([plain(case.draft.english) for case in cases])
    texts = [
        t
        for case in cases
        for one in parse_texts(case.draft, words, random.Random(0))
        for t in (one.source, one.target)
    ]
    texts += [joined(spaced(Sampler.body(case))) for case in cases]
    vocabulary = tokenizer.train(texts, load_config("tiny").vocabulary)
    (folder / "tokenizer.json").write_text(vocabulary.to_str())
    (folder / "words.json").write_text(
        json.dumps({"known": sorted(words.known), "names": sorted(words.names)})
    )
    torch.manual_seed(0)
    export.save(Generator(load_config("tiny"), vocabulary.get_vocab_size()), folder / "weights.npz")
    return folder


def test_weights_come_back_from_what_ships(weights: Path, tmp_path: Path) -> None:
    network = export.restored(weights / "weights.npz")
    export.save(network, tmp_path / "weights.npz")
    with np.load(weights / "weights.npz") as one, np.load(tmp_path / "weights.npz") as two:
        assert set(one.files) == set(two.files)
        assert all(np.array_equal(one[name], two[name]) for name in one.files)


def test_learning_raises_what_has_weight_and_the_divergence_holds_it_back(weights: Path) -> None:
    sampler = Sampler(weights)
    golds = [gold for case in prompts(6, random.Random(5)) for gold in sampler.gold(case)]
    examples = [Weighted(g.source, g.target[:100]) for g in golds]
    losses = {}
    for kl in (0.0, 10.0):
        torch.manual_seed(0)
        learner = Learner(export.restored(weights / "weights.npz"), rate=3e-3, kl=kl)
        passes = [learner.learn(examples, np.random.default_rng(at)) for at in range(12)]
        assert passes[0].steps >= 1 and passes[-1].loss < passes[0].loss
        losses[kl] = passes[-1]
    assert losses[0.0].loss < losses[10.0].loss
    assert losses[0.0].divergence > 2 * losses[10.0].divergence


def test_rounds_sample_judge_learn_resume_and_ship(weights: Path, tmp_path: Path) -> None:
    hyper = Hyper(prompts=3, samples=2, most=40, least=6, passes=1)
    lines: list[str] = []
    first = reinforce(weights, None, tmp_path, hyper, rounds=1, minutes=5, tell=lines.append)
    assert len(first) == len(lines) == 1
    assert {"reading/right", "body/right", "R", "D", "P", "C", "kl", "loss", "kept"} <= set(first[0])
    assert first[0]["steps"] >= 1 and first[0]["supervised"] >= 3
    with pytest.raises(InputError, match="has a run"):
        reinforce(weights, None, tmp_path, hyper, rounds=2, minutes=5, tell=lines.append)
    both = reinforce(weights, None, tmp_path, hyper, rounds=2, minutes=5, resume=True, tell=lines.append)
    assert both[0] == first[0] and both[1]["round"] == 1
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert logged == both
    assert abs(sum(Serving.load(tmp_path / "weights").intent("Sum x.").values()) - 1) < 1e-5


def test_an_interruption_leaves_the_last_whole_round(weights: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "passwright.policy.reinforce",
        "--weights",
        str(weights),
        "--out",
        str(tmp_path),
    ]
    run = subprocess.Popen(
        [*command, "--prompts", "2", "--samples", "2", "--most", "20", "--least", "4", "--rounds", "500"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None and run.stdout.readline().startswith("round 0;")
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=120)
    assert run.returncode == 130 and "the last whole round is in" in told
    kept = json.loads(torch.load(tmp_path / "checkpoint.pt", weights_only=True)["rows"])
    assert [row["round"] for row in kept] == list(range(len(kept))) and kept
    count = len(kept) + 1
    rows = reinforce(
        weights,
        None,
        tmp_path,
        Hyper(prompts=2, samples=2, most=20, least=4),
        rounds=count,
        minutes=5,
        resume=True,
    )
    assert rows[: len(kept)] == kept and len(rows) == count


def test_right_samples_are_learned(weights: Path) -> None:
    """The update of expert iteration makes what was kept likelier."""
    sampler = Sampler(weights)
    [case] = prompts(1, random.Random(7))
    gold = sampler.gold(case)[0]
    learner = Learner(export.restored(weights / "weights.npz"), rate=3e-3, kl=0.1)
    kept = Weighted(gold.source, (*gold.target[:-1], EOS), 0.5)
    before = learner.learn([kept], np.random.default_rng(0)).loss
    for at in range(10):
        after = learner.learn([kept], np.random.default_rng(at)).loss
    assert after < before
