"""Nobody imports upward: the folders' imports follow the floors of docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "passes": {"passes"},
    "irgen": {"passes", "irgen"},
    "gnn": {"passes", "gnn"},
    "bench": {"passes", "irgen", "gnn", "bench"},
    "policy": {"passes", "irgen", "gnn", "bench", "policy"},
    "passwright": {"passes", "irgen", "gnn", "bench", "policy", "passwright"},
}


def imported_floors(path: Path) -> set[str]:
    floors = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; write the absolute name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "passwright":
                floor = rest.split(".")[0]
                if floor != "_native":
                    floors.add(floor if floor in ALLOWED else "passwright")
    return floors


@pytest.mark.tiny
@pytest.mark.parametrize("floor", ALLOWED)
def test_imports_point_down(floor: str) -> None:
    files = sorted((ROOT / floor).rglob("*.py"))
    assert files
    for path in files:
        upward = imported_floors(path) - ALLOWED[floor]
        assert not upward, f"{path.relative_to(ROOT)} imports from {sorted(upward)}, above {floor}"


@pytest.mark.tiny
def test_the_check_sees_an_upward_import(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from passwright.policy import evolve\nimport passwright.optimize\n")
    assert imported_floors(wrong) == {"policy", "passwright"}
