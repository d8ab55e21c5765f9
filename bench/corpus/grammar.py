"""The grammar of element expressions: random formulas over given values, conditions, conversions.

Formulas use every given value, stay short (long ones are split over local variables) and are sometimes moved into a
helper function, in C++ also a template, a lambda or a functor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.scalar import F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, Scalar, promoted
from passwright.bench.corpus.value import (
    Value,
    arithmetic,
    bitwise,
    cast,
    compare,
    divide,
    literal,
    negated,
    renamed,
    rotate,
    select,
    shift_left,
    shift_right,
    to_integer,
    together,
)

LONG = 48
"""Beyond this many characters an expression gets a name of its own."""
_FLOATS = (0.5, 0.25, 0.125, 2.0, 3.0, 1.5, 0.1, 0.75, 0.3333, 4.0, 0.9)
_INTEGERS = (2, 3, 5, 7, 9, 10, 13, 16, 31, 64, 100, 127, 255)


def element_type(draft: Draft, *, floats: int = 5, small: bool = True) -> Scalar:
    """A type for the arrays of a kernel; `floats` is the weight of floating point against integers."""
    types = (F32, F64, I32, I64, U32, U64, I16, U16, U8, I8)
    weights = [floats, floats, 3, 1, 1, 1, *((1, 1, 2, 1) if small else (0, 0, 0, 0))]
    return draft.rng.choices(types, weights)[0]


def constant(draft: Draft, type: Scalar) -> Value:
    """A small constant that a formula of this type may contain."""
    type = promoted(type)
    return literal(draft.rng.choice(_FLOATS if type.is_float else _INTEGERS), type)


def settled(draft: Draft, value: Value, *names: str) -> Value:
    """The value itself, or a local variable that holds it where it is long."""
    return draft.local(value, *names) if len(value.text) > LONG else value


def named(draft: Draft, value: Value, *names: str) -> Value:
    """A variable that holds the value; the value itself where it is one."""
    return value if value.text.isidentifier() else draft.local(value, *names)


def mix(draft: Draft, terms: Sequence[Value], extras: int = 1) -> Value:
    """A formula of all `terms` and about `extras` further operations."""
    if draft.chance(0.18) and 1 <= len(terms) <= 4:
        return outlined(draft, terms, lambda inner: _fold(draft, inner, extras))
    return _fold(draft, terms, extras)


def _fold(draft: Draft, terms: Sequence[Value], extras: int) -> Value:
    queue = list(terms)
    draft.rng.shuffle(queue)
    while len(queue) > 1:
        a, b = (settled(draft, value) for value in (queue.pop(), queue.pop()))
        queue.insert(draft.rng.randint(0, len(queue)), combine(draft, a, b))
        if extras and draft.chance(0.5):
            extras -= 1
            queue[-1] = decorate(draft, settled(draft, queue[-1]))
    for _ in range(extras):
        queue[0] = decorate(draft, settled(draft, queue[0]))
    return queue[0]


def combine(draft: Draft, a: Value, b: Value) -> Value:
    """One operation of two values."""
    if a.is_float or b.is_float:
        ops = {"+": 5, "-": 4, "*": 5, "least": 1, "greatest": 1, "choose": 2, "ratio": 1}
    else:
        ops = {"+": 5, "-": 4, "*": 3, "&": 1, "|": 1, "^": 2, "least": 1, "greatest": 1, "choose": 2}
    op = draft.rng.choices(list(ops), list(ops.values()))[0]
    match op:
        case "+" | "-" | "*":
            return arithmetic(op, a, b)
        case "&" | "|" | "^":
            return bitwise(op, a, b)
        case "least" | "greatest":
            return extreme(draft, "<" if op == "least" else ">", a, b)
        case "ratio":
            return ratio(draft, a, b)
        case _:
            a, b = settled(draft, a), settled(draft, b)
            test = compare(draft.rng.choice(("<", ">", "<=", ">=")), a, b)
            return select(test, a, _fold(draft, [b], 1))


def decorate(draft: Draft, a: Value) -> Value:
    """One operation of a value with a constant, or of itself."""
    if a.is_float:
        op = draft.rng.choice(("scale", "scale", "shift", "square", "abs", "root", "clamp", "poly", "neg"))
    else:
        op = draft.rng.choice(
            ("scale", "shift", "mask", "right", "left", "rem", "quot", "abs", "rot", "clamp")
        )
    one = constant(draft, a.type)
    match op:
        case "scale":
            return arithmetic("*", a, one)
        case "shift":
            return arithmetic(draft.pick("+", "-"), a, one)
        case "square":
            a = settled(draft, a)
            return arithmetic("*", a, a)
        case "abs":
            return absolute(draft, a)
        case "root":
            return square_root(draft, absolute(draft, a))
        case "neg":
            return negated(a)
        case "clamp":
            return clamped(draft, a)
        case "poly":
            a = settled(draft, a)
            inner = arithmetic("+", arithmetic("*", one, a), constant(draft, a.type))
            return arithmetic("+", arithmetic("*", inner, a), constant(draft, a.type))
        case "mask":
            return bitwise(
                "&", a, literal(draft.rng.choice(_useful(a, (7, 15, 63, 255, 1023))), promoted(a.type))
            )
        case "right":
            return shift_right(a, draft.rng.randint(1, 3 if a.high < 256 else 7))
        case "left":
            return shift_left(a, draft.rng.randint(1, 5)) if a.low >= 0 else arithmetic("*", a, one)
        case "rot" if promoted(a.type) in (U32, U64):
            return rotate(settled(draft, a), draft.rng.randint(3, 29))
        case "quot":
            return divide("/", a, draft.rng.choice(_useful(a, (2, 3, 7, 10, 16))))
        case _:
            return divide("%", a, draft.rng.choice(_useful(a, (3, 10, 16, 17, 97, 1000))))


def _useful(a: Value, limits: Sequence[int]) -> Sequence[int]:
    """The limits that some values of `a` exceed, or the smallest one."""
    return [limit for limit in limits if max(a.high, -a.low) > limit] or limits[:1]


def extreme(draft: Draft, op: str, a: Value, b: Value) -> Value:
    """The lesser (`<`) or greater (`>`) of two values: written out where both are short, else a helper."""
    a, b, type = together(a, b)
    low = min(a.low, b.low) if op == "<" else max(a.low, b.low)
    high = min(a.high, b.high) if op == "<" else max(a.high, b.high)
    if len(a.text) + len(b.text) < 24 and draft.chance(0.6):
        text = f"{a.operand()} {op} {b.operand()} ? {a.operand()} : {b.operand()}"
        return Value(text, type, low, high, 1)
    word = "lesser" if op == "<" else "greater"
    if draft.cpp:
        body = f"template <typename T> static T {word}(T a, T b) {{ return a {op} b ? a : b; }}"
        name = draft.helper(word, body)
        call = f"{name}<{draft.spell(type)}>({a.text}, {b.text})"
    else:
        spelled = draft.spell(type)
        body = (
            f"static inline {spelled} {word}_{type.code}({spelled} a, {spelled} b) {{\n"
            f"  return a {op} b ? a : b;\n}}"
        )
        call = f"{draft.helper(f'{word}_{type.code}', body)}({a.text}, {b.text})"
    return Value(call, type, low, high)


def ratio(draft: Draft, a: Value, b: Value) -> Value:
    """A quotient whose divisor is never zero: `a / (1 + b * b)`; at least one of them is floating point."""
    if not b.is_float:
        a, b = b, a
    b = settled(draft, b)
    below = arithmetic("+", literal(1.0, b.type), arithmetic("*", b, b))
    _, _, type = together(a, b)
    return Value(f"{a.operand(3)} / ({below.text})", type, binding=3)


def absolute(draft: Draft, a: Value) -> Value:
    """`|a|`."""
    type = promoted(a.type)
    if a.is_float:
        return Value(f"fabs{'f' if type == F32 else ''}({a.text})", type)
    if a.low >= 0:
        return a
    a = settled(draft, a)
    return select(compare("<", a, literal(0, I32)), negated(a), a) if a.low > type.low else shift_right(a, 1)


def square_root(draft: Draft, a: Value) -> Value:
    """The root of a value that is not negative."""
    return Value(f"sqrt{'f' if a.type == F32 else ''}({a.text})", a.type)


def clamped(draft: Draft, a: Value) -> Value:
    """A value kept between two constants."""
    a = settled(draft, a)
    if a.is_float:
        low, high = (literal(end, a.type) for end in draft.rng.choice(((-1, 1), (0, 1), (-4, 4), (0, 255))))
    else:
        type = promoted(a.type)
        inside = [
            ends
            for ends in ((0, 50), (10, 200), (-64, 63), (-500, 500))
            if a.low <= ends[0] and ends[1] <= a.high
        ]
        if not inside:
            return arithmetic("+", a, constant(draft, type))
        low, high = (literal(end, type) for end in draft.rng.choice(inside))
    lifted = extreme(draft, ">", a, low)
    return extreme(draft, "<", settled(draft, lifted) if len(lifted.text) > 20 else lifted, high)


def condition(draft: Draft, terms: Sequence[Value]) -> str:
    """A test of one or two of the values."""
    a = draft.rng.choice(list(terms))
    others = [value for value in terms if value is not a]
    if not a.is_float and draft.chance(0.3):
        if draft.chance(0.5):
            return f"({a.operand()} & {draft.rng.choice((1, 3, 4))}) == 0"
        return f"{a.operand()} % {draft.rng.choice((2, 3, 5))} == 0"
    op = draft.rng.choice(("<", ">", "<=", ">="))
    b = draft.rng.choice(others) if others and draft.chance(0.5) else threshold(draft, a)
    test = compare(op, a, b)
    if others and draft.chance(0.2):
        c = draft.rng.choice(others)
        return f"{test} {draft.pick('&&', '||')} {compare(draft.pick('<', '>'), c, threshold(draft, c))}"
    return test


def threshold(draft: Draft, a: Value) -> Value:
    """A constant that some values of `a` exceed and others do not."""
    if a.is_float:
        return literal(draft.rng.choice((0.0, 0.1, 0.25, 0.5, 1.0)), a.type)
    type = promoted(a.type)
    low, high = max(int(a.low), -1000), min(int(a.high), 1000)
    return literal(low + (high - low) * draft.rng.randint(1, 3) // 4, type)


def converted(draft: Draft, value: Value, type: Scalar) -> Value:
    """The value as `type`, as a store or an argument needs it; floating point is clamped, integers wrap."""
    if type.is_float:
        return value if value.type == type else cast(value, type)
    if value.is_float:
        low, high = (0, 255) if type.kind == "u" else (-100, 100)
        if type.bits >= 32:
            low, high = low * 16, high * 100
        return to_integer(named(draft, value), type, low, high)
    if type.holds(int(value.low), int(value.high)):
        return value
    return cast(value, type)


def store(draft: Draft, target: Value, value: Value) -> None:
    """`target = value;`, converted; sometimes `target += value;`."""
    op = draft.rng.choices(("=", "+=", "-=", "*="), (85, 9, 4, 2))[0]
    if op != "=" and target.is_float:
        draft.line(f"{target.text} {op} {converted(draft, value, target.type).text};")
        return
    if op == "+=" and not value.is_float:
        value = arithmetic("+", target, settled(draft, value))
    draft.line(f"{target.text} = {converted(draft, settled(draft, value), target.type).text};")


def outlined(draft: Draft, terms: Sequence[Value], build: Callable[[list[Value]], Value]) -> Value:
    """`build` over parameters, as a function of its own; the call of it with `terms`."""
    letters = "abcd" if draft.chance(0.5) else "xyzw"
    inner = [renamed(term, letter) for term, letter in zip(terms, letters, strict=False)]
    shapes = ("function", "template", "lambda", "functor") if draft.cpp else ("function",)
    shape = draft.rng.choice(shapes)
    name = draft.name("blend", "combine", "apply", "transform", "evaluate", "response", "weigh", "temper")
    with draft.aside() as lines:
        result = build(inner)
        lines.append(f"  return {result.text};")
        body = list(lines)
    returned = draft.spell(result.type)
    parameters = ", ".join(f"{draft.spell(term.type)} {term.text}" for term in inner)
    call = name
    match shape:
        case "template":
            kinds = "ABCD"[: len(inner)]
            head = ", ".join(f"typename {kind}" for kind in kinds)
            taken = ", ".join(f"{kind} {term.text}" for kind, term in zip(kinds, inner, strict=True))
            text = "\n".join([f"template <{head}> static inline {returned} {name}({taken}) {{", *body, "}"])
            draft.helper(name, text)
        case "lambda":
            lines_ = [f"static const auto {name} = []({parameters}) -> {returned} {{", *body, "};"]
            draft.helper(name, "\n".join(lines_))
        case "functor":
            upper = name.capitalize()
            inside = [f"  {line}" for line in body]
            head = f"  {returned} operator()({parameters}) const {{"
            draft.helper(upper, "\n".join([f"struct {upper} {{", head, *inside, "  }", "};"]))
            call = f"{upper}{{}}"
        case _:
            inline = draft.pick("static", "static inline")
            draft.helper(name, "\n".join([f"{inline} {returned} {name}({parameters}) {{", *body, "}"]))
    arguments = ", ".join(term.text for term in terms)
    return Value(f"{call}({arguments})", result.type, result.low, result.high)


def accumulator(draft: Draft, value: Value, count: int) -> Scalar:
    """The type in which `count` values of this kind add up without overflow."""
    if value.is_float:
        return F64 if value.type == F64 or draft.chance(0.3) else F32
    bound = max(abs(int(value.low)), abs(int(value.high))) * max(count, 1)
    if value.low >= 0 and draft.chance(0.4):
        return U32 if U32.holds(0, bound) else U64
    if I32.holds(-bound, bound):
        return I32
    return I64 if I64.holds(-bound, bound) else U64


def added(draft: Draft, total: str, type: Scalar, value: Value) -> str:
    """The statement that adds `value` to an accumulator from `accumulator`."""
    if type.is_float:
        return f"{total} += {value.text};"
    return f"{total} += {cast(value, type).text if type != promoted(value.type) else value.text};"
