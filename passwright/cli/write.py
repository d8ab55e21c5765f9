"""Outputs appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from passwright.passes.errors import InputError


def write_whole(path: Path, data: bytes | str) -> None:
    """Write `data` to `path` through a temporary file in the same folder and a rename.

    Raises InputError when the folder is missing or not writable; OSError for a full disk. Either way `path` is as before.
    """
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder", hint=f"mkdir -p {folder}")
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    except PermissionError:
        raise InputError(f"{folder}: not writable", hint="choose another folder with -o") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
