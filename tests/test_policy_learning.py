"""The policy network and its learners: legal actions, loops, determinism, resuming, cloning, checkpoints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
for package in ("torch_geometric", "gymnasium", "safetensors"):
    pytest.importorskip(package, reason="training needs the extra `train`")

from passwright.gnn.policy_model import ENCODERS, PolicyNetwork  # noqa: E402
from passwright.passes.errors import InputError  # noqa: E402
from passwright.policy import checkpoint, dqn, ppo  # noqa: E402
from passwright.policy.clone import CloneHyper, clone, demonstrate, replay  # noqa: E402
from passwright.policy.env import PassOrdering  # noqa: E402
from passwright.policy.env_actions import STOP  # noqa: E402
from passwright.policy.evaluate_policy import evaluate  # noqa: E402
from passwright.policy.states import Watcher, hint_loops, inputs, size_of  # noqa: E402
from passwright.policy.training_set import held_out_uris, refuse_held_out, training_uris  # noqa: E402

KERNEL = "corpus://1?family=product"
HYPER = ppo.PPOHyper(envs=2, rollout=6, max_steps=4, epochs=1, batch=8)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_no_illegal_action_has_a_chance(encoder: str) -> None:
    env = PassOrdering([KERNEL, "corpus://2?family=bits"], observation="graph", in_process=True)
    network = PolicyNetwork(size_of(env.actions, encoder))
    watcher, states, masks = Watcher(env.max_steps), [], []
    for seed in range(4):
        observation, info = env.reset(seed=seed)
        states.append(watcher.start(0, observation, info["benchmark"]))
        masks.append(torch.from_numpy(env.action_masks()))
    logits, values = network(inputs(states))
    assert logits.shape == (4, len(env.actions)) and values.shape == (4,)
    assert torch.equal(logits.softmax(1) > 0, torch.stack(masks))


def test_a_hint_is_scored_by_the_loop_it_is_put_on() -> None:
    env = PassOrdering(KERNEL, observation="graph", in_process=True)
    observation, info = env.reset(seed=1)
    rows = hint_loops(observation)
    assert len(rows) > 1
    for slot, row in enumerate(rows):
        fork = env.fork()
        number = fork.actions.first_hint + slot  # the first hint's columns, a loop each
        step = fork.actions[number].template
        *_, after = fork.step(number)
        assert after["recipe"] == str(step).replace("loop#0", observation.loops[row])

    network = PolicyNetwork(size_of(env.actions))
    state = inputs([Watcher(45).start(0, observation, info["benchmark"])])
    vectors, nodes = network.encoder(state.data)
    moved = nodes["loop"].clone()
    moved[rows[1]] += 1
    before, after_move = (network.heads(vectors, loops, state)[0][0] for loops in (nodes["loop"], moved))
    changed = (before != after_move).nonzero().flatten().tolist()
    first = env.actions.first_hint
    assert changed and all(number >= first and (number - first) % 4 == 1 for number in changed)


def test_ppo_resumes_to_the_same_network(tmp_path: Path) -> None:
    whole = ppo.train([KERNEL], 24, HYPER, tmp_path / "whole", in_process=True)
    ppo.train([KERNEL], 12, HYPER, tmp_path / "parts", in_process=True)
    parts = ppo.train([KERNEL], 24, HYPER, tmp_path / "parts", in_process=True)
    other = parts.state_dict()
    assert all(torch.equal(value, other[name]) for name, value in whole.state_dict().items())
    rows = [json.loads(line) for line in (tmp_path / "parts" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [12, 24]
    assert all(row["return"] == pytest.approx(row["gain"] + row["step_cost"] + row["floor"]) for row in rows)


def test_dqn_runs_and_its_checkpoint_loads(tmp_path: Path) -> None:
    hyper = dqn.DQNHyper(envs=2, max_steps=4, first=8, batch=4, target=3)
    trained = dqn.train([KERNEL], 24, hyper, tmp_path, in_process=True, encoder="counts")
    loaded = checkpoint.load_policy(tmp_path)
    assert all(torch.equal(value, trained.state_dict()[name]) for name, value in loaded.state_dict().items())


def test_a_clone_does_what_it_was_shown() -> None:
    hyper = CloneHyper(width=8, max_steps=4, epochs=60, rate=3e-3)
    shown = demonstrate([KERNEL], hyper, reward="ir-instructions")
    pairs = replay(shown, hyper, reward="ir-instructions")
    assert pairs[-1][1] == STOP and [action for _, action in pairs[:-1]] == list(shown[0].actions)
    network = clone(pairs, hyper)
    logits, _ = network(inputs([state for state, _ in pairs]))
    assert logits.argmax(1).tolist() == [action for _, action in pairs]
    rows = evaluate({"clone": network}, [KERNEL], samples=1, max_steps=4, fixed=shown[0].actions)
    assert rows[0].mean == pytest.approx(rows[-1].mean)


def test_held_out_families_are_refused() -> None:
    refuse_held_out(training_uris(8, seed=1))
    for uri in (
        held_out_uris()[0],
        "suite://tensor",
        "suite://?held-out",
        "corpus://",
        "corpus://1?family=text",
    ):
        with pytest.raises(InputError, match="held-out"):
            refuse_held_out([uri])
