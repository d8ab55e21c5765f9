"""What instructions compute and when they are undefined, by the LLVM 19 language reference."""

from __future__ import annotations

from collections.abc import Sequence

from passwright.bench.tv.accesses import Instruction, Memory, address, alloca, load, store
from passwright.bench.tv.machine import Machine, Path
from passwright.bench.tv.operands import Operands
from passwright.bench.tv.scalars import (
    as_bits,
    cast,
    fcmp,
    float_function,
    icmp,
    integer,
    lift,
    resized,
    strict,
)
from passwright.bench.tv.terms import (
    arithmetic,
    compare,
    cut,
    joined,
    some,
)
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, merge, poisoned

INTEGER = {"add", "sub", "mul", "and", "or", "xor", "shl", "lshr", "ashr", "udiv", "urem", "sdiv", "srem"}
FLOAT = {"fadd", "fsub", "fmul", "fdiv", "frem"}
CASTS = {"zext", "sext", "trunc", "fptrunc", "fpext", "fptoui", "fptosi", "uitofp", "sitofp"}


def compute(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    """The value of an instruction that is no phi, call or terminator; None for a store."""
    op = one["op"]
    if "unsupported" in one:
        raise Unsupported(one["unsupported"])
    match op:
        case "load":
            return load(machine, operands, one, path, memory)
        case "store":
            store(machine, operands, one, path, memory)
            return None
        case "alloca":
            return alloca(machine, operands, one, memory)
        case "getelementptr":
            return address(machine, operands, one)
    given = [operands.value(operand) for operand in one["operands"]]
    flags = set(one.get("flags", ()))
    if op in INTEGER:
        return lift(lambda a, b: integer(machine, op, flags, a, b, path), given)
    if op in FLOAT:
        strict(flags)
        width = operands.width(one["type"])
        kind = operands.type(one["type"])["text"]
        return lift(
            lambda a, b: float_function(f"{op} {kind.strip('<>').split(' x ')[-1]}", width, a, b), given
        )
    if op in CASTS:
        source, width = operands.width(one["operands"][0][1]), operands.width(one["type"])
        return lift(lambda a: cast(op, flags, a, source, width), given)
    match op:
        case "icmp":
            return lift(lambda a, b: icmp(machine, one["predicate"], a, b), given)
        case "fcmp":
            strict(flags)
            return lift(lambda a, b: fcmp(one["predicate"], a, b), given)
        case "fneg":
            return lift(
                lambda a: Number(arithmetic("xor", a.term, 1 << (a.width - 1), a.width), a.poison, a.width),
                given,
            )
        case "select":
            return select(*given)
        case "freeze":
            return lift(lambda a: _freeze(machine, a), given)
        case "bitcast":
            return bitcast(operands, given[0], one["operands"][0][1], one["type"])
        case "ptrtoint":
            width = operands.width(one["type"])
            return lift(lambda a: resized(Number(machine.address(a), a.poison, 64), width), given)
        case "extractelement":
            return _extract(given[0], given[1])
        case "insertelement":
            return _insert(*given)
        case "shufflevector":
            return _shuffle(given[0], given[1], one["mask"], operands, one["type"])
        case "extractvalue":
            value = given[0]
            for index in one["indices"]:
                value = value[index]
            return value
        case "insertvalue":
            return _replaced(given[0], one["indices"], given[1])
    raise Unsupported(f"the instruction {op}")


def select(condition: Value, a: Value, b: Value) -> Value:
    """A vector of conditions chooses lane by lane."""
    if isinstance(condition, tuple):
        return tuple(select(*row) for row in zip(condition, a, b, strict=True))
    return poisoned(merge(condition.term, a, b), condition.poison)


def _freeze(machine: Machine, value: Value) -> Value:
    if value.poison is False:
        return value
    if isinstance(value, Pointer):
        raise Unsupported("freeze of a pointer that may be poison")
    free = Number(machine.any_value(value.width, "freeze"), False, value.width)
    return merge(value.poison, free, Number(value.term, False, value.width))


def _index(index: Number) -> int:
    if not isinstance(index.term, int) or isinstance(index.term, bool):
        raise Unsupported("a vector's lane by a number that is not constant")
    return int(index.term)


def _extract(vector: Value, index: Number) -> Value:
    if index.poison is not False or _index(index) >= len(vector):
        return poisoned(vector[0], True)
    return vector[_index(index)]


def _insert(vector: Value, element: Value, index: Number) -> Value:
    if index.poison is not False or _index(index) >= len(vector):
        return poisoned(vector, True)
    at = _index(index)
    return (*vector[:at], element, *vector[at + 1 :])


def _shuffle(a: Value, b: Value, lanes_: Sequence[int], operands: Operands, kind: int) -> Value:
    both = (*a, *b)
    poison = operands.value(("poison", kind))
    return tuple(both[lane] if lane >= 0 else poison[at] for at, lane in enumerate(lanes_))


def _replaced(value: Value, indices: Sequence[int], part: Value) -> Value:
    if not indices:
        return part
    at = indices[0]
    return (*value[:at], _replaced(value[at], indices[1:], part), *value[at + 1 :])


def bitcast(operands: Operands, value: Value, source: int, target: int) -> Value:
    """The same bits in another type, the first lane lowest."""
    if operands.type(target)["kind"] == "ptr" or operands.type(source)["kind"] == "ptr":
        return value
    parts = value if isinstance(value, tuple) else (value,)
    to = operands.type(target)
    count = to["count"] if to["kind"] == "vector" else 1
    if count == len(parts):
        result = parts  # lanes of one width
    else:
        whole = joined([(as_bits(part), part.width) for part in parts])
        total = sum(part.width for part in parts)
        width = total // count
        found = []
        for lane in range(count):
            low, high = lane * width, lane * width + width - 1
            touched = range(low // parts[0].width, high // parts[0].width + 1)
            poison = some(parts[at].poison for at in touched)
            piece = Number(cut(whole, high, low, total), poison, max(width, 2))
            found.append(Number(compare("eq", piece.term, 1, 1), poison, 1) if width == 1 else piece)
        result = tuple(found)
    return result if to["kind"] == "vector" else result[0]
