"""Pass ordering as a Gymnasium environment.

    import gymnasium, passwright.policy.env
    env = gymnasium.make("passwright/PassOrdering-v0", benchmark="suite://", observation="autophase",
                         reward="ir-instructions")

An episode starts from a benchmark's unoptimised IR; an action runs one step on it; action 0, or `max_steps`, ends it. A
step that crashes LLVM, hangs, or blows the module up ends the episode with the penalty and says why in `info`; the
environment itself goes on. Modules live in a process of their own (`session_process.py`), unless `in_process`
is chosen, which is faster and not safe. docs/environment.md describes everything, also for those who come from
CompilerGym.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import register

from passwright.passes.errors import UsageError
from passwright.passes.recipe import Recipe, Step
from passwright.policy import benchmarks
from passwright.policy.env_actions import STOP, EnvActions
from passwright.policy.reward import Reward, make_reward
from passwright.policy.session_process import (
    LocalProcess,
    LocalSession,
    RemoteSession,
    SessionProcess,
    StepFailed,
)

if TYPE_CHECKING:
    from passwright.policy.benchmarks import Benchmark

IR_LENGTH = 1 << 24
_PRINTABLE = "".join(map(chr, range(32, 127))) + "\n\t"


class PassOrdering(gymnasium.Env[Any, Any]):
    """One benchmark at a time; see the module's text.

    Attributes:
        actions: what the numbers of the action space stand for.
        benchmark: the one of this episode.
        recipe: the steps of this episode so far.
    """

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012 - Gymnasium's own convention

    def __init__(
        self,
        benchmark: str | Sequence[str] = "suite://",
        *,
        observation: str = "autophase",
        reward: str = "ir-instructions",
        max_steps: int = 45,
        penalty: float = -1.0,
        step_timeout: float = 10.0,
        in_process: bool = False,
        march: str = "native",
        render_mode: str | None = None,
    ) -> None:
        """`benchmark`: URIs (`benchmarks.py`), of which each episode draws one. `penalty`: the reward of a step that
        failed. `step_timeout`: seconds for one action, or for one batch.

        Raises UsageError for an observation or a reward that is not known.
        """
        if observation not in SPACES:
            raise UsageError(f"there is no observation {observation!r}", hint=f"one of: {', '.join(SPACES)}")
        self.uris = (benchmark,) if isinstance(benchmark, str) else tuple(benchmark)
        self.observation, self.max_steps, self.penalty, self.march = observation, max_steps, penalty, march
        self.render_mode = render_mode
        self.actions = EnvActions()
        self.action_space = spaces.Discrete(len(self.actions))
        self.observation_space = SPACES[observation]()
        self.reward: Reward = make_reward(reward)
        self._process: SessionProcess | LocalProcess = (
            LocalProcess() if in_process else SessionProcess(deadline=step_timeout)
        )
        self._owns_process = True
        self.benchmark: Benchmark | None = None
        self._session: RemoteSession | LocalSession | None = None
        self._loops: list[str] | None = None
        self._observed: Any = None
        self._count = 0
        self._asked: tuple[Step, ...] = ()

    # -- Gymnasium ----------------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; `options={"benchmark": URI}` picks the benchmark. Raises InputError for a bad one."""
        super().reset(seed=seed)
        wanted = (options or {}).get("benchmark")
        rng = random.Random(int(self.np_random.integers(1 << 31)))
        self.benchmark = benchmarks.load(wanted or rng.choice(self.uris), rng, march=self.march)
        if self._session is not None:
            self._session.close()
        small = self.reward.small
        self._session = self._process.open(self.benchmark.bitcode, self.benchmark.uri, small=small)
        self._count = 0
        self.reward.start(self.benchmark, self._process)
        self._session.begin((), (self.observation,), self.reward.costs)
        _, observations, costs, _ = self._session.finish()
        self.reward.begin(costs)
        self._loops = None
        self._observed = observations[self.observation]
        return self._observed, {"benchmark": self.benchmark.uri, "costs": costs}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Run one action; see `multistep`."""
        return self.multistep([int(action)])

    def multistep(self, actions: Sequence[int]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Run several actions and look at the module once, after the last.

        `info` has `changed`, `recipe` and `costs`, `terms` where the reward is a sum, and `status` with `message` when the
        episode failed.
        """
        self.begin_step(actions)
        return self.end_step()

    def begin_step(self, actions: Sequence[int]) -> None:
        """The first half of `multistep`: the process is at work until `end_step`."""
        if self._session is None:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        self._stopping = STOP in actions
        chosen = list(actions)[: list(actions).index(STOP)] if self._stopping else list(actions)
        self._count += max(1, len(actions))
        self._asked = tuple(step for number in chosen if (step := self._step_of(number)) is not None)
        self._session.begin(self._asked, (self.observation,), self.reward.costs)

    def end_step(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """The second half of `multistep`."""
        assert self._session is not None
        self._loops = None
        truncated = self._count >= self.max_steps
        try:
            changed, observations, costs, _ = self._session.finish()
        except StepFailed as failure:
            recipe = str(Recipe((*self._session.steps, *self._asked)))
            info = {"status": failure.status, "message": failure.message, "changed": False, "recipe": recipe}
            return self._observed, self.penalty, True, False, info
        self._observed = observations[self.observation]
        info = {"status": "ok", "changed": changed, "recipe": str(self.recipe), "costs": costs}
        try:
            value = self.reward.of(costs, self, ended=self._stopping or truncated)
        except StepFailed as failure:
            info |= {"status": failure.status, "message": failure.message}
            return self._observed, self.penalty, True, False, info
        if self.reward.terms:
            info["terms"] = dict(self.reward.terms)
        return self._observed, value, self._stopping, truncated and not self._stopping, info

    def render(self) -> str:
        """The IR as it stands."""
        assert self._session is not None
        self._session.begin((), ("ir",))
        return str(self._session.finish()[1]["ir"])

    def close(self) -> None:
        """End the process; forks of this environment end with it."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._owns_process:
            self._process.close()
            self.reward.close()

    # -- beyond Gymnasium ---------------------------------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """The steps of this episode so far."""
        return Recipe(self._session.steps if self._session else ())

    def fork(self) -> PassOrdering:
        """Another environment that goes on from here; it shares the process, which ends with this one."""
        if self._session is None:
            raise gymnasium.error.ResetNeeded("call reset() before fork()")
        other: PassOrdering = object.__new__(PassOrdering)
        other.__dict__.update(self.__dict__)
        other._owns_process = False
        other._session = self._session.fork()
        other.reward = self.reward.fork()
        other._np_random = None
        return other

    def action_masks(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which actions mean something now: bool[n]; only hints for loops that are not there do not."""
        masks = np.ones(len(self.actions), bool)
        loops = len(self._current_loops())
        for number in range(self.actions.first_hint, len(self.actions)):
            masks[number] = self.actions[number].slot < loops
        return masks

    def module_bitcode(self) -> bytes:
        """The module as it stands."""
        assert self._session is not None
        return self._session.bitcode()

    def _step_of(self, number: int) -> Step | None:
        if number >= self.actions.first_hint:
            return self.actions[number].step(self._current_loops())
        return self.actions[number].template

    def _current_loops(self) -> list[str]:
        assert self._session is not None
        if self._loops is None:
            self._session.begin((), loops=True)
            self._loops = self._session.finish()[3]
        return self._loops


class GraphSpace(spaces.Space[Any]):
    """Program graphs (`passwright.gnn.graph.ProgramGraph`)."""

    def __init__(self, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(None, None, seed)

    def contains(self, x: Any) -> bool:
        """Whether it is a program graph."""
        from passwright.gnn.graph import ProgramGraph

        return isinstance(x, ProgramGraph)

    def sample(self, mask: Any = None, probability: Any = None) -> Any:
        """The graph of an empty function."""
        from passwright._native import Module
        from passwright.gnn.graph import ProgramGraph

        return ProgramGraph.of(Module.parse(b"define void @f() { ret void }"))

    @property
    def is_np_flattenable(self) -> bool:
        """Graphs are of different sizes."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GraphSpace)


def _counts(size: int) -> spaces.Box:
    return spaces.Box(0, np.iinfo(np.int64).max, (size,), np.int64)


def _opcodes() -> spaces.Box:
    from passwright._native import Module

    return _counts(len(Module.parse(b"").opcode_counts()))


SPACES: dict[str, Any] = {
    "autophase": lambda: _counts(56),
    "opcodes": _opcodes,
    "graph": GraphSpace,
    "ir": lambda: spaces.Text(IR_LENGTH, min_length=0, charset=_PRINTABLE),
}
"""Observation spaces by name; what they hold is in `session.OBSERVATIONS`."""

register(
    "passwright/PassOrdering-v0",
    entry_point="passwright.policy.env:PassOrdering",
    vector_entry_point="passwright.policy.vector_env:PassOrderingVector",
)
