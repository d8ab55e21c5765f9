"""Stable-Baselines3 learns pass ordering for size on our suite's kernels.

    pip install 'passwright[train]' stable-baselines3
    python examples/train_with_stable_baselines3.py --steps 20000

Prints the mean return of full episodes before and after, on the kernels that it has learned from and on held-out
families; a return of 1 is what -Oz reaches. This is an example of the interface, not a good policy.
"""

from __future__ import annotations

import argparse

import gymnasium
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

import passwright.policy.env  # noqa: F401 - registers the environment


def make(benchmark: str) -> gymnasium.Env:
    """The environment with observations that a small network can read: logarithms of counts, as floats."""
    env = gymnasium.make(
        "passwright/PassOrdering-v0", benchmark=benchmark, observation="autophase", max_steps=20
    )
    space = gymnasium.spaces.Box(0, 64, env.observation_space.shape, np.float32)
    return gymnasium.wrappers.TransformObservation(
        env, lambda counts: np.log1p(counts).astype(np.float32), space
    )


def mean_return(model: PPO, benchmark: str, episodes: int) -> float:
    """Of episodes with fixed seeds, so that before and after see the same kernels."""
    env, returns = make(benchmark), []
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        total, ended = 0.0, False
        while not ended:
            action, _ = model.predict(observation, deterministic=False)
            observation, reward, terminated, truncated, _ = env.step(int(action))
            total, ended = total + float(reward), terminated or truncated
        returns.append(total)
    env.close()
    return float(np.mean(returns))


def main() -> None:
    """Train and say what it was good for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=20_000, help="environment steps (default: %(default)s)")
    parser.add_argument("--episodes", type=int, default=20, help="for each mean (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    train = make_vec_env(lambda: make("suite://"), n_envs=2, seed=options.seed)
    model = PPO(
        "MlpPolicy", train, n_steps=256, batch_size=128, ent_coef=0.01, seed=options.seed, device="cpu"
    )
    for when in ("before", "after"):
        if when == "after":
            model.learn(options.steps)
        own, other = (mean_return(model, uri, options.episodes) for uri in ("suite://", "suite://?held-out"))
        print(
            f"{when}: mean return {own:.3f} on training kernels, {other:.3f} on held-out families", flush=True
        )
    train.close()


if __name__ == "__main__":
    main()
