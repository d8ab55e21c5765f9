"""Two-way analysis of variance with repetitions: does a build make a difference, over and above kernels and noise?

The model is mixed: builds are fixed, kernels a random sample, so that the effect of the build is tested against its
interaction with kernels (D. C. Montgomery, Design and Analysis of Experiments, 8th ed., section 13.3), which is what a claim
about further kernels needs. Needs scipy, for the F distribution.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passwright.passes.errors import InputError, ToolchainError


@dataclass(frozen=True)
class Anova:
    """The effect of the first factor (builds).

    Attributes:
        f: ratio of its mean square to the interaction's; degrees: of freedom of both.
        p: probability of an F at least as large, were there no effect; 1 where nothing varies.
        eta_squared: its share of the sum of squares that is not due to kernels (partial).
        omega_squared: the same with the bias of small samples taken off; may be negative.
        d: mean over standard deviation of the kernels' differences (Cohen's d for pairs); only for two builds.
        interaction_p: whether kernels differ in what the build does to them.
    """

    f: float
    degrees: tuple[int, int]
    p: float
    eta_squared: float
    omega_squared: float
    d: float | None
    interaction_f: float
    interaction_p: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def two_way(values: NDArray[np.float64]) -> Anova:
    """The analysis of `values` [builds, kernels, repetitions]; take logarithms of times first.

    Raises:
        InputError: fewer than two of any. ToolchainError: no scipy.
    """
    try:
        from scipy.stats import f as distribution
    except ImportError:
        raise ToolchainError(
            "the analysis of variance needs scipy", hint="pip install 'passwright[study]'"
        ) from None
    if values.ndim != 3 or min(values.shape) < 2:
        raise InputError(
            f"values of shape {values.shape}", hint="two builds, kernels and repetitions at least"
        )
    builds, kernels, repetitions = values.shape
    cells = values.mean(axis=2)
    of_build, of_kernel, all_ = cells.mean(axis=1), cells.mean(axis=0), float(values.mean())
    between = kernels * repetitions * float(((of_build - all_) ** 2).sum())
    crossed = repetitions * float(((cells - of_build[:, None] - of_kernel[None, :] + all_) ** 2).sum())
    within = float(((values - cells[:, :, None]) ** 2).sum())
    floor = 1e-12 * float(((values - all_) ** 2).sum())  # what differs by rounding only does not differ
    between, crossed, within = (part if part > floor else 0.0 for part in (between, crossed, within))
    free = builds - 1, (builds - 1) * (kernels - 1), builds * kernels * (repetitions - 1)
    squares = [total / degrees for total, degrees in zip((between, crossed, within), free, strict=True)]
    f, p = _test(distribution, squares[0], squares[1], free[0], free[1])
    interaction_f, interaction_p = _test(distribution, squares[1], squares[2], free[1], free[2])
    total = between + crossed
    eta = between / total if total > 0 else 0.0
    omega = (between - free[0] * squares[1]) / (total + squares[1]) if total > 0 else 0.0
    d = None
    if builds == 2:
        differences = cells[1] - cells[0]
        spread = float(differences.std(ddof=1))
        d = float(differences.mean()) / spread if spread > 0 else 0.0
    return Anova(f, (free[0], free[1]), p, eta, omega, d, interaction_f, interaction_p)


def _test(distribution: Any, above: float, below: float, free: int, rest: int) -> tuple[float, float]:
    """F and p; where nothing varies, no effect can be told."""
    if above <= 0:
        return 0.0, 1.0
    if below <= 0:
        return float("inf"), 0.0
    return above / below, float(distribution.sf(above / below, free, rest))
