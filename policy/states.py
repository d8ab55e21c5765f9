"""What a policy network is shown: states of episodes, and batches of them.

The module is read as its graph at every step (observation "graph", about a millisecond), since a loop hint is meant for a
loop of the module as it is. A graph is made into tensors once per module that occurred: a step that changes nothing, and
any way to a module that was seen before by the same steps, shares it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch_geometric.data import Batch, HeteroData

from passwright.gnn.export import to_hetero
from passwright.gnn.policy_model import PolicyInputs, PolicySize
from passwright.policy.env_actions import SLOTS, EnvActions

if TYPE_CHECKING:
    from passwright.gnn.graph import ProgramGraph

KEPT = 2048
"""Graphs that a `Watcher` remembers."""


@dataclass(frozen=True, eq=False)
class State:
    """One state of an episode.

    Attributes:
        graph: of the module; states of the same module share the object.
        loops: rows of the loop nodes for the environment's hint slots, at most SLOTS.
        history: actions so far.
        left: share of steps that are left.
        shrunk: log of IR instructions now over those at the start.
    """

    graph: HeteroData
    loops: tuple[int, ...]
    history: tuple[int, ...]
    left: float
    shrunk: float


def hint_loops(graph: ProgramGraph) -> tuple[int, ...]:
    """Rows of the loop nodes in the order of the environment's hint slots: innermost and deepest first, then by id."""
    innermost, depth = graph.column("loop", "is_innermost"), graph.column("loop", "depth")
    rows = sorted(
        range(len(graph.loops)), key=lambda row: (not innermost[row], -depth[row], graph.loops[row])
    )
    return tuple(rows[:SLOTS])


class Watcher:
    """Follows one environment after the other's episodes and makes their states."""

    def __init__(self, max_steps: int) -> None:
        self.max_steps = max_steps
        self._graphs: OrderedDict[tuple[Any, ...], tuple[HeteroData, tuple[int, ...]]] = OrderedDict()
        self._episodes: dict[
            int, tuple[tuple[Any, ...], int]
        ] = {}  # by environment: module's key, first size

    def start(self, env: int, observation: ProgramGraph, benchmark: str) -> State:
        """The first state of an episode on a benchmark (URI)."""
        self._episodes[env] = ((benchmark,), _size(observation))
        return self._state(env, observation, ())

    def after(
        self, env: int, before: State, action: int, observation: ProgramGraph, *, changed: bool
    ) -> State:
        """The state after a step that was no STOP."""
        if changed:
            key, first = self._episodes[env]
            self._episodes[env] = ((*key, action), first)
        return self._state(env, observation, (*before.history, action))

    def _state(self, env: int, graph: ProgramGraph, history: tuple[int, ...]) -> State:
        key, first = self._episodes[env]
        if key not in self._graphs:
            data = to_hetero(graph)
            del data.loop_ids
            self._graphs[key] = data, hint_loops(graph)
            if len(self._graphs) > KEPT:
                self._graphs.popitem(last=False)
        self._graphs.move_to_end(key)
        data, loops = self._graphs[key]
        left = 1 - len(history) / self.max_steps
        return State(data, loops, history, left, math.log((1 + _size(graph)) / (1 + first)))


def _size(graph: ProgramGraph) -> int:
    return len(graph.nodes["instruction"])


def inputs(states: Sequence[State], device: str = "cpu") -> PolicyInputs:
    """The states as one batch; a graph that several share is there once."""
    places: dict[int, int] = {}
    graphs: list[HeteroData] = []
    offsets = [0]
    for state in states:
        if id(state.graph) not in places:
            places[id(state.graph)] = len(graphs)
            graphs.append(state.graph)
            offsets.append(offsets[-1] + len(state.graph["loop"].x))
    graph_of = [places[id(state.graph)] for state in states]
    longest = max(1, *(len(state.history) for state in states))
    loops = torch.full((len(states), SLOTS), -1)
    history = torch.zeros((len(states), longest), dtype=torch.long)
    for row, (state, place) in enumerate(zip(states, graph_of, strict=True)):
        for slot, loop in enumerate(state.loops):
            loops[row, slot] = offsets[place] + loop
        history[row, : len(state.history)] = torch.tensor(state.history, dtype=torch.long)
    return PolicyInputs(
        data=Batch.from_data_list(graphs).to(device),
        graph_of=torch.tensor(graph_of, device=device),
        loops=loops.to(device),
        history=history.to(device),
        last=torch.tensor([state.history[-1] if state.history else 0 for state in states], device=device),
        progress=torch.tensor([[state.left, state.shrunk] for state in states], device=device),
    )


def size_of(actions: EnvActions, encoder: str = "graph") -> PolicySize:
    """Of a network over an environment's actions."""
    return PolicySize(
        steps=actions.first_hint, hints=(len(actions) - actions.first_hint) // actions.slots, encoder=encoder
    )
