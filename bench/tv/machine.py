"""What one side of a comparison knows while it runs: objects, undefined behaviour, choices that are left to it.

Two machines, source and target, share a `World`: the arguments, the globals and the objects behind pointers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import z3

from passwright.bench.tv.memory import Initial, Layer, Word, constant_bytes, joined_words, write
from passwright.bench.tv.terms import (
    Bits,
    Truth,
    arithmetic,
    bits,
    choose,
    compare,
    cut,
    every,
    negated,
    some,
    truth,
)
from passwright.bench.tv.values import NULL, POINTER_BITS, Number, Pointer, TooLarge, Unsupported

Role = Literal["source", "target"]

EXACT_TABLE = 16
"""Entries of a constant table up to which a look-up at an unknown index is exact; longer ones of the source are
functions of the index of which nothing but that is known."""
LARGEST_OBJECT = 1 << 40
BRANCH_TIMEOUT = 200
"""Milliseconds for one look at a branch."""
TERM_LIMIT = 400_000
"""Undefined-behaviour terms and instructions of one side."""


@dataclass(frozen=True)
class Place:
    """An object. `size` in bytes, `base` its address, `align` what is known of that."""

    name: str
    size: Bits
    base: Bits
    align: int
    visible: bool = False  # its bytes are there after the call
    constant: bool = False


@dataclass
class World:
    """What both sides start from. `sources` holds the names of the globals of the source."""

    objects: dict[int, Place] = field(default_factory=dict)
    initial: dict[int, Layer] = field(default_factory=dict)
    globals: dict[str, int] = field(default_factory=dict)
    assumptions: list[z3.BoolRef] = field(default_factory=list)
    known_bytes: dict[int, set[int]] = field(default_factory=dict)
    looked_up: set[int] = field(default_factory=set)
    addressed: set[int] = field(default_factory=set)
    tables: dict[tuple[str, int], tuple[bytes, z3.FuncDeclRef]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.objects[NULL] = Place("null", 0, 0, LARGEST_OBJECT)
        self.initial[NULL] = Initial(_nothing)

    def add(self, place: Place, layer: Layer | None = None) -> int:
        """A new object; what it holds at first is unknown unless a layer is given."""
        number = len(self.objects)
        self.objects[number] = place
        self.initial[number] = layer if layer is not None else Initial(self._unknown(number, place.name))
        return number

    def argument_object(self, name: str) -> int:
        """An object of unknown size and address, which lies behind pointer arguments."""
        size = z3.BitVec(f"size {name}", POINTER_BITS)
        base = z3.BitVec(f"base {name}", POINTER_BITS)
        self.assumptions += [z3.ULE(size, LARGEST_OBJECT), z3.ULT(base, 1 << 47)]
        self.assumptions.append(z3.Or(base != 0, size == 0))
        return self.add(Place(name, size, base, 1, visible=True))

    def global_object(self, name: str, described: Mapping[str, Any], role: Role) -> int:
        """The object of a global variable; the two sides share those of one name."""
        if name in self.globals:
            known = self.globals[name]
            place = self.objects[known]
            if described["align"] > place.align and (described["local"] or "bytes" in described):
                # Where the module places a variable itself, passes may place it better.
                self.objects[known] = replace(place, align=described["align"])
                self.assumptions.append(place.base & (described["align"] - 1) == 0)
            return known
        if described["thread_local"]:
            raise Unsupported("thread-local variables")
        align = int(described["align"])
        base = z3.BitVec(f"base {name}", POINTER_BITS)
        self.assumptions += [z3.ULT(base, 1 << 47), base != 0, base & (align - 1) == 0]
        constant = bool(described["constant"])
        place = Place(name, int(described["size"]), base, align, visible=not constant, constant=constant)
        layer = None
        if constant:
            if "bytes" not in described:
                raise Unsupported("a constant table that holds addresses")
            data = bytes.fromhex(described["bytes"])
            layer = Initial(self._table(name, data, exact=role == "target" or len(data) <= 4 * EXACT_TABLE))
        number = self.add(place, layer)
        self.globals[name] = number
        return number

    def closing(self) -> list[z3.BoolRef]:
        """Assumptions that depend on what was used: objects apart from each other, bytes read in two ways."""
        found = list(self.assumptions)
        for number in self.looked_up:
            name, function = self.objects[number].name, self.bytes_of(number)
            found += [
                function(z3.BitVecVal(at, 64)) == z3.BitVec(f"{name}[{at}]", 8)
                for at in sorted(self.known_bytes.get(number, ()))
            ]
        used = sorted(self.addressed - {NULL})
        for index, number in enumerate(used):
            one = self.objects[number]
            end = bits(one.base, 64) + bits(one.size, 64)
            for other in (self.objects[another] for another in used[index + 1 :]):
                apart = z3.Or(
                    z3.ULT(end, bits(other.base, 64)),
                    z3.ULT(bits(other.base, 64) + bits(other.size, 64), bits(one.base, 64)),
                )
                found.append(apart)
        return found

    def contents(self) -> list[z3.BoolRef]:
        """What the constant tables hold that were looked up by functions."""
        return [
            function(z3.BitVecVal(at, 64)) == int.from_bytes(data[at : at + size], "little")
            for (_, size), (data, function) in self.tables.items()
            for at in range(0, len(data) - size + 1, size)
        ]

    def bytes_of(self, number: int) -> z3.FuncDeclRef:
        """What an object holds at first, by the offset."""
        return z3.Function(f"memory {self.objects[number].name}", z3.BitVecSort(64), z3.BitVecSort(8))

    def _unknown(self, number: int, name: str) -> Any:
        def read(offset: Bits, size: int, aligned: bool) -> Word:
            parts: list[z3.BitVecRef] = []
            for at in range(size):
                if isinstance(offset, int):
                    self.known_bytes.setdefault(number, set()).add(offset + at)
                    parts.append(z3.BitVec(f"{name}[{offset + at}]", 8))
                else:
                    self.looked_up.add(number)
                    parts.append(self.bytes_of(number)(offset + at if at else offset))
            term = parts[0] if size == 1 else z3.Concat(*reversed(parts))
            return Word(Number(term, False, 8 * size), size, aligned)

        return read

    def _table(self, name: str, data: bytes, *, exact: bool) -> Any:
        precise = constant_bytes(data)

        def read(offset: Bits, size: int, aligned: bool) -> Word:
            if exact or isinstance(offset, int):
                return precise(offset, size, aligned)
            function = z3.Function(f"table {name} {size}", z3.BitVecSort(64), z3.BitVecSort(8 * size))
            self.tables[(name, size)] = (data, function)
            return Word(Number(function(offset), False, 8 * size), size, aligned)

        return read


def _nothing(offset: Bits, size: int, aligned: bool) -> Word:
    return Word(Number(0, True, 8 * size), size, aligned, True)


Path = tuple[Truth, ...]
"""The branches taken, in order: truth values that all hold."""


class Machine:
    """One side. Source undefined values may be taken as any value that suits; the target's count as poison."""

    def __init__(self, world: World, role: Role) -> None:
        self.world = world
        self.role = role
        self.objects = dict(world.objects)
        self.undefined: list[Truth] = []
        self.excluded: list[Truth] = []
        self.written: set[int] = set()
        self.steps = 0
        self.choices: dict[str, int] = {}
        self.undefs: list[z3.ExprRef] = []
        self._seen: set[int] = set()
        self._known: z3.Solver | None = None
        self._inputs: dict[int, tuple[z3.ExprRef, bool]] = {}

    # -- conditions

    def forbid(self, path: Path, condition: Truth) -> None:
        """Where the path is taken and `condition` holds, behaviour is undefined."""
        if condition is False:
            return
        term = every([*path, condition])
        if term is False:
            return
        if term is not True:
            if term.get_id() in self._seen:
                return
            self._seen.add(term.get_id())
        self.undefined.append(term)
        if len(self.undefined) > TERM_LIMIT:
            raise TooLarge("too many conditions")

    def assume(self, terms: Sequence[Truth]) -> None:
        """What may be taken for granted when branches are judged: the target only runs where the source stays within
        its bound."""
        self._known = z3.Solver()
        self._known.set("timeout", BRANCH_TIMEOUT)
        self._known.add([truth(term) for term in terms])

    def possible(self, path: Path, condition: Truth) -> bool:
        """False where the solver sees at once that a branch is never taken. Only conditions on arguments are tried:
        those on memory rarely decide anything and cost more."""
        if isinstance(condition, bool) or self._known is None or not self._on_inputs(condition):
            return condition is not False
        self._known.push()
        self._known.add([*(term for term in path if self._on_inputs(term)), condition])
        answer = self._known.check()
        self._known.pop()
        return bool(answer != z3.unsat)

    def _on_inputs(self, term: Any) -> bool:
        """Whether a term is about arguments alone."""
        if isinstance(term, bool):
            return True
        known = self._inputs.get(term.get_id())
        if known is None:
            if z3.is_const(term):
                on = z3.is_bv_value(term) or not term.decl().name().endswith("]")
            else:
                on = term.decl().kind() != z3.Z3_OP_UNINTERPRETED and all(
                    map(self._on_inputs, term.children())
                )
            known = self._inputs[term.get_id()] = (term, on)
        return known[1]

    def exclude(self, path: Path) -> None:
        """Executions that go down this path lie beyond the bound."""
        self.excluded.append(every(path))

    def any_value(self, width: int, what: str) -> Any:
        """A value that is free to be anything: `freeze` of poison. Both sides draw from one sequence, so that what
        the target freezes the source may freeze to the same."""
        self.choices[what] = self.choices.get(what, 0) + 1
        name = f"{what} {self.choices[what]} {width}"
        value = z3.Bool(name) if width == 1 else z3.BitVec(name, width)
        if what == "undef":
            self.undefs.append(value)
        return value

    def undef(self, width: int) -> Number:
        """An undefined number: poison for the target, which allows more; a free value of the source's."""
        if self.role == "target":
            return Number(False if width == 1 else 0, True, width)
        return Number(self.any_value(width, "undef"), False, width)

    # -- memory

    def local(
        self, name: str, size: Bits, align: int, memory: dict[int, Layer], layer: Layer | None = None
    ) -> int:
        """A new object of this side alone."""
        number = len(self.world.objects) + 1000 * (1 if self.role == "source" else 1001) + len(self.objects)
        low = max(0, align.bit_length() - 1)
        base = z3.BitVec(f"base {self.role} {name} {number}", POINTER_BITS - low)
        address = z3.Concat(base, z3.BitVecVal(0, low)) if low else base
        place = Place(name, size, address, align)
        self.objects[number] = place
        self.world.objects.setdefault(number, place)
        memory[number] = layer if layer is not None else Initial(self._uninitialised)
        return number

    def _uninitialised(self, offset: Bits, size: int, aligned: bool) -> Word:
        return Word(self.undef(8 * size), size, aligned, True)

    def address(self, value: Pointer) -> Bits:
        """A pointer as a number."""
        result: Bits | None = None
        for holds, place, offset in value.cases:
            self.world.addressed.add(place)
            one = arithmetic("add", self.objects[place].base, offset, 64)
            result = one if result is None else choose(holds, one, result, 64)
        return result

    def check(
        self,
        path: Path,
        value: Pointer,
        size: Bits,
        align: int,
        condition: Truth = True,
        *,
        writes: bool = False,
    ) -> None:
        """An access of `size` bytes: in bounds, aligned and not through poison, or undefined."""
        self.forbid(path, every([condition, value.poison]))
        for holds, place, offset in value.cases:
            one = self.objects[place]
            if writes and one.constant:
                self.forbid(path, every([condition, holds]))
            self.forbid(path, every([condition, holds, negated(inside(offset, size, one.size))]))
            if align > 1:
                low = align.bit_length() - 1
                known = 0 if one.align >= align else cut(one.base, low - 1, 0, 64)
                rest = arithmetic("add", known, cut(offset, low - 1, 0, 64), low)
                self.forbid(path, every([condition, holds, compare("ne", rest, 0, low)]))

    def read(self, memory: dict[int, Layer], value: Pointer, size: int, align: int) -> Word:
        """The bytes behind a pointer that was checked."""
        aligned = align >= size and size & (size - 1) == 0
        result: Word | None = None
        for holds, place, offset in value.cases:
            if place == NULL and len(value.cases) > 1:
                continue
            found = memory[place].read(offset, size, aligned)
            result = found if result is None else joined_words(holds, found, result)
        assert result is not None
        return result

    def store(
        self, memory: dict[int, Layer], value: Pointer, word: Word, align: int, condition: Truth = True
    ) -> None:
        """Write a word behind a pointer that was checked."""
        aligned = align >= word.size and word.size & (word.size - 1) == 0
        for holds, place, offset in value.cases:
            if place == NULL:
                continue
            if self.objects[place].constant:
                continue  # undefined, and said so by the caller
            self.written.add(place)
            put = Word(word.value, word.size, aligned, word.empty)
            if isinstance(word.value, Pointer) and self.objects[place].visible:
                put = Word(Number(self.address(word.value), word.value.poison, 64), 8, aligned)
            memory[place] = write(memory[place], offset, put, every([condition, holds]))

    def is_undefined(self) -> z3.BoolRef:
        """Whether the execution is undefined."""
        return truth(some(self.undefined))


def inside(offset: Bits, size: Bits, whole: Bits) -> Truth:
    """offset + size <= whole, all unsigned, without overflow."""
    if isinstance(size, int) and isinstance(offset, int):
        return False if offset > LARGEST_OBJECT else compare("ule", offset + size, whole, 64)
    if isinstance(size, int) and isinstance(whole, int):
        return compare("ule", offset, whole - size, 64) if whole >= size else False
    fits = compare("ule", size, whole, 64)
    return every([fits, compare("ule", offset, bits(whole, 64) - bits(size, 64), 64)])
