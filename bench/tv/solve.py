"""Asks the solver: is there an input on which the two functions differ, and which one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event, Thread
from time import process_time
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


def solve(
    source: Functions,
    target: Functions,
    entry: str,
    bound: int,
    seconds: float,
    report: Callable[[dict[str, Any]], None] = lambda answer: None,
) -> dict[str, Any]:
    """The answer as plain data, within `seconds` of processor time where z3 listens.

    "kind": "proved" ("unreached": headers of the target's loops that no input was found to reach within the bound),
    "counterexample" ("inputs", not yet replayed) or "unknown", with "reason" and "bound". Small bounds come first:
    where time ends, what is proved by then is the answer, with the reason why it is not more. `report` gets what is
    proved on the way.
    """
    deadline = process_time() + seconds
    proved: dict[str, Any] | None = None
    for step in steps(bound):
        answer = _solve_at(source, target, entry, step, deadline) | {"bound": step}
        if answer["kind"] == "unknown" and proved is not None and answer["reason"].startswith(LACKING):
            return proved | {"reason": f"not to bound {step}: {answer['reason']}"}
        if answer["kind"] != "proved":
            return answer
        proved = answer
        report(proved)
    assert proved is not None
    return proved


LACKING = ("time: ", "too large: ", "memory: ")
"""Reasons that a smaller bound may not have."""


def steps(bound: int) -> list[int]:
    """1, 2, 4 … and the bound itself."""
    found = [bound]
    step = 1 << max(0, bound - 1).bit_length()
    while step > 1:
        step //= 2
        found.append(step)
    return sorted(set(found) - {0})


def _solve_at(
    source: Functions, target: Functions, entry: str, bound: int, deadline: float
) -> dict[str, Any]:
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
            empty = _check(question, [question.defined], min(VACUITY_SECONDS, deadline - process_time()))
            if empty == z3.unsat:
                return _unknown("vacuous: no input is defined and within the bound")
            answer = {"kind": "proved", "reason": "", "unreached": _unreached(question, deadline)}
    return answer


def _unknown(reason: str) -> dict[str, Any]:
    return {"kind": "unknown", "reason": reason}


def _run(solver: z3.Solver, seconds: float) -> z3.CheckSatResult:
    """Solve within seconds of processor time; z3's own limit is one of the clock on the wall."""
    done, end = Event(), process_time() + max(0.05, seconds)

    def watch() -> None:
        while not done.wait(0.05):
            if process_time() > end:
                solver.interrupt()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.check()
    finally:
        done.set()
        watcher.join()


def _check(question: Question, terms: Sequence[z3.BoolRef], seconds: float) -> z3.CheckSatResult:
    solver = z3.SolverFor("QF_UFBV")
    solver.add(*question.assumptions, *terms)
    return _run(solver, seconds)


def _decide(question: Question, deadline: float, function: Mapping[str, Any]) -> dict[str, Any]:
    wrong = z3.simplify(z3.And(question.defined, question.violation))
    if z3.is_false(wrong):
        return {"kind": "proved", "reason": ""}
    left = deadline - process_time()
    if left <= 0:
        return _unknown("time: the encoding took all of it")
    if _holds_abstractly(question, left / 2):
        return {"kind": "proved", "reason": ""}
    left = max(0.5, deadline - process_time())
    solver = z3.SolverFor("QF_UFBV")
    solver.add(*question.assumptions, question.defined, question.violation)
    result = _run(solver, left)
    if result == z3.sat and question.world.tables:  # so far they might have held anything
        solver.add(*question.world.contents())
        result = _run(solver, max(0.5, deadline - process_time()))
    if result == z3.sat and question.undefs:
        zeros = [term == (False if z3.is_bool(term) else 0) for term in question.undefs]
        if (
            _check(
                question, [question.defined, question.violation, *zeros], max(0.5, deadline - process_time())
            )
            == z3.unsat
        ):
            result = z3.unsat
    if result == z3.unsat:
        return {"kind": "proved", "reason": ""}
    if result == z3.unknown:
        return _unknown("time: the solver was not done")
    if question.undefs:
        return _unknown("unconfirmed: the source has undefined values, of which the proof tried one")
    shape = _readable(solver.model(), question)
    concrete = _replayable(question, max(1.0, deadline - process_time()))
    if concrete is None:
        return {
            **_unknown("unconfirmed: a counterexample that no call can show (poison or large buffers)"),
            "inputs": shape,
        }
    return {"kind": "counterexample", "reason": "", "inputs": concrete}


def _holds_abstractly(question: Question, seconds: float) -> bool:
    """Whether there is no counterexample even when values that both sides compute in the same way may be anything.

    The largest terms that both sides share and that depend on memory become variables. That allows more, so what
    holds then holds; and the solver need not look into multipliers that are the same on both sides.
    """
    parts = {}
    mine, theirs = _subterms(question.sides[0]), _subterms(question.sides[1])
    inputs: dict[int, bool] = {}
    shared = {
        number: term for number, term in mine.items() if number in theirs and not _on_inputs(term, inputs)
    }
    for number in _largest([*question.sides[0], *question.sides[1]], shared):
        term = shared[number]
        if term.num_args():
            parts[number] = (term, z3.FreshConst(term.sort(), "shared"))
    if not parts:
        return False
    terms = [
        z3.substitute(term, *parts.values())
        for term in (*question.assumptions, question.defined, question.violation)
    ]
    solver = z3.SolverFor("QF_UFBV")
    solver.add(*terms)
    return bool(_run(solver, seconds) == z3.unsat)


def _subterms(roots: Sequence[Any]) -> dict[int, z3.ExprRef]:
    found: dict[int, z3.ExprRef] = {}
    waiting = [root for root in roots if z3.is_ast(root)]
    while waiting:
        term = waiting.pop()
        if term.get_id() not in found:
            found[term.get_id()] = term
            waiting += term.children()
    return found


def _largest(roots: Sequence[Any], shared: Mapping[int, z3.ExprRef]) -> set[int]:
    """Those of the shared terms that are reached from above without passing another."""
    found: set[int] = set()
    seen: set[int] = set()
    waiting = [root for root in roots if z3.is_ast(root)]
    while waiting:
        term = waiting.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if term.get_id() in shared:
            found.add(term.get_id())
        else:
            waiting += term.children()
    return found


def _on_inputs(term: z3.ExprRef, known: dict[int, bool]) -> bool:
    """Whether a term is about arguments alone."""
    number = term.get_id()
    if number not in known:
        if z3.is_const(term):
            known[number] = not term.decl().name().endswith("]")
        else:
            kind = term.decl().kind()
            known[number] = kind != z3.Z3_OP_UNINTERPRETED and all(
                _on_inputs(c, known) for c in term.children()
            )
    return known[number]


def _may_overlap(question: Question, function: Mapping[str, Any]) -> bool:
    """Whether two pointer arguments may point into one object, and whether that can matter."""
    plain = [
        a for a in question.arguments if a.place > NULL and question.world.objects[a.place].name == "shared"
    ]
    return len(plain) > 1 and (question.written or bool(question.world.addressed - {NULL}))


def _unreached(question: Question, deadline: float) -> list[str]:
    """Headers of the target's loops that are not shown to be entered by some input within the bound."""
    found = []
    for name, condition in question.reached.items():
        if z3.is_true(condition):
            continue
        left = min(REACH_SECONDS, deadline - process_time())
        entered = (
            not z3.is_false(condition)
            and left > 0
            and _check(question, [question.defined, condition], left) == z3.sat
        )
        if not entered:
            found.append(name)
    return found


def _replayable(question: Question, seconds: float) -> dict[str, Any] | None:
    """A counterexample that a call can show: no poison in the arguments, small buffers."""
    plain = [z3.Not(truth(a.value.poison)) for a in question.arguments if not isinstance(a.value, tuple)]
    parts = [part for a in question.arguments if isinstance(a.value, tuple) for part in a.value]
    plain += [z3.Not(truth(part.poison)) for part in parts]
    # What shows in results is surer to be seen than what is merely undefined.
    for limit, more in ((SMALL, [question.clean]), (SMALL, []), (REPLAYABLE, [])):
        sizes = [
            z3.ULE(bits(place.size, 64), limit)
            for number, place in question.world.objects.items()
            if number in {a.place for a in question.arguments}
        ]
        solver = z3.SolverFor("QF_UFBV")
        solver.add(*question.assumptions, question.defined, question.violation, *plain, *sizes, *more)
        solver.add(*question.world.contents())
        if _run(solver, seconds / 3) == z3.sat:
            return _readable(solver.model(), question)
    return None


def _readable(model: z3.ModelRef, question: Question) -> dict[str, Any]:
    """Arguments and the bytes of objects, as the model has them."""

    def byte(term: Any, at: int) -> int:
        found = model.eval(term)
        return int(found.as_long()) if z3.is_bv_value(found) else (at * 37 + 11) & 255  # any will do

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
                content[at] = byte(z3.BitVec(f"{place.name}[{at}]", 8), at)
            elif looked_up:
                content[at] = byte(question.world.bytes_of(number)(z3.BitVecVal(at, 64)), at)
            else:
                content[at] = (at * 37 + 11) & 255
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
