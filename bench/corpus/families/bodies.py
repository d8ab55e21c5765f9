"""Records of several fields over time: particles, cells, accounts; arrays of structs and structs of arrays."""

from __future__ import annotations

from collections.abc import Callable

from passwright.bench.corpus.array import Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import title
from passwright.bench.corpus.grammar import condition, mix, settled, store
from passwright.bench.corpus.scalar import F32, F64, I32, Scalar
from passwright.bench.corpus.value import Value, arithmetic, compare, literal
from passwright.bench.workload import FieldSpec

FIELDS = ("x", "y", "z", "vx", "vy", "mass", "charge", "heat", "age", "load")


def simulation(draft: Draft) -> None:
    """Particles that move, spring back, attract each other in pairs, or are sorted into cells."""
    title(draft, "advance move push collide update drift", "particles bodies agents drops cells springs",
          "Records of several fields, step by step.")  # fmt: skip
    type = draft.rng.choice((F32, F64))
    n = draft.size(("n", "count", "bodies"), (100, 150, 200))
    words = draft.rng.sample(FIELDS, draft.rng.randint(3, 6))
    field = _records(draft, type, n, words) if draft.chance(0.5) else _columns(draft, type, n, words)
    steps = draft.size(("steps",), (5, 10, 20), fixed=draft.chance(0.4))
    dt = draft.scalar(("dt", "rate"), type, 0.001, 0.1) if draft.chance(0.7) else literal(0.01, type)
    pairs = draft.chance(0.5)
    with draft.loop("t step", steps, plain=True):
        with draft.loop("i p", n) as i:
            if pairs:
                state = draft.local(literal(0, type), "force", "pull", mutable=True)
                with draft.loop("j q", n, begin=draft.pick("0", "0", f"{i} + 1"), plain=True) as j:
                    _pair(draft, field, words, state, i, j)
                change = arithmetic("*", state, dt)
            else:
                change = arithmetic("*", settled(draft, mix(draft, [field(i, w) for w in words[:2]], 1)), dt)
            draft.line(f"{field(i, words[0]).text} += {change.text};")
        with draft.loop("i p", n) as i:
            for target in words[1 : draft.rng.randint(2, 3)]:
                sources = [field(i, word) for word in draft.rng.sample(words, 2)]
                change = arithmetic("*", settled(draft, mix(draft, sources, draft.rng.randint(0, 1))), dt)
                draft.line(f"{field(i, target).text} += {change.text};")
            if draft.chance(0.6):
                bounded = field(i, words[1])
                edge = literal(draft.rng.choice((1.0, 2.0, 10.0)), type)
                with draft.block(f"if ({compare('>', bounded, edge)})"):
                    draft.line(f"{bounded.text} = {draft.pick(edge.text, f'{edge.text} - {bounded.text}')};")
                    if draft.chance(0.5):
                        draft.line(f"{field(i, words[2]).text} = -{field(i, words[2]).text};")


def _pair(
    draft: Draft, field: Callable[[str, str], Value], words: list[str], state: Value, i: str, j: str
) -> None:
    """What one record does to another: falls off with the distance, or acts within a radius."""
    type = state.type
    if draft.chance(0.3):
        draft.line(f"if ({i} == {j}) continue;")
    distances = []
    for word in words[: draft.rng.randint(1, 3)]:
        apart = draft.local(arithmetic("-", field(j, word), field(i, word)), f"d{word}")
        distances.append(apart)
    squares = arithmetic("*", distances[0], distances[0])
    for apart in distances[1:]:
        squares = arithmetic("+", squares, arithmetic("*", apart, apart))
    near = draft.local(arithmetic("+", squares, literal(0.01, type)), "r2", "near")
    weight = field(j, words[-1])
    kind = draft.pick("inverse", "root", "radius")
    if kind == "radius":
        with draft.block(f"if ({condition(draft, [near])})"):
            draft.line(f"{state.text} += {arithmetic('*', weight, distances[0]).text};")
    elif kind == "root":
        root = f"sqrt{'f' if type == F32 else ''}({near.text})"
        draft.line(f"{state.text} += {arithmetic('*', weight, distances[0]).text} / ({near.text} * {root});")
    else:
        draft.line(f"{state.text} += {arithmetic('*', weight, distances[0]).text} / {near.text};")


def _records(draft: Draft, type: Scalar, n: Size, words: list[str]) -> Callable[[str, str], Value]:
    """An array of structs, with a field or two that are not used."""
    struct = draft.pick("particle", "body", "record", "cell_state")
    spelled = draft.spell(type)
    lines = [f"  {spelled} {word};" for word in words]
    if draft.chance(0.4):
        lines.insert(draft.rng.randint(0, len(lines)), f"  {draft.spell(I32)} kind;")
    body = "\n".join(lines)
    text = f"struct {struct} {{\n{body}\n}};" if draft.cpp else f"typedef struct {{\n{body}\n}} {struct};"
    draft.top(struct, text)
    fields = {word: FieldSpec(range=(-1.0, 1.0) if word != "mass" else (0.1, 2.0)) for word in words}
    name = draft.records(("items", "all", "b", "state"), struct, n, fields, "inout")
    return lambda i, word: Value(f"{name}[{i}].{word}", type)


def _columns(draft: Draft, type: Scalar, n: Size, words: list[str]) -> Callable[[str, str], Value]:
    """One array per field."""
    arrays = {word: draft.array((word,), type, (n,), "inout", low=-1.0, high=1.0) for word in words}
    return lambda i, word: arrays[word].at(i)


def ensemble(draft: Draft) -> None:
    """A small state in a local array per element: polynomials, windows, little systems, histograms of a row."""
    title(draft, "evaluate iterate solve sample window expand", "polynomials systems rows states series curves",
          "A local array per element.")  # fmt: skip
    type = draft.rng.choice((F32, F64, F64, I32))
    n = draft.size(("n", "rows", "count"), (500, 1000, 3000))
    m = draft.size(("order", "taps", "terms"), (3, 4, 6, 8, 16), fixed=True)
    a = draft.array(("a", "coeff", "in"), type, (n, m))
    out = draft.array(("out", "y"), type, (n,), "inout")
    kind = draft.rng.choice(("advance", "window", "product", "prefix"))
    spelled = draft.spell(type)
    with draft.loop("i r", n) as i:
        draft.line(f"{spelled} s[{m.text}];")
        with draft.loop("k j", m) as k:
            draft.line(f"s[{k}] = {a.at(i, k).text};")

        def at(index: str) -> Value:
            return Value.of(f"s[{index}]", type)

        if kind == "advance":
            rounds = draft.rng.choice((2, 5, 10))
            with draft.block(f"for (int step = 0; step < {rounds}; step++)"):
                with draft.loop("k j", m, begin="1", plain=True) as k:
                    store(draft, at(k), mix(draft, [at(k), at(f"{k} - 1")], draft.rng.randint(0, 1)))
                store(draft, at("0"), mix(draft, [at("0"), at(f"{m.text} - 1")], 1))
        elif kind == "prefix":
            with draft.loop("k j", m, begin="1", plain=True) as k:
                store(draft, at(k), mix(draft, [at(k), at(f"{k} - 1")], draft.rng.randint(0, 2)))
        elif kind == "window":
            with draft.loop("k j", m, begin="1", margin=1, plain=True) as k:
                places = [at(f"{k} - 1"), at(k), at(f"{k} + 1")]
                draft.rng.shuffle(places)
                store(draft, at(k), mix(draft, places, draft.rng.randint(0, 1)))
        else:
            with draft.loop("k j", m, plain=True) as k, draft.loop("l p", m, plain=True) as p:
                if draft.chance(0.5):
                    draft.line(f"if ({k} == {p}) continue;")
                store(draft, at(k), mix(draft, [at(k), at(p)], draft.rng.randint(0, 1)))
        final = [at("0"), at(f"{m.text} - 1"), at(f"{m.text} / 2")]
        store(draft, out.at(i), mix(draft, draft.rng.sample(final, draft.rng.randint(1, 3)), 0))
