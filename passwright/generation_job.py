"""A generation job: candidates of the generator until one is right, each next action chosen by the tool planner.

    zero-shot    the likeliest text
    regenerate   texts drawn at random, one batch, judged until one is right
    repair       the wrong candidate that came nearest, by irgen/repair with the same judge
    validate     other tests for a kernel that repair has fitted to these
    stop         the kernel is given out, or the rules have to write it

The planner (policy/planner.py) is asked only where there is a choice; a first candidate that is right costs nothing more.
Until there are enough records of generation jobs, it follows its fixed schedule. What each action did can be recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol

from passwright.bench.generated import STANDARDS, Judge, Judgement
from passwright.irgen import binding
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from passwright.irgen.notation.syntax import Program
    from passwright.irgen.prototype import Language
    from passwright.irgen.repair.search import Judged
    from passwright.irgen.requirement import Requirement
    from passwright.policy.episodes import State
    from passwright.policy.planner import Planner

Origin = Literal["generator", "repair", "rules"]
BUDGET = 30.0
"""Seconds that a job may go on looking for a kernel of the generator's."""
REPAIR_SECONDS = 5.0
REPAIR_TRIES = 80
RIGHT = 1.0
"""Worth of a right kernel over none, on the planner's scale, the logarithm of a gain."""


class Writer(Protocol):
    """What writes bodies: the generator, or another model in its place."""

    def code(
        self,
        program: Program,
        language: Language,
        style: str,
        k: int = 1,
        on_token: Callable[[str], None] | None = None,
        sure: float = 0.9,
        greedy: bool = True,
    ) -> Sequence[tuple[str, float]]: ...


@dataclass(frozen=True)
class Candidate:
    """One source that was written, and what came of it; `confidence` is the model's probability of its text."""

    origin: Origin
    source: str
    confidence: float
    judgement: Judgement


@dataclass
class Job:
    """Attributes:
    candidates: all that were judged; the last one is right if any is.
    judging: seconds spent on judging and repair.
    """

    requirement: Requirement
    judge: Judge
    style: str
    samples: int
    sure: float = 0.9
    on_token: Callable[[str], None] | None = None
    record: Path | None = None
    candidates: list[Candidate] = field(default_factory=list)
    judging: float = 0.0

    def run(self, model: Writer) -> None:
        """Look for a kernel that is right among what `model` writes."""
        started = monotonic()
        done: list[str] = []
        steps: list[tuple[str, State, State | None, float, float]] = []
        state = self._state(1.0, done)
        while (action := self._next(state, done)) != "stop":
            worth, before = self._worth(), monotonic()
            _ACTIONS[action](self, model)
            done.append(action)
            share = (monotonic() - before) / BUDGET
            after = self._state(1 - (monotonic() - started) / BUDGET, done)
            steps.append((action, state, after, self._worth() - worth, share))
            state = after
        steps.append(("stop", state, None, 0.0, 0.0))
        if self.record is not None:
            with suppress(InputError):  # a folder that cannot be written to costs the record, not the kernel
                _record(self.record, self.requirement.function, steps)

    @property
    def right(self) -> bool:
        return bool(self.candidates) and self.candidates[-1].judgement.right

    # -- the job as the planner sees it ------------------------------------------------------------

    def _state(self, left: float, done: Sequence[str]) -> State:
        from passwright.policy.episodes import State

        repaired = self.right and self.candidates[-1].origin == "repair" and "validate" not in done
        return State.of(
            "generation",
            compiles=any(one.judgement.kind != "does not compile" for one in self.candidates),
            verified=self.right,
            ratio=1.0,
            left=max(left, 0.0),
            doubt=2 if not done else int(repaired or not self.right),
        )

    def _worth(self) -> float:
        return RIGHT if self.right else 0.0

    def _next(self, state: State, done: Sequence[str]) -> str:
        from passwright.policy.episodes import legal

        can = {"zero-shot", "validate"}
        if self.samples > 1 and "regenerate" not in done:  # the same seed would draw the same again
            can.add("regenerate")
        if "repair" not in done and any(one.source for one in self.candidates):
            can.add("repair")
        possible = [one for one in legal(state) if one in can]
        if not possible:
            return "stop"
        if not done:
            return "zero-shot"
        return planner(self.record).choose(state, done, can)

    # -- the actions ---------------------------------------------------------------------------------

    def _zero_shot(self, model: Writer) -> None:
        self._judged(self._written(model, 1, self.on_token), "generator")

    def _regenerate(self, model: Writer) -> None:
        self._judged(self._written(model, self.samples - 1, None, greedy=False), "generator")

    def _repair(self, _: Writer) -> None:
        """Edits of the wrong candidate that came nearest; the signature stays."""
        from passwright.irgen.repair.diagnostics import clang_diagnose
        from passwright.irgen.repair.search import Judged, each, repair

        base = max(self.candidates, key=_nearness)
        head = binding.signature(self.requirement).text
        judged: dict[str, Judgement] = {}

        def verdict(text: str) -> Judged:
            if head not in text:
                return Judged(False, 0.0, "another signature")
            judged[text] = found = self.judge(text)
            return Judged(found.right, _share(found), found.message)

        before = monotonic()
        language = self.requirement.language
        diagnose = clang_diagnose(
            suffix=".c" if language == "c" else ".cpp", flags=[f"-std={STANDARDS[language]}"]
        )
        found = repair(base.source, diagnose, each(verdict), seconds=REPAIR_SECONDS, most=REPAIR_TRIES)
        self.judging += monotonic() - before
        if found.status == "fixed":
            self.candidates.append(Candidate("repair", found.text, base.confidence, judged[found.text]))

    def _validate(self, _: Writer) -> None:
        """Inputs that the repair has not seen."""
        before = monotonic()
        last = self.candidates[-1]
        with Judge(self.requirement, seed=2) as other:
            found = other(last.source)
        own = last.judgement
        passed, tests = own.passed + found.passed, own.tests + found.tests
        self.candidates[-1] = replace(last, judgement=replace(found, passed=passed, tests=tests))
        self.judging += monotonic() - before

    def _written(
        self, model: Writer, count: int, on_token: Callable[[str], None] | None, *, greedy: bool = True
    ) -> Iterable[tuple[str, float]]:
        program, language = self.requirement.program, self.requirement.language
        for body, confidence in model.code(program, language, self.style, count, on_token, self.sure, greedy):
            with suppress(InputError):  # a body that cannot be put under the requirement's signature is none
                yield binding.bind(self.requirement, body), confidence

    def _judged(self, written: Iterable[tuple[str, float]], origin: Origin) -> None:
        """Judge one after the other, until one is right."""
        for source, confidence in written:
            self.judged(origin, source, confidence)
            if self.right:
                break

    def judged(self, origin: Origin, source: str, confidence: float) -> None:
        """Judge a source, once."""
        if any(source == one.source for one in self.candidates):
            return
        before = monotonic()
        self.candidates.append(Candidate(origin, source, confidence, self.judge(source)))
        self.judging += monotonic() - before


_ACTIONS: dict[str, Callable[[Job, Writer], None]] = {
    "zero-shot": Job._zero_shot,
    "regenerate": Job._regenerate,
    "repair": Job._repair,
    "validate": Job._validate,
}


@cache
def planner(records: Path | None) -> Planner:
    """From the generation jobs that ship and those recorded; without tuning jobs, whose tables cost time."""
    from passwright.policy import episodes
    from passwright.policy.planner import Planner

    known = episodes.read([episodes.shipped(), *([records] if records else [])])
    return Planner([one for one in known if one.before.kind == "generation"])


def _share(judgement: Judgement) -> float:
    return judgement.passed / max(judgement.tests, 1)


def _nearness(candidate: Candidate) -> tuple[bool, float, float]:
    """What compiles before what does not, then by the tests passed before the first that failed."""
    judgement = candidate.judgement
    return judgement.kind != "does not compile", _share(judgement), candidate.confidence


def _record(path: Path, job: str, steps: Sequence[tuple[str, State, State | None, float, float]]) -> None:
    from passwright.bench.machine import this_machine
    from passwright.policy import episodes
    from passwright.policy.planner import PRICE

    cpu = this_machine().cpu
    episodes.record(
        path,
        [
            episodes.Transition(job, before, action, after, gained - PRICE * share, share, BUDGET, cpu)
            for action, before, after, gained, share in steps
        ],
    )
