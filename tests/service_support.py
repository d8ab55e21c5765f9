"""What the tests of the service share: sources, locks for them, and a daemon of their own."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from passwright._native import Module, llvm_version
from passwright.irgen.frontend import lower
from passwright.locking import build, fingerprint
from passwright.passes.errors import InputError
from passwright.passes.lock import Lock, LockEntry, render
from passwright.passes.recipe import Recipe
from passwright.service import client
from passwright.service.place import Place

RECIPES = (
    "default<O3> [unroll-runtime=false]",
    "attr prefer-vector-width=512 | default<O3>",
    "default<O3> | default<O3>",
)
MATMUL = """
void multiply%(n)d(int n, const double *restrict a, const double *restrict b, double *restrict c) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++) c[i * n + j] += %(n)d.0 * a[i * n + k] * b[k * n + j];
}
"""
SCALE = """
void scale%(n)d(int n, double *restrict out, const double *restrict in) {
    for (int i = 0; i < n; i++) out[i] = %(n)d.0 * in[i] + i;
}
"""


class File:
    """A source that was lowered, with a lock entry for its function."""

    def __init__(self, folder: Path, number: int, text: str = SCALE) -> None:
        self.name = f"file{number}.c"
        (folder / self.name).write_text(text % {"n": number})
        lowered = lower(folder / self.name, debug=False)
        self.bitcode, self.march = lowered.bitcode, lowered.march
        entry = ("scale" if text == SCALE else "multiply") + str(number)
        recipe = Recipe.parse(RECIPES[number % len(RECIPES)])
        module = Module.parse(self.bitcode, self.name)
        self.entry = LockEntry(
            self.name,
            entry,
            self.march,
            fingerprint(module, entry),
            llvm_version(),
            recipe,
            (1.1, 1.05, 1.2),
            "equal",
        )
        self.lock = render(Lock("passwright.lock", (self.entry,))).encode()

    def expected(self) -> bytes:
        """What `apply` builds, in this process."""
        return build(Module.parse(self.bitcode, self.name), [self.entry], ())

    def applied(self, deadline: float = 120.0, local: bool = True) -> client.Built:
        """What the client gives for it."""
        return client.apply_object(
            self.bitcode, self.lock, source=self.name, march=self.march, deadline=deadline, local=local
        )


def running() -> dict[str, object]:
    """What the daemon says of itself."""
    found = client.status(20.0)
    assert found is not None
    return found


def wait_until_gone(pid: int, seconds: float = 20.0) -> None:
    """Wait for the end of a process that is not ours."""
    end = monotonic() + seconds
    while alive(pid):
        assert monotonic() < end, f"{pid} still runs"
        sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs (and is no zombie)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def raw() -> Iterator[socket.socket]:
    """A bare connection to the daemon."""
    connection, _ = client.connect(monotonic() + 20, start=True)
    with connection:
        connection.settimeout(20)
        yield connection


def end_daemon() -> None:
    """Kill the daemon of this test, if there is one."""
    found = client.status(2.0)
    if found is not None:
        for pid in (found["pid"], found["forge"]):
            with suppress(ProcessLookupError):
                if pid:
                    os.kill(int(pid), signal.SIGKILL)
    with suppress(InputError), Place() as place:
        place.remove()
