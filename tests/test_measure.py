"""Timings, ratios, sequential measurement and the export."""

from __future__ import annotations

import dataclasses
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright.bench.answers import Fault, TimeResult
from passwright.bench.call import Call, Scalar
from passwright.bench.machine import Machine, _warnings, this_machine
from passwright.bench.measure import Ratio, Timing, claims_gain, measure, write_pyperf
from passwright.bench.runner import Runner
from passwright.irgen.clang import find_clang
from passwright.passes.errors import InputError, VerificationError

HERE = Machine("a CPU", 2)


def noisy(center: float, count: int, seed: int, spread: float = 0.02) -> list[float]:
    source = random.Random(seed)
    return [center * (1 + abs(source.gauss(0, spread))) for _ in range(count)]


positive = st.floats(1e-9, 1e3)


@pytest.mark.tiny
@given(st.lists(positive, min_size=1, max_size=40))
def test_a_timing_keeps_its_samples(samples: list[float]) -> None:
    timing = Timing.of(samples, HERE)
    assert timing.samples == tuple(samples)
    assert min(samples) <= timing.low <= timing.high <= max(samples)
    assert timing.low <= timing.median <= timing.high or len(samples) < 6
    assert timing == Timing.of(samples, HERE)


@pytest.mark.tiny
@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=40), st.sampled_from([0.5, 2.0, 1024.0]))
def test_ratios(pairs: list[tuple[float, float]], scale: float) -> None:
    base, other = (Timing.of([pair[side] for pair in pairs], HERE) for side in (0, 1))
    ratio = Ratio.of(base, other)
    assert ratio.low <= ratio.value <= ratio.high
    assert ratio.value == base.median / other.median
    # Slower clocks change nothing.
    slower = [Timing.of([scale * sample for sample in timing.samples], HERE) for timing in (base, other)]
    assert Ratio.of(*slower) == ratio
    assert not claims_gain(Ratio.of(base, base))


@pytest.mark.tiny
def test_intervals_hold_what_they_promise() -> None:
    """Of many comparisons of equals, about one in twenty excludes 1; a real gain is found."""
    wrong = 0
    for trial in range(200):
        base, other = (Timing.of(noisy(1.0, 15, 2 * trial + side), HERE) for side in (0, 1))
        ratio = Ratio.of(base, other)
        wrong += not ratio.low <= 1 <= ratio.high
    assert wrong <= 24
    base, other = Timing.of(noisy(1.1, 15, 1), HERE), Timing.of(noisy(1.0, 15, 2), HERE)
    ratio = Ratio.of(base, other)
    assert claims_gain(ratio) and ratio.low < 1.1 < ratio.high + 0.05


@pytest.mark.tiny
def test_drift_that_hits_both_does_not_widen_the_interval() -> None:
    drift = [1 + round_ / 10 for round_ in range(15)]
    base = Timing.of([2 * slow for slow in drift], HERE)
    other = Timing.of(drift, HERE)
    assert Ratio.of(base, other) == Ratio(2.0, 2.0, 2.0)


@pytest.mark.tiny
def test_few_samples_claim_nothing() -> None:
    for count in (1, 2, 3):
        ratio = Ratio.of(Timing.of([2.0] * count, HERE), Timing.of([1.0] * count, HERE))
        assert (ratio.value, ratio.low, ratio.high) == (2.0, 0.0, math.inf)
        assert not claims_gain(ratio)
    four = Ratio.of(Timing.of([2.0, 2.2, 2.1, 2.0], HERE), Timing.of([1.0, 1.1, 1.0, 1.0], HERE))
    assert four.low == pytest.approx(2.0 / 1.1) and claims_gain(four)
    # A variant that was dropped early has fewer samples: only pairs count.
    uneven = Ratio.of(Timing.of([1.0] * 20, HERE), Timing.of([1.0] * 3, HERE))
    assert uneven.high == math.inf
    with pytest.raises(InputError):
        Timing.of([], HERE)


class Scripted:
    """A stand-in for the runner where the question is which measurements are asked for."""

    def __init__(self, speeds: dict[str, float], status: str = "ok") -> None:
        self.speeds, self.status, self.asked = speeds, status, list[int]()

    def time(self, names: Sequence[str], call: Call, *, samples: int, seed: int, **_: object) -> TimeResult:
        self.asked.append(samples)
        if self.status != "ok":
            return TimeResult("crashed", {}, {}, fault=Fault("null", access="read"))
        found = {
            name: noisy(self.speeds[name], samples, seed + 1000 * place) for place, name in enumerate(names)
        }
        return TimeResult("ok", found, dict.fromkeys(names, 1))


CALL = Call("f", (), {}, "void")


@pytest.mark.tiny
def test_measuring_goes_on_while_undecided() -> None:
    clear = Scripted({"a": 2.0, "b": 1.0})
    comparison = measure(clear, "a", "b", CALL, samples=15, max_samples=60)  # type: ignore[arg-type]
    assert clear.asked == [15] and claims_gain(comparison.ratio)
    undecided = Scripted({"a": 1.0, "b": 1.0})
    comparison = measure(undecided, "a", "b", CALL, samples=15, max_samples=50)  # type: ignore[arg-type]
    assert undecided.asked == [15, 15, 15, 5] and len(comparison.baseline.samples) == 50
    assert comparison.ratio.low <= 1 <= comparison.ratio.high
    late = Scripted({"a": 1.0, "b": 1.0})
    measure(late, "a", "b", CALL, deadline=0.0)  # type: ignore[arg-type]
    assert late.asked == [15]
    with pytest.raises(VerificationError, match="null pointer"):
        measure(Scripted({}, "crashed"), "a", "b", CALL)  # type: ignore[arg-type]


@pytest.mark.tiny
def test_measuring_real_variants(tmp_path: Path) -> None:
    source = tmp_path / "k.c"
    objects = {}
    for name, rounds in (("slow", 40), ("fast", 1)):
        source.write_text(
            f"void f(int n) {{ for (volatile int i = 0; i < {rounds} * n; ++i); }}\n"
            "void __pw_call_f(void **slots, void *result) { f(*(int *)slots[0]); }"
        )
        subprocess.run([*find_clang().argv, "-O1", "-c", "-o", str(tmp_path / name), str(source)], check=True)
        objects[name] = (tmp_path / name).read_bytes()
    call = Call("f", (Scalar("i32", 500, "n"),), {}, "void")
    with Runner() as runner:
        for name, data in objects.items():
            runner.load(name, [data], "f")
        comparison = measure(runner, "slow", "fast", call, min_sample=1e-4)
    assert len(comparison.baseline.samples) == len(comparison.candidate.samples) >= 15
    assert all(sample > 0 for sample in comparison.baseline.samples)
    # Forty times the work: no noise of this world turns that round.
    assert claims_gain(comparison.ratio)


@pytest.mark.tiny
def test_the_machine_is_described() -> None:
    machine = this_machine()
    assert machine.cpu and machine.cpus >= 1 and machine.memory > 0 and machine.kernel.startswith("Linux")
    # Load and warnings change from minute to minute; the machine does not.
    assert machine == dataclasses.replace(machine, load=99.0, warnings=())


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("machine", "load", "expected"),
    [
        (Machine(governor="powersave", cpus=8), 0.0, "cpupower frequency-set -g performance"),
        (Machine(turbo="on", cpus=8), 0.0, "sudo tee"),
        (Machine(cpus=2), 4.0, "load average is 4.0 on 2 CPUs"),
        (Machine(virtual=True, cpus=2), 0.0, "virtual machine"),
        (Machine(governor="performance", turbo="off", cpus=8), 1.0, None),
    ],
)
def test_warnings_name_the_remedy(machine: Machine, load: float, expected: str | None) -> None:
    found = _warnings(machine, load)
    assert len(found) == (expected is not None)
    assert expected is None or expected in found[0]


def test_pyperf_compares_the_export(tmp_path: Path) -> None:
    pytest.importorskip("pyperf", reason="pyperf is not installed")
    files = []
    for name, center in (("base", 3e-3), ("new", 1e-3)):
        files.append(str(tmp_path / f"{name}.json"))
        write_pyperf(Path(files[-1]), {"gemm": Timing.of(noisy(center, 15, 3), this_machine())})
    command = [sys.executable, "-m", "pyperf", "compare_to", *files]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "3.00x faster" in run.stdout
    shown = subprocess.run(
        [sys.executable, "-m", "pyperf", "stats", files[0]], capture_output=True, text=True
    )
    assert "Number of values" in shown.stdout or "Total number of values: 15" in shown.stdout, shown.stderr


@pytest.mark.tiny
def test_an_unwritable_export_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="cannot write the timings"):
        write_pyperf(tmp_path / "taken", {"gemm": Timing.of([1.0], HERE)})
    with pytest.raises(InputError, match="cannot write the timings"):
        write_pyperf(tmp_path / "missing" / "file.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
