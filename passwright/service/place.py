"""Where the daemon is found, who may talk to it, and which build of Passwright it is.

In a folder that only the user can enter: the socket, the lock that starts and ends are serialised by, and the daemon's log.
The folder is opened once and checked, and what is in it is named by its descriptor, so that nobody can put another in its
place, and so that its path may be longer than a socket's address. Light to import.
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress

from passwright.passes import config
from passwright.passes.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

SOCKET = "daemon.sock"
LOCK = "daemon.lock"
LOG = "daemon.log"
_FLOORS = ("passes", "irgen", "gnn", "policy", "policy/weights")


class Place:
    """The folder, open; a context manager."""

    def __init__(self) -> None:
        """Make it if need be.  Raises InputError when it cannot be made, or others may enter it."""
        self.path = config.runtime_dir()
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            self.descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as problem:
            raise InputError(
                f"{self.path}: {problem.strerror}", hint="set XDG_RUNTIME_DIR to a folder of your own"
            ) from None
        found = os.fstat(self.descriptor)
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            os.close(self.descriptor)
            raise InputError(
                f"{self.path} is open to other users", hint=f"chmod 700 {self.path}, or remove it"
            )

    def __enter__(self) -> Place:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self.descriptor)

    def address(self, name: str = SOCKET) -> str:
        """A path to something in the folder, short enough for a socket; good while it is open."""
        return f"/proc/self/fd/{self.descriptor}/{name}"

    def lock(self) -> int | None:
        """A descriptor that holds the lock until it is closed; None while somebody else holds it."""
        import fcntl

        handle = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600, dir_fd=self.descriptor)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return handle

    def listen(self) -> socket.socket:
        """A listening socket in place of what a daemon that is gone has left; to be called with the lock held."""
        self.remove()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.address())
        os.chmod(self.address(), 0o600)
        listener.listen(1024)
        return listener

    def inode(self) -> int:
        """Which socket is there; 0 for none."""
        try:
            return os.stat(SOCKET, dir_fd=self.descriptor, follow_symlinks=False).st_ino
        except OSError:
            return 0

    def remove(self) -> None:
        """Take the socket away; to be called with the lock held."""
        with suppress(FileNotFoundError):
            os.unlink(SOCKET, dir_fd=self.descriptor)


def same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end belongs to our user."""
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())


def stamp() -> str:
    """This build of Passwright: its version, its native core, and the newest of its files."""
    from hashlib import blake2b
    from importlib.util import find_spec

    import passwright
    import passwright.passes

    told: list[object] = [passwright.__version__]
    spec = find_spec("passwright._native")
    if spec and spec.origin:
        native = os.stat(spec.origin)
        told += [native.st_size, native.st_mtime_ns]
    root = os.path.dirname(passwright.passes.__path__[0])
    here = os.path.dirname(__file__)
    for folder in (*(os.path.join(root, name) for name in _FLOORS), os.path.dirname(here), here):
        for entry in sorted(os.scandir(folder), key=lambda one: one.name):
            if entry.is_file() and entry.name.endswith((".py", ".onnx", ".json")):
                told.append((entry.name, entry.stat().st_mtime_ns))
    return blake2b(repr(told).encode(), digest_size=12).hexdigest()
