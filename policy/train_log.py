"""What a learner says while it learns: `log.jsonl` in its folder, and TensorBoard where that is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress


class TrainLog:
    """Scalars by step; close it at the end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "log.jsonl").open("a", encoding="utf-8")
        self._board: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        self._board = SummaryWriter(str(folder))

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """One row."""
        self._file.write(json.dumps({"step": step, **scalars}) + "\n")
        self._file.flush()
        if self._board is not None:
            for name, value in scalars.items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._board is not None:
            self._board.close()


Report = Callable[[int, Mapping[str, float]], None]
"""Environment steps so far, and what was logged."""


@contextmanager
def progress(total: int) -> Iterator[Report]:
    """A progress bar over environment steps; gives the function that moves it."""
    with Progress() as shown:
        task = shown.add_task("steps", total=total)

        def report(done: int, scalars: Mapping[str, float]) -> None:
            shown.update(task, completed=done, description=f"return {scalars['return']:.3f}")

        yield report
