"""The network that compares builds of a kernel by their profiles, and its way into ONNX.

Two layers over `build_model.features`, scaled to the training set; the answer is the mean and the log variance of
log(time at -O3 / time). Small on purpose: what generalises is in the profile, and thousands of kernels are few.

Needs the extra `train`; the shipped networks run through onnxruntime.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from passwright.gnn.build_model import ABOUT, FILE, BuildModel, stamp
from passwright.gnn.to_onnx import OPSET, TOLERANCE
from passwright.passes.errors import PasswrightError

LEAST_SPREAD = 0.3
"""Features that hardly vary in training are not blown up beyond this."""
FARTHEST = 6.0
"""Features are cut so many standard deviations from their mean."""
LOG_VARIANCE = (-6.0, 2.0)


@dataclass(frozen=True)
class BuildSize:
    """Dimensions: units of both layers, and the share of them that is dropped while training."""

    hidden: int = 128
    dropout: float = 0.2

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class BuildNetwork(nn.Module):
    """Features of builds → mean and log variance of their worth."""

    mean: Tensor
    spread: Tensor

    def __init__(self, mean: Tensor, spread: Tensor, size: BuildSize) -> None:
        """`mean`, `spread` [F]: of the features over the training set."""
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread.clamp(min=LEAST_SPREAD))
        self.layers = nn.Sequential(
            nn.Linear(len(mean), size.hidden), nn.GELU(), nn.Dropout(size.dropout),
            nn.Linear(size.hidden, size.hidden), nn.GELU(), nn.Dropout(size.dropout),
            nn.Linear(size.hidden, 2),
        )  # fmt: skip

    def forward(self, features: Tensor) -> Tensor:
        """features [R, F]; returns [R, 2]."""
        scaled = ((features - self.mean) / self.spread).clamp(-FARTHEST, FARTHEST)
        worth, log_variance = self.layers(scaled).unbind(1)
        return torch.stack([worth, log_variance.clamp(*LOG_VARIANCE)], dim=1)


class _Ensemble(nn.Module):
    def __init__(self, networks: Sequence[BuildNetwork]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, features: Tensor) -> Tensor:
        return torch.stack([network(features) for network in self.networks])


def write(networks: Sequence[BuildNetwork], folder: Path, samples: Tensor, about: dict[str, Any]) -> None:
    """Write the ensemble for `BuildModel`; `samples` [R, F] are features to check it on.

    Raises PasswrightError when ONNX and torch do not agree, in which case nothing usable is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ensemble = _Ensemble([network.cpu().eval() for network in networks]).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            ensemble, (samples[:2],), str(folder / FILE), input_names=["features"], output_names=["worth"],
            dynamic_axes={"features": {0: "builds"}, "worth": {1: "builds"}}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
    meta = {**stamp(), "members": len(networks), **about}
    (folder / ABOUT).write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    with torch.no_grad():
        expected = ensemble(samples).numpy()
    difference = abs(BuildModel(folder).raw(samples.numpy()) - expected).max()
    if difference > TOLERANCE:
        (folder / ABOUT).unlink()
        raise PasswrightError(f"ONNX gives other values than torch: off by {difference:.2g}")
