"""Golden files: the expected text stands in a file, and `pytest --update-golden` writes it anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a text with a golden file, or writes the file."""

    def check(file: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            file.write_text(text)
        assert file.exists(), f"{file} is missing; pytest --update-golden writes it"
        assert text == file.read_text(), f"differs from {file}; pytest --update-golden if that is right"

    return check
