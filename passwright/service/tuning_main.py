"""The process of one tuning job: a source from somebody else is optimised where it can read and write little else.

Started as `python -c "from passwright.service.tuning_main import main; main()"` in a folder of its own, with the job
as JSON on standard input. Prints JSON lines: what goes on, and at last `result` or `error`. The object and the lock file
are left in the folder. It, the compiler and everything else it starts can read the system's and Passwright's own files only,
and write to the folder (Landlock); kernels run in the narrower sandbox that they always do.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

OBJECT, LOCK, WORKLOAD = "tuned.o", "passwright.lock", "workload.toml"
MEMORY = 16 << 30
"""Bytes of address space of each process."""
EVERY = 0.2
"""Seconds between two reports on a search."""
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/proc",
    "/sys",
    "/dev/urandom",
)


def main() -> None:
    """Do the job."""
    job: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: str, **fields: object) -> None:
        out.write(json.dumps({"event": event, **fields}) + "\n")

    folder = os.getcwd()
    os.environ.update(HOME=folder, TMPDIR=folder, XDG_CACHE_HOME=folder, XDG_DATA_HOME=folder)
    try:
        _confine(folder, needed=bool(job["confined"]))
        tell("result", **_optimize(job, tell))
    except BaseException as problem:
        from passwright.service.protocol import told

        diagnostics = getattr(problem, "diagnostics", "")
        tell("error", **told(problem), diagnostics=diagnostics)
        sys.exit(1)


def _confine(folder: str, *, needed: bool) -> None:
    """Raises WorkerError where that cannot be had and is needed."""
    import passwright._native as native
    from passwright.irgen.clang import find_clang
    from passwright.passes.errors import WorkerError
    from passwright.service.confine import confine

    # Not all of sys.path: an editable install puts the folder above the checkout there.
    packages = (path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    own = {os.path.dirname(str(native.__file__)), sys.prefix, sys.base_prefix, *packages}
    for name in ("", ".bench", ".gnn", ".irgen", ".passes", ".policy"):
        own |= set(import_module(f"passwright{name}").__path__)
    own |= {os.path.dirname(os.path.realpath(find_clang().argv[0]))}
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    read = [*_SYSTEM, *(path for path in own if path and path != "/")]
    if not confine(read=read, write=[folder, "/dev/null", "/dev/zero", "/dev/shm"]) and needed:
        raise WorkerError(
            "this kernel cannot keep a job from other files (no Landlock)", hint="run Linux 5.13 or later"
        )


def _optimize(job: dict[str, Any], tell: Any) -> dict[str, Any]:
    from passwright.locking import record
    from passwright.optimizer import optimize
    from passwright.result import Event

    last = ("", 0.0)

    def progress(event: Event) -> None:
        nonlocal last
        if event.phase == last[0] and monotonic() - last[1] < EVERY:
            return
        last = (event.phase, monotonic())
        tell(
            "progress",
            phase=event.phase,
            kernel=event.kernel,
            evaluations=event.evaluations,
            failures=event.failures,
            best=event.best,
            seconds=round(event.seconds, 2),
            budget=event.budget,
        )

    result = optimize(
        job["name"],
        entries=job["entries"],
        budget=job["budget"],
        march=job["march"],
        flags=job["flags"],
        progress=progress,
        objective=job["objective"],
        policy=job["policy"],
        workload=WORKLOAD if os.path.exists(WORKLOAD) else None,
    )
    Path(OBJECT).write_bytes(result.files[0].object)
    record(result, Path(LOCK))
    return result.to_json()


if __name__ == "__main__":
    main()
