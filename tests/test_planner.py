"""The tool planner: value iteration against exact solutions, tables from records, and a planned job end to end."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest

from passwright.optimizer import optimize
from passwright.passes.errors import InputError, UsageError
from passwright.policy import episodes
from passwright.policy.episodes import LEFT, State, Transition, legal, start
from passwright.policy.mdp import Process, value_iteration
from passwright.policy.plan import compared
from passwright.policy.planned import PlannedPolicy
from passwright.policy.planner import ENOUGH, PRICE, STRENGTH, Change, Estimates, Planner, tabulate
from passwright.policy.policy import Budget

TRIED = State("tuning", True, False, 0, 6, 1)


def drawn(seed: int, states: int = 4, actions: int = 3, discount: float = 0.9) -> Process:
    rng = np.random.default_rng(seed)
    chance = rng.dirichlet(np.ones(states), size=(actions, states))
    legal = rng.random((actions, states)) < 0.7
    legal[0] = True
    return Process(chance, rng.normal(size=(actions, states)), legal, discount)


def exact(process: Process) -> np.ndarray:
    """The best values, from the linear equations of every deterministic policy."""
    actions, states = process.reward.shape
    best = np.full(states, -np.inf)
    for policy in itertools.product(range(actions), repeat=states):
        if all(process.legal[action, state] for state, action in enumerate(policy)):
            rows = np.array([process.chance[action, state] for state, action in enumerate(policy)])
            reward = np.array([process.reward[action, state] for state, action in enumerate(policy)])
            best = np.maximum(best, np.linalg.solve(np.eye(states) - process.discount * rows, reward))
    return best


@pytest.mark.tiny
@pytest.mark.parametrize("seed", range(6))
def test_value_iteration_finds_what_linear_equations_say(seed: int) -> None:
    process = drawn(seed)
    found = value_iteration(process, tolerance=1e-7)
    assert np.abs(found.values - exact(process)).max() <= 0.5e-7
    assert found.residual <= 1e-7 * 0.1 / 1.8
    chosen = found.worth[found.policy, np.arange(4)]
    assert (chosen == found.worth.max(axis=0)).all() and process.legal[found.policy, np.arange(4)].all()


@pytest.mark.tiny
def test_what_is_no_decision_process_is_refused() -> None:
    good = drawn(0)
    with pytest.raises(UsageError, match="sum to"):
        Process(good.chance * 0.9, good.reward, good.legal, 0.9)
    with pytest.raises(UsageError, match="without a legal action"):
        Process(good.chance, good.reward, np.zeros_like(good.legal), 0.9)
    with pytest.raises(UsageError, match="discount"):
        Process(good.chance, good.reward, good.legal, 1.0)
    with pytest.raises(UsageError, match="tolerance"):
        value_iteration(good, tolerance=0)


@pytest.mark.tiny
def test_estimates_move_from_the_prior_to_what_was_seen() -> None:
    nothing = Estimates.of([])
    assert nothing.chances("evolve", TRIED) == {Change(True, False, 0, -1, 1): 1.0}
    assert nothing.reward("evolve", TRIED) == pytest.approx(-PRICE / LEFT)
    gained = State("tuning", True, True, 2, 5, 0)
    seen = Change.between(TRIED, gained)
    few, many = (Estimates.of([Transition("k", TRIED, "evolve", gained, 0.3)] * count) for count in (1, 500))
    one = few.chances("evolve", TRIED)[seen]
    assert 1 / (1 + STRENGTH) < one < 0.5 < many.chances("evolve", TRIED)[seen]
    assert sum(few.chances("evolve", TRIED).values()) == pytest.approx(1)
    assert many.reward("evolve", TRIED) == pytest.approx(0.3, abs=0.01)
    # Another state learns of it too, but less.
    other = State("tuning", True, True, 3, 2, 0)
    assert 0 < few.chances("evolve", other)[seen] < one
    assert few.chances("measure", TRIED) == nothing.chances("measure", TRIED)
    assert few.chances("stop", TRIED) == {None: 1.0}


def world(good: str) -> list[Transition]:
    """Jobs in which one action gains and the others only take time."""
    found = []
    for left in range(LEFT, 0, -1):
        for action in ("measure", "evolve", "polyhedral"):
            for gain in range(4):
                before = State("tuning", True, gain > 0, gain, left, 1)
                up = action == good
                after = State("tuning", True, up or gain > 0, gain + up, left - 1, 1)
                found += [Transition("k", before, action, after, 0.2 * up - PRICE / LEFT, 1 / LEFT)] * 5
    return found


@pytest.mark.tiny
@pytest.mark.parametrize("good", ["measure", "evolve", "polyhedral"])
def test_the_plan_is_what_gains(good: str) -> None:
    planner = Planner(world(good))
    assert planner.choose(State("tuning", True, False, 0, 5, 1)) == good
    assert planner.choose(State("tuning", True, True, 2, 0, 1)) == "stop"  # the budget is spent
    worth = planner.worth(State("tuning", True, True, 1, 5, 0))
    assert worth["stop"] == 0 < worth[good]


@pytest.mark.tiny
def test_where_nothing_gains_the_job_stops() -> None:
    planner = Planner(world("nothing"))
    assert planner.choose(State("tuning", True, True, 2, 5, 0)) == "stop"


@pytest.mark.tiny
def test_the_table_is_solved_to_the_tolerance() -> None:
    table = tabulate("tuning", Estimates.of(world("evolve")))
    assert table.solution.residual <= 1e-6 * 0.01 / 1.98
    backed = (table.process.reward + 0.99 * table.process.chance @ table.solution.values).max(
        axis=0, where=table.process.legal, initial=-np.inf
    )
    assert np.abs(backed - table.solution.values).max() <= 1e-6


@pytest.mark.tiny
def test_without_records_the_schedule_is_followed() -> None:
    planner = Planner(world("evolve")[: ENOUGH - 1])
    assert planner.tables == {}
    state, done = start("tuning"), []
    for _ in range(6):
        done.append(planner.choose(state, done))
        state = State("tuning", True, True, 1, 4, 1)
    assert done == ["zero-shot", "measure", "measure", "measure", "evolve", "evolve"]
    broken = State("generation", False, False, 0, 6, 1)
    assert planner.choose(start("generation")) == "zero-shot"
    assert planner.choose(broken, ["zero-shot"]) == "regenerate"
    assert planner.choose(broken, ["zero-shot", "regenerate"]) == "repair"
    assert planner.choose(State("generation", True, True, 0, 6, 1), ["zero-shot"]) == "validate"
    assert planner.choose(State("generation", True, True, 0, 0, 0), ["zero-shot"]) == "stop"


@pytest.mark.tiny
def test_what_is_legal_where() -> None:
    assert legal(start("tuning")) == ("zero-shot", "measure", "evolve", "polyhedral", "stop")
    assert legal(start("generation")) == ("zero-shot", "measure", "stop")
    assert "repair" not in legal(TRIED) and "validate" not in legal(TRIED)
    assert "validate" in legal(State("tuning", True, True, 1, 3, 1))
    assert "validate" not in legal(State("tuning", True, True, 1, 3, 0))


@pytest.mark.tiny
def test_records_are_read_as_written_and_bad_ones_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    made = [*world("evolve")[:3], Transition("k", TRIED, "stop", None, -0.01, machine="m")]
    episodes.record(path, made)
    read = episodes.read([path, tmp_path / "missing"])
    assert [(one.before, one.action, one.after) for one in read] == [
        (one.before, one.action, one.after) for one in made
    ]
    for wrong in ({"action": "dance"}, {"after": [True]}, {"after": None}, {"before": [True, True, 9, 1, 1]}):
        bad = tmp_path / "bad.jsonl"
        bad.write_text(json.dumps(made[0].to_json() | wrong) + "\n")
        with pytest.raises(InputError, match=r"bad\.jsonl:1"):
            episodes.read([bad])


def test_the_shipped_records_are_of_training_families_and_give_a_plan() -> None:
    from passwright.policy.training_set import refuse_held_out

    records = episodes.read([episodes.shipped()])
    refuse_held_out({one.job for one in records})
    assert set(Planner(records).tables) == {"tuning"}


SOURCE = """
void scale(int n, const float *x, float *y) {
  for (int i = 0; i < n; i++) y[i] = x[i] * 3.0f + (float)i;
}
"""


@pytest.mark.parametrize("planner", [None, Planner([])], ids=["planned", "schedule"])
def test_a_planned_job_end_to_end(tmp_path: Path, planner: Planner | None) -> None:
    source, log = tmp_path / "scale.c", tmp_path / "episodes.jsonl"
    source.write_text(SOURCE)
    policy = PlannedPolicy(planner=planner, record=log, job="file://scale.c")
    (kernel,) = optimize(source, budget=Budget(evaluations=20), policy=policy).kernels
    assert kernel.verdict.kind == "equal" and kernel.outcomes
    assert any(note.startswith("planned: ") for note in kernel.notes)
    steps = episodes.read([log])
    assert steps[0].before == start("tuning") and steps[-1].action == "stop"
    assert all(one.after == two.before for one, two in itertools.pairwise(steps))
    assert all(one.action in legal(one.before) for one in steps)
    if planner is not None:
        assert steps[0].action == "zero-shot"
    # Rewards add up to the gain of the final race, less the price of the time.
    final = sum(one.reward + PRICE * one.share for one in steps)
    assert final >= -1e-5 and (not kernel.improved or final > 0)


def test_the_policy_has_a_name_on_the_command_line(tmp_path: Path) -> None:
    source = tmp_path / "scale.c"
    source.write_text(SOURCE)
    (kernel,) = optimize(source, budget=Budget(evaluations=5), policy="planned", reliability=False).kernels
    assert kernel.verdict.kind == "equal"
    (small,) = optimize(source, budget=Budget(evaluations=3), policy="planned", objective="size").kernels
    assert small.outcomes


@pytest.mark.tiny
def test_a_comparison_pairs_kernels() -> None:
    from passwright.policy.contest import Bout

    def bout(kernel: str, side: str, ratio: float) -> Bout:
        return Bout(kernel, "f", side, "8s", ratio, 1, 1, "", 1.0, 1, "m")

    bouts = [bout("a", "planned", 2.0), bout("a", "schedule", 1.0), bout("b", "planned", 1.0)]
    bouts += [bout("b", "schedule", 2.0), bout("c", "planned", 9.0)]
    found = compared(bouts)
    mean, low, high = found["planned over schedule"]  # type: ignore[misc]
    assert found["kernels"] == 2 and mean == pytest.approx(1) and low <= 1 <= high
    assert math.isclose(found["planned"][0], math.sqrt(2))  # type: ignore[index]
