"""Values of other shapes than independent uniform ones: where vectorised, reordered or narrowed code goes wrong.

A style maps what a fill drew to other values of the same range. Floats leave the range where special values are
admissible, integers where the workload states none and sanitizers watch (`free`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passwright.bench.fill import dtype, integer_limits, special_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

FLOAT_STYLES = (
    "equal",  # one value everywhere
    "sorted",
    "reversed",
    "alternating",  # in sign
    "few",  # three values: ties
    "zeros",  # of both signs, among others
    "tiny",  # subnormals and what is next to them
    "huge",  # magnitudes over the whole exponent range, next to each other
    "special",  # NaN of several payloads, infinities, extremes, with little between them
    "round",  # whole numbers and halves: ties of rounding, exact arithmetic
    "constants",  # what the kernel compares with, and the neighbours of that
)
EXACT_STYLES = (*FLOAT_STYLES, "extremes")
"""With those that say something of integers only: the ends of the range."""
CORNER_STYLES = ("special", "zeros", "round", "constants", "extremes")
"""Those whose values are what matters: few elements at a time, or one hides the other."""
GUIDED_STYLES = ("", "mixed", "mixed", "constants", "extremes", "special", "few")
"""What guided search draws from; "mixed": another style for each buffer."""


@dataclass(frozen=True)
class Constants:
    """What a kernel compares with (`passwright._native.comparison_constants`)."""

    integers: tuple[int, ...] = ()
    floats: tuple[float, ...] = ()


NO_CONSTANTS = Constants()


def restyle(
    rng: np.random.Generator,
    style: str,
    code: str,
    drawn: Array,
    low: float,
    high: float,
    *,
    constants: Constants = NO_CONSTANTS,
    free: bool = False,
) -> Array:
    """`drawn` in another style, an array of the same type and length within [low, high] unless `free`."""
    if not len(drawn):
        return drawn
    if style == "mixed":
        style = EXACT_STYLES[rng.integers(0, len(EXACT_STYLES))]
    shaped = _shaped(rng, style, drawn)
    if shaped is not None:
        return shaped
    values = (_floats if code.startswith("f") else _integers)(rng, style, code, low, high, constants, free)
    if not len(values):
        return drawn
    # Sometimes one element, sometimes some, sometimes all: rare paths taken rarely, and always.
    share = (0.0, 0.2, 1.0)[rng.integers(0, 3)]
    chosen = rng.random(len(drawn)) < share
    chosen[rng.integers(0, len(drawn))] = True
    import numpy as np

    picked = values[rng.integers(0, len(values), len(drawn))]
    return np.where(chosen, picked, drawn).astype(dtype(code))


def _shaped(rng: np.random.Generator, style: str, drawn: Array) -> Array | None:
    """Styles that use no other values than those drawn."""
    import numpy as np

    match style:
        case "equal":
            return np.full_like(drawn, drawn[0])
        case "sorted":
            ascending: Array = np.sort(drawn)
            return ascending
        case "reversed":
            descending: Array = np.sort(drawn)[::-1].copy()
            return descending
        case "few":
            few: Array = drawn[rng.integers(0, min(3, len(drawn)), len(drawn))]
            return few
        case "alternating" if drawn.dtype.kind != "u" and (drawn < 0).any() and (drawn > 0).any():
            # The range has both signs; the smaller side decides how far it reaches.
            reach = min(-drawn.min().item(), drawn.max().item())  # numpy's integers have no -INT_MIN
            sizes = np.abs(np.clip(drawn, -reach, reach))
            signed: Array = np.where(np.arange(len(drawn)) % 2 == 0, sizes, -sizes).astype(drawn.dtype)
            return signed
        case "alternating":
            ordered: Array = np.sort(drawn)
            ordered[1::2] = ordered[1::2][::-1].copy()
            return ordered
    return None


def _floats(
    rng: np.random.Generator, style: str, code: str, low: float, high: float, constants: Constants, free: bool
) -> Array:
    import numpy as np

    kind = dtype(code)
    info = np.finfo(kind)
    with np.errstate(all="ignore"):
        match style:
            case "zeros":
                found = np.array([0.0, -0.0, 0.0, -0.0, low, high], kind)
            case "tiny":
                steps = np.array([1, 2, 3, 1000, 2**20], np.float64) * float(info.smallest_subnormal)
                edge = np.array([info.tiny, np.nextafter(info.tiny, kind.type(0)), 2 * info.tiny], kind)
                found = np.concatenate([steps.astype(kind), edge])
                found = np.concatenate([found, -found])
            case "huge":
                exponents = rng.uniform(info.minexp, info.maxexp, 64)
                found = (np.exp2(exponents) * rng.choice([-1.0, 1.0], 64)).astype(kind)
            case "special":
                found = np.concatenate([special_values(code), _nans(kind)])
            case "round":
                found = (rng.integers(-600, 600, 64) / 2).astype(kind)
                found = np.concatenate([found, np.array([0.5, -0.5, 1.5, 2.5, low, high], kind)])
            case "constants":
                known = np.array([*constants.floats, *map(float, constants.integers)], np.float64).astype(
                    kind
                )
                found = np.concatenate([known, np.nextafter(known, kind.type(np.inf))])
                found = np.concatenate([found, np.nextafter(known, kind.type(-np.inf)), -known])
            case _:
                found = np.array([low, high], kind)
        return found if free else found[(found >= low) & (found <= high)]


def _nans(kind: np.dtype[Any]) -> Array:
    """Quiet NaN of both signs and of several payloads; no signalling ones, which loads may quieten."""
    import numpy as np

    bits = np.dtype(f"u{kind.itemsize}")
    quiet = int(np.array([np.nan], kind).view(bits)[0])
    sign = 1 << (8 * kind.itemsize - 1)
    patterns = np.array([quiet, quiet | 1, quiet | 0x155, quiet | sign, quiet | sign | 7], bits)
    return patterns.view(kind)


def _integers(
    rng: np.random.Generator, style: str, code: str, low: float, high: float, constants: Constants, free: bool
) -> Array:
    import numpy as np

    smallest, largest = integer_limits(code) if free else (int(low), int(high))
    match style:
        case "constants":
            near = [value + step for value in constants.integers for step in (-1, 0, 1)]
            near += [int(value) for value in constants.floats if abs(value) < 2**62]
            # A comparison of an unsigned value knows its constant as a signed one.
            found = near + [value + 2**64 for value in near if value < 0]
        case "zeros" | "tiny":
            found = [-2, -1, 0, 1, 2]
        case "huge":
            bits = rng.integers(0, max(1, max(abs(smallest), abs(largest)).bit_length()), 32).tolist()
            found = [sign * (1 << bit) + step for bit in bits for sign in (1, -1) for step in (-1, 0)]
        case _:
            middle = (smallest + largest) // 2
            found = [smallest, smallest + 1, largest, largest - 1, middle, int(low), int(high)]
    kept = [value for value in found if smallest <= value <= largest]
    return np.array(kept, object).astype(dtype(code)) if kept else np.zeros(0, dtype(code))
