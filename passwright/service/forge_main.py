"""The process that job processes are forked from: it has loaded and warmed up all that they need, and does nothing else.

Started as `python -c "from passwright.service.forge_main import main; main()"` with a socket as standard input. For each
descriptor that comes through it, it forks a process that does the one job it reads there, answers, and ends:
a crash, a hang or what LLVM keeps in memory ends with the job, and every job begins from the same state. What is
forked has no files but that descriptor, and dies with this process, which ends when the daemon does.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process with threads must not fork

from passwright.service import protocol
from passwright.service.client import receive, send
from passwright.service.confine import confine, die_with_parent
from passwright.service.jobs import JOBS, warm

MEMORY = 4 << 30
"""Bytes of address space of a job process."""
MAX_OUTPUT = 1 << 20
"""Bytes that LLVM may write to the daemon's log in one job."""


def main() -> None:
    """Fork job processes until the daemon goes away."""
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the daemon's business
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warm()
    gc.collect()
    gc.freeze()
    gc.disable()
    confined = confine()
    own = os.getpid()
    try:
        control.send(b"c" if confined else b"r")
    except BrokenPipeError:
        return
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for descriptor in descriptors:
            if os.fork() == 0:
                control.close()
                status = 1
                try:
                    die_with_parent(own)
                    _job(descriptor)
                    status = 0
                finally:
                    os._exit(status)
            os.close(descriptor)


def _job(descriptor: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
    with socket.socket(fileno=descriptor) as daemon:
        send(daemon, {"pid": os.getpid()})
        header, parts = receive(daemon)
        signal.setitimer(signal.ITIMER_PROF, header["seconds"])  # of processor time; it kills
        try:
            told, given = JOBS[header["job"]](header, parts)
        except MemoryError:
            told, given = {"error": {"kind": "SizeLimitError", "message": "out of memory", "hint": ""}}, []
        except Exception as problem:
            told, given = {"error": protocol.told(problem)}, []
        send(daemon, told, given)
    sys.stderr.flush()
