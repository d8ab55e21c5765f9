"""Observations to put into stores, made up and drawn by hypothesis."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import strategies as st

from passwright.bench.machine import Machine
from passwright.policy.experience import ORIGINS, Observation, StoredKernel, machine_hash
from passwright.policy.outcome import STATUSES
from passwright.policy.store import Store

MACHINE = Machine(cpu="Test CPU", cpus=4, kernel="Linux 6")
OTHER = replace(MACHINE, cpus=8)
KERNELS = tuple(
    StoredKernel(f"{number:032x}", f"kernel{number}", family, "c", instructions=20, bitcode=b"BC" * 500)
    for number, family in enumerate(("stencils", "stencils", "sparse"))
)


def seen(kernel: int = 0, recipe: str = "default<O3>", **more: object) -> Observation:
    """An observation of a kernel by number."""
    values = {"status": "ok", "ratio": 1.5, "at": 1000.0, "machine": machine_hash(MACHINE)} | more
    return Observation(kernel=KERNELS[kernel].hash, recipe=recipe, **values)  # type: ignore[arg-type]


def sampled(baseline: float, candidate: float, count: int = 9, **more: object) -> Observation:
    """An observation with samples that wobble by a few per cent around two times."""
    wobble = [1 + 0.02 * math.sin(3 * number) for number in range(count)]
    base = tuple(baseline * one for one in wobble)
    return seen(ratio=baseline / candidate, baseline=base, candidate=(candidate,) * count, **more)


def recipes(count: int) -> list[str]:
    return [f"default<O3> [unroll-count={number}]" for number in range(count)]


def turn_of(number: int, turn: int) -> list[Observation]:
    """What the writer of this number puts in at once in one of its turns, and nobody else does."""
    own = recipes(20 * (turn + 1))[20 * turn :]
    return [seen(turn % 3, f"{recipe} | attr writer={number}") for recipe in own]


def fill(store: Store, observations: list[Observation]) -> int:
    return store.add(observations, kernels=KERNELS, machines=[MACHINE, OTHER])


times = st.floats(1e-9, 1e3)
observations = st.builds(
    Observation,
    kernel=st.sampled_from([one.hash for one in KERNELS]),
    machine=st.sampled_from([machine_hash(MACHINE), machine_hash(OTHER)]),
    recipe=st.sampled_from(recipes(3)),
    status=st.sampled_from(STATUSES),
    evidence=st.text(max_size=20),
    ratio=st.floats(0, 1e6),
    low=st.floats(0, 1),
    high=st.floats(1, allow_infinity=True, allow_nan=False),
    rounds=st.integers(0, 99),
    baseline=st.lists(times, max_size=9).map(tuple),
    candidate=st.lists(times, max_size=9).map(tuple),
    text_size=st.integers(0, 1 << 40),
    seconds=st.floats(0, 1e6),
    failed_step=st.integers(-1, 9),
    at=st.floats(0, 4e9),
    package=st.sampled_from(["0.1.0", "0.9.0", "0.10.0"]),
    llvm=st.sampled_from(["19.1.7", "20.1.0"]),
    origin=st.sampled_from(ORIGINS),
    workload=st.sampled_from(["", "a", "b"]),
    defect_density=st.none() | st.floats(0, 1e4),
    source_complexity=st.none() | st.integers(1, 99),
    maintainability=st.none() | st.floats(0, 100),
    ir_complexity=st.none() | st.integers(1, 999),
)
