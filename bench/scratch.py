"""Folders that foreign programs have written in: reading from them and removing them.

Such a folder may hold links to the user's files, pipes that block whoever opens them, folders that nobody may
list, or ones nested deeper than a path can be long. Nothing here follows a link or opens what is no plain file. The
program must have ended: against one that still exchanges names under our hands this does not help.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def read_output(folder: Path, name: str, limit: int = 1 << 30) -> bytes | None:
    """The content of a plain file below `folder`, at most `limit` bytes of it.

    None for everything else: no such file, a link anywhere on the way, a pipe, a name that leads out.
    """
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or os.path.isabs(name):
        return None
    at = -1
    try:
        at = os.open(folder, _FOLDER)
        for part in parts[:-1]:
            below = os.open(part, _FOLDER, dir_fd=at)
            os.close(at)
            at = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(parts[-1], flags, dir_fd=at), "rb") as file:
            return file.read(limit) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None
    finally:
        if at >= 0:
            os.close(at)


def remove_tree(folder: Path) -> None:
    """Remove a folder with everything in it; one that does not exist is fine.

    Works for folders without permissions and at any depth, in constant stack and descriptors. Raises OSError for
    what cannot be removed.
    """
    if not folder.is_dir() or folder.is_symlink():
        with suppress(FileNotFoundError):
            folder.unlink()
        return
    at = _enter(folder.name, os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    names: list[str] = []  # of the folders on the way down, the one that `at` stands for last
    try:
        while True:
            below = _remove_files(at)
            if below is not None:
                at = _enter(below, at)
                names.append(below)
            elif names:
                above = os.open("..", _FOLDER, dir_fd=at)
                os.close(at)
                at = above
                os.rmdir(names.pop(), dir_fd=at)
            else:
                break
    finally:
        os.close(at)
    folder.rmdir()


def _enter(name: str, at: int) -> int:
    """The folder `name` of the folder `at`, which is closed. It is made accessible."""
    try:
        os.chmod(name, 0o700, dir_fd=at)
        return os.open(name, _FOLDER, dir_fd=at)
    finally:
        os.close(at)


def _remove_files(at: int) -> str | None:
    """Remove all files of the folder `at`; the name of a folder in it, if there is one."""
    below = None
    with os.scandir(at) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                below = entry.name
            else:
                os.unlink(entry.name, dir_fd=at)
    return below


@contextmanager
def scratch(prefix: str = "passwright-") -> Iterator[Path]:
    """A new private folder for foreign programs, removed at the end whatever they left in it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        remove_tree(folder)
