"""What LLVM's intrinsics compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3

from passwright.bench.tv.accesses import Memory, leaves, load_leaf, part_align, shaped, shifted, store_leaf
from passwright.bench.tv.machine import Machine, Path
from passwright.bench.tv.memory import Word
from passwright.bench.tv.operands import Operands
from passwright.bench.tv.scalars import (
    as_bits,
    float_function,
    icmp,
    in_ranges,
    integer,
    lift,
    overflows,
    resized,
    strict,
)
from passwright.bench.tv.terms import (
    Truth,
    arithmetic,
    bits,
    choose,
    compare,
    cut,
    every,
    from_truth,
    joined,
    mask,
    negated,
    some,
    widen,
)
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, merge, number, poisoned

Instruction = Mapping[str, Any]

IGNORED = (
    "llvm.lifetime.", "llvm.dbg.", "llvm.experimental.noalias.scope", "llvm.stacksave", "llvm.stackrestore",
    "llvm.invariant.", "llvm.donothing", "llvm.prefetch", "llvm.pseudoprobe",
)  # fmt: skip
"""They change nothing that is compared."""
LONGEST_BLOCK = 4096
"""Bytes of a memcpy or memset of constant length."""
UNKNOWN_BLOCK = 16
"""Elements of 8 bytes that one of unknown length may have within the bound, for each iteration of the bound."""
FLOAT_PURE = {
    "llvm.sqrt", "llvm.floor", "llvm.ceil", "llvm.trunc", "llvm.rint", "llvm.nearbyint", "llvm.round", "llvm.fma",
    "llvm.minnum", "llvm.maxnum", "llvm.fmuladd", "llvm.roundeven", "llvm.exp", "llvm.log", "llvm.sin", "llvm.cos",
    "llvm.pow", "llvm.exp2", "llvm.log2", "llvm.log10", "llvm.powi",
}  # fmt: skip


def call_intrinsic(
    machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory
) -> Value:
    """The value of a call of an intrinsic, None where it has none."""
    name = one["intrinsic"]
    if name.startswith(IGNORED):
        return _unused(operands, one)
    if name == "llvm.assume":
        _assume(machine, operands, one, path)
        return None
    if one.get("volatile"):
        raise Unsupported("volatile or atomic accesses")
    if name in _MEMORY:
        return _MEMORY[name](machine, operands, one, path, memory)
    given = [operands.value(operand) for operand in one["operands"] if operand[0] != "?"]
    flags = set(one.get("flags", ()))
    value = _pure(machine, operands, one, name, flags, given)
    attributes = one["return_attributes"]
    if "range" in attributes:
        value = lift(lambda a: poisoned(a, negated(in_ranges(a, attributes["range"]))), [value])
    if "noundef" in attributes:
        machine.forbid(path, operands.poison(value))
    return value


def _unused(operands: Operands, one: Instruction) -> Value:
    kind = operands.type(one["type"])["kind"]
    if kind == "void" or one["intrinsic"].startswith("llvm.stacksave"):
        return None if kind == "void" else Pointer(((True, 0, 0),), False)
    if one["intrinsic"].startswith("llvm.invariant"):
        raise Unsupported(one["intrinsic"])
    return operands.value(("poison", one["type"]))


def _assume(machine: Machine, operands: Operands, one: Instruction, path: Path) -> None:
    # What bundles promise besides the condition is left out: promises of the source that are not taken only make the
    # proof harder, and the target's come from the source's.
    if one.get("bundles") and machine.role == "target":
        raise Unsupported("assumptions about pointers")
    condition = operands.value(one["operands"][0])
    machine.forbid(path, some([negated(condition.term), condition.poison]))


def _pure(
    machine: Machine, operands: Operands, one: Instruction, name: str, flags: set[str], given: list[Value]
) -> Value:
    short = name.removeprefix("llvm.")
    if short in ("smin", "smax", "umin", "umax"):
        return lift(lambda a, b: _extreme(short, a, b), given)
    if short == "abs":
        lowest_is_poison = given[1].term is True
        return lift(lambda a: _abs(a, lowest_is_poison), given[:1])
    if short in ("ctpop", "bswap", "bitreverse"):
        work: Callable[[Number], Number] = {"ctpop": _ctpop, "bswap": _bswap, "bitreverse": _bitreverse}[
            short
        ]
        return lift(work, given)
    if short in ("ctlz", "cttz"):
        zero_is_poison = given[1].term is True
        return lift(lambda a: _zeros(a, leading=short == "ctlz", zero_is_poison=zero_is_poison), given[:1])
    if short in ("fshl", "fshr"):
        return lift(lambda a, b, c: _funnel(a, b, c, left=short == "fshl"), given)
    if short.endswith(".sat"):
        return lift(lambda a, b: _saturated(short, a, b), given)
    if short.endswith(".with.overflow"):
        op, sign = short[1:4], short[0] == "s"
        results = [
            lift(lambda a, b: _plain(op, a, b), given),
            lift(lambda a, b: _overflow(op, a, b, sign), given),
        ]
        return tuple(results)
    if short in ("scmp", "ucmp"):
        width = operands.width(one["type"])
        return lift(lambda a, b: _order(machine, short[0], a, b, width), given)
    if short.startswith("vector.reduce."):
        return _reduced(machine, short.removeprefix("vector.reduce."), flags, given)
    if short == "expect" or short == "expect.with.probability" or short == "ssa.copy":
        return given[0]
    if short == "is.constant":
        return number(0, 1)
    if short == "fabs":
        return lift(
            lambda a: Number(arithmetic("and", a.term, mask(a.width - 1), a.width), a.poison, a.width), given
        )
    if short == "copysign":
        return lift(_copysign, given)
    if name in FLOAT_PURE:
        strict(flags)
        width = operands.width(one["type"])
        return lift(lambda *values: float_function(f"{name} {width}", width, *values), given)
    if short == "vector.insert" or short == "vector.extract":
        at = int(given[-1].term)
        if short == "vector.extract":
            return given[0][at : at + operands.type(one["type"])["count"]]
        return (*given[0][:at], *given[1], *given[0][at + len(given[1]) :])
    if short == "get.active.lane.mask":
        count = operands.type(one["type"])["count"]
        return tuple(_active(given[0], given[1], lane) for lane in range(count))
    raise Unsupported(name)


def _active(base: Number, limit: Number, lane: int) -> Number:
    width = base.width + 8
    at = arithmetic("add", widen(base.term, base.width, width, sign=False), lane, width)
    below = compare("ult", at, widen(limit.term, limit.width, width, sign=False), width)
    return Number(below, some([base.poison, limit.poison]), 1)


def _extreme(name: str, a: Number, b: Number) -> Number:
    poison = some([a.poison, b.poison])
    if a.width == 1:
        both = name in ("umin", "smax")
        return Number((every if both else some)([a.term, b.term]), poison, 1)
    less = compare("slt" if name[0] == "s" else "ult", a.term, b.term, a.width)
    low = name.endswith("min")
    return Number(
        choose(less, a.term if low else b.term, b.term if low else a.term, a.width), poison, a.width
    )


def _abs(a: Number, lowest_is_poison: bool) -> Number:
    minus = arithmetic("sub", 0, a.term, a.width)
    result = Number(choose(compare("slt", a.term, 0, a.width), minus, a.term, a.width), a.poison, a.width)
    return poisoned(result, lowest_is_poison and compare("eq", a.term, 1 << (a.width - 1), a.width))


def _ctpop(a: Number) -> Number:
    total: Any = 0
    for at in range(a.width):
        total = arithmetic(
            "add", total, widen(cut(as_bits(a), at, at, a.width), 1, a.width, sign=False), a.width
        )
    return Number(total, a.poison, a.width)


def _bswap(a: Number) -> Number:
    parts = [(cut(a.term, at + 7, at, a.width), 8) for at in range(a.width - 8, -1, -8)]
    return Number(joined(parts), a.poison, a.width)


def _bitreverse(a: Number) -> Number:
    parts = [(cut(a.term, at, at, a.width), 1) for at in range(a.width - 1, -1, -1)]
    return Number(joined(parts), a.poison, a.width)


def _zeros(a: Number, *, leading: bool, zero_is_poison: bool) -> Number:
    result: Any = a.width
    # The bit that decides is looked at last.
    for at in range(a.width) if leading else range(a.width - 1, -1, -1):
        hit = compare("eq", cut(a.term, at, at, a.width), 1, 1)
        result = choose(hit, a.width - 1 - at if leading else at, result, a.width)
    found = Number(result, a.poison, a.width)
    return poisoned(found, zero_is_poison and compare("eq", a.term, 0, a.width))


def _funnel(a: Number, b: Number, c: Number, *, left: bool) -> Number:
    width = a.width
    wide = 2 * width
    whole = joined([(b.term, width), (a.term, width)])
    amount = arithmetic("urem", c.term, width, width)
    amount = widen(amount, width, wide, sign=False)
    moved = arithmetic("shl" if left else "lshr", whole, amount, wide)
    result = cut(moved, wide - 1, width, wide) if left else cut(moved, width - 1, 0, wide)
    return Number(result, some([a.poison, b.poison, c.poison]), width)


def _plain(op: str, a: Number, b: Number) -> Number:
    return Number(arithmetic(op, a.term, b.term, a.width), some([a.poison, b.poison]), a.width)


def _overflow(op: str, a: Number, b: Number, sign: bool) -> Number:
    return Number(overflows(op, a.term, b.term, a.width, sign=sign), some([a.poison, b.poison]), 1)


def _saturated(name: str, a: Number, b: Number) -> Number:
    op, width = name[1:4], a.width
    if op == "shl":
        raise Unsupported(f"llvm.{name}")
    sign = name[0] == "s"
    plain, over = _plain(op, a, b), overflows(op, a.term, b.term, width, sign=sign)
    if sign:
        negative = compare("slt", a.term, 0, width)
        limit = choose(negative, 1 << (width - 1), mask(width - 1), width)
    else:
        limit = mask(width) if op == "add" else 0
    return Number(choose(over, limit, plain.term, width), plain.poison, width)


def _order(machine: Machine, sign: str, a: Number, b: Number, width: int) -> Number:
    less, more = icmp(machine, f"{sign}lt", a, b), icmp(machine, f"{sign}gt", a, b)
    result = choose(less.term, mask(width), from_truth(more.term, width), width)
    return Number(result, less.poison, width)


def _copysign(a: Number, b: Number) -> Number:
    magnitude = arithmetic("and", a.term, mask(a.width - 1), a.width)
    sign = arithmetic("and", b.term, 1 << (a.width - 1), a.width)
    return Number(arithmetic("or", magnitude, sign, a.width), some([a.poison, b.poison]), a.width)


def _reduced(machine: Machine, op: str, flags: set[str], given: list[Value]) -> Value:
    if op in ("fadd", "fmul"):
        strict(flags)  # in order
        result = given[0]
        for lane in given[1]:
            result = float_function(f"{op} {_FLOAT_NAMES[result.width]}", result.width, result, lane)
        return result
    result = given[0][0]
    for lane in given[0][1:]:
        if op in ("smin", "smax", "umin", "umax"):
            result = _extreme(op, result, lane)
        elif op in ("add", "mul", "and", "or", "xor"):
            result = integer(machine, op, set(), result, lane, ())
        else:
            raise Unsupported(f"llvm.vector.reduce.{op}")
    return result


_FLOAT_NAMES = {16: "half", 32: "float", 64: "double"}


# Memory.


def _masked_load(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    place, align, chosen, other = (operands.value(operand) for operand in one["operands"])
    return _lanes_read(machine, operands, one, path, memory, place, int(align.term), chosen, other)


def _gather(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    places, align, chosen, other = (operands.value(operand) for operand in one["operands"])
    return _lanes_read(machine, operands, one, path, memory, places, int(align.term), chosen, other)


def _lanes_read(
    machine: Machine,
    operands: Operands,
    one: Instruction,
    path: Path,
    memory: Memory,
    place: Value,
    align: int,
    chosen: Value,
    other: Value,
) -> Value:
    found = []
    for lane, (at, kind) in enumerate(leaves(operands, one["type"])):
        here, known = _lane(place, lane, at, align)
        if chosen[lane].term is False:
            found.append(other[lane])
            continue
        machine.forbid(path, chosen[lane].poison)
        machine.check(path, here, operands.type(kind)["size"], known, chosen[lane].term)
        found.append(
            merge(chosen[lane].term, load_leaf(machine, operands, kind, here, known, memory), other[lane])
        )
    return shaped(operands, one["type"], found)


def _lane(place: Value, lane: int, at: int, align: int) -> tuple[Pointer, int]:
    return (place[lane], align) if isinstance(place, tuple) else (shifted(place, at), part_align(align, at))


def _masked_store(
    machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory
) -> Value:
    value, place, align, chosen = (operands.value(operand) for operand in one["operands"])
    for lane, (at, kind) in enumerate(leaves(operands, one["operands"][0][1])):
        here, known = _lane(place, lane, at, int(align.term))
        if chosen[lane].term is False:
            continue
        machine.forbid(path, chosen[lane].poison)
        machine.check(path, here, operands.type(kind)["size"], known, chosen[lane].term, writes=True)
        store_leaf(machine, here, value[lane], known, memory, chosen[lane].term)
    return None


def _length(machine: Machine, path: Path, length: Number, what: str) -> tuple[int, Number]:
    """How many bytes may be touched at most; longer ones lie beyond the bound."""
    machine.forbid(path, length.poison)
    if isinstance(length.term, int):
        if length.term > LONGEST_BLOCK:
            raise Unsupported(f"{what} of {length.term} bytes")
        return length.term, resized(length, 64)
    limit = 8 * UNKNOWN_BLOCK
    machine.exclude((*path, compare("ugt", length.term, limit, length.width)))
    return limit, resized(length, 64)


def _step(length: Number, align: int) -> int:
    """Bytes that are moved at once: the largest unit of which the length is a multiple, by its looks."""
    if isinstance(length.term, int):
        for step in (8, 4, 2):
            if align >= step and length.term % step == 0:
                return step
        return 1
    low = z3.simplify(z3.Extract(2, 0, bits(length.term, 64)))
    for step in (8, 4, 2):
        part = z3.simplify(z3.Extract(step.bit_length() - 2, 0, low)) if z3.is_ast(low) else None
        if part is not None and z3.is_bv_value(part) and part.as_long() == 0 and align >= step:
            return step
    return 1


def _fill(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    place, byte, length = (operands.value(operand) for operand in one["operands"][:3])
    align = one["attributes"][0].get("align", 1)
    limit, length = _length(machine, path, length, "memset")
    if limit:
        machine.check(path, place, length.term, align, compare("ne", length.term, 0, 64), writes=True)
    step = _step(length, align)
    value = Number(joined([(byte.term, 8)] * step), byte.poison, 8 * step)
    for at in range(0, limit, step):
        within = compare("ult", at, length.term, 64)
        store_leaf(machine, shifted(place, at), value, part_align(max(align, step), at), memory, within)
    return None


def _move(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    target, origin, length = (operands.value(operand) for operand in one["operands"][:3])
    to, from_ = (one["attributes"][i].get("align", 1) for i in (0, 1))
    limit, length = _length(machine, path, length, one["intrinsic"].removeprefix("llvm."))
    some_bytes = compare("ne", length.term, 0, 64)
    if not limit:
        return None
    machine.check(path, target, length.term, to, some_bytes, writes=True)
    machine.check(path, origin, length.term, from_, some_bytes)
    if one["intrinsic"].startswith("llvm.memcpy"):
        _forbid_overlap(machine, path, target, origin, length)
    step = _step(length, min(to, from_))
    if step == 1 and isinstance(length.term, int) and _holds_pointers(memory, origin):
        step = 8 if length.term % 8 == 0 else 1
    words = [
        machine.read(memory, shifted(origin, at), step, part_align(max(from_, step), at))
        for at in range(0, limit, step)
    ]
    for at, word in zip(range(0, limit, step), words, strict=True):
        within = compare("ult", at, length.term, 64)
        put = Word(word.value, word.size, True, word.empty)
        machine.store(memory, shifted(target, at), put, part_align(max(to, step), at), within)
    return None


def _holds_pointers(memory: Memory, place: Pointer) -> bool:
    cells = (getattr(memory[number_], "cells", {}) for _, number_, _ in place.cases if number_ in memory)
    return any(isinstance(word.value, Pointer) for found in cells for word, _ in found.values())


def _forbid_overlap(machine: Machine, path: Path, target: Pointer, origin: Pointer, length: Number) -> None:
    for holds, place, to in target.cases:
        for also, other, from_ in origin.cases:
            if place != other:
                continue
            ahead = compare("ult", arithmetic("sub", to, from_, 64), length.term, 64)
            behind = compare("ult", arithmetic("sub", from_, to, 64), length.term, 64)
            apart: Truth = compare("ne", to, from_, 64)
            machine.forbid(path, every([holds, also, apart, some([ahead, behind])]))


_MEMORY: dict[str, Callable[[Machine, Operands, Instruction, Path, Memory], Value]] = {
    "llvm.masked.load": _masked_load,
    "llvm.masked.gather": _gather,
    "llvm.masked.store": _masked_store,
    "llvm.masked.scatter": _masked_store,
    "llvm.memset": _fill,
    "llvm.memset.inline": _fill,
    "llvm.memcpy": _move,
    "llvm.memcpy.inline": _move,
    "llvm.memmove": _move,
}
