"""Where the clang plugin is, which applies lock files inside clang without Python (docs/plugin.md)."""

from __future__ import annotations

import sysconfig
from pathlib import Path


def plugin() -> Path | None:
    """passwright-plugin.so; None where it was not built, since there was no shared libLLVM."""
    # Editable installs keep the package in the source tree and what is built among the installed packages.
    folders = [Path(__file__).resolve().parent, Path(sysconfig.get_path("platlib")) / "passwright"]
    found = (folder / "lib" / "passwright-plugin.so" for folder in folders)
    return next((path for path in found if path.exists()), None)
