"""Seeds to kernels: `generate(7)`, `from_uri("corpus://7?family=stencil")`.

Pure Python; nothing is compiled. The same seed and family give the same text on every machine and in every process.
"""

from __future__ import annotations

import re
from random import Random

from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families import FAMILIES
from passwright.bench.corpus.kernel import CorpusKernel
from passwright.passes.errors import InputError

CPP_SHARE = 0.4
"""The part of the kernels that is C++."""


def generate(seed: int, family: str | None = None) -> CorpusKernel:
    """The kernel of a seed; its family is drawn from the seed too unless it is given.

    Raises InputError for a family that does not exist.
    """
    if family is None:
        family = Random(f"family {seed}").choice(sorted(FAMILIES))
    elif family not in FAMILIES:
        raise InputError(
            f"no family {family!r} in the corpus", hint=f"families: {', '.join(sorted(FAMILIES))}"
        )
    rng = Random(f"{family} {seed}")
    draft = Draft(rng, "c++" if rng.random() < CPP_SHARE else "c")
    FAMILIES[family](draft)
    return CorpusKernel(seed, family, draft.language, draft.entry, draft.source(), draft.workload())


def from_uri(uri: str) -> CorpusKernel:
    """The kernel that `corpus://SEED` or `corpus://SEED?family=NAME` names. Raises InputError."""
    parts = re.fullmatch(r"corpus://(\d+)(?:\?family=([\w-]+))?", uri)
    if parts is None:
        raise InputError(
            f"{uri!r} names no kernel of the corpus", hint="write corpus://7 or corpus://7?family=stencil"
        )
    return generate(int(parts[1]), parts[2])
