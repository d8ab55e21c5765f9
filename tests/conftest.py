"""Golden files, the runner's fixtures, and what makes `pytest -m tiny` quick.

The expected text of a golden file stands in a file, and `pytest --update-golden` writes it anew. With `-m tiny`, files
without tiny tests are not imported, and property tests draw a fifth of the examples that a full run draws. Property tests
know no deadlines: a busy machine is no fault of what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from passwright.bench.runner import Runner

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", PATIENT)
settings.register_profile("tiny", PATIENT, max_examples=20)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("tiny" if config.option.markexpr == "tiny" else "full")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if config.option.markexpr != "tiny" or collection_path.suffix != ".py":
        return None
    return "mark.tiny" not in collection_path.read_text(encoding="utf-8") or None


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


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Compiles sources (`runner_support.compiler`)."""
    from runner_support import compiler

    return compiler(tmp_path_factory.mktemp("objects"))


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """A runner for the tests of a module."""
    from passwright.bench.runner import Runner

    with Runner() as one:
        yield one
