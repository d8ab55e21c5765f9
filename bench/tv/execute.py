"""Runs a function on terms: every path at once, loops unrolled to a bound, paths merged where they meet.

A block is executed once for each vector of iterations of the loops around it, in an order in which everything that
leads there came before. What arrives on several edges is merged by the branch at which their paths part. A further
iteration counts against the bound only where it depends on the input; loops whose trip counts come out constant run
to their end.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import z3

from passwright.bench.tv.instructions import compute
from passwright.bench.tv.intrinsics import call_intrinsic
from passwright.bench.tv.machine import Machine, Path
from passwright.bench.tv.memory import Layer, freeze, merge_layers
from passwright.bench.tv.operands import Operands
from passwright.bench.tv.resolve import Resolver
from passwright.bench.tv.terms import Truth, compare, every, negated, same, some
from passwright.bench.tv.values import Number, TooLarge, Unsupported, Value, identical, merge

Function = Mapping[str, Any]
"""What `_native.dump_function` gives."""
STEP_LIMIT = 60_000
"""Instructions that one side may execute, all paths together."""
DEPTH_LIMIT = 16
"""Calls inside calls."""


@dataclass
class Arrival:
    """One way into a block: the path, memory, and the values that are live there."""

    path: Path
    memory: dict[int, Layer]
    values: dict[int, Value]


@dataclass
class Plan:
    """What is fixed about a function: per block the loops around it, what is live on entry, phis and the rest."""

    function: Function
    live: list[frozenset[int]] = field(default_factory=list)

    @staticmethod
    def of(function: Function) -> Plan:
        blocks = function["blocks"]
        for number, block in enumerate(blocks):
            for target in _successors(block):
                if target <= number and target not in block["loops"]:
                    raise Unsupported("a loop with several entries")
        return Plan(function, _live(blocks))


def _successors(block: Mapping[str, Any]) -> list[int]:
    last = block["instructions"][-1]
    return [*last.get("targets", ()), *(target for _, target in last.get("cases", ()))]


def _uses(operand: Any) -> list[int]:
    if operand[0] == "v":
        return [operand[2]]
    return [use for part in operand[2] for use in _uses(part)] if operand[0] == "agg" else []


def _live(blocks: Sequence[Mapping[str, Any]]) -> list[frozenset[int]]:
    """Values that each block or one after it uses and that are made before it."""
    needs: list[set[int]] = []
    makes: list[set[int]] = []
    passes: list[set[int]] = [set() for _ in blocks]
    for block in blocks:
        used: set[int] = set()
        made: set[int] = set()
        for one in block["instructions"]:
            for origin, operand in one.get("incoming", ()):
                passes[origin].update(_uses(operand))
            for operand in [*one.get("operands", ()), *(index for index, _ in one.get("scaled", ()))]:
                used.update(use for use in _uses(operand) if use not in made)
            made.add(one["id"])
        needs.append(used)
        makes.append(made)
    live = [set(used) for used in needs]
    changed = True
    while changed:
        changed = False
        for number in range(len(blocks) - 1, -1, -1):
            after = set(passes[number])
            for target in _successors(blocks[number]):
                after |= live[target]
            found = needs[number] | (after - makes[number])
            if found != live[number]:
                live[number], changed = found, True
    return [frozenset(one) for one in live]


@dataclass
class Result:
    """How a function ended: the paths on which it returned as one, its value (None: void) and memory."""

    path: Path
    value: Value
    memory: dict[int, Layer]


class Runner:
    """Executes functions of one module on one machine."""

    def __init__(self, machine: Machine, functions: Mapping[str, Function], bound: int) -> None:
        self.machine = machine
        self.functions = functions
        self.bound = bound
        self.plans: dict[str, Plan] = {}
        self.reached: dict[int, list[Truth]] = {}
        self.merged: dict[tuple[int, ...], Truth] = {}  # conditions by which paths were merged

    def run(
        self, name: str, arguments: Sequence[Value], path: Path, memory: dict[int, Layer], depth: int = 0
    ) -> Result | None:
        """Call a function; None when it does not return on any path within the bound."""
        if name not in self.plans:
            self.plans[name] = Plan.of(self.functions[name])
        if depth > DEPTH_LIMIT:
            raise Unsupported("deep or recursive calls")
        return _Frame(self, self.plans[name], arguments, depth).run(path, memory)


class _Frame:
    """One call of a function."""

    def __init__(self, runner: Runner, plan: Plan, arguments: Sequence[Value], depth: int) -> None:
        self.runner = runner
        self.machine = runner.machine
        self.plan = plan
        self.depth = depth
        self.blocks = plan.function["blocks"]
        self.operands = Operands(runner.machine, plan.function)
        for described, value in zip(plan.function["arguments"], arguments, strict=True):
            self.operands.values[described["id"]] = value
        self.fixed = dict(self.operands.values)
        self.waiting: dict[tuple[int, ...], list[Arrival]] = {}
        self.queue: list[tuple[tuple[int, ...], int]] = []
        self.headers: dict[tuple[int, ...], tuple[Path, int]] = {}
        self.counts: dict[tuple[int, ...], int] = {}
        self.ended: list[Arrival] = []
        self.irrelevant: dict[tuple[int, ...], Path] = {}

    def run(self, path: Path, memory: dict[int, Layer]) -> Result | None:
        self._arrive(0, (), Arrival(path, memory, dict(self.fixed)))
        while self.queue:
            key, block = heapq.heappop(self.queue)
            arrivals = self.waiting.pop(key)
            self._execute(block, key, self._merged(arrivals))
        if not self.ended:
            return None
        end = self._merged(self.ended)
        return Result(end.path, end.values.get(-1), end.memory)

    # -- order

    def _arrive(self, block: int, iterations: tuple[int, ...], arrival: Arrival) -> None:
        """`iterations`: of the loops around the block, outermost first."""
        place = _place(self.blocks[block]["loops"], iterations, block)
        if place not in self.waiting:
            self.waiting[place] = []
            heapq.heappush(self.queue, (place, block))
        self.waiting[place].append(arrival)

    def _go(self, origin: int, key: tuple[int, ...], target: int, arrival: Arrival) -> None:
        """Take an edge: work out the target's iterations, or leave when the bound is passed."""
        around, inside = self.blocks[origin]["loops"], self.blocks[target]["loops"]
        now = dict(zip(around, key[1::2], strict=False))
        iterations = [now.get(header, 0) for header in inside]
        if target in around:
            path, count = self.headers[_place(inside, iterations, target)]
            count += len(arrival.path) > len(path)
            if count > self.runner.bound:
                self.machine.exclude(arrival.path)
                self._forget(arrival.path)
                return
            iterations[-1] += 1
            place = _place(inside, iterations, target)
            self.counts[place] = max(count, self.counts.get(place, 0))
        self._arrive(target, tuple(iterations), arrival)

    # -- paths

    def _forget(self, path: Path) -> None:
        """Executions on this path need not be told from others: they are excluded, or undefined."""
        self.irrelevant[_key(path)] = path

    def _shortened(self, path: Path, shortest: int) -> Path:
        """The path without last branches whose other side is irrelevant."""
        while len(path) > shortest:
            other = (*path[:-1], negated(path[-1]))
            if _key(other) not in self.irrelevant:
                break
            path = path[:-1]
        return path

    def _merged(self, arrivals: list[Arrival]) -> Arrival:
        arrivals = list(arrivals)
        for one in arrivals:
            one.path = self._shortened(one.path, 0)
        shared = [_common(a.path, b.path) for a, b in pairwise(arrivals)]
        while len(arrivals) > 1:
            at = max(range(len(shared)), key=lambda index: (shared[index], index))
            arrivals[at : at + 2] = [self._joined(arrivals[at], arrivals[at + 1], shared[at])]
            del shared[at]
            for index in (at - 1, at):
                if 0 <= index < len(shared):
                    shared[index] = _common(arrivals[index].path, arrivals[index + 1].path)
        return arrivals[0]

    def _joined(self, a: Arrival, b: Arrival, shared: int) -> Arrival:
        path = a.path[:shared]
        rest_a, rest_b = self._shortened(a.path, shared)[shared:], self._shortened(b.path, shared)[shared:]
        if rest_a and rest_b and same(rest_a[0], negated(rest_b[0])):
            condition = rest_a[0]
            whole = len(rest_a) == 1 and len(rest_b) == 1
        else:
            condition = every(rest_a) if rest_a else negated(every(rest_b))
            whole = not rest_a or not rest_b
        if not isinstance(condition, bool):
            self.runner.merged[_key((condition,))] = condition
        merged = path if whole else (*path, some([every(rest_a), every(rest_b)]))
        values = {}
        for number, value in a.values.items():
            if number in b.values:
                other = b.values[number]
                values[number] = value if identical(value, other) else merge(condition, value, other)
        memory = dict(a.memory)
        for number, layer in b.memory.items():
            mine = memory.get(number)
            memory[number] = layer if mine is None else merge_layers(condition, mine, layer)
        return Arrival(self._shortened(merged, 0), memory, values)

    # -- blocks

    def _execute(self, number: int, key: tuple[int, ...], arrival: Arrival) -> None:
        if self.depth == 0:
            self.runner.reached.setdefault(number, []).append(every(arrival.path))
        block = self.blocks[number]
        operands, machine = self.operands, self.machine
        if number in block["loops"]:
            self.headers[key] = (arrival.path, self.counts.get(key, 0))
        operands.values = dict(arrival.values)
        path, memory = arrival.path, arrival.memory
        for one in block["instructions"]:
            op = one["op"]
            if op == "phi":
                continue
            machine.steps += 1
            if machine.steps > STEP_LIMIT:
                raise TooLarge(f"over {STEP_LIMIT} instructions")
            if op in ("br", "switch", "ret", "unreachable"):
                self._leave(number, key, one, Arrival(path, memory, operands.values))
                return
            if op == "call":
                if "intrinsic" in one:
                    value = call_intrinsic(machine, operands, one, path, memory)
                else:
                    result = self._call(one, path, memory)
                    if result is None:
                        return
                    path, value, memory = result.path, result.value, result.memory
            else:
                value = compute(machine, operands, one, path, memory)
            if value is not None:
                operands.values[one["id"]] = value

    def _call(self, one: Mapping[str, Any], path: Path, memory: dict[int, Layer]) -> Result | None:
        if not one.get("defined") or one.get("bundles"):
            raise Unsupported(f"a call of {one['callee'] or 'a pointer'}")
        arguments = [self.operands.value(operand) for operand in one["operands"]]
        described = self.runner.functions[one["callee"]]
        if described["variadic"]:
            raise Unsupported(f"a call of the variadic {one['callee']}")
        for argument, value, attributes in zip(
            described["arguments"], arguments, one["attributes"], strict=True
        ):
            if "unsupported" in argument["attributes"] or "copy" in argument["attributes"]:
                raise Unsupported("a call that copies an argument's memory")
            if attributes.get("noundef") or argument["attributes"].get("noundef"):
                self.machine.forbid(path, self.operands.poison(value))
        result = self.runner.run(one["callee"], arguments, path, memory, self.depth + 1)
        if result is None:
            self._forget(path)
        return result

    def _leave(self, number: int, key: tuple[int, ...], one: Mapping[str, Any], arrival: Arrival) -> None:
        machine, operands, path = self.machine, self.operands, arrival.path
        if one["op"] == "unreachable":
            machine.forbid(path, True)
            self._forget(path)
            return
        if one["op"] == "ret":
            values = {-1: operands.value(one["operands"][0])} if one["operands"] else {}
            self.ended.append(Arrival(path, freeze(arrival.memory), values))
            return
        ways: list[tuple[int, Path]] = []
        if not one["operands"]:
            ways.append((one["targets"][0], path))
        else:
            chosen = operands.value(one["operands"][0])
            machine.forbid(path, chosen.poison)
            if one["op"] == "br":
                sides = list(zip((chosen.term, negated(chosen.term)), one["targets"], strict=True))
                taken = [
                    (condition, target) for condition, target in sides if machine.possible(path, condition)
                ]
                if len(taken) == 1:
                    ways = [(taken[0][1], path)]
                else:
                    ways = [(target, (*path, condition)) for condition, target in taken]
            else:
                ways = _cases(one, chosen, path)
        frozen = freeze(arrival.memory)
        for target, way in ways:
            live = self.plan.live[target]
            memory = frozen
            operands.values = arrival.values
            if len(way) > len(path):
                operands.values = _learned(arrival.values, way[-1])
                for literal in way[len(path) :]:
                    if (
                        _key((literal,)) in self.runner.merged
                        or _key((negated(literal),)) in self.runner.merged
                    ):
                        resolver = Resolver(literal)
                        operands.values = {
                            name: resolver.value(value) for name, value in operands.values.items()
                        }
                        memory = freeze(resolver.memory(memory))
            values = {name: value for name, value in operands.values.items() if name in live}
            for phi in self.blocks[target]["instructions"]:
                if phi["op"] != "phi":
                    break
                operand = next(operand for origin, operand in phi["incoming"] if origin == number)
                values[phi["id"]] = operands.value(operand)
            self._go(number, key, target, Arrival(way, dict(memory), values))


def _learned(values: dict[int, Value], literal: Truth) -> dict[int, Value]:
    """Where a branch says that a term is a constant, values of that term become the constant."""
    if not z3.is_eq(literal) or not z3.is_bv_value(literal.arg(1)):
        return values
    term, constant = literal.arg(0), literal.arg(1).as_long()
    found = {
        name: Number(constant, value.poison, value.width)
        for name, value in values.items()
        if isinstance(value, Number) and same(value.term, term)
    }
    return {**values, **found}


def _cases(one: Mapping[str, Any], chosen: Number, path: Path) -> list[tuple[int, Path]]:
    ways: list[tuple[int, Path]] = []
    for value, target in one["cases"]:
        hit: Truth = (
            (chosen.term if value == "1" else negated(chosen.term))
            if chosen.width == 1
            else compare("eq", chosen.term, int(value), chosen.width)
        )
        if hit is True:
            return [*ways, (target, path)]
        if hit is not False:
            ways.append((target, (*path, hit)))
            path = (*path, negated(hit))
    return [*ways, (one["targets"][0], path)]


def _place(headers: Sequence[int], iterations: Sequence[int], block: int) -> tuple[int, ...]:
    """A block within iterations of the loops around it; such tuples sort in the order of execution."""
    return (*(part for pair in zip(headers, iterations, strict=True) for part in pair), block)


def _key(path: Path) -> tuple[int, ...]:
    return tuple(int(term) if isinstance(term, bool) else term.get_id() + 2 for term in path)


def _common(a: Path, b: Path) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if not same(x, y):
            break
        count += 1
    return count
