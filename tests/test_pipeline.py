"""dvc.yaml names files that there are, and commands that Passwright has."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_what_stages_depend_on_is_there_or_made_by_another_stage() -> None:
    stages = (ROOT / "dvc.yaml").read_text()
    made = set(re.findall(r"- (build/(?:policy|defects|generator)/[\w./]+)", stages))
    named = set(re.findall(r"^      - ([\w./]+)", stages, re.MULTILINE))
    assert {"data/experience.jsonl.gz", "policy/train.py"} <= named
    assert all((ROOT / path).exists() for path in named - made)


def test_the_commands_of_stages_exist() -> None:
    stages = (ROOT / "dvc.yaml").read_text()
    modules = re.findall(r"python -m ([\w.]+)", stages)
    assert modules and all(find_spec(module) is not None for module in modules)
    verbs = set(re.findall(r"passwright (\w+ \w+) ", stages))
    assert verbs == {"store import", "train policy", "train defects", "train generator"}
