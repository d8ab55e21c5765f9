"""One run of the generator's network for the requests of a short time, in a thread of its own; others wait in `draw`.

As window.py: a request that finds nobody waiting opens the window; after Δt, or as soon as everybody who could still come
has come, all in it are drawn together. Those that come while a run is under way are the next one's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passwright.irgen.generator.batch import Asked
    from passwright.irgen.generator.decode import Drawn

WIDTH = 0.010
"""Δt, in seconds: a twentieth of what one run takes (docs/service.md)."""
MOST = 16
"""Requests of one run."""


class Gatherer:
    """Gathers draws of any threads.

    Attributes:
        runs, requests: of the network and to it, so far.
    """

    def __init__(
        self, draw_many: Callable[[Sequence[Asked]], list[list[Drawn]]], width: float = WIDTH
    ) -> None:
        """`draw_many`: the network's; only ever called by one thread. `width`: Δt, 0 for a run per request."""
        self._draw_many = draw_many
        self._width = width
        self._waiting: list[tuple[Asked, Future[list[Drawn]]]] = []
        self._might_come = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.runs = self.requests = 0

    def __enter__(self) -> Gatherer:
        """Say that requests will come, one at a time."""
        with self._changed:
            self._might_come += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._might_come -= 1
            self._changed.notify_all()

    def draw(self, asked: Asked) -> list[Drawn]:
        """The answer of `draw`, in one run with others.  Raises what the run raises."""
        answer: Future[list[Drawn]] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("it is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="generator", daemon=True)
                self._thread.start()
            self._waiting.append((asked, answer))
            self.requests += 1
            self._changed.notify_all()
        return answer.result()

    def close(self) -> None:
        """Answer who waits with an error; a run that is under way ends first."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while batch := self._next():
            self.runs += 1
            try:
                found = self._draw_many([asked for asked, _ in batch])
            except BaseException as problem:
                for _, answer in batch:
                    answer.set_exception(problem)
                continue
            for (_, answer), drawn in zip(batch, found, strict=True):
                answer.set_result(drawn)

    def _next(self) -> list[tuple[Asked, Future[list[Drawn]]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            until = monotonic() + self._width
            while not self._closed and len(self._waiting) < min(self._might_come, MOST):
                left = until - monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            if self._closed:
                for _, answer in self._waiting:
                    answer.set_exception(RuntimeError("it is closed"))
                self._waiting = []
            most = MOST if self._width else 1
            batch, self._waiting = self._waiting[:most], self._waiting[most:]
            return batch
