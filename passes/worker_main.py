"""The process behind `WorkerPool`: reads jobs from standard input, runs recipes, answers on standard output.

Started as `python -c "from passwright.passes.worker_main import main; main()"`, not by hand. It imports the
native core and little else, so that a restart costs what the core's loading costs. A frame is eight bytes
of length and a marshalled object; both ends run the same Python. What LLVM prints goes to standard error,
which the parent keeps.

The process ends when the parent does: a thread watches for the other end of standard input to close, even
while LLVM runs. (PR_SET_PDEATHSIG would act when the parent's *thread* that started us ends.) The parent
kills it when a deadline passes.
"""

from __future__ import annotations

import _thread
import marshal
import os
import resource
import select
import signal
from time import perf_counter
from typing import Any

MAX_OUTPUT = 1 << 20
"""Bytes that LLVM may write to standard error, the only file that is open for writing."""


def read_exactly(fd: int, size: int) -> bytes:
    """`size` bytes from a descriptor.  Raises EOFError when the other end is gone."""
    parts: list[bytes] = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write_frame(fd: int, message: Any) -> None:
    """Send one marshalled object."""
    data = marshal.dumps(message)
    view = memoryview(len(data).to_bytes(8, "little") + data)
    while view:
        view = view[os.write(fd, view) :]


def read_frame(fd: int) -> Any:
    """Receive one object.  Raises EOFError when the other end is gone."""
    return marshal.loads(read_exactly(fd, int.from_bytes(read_exactly(fd, 8), "little")))


def main() -> None:
    """Serve jobs until the parent goes away."""
    jobs, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # nothing that LLVM prints may get between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _thread.start_new_thread(_end_with_parent, (jobs,))
    settings = read_frame(jobs)
    os.nice(settings["nice"])
    _limit(settings["memory"])
    job = _Jobs(answers, settings)
    write_frame(answers, ("ready",))
    while True:
        try:
            message = read_frame(jobs)
        except EOFError:
            return
        write_frame(answers, ("done", job.run(message)))


def _end_with_parent(fd: int) -> None:
    watch = select.poll()
    watch.register(fd, 0)  # POLLHUP is always reported
    watch.poll()
    os._exit(1)


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        memory = min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


class _Jobs:
    """The modules that were sent, and what to do with them."""

    def __init__(self, answers: int, settings: dict[str, Any]) -> None:
        from passwright.passes.build import Limits

        self.answers = answers
        self.limits = Limits(*settings["limits"])
        self.fast_math = settings["fast_math"]
        self.modules: dict[bytes, bytes] = {}

    def run(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to one job; `message` is described in `worker._Process.compile`."""
        from passwright.passes.errors import IRError, PasswrightError, SizeLimitError

        for key in message["drop"]:
            del self.modules[key]
        if message["data"] is not None:
            self.modules[message["key"]] = message["data"]
        started = perf_counter()
        answer: dict[str, Any] = {"steps": []}
        try:
            self._compile(message, answer)
            answer["status"] = "ok"
        except SizeLimitError as problem:
            answer.update(status="too-large", message=str(problem.message))
        except MemoryError:
            answer.update(status="too-large", message="out of memory")
        except IRError as problem:
            # The module was whole when it came in, so that a pass has broken it.
            answer.update(status="crashed" if answer["steps"] else "invalid", message=problem.message)
        except PasswrightError as problem:
            answer.update(status="invalid", message=str(problem))
        answer["seconds"] = perf_counter() - started
        return answer

    def _compile(self, message: dict[str, Any], answer: dict[str, Any]) -> None:
        from passwright._native import Module
        from passwright.passes.build import run_recipe, text_size
        from passwright.passes.recipe import Recipe

        # Parsed anew each time, which costs a hundredth of what -O3 does: a clone would share its context
        # with all candidates before it, and the same recipe could then give other bytes in another order of
        # candidates.
        module = Module.parse(self.modules[message["key"]], message["name"])
        recipe = Recipe.parse(message["recipe"])
        reports = run_recipe(
            module,
            recipe,
            limits=self.limits,
            fast_math=self.fast_math,
            on_step=lambda index: write_frame(self.answers, ("step", index)),
        )
        answer["steps"] = [(r.step, r.seconds, r.changed, r.instructions) for r in reports]
        answer["instructions"] = module.instruction_count
        answer["complexity"] = max(module.cyclomatic().values(), default=0)
        write_frame(self.answers, ("step", len(recipe)))
        module.verify()
        answer["object"] = module.emit(message["emit"]) if message["emit"] != "bc" else module.bitcode()
        answer["text_size"] = text_size(answer["object"]) if message["emit"] == "obj" else 0
