"""The training of the defect classifier from end to end: data, fit, calibration, ONNX, figures.

`passwright train defects` runs it; the stage `defects` of dvc.yaml does too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from passwright.gnn.defect_network import DefectSize, write
from passwright.gnn.defects import DefectModel
from passwright.passes.errors import InputError
from passwright.policy import defect_metrics as metrics
from passwright.policy.defect_graphs import labels_of
from passwright.policy.evaluate_defects import evaluate, load
from passwright.policy.train_defects import DefectHyper, Tensors, fit, predict


def train(
    rows: Path,
    out: Path,
    hyper: DefectHyper,
    size: DefectSize,
    console: Console,
    *,
    public: Path | None = None,
    pairs: int = 400,
    jobs: int = 1,
) -> dict[str, Any]:
    """Train on what is in `rows` and, where given, the public sets; returns the figures on the test split.

    Writes `<out>/weights/` and `<out>/defects.metrics.json`; compiled graphs are kept in `<out>/graphs`.
    Raises InputError when there is nothing to train on.
    """
    found = load(rows, public, pairs, out / "graphs", jobs, console)
    parts = {
        name: [one for one in found if one.about.split == name] for name in ("train", "validation", "test")
    }
    for name, part in parts.items():
        bad = sum(one.about.defective for one in part)
        console.print(f"{name}: {len(part)} functions, {bad} defective", highlight=False)
        if not 0 < bad < len(part):
            raise InputError(
                f"{rows}: the {name} split lacks defective or clean functions",
                hint="python -m passwright.bench.mutants --corpus 300",
            )

    def report(member: int, epoch: int, loss: float, overall: float, within: float) -> None:
        console.print(
            f"network {member}, epoch {epoch}: loss {loss:.3f}, validation AUC {overall:.3f}, within functions {within:.3f}",
            highlight=False,
        )

    networks = fit(parts["train"], parts["validation"], hyper, size, report=report)
    own = [one for one in parts["validation"] if one.about.origin == "mutants"] or parts["validation"]
    logits = np.mean([predict(network, Tensors(own)) for network in networks], axis=0)
    about = {
        "temperature": metrics.temperature(logits, labels_of(own)),
        "hyper": hyper.to_json(),
        "size": size.to_json(),
        "functions": {name: len(part) for name, part in parts.items()},
        "origins": sorted({one.about.origin for one in parts["train"]}),
    }
    samples = [one.graph for one in parts["validation"][:8]]
    write(networks, out / "weights", samples, about)
    result = evaluate(DefectModel(out / "weights"), found)
    (out / "defects.metrics.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result
