"""One run of the model for the requests of a short time: B_t = those that arrived in [t − Δt, t].

A request that finds the window empty opens it; after Δt, or as soon as everybody who could still come has come, one run
answers all in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from passwright.gnn.build_model import BuildModel, BuildWorth, features

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 0.001
"""Δt, in seconds. A run of the model is short (docs/service.md), so that waiting longer would not pay."""


class Window:
    """Gathers requests to one model; to be used from one event loop.

    Attributes:
        runs, requests: of the model and to it, so far.
    """

    def __init__(self, model: Callable[[], BuildModel], width: float = WIDTH) -> None:
        """`model` is called when it is first needed; `width`: Δt, 0 for a run per request."""
        self._model = model
        self._width = width
        self._waiting: list[tuple[NDArray[np.float32], asyncio.Future[NDArray[np.float32]]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._might_come = 0
        self.runs = self.requests = 0

    def __enter__(self) -> Window:
        """Say that requests will come, one at a time."""
        self._might_come += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._might_come -= 1
        self._close_if_all_are_here()

    async def worth(self, plain: NDArray[np.float32], builds: Sequence[NDArray[np.float32]]) -> BuildWorth:
        """As `BuildModel.worth`; in one run with others'.  Raises what loading the model raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[NDArray[np.float32]] = loop.create_future()
        self._waiting.append((features(plain, np.stack(builds)), answer))
        self.requests += 1
        if self._timer is None:
            self._timer = loop.call_later(self._width, self._run)
        self._close_if_all_are_here()
        return BuildWorth.of(await answer)

    def _close_if_all_are_here(self) -> None:
        if self._waiting and (self._width == 0 or len(self._waiting) >= self._might_come):
            self._run()

    def _run(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = [one for one in self._waiting if not one[1].done()], []
        if not batch:
            return
        self.runs += 1
        try:
            answers = self._model().raw(np.concatenate([rows for rows, _ in batch]))
        except Exception as problem:
            for _, answer in batch:
                answer.set_exception(problem)
            return
        start = 0
        for rows, answer in batch:
            answer.set_result(answers[:, start : start + len(rows)])
            start += len(rows)
