"""The experience store as a file: JSON lines, gzip-compressed when the name ends in .gz.

    {"passwright-experience": 2, "package": "0.1.0"}        the format's version; first
    {"kernel": {"hash": …, "bitcode": base64 of zlib, …}}    before the first observation of it
    {"machine": {"cpu": …, …}}
    {"observation": {"kernel": …, "machine": …, "recipe": …, "status": …, "at": …, …}}

Observations are written, not what they were merged to: a file that is imported, twice or into a store that has
part of it, gives the same answers as if its observations had been made there. An export appears whole or not at
all; an import first reads the whole file, and writes only what is sound.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

from passwright.bench.machine import Machine, this_machine
from passwright.passes.errors import InputError, ParseError, PasswrightError
from passwright.passes.recipe import Recipe
from passwright.policy.experience import (
    Observation,
    StoredKernel,
    machine_hash,
    machine_json,
    recipe_hash,
)
from passwright.policy.store import Store

FORMAT = 2
"""What is written. 2: observations may have reliability terms. Format 1 is read too."""
BATCH = 500
"""Observations of one transaction of an import."""
Progress = Callable[[int, int], None]
"""Told how many observations are done so far, and of how many."""


@dataclass(frozen=True)
class Imported:
    """What was in a file, and how many of its observations were new to the store."""

    kernels: int
    machines: int
    observations: int
    new: int


def export_store(store: Store, path: Path, *, progress: Progress = lambda done, total: None) -> int:
    """Write everything to `path`; returns how many observations.  Raises InputError, StoreError."""
    kernels, machines, told, count = set[str](), store.machines(), set[str](), 0
    total = store.size()
    with _whole(path) as file:

        def write(kind: str, value: dict[str, Any]) -> None:
            file.write(json.dumps({kind: value}, ensure_ascii=False).encode() + b"\n")

        head = {"passwright-experience": FORMAT, "package": this_machine().package}
        file.write(json.dumps(head).encode() + b"\n")
        for kernel in store.kernels():
            kernels.add(kernel.hash)
            write("kernel", kernel_to_json(kernel))
        for one in store.observations():
            if one.machine not in machines:
                machines |= store.machines()  # another process put it in meanwhile
            if one.machine not in told:
                told.add(one.machine)
                write("machine", machine_json(machines[one.machine]))
            if one.kernel not in kernels:
                continue  # came while the file was written; the next export has it
            write("observation", one.to_json())
            count += 1
            if count % BATCH == 0:
                progress(count, max(count, total))
    progress(count, count)
    return count


def import_store(
    store: Store,
    path: Path,
    *,
    total: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Put what `path` holds into the store; `total` is what `check` returned, where it was called before.

    Raises:
        ParseError: a line that is no record, with its number; nothing was imported.
        InputError: a file that cannot be read.
    """
    expected = check(path) if total is None else total
    counts = {StoredKernel: 0, Machine: 0, Observation: 0}
    new = 0
    kernels: list[StoredKernel] = []
    machines: list[Machine] = []
    waiting: list[Observation] = []

    def flush() -> None:
        nonlocal new
        new += store.add(waiting, kernels=kernels, machines=machines)
        for batch in (kernels, machines, waiting):
            batch.clear()
        progress(counts[Observation], expected)

    for record in read_records(path):
        counts[type(record)] += 1
        if isinstance(record, StoredKernel):
            kernels.append(record)
        elif isinstance(record, Machine):
            machines.append(record)
        else:
            waiting.append(record)
        if len(waiting) >= BATCH or len(kernels) >= BATCH:
            flush()
    flush()
    return Imported(counts[StoredKernel], counts[Machine], counts[Observation], new)


def check(path: Path) -> int:
    """Read a file to its end, which raises what `read_records` does; returns how many observations it has."""
    return sum(isinstance(one, Observation) for one in read_records(path))


def read_records(path: Path) -> Iterator[StoredKernel | Machine | Observation]:
    """The records of a file, checked.  Raises ParseError with the line, InputError."""
    known = set[str]()
    number = 0
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, start=1):
                record = _record(json.loads(line), first=number == 1)
                if isinstance(record, StoredKernel):
                    known.add(record.hash)
                elif isinstance(record, Machine):
                    known.add(machine_hash(record))
                elif isinstance(record, Observation) and not {record.kernel, record.machine} <= known:
                    raise ValueError("names a kernel or machine that no line before it describes")
                if record is not None:
                    yield record
    except FileNotFoundError:
        raise InputError(f"{path}: no such file", hint="give a file of `passwright store export`") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _bad(path, number + 1, f"cannot be decompressed: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint="see its permissions") from None
    except PasswrightError as error:
        raise _bad(path, number, error.message) from None
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError) as error:
        raise _bad(path, number, f"{error}") from None
    if number == 0:
        raise _bad(path, 1, "the file is empty")


def kernel_to_json(kernel: StoredKernel) -> dict[str, Any]:
    """Plain values, the bitcode compressed and in base64."""
    values = {one.name: getattr(kernel, one.name) for one in fields(kernel)}
    return values | {"bitcode": base64.b64encode(zlib.compress(kernel.bitcode)).decode()}


def kernel_from_json(data: dict[str, Any]) -> StoredKernel:
    """The inverse; raises ValueError or TypeError for what is no kernel."""
    for name, kind in (("hash", str), ("name", str), ("bitcode", str), ("instructions", int)):
        if not isinstance(data.get(name), kind):
            raise ValueError(f"kernel: {name}: {data.get(name)!r} is of the wrong type")
    try:
        bitcode = zlib.decompress(base64.b64decode(data["bitcode"], validate=True))
    except (ValueError, zlib.error) as error:
        raise ValueError(f"kernel: bitcode: {error}") from None
    return StoredKernel(**(data | {"bitcode": bitcode}))


def _record(data: Any, *, first: bool) -> StoredKernel | Machine | Observation | None:
    """What a line stands for; None for a head."""
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if "passwright-experience" in data:
        found = data["passwright-experience"]
        if found not in range(1, FORMAT + 1):
            raise ValueError(
                f"format {found!r} from Passwright {data.get('package', '?')}, this one reads formats 1 to {FORMAT}"
            )
        return None
    if first:
        raise ValueError('not an export: the first line does not say {"passwright-experience": …}')
    if len(data) != 1 or not isinstance(value := next(iter(data.values())), dict):
        raise ValueError("neither a kernel, nor a machine, nor an observation")
    if "kernel" in data:
        return kernel_from_json(value)
    if "machine" in data:
        return _machine(value)
    if "observation" not in data:
        raise ValueError(f"unknown kind of record {next(iter(data))!r}")
    one = Observation.from_json(value)
    if recipe_hash(one.recipe) != Recipe.parse(one.recipe).hash():
        raise ValueError(f"not in canonical form: {one.recipe}")
    return one


def _machine(data: dict[str, Any]) -> Machine:
    machine = Machine(**data)
    if machine_json(machine).keys() != data.keys() or any(
        type(value) is not type(machine_json(Machine())[name]) for name, value in data.items()
    ):
        raise ValueError("not the description of a machine")
    return machine


def _bad(path: Path, line: int, problem: str) -> ParseError:
    return ParseError(
        problem,
        path=str(path),
        line=line,
        hint="nothing was imported; mend or remove the line, or export again",
    )


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when everything is written and on disk."""
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder", hint=f"mkdir -p {path.parent}")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as raw:
            try:
                if path.suffix == ".gz":
                    with gzip.GzipFile(path.stem, "wb", 6, raw, mtime=0) as packed:
                        yield packed  # type: ignore[misc]
                else:
                    yield raw
                raw.flush()
                os.fsync(raw.fileno())
                os.chmod(raw.name, 0o666 & ~_umask())
                os.replace(raw.name, path)
            except BaseException:
                os.unlink(raw.name)
                raise
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written: {error.strerror}", hint="choose another folder"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
