"""What verification costs: its share of the time of `optimize` on kernels of the suite.

    python -m passwright.verification_cost --kernels 15 --budget 20

Every n-th kernel of the suite is optimised as the command line would; the share is that of sanitizers, the unoptimised
build's runs and the comparison of candidates in the whole time of a kernel (policy/stages.py). Shares only: seconds
depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from passwright.bench.suite import load_suite
from passwright.optimizer import Options, optimize_kernels
from passwright.passes.errors import PasswrightError
from passwright.policy.policy import Budget
from passwright.policy.stages import VERIFICATION, verification_share
from passwright.result import KernelResult

LIMIT = 0.3
"""The share of all seconds that verification may take."""
STAGES = (*VERIFICATION, "measure", "compile")


def table(results: Sequence[tuple[str, KernelResult]]) -> str:
    """Seconds by stage and the share of verification, by kernel and together, as markdown."""
    lines = [
        f"| kernel | seconds | {' | '.join(STAGES)} | verification |",
        "|---|" + "---:|" * (len(STAGES) + 2),
    ]
    totals = dict.fromkeys(STAGES, 0.0)
    every = 0.0
    for name, result in results:
        row = [result.stages.get(stage, 0.0) for stage in STAGES]
        every += result.seconds
        for stage, seconds in zip(STAGES, row, strict=True):
            totals[stage] += seconds
        lines.append(_line(name, result.seconds, row, verification_share(result.stages, result.seconds)))
    lines.append(_line("all", every, list(totals.values()), verification_share(totals, every)))
    return "\n".join(lines)


def _line(name: str, seconds: float, row: Sequence[float], share: float) -> str:
    return f"| {name} | {seconds:.1f} | {' | '.join(f'{one:.1f}' for one in row)} | {share:.0%} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code, 3 when the share is above the limit."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.verification_cost", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--kernels", type=int, default=15, help="(default: %(default)s)")
    parser.add_argument("--budget", default="20s", help="per kernel (default: %(default)s)")
    parser.add_argument("--policy", default="learned", help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=None, help="worker processes (default: one per core)")
    arguments = parser.parse_args(argv)
    items = load_suite()
    chosen = items[:: max(1, len(items) // max(1, arguments.kernels))][: arguments.kernels]
    results: list[tuple[str, KernelResult]] = []
    try:
        options = Options(budget=Budget.parse(arguments.budget), policy=arguments.policy, jobs=arguments.jobs)
        for item in chosen:
            found = optimize_kernels([[item.lower()]], options).kernels[0]
            results.append((f"{item.family}/{item.name}", found))
            share = verification_share(found.stages, found.seconds)
            print(f"{item.name}: {share:.0%} of {found.seconds:.1f} s", file=sys.stderr, flush=True)
    except PasswrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(table(results))
    spent = sum(sum(one.stages.get(stage, 0.0) for stage in VERIFICATION) for _, one in results)
    return 0 if spent <= LIMIT * sum(one.seconds for _, one in results) else 3


if __name__ == "__main__":
    sys.exit(main())
