"""Every environment variable that Passwright reads.

It stands on the lowest floor because all floors ask it. Flags of the command line win over these. One is read by the
programs that run before Python does (passwright/native/launch_settings.cpp) and by the clang plugin
(passes/native/plugin/settings.cpp): `PASSWRIGHT`, what they are to do, a list separated by commas of a mode (`apply`,
`learned`, `record`, `off`), `strict`, `require-accepted`, `lock=FILE` and `record=FILE`.
"""

from __future__ import annotations

import os

from passwright.passes.errors import UsageError


def clang() -> str:
    """`PASSWRIGHT_CLANG`: the clang 19 to use as front end; empty: look for one."""
    return os.environ.get("PASSWRIGHT_CLANG", "")


def debug() -> int:
    """`PASSWRIGHT_DEBUG`: 1 verifies the module after every pass and shows tracebacks, 2 also prints each step; else 0."""
    value = os.environ.get("PASSWRIGHT_DEBUG", "")
    return int(value) if value.isdigit() else 0


def jobs() -> int:
    """`PASSWRIGHT_JOBS`: worker processes; default: one per core that this process may use.  Raises UsageError."""
    value = os.environ.get("PASSWRIGHT_JOBS", "")
    if not value:
        return len(os.sched_getaffinity(0))
    if not value.isdigit() or int(value) < 1:
        raise UsageError(
            f"PASSWRIGHT_JOBS={value} is not a number of processes", hint="for example PASSWRIGHT_JOBS=2"
        )
    return int(value)


def cache_dir() -> str:
    """`XDG_CACHE_HOME`: parent of the folder for resumable runs and objects, by default ~/.cache; it need not exist."""
    parent = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(parent, "passwright")


def runtime_dir() -> str:
    """`XDG_RUNTIME_DIR`: parent of the folder for the daemon's socket; `cache_dir` where there is none."""
    parent = os.environ.get("XDG_RUNTIME_DIR")
    return os.path.join(parent if parent and os.path.isdir(parent) else cache_dir(), "passwright-run")


def data_dir() -> str:
    """`XDG_DATA_HOME`: parent of the folder for what is to last, by default ~/.local/share; it need not exist."""
    parent = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(parent, "passwright")


def store() -> str:
    """`PASSWRIGHT_STORE`: the experience store, a `postgresql://` or `sqlite:///` URL or a file; default: in `data_dir`."""
    return os.environ.get("PASSWRIGHT_STORE") or os.path.join(data_dir(), "experience.sqlite")
