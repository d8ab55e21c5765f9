"""What the defect classifier has to beat: complexity alone, and clang-tidy's findings alone.

Complexity: a logistic regression on cyclomatic complexity (McCabe, IEEE TSE 1976) and sizes, all read off the graph.
clang-tidy (PyPI `clang-tidy`): the number of its bug-finding checks', the static analyzer's and the compiler's warnings
about the source.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passwright.gnn.graph import ProgramGraph
from passwright.passes.errors import ToolchainError
from passwright.policy.defect_graphs import Example, labels_of
from passwright.policy.defect_metrics import Scores
from passwright.policy.defect_sources import Labelled

CHECKS = (
    "-*,bugprone-*,clang-analyzer-*,clang-diagnostic-*,-bugprone-easily-swappable-parameters,"
    "-bugprone-reserved-identifier,-bugprone-macro-parentheses,-clang-analyzer-security.insecureAPI.*,-clang-diagnostic-strict-prototypes"
)
"""Bug-finding checks, without those that speak of names, parameter lists and deprecated functions."""
_SECONDS = 60


def cyclomatic(graph: ProgramGraph) -> int:
    """E - N + 2P of the functions' flow graphs."""
    edges = len(graph.edges["block", "flows_to", "block"])
    return edges - len(graph.nodes["block"]) + 2 * len(graph.functions)


def complexity(graph: ProgramGraph) -> NDArray[np.float64]:
    """Cyclomatic complexity, instructions, blocks, loops and deepest loop, on a logarithmic scale."""
    depth = graph.column("loop", "depth").max() if len(graph.nodes["loop"]) else 0
    nodes = [len(graph.nodes[name]) for name in ("instruction", "block", "loop")]
    return np.log1p(np.array([max(0, cyclomatic(graph)), *nodes, depth], np.float64))


def by_complexity(train: Sequence[Example], test: Sequence[Example]) -> Scores:
    """Logits of the test functions by a logistic regression (Newton's method, a little ridge) on the training ones."""
    rows = np.stack([complexity(one.graph) for one in train])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9

    def design(examples: Sequence[Example]) -> NDArray[np.float64]:
        found = (np.stack([complexity(one.graph) for one in examples]) - mean) / spread
        return np.concatenate([found, np.ones((len(found), 1))], axis=1)

    given, labels = design(train), labels_of(train).astype(np.float64)
    weights = np.zeros(given.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(given @ weights, -30, 30)))
        slope = given.T @ (chance - labels) + 1e-3 * weights
        bend = (given * (chance * (1 - chance))[:, None]).T @ given + 1e-3 * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    result: Scores = design(test) @ weights
    return result


def find_clang_tidy() -> str:
    """Its program.  Raises ToolchainError."""
    found = shutil.which(str(Path(sys.executable).with_name("clang-tidy"))) or shutil.which("clang-tidy")
    if found is None:
        raise ToolchainError("clang-tidy is not installed", hint="pip install clang-tidy")
    return found


def by_clang_tidy(
    labelled: Sequence[Labelled], cache: Path, *, report: Callable[[int, int], None] | None = None
) -> Scores:
    """The number of findings in each source, float64 [n]; kept in `cache` by what was checked."""
    cache.mkdir(parents=True, exist_ok=True)
    counts = []
    for done, one in enumerate(labelled):
        key = hashlib.sha256(repr((CHECKS, one.preamble, one.source, one.suffix)).encode()).hexdigest()[:24]
        place = cache / f"{key}.json"
        if not place.exists():
            place.write_text(json.dumps(findings(one)), encoding="utf-8")
        counts.append(len(json.loads(place.read_text(encoding="utf-8"))))
        if report:
            report(done + 1, len(labelled))
    return np.array(counts, np.float64)


def findings(one: Labelled) -> list[str]:
    """clang-tidy's findings in a source, `line: check`, each once."""
    with tempfile.TemporaryDirectory(prefix="passwright-defects-") as folder:
        path = Path(folder) / f"source{one.suffix}"
        path.write_text(one.preamble + one.source, encoding="utf-8")
        flags = ["-Wall", "-Wextra", "-O1", "-Wno-implicit-function-declaration", "-Wno-unused-parameter"]
        command = [find_clang_tidy(), f"--checks={CHECKS}", "--quiet", str(path), "--", *flags]
        run = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    found = re.findall(r"(?m)^[^\s:]*:(\d+):\d+: (?:warning|error): .*\[([\w.,-]+)\]$", run.stdout)
    return sorted({f"{line}: {check}" for line, check in found})
