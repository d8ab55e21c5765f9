"""Asks the solver: is there an input on which the two functions differ, and which one?"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

import z3

from passwright.bench.tv.encode import Aliasing, Argument, Functions, Question, ask
from passwright.bench.tv.terms import bits, truth
from passwright.bench.tv.values import NULL, TooLarge, Unsupported

REPLAYABLE = 4096
"""Bytes that a buffer of a counterexample may have."""
SMALL = 64
"""Bytes that are tried first."""
REACH_SECONDS = 0.5
VACUITY_SECONDS = 3.0


def solve(source: Functions, target: Functions, entry: str, bound: int, seconds: float) -> dict[str, Any]:
    """The answer as plain data.

    "kind": "proved" ("unreached": headers of the target's loops that no input within the bound reaches),
    "counterexample" ("inputs", not yet replayed) or "unknown", with "reason".
    """
    deadline = monotonic() + seconds
    answer: dict[str, Any] = {}
    aliasing: Aliasing
    for aliasing in ("apart", "shared"):
        try:
            question = ask(source, target, entry, bound, aliasing)
        except (Unsupported, TooLarge) as error:
            size = isinstance(error, TooLarge)
            return _unknown(f"too large: {error}" if size else f"not covered: {error}")
        except RecursionError:
            return _unknown("too large: terms are nested too deeply")
        if aliasing == "shared" and not _may_overlap(question, source[entry]):
            break
        found = _decide(question, deadline, source[entry])
        if found["kind"] != "proved":
            if aliasing == "shared" and found["kind"] == "unknown":
                found["reason"] += " (where buffers overlap; where they lie apart it is proved)"
            return found
        if aliasing == "apart":
            empty = _check(question, [question.defined], min(VACUITY_SECONDS, deadline - monotonic()))
            if empty == z3.unsat:
                return _unknown("vacuous: no input is defined and within the bound")
            answer = {"kind": "proved", "reason": "", "unreached": _unreached(question, deadline)}
    return answer


def _unknown(reason: str) -> dict[str, Any]:
    return {"kind": "unknown", "reason": reason}


def _solver(seconds: float) -> z3.Solver:
    solver = z3.SolverFor("QF_UFBV")
    solver.set("timeout", max(1, int(seconds * 1000)))
    return solver


def _check(question: Question, terms: list[z3.BoolRef], seconds: float) -> z3.CheckSatResult:
    solver = _solver(seconds)
    solver.add(*question.assumptions, *terms)
    return solver.check()


def _decide(question: Question, deadline: float, function: Mapping[str, Any]) -> dict[str, Any]:
    wrong = z3.simplify(z3.And(question.defined, question.violation))
    if z3.is_false(wrong):
        return {"kind": "proved", "reason": ""}
    left = deadline - monotonic()
    if left <= 0:
        return _unknown("time: the encoding took all of it")
    solver = _solver(left)
    solver.add(*question.assumptions, question.defined, question.violation)
    result = solver.check()
    if result == z3.unsat:
        return {"kind": "proved", "reason": ""}
    if result == z3.unknown:
        return _unknown(f"time: the solver gave up ({solver.reason_unknown()})")
    if question.undef:
        return _unknown("unconfirmed: the source has undefined values, of which the proof tried one")
    shape = _readable(solver.model(), question)
    concrete = _replayable(question, max(1.0, deadline - monotonic()))
    if concrete is None:
        return {**_unknown("unconfirmed: a counterexample that no call can show (poison or large buffers)"), "inputs": shape}
    return {"kind": "counterexample", "reason": "", "inputs": concrete}


def _may_overlap(question: Question, function: Mapping[str, Any]) -> bool:
    """Whether two pointer arguments may point into one object, and whether that can matter."""
    plain = [a for a in question.arguments if a.place > NULL and question.world.objects[a.place].name == "shared"]
    return len(plain) > 1 and (question.written or bool(question.world.addressed - {NULL}))


def _unreached(question: Question, deadline: float) -> list[str]:
    found = []
    for name, condition in question.reached.items():
        left = min(REACH_SECONDS, deadline - monotonic())
        if z3.is_false(condition):
            found.append(name)
        elif left > 0 and not z3.is_true(condition):
            if _check(question, [question.defined, condition], left) == z3.unsat:
                found.append(name)
    return found


def _replayable(question: Question, seconds: float) -> dict[str, Any] | None:
    """A counterexample that a call can show: no poison in the arguments, small buffers."""
    plain = [z3.Not(truth(a.value.poison)) for a in question.arguments if not isinstance(a.value, tuple)]
    parts = [part for a in question.arguments if isinstance(a.value, tuple) for part in a.value]
    plain += [z3.Not(truth(part.poison)) for part in parts]
    for limit in (SMALL, REPLAYABLE):
        sizes = [
            z3.ULE(bits(place.size, 64), limit)
            for number, place in question.world.objects.items()
            if number in {a.place for a in question.arguments}
        ]
        solver = _solver(seconds / 2)
        solver.add(*question.assumptions, question.defined, question.violation, *plain, *sizes)
        if solver.check() == z3.sat:
            return _readable(solver.model(), question)
    return None


def _readable(model: z3.ModelRef, question: Question) -> dict[str, Any]:
    """Arguments and the bytes of objects, as the model has them."""

    def value(term: Any) -> int:
        if isinstance(term, int):
            return int(term)
        found = model.eval(term, model_completion=True)
        return int(z3.is_true(found)) if z3.is_bool(term) else int(found.as_long())

    objects: dict[str, dict[str, Any]] = {}
    for number, place in question.world.objects.items():
        if not place.visible:
            continue
        size = min(value(place.size), REPLAYABLE)
        known = question.world.known_bytes.get(number, set())
        looked_up = number in question.world.looked_up
        content = bytearray(size)
        for at in range(size):
            if at in known:
                content[at] = value(z3.BitVec(f"{place.name}[{at}]", 8))
            elif looked_up:
                content[at] = value(question.world.bytes_of(number)(z3.BitVecVal(at, 64)))
        is_global = place.name in question.world.globals
        objects[place.name] = {"size": value(place.size), "bytes": content.hex(), "global": is_global}
    return {"arguments": [_argument(one, question, value) for one in question.arguments], "objects": objects}


def _argument(one: Argument, question: Question, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "type": one.text}
    if one.place > NULL:
        _, place, offset = one.value.cases[0]
        described = question.world.objects[place]
        null = value(described.base) == 0 and value(offset) == 0
        return found | {"object": described.name, "offset": value(offset), "null": null}
    return found | {"value": _numbers(one.value, value)}


def _numbers(term: Any, value: Any) -> Any:
    return [_numbers(part, value) for part in term] if isinstance(term, tuple) else value(term.term)
