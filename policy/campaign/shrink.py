"""Smaller programs that still fail, by llvm-reduce (Debian's package llvm-19; optional).

llvm-reduce starts a process for every question. Starting Python and LLVM each time would cost a second, so that the process
is a bare interpreter which passes the file's path to a socket, and a thread of this process answers, with warm workers.
The smallest module that was said to fail is kept here as it comes, so that a run that is cut off is not lost.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from passwright import _native
from passwright.passes.errors import PasswrightError

INSTALL = "llvm-reduce was not found, the program is as it was: apt-get install llvm-19"
_ASK = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode())
s.shutdown(socket.SHUT_WR)
sys.exit(s.recv(1) != b"1")
"""


def find_llvm_reduce() -> str | None:
    """The program, None where it is not installed."""
    for name in ("llvm-reduce-19", "/usr/lib/llvm-19/bin/llvm-reduce"):
        if found := shutil.which(name):
            return found
    return None


def shrink(module: bytes, interesting: Callable[[bytes], bool], *, seconds: float) -> bytes:
    """The smallest bitcode found within `seconds` for which `interesting` holds; `module` where nothing can go.

    Without llvm-reduce that is `module`, too.  `interesting` is called from another thread, one call at a time.
    """
    program = find_llvm_reduce()
    if program is None:
        return module
    with TemporaryDirectory(prefix="passwright-shrink-") as folder:
        start = Path(folder, "start.bc")
        start.write_bytes(module)
        with _Answers(Path(folder, "ask"), module, interesting) as answers:
            command = [program, f"--test={sys.executable}", "--test-arg=-I", "--test-arg=-S", "--test-arg=-c"]
            command += [f"--test-arg={_ASK}", f"--test-arg={answers.path}", "-o", f"{folder}/end.bc"]
            process = subprocess.Popen(
                [*command, "--output-bitcode", str(start)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
            )
            try:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
            finally:
                process.kill()
                process.wait()
            return answers.best


class _Answers:
    """Answers one question after the other; `best` is the smallest module that was interesting."""

    def __init__(self, path: Path, module: bytes, interesting: Callable[[bytes], bool]) -> None:
        self.path, self.best, self.interesting = path, module, interesting
        self._size = _size(module)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen(4)
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> _Answers:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closed = True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as wake:
            wake.connect(str(self.path))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._closed:
                    return
                with contextlib.suppress(OSError):
                    with connection.makefile("rb") as question:
                        name = question.read().decode()
                    connection.sendall(b"1" if self._answer(Path(name)) else b"0")

    def _answer(self, path: Path) -> bool:
        try:
            candidate = _native.Module.parse(path.read_bytes(), path.name)
            candidate.verify()
            data = candidate.bitcode()
            if not self.interesting(data):
                return False
        except (OSError, PasswrightError):
            return False
        if (size := _size(data)) <= self._size:
            self.best, self._size = data, size
        return True


def _size(module: bytes) -> tuple[int, int]:
    return _native.Module.parse(module).instruction_count, len(module)
