"""Several environments that work at the same time, each with a process of its own.

    env = gymnasium.make_vec("passwright/PassOrdering-v0", num_envs=8, benchmark="suite://")

Steps are sent to all before the first answer is awaited. An environment whose episode has ended starts the next one at its
next step, whose action is ignored and whose reward is 0 (Gymnasium's AutoresetMode.NEXT_STEP).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from passwright.policy.env import PassOrdering


class PassOrderingVector(VectorEnv[Any, Any, Any]):
    """`num_envs` environments in step; observations are stacked where they are arrays, else in a tuple."""

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 - Gymnasium's own convention

    def __init__(self, num_envs: int = 2, **arguments: Any) -> None:
        """`arguments` are those of `PassOrdering`."""
        self.num_envs = num_envs
        self.envs = [PassOrdering(**arguments) for _ in range(num_envs)]
        first = self.envs[0]
        self.render_mode = first.render_mode
        self.single_action_space, self.single_observation_space = first.action_space, first.observation_space
        self.action_space = batch_space(first.action_space, num_envs)
        self._stacked = first.observation in ("autophase", "opcodes")
        self.observation_space = (
            batch_space(first.observation_space, num_envs) if self._stacked else first.observation_space
        )
        self._ended = np.zeros(num_envs, bool)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start all; a seed counts up from environment to environment."""
        seeds: Sequence[int | None]
        if seed is None or isinstance(seed, int):
            seeds = [None if seed is None else seed + number for number in range(self.num_envs)]
        else:
            seeds = seed
        self._ended[:] = False
        observations: list[Any] = []
        infos: dict[str, Any] = {}
        for number, (env, own) in enumerate(zip(self.envs, seeds, strict=True)):
            observation, info = env.reset(seed=own, options=options)
            observations.append(observation)
            infos = self._add_info(infos, info, number)
        return self._batch(observations), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """One action each."""
        rewards = np.zeros(self.num_envs, np.float64)
        terminated, truncated = np.zeros(self.num_envs, bool), np.zeros(self.num_envs, bool)
        for env, action, ended in zip(self.envs, actions, self._ended, strict=True):
            if not ended:
                env.begin_step([int(action)])
        observations: list[Any] = []
        infos: dict[str, Any] = {}
        for number, env in enumerate(self.envs):
            if self._ended[number]:
                observation, info = env.reset()
            else:
                observation, rewards[number], terminated[number], truncated[number], info = env.end_step()
            observations.append(observation)
            infos = self._add_info(infos, info, number)
        self._ended = terminated | truncated
        return self._batch(observations), rewards, terminated, truncated, infos

    def action_masks(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which actions mean something: bool[num_envs, n]."""
        return np.stack([env.action_masks() for env in self.envs])

    def close_extras(self, **_: Any) -> None:
        """End the processes."""
        for env in self.envs:
            env.close()

    def _batch(self, observations: list[Any]) -> Any:
        return np.stack(observations) if self._stacked else tuple(observations)
