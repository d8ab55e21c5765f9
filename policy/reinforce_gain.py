"""What reinforcement brought: networks before and after on the same held-out sentences, in pairs.

    python -m passwright.policy.reinforce_gain --before A --after B [--control C] --splits phrasing composition --n 200

A, B and C are folders that `Generator.load` reads, C trained by the control (`reinforce.py --supervised`). `reading`: the
likeliest reading means the same as the true program and takes the same arguments; `pass@1`: the likeliest body of that
reading, compiled and run against the true program's meaning. Differences in percentage points with a bootstrap interval
over sentences (95 %, paired), and the p of McNemar's exact test. Rows go to `--out` as they come; the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from passwright.irgen.generator.decode import Drawing
from passwright.irgen.generator.evaluate import Case, draw_cases
from passwright.irgen.generator.inference import Network
from passwright.irgen.synthesis.check import check
from passwright.passes.json_lines import append_line, read_lines
from passwright.policy.reinforce_samples import Sampler, item, same

MEASURES = ("reading", "pass@1")
_BLOCK = 25
"""Sentences that are judged together."""


@dataclass(frozen=True)
class Difference:
    """Of two networks on the same sentences.

    Attributes:
        before, after: shares right. low, high: of after - before.
        won, lost: sentences that only the second, only the first had right. p: of McNemar's exact test.
    """

    count: int
    before: float
    after: float
    low: float
    high: float
    won: int
    lost: int
    p: float


def difference(
    before: Sequence[bool], after: Sequence[bool], *, seed: int = 0, draws: int = 10_000
) -> Difference:
    """Paired: both in the order of the same sentences."""
    one, two = np.asarray(before, np.float64), np.asarray(after, np.float64)
    count = len(one)
    won, lost = int(((two - one) > 0).sum()), int(((one - two) > 0).sum())
    rng = np.random.default_rng(seed)
    means = rng.multinomial(count, [1 / count] * count, draws) @ (two - one) / count
    low, high = np.quantile(means, (0.025, 0.975))
    return Difference(
        count, float(one.mean()), float(two.mean()), float(low), float(high), won, lost, mcnemar(won, lost)
    )


def mcnemar(won: int, lost: int) -> float:
    """Two-sided p of as uneven a split of the sentences that differ, were both sides as likely."""
    total = won + lost
    tail = sum(comb(total, k) for k in range(min(won, lost) + 1)) / float(2**total)
    return float(min(1.0, 2 * tail))


def verdicts(sampler: Sampler, network: Network, cases: Sequence[Case], most: int) -> list[dict[str, bool]]:
    """What is right of the likeliest reading and body of each sentence; `most`: tokens of each."""
    drawing = Drawing(most=most)
    read = [some[0].program if some else None for some in sampler.readings(network, cases, drawing)]
    asked = [(at, program, cases[at]) for at, program in enumerate(read) if program is not None]
    bodies = [some[0] for some in sampler.bodies(network, asked, drawing) if some]
    found = [
        {"reading": program is not None and same(case.program, program), "pass@1": False}
        for case, program in zip(cases, read, strict=True)
    ]
    for body, right in zip(bodies, check([item(body, cases) for body in bodies]), strict=True):
        found[body.prompt]["pass@1"] = right.right
    return found


def compare(
    networks: Mapping[str, Path],
    splits: Sequence[str],
    count: int,
    out: Path,
    *,
    seed: int,
    most: int,
    minutes: float,
) -> list[dict[str, Any]]:
    """Evaluate as many sentences as time allows, appended to `out`; a row for each split, measure and later network."""
    loaded = {name: (Sampler(path), Network.load(path / "weights.npz")) for name, path in networks.items()}
    known = {(row["split"], row["at"]): row for row in read_lines(out)}
    end = monotonic() + 60 * minutes
    drawn = {split: draw_cases(split, count, seed) for split in splits}  # type: ignore[arg-type]
    for start in range(0, count, _BLOCK):  # splits by turns, so that a run cut off has some of each
        for split, cases in drawn.items():
            block = [at for at in range(start, min(start + _BLOCK, len(cases))) if (split, at) not in known]
            if not block or monotonic() > end:
                continue
            right = {name: verdicts(*one, [cases[at] for at in block], most) for name, one in loaded.items()}
            for place, at in enumerate(block):
                row = {"split": split, "at": at, **{name: right[name][place] for name in loaded}}
                append_line(out, row)
                known[split, at] = row
            print(f"{split}: {block[-1] + 1}", file=sys.stderr, flush=True)
    return table(list(known.values()), list(networks), splits)


def table(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], splits: Sequence[str]
) -> list[dict[str, Any]]:
    """Differences of each network to the first one, by split and for all together."""
    found = []
    for split in (*splits, "all"):
        own = [row for row in rows if split in ("all", row["split"])]
        for measure in MEASURES if own else ():
            for name in names[1:]:
                result = difference([r[names[0]][measure] for r in own], [r[name][measure] for r in own])
                found.append({"split": split, "measure": measure, "network": name, **vars(result)})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.reinforce_gain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--after", type=Path, required=True)
    parser.add_argument("--control", type=Path)
    parser.add_argument("--splits", nargs="+", default=["phrasing", "composition"],
                        choices=("validation", "phrasing", "composition", "family"))  # fmt: skip
    parser.add_argument("--n", type=int, default=200, help="sentences of each split")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--most", type=int, default=256, help="tokens of a reading or body")
    parser.add_argument("--minutes", type=float, default=1e6, help="then no more sentences")
    parser.add_argument("--out", type=Path, default=Path("build/generator/gain.jsonl"))
    options = parser.parse_args()
    networks = {"before": options.before, "after": options.after}
    if options.control:
        networks["control"] = options.control
    found = compare(
        networks,
        options.splits,
        options.n,
        options.out,
        seed=options.seed,
        most=options.most,
        minutes=options.minutes,
    )
    for row in found:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
