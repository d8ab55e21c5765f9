"""From a search that is under way to the experience store."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from types import TracebackType

from passwright.bench.machine import Machine, this_machine
from passwright.policy.experience import Observation, StoredKernel
from passwright.policy.outcome import Outcome
from passwright.policy.store import Store


@dataclass
class Recorder:
    """Takes outcomes of one kernel as they come and stores them in batches; what an `Evaluator` records to."""

    store: Store
    kernel: StoredKernel
    origin: str = "search"
    workload: str = ""  # digest of what else the ratio depends on
    machine: Machine | None = None  # default: this one
    batch: int = 128
    patience: float = 5.0  # seconds that an outcome waits at most for its batch, when others follow

    def __post_init__(self) -> None:
        self._waiting: list[Observation] = []
        self._since = monotonic()
        self._machine = self.machine or this_machine()

    def __call__(self, outcome: Outcome) -> None:
        """Take an outcome."""
        if not self._waiting:
            self._since = monotonic()
        about = {"kernel": self.kernel.hash, "origin": self.origin, "workload": self.workload}
        self._waiting.append(Observation.of(outcome, machine=self._machine, **about))
        if len(self._waiting) >= self.batch or monotonic() - self._since > self.patience:
            self.flush()

    def flush(self) -> None:
        """Store what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.store.add(waiting, kernels=[self.kernel], machines=[self._machine])

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()
