"""Which variants of a kernel are made: the original, rewrites of it, and mutants of the original or of a rewrite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from passwright.bench.mutants.label import Label, Labeller
from passwright.bench.mutants.operators import Operator
from passwright.bench.mutants.rewrites import REWRITES
from passwright.bench.mutants.rows import Row
from passwright.bench.mutants.statements import OPERATORS
from passwright.irgen.tokens import Edit, read


@dataclass(frozen=True)
class Amounts:
    """How many variants of a kernel are tried.

    Attributes:
        rewrites: variants that only rewrite.
        mutants: variants with a planted defect.
        on_rewrites: share of the mutants that start from a clean rewrite instead of the original.
        seed: of the choice.
    """

    rewrites: int = 6
    mutants: int = 8
    on_rewrites: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Named:
    """Where a kernel comes from, as its rows say."""

    kernel: str
    family: str
    held_out: bool
    language: str


def variants(labeller: Labeller, named: Named, amounts: Amounts) -> Iterator[Row]:
    """Labelled variants of the labeller's kernel; what does not compile and what is there already is left out."""
    assert labeller.kernel.source is not None
    original = labeller.kernel.source.read_text(encoding="utf-8")
    rng = random.Random(f"{amounts.seed}:{named.kernel}")
    label = labeller.label(original)
    yield _row(named, labeller, "", (), 0, label, original)
    if label.status != "clean":
        return
    clean: list[tuple[str, tuple[str, ...]]] = []
    for _ in range(amounts.rewrites):
        text, names = clean[-1] if clean and rng.random() < 0.4 else (original, ())
        edit = choose(text, REWRITES, rng)
        if edit is None:
            continue
        changed, names = edit.apply(text), (*names, edit.operator)
        label = labeller.label(changed)
        if label.status == "clean":
            clean.append((changed, names))
            yield _row(named, labeller, "", names, edit.line, label, changed)
        elif label.status == "defective":  # the rewrite was wrong here, which makes it a mutant
            yield _row(named, labeller, edit.operator, names[:-1], edit.line, label, changed)
    for _ in range(amounts.mutants):
        on_rewrite = clean and rng.random() < amounts.on_rewrites
        text, names = rng.choice(clean) if on_rewrite else (original, ())
        edit = choose(text, OPERATORS, rng)
        if edit is None:
            continue
        changed = edit.apply(text)
        label = labeller.label(changed)
        if label.status in ("clean", "defective"):
            yield _row(named, labeller, edit.operator, names, edit.line, label, changed)


def choose(text: str, operators: Sequence[Operator], rng: random.Random) -> Edit | None:
    """An edit of an operator that has a place in the source, operators with equal chance; None when none has."""
    source = read(text)
    for operator in rng.sample(operators, len(operators)):
        edits = [edit for edit in operator.sites(source) if edit.apply(text) != text]
        if edits:
            return rng.choice(edits)
    return None


def _row(
    named: Named,
    labeller: Labeller,
    operator: str,
    rewrites: tuple[str, ...],
    line: int,
    label: Label,
    source: str,
) -> Row:
    return Row(
        kernel=named.kernel,
        family=named.family,
        held_out=named.held_out,
        language=named.language,
        entry=labeller.kernel.entry,
        operator=operator,
        rewrites=rewrites,
        line=line,
        defective=label.status == "defective",
        shows=label.shows,
        evidence=label.evidence[:200],
        source=source,
    )
