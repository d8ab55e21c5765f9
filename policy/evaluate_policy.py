"""What a policy is worth on kernels of families that nobody trained on, beside baselines with as many environment steps.

    python -m passwright.policy.evaluate_policy --policy runs/clone --policy runs/ppo --samples 8

Every row gives the geometric mean over kernels of (cost with -Oz, or time with -O3) over what was reached, above 1 is
better, with a bootstrap 95 % interval over kernels. `greedy` takes the likeliest action, `best of k` the best of that
and k - 1 drawn episodes; `random` and `search` (randomised greedy over forks) get the same number of environment steps,
`fixed` is the one demonstration that is best on its training kernels. Costs are looked at after every step, so the best
prefix of an episode counts, for all alike; with run-time, which is only measured at its end, the episode itself.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch

from passwright.bench.report import geometric_mean
from passwright.gnn.policy_model import PolicyNetwork
from passwright.policy import checkpoint
from passwright.policy.clone import load_demonstrations, search
from passwright.policy.env import PassOrdering
from passwright.policy.env_actions import STOP
from passwright.policy.reward import SizeReward
from passwright.policy.rollout import draw
from passwright.policy.states import Watcher, inputs
from passwright.policy.training_set import held_out_uris

Act = Callable[[Any, list[int]], int]
"""(observation, actions so far) → action; chooses among the environment's legal ones."""


@dataclass(frozen=True)
class Row:
    """One way of choosing, over kernels.

    Attributes:
        name: of it.
        mean, low, high: geometric mean of the ratios and its bootstrap 95 % interval.
        steps: environment steps per kernel.
    """

    name: str
    mean: float
    low: float
    high: float
    steps: float

    @staticmethod
    def of(name: str, logs: Sequence[float], steps: float) -> Row:
        """From the logarithms of the ratios."""
        return Row(name, *geometric_mean([math.exp(one) for one in logs]), steps)


class Score:
    """Log ratio that the reward which an episode earned stands for."""

    def __init__(self, env: PassOrdering) -> None:
        self.size = isinstance(env.reward, SizeReward)
        self._env = env

    def of(self, gain: float) -> float:
        """From the sum of the rewards."""
        reward = self._env.reward
        if not isinstance(reward, SizeReward):
            return gain
        return math.log(reward.baseline / reward.reached(gain))


def play(env: PassOrdering, uri: str, act: Act, score: Score) -> tuple[float, int]:
    """One episode; its log ratio and how many steps it took. A failure counts as the baseline or as what was reached."""
    observation, _ = env.reset(options={"benchmark": uri})
    actions: list[int] = []
    total, best, ended = 0.0, 0.0, False
    while not ended:
        action = act(observation, actions)
        observation, reward, terminated, truncated, info = env.step(action)
        actions.append(action)
        ended = terminated or truncated
        if info["status"] == "ok":
            total += reward
            best = max(best, total)
        elif not score.size:
            return 0.0, len(actions)
    return score.of(best if score.size else total), len(actions)


class Acting:
    """A network as something that `play` can ask; without a generator the likeliest action."""

    def __init__(
        self, network: PolicyNetwork, env: PassOrdering, generator: torch.Generator | None = None
    ) -> None:
        self.network, self.env, self.generator = network, env, generator
        self._watcher = Watcher(env.max_steps)

    @torch.no_grad()
    def __call__(self, observation: Any, actions: list[int]) -> int:
        """The action in a state."""
        assert self.env.benchmark is not None
        if not actions:
            self._state = self._watcher.start(0, observation, self.env.benchmark.uri)
        else:
            self._state = self._watcher.after(0, self._state, actions[-1], observation, changed=True)
        logits, _ = self.network(inputs([self._state]))
        return int(logits.argmax() if self.generator is None else draw(logits, self.generator))


def evaluate(
    policies: dict[str, PolicyNetwork],
    uris: Sequence[str],
    *,
    reward: str = "ir-instructions",
    samples: int = 8,
    max_steps: int = 12,
    fixed: Sequence[int] = (),
    seed: int = 0,
) -> list[Row]:
    """Rows for the policies and the baselines."""
    env = PassOrdering(list(uris), observation="graph", reward=reward, max_steps=max_steps)
    score, rng, rows = Score(env), Random(seed), []

    def row(name: str, one: Callable[[str], tuple[float, int]]) -> None:
        found = [one(uri) for uri in uris]
        rows.append(Row.of(name, [log for log, _ in found], sum(steps for _, steps in found) / len(found)))

    def best(acts: Sequence[Act]) -> Callable[[str], tuple[float, int]]:
        def run(uri: str) -> tuple[float, int]:
            found = [play(env, uri, act, score) for act in acts]
            return max(log for log, _ in found), sum(steps for _, steps in found)

        return run

    for name, network in policies.items():
        greedy = Acting(network, env)
        drawing = Acting(network, env, torch.Generator().manual_seed(seed))
        row(f"{name}, greedy", best([greedy]))
        row(f"{name}, best of {samples}", best([greedy, *[drawing] * (samples - 1)]))

    def drawn(observation: Any, actions: list[int]) -> int:
        return rng.choice([one for one in env.action_masks().nonzero()[0].tolist() if one != STOP])

    def searched(uri: str) -> tuple[float, int]:
        tries = samples * max_steps
        found = search(env, uri, max(1, tries // 6), 1e-6, rng, tries)
        return score.of(found.gain), found.tried

    row("random, one episode", best([drawn]))
    row(f"random, best of {samples}", best([drawn] * samples))
    if score.size:
        row(f"search, {samples * max_steps} steps", searched)
    if fixed:
        row("fixed sequence", best([lambda _, actions: [*fixed, STOP][len(actions)]]))
    env.close()
    return rows


def best_fixed(path: Path, reward: str, kernels: int = 12, *, max_steps: int = 12) -> tuple[int, ...]:
    """Of a file's demonstrations the one that is best over (some of) the kernels that they were made on."""
    found = load_demonstrations(path)
    candidates = sorted(
        {one.actions for one in sorted(found, key=lambda one: -one.gain)[:kernels] if one.actions}
    )
    uris = [one.benchmark for one in Random(0).sample(found, min(kernels, len(found)))]
    env = PassOrdering(uris, reward=reward, max_steps=max_steps)
    score = Score(env)

    def worth(actions: tuple[int, ...]) -> float:
        def act(_: object, done: list[int]) -> int:
            return [*actions, STOP][len(done)]

        return sum(play(env, uri, act, score)[0] for uri in uris)

    best = max(candidates, key=worth)
    env.close()
    return best


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--policy", type=Path, action="append", default=[], help="folder of a checkpoint")
    parser.add_argument("--demonstrations", type=Path, help="of which the best is the fixed sequence")
    parser.add_argument(
        "--reward", default="ir-instructions", choices=("ir-instructions", "object-text", "run-time")
    )
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--max-steps", type=int, default=12)
    parser.add_argument("--kernels", type=int, default=0, help="so many held-out kernels, drawn; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    uris = held_out_uris()
    if options.kernels:
        uris = Random(options.seed).sample(uris, min(options.kernels, len(uris)))
    rows = evaluate(
        {folder.name: checkpoint.load_policy(folder) for folder in options.policy},
        uris,
        reward=options.reward,
        samples=options.samples,
        max_steps=options.max_steps,
        fixed=best_fixed(options.demonstrations, options.reward, max_steps=options.max_steps)
        if options.demonstrations
        else (),
        seed=options.seed,
    )
    print(f"{len(uris)} kernels of held-out families, {options.reward}; above 1 is better than the baseline")
    for row in rows:
        print(f"{row.name:28} {row.mean:.3f} [{row.low:.3f}, {row.high:.3f}]  {row.steps:.1f} steps a kernel")
    print(json.dumps([row.__dict__ for row in rows]))


if __name__ == "__main__":
    main()
