"""Reductions (one or several at once, whole or by rows) and scans (prefixes, filters with memory)."""

from __future__ import annotations

from collections.abc import Sequence

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import inputs, length, output, plane, title
from passwright.bench.corpus.grammar import (
    accumulator,
    added,
    condition,
    constant,
    converted,
    element_type,
    extreme,
    mix,
    named,
    settled,
    store,
)
from passwright.bench.corpus.scalar import F32, F64, FLOATS, I32, U32, Scalar, promoted
from passwright.bench.corpus.value import Value, arithmetic, cast, compare, literal


class Fold:
    """One running value: how it starts, how an element enters it."""

    def __init__(self, draft: Draft, kind: str) -> None:
        self.draft, self.kind = draft, kind
        self.name = draft.name({"sum": "sum", "least": "lowest", "greatest": "highest", "where": "best",
                                "count": "hits", "any": "found", "all": "every", "product": "product",
                                "xor": "folded"}[kind], "acc", "total")  # fmt: skip
        self.place = draft.name("where", "position", "at") if kind == "where" else ""
        self.op = {"least": "<", "greatest": ">"}.get(kind) or draft.pick("<", ">")
        self.type: Scalar = I32
        self.first = "0"

    def prepare(self, sample: Value, count: int) -> None:
        """Choose its type, given what enters it and how often."""
        draft = self.draft
        match self.kind:
            case "sum":
                self.type = accumulator(draft, sample, count)
                text = literal(0, self.type).text
            case "product":
                self.type = sample.type if sample.is_float else U32
                text = literal(1, self.type).text
            case "xor":
                self.type = U32
                text = draft.rng.choice(("0", "17u", "0x9e3779b9u"))
            case "least" | "greatest" | "where":
                self.type = promoted(sample.type)
                text = self._worst(sample).text
            case _:
                text = "1" if self.kind == "all" else "0"
        self.first = text

    def _worst(self, sample: Value) -> Value:
        """What any element replaces; zero at times, as people write it for values that are never negative."""
        if self.op == ">" and self.draft.chance(0.3):
            return literal(0, self.type)
        if self.type.is_float:
            return literal(1e30 if self.op == "<" else -1e30, self.type)
        limit = (1 << 31) - 1
        high = min(int(sample.high), limit)
        return literal(high if self.op == "<" else max(int(sample.low), -limit), self.type)

    def declare(self) -> None:
        """The running variables' declarations; after `prepare`."""
        draft = self.draft
        draft.line(f"{draft.spell(self.type)} {self.name} = {self.first};")
        if self.place:
            draft.line(f"{draft.index} {self.place} = 0;")

    def enter(self, value: Value, i: str) -> None:
        """Statements that take one element in."""
        draft, name = self.draft, self.name
        running = Value.of(name, self.type)
        match self.kind:
            case "sum":
                draft.line(added(draft, name, self.type, value))
            case "product":
                if self.type.is_float:
                    near = arithmetic(
                        "+", literal(1.0, self.type), arithmetic("*", literal(0.001, self.type), value)
                    )
                    draft.line(f"{name} *= {converted(draft, near, self.type).text};")
                else:
                    draft.line(f"{name} *= {cast(value, U32).operand()} | 1u;")
            case "xor":
                draft.line(f"{name} = ({name} << 5 | {name} >> 27) ^ {cast(value, U32).operand()};")
            case "least" | "greatest":
                op = self.op
                if draft.chance(0.5):
                    value = named(draft, value)
                    draft.line(f"if ({compare(op, value, running)}) {name} = {value.text};")
                else:
                    draft.line(f"{name} = {extreme(draft, op, value, running).text};")
            case "where":
                value = named(draft, value)
                with draft.block(f"if ({compare(self.op, value, running)})"):
                    draft.line(f"{name} = {value.text};")
                    draft.line(f"{self.place} = {i};")
            case "count":
                test = condition(draft, [value])
                draft.line(f"if ({test}) {name}++;" if draft.chance(0.6) else f"{name} += ({test}) ? 1 : 0;")
            case "any":
                draft.line(f"if ({condition(draft, [value])}) {name} = 1;")
            case _:
                draft.line(f"{name} = {name} && {condition(draft, [value])};")

    @property
    def result(self) -> Value:
        """The running value, or the place where it was found."""
        if self.place:
            return Value.of(self.place, self.draft.index_type)
        return Value.of(self.name, self.type)


def _kinds(draft: Draft, given: Sequence[Array], count: int) -> list[str]:
    floats = any(array.type.is_float for array in given)
    kinds = ["sum", "sum", "sum", "least", "greatest", "where", "count", "any", "all", "product"]
    return [draft.rng.choice(kinds if floats else [*kinds, "xor"]) for _ in range(count)]


def reduction(draft: Draft) -> None:
    """Sums, products, extremes, positions, counts, tests."""
    draft.grids = draft.chance(0.6)
    title(draft, "sum find measure count score total", "values energy matches extremes rows error",
          "Reduces its inputs.")  # fmt: skip
    type = element_type(draft)
    if draft.chance(0.4):
        _by_rows(draft, type)
        return
    n = length(draft)
    given = inputs(draft, (n,), draft.rng.choice((1, 1, 2)), type)
    folds = [Fold(draft, kind) for kind in _kinds(draft, given, draft.rng.choice((1, 1, 2, 3)))]
    if len(folds) == 1 and folds[0].kind == "sum" and draft.chance(0.2):
        folds[0].prepare(given[0].at("i"), n.value)
        folds[0].declare()
        _lanes(draft, folds[0], n.text, given[0])
        _finish(draft, folds)
        return
    with draft.aside() as lines, draft.loop("i k j", n, plain=True) as i:
        if draft.chance(0.2):
            draft.line(f"if ({condition(draft, [array.at(i) for array in given])}) continue;")
        value = mix(draft, [array.at(i) for array in given], draft.rng.randint(0, 2))
        if len(folds) > 1:
            value = named(draft, value, "value", "term")
        for fold in folds:
            fold.prepare(value, n.value)
            fold.enter(value, i)
    for fold in folds:
        fold.declare()
    draft.lines += lines
    _finish(draft, folds)


def _lanes(draft: Draft, fold: Fold, n: str, source: Array) -> None:
    """A sum with several accumulators, as people write it to break the chain of additions."""
    width = draft.rng.choice((2, 4))
    lanes = [draft.name(f"{fold.name}{lane}") for lane in range(width)]
    draft.line(f"{draft.spell(fold.type)} {', '.join(f'{lane} = 0' for lane in lanes)};")
    draft.line(f"{draft.index} i = 0;")
    with draft.block(f"for (; i + {width - 1} < {n}; i += {width})"):
        for lane, name in enumerate(lanes):
            draft.line(added(draft, name, fold.type, source.at(f"i + {lane}" if lane else "i")))
    draft.line(f"for (; i < {n}; i++) {added(draft, lanes[0], fold.type, source.at('i'))}")
    draft.line(f"{fold.name} = {' + '.join(lanes)};")


def _finish(draft: Draft, folds: list[Fold]) -> None:
    if len(folds) == 1 and draft.chance(0.7):
        draft.returns = folds[0].result.type
        draft.line(f"return {folds[0].result.text};")
        return
    one = draft.hidden_size("results", 1, min=1)
    for fold in folds:
        target = draft.array((f"{fold.name}_out",), fold.result.type, (one,), "inout")
        draft.line(f"{target.name}[0] = {fold.result.text};")


def _by_rows(draft: Draft, type: Scalar) -> None:
    """One result per row or per column of a matrix."""
    rows, cols = plane(draft)
    given = inputs(draft, (rows, cols), draft.rng.choice((1, 1, 2)), type)
    by_columns = draft.chance(0.4)
    outer, inner = (cols, rows) if by_columns else (rows, cols)
    fold = Fold(draft, _kinds(draft, given, 1)[0])
    with draft.loop("i r c", outer) as i:
        with draft.aside(draft.depth) as lines, draft.loop("j k", inner) as j:
            at = (j, i) if by_columns else (i, j)
            value = mix(draft, [array.at(*at) for array in given], draft.rng.randint(0, 2))
            fold.prepare(value, inner.value)
            fold.enter(value, j)
        fold.declare()
        draft.lines += lines
        result = fold.result
        if draft.chance(0.3):
            result = mix(draft, [result], 1)
        target = output(draft, (outer,), result.type if draft.chance(0.7) else element_type(draft))
        store(draft, target.at(i), result)


def scan(draft: Draft) -> None:
    """Prefixes and recurrences along one direction: each element depends on those before it."""
    draft.grids = draft.chance(0.6)
    title(draft, "accumulate smooth track integrate propagate", "prefix signal series levels state",
          "Each element depends on those before it.")  # fmt: skip
    type = element_type(draft)
    extents = (length(draft),) if draft.chance(0.6) else plane(draft)
    source = inputs(draft, extents, 1, type)[0]
    type = source.type
    in_place = draft.chance(0.4) and type in (*FLOATS, I32, U32)
    target = output(draft, extents, type if in_place else None)
    if in_place:
        _recurrence(draft, source, target, extents)
        return
    state_type = F64 if type == F64 else F32 if type.is_float else U32
    keep = draft.rng.choice((0.5, 0.9, 0.99))

    def advance(state: Value, value: Value) -> Value:
        if state_type.is_float:
            kind = draft.pick("sum", "filter", "mix", "peak")
            if kind == "sum":
                return arithmetic("+", state, value)
            if kind == "filter":
                old = arithmetic("*", literal(keep, state_type), state)
                return arithmetic("+", old, arithmetic("*", literal(1 - keep, state_type), value))
            return extreme(draft, ">", state, value) if kind == "peak" else mix(draft, [state, value], 1)
        return mix(draft, [state, cast(value, U32)], draft.rng.randint(0, 2))

    def pass_over(at: tuple[str, ...], i: str, state: Value) -> None:
        place = (*at, i)
        exclusive = draft.chance(0.3)
        if exclusive:
            store(draft, target.at(*place), state)
        new = settled(draft, advance(state, source.at(*place)))
        draft.line(f"{state.text} = {converted(draft, new, state_type).text};")
        if draft.chance(0.2):
            draft.line(
                f"if ({condition(draft, [source.at(*place)])}) {state.text} = {literal(0, state_type).text};"
            )
        if not exclusive:
            store(draft, target.at(*place), mix(draft, [state], draft.rng.choice((0, 0, 1))))

    first = constant(draft, state_type) if draft.chance(0.3) else literal(0, state_type)
    if len(extents) == 1:
        state = draft.local(first, "state", "running", "carry", mutable=True)
        with draft.loop("i t k", extents[0]) as i:
            pass_over((), i, state)
    elif draft.chance(0.5):
        with draft.loop("r i", extents[0]) as r:
            state = draft.local(first, "state", "running", "carry", mutable=True)
            with draft.loop("j t c", extents[1]) as j:
                pass_over((r,), j, state)
    else:
        with draft.loop("c j", extents[1]) as c:
            state = draft.local(first, "state", "running", "carry", mutable=True)
            with draft.loop("i r", extents[0]) as i:
                place = (i, c)
                new = settled(draft, advance(state, source.at(*place)))
                draft.line(f"{state.text} = {converted(draft, new, state_type).text};")
                store(draft, target.at(*place), state)


def _recurrence(draft: Draft, source: Array, target: Array, extents: tuple[Size, ...]) -> None:
    """A recurrence in the target array itself, of first to third order, along either axis."""
    order = draft.rng.choice((1, 1, 2, 3))
    extras = draft.rng.randint(0, 2)
    if len(extents) == 1:
        with draft.loop("i k t", extents[0], begin=str(order), plain=True) as i:
            terms = [target.at(f"{i} - {back}") for back in range(1, order + 1)] + [source.at(i)]
            store(draft, target.at(i), mix(draft, terms, extras))
        return
    along_rows = draft.chance(0.5)
    starts = ("0", str(order)) if along_rows else (str(order), "0")
    with (
        draft.loop("i r", extents[0], begin=starts[0], plain=True) as i,
        draft.loop("j c", extents[1], begin=starts[1], plain=True) as j,
    ):
        before = [(i, f"{j} - {k}") if along_rows else (f"({i} - {k})", j) for k in range(1, order + 1)]
        terms = [*(target.at(*place) for place in before), source.at(i, j)]
        store(draft, target.at(i, j), mix(draft, terms, extras))
