"""Loads, stores, local variables and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from passwright.bench.tv.machine import Machine, Path, inside
from passwright.bench.tv.memory import Layer, Word
from passwright.bench.tv.operands import Operands
from passwright.bench.tv.scalars import as_bits, in_ranges, lift, resized
from passwright.bench.tv.terms import (
    Truth,
    arithmetic,
    compare,
    cut,
    every,
    joined,
    mask,
    negated,
    some,
)
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, pointer, poisoned

Instruction = Mapping[str, Any]
Memory = dict[int, Layer]


def alloca(machine: Machine, operands: Operands, one: Instruction, memory: Memory) -> Value:
    count = operands.value(one["operands"][0])
    element = operands.type(one["element"])["allocated"]
    size = arithmetic("mul", resized(count, 64).term, element, 64)
    return pointer(machine.local(str(one["id"]), size, one["align"], memory))


def address(machine: Machine, operands: Operands, one: Instruction) -> Value:
    base = operands.value(one["operands"][0])
    indices = [
        (operands.value(operand), scale, operands.width(operand[1])) for operand, scale in one["scaled"]
    ]
    flags = set(one.get("flags", ()))

    def moved(place: Pointer, *numbers: Number) -> Pointer:
        offset: Any = one["offset"] & mask(64)
        poison = [place.poison]
        for index, (_, scale, width) in zip(numbers, indices, strict=True):
            poison.append(index.poison)
            wide = resized(index, 64, sign=True) if width < 64 else resized(index, 64)
            offset = arithmetic("add", offset, arithmetic("mul", wide.term, scale & mask(64), 64), 64)
        cases = []
        for holds, number_, start in place.cases:
            end = arithmetic("add", start, offset, 64)
            if "inbounds" in flags and (offset != 0 if isinstance(offset, int) else True):
                poison.append(every([holds, negated(inside(end, 0, machine.objects[number_].size))]))
            cases.append((holds, number_, end))
        return Pointer(tuple(cases), some(poison))

    return lift(moved, [base, *(value for value, _, _ in indices)])


def leaves(operands: Operands, kind: int, at: int = 0) -> list[tuple[int, int]]:
    """Offset and type of each number or pointer in a type, as it lies in memory."""
    found = operands.type(kind)
    if found["kind"] == "vector":
        element = operands.type(found["of"])
        if element["size"] * 8 != operands.width(found["of"]):
            raise Unsupported(f"the type {found['text']} in memory")
        return [(at + lane * element["size"], found["of"]) for lane in range(found["count"])]
    if found["kind"] == "array":
        return [
            leaf
            for i in range(found["count"])
            for leaf in leaves(operands, found["of"], at + i * found["stride"])
        ]
    if found["kind"] == "struct":
        pairs = zip(found["fields"], found["offsets"], strict=True)
        return [leaf for field, offset in pairs for leaf in leaves(operands, field, at + offset)]
    return [(at, kind)]


def shaped(operands: Operands, kind: int, parts: list[Value]) -> Value:
    """The leaves as a value of the type; takes them from the front of the list."""
    found = operands.type(kind)
    if found["kind"] in ("vector", "array"):
        return tuple(shaped(operands, found["of"], parts) for _ in range(found["count"]))
    if found["kind"] == "struct":
        return tuple(shaped(operands, field, parts) for field in found["fields"])
    return parts.pop(0)


def flat(value: Value) -> list[Value]:
    """The leaves of a value."""
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, tuple) else [value]


def shifted(place: Pointer, offset: int) -> Pointer:
    """A pointer some bytes further on."""
    if not offset:
        return place
    cases = tuple(
        (holds, number_, arithmetic("add", start, offset, 64)) for holds, number_, start in place.cases
    )
    return Pointer(cases, place.poison)


def part_align(align: int, offset: int) -> int:
    """What is known of an address `offset` bytes behind one that is aligned."""
    return align if not offset else min(align, offset & -offset)


def load_leaf(
    machine: Machine, operands: Operands, kind: int, place: Pointer, align: int, memory: Memory
) -> Value:
    """A number or pointer from memory; the access was checked."""
    found = operands.type(kind)
    size = found["size"]
    word = machine.read(memory, place, size, align)
    if found["kind"] == "ptr":
        if isinstance(word.value, Pointer):
            return word.value
        if isinstance(word.value.term, int) and word.value.term == 0:
            return pointer(0, 0, word.value.poison)
        if word.empty and machine.role == "target":
            return pointer(0, 0, True)
        raise Unsupported("a pointer that comes from memory")
    if isinstance(word.value, Pointer):
        word = Word(Number(machine.address(word.value), word.value.poison, 64), 8)
    width = found["bits"]
    if width == 1 or width == 8 * size:
        return resized(word.value, width)
    raise Unsupported(f"the type {found['text']} in memory")


def store_leaf(
    machine: Machine,
    place: Pointer,
    value: Value,
    align: int,
    memory: Memory,
    condition: Truth = True,
) -> None:
    """Write a number or pointer; the access was checked."""
    if isinstance(value, Pointer):
        machine.store(memory, place, Word(value, 8), align, condition)
        return
    if value.width == 1:
        value = resized(value, 8)
    if value.width % 8:
        raise Unsupported(f"the type i{value.width} in memory")
    machine.store(memory, place, Word(value, value.width // 8), align, condition)


def load(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    if not one["simple"]:
        raise Unsupported("volatile or atomic accesses")
    place, kind, align = operands.value(one["operands"][0]), one["type"], one["align"]
    found = operands.type(kind)
    if "size" not in found:
        raise Unsupported(f"the type {found['text']}")
    machine.check(path, place, found["size"], align)
    if found["kind"] == "vector" and operands.width(found["of"]) == 1:
        word = machine.read(memory, place, found["size"], align).value
        return tuple(
            Number(compare("eq", cut(word.term, lane, lane, word.width), 1, 1), word.poison, 1)
            for lane in range(found["count"])
        )
    parts = [
        load_leaf(machine, operands, leaf, shifted(place, at), part_align(align, at), memory)
        for at, leaf in leaves(operands, kind)
    ]
    value = shaped(operands, kind, parts)
    if "noundef" in one:
        machine.forbid(path, operands.poison(value))
    if "range" in one:
        value = lift(lambda a: poisoned(a, negated(in_ranges(a, one["range"]))), [value])
    if "nonnull" in one:
        value = poisoned(value, compare("eq", machine.address(value), 0, 64))
    if "aligned" in one:
        low = arithmetic("and", machine.address(value), one["aligned"] - 1, 64)
        value = poisoned(value, compare("ne", low, 0, 64))
    return value


def store(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> None:
    if not one["simple"]:
        raise Unsupported("volatile or atomic accesses")
    kind, align = one["operands"][0][1], one["align"]
    value, place = operands.value(one["operands"][0]), operands.value(one["operands"][1])
    found = operands.type(kind)
    if "size" not in found:
        raise Unsupported(f"the type {found['text']}")
    machine.check(path, place, found["size"], align, writes=True)
    if found["kind"] == "vector" and operands.width(found["of"]) == 1:
        if found["count"] % 8:
            raise Unsupported(f"the type {found['text']} in memory")
        whole = joined([(as_bits(lane), 1) for lane in value])
        value = Number(whole, operands.poison(value), found["count"])
        store_leaf(machine, place, value, align, memory)
        return
    for (at, _), leaf in zip(leaves(operands, kind), flat(value), strict=True):
        store_leaf(machine, shifted(place, at), leaf, part_align(align, at), memory)
