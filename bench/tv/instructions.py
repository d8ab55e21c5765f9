"""What instructions compute and when they are undefined, by the LLVM 19 language reference.

Floating-point arithmetic is a function of the operands' bits of which nothing is known but its name and types:
equal operations on equal operands give equal results. Comparisons go through the ordered predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import z3

from passwright.bench.tv.machine import Machine, Path, inside
from passwright.bench.tv.memory import Layer, Word
from passwright.bench.tv.operands import Operands, lanes
from passwright.bench.tv.terms import (
    Truth,
    arithmetic,
    bits,
    choose,
    choose_truth,
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
from passwright.bench.tv.values import Number, Pointer, Unsupported, Value, merge, pointer, poisoned

Instruction = Mapping[str, Any]
Memory = dict[int, Layer]

INTEGER = {"add", "sub", "mul", "and", "or", "xor", "shl", "lshr", "ashr", "udiv", "urem", "sdiv", "srem"}
FLOAT = {"fadd", "fsub", "fmul", "fdiv", "frem"}
CASTS = {"zext", "sext", "trunc", "fptrunc", "fpext", "fptoui", "fptosi", "uitofp", "sitofp"}
BASE_ORDER = "oeq olt ole ord"


def compute(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
    """The value of an instruction that is no phi, call or terminator; None for a store."""
    op = one["op"]
    if "unsupported" in one:
        raise Unsupported(one["unsupported"])
    match op:
        case "load":
            return _load(machine, operands, one, path, memory)
        case "store":
            _store(machine, operands, one, path, memory)
            return None
        case "alloca":
            return _alloca(machine, operands, one, memory)
        case "getelementptr":
            return _address(machine, operands, one)
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


def lift(work: Callable[..., Value], values: Sequence[Value]) -> Value:
    """Element by element where there are vectors."""
    if any(isinstance(value, tuple) for value in values):
        count = next(len(value) for value in values if isinstance(value, tuple))
        return tuple(lift(work, row) for row in zip(*(lanes(value, count) for value in values), strict=True))
    return work(*values)


def strict(flags: set[str]) -> None:
    """Raises for operations that may give one of several results."""
    if flags:
        raise Unsupported("fast-math flags")


# Integers.


def integer(machine: Machine, op: str, flags: set[str], a: Number, b: Number, path: Path) -> Number:
    """A binary operation; division by zero is undefined, what flags forbid is poison."""
    width = a.width
    if width == 1:
        return _boolean(machine, op, flags, a, b, path)
    poison: list[Truth] = [a.poison, b.poison]
    x, y = a.term, b.term
    if op in ("udiv", "urem", "sdiv", "srem"):
        machine.forbid(path, some([b.poison, compare("eq", y, 0, width)]))
        if op in ("sdiv", "srem"):
            lowest = compare("eq", x, 1 << (width - 1), width)
            # Poison over -1 might be the lowest value.
            overflow = every([some([lowest, a.poison]), compare("eq", y, mask(width), width)])
            machine.forbid(path, overflow)
    result = arithmetic(op, x, y, width)
    if op in ("shl", "lshr", "ashr"):
        poison.append(compare("uge", y, width, width))
    if "nsw" in flags or "nuw" in flags:
        poison += _wraps(op, flags, x, y, result, width)
    if "exact" in flags:
        back = arithmetic("mul" if op in ("udiv", "sdiv") else "shl", result, y, width)
        poison.append(compare("ne", back, x, width))
    if "disjoint" in flags:
        poison.append(compare("ne", arithmetic("and", x, y, width), 0, width))
    return Number(result, some(poison), width)


def _wraps(op: str, flags: set[str], x: Any, y: Any, result: Any, width: int) -> list[Truth]:
    found: list[Truth] = []
    if op == "shl":
        if "nuw" in flags:
            found.append(compare("ne", arithmetic("lshr", result, y, width), x, width))
        if "nsw" in flags:
            found.append(compare("ne", arithmetic("ashr", result, y, width), x, width))
        return found
    if "nsw" in flags:
        found.append(overflows(op, x, y, width, sign=True))
    if "nuw" in flags:
        found.append(overflows(op, x, y, width, sign=False))
    return found


def overflows(op: str, x: Any, y: Any, width: int, *, sign: bool) -> Truth:
    """Whether an addition, subtraction or multiplication leaves the type's range."""
    if op == "mul":
        if isinstance(x, int) or isinstance(y, int):
            wide = 2 * width
            whole = arithmetic(
                "mul", widen(x, width, wide, sign=sign), widen(y, width, wide, sign=sign), wide
            )
            low = widen(cut(whole, width - 1, 0, wide), width, wide, sign=sign)
            return compare("ne", whole, low, wide)
        x, y = sorted((bits(x, width), bits(y, width)), key=lambda term: int(term.get_id()))
        fits = z3.BVMulNoOverflow(x, y, sign)
        return negated(z3.And(fits, z3.BVMulNoUnderflow(x, y)) if sign else fits)
    if not sign:
        if op == "sub":
            return compare("ult", x, y, width)
        return compare("ult", arithmetic("add", x, y, width), x if not isinstance(x, int) else y, width)
    wide = width + 1
    whole = arithmetic(op, widen(x, width, wide, sign=True), widen(y, width, wide, sign=True), wide)
    return compare("ne", cut(whole, width, width, wide), cut(whole, width - 1, width - 1, wide), 1)


def _boolean(machine: Machine, op: str, flags: set[str], a: Number, b: Number, path: Path) -> Number:
    poison = some([a.poison, b.poison])
    x, y = a.term, b.term
    if "disjoint" in flags:
        poison = some([poison, every([x, y])])
    if op in ("add", "sub", "xor") and not flags - {"disjoint"}:
        return Number(choose_truth(x, negated(y), y), poison, 1)
    if op in ("and", "mul") and not flags:
        return Number(every([x, y]), poison, 1)
    if op == "or":
        return Number(some([x, y]), poison, 1)
    raise Unsupported(f"{op} of truth values")


def resized(value: Number, width: int, *, sign: bool = False) -> Number:
    """Truncated or extended."""
    if value.width == width:
        return value
    if value.width == 1:
        return Number(choose_bits(value.term, mask(width) if sign else 1, width), value.poison, width)
    if width == 1:
        return Number(compare("eq", cut(value.term, 0, 0, value.width), 1, 1), value.poison, 1)
    if width < value.width:
        return Number(cut(value.term, width - 1, 0, value.width), value.poison, width)
    return Number(widen(value.term, value.width, width, sign=sign), value.poison, width)


def choose_bits(condition: Truth, value: int, width: int) -> Any:
    """`value` or 0."""
    return choose(condition, value, 0, width)


def as_bits(value: Number) -> Any:
    """A number's bits; a truth value is one bit."""
    return from_truth(value.term, 1) if value.width == 1 else value.term


def cast(op: str, flags: set[str], value: Number, source: int, width: int) -> Number:
    """zext … sitofp"""
    if op in ("zext", "sext"):
        result = resized(value, width, sign=op == "sext")
        if "nneg" in flags:
            negative = value.term if value.width == 1 else compare("slt", value.term, 0, source)
            return poisoned(result, negative)
        return result
    if op == "trunc":
        result = resized(value, width)
        for flag, sign in (("nuw", False), ("nsw", True)):
            if flag in flags:
                back = resized(result, source, sign=sign)
                result = poisoned(result, compare("ne", back.term, value.term, source))
        return result
    return float_function(f"{op} {source} {width}", width, value)


def icmp(machine: Machine, predicate: str, a: Value, b: Value) -> Number:
    poison = some([a.poison, b.poison])
    if isinstance(a, Pointer):
        if len(a.cases) == len(b.cases) == 1 and a.cases[0][1] == b.cases[0][1]:
            if predicate in ("eq", "ne"):
                return Number(compare(predicate, a.cases[0][2], b.cases[0][2], 64), poison, 1)
            one = machine.objects[a.cases[0][1]]
            within = every([inside(a.cases[0][2], 0, one.size), inside(b.cases[0][2], 0, one.size)])
            if within is True:
                return Number(compare(predicate, a.cases[0][2], b.cases[0][2], 64), poison, 1)
        return Number(compare(predicate, machine.address(a), machine.address(b), 64), poison, 1)
    if a.width == 1:
        x, y = a.term, b.term
        equal = choose_truth(x, y, negated(y))
        below = every([negated(x), y])  # unsigned; signed, true is -1 and it is the other way round
        above = every([x, negated(y)])
        table = {"eq": equal, "ne": negated(equal), "ult": below, "ugt": above, "slt": above, "sgt": below}
        table |= {"uge": negated(below), "ule": negated(above), "sge": negated(above), "sle": negated(below)}
        return Number(table[predicate], poison, 1)
    return Number(compare(predicate, a.term, b.term, a.width), poison, 1)


# Floating point.


def float_function(name: str, width: int, *values: Number) -> Number:
    """An operation of which only its name is known; the order of a sum's and a product's operands does not count."""
    terms = [bits(as_bits(value), value.width) for value in values]
    if name.startswith(("fadd", "fmul")) and terms[0].get_id() > terms[1].get_id():
        terms.reverse()
    sorts = [z3.BitVecSort(value.width) for value in values]
    poison = some(value.poison for value in values)
    if name.startswith("fcmp"):
        return Number(z3.Function(name, *sorts, z3.BoolSort())(*terms), poison, 1)
    return Number(z3.Function(name, *sorts, z3.BitVecSort(width))(*terms), poison, width)


def fcmp(predicate: str, a: Number, b: Number) -> Number:
    """Every predicate by `oeq`, `olt`, `ole` and `ord`, which are functions of which only the name is known."""
    if predicate in ("true", "false"):
        return Number(predicate == "true", some([a.poison, b.poison]), 1)
    if predicate in ("ogt", "oge"):
        return fcmp({"ogt": "olt", "oge": "ole"}[predicate], b, a)
    if predicate in ("une", "ult", "ule", "ugt", "uge", "uno", "ueq"):
        opposite = {
            "une": "oeq",
            "ult": "oge",
            "ule": "ogt",
            "ugt": "ole",
            "uge": "olt",
            "uno": "ord",
            "ueq": "one",
        }
        found = fcmp(opposite[predicate], a, b)
        return Number(negated(found.term), found.poison, 1)
    if predicate == "one":
        equal, ordered = fcmp("oeq", a, b), fcmp("ord", a, b)
        return Number(every([negated(equal.term), ordered.term]), equal.poison, 1)
    if predicate in ("oeq", "ord") and bits(a.term, a.width).get_id() > bits(b.term, b.width).get_id():
        a, b = b, a
    return float_function(f"fcmp {predicate} {a.width}", 1, a, b)


# Choices and vectors.


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


# Memory.


def _alloca(machine: Machine, operands: Operands, one: Instruction, memory: Memory) -> Value:
    count = operands.value(one["operands"][0])
    element = operands.type(one["element"])["allocated"]
    size = arithmetic("mul", resized(count, 64).term, element, 64)
    return pointer(machine.local(str(one["id"]), size, one["align"], memory))


def _address(machine: Machine, operands: Operands, one: Instruction) -> Value:
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


def _load(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> Value:
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


def in_ranges(value: Number, ranges: Sequence[Sequence[str]]) -> Truth:
    """Whether a number lies in one of the half-open ranges, which may wrap."""
    found = []
    for low, high in ((int(low), int(high)) for low, high in ranges):
        above = compare("uge", as_bits(value), low, value.width)
        below = compare("ult", as_bits(value), high, value.width)
        found.append(every([above, below]) if low < high else some([above, below]))
    return some(found)


def _store(machine: Machine, operands: Operands, one: Instruction, path: Path, memory: Memory) -> None:
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
