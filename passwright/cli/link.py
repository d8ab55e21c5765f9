"""From an object to a shared object, with whatever linker the machine has."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from passwright.passes.errors import ToolchainError


def shared_object(obj: bytes) -> bytes:
    """The object as a shared library.  Raises ToolchainError when there is no linker or it fails."""
    driver = next(
        (found for name in ("c++", "g++", "clang++-19", "cc", "gcc") if (found := shutil.which(name))), None
    )
    if driver is None:
        raise ToolchainError("no compiler driver to link a shared object with", hint="apt-get install gcc")
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        source, target = Path(folder) / "kernel.o", Path(folder) / "kernel.so"
        source.write_bytes(obj)
        command = [driver, "-shared", str(source), "-lm", "-o", str(target)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if run.returncode != 0:
            raise ToolchainError(
                f"linking failed: {run.stderr.strip()}", hint="use --emit obj and link it yourself"
            )
        return target.read_bytes()
