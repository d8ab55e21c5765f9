"""A recipe on the command line: its text, or the file that holds it."""

from __future__ import annotations

from pathlib import Path


def recipe_text(given: str) -> str:
    """The file's content when `given` names one, else `given` itself."""
    try:
        return Path(given).read_text(encoding="utf-8").strip()
    except OSError:  # no such file, or a text that is too long for a name
        return given
