"""Fits the network that compares builds by their profiles to what the experience store measured.

The loss has two parts. Each build's worth is regressed (Gaussian negative log likelihood, Nix and Weigend, ICNN 1994, with
a Huber loss beside it). And what a choice would have gained is maximised: with softmax(worth / temperature) over a kernel's
builds and -O3 as the probabilities of choosing each, minus the expected log ratio. All outcomes of a kernel are known, so
that this is the policy gradient of a one-step decision without sampling (full-information bandit).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from passwright.gnn.build_model import features
from passwright.gnn.build_network import BuildNetwork, BuildSize
from passwright.policy.examples import folds
from passwright.policy.lots import FAILED as FAILED
from passwright.policy.lots import PLAIN as PLAIN
from passwright.policy.lots import Choice as Choice
from passwright.policy.lots import Lot as Lot
from passwright.policy.lots import load as load

NEVER = -1e4
"""Worth of a place that holds no build."""


@dataclass(frozen=True)
class BuildHyper:
    """Hyperparameters.

    Attributes:
        epochs: passes over the kernels.
        kernels: in a batch, each with all its builds.
        rate: of AdamW, with a warm-up over the first tenth and a cosine to zero.
        decay: AdamW's weight decay.
        choice: weight of the expected gain of choosing, beside the regression.
        temperature: of the choice; a difference of so much in log ratio is worth a factor e in probability.
        ceiling: log ratio beyond which a better choice is not worth more.
        members: networks of the ensemble.
        seed: of the first network; the others follow.
    """

    epochs: int = 60
    kernels: int = 24
    rate: float = 2e-3
    decay: float = 0.05
    choice: float = 1.0
    temperature: float = 0.15
    ceiling: float = 1.5
    members: int = 5
    seed: int = 0

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


def fit(
    lots: Sequence[Lot],
    hyper: BuildHyper,
    size: BuildSize,
    *,
    device: str = "cpu",
    report: Callable[[int, int, float], None] | None = None,
) -> list[BuildNetwork]:
    """An ensemble trained on lots; `report` gets member, epoch and mean loss."""
    rows = [torch.from_numpy(features(lot.plain, lot.builds)).to(device) for lot in lots]
    worth = [torch.from_numpy(lot.worth).to(device) for lot in lots]
    everything = torch.cat(rows)
    mean, spread = everything.mean(dim=0), everything.std(dim=0)
    networks = []
    for member in range(hyper.members):
        torch.manual_seed(hyper.seed + member)
        rng = random.Random(hyper.seed + member)
        network = BuildNetwork(mean.clone(), spread.clone(), size).to(device)
        optimiser = torch.optim.AdamW(network.parameters(), lr=hyper.rate, weight_decay=hyper.decay)
        order = list(range(len(lots)))
        steps = hyper.epochs * math.ceil(len(order) / hyper.kernels)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, hyper.rate, total_steps=steps, pct_start=0.1
        )
        for epoch in range(hyper.epochs):
            network.train()
            rng.shuffle(order)
            losses = []
            for start in range(0, len(order), hyper.kernels):
                part = order[start : start + hyper.kernels]
                loss = _loss(network, [rows[one] for one in part], [worth[one] for one in part], hyper)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                losses.append(loss.item())
            if report:
                report(member, epoch, sum(losses) / len(losses))
        networks.append(network.eval())
    return networks


def _loss(
    network: BuildNetwork, rows: Sequence[Tensor], worth: Sequence[Tensor], hyper: BuildHyper
) -> Tensor:
    mean, log_variance = network(torch.cat(list(rows))).unbind(1)
    target = torch.cat(list(worth))
    likelihood = 0.5 * (log_variance + (target - mean) ** 2 / log_variance.exp()).mean()
    regression = nn.functional.huber_loss(mean, target, delta=0.5)
    found = pad_sequence(list(mean.split([len(one) for one in worth])), batch_first=True, padding_value=NEVER)
    true = pad_sequence(list(worth), batch_first=True)
    plain = mean.new_zeros(len(rows), 1)  # -O3 can always be chosen, and gains nothing
    chance = torch.softmax(torch.cat([found, plain], dim=1) / hyper.temperature, dim=1)
    gained = (chance * torch.cat([true, plain], dim=1).clamp(max=hyper.ceiling)).sum(dim=1).mean()
    return 0.3 * likelihood + 2 * regression - hyper.choice * gained


@torch.no_grad()
def predict(networks: Sequence[BuildNetwork], lot: Lot) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean worth of a lot's builds and doubt about it, [R] each; 0 and 0 for those that are -O3 again."""
    rows = torch.from_numpy(features(lot.plain, lot.builds))
    answers = torch.stack([network(rows)[:, 0] for network in networks]).numpy()
    mean, doubt = answers.mean(axis=0), answers.std(axis=0)
    mean[lot.same], doubt[lot.same] = 0.0, 0.0
    return mean, doubt


@dataclass(frozen=True)
class Gains:
    """What choosing builds by forecast gains on kernels of families that the networks have not seen.

    Attributes:
        first: geometric mean of the first choice; -O3 where no build promises more than the threshold.
        top8: of the best of the eight first, never below 1.
        best: of the best of all.
        fixed: of the one recipe that is best over the other families.
        cycles: of the build with the fewest static cycles.
        below: share of kernels whose first choice is below 0.98.
        kernels: how many.
    """

    first: float
    top8: float
    best: float
    fixed: float
    cycles: float
    below: float
    kernels: int

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Foretold:
    """A lot with what networks that were trained on other families say of it."""

    lot: Lot
    mean: NDArray[np.float32]
    doubt: NDArray[np.float32]
    fixed: str  # the recipe that is best over the other families


def cross_validated(
    lots: Sequence[Lot],
    hyper: BuildHyper,
    size: BuildSize,
    *,
    parts: int,
    report: Callable[[int], None] | None = None,
) -> list[Foretold]:
    """Every lot, foretold by networks of which none saw its family."""
    found = []
    for number, (train, test) in enumerate(folds(sorted({lot.family for lot in lots}), parts, hyper.seed)):
        seen = [lot for lot in lots if lot.family in train]
        networks, fixed = fit(seen, hyper, size), best_fixed(seen)
        for lot in lots:
            if lot.family in test:
                mean, doubt = predict(networks, lot)
                found.append(Foretold(lot, mean, doubt, fixed))
        if report:
            report(number)
    return found


def best_fixed(lots: Sequence[Lot], share: float = 0.6) -> str:
    """The recipe with the highest mean worth among those known on this share of the lots."""
    worth: dict[str, list[float]] = {}
    for lot in lots:
        for recipe, value in zip(lot.recipes, lot.worth.tolist(), strict=True):
            worth.setdefault(recipe, []).append(value)
    common = {recipe: values for recipe, values in worth.items() if len(values) >= share * len(lots)}
    return max(common, key=lambda recipe: sum(common[recipe]) / len(common[recipe]), default=PLAIN)


def gains(foretold: Sequence[Foretold], choice: Choice) -> Gains:
    """What the choices gain."""
    first, top8, best, fixed, cycles = [], [], [], [], []
    for one in foretold:
        worth = one.lot.worth
        chosen = choice.of(one.mean, one.doubt)
        first.append(0.0 if chosen is None else float(worth[chosen]))
        order = np.argsort(-(one.mean - choice.caution * one.doubt), kind="stable")
        top8.append(max(0.0, float(worth[order[:8]].max())))
        best.append(max(0.0, float(worth.max())))
        place = {recipe: number for number, recipe in enumerate(one.lot.recipes)}
        fixed.append(float(worth[place[one.fixed]]) if one.fixed in place else 0.0)
        fewest = int(one.lot.builds[:, 0].argmin())
        cycles.append(float(worth[fewest]) if one.lot.builds[fewest, 0] < one.lot.plain[0] else 0.0)

    def mean(logs: list[float]) -> float:
        return math.exp(sum(logs) / max(1, len(logs)))

    return Gains(
        first=mean(first),
        top8=mean(top8),
        best=mean(best),
        fixed=mean(fixed),
        cycles=mean(cycles),
        below=sum(value < math.log(0.98) for value in first) / max(1, len(first)),
        kernels=len(foretold),
    )


def best_choice(foretold: Sequence[Foretold], most_below: float) -> Choice:
    """The caution and threshold that gain most among those that lose on at most this share of the kernels."""
    choices = [
        Choice(caution, threshold)
        for caution in (0.0, 0.5, 1.0, 2.0)
        for threshold in (0.02, 0.05, 0.1, 0.2, 0.3)
    ]
    found = [(gains(foretold, one), one) for one in choices]
    fine = [item for item in found if item[0].below <= most_below]
    if not fine:
        return min(found, key=lambda item: item[0].below)[1]
    return max(fine, key=lambda item: item[0].first)[1]
