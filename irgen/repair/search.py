"""Try candidates until one verifies or the budget ends.

    found = repair(text, clang_diagnose(), judge, seconds=20)

A source that does not compile is mended first: candidates for the first error, best first; one that leaves fewer errors is a
step on the way. What compiles is judged. A wrong result then goes through the candidates of the grammar and the mined
patterns in the order of the ranker, and last through pairs: candidates on top of those that came nearest.

The judge is a callable over a batch of sources and knows what right means: tests, a reference, a requirement. `each` makes
one of a function of a single source. It runs what may be hostile, and is where containment belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic
from typing import Literal

import numpy as np

from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import Diagnose, Diagnostic, errors
from passwright.irgen.repair.edits import Candidate, line_of
from passwright.irgen.repair.features import Clue
from passwright.irgen.repair.grammar import expressions
from passwright.irgen.repair.patterns import Patterns
from passwright.irgen.repair.ranker import Ranker
from passwright.irgen.repair.statements import statements
from passwright.irgen.repair.syntax import compile_error, window
from passwright.irgen.tokens import read

BATCH = 12
"""Candidates that are judged together."""
JOBS = 2
"""Compilers at a time."""
DEEPEST = 6
"""Edits of a compile error's repair at most."""
_WIDE = (60, 300, 3000)
"""Candidates of one compile error that are compiled, in rounds: the next begins when one has found nothing."""
_CERTAIN = 6.0
"""Added to the score of a missing header or prototype: such candidates exist only where the name is a known one."""
_SUSPICION = 1.5
"""Weight of a line's suspicion beside the ranker's score."""
_LARGEST = 200_000
"""Characters of a source that is edited."""


@dataclass(frozen=True)
class Judged:
    """What a judge says of a source.

    Attributes:
        right: whether it is what is wanted.
        score: how near it came, 0 to 1: the share of tests that pass, say.
        evidence: a sentence.
    """

    right: bool
    score: float = 0.0
    evidence: str = ""


Judge = Callable[[Sequence[str]], Sequence[Judged]]


def each(judge: Callable[[str], Judged]) -> Judge:
    """A judge of batches from one of single sources."""
    return lambda sources: [judge(one) for one in sources]


@dataclass(frozen=True)
class Applied:
    """An edit of a repair: its class, its line in the source it was made on, its sentence."""

    kind: str
    line: int
    why: str


@dataclass(frozen=True)
class Repair:
    """What came out.

    Attributes:
        status: "unchanged" (nothing was wrong), "fixed", or "failed".
        text: the fixed source; the given one unless fixed.
        edits: in the order in which they were made.
        evidence: the judge's sentence, or what was wrong in the end.
        tried: candidates that were compiled.
        seconds: it took.
    """

    status: Literal["unchanged", "fixed", "failed"]
    text: str = field(repr=False)
    edits: tuple[Applied, ...] = ()
    evidence: str = ""
    tried: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class _State:
    text: str
    edits: tuple[Applied, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    score: float = 0.0


def syntax_candidates(
    context: Context, error: Diagnostic, patterns: Patterns | None = None
) -> Iterator[Candidate]:
    """Candidates for a compile error, each text once."""
    drawn = compile_error(context, error)
    if patterns is not None:
        yield from _distinct(_both(drawn, patterns.candidates(context, window(context, error))))
    else:
        yield from _distinct(drawn)


def result_candidates(context: Context, patterns: Patterns | None = None) -> Iterator[Candidate]:
    """Candidates for a wrong result, each text once."""
    drawn = _both(expressions(context), statements(context))
    if patterns is not None:
        drawn = _both(drawn, patterns.candidates(context, context.places))
    yield from _distinct(drawn)


def _both(one: Iterable[Candidate], two: Iterable[Candidate]) -> Iterator[Candidate]:
    yield from one
    yield from two


def _distinct(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Each change once: the grammar's class wins, the patterns' prior is kept."""
    found: dict[tuple[object, ...], Candidate] = {}
    for one in candidates:
        change = tuple((splice.start, splice.end, splice.text.strip()) for splice in one.splices)
        known = found.get(change)
        if known is None:
            found[change] = one
        elif one.prior and not known.prior:
            found[change] = Candidate(known.kind, known.place, known.splices, known.why, one.prior)
    yield from found.values()


def repair(
    text: str,
    diagnose: Diagnose,
    judge: Judge | None = None,
    *,
    seconds: float = 20.0,
    most: int | None = None,
    suspicion: Mapping[int, float] | None = None,
    ranker: Ranker | None = None,
    tell: Callable[[str], None] | None = None,
) -> Repair:
    """Repair a source.

    Args:
        text: of the source.
        diagnose: the compiler (diagnostics.py).
        judge: what is right; None: what compiles.
        seconds: of wall time; a batch under way is finished.
        most: candidates that are compiled at most.
        suspicion: by line from 1, 0 to 1: how likely the defect is there (coverage of failing runs, a sanitizer's report).
        ranker: default is the shipped one.
        tell: takes a line of progress.

    Raises what `diagnose` and `judge` raise.
    """
    return _Search(
        text, diagnose, judge, (seconds, most), suspicion or {}, ranker or Ranker.shipped(), tell
    ).run()


def _nearer(text: str, before: Sequence[Diagnostic], changed: str, after: Sequence[Diagnostic]) -> bool:
    """Whether a change is a step: fewer errors, or as many and the first one further on, or another one in its place."""
    if len(after) != len(before):
        return len(after) < len(before)
    left, right = _behind(text, before[0]), _behind(changed, after[0])
    return right < left or (right <= left + 2 and before[0].pattern != after[0].pattern)


def _behind(text: str, error: Diagnostic) -> int:
    """Characters from an error's place to the end."""
    lines = text.split("\n")[max(error.line - 1, 0) :]
    return sum(len(line) + 1 for line in lines) - error.column


class _Search:
    def __init__(
        self,
        text: str,
        diagnose: Diagnose,
        judge: Judge | None,
        budget: tuple[float, int | None],
        suspicion: Mapping[int, float],
        ranker: Ranker,
        tell: Callable[[str], None] | None,
    ) -> None:
        self.text, self.diagnose, self.judge = text, diagnose, judge
        self.started = monotonic()
        self.end = self.started + budget[0]
        self.most = 1 << 62 if budget[1] is None else budget[1]
        self.suspicion, self.ranker = suspicion, ranker
        self.tell = tell or (lambda line: None)
        self.tried = 0
        self.seen: set[str] = {text}

    def run(self) -> Repair:
        if len(self.text) > _LARGEST or "\0" in self.text:
            return self._result("failed", evidence=f"longer than {_LARGEST} characters, or no text at all")
        start = _State(self.text, (), self.diagnose(self.text))
        broken = errors(start.found)
        if broken:
            self.tell(f"line {broken[0].line}: {broken[0].message}")
            return self._compile(start)
        if self.judge is None:
            return self._result("unchanged", evidence="it compiles, and nothing says what it should compute")
        judged = self.judge([self.text])[0]
        if judged.right:
            return self._result("unchanged", evidence=judged.evidence)
        self.tell(f"wrong: {judged.evidence}")
        return self._results([_State(self.text, (), start.found, judged.score)], judged.evidence)

    def _result(
        self, status: Literal["unchanged", "fixed", "failed"], state: _State | None = None, evidence: str = ""
    ) -> Repair:
        text = state.text if state is not None else self.text
        edits = state.edits if state is not None else ()
        return Repair(status, text, edits, evidence, self.tried, monotonic() - self.started)

    @property
    def over(self) -> bool:
        return monotonic() >= self.end or self.tried >= self.most

    # -- compile errors ---------------------------------------------------------------------------

    def _compile(self, start: _State) -> Repair:
        """Rounds of growing width."""
        for wide in _WIDE:
            found = self._round(start, wide)
            if found.status == "fixed" or self.over:
                break
        return found

    def _round(self, start: _State, wide: int) -> Repair:
        """Best first over states by their errors."""
        warned = {one.pattern for one in start.found}
        queue = [start]
        compiled: list[_State] = []
        reason = f"line {errors(start.found)[0].line}: {errors(start.found)[0].message}"
        while queue and not self.over:
            queue.sort(key=lambda one: (len(errors(one.found)), len(one.edits)))
            state = queue.pop(0)
            if len(state.edits) >= DEEPEST:
                continue
            for after in self._steps(state, wide):
                if errors(after.found):
                    if len(queue) < 40:
                        queue.append(after)
                    continue
                quiet = all(one.pattern in warned for one in after.found)
                compiled.append(after)
                if quiet or len(compiled) >= 4:
                    ended = self._accept(compiled)
                    if ended is not None:
                        return ended
                    compiled = []
            if compiled and (ended := self._accept(compiled)) is not None:
                return ended
            compiled = []
        return self._result("failed", evidence=reason)

    def _accept(self, compiled: Sequence[_State]) -> Repair | None:
        """The first of these that is right, quiet ones first."""
        ordered = sorted(compiled, key=lambda one: len(one.found))
        if self.judge is None:
            return self._result("fixed", ordered[0], "it compiles")
        judged = self.judge([one.text for one in ordered])
        for one, verdict in zip(ordered, judged, strict=True):
            if verdict.right:
                return self._result("fixed", one, verdict.evidence)
        best = max(zip(ordered, judged, strict=True), key=lambda both: both[1].score)
        if not self.over:
            half = self.end
            self.end = min(self.end, monotonic() + max(0.0, self.end - monotonic()) / 2)
            found = self._results(
                [_State(best[0].text, best[0].edits, best[0].found, best[1].score)], best[1].evidence
            )
            self.end = half
            return found if found.status == "fixed" else None
        return None

    def _steps(self, state: _State, wide: int) -> Iterator[_State]:
        """States one edit on: what leaves fewer errors, or the first one further down, as it is found."""
        before = errors(state.found)
        context = Context(read(state.text))
        drawn = list(syntax_candidates(context, before[0], self.ranker.patterns.get("syntax")))
        scores = self.ranker.rank(context, drawn, Clue(before[0]))
        scores = scores + np.array(
            [_CERTAIN if one.kind in ("include", "prototype") else 0.0 for one in drawn]
        )
        order = sorted(range(len(drawn)), key=lambda number: -scores[number])
        made = self._made(state, context, (drawn[number] for number in order))
        size = 2 * JOBS
        with ThreadPoolExecutor(JOBS) as pool:
            compiled = 0
            while compiled < wide and not self.over:
                batch = list(islice(made, size))
                if not batch:
                    return
                compiled += len(batch)
                self.tried += len(batch)
                for one, found in zip(
                    batch, pool.map(lambda one: self.diagnose(one.text), batch), strict=True
                ):
                    if _nearer(state.text, before, one.text, errors(found)):
                        yield _State(one.text, one.edits, found)

    def _made(self, state: _State, context: Context, candidates: Iterable[Candidate]) -> Iterator[_State]:
        """New texts with the edit that made them."""
        for one in candidates:
            text = one.apply(state.text)
            if text not in self.seen:
                self.seen.add(text)
                applied = Applied(one.kind, line_of(context.source, one), one.why)
                yield _State(text, (*state.edits, applied))

    # -- wrong results ----------------------------------------------------------------------------

    def _results(self, states: list[_State], reason: str) -> Repair:
        """Single edits of the first state, then edits on top of those that came nearest."""
        base = states[0].score
        nearest: list[_State] = []
        queue = list(states)
        while queue and not self.over:
            state = queue.pop(0)
            for after, judged in self._judged(state):
                if judged.right:
                    return self._result("fixed", after, judged.evidence)
                if judged.score > base:
                    nearest.append(_State(after.text, after.edits, (), judged.score))
            if not queue:
                nearest.sort(key=lambda one: (len(one.edits), -one.score))
                known = {one.text: one for one in nearest if len(one.edits) < 3}
                queue, nearest = list(known.values())[:6], []
        return self._result("failed", evidence=reason)

    def _judged(self, state: _State) -> Iterator[tuple[_State, Judged]]:
        assert self.judge is not None
        context = Context(read(state.text))
        drawn = list(result_candidates(context, self.ranker.patterns.get("result")))
        scores = self.ranker.rank(context, drawn, Clue())
        value = [
            float(score) + _SUSPICION * self.suspicion.get(line_of(context.source, one), 0.0)
            for one, score in zip(drawn, scores, strict=True)
        ]
        order = sorted(range(len(drawn)), key=lambda number: -value[number])
        self.tell(f"{len(drawn)} candidates")
        made = self._made(state, context, (drawn[number] for number in order))
        size = 4
        while not self.over:
            batch = list(islice(made, min(size, self.most - self.tried)))
            size = min(2 * size, BATCH)
            if not batch:
                return
            self.tried += len(batch)
            yield from zip(batch, self.judge([one.text for one in batch]), strict=True)
