"""Random expressions of one element and random conditions on it, each with its English.

In templates here `@` stands for the element: in notation `x[i]`, in English "each element of {x}", "x", "it". Nested up to
depth two. English that could be read in two ways ("the square of x plus one") is not made: what is infix goes into other
phrases in brackets, or as a sequence of steps.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

FACTORS = (
    "2",
    "3",
    "0.5",
    "10",
    "1.5",
    "0.1",
    "100",
    "2.5",
    "4",
    "0.25",
    "1000",
    "5",
    "0.01",
    "3.14",
    "1.8",
    "7",
)
OFFSETS = ("1", "2", "5", "10", "0.5", "100", "3", "32", "1.5", "0.1", "7", "20", "1e-6", "273.15")
BOUNDS = ("0.5", "10", "1", "100", "2", "1.5", "0.1", "5", "50", "0.25", "3", "20", "1e-3", "12", "7.5")
WHOLE = ("2", "3", "5", "10", "4", "7", "100", "8", "6", "12", "20", "50")
MODULI = ("3", "5", "7", "4", "10", "6", "8", "9", "11", "16")


@dataclass(frozen=True)
class Scalar:
    """A scalar that an expression has, as argument or number."""

    role: str
    constants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unary:
    """A function of one element."""

    name: str
    text: str
    verbs: tuple[str, ...]
    """Base form, with the object: `square @`."""
    nouns: tuple[str, ...] = ()
    """Before what they apply to: `the square of @`; they stay clear where nested."""
    posts: tuple[str, ...] = ()
    """After it, binding closely: `@ squared`."""
    infix: tuple[str, ...] = ()
    """`@ plus {a}`."""
    plurals: tuple[str, ...] = ()
    """Of all elements: `the squares of @`, @ being a plural."""
    scalars: tuple[Scalar, ...] = ()
    """Called `a`, `b` in the templates above."""
    needs: str = "any"
    """`float`, `integer` or `any` type."""
    domain: str = "all"
    """`positive` (logarithms), `nonnegative` (roots), `nonzero`, `small` (exponentials)."""


_U = Unary
UNARIES: tuple[Unary, ...] = (
    _U(
        "negate",
        "-@",
        ("negate @", "flip the sign of @", "change the sign of @"),
        ("the negative of @",),
        (),
        ("minus @",),
        ("the negatives of @",),
    ),
    _U(
        "square",
        "@ * @",
        ("square @", "raise @ to the power of two", "multiply @ by itself"),
        ("the square of @",),
        ("@ squared", "@^2"),
        (),
        ("the squares of @", "the squared values of @"),
    ),
    _U(
        "cube",
        "@ * @ * @",
        ("cube @", "raise @ to the third power"),
        ("the cube of @", "the third power of @"),
        ("@ cubed", "@^3"),
        (),
        ("the cubes of @",),
    ),
    _U(
        "abs",
        "abs(@)",
        ("take the absolute value of @", "replace @ by its absolute value", "drop the sign of @"),
        ("the absolute value of @", "the magnitude of @"),
        ("|@|",),
        (),
        ("the absolute values of @", "the magnitudes of @"),
    ),
    _U(
        "sqrt",
        "sqrt(@)",
        ("take the square root of @", "replace @ by its square root"),
        ("the square root of @",),
        (),
        (),
        ("the square roots of @",),
        needs="float",
        domain="nonnegative",
    ),
    _U(
        "reciprocal",
        "1 / @",
        ("invert @", "take the reciprocal of @", "replace @ by its reciprocal"),
        ("the reciprocal of @", "the inverse of @"),
        ("1/@",),
        ("one over @", "1 divided by @"),
        ("the reciprocals of @", "the inverses of @"),
        needs="float",
        domain="nonzero",
    ),
    _U(
        "exp",
        "exp(@)",
        ("take the exponential of @", "exponentiate @"),
        ("the exponential of @",),
        ("exp(@)", "e^@"),
        ("e to the power of @",),
        ("the exponentials of @",),
        needs="float",
        domain="small",
    ),
    _U(
        "log",
        "log(@)",
        ("take the natural logarithm of @", "take the log of @"),
        ("the natural logarithm of @", "the natural log of @"),
        ("log(@)", "ln(@)"),
        (),
        ("the logarithms of @", "the natural logs of @"),
        needs="float",
        domain="positive",
    ),
    _U(
        "sin",
        "sin(@)",
        ("take the sine of @", "apply sin to @"),
        ("the sine of @",),
        ("sin(@)",),
        (),
        ("the sines of @",),
        needs="float",
    ),
    _U(
        "cos",
        "cos(@)",
        ("take the cosine of @", "apply cos to @"),
        ("the cosine of @",),
        ("cos(@)",),
        (),
        ("the cosines of @",),
        needs="float",
    ),
    _U(
        "tanh",
        "tanh(@)",
        ("apply tanh to @", "take the hyperbolic tangent of @"),
        ("the hyperbolic tangent of @",),
        ("tanh(@)",),
        (),
        ("the hyperbolic tangents of @",),
        needs="float",
    ),
    _U(
        "floor",
        "floor(@)",
        ("round @ down", "round @ down to the nearest integer", "take the floor of @"),
        ("the floor of @",),
        (),
        (),
        ("the floors of @",),
        needs="float",
    ),
    _U(
        "ceil",
        "ceil(@)",
        ("round @ up", "round @ up to the nearest integer", "take the ceiling of @"),
        ("the ceiling of @",),
        (),
        (),
        ("the ceilings of @",),
        needs="float",
    ),
    _U(
        "double",
        "2 * @",
        ("double @", "multiply @ by two", "multiply @ by 2"),
        ("twice @", "two times @", "the double of @"),
        ("2*@",),
        (),
        ("twice @",),
    ),
    _U(
        "halve",
        "@ / 2",
        ("halve @", "divide @ by two", "divide @ by 2"),
        ("half of @",),
        ("@/2",),
        (),
        ("half of @",),
        needs="float",
    ),
    _U(
        "triple",
        "3 * @",
        ("triple @", "multiply @ by three"),
        ("three times @",),
        ("3*@",),
        (),
        ("three times @",),
    ),
    _U(
        "increment",
        "@ + 1",
        ("increment @", "add one to @", "increase @ by one", "add 1 to @"),
        (),
        ("@+1",),
        ("@ plus one", "one more than @"),
    ),
    _U(
        "decrement",
        "@ - 1",
        ("decrement @", "subtract one from @", "decrease @ by 1"),
        (),
        ("@-1",),
        ("@ minus one", "one less than @"),
    ),
    _U(
        "complement",
        "1 - @",
        ("subtract @ from one", "replace @ by one minus its value"),
        (),
        ("1-@",),
        ("one minus @", "1 minus @"),
    ),
    _U(
        "add",
        "@ + a",
        ("add {a} to @", "increase @ by {a}", "shift @ by {a}", "offset @ by {a}"),
        ("the sum of {a} and @",),
        (),
        ("@ plus {a}",),
        (),
        (Scalar("offset", OFFSETS),),
    ),
    _U(
        "subtract",
        "@ - a",
        ("subtract {a} from @", "decrease @ by {a}", "reduce @ by {a}", "take {a} away from @"),
        (),
        (),
        ("@ minus {a}",),
        (),
        (Scalar("offset", OFFSETS),),
    ),
    _U(
        "scale",
        "a * @",
        ("multiply @ by {a}", "scale @ by {a}", "scale @ with {a}"),
        ("the product of {a} and @",),
        (),
        ("{a} times @", "@ times {a}"),
        (),
        (Scalar("factor", FACTORS),),
    ),
    _U(
        "divide",
        "@ / a",
        ("divide @ by {a}",),
        (),
        (),
        ("@ divided by {a}", "@ over {a}"),
        (),
        (Scalar("divisor", FACTORS),),
        needs="float",
    ),
    _U(
        "power",
        "pow(@, a)",
        ("raise @ to the power {a}", "raise @ to the power of {a}"),
        (),
        (),
        ("@ to the power of {a}",),
        (),
        (Scalar("exponent", ("2.5", "1.5", "0.3", "3.5")),),
        needs="float",
        domain="positive",
    ),
    _U(
        "clip",
        "min(max(@, a), b)",
        (
            "clip @ to the range [{!a}, {!b}]",
            "clamp @ between {a} and {b}",
            "limit @ to [{!a}, {!b}]",
            "restrict @ to the interval from {a} to {b}",
        ),
        (),
        ("@ clipped to [{!a}, {!b}]", "@ clamped to [{!a}, {!b}]"),
        (),
        (),
        (
            Scalar("lower bound", ("0", "0.1", "1", "0.5")),
            Scalar("upper bound", ("10", "255", "100", "2", "5")),
        ),
    ),
    _U(
        "cap",
        "min(@, a)",
        ("cap @ at {a}", "limit @ to at most {a}"),
        ("the minimum of {a} and @", "the smaller of {a} and @"),
        ("@ capped at {a}",),
        (),
        (),
        (Scalar("upper limit", BOUNDS),),
    ),
    _U(
        "raise",
        "max(@, a)",
        ("raise @ to at least {a}",),
        ("the maximum of {a} and @", "the larger of {a} and @"),
        (),
        (),
        (),
        (Scalar("lower limit", BOUNDS),),
    ),
    _U(
        "relu",
        "max(@, 0)",
        (
            "apply relu to @",
            "replace @ by zero if it is negative",
            "set @ to zero if negative",
            "clamp @ at zero from below",
        ),
        ("the relu of @", "the positive part of @", "the maximum of zero and @"),
        ("relu(@)", "max(0, @)"),
        (),
        ("the positive parts of @",),
    ),
    _U(
        "sigmoid",
        "1 / (1 + exp(-@))",
        ("apply the sigmoid to @", "apply the logistic function to @"),
        ("the sigmoid of @", "the logistic function of @"),
        ("sigmoid(@)", "1/(1+exp(-@))"),
        (),
        ("the sigmoids of @",),
        needs="float",
    ),
    _U(
        "sign",
        "sign(@)",
        ("take the sign of @", "replace @ by its sign (-1, 0 or 1)"),
        ("the sign of @",),
        ("sign(@)",),
        (),
        ("the signs of @",),
    ),
    _U(
        "log1p",
        "log(1 + @)",
        (),
        ("the natural logarithm of one plus @", "the log of (1 + @)"),
        ("log(1 + @)",),
        (),
        (),
        needs="float",
        domain="nonnegative",
    ),
    _U(
        "modulo",
        "@ % a",
        ("reduce @ modulo {a}", "take @ modulo {a}", "replace @ by its remainder modulo {a}"),
        (),
        ("@ mod {a}", "@ modulo {a}"),
        (),
        (),
        (Scalar("modulus", MODULI),),
        needs="integer",
        domain="nonzero a",
    ),
)


@dataclass(frozen=True)
class Condition:
    """A property of one element."""

    name: str
    text: str
    predicates: tuple[str, ...]
    """After "is" or "are": `greater than {a}`."""
    adjectives: tuple[str, ...] = ()
    """Before "elements": `positive`."""
    scalars: tuple[Scalar, ...] = ()
    needs: str = "any"
    plain: bool = True
    """Whether the predicates also follow the noun directly: "elements greater than {a}"."""


_C = Condition
_T = (Scalar("threshold", BOUNDS),)
_LH = (Scalar("lower bound", ("0", "1", "0.1", "2")), Scalar("upper bound", ("10", "5", "100", "20")))
CONDITIONS: tuple[Condition, ...] = (
    _C(
        "greater",
        "@ > a",
        (
            "greater than {a}",
            "larger than {a}",
            "above {a}",
            "strictly greater than {a}",
            "bigger than {a}",
            "> {a}",
        ),
        (),
        _T,
    ),
    _C(
        "at least",
        "@ >= a",
        (
            "at least {a}",
            "greater than or equal to {a}",
            "not less than {a}",
            "no smaller than {a}",
            ">= {a}",
        ),
        (),
        _T,
    ),
    _C(
        "less",
        "@ < a",
        ("less than {a}", "smaller than {a}", "below {a}", "strictly less than {a}", "under {a}"),
        (),
        _T,
    ),
    _C(
        "at most",
        "@ <= a",
        (
            "at most {a}",
            "less than or equal to {a}",
            "not greater than {a}",
            "no larger than {a}",
            "not above {a}",
        ),
        (),
        _T,
    ),
    _C("equal", "@ == a", ("equal to {a}", "exactly {a}", "the same as {a}"), (), (Scalar("value", WHOLE),)),
    _C(
        "unequal",
        "@ != a",
        ("not equal to {a}", "different from {a}", "other than {a}"),
        (),
        (Scalar("value", WHOLE),),
    ),
    _C(
        "positive",
        "@ > 0",
        ("positive", "greater than zero", "above zero", "greater than 0", "strictly positive"),
        ("positive", "strictly positive"),
    ),
    _C(
        "negative",
        "@ < 0",
        ("negative", "less than zero", "below zero", "smaller than 0", "strictly negative"),
        ("negative",),
    ),
    _C(
        "nonnegative",
        "@ >= 0",
        ("nonnegative", "non-negative", "at least zero", "greater than or equal to zero"),
        ("nonnegative", "non-negative"),
    ),
    _C("zero", "@ == 0", ("zero", "equal to zero", "equal to 0", "exactly zero"), ("zero",)),
    _C(
        "nonzero",
        "@ != 0",
        ("nonzero", "not zero", "not equal to zero", "different from zero", "non-zero"),
        ("nonzero", "non-zero"),
    ),
    _C(
        "between",
        "@ >= a && @ <= b",
        (
            "between {a} and {b} inclusive",
            "in the range [{!a}, {!b}]",
            "between {a} and {b} (inclusive)",
            "in the closed interval from {a} to {b}",
            "at least {a} and at most {b}",
        ),
        (),
        _LH,
    ),
    _C(
        "strictly between",
        "@ > a && @ < b",
        (
            "strictly between {a} and {b}",
            "between {a} and {b} exclusive",
            "greater than {a} and less than {b}",
            "in the open interval ({!a}, {!b})",
        ),
        (),
        _LH,
    ),
    _C(
        "outside",
        "@ < a || @ > b",
        (
            "outside the range [{!a}, {!b}]",
            "less than {a} or greater than {b}",
            "outside [{!a}, {!b}]",
            "below {a} or above {b}",
        ),
        (),
        _LH,
    ),
    _C(
        "large",
        "abs(@) > a",
        ("greater than {a} in absolute value", "larger than {a} in magnitude", "above {a} in absolute value"),
        (),
        _T,
    ),
    _C(
        "small",
        "abs(@) < a",
        ("less than {a} in absolute value", "smaller than {a} in magnitude", "below {a} in absolute value"),
        (),
        _T,
    ),
    _C(
        "even",
        "@ % 2 == 0",
        ("even", "divisible by two", "divisible by 2", "even numbers"),
        ("even",),
        needs="integer",
        plain=False,
    ),
    _C(
        "odd", "@ % 2 != 0", ("odd", "not divisible by 2", "not even"), ("odd",), needs="integer", plain=False
    ),
    _C(
        "divisible",
        "@ % a == 0",
        ("divisible by {a}", "multiples of {a}", "evenly divisible by {a}"),
        (),
        (Scalar("divisor", MODULI),),
        needs="integer",
    ),
    _C(
        "indivisible",
        "@ % a != 0",
        ("not divisible by {a}", "not multiples of {a}"),
        (),
        (Scalar("divisor", MODULI),),
        needs="integer",
    ),
)

_ATOM = re.compile(r"[\w.]+(\[[^\[\]]*\])*|\w+\([^()]*\)")


def put(template: str, element: str) -> str:
    """Notation: `template` of `element`, which is bracketed where it is more than a name."""
    return template.replace("@", element if _ATOM.fullmatch(element) else f"({element})")


def renamed(text: str, letters: str) -> str:
    """Notation: the scalars `a`, `b` of a template called by `letters` instead."""
    return (
        text if letters[:1] in ("", "a") else re.sub(r"\b[ab]\b", lambda m: letters["ab".index(m[0])], text)
    )


def reworded(text: str, letters: str) -> str:
    """English: the same in slots, `{a}`."""
    return (
        text
        if letters[:1] in ("", "a")
        else re.sub(r"\{(!?)([ab])\}", lambda m: "{" + m[1] + letters["ab".index(m[2])] + "}", text)
    )


@dataclass(frozen=True)
class Expression:
    """One or two unary functions, the first applied first, with the scalars they take."""

    steps: tuple[Unary, ...]
    letters: tuple[str, ...]
    """Of each step, the names of its scalars."""

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.steps)

    @property
    def scalars(self) -> dict[str, Scalar]:
        return {
            letter: s
            for step, own in zip(self.steps, self.letters, strict=True)
            for letter, s in zip(own, step.scalars, strict=True)
        }

    def text(self, element: str) -> str:
        """In notation."""
        for step, letters in zip(self.steps, self.letters, strict=True):
            element = put(renamed(step.text, letters), element)
        return element

    def noun(self, rng: random.Random, element: str) -> str:
        """English of the value: "the square root of |x|"."""
        open_ = False
        for step, letters in zip(self.steps, self.letters, strict=True):
            options = [(n, False) for n in (*step.nouns, *step.posts)] + [(n, True) for n in step.infix]
            if open_:
                element = f"({element})"
            elif element.startswith(("the ", "twice ", "half ")):
                closed = [(n, False) for n in step.nouns] or [
                    (n, True) for n in step.infix if n.endswith("@")
                ]
                options = closed or options
                if not closed:
                    element = f"({element})"
            elif " " in element:
                options = [(n, o) for n, o in options if n not in step.posts or n.startswith("@ ")] or options
            template, infix = options[int(rng.random() * len(options))]
            element = reworded(template, letters).replace("@", element)
            open_ = infix
        return element

    def verb(self, rng: random.Random, element: str) -> str:
        """English of the action: "square each element and then add one to it"."""
        parts = []
        for step, letters in zip(self.steps, self.letters, strict=True):
            if step.verbs:
                parts.append("^" + reworded(rng.choice(step.verbs), letters).replace("@", element))
            else:
                parts.append(
                    "^replace @ by ".replace("@", element)
                    + reworded(rng.choice(step.nouns), letters).replace("@", "it")
                )
            element = rng.choice(("the result", "it", "the result"))
        if len(parts) == 1:
            return parts[0]
        return parts[0] + rng.choice((" and then ", " and ", ", then ", ", and then ")) + parts[1]


def scalar_arguments(scalars: dict[str, Scalar], type_: str = "T") -> str:
    """Their declarations, each after ", "."""
    return "".join(f", {type_} {letter}" for letter in scalars)


def roles(scalars: dict[str, Scalar]) -> dict[str, str]:
    return {letter: s.role for letter, s in scalars.items()}


def constants(scalars: dict[str, Scalar], integers: bool) -> dict[str, tuple[str, ...]]:
    """Numbers that may stand for the scalars; whole ones for integer types."""
    found = {}
    for letter, s in scalars.items():
        options = tuple(c for c in s.constants if c.isdigit()) if integers else s.constants
        if options:
            found[letter] = options
    return found


def draw_expression(
    rng: random.Random,
    depth: int = 0,
    *,
    integers: bool = False,
    letters: str = "abcd",
    positive: bool = False,
) -> Expression:
    """One step, or (depth 2, or at random) two; of integers if so. Roots and logarithms only of what cannot be negative."""
    steps: list[Unary] = []
    count = depth or rng.choice((1, 1, 2))
    while len(steps) < count:
        step = rng.choice(UNARIES)
        if step.needs == ("float" if integers else "integer"):
            continue
        if step.domain in ("positive", "nonnegative", "nonzero", "small") and not _within(
            step.domain, steps, positive and count == 1
        ):
            continue
        if steps and (steps[-1].name == step.name or {steps[-1].name, step.name} in _POINTLESS):
            continue
        steps.append(step)
    named = []
    at = 0
    for step in steps:
        named.append(letters[at : at + len(step.scalars)])
        at += len(step.scalars)
    return Expression(tuple(steps), tuple(named))


_POINTLESS = (
    {"abs", "square"},
    {"abs", "negate"},
    {"increment", "decrement"},
    {"double", "halve"},
    {"square", "sqrt"},
    {"floor", "ceil"},
    {"exp", "log"},
    {"relu", "abs"},
    {"sign", "abs"},
    {"sign", "floor"},
    {"relu", "raise"},
    {"clip", "cap"},
    {"clip", "raise"},
    {"relu", "sqrt"},
    {"add", "subtract"},
    {"relu", "clip"},
    {"sign", "relu"},
    {"negate", "subtract"},
    {"abs", "exp"},
    {"sign", "sqrt"},
    {"add", "increment"},
    {"subtract", "decrement"},
    {"complement", "negate"},
    {"sigmoid", "relu"},
    {"sigmoid", "abs"},
    {"add", "decrement"},
    {"subtract", "increment"},
    {"double", "triple"},
    {"double", "scale"},
    {"triple", "scale"},
    {"halve", "scale"},
    {"complement", "increment"},
    {"complement", "decrement"},
    {"square", "cube"},
)


def _within(domain: str, steps: Sequence[Unary], positive: bool) -> bool:
    """Whether what comes before keeps the step within its domain (as far as the tests' data go)."""
    last = steps[-1].name if steps else ""
    if domain == "small":
        return last not in ("exp", "square", "cube")
    if domain == "nonzero":
        return last in ("exp", "sigmoid") or (positive and not steps)
    if domain == "nonnegative":
        return last in ("abs", "square", "exp", "sigmoid", "relu") or (positive and not steps)
    return last in ("exp", "sigmoid") or (positive and not steps)


@dataclass(frozen=True)
class Test:
    """A condition with names for its scalars."""

    condition: Condition
    letters: str = "ab"

    @property
    def scalars(self) -> dict[str, Scalar]:
        return dict(zip(self.letters, self.condition.scalars, strict=False))

    def text(self, element: str) -> str:
        return put(renamed(self.condition.text, self.letters), element)

    def predicate(self, rng: random.Random) -> str:
        """After "is" or "are"."""
        return reworded(rng.choice(self.condition.predicates), self.letters)

    def one(self, rng: random.Random) -> str:
        """After "it is": "greater than {a}"; plurals made singular."""
        text = self.predicate(rng)
        return (
            text.replace("not multiples of", "not a multiple of")
            .replace("multiples of", "a multiple of")
            .replace("even numbers", "even")
        )

    def which(self, rng: random.Random, array: str = "{x}") -> str:
        """A plural: "the elements of {x} that are greater than {a}", "positive elements of {x}"."""
        noun = rng.choice(("elements", "elements", "values", "entries", "numbers"))
        of = "in" if noun in ("values", "numbers") and rng.random() < 0.6 else "of"
        c = self.condition
        if c.adjectives and rng.random() < 0.6:
            return f"{rng.choice(('the ', 'the ', 'all ', 'all the '))}{rng.choice(c.adjectives)} {noun} {of} {array}"
        predicate = self.predicate(rng)
        lead = rng.choice(("the ", "the ", "all ", "those "))
        if lead == "those " or not c.plain or rng.random() < 0.65:
            return f"{lead}{noun} {of} {array} {rng.choice(('that', 'that', 'which'))} are {predicate}"
        return f"{lead}{noun} {of} {array} {predicate}"


def draw_test(rng: random.Random, *, integers: bool = False, letters: str = "ab") -> Test:
    while True:
        condition = rng.choice(CONDITIONS)
        if condition.needs == "any" or integers:
            return Test(condition, letters)
