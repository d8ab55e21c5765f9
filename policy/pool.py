"""Recipes worth trying on any kernel: the pool that the coreset is mined from.

A structured part, written down from what is known to pay (polyhedral pipelines by position, vectoriser and
tiling; distribution and interchange; a second -O3 round; vector widths; unrolling), then random recipes
without loop hints.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from passwright.passes.actions import ActionSpace
from passwright.passes.recipe import Recipe, Step
from passwright.policy.genes import FINALES, PRELUDES, round_step
from passwright.policy.random_search import random_recipe
from passwright.policy.shape import Shape

POLLY = {"polly": "true", "polly-pattern-matching-based-opts": "false"}
WIDE = "prefer-vector-width=512"
TUNED_FOR = ("generic", "skylake-avx512", "icelake-server")


def recipe_pool(space: ActionSpace, size: int, seed: int) -> list[Recipe]:
    """The first `size` recipes: the structured ones, then random ones drawn with `seed`; no two are equal."""
    rng = Random(seed)
    pool = dict.fromkeys(structured())
    while len(pool) < size:
        pool[random_recipe(rng, space, ())] = None
    return list(pool)[:size]


def structured() -> Iterator[Recipe]:
    """The structured part, the most widely useful first."""
    yield _recipe({}, wide=True)
    for knobs in POLLY_FORMS:
        yield _recipe(POLLY | knobs)
        yield _recipe(POLLY | knobs, wide=True)
    for knobs in NEST_FORMS:
        yield _recipe(knobs)
        yield _recipe(knobs, wide=True)
        yield _recipe(knobs, before="thinlto-pre-link<O3>")
    for before, knobs in product(
        ("default<O3>", "thinlto-pre-link<O3>", "lto-pre-link<O3>", "default<O1>"), ROUND_FORMS
    ):
        yield _recipe(knobs, before=before)
    for knobs in VECTOR_FORMS:
        yield _recipe(knobs)
    for knobs in VECTOR_FORMS[:6]:
        yield _recipe(knobs, wide=True)
    for knobs in SCALAR_FORMS:
        yield _recipe(knobs)
    for cpu in TUNED_FOR:
        yield Shape((f"tune-cpu={cpu}",), (), (round_step("default<O3>", {}),)).recipe()
    for text, knobs in product(PRELUDES, ({}, POLLY)):
        yield Shape((), (), (Step("passes", text), round_step("default<O3>", knobs))).recipe()
    for text in FINALES:
        yield Shape((), (), (round_step("default<O3>", {}), Step("passes", text))).recipe()
    for polly, nest in product(POLLY_FORMS[:4], NEST_FORMS[:3]):
        yield _recipe(POLLY | polly | nest)


POLLY_FORMS: tuple[dict[str, str], ...] = (
    {"polly-vectorizer": "stripmine"},
    {"polly-tiling": "false"},
    {"polly-position": "early", "polly-vectorizer": "stripmine"},
    {"polly-position": "early", "polly-tiling": "false"},
    {},
    {"polly-position": "early"},
    {"polly-vectorizer": "stripmine", "polly-tiling": "false"},
    {"polly-vectorizer": "stripmine", "polly-tiling": "false", "polly-process-unprofitable": "true"},
    {"polly-vectorizer": "stripmine", "polly-default-tile-size": "64"},
    {"polly-vectorizer": "stripmine", "polly-default-tile-size": "128", "polly-prevect-width": "16"},
    {"polly-vectorizer": "stripmine", "polly-register-tiling": "true"},
    {"polly-vectorizer": "stripmine", "polly-loopfusion-greedy": "true", "polly-tiling": "false"},
    {"polly-vectorizer": "stripmine", "polly-invariant-load-hoisting": "true"},
    {"polly-invariant-load-hoisting": "true", "polly-process-unprofitable": "true", "polly-tiling": "false"},
    {"polly-default-tile-size": "16", "polly-position": "early"},
    {"polly-default-tile-size": "128"},
    {"polly-reschedule": "false", "polly-tiling": "false"},
)
NEST_FORMS: tuple[dict[str, str], ...] = (
    {"enable-loop-distribute": "true"},
    {"enable-loopinterchange": "true"},
    {"enable-loop-distribute": "true", "enable-loopinterchange": "true"},
    {"enable-unroll-and-jam": "true", "unroll-and-jam-count": "4"},
    {"enable-loop-versioning-licm": "true"},
    {"enable-loop-flatten": "true"},
)
ROUND_FORMS: tuple[dict[str, str], ...] = (
    {},
    {"enable-loop-distribute": "true"},
    {"enable-loopinterchange": "true"},
    POLLY | {"polly-vectorizer": "stripmine"},
    POLLY | {"polly-tiling": "false"},
)
VECTOR_FORMS: tuple[dict[str, str], ...] = (
    {"force-vector-width": "8"},
    {"force-vector-width": "16"},
    {"force-vector-width": "4", "force-vector-interleave": "4"},
    {"force-vector-interleave": "1"},
    {"force-vector-interleave": "8"},
    {"vectorizer-maximize-bandwidth": "true"},
    {"force-vector-width": "1", "force-vector-interleave": "1"},
    {"prefer-predicate-over-epilogue": "predicate-else-scalar-epilogue"},
    {"enable-masked-interleaved-mem-accesses": "true"},
    {"extra-vectorizer-passes": "true"},
    {"vectorize-num-stores-pred": "16"},
    {"slp-threshold": "-100"},
    {"slp-threshold": "1000"},
    {"slp-threshold": "3"},
)
SCALAR_FORMS: tuple[dict[str, str], ...] = (
    {"unroll-runtime": "false"},
    {"unroll-runtime": "true", "unroll-max-count": "4"},
    {"unroll-threshold": "1500", "unroll-partial-threshold": "1000"},
    {"unroll-threshold": "60"},
    {"unroll-runtime-multi-exit": "true"},
    {"unroll-allow-peeling": "false"},
    {"enable-gvn-hoist": "true"},
    {"enable-gvn-sink": "true"},
    {"inline-threshold": "1000"},
    {"inline-threshold": "5000"},
    {"phi-node-folding-threshold": "8", "two-entry-phi-node-folding-threshold": "16"},
    {"phi-node-folding-threshold": "0", "two-entry-phi-node-folding-threshold": "0"},
    {"enable-dfa-jump-thread": "true"},
    {"jump-threading-threshold": "0"},
    {"unswitch-threshold": "300"},
    {"licm-control-flow-hoisting": "true"},
)


def _recipe(knobs: dict[str, str], *, wide: bool = False, before: str = "") -> Recipe:
    first = (round_step(before, {}),) if before else ()
    return Shape((WIDE,) if wide else (), (), (*first, round_step("default<O3>", knobs))).recipe()
