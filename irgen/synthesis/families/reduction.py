"""Arrays to one value: sums, norms, extremes, counts, distances."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.sentence import FLOATS, NUMERIC, Operation, compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "reduction"

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        FAMILY,
        "sum",
        "s = sum[i](x[i]) for T[n] x, return T s",
        types=NUMERIC,
        nouns=(
            "the sum of {x}",
            "the sum of {all:x}",
            "the total of {all:x}",
            "the result of adding up {all:x}",
        ),
        verbs=(
            "sum {x}",
            "add up {all:x}",
            "sum {all:x}",
            "total {x}",
            "accumulate {all:x} into one value",
            "sum over {x}",
        ),
        titles=("sum reduction", "array sum"),
        formulas=("s = sum of x[i]", "s = sum over i of x[i]"),
    ),
    Operation(
        FAMILY,
        "dot",
        "s = sum[i](x[i] * y[i]) for T[n] x, T[n] y, return T s",
        types=FLOATS,
        nouns=(
            "the <dot|inner|scalar> product of {x,y}",
            "the sum of the products of corresponding elements of {x,y}",
        ),
        verbs=(
            "multiply {x,y} elementwise and ^sum the products",
            "take the <dot|inner|scalar> product of {x,y}",
        ),
        titles=("<dot|inner|scalar> product",),
        formulas=("s = sum of x[i] * y[i]", "s += x[i] * y[i]"),
        function="dot_product",
    ),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return compose(voice, rng.choice(OPERATIONS))
