"""What a call of the runner costs: checked calls of a tiny kernel per second, and processor time per call.

    python -m passwright.bench.call_latency

The sandbox is in force from the runner's start and costs each system call a few instructions of a filter; a call has some
twenty. To compare two states of the project, run the script with each one's interpreter in turn, several times.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from passwright import _native
from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.runner import Runner
from passwright.irgen.frontend import lower

SOURCE = "void scale(int n, double *a) { for (int i = 0; i < n; i++) a[i] *= 3; }\n"
ROUNDS, CALLS = 15, 300


def calls_per_second(runner: Runner) -> list[float]:
    """The rate of each round."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scale.c"
        path.write_text(SOURCE)
        module = _native.Module.parse(lower(path, debug=False).bitcode)
    objects = [module.emit(), _native.call_shim(module, "scale").emit()]
    call = Call("scale", (Scalar("i32", 100, "n"), Buffer(bytes(800), "inout", "f64", "a", 8)), {}, "void")
    runner.load("scale", objects, "scale")
    rates = []
    for _ in range(ROUNDS):
        started = perf_counter()
        for _ in range(CALLS):
            assert runner.run("scale", call).status == "ok"
        rates.append(CALLS / (perf_counter() - started))
    return rates[1:]


def _processor_seconds(runner: Runner) -> float:
    """Of this process and of the runner's."""
    fields = Path(f"/proc/{runner.pid}/stat").read_text().rpartition(")")[2].split()
    return process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """The command."""
    with Runner() as runner:
        calls_per_second(runner)
        started = _processor_seconds(runner)
        rates = calls_per_second(runner)
        used = (_processor_seconds(runner) - started) / (ROUNDS * CALLS)
    print(
        f"{statistics.median(rates):.0f} calls a second, the best round {max(rates):.0f}; {used * 1e6:.0f} µs of CPU each"
    )


if __name__ == "__main__":
    main()
