"""Where the ranker puts the very fix that an author made, without running anything: a lower bound on what repair finds.

    python -m passwright.policy.repair_reach --data DIR --each 300

For held-out pairs: the share whose fixed program is one candidate away, and the share for which that candidate is among the
first 1, 20 and 200. Other repairs that pass the tests count for `evaluate_repair.py`, not here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from passwright.bench.reliability.proportion import Proportion
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import clang_diagnose, errors
from passwright.irgen.repair.features import Clue
from passwright.irgen.repair.ranker import Ranker
from passwright.irgen.repair.search import result_candidates, syntax_candidates
from passwright.irgen.tokens import read
from passwright.policy.evaluate_repair import SETS, chosen
from passwright.policy.repair_pairs import Pair
from passwright.policy.train_repair import key

FIRST = (1, 20, 200)


def place_of(pair: Pair, ranker: Ranker) -> int | None:
    """How many candidates come before the author's fix; -1 where none is it, None where the pair is none here."""
    context = Context(read(pair.broken))
    clue = Clue()
    if pair.compiles:
        drawn = list(result_candidates(context, ranker.patterns.get("result")))
    else:
        found = errors(clang_diagnose(suffix=pair.suffix)(pair.broken))
        if not found:
            return None
        clue = Clue(found[0])
        drawn = list(syntax_candidates(context, found[0], ranker.patterns.get("syntax")))
    wanted, base = key(pair.fixed), len(key(pair.broken))
    right = []
    for number, one in enumerate(drawn):
        grows = sum(len(key(two.text)) - len(key(pair.broken[two.start : two.end])) for two in one.splices)
        if base + grows == len(wanted) and key(one.apply(pair.broken)) == wanted:
            right.append(number)
    if not right:
        return -1
    scores = ranker.rank(context, drawn, clue)
    best = max(right, key=lambda number: scores[number])
    return int((scores > scores[best]).sum() + (scores[:best] == scores[best]).sum())


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.repair_reach", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--data", type=Path, help="folder with the public sets; without it our own kernels only"
    )
    parser.add_argument("--each", type=int, default=300, help="programs of a set (%(default)s)")
    parser.add_argument("--sets", default=",".join(SETS), help="(%(default)s)")
    given = parser.parse_args(argv)
    shown = Table("set", "arm", "programs", "within reach", *(f"first {k}" for k in FIRST), box=None)
    for name in given.sets.split(","):
        pairs = chosen(name, given.data, given.each, 0)[: given.each]
        for arm, ranker in (("ranked", Ranker.shipped()), ("baseline", Ranker.none())):
            ranks = [rank for pair in pairs if (rank := place_of(pair, ranker)) is not None]
            counts = [
                sum(rank >= 0 for rank in ranks),
                *(sum(0 <= rank < k for rank in ranks) for k in FIRST),
            ]
            shares = [Proportion(count, len(ranks)) for count in counts]
            cells = [
                f"{100 * one.value:.0f} % ({100 * one.interval[0]:.0f} to {100 * one.interval[1]:.0f})"
                for one in shares
            ]
            shown.add_row(name, arm, str(len(ranks)), *cells)
    Console(width=140).print(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
