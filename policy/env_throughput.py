"""What the environment costs: reset, step, fork, observations; in this process, in a process of its own, and in several.

    python -m passwright.policy.env_throughput [--rounds 300] [--memory 100000]

Prints a table in Markdown. "LLVM" is `Module.run` on the same modules without an environment around it; what a step takes
beyond it is the environment's overhead. `--memory N` then takes N steps and prints the memory of both processes on the
way, which has to stay where it is.
"""

from __future__ import annotations

import argparse
import os
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from passwright._native import Module
from passwright.bench.step_latency import SOURCE
from passwright.passes.recipe import Recipe
from passwright.policy.benchmarks import load
from passwright.policy.env import PassOrdering
from passwright.policy.vector_env import PassOrderingVector

STEPS = ("sroa", "early-cse", "instcombine", "simplifycfg", "licm", "gvn", "dse", "adce")
"""A plausible beginning of a pipeline, over and over."""


def milliseconds(work: Callable[[], Any], rounds: int) -> float:
    """The median of several runs."""
    times = []
    for _ in range(rounds):
        started = perf_counter()
        work()
        times.append(1e3 * (perf_counter() - started))
    return median(times)


def llvm(bitcode: bytes, steps: list[Recipe], rounds: int) -> float:
    """Mean over the steps of the median time that each takes by itself, in milliseconds."""
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds):
        module = Module.parse(bitcode)
        for number, step in enumerate(steps):
            text, knobs = step.steps[0].text, dict(step.steps[0].knobs)
            started = perf_counter()
            module.run(text, knobs)
            times[number].append(1e3 * (perf_counter() - started))
    return sum(map(median, times)) / len(steps)


def stepping(env: PassOrdering, actions: list[int], rounds: int) -> float:
    """The same through the environment."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        env.reset()
        for number, action in enumerate(actions):
            started = perf_counter()
            env.step(action)
            times[number].append(1e3 * (perf_counter() - started))
    return sum(map(median, times)) / len(actions)


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def memory(uri: str, steps: int) -> None:
    """Take steps in episodes of 20 with a fork each, and print the memory ten times."""
    env = PassOrdering(uri, max_steps=1 << 30)
    actions = [env.actions.names.index(str(env.actions.space[name].step())) for name in STEPS]
    print("\n| steps | this process, MiB | session process, MiB |\n|---:|---:|---:|")
    for number in range(steps + 1):
        if number % 20 == 0:
            env.reset()
        env.step(actions[number % len(actions)])
        if number % 20 == 10:
            env.fork().step(actions[0])
        if number % max(1, steps // 10) == 0:
            own = env._process._process.pid  # type: ignore[union-attr]
            print(f"| {number} | {resident(os.getpid()):.0f} | {resident(own):.0f} |", flush=True)
    env.close()


def table(uri: str, rounds: int) -> None:
    """Print the table."""
    bitcode = load(uri).bitcode
    print(f"{Module.parse(bitcode).instruction_count} instructions; milliseconds, median of {rounds}\n")
    print("| | in this process | in a process of its own |\n|---|---:|---:|")
    rows: dict[str, list[float]] = {}
    for in_process in (True, False):
        env = PassOrdering(uri, in_process=in_process, max_steps=1 << 30)
        env.reset()
        actions = [env.actions.names.index(str(env.actions.space[name].step())) for name in STEPS]
        recipes = [Recipe((env.actions[action].template,)) for action in actions]
        session = env._session
        assert session is not None

        def observe(name: str, session: Any = session) -> Callable[[], Any]:
            return lambda: (session.begin((), (name,)), session.finish())

        values = {
            "reset": milliseconds(env.reset, rounds),
            f"step (mean of {len(STEPS)} passes)": stepping(env, actions, rounds),
            "the same in LLVM alone": llvm(bitcode, recipes, rounds),
            "fork": milliseconds(lambda env=env: env.fork(), rounds),  # type: ignore[misc]
        }
        for name in ("autophase", "opcodes", "graph", "ir"):
            session = env._session
            values[f"observation {name}"] = milliseconds(observe(name, session), rounds)
        for name, value in values.items():
            rows.setdefault(name, []).append(value)
        env.close()
    for name, (own, other) in rows.items():
        print(f"| {name} | {own:.3f} | {other:.3f} |")
    for count in (1, 2):
        several = PassOrderingVector(count, benchmark=uri, max_steps=1 << 30)
        several.reset()
        started = perf_counter()
        for number in range(rounds):
            several.step([actions[number % len(actions)]] * count)
        rate = count * rounds / (perf_counter() - started)
        several.close()
        print(f"| steps a second, {count} environment{'s' if count > 1 else ''} | | {rate:.0f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.policy.env_throughput", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=300, help="default: %(default)s")
    parser.add_argument(
        "--memory", type=int, default=0, metavar="STEPS", help="watch the memory over so many steps"
    )
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        source = Path(folder) / "kernels.c"
        source.write_text(SOURCE)
        table(f"file://{source}", arguments.rounds)
        if arguments.memory:
            memory(f"file://{source}", arguments.memory)


if __name__ == "__main__":
    main()
