"""Options that the learners in the environment share on their command lines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passwright.policy.rollout import RewardWeights


def parser(description: str, *, envs: int) -> argparse.ArgumentParser:
    """A command line with what every learner takes; `envs`: environments at once by default."""
    result = argparse.ArgumentParser(description=description.split("\n\n")[0])
    add = result.add_argument
    add("--out", type=Path, required=True, help="folder of the checkpoint and the log")
    add(
        "--reward",
        default="ir-instructions",
        help="name of the environment's reward (default: %(default)s); composite=0.4,0.4,0.2 with its weights",
    )
    add("--gain", type=float, default=1.0, help="weight of the environment's reward (default: %(default)s)")
    add("--step-cost", type=float, default=0.002, help="cost of a step (default: %(default)s)")
    add("--floor", type=float, default=-1.0, help="reward of what is wrong or fails (default: %(default)s)")
    add("--corpus", type=int, default=64, help="generated kernels beside the suite's (default: %(default)s)")
    add("--steps", type=int, default=8000, help="environment steps in all (default: %(default)s)")
    add("--encoder", choices=("graph", "counts"), default="graph", help="(default: %(default)s)")
    add("--seed", type=int, default=0, help="(default: %(default)s)")
    add("--envs", type=int, default=envs, help="environments at once (default: %(default)s)")
    add("--device", default="cpu", help="(default: %(default)s)")
    return result


def reward_weights(options: argparse.Namespace) -> RewardWeights:
    """The weights of the reward's terms that were asked for."""
    from passwright.policy.rollout import RewardWeights

    return RewardWeights(options.gain, options.step_cost, options.floor)
