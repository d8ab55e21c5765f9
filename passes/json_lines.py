"""Files of one JSON object a line that only grow: appended whole, synced, and readable after a crash at any moment.

A last line without its end is what a process that was killed, or a disk that was full, left behind: readers skip it, and
the next writer removes it. Writers take turns by an advisory lock on the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passwright.passes.errors import InputError, ParseError


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file; none when there is no file.  Raises InputError, and ParseError for a line that is no object."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="check the path and its rights") from None
    found = []
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise ParseError(f"{path}:{number}: not a JSON object", hint="remove the line, or the file")
        found.append(fields)
    return found


def append_line(path: Path, fields: Mapping[str, Any]) -> None:
    """Add an object, whole or not at all; the folder is made.  Raises InputError when it cannot be written."""
    import fcntl

    line = json.dumps(fields, ensure_ascii=False).encode() + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            end = offset = _whole(descriptor)
            os.ftruncate(descriptor, end)
            try:
                while line:
                    written = os.pwrite(descriptor, line, offset)
                    line, offset = line[written:], offset + written
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="free some space, then run it again") from None


def _whole(descriptor: int) -> int:
    """Where the last whole line ends."""
    size = os.fstat(descriptor).st_size
    at = size
    while at:
        start = max(0, at - 65536)
        found = os.pread(descriptor, at - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return 0
