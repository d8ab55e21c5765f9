"""How many kernels are proved, and why the others are not.

    python -m passwright.bench.tv.measure [--corpus 100] [--no-suite] [--recipes policy/coreset.json] [--take 2] [--bound 4]
        [--timeout 20] [--rows rows.jsonl]

Kernels: those of our suite and generated ones that compute with integers alone. Each is optimised by default<O3> and by
the first recipes of the list, in worker processes, and compared with its unoptimised module. Rows that the file has
already are not measured again. Prints tables in Markdown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from passwright._native import Module
from passwright.bench.corpus import generate
from passwright.bench.reliability.proportion import Proportion
from passwright.bench.suite import load_suite
from passwright.bench.tv.validate import BOUND, Validator, functions_of
from passwright.irgen.frontend import lower
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool

KINDS = ("proved", "counterexample", "unknown")


def integers_only(module: Module, entry: str) -> bool:
    """Whether no instruction of the function, or of what it calls, makes or compares floating-point numbers."""
    for function in functions_of(module, entry).values():
        types = function["types"]
        floats = {index for index, kind in enumerate(types) if kind["kind"] == "float"}
        for block in function["blocks"]:
            if any(one["type"] in floats or one["op"] == "fcmp" for one in block["instructions"]):
                return False
    return True


def kernels(corpus: int, suite: bool) -> Iterator[tuple[str, str, bytes, str]]:
    """Set, name, unoptimised bitcode and entry of every kernel that computes with integers alone."""
    for one in load_suite() if suite else ():
        kernel = one.lower()
        if integers_only(Module.parse(kernel.bitcode), kernel.entry):
            yield "suite", one.name, kernel.bitcode, kernel.entry
    found, seed = 0, 0
    with TemporaryDirectory() as folder:
        while found < corpus:
            made = generate(seed)
            seed += 1
            path = made.write(folder)
            bitcode = lower(path, debug=False).bitcode
            if integers_only(Module.parse(bitcode), made.entry):
                found += 1
                yield "corpus", made.name, bitcode, made.entry


def measure(
    rows: Path, corpus: int, suite: bool, recipes: list[Recipe], bound: int, timeout: float
) -> list[dict[str, Any]]:
    """Every row, measured now or before."""
    done = [json.loads(line) for line in rows.read_text().splitlines()] if rows.exists() else []
    known = {(row["kernel"], row["recipe"], row["asked"]) for row in done}
    with Validator() as validator, WorkerPool(1) as pool, rows.open("a", encoding="utf-8") as file:
        for group, name, bitcode, entry in kernels(corpus, suite):
            for recipe in recipes:
                if (name, str(recipe), bound) in known:
                    continue
                row = {"set": group, "kernel": name, "recipe": str(recipe), "asked": bound}
                compiled = pool.submit(bitcode, recipe, emit="bc").result()
                if compiled.status != "ok":
                    continue  # there is nothing to prove
                try:
                    source, target = Module.parse(bitcode), Module.parse(compiled.object)
                    proof = validator.validate(source, target, entry, bound=bound, timeout=timeout)
                except PasswrightError as error:
                    row |= {
                        "kind": "unknown",
                        "reason": f"failed: {error.message}",
                        "seconds": 0.0,
                        "unreached": [],
                    }
                else:
                    row |= proof.to_json()
                done.append(row)
                file.write(json.dumps(row) + "\n")
                file.flush()
                print(f"{name}: {row['kind']} {row['reason']} ({row['seconds']:.1f} s)", file=sys.stderr)
    return done


def table(rows: list[dict[str, Any]], recipes: list[Recipe]) -> str:
    """Shares by set and recipe, and reasons of what stayed unknown."""
    lines = [
        "| kernels | recipe | pairs | proved | 95 % | to the full bound | every loop entered | counterexample | "
        "unknown | median s |"
    ]
    lines.append("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for group in ("suite", "corpus"):
        for index, recipe in enumerate(recipes):
            some = [row for row in rows if row["set"] == group and row["recipe"] == str(recipe)]
            if not some:
                continue
            count = Counter(row["kind"] for row in some)
            share = Proportion(count["proved"], len(some))
            whole = sum(row["kind"] == "proved" and not row["unreached"] for row in some)
            full = sum(row["kind"] == "proved" and row["bound"] == row["asked"] for row in some)
            name = "`default<O3>`" if recipe == O3 else f"coreset {index}"
            median = statistics.median(row["seconds"] for row in some)
            lines.append(
                f"| {group} | {name} | {len(some)} | {count['proved']} ({share.value:.0%}) | "
                f"{share.low:.0%}–{share.high:.0%} | {full} | {whole} | {count['counterexample']} | {count['unknown']} | "
                f"{median:.1f} |"
            )
    reasons = Counter(_class(row["reason"]) for row in rows if row["kind"] == "unknown")
    lines += ["", "| why unknown | pairs |", "|---|---:|"]
    lines += [f"| {reason} | {count} |" for reason, count in reasons.most_common()]
    return "\n".join(lines)


def _class(reason: str) -> str:
    """A reason without figures and names."""
    if "where buffers overlap" in reason:
        return "time: proved where buffers lie apart, not done where they overlap"
    return reason[:90]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.tv.measure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--corpus", type=int, default=100, help="generated kernels (default 100)")
    parser.add_argument("--no-suite", action="store_true", help="generated kernels alone")
    parser.add_argument("--recipes", type=Path, help='JSON with a list "recipes"')
    parser.add_argument("--take", type=int, default=2, help="how many of them (default 2)")
    parser.add_argument("--bound", type=int, default=BOUND)
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for a pair (default 20)")
    parser.add_argument("--rows", type=Path, default=Path("tv-rows.jsonl"), help="where rows are kept")
    given = parser.parse_args()
    recipes = [O3]
    if given.recipes is not None:
        listed = json.loads(given.recipes.read_text(encoding="utf-8"))["recipes"]
        recipes += [Recipe.parse(one["recipe"]) for one in listed[: given.take]]
    rows = measure(given.rows, given.corpus, not given.no_suite, recipes, given.bound, given.timeout)
    print(table([row for row in rows if row["asked"] == given.bound], recipes))


if __name__ == "__main__":
    main()
