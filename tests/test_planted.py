"""A cut of the planted-defect test: one defect of each class, two sources, some right builds.

The whole of it is `python -m passwright.bench.planted`.
"""

from __future__ import annotations

from itertools import groupby
from random import Random

import pytest

from passwright.bench.planted.__main__ import main, table
from passwright.bench.planted.defects import Defect, by_hand, mutants, sources
from passwright.bench.planted.find import Found, look_at, look_for, right_builds
from passwright.bench.suite import load_suite
from passwright.bench.workload import Workload
from passwright.passes.worker import WorkerPool

KERNELS = ("axpy", "classify", "largest", "quotients")


@pytest.mark.tiny
def test_a_hundred_defects_are_planted_and_their_edits_apply() -> None:
    planted = [*by_hand(), *mutants()]
    assert len(by_hand()) >= 40 and len(planted) + len(sources()) >= 100
    for defect in planted:
        assert defect.wrong != defect.source.read_text() and defect.witness
    assert len({(one.source, one.edits) for one in planted}) == len(planted)


@pytest.mark.parametrize("name", KERNELS)
def test_defects_of_small_kernels_are_proven_and_found(name: str) -> None:
    defects = [one for one in by_hand() if one.source.stem == name]
    assert len(defects) >= 3
    for found in look_for(defects):
        assert found.found and found.proof, found


def test_a_mutant_of_the_suite_is_found() -> None:
    first: Defect = mutants()[0]
    _, group = next(groupby(mutants(), key=lambda one: one.source))
    assert next(iter(group)) == first
    assert look_for([first])[0].found


@pytest.mark.parametrize("kind", ["signed overflow", "use after free"])
def test_sources_without_a_meaning_are_reported(kind: str) -> None:
    (source,) = (one for one in sources() if one.name == kind)
    found = look_at(source)
    assert found.found and "undefined behaviour" in found.evidence


def test_right_builds_raise_no_alarm() -> None:
    (item,) = (one for one in load_suite() if one.name == "csr_matvec")
    with WorkerPool(1) as pool:
        built = right_builds("csr", item.lower(), Workload.load(item.workload), 3, Random(1), pool)
    assert len(built) == 3 and not any(one.alarm for one in built), built


@pytest.mark.tiny
def test_the_table_counts_by_class(capsys: pytest.CaptureFixture[str]) -> None:
    found = [Found("a", "NaN", True, ""), Found("b", "NaN", False, "", "x[1]"), Found("c", "sign", True, "")]
    lines = table(found).splitlines()
    assert lines[2] == "| NaN | 2 | 1 | 1 |" and lines[-1] == "| all | 3 | 2 | 1 |"
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "right builds" in capsys.readouterr().out
