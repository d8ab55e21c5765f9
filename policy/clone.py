"""Behaviour cloning: a policy learns good sequences by heart before it is tuned on reward.

    python -m passwright.policy.clone --reward ir-instructions --corpus 16 --width 24 --out runs/clone

Demonstrations come from a randomised greedy search over forks of the environment: at each step `width` of the legal
actions are tried, and the best is taken if it earns anything; where none does, the demonstration says STOP. The tries are
environment steps and are counted. A reward
that comes only when an episode ends (run-time) gives such a search nothing to go by.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
from torch import nn

from passwright.gnn.policy_model import PolicyNetwork
from passwright.policy import checkpoint
from passwright.policy.env import PassOrdering
from passwright.policy.env_actions import STOP, EnvActions
from passwright.policy.states import State, Watcher, inputs, size_of
from passwright.policy.training_set import refuse_held_out, training_uris


@dataclass(frozen=True)
class CloneHyper:
    """Hyperparameters.

    Attributes:
        width: actions that the search tries at a step; with fewer tries its demonstrations are worse.
        max_steps: of a demonstration.
        worth: reward from which on an action is taken.
        epochs: passes over the demonstrations.
        batch: states in a minibatch.
        rate: of AdamW.
        decay: AdamW's weight decay.
        seed: of everything.
    """

    width: int = 24
    max_steps: int = 12
    worth: float = 1e-6
    epochs: int = 20
    batch: int = 64
    rate: float = 1e-3
    decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True)
class Demonstration:
    """A good sequence on a benchmark (URI): its actions without STOP, what it earned, and how many steps were tried."""

    benchmark: str
    actions: tuple[int, ...]
    gain: float
    tried: int


def search(
    env: PassOrdering, uri: str, width: int, worth: float, rng: Random, tries: int = 0
) -> Demonstration:
    """Randomised greedy search on a benchmark; `tries` bounds the steps that are tried, 0: no bound."""
    env.reset(options={"benchmark": uri})
    here, gain, tried = env.fork(), 0.0, 0
    actions: list[int] = []
    while len(actions) < env.max_steps - 1 and (not tries or tried < tries):
        legal = [number for number in here.action_masks().nonzero()[0].tolist() if number != STOP]
        best = worth
        found: tuple[PassOrdering, int] | None = None
        for action in rng.sample(legal, min(width, len(legal), tries - tried if tries else width)):
            fork = here.fork()
            _, reward, terminated, _, _ = fork.step(action)
            tried += 1
            if not terminated and reward > best:
                best, found = reward, (fork, action)
        if found is None:
            break
        here = found[0]
        actions.append(found[1])
        gain += best
    return Demonstration(uri, tuple(actions), gain, tried)


def demonstrate(
    uris: Sequence[str],
    hyper: CloneHyper,
    *,
    reward: str,
    report: Callable[[Demonstration], None] | None = None,
) -> list[Demonstration]:
    """A demonstration on every benchmark.  Raises InputError for one of a held-out family."""
    refuse_held_out(uris)
    rng = Random(hyper.seed)
    found = []
    env = PassOrdering(list(uris), reward=reward, max_steps=hyper.max_steps)
    for uri in uris:
        found.append(search(env, uri, hyper.width, hyper.worth, rng))
        if report:
            report(found[-1])
    env.close()
    return found


def replay(
    demonstrations: Sequence[Demonstration], hyper: CloneHyper, *, reward: str
) -> list[tuple[State, int]]:
    """The states that demonstrations pass through, each with the action taken there; STOP after the last."""
    env = PassOrdering(observation="graph", reward=reward, max_steps=hyper.max_steps)
    watcher = Watcher(hyper.max_steps)
    pairs: list[tuple[State, int]] = []
    for demonstration in demonstrations:
        observation, _ = env.reset(options={"benchmark": demonstration.benchmark})
        state = watcher.start(0, observation, demonstration.benchmark)
        for action in demonstration.actions:
            pairs.append((state, action))
            observation, _, _, _, info = env.step(action)
            state = watcher.after(0, state, action, observation, changed=info["changed"])
        pairs.append((state, STOP))
    env.close()
    return pairs


def clone(
    pairs: Sequence[tuple[State, int]],
    hyper: CloneHyper,
    *,
    encoder: str = "graph",
    report: Callable[[int, float, float], None] | None = None,
) -> PolicyNetwork:
    """A policy that imitates; `report` gets each epoch's number, mean cross-entropy and share of actions hit."""
    torch.manual_seed(hyper.seed)
    network = PolicyNetwork(size_of(EnvActions(), encoder))
    optimiser = torch.optim.AdamW(network.parameters(), lr=hyper.rate, weight_decay=hyper.decay)
    for epoch in range(hyper.epochs):
        losses, hits = [], 0
        for rows in torch.randperm(len(pairs)).split(hyper.batch):
            chosen = [pairs[row] for row in rows.tolist()]
            actions = torch.tensor([action for _, action in chosen])
            logits, _ = network(inputs([state for state, _ in chosen]))
            loss = nn.functional.cross_entropy(logits, actions)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            hits += int((logits.argmax(1) == actions).sum())
        if report:
            report(epoch, sum(losses) / len(losses), hits / len(pairs))
    return network.eval()


def save_demonstrations(path: Path, demonstrations: Sequence[Demonstration]) -> None:
    """Write them as JSON, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(one) for one in demonstrations], indent=1) + "\n")
    os.replace(fresh, path)


def load_demonstrations(path: Path) -> list[Demonstration]:
    """What `save_demonstrations` wrote."""
    return [
        Demonstration(**{**one, "actions": tuple(one["actions"])}) for one in json.loads(path.read_text())
    ]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--reward", default="ir-instructions", choices=("ir-instructions", "object-text", "cycles")
    )
    parser.add_argument("--corpus", type=int, default=16, help="generated kernels beside the suite's")
    parser.add_argument("--kernels", type=int, default=0, help="so many of them all, drawn; 0: all")
    parser.add_argument("--width", type=int, default=CloneHyper.width)
    parser.add_argument("--epochs", type=int, default=CloneHyper.epochs)
    parser.add_argument("--encoder", choices=("graph", "counts"), default="graph")
    parser.add_argument("--demonstrations", type=Path, help="made before, instead of a search")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    hyper = CloneHyper(width=options.width, epochs=options.epochs, seed=options.seed)
    uris = training_uris(options.corpus, options.seed)
    if options.kernels:
        uris = Random(options.seed).sample(uris, min(options.kernels, len(uris)))
    options.out.mkdir(parents=True, exist_ok=True)
    if options.demonstrations:
        found = load_demonstrations(options.demonstrations)
        refuse_held_out(one.benchmark for one in found)
    else:
        found = demonstrate(
            uris,
            hyper,
            reward=options.reward,
            report=lambda one: print(f"{one.benchmark}: {one.gain:.3f}", flush=True),
        )
        save_demonstrations(options.out / "demonstrations.json", found)
    print(f"{len(found)} demonstrations, {sum(one.tried for one in found)} environment steps tried")
    network = clone(
        replay(found, hyper, reward=options.reward),
        hyper,
        encoder=options.encoder,
        report=lambda epoch, loss, hit: print(f"epoch {epoch}: loss {loss:.3f}, {hit:.0%} hit", flush=True),
    )
    about = {"learner": "clone", "hyper": asdict(hyper), "reward": options.reward}
    checkpoint.save(options.out, hyper.epochs, {"policy": network}, None, about)


if __name__ == "__main__":
    main()
