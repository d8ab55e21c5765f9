"""How repeated observations become one answer; needs no database."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlalchemy", reason="the extra `store` is not installed")

from store_support import KERNELS, MACHINE, observations, sampled, seen

from passwright.bench.machine import this_machine
from passwright.policy.experience import KEPT, ROUNDS, Observation, StoredKernel, kept, machine_hash, merge


@pytest.mark.tiny
@given(observations)
def test_json_round_trip(one: Observation) -> None:
    again = Observation.from_json(json.loads(json.dumps(one.to_json())))
    assert again == one
    assert again.digest == one.digest


@pytest.mark.tiny
@settings(deadline=None)
@given(st.lists(observations, min_size=1, max_size=24), st.data())
def test_merging_is_a_function_of_the_set(group: list[Observation], data: st.DataObject) -> None:
    group = [replace(one, kernel=KERNELS[0].hash, machine=machine_hash(MACHINE), recipe="") for one in group]
    cut = data.draw(st.integers(0, len(group)))
    shuffled = data.draw(st.permutations(group))
    step = kept([*kept(shuffled[:cut]), *shuffled[cut:], *shuffled[:cut]])
    assert step == kept(group)
    assert len(step) <= KEPT
    merge(step)


@pytest.mark.tiny
def test_terms_are_those_of_the_first_that_knows_them() -> None:
    new, old = seen(at=2.0, ir_complexity=5), seen(at=1.0, ir_complexity=4, maintainability=60.0)
    for order in permutations([new, old]):
        merged = merge(kept(order))
        assert (merged.ir_complexity, merged.maintainability, merged.defect_density) == (5, 60.0, None)


@pytest.mark.tiny
def test_observations_without_terms_are_as_they_were() -> None:
    """Their digests are those that version 2 of the tables holds."""
    one = seen(workload="w")
    assert not {"ir_complexity", "defect_density"} & set(one.to_json())
    for name, value in (("ir_complexity", 0), ("defect_density", -1.0), ("maintainability", float("nan"))):
        with pytest.raises(ValueError, match=name):
            replace(one, **{name: value})


@pytest.mark.tiny
def test_who_is_believed() -> None:
    old = seen(llvm="19.1.7", package="0.9.0", at=5.0, ratio=3.0)
    new = seen(llvm="19.1.7", package="0.10.0", at=1.0, ratio=2.0)
    different = seen(llvm="19.1.7", package="0.10.0", at=0.5, status="different", ratio=0.0, evidence="x[3]")
    for order in permutations([old, new]):
        merged = merge(kept(order))
        assert (merged.ratio, merged.repeats) == (
            2.0,
            1,
        )  # the newer version's, not pooled with the older one's
    for order in permutations([old, new, different]):
        merged = merge(kept(order))
        assert (merged.status, merged.ratio, merged.evidence) == ("different", 0.0, "x[3]")
    fixed = replace(new, llvm="20.1.0")
    assert merge(kept([old, new, different, fixed])).status == "ok"


@pytest.mark.tiny
def test_samples_are_pooled_by_round() -> None:
    """A machine that is half as fast in the second session changes nothing about the ratio."""
    one, two = sampled(2e-3, 1e-3, at=1.0), sampled(4e-3, 2e-3, at=2.0)
    merged = merge(kept([one, two]))
    assert merged.ratio == pytest.approx(2.0, rel=0.02)
    assert 1.9 < merged.low <= merged.ratio <= merged.high < 2.1
    assert (merged.rounds, merged.repeats) == (18, 2)
    assert merged.noise < 1.1
    disagreeing = merge(kept([one, sampled(3e-3, 1e-3, at=3.0)]))
    assert disagreeing.noise == pytest.approx(1.5, rel=0.1)
    assert len(sampled(1.0, 1.0, 200).baseline) == ROUNDS


def test_this_machine_is_one_machine() -> None:
    assert machine_hash(this_machine()) == machine_hash(
        replace(this_machine(), load=99.0, package="9", llvm="20")
    )


def test_a_real_kernel_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    from passwright._native import Module
    from passwright.irgen.frontend import kernels
    from passwright.locking import fingerprint

    source = tmp_path / "scale.c"
    source.write_text("void scale(int n, float *x) { for (int i = 0; i < n; i++) x[i] *= 2; }\n")
    (kernel,) = kernels(source)
    stored = StoredKernel.of(kernel, "columns")
    assert stored.hash == fingerprint(Module.parse(kernel.bitcode, "scale.c"), "scale")
    assert Module.parse(stored.bitcode, "stored").structural_hash() == stored.hash
    assert (stored.family, stored.language, len(stored.source)) == ("columns", "c", 32)
    assert stored.instructions > 5
