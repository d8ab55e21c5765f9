"""Fits the defect classifier: mutants of our kernels, and public labelled functions where they are given.

Three losses: cross-entropy of the label; a pairwise one between variants of the same function (RankNet, Burges et al., ICML
2005), since what tells kernels from each other is no defect; and, where the wrong line is known, minus the logarithm
of the attention that its instructions get. Variants of a function are in one batch.

The epoch that ranks the validation families best is kept, and the temperature that calibrates it there is stored with it.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from passwright.gnn import schema
from passwright.gnn.defect_features import arrays
from passwright.gnn.defect_network import DefectNetwork, DefectSize
from passwright.policy.defect_graphs import Example, wrong
from passwright.policy.defect_metrics import Scores, auc, paired


@dataclass(frozen=True)
class DefectHyper:
    """Hyperparameters.

    Attributes:
        epochs: passes over the training functions.
        functions: in a batch, about: variants of one function stay together.
        rate: of AdamW, with a warm-up over the first tenth and a cosine to zero.
        decay: AdamW's weight decay.
        ranking: weight of the pairwise loss between variants.
        location: weight of the loss on the wrong line.
        public: weight of a public function; a mutant has 1.
        clip: of the gradient's norm.
        members: networks of the ensemble.
        seed: of the first network; the others follow.
    """

    epochs: int = 14
    functions: int = 64
    rate: float = 2e-3
    decay: float = 0.02
    ranking: float = 1.0
    location: float = 0.3
    public: float = 0.5
    clip: float = 1.0
    members: int = 1
    seed: int = 0

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


class Tensors:
    """Examples as tensors, made once."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = list(examples)
        self.graphs = [
            {name: torch.from_numpy(array.copy()) for name, array in arrays(one.graph).items()}
            for one in examples
        ]
        self.labels = torch.tensor([float(one.about.defective) for one in examples])
        self.wrong = [torch.from_numpy(wrong(one)) for one in examples]
        groups: dict[str, list[int]] = {}
        for row, one in enumerate(examples):
            groups.setdefault(f"{one.about.origin}/{one.about.group}", []).append(row)
        self.groups = list(groups.values())
        self.group_of = [0] * len(examples)
        for number, rows in enumerate(self.groups):
            for row in rows:
                self.group_of[row] = number

    def batches(self, size: int, rng: random.Random) -> list[list[int]]:
        """All rows, groups in random order and kept together, in batches of about `size`."""
        result: list[list[int]] = [[]]
        for group in rng.sample(self.groups, len(self.groups)):
            if len(result[-1]) >= size:
                result.append([])
            result[-1] += group
        return [one for one in result if one]


class Collated(dict[Any, Any]):
    """Several graphs as one, in the shape of a HeteroData batch."""

    def __init__(self, graphs: Sequence[dict[str, Tensor]]) -> None:
        super().__init__()
        starts: dict[str, list[int]] = {}
        for name in schema.NODES:
            sizes = [graph[f"{name}_numbers"].size(0) for graph in graphs]
            starts[name] = [0, *np.cumsum(sizes).tolist()]
            self[name] = SimpleNamespace(
                categories=torch.cat([graph[f"{name}_categories"] for graph in graphs]),
                x=torch.cat([graph[f"{name}_numbers"] for graph in graphs]),
                batch=torch.repeat_interleave(torch.arange(len(graphs)), torch.tensor(sizes)),
            )
        for name in ("library", "undefined"):
            setattr(self["instruction"], name, torch.cat([graph[name] for graph in graphs]))
        for edge in schema.EDGES:
            source, _, target = edge
            name = "_".join(edge)
            moved = [
                graph[f"{name}_ends"] + torch.tensor([[starts[source][place]], [starts[target][place]]])
                for place, graph in enumerate(graphs)
            ]
            attributes = torch.cat([graph[f"{name}_attributes"] for graph in graphs])
            self[edge] = SimpleNamespace(edge_index=torch.cat(moved, dim=1), edge_attr=attributes)
        self.features = torch.cat([graph["features"] for graph in graphs])


def fit(
    train: Sequence[Example],
    validation: Sequence[Example],
    hyper: DefectHyper,
    size: DefectSize,
    *,
    report: Callable[[int, int, float, float, float], None] | None = None,
) -> list[DefectNetwork]:
    """An ensemble; `report` gets member, epoch, loss, and on validation functions AUC and that within functions."""
    torch.set_num_threads(1)
    data, held = Tensors(train), Tensors(validation)
    networks = []
    for member in range(hyper.members):
        torch.manual_seed(hyper.seed + member)
        rng = random.Random(hyper.seed + member)
        network = DefectNetwork(size)
        optimiser = torch.optim.AdamW(network.parameters(), lr=hyper.rate, weight_decay=hyper.decay)
        steps = hyper.epochs * (len(data.batches(hyper.functions, random.Random(0))) + 2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, hyper.rate, total_steps=steps, pct_start=0.1
        )
        best, kept = -1.0, copy.deepcopy(network.state_dict())
        for epoch in range(hyper.epochs):
            network.train()
            losses = []
            for rows in data.batches(hyper.functions, rng):
                loss = loss_of(network, data, rows, hyper)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), hyper.clip)
                optimiser.step()
                schedule.step()
                losses.append(loss.item())
            overall, within = _validate(network, held)
            if overall + within > best or not len(validation):
                best, kept = overall + within, copy.deepcopy(network.state_dict())
            if report:
                report(member, epoch, sum(losses) / len(losses), overall, within)
        network.load_state_dict(kept)
        networks.append(network.eval())
    return networks


def loss_of(network: DefectNetwork, data: Tensors, rows: Sequence[int], hyper: DefectHyper) -> Tensor:
    """The sum of the three losses on some examples."""
    logits, shares = network(Collated([data.graphs[row] for row in rows]))
    labels = data.labels[list(rows)]
    about = [data.examples[row].about for row in rows]
    weight = torch.tensor([1.0 if one.origin == "mutants" else hyper.public for one in about])
    losses = nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    loss = (losses * weight).sum() / weight.sum()
    group = torch.tensor([data.group_of[row] for row in rows])
    pairs = (group[:, None] == group) & (labels[:, None] > labels)
    if pairs.any():
        apart = nn.functional.softplus(logits[None, :] - logits[:, None])[pairs]
        loss = loss + hyper.ranking * (apart * weight[:, None].expand_as(pairs)[pairs]).mean()
    missed = []
    start = 0
    for row in rows:
        at = data.wrong[row]
        if at.any():
            missed.append(-torch.logsumexp(shares[start : start + len(at)][at], 0))
        start += len(at)
    if missed:
        loss = loss + hyper.location * torch.stack(missed).mean()
    return loss


def _validate(network: DefectNetwork, held: Tensors) -> tuple[float, float]:
    """AUC over the mutants (all, where there are none), and within groups."""
    rows = [row for row, one in enumerate(held.examples) if one.about.origin == "mutants"]
    rows = rows or list(range(len(held.examples)))
    if not rows:
        return 0.0, 0.0
    logits = predict(network, held)[rows]
    labels = held.labels.numpy().astype(bool)[rows]
    groups = [str(held.group_of[row]) for row in rows]
    overall, within = auc(logits, labels), paired(logits, labels, groups)
    return 0.0 if np.isnan(overall) else overall, 0.0 if np.isnan(within) else within


@torch.no_grad()
def predict(network: DefectNetwork, data: Tensors, size: int = 64) -> Scores:
    """Logits of all examples, in order, float64 [n]."""
    network.eval()
    rows = range(len(data.examples))
    parts = [network(Collated(data.graphs[start : start + size]))[0].numpy() for start in rows[::size]]
    return np.concatenate([np.zeros(0), *parts]).astype(np.float64)
