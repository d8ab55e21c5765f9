"""What a source file is called in a lock file. By itself, because `apply` looks it up before it imports the rest."""

from __future__ import annotations

import os


def relative(lock: str | os.PathLike[str], source: str | os.PathLike[str]) -> str:
    """A source's name in the lock file `lock`: relative to its folder, with `/`."""
    folder = os.path.dirname(os.path.realpath(lock))
    return os.path.relpath(os.path.realpath(source), folder).replace(os.sep, "/")
