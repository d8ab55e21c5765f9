"""How good scores of defectiveness are: ranking, precision, calibration, location.

Scores are float [n], labels bool [n] (true: defective), groups say which functions are variants of one; intervals are of a
bootstrap over groups, since variants of one kernel are no independent cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]

RECALLS = tuple(step / 10 for step in range(1, 11))
BINS = 10


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return asdict(self)


def auc(scores: Scores, labels: Labels) -> float:
    """Area under the ROC curve: the chance that a defective one scores above a clean one, ties half (Mann-Whitney); NaN
    when there is only one kind."""
    good, bad = np.sort(scores[~labels]), scores[labels]
    if not len(good) or not len(bad):
        return float("nan")
    below = np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")
    return float(below.sum() / (2 * len(good) * len(bad)))


def paired(scores: Scores, labels: Labels, groups: Sequence[str]) -> float:
    """The same chance where both are variants of one function, averaged over functions that have both kinds."""
    found = [auc(scores[rows], labels[rows]) for rows in _rows(groups).values()]
    known = [value for value in found if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def interval(
    measure: Callable[[NDArray[np.int64]], float], groups: Sequence[str], *, rounds: int = 400, seed: int = 0
) -> Interval:
    """`measure` of row numbers, over all rows, and over groups drawn with replacement."""
    rows = list(_rows(groups).values())
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        chosen = rng.integers(0, len(rows), len(rows))
        value = measure(np.concatenate([rows[one] for one in chosen]))
        if not np.isnan(value):
            drawn.append(value)
    whole = measure(np.arange(len(groups)))
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (float("nan"), float("nan"))
    return Interval(whole, float(low), float(high))


def precision_at(scores: Scores, labels: Labels, recalls: Sequence[float] = RECALLS) -> list[float]:
    """Of what is flagged when so large a share of the defective is to be found, the share that is defective.

    Scores that are equal are flagged together.
    """
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], np.cumsum(labels[order])
    last = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
    recall, precision = hits[last] / max(1, labels.sum()), (hits / np.arange(1, len(hits) + 1))[last]
    return [float(precision[np.searchsorted(recall, wanted - 1e-9)]) for wanted in recalls]


def reliability(chances: Scores, labels: Labels, bins: int = BINS) -> list[dict[str, float]]:
    """The reliability diagram: per bin of the forecast its mean, the share that is defective, and how many there are."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    return [
        {
            "forecast": float(chances[place == one].mean()),
            "share": float(labels[place == one].mean()),
            "count": int((place == one).sum()),
        }
        for one in range(bins)
        if (place == one).any()
    ]


def ece(chances: Scores, labels: Labels, bins: int = BINS) -> float:
    """Expected calibration error (Guo et al., On calibration of modern neural networks, ICML 2017)."""
    table = reliability(chances, labels, bins)
    return sum(row["count"] * abs(row["forecast"] - row["share"]) for row in table) / max(1, len(labels))


def temperature(logits: Scores, labels: Labels) -> float:
    """By which logits are divided so that the likelihood of the labels is largest (Guo et al.); in [0.2, 20]."""
    candidates = np.exp(np.linspace(np.log(0.2), np.log(20), 400))
    signs = np.where(labels, 1.0, -1.0)
    losses = [np.logaddexp(0, -signs * logits / one).mean() for one in candidates]
    return float(candidates[int(np.argmin(losses))])


def sigmoid(logits: Scores) -> Scores:
    """1 / (1 + e^-x)."""
    result: Scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return result


@dataclass(frozen=True)
class Hits:
    """Of the defective functions whose wrong lines are known and have instructions: how often one is first, or among three.

    `chance1` and `chance3` are the same for lines drawn at random among those that have instructions.
    """

    count: int
    top1: float
    top3: float
    chance1: float
    chance3: float


def hits(lines: Sequence[Sequence[int]], wanted: Sequence[Set[int]]) -> Hits:
    """From each function's lines, most suspected first, and the lines that are wrong (none: not known)."""
    known = [(ranked, wrong) for ranked, wrong in zip(lines, wanted, strict=True) if wrong & {*ranked}]
    if not known:
        return Hits(0, *(float("nan"),) * 4)

    def chance(ranked: Sequence[int], wrong: Set[int], drawn: int) -> float:
        right = len(wrong & {*ranked})
        return 1 - math.comb(len(ranked) - right, drawn) / math.comb(len(ranked), drawn)

    return Hits(
        len(known),
        float(np.mean([ranked[0] in wrong for ranked, wrong in known])),
        float(np.mean([bool(wrong & {*ranked[:3]}) for ranked, wrong in known])),
        float(np.mean([chance(ranked, wrong, 1) for ranked, wrong in known])),
        float(np.mean([chance(ranked, wrong, min(3, len(ranked))) for ranked, wrong in known])),
    )


@dataclass(frozen=True)
class Quality:
    """One scorer on one set."""

    count: int
    defective: int
    auc: Interval
    paired: float
    precision: list[float]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def quality(scores: Scores, labels: Labels, groups: Sequence[str]) -> Quality:
    """Ranking and precision of scores."""
    return Quality(
        len(labels),
        int(labels.sum()),
        interval(lambda rows: auc(scores[rows], labels[rows]), groups),
        paired(scores, labels, groups),
        precision_at(scores, labels),
    )


def _rows(groups: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        found.setdefault(group, []).append(row)
    return {group: np.array(rows) for group, rows in found.items()}
