"""Two functions as one question to the solver: is there an input on which the target does what the source may not?

The target refines the source when for every input on which the source is defined, the target is defined too, returns
what the source returns (or anything, where that is poison) and leaves the same bytes in all memory that is there
after the call.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import z3

from passwright.bench.tv.execute import Result, Runner
from passwright.bench.tv.machine import LARGEST_OBJECT, Machine, World, inside
from passwright.bench.tv.memory import Cells, Initial, Layer
from passwright.bench.tv.scalars import as_bits, in_ranges
from passwright.bench.tv.terms import Truth, compare, every, negated, some, truth
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, pointer, poison_of

Functions = Mapping[str, Mapping[str, Any]]
Aliasing = Literal["apart", "shared"]


@dataclass
class Argument:
    """An argument as the solver sees it: of a pointer the object and the offset into it."""

    name: str
    kind: str
    text: str
    value: Value
    place: int = -1


@dataclass
class Question:
    """The encoding of two functions. An input that satisfies `assumptions` and `violation` is a counterexample."""

    world: World
    arguments: list[Argument]
    assumptions: list[z3.BoolRef]
    defined: z3.BoolRef  # the source is
    violation: z3.BoolRef
    clean: z3.BoolRef  # the target is defined, so that a violation shows in results
    undefs: list[z3.ExprRef]  # variables for undefined values of the source: any of their values will do
    reached: dict[str, z3.BoolRef] = field(default_factory=dict)  # headers of the target's loops
    written: bool = False  # memory behind pointers is
    sides: tuple[list[Any], list[Any]] = ((), ())  # type: ignore[assignment]  # terms of the source, of the target


def ask(source: Functions, target: Functions, entry: str, bound: int, aliasing: Aliasing) -> Question:
    """Run both sides. `entry` and what it calls must be among the functions. Raises Unsupported and TooLarge."""
    sys.setrecursionlimit(100_000)
    world = World()
    for role, functions in (("source", source), ("target", target)):
        for function in functions.values():
            for name, described in function["globals"].items():
                world.global_object(name, described, role)  # type: ignore[arg-type]
    first, second = source[entry], target[entry]
    shapes = [[f["types"][a["type"]]["text"] for a in f["arguments"]] for f in (first, second)]
    if shapes[0] != shapes[1] or first["variadic"]:
        raise Unsupported("the two functions take different arguments")
    arguments = _arguments(world, first, aliasing)
    values = [argument.value for argument in arguments]
    memory: dict[int, Layer] = dict(world.initial)
    machines: list[Machine] = []
    ends: list[Result | None] = []
    runners: list[Runner] = []
    for role, functions in (("source", source), ("target", target)):
        machine = Machine(world, role)  # type: ignore[arg-type]
        start = dict(memory)
        passed = _copies(machine, first, values, start)
        machine.forbid((), _precondition(machine, first, passed) if role == "source" else False)
        if machines:
            machine.assume([*world.assumptions, *(negated(term) for term in machines[0].excluded)])
        runner = Runner(machine, functions, bound)
        end = runner.run(entry, passed, (), start)
        if end is not None:
            _check_return(machine, functions[entry], end)
        machines.append(machine)
        ends.append(end)
        runners.append(runner)
    one, other = machines
    violation: list[Truth] = [other.is_undefined()]
    sides: tuple[list[Any], list[Any]] = ([one.is_undefined()], [other.is_undefined()])
    a, b = ends
    if a is not None and b is not None:
        violation += _differences(world, one, other, a, b, sides)
    assumptions = [truth(negated(term)) for machine in machines for term in machine.excluded]
    assumptions += world.closing()
    return Question(
        world,
        arguments,
        assumptions,
        z3.Not(one.is_undefined()),
        truth(some(violation)),
        z3.Not(other.is_undefined()),
        one.undefs,
        _headers(second, runners[1]),
        bool((one.written | other.written) & {a.place for a in arguments if a.place > 0}),
        sides,
    )


def _headers(function: Mapping[str, Any], runner: Runner) -> dict[str, z3.BoolRef]:
    return {
        block["name"]: truth(some(runner.reached.get(number, [])))
        for number, block in enumerate(function["blocks"])
        if number in block["loops"]
    }


def _arguments(world: World, function: Mapping[str, Any], aliasing: Aliasing) -> list[Argument]:
    shared = -1
    found = []
    for index, described in enumerate(function["arguments"]):
        kind = function["types"][described["type"]]
        name = described["name"] or f"argument {index}"
        attributes = described["attributes"]
        if "unsupported" in attributes:
            raise Unsupported(f"an argument with the attribute {attributes['unsupported']}")
        place = -1
        if kind["kind"] == "ptr":
            if aliasing == "apart" or "noalias" in attributes or "copy" in attributes:
                place = world.argument_object(name)
                value: Value = pointer(place)
            else:
                shared = world.argument_object("shared") if shared < 0 else shared
                place = shared
                offset = z3.BitVec(f"offset {name}", 64)
                world.assumptions.append(z3.ULE(offset, z3.BitVec("size shared", 64)))
                value = pointer(place, offset)
            if "noundef" not in attributes:
                value = Pointer(value.cases, z3.Bool(f"poison {name}"))
        else:
            value = _free(function, described["type"], name, "noundef" in attributes)
        found.append(Argument(name, kind["kind"], kind["text"], value, place))
    return found


def _free(function: Mapping[str, Any], index: int, name: str, defined: bool) -> Value:
    kind = function["types"][index]
    if kind["kind"] in ("vector", "array"):
        return tuple(_free(function, kind["of"], f"{name}.{i}", defined) for i in range(kind["count"]))
    if kind["kind"] == "struct":
        return tuple(_free(function, part, f"{name}.{i}", defined) for i, part in enumerate(kind["fields"]))
    if kind["kind"] not in ("int", "float"):
        raise Unsupported(f"arguments of the type {kind['text']}")
    poison = False if defined else z3.Bool(f"poison {name}")
    width = kind["bits"]
    return Number(z3.Bool(name) if width == 1 else z3.BitVec(name, width), poison, width)


def _copies(
    machine: Machine, function: Mapping[str, Any], values: Sequence[Value], memory: dict[int, Layer]
) -> list[Value]:
    """The arguments as the callee sees them: what is passed by value in memory is the callee's own."""
    passed = []
    for described, value in zip(function["arguments"], values, strict=True):
        size = described["attributes"].get("copy")
        if size:
            layer = memory[value.cases[0][1]]
            align = described["attributes"].get("align", 8)
            value = pointer(machine.local(f"copy of {described['name']}", size, align, memory, layer))
        passed.append(value)
    return passed


def _precondition(machine: Machine, function: Mapping[str, Any], values: Sequence[Value]) -> Truth:
    """Where the source's attributes on its arguments are broken, which is undefined."""
    broken: list[Truth] = []
    for described, value in zip(function["arguments"], values, strict=True):
        attributes = described["attributes"]
        if isinstance(value, Pointer):
            holds: list[Truth] = []
            if "nonnull" in attributes or "dereferenceable" in attributes:
                holds.append(compare("ne", machine.address(value), 0, 64))
            if "dereferenceable" in attributes:
                _, place, offset = value.cases[0]
                holds.append(inside(offset, attributes["dereferenceable"], machine.objects[place].size))
            if "align" in attributes and "copy" not in attributes:
                low = machine.address(value) & (attributes["align"] - 1)
                holds.append(low == 0)
            broken += [every([negated(value.poison), negated(term)]) for term in holds]
        elif "range" in attributes and isinstance(value, Number):
            broken.append(every([negated(value.poison), negated(in_ranges(value, attributes["range"]))]))
    return some(broken)


def _check_return(machine: Machine, function: Mapping[str, Any], end: Result) -> None:
    attributes = function["return_attributes"]
    if end.value is None:
        return
    if "range" in attributes and isinstance(end.value, Number):
        out = negated(in_ranges(end.value, attributes["range"]))
        end.value = Number(end.value.term, some([end.value.poison, out]), end.value.width)
    if isinstance(end.value, Pointer) and "nonnull" in attributes:
        null = compare("eq", machine.address(end.value), 0, 64)
        end.value = Pointer(end.value.cases, some([end.value.poison, null]))
    if "noundef" in attributes:
        machine.forbid(end.path, poison_of(end.value))


Sides = tuple[list[Any], list[Any]]


def _differences(
    world: World, one: Machine, other: Machine, a: Result, b: Result, sides: Sides
) -> list[Truth]:
    found = []
    if a.value is not None:
        found.append(_differs(one, other, a.value, b.value, sides))
    for place, described in world.objects.items():
        if described.visible and place in a.memory and place in b.memory:
            found.append(_changed(world, place, a.memory[place], b.memory[place], sides))
    return found


def _differs(one: Machine, other: Machine, a: Value, b: Value, sides: Sides) -> Truth:
    if isinstance(a, tuple):
        return some(_differs(one, other, x, y, sides) for x, y in zip(a, b, strict=True))
    if isinstance(a, Pointer):
        x, y, width = one.address(a), other.address(b), 64
    else:
        x, y, width = as_bits(a), as_bits(b), a.width
    sides[0].extend((x, a.poison))
    sides[1].extend((y, b.poison))
    return every([negated(a.poison), some([b.poison, compare("ne", x, y, width)])])


def _constant_cells(layer: Layer) -> Cells | None:
    if isinstance(layer, Initial):
        return Cells(layer)
    return layer if isinstance(layer, Cells) and isinstance(layer.below, Initial) else None


def _changed(world: World, place: int, a: Layer, b: Layer, sides: Sides) -> Truth:
    """Whether some byte that the source leaves defined is not the same in the target."""
    if a is b:
        return False
    x, y = _constant_cells(a), _constant_cells(b)
    if x is not None and y is not None:
        found = []
        done: set[int] = set()
        for side in (x, y):
            for at, word in side.words():
                size = word.size if word is not None else 1
                if at not in done or not all(at + i in done for i in range(size)):
                    done.update(range(at, at + size))
                    mine, theirs = x.read(at, size, True).value, y.read(at, size, True).value
                    whole = all(one.word(at, size) or at not in one.cells for one in (x, y))
                    if mine.poison is not False and not whole:  # poison byte by byte
                        for i in range(size):
                            found.append(
                                _word_differs(
                                    x.read(at + i, 1, True).value, y.read(at + i, 1, True).value, sides
                                )
                            )
                    else:
                        found.append(_word_differs(mine, theirs, sides))
        return some(found)
    where = z3.BitVec(f"where {world.objects[place].name}", 64)
    world.assumptions.append(z3.ULT(where, LARGEST_OBJECT))
    differs = _word_differs(a.read(where, 1, True).value, b.read(where, 1, True).value, sides)
    return every([inside(where, 1, world.objects[place].size), differs])


def _word_differs(a: Number, b: Number, sides: Sides) -> Truth:
    sides[0].extend((a.term, a.poison))
    sides[1].extend((b.term, b.poison))
    different = some([b.poison, compare("ne", a.term, b.term, a.width)])
    return every([negated(a.poison), different])
