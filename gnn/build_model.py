"""What builds of a kernel are worth by their profiles, through onnxruntime: no torch, and no run of the kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from passwright.gnn import schema
from passwright.gnn.inference import session
from passwright.gnn.profile import ESTIMATED, NOMINAL, names
from passwright.passes.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""Of `features`; a model knows which one it was trained with."""
FILE = "builds.onnx"
ABOUT = "builds.json"


@dataclass(frozen=True)
class BuildWorth:
    """What builds are expected to be worth, one value each, float32 [R].

    Attributes:
        mean: of log(time at -O3 / time).
        noise: standard deviation that no further training would take away.
        doubt: standard deviation between the networks of the ensemble: high where none of them has seen the like.
    """

    mean: NDArray[np.float32]
    noise: NDArray[np.float32]
    doubt: NDArray[np.float32]

    @staticmethod
    def of(answers: NDArray[np.float32]) -> BuildWorth:
        """From each network's answers, as `BuildModel.raw` gives them."""
        noise = np.exp(0.5 * answers[:, :, 1]).mean(axis=0)
        return BuildWorth(answers[:, :, 0].mean(axis=0), noise, answers[:, :, 0].std(axis=0))

    def cautious(self, caution: float) -> NDArray[np.float32]:
        """The mean, less so many standard deviations of doubt."""
        result: NDArray[np.float32] = self.mean - np.float32(caution) * self.doubt
        return result


def features(plain: NDArray[np.float32], builds: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network sees of builds [R, F] beside the kernel's -O3 build [F]: that one, what differs, and how much what
    would be executed differs; float32 [R, width()]."""
    apart = builds - plain
    estimated = len(ESTIMATED) * len(NOMINAL)
    return np.concatenate(
        [np.broadcast_to(plain, builds.shape), apart, np.abs(apart[:, :estimated])], axis=1, dtype=np.float32
    )


def width() -> int:
    """Columns of `features`."""
    return 2 * len(names()) + len(ESTIMATED) * len(NOMINAL)


class BuildModel:
    """An ensemble in a folder that `build_network.write` made."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError: no such model, or one for other profiles."""
        try:
            self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise InputError(
                f"{folder}: no trained model of builds: {problem}", hint="passwright train policy"
            ) from None
        for name, value in stamp().items():
            if self.about.get(name) != value:
                raise InputError(
                    f"{folder}: trained with another {name} than this Passwright's",
                    hint="passwright train policy",
                )
        self.folder = folder

    @cached_property
    def _network(self) -> Any:
        return session(self.folder / FILE)

    def worth(self, plain: NDArray[np.float32], builds: Sequence[NDArray[np.float32]]) -> BuildWorth:
        """What builds are worth beside the -O3 build of the same kernel.  Raises ToolchainError without onnxruntime."""
        if not builds:
            nothing = np.zeros(0, np.float32)
            return BuildWorth(nothing, nothing, nothing)
        return BuildWorth.of(self.raw(features(plain, np.stack(builds))))

    def raw(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each network's answers, [K, R, 2]: mean and log variance."""
        (answers,) = self._network.run(None, {"features": rows})
        result: NDArray[np.float32] = answers
        return result


def stamp() -> dict[str, Any]:
    """What a model has to agree with to be of use here."""
    return {"schema": schema.VERSION, "features": VERSION, "width": width()}
