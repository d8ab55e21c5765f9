"""What compilers call: the daemon's work, or the same work in this process where there is no daemon.

    built = learned_object(bitcode, march="native", flags=("-O2",), kind="obj", deadline=30.0)
    built.object, built.recipes

A daemon is started when there is none, once, however many clients ask at the same time. One that is gone, hangs, answers
what is no answer or is of another build costs its client nothing but time: the work is done here, within what
is left of the deadline, or WorkerError is raised where the caller would rather compile plainly (`local=False`).
Light to import, because compilers do.
"""

from __future__ import annotations

import os
import socket
import sys
from time import monotonic, sleep

from passwright.passes.errors import InputError, WorkerError
from passwright.service import protocol
from passwright.service.place import LOG, Place, same_user, stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from passwright.service.protocol import Header

START = "from passwright.service.daemon import main; main()"
SILENCE = 10.0
"""Seconds without a sign of life after which a daemon counts as hanging; it gives one every `protocol.BEAT`."""
_PIECE = 1 << 20


class Built:
    """An object, and what it was built with.

    Attributes:
        object: its bytes, or the assembly's.
        recipes: (function, recipe) of those that are not at -O3 (of those in the lock, for `apply`).
        origin: who made it: "daemon", or "here" where there was none.
    """

    def __init__(self, object: bytes, recipes: tuple[tuple[str, str], ...], origin: str) -> None:
        self.object, self.recipes, self.origin = object, recipes, origin


class Gone(Exception):
    """There is no daemon to be had, or what it says cannot be used; the text says why."""


def learned_object(
    bitcode: bytes,
    *,
    march: str,
    flags: tuple[str, ...] = (),
    kind: str = "obj",
    deadline: float = 30.0,
    source: str = "<memory>",
    seconds: float | None = None,
    local: bool = True,
) -> Built:
    """A file's object with the recipes that the learned policy chooses without a run, for functions that look hot.

    Args:
        bitcode: the file's unoptimised IR, as lowering gives it.
        march, flags: what it was compiled with; of the flags only what the IR does not have counts: whether floats may be
            reordered, and sections.
        kind: "obj" or "asm".
        deadline: seconds until an answer is of no use.
        source: the file's name, for messages.
        seconds: of processor time that choosing recipes may take; None: `ranking.SECONDS`.
        local: do the work here where the daemon cannot.

    Raises the family of passwright.errors: what is wrong with the input, and WorkerError without an answer in time.
    """
    fields: Header = {"source": source, "march": march, "kind": kind, "flags": list(flags)}
    if seconds is not None:
        fields["choosing"] = seconds
    return _built("learned", fields, [bitcode], deadline, local)


def apply_object(
    bitcode: bytes,
    lock: bytes,
    *,
    source: str,
    march: str,
    flags: tuple[str, ...] = (),
    kind: str = "obj",
    deadline: float = 120.0,
    local: bool = True,
) -> Built:
    """A file's object by its entries in a lock file's text, in which `source` is its name there.

    Raises LockError as `passwright apply` does, and WorkerError without an answer in time.
    """
    fields: Header = {"source": source, "cpu": march, "kind": kind, "flags": list(flags)}
    return _built("apply", fields, [bitcode, lock], deadline, local)


def generated(
    fields: Header, *, tell: Callable[[Any], None] | None = None, deadline: float = 120.0
) -> Header | None:
    """The daemon's answer to `generate` (fields of `writing.Wanted`, and `kept`); None where there is no daemon to be had.

    `tell` is told what happens meanwhile.  Raises what is wrong with the requirement.
    """
    end = monotonic() + deadline
    try:
        connection, _ = connect(end, start=False)
        with connection:
            found = exchange(connection, "generate", fields, [], end, tell)[0].get("generated")
    except (OSError, Gone, _Place, protocol.Garbage):
        return None
    return found if isinstance(found, dict) else None


def status(deadline: float = 5.0) -> Header | None:
    """What the daemon says of itself; None when there is none."""
    return _told("status", deadline)


def stop(deadline: float = 5.0) -> Header | None:
    """Ask the daemon to end when what it is at is done; None when there is none."""
    return _told("stop", deadline)


def _built(op: str, fields: Header, parts: list[bytes], deadline: float, local: bool) -> Built:
    end = monotonic() + deadline
    try:
        header, given = ask(op, fields, parts, end)
    except Gone as problem:
        if not local:
            raise WorkerError(
                f"the service gave no answer: {problem}", hint="passwright serve --status"
            ) from None
        from passwright.service.local import here

        header, given = here(op, fields, parts, end - monotonic())
        return Built(given[0], _recipes(header), "here")
    return Built(given[0], _recipes(header), "daemon")


def ask(op: str, fields: Header, parts: Sequence[bytes], end: float) -> tuple[Header, list[bytes]]:
    """The daemon's answer before the moment `end`; it is started if there is none, and again if it dies at this.

    Raises Gone, and what the daemon says is wrong with the request.
    """
    inode = 0
    for attempt in (0, 1):
        try:
            connection, inode = connect(end, start=True)
            with connection:
                return exchange(connection, op, fields, parts, end)
        except ConnectionError as problem:  # it ended just now, or was killed
            if attempt:
                raise Gone(str(problem)) from None
        except TimeoutError:
            if monotonic() < end:
                _abandon(inode)
            raise Gone("it did not answer in time") from None
        except (OSError, protocol.Garbage, InputError) as problem:
            if isinstance(problem, InputError) and not isinstance(problem, _Place):
                raise
            raise Gone(str(problem) or "it wrote what is no answer") from None
    raise AssertionError


def exchange(
    connection: socket.socket,
    op: str,
    fields: Header,
    parts: Sequence[bytes],
    end: float,
    tell: Callable[[Any], None] | None = None,
) -> tuple[Header, list[bytes]]:
    """One request and its answer; `tell` is told of events before it.

    Raises OSError, Garbage, Gone, and the error that is the answer.
    """
    number = int.from_bytes(os.urandom(6), "little")
    left = max(0.0, end - monotonic())
    request = {**fields, "id": number, "op": op, "build": stamp(), "deadline": left}
    send(connection, request, parts, min(end, monotonic() + SILENCE))
    while True:
        header, given = receive(connection, min(end, monotonic() + SILENCE))
        if tell is not None and "event" in header:
            tell(header["event"])
        if not header.get("wait") and "event" not in header:
            break
    if header.get("id") != number:
        raise protocol.Garbage("its answer is to another request")
    error = header.get("error")
    if isinstance(error, dict) and error.get("kind") == "OtherBuild":
        if op not in ("status", "stop"):
            _told("stop", 1.0)
        raise Gone("the daemon is of another build of Passwright and was asked to end")
    if error is not None:
        raise protocol.heard(error)
    return header, given


def connect(end: float, *, start: bool) -> tuple[socket.socket, int]:
    """A connection to the daemon and its socket's inode; it is started if need be.  Raises OSError, Gone, `_Place`."""
    try:
        place = Place()
    except InputError as problem:
        raise _Place(problem.message, hint=problem.hint) from None
    with place:
        while True:
            found = _reach(place, end)
            if found is not None:
                return found
            if not start:
                raise Gone("there is none")
            lock = place.lock()
            if lock is not None:
                try:
                    found = _reach(place, end)  # somebody may just have started it
                    if found is not None:
                        return found
                    _start(place)
                finally:
                    os.close(lock)
            else:
                sleep(0.005)
            if monotonic() > end:
                raise TimeoutError


def _reach(place: Place, end: float) -> tuple[socket.socket, int] | None:
    inode = place.inode()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(max(0.001, end - monotonic()))
        connection.connect(place.address())
        if not same_user(connection):
            raise Gone("another user's process listens there")
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection, inode


def _start(place: Place) -> None:
    """Start the daemon with a socket that listens already: whoever connects from now on waits until it is there."""
    import subprocess

    with place.listen() as listener:
        log = os.open(
            LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600, dir_fd=place.descriptor
        )
        try:
            subprocess.Popen(
                [sys.executable, "-P", "-c", START, str(listener.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        except BaseException:
            place.remove()
            raise
        finally:
            os.close(log)


def _abandon(inode: int) -> None:
    """Take away the socket of a daemon that hangs: the next client starts another, and it ends should it wake up."""
    with Place() as place:
        lock = place.lock()
        if lock is not None:
            if place.inode() == inode:
                place.remove()
            os.close(lock)


def send(
    connection: socket.socket, header: Header, parts: Sequence[bytes] = (), end: float | None = None
) -> None:
    """Write one frame.  Raises OSError (TimeoutError at the moment `end`), InputError for one that is too large."""
    for piece in protocol.frame(header, parts):
        view = memoryview(piece)
        while view:
            _limit(connection, end)
            view = view[connection.send(view[:_PIECE]) :]


def receive(connection: socket.socket, end: float | None = None) -> tuple[Header, list[bytes]]:
    """Read one frame.  Raises OSError (TimeoutError at the moment `end`, ConnectionError at its end), Garbage."""
    size, count = protocol.fixed(_read(connection, protocol.FIXED.size, end))
    lengths = protocol.lengths(_read(connection, count * protocol.LENGTH.size, end))
    header = protocol.header(_read(connection, size, end))
    return header, [_read(connection, length, end) for length in lengths]


def _read(connection: socket.socket, size: int, end: float | None) -> bytes:
    pieces = []
    while size:
        _limit(connection, end)
        piece = connection.recv(min(size, _PIECE))
        if not piece:
            raise ConnectionError("the connection ended before the answer")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _limit(connection: socket.socket, end: float | None) -> None:
    if end is not None:
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)


def _told(op: str, deadline: float) -> Header | None:
    end = monotonic() + deadline
    try:
        connection, _ = connect(end, start=False)
        with connection:
            return exchange(connection, op, {}, [], end)[0]
    except (OSError, Gone, _Place, protocol.Garbage):
        return None


def _recipes(header: Any) -> tuple[tuple[str, str], ...]:
    found = header.get("recipes", {})
    return tuple(sorted((str(entry), str(recipe)) for entry, recipe in found.items()))


class _Place(InputError):
    """There is no place for a daemon: a matter of this machine, not of the request."""
