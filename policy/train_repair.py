"""Train the ranker of repairs and mine its patterns: `passwright train repair --data DIR`.

Every pair of broken and fixed programs becomes one example: all candidates of the grammar and the patterns, and which of
them make the fixed program, or one of the changes that lead to it. The network learns by softmax over a pair's candidates.
Patterns that serve in training come from the other half of the problems, so that the network does not learn to trust what it
was mined from; those that ship come from all of them. Each shard of examples is a file; what was cut off goes on there.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import clang_diagnose, errors
from passwright.irgen.repair.edits import Candidate
from passwright.irgen.repair.features import BUCKETS, Clue, features
from passwright.irgen.repair.patterns import Patterns, changes
from passwright.irgen.repair.search import result_candidates, syntax_candidates
from passwright.irgen.tokens import read
from passwright.policy.repair_pairs import Pair, codeflaws, cpack, mutants, token_errors, tracer

SHARD = 100
"""Pairs of a file of examples."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class RepairHyper:
    """Of the networks.

    Attributes:
        kernels: generated kernels that are mutated, besides the suite's.
        mutants, tokens: defects and compile errors planted in each.
        negatives, sample: wrong candidates of a pair that are kept, and those of them that an epoch sees, drawn at random.
        width, units: of embedding and hidden layer.
        pairs: of each network at most, drawn at random.
        validation: one problem in so many decides how long is trained.
    """

    kernels: int = 250
    mutants: int = 5
    tokens: int = 3
    negatives: int = 300
    width: int = 24
    units: int = 24
    sample: int = 120
    epochs: int = 12
    patience: int = 2
    rate: float = 3e-3
    decay: float = 1e-2
    pairs: int = 2600
    validation: int = 8
    seed: int = 0


def training_pairs(data: Path | None, hyper: RepairHyper) -> list[Pair]:
    """All pairs that may be trained on, in a fixed order."""
    found: list[Pair] = []
    if data is not None:
        public = (*tracer(data), *codeflaws(data), *cpack(data))
        found += [one for one in public if one.split == "train"]
    found += mutants(hyper.kernels, hyper.mutants, held_out=False, seed=hyper.seed)
    found += token_errors(hyper.kernels, hyper.tokens, held_out=False, seed=hyper.seed)
    return found


def mode(pair: Pair) -> str:
    """Which network a pair is for."""
    return "result" if pair.compiles else "syntax"


def half(problem: str) -> int:
    """The fold of a problem."""
    return zlib.crc32(f"half {problem}".encode()) % 2


def key(text: str) -> str:
    """A text without its blanks: what compares programs."""
    return "".join(text.split())


def targets(pair: Pair) -> set[str]:
    """Texts, as keys, that a right candidate gives: the fixed program, and single changes on the way to it."""
    found = {key(pair.fixed)}
    source = read(pair.broken)
    after = read(pair.fixed)
    parts = changes([one.text for one in source.tokens], [one.text for one in after.tokens])
    if 1 < len(parts) <= 3:
        for part in parts:
            start = source.tokens[part.first].start if part.first < len(source.tokens) else len(pair.broken)
            end = source.tokens[part.last - 1].end if part.last > part.first else start
            found.add(key(pair.broken[:start] + " ".join(part.new) + pair.broken[end:]))
    return found - {key(pair.broken)}


def _example(pair: Pair, patterns: Patterns, hyper: RepairHyper) -> tuple[NDArray[np.uint16], int] | None:
    """(candidates, features) with the right ones first, and how many these are; None without a right one."""
    context = Context(read(pair.broken))
    clue = Clue()
    if pair.compiles:
        drawn: Iterable[Candidate] = result_candidates(context, patterns)
    else:
        found = errors(clang_diagnose(suffix=pair.suffix)(pair.broken))
        if not found:
            return None
        clue = Clue(found[0])
        drawn = syntax_candidates(context, found[0], patterns)
    wanted = targets(pair)
    lengths = {len(one) for one in wanted}
    right: list[Candidate] = []
    wrong: list[Candidate] = []
    base = len(key(pair.broken))
    for one in drawn:
        grows = sum(len(key(two.text)) - len(key(pair.broken[two.start : two.end])) for two in one.splices)
        fits = base + grows in lengths and key(one.apply(pair.broken)) in wanted
        (right if fits else wrong).append(one)
    if not right or not wrong:
        return None
    rng = random.Random(f"{hyper.seed}:{pair.origin}:{pair.defect}")
    wrong = rng.sample(wrong, min(hyper.negatives, len(wrong)))
    rows = features(context, [*right[:8], *wrong], clue).astype(np.uint16)
    return rows, len(right[:8])


def _shard(job: tuple[Sequence[Pair], dict[int, str], RepairHyper, Path]) -> int:
    """Examples of some pairs as a file; returns how many there are."""
    pairs, tables, hyper, path = job
    os.nice(10)
    patterns = {number: Patterns.from_json(text) for number, text in tables.items()}
    rows: list[NDArray[np.uint16]] = []
    sizes: list[int] = []
    rights: list[int] = []
    problems: list[str] = []
    for pair in pairs:
        found = _example(pair, patterns[1 - half(pair.problem)], hyper)
        if found is not None:
            rows.append(found[0])
            sizes.append(len(found[0]))
            rights.append(found[1])
            problems.append(f"{pair.source}:{pair.problem}")
    part = path.with_name(path.name + ".part.npz")
    flat = np.concatenate(rows) if rows else np.zeros((0, 1), np.uint16)
    np.savez_compressed(
        part,
        rows=flat,
        sizes=sizes,
        rights=rights,
        problems=np.array(problems, dtype=np.str_),
        tried=len(pairs),
    )
    part.replace(path)
    return len(rows)


@dataclass(frozen=True)
class Example:
    """A pair's candidates as features, the right ones first."""

    rows: NDArray[np.uint16]
    rights: int
    problem: str


def _read(path: Path) -> Iterator[Example]:
    with np.load(path) as arrays:
        at = 0
        rows = arrays["rows"]
        for size, rights, problem in zip(arrays["sizes"], arrays["rights"], arrays["problems"], strict=True):
            yield Example(rows[at : at + size], int(rights), str(problem))
            at += int(size)


class _Network(nn.Module):
    def __init__(self, hyper: RepairHyper) -> None:
        super().__init__()
        self.linear = nn.EmbeddingBag(BUCKETS, 1, mode="sum", padding_idx=0)
        self.embedding = nn.EmbeddingBag(BUCKETS, hyper.width, mode="sum", padding_idx=0)
        self.hidden = nn.Linear(hyper.width, hyper.units)
        self.out = nn.Linear(hyper.units, 1, bias=False)
        nn.init.zeros_(self.linear.weight)
        nn.init.normal_(self.embedding.weight, std=0.05)
        with torch.no_grad():
            self.embedding.weight[0] = 0

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        inner = torch.relu(self.hidden(self.embedding(rows)))
        score: torch.Tensor = self.linear(rows).squeeze(1) + self.out(inner).squeeze(1)
        return score

    def arrays(self, name: str) -> dict[str, NDArray[np.float16]]:
        """As ranker.Network wants them."""
        values = {
            "linear": self.linear.weight.squeeze(1),
            "embedding": self.embedding.weight,
            "hidden": self.hidden.weight.T,
            "bias": self.hidden.bias,
            "out": self.out.weight.squeeze(0),
        }
        return {f"{name}_{part}": value.detach().numpy().astype(np.float16) for part, value in values.items()}


def _loss(network: _Network, batch: Sequence[Example]) -> tuple[torch.Tensor, list[int]]:
    """Mean negative log of the right candidates' share, and the rank of the first right one of each."""
    flat = torch.from_numpy(np.concatenate([one.rows for one in batch]).astype(np.int64))
    scores = network(flat).split([len(one.rows) for one in batch])
    losses = [
        torch.logsumexp(score, 0) - torch.logsumexp(score[: one.rights], 0)
        for one, score in zip(batch, scores, strict=True)
    ]
    ranks = [
        int((score[one.rights :] > score[: one.rights].max()).sum())
        for one, score in zip(batch, scores, strict=True)
    ]
    return torch.stack(losses).mean(), ranks


def _thinned(example: Example, count: int, rng: random.Random) -> Example:
    """The example with so many wrong candidates."""
    wrong = range(example.rights, len(example.rows))
    kept = rng.sample(wrong, min(count, len(wrong)))
    return Example(example.rows[[*range(example.rights), *kept]], example.rights, example.problem)


def _fit(
    name: str, examples: Sequence[Example], hyper: RepairHyper, tell: Tell
) -> tuple[_Network, dict[str, float]]:
    torch.manual_seed(hyper.seed)
    rng = random.Random(hyper.seed)
    held = [one for one in examples if zlib.crc32(one.problem.encode()) % hyper.validation == 0]
    train = [one for one in examples if zlib.crc32(one.problem.encode()) % hyper.validation]
    network = _Network(hyper)
    optimiser = torch.optim.AdamW(network.parameters(), hyper.rate, weight_decay=hyper.decay)
    best, state, since = float("inf"), network.state_dict(), 0
    metrics: dict[str, float] = {}
    for epoch in range(hyper.epochs):
        rng.shuffle(train)
        network.train()
        for at in range(0, len(train), 32):
            loss, _ = _loss(network, [_thinned(one, hyper.sample, rng) for one in train[at : at + 32]])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        network.eval()
        with torch.no_grad():
            loss, ranks = _loss(network, held)
        value = float(loss)
        tell(
            f"{name}: epoch {epoch}: loss {value:.3f}, first of {hyper.negatives}: {np.mean(np.equal(ranks, 0)):.3f}"
        )
        if value < best:
            best, since = value, 0
            state = {part: values.clone() for part, values in network.state_dict().items()}
            metrics = {
                "examples": len(examples),
                "validation": len(held),
                "loss": round(value, 4),
                **{f"top{k}": round(float(np.mean(np.less(ranks, k))), 4) for k in (1, 5, 20)},
            }
        else:
            since += 1
            if since >= hyper.patience:
                break
    network.load_state_dict(state)
    return network, metrics


def train(data: Path | None, out: Path, hyper: RepairHyper, tell: Tell, *, jobs: int = 2) -> dict[str, Any]:
    """Mine, make examples, fit; writes `weights/` and `metrics.json` below `out` and returns the metrics.

    Raises InputError where the data sets are missing.
    """
    torch.set_num_threads(max(1, jobs))
    pairs = training_pairs(data, hyper)
    weights = out / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    (out / "examples").mkdir(exist_ok=True)
    arrays: dict[str, Any] = {}
    metrics: dict[str, Any] = {"hyper": asdict(hyper)}
    for name in ("syntax", "result"):
        mine = [one for one in pairs if mode(one) == name]
        random.Random(hyper.seed).shuffle(mine)
        mine = mine[: hyper.pairs]
        public = [
            (f"{one.source}:{one.problem}", one.broken, one.fixed)
            for one in mine
            if one.source not in ("mutant", "syntax")
        ]
        tables = {
            number: Patterns.mine(one for one in public if half(one[0].partition(":")[2]) == number).to_json()
            for number in (0, 1)
        }
        shipped = Patterns.mine(public)
        (weights / f"patterns_{name}.json").write_text(shipped.to_json(), encoding="utf-8")
        shards = [mine[at : at + SHARD] for at in range(0, len(mine), SHARD)]
        paths = [out / "examples" / f"{name}-{number}.npz" for number in range(len(shards))]
        missing = [
            (shard, tables, hyper, path)
            for shard, path in zip(shards, paths, strict=True)
            if not path.exists()
        ]
        tell(
            f"{name}: {len(mine)} pairs, {len(shipped.table)} patterns, {len(missing)} of {len(shards)} shards to make"
        )
        if missing:
            with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
                for number, count in enumerate(pool.map(_shard, missing)):
                    tell(f"{name}: shard {number}: {count} of {SHARD} pairs have a right candidate")
        fitted = out / f"{name}.npz"
        if missing or not fitted.exists():
            examples = [one for path in paths for one in _read(path)]
            network, told = _fit(name, examples, hyper, tell)
            made: dict[str, Any] = {
                **network.arrays(name),
                "metrics": json.dumps({**told, "pairs": len(mine)}),
            }
            np.savez(fitted, **made)
        with np.load(fitted) as saved:
            metrics[name] = json.loads(str(saved["metrics"]))
            arrays.update({part: saved[part] for part in saved.files if part != "metrics"})
        np.savez_compressed(weights / "ranker.npz", **arrays)
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics
