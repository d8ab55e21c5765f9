"""C++ as it is written: classes with operators, templates over types and sizes, views, lambdas passed to functions."""

from __future__ import annotations

from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import INPUTS, inputs, length, output, plane, title
from passwright.bench.corpus.grammar import accumulator, added, converted, element_type, mix, settled, store
from passwright.bench.corpus.scalar import F32, F64, Scalar
from passwright.bench.corpus.value import Value, arithmetic, literal, renamed


def objects(draft: Draft) -> None:
    """Small classes and templates around a loop; the compiler has to see through them."""
    draft.language, draft.cpp = "c++", True
    title(draft, "transform rotate fold visit compose evaluate", "vectors points views fields numbers ranges",
          "Classes, templates and lambdas around loops.")  # fmt: skip
    kind = draft.rng.choice(("vector", "vector", "dual", "view", "view", "visit", "policy", "unrolled"))
    type = draft.rng.choice((F32, F64))
    match kind:
        case "vector" | "dual":
            _numbers(draft, type, kind)
        case "view":
            _view(draft, element_type(draft))
        case "visit":
            _visit(draft)
        case "policy":
            _policy(draft)
        case _:
            _unrolled(draft, type)


def _numbers(draft: Draft, type: Scalar, kind: str) -> None:
    """A class of two or three numbers with overloaded operators."""
    fields = ["re", "im"] if kind == "dual" else draft.rng.choice((["x", "y"], ["x", "y", "z"]))
    name = "Dual" if kind == "dual" else draft.pick("Vec", "Point", "Vector")
    lines = [f"  T {field};" for field in fields]

    def operator(symbol: str, parts: list[str], other: str) -> str:
        return f"  {name} operator{symbol}({other}) const {{ return {{{', '.join(parts)}}}; }}"

    for symbol in "+-":
        lines.append(operator(symbol, [f"{f} {symbol} o.{f}" for f in fields], f"const {name} &o"))
    lines.append(operator("*", [f"{f} * s" for f in fields], "T s"))
    product = ["re * o.re", "re * o.im + im * o.re"] if kind == "dual" else [f"{f} * o.{f}" for f in fields]
    if kind == "dual" and draft.chance(0.5):
        product[0] += " - im * o.im"
    lines.append(operator("*", product, f"const {name} &o"))
    dot = " + ".join(f"{f} * o.{f}" for f in fields)
    lines.append(f"  T dot(const {name} &o) const {{ return {dot}; }}")
    draft.helper(name, "\n".join([f"template <typename T> struct {name} {{", *lines, "};"]))
    n = length(draft)
    count = len(fields)
    extent = draft.size(("parts",), (count,), fixed=True)
    a, b = (draft.array(INPUTS, type, (n, extent)) for _ in range(2))
    out = draft.array(("out", "result"), type, (n, extent), "inout")
    full = f"{name}<{draft.spell(type)}>"
    with draft.loop("i k", n) as i:
        p, q = draft.name("p", "first", "one"), draft.name("q", "second", "two")
        for local, array in ((p, a), (q, b)):
            parts = ", ".join(_component(array.name, count, i, at) for at in range(count))
            draft.line(f"const {full} {local}{{{parts}}};")
        scale = literal(draft.rng.choice((0.5, 2.0, 3.0)), type).text
        forms = ["{p}", "{q}", "{p} * {s}", "{q} * {s}", "{p} * {q}", "({p} - {q})", "{p} * {p}.dot({q})"]
        terms = [form.format(p=p, q=q, s=scale) for form in draft.rng.sample(forms, draft.rng.randint(2, 4))]
        text = terms[0]
        for term in terms[1:]:
            text += f" {draft.rng.choice('+-')} {term}"
        r = draft.name("r", "moved")
        draft.line(f"{full} {r} = {text};")
        if draft.chance(0.4):
            with draft.block(f"for (int step = 0; step < {draft.rng.choice((2, 4))}; step++)"):
                factor = draft.pick(f"{r}.dot({q})", scale)
                draft.line(f"{r} = {r} * {literal(0.5, type).text} + {p} * {factor};")
        for at, field in enumerate(fields):
            draft.line(f"{_component(out.name, count, i, at)} = {r}.{field};")


def _component(array: str, count: int, i: str, at: int) -> str:
    return f"{array}[{count} * {i} + {at}]" if at else f"{array}[{count} * {i}]"


def _view(draft: Draft, type: Scalar) -> None:
    """A view of a matrix with its indexing in a class: rows, columns, a step between elements."""
    name = draft.pick("View", "Grid", "Matrix", "Plane")
    index = draft.index
    order = draft.pick("r * cols + c", "r * cols + c", "c * rows + r")
    body = [
        "  T *data;",
        f"  {index} rows, cols;",
        f"  T &operator()({index} r, {index} c) const {{ return data[{order}]; }}",
    ]
    if draft.chance(0.5):
        edge = "(c < 0 ? 0 : c >= cols ? cols - 1 : c)" if draft.signed else "(c >= cols ? cols - 1 : c)"
        body.append(f"  T near({index} r, {index} c) const {{ return (*this)(r, {edge}); }}")
    draft.helper(name, "\n".join([f"template <typename T> struct {name} {{", *body, "};"]))
    rows, cols = plane(draft)
    a = draft.array(INPUTS, type, (rows, cols))
    b = output(draft, (rows, cols), type)
    both = f"{rows.text}, {cols.text}"
    draft.line(f"const {name}<const {draft.spell(type)}> from{{{a.name}, {both}}};")
    draft.line(f"const {name}<{draft.spell(type)}> to{{{b.name}, {both}}};")
    clamped = len(body) == 4
    reach = draft.rng.choice((0, 1))
    margin = 0 if clamped else reach
    with (
        draft.loop("r y i", rows) as r,
        draft.loop("c x j", cols, begin=str(margin), margin=margin) as c,
    ):
        read = "from.near" if clamped else "from"
        places = [f"{read}({r}, {c})"]
        if reach:
            before = f"{c} - 1" if draft.signed or not clamped else c
            places += [f"{read}({r}, {before})", f"{read}({r}, {c} + 1)"]
        terms = [Value.of(place, type, a.low, a.high) for place in places]
        store(draft, Value.of(f"to({r}, {c})", type), mix(draft, terms, draft.rng.randint(0, 2)))


def _visit(draft: Draft) -> None:
    """A function template that takes what is done to each element as a lambda, at times with captures."""
    n = length(draft)
    given = inputs(draft, (n,), draft.rng.choice((1, 2)))
    index = draft.index
    visitor = draft.pick("for_each_index", "visit", "parallel_like")
    step = draft.pick("i++", "++i")
    draft.helper(visitor, f"template <typename F> static void {visitor}({index} n, F body) {{\n"
                 f"  for ({index} i = 0; i < n; {step})\n    body(i);\n}}")  # fmt: skip
    if draft.chance(0.5):
        out = output(draft, (n,))
        with draft.aside(2) as lines:
            store(draft, out.at("i"), mix(draft, [array.at("i") for array in given], draft.rng.randint(0, 2)))
        draft.line(f"{visitor}({n.text}, [=]({index} i) {{")
        draft.lines += lines
        draft.line("});")
        return
    with draft.aside(2) as lines:
        value = settled(draft, mix(draft, [array.at("i") for array in given], draft.rng.randint(0, 2)))
        total = accumulator(draft, value, n.value)
        draft.line(added(draft, "total", total, value))
    draft.line(f"{draft.spell(total)} total = {literal(0, total).text};")
    draft.line(f"{visitor}({n.text}, [&]({index} i) {{")
    draft.lines += lines
    draft.line("});")
    draft.returns = total
    draft.line("return total;")


def _policy(draft: Draft) -> None:
    """Two operations as classes with a static function, chosen by a template parameter."""
    n = length(draft)
    type = element_type(draft)
    a, b = draft.array(INPUTS, type, (n,)), draft.array(INPUTS, type, (n,))
    results = []
    for word in draft.rng.sample(("Near", "Far", "Soft", "Hard"), 2):
        p, q = renamed(a.at("i"), "p"), renamed(b.at("i"), "q")
        with draft.aside(2) as lines:
            result = mix(draft, [p, q], draft.rng.randint(1, 3))
            draft.line(f"return {result.text};")
        spelled = draft.spell(type)
        head = f"  static {draft.spell(result.type)} at({spelled} p, {spelled} q) {{"
        draft.helper(word, "\n".join([f"struct {word} {{", head, *lines, "  }", "};"]))
        results.append((word, result))
    out = draft.array(("out", "result"), type, (n,), "inout")
    for number, (word, result) in enumerate(results):
        call = Value(f"{word}::at({a.at('i').text}, {b.at('i').text})", result.type, result.low, result.high)
        with draft.block(f"for ({draft.index} i = {number}; i < {n.text}; i += 2)"):
            value = converted(draft, call, type) if not call.is_float else call
            store(draft, out.at("i"), value)


def _unrolled(draft: Draft, type: Scalar) -> None:
    """A recursion over an integer template parameter, ended by a specialisation."""
    degree = draft.rng.choice((3, 4, 5, 8))
    coefficients = [round(draft.rng.uniform(-2, 2), 3) for _ in range(degree + 1)]
    table = draft.table(("coefficients", "weights"), type, coefficients)
    name = draft.pick("Horner", "Chain", "Series")
    inner = draft.pick("{c} + x * {rest}", "{c} * x + {rest}", "{rest} * ({c} - x)")
    text = inner.format(c=f"{table.name}[N]", rest=f"{name}<N - 1>::at(x)")
    draft.helper(name, "\n".join([
        f"template <int N> struct {name} {{",
        f"  template <typename T> static T at(T x) {{ return {text}; }}",
        "};",
        f"template <> struct {name}<0> {{",
        f"  template <typename T> static T at(T) {{ return {table.name}[0]; }}",
        "};",
    ]))  # fmt: skip
    n = length(draft)
    a, out = inputs(draft, (n,), 1, type)[0], output(draft, (n,), type)
    with draft.loop("i k", n) as i:
        start = a.at(i) if a.type.is_float else arithmetic("*", literal(0.01, type), a.at(i))
        x = draft.local(start, "x", "t")
        value = Value(f"{name}<{degree}>::at({x.text})", x.type)
        store(draft, out.at(i), mix(draft, [value], draft.rng.randint(0, 1)))
