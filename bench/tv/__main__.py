"""Proves that an optimised function computes what the unoptimised one does, for loops up to a bound.

    python -m passwright.bench.tv FILE.c|.ll [TARGET.ll] [--recipe TEXT] [--entry F] [--bound 4] [--timeout 30s] [--json]

Without TARGET the file is optimised by the recipe (default: default<O3>). Ends with 0 when everything is proved, 3
with a counterexample, 4 when something stays unknown and nothing is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from passwright._native import Module
from passwright.bench.tv.validate import BOUND, Proof, Validator
from passwright.irgen.frontend import lower
from passwright.passes.build import build_module
from passwright.passes.errors import InputError, PasswrightError
from passwright.passes.recipe import Recipe

EXITS = {"proved": 0, "counterexample": 3, "unknown": 4}


def entries_of(module: Module, wanted: list[str]) -> list[str]:
    """The functions to prove: those asked for, else all that are visible. Raises InputError."""
    defined = [one.name for one in module.functions() if not one.is_declaration]
    for name in wanted:
        if name not in defined:
            raise InputError(
                f"{module.name} defines no function {name!r}", hint=f"it defines: {', '.join(defined)}"
            )
    return wanted or [one.name for one in module.functions() if not one.is_declaration and not one.is_local]


def prove(
    path: Path, target: Path | None, recipe: str, entries: list[str], bound: int, timeout: float
) -> dict[str, Proof]:
    """Proofs by function."""
    source = Module.parse(lower(path, debug=False).bitcode, str(path))
    chosen = Recipe.parse(recipe)
    found: dict[str, Proof] = {}
    with Validator() as validator:
        for entry in entries_of(source, entries):
            if target is not None:
                other = Module.parse(lower(target, debug=False).bitcode, str(target))
            else:
                other = build_module(source, {entry: chosen})
            found[entry] = validator.validate(source, other, entry, bound=bound, timeout=timeout)
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m passwright.bench.tv",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="C, C++, .ll or .bc: the source")
    parser.add_argument("target", type=Path, nargs="?", help="what it became; default: the recipe's result")
    parser.add_argument("--recipe", default="default<O3>", help="default: %(default)s")
    parser.add_argument("--entry", action="append", default=[], help="function; repeatable; default: all")
    parser.add_argument("--bound", type=int, default=BOUND, help="iterations of a loop (default %(default)s)")
    parser.add_argument("--timeout", default="30s", help="for each function (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_intermixed_args(arguments)
    try:
        seconds = float(given.timeout.removesuffix("s"))
    except ValueError:
        parser.error(f"--timeout {given.timeout}: not a number of seconds")
    try:
        proofs = prove(given.file, given.target, given.recipe, given.entry, given.bound, seconds)
    except PasswrightError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if given.json:
        print(json.dumps({name: proof.to_json() for name, proof in proofs.items()}, indent=2))
    else:
        for name, proof in proofs.items():
            print(f"{name}: {proof} ({proof.seconds:.1f} s)")
            if proof.kind == "counterexample":
                print(f"  inputs: {json.dumps(proof.inputs)}")
    kinds = {proof.kind for proof in proofs.values()}
    return EXITS[
        "counterexample" if "counterexample" in kinds else "unknown" if "unknown" in kinds else "proved"
    ]


if __name__ == "__main__":
    sys.exit(main())
