"""The runtime error rate: the share of runs over generated inputs that go wrong.

    python -m passwright.bench.reliability.error_rate KERNEL.c [--workload W.toml] [--seconds 20] [--json]

Inputs are edge sizes, special values, random sizes (inputs.py), and what libFuzzer keeps because it reaches something
new or goes wrong (fuzz.py). Each is one run: the source's sanitized build, then the unoptimised build twice and the
candidate twice, with buffers against the guard page behind and in front of them, in the runner. A run fails when a
sanitizer reports something, a build crashes or does not end within two seconds, or the candidate's results are not
those of the unoptimised build, bit for bit.

The inputs of the first three classes are drawn independently of what the kernel does with them; the fuzzer's are not: one
defect may be behind many of them, so that their share says what was found and not how often it happens. Nothing here
is proof. docs/error-rate.md has figures and says what is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from passwright.bench.reliability.campaign import Campaign, instrument
from passwright.bench.reliability.coverage import Coverage
from passwright.bench.reliability.error_rate_text import summary, table
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.inputs import InputClass
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.reliability.trial import KINDS, FailureKind, Trials
from passwright.bench.runner import Runner
from passwright.passes.errors import PasswrightError

if TYPE_CHECKING:
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel


@dataclass(frozen=True)
class ErrorRate:
    """What the runs of one build gave.

    Attributes:
        kernel: its display name.
        failures: failed runs by kind; all four are there.
        by_class: failed runs of all runs, for each class of inputs.
        coverage: of the source's branches by the inputs together; None where it cannot be counted.
        findings: distinct defects, each with its smallest reproducer.
        executions: inputs that the fuzzer tried; those that it kept are runs of the class "fuzzed".
        seconds: of wall time, builds included.
        notes: what was left out and why.
    """

    kernel: str
    failures: Mapping[FailureKind, int]
    by_class: Mapping[InputClass, Proportion]
    coverage: Coverage | None = None
    findings: tuple[Finding, ...] = ()
    executions: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Proportion:
        """Failed runs of all runs, whatever their class."""
        return sum(self.by_class.values(), Proportion(0, 0))

    @property
    def runs(self) -> int:
        return self.total.total

    def to_json(self) -> dict[str, Any]:
        """JSON's types only; `from_json` gives an equal object. `total` and the intervals are there to be read."""
        return {
            "kernel": self.kernel,
            "runs": self.runs,
            "failures": dict(self.failures),
            "total": _shown(self.total),
            "by_class": {name: _shown(share) for name, share in self.by_class.items()},
            "coverage": self.coverage.to_json() if self.coverage else None,
            "findings": [asdict(finding) for finding in self.findings],
            "executions": self.executions,
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ErrorRate:
        """The inverse of `to_json`."""
        shares = {name: Proportion(one["count"], one["total"]) for name, one in data["by_class"].items()}
        counted = Coverage.from_json(data["coverage"]) if data["coverage"] else None
        findings = tuple(Finding(**one) for one in data["findings"])
        rest = {key: data[key] for key in ("kernel", "failures", "executions", "seconds")}
        return ErrorRate(
            by_class=shares, coverage=counted, findings=findings, notes=tuple(data["notes"]), **rest
        )


def _shown(share: Proportion) -> dict[str, Any]:
    return {
        "count": share.count,
        "total": share.total,
        "value": share.value,
        "interval": list(share.interval),
    }


def error_rate(
    kernel: Kernel,
    workload: Workload,
    *,
    objects: Sequence[bytes] | None = None,
    budget: float = 20.0,
    seed: int = 1,
    fuzz: bool = True,
    on_progress: Callable[[str, float], None] | None = None,
) -> ErrorRate:
    """Run generated inputs for about `budget` seconds of wall time; compiling comes on top.

    Args:
        objects: the candidate's, of the whole file; default is the -O3 build.
        seed: of sizes, data and the fuzzer.
        fuzz: whether libFuzzer searches, for half of the budget. Without its library the other inputs remain.
        on_progress: is told what is being done, and which part of the budget is over.

    Raises WorkloadError where workload and signature contradict each other, InputError for builds that cannot be
    loaded.
    """
    started = monotonic()
    with ExitStack() as stack:
        trials = Trials(kernel, workload, objects, stack)
        build, notes = instrument(trials, workload, stack) if fuzz else (None, [])
        campaign = Campaign(trials, build, budget, on_progress or (lambda _what, _part: None))
        campaign.run(seed)
        kinds = Counter(failure.kind for failure in campaign.failed)
        return ErrorRate(
            kernel=kernel.name,
            failures={kind: kinds[kind] for kind in KINDS},
            by_class=campaign.shares,
            coverage=campaign.coverage(),
            findings=campaign.findings(),
            executions=campaign.executions,
            seconds=monotonic() - started,
            notes=(*campaign.notes, *notes),
        )


def _kernels(
    source: Path, entry: str | None, workload: Path | None, march: str
) -> list[tuple[Kernel, Workload]]:
    """The kernels to run with their workloads: the given one, the one beside the file, or inferred."""
    from passwright.bench.infer import infer
    from passwright.bench.workload import Workload
    from passwright.irgen.frontend import kernels

    beside = source.with_suffix(".toml")
    given = Workload.load(workload or beside) if workload or beside.exists() else None
    wanted = entry or (given.entry if given else "")
    found = kernels(source, entries=(wanted,) if wanted else (), march=march)
    if given is not None:
        return [(kernel, given) for kernel in found]
    with Runner() as runner:
        return [(kernel, infer(kernel, runner).workload) for kernel in found]


def main(argv: Sequence[str] | None = None) -> int:
    """The command; 0 when nothing failed, 3 when something did, and the error's own code."""
    import argparse
    import json

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.reliability.error_rate",
        description="Run a kernel on generated inputs and report how many runs go wrong.",
        epilog="example: python -m passwright.bench.reliability.error_rate saxpy.c --seconds 30",
    )
    parser.add_argument("source", type=Path, nargs="+", help="C, C++, .ll or .bc files")
    parser.add_argument("--entry", help="this kernel only (default: the workload's, else all)")
    parser.add_argument(
        "--workload", type=Path, help="TOML (default: the one beside the file, else inferred)"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="for each kernel (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--march", default="native", help="CPU to compile for (default: %(default)s)")
    parser.add_argument("--no-fuzz", action="store_true", help="without libFuzzer")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--table", action="store_true", help="print a table in Markdown, a row for each kernel"
    )
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    rates = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        found = [
            one
            for source in arguments.source
            for one in _kernels(source, arguments.entry, arguments.workload, arguments.march)
        ]
        with Progress(*columns, console=console, transient=True) as progress:
            for kernel, workload in found:
                task = progress.add_task(f"{kernel.name}: builds", total=1.0)

                def told(what: str, part: float, task: Any = task, name: str = kernel.name) -> None:
                    progress.update(task, description=f"{name}: {what}", completed=part)

                rates.append(
                    error_rate(
                        kernel,
                        workload,
                        budget=arguments.seconds,
                        seed=arguments.seed,
                        fuzz=not arguments.no_fuzz,
                        on_progress=told,
                    )
                )
    except PasswrightError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return error.exit_code
    if arguments.json:
        print(json.dumps([rate.to_json() for rate in rates], indent=2))
    elif arguments.table:
        print("\n".join(table(rates)))
    else:
        for rate in rates:
            print("\n".join(summary(rate)))
    return 3 if any(rate.total.count for rate in rates) else 0


if __name__ == "__main__":
    import sys

    sys.exit(main())
