"""What a process gives up for good: files, for those that work on input that others gave; and outliving its parent.

Landlock (Linux 5.13) through its system calls, since the C library has no functions for them. A process keeps the files that
it has open. What bench/sandbox.py does for programs, this does for our own processes.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Sequence

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PDEATHSIG, _NO_NEW_PRIVILEGES = 1, 38
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read files, list folders
_SCOPED_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
_libc = ctypes.CDLL(None, use_errno=True)


def confine(*, read: Sequence[str] = (), write: Sequence[str] = ()) -> bool:
    """Give up all files but those below `read`, and below `write` for everything; False where that cannot be had."""
    version = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    every = _SCOPED_BY_VERSION.get(version, (1 << 16) - 1)
    handled = ctypes.c_uint64(every)
    ruleset = _libc.syscall(_CREATE, ctypes.byref(handled), ctypes.c_size_t(8), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for paths, rights in ((read, _READ), (write, every)):
            for path in paths:
                _allow(ruleset, path, rights & every)
        _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(_libc.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


def die_with_parent(parent: int) -> None:
    """Be killed when the process `parent`, which has started this one, ends; at once if it has ended already."""
    _libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = _Below(rights, handle)
        _libc.syscall(_ADD, ruleset, ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(handle)
