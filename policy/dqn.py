"""Double DQN on the pass-ordering environment (van Hasselt et al., AAAI 2016), with replay, masked.

    python -m passwright.policy.dqn --reward ir-instructions --corpus 64 --steps 8000 --seed 1 --out runs/dqn

Actions are drawn by chance at first and by value later (epsilon-greedy). The replay is proportional to the last error
(Schaul et al., ICLR 2016) when `priority` is above 0, else uniform. The policy's logits are the values of actions; its
own value head is not used. A checkpoint holds both networks and the optimiser, not the replay: a resumed run fills a new
one first, and so is a good run but not the same as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from passwright.gnn.policy_model import MASKED, PolicyNetwork
from passwright.policy import checkpoint
from passwright.policy.env_actions import EnvActions
from passwright.policy.learner_options import parser, reward_weights
from passwright.policy.ppo import forward
from passwright.policy.rollout import RewardWeights, Rollout, Transition, terms
from passwright.policy.states import State, size_of
from passwright.policy.train_log import Report, TrainLog, progress
from passwright.policy.training_set import refuse_held_out, training_uris
from passwright.policy.vector_env import PassOrderingVector


@dataclass(frozen=True)
class DQNHyper:
    """Hyperparameters.

    Attributes:
        envs: environments at once, a process each.
        max_steps: of an episode.
        capacity: transitions in the replay.
        first: transitions before the first update.
        batch: transitions in an update, of which there is one per step of all environments.
        rate: of Adam.
        discount: gamma.
        target: updates after which the target network is renewed.
        epsilon: shares of actions drawn by chance, at the start and from half of the steps on.
        priority: exponent of the replay's priorities; 0: uniform.
        correction: exponent of the importance weights that make up for priorities.
        norm: at which the gradient is clipped.
        weights: of the reward's terms.
        seed: of everything.
        device: cpu, or cuda with bf16 autocast in the forward passes.
    """

    envs: int = 4
    max_steps: int = 12
    capacity: int = 10_000
    first: int = 256
    batch: int = 32
    rate: float = 5e-4
    discount: float = 0.99
    target: int = 250
    epsilon: tuple[float, float] = (1.0, 0.05)
    priority: float = 0.6
    correction: float = 0.4
    norm: float = 1.0
    weights: RewardWeights = field(default_factory=RewardWeights)
    seed: int = 0
    device: str = "cpu"


class Replay:
    """The last transitions, drawn in proportion to priority ** exponent."""

    def __init__(self, capacity: int, exponent: float) -> None:
        self.items: list[Transition] = []
        self._capacity, self._exponent, self._next = capacity, exponent, 0
        self._priority = np.zeros(capacity)

    def add(self, one: Transition) -> None:
        """A new one comes with the highest priority there is."""
        if len(self.items) < self._capacity:
            self.items.append(one)
        else:
            self.items[self._next] = one
        self._priority[self._next] = max(1.0, self._priority.max())
        self._next = (self._next + 1) % self._capacity

    def draw(self, count: int, correction: float, rng: np.random.Generator) -> tuple[np.ndarray, Tensor]:
        """Places, and importance weights float32 [count] with maximum 1."""
        chances = self._priority[: len(self.items)] ** self._exponent
        chances /= chances.sum()
        places = rng.choice(len(self.items), count, p=chances)
        weights = (len(self.items) * chances[places]) ** -correction
        return places, torch.tensor(weights / weights.max(), dtype=torch.float32)

    def mark(self, places: np.ndarray, errors: Tensor) -> None:
        """New priorities: the size of the errors."""
        self._priority[places] = errors.abs().numpy() + 1e-3


def train(
    uris: Sequence[str],
    steps: int,
    hyper: DQNHyper,
    folder: Path,
    *,
    reward: str = "ir-instructions",
    encoder: str = "graph",
    every: int = 500,
    in_process: bool = False,
    report: Report | None = None,
) -> PolicyNetwork:
    """Train until `steps` environment steps in all, going on from the folder's checkpoint when there is one; Ctrl-C leaves
    one too.

    Raises InputError for a benchmark of a held-out family.
    """
    refuse_held_out(uris)
    torch.manual_seed(hyper.seed)
    networks = {
        name: PolicyNetwork(size_of(EnvActions(), encoder)).to(hyper.device) for name in ("policy", "target")
    }
    policy, target = networks["policy"], networks["target"]
    target.load_state_dict(policy.state_dict())
    optimiser = torch.optim.Adam(policy.parameters(), lr=hyper.rate)
    done = 0
    if checkpoint.exists(folder):
        tensors, state = checkpoint.load_state(folder)
        checkpoint.restore(tensors, networks, optimiser)
        done = state["rounds"]
    rng = np.random.default_rng((hyper.seed, done))
    replay = Replay(hyper.capacity, hyper.priority)
    env = PassOrderingVector(
        hyper.envs,
        benchmark=list(uris),
        observation="graph",
        reward=reward,
        max_steps=hyper.max_steps,
        in_process=in_process,
    )
    log = TrainLog(folder)
    about = {"learner": "dqn", "hyper": asdict(hyper), "reward": reward}

    def choose(states: Sequence[State]) -> tuple[Tensor, Tensor, Tensor]:
        high, low = hyper.epsilon
        chance = max(low, high - (high - low) * 2 * done * hyper.envs / steps)
        with torch.no_grad():
            values, _ = forward(policy, states, hyper.device)
        actions = values.argmax(1)
        for row in range(len(states)):
            if rng.random() < chance:
                actions[row] = int(rng.choice((values[row] > MASKED / 2).nonzero().flatten().numpy()))
        none = torch.zeros(len(states))
        return actions, none, none

    played: list[Transition] = []
    errors: list[float] = []
    try:
        rollout = Rollout(env, hyper.weights)
        rollout.reset(hyper.seed * 1_000_003 + done)
        while done * hyper.envs < steps:
            made = [one for one in rollout.step(choose) if one is not None]
            played += made
            for one in made:
                replay.add(one)
            if len(replay.items) >= hyper.first:
                errors.append(update(policy, target, optimiser, replay, hyper, rng))
            done += 1
            if done % hyper.target == 0:
                target.load_state_dict(policy.state_dict())
            if done % every == 0:
                error = sum(errors) / max(1, len(errors))
                scalars = {**terms(played), "error": error}
                log.write(done * hyper.envs, scalars)
                if report:
                    report(done * hyper.envs, scalars)
                checkpoint.save(folder, done, networks, optimiser, {"rounds": done, **about})
                played, errors = [], []
    finally:
        log.close()
        env.close()
        checkpoint.save(folder, done, networks, optimiser, {"rounds": done, **about})
    return policy.eval()


def update(
    policy: PolicyNetwork,
    target: PolicyNetwork,
    optimiser: torch.optim.Optimizer,
    replay: Replay,
    hyper: DQNHyper,
    rng: np.random.Generator,
) -> float:
    """One step on a batch from the replay; the mean size of the errors."""
    places, weights = replay.draw(hyper.batch, hyper.correction, rng)
    batch = [replay.items[place] for place in places]
    rewards = torch.tensor([one.reward for one in batch])
    ends = torch.tensor([one.following is None for one in batch])
    after = [one.following or one.state for one in batch]
    with torch.no_grad():  # the policy chooses, the target judges
        best = forward(policy, after, hyper.device)[0].argmax(1, keepdim=True)
        future = forward(target, after, hyper.device)[0].gather(1, best).squeeze(1)
    wanted = rewards + hyper.discount * future.masked_fill(ends, 0.0)
    actions = torch.tensor([one.action for one in batch])
    values = (
        forward(policy, [one.state for one in batch], hyper.device)[0].gather(1, actions[:, None]).squeeze(1)
    )
    loss = (weights * nn.functional.smooth_l1_loss(values, wanted, reduction="none")).mean()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(policy.parameters(), hyper.norm)
    optimiser.step()
    replay.mark(places, (values - wanted).detach())
    return float((values - wanted).detach().abs().mean())


def main() -> None:
    """The command."""
    options = parser(__doc__ or "", envs=DQNHyper.envs).parse_args()
    with progress(options.steps) as report:
        train(
            training_uris(options.corpus, options.seed),
            options.steps,
            DQNHyper(
                seed=options.seed, envs=options.envs, device=options.device, weights=reward_weights(options)
            ),
            options.out,
            reward=options.reward,
            encoder=options.encoder,
            report=report,
        )


if __name__ == "__main__":
    main()
