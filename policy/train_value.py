"""Fits the value network offline on what the experience store knows.

One file, top to bottom: data to tensors, the loop, the metrics. The loss is the Gaussian negative log likelihood of the log
ratio (mean and variance from the network; Nix and Weigend, ICNN 1994) for recipes that worked, and the cross-entropy of
failing for all. What counts in the end are the choices: `Choices` says what a kernel gains from the network's first
choice, from the best of its first k, and from the best of all there are, on families that it was not trained on.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.data import Batch, HeteroData

from passwright.gnn.export import to_hetero
from passwright.gnn.model import NetworkSize, ValueNetwork
from passwright.gnn.recipe_tokens import buckets
from passwright.passes.recipe import Recipe
from passwright.policy.examples import Examples


@dataclass(frozen=True)
class ValueHyper:
    """Hyperparameters.

    Attributes:
        epochs: passes over the kernels.
        graphs: kernels in a batch.
        pairs: recipes per kernel in a batch, drawn anew each time.
        rate: of AdamW, with a warm-up over the first tenth and a cosine to zero.
        decay: AdamW's weight decay.
        token_dropout: share of a recipe's tokens that is left out, so that single knobs are not learned by heart.
        clip: of the gradient's norm.
        seed: of everything.
    """

    epochs: int = 60
    graphs: int = 16
    pairs: int = 64
    rate: float = 2e-3
    decay: float = 0.02
    token_dropout: float = 0.1
    clip: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Choices:
    """Geometric means over kernels of what choices gain over -O3 (which can always be chosen, and gains 1).

    Attributes:
        first: the recipe with the highest predicted worth, -O3 if none is above 0.
        top8: the best of the eight first.
        best: the best of all.
        fixed: the one recipe that is best over the training kernels.
        below: share of kernels on which `first` is below 0.98.
        kernels: how many.
    """

    first: float
    top8: float
    best: float
    fixed: float
    below: float
    kernels: int

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


class Data:
    """Examples as tensors: a graph each, the recipes' buckets, and a table of worths with NaN for what is not known."""

    def __init__(self, examples: Examples, recipes: Sequence[str], device: str = "cpu") -> None:
        self.device = device
        self.graphs: list[HeteroData] = [to_hetero(item.graph) for item in examples.items]
        for graph in self.graphs:
            del graph.loop_ids
        self.recipes = list(recipes)
        self.buckets = [buckets(Recipe.parse(recipe)) for recipe in self.recipes]
        self.worth = torch.full((len(self.graphs), len(self.recipes)), math.nan)
        self.failed = torch.zeros(len(self.graphs), len(self.recipes), dtype=torch.bool)
        place = {recipe: number for number, recipe in enumerate(self.recipes)}
        for row, item in enumerate(examples.items):
            for recipe, worth in item.worth.items():
                if recipe in place:
                    self.worth[row, place[recipe]] = 0.0 if worth is None else worth
                    self.failed[row, place[recipe]] = worth is None
        self.known = ~self.worth.isnan()

    def batch(self, rows: Sequence[int]) -> Any:
        """The graphs of these rows as one."""
        return Batch.from_data_list([self.graphs[row] for row in rows]).to(self.device)

    def bags(
        self, columns: Sequence[int], dropout: float = 0.0, rng: random.Random | None = None
    ) -> tuple[Tensor, Tensor]:
        """The recipes of these columns as an EmbeddingBag takes them."""
        flat: list[int] = []
        offsets = []
        for column in columns:
            offsets.append(len(flat))
            bag = self.buckets[column]
            kept = [one for one in bag if rng is None or rng.random() >= dropout]
            flat += kept or bag[:1]
        return torch.tensor(flat, device=self.device), torch.tensor(offsets, device=self.device)


def fit(
    data: Data,
    hyper: ValueHyper,
    size: NetworkSize,
    *,
    rows: Sequence[int] | None = None,
    report: Callable[[int, float], None] | None = None,
) -> ValueNetwork:
    """A network trained on rows of the data; `report` gets each epoch's number and mean loss."""
    torch.manual_seed(hyper.seed)
    rng = random.Random(hyper.seed)
    network = ValueNetwork(size).to(data.device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=hyper.rate, weight_decay=hyper.decay)
    order = list(range(len(data.graphs))) if rows is None else list(rows)
    steps = hyper.epochs * math.ceil(len(order) / hyper.graphs)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, hyper.rate, total_steps=steps, pct_start=0.1)
    for epoch in range(hyper.epochs):
        network.train()
        rng.shuffle(order)
        losses = []
        for start in range(0, len(order), hyper.graphs):
            loss = _loss(network, data, order[start : start + hyper.graphs], hyper, rng)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), hyper.clip)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        if report:
            report(epoch, sum(losses) / len(losses))
    return network.eval()


def _loss(
    network: ValueNetwork, data: Data, rows: Sequence[int], hyper: ValueHyper, rng: random.Random
) -> Tensor:
    owners, columns = [], []
    for place, row in enumerate(rows):
        known = data.known[row].nonzero().flatten().tolist()
        for column in rng.sample(known, min(hyper.pairs, len(known))):
            owners.append(place)
            columns.append(column)
    used = sorted(set(columns))
    where = {column: number for number, column in enumerate(used)}
    vectors, _ = network.graph(data.batch(rows))
    recipes = network.recipe(*data.bags(used, hyper.token_dropout, rng))
    out = network(vectors[owners], recipes[[where[column] for column in columns]])
    index = torch.tensor(rows)[owners], torch.tensor(columns)
    worth, failed = data.worth[index].to(out.device), data.failed[index].to(out.device)
    mean, log_variance, logit = out.unbind(1)
    log_variance = log_variance.clamp(-7, 3)
    likelihood = 0.5 * (log_variance + (worth - mean) ** 2 / log_variance.exp())
    # The error itself as well: the likelihood alone lets the network give up on kernels that it finds hard.
    worked = (~failed).float()
    regression = ((likelihood + (worth - mean) ** 2) * worked).sum() / worked.sum().clamp(min=1)
    return regression + nn.functional.binary_cross_entropy_with_logits(logit, failed.float())


@torch.no_grad()
def predict(network: ValueNetwork, data: Data, rows: Sequence[int], columns: Sequence[int]) -> Tensor:
    """[rows, columns, 3]: mean, log variance, logit of failing."""
    network.eval()
    recipes = network.recipe(*data.bags(columns))
    result = []
    for start in range(0, len(rows), 32):
        vectors, _ = network.graph(data.batch(rows[start : start + 32]))
        pairs = vectors[:, None].expand(-1, len(columns), -1).flatten(0, 1)
        out = network(pairs, recipes.repeat(len(vectors), 1))
        result.append(out.view(len(vectors), len(columns), 3))
    return torch.cat(result).cpu()


def choices(score: Tensor, data: Data, rows: Sequence[int], columns: Sequence[int], fixed: int) -> Choices:
    """What choosing by `score` [rows, columns] gains among recipes that were all tried on these kernels; unknown ones
    count as -O3."""
    worth = data.worth[rows][:, columns].nan_to_num(0.0)
    worth = worth.masked_fill(data.failed[rows][:, columns], 0.0)  # a failure is found before it can do harm
    order = score.argsort(dim=1, descending=True)
    first = torch.where(
        score.max(dim=1).values > 0, worth.gather(1, order[:, :1]).squeeze(1), torch.zeros(len(rows))
    )
    top8 = worth.gather(1, order[:, :8]).max(dim=1).values.clamp(min=0)
    best = worth.max(dim=1).values.clamp(min=0)
    means = [math.exp(float(one.mean())) for one in (first, top8, best, worth[:, fixed])]
    return Choices(
        first=means[0],
        top8=means[1],
        best=means[2],
        fixed=means[3],
        below=float((first < math.log(0.98)).float().mean()),
        kernels=len(rows),
    )


def best_fixed(data: Data, rows: Sequence[int], columns: Sequence[int]) -> int:
    """Which of the columns has the highest mean worth on these rows."""
    worth = data.worth[rows][:, columns].nan_to_num(0.0).masked_fill(data.failed[rows][:, columns], 0.0)
    return int(worth.mean(dim=0).argmax())
