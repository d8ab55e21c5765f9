"""What `repair` fixes, by class of defect, on programs whose problems and families it was not trained on.

    python -m passwright.policy.evaluate_repair --data DIR --each 100 --most 250 --baseline 30

Sets: mutants of kernels of held-out families (compared with the original as everywhere, sanitized too), off-by-one bounds in
their nested loops, tokens changed in them (must compile; "exact": the original again), TRACER (as these), C-Pack-IPAs and
Codeflaws (shown examples must pass; then the held-out ones). The budget is a number of candidates, so that a busy machine
changes nothing. The baseline tries the same candidates of the grammar in its order, without mined patterns. Results are
appended to `--out`; a run that was cut off goes on there.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from passwright.bench.corpus.generate import generate
from passwright.bench.mutants.make import MARCH
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.repair.programs import Example, ProgramJudge
from passwright.bench.repair.reference import ReferenceJudge
from passwright.bench.repair.suspicion import suspicious
from passwright.bench.suite import load_suite
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import clang_diagnose, errors
from passwright.irgen.repair.ranker import Ranker
from passwright.irgen.repair.search import Repair, repair
from passwright.irgen.tokens import Edit, read
from passwright.passes.errors import PasswrightError
from passwright.policy.repair_pairs import (
    Pair,
    codeflaws,
    cpack,
    cpack_tests,
    mutants,
    sources,
    token_errors,
    tracer,
)
from passwright.policy.train_repair import key

OFF_BY_ONE = ("bound", "start", "index")
SETS = ("tracer", "syntax", "cpack", "codeflaws", "nested", "mutant")


@dataclass(frozen=True)
class Tried:
    """One program under one arm.

    Attributes:
        fixed: what was shown passes (it compiles, the examples pass, it equals the original's results).
        confirmed: held-out examples pass too; as `fixed` where there are none.
        exact: it is the fixed program, blanks aside.
        tried, seconds: candidates, and wall time on a machine that may be busy.
    """

    set: str
    origin: str
    defect: str
    arm: str
    fixed: bool
    confirmed: bool
    exact: bool
    tried: int
    seconds: float


def nested(kernels: int, each: int, seed: int = 1) -> Iterator[Pair]:
    """Off-by-one bounds, starts and indices planted in nested loops of held-out kernels."""
    from passwright.bench.mutants.statements import OPERATORS

    operators = [one for one in OPERATORS if one.name in OFF_BY_ONE]
    for origin, family, suffix, text in sources(kernels, held_out=True):
        source = read(text)
        context = Context(source)
        edits: list[Edit] = [edit for one in operators for edit in one.sites(source)]
        deep = [one for one in edits if _depth(context, one) >= 2]
        for edit in random.Random(f"{seed}:{origin}").sample(deep, min(each, len(deep))):
            yield Pair(
                "nested", family, "heldout", edit.apply(text), text, edit.operator, True, suffix, origin
            )


def _depth(context: Context, edit: Edit) -> int:
    start = edit.splices[0].start
    place = next((at for at, one in enumerate(context.source.tokens) if one.end >= start), 0)
    return context.depth[place]


def chosen(name: str, data: Path | None, count: int, seed: int) -> list[Pair]:
    """The programs of a set, drawn at random from its held-out split."""
    if name in ("mutant", "nested", "syntax"):
        drawn: Iterator[Pair]
        if name == "mutant":
            drawn = mutants(count, 2, held_out=True, seed=seed + 7)
        elif name == "nested":
            drawn = nested(2 * count, 2)
        else:
            drawn = token_errors(count, 2, held_out=True, seed=seed + 7)
        found = list(drawn)
    elif data is None:
        return []
    else:
        found = [
            one
            for one in {"tracer": tracer, "codeflaws": codeflaws, "cpack": cpack}[name](data)
            if one.split == "heldout"
        ]
    random.Random(seed).shuffle(found)
    return found


def attempt(
    pair: Pair, ranker: Ranker, most: int, tests: Sequence[Example], later: Sequence[Example]
) -> tuple[Repair, bool] | None:
    """The repair, and whether held-out tests confirm it; None when nothing is wrong with the program here."""
    diagnose = clang_diagnose(suffix=pair.suffix)
    broken = errors(diagnose(pair.broken))
    if pair.source in ("tracer", "syntax"):
        if not broken or errors(diagnose(pair.fixed)):
            return None
        found = repair(pair.broken, diagnose, None, seconds=1200, most=most, ranker=ranker)
        return found, found.status == "fixed"
    if pair.source in ("mutant", "nested"):
        with _original(pair) as judge:
            if broken or judge([pair.broken])[0].right:
                return None
            suspicion = judge.suspicious(pair.broken) if ranker.networks else {}
            found = repair(
                pair.broken, diagnose, judge, seconds=1200, most=most, ranker=ranker, suspicion=suspicion
            )
            return found, found.status == "fixed"
    if not tests or bool(broken) == pair.compiles:
        return None
    if not all(
        one.right for one in (ProgramJudge(tests)([pair.fixed])[0], ProgramJudge(later)([pair.fixed])[0])
    ):
        return None  # the set's own repair does not pass here
    shown = ProgramJudge(tests, seconds=2.0)
    suspicion = {}
    if not broken:
        if shown([pair.broken])[0].right:
            return None
        suspicion = dict(suspicious(pair.broken, shown)) if ranker.networks else {}
    found = repair(pair.broken, diagnose, shown, seconds=1200, most=most, ranker=ranker, suspicion=suspicion)
    confirmed = found.status == "fixed" and (not later or ProgramJudge(later)([found.text])[0].right)
    return found, confirmed


class _original:
    """The judge of a kernel's mutants, with the folder that holds its source."""

    def __init__(self, pair: Pair) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="passwright-repair-")
        kind, _, name = pair.origin.partition("/")
        kernel: Kernel
        if kind == "suite":
            suite = next(one for one in load_suite() if one.name == name)
            kernel, workload = suite.lower(march=MARCH), Workload.load(suite.workload)
        else:
            made = generate(int(name))
            kernel, workload = made.lower(Path(self._folder.name), march=MARCH), made.workload
        self._judge = ReferenceJudge(kernel, workload)

    def __enter__(self) -> ReferenceJudge:
        return self._judge.__enter__()

    def __exit__(self, *problem: Any) -> None:
        self._judge.close()
        self._folder.cleanup()


def examples_of(pair: Pair, cpack_examples: dict[str, list[Example]]) -> tuple[list[Example], list[Example]]:
    """Shown and held-out examples."""
    if pair.source == "cpack":
        every = cpack_examples.get(pair.problem, [])
        return every[::2], every[1::2]
    found = [(Example(f"test {n}", one.input, one.output), one.heldout) for n, one in enumerate(pair.tests)]
    return [one for one, held in found if not held][:10], [one for one, held in found if held][:10]


def evaluate(
    names: Sequence[str], data: Path | None, out: Path, each: int, most: int, *, baseline: int, seed: int = 0,
    ranker: Ranker | None = None, tell: Callable[[str], None] = print,
) -> list[Tried]:  # fmt: skip
    """Run what is missing in `out` and return all results."""
    out.parent.mkdir(parents=True, exist_ok=True)
    text = out.read_text() if out.exists() else ""
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    rows = [Tried(**line) for line in lines if "skipped" not in line]
    done = {(line["set"], line["origin"], line["defect"], line["arm"]) for line in lines}
    arms = [("ranked", ranker or Ranker.shipped())] + ([("baseline", Ranker.none())] if baseline else [])
    cpack_examples = cpack_tests(data) if data is not None else {}
    with out.open("a") as file:
        for name in names:
            counts: dict[str, int] = defaultdict(int)
            for one in rows:
                counts[one.arm] += one.set == name
            for pair in islice(chosen(name, data, each, seed), 4 * each):
                if counts["ranked"] >= each:
                    break
                shown, later = examples_of(pair, cpack_examples)
                for arm, order in arms:
                    if arm == "baseline" and counts[arm] >= baseline:
                        continue
                    if (name, pair.origin, pair.defect, arm) in done:
                        continue
                    identity = {"set": name, "origin": pair.origin, "defect": pair.defect, "arm": arm}
                    try:
                        found = attempt(pair, order, most, shown, later)
                    except PasswrightError as problem:
                        tell(f"{pair.origin}: {problem.message}")
                        found = None
                    if found is None:
                        file.write(json.dumps({**identity, "skipped": True}) + "\n")
                        file.flush()
                        break
                    result, confirmed = found
                    exact = result.status == "fixed" and key(result.text) == key(pair.fixed)
                    row = Tried(
                        **identity,
                        fixed=result.status == "fixed",
                        confirmed=confirmed,
                        exact=exact,
                        tried=result.tried,
                        seconds=round(result.seconds, 2),
                    )
                    rows.append(row)
                    counts[arm] += 1
                    file.write(json.dumps(asdict(row)) + "\n")
                    file.flush()
    return rows


def table(rows: Sequence[Tried], names: Sequence[str]) -> Table:
    """Shares with 95 % Wilson intervals by set, arm and class of defect."""
    shown = Table(
        "set", "class of defect", "arm", "programs", "fixed", "confirmed", "exact", "median tried", box=None
    )
    for name in names:
        for arm in ("ranked", "baseline"):
            mine = [one for one in rows if one.set == name and one.arm == arm]
            if mine:
                _add(shown, name, "all", arm, mine)
        by_class: dict[str, list[Tried]] = defaultdict(list)
        for one in rows:
            if one.set == name and one.arm == "ranked":
                by_class[one.defect[:40]].append(one)
        for defect in sorted(by_class, key=lambda one: -len(by_class[one]))[:16]:
            _add(shown, "", defect, "ranked", by_class[defect])
    return shown


def _add(shown: Table, name: str, defect: str, arm: str, rows: Sequence[Tried]) -> None:
    def share(count: int) -> str:
        found = Proportion(count, len(rows))
        return f"{100 * found.value:.0f} % ({100 * found.interval[0]:.0f} to {100 * found.interval[1]:.0f})"

    tried = sorted(one.tried for one in rows if one.fixed)
    shown.add_row(
        name, defect, arm, str(len(rows)), share(sum(one.fixed for one in rows)), share(sum(one.confirmed for one in rows)),
        share(sum(one.exact for one in rows)), str(tried[len(tried) // 2]) if tried else "",
    )  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.evaluate_repair", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--data", type=Path, help="folder with the public sets; without it our own kernels only"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/repair/evaluation.jsonl"), help="(%(default)s)"
    )
    parser.add_argument("--sets", default=",".join(SETS), help="(%(default)s)")
    parser.add_argument("--each", type=int, default=100, help="programs of a set (%(default)s)")
    parser.add_argument("--most", type=int, default=250, help="candidates of a program (%(default)s)")
    parser.add_argument("--weights", type=Path, help="folder of another ranker")
    parser.add_argument(
        "--baseline", type=int, default=0, help="so many of them without ranking as well (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    given = parser.parse_args(argv)
    names = [
        one
        for one in given.sets.split(",")
        if given.data is not None or one in ("mutant", "nested", "syntax")
    ]
    ranker = Ranker.load(given.weights) if given.weights else None
    rows = evaluate(
        names,
        given.data,
        given.out,
        given.each,
        given.most,
        baseline=given.baseline,
        seed=given.seed,
        ranker=ranker,
        tell=lambda line: print(line, file=sys.stderr),
    )
    Console(width=150).print(table(rows, names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
