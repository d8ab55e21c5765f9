"""What was done, in sentences with evidence: counted remarks, costs of parts, the audit log and the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import locked, passwright

from passwright.bench.measure import Ratio
from passwright.explain import LeftOut, RemarkGroup, StepExplanation
from passwright.passes import audit
from passwright.passes.lock import load, update
from passwright.passes.recipe import Recipe
from passwright.rationale import LoopLine, Rationale, rationales
from passwright.tuning_report.facts import Facts
from passwright.tuning_report.page import _done

COST = Ratio(1.4, 1.38, 1.42)
LOOPS = (LoopLine("f", 10, 1), LoopLine("f", 14, 2))


def remark(
    pass_name: str, name: str, message: str, *places: str, count: int = 0, at_o3: bool = False
) -> RemarkGroup:
    return RemarkGroup("passed", pass_name, name, message, count or max(1, len(places)), places, at_o3)


def told(*remarks: RemarkGroup, whole: LeftOut | None = None, knobs: tuple[LeftOut, ...] = ()) -> list[str]:
    step = "function(licm)"
    return [one.sentence for one in rationales(step, "Moves code.", (9, 7), remarks, whole, knobs, LOOPS)]


@pytest.mark.tiny
def test_hoisted_instructions_are_counted_by_loop() -> None:
    loads = remark("licm", "Hoisted", "hoisting load", *(f"a.c:15:{column}" for column in range(6)))
    compares = remark("licm", "Hoisted", "hoisting icmp", "a.c:16:1")
    outer = remark("licm", "Hoisted", "hoisting fmul", "a.c:11:3")
    nowhere = remark("licm", "Hoisted", "hoisting load", "f", count=3)
    found = told(loads, compares, outer, nowhere, whole=LeftOut("function(licm)", COST))
    assert found[:3] == [
        "hoisted 6 loads and 1 comparison out of the loop at line 14; leaving the step out costs 1.40x (1.38 to 1.42)",
        "hoisted 1 multiplication out of the loop at line 10; leaving the step out costs 1.40x (1.38 to 1.42)",
        "hoisted 3 loads out of loops; leaving the step out costs 1.40x (1.38 to 1.42)",
    ]


@pytest.mark.tiny
def test_what_o3_does_too_is_no_merit_of_the_recipe() -> None:
    same = remark("licm", "Hoisted", "hoisting load", "a.c:15:1", at_o3=True)
    missed = RemarkGroup("missed", "licm", "X", "failed to hoist", 1, ("a.c:15:1",), False)
    assert told(same, missed) == ["Moves code (9 to 7 IR instructions)"]


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("pass_name", "name", "message", "sentence"),
    [
        (
            "loop-vectorize",
            "Vectorized",
            "vectorized loop (vectorization width: 8, interleaved count: 4)",
            "vectorised the loop at line 14: 8 elements at a time, 4 such in flight",
        ),
        (
            "loop-unroll",
            "PartialUnrolled",
            "unrolled loop by a factor of 4",
            "unrolled the loop at line 14: 4 turns in one",
        ),
        (
            "loop-unroll",
            "FullyUnrolled",
            "completely unrolled loop with 16 iterations",
            "unrolled the loop at line 14: all its 16 turns",
        ),
        ("inline", "Inlined", "'g' inlined into 'f' with (cost=-35)", "inlined g at line 14"),
        ("gvn", "LoadElim", "load of type i32 eliminated", "removed 1 load of known values at line 14"),
        (
            "loop-interchange",
            "Interchanged",
            "Loop interchanged",
            "swapped the loop at line 14 with the one around it",
        ),
        ("new-pass", "Done", "did something", "new-pass: did something at line 14"),
    ],
)
def test_what_passes_say(pass_name: str, name: str, message: str, sentence: str) -> None:
    assert told(remark(pass_name, name, message, "a.c:14:2")) == [sentence]


@pytest.mark.tiny
def test_the_cost_is_that_of_the_knob_that_the_pass_answers_to() -> None:
    step = "default<O3> [enable-loopinterchange=true slp-threshold=3 unroll-runtime=true]"
    knobs = (
        LeftOut("enable-loopinterchange=true", Ratio(2.0, 1.9, 2.1)),
        LeftOut("slp-threshold=3", Ratio(1.0, 1.0, 1.0), same_code=True),
        LeftOut("unroll-runtime=true", Ratio(0.8, 0.79, 0.81)),
    )
    whole = LeftOut(step, Ratio(170.0, 160.0, 180.0))
    swapped = remark("loop-interchange", "Interchanged", "Loop interchanged", "a.c:14:2")
    deleted = remark("loop-delete", "Invariant", "Loop deleted", "a.c:10:2")
    remarks = [swapped, deleted]
    found = [one.sentence for one in rationales(step, "All of -O3.", (9, 7), remarks, whole, knobs, LOOPS)]
    first, second, third, fourth = found
    assert first == "All of -O3 (9 to 7 IR instructions); leaving it out costs 170.00x (160.00 to 180.00)"
    assert second.startswith(
        "swapped the loop at line 14 with the one around it; leaving enable-loopinterchange=true"
    )
    assert second.endswith("out costs 2.00x (1.90 to 2.10)")
    assert third == "set unroll-runtime=true; leaving it out would gain 1.25x (1.23 to 1.27)"
    assert (
        fourth == "removed 1 loop without effect at line 10"
    )  # what -O3 itself is worth is no evidence for a pass


@pytest.mark.tiny
def test_a_cost_that_was_not_measured_is_not_claimed() -> None:
    did = remark("licm", "Hoisted", "hoisting load", "a.c:15:1")
    step = "function(licm)"
    assert told(did)[0].endswith("line 14")
    assert "the same without the step" in told(did, whole=LeftOut(step, Ratio(1, 1, 1), same_code=True))[0]
    assert "not known (crashed)" in told(did, whole=LeftOut(step, problem="crashed"))[0]
    assert "no difference that was measured" in told(did, whole=LeftOut(step, Ratio(1.01, 0.98, 1.03)))[0]


@pytest.mark.tiny
def test_a_source_patch_is_said_in_the_same_way() -> None:
    patch = Rationale.of_patch("memoise", "kept the results of fib at line 3", line=3, effect=COST)
    assert patch.sentence == "kept the results of fib at line 3; leaving it out costs 1.40x (1.38 to 1.42)"
    assert (patch.kind, patch.part) == ("patch", "memoise")
    assert Rationale.of_patch("memoise", "kept them").sentence == "kept them"


def test_what_was_done_is_in_the_output_and_once_in_the_audit_log(tmp_path: Path) -> None:
    path = locked(tmp_path)
    lock = tmp_path / "passwright.lock"
    (entry,) = load(lock).entries
    recipe = Recipe.parse("default<O3> [enable-loopinterchange=true loop-interchange-threshold=-100]")
    update(lock, [entry._replace(recipe=recipe)])

    def lines() -> list[audit.Decision]:
        log = audit.read(str(tmp_path / "passwright.audit.jsonl")).decisions
        return [one for one in log if one.what == "explained"]

    quick = passwright("explain", path, "--no-time", folder=tmp_path)
    first = lines()
    assert first and all(one.why and not one.human and one.recipe == recipe.hash() for one in first)
    assert f"- {first[0].why[:40]}" in quick.stdout

    (told,) = json.loads(passwright("explain", path, "--json", folder=tmp_path).stdout)
    assert told["steps"][0]["done"][0]["sentence"] in told["rationale"]
    timed = lines()[len(first) :]
    assert [one.why for one in timed] == told["rationale"]  # it says more: what parts are worth
    assert any("run time without" in one.evidence for one in timed)

    passwright("explain", path, "--no-time", folder=tmp_path)
    passwright("explain", path, "--no-record", "--no-time", folder=tmp_path)
    assert lines() == [*first, *timed]  # nothing new was said


@pytest.mark.tiny
def test_the_report_has_the_sentences() -> None:
    done = tuple(Rationale("s", "pass", f"did <{number}>") for number in range(14))
    step = StepExplanation("s", "", True, 0.1, (9, 7), (), None, (), done)
    shown = _done(Facts(steps=(step,)))
    assert "What was done" in shown and "did &lt;13&gt;" in shown and "2 more" in shown
    assert _done(Facts()) == ""
