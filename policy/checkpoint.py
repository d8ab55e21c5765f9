"""Checkpoints of a learner: `state.safetensors` and `state.json` in one folder, whole or not at all.

Tensors are the network's and the optimiser's; JSON has the rest, the sizes of the network among it. Both are written to a
new folder, to which the file `latest` then points by one atomic rename; what was there before is removed last.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor, nn, optim

from passwright.gnn.policy_model import PolicyNetwork, PolicySize
from passwright.passes.errors import InputError


def save(
    folder: Path,
    number: int,
    networks: Mapping[str, nn.Module],
    optimiser: optim.Optimizer | None,
    state: dict[str, Any],
) -> None:
    """Write checkpoint `number`; `networks` by name, among them "policy"."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"checkpoint-{number}"
    if fresh.exists():  # left by a run that ended before `latest` was moved, or written twice
        fresh = folder / f"checkpoint-{number}-{os.getpid()}"
        shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    tensors = {
        f"{name}.{key}": value for name, one in networks.items() for key, value in one.state_dict().items()
    }
    if optimiser is not None:
        tensors |= _optimiser_tensors(optimiser)
    save_file(
        {key: value.detach().cpu().contiguous() for key, value in tensors.items()},
        fresh / "state.safetensors",
    )
    policy = networks["policy"]
    assert isinstance(policy, PolicyNetwork)
    (fresh / "state.json").write_text(json.dumps({"size": policy.size.to_json(), **state}, indent=2) + "\n")
    previous = _latest(folder)
    (folder / "latest.new").write_text(fresh.name)
    os.replace(folder / "latest.new", folder / "latest")
    if previous is not None and previous != fresh:
        shutil.rmtree(previous, ignore_errors=True)


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and JSON of the latest checkpoint.  Raises InputError."""
    latest = _latest(folder)
    if latest is None:
        raise InputError(f"{folder}: no checkpoint", hint="python -m passwright.policy.ppo --out DIR")
    return load_file(latest / "state.safetensors"), json.loads((latest / "state.json").read_text())


def load_policy(folder: Path) -> PolicyNetwork:
    """The network of the latest checkpoint, for use.  Raises InputError."""
    tensors, state = load_state(folder)
    network = PolicyNetwork(PolicySize.from_json(state["size"]))
    restore(tensors, {"policy": network}, None)
    return network.eval()


def exists(folder: Path) -> bool:
    """Whether there is one."""
    return _latest(folder) is not None


def restore(
    tensors: Mapping[str, Tensor], networks: Mapping[str, nn.Module], optimiser: optim.Optimizer | None
) -> None:
    """Put tensors into networks and an optimiser of the same sizes."""
    for name, network in networks.items():
        start = f"{name}."
        network.load_state_dict({k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)})
    if optimiser is None:
        return
    state = optimiser.state_dict()
    state["state"] = {}
    for key, value in tensors.items():
        if key.startswith("optimiser."):
            _, number, name = key.split(".")
            state["state"].setdefault(int(number), {})[name] = value
    optimiser.load_state_dict(state)


def _latest(folder: Path) -> Path | None:
    try:
        return folder / (folder / "latest").read_text()
    except OSError:
        return None


def _optimiser_tensors(optimiser: optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"optimiser.{number}.{name}": value
        for number, slots in optimiser.state_dict()["state"].items()
        for name, value in slots.items()
    }
