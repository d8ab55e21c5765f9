"""The flags of a source file in a build folder's `compile_commands.json`.

Format: "JSON Compilation Database Format Specification", Clang documentation.
"""

from __future__ import annotations

import difflib
import json
import shlex
from pathlib import Path
from typing import Any

from passwright.irgen.flags import clean
from passwright.passes.errors import InputError

_PATH_FLAGS = ("-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros", "--sysroot=", "-isysroot")


def flags_for(source: Path, build: Path) -> tuple[str, ...]:
    """The compile flags of `source`, without compiler, output and source, relative paths made absolute.

    `build` is the build folder or the file itself. Raises InputError when the file is missing, is not a
    compilation database, or does not mention the source.
    """
    database = build / "compile_commands.json" if build.is_dir() else build
    try:
        entries = json.loads(database.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{database}: cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="configure the build with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, or run it under bear",
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{database}:{error.lineno}: not JSON: {error.msg}", hint="configure the build again"
        ) from None
    if not isinstance(entries, list) or not all(map(_is_command, entries)):
        raise InputError(f"{database}: not a list of compile commands", hint="configure the build again")
    wanted = source.resolve()
    files = [(Path(entry.get("directory", ".")) / entry["file"]).resolve() for entry in entries]
    for entry, file in zip(entries, files, strict=True):
        if file == wanted:
            return _absolute(_arguments(entry, database), Path(entry.get("directory", ".")))
    near = difflib.get_close_matches(str(wanted), [str(file) for file in files], 1)
    raise InputError(
        f"{database}: no compile command for {source}",
        hint=f"the nearest is {near[0]}" if near else "build that file once, or give its flags with --cflags",
    )


def _is_command(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("arguments", []), list):
        return False
    texts = (entry.get("file"), entry.get("directory", "."), entry.get("command", ""))
    return all(isinstance(text, str) and "\0" not in text for text in texts)


def _arguments(entry: dict[str, Any], database: Path) -> list[str]:
    try:
        arguments = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{database}: the entry of {entry['file']} has no usable command: {error}",
            hint="configure the build again",
        ) from None
    return list(clean([str(argument) for argument in arguments[1:]]).flags_with_march())


def _absolute(flags: list[str], directory: Path) -> tuple[str, ...]:
    result: list[str] = []
    path_next = False
    for flag in flags:
        prefix = next((known for known in _PATH_FLAGS if flag.startswith(known) and flag != known), "")
        if path_next:
            result.append(_join(directory, flag))
        elif prefix and not flag.startswith("-include-pch"):
            result.append(prefix + _join(directory, flag.removeprefix(prefix)))
        else:
            result.append(flag)
        path_next = not path_next and flag in _PATH_FLAGS
    return tuple(result)


def _join(directory: Path, path: str) -> str:
    joined = directory / path
    # A header named after -include may stand on the include path instead of in the folder.
    return str(joined) if Path(path).is_absolute() or joined.exists() else path
