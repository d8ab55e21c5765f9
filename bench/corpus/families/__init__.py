"""The families: the productions at the top of the grammar, by name. Train and validation sets are split along them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.bodies import ensemble, simulation
from passwright.bench.corpus.families.folds import reduction, scan
from passwright.bench.corpus.families.grids import picture, stencil
from passwright.bench.corpus.families.indirect import gather, lookup
from passwright.bench.corpus.families.linear import product, triangle
from passwright.bench.corpus.families.maps import elementwise, layout, phases
from passwright.bench.corpus.families.objects import objects
from passwright.bench.corpus.families.order import compact, search, sort
from passwright.bench.corpus.families.tables import table
from passwright.bench.corpus.families.tensor import tensor
from passwright.bench.corpus.families.words import bits, text

FAMILIES: Mapping[str, Callable[[Draft], None]] = {
    "bits": bits,
    "compact": compact,
    "elementwise": elementwise,
    "ensemble": ensemble,
    "gather": gather,
    "layout": layout,
    "lookup": lookup,
    "objects": objects,
    "phases": phases,
    "picture": picture,
    "product": product,
    "reduction": reduction,
    "scan": scan,
    "search": search,
    "simulation": simulation,
    "sort": sort,
    "stencil": stencil,
    "table": table,
    "tensor": tensor,
    "text": text,
    "triangle": triangle,
}
"""What each family writes into a draft."""

HELD_OUT = frozenset({"gather", "simulation", "table", "tensor", "text"})
"""Families for validation. They do what the suite's held-out families do (sparse, physics, dynamic_programming,
tensor, strings), so that whoever trains on the others has seen neither."""
