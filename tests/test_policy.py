"""Policies on their own: what they propose, and how they learn from outcomes that a formula gives."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passwright import _native
from passwright.passes import exact
from passwright.passes.actions import ActionSpace
from passwright.passes.errors import UsageError
from passwright.passes.recipe import O3, Recipe
from passwright.policy.coreset import coreset
from passwright.policy.genes import FAST, Tables
from passwright.policy.mine import cover
from passwright.policy.mutate import LONGEST, cross, mutators, single_changes
from passwright.policy.objective import SIZE, TIME, Objective
from passwright.policy.outcome import Outcome
from passwright.policy.policy import POLICIES, Budget, Context, LoopSite, Search, policy
from passwright.policy.pool import recipe_pool, structured
from passwright.policy.random_search import random_recipe
from passwright.policy.shape import Shape
from passwright.policy.simplify import parts, without
from passwright.policy.size_genes import SMALL

SPACE = ActionSpace.default()
LOOPS = (LoopSite("f#0", 1, False, 0), LoopSite("f#1", 2, True, 16))
CONTEXT = Context("f", "f", b"", LOOPS, SPACE, seed=3)
SMALLER = replace(CONTEXT, objective=SIZE)


def is_exact(recipe: Recipe) -> bool:
    """Valid, canonical and allowed."""
    exact.check(recipe)
    return Recipe.parse(str(recipe)) == recipe


def run(search: Search, score, count: int) -> list[Outcome]:
    """Drive a search with a formula in place of compiler and clock; three recipes are always in flight."""
    outcomes: list[Outcome] = []
    flying: list[Recipe] = []
    while len(outcomes) < count:
        flying += search.ask(3 - len(flying))
        if not flying:
            break
        recipe = flying.pop(0)
        value = score(recipe)
        status = "ok" if value is not None else "crashed"
        outcomes.append(
            Outcome(recipe, status, math.exp(value or 0.0), 9, code=str(recipe) if value is not None else "")
        )
        search.tell([outcomes[-1]])
    return outcomes


def planted(recipe: Recipe) -> float | None:
    """Gains for three ingredients, a loss for each further knob, a crash for one combination."""
    text = str(recipe)
    if "enable-gvn-hoist" in text and "polly=true" in text:
        return None
    gains = (
        0.5 * ("polly=true" in text)
        + 0.4 * ("prefer-vector-width=512" in text)
        + 0.4 * ("loop-distribute=true" in text)
    )
    return gains - 0.01 * text.count("=")


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("20s", Budget(seconds=20)),
        ("1.5m", Budget(seconds=90)),
        ("500ms", Budget(seconds=0.5)),
        ("7", Budget(seconds=7)),
        ("200 evaluations", Budget(evaluations=200)),
        ("0s", Budget(seconds=0)),
    ],
)
def test_budgets_as_text(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget
    assert budget.empty == (text == "0s")


@pytest.mark.tiny
@pytest.mark.parametrize("text", ["", "fast", "-3s", "1.5e", "20 parsecs", "nan", "inf"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no budget"):
        Budget.parse(text)
    with pytest.raises(UsageError):
        Budget()
    with pytest.raises(UsageError):
        Budget(seconds=float("nan"))


@pytest.mark.tiny
@pytest.mark.parametrize("tables", [FAST, SMALL])
def test_every_gene_is_a_knob_of_llvm_and_depends_on_one_before_it(tables: Tables) -> None:
    known = set(_native.knobs())
    seen: set[str] = set()
    for gene in tables.genes:
        assert gene.group in tables.group_chance
        assert gene.knob in known
        assert gene.knob not in seen
        assert not gene.needs or gene.needs in seen
        seen.add(gene.knob)


@pytest.mark.tiny
@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(st.integers(0, 2**32))
def test_random_recipes_are_valid_and_keep_their_anatomy(seed: int) -> None:
    for tables in (FAST, SMALL):
        recipe = random_recipe(Random(seed), SPACE, LOOPS, tables)
        assert is_exact(recipe)
        assert Shape.of(recipe).recipe() == recipe
        assert Shape.of(recipe).rounds


@pytest.mark.tiny
@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_mutants_and_crossings_are_valid(seed: int) -> None:
    rng = Random(seed)
    for context in (CONTEXT, SMALLER):
        tables = context.objective.tables
        one, other = (Shape.of(random_recipe(rng, SPACE, LOOPS, tables)) for _ in range(2))
        for mutate in mutators(tables).values():
            mutant = mutate(rng, one, context)
            assert mutant is None or is_exact(mutant.recipe())
        child = cross(rng, one, other, tables)
        assert is_exact(child.recipe())
        assert child.rounds


@pytest.mark.tiny
def test_single_changes_are_valid_and_each_changes_something() -> None:
    changes = [shape.recipe() for shape in single_changes(Shape.of(O3), CONTEXT)]
    assert all(is_exact(recipe) and recipe != O3 for recipe in changes)
    assert len(set(changes)) > 100


@pytest.mark.tiny
def test_the_pool_begins_with_the_structured_recipes_and_is_the_same_each_time() -> None:
    first = list(dict.fromkeys(structured()))
    pool = recipe_pool(SPACE, len(first) + 50, seed=1)
    assert pool[: len(first)] == first
    assert len(set(pool)) == len(pool)
    assert all(is_exact(recipe) for recipe in pool)
    assert pool == recipe_pool(SPACE, len(first) + 50, seed=1)
    assert pool != recipe_pool(SPACE, len(first) + 50, seed=2)


@pytest.mark.tiny
@pytest.mark.parametrize("objective", [TIME, SIZE])
def test_the_coreset_is_valid_and_says_where_it_comes_from(objective: Objective) -> None:
    recipes = coreset(objective)
    assert len(set(recipes)) == len(recipes) >= 10
    assert all(is_exact(recipe) for recipe in recipes)
    assert not any(Shape.of(recipe).hints for recipe in recipes)
    data = json.loads((Path(__file__).parent.parent / "policy" / objective.coreset).read_text())
    assert {"command", "machine", "llvm", "kernels"} <= set(data["provenance"])
    means = [entry["mean"] for entry in data["recipes"]]
    assert means == sorted(means)


@pytest.mark.parametrize("context", [CONTEXT, SMALLER], ids=["time", "size"])
@pytest.mark.parametrize(
    "name",
    [
        name if name in ("learned", "planned", "tpe") else pytest.param(name, marks=pytest.mark.tiny)
        for name in POLICIES
    ],
)
def test_a_search_gives_what_is_asked_for_and_the_same_each_time(name: str, context: Context) -> None:
    runs = [run(policy(name).propose(context, Budget(evaluations=40)), planted, 40) for _ in range(2)]
    assert [one.recipe for one in runs[0]] == [one.recipe for one in runs[1]]
    assert all(is_exact(outcome.recipe) for outcome in runs[0])
    if name not in ("learned", "planned") or context.objective.static:  # which try first what they believe in
        assert runs[0][0].recipe == context.objective.reference
    listed = min(40, 1 + len(coreset(context.objective)))
    assert len(runs[0]) == (1 if name == "o3" else listed if name == "coreset" else 40)


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(UsageError, match="clairvoyant"):
        policy("clairvoyant")


@pytest.mark.parametrize(("name", "count"), [("evolve", 300), ("greedy", 600), ("tpe", 150)])
def test_searches_that_learn_find_what_is_planted(name: str, count: int) -> None:
    found = run(policy(name).propose(CONTEXT, Budget(evaluations=count)), planted, count)
    best = max(found, key=lambda one: one.score)
    assert "polly=true" in str(best.recipe)
    assert "loop-distribute=true" in str(best.recipe)
    assert "prefer-vector-width=512" in str(best.recipe)


def test_a_policy_that_only_sees_failures_goes_on() -> None:
    for name in ("evolve", "greedy", "tpe", "random"):
        assert len(run(policy(name).propose(CONTEXT, Budget(evaluations=60)), lambda recipe: None, 60)) == 60


@pytest.mark.tiny
def test_coverage_prefers_recipes_that_add_something() -> None:
    gains = {
        "good on both": {"a": 0.5, "b": 0.5},
        "best on a": {"a": 0.9},
        "near twin": {"a": 0.5, "b": 0.49},
        "noise": {},
    }
    picks = cover(gains, kernels=2, size=4)
    assert [pick.recipe for pick in picks] == ["good on both", "best on a"]
    assert picks[-1].mean == pytest.approx(math.exp((0.9 + 0.5) / 2))
    assert [pick.helps for pick in picks] == [2, 1]


@pytest.mark.tiny
def test_parts_of_a_recipe() -> None:
    recipe = Recipe.parse("attr prefer-vector-width=512 | default<O3> [polly=true slp-threshold=3]")
    assert list(parts(recipe)) == [(0, ""), (1, ""), (1, "polly"), (1, "slp-threshold")]
    assert str(without(recipe, {(0, ""), (1, "polly")})) == "default<O3> [slp-threshold=3]"


@pytest.mark.tiny
def test_outcomes_round_trip_through_json() -> None:
    outcome = Outcome(O3, "ok", 1.25, 9, "ab", False, 100, 30, 0.1, 0.2, "measure", "", 3.0)
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome
    assert outcome.score == pytest.approx(math.log(1.25))
    assert Outcome(O3, "different", 2.0).score == -math.inf


@pytest.mark.tiny
def test_evolution_moves_on_from_its_seeds() -> None:
    search = policy("evolve").propose(CONTEXT, Budget(evaluations=100))
    proposed = [one.recipe for one in run(search, planted, 100)]
    assert len(set(proposed)) == 100
    assert set(islice(coreset(), 5)) <= set(proposed)
    assert all(len(Shape.of(recipe).body) <= LONGEST for recipe in proposed)
