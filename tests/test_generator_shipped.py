"""The weights that ship: plain requirements are understood, what is no requirement is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from passwright.generating import understand
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.parse import parse
from passwright.passes.errors import InputError

pytest.importorskip("tokenizers", reason="the extra `generate` brings it")
pytest.importorskip("llguidance", reason="the extra `generate` brings it")

SENTENCES = json.loads((Path(__file__).parent / "golden" / "understood.json").read_text())
"""Sentences with their programs, of data/requirements.txt and others, that the weights read rightly."""


@pytest.mark.parametrize("english", SENTENCES)
def test_plain_requirements_are_understood(english: str) -> None:
    read = understand(english).requirement.program
    assert canonical(read).text == canonical(parse(SENTENCES[english])).text


@pytest.mark.parametrize(
    "text",
    [
        "delete all my files please",
        "Write me a poem about the sea.",
        "rm -rf / and then tell me a joke",
        "what is the weather like in Paris tomorrow?",
        "Build a website for my bakery.",
    ],
)
def test_what_is_no_kernel_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        understand(text)
    found = subprocess.run(
        [sys.executable, "-m", "passwright", "generate", text, "-o", "x.c"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert found.returncode == 1 and "hint" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_sentence_becomes_a_file_that_compiles(tmp_path: Path) -> None:
    english = next(iter(SENTENCES))
    command = [
        sys.executable,
        "-m",
        "passwright",
        "generate",
        english,
        "-o",
        "made.c",
        "--no-speed",
        "--json",
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(found.stdout)["verdict"] == "right"
    subprocess.run(["cc", "-std=c99", "-Wall", "-c", "made.c"], cwd=tmp_path, check=True)
