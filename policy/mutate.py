"""Small changes of a recipe and crossings of two, in groups; the moves of evolution and of greedy search.

A mutator takes a generator, a recipe's `Shape` and the context, and returns another shape or None where it
does not apply. Every result is a valid recipe by construction: knobs come from the gene table, passes from
the action space and the passages of `genes.py`, hints from the kernel's own loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import TypeVar

from passwright.passes.recipe import Step
from passwright.policy.genes import FAST, Tables, draw_group, round_step
from passwright.policy.policy import Context
from passwright.policy.random_search import random_hint, random_passage
from passwright.policy.shape import Shape

T = TypeVar("T")
Mutator = Callable[[Random, Shape, Context], Shape | None]
LONGEST = 12
"""Steps in a recipe's body; longer ones are not grown further."""


def mutate_knobs(group: str) -> Mutator:
    """Redraw, set or unset knobs of one group in one round."""

    def mutate(rng: Random, shape: Shape, context: Context) -> Shape | None:
        if not shape.rounds:
            return None
        tables = context.objective.tables
        with_polly = [n for n in shape.rounds if shape.knobs(n).get("polly") == "true"]
        tunes_polly = group in {"schedule", "tile"}
        position = rng.choice(
            with_polly if with_polly and group in {"polly", *POLLY_GROUPS} else shape.rounds
        )
        knobs = shape.knobs(position)
        if tunes_polly and knobs.get("polly") != "true":
            draw_group(rng, tables, "polly", knobs)
        own = [knob for knob in knobs if tables.group_of(knob) == group]
        roll = rng.random()
        if roll < 0.25 or not own:
            for knob in own:
                del knobs[knob]
            draw_group(rng, tables, group, knobs)
        elif roll < 0.5:
            del knobs[rng.choice(own)]
        else:
            usable = [g for g in tables.of_group(group) if not g.needs or knobs.get(g.needs) == "true"]
            gene = rng.choice(usable)
            knobs[gene.knob] = rng.choice(
                [v for v in gene.values if v != knobs.get(gene.knob)] or gene.values
            )
        return shape.with_knobs(position, knobs)

    return mutate


POLLY_GROUPS = ("polly", "schedule", "tile")


def mutate_prelude(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Insert, replace or remove a passage before the first round."""
    before = len(shape.prelude)
    if before and rng.random() < 0.4:
        return shape.with_step(rng.randrange(before))
    new = Step("passes", rng.choice(context.objective.tables.preludes))
    return shape.with_step(0, new) if before and rng.random() < 0.5 else shape.inserted(0, new)


def mutate_finale(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Append or remove a passage after the last round."""
    if shape.finale and rng.random() < 0.5:
        return shape.with_step(len(shape.body) - 1)
    return shape.inserted(len(shape.body), Step("passes", rng.choice(context.objective.tables.finales)))


def mutate_rounds(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Add a second round, remove one, or change a round's pipeline."""
    rounds, others = shape.rounds, context.objective.tables.rounds
    if len(rounds) > 1 and rng.random() < 0.4:
        return shape.with_step(rng.choice(rounds))
    if rounds and rng.random() < 0.25:
        position = rng.choice(rounds)
        return shape.with_step(position, round_step(rng.choice(others), shape.knobs(position)))
    if rounds and rng.random() < 0.5:  # Polly moves to a round of its own, the other one stays as it is
        position = rng.choice(rounds)
        own = {k: v for k, v in shape.knobs(position).items() if k.startswith("polly")}
        rest = {k: v for k, v in shape.knobs(position).items() if k not in own}
        first, second = (own, rest) if rng.random() < 0.5 else (rest, own)
        return shape.with_step(position, round_step(rng.choice(others), first), round_step(others[0], second))
    position = rng.choice([len(shape.prelude), len(shape.body) - len(shape.finale)])
    return shape.inserted(position, round_step(rng.choice(others), {}))


def mutate_action(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Insert a step of the action space anywhere, drop a passage, or swap two neighbours."""
    passages = [n for n in range(len(shape.body)) if n not in shape.rounds]
    roll = rng.random()
    if passages and roll < 0.3:
        return shape.with_step(rng.choice(passages))
    if len(shape.body) > 1 and roll < 0.45:
        body = list(shape.body)
        n = rng.randrange(len(body) - 1)
        body[n], body[n + 1] = body[n + 1], body[n]
        return replace(shape, body=tuple(body))
    return shape.inserted(rng.randint(0, len(shape.body)), random_passage(rng, context.space))


def mutate_attribute(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Set, change or remove a function attribute."""
    key, values = rng.choice(context.objective.tables.attributes)
    return shape.with_attribute(key, rng.choice([*values, None]))


def mutate_hint(rng: Random, shape: Shape, context: Context) -> Shape | None:
    """Set, change or remove a loop hint."""
    if shape.hints and rng.random() < 0.3:
        return replace(shape, hints=tuple(h for h in shape.hints if h != rng.choice(shape.hints)))
    return (
        shape.with_hint(*random_hint(rng, context.loops, context.objective.tables)) if context.loops else None
    )


def mutators(tables: Tables) -> dict[str, Mutator]:
    """By the name of the gene group that they touch; those that these tables have something for."""
    return {
        **{group: mutate_knobs(group) for group in tables.groups},
        "prelude": mutate_prelude,
        "finale": mutate_finale,
        "rounds": mutate_rounds,
        "action": mutate_action,
        "attribute": mutate_attribute,
        **({"hint": mutate_hint} if tables.hints else {}),
    }


def cross(rng: Random, one: Shape, other: Shape, tables: Tables = FAST) -> Shape:
    """Attributes, hints, prelude, finale and each knob group of the last round from one parent or the
    other."""
    if not one.rounds or not other.rounds:
        return one

    def pick(a: T, b: T) -> T:
        return a if rng.random() < 0.5 else b

    main_one, main_other = one.rounds[-1], other.rounds[-1]
    knobs: dict[str, str] = {}
    polly = pick(one.knobs(main_one), other.knobs(main_other))  # its schedule and tiles fit each other
    for group in tables.groups:
        source = polly if group in POLLY_GROUPS else pick(one.knobs(main_one), other.knobs(main_other))
        knobs.update({k: v for k, v in source.items() if tables.group_of(k) == group})
    early = pick(one, other)
    late = pick(one, other)
    return Shape(
        pick(one.attributes, other.attributes),
        pick(one.hints, other.hints),
        (*early.body[: early.rounds[-1]], round_step(pick(one, other).last_round.text, knobs), *late.finale),
    )


def single_changes(shape: Shape, context: Context) -> Iterator[Shape]:
    """Every shape one change away, most general changes first: what greedy search tries."""
    last, tables = shape.rounds[-1], context.objective.tables
    for gene in tables.genes:
        if gene.needs and shape.knobs(last).get(gene.needs) != "true":
            continue
        for value in gene.values:
            knobs = shape.knobs(last) | {gene.knob: value}
            if gene.knob == "polly":  # see genes.py: without this Polly alone may cost the whole budget
                knobs.setdefault("polly-pattern-matching-based-opts", "false")
            yield shape.with_knobs(last, knobs)
    for key, values in tables.attributes:
        for value in values:
            yield shape.with_attribute(key, value)
    for text in tables.preludes:
        yield shape.inserted(0, Step("passes", text))
    for text in tables.rounds:
        yield shape.inserted(len(shape.prelude), round_step(text, {}))
        yield shape.inserted(len(shape.body), round_step(text, {}))
    for text in tables.finales:
        yield shape.inserted(len(shape.body), Step("passes", text))
    for loop in context.loops:
        for key, values in tables.hints:
            for value in values:
                yield shape.with_hint(loop.id, key, value)
