"""From a requirement to a verified kernel: understand, write, test, and say what happened.

    generated = generate("Compute the dot product of two float arrays.")
    generated.source, generated.requirement, generated.judgement

Text is read as a formal program where it is one, and by the generator otherwise; what was not said is settled by stated
defaults. Candidates are written, the likeliest first, and judged against what the requirement means (bench/generated.py);
where that one is not right, the job goes on by a plan (generation_job.py) until one is. Where no candidate of the generator
is right, the rules that made its training data write one, and the result says so. Nothing of a text that is refused is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from passwright.bench.generated import Judge, Judgement
from passwright.generation_job import Candidate, Job, Origin
from passwright.irgen import binding, examples
from passwright.irgen.notation.parse import NotationError, parse
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.syntax import Program
from passwright.irgen.notation.text import program_text
from passwright.irgen.prototype import Language, Prototype, split
from passwright.irgen.requirement import Requirement
from passwright.passes.errors import InputError, PasswrightError, ToolchainError, VerificationError

LONGEST = 4000
"""Characters of a requirement."""
SURE = 0.5
"""A first reading that is less probable than this is reported as doubtful, with the next one."""
KNOWN = 0.05
"""Below this, nothing was understood."""
ENOUGH = 0.9
"""Once a text of the model is finished that has this probability, others that are being drawn beside it are given up."""
REFUSED = 0.7
"""Probability of the class that is refused from which on it is."""
_VERBS = {
    "optimise": ("asks to make code faster", "passwright optimize FILE"),
    "repair": ("asks to repair code", "passwright repair FILE"),
    "explain": ("asks for an explanation", "passwright explain FILE"),
    "test": ("asks for tests", "passwright reliability FILE --run"),
}


class Model(Protocol):
    """What understands and writes: the generator that ships, or another one in its place."""

    def intent(self, english: str) -> Mapping[str, float]: ...

    def parse(
        self, english: str, prototype: Prototype | None = None, k: int = 1, sure: float = ENOUGH
    ) -> Sequence[tuple[Program, float]]: ...

    def code(
        self,
        program: Program,
        language: Language,
        style: str,
        k: int = 1,
        on_token: Callable[[str], None] | None = None,
        sure: float = ENOUGH,
        greedy: bool = True,
    ) -> Sequence[tuple[str, float]]: ...


@dataclass(frozen=True)
class Reading:
    """A requirement as it was understood; `others` are the next readings, as notation with their probability."""

    requirement: Requirement
    others: tuple[tuple[str, float], ...] = ()

    @property
    def doubtful(self) -> bool:
        return self.requirement.confidence < SURE

    def to_json(self) -> dict[str, Any]:
        return {
            "notation": program_text(self.requirement.program),
            "assumptions": list(self.requirement.assumptions),
            "confidence": round(self.requirement.confidence, 4),
            "doubtful": self.doubtful,
            "other_readings": _others(self.others),
        }


@dataclass(frozen=True)
class Generated:
    """Attributes:
    candidates: all that were judged; the last one is `source`.
    seconds: wall time by phase: understand, write, judge, and until the kernel stood there.
    """

    requirement: Requirement
    source: str
    judgement: Judgement
    candidates: tuple[Candidate, ...]
    others: tuple[tuple[str, float], ...]
    seconds: Mapping[str, float]

    @property
    def origin(self) -> Origin:
        return self.candidates[-1].origin

    def to_json(self) -> dict[str, Any]:
        return {
            "requirement": self.requirement.to_json(),
            "source": self.source,
            "origin": self.origin,
            "verdict": self.judgement.kind,
            "tests": self.judgement.tests,
            "candidates": [
                {"origin": c.origin, "confidence": round(c.confidence, 4), "verdict": c.judgement.kind,
                 "message": c.judgement.message}
                for c in self.candidates
            ],
            "doubtful": self.requirement.confidence < SURE,
            "other_readings": _others(self.others),
            "seconds": {phase: round(value, 4) for phase, value in self.seconds.items()},
        }  # fmt: skip


def _others(readings: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"notation": text, "probability": round(p, 4)} for text, p in readings]


def generate(
    text: str | Requirement,
    *,
    model: Model | None = None,
    language: Language | None = None,
    style: str = "plain",
    samples: int = 10,
    sure: float = ENOUGH,
    rules: bool = True,
    on_reading: Callable[[Reading], None] = lambda reading: None,
    on_token: Callable[[str], None] | None = None,
    record: Path | None = None,
) -> Generated:
    """A kernel that does what `text` requires, tested.

    Args:
        model: default, the generator that ships.
        language: default, what the text or its prototype says, else C.
        samples: candidates of the generator at most; the first is the likeliest, the others are drawn if it is wrong.
        sure: of readings and of candidates that are drawn together, one that has this probability ends the drawing of the
            others; above 1: never.
        rules: whether the rules may write where no candidate of the generator is right.
        on_reading: told how the requirement was understood, before anything is written.
        on_token: told each piece of the likeliest candidate as it is written.
        record: a file for what each step of the job did, which later jobs are planned by (policy/episodes.py).

    Raises:
        InputError: a requirement that cannot be used: empty, too long, contradictory, no kernel, not understood.
        VerificationError: no candidate does what the requirement means.
    """
    started = monotonic()
    if isinstance(text, Requirement):
        reading = Reading(text)
        reading.requirement.check()
    else:
        reading = understand(text, model=model, language=language, sure=sure)
    requirement = reading.requirement
    on_reading(reading)
    understood = monotonic()
    with Judge(requirement) as judge:
        job = Job(requirement, judge, style, samples, sure, on_token, record)
        if samples and (writer := model or _shipped(rules)) is not None:
            job.run(writer)
        for source in _by_rules(requirement, style) if rules and not job.right else ():
            job.judged("rules", source, 0.0)
            if job.right:
                break
    written = job.candidates
    ended = monotonic()
    if not job.right:
        what = "; ".join(dict.fromkeys(f"{c.judgement.kind}: {c.judgement.message}" for c in written[:3]))
        raise VerificationError(
            f"none of {len(written)} candidates does what is required ({what or 'none was written'})",
            hint="look at the requirement with --show-requirement, correct it and give it back with --requirement FILE",
        )
    seconds = {
        "understand": understood - started,
        "write": ended - understood - job.judging,
        "judge": job.judging,
        "all": ended - started,
    }
    last = written[-1]
    return Generated(requirement, last.source, last.judgement, tuple(written), reading.others, seconds)


def understand(
    text: str, *, model: Model | None = None, language: Language | None = None, sure: float = ENOUGH
) -> Reading:
    """The requirement that `text` states.

    Raises:
        InputError: see `generate`.
    """
    _check_text(text)
    english, prototype = split(text)
    program = _as_notation(english)
    if program is not None:
        return Reading(_required(program, text, prototype, language, 1.0))
    if prototype is None and not english.strip():
        raise InputError("the requirement says nothing", hint="say what the kernel computes")
    model = model or shipped()
    _check_intent(model.intent(english))
    readings: list[tuple[Requirement, float]] = []
    problem: PasswrightError | None = None
    words, _ = examples.read(english)  # examples are tests, not words
    for program, probability in model.parse(words, prototype, 4, sure):
        try:
            requirement = _required(program, text, prototype, language, probability)
        except PasswrightError as error:
            problem = problem or error
            continue
        readings.append((requirement, probability))
    if not readings:
        raise _not_understood([], "" if problem is None else problem.message)
    first, probability = readings[0]
    others = tuple((program_text(r.program), p) for r, p in readings[1:])
    if probability < KNOWN and not first.examples:
        raise _not_understood([(program_text(r.program), p) for r, p in readings])
    return Reading(first, others)


def shipped() -> Model:
    """The generator that comes with the package.  Raises ToolchainError where what it needs is not installed."""
    from passwright.irgen.generator.generator import Generator

    return Generator.load()


def _shipped(rules: bool) -> Model | None:
    """The generator; None where what it needs is not installed and the rules may write in its place."""
    try:
        return shipped()
    except ToolchainError:
        if rules:
            return None
        raise


def _check_text(text: str) -> None:
    if not text.strip():
        raise InputError(
            "the requirement is empty", hint='say what the kernel computes, as in "sum of the array x"'
        )
    if len(text) > LONGEST:
        raise InputError(
            f"the requirement has {len(text)} characters, more than {LONGEST}",
            hint="say what one function computes; leave out what is around it",
        )
    if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        raise InputError("the requirement has control characters in it", hint="give plain text")


def _as_notation(text: str) -> Program | None:
    """The program, if the text is meant to be one: an assignment, and `for` followed by a declaration."""
    head, found, tail = text.partition(" for ")
    if not found or "=" not in head:
        return None
    try:
        return parse(text.strip())
    except NotationError:
        from passwright.irgen.notation.syntax import TYPES

        if tail.strip().split("[")[0].split(" ")[0] in (*TYPES, "out", "inout", "return", "size"):
            raise
        return None


def _required(
    program: Program, text: str, prototype: Prototype | None, language: Language | None, confidence: float
) -> Requirement:
    """The whole requirement, if it holds together and its own examples come out."""
    requirement = Requirement.of(
        program, english=text, prototype=prototype, language=language, confidence=confidence
    )
    requirement.check()
    resolve(requirement.program)
    return requirement


def _check_intent(intents: Mapping[str, float]) -> None:
    likeliest = max(intents, key=lambda name: intents[name])
    if likeliest == "refuse" and intents["refuse"] >= REFUSED:
        raise InputError(
            "this asks for no kernel that Passwright writes",
            hint='kernels compute numbers, arrays and strings from others, as in "count the values above a threshold"',
        )
    if likeliest in _VERBS and intents[likeliest] >= REFUSED:
        what, verb = _VERBS[likeliest]
        raise InputError(f"this {what}, and generate writes new kernels", hint=verb)


def _not_understood(readings: Sequence[tuple[str, float]], why: str = "") -> InputError:
    shown = "".join(f"\n  perhaps: {text} (probability {p:.2f})" for text, p in readings[:3])
    return InputError(
        f"the requirement was not understood{f' ({why})' if why else ''}{shown}",
        hint="say it in other words, or in the formal notation (docs/notation.md), which the lines above are in",
    )


def _by_rules(requirement: Requirement, style: str) -> Iterator[str]:
    """What the rules write, the wanted style first."""
    from passwright.irgen.synthesis.emit import STYLES, emit

    program, language = requirement.program, requirement.language
    for one in sorted(STYLES[language], key=lambda one: one != style):
        yield binding.bind(requirement, emit(program, language, one))
