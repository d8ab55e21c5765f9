"""Prints drafts to read.

python -m passwright.irgen.synthesis --show 20 --family stencil --seed 3
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from passwright.irgen.notation.text import program_text
from passwright.irgen.synthesis import families
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.splits import split_of
from passwright.irgen.synthesis.voice import Voice

Draw = Callable[[random.Random, Voice], Draft]


def draws() -> dict[str, Draw]:
    """The function that draws, of every family."""
    modules = [import_module(f"{families.__name__}.{m.name}") for m in iter_modules(families.__path__)]
    return {m.FAMILY: m.draw for m in modules if hasattr(m, "FAMILY")}


def main() -> None:
    every = draws()
    parser = argparse.ArgumentParser(
        prog="python -m passwright.irgen.synthesis", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--show", type=int, default=10, metavar="N", help="how many (default 10)")
    parser.add_argument("--family", choices=sorted(every), help="of one family (default: all by turns)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--heldout", action="store_true", help="with wordings that are kept from training")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    voice = Voice(rng, "heldout" if options.heldout else "train")
    names = [options.family] if options.family else sorted(every)
    for at in range(options.show):
        draft = every[names[at % len(names)]](rng, voice)
        print(draft.english)
        print(f"    {program_text(draft.program)}")
        print(f"    {draft.family}: {' + '.join(draft.operations)}, {draft.language}, {split_of(draft)}\n")


if __name__ == "__main__":
    main()
