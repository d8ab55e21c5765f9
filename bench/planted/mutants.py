"""Makes planted defects of the suite's kernels: one changed token of one line, proven wrong by a witness.

    python -m passwright.bench.planted.mutants --count 30 --seed 1

Only mutants that are hard to see are kept: of random calls at random sizes (other seeds and sizes than verification
uses) few differ. The verifier is not asked, so that what it misses is not left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from passwright.bench.planted.defects import HERE, Defect
from passwright.bench.planted.find import wrong_build
from passwright.bench.planted.witness import proves
from passwright.bench.runner import Runner
from passwright.bench.sizes import fit_sizes
from passwright.bench.suite import SUITE, load_suite
from passwright.bench.workload import Workload
from passwright.passes.errors import PasswrightError

CALLS = 24
"""Random calls per mutant; it is kept when between one and `RARE` of them differ."""
RARE = 8
SWAPS = (
    (r"<=", "<", "off by one"),
    (r"(?<![<-])<(?![<=])", "<=", "off by one"),
    (r">=", ">", "off by one"),
    (r"(?<![>-])>(?![>=])", ">=", "off by one"),
    (r"==", "!=", "comparison"),
    (r"&&", "||", "comparison"),
    (r" \+ 1\b", " + 2", "constant"),
    (r" - 1\b", " - 0", "constant"),
    (r"\bint64_t\b", "int32_t", "narrowed type"),
    (r"\buint32_t\b", "uint16_t", "narrowed type"),
    (r"\bunsigned\b(?! char| short)", "int", "sign"),
    (r"\bdouble\b", "float", "narrowed type"),
    (r" \+ ", " - ", "operator"),
    (r" >> ", " << ", "operator"),
    (r"\b0\.0f?\b", "-0.0", "signed zero"),
    (r"\b255\b", "254", "constant"),
)


def drawn(rng: Random) -> Defect | None:
    """A random change of a random kernel; None where the place offers none."""
    item = rng.choice(load_suite())
    text = item.source.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith(" ") and text.count(line) == 1]
    line = rng.choice(lines or [""])
    pattern, new, kind = rng.choice(SWAPS)
    places = list(re.finditer(pattern, line))
    if not places:
        return None
    place = rng.choice(places)
    after = line[: place.start()] + new + line[place.end() :]
    return Defect(item.source.relative_to(SUITE).as_posix(), kind, item.source, ((line, after),))


def witness(defect: Defect, rng: Random, runner: Runner) -> dict[str, Any] | None:
    """The first of the random calls that differ; None for a mutant that differs on none, or on too many."""
    kernel, workload = defect.kernel(), defect.workload
    obj = wrong_build(defect, kernel)
    different = []
    for _ in range(CALLS):
        sizes = _sizes(workload, rng)
        if sizes is None:
            continue
        one = {"sizes": sizes, "seed": rng.randrange(5000, 1 << 20), "special": rng.random() < 0.5}
        try:
            if proves(kernel, workload, obj, one, runner):
                different.append(one)
        except AssertionError:  # the right one fails there
            continue
        if len(different) > RARE:
            return None
    return different[0] if different else None


def _sizes(workload: Workload, rng: Random) -> dict[str, int] | None:
    wanted = {
        name: min(rng.choice((rng.randint(0, 9), rng.randint(10, 90))), size.value)
        for name, size in workload.sizes.items()
    }
    return fit_sizes(workload.sizes, wanted)


def main(argv: Sequence[str] | None = None) -> int:
    """Write `mutants.toml`; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=30, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    arguments = parser.parse_args(argv)
    rng = Random(arguments.seed)
    made: list[Defect] = []
    with Runner() as runner:
        while len(made) < arguments.count:
            defect = drawn(rng)
            if defect is None or any(one.source == defect.source for one in made):
                continue
            try:
                found = witness(defect, rng, runner)
            except PasswrightError:  # it does not compile
                continue
            if found is not None:
                made.append(replace(defect, witness=found))
                print(f"{defect.name}: {defect.edits[0][1].strip()}", flush=True)
    (HERE / "mutants.toml").write_text(_text(made), encoding="utf-8")
    return 0


def _text(made: Sequence[Defect]) -> str:
    """The file's text, for bench/planted/defects.py."""
    parts = ["# Written by `python -m passwright.bench.planted.mutants`."]
    for one in made:
        sizes = ", ".join(f"{name} = {value}" for name, value in one.witness["sizes"].items())
        before, after = (text.replace("'''", "") for text in one.edits[0])
        parts.append(
            f"\n[[mutant]]\nkernel = \"{one.name}\"\nclass = \"{one.kind}\"\nbefore = '''{before}'''\n"
            f"after = '''{after}'''\nwitness = {{ sizes = {{ {sizes} }}, seed = {one.witness['seed']}, "
            f"special = {str(one.witness['special']).lower()} }}"
        )
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
