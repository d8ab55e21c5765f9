"""How long one waits for a kernel: first and repeated requests, one client and several, the daemon and the verb alone.

    python -m passwright.service.generate_load --requests 40 --clients 4 [--model DIR] [--formal] [--json]

Requirements are sentences of the synthesiser (irgen/synthesis) whose programs were kept from training; with --formal, their
programs in the formal notation, which need no reading. The daemon is one of its own, in a folder of its own, and is asked
one other requirement before the clock starts, which loads the generator. A requirement that is refused or not understood is
counted, and its time is not: `kernels` are answers that passed their tests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from passwright.bench.machine import this_machine
from passwright.irgen.generator.dataset import is_validation
from passwright.irgen.generator.examples import all_families, plain, split_of
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.text import program_text
from passwright.irgen.synthesis.voice import Voice
from passwright.passes.errors import PasswrightError
from passwright.service import client

DEADLINE = 300.0


@dataclass
class Tally:
    """What came back: seconds of each kernel, its phases, and what was refused, by the first line of the reason."""

    seconds: list[float] = field(default_factory=list)
    phases: list[dict[str, float]] = field(default_factory=list)
    by_rules: int = 0
    refused: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the kernels came; 0 without any."""
        ordered = sorted(self.seconds)
        return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def to_json(self) -> dict[str, Any]:
        names = self.phases[0] if self.phases else ()
        return {
            "answers": len(self.seconds),
            "p50_ms": round(self.quantile(0.5), 1),
            "p99_ms": round(self.quantile(0.99), 1),
            "by rules": self.by_rules,
            "refused": len(self.refused),
            "mean_ms": {
                name: round(1e3 * sum(one[name] for one in self.phases) / len(self.phases), 1)
                for name in names
            },
        }


def requirements(count: int, seed: int, *, formal: bool) -> list[str]:
    """Different ones."""
    rng = random.Random(seed)
    voice = Voice(rng, "train")
    families = list(all_families().values())
    found: dict[str, None] = {}
    while len(found) < count:
        draft = rng.choice(families).draw(rng, voice)
        if split_of(draft) == "train" and is_validation(canonical(draft.program).text):
            found[program_text(draft.program) if formal else plain(draft.english)] = None
    return list(found)


def ask(texts: Sequence[str], clients: int, samples: int) -> Tally:
    """Have so many clients ask for everything, each text once."""
    waiting = iter(texts)
    tally, lock = Tally(), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                text = next(waiting, None)
            if text is None:
                return
            started = monotonic()
            try:
                answer = client.generated({"text": text, "samples": samples}, deadline=DEADLINE)
            except PasswrightError as problem:
                with lock:
                    tally.refused.append(problem.message.splitlines()[0])
                continue
            assert answer is not None, "the daemon is gone"
            _count(tally, lock, answer, monotonic() - started)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def run_verb(texts: Sequence[str], samples: int, model: Path | None) -> Tally:
    """The whole process of `passwright generate`, without a daemon, for each text."""
    tally, lock = Tally(), threading.Lock()
    command = [sys.executable, "-m", "passwright", "generate", "--json", "--no-speed", "--no-reliability"]
    command += ["--samples", str(samples), *(["--model", str(model)] if model else [])]
    for text in texts:
        started = monotonic()
        done = subprocess.run([*command, "--", text], capture_output=True, text=True, check=False)
        if done.returncode:
            tally.refused.append(done.stderr.splitlines()[0] if done.stderr else "")
        else:
            _count(tally, lock, json.loads(done.stdout), monotonic() - started)
    return tally


def _count(tally: Tally, lock: threading.Lock, answer: dict[str, Any], seconds: float) -> None:
    with lock:
        tally.seconds.append(seconds)
        tally.by_rules += answer["origin"] == "rules"
        if not answer["cached"]:
            tally.phases.append(answer["seconds"])


@contextmanager
def daemon(model: Path | None) -> Iterator[None]:
    """One of our own."""
    command = [sys.executable, "-m", "passwright", "serve", *(["--generator", str(model)] if model else [])]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = monotonic() + 60
        while client.status() is None and monotonic() < end:
            sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


def measure(
    requests: int, clients: int, samples: int, model: Path | None, formal: bool, seed: int
) -> dict[str, Any]:
    """All phases.  To be run with folders of its own in the environment."""
    texts = requirements(2 * requests + 1 + 8, seed, formal=formal)
    first, second, alone = texts[1 : requests + 1], texts[requests + 1 : -8], texts[-8:]
    found: dict[str, Any] = {"machine": asdict(this_machine()), "phases": {}}
    tallies: dict[str, Callable[[], Tally]] = {
        "first, one client": lambda: ask(first, 1, samples),
        "repeated, one client": lambda: ask(first, 1, samples),
        f"first, {clients} clients": lambda: ask(second, clients, samples),
        f"repeated, {clients} clients": lambda: ask(second, clients, samples),
    }
    with daemon(model):
        ask(texts[:1], 1, samples)
        for name, phase in tallies.items():
            before = _runs()
            tally = phase()
            after = _runs()
            found["phases"][name] = tally.to_json() | {
                "draws": after[0] - before[0],
                "runs": after[1] - before[1],
            }
    found["phases"]["the verb, first"] = run_verb(alone, samples, model).to_json()
    found["phases"]["the verb, repeated"] = run_verb(alone, samples, model).to_json()
    return found


def _runs() -> tuple[int, int]:
    told = (client.status(60.0) or {}).get("generator", {})
    return int(told.get("requests", 0)), int(told.get("runs", 0))


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m passwright.service.generate_load", description=__doc__)
    parser.add_argument(
        "--requests", type=int, default=40, help="different ones of a phase (default: %(default)s)"
    )
    parser.add_argument("--clients", type=int, default=4, help="at a time (default: %(default)s)")
    parser.add_argument("--samples", type=int, default=10, help="candidates at most (default: %(default)s)")
    parser.add_argument("--model", type=Path, help="folder of the generator (default: the one that ships)")
    parser.add_argument("--formal", action="store_true", help="ask in the formal notation")
    parser.add_argument("--seed", type=int, default=1, help="of the requirements (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(XDG_RUNTIME_DIR=folder, XDG_CACHE_HOME=str(Path(folder, "cache")))
        model = given.model.absolute() if given.model else None
        found = measure(given.requests, given.clients, given.samples, model, given.formal, given.seed)
    if given.json:
        print(json.dumps(found, indent=2))
        return 0
    machine = found["machine"]
    print(f"{machine['cpus']} CPUs, {machine['cpu']}, load {machine['load']}\n")
    print(
        "| | kernels | p50, ms | p99, ms | by rules | refused | draws / runs | understand, write, judge: mean ms |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, one in found["phases"].items():
        runs = f"{one['draws']} / {one['runs']}" if one.get("runs") else ""
        phases = ", ".join(
            f"{one['mean_ms'][p]:.0f}" for p in ("understand", "write", "judge") if one["mean_ms"]
        )
        print(
            f"| {name} | {one['answers']} | {one['p50_ms']} | {one['p99_ms']} | {one['by rules']} | {one['refused']} "
            f"| {runs} | {phases} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
