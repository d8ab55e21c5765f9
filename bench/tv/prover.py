"""The client of the solver's process: questions with a deadline that is kept by killing the process."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from passwright.passes.errors import ToolchainError

START = "from passwright.bench.tv.worker_main import main; main()"
MEMORY = 3 << 30
"""Bytes of address space for one process."""
GRACE = 2.0
"""Seconds of processor time beyond the limit that z3 is given to notice it by itself."""
START_SECONDS = 10.0
"""Of processor time, for starting and importing z3."""
WALL = 20.0
"""A machine that is busy gives no more than this share of a core, one in so many; then the wall's clock ends it."""
POLL = 0.2


def require_solver() -> None:
    """Raises ToolchainError where z3 is not installed."""
    if importlib.util.find_spec("z3") is None:
        raise ToolchainError("proofs need z3, which is not installed", hint="pip install 'passwright[prove]'")


class Prover:
    """One process, started when first needed and again after it was killed. Use it as a context manager."""

    def __init__(self, *, memory: int = MEMORY) -> None:
        if importlib.util.find_spec("z3") is None:
            raise ToolchainError(
                "proofs need z3, which is not installed", hint="pip install 'passwright[prove]'"
            )
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def __enter__(self) -> Prover:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer of `solve.solve` after `seconds` of processor time at most.

        "unknown" where time or memory ran out or the process died.
        """
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        limit = seconds + GRACE + (START_SECONDS if self._fresh else 0.0)
        self._fresh = False
        interim: dict[str, Any] | None = None
        lines = _lines(process, limit)
        try:
            process.stdin.write(json.dumps({**question, "seconds": seconds}).encode() + b"\n")
            process.stdin.flush()
            for line in lines:
                answer: dict[str, Any] = json.loads(line)
                if not answer.pop("interim", False):
                    return answer
                interim = answer
            late = process.poll() is None
        except BrokenPipeError:
            late = False
        except BaseException:
            self.close()
            raise
        self.close()
        reason = (
            "time: the solver was stopped at the deadline" if late else "memory: the solver's process died"
        )
        if interim is not None:
            return interim | {"reason": f"not to a larger bound: {reason}"}
        return {"kind": "unknown", "reason": reason, "bound": question["bound"]}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._fresh = True
        return self._process


def _lines(process: subprocess.Popen[bytes], seconds: float) -> Iterator[bytes]:
    """Lines until the process ends or has used `seconds` of processor time."""
    assert process.stdout is not None
    pipe, data = process.stdout.fileno(), b""
    begun, wall = _processor_time(process.pid), monotonic() + WALL * seconds
    while True:
        ready, _, _ = select.select([pipe], [], [], POLL)
        if ready:
            piece = os.read(pipe, 1 << 16)
            if not piece:
                process.wait()
                return
            data += piece
            while b"\n" in data:
                line, _, data = data.partition(b"\n")
                yield line
        elif _processor_time(process.pid) - begun > seconds or monotonic() > wall:
            return


def _processor_time(pid: int) -> float:
    """Seconds that a process has used; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
