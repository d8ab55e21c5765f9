"""What a campaign has found so far: one folder, one line of JSON per program, written in one go.

`campaign.json` says what was asked for, `programs.jsonl` what came of each program. A process that is killed leaves at most
an unfinished last line, which is cut off on opening; its program is tried again.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from passwright.passes.errors import InputError, ParseError, UsageError
from passwright.policy.campaign.shots import Shot

FORMAT = 1


@dataclass(frozen=True)
class Tried:
    """A program and what became of its recipes; `discarded` is the reason why there are none."""

    uri: str
    shots: tuple[Shot, ...] = ()
    discarded: str = ""
    instructions: int = 0
    loops: int = 0
    seconds: float = 0.0

    @property
    def origin(self) -> str:
        return self.uri.partition("://")[0]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of(data: dict[str, Any]) -> Tried:
        """The inverse.  Raises TypeError or KeyError."""
        return Tried(**{**data, "shots": tuple(Shot(**shot) for shot in data["shots"])})


class Record:
    """The folder, open for appending; a context manager that keeps other campaigns out of it.

    Raises InputError for a folder that cannot be written or is in use, UsageError when it holds a campaign with other
    `options`, ParseError for a broken line that is not the last.
    """

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(_lines(folder), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise InputError(f"{folder}: {error.strerror}", hint="choose another folder with --out") from None
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(f"{folder}: another campaign is writing here", hint="wait for it") from None
            self._options(options)
            self.tried = {one.uri: one for one in self._read()}
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Record:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def append(self, tried: Tried) -> None:
        """Keep a program: its line is on the disk when this returns."""
        line = json.dumps(tried.to_json(), ensure_ascii=False).encode() + b"\n"
        with self._lock:
            size = os.fstat(self._file).st_size
            try:
                if os.write(self._file, line) != len(line):
                    raise OSError(28, "No space left on device")
                os.fsync(self._file)
            except OSError as error:
                os.ftruncate(self._file, size)
                raise InputError(f"{_lines(self.folder)}: {error.strerror}", hint="free some space") from None
            self.tried[tried.uri] = tried

    def _options(self, options: dict[str, Any]) -> None:
        path = self.folder / "campaign.json"
        if path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            for name, value in {"format": FORMAT, **options}.items():
                if before.get(name) != value:
                    raise UsageError(
                        f"{self.folder} holds a campaign with {name} {before.get(name)}, not {value}",
                        hint="go on with the same options, or choose another folder with --out",
                    )
            return
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"format": FORMAT, **options}, indent=2) + "\n", encoding="utf-8")
        part.replace(path)

    def _read(self) -> list[Tried]:
        data = _lines(self.folder).read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            os.ftruncate(self._file, whole)
        return _parse(data[:whole], self.folder)


def read(folder: Path) -> list[Tried]:
    """What a campaign has found, also while it runs.  Raises InputError, ParseError."""
    try:
        data = _lines(folder).read_bytes()
    except OSError as error:
        raise InputError(
            f"{folder} is no campaign's folder: {error.strerror}", hint="give its --out"
        ) from None
    return _parse(data[: data.rfind(b"\n") + 1], folder)


def failures(tried: Sequence[Tried]) -> list[tuple[Tried, int]]:
    """The shots that failed, as program and index."""
    return [(one, index) for one in tried for index, shot in enumerate(one.shots) if shot.failed]


def _lines(folder: Path) -> Path:
    return folder / "programs.jsonl"


def _parse(data: bytes, folder: Path) -> list[Tried]:
    found = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            found.append(Tried.of(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise ParseError(
                f"not a program's line: {error}", path=str(_lines(folder)), line=number
            ) from None
    return found
