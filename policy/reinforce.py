"""Reinforcement of the generator: sample, compile, verify, score with R, and train on what was best (expert iteration).

    python -m passwright.policy.reinforce --weights build/generator/small/checkpoint.pt --data build/generator/data \
        --out build/generator/reinforced --minutes 30 [--resume]

Each round draws prompts, has the model read and write each several times, and finds out what is right
(`reinforce_samples.py`). A wrong sample earns FLOOR, a right reading 1, a right body its R (`reinforce_score.py`). Of each
prompt and task the best right sample is kept, with its advantage as weight: its reward less the mean of its prompt's
samples, weighted by their probabilities. What the model writes surely has none and is left out. The network learns the
kept ones mixed with supervised examples of other fresh drafts, with a divergence term to the network at the start.

Expert iteration (Anthony et al., NeurIPS 2017; with a language model Polu et al., ICLR 2023) and no policy gradient: the
verifier says right or wrong, most of a gradient's terms would push down one of the many wrong texts, whose direction is
noise at the few samples that two cores draw. With its weights the update is the policy gradient of the best sample alone.

`log.jsonl` has a row a round; `checkpoint.pt`, written whole after each round, is what `--resume` goes on from, and Ctrl-C
leaves the last one. Held-out families, compositions and wordings are never drawn. `--supervised` is the control: the same
steps with supervised examples in the place of kept ones. What it brings is measured by `reinforce_gain.py`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch

from passwright.bench.reliability.composite import FLOOR, Composite
from passwright.irgen.generator.config import EOS
from passwright.irgen.generator.decode import Drawing
from passwright.irgen.generator.evaluate import Case
from passwright.irgen.generator.export import restored, ship_network
from passwright.irgen.generator.train import load_checkpoint
from passwright.irgen.generator.tune import Learner, Weighted
from passwright.passes.errors import InputError
from passwright.passes.json_lines import append_line
from passwright.policy.reinforce_samples import Gold, Sample, Sampler, item, mean_weights, prompts, right
from passwright.policy.reinforce_score import scores


@dataclass(frozen=True)
class Hyper:
    """Of a run.

    Attributes:
        prompts: a round. samples: of each task and prompt, the first greedy.
        temperature, most: of samples; tokens at most.
        mix: supervised examples for each kept one; least: at least so many.
        passes: over a round's examples. rate: of AdamW. kl: weight of the divergence from the start.
        advantage: below it a sample is not kept; weight of the most surprising ones is cut at 1.
        supervised: the control, without samples.
    """

    prompts: int = 96
    samples: int = 6
    temperature: float = 0.8
    most: int = 160
    mix: float = 2.0
    least: int = 64
    passes: int = 2
    rate: float = 1e-4
    kl: float = 0.1
    advantage: float = 0.05
    supervised: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Kept:
    sample: Sample
    advantage: float


def reinforce(
    weights: Path,
    data: Path | None,
    out: Path,
    hyper: Hyper,
    *,
    rounds: int,
    minutes: float,
    resume: bool = False,
    tell: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """Do up to `rounds` rounds in up to `minutes`, those before a resumption included; the rows of the log.

    Args:
        weights: a folder with `weights.npz`, or a `checkpoint.pt`. data: folder with `tokenizer.json` and `words.json`;
            default: the weights' own.

    Raises:
        InputError: weights or vocabulary are missing, or `out` has a run that is not to be resumed.
    """
    folder = data or (weights if weights.is_dir() else weights.parent)
    sampler = _sampler(folder)
    torch.manual_seed(hyper.seed)
    network = restored(weights / "weights.npz") if weights.is_dir() else load_checkpoint(weights)[0]
    learner = Learner(network, rate=hyper.rate, kl=hyper.kl)
    vocabulary = network.t5.config.vocab_size
    checkpoint = out / "checkpoint.pt"
    rows: list[dict[str, Any]] = []
    if checkpoint.is_file():
        if not resume:
            raise InputError(f"{out}: has a run", hint="go on with --resume, or name another folder")
        rows = json.loads(learner.load(checkpoint)["rows"])
    out.mkdir(parents=True, exist_ok=True)
    before = sum(row["seconds"] for row in rows)
    started = monotonic()
    for number in range(len(rows), rounds):
        spent = before + monotonic() - started
        if number and spent * (1 + 0.5 / number) > 60 * minutes:
            break
        begun = monotonic()
        row = {"round": number, **one_round(learner, sampler, hyper, number)}
        rows.append(row | {"seconds": round(monotonic() - begun, 1)})
        learner.save(checkpoint, vocabulary, {"rows": json.dumps(rows), "hyper": json.dumps(asdict(hyper))})
        append_line(out / "log.jsonl", rows[-1])
        tell(_line(rows[-1]))
    about = {"reinforced": asdict(hyper) | {"rounds": len(rows)}, "last": rows[-1] if rows else {}}
    ship_network(learner.network, folder, out / "weights", about)
    return rows


def one_round(learner: Learner, sampler: Sampler, hyper: Hyper, number: int) -> dict[str, Any]:
    """Sample, judge, keep, learn; what the log has of it."""
    rng = random.Random(f"{hyper.seed} {number}")
    row: dict[str, Any] = {}
    kept: list[Kept] = []
    if not hyper.supervised:
        cases = prompts(hyper.prompts, rng)
        samples = _drawn(learner, sampler, cases, hyper, number)
        verdicts = right(samples, cases)
        composites = _composites(samples, verdicts, cases)
        rewards = [_reward(*both) for both in zip(samples, verdicts, composites, strict=True)]
        kept = best(samples, rewards, hyper.advantage)
        row |= _summary(samples, verdicts, rewards, composites) | {"kept": len(kept)}
    supervised = _supervised(sampler, hyper, len(kept), rng)
    examples = [*supervised, *(Weighted(k.sample.source, (*k.sample.tokens, EOS), k.advantage) for k in kept)]
    order = np.random.default_rng((hyper.seed, number))
    tuned = [learner.learn(examples, order) for _ in range(hyper.passes)]
    return row | {
        "supervised": len(supervised),
        "loss": round(tuned[-1].loss, 4),
        "kl": round(tuned[-1].divergence, 5),
        "steps": sum(one.steps for one in tuned),
    }


def best(samples: Sequence[Sample], rewards: Sequence[float], least: float) -> list[Kept]:
    """Of each prompt and task the best sample, where it is right and better than the mean by `least`."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for at, one in enumerate(samples):
        groups[one.task, one.prompt].append(at)
    found = []
    for members in groups.values():
        share = mean_weights([samples[at].log_probability for at in members])
        mean = float(share @ np.array([rewards[at] for at in members]))
        top = max(members, key=lambda at: (rewards[at], samples[at].log_probability))
        if rewards[top] > FLOOR and rewards[top] - mean >= least:
            found.append(Kept(samples[top], min(rewards[top] - mean, 1.0)))
    return found


def _drawn(
    learner: Learner, sampler: Sampler, cases: Sequence[Case], hyper: Hyper, number: int
) -> list[Sample]:
    network = learner.engine()
    drawing = Drawing(samples=hyper.samples, temperature=hyper.temperature, most=hyper.most)
    return sampler.samples(network, cases, replace(drawing, seed=hyper.seed + 100_000 * (number + 1)))


def _composites(
    samples: Sequence[Sample], verdicts: Sequence[bool], cases: Sequence[Case]
) -> list[Composite | None]:
    """R of the bodies that are right."""
    found: list[Composite | None] = [None] * len(samples)
    bodies = [at for at, ok in enumerate(verdicts) if ok and samples[at].task == "body"]
    for at, one in zip(bodies, scores([item(samples[at], cases) for at in bodies]), strict=True):
        found[at] = one
    return found


def _reward(sample: Sample, verdict: bool, composite: Composite | None) -> float:
    if not verdict:
        return FLOOR
    return composite.value if composite is not None else 1.0


def _supervised(sampler: Sampler, hyper: Hyper, kept: int, rng: random.Random) -> list[Weighted]:
    """Examples of the synthesiser; bodies that are not right are left out."""
    wanted = max(int(hyper.mix * kept), hyper.least)
    cases = prompts(-(-wanted // 2), rng)
    golds = [(at, gold) for at, case in enumerate(cases) for gold in sampler.gold(case)]
    bodies = [(at, gold) for at, gold in golds if gold.task == "body"]
    written = [
        Sample("body", at, gold.source, gold.target, sampler.body(cases[at]), 0.0) for at, gold in bodies
    ]
    wrong = {at for (at, _), ok in zip(bodies, right(written, cases), strict=True) if not ok}
    limit = hyper.most + 1
    return [
        _example(g) for at, g in golds if (g.task == "reading" or at not in wrong) and len(g.target) <= limit
    ]


def _example(gold: Gold) -> Weighted:
    return Weighted(gold.source, gold.target)


def _summary(
    samples: Sequence[Sample],
    verdicts: Sequence[bool],
    rewards: Sequence[float],
    composites: Sequence[Composite | None],
) -> dict[str, Any]:
    """Shares and means: of the likeliest sample of each prompt, of the samples, of the prompts with any right one."""
    row: dict[str, Any] = {}
    for task in ("reading", "body"):
        groups: dict[int, list[int]] = defaultdict(list)
        for at, one in enumerate(samples):
            if one.task == task:
                groups[one.prompt].append(at)
        members = [at for group in groups.values() for at in group]
        first = [max(group, key=lambda at: samples[at].log_probability) for group in groups.values()]
        row |= {
            f"{task}/samples": len(members),
            f"{task}/right": _mean([float(verdicts[at]) for at in members]),
            f"{task}/likeliest": _mean([float(verdicts[at]) for at in first]),
            f"{task}/any": _mean([float(any(verdicts[at] for at in group)) for group in groups.values()]),
            f"{task}/R": _mean([rewards[at] for at in members]),
        }
    known = [one for one in composites if one is not None]
    return row | {
        "R": _mean([one.value for one in known]),
        "D": _mean([one.defects for one in known]),
        "P": _mean([one.performance for one in known]),
        "C": _mean([one.complexity for one in known]),
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def _line(row: dict[str, Any]) -> str:
    parts = [f"round {row['round']}"]
    if "R" in row:
        parts += [
            f"{task} right {100 * row[f'{task}/likeliest']:.0f} % likeliest, {100 * row[f'{task}/right']:.0f} % of samples, "
            f"{100 * row[f'{task}/any']:.0f} % any"
            for task in ("reading", "body")
        ]
        parts += [
            f"R {row['R']:.3f} (D {row['D']:.3f}, P {row['P']:.3f}, C {row['C']:.3f})",
            f"kept {row['kept']}",
        ]
    parts += [f"{row['supervised']} supervised", f"loss {row['loss']:.4f}", f"KL {row['kl']:.4f}"]
    return "; ".join([*parts, f"{row['seconds']:.0f} s"])


def _sampler(folder: Path) -> Sampler:
    try:
        return Sampler(folder)
    except OSError as problem:
        raise InputError(
            f"{folder}: no vocabulary ({problem.strerror})", hint="name the folder of examples with --data"
        ) from None


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.reinforce",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--weights", type=Path, required=True, help="folder with weights.npz, or a checkpoint.pt"
    )
    parser.add_argument("--data", type=Path, help="folder with tokenizer.json and words.json")
    parser.add_argument("--out", type=Path, default=Path("build/generator/reinforced"))
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--prompts", type=int, default=Hyper.prompts)
    parser.add_argument("--samples", type=int, default=Hyper.samples)
    parser.add_argument("--rate", type=float, default=Hyper.rate)
    parser.add_argument("--kl", type=float, default=Hyper.kl)
    parser.add_argument("--least", type=int, default=Hyper.least, help="supervised examples at least")
    parser.add_argument("--most", type=int, default=Hyper.most, help="tokens of a sample")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--supervised", action="store_true", help="the control: no samples")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    hyper = Hyper(
        prompts=options.prompts,
        samples=options.samples,
        most=options.most,
        least=options.least,
        rate=options.rate,
        kl=options.kl,
        supervised=options.supervised,
        seed=options.seed,
    )
    try:
        reinforce(
            options.weights,
            options.data,
            options.out,
            hyper,
            rounds=options.rounds,
            minutes=options.minutes,
            resume=options.resume,
            tell=lambda line: print(line, flush=True),
        )
    except KeyboardInterrupt:
        print(f"interrupted; the last whole round is in {options.out}", file=sys.stderr)
        raise SystemExit(130) from None
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
