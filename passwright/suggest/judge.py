"""Verify and time proposals against the original: same workload, same verification as recipes have (bench/verify.py).

Original and changed source are both built by -O3 and timed in alternation in one process. What needs several threads cannot
run in the runner, which has one: it is verified there by its stand-in, and timed as a program in the sandbox with gcc and
libgomp, where they are (openmp.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from passwright._native import Module
from passwright.bench.runner import Runner
from passwright.bench.verify import Effort, Verdict
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.irgen.repair.context import Context
from passwright.irgen.tokens import read
from passwright.judging import Given, find_workload, workload_judge
from passwright.passes.build import build_object
from passwright.passes.errors import CompileError, PasswrightError
from passwright.passes.recipe import O3
from passwright.policy.judge import WorkloadJudge
from passwright.suggest.algorithms import products, temporaries
from passwright.suggest.memoise import memoised
from passwright.suggest.openmp import time_threads
from passwright.suggest.parallel import independent
from passwright.suggest.proposal import Proposal, Suggestion
from passwright.suggest.searching import searches
from passwright.suggest.sorting import sorts

DEADLINE = 10.0
"""Seconds for measuring one proposal."""


def proposals(text: str, kernel: Kernel, workload: Workload | None) -> list[Proposal]:
    """Everything that is recognised in a kernel's source; nothing has run."""
    context = Context(read(text))
    found = [
        *products(context, workload),
        *temporaries(context),
        *sorts(context),
        *searches(context),
        *memoised(context, kernel),
        *independent(context, kernel, workload),
    ]
    return list({one.text: one for one in found}.values())


def suggest(
    source: Path,
    *,
    entries: Sequence[str] = (),
    workload: Given = None,
    flags: Sequence[str] = (),
    march: str = "native",
    budget: float = 60.0,
    tell: Callable[[str], None] | None = None,
) -> Iterator[Suggestion]:
    """Suggestions for a file's kernels, as they are verified.

    `budget`: seconds for each kernel's verification and measuring, roughly. Raises what lowering and inference raise.
    """
    say = tell or (lambda line: None)
    text = source.read_text(encoding="utf-8")
    for kernel in kernels(source, entries=entries, flags=flags, march=march):
        with Runner() as runner:
            found, _, notes = find_workload(kernel, workload, runner)
            for note in notes:
                say(f"{kernel.name}: {note}")
            drawn = proposals(text, kernel, found)
            say(f"{kernel.name}: {len(drawn)} proposals")
            if not drawn:
                continue
            judge = workload_judge(kernel, found, runner, effort=Effort.within(budget))
            failure = judge.prepare()
            if failure is not None:
                for one in drawn:
                    yield Suggestion(one, kernel.name, failure)
                continue
            judge.load("original", [_object(kernel)])
            for one in drawn:
                yield _judged(one, kernel, judge)


def _object(kernel: Kernel) -> bytes:
    return build_object(Module.parse(kernel.bitcode, kernel.name), {}, rest=O3)


def _lower(text: str, kernel: Kernel, folder: Path) -> Kernel:
    assert kernel.source is not None
    path = folder / kernel.source.name
    path.write_text(text, encoding="utf-8")
    include = f"-I{kernel.source.resolve().parent}"
    made = kernels(
        path, entries=(kernel.entry,), flags=(*kernel.flags, include, "-w"), march=kernel.march, debug=False
    )
    return replace(made[0], source=kernel.source)


def _judged(one: Proposal, kernel: Kernel, judge: WorkloadJudge) -> Suggestion:
    with tempfile.TemporaryDirectory(prefix="passwright-suggest-") as made:
        folder = Path(made)
        try:
            changed = _object(_lower(one.check or one.text, kernel, folder))
        except CompileError as error:
            return Suggestion(
                one, kernel.name, Verdict("unverifiable", f"it does not compile: {error.message}")
            )
        verdict = judge.check([changed])
        if not verdict.is_equal:
            return Suggestion(one, kernel.name, verdict)
        if one.openmp:
            ratio, note = time_threads(one.text, kernel, judge, folder)
            return Suggestion(one, kernel.name, verdict, ratio, note)
        try:
            judge.load("changed", [changed])
            return Suggestion(
                one, kernel.name, verdict, judge.compare("original", "changed", deadline=DEADLINE).ratio
            )
        except PasswrightError as error:
            return Suggestion(one, kernel.name, verdict, note=f"not measured: {error.message}")
        finally:
            judge.unload("changed")
