"""Outputs appear whole or not at all."""

from __future__ import annotations

import os

from passwright.passes.errors import InputError


def write_whole(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write `data` to `path` through a temporary file in the same folder and a rename.

    Raises InputError when the folder is missing, not writable or full. Either way `path` is as before.
    Like a compiler's, the file is not forced to the disk.
    """
    folder, name = os.path.split(os.fspath(path))
    if folder and not os.path.isdir(folder):
        raise InputError(f"{folder}: no such folder", hint=f"mkdir -p {folder}")
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        handle = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
        )
    except PermissionError:
        raise InputError(f"{folder or '.'}: not writable", hint="choose another folder with -o") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            text = f"{os.fspath(path)}: cannot be written: {error.strerror}"
            raise InputError(
                text, hint="free some space or choose another folder; nothing was half-written"
            ) from None
        raise
