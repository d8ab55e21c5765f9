"""A load test of the daemon: many clients, the same and different files, every answer compared with this process's.

    python -m passwright.service.load --clients 64 --files 24 --requests 2000 [--learned 4] [--kill]

Prints p50 and p99 of the answers' times, with and without the cache, what the daemon and its processes hold in memory
before and after, and what went wrong. Exit code 3 when an answer was lost, wrong or somebody else's. The daemon is one of
its own, in a folder of its own. With --kill it is killed in the middle (SIGKILL), and clients go on. Files are generated
kernels (bench/corpus), lowered once.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from time import monotonic, sleep

from passwright._native import Module, llvm_version
from passwright.bench.corpus.generate import generate
from passwright.locking import build, fingerprint
from passwright.passes.errors import PasswrightError
from passwright.passes.lock import Lock, LockEntry, render
from passwright.passes.recipe import Recipe
from passwright.service import client
from passwright.service.local import here

DEADLINE = 300.0
"""Seconds for one answer: the test is of what comes back, a slow machine is no failure."""
RECIPES = (
    "default<O3> [unroll-runtime=false]",
    "attr prefer-vector-width=512 | default<O3>",
    "default<O2> | default<O3>",
)


@dataclass(frozen=True)
class Asked:
    """One request that is repeated, with the answer that it must have."""

    kind: str
    name: str
    bitcode: bytes = field(repr=False)
    march: str
    lock: bytes = field(repr=False)
    expected: bytes = field(repr=False)

    def answer(self) -> client.Built:
        """What the client gives."""
        if self.kind == "learned":
            return client.learned_object(self.bitcode, march=self.march, source=self.name, deadline=DEADLINE)
        return client.apply_object(
            self.bitcode, self.lock, source=self.name, march=self.march, deadline=DEADLINE
        )


@dataclass
class Tally:
    """What came back.

    Attributes:
        seconds: of each answer that was right.
        wrong: that was not the one expected.
        lost: requests that were answered by an error, with its text.
        here: answers that clients made themselves, for want of a daemon.
    """

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    lost: list[str] = field(default_factory=list)
    here: int = 0

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the right answers came; 0 without any."""
        ordered = sorted(self.seconds)
        return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def prepare(folder: Path, files: int, learned: int) -> list[Asked]:
    """Requests of `files` different `apply` and `learned` different `learned`, with what this process makes of them."""
    found = []
    for seed in range(files + learned):
        made = generate(seed)
        kernel = made.lower(folder, debug=False)
        name = f"{made.name}.c"
        module = Module.parse(kernel.bitcode, name)
        recipe = Recipe.parse(RECIPES[seed % len(RECIPES)])
        entry = LockEntry(
            name, kernel.entry, kernel.march, fingerprint(module, kernel.entry), llvm_version(), recipe,
            (1.1, 1.05, 1.2), "equal",
        )  # fmt: skip
        if seed < files:
            expected = build(module, [entry], ())
            lock = render(Lock("passwright.lock", (entry,))).encode()
            found.append(Asked("apply", name, kernel.bitcode, kernel.march, lock, expected))
        else:
            fields = {"source": name, "march": kernel.march, "kind": "obj", "flags": []}
            os.environ["XDG_CACHE_HOME"] = str(folder / "cache of this process")
            _, (expected,) = here("learned", fields, [kernel.bitcode], DEADLINE)
            found.append(Asked("learned", name, kernel.bitcode, kernel.march, b"", expected))
    return found


def ask_all(requests: Sequence[Asked], clients: int, kill_after: int = 0) -> Tally:
    """Have so many clients ask for everything at the same time; the daemon is killed after so many answers, if not 0."""
    waiting: SimpleQueue[Asked] = SimpleQueue()
    for one in requests:
        waiting.put(one)
    tally, lock = Tally(), threading.Lock()
    begin = threading.Barrier(clients)

    def work() -> None:
        begin.wait()
        while True:
            try:
                one = waiting.get_nowait()
            except Empty:
                return
            started = monotonic()
            try:
                built = one.answer()
                right = built.object == one.expected
            except PasswrightError as problem:
                with lock:
                    tally.lost.append(f"{one.kind} {one.name}: {problem.message}")
                continue
            with lock:
                tally.here += built.origin == "here"
                tally.wrong += not right
                if right:
                    tally.seconds.append(monotonic() - started)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    while kill_after and any(thread.is_alive() for thread in threads):
        if len(tally.seconds) >= kill_after and (found := client.status()) is not None:
            os.kill(int(found["pid"]), signal.SIGKILL)
            break
        sleep(0.005)
    for thread in threads:
        thread.join()
    return tally


def memory() -> dict[str, float]:
    """Resident memory of the daemon and of the process that jobs are forked from, in MiB."""
    found = client.status(60.0) or {}
    return {name: _resident(int(found.get(name) or 0)) for name in ("pid", "forge")}


def _resident(pid: int) -> float:
    with suppress(OSError), open(f"/proc/{pid}/statm") as file:
        return round(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 1)
    return 0.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m passwright.service.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=64, help="at a time (default: %(default)s)")
    parser.add_argument("--files", type=int, default=24, help="different ones (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=2000, help="in all (default: %(default)s)")
    parser.add_argument("--learned", type=int, default=2, help="files for `learned` (default: %(default)s)")
    parser.add_argument("--kill", action="store_true", help="kill the daemon in the middle")
    parser.add_argument("--seed", type=int, default=1, help="of the order (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(XDG_RUNTIME_DIR=name, XDG_CACHE_HOME=str(folder / "cache"))
        asked = prepare(folder, given.files, given.learned)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        try:
            report = run(asked, given)
        finally:
            _end()
    if given.json:
        print(json.dumps(report, indent=2))
    else:
        _show(report)
    phases = report["phases"]
    assert isinstance(phases, dict)
    return 3 if any(phase["wrong"] or phase["lost"] for phase in phases.values()) else 0


def run(asked: Sequence[Asked], given: argparse.Namespace) -> dict[str, object]:
    """First each file once (nothing is cached), then `requests` in random order (all of it is), then with a kill."""
    random = Random(given.seed)
    phases: dict[str, dict[str, object]] = {}

    def phase(name: str, requests: list[Asked], kill_after: int = 0) -> None:
        started = monotonic()
        tally = ask_all(requests, given.clients, kill_after)
        phases[name] = {
            "answers": len(tally.seconds),
            "p50_ms": round(tally.quantile(0.5), 1),
            "p99_ms": round(tally.quantile(0.99), 1),
            "per_second": round(len(tally.seconds) / (monotonic() - started), 1),
            "wrong": tally.wrong,
            "lost": tally.lost,
            "made here": tally.here,
        }

    asked[0].answer()
    phase("not cached", list(asked[1:]))
    before = memory()
    repeated = [random.choice(asked) for _ in range(given.requests)]
    phase("cached", repeated)
    after = memory()
    if given.kill:
        phase("killed in the middle", repeated, kill_after=given.requests // 3)
    return {
        "options": vars(given),
        "phases": phases,
        "memory before": before,
        "memory after": after,
        "daemon": client.status(60.0),
    }


def _show(report: dict[str, object]) -> None:
    phases = report["phases"]
    assert isinstance(phases, dict)
    print("| | answers | p50, ms | p99, ms | a second | wrong | lost | made here |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, one in phases.items():
        numbers = [
            one["answers"],
            one["p50_ms"],
            one["p99_ms"],
            one["per_second"],
            one["wrong"],
            len(one["lost"]),
        ]
        print(f"| {name} |", " | ".join(map(str, [*numbers, one["made here"]])), "|")
        for text in one["lost"][:5]:
            print(f"  lost: {text}", file=sys.stderr)
    print(f"\nresident memory, MiB: before {report['memory before']}, after {report['memory after']}")


def _end() -> None:
    found = client.status(5.0)
    client.stop()
    end = monotonic() + 20
    while found and os.path.exists(f"/proc/{found['pid']}") and monotonic() < end:
        sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
