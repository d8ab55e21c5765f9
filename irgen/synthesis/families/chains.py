"""Two or three operations on an array, one after the other: "sort {x} in descending order and count its zeros".

Steps are operations of the other families that take one array of the same shape as they give; the last step may give a
value instead. Wordings are theirs: "V1, then V2 the result", "V1 and return N2 of the result", "N2 of N1". The draft's
`operations` are the names of the steps, by which compositions are held out.
"""

from __future__ import annotations

import random
import re
from itertools import pairwise

from passwright.irgen.notation.parse import parse
from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.families import arrays, search, sorting
from passwright.irgen.synthesis.table import Operation, read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import word_operation

FAMILY = "chains"

_ELEMENTWISE = """
@ square
= y[i] = x[i] * x[i] for NUM[n] x, out NUM[n] y, size n
V square each element of {x}
V square {x} elementwise
N the squares of {x}
N the elementwise squares of {x}
N the squared elements of {x}
V multiply each element of {x} by itself

@ abs
= y[i] = abs(x[i]) for NUM[n] x, out NUM[n] y, size n
V take the absolute value of each element of {x}
V replace each element of {x} by its absolute value
N the absolute values of {x}
N the magnitudes of {x}
V drop the signs of {x}

@ negate
= y[i] = -x[i] for NUM[n] x, out NUM[n] y, size n
V negate {x}
V flip the sign of each element of {x}
N the negated elements of {x}
V change the sign of every element of {x}
N {x} with all signs flipped

@ scale
= y[i] = a * x[i] for NUM[n] x, NUM a, out NUM[n] y, size n
a: factor | number
a in 2 3 10
V multiply each element of {x} by {a}
V scale {x} by {a}
N the elements of {x} multiplied by {a}
N the multiples of {x} by {a}
V multiply {x} with {a}

@ add_constant
= y[i] = x[i] + a for NUM[n] x, NUM a, out NUM[n] y, size n
a: constant | number | value
a in 1 2 10
V add {a} to each element of {x}
V increase every element of {x} by {a}
V shift the values of {x} up by {a}
N the elements of {x} plus {a}
V add {a} to {x}

@ prefix_sum
= y[i] = sum[j in 0..i + 1](x[j]) for NUM[n] x, out NUM[n] y, size n
V take the prefix sums of {x}
V accumulate {x} from left to right
N the prefix sums of {x}
N the cumulative sums of {x}
N the running totals of {x}
V compute the cumulative sum of {x}

@ running_max
= y[i] = max[j in 0..i + 1](x[j]) for NUM[n] x, out NUM[n] y, size n
V take the running maximum of {x}
N the running maximum of {x}
N the cumulative maxima of {x}
N the prefix maxima of {x}
V compute the running maximum of {x}

@ clip_below
= y[i] = max(x[i], 0) for NUM[n] x, out NUM[n] y, size n
V set the negative elements of {x} to zero
V replace negative elements of {x} by 0
N {x} with its negative elements set to 0
V zero the negative values of {x}
N the positive parts of {x}
"""

_VALUES = """
@ sum
= s = sum[i](x[i]) for NUM[n] x, size n, return NUM s
V sum {x}
V add up {x}
N the sum of {x}
N the total of {x}
V add the elements of {x} together
N the sum of all elements of {x}

@ largest
= s = max[i](x[i]) for NUM[n] x, size n, return NUM s
V find the largest element of {x}
N the largest element of {x}
N the maximum of {x}
N the greatest value of {x}
V take the maximum of {x}

@ smallest
= s = min[i](x[i]) for NUM[n] x, size n, return NUM s
V find the smallest element of {x}
N the smallest element of {x}
N the minimum of {x}
N the lowest value of {x}
V take the minimum of {x}

@ mean
= s = sum[i](x[i]) / n for FLT[n] x, size n, return FLT s
V average {x}
N the mean of {x}
N the average of {x}
N the arithmetic mean of {x}
V take the mean of {x}

@ value_at
= s = x[p] for NUM[n] x, i64 p in 0..n, size n, return NUM s
p: index | position
p in 0
N the element at {p} of {x}
N the element of {x} at index {p!}
V pick the element at index {p!} of {x}
N entry {p!} of {x}
V read {x} at index {p!}
"""

_REPEATED = re.compile(r"\{x[!~]\}")
_PIPES = (
    "reverse", "rotate_left", "shift_left", "swap_pairs", "replace_value", "array_alternating_sign", "reverse_range", "sort", "sort_desc",
)  # fmt: skip
_ENDS = (
    "count_equal", "count_nonzero", "linear_search", "last_index_of", "first_greater", "first_negative", "first_zero", "count_peaks", "sign_changes", "count_increases", "argmax", "argmin",
    "is_sorted", "is_monotonic", "any_negative", "all_positive", "all_less", "has_duplicates", "inversions", "max_subarray", "longest_equal_run", "longest_positive_run", "second_largest",
)  # fmt: skip


def _named(operations: tuple[Operation, ...], names: tuple[str, ...]) -> tuple[Operation, ...]:
    return tuple(o for o in operations if o.name in names)


_PLAIN = read(_ELEMENTWISE)
_SIMPLE = read(_VALUES)
"""Chains of these alone are the maps, reductions and scans of other families."""
STEPS: tuple[Operation, ...] = (
    *_PLAIN, *_PLAIN, *_named(arrays.OPERATIONS, _PIPES), *_named(sorting.OPERATIONS, _PIPES),
)  # fmt: skip
LAST: tuple[Operation, ...] = (*_SIMPLE, *_SIMPLE, *_SIMPLE, *_named(search.OPERATIONS, _ENDS))
_JOINTS = {2: ("{0}, then ^{1}", "{0} and then ^{1}", "{0} and ^{1}", "first ^{0}, then ^{1}", "{0}; after that ^{1}", "{0}, followed by: {1}"),
           3: ("{0}, then ^{1} and finally ^{2}", "{0}, ^{1} and ^{2}", "{0}, then ^{1}, then ^{2}", "first ^{0}, then ^{1} and at last ^{2}", "{0} and ^{1}, then ^{2}")}  # fmt: skip
_RESULTS = ("the result", "the result", "it", "the outcome", "the resulting array")
_RETURNS = ("{0} and ^return {1}", "{0}, then ^return {1}", "{0} and ^compute {1}", "{0}, then ^find {1}", "{0} and ^give back {1}", "{0}, returning {1}")  # fmt: skip


def draw(rng: random.Random, voice: Voice) -> Draft:
    count = 2 if rng.random() < 0.75 else 3
    while True:
        value = rng.random() < 0.65
        steps = [rng.choice(STEPS) for _ in range(count - 1)] + [rng.choice(LAST if value else STEPS)]
        plain = {s.name for s in (*_PLAIN, *_SIMPLE)}
        if (
            len({s.name for s in steps} | plain) > len(plain)
            and len({s.name for s in steps}) == count
            and _sensible([s.name for s in steps])
        ):
            break
    renamed = [_apart(step, at, count) for at, step in enumerate(steps)]
    form, template = _worded(renamed, rng, voice)
    return word_operation(FAMILY, _joined(renamed), rng, voice, form, template)


def _sensible(names: list[str]) -> bool:
    """Not what an earlier step settles or makes pointless."""
    for first, second in pairwise(names):
        if first in ("sort", "sort_desc") and second in (
            "sort", "sort_desc", "reverse", "rotate_left", "rotate_right", "is_sorted", "is_monotonic", "argmin", "argmax", "largest", "smallest", "sum", "inversions", "count_peaks",
            "mean", "count_increases", "count_equal", "count_nonzero", "any_negative", "all_positive", "all_less", "has_duplicates", "second_largest", "running_max",
        ):  # fmt: skip
            return False
        if first in ("abs", "square", "clip_below") and second in (
            "abs",
            "square",
            "clip_below",
            "any_negative",
            "first_negative",
            "sign_changes",
        ):
            return False
        if first in ("reverse", "rotate_left", "rotate_right", "swap_pairs") and second in (
            "sort", "sort_desc", "sum", "mean", "largest", "smallest", "count_equal", "count_nonzero", "any_negative", "all_positive", "all_less", "has_duplicates", "second_largest",
        ):  # fmt: skip
            return False
        if first == "running_max" and second in (
            "sort",
            "is_sorted",
            "is_monotonic",
            "largest",
            "inversions",
            "count_peaks",
        ):
            return False
    return True


def _apart(step: Operation, at: int, count: int) -> Operation:
    """The step reading what the one before gives: its own names get its number, its array is `t1`, `t2` … and `x` at first."""
    parsed = parse(step.program_text("f64"))
    names: dict[str, str] = {}
    for declaration in parsed.declarations:
        if declaration.role == "in" and declaration.shape:
            names[declaration.name] = "x" if at == 0 else f"t{at}"
        elif declaration.role == "out" and at < count - 1:
            names[declaration.name] = f"t{at + 1}"
        elif declaration.role == "in" and at:
            names[declaration.name] = f"{declaration.name}{at + 1}"
    for local in re.findall(
        r"(?:^|; )(?:seq )?([a-z]\w*)(?:\[\w+\])? [-+*]?= ", step.text.rpartition(" for ")[0]
    ):
        if parsed.declared(local) is None:
            names[local] = f"u{at + 1}"

    def rename(text: str) -> str:
        return re.sub(r"'(?:\\.|[^'\\])'|[A-Za-z_]\w*", lambda m: names.get(m[0], m[0]), text)

    def reslot(text: str) -> str:
        return re.sub(
            r"\{(\w+)([!~]?)\}",
            lambda m: "{" + ("x" if m[1] == "x" else names.get(m[1], m[1])) + m[2] + "}",
            text,
        )

    phrases = tuple((form, reslot(text)) for form, text in step.phrases)
    return Operation(
        step.name, step.functions, step.composes, rename(step.text), phrases,
        {names.get(k, k): v for k, v in step.nouns.items()}, {names.get(k, k): v for k, v in step.literals.items()},
    )  # fmt: skip


def _usable(step: Operation, forms: str) -> list[int]:
    return [
        i for i, (form, text) in enumerate(step.phrases)
        if form in forms and text.count("{x}") == 1 and not _REPEATED.search(text) and "{y" not in text and ";" not in text and ":" not in text
        and (form != "N" or text.startswith(("the ", "{x} with", "a "))) and not re.match(r"\w+-", text) and "{n" not in text and "copy {x}" not in text
    ]  # fmt: skip


def _pick(step: Operation, forms: str, voice: Voice) -> tuple[str, str] | None:
    """One of the step's own wordings of these forms."""
    indices = _usable(step, forms)
    if not indices:
        return None
    return voice.pick(f"chains.{step.name}.{forms}", tuple(step.phrases[i] for i in indices))


def _worded(steps: list[Operation], rng: random.Random, voice: Voice) -> tuple[str, str]:
    result = rng.choice(_RESULTS)
    last = steps[-1]
    way = rng.random()
    nested = _pick(steps[0], "N", voice) if way < 0.45 else None
    if nested is not None:
        inner = nested[1]
        for step in steps[1:-1]:
            middle = _pick(step, "N", voice)
            if middle is None:
                return _worded(steps, rng, voice)
            inner = middle[1].replace("{x}", inner)
        outer = _pick(last, "VNQ", voice)
        if outer is not None and len(inner.split()) < 16 and inner.count("{x}") == 1 and "," not in inner:
            return outer[0], outer[1].replace("{x}", inner)
    verbs = [_pick(step, "V", voice) for step in steps[:-1]]
    if any(v is None for v in verbs):
        return _worded(steps, rng, voice)
    texts = [v[1] for v in verbs if v is not None]
    texts = [texts[0], *(t.replace("{x}", result) for t in texts[1:])]
    ending = _pick(last, "VNQ", voice)
    if ending is None:
        return _worded(steps, rng, voice)
    form, text = ending
    text = text.replace("{x}", result)
    if form == "V":
        pattern = voice.pick(f"chains.joint{len(steps)}", _JOINTS[len(steps)])
        whole = pattern.format(*texts, text)
    else:
        if form == "Q":
            text = f"whether {text}"
        so_far = texts[0] if len(texts) == 1 else f"{texts[0]}, ^{texts[1]}"
        whole = voice.pick("chains.returns", _RETURNS).format(so_far, text)
    whole = whole.replace("the elements of the elements of", "the elements of")
    if whole.startswith("first ^"):
        return "S", whole[0].upper() + whole[1:].replace("^", "") + "."
    return "V", whole


def _ranged(statement: str) -> str:
    """With the range of `i` where a step between others has none to follow from."""
    found = re.match(r"[tu]\d\[(?:i|\(i \+ \w+\) % n)\] = (.*)", statement)
    if (
        found is None
        or " over " in statement
        or (statement[2:5] == "[i]" and set(re.findall(r"\w\[([^\]]*)\]", found[1])) == {"i"})
    ):
        return statement
    return f"{statement} over i in 0..n"


def _fused(statements: list[str]) -> list[str]:
    """Elementwise steps written into what reads them, as all families do, unless that takes the array as a whole."""
    kept: list[str] = []
    for at, statement in enumerate(statements):
        found = re.fullmatch(r"(t\d)\[i\] = (.*)", statement)
        rest = statements[at + 1 :]
        if (
            found is None
            or set(re.findall(r"\w\[([^\]]*)\]", found[2])) != {"i"}
            or re.search(r"\bi\b", found[2].replace("[i]", ""))
            or any(re.search(rf"\({found[1]}\)", r) for r in rest)
        ):
            kept.append(statement)
            continue
        name, value = found[1], found[2]

        def put(match: re.Match[str], value: str = value) -> str:
            return "(" + re.sub(r"(\w)\[i\]", rf"\1[{match[1]}]", value) + ")"

        statements[at + 1 :] = [re.sub(rf"\b{name}\[([^\]]*)\]", put, r) for r in rest]
    return kept


def _joined(steps: list[Operation]) -> Operation:
    """All steps as one operation; its type variable is the narrowest of theirs."""
    variables = {s.variable for s in steps if s.variable}
    variable = "INT" if "INT" in variables else "FLT" if "FLT" in variables else "NUM"
    statements: list[str] = []
    declared: dict[str, list[str]] = {"in": [], "scalar": [], "out": [], "size": [], "return": []}
    for at, step in enumerate(steps):
        text, _, declarations = step.text.rpartition(" for ")
        statements.extend(text.split("; "))
        for part in re.split(r", (?![^\[]*\])", declarations):
            kind = part.split()[0]
            if kind == "out" and at < len(steps) - 1:
                continue
            if kind in ("out", "size", "return"):
                if part not in declared[kind]:
                    declared[kind].append(part)
            elif "[" in part.split(" ")[0]:
                if at == 0:
                    declared["in"].append(part)
            else:
                declared["scalar"].append(part)
    whole = f"{'; '.join(_ranged(one) for one in _fused(statements))} for {', '.join(p for kind in declared for p in declared[kind])}"
    return Operation(
        "_".join(s.name for s in steps), (f"{steps[0].name}_{steps[-1].name}", "_then_".join(s.name for s in steps), "process", "transform"),
        tuple(s.name for s in steps), re.sub(r"\b(NUM|INT|FLT)\b", variable, whole), (),
        {k: v for s in steps for k, v in s.nouns.items()}, {k: v for s in steps for k, v in s.literals.items()},
    )  # fmt: skip
