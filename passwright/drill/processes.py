"""Faults of processes: killed at any moment, short of memory, two at the same file.  As in `storage.py`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from textwrap import dedent
from time import monotonic, sleep

from passwright.bench.runner import Runner
from passwright.bench.verify import Verifier
from passwright.drill import records
from passwright.drill.storage import Violation
from passwright.drill.subject import RECIPES, Subject, apply, children
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import load
from passwright.passes.worker import WorkerPool
from passwright.policy.store import Store

PATIENCE = 120.0
"""Seconds after which a process that should have ended counts as hanging."""


@contextmanager
def _killing(name: str, delay: float) -> Iterator[list[int]]:
    """Kill one of our processes called `name`, `delay` seconds from now or as soon as there is one after that."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        over.wait(delay)
        while not over.is_set() and not killed:
            for pid in children(name)[-1:]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            over.wait(0.002)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def worker(subject: Subject, folder: Path, random: Random) -> str:
    """A compiling process is killed: every candidate still gets the object that it should."""
    with WorkerPool(jobs=2) as pool, _killing("worker_main", random.uniform(0, 0.5)) as killed:
        futures = [pool.submit(subject.kernel.bitcode, recipe) for recipe in RECIPES]
        for future, expected in zip(futures, subject.objects, strict=True):
            found = future.result(PATIENCE)
            if found.status != "ok" or found.object != expected:
                raise Violation(f"{found.recipe}: {found.status} {found.message}, or another object")
    return "recovered" if killed else "harmless"


def runner(subject: Subject, folder: Path, random: Random) -> str:
    """The running process is killed: a right candidate stays right, a wrong one wrong."""
    good = random.random() < 0.5
    with Runner() as process, _killing("passwright-runner", random.uniform(0, 0.4)) as killed:
        verdict = Verifier(subject.kernel, subject.workload, process).check(
            [subject.objects[0] if good else subject.wrong]
        )
    if verdict.kind != ("equal" if good else "different"):
        raise Violation(
            f"a {'right' if good else 'wrong'} candidate was called {verdict.kind}: {verdict.evidence}"
        )
    return "recovered" if killed else "harmless"


def memory(subject: Subject, folder: Path, random: Random) -> str:
    """Compiling or running with too little memory: right, or an honest failure, never a wrong object or verdict."""
    size = random.randrange(20, 400) << 20
    if random.random() < 0.5:
        with WorkerPool(jobs=1, memory=size) as pool:
            try:
                found = pool.submit(subject.kernel.bitcode, RECIPES[3]).result(PATIENCE)
            except PasswrightError:
                return "noticed"
        if found.status == "ok" and found.object != subject.objects[3]:
            raise Violation("a worker short of memory built another object")
        return "harmless" if found.status == "ok" else "noticed"
    with Runner(memory=size >> 12) as process:
        try:
            verdict = Verifier(subject.kernel, subject.workload, process).check([subject.wrong])
        except PasswrightError:
            return "noticed"
    if verdict.is_equal:
        raise Violation(f"a wrong candidate was called equal with {size >> 12} bytes")
    return "harmless" if verdict.kind == "different" else "noticed"


_STORE_WRITER = dedent("""
    import sys
    from passwright.drill.records import save
    from passwright.policy.store import Store
    with Store(sys.argv[1]) as store:
        for turn in range(1000):
            save(store, start := int(sys.argv[2]) + 10 * turn, start + 10)
            print(start, flush=True)
""")
_LOCK_WRITER = dedent("""
    import sys
    from passwright.drill.records import entry
    from passwright.passes.lock import update
    for turn in range(100):
        number = int(sys.argv[2]) + turn
        update(sys.argv[1], [entry(number)])
        print(number, flush=True)
""")


def _written(code: str, path: Path, random: Random) -> list[list[int]]:
    """What two writers at one file said that they had saved; one of them, or both, killed at some moment."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(start)], stdout=subprocess.PIPE, text=True
        )
        for start in (0, 1_000_000)
    ]
    try:
        first = [one.stdout.readline() if one.stdout else "" for one in writers]  # both are at it
        sleep(random.uniform(0, 0.3))
        writers[0].kill()
        sleep(random.uniform(0, 0.2))
        writers[1].kill()
        rest = [one.communicate(timeout=PATIENCE)[0] for one in writers]
    finally:
        for one in writers:
            one.kill()
            one.wait()
    return [[int(line) for line in (start + more).split()] for start, more in zip(first, rest, strict=True)]


def store_writers(subject: Subject, folder: Path, random: Random) -> str:
    """Two processes write to one store and are killed: what they reported as saved is there, the rest whole or not."""
    path = folder / "s.sqlite"
    saved = _written(_STORE_WRITER, path, random)
    records.everything(str(path))
    with Store(str(path), create=False) as store:
        known = {one.key for one in store.outcomes()}
        for start in (start for batches in saved for start in batches):
            if not all(records.observation(start + number).key in known for number in range(10)):
                raise Violation(f"observations from {start} on were reported as saved and are not there")
        if len(known) % 10:
            raise Violation(f"half of a transaction is there: {len(known)} observations")
        records.save(store, 5_000_000, 5_000_010)  # nobody holds a lock any more
    return "recovered"


def lock_writers(subject: Subject, folder: Path, random: Random) -> str:
    """Two processes write to one lock file and are killed: every entry that was reported as written is there."""
    path = folder / "passwright.lock"
    saved = _written(_LOCK_WRITER, path, random)
    found = set(load(path).entries)
    if missing := [number for numbers in saved for number in numbers if records.entry(number) not in found]:
        raise Violation(f"entries {missing} were reported as written and are not there")
    return "recovered"


def _interrupted(command: list[str], folder: Path, delay: float, how: signal.Signals) -> int:
    """Run a command of ours and send it a signal after `delay` seconds; its exit status."""
    environment = os.environ | {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PASSWRIGHT_STORE": str(folder / "s.sqlite"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "passwright", *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Violation(f"`passwright {' '.join(command)}` hangs after {how.name}") from None


def _copied(subject: Subject, folder: Path) -> Path:
    for path in (subject.source, subject.lock, subject.source.with_suffix(".toml")):
        shutil.copy(path, folder)
    return folder / "out.o"


def applying(subject: Subject, folder: Path, random: Random) -> str:
    """`apply` is ended at any moment: the output is as before or whole, the lock as it was."""
    out = _copied(subject, folder)
    old = random.random() < 0.5
    if old:
        out.write_bytes(b"old")
    how = random.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    code = _interrupted(["apply", subject.source.name, "-o", "out.o"], folder, random.uniform(0, 0.4), how)
    content = out.read_bytes() if out.exists() else None
    if content not in (subject.built, b"old" if old else None):
        raise Violation(f"apply left half an object behind after {how.name}")
    if code == 0 and content != subject.built:
        raise Violation("apply said that it was done and was not")
    if (folder / subject.lock.name).read_bytes() != subject.lock.read_bytes():
        raise Violation("apply changed the lock")
    return "harmless" if code == 0 else "recovered"


def optimizing(subject: Subject, folder: Path, random: Random) -> str:
    """`optimize` is ended at any moment: output and lock are as before or whole, and belong together."""
    out = _copied(subject, folder)
    lock = folder / subject.lock.name
    how = random.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    command = ["optimize", subject.source.name, "-o", "out.o", "--budget", "3s", "--lock", lock.name]
    code = _interrupted(command, folder, random.uniform(0, 8), how)
    entries = load(lock)  # it parses, and its digests hold
    if out.exists():
        if out.read_bytes()[:4] != b"\x7fELF":
            raise Violation(f"optimize left half an object behind after {how.name}")
        _judge(subject, out.read_bytes())
    if entries.entries:
        _judge(subject, apply(entries, subject.kernel.bitcode, folder / subject.source.name))
    if code == 0 and not out.exists():
        raise Violation("optimize said that it was done and was not")
    return "harmless" if code == 0 else "recovered"


def _judge(subject: Subject, built: bytes) -> None:
    with Runner() as process:
        verdict = Verifier(subject.kernel, subject.workload, process).check([built])
    if not verdict.is_equal:
        raise Violation(f"what was left behind is {verdict.kind}: {verdict.evidence}")


def left_over() -> list[int]:
    """Our own workers and runners that still run a second after everything should have ended."""
    until = monotonic() + 1.0
    find: Callable[[], list[int]] = partial(children, "passwright")
    while (found := find()) and monotonic() < until:
        sleep(0.02)
    return found
