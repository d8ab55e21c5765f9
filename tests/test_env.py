"""The Gymnasium environment: its contract, its forks, and what it does when LLVM fails."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="the environment needs the extra `train`")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from passwright.passes.errors import InputError, UsageError  # noqa: E402
from passwright.passes.recipe import Recipe  # noqa: E402
from passwright.policy.env import PassOrdering  # noqa: E402
from passwright.policy.env_actions import STOP  # noqa: E402


def kernel() -> str:
    """Some kernel with loops that is not held out."""
    from passwright.bench.suite import load_suite

    found = next(one for one in load_suite() if one.family == "linear_algebra")
    return f"suite://{found.family}/{found.name}"


@pytest.fixture
def env() -> Iterator[PassOrdering]:
    made = PassOrdering(kernel())
    made.reset(seed=1)
    yield made
    made.close()


SROA = "function(sroa<modify-cfg>)"
RECIPE = f"{SROA} | default<O3>"


def number(env: PassOrdering, name: str) -> int:
    """The action of this name in the action space, with its default parameters."""
    return env.actions.names.index(str(env.actions.space[name].step()))


@pytest.mark.parametrize("observation", ["autophase", "opcodes", "graph", "ir"])
def test_gymnasium_has_no_complaint(observation: str) -> None:
    env = PassOrdering(kernel(), observation=observation, max_steps=5)
    check_env(env, skip_render_check=True)
    env.close()


def test_it_is_registered_and_takes_its_arguments() -> None:
    env = gymnasium.make("passwright/PassOrdering-v0", benchmark=kernel(), reward="object-text", max_steps=3)
    observation, info = env.reset(seed=1)
    assert observation in env.observation_space
    assert info["benchmark"] == kernel() and info["costs"]["object-text"] > 0
    env.close()


def test_oz_earns_one(env: PassOrdering) -> None:
    _, reward, terminated, truncated, info = env.step(number(env, "oz"))
    assert reward == pytest.approx(1)
    assert (terminated, truncated, info["status"]) == (False, False, "ok")
    assert str(env.recipe) == info["recipe"] == "default<Oz>"


def test_static_cycles_are_a_log_ratio() -> None:
    env = PassOrdering(kernel(), reward="cycles")
    first = env.reset(seed=1)[1]["costs"]["cycles"]
    earned = env.step(number(env, "sroa"))[1] + env.step(number(env, "o3"))[1]
    last = env.step(STOP)[4]["costs"]["cycles"]
    assert earned == pytest.approx(math.log(first / last)) and earned > 0
    env.close()


def test_rewards_add_up_to_what_was_saved(env: PassOrdering) -> None:
    first = env.step(number(env, "sroa"))
    second = env.step(number(env, "oz"))
    whole = PassOrdering(kernel())
    whole.reset(seed=1)
    _, both, *_ = whole.multistep([number(env, "sroa"), number(env, "oz")])
    assert both == pytest.approx(first[1] + second[1])
    assert whole.recipe == env.recipe
    whole.close()


def test_stop_ends_an_episode_and_max_steps_truncates_it() -> None:
    env = PassOrdering(kernel(), max_steps=2)
    env.reset(seed=0)
    assert env.step(STOP)[2:4] == (True, False)
    env.reset(seed=0)
    sroa = number(env, "sroa")
    assert env.step(sroa)[2:4] == (False, False)
    assert env.step(sroa)[2:4] == (False, True)
    env.close()


def test_a_fork_goes_on_from_here_and_by_itself(env: PassOrdering) -> None:
    env.step(number(env, "sroa"))
    fork = env.fork()
    fork.step(number(env, "o3"))
    assert str(env.recipe) == SROA
    assert str(fork.recipe) == RECIPE
    assert fork.module_bitcode() != env.module_bitcode()
    again = env.fork()
    again.step(number(env, "o3"))
    assert again.render() == fork.render()


@pytest.mark.parametrize("in_process", [False, True])
def test_the_module_is_what_the_recipe_makes(in_process: bool) -> None:
    from passwright._native import Module
    from passwright.passes.build import run_recipe

    env = PassOrdering(kernel(), reward="run-time", in_process=in_process)
    env.reset(seed=1)
    env.step(number(env, "sroa"))
    env.step(env.actions.names.index("hint <loop 0> unroll.count=4"))
    env.step(number(env, "o3"))
    assert len(env.recipe) == 3
    assert env.benchmark is not None
    module = Module.parse(env.benchmark.bitcode)
    run_recipe(module, env.recipe)
    other = Module.parse(env.module_bitcode())
    assert other.structural_hash() == module.structural_hash()
    env.close()


def test_hints_for_loops_that_are_not_there_are_masked(tmp_path: Path) -> None:
    (tmp_path / "one.c").write_text("void f(int n, int *a) { for (int i = 0; i < n; i++) a[i] = i; }\n")
    env = PassOrdering(f"file://{tmp_path}/one.c#f")
    env.reset(seed=0)
    masks = env.action_masks()
    assert masks.shape == (env.action_space.n,)
    allowed = {env.actions[k].slot for k in np.flatnonzero(masks) if k}
    assert allowed == {-1, 0}
    masked = int(np.flatnonzero(~masks)[0])
    before = env.recipe
    assert env.step(masked)[4]["changed"] is False
    assert env.recipe == before
    env.close()


# -- when LLVM fails --------------------------------------------------------------------------------------------------------


def process_of(env: PassOrdering) -> int:
    return env._process._process.pid  # type: ignore[union-attr]


def test_a_crash_ends_the_episode_and_nothing_else(env: PassOrdering) -> None:
    env.step(number(env, "sroa"))
    fork = env.fork()
    os.kill(process_of(env), signal.SIGSEGV)
    _, reward, terminated, _, info = env.step(number(env, "o3"))
    assert (reward, terminated, info["status"]) == (-1.0, True, "crashed")
    assert info["recipe"] == RECIPE and "SIGSEGV" in info["message"]
    # The fork's session is made again in the new process.
    assert fork.step(number(env, "o3"))[4]["status"] == "ok"
    assert str(fork.recipe) == RECIPE
    env.reset(seed=2)
    assert env.step(number(env, "oz"))[1] == pytest.approx(1)


def test_a_step_that_hangs_is_ended(env: PassOrdering) -> None:
    env._process.deadline = 0.5  # type: ignore[union-attr]
    os.kill(process_of(env), signal.SIGSTOP)
    _, reward, terminated, _, info = env.step(number(env, "o3"))
    assert (reward, terminated, info["status"]) == (-1.0, True, "timed-out")
    env.reset(seed=2)
    assert env.step(number(env, "sroa"))[4]["status"] == "ok"


@pytest.mark.parametrize("in_process", [False, True])
def test_a_module_that_grows_too_large_ends_the_episode(in_process: bool, tmp_path: Path) -> None:
    line = "x = x * 3 + (x ^ i) - (x >> 2); "
    (tmp_path / "f.c").write_text(
        f"void f(int n, int *a) {{ for (int i = 0; i < n; i++) {{ int x = a[i]; {12 * line} a[i] = x; }} }}\n"
    )
    env = PassOrdering(f"file://{tmp_path}/f.c#f", in_process=in_process)
    env.reset(seed=0)
    step = Recipe.parse("default<O1> | default<O3> [unroll-count=1000 unroll-threshold=10000000]").steps
    env._session.begin(step)  # type: ignore[union-attr]
    from passwright.policy.session_process import StepFailed

    with pytest.raises(StepFailed) as caught:
        env._session.finish()  # type: ignore[union-attr]
    assert caught.value.status == "too-large"
    assert env.step(number(env, "sroa"))[4]["status"] == "ok"
    assert str(env.recipe) == SROA
    env.close()


# -- benchmarks and rewards -------------------------------------------------------------------------------------------------


def test_a_seed_decides_the_benchmark() -> None:
    env = PassOrdering("suite://")
    drawn = [env.reset(seed=seed)[1]["benchmark"] for seed in (1, 2, 3, 4, 1)]
    assert drawn[0] == drawn[4] and len(set(drawn)) > 1
    assert env.reset(options={"benchmark": kernel()})[1]["benchmark"] == kernel()
    env.close()


def test_held_out_families_come_only_when_asked_for() -> None:
    import random

    from passwright.bench.suite import load_suite
    from passwright.policy.benchmarks import choose

    held_out = {one.family for one in load_suite() if one.held_out}
    rng = random.Random(0)
    assert not held_out & {choose("suite://", rng).split("/")[2] for _ in range(200)}
    assert {choose("suite://?held-out", rng).split("/")[2] for _ in range(200)} <= held_out


def test_a_folder_of_sources_and_bitcode(tmp_path: Path, env: PassOrdering) -> None:
    (tmp_path / "a.c").write_text("int f(int x) { return x + 1; }\n")
    (tmp_path / "b.bc").write_bytes(env.module_bitcode())
    folder = PassOrdering(f"dir://{tmp_path}")
    names = {folder.reset(seed=seed)[1]["benchmark"] for seed in range(10)}
    assert names == {f"file://{tmp_path}/a.c", f"file://{tmp_path}/b.bc"}
    folder.close()


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("suite://nothing", "no such family"),
        ("suite://linear_algebra/nothing", "no such kernel"),
        ("ftp://x", "no such kind"),
        ("file:///nowhere.c", "no such file"),
        ("dir:///nowhere", "no C, C"),
    ],
)
def test_bad_benchmarks_are_refused(uri: str, says: str) -> None:
    env = PassOrdering(uri)
    with pytest.raises(InputError, match=says):
        env.reset(seed=0)
    env.close()


def test_bad_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no observation 'pictures'"):
        PassOrdering(observation="pictures")
    with pytest.raises(UsageError, match="no reward 'fame'"):
        PassOrdering(reward="fame")
    (tmp_path / "a.c").write_text("int f(int x) { return x + 1; }\n")
    env = PassOrdering(f"file://{tmp_path}/a.c", reward="run-time")
    with pytest.raises(UsageError, match="cannot be run"):
        env.reset(seed=0)
    env.close()


def test_run_time_is_measured_when_the_episode_ends() -> None:
    env = PassOrdering(kernel(), reward="run-time", max_steps=5)
    env.reset(seed=0)
    assert env.step(number(env, "sroa"))[1] == 0
    assert env.step(number(env, "o3"))[1] == 0
    _, reward, terminated, _, info = env.step(STOP)
    assert terminated and info["status"] == "ok"
    assert -1 < reward < 1  # -O3 after sroa against -O3
    env.close()


# -- several at once --------------------------------------------------------------------------------------------------------


def test_vectorised_environments_do_what_single_ones_do() -> None:
    both: Any = gymnasium.make_vec("passwright/PassOrdering-v0", num_envs=2, benchmark=kernel(), max_steps=2)
    both.reset(seed=5)
    single = PassOrdering(kernel(), max_steps=2)
    single.reset(seed=5)
    actions = np.array([number(single, "sroa"), number(single, "oz")])
    observation, reward, _, _, _ = both.step(actions)
    assert observation.shape == (2, 56) and reward[1] == pytest.approx(1)
    mine = single.step(actions[0])
    assert (observation[0] == mine[0]).all() and reward[0] == pytest.approx(mine[1])
    _, _, terminated, truncated, _ = both.step(np.array([STOP, actions[0]]))
    assert terminated.tolist() == [True, False] and truncated.tolist() == [False, True]
    _, reward, terminated, truncated, info = both.step(actions)  # the next episodes begin
    assert reward.tolist() == [0, 0] and not (terminated | truncated).any()
    assert list(info["benchmark"]) == [kernel()] * 2
    both.close()
    single.close()
