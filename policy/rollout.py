"""Episodes of a policy in several environments at once, with every term of the reward by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from passwright.policy.env import PassOrdering
from passwright.policy.env_actions import STOP
from passwright.policy.states import State, Watcher
from passwright.policy.vector_env import PassOrderingVector


@dataclass(frozen=True)
class RewardWeights:
    """What a transition is worth: gain * environment's reward - step, or the floor.

    Attributes:
        gain: weight of the environment's reward.
        step: cost of every step that is no STOP.
        floor: instead, for a step that failed, or an episode whose result is wrong.
    """

    gain: float = 1.0
    step: float = 0.002
    floor: float = -1.0


@dataclass(frozen=True, eq=False)
class Transition:
    """One step; `gain`, `step`, `floor` are the weighted terms of the reward, `following` is None when the episode ended."""

    state: State
    action: int
    gain: float
    step: float
    floor: float
    following: State | None
    chance: float = 0.0
    """Log probability that the policy gave to the action."""
    value: float = 0.0
    """What the policy expected from the state."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """The weighted terms of `gain`, by name, where the environment's reward is a sum."""

    @property
    def reward(self) -> float:
        """Sum of the terms."""
        return self.gain + self.step + self.floor


Choose = Callable[[Sequence[State]], tuple[Tensor, Tensor, Tensor]]
"""States → actions int64 [S], their log probabilities [S], values [S]."""


class Rollout:
    """Environments under way. `reset` makes what follows a function of its seed and of the policy."""

    def __init__(self, env: PassOrderingVector, weights: RewardWeights) -> None:
        self.env, self.weights = env, weights
        self.watcher = Watcher(env.envs[0].max_steps)
        self.states: list[State] = []
        self._ended = np.zeros(env.num_envs, bool)

    def reset(self, seed: int) -> None:
        """Begin new episodes everywhere."""
        observations, _ = self.env.reset(seed=seed)
        self._ended[:] = False
        self.states = [self._start(number, one) for number, one in enumerate(observations)]

    def step(self, choose: Choose) -> list[Transition | None]:
        """One step everywhere; None where an episode had ended and the next one has begun instead."""
        actions, chances, values = choose(self.states)
        observations, rewards, terminated, truncated, infos = self.env.step(actions.numpy())
        ended = terminated | truncated
        made: list[Transition | None] = []
        for number, (state, observation) in enumerate(zip(self.states, observations, strict=True)):
            if self._ended[number]:
                self.states[number] = self._start(number, observation)
                made.append(None)
                continue
            action, following = int(actions[number]), state
            failed = infos["status"][number] != "ok"
            if action != STOP and not failed:
                changed = bool(infos["changed"][number])
                following = self.watcher.after(number, state, action, observation, changed=changed)
            self.states[number] = following
            weights = self.weights
            made.append(
                Transition(
                    state,
                    action,
                    gain=0.0 if failed else weights.gain * float(rewards[number]),
                    step=0.0 if action == STOP else -weights.step,
                    floor=weights.floor if failed else 0.0,
                    following=None if ended[number] else following,
                    chance=float(chances[number]),
                    value=float(values[number]),
                    parts={} if failed else _parts(infos, number, weights.gain),
                )
            )
        self._ended = ended
        return made

    def _start(self, number: int, observation: object) -> State:
        env: PassOrdering = self.env.envs[number]
        assert env.benchmark is not None
        return self.watcher.start(number, observation, env.benchmark.uri)  # type: ignore[arg-type]


def _parts(infos: Mapping[str, Any], number: int, weight: float) -> dict[str, float]:
    """One environment's share of what a batch says about the reward's terms."""
    named = infos.get("terms", {}).items()
    return {name: weight * float(values[number]) for name, values in named if not name.startswith("_")}


def terms(transitions: Sequence[Transition]) -> dict[str, float]:
    """Mean per episode of the return and of each of its terms, and how long episodes are."""
    episodes = max(1, sum(one.following is None for one in transitions))
    names = sorted({name for one in transitions for name in one.parts})
    parts = {
        f"gain_{name}": sum(one.parts.get(name, 0.0) for one in transitions) / episodes for name in names
    }
    return parts | {
        "return": sum(one.reward for one in transitions) / episodes,
        "gain": sum(one.gain for one in transitions) / episodes,
        "step_cost": sum(one.step for one in transitions) / episodes,
        "floor": sum(one.floor for one in transitions) / episodes,
        "steps": len(transitions) / episodes,
    }


def draw(logits: Tensor, generator: torch.Generator) -> Tensor:
    """One action for each row of masked logits [S, A]."""
    return torch.multinomial(logits.softmax(1), 1, generator=generator).squeeze(1)
