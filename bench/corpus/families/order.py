"""Searches that stop early, sorting of small groups, and compaction with data-dependent places."""

from __future__ import annotations

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import LINE, inputs, length, output, title
from passwright.bench.corpus.grammar import condition, element_type, mix, named, settled, store
from passwright.bench.corpus.scalar import F32, F64, I32, U8, U32
from passwright.bench.corpus.value import Value, arithmetic, cast, compare, literal


def search(draft: Draft) -> None:
    """Loops that end early: first places, binary searches, iterations until something holds."""
    title(draft, "find locate first search converge count", "key match place steps root limit",
          "Loops that end early.")  # fmt: skip
    kind = draft.rng.choice(("first", "first", "binary", "binary", "iterate", "escape", "rows"))
    type = draft.rng.choice((I32, I32, F32, F64, U32))
    if kind in ("iterate", "escape"):
        _iterate(draft, kind)
        return
    if kind == "binary":
        _binary(draft, type.is_float)
        return
    if kind == "first":
        n = length(draft)
        given = inputs(draft, (n,), draft.rng.choice((1, 2)), type)
        wide = draft.rng.choice((1, 1, 3))
        draft.line(f"{draft.index} place = {n.text};")
        draft.line("int hits = 0;")
        with draft.loop("i k", n, plain=True) as i:
            value = named(draft, mix(draft, [array.at(i) for array in given], 1), "value", "v")
            with draft.block(f"if ({condition(draft, [value])} && ++hits > {wide * 40})"):
                draft.line(f"place = {i};")
                draft.line("break;")
        draft.returns = draft.index_type
        draft.line("return place;")
        return
    rows, cols = draft.size(("rows", "m"), (100, 300)), draft.size(("cols", "n"), (64, 127))
    a = inputs(draft, (rows, cols), 1, type)[0]
    found = draft.array(("found", "where"), I32, (rows,), "inout")
    with draft.loop("r i", rows) as i:
        draft.line(f"{found.at(i).text} = -1;")
        with draft.loop("c j", cols, plain=True) as j:
            value = named(draft, mix(draft, [a.at(i, j)], draft.rng.randint(0, 2)), "value", "v")
            test = condition(draft, [value, a.at(i, "0")])
            with draft.block(f"if ({test} && {condition(draft, [a.at(i, j)])})"):
                draft.line(f"{found.at(i).text} = (int32_t){j};")
                draft.line("break;")


def _binary(draft: Draft, floats: bool) -> None:
    """Many keys in a sorted array, by halving or by jumping."""
    type = draft.rng.choice((F32, F64) if floats else (I32, U32))
    n = draft.size(("n", "count"), (1000, 4096, 20000))
    queries = draft.size(("queries", "keys"), (500, 1000, 3000))
    table = draft.array(("sorted", "table"), type, (n,), fill="sorted", low=0, high=1000)
    key = draft.array(("key", "wanted"), type, (queries,), low=0, high=1000)
    place = draft.array(("place", "slot"), I32, (queries,), "inout")
    op = draft.pick("<", "<=")
    with draft.loop("q i", queries) as q:
        target = draft.local(key.at(q), "target", "k")
        if draft.chance(0.6):
            draft.line(f"{draft.index} low = 0, high = {n.text};")
            with draft.block("while (low < high)"):
                draft.line(f"const {draft.index} middle = low + (high - low) / 2;")
                if draft.chance(0.5):
                    draft.line(f"if ({compare(op, table.at('middle'), target)}) low = middle + 1;")
                    draft.line("else high = middle;")
                else:
                    with draft.block(f"if ({compare(op, table.at('middle'), target)})"):
                        draft.line("low = middle + 1;")
                    with draft.otherwise():
                        draft.line("high = middle;")
            draft.line(f"{place.at(q).text} = (int32_t)low;")
        else:
            draft.line(f"{draft.index} at = 0;")
            with draft.block(
                f"for ({draft.index} jump = {draft.rng.choice((256, 1024))}; jump > 0; jump /= 2)"
            ):
                test = compare(op, table.at("at + jump - 1"), target)
                draft.line(f"while (at + jump <= {n.text} && {test}) at += jump;")
            draft.line(f"{place.at(q).text} = (int32_t)at;")


def _iterate(draft: Draft, kind: str) -> None:
    """An inner loop per element that ends when it has converged or left a range, or after so many steps."""
    n = draft.size(("n", "count"), (500, 1000, 2000))
    most = draft.size(("limit", "max_steps"), (20, 40, 64), fixed=draft.chance(0.5))
    steps = draft.array(("steps", "used"), draft.rng.choice((I32, U8)), (n,), "inout")
    if kind == "iterate" and draft.chance(0.5):
        source = draft.array(("seeds", "start"), U32, (n,), low=1, high=1_000_000)
        with draft.loop("i k", n) as i:
            x = draft.local(source.at(i), "x", "m", mutable=True)
            draft.line(f"{draft.index} step = 0;")
            with draft.block(f"while (step < {most.text} && {x.text} != 1u)"):
                a, b = draft.rng.choice(((3, 1), (5, 3), (7, 1)))
                draft.line(f"{x.text} = ({x.text} & 1u) ? {a}u * {x.text} + {b}u : {x.text} / 2u;")
                draft.line("step++;")
            store(draft, steps.at(i), Value.of("step", draft.index_type, 0, most.value))
        return
    type = draft.rng.choice((F32, F64))
    re, im = (draft.array((word,), type, (n,), low=-1.5, high=1.5) for word in ("re", "im"))
    end = draft.array(("value", "last"), type, (n,), "inout")
    with draft.loop("i k", n) as i:
        x = draft.local(re.at(i), "x", mutable=True)
        y = draft.local(im.at(i), "y", mutable=True)
        draft.line(f"{draft.index} step = 0;")
        with draft.block(f"for (; step < {most.text}; step++)"):
            squares = arithmetic("+", arithmetic("*", x, x), arithmetic("*", y, y))
            stop = compare(
                ">" if kind == "escape" else "<", squares, literal(4.0 if kind == "escape" else 0.001, type)
            )
            draft.line(f"if ({stop}) break;")
            new = settled(draft, mix(draft, [x, y, re.at(i)], 1), "next_x")
            draft.line(f"{y.text} = {arithmetic('*', literal(draft.rng.choice((0.5, 2.0)), type), y).text};")
            if draft.chance(0.5):
                draft.line(f"{y.text} += {im.at(i).text} * {x.text};")
            draft.line(f"{x.text} = {cast(new, type).text};")
        store(draft, steps.at(i), Value.of("step", draft.index_type, 0, most.value))
        store(draft, end.at(i), x)


def sort(draft: Draft) -> None:
    """Groups of elements put in order, by comparisons in place, by counting or by rank."""
    title(draft, "sort order arrange rank merge", "groups rows records keys lists",
          "Puts groups of elements in order.")  # fmt: skip
    type = element_type(draft, floats=4)
    groups = draft.size(("groups", "rows"), (50, 100, 200))
    width = draft.size(("width", "m"), (16, 24, 32), fixed=draft.chance(0.4))
    a = draft.array(("data", "keys", "a"), type, (groups, width), "inout")
    kind = draft.rng.choice(
        ("insertion", "bubble", "selection", "rank", "odd-even", "merge", "network", "split")
    )
    op = draft.pick("<", ">")
    flat = draft.pick("base", "first")
    own = kind in ("rank", "merge")
    out = draft.array(("out", "sorted"), type, (groups, width), "inout") if own else a
    with draft.loop("g r", groups) as g:
        draft.line(f"{draft.spell(type)} *{flat} = {a.name} + {g} * {width.text};")
        if own:
            draft.line(f"{draft.spell(type)} *target = {out.name} + {g} * {width.text};")
        _one_group(draft, kind, flat, width.text, type.fixed, op)


def _one_group(draft: Draft, kind: str, a: str, m: str, type: str, op: str) -> None:
    """The lines that sort `m` elements at pointer `a`."""
    index = draft.index
    match kind:
        case "insertion":
            with draft.block(f"for ({index} i = 1; i < {m}; i++)"):
                draft.line(f"const {type} key = {a}[i];")
                draft.line(f"{index} j = i;")
                with draft.block(f"while (j > 0 && key {op} {a}[j - 1])"):
                    draft.line(f"{a}[j] = {a}[j - 1];")
                    draft.line("j--;")
                draft.line(f"{a}[j] = key;")
        case "bubble" | "odd-even" | "network":
            head, second = {
                "bubble": (f"pass = 0; pass < {m}", f"j = 0; j + 1 + pass < {m}; j++"),
                "odd-even": (f"pass = 0; pass < {m}", f"j = pass & 1; j + 1 < {m}; j += 2"),
                "network": (f"pass = 1; pass < {m}", f"j = 0; j + pass < {m}; j++"),
            }[kind]
            step = "pass" if kind == "network" else "1"
            outer = f"for ({index} {head}; pass{' *= 2' if kind == 'network' else '++'})"
            with draft.block(outer), draft.block(f"for ({index} {second})"):
                if draft.chance(0.5):
                    with draft.block(f"if ({a}[j + {step}] {op} {a}[j])"):
                        draft.line(f"const {type} held = {a}[j];")
                        draft.line(f"{a}[j] = {a}[j + {step}];")
                        draft.line(f"{a}[j + {step}] = held;")
                else:
                    draft.line(f"const {type} one = {a}[j], two = {a}[j + {step}];")
                    draft.line(f"{a}[j] = two {op} one ? two : one;")
                    draft.line(f"{a}[j + {step}] = two {op} one ? one : two;")
        case "selection":
            top = draft.rng.choice((m, m, "4"))
            with draft.block(f"for ({index} i = 0; i < {m}{'' if top == m else ' && i < 4'}; i++)"):
                draft.line(f"{index} best = i;")
                with draft.block(f"for ({index} j = i + 1; j < {m}; j++)"):
                    draft.line(f"if ({a}[j] {op} {a}[best]) best = j;")
                draft.line(f"const {type} held = {a}[i];")
                draft.line(f"{a}[i] = {a}[best];")
                draft.line(f"{a}[best] = held;")
        case "rank":
            with draft.block(f"for ({index} i = 0; i < {m}; i++)"):
                draft.line(f"{index} rank = 0;")
                with draft.block(f"for ({index} j = 0; j < {m}; j++)"):
                    draft.line(f"rank += {a}[j] {op} {a}[i] || ({a}[j] == {a}[i] && j < i);")
                draft.line(f"target[rank] = {a}[i];")
        case "merge":
            draft.line(f"const {index} half = {m} / 2;")
            draft.line(f"{index} i = 0, j = half;")
            with draft.block(f"for ({index} k = 0; k < {m}; k++)"):
                draft.line(f"const int left = i < half && (j >= {m} || !({a}[j] {op} {a}[i]));")
                draft.line(f"target[k] = left ? {a}[i++] : {a}[j++];")
        case _:
            draft.line(f"{index} small = 0;")
            with draft.block(f"for ({index} j = 0; j < {m}; j++)"):
                draft.line(f"const {type} held = {a}[j];")
                with draft.block(f"if (held {op} {a}[{m} - 1] || j == {m} - 1)"):
                    draft.line(f"{a}[j] = {a}[small];")
                    draft.line(f"{a}[small++] = held;")


def compact(draft: Draft) -> None:
    """Elements that pass a test moved together: filters, partitions, runs, distinct neighbours."""
    title(draft, "filter keep drop partition squeeze select", "values records events peaks runs changes",
          "Writes as many elements as pass a test.")  # fmt: skip
    n = length(draft, LINE)
    kind = draft.rng.choice(("filter", "filter", "indices", "partition", "runs", "changes"))
    given = inputs(draft, (n,), draft.rng.choice((1, 2)))
    out = output(draft, (n,), given[0].type if draft.chance(0.7) else None)
    draft.line(f"{draft.index} kept = 0;")
    if kind == "runs":
        _runs(draft, n, given[0], out)
    else:
        _kept(draft, kind, n, given, out)
    draft.returns = draft.index_type
    draft.line("return kept;")


def _runs(draft: Draft, n: Size, source: Array, out: Array) -> None:
    """Runs of equal elements as one element and a length."""
    lengths = draft.array(("lengths", "runs"), U32, (n,), "inout")
    with draft.loop("i k", n, plain=True) as i:
        with draft.block(f"if ({i} > 0 && {source.at(i).text} == {source.at(f'{i} - 1').text})"):
            draft.line(f"{lengths.at('kept - 1').text}++;")
        with draft.otherwise():
            store(draft, out.at("kept"), mix(draft, [source.at(i)], draft.rng.randint(0, 1)))
            draft.line(f"{lengths.at('kept++').text} = 1;")


def _kept(draft: Draft, kind: str, n: Size, given: list[Array], out: Array) -> None:
    """Elements, or their places, that pass a test; the others to a second array at times."""
    main = given[0]
    rest = output(draft, (n,), out.type) if kind == "partition" else None
    if rest:
        draft.line(f"{draft.index} others = 0;")
    with draft.loop("i k", n, begin="1" if kind == "changes" else "0", plain=True) as i:
        terms = [array.at(i) for array in given]
        test = condition(draft, terms)
        if kind == "changes":
            test = f"{main.at(i).text} {draft.pick('!=', '>')} {main.at(f'{i} - 1').text}"
        value = draft.counter(i, n) if kind == "indices" else mix(draft, terms, draft.rng.randint(0, 1))
        if not rest and draft.chance(0.25):
            store(draft, out.at("kept"), value)
            draft.line(f"kept += ({test}) ? 1 : 0;")
            return
        with draft.block(f"if ({test})"):
            store(draft, out.at("kept"), value)
            draft.line("kept++;")
        if rest:
            with draft.otherwise():
                store(draft, rest.at("others"), value)
                draft.line("others++;")
