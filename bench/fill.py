"""The contents of buffers, generated with numpy and the same for the same seed and name on every machine.

A fill returns an array of the element's dtype; `bench/workload.py` decides counts and bounds and asks for one
scalar field at a time. Sources of special values: IEEE 754-2019 (subnormals, signed zeros, infinities, NaN).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

FILLS = (
    "uniform",
    "index",
    "offsets",
    "sorted",
    "permutation",
    "iota",
    "constant",
    "text",
    "zero",
    "spd",
    "pointers",
)
TEXT_ALPHABET = "abcdefghijklmnopqrstuvwxyz ,."
SPECIAL_SHARE = 0.15
"""The part of a float buffer's elements that special calls overwrite."""


def generator(seed: int, name: str) -> np.random.Generator:
    """An independent stream per (seed, name), stable across processes (unlike `hash`)."""
    import numpy as np

    return np.random.Generator(np.random.PCG64([seed & 0xFFFFFFFF, zlib.crc32(name.encode())]))


def dtype(code: str) -> np.dtype[Any]:
    """The numpy type of a scalar element code."""
    import numpy as np

    kind, bits = ("u1", 8) if code == "bool" else (code[0], int(code[1:]))
    return np.dtype("u1") if code == "bool" else np.dtype(f"<{kind}{bits // 8}")


def default_range(code: str) -> tuple[int | float, int | float]:
    """What `uniform` draws from when the workload does not say.

    Small enough that short sums do not overflow.
    """
    if code.startswith("f"):
        return (-1.0, 1.0)
    return {"bool": (0, 1), "u8": (0, 255), "i8": (-100, 100)}.get(
        code, (0, 200) if code[0] == "u" else (-100, 100)
    )


def integer_limits(code: str) -> tuple[int, int]:
    """The smallest and largest value of an integer code."""
    if code == "bool":
        return (0, 1)
    bits = int(code[1:])
    return (0, 2**bits - 1) if code[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def uniform(rng: np.random.Generator, code: str, count: int, low: float, high: float) -> Array:
    """Floats from [low, high), integers from [low, high]."""
    if code.startswith("f"):
        return rng.uniform(low, high, count).astype(dtype(code))
    kind = "u8" if high > 2**63 - 1 else "i8"
    return rng.integers(int(low), int(high), count, dtype=kind, endpoint=True).astype(dtype(code))


def index(rng: np.random.Generator, code: str, count: int, below: int) -> Array:
    """Valid indices into an array of `below` elements; zeros when there is none."""
    import numpy as np

    if below <= 0:
        return np.zeros(count, dtype(code))
    return rng.integers(0, below, count).astype(dtype(code))


def offsets(rng: np.random.Generator, code: str, count: int, total: int) -> Array:
    """A non-decreasing sequence from 0 to `total`, as row starts of a CSR matrix are; some rows are empty."""
    import numpy as np

    result = np.zeros(max(count, 0), dtype(code))
    if count > 1:
        cuts = rng.integers(0, total, count - 2, endpoint=True)
        result[1:-1] = np.sort(cuts)
        result[-1] = total
    return result


def permutation(rng: np.random.Generator, code: str, count: int) -> Array:
    return rng.permutation(count).astype(dtype(code))


def iota(code: str, count: int, start: float, step: float) -> Array:
    """start, start + step, …"""
    import numpy as np

    return (start + step * np.arange(count)).astype(dtype(code))


def constant(code: str, count: int, value: float) -> Array:
    import numpy as np

    return np.full(count, value, dtype(code))


def text(rng: np.random.Generator, code: str, count: int, alphabet: str, terminate: bool) -> Array:
    """Characters drawn from `alphabet`; the last one is 0 when `terminate`."""
    import numpy as np

    letters = np.frombuffer(alphabet.encode("latin-1"), np.uint8)
    result = letters[rng.integers(0, len(letters), count)].astype(dtype(code))
    if terminate and count:
        result[-1] = 0
    return result


def spd(rng: np.random.Generator, code: str, count: int, order: int) -> Array:
    """Symmetric matrices of `order` rows with a dominant diagonal, hence positive definite (Gershgorin)."""
    import numpy as np

    if order == 0 or count == 0:
        return np.zeros(count, dtype(code))
    blocks = rng.uniform(-1.0, 1.0, (count // (order * order), order, order))
    blocks = (blocks + blocks.transpose(0, 2, 1)) / 2
    blocks[:, np.arange(order), np.arange(order)] = order + rng.uniform(0.0, 1.0, blocks.shape[:2])
    return blocks.reshape(-1).astype(dtype(code))


def special_values(code: str) -> Array:
    """What arithmetic treats differently: NaN, infinities, both zeros, subnormals.

    The largest and smallest numbers.
    """
    import numpy as np

    info = np.finfo(dtype(code))
    return np.array(
        [
            np.nan,
            np.inf,
            -np.inf,
            0.0,
            -0.0,
            info.smallest_subnormal,
            -info.smallest_subnormal,
            info.tiny,
            info.max,
            info.min,
            1.0,
            -1.0,
            1.0 + info.eps,
        ],
        dtype(code),
    )


def sprinkle(rng: np.random.Generator, code: str, values: Array, low: float, high: float) -> Array:
    """`values` with special ones among them: any for floats, the ends of the stated range for integers."""
    import numpy as np

    if not len(values):
        return values
    choices = special_values(code) if code.startswith("f") else np.array([low, high], dtype(code))
    chosen = rng.random(len(values)) < SPECIAL_SHARE
    chosen[rng.integers(0, len(values))] = True
    result: Array = np.where(chosen, choices[rng.integers(0, len(choices), len(values))], values)
    return result.astype(dtype(code))
