"""A resumable store of finished rows: one JSON object a line, appended and synced as each kernel is done.

    with ResultStore("results.jsonl") as store:
        for kernel in suite:
            key = result_key(kernel.name, options, machine)
            if key not in store:
                store.append(key, run(kernel))
        rows = list(store.rows([...]))

A key stands for kernel, options and machine: whatever changes the numbers belongs into the options (budget,
policy, flags, a digest of the kernel's source and workload). A run that was cut off leaves at most a
truncated last line, which is dropped on opening; a line that is broken elsewhere is an error. Several
processes may append to one file, each under a lock; a store sees what was there when it was opened and what
it appended itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from types import TracebackType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from passwright.bench.measure import Machine, Ratio, Timing
from passwright.bench.report import Row
from passwright.bench.verify import Verdict
from passwright.passes.errors import InputError, ParseError

FORMAT = 1
"""The version of a line's layout; lines of another version are refused."""


def result_key(kernel: str, options: Mapping[str, Any], machine: str) -> str:
    """32 hex digits for a kernel (family and name), the options and what identifies the machine.

    Options are JSON values; their order does not count.
    """
    text = json.dumps([FORMAT, kernel, options, machine], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def row_to_json(row: Row) -> dict[str, Any]:
    """The row as JSON values, without loss."""
    return asdict(row)


def row_from_json(data: Mapping[str, Any]) -> Row:
    """The inverse. Raises AttributeError, KeyError, TypeError or ValueError for data that is no row."""
    row: Row = _decode(Row, data)
    return row


class ResultStore:
    """Finished rows by key. See the module's docstring.

    Raises:
        ParseError: a line that is not a row, other than an unfinished last one.
        InputError: a file that cannot be read or written.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._rows: dict[str, Row] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._failed("open", error) from None
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise InputError(f"{self.path}: not a regular file", hint="give a file for the results")
            with _locked(self._file):
                self._read()
        except BaseException:
            self.close()
            raise

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def rows(self, keys: Iterable[str]) -> Iterator[Row]:
        """The finished rows of these keys, in the keys' order."""
        return (self._rows[key] for key in keys if key in self._rows)

    def append(self, key: str, row: Row) -> None:
        """Write the row and wait until it is on disk; a key written twice keeps the later row.

        Raises InputError when it cannot be written (disk full); the file is left as it was.
        """
        line = json.dumps({"format": FORMAT, "key": key, "row": row_to_json(row)}, ensure_ascii=False) + "\n"
        with _locked(self._file):
            size = os.fstat(self._file).st_size
            try:
                _write_all(self._file, line.encode())
                os.fsync(self._file)
            except OSError as error:
                os.ftruncate(self._file, size)
                raise self._failed("write", error) from None
        self._rows[key] = row

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> ResultStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            # A run that was cut off while it wrote: nothing that follows may be glued to its half line.
            os.ftruncate(self._file, whole)
        for number, line in enumerate(data[:whole].splitlines(), start=1):
            try:
                record = json.loads(line)
                if record["format"] != FORMAT:
                    raise ValueError(f"format {record['format']}, expected {FORMAT}")
                self._rows[record["key"]] = row_from_json(record["row"])
            except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
                raise ParseError(
                    f"not a result row: {type(error).__name__}: {error}",
                    path=str(self.path),
                    line=number,
                    hint="remove the line, or start over with another file",
                ) from None

    def _failed(self, action: str, error: OSError) -> InputError:
        return InputError(
            f"{self.path}: cannot {action} the results: {error.strerror}",
            hint="choose a writable folder with free space",
        )


class _locked:
    """Holds the file's advisory lock, so that lines of two processes do not mix."""

    def __init__(self, file: int) -> None:
        self.file = file

    def __enter__(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self.file, fcntl.LOCK_UN)


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


_NAMES = {"Timing": Timing, "Ratio": Ratio, "Verdict": Verdict, "Machine": Machine}
"""What the annotations of `Row` refer to, which its module imports for type checking only."""


def _decode(kind: Any, value: Any) -> Any:
    """JSON values as the dataclasses, tuples and mappings that a type annotation asks for."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        make: Any = kind
        hints = get_type_hints(make, localns=_NAMES)
        known = {item.name for item in fields(kind)}
        if unknown := set(value) - known:
            raise ValueError(f"unknown field {min(unknown)} of {getattr(kind, '__name__', kind)}")
        return make(**{name: _decode(hints[name], part) for name, part in value.items()})
    if origin is tuple:
        kinds = arguments[:1] * len(value) if arguments[1:] == (...,) else arguments
        return tuple(_decode(one, part) for one, part in zip(kinds, value, strict=True))
    if origin is list:
        return [_decode(arguments[0], part) for part in value]
    if origin in (dict, Mapping):
        return {key: _decode(arguments[1], part) for key, part in value.items()}
    if origin in (Union, UnionType) and value is not None:
        wanted = [one for one in arguments if one is not type(None)]
        return _decode(wanted[0], value) if len(wanted) == 1 else value
    return value
