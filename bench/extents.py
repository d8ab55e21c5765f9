"""How far a buffer reaches, as a polynomial in the kernel's sizes, found from observed extents.

`fit` samples an extent at chosen sizes and interpolates exactly, over the rationals: the degree in each size
comes from finite differences along it, the coefficients from the tensor grid of degrees plus one, and two
points outside the grid must agree. What is not a polynomial (an early exit, a rounded quotient) gives None;
`upper_bound` then finds a multiple of a product of sizes that covers every observation.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Monomial = tuple[tuple[str, int], ...]
"""Sizes with their powers, sorted by name; () is the constant's."""

Probe = Callable[[Mapping[str, int]], "int | None"]
"""The extent observed at the given sizes, None where the kernel could not be observed."""

MAX_DEGREE = 3
MAX_GRID = 96
MAX_REST = 8
_FACTORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32)
FAR = 9
"""Steps at which an extent that looks constant is looked at again."""


@dataclass(frozen=True)
class Polynomial:
    """A polynomial with rational coefficients; zero terms are left out."""

    terms: Mapping[Monomial, Fraction]

    @staticmethod
    def constant(value: int | Fraction) -> Polynomial:
        return Polynomial({(): Fraction(value)} if value else {})

    @staticmethod
    def size(name: str) -> Polynomial:
        return Polynomial({((name, 1),): Fraction(1)})

    @property
    def sizes(self) -> frozenset[str]:
        return frozenset(name for monomial in self.terms for name, _ in monomial)

    def at(self, values: Mapping[str, int]) -> Fraction:
        return sum(
            (
                c * math.prod(values[name] ** power for name, power in monomial)
                for monomial, c in self.terms.items()
            ),
            Fraction(0),
        )

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + coefficient
        return Polynomial({monomial: c for monomial, c in terms.items() if c})

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Monomial, Fraction] = {}
        for (left, a), (right, b) in itertools.product(self.terms.items(), other.terms.items()):
            powers = dict(left)
            for name, power in right:
                powers[name] = powers.get(name, 0) + power
            monomial = tuple(sorted(powers.items()))
            terms[monomial] = terms.get(monomial, Fraction(0)) + a * b
        return Polynomial({monomial: c for monomial, c in terms.items() if c})

    def in_powers_of(self, name: str) -> list[Polynomial]:
        """The coefficients, constant first, of `self` as a polynomial in one size."""
        degree = max((dict(monomial).get(name, 0) for monomial in self.terms), default=0)
        parts: list[dict[Monomial, Fraction]] = [{} for _ in range(degree + 1)]
        for monomial, coefficient in self.terms.items():
            rest = tuple(item for item in monomial if item[0] != name)
            parts[dict(monomial).get(name, 0)][rest] = coefficient
        return [Polynomial(part) for part in parts]

    def divide(self, name: str, root: Polynomial) -> Polynomial | None:
        """The quotient by `(name - root)`, None unless that divides (synthetic division)."""
        parts = self.in_powers_of(name)
        power_of_name = Polynomial.constant(1)
        quotient, carry = Polynomial({}), Polynomial({})
        carries: list[Polynomial] = []
        for part in reversed(parts):
            carry = part + root * carry
            carries.append(carry)
        if carries.pop().terms:
            return None
        for coefficient in reversed(carries):
            quotient = quotient + coefficient * power_of_name
            power_of_name = power_of_name * Polynomial.size(name)
        return quotient

    def dimensions(self, order: Sequence[str] = ()) -> tuple[int | str, ...]:
        """The polynomial as factors that a workload's `shape` can hold: `("n + 1", "m")`, `("n", 3)`.

        Factors appear in the `order` of their sizes. One that may become negative below the sampled sizes is
        wrapped in `max(…, 0)`.
        """
        names = sorted(
            self.sizes, key=lambda name: (list(order).index(name) if name in order else len(order), name)
        )
        shifts = (0, -1, 1, -2, 2, -3, 3, -4, 4)
        roots = [(name, Polynomial.constant(shift)) for name in names for shift in shifts]
        roots += [
            (name, Polynomial.size(other) + Polynomial.constant(shift))
            for name, other in itertools.permutations(names, 2)
            for shift in shifts
        ]
        factors: list[Polynomial] = []
        rest = self
        for name, root in roots:
            while name in rest.sizes and (quotient := rest.divide(name, root)) is not None:
                rest = quotient
                factors.append(Polynomial.size(name) + root * Polynomial.constant(-1))
        scale = rest.terms.get((), Fraction(0))
        if any(c.denominator != 1 for c in rest.terms.values()) or (not rest.sizes and scale < 0):
            return (_text(self, names),)
        dimensions: list[int | str] = [_text(factor, names) for factor in factors]
        if rest.sizes:
            dimensions.append(_text(rest, names))
        elif scale != 1 or not dimensions:
            dimensions.append(int(scale))
        return tuple(dimensions)


def fit(probe: Probe, base: Mapping[str, int], sizes: Sequence[str], step: int = 1) -> Polynomial | None:
    """The polynomial in `sizes` that the observed extents follow, None where they follow none.

    Args:
        probe: observes; called at `base` and above, in multiples of `step`, and expected to remember.
        base: a value for every size.
        sizes: the sizes that the extent may depend on.
        step: the distance of samples, for kernels that need multiples.
    """

    def observe(offsets: Mapping[str, int]) -> int | None:
        return probe({name: value + step * offsets.get(name, 0) for name, value in base.items()})

    degrees: dict[str, int] = {}
    for name in sizes:
        degree = _degree(observe, name)
        if degree is None:
            return None
        if degree:
            degrees[name] = degree
    if math.prod(degree + 1 for degree in degrees.values()) > MAX_GRID:
        return None
    grid: dict[tuple[int, ...], Fraction] = {}
    names = list(degrees)
    for point in itertools.product(*(range(degree + 1) for degree in degrees.values())):
        value = observe(dict(zip(names, point, strict=True)))
        if value is None:
            return None
        grid[point] = Fraction(value)
    polynomial = _interpolate(grid, names, base, step)
    for check in (
        {name: 3 + i for i, name in enumerate(names)},
        {name: 5 - 2 * (i % 2) for i, name in enumerate(names)},
    ):
        value = observe(check)
        if value is None or polynomial.at({n: base[n] + step * check[n] for n in names}) != value:
            return None
    return polynomial


def upper_bound(observed: Sequence[tuple[Mapping[str, int], int]], sizes: Sequence[str]) -> Polynomial | None:
    """The tightest `c * (product of up to three sizes) + d` that is at least every observed extent.

    c is a small whole number and d at most 8, so observations at large sizes decide. None when there is none.
    """
    best: tuple[int, Polynomial] | None = None
    for degree in (1, 2, 3):
        for names in itertools.combinations_with_replacement(sizes, degree):
            product = math.prod((Polynomial.size(name) for name in names), start=Polynomial.constant(1))
            for factor in _FACTORS:
                candidate = product * Polynomial.constant(factor)
                missing = max((extent - int(candidate.at(values)) for values, extent in observed), default=0)
                if missing > MAX_REST:
                    continue
                candidate = candidate + Polynomial.constant(max(missing, 0))
                total = int(sum(candidate.at(values) for values, _ in observed))
                if best is None or total < best[0]:
                    best = (total, candidate)
                break
    return best[1] if best else None


def _degree(observe: Callable[[Mapping[str, int]], int | None], name: str) -> int | None:
    """The degree along one size: the order of the first constant finite differences."""
    values: list[int] = []
    for offset in range(MAX_DEGREE + 2):
        value = observe({name: offset})
        if value is None:
            return None
        values.append(value)
        if len(values) == 3 and values[0] == values[1] == values[2]:
            return 0 if observe({name: FAR}) == values[0] else None  # a step function is flat as well
    differences = values
    for degree in range(MAX_DEGREE + 1):
        if len(set(differences)) == 1:
            return degree
        differences = [after - before for before, after in itertools.pairwise(differences)]
    return None


def _interpolate(
    grid: Mapping[tuple[int, ...], Fraction], names: Sequence[str], base: Mapping[str, int], step: int
) -> Polynomial:
    """Newton's divided differences, one size after the other, expanded into powers."""
    coefficients: dict[tuple[int, ...], Fraction] = dict(grid)
    for axis, name in enumerate(names):
        lines: dict[tuple[int, ...], dict[int, Fraction]] = {}
        for point, value in coefficients.items():
            lines.setdefault((*point[:axis], *point[axis + 1 :]), {})[point[axis]] = value
        coefficients = {}
        for rest, line in lines.items():
            nodes = [base[name] + step * i for i in range(len(line))]
            for power, value in enumerate(_newton(nodes, [line[i] for i in range(len(line))])):
                coefficients[(*rest[:axis], power, *rest[axis:])] = value
    terms: dict[Monomial, Fraction] = {}
    for powers, value in coefficients.items():
        if value:
            terms[tuple(sorted((n, p) for n, p in zip(names, powers, strict=True) if p))] = value
    return Polynomial(terms)


def _newton(nodes: Sequence[int], values: Sequence[Fraction]) -> list[Fraction]:
    """Coefficients, constant first, of the polynomial through the points."""
    divided = list(values)
    for order in range(1, len(nodes)):
        for i in range(len(nodes) - 1, order - 1, -1):
            divided[i] = (divided[i] - divided[i - 1]) / (nodes[i] - nodes[i - order])
    result = [Fraction(0)]
    for i in range(len(nodes) - 1, -1, -1):  # Horner: result * (x - nodes[i]) + divided[i]
        shifted = [Fraction(0), *result]
        result = [a - nodes[i] * b for a, b in zip(shifted, [*result, Fraction(0)], strict=True)]
        result[0] += divided[i]
    while len(result) > 1 and not result[-1]:
        result.pop()
    return result + [Fraction(0)] * (len(nodes) - len(result))


def _text(polynomial: Polynomial, order: Sequence[str]) -> str:
    """The expanded polynomial over its common denominator, highest degree first, sizes in `order`."""
    denominator = math.lcm(*(c.denominator for c in polynomial.terms.values()))

    def rank(item: tuple[Monomial, Fraction]) -> tuple[bool, int, list[int]]:
        monomial, coefficient = item  # a leading minus reads badly
        return (
            coefficient < 0 and bool(monomial),
            -sum(p for _, p in monomial),
            [order.index(n) for n, _ in monomial],
        )

    parts: list[str] = []
    for monomial, coefficient in sorted(polynomial.terms.items(), key=rank):
        factor = abs(int(coefficient * denominator))
        names = [
            name for name, power in sorted(monomial, key=lambda p: order.index(p[0])) for _ in range(power)
        ]
        product = " * ".join([*([str(factor)] if factor != 1 or not names else []), *names])
        sign = "-" if coefficient < 0 else "+"
        parts.append(product if not parts and sign == "+" else f"{sign} {product}")
    text = " ".join(parts)
    if any(c < 0 for c in polynomial.terms.values()):
        text = f"max({text}, 0)"
    return text if denominator == 1 else f"({text}) // {denominator}"
