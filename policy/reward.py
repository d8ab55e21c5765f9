"""Rewards of the environment, by name.

ir-instructions  instructions that a step removed, as a share of what -Oz removes from the start: an episode that
                 earns 1 is as good as -Oz, more is better (CompilerGym's IrInstructionCountOz)
object-text      the same in bytes of machine code
run-time         at the end of the episode: log of the speedup over -O3, verified and measured; 0 before
composite        at the end of the episode: R of the build (`bench/reliability/composite.py`), which weighs defects of the
                 source, speed and complexity; `composite=0.5,0.3,0.2` gives the weights
"""

from __future__ import annotations

import copy
import math
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, Self

from passwright.bench.reliability.composite import Weights, composite
from passwright.bench.reliability.reliability import Reliability
from passwright.passes.errors import UsageError
from passwright.passes.recipe import OZ, Recipe
from passwright.policy.session_process import StepFailed

if TYPE_CHECKING:
    from passwright.policy.benchmarks import Benchmark
    from passwright.policy.env import PassOrdering
    from passwright.policy.evaluate import Evaluator
    from passwright.policy.outcome import Outcome

NOTHING = Recipe.parse("function(instsimplify)")
"""What stands for an episode without a step; a recipe has at least one."""


class Reward(Protocol):
    """What a step earns.

    Attributes:
        costs: names of `session.COSTS` that it needs after each step.
        small: whether modules are built for size.
        terms: what the last reward was the sum of, by name; empty where it has one term only.
    """

    costs: tuple[str, ...]
    small: bool
    terms: dict[str, float]

    def start(self, benchmark: Benchmark, process: Any) -> None:
        """A new episode on a benchmark.  Raises UsageError when it cannot be had there."""
        ...

    def begin(self, costs: dict[str, float]) -> None:
        """The costs of the unoptimised module."""
        ...

    def of(self, costs: dict[str, float], env: PassOrdering, *, ended: bool) -> float:
        """The reward of a step with the costs after it.  Raises StepFailed when what came out is no good."""
        ...

    def fork(self) -> Reward:
        """The same for a fork of the environment."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class SizeReward:
    """Cost saved by a step over the cost that -Oz saves from the start.

    Attributes:
        baseline: the cost that -Oz leaves of this episode's benchmark.
    """

    small = True

    def __init__(self, cost: str) -> None:
        self.costs: tuple[str, ...] = (cost,)
        self._cost = cost
        self._known: dict[str, float] = {}  # what -Oz makes of a benchmark, by URI
        self.baseline = self._first = self._last = 0.0
        self.terms: dict[str, float] = {}

    def start(self, benchmark: Benchmark, process: Any) -> None:
        if benchmark.uri not in self._known:
            session = process.open(benchmark.bitcode, benchmark.uri, small=True)
            session.begin(OZ.steps, (), self.costs)
            self._known[benchmark.uri] = session.finish()[2][self._cost]
            session.close()
        self.baseline = self._known[benchmark.uri]

    def begin(self, costs: dict[str, float]) -> None:
        self._first = self._last = costs[self._cost]

    def of(self, costs: dict[str, float], env: PassOrdering, *, ended: bool) -> float:
        saved, self._last = self._last - costs[self._cost], costs[self._cost]
        return saved / max(1.0, self._first - self.baseline)

    def reached(self, total: float) -> float:
        """The cost of a module whose steps earned `total` in all."""
        return self._first - total * max(1.0, self._first - self.baseline)

    def fork(self) -> SizeReward:
        return copy.copy(self)

    def close(self) -> None:
        pass


class CyclesReward:
    """Log ratio of the static cycles before and after a step."""

    costs: tuple[str, ...] = ("cycles",)
    small = False

    def __init__(self) -> None:
        self._last = 0.0
        self.terms: dict[str, float] = {}

    def start(self, benchmark: Benchmark, process: Any) -> None:
        pass

    def begin(self, costs: dict[str, float]) -> None:
        self._last = costs["cycles"]

    def of(self, costs: dict[str, float], env: PassOrdering, *, ended: bool) -> float:
        before, self._last = self._last, costs["cycles"]
        return math.log(before / self._last)

    def fork(self) -> CyclesReward:
        return copy.copy(self)

    def close(self) -> None:
        pass


class RunTimeReward:
    """Log speedup over -O3 of the whole episode, when it ends."""

    costs: tuple[str, ...] = ()
    small = False

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._evaluator: Evaluator | None = None
        self._uri = ""
        self.terms: dict[str, float] = {}

    def start(self, benchmark: Benchmark, process: Any) -> None:
        if benchmark.uri == self._uri:
            return
        if benchmark.kernel is None or benchmark.workload is None:
            raise UsageError(
                f"{benchmark.uri} cannot be run: it is no kernel with a workload",
                hint="use suite:// or corpus://, or another reward",
            )
        self.close()
        from passwright.bench.runner import Runner
        from passwright.bench.verify import Verifier
        from passwright.passes.worker import WorkerPool
        from passwright.policy.evaluate import Evaluator
        from passwright.policy.judge import WorkloadJudge

        runner = self._stack.enter_context(Runner())
        pool = self._stack.enter_context(WorkerPool(1))
        verifier = Verifier(benchmark.kernel, benchmark.workload, runner)
        evaluator = Evaluator(benchmark.kernel, WorkloadJudge(verifier, runner), pool)
        failure = evaluator.prepare()
        if failure is not None:
            raise UsageError(
                f"{benchmark.uri}: {failure.kind}: {failure.evidence}", hint="use another benchmark"
            )
        self._evaluator, self._uri = evaluator, benchmark.uri

    def begin(self, costs: dict[str, float]) -> None:
        pass

    def of(self, costs: dict[str, float], env: PassOrdering, *, ended: bool) -> float:
        if not ended or self._evaluator is None:
            return 0.0
        return math.log(self._judged(self._evaluator, env).ratio)

    def _judged(self, evaluator: Evaluator, env: PassOrdering) -> Outcome:
        """The outcome of the episode's recipe.  Raises StepFailed for one that is wrong."""
        recipe = env.recipe if env.recipe.steps else NOTHING
        outcome = evaluator.judge_compiled(evaluator.submit(recipe).result())
        if outcome.status not in ("ok", "worse"):
            raise StepFailed(outcome.status, outcome.message)
        return outcome

    def fork(self) -> Self:
        return copy.copy(self)

    def close(self) -> None:
        self._stack.close()
        self._evaluator, self._uri = None, ""


class CompositeReward(RunTimeReward):
    """R of the whole episode's build, when it ends.

    The source is read by the static tools once for each benchmark, and never in the search.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        super().__init__()
        self.weights = weights or Weights()
        self._static: dict[str, Reliability] = {}

    def start(self, benchmark: Benchmark, process: Any) -> None:
        super().start(benchmark, process)
        if benchmark.uri not in self._static:
            self._static[benchmark.uri] = static_report(benchmark)

    def of(self, costs: dict[str, float], env: PassOrdering, *, ended: bool) -> float:
        self.terms = {}
        if not ended or self._evaluator is None:
            return 0.0
        outcome = self._judged(self._evaluator, env)
        static = self._static[self._uri].built(outcome.complexity, str(outcome.recipe))
        found = composite(static, speedup=outcome.ratio, weights=self.weights)
        self.terms = {"safety": found.safety, "speed": found.speed, "simplicity": found.simplicity}
        return found.value


def static_report(benchmark: Benchmark) -> Reliability:
    """What the static tools say about a benchmark's source; of IR without source nothing is known.

    Raises ToolchainError without a clang 19.
    """
    from passwright.bench.reliability.assess import assess

    kernel = benchmark.kernel
    if kernel is not None and kernel.source is not None:
        return assess(kernel.source, flags=kernel.flags, march=kernel.march)
    if benchmark.uri.startswith("corpus://"):
        from passwright.bench.corpus import from_uri

        with TemporaryDirectory(prefix="passwright-") as folder:
            return assess(from_uri(benchmark.uri).write(Path(folder)))
    return Reliability(benchmark.uri, 0, notes=("no source",))


def make_reward(name: str) -> Reward:
    """A reward by its name.  Raises UsageError for one that is not known."""
    kind, _, weights = name.partition("=")
    if kind not in REWARDS or (weights and kind != "composite"):
        raise UsageError(f"there is no reward {name!r}", hint=f"one of: {', '.join(REWARDS)}")
    made: Reward = CompositeReward(Weights.parse(weights)) if weights else REWARDS[kind]()
    return made


REWARDS: dict[str, Any] = {
    "ir-instructions": lambda: SizeReward("ir-instructions"),
    "object-text": lambda: SizeReward("object-text"),
    "cycles": CyclesReward,
    "run-time": RunTimeReward,
    "composite": CompositeReward,
}
"""Makers of rewards by name."""
