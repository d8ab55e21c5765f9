"""Benchmarks that a policy may be trained on: the suite's and the corpus's families that are not held out."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from passwright.bench.corpus import FAMILIES, HELD_OUT, from_uri
from passwright.bench.suite import load_suite
from passwright.passes.errors import InputError


def training_uris(corpus: int, seed: int) -> list[str]:
    """The suite's training kernels and `corpus` generated ones, drawn by the seed from its training families."""
    rng = Random(seed)
    families = sorted(set(FAMILIES) - HELD_OUT)
    generated = [f"corpus://{rng.randrange(1 << 31)}?family={rng.choice(families)}" for _ in range(corpus)]
    return [f"suite://{k.family}/{k.name}" for k in load_suite() if not k.held_out] + generated


def held_out_uris() -> list[str]:
    """The suite's kernels of held-out families."""
    return [f"suite://{k.family}/{k.name}" for k in load_suite() if k.held_out]


def refuse_held_out(uris: Iterable[str]) -> None:
    """Raises InputError for a benchmark of a held-out family, or one that may draw such a kernel."""
    held_out = {k.family for k in load_suite() if k.held_out}
    for uri in uris:
        kind, _, rest = uri.partition("://")
        if kind == "suite":
            bad = rest.partition("/")[0] in held_out or "held-out" in rest
        elif kind == "corpus":
            bad = not rest or from_uri(uri).held_out
        else:
            bad = False
        if bad:
            raise InputError(f"{uri} is, or may be, of a held-out family", hint="do not train on it")
