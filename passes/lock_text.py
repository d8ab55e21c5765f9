"""What a lock file's text says of one source. By itself, because a build looks here before it imports the rest.

It goes by the text that `lock.py` writes: tables in order, each with its header on a line of its own. What departs from that
is left to `lock.py`, which reads the file properly; the digest of each table shows whether it was taken out whole.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION_LINE = "version = 1\n"


def relative(lock: str | os.PathLike[str], source: str | os.PathLike[str]) -> str:
    """A source's name in the lock file `lock`: relative to its folder, with `/`."""
    folder = os.path.dirname(os.path.realpath(lock))
    return os.path.relpath(os.path.realpath(source), folder).replace(os.sep, "/")


def blake2b(data: bytes, size: int, key: bytes = b"") -> str:
    """The BLAKE2b digest in hexadecimal, `size` bytes of it."""
    try:
        import _blake2 as hashes  # hashlib would load all of OpenSSL
    except ImportError:
        import hashlib as hashes  # type: ignore[no-redef]
    return str(hashes.blake2b(data, digest_size=size, key=key).hexdigest())


def excerpt(text: bytes, lock: str, source: str) -> str:
    """The tables of one source in a lock file's text; empty when there is none, or only `lock.py` can tell."""
    name = relative(lock, source)
    try:
        content = text.decode()
    except UnicodeDecodeError:
        return ""
    plain = name.isprintable() and not any(c in name for c in '"\\')
    if not plain or "\n" + VERSION_LINE not in content or "\n<<<<<<<" in content:
        return ""
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    head = f"\n[kernel.{name}." if bare else f'\n[kernel."{name}".'
    tables = []
    at = content.find(head)
    while at >= 0:
        end = content.find("\n[", at + 1)
        tables.append(content[at : end if end >= 0 else None])
        at = content.find(head, at + 1)
    return "".join(tables)


def flags(tables: str) -> tuple[str, ...] | None:
    """The compile flags of the first table of an excerpt; None when only `lock.py` can tell."""
    _, found, rest = tables.partition("\nflags = [")
    line = rest.partition("\n")[0]
    if not found or "\\" in line or not line.endswith("]"):
        return None
    return tuple(line.split('"')[1::2])


def read(tables: str) -> dict[str, Any] | None:
    """An excerpt as `tomllib` reads it, without the milliseconds that it takes to import; None: only `tomllib` can tell.

    A table that is read wrongly does not have its digest.
    """
    if "\\" in tables:
        return None
    kernels: dict[str, Any] = {}
    values: dict[str, Any] = {}
    steps: list[str] | None = None
    for line in tables.splitlines():
        name, equals, text = line.partition(" = ")
        if steps is not None:
            steps += line.split('"')[1:2]
            steps = steps if line != "]" else None
        elif line.startswith("[kernel.") and line.endswith("]"):
            *source, entry, cpu = line[len("[kernel.") : -1].rsplit(".", 2)
            if len(source) != 1 or '"' in entry + cpu:
                return None
            values = {}
            place = kernels.setdefault(source[0].strip('"'), {}).setdefault(entry, {})
            if place.setdefault(cpu, values) is not values:
                return None
        elif equals and text == "[":
            values[name] = steps = []
        elif equals and text.startswith("[") and text.endswith("]"):
            values[name] = text.split('"')[1::2]
        elif equals and text.startswith("{ ") and text.endswith(" }"):
            values[name] = _inline(text[2:-2])
        elif equals and text.startswith('"') and text.endswith('"') and text.count('"') == 2:
            values[name] = text[1:-1]
        elif line:
            return None
    return {"kernel": kernels}


def _inline(text: str) -> dict[str, Any]:
    """An inline table of numbers, or of strings."""
    if '"' not in text:
        pairs = (pair.split(" = ") for pair in text.split(", "))
        return {key: float(number) for key, number in pairs}
    parts = text.split('"')  # no string in it has an escape
    return {key.strip(" ,=").strip(): value for key, value in zip(parts[::2], parts[1::2], strict=False)}
