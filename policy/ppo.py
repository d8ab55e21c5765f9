"""PPO on the pass-ordering environment (Schulman et al. 2017), with GAE (Schulman et al., ICLR 2016) and masked actions.

    python -m passwright.policy.ppo --reward ir-instructions --corpus 64 --steps 8000 --seed 1 --out runs/ppo
    python -m passwright.policy.ppo --start runs/clone …      # from a behaviour-cloned policy
    python -m passwright.policy.ppo --out runs/ppo --steps 16000   # goes on where runs/ppo stopped

One iteration plays `envs * rollout` steps and learns from them. Every iteration begins with new episodes whose seeds
follow from (seed, iteration), so that a run that was interrupted and resumed gives the same network as one that was not.
The share of steps left is part of the state: a truncated episode has ended, and nothing is bootstrapped beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from passwright.gnn.policy_model import PolicyNetwork
from passwright.policy import checkpoint
from passwright.policy.env_actions import EnvActions
from passwright.policy.learner_options import parser, reward_weights
from passwright.policy.rollout import RewardWeights, Rollout, Transition, draw, terms
from passwright.policy.states import State, inputs, size_of
from passwright.policy.train_log import Report, TrainLog, progress
from passwright.policy.training_set import refuse_held_out, training_uris
from passwright.policy.vector_env import PassOrderingVector


@dataclass(frozen=True)
class PPOHyper:
    """Hyperparameters.

    Attributes:
        envs: environments at once, a process each.
        rollout: steps of each environment in an iteration.
        max_steps: of an episode.
        epochs: passes over an iteration's transitions.
        batch: transitions in a minibatch.
        rate: of Adam.
        discount, trace: gamma and lambda of GAE.
        clip: of the probability ratio.
        value: weight of the value loss.
        entropy: weight of the entropy bonus.
        norm: at which the gradient is clipped.
        weights: of the reward's terms.
        seed: of everything.
        device: cpu, or cuda with bf16 autocast in the forward passes.
    """

    envs: int = 4
    rollout: int = 64
    max_steps: int = 12
    epochs: int = 3
    batch: int = 64
    rate: float = 5e-4
    discount: float = 0.99
    trace: float = 0.95
    clip: float = 0.2
    value: float = 0.5
    entropy: float = 0.01
    norm: float = 0.5
    weights: RewardWeights = field(default_factory=RewardWeights)
    seed: int = 0
    device: str = "cpu"

    @property
    def iteration(self) -> int:
        """Environment steps of one iteration."""
        return self.envs * self.rollout


def train(
    uris: Sequence[str],
    steps: int,
    hyper: PPOHyper,
    folder: Path,
    *,
    reward: str = "ir-instructions",
    encoder: str = "graph",
    start: PolicyNetwork | None = None,
    every: int = 5,
    in_process: bool = False,
    report: Report | None = None,
) -> PolicyNetwork:
    """Train for `steps` environment steps in all, going on from the folder's checkpoint when there is one.

    `start`: weights to begin with. A checkpoint is written every so many iterations, at the end, and on Ctrl-C, of the last
    iteration that was whole.

    Raises InputError for a benchmark of a held-out family.
    """
    refuse_held_out(uris)
    torch.manual_seed(hyper.seed)
    network = start or PolicyNetwork(size_of(EnvActions(), encoder))
    network.to(hyper.device)
    optimiser = torch.optim.Adam(network.parameters(), lr=hyper.rate, eps=1e-5)
    done, saved = 0, -1
    if checkpoint.exists(folder):
        tensors, state = checkpoint.load_state(folder)
        checkpoint.restore(tensors, {"policy": network}, optimiser)
        done = saved = state["iteration"]
    env = PassOrderingVector(
        hyper.envs,
        benchmark=list(uris),
        observation="graph",
        reward=reward,
        max_steps=hyper.max_steps,
        in_process=in_process,
    )
    log = TrainLog(folder)
    about = {"learner": "ppo", "hyper": asdict(hyper), "reward": reward}
    try:
        rollout = Rollout(env, hyper.weights)
        while done * hyper.iteration < steps:
            transitions, last = collect(network, rollout, hyper, done)
            before = deepcopy((network.state_dict(), optimiser.state_dict()))
            try:
                scalars = update(network, optimiser, transitions, last, hyper, done)
            except KeyboardInterrupt:  # half an iteration must not reach the checkpoint
                network.load_state_dict(before[0])
                optimiser.load_state_dict(before[1])
                raise
            done += 1
            played = [one for row in transitions for one in row if one is not None]
            scalars |= terms(played)
            log.write(done * hyper.iteration, scalars)
            if report:
                report(done * hyper.iteration, scalars)
            if done % every == 0:
                checkpoint.save(folder, done, {"policy": network}, optimiser, {"iteration": done, **about})
                saved = done
    finally:
        log.close()
        env.close()
        if saved != done:
            checkpoint.save(folder, done, {"policy": network}, optimiser, {"iteration": done, **about})
    return network.eval()


@torch.no_grad()
def collect(
    network: PolicyNetwork, rollout: Rollout, hyper: PPOHyper, iteration: int
) -> tuple[list[list[Transition | None]], Tensor]:
    """An iteration's transitions, [rollout][envs], and the values of the states after them, [envs]."""
    network.eval()
    seed = (hyper.seed * 1_000_003 + iteration) * 1009
    generator = torch.Generator().manual_seed(seed)

    def choose(states: Sequence[State]) -> tuple[Tensor, Tensor, Tensor]:
        logits, values = forward(network, states, hyper.device)
        actions = draw(logits, generator)
        return actions, logits.log_softmax(1).gather(1, actions[:, None]).squeeze(1), values

    rollout.reset(seed)
    transitions = [rollout.step(choose) for _ in range(hyper.rollout)]
    return transitions, forward(network, rollout.states, hyper.device)[1]


def forward(network: PolicyNetwork, states: Sequence[State], device: str) -> tuple[Tensor, Tensor]:
    """Logits [S, A] and values [S], float32 on the CPU."""
    with torch.autocast("cuda", torch.bfloat16, enabled=device.startswith("cuda")):
        logits, values = network(inputs(states, device))
    return logits.cpu(), values.cpu()


def advantages(
    transitions: Sequence[Sequence[Transition | None]], last: Tensor, hyper: PPOHyper
) -> tuple[list[Transition], Tensor]:
    """The transitions in one row, and their generalised advantages float32 [N]."""
    flat: list[Transition] = []
    found: list[float] = []
    for env in range(hyper.envs):
        following, advantage = float(last[env]), 0.0
        own: list[tuple[Transition, float]] = []
        for row in reversed(transitions):
            one = row[env]
            if one is None:
                continue
            if one.following is None:
                following, advantage = 0.0, 0.0
            advantage = (
                one.reward + hyper.discount * following - one.value + hyper.discount * hyper.trace * advantage
            )
            following = one.value
            own.append((one, advantage))
        for one, value in reversed(own):
            flat.append(one)
            found.append(value)
    return flat, torch.tensor(found)


def update(
    network: PolicyNetwork,
    optimiser: torch.optim.Optimizer,
    transitions: Sequence[Sequence[Transition | None]],
    last: Tensor,
    hyper: PPOHyper,
    iteration: int,
) -> dict[str, float]:
    """Learn from an iteration's transitions; means of what was seen on the way."""
    network.train()
    flat, advantage = advantages(transitions, last, hyper)
    target = advantage + torch.tensor([one.value for one in flat])
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    actions = torch.tensor([one.action for one in flat])
    chances = torch.tensor([one.chance for one in flat])
    generator = torch.Generator().manual_seed(hyper.seed * 7919 + iteration)
    seen: list[tuple[float, ...]] = []
    for _ in range(hyper.epochs):
        for rows in torch.randperm(len(flat), generator=generator).split(hyper.batch):
            logits, values = forward(network, [flat[row].state for row in rows.tolist()], hyper.device)
            log = logits.log_softmax(1)
            ratio = (log.gather(1, actions[rows, None]).squeeze(1) - chances[rows]).exp()
            gain = torch.min(
                ratio * advantage[rows], ratio.clamp(1 - hyper.clip, 1 + hyper.clip) * advantage[rows]
            ).mean()
            entropy = -(log.exp() * log).sum(1).mean()
            error = (values - target[rows]).square().mean()
            loss = -gain + hyper.value * error - hyper.entropy * entropy
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), hyper.norm)
            optimiser.step()
            clipped = ((ratio - 1).abs() > hyper.clip).float().mean()
            seen.append((gain.item(), error.item(), entropy.item(), clipped.item()))
    names = ("objective", "value_error", "entropy", "clipped")
    return {
        name: sum(column) / len(seen) for name, column in zip(names, zip(*seen, strict=True), strict=True)
    }


def main() -> None:
    """The command."""
    command = parser(__doc__ or "", envs=PPOHyper.envs)
    command.add_argument("--start", type=Path, help="folder of a policy to begin with")
    options = command.parse_args()
    with progress(options.steps) as report:
        train(
            training_uris(options.corpus, options.seed),
            options.steps,
            PPOHyper(
                seed=options.seed, envs=options.envs, device=options.device, weights=reward_weights(options)
            ),
            options.out,
            reward=options.reward,
            encoder=options.encoder,
            start=checkpoint.load_policy(options.start) if options.start else None,
            report=report,
        )


if __name__ == "__main__":
    main()
