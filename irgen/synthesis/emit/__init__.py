"""Writes the body of a C or C++ function for a program of the formal notation, in one of several styles.

    emit(parse("s = sum[i](x[i]) for f64[n]"), "c", "plain")
    "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;"

On canonical names (irgen/notation/canonical.py), in one line with fixed spacing. Arrays are plain pointers to row-major
data, also an array that is returned; sizes are int64_t; `out` and `inout` scalars are pointers. Integer arithmetic is C's:
what overflows in the notation overflows here.
"""

from __future__ import annotations

from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.resolve import resolve
from passwright.irgen.notation.syntax import Program
from passwright.irgen.synthesis.emit.context import Context, Language, Style
from passwright.irgen.synthesis.emit.symbols import with_numbers, with_symbols

STYLES: dict[Language, tuple[Style, ...]] = {"c": ("plain", "tuned"), "cpp": ("plain", "tuned", "stl")}
"""`plain`: loops as the definition has them. `tuned`: loop orders that follow memory, edges apart from the interior,
statements fused, sorting in n log n. `stl`: the standard library's algorithms where they fit."""

HEADERS: dict[Language, tuple[str, ...]] = {
    "c": ("limits.h", "math.h", "stdbool.h", "stdint.h", "stdlib.h", "string.h"),
    "cpp": (
        "algorithm", "climits", "cmath", "cstdint", "cstdlib", "cstring", "functional", "numeric", "utility", "vector",
    ),
}  # fmt: skip
"""Everything that a body may need; `headers` says what it does."""

_NEEDS = {
    "limits.h": ("CHAR_MIN", "CHAR_MAX"), "stdbool.h": ("bool", "true", "false"),
    "stdlib.h": ("malloc", "calloc", "free", "abs", "llabs"), "string.h": ("memcpy", "memset"),
    "climits": ("CHAR_MIN", "CHAR_MAX"), "functional": ("std::greater", "std::plus", "std::multiplies", "std::bit_"),
    "vector": ("std::vector",), "utility": ("std::swap",), "cstdlib": ("llabs",), "cstring": ("memcpy", "memset"),
    "numeric": (
        "std::accumulate", "std::inner_product", "std::iota", "std::partial_sum", "std::gcd", "std::lcm",
        "std::transform_reduce", "std::inclusive_scan", "std::exclusive_scan", "std::adjacent_difference",
    ),
}  # fmt: skip
_MATH = (
    "sqrt", "cbrt", "exp", "log", "log2", "sin", "cos", "tan", "tanh", "atan", "floor", "ceil", "round", "pow", "atan2",
    "hypot", "fmin", "fmax", "fabs",
)  # fmt: skip


def emit(program: Program, language: Language, style: Style) -> str:
    """The body for `program`, whose names need not be canonical; what it writes is.

    Raises:
        ProgramError: what `resolve` finds wrong with the program.
    """
    from passwright.irgen.synthesis.emit import statements

    symbolic, numbers = with_symbols(canonical(program).program)
    ctx = Context(resolve(symbolic), language, style)
    ctx.numbers = numbers
    return with_numbers(statements.body(ctx), numbers)


def headers(body: str, language: Language) -> tuple[str, ...]:
    """The headers that the body needs."""
    import re

    words = set(re.findall(r"(?:std::)?\w+", body))
    found = []
    for header in HEADERS[language]:
        if header in ("stdint.h", "cstdint"):
            found.append(header)
        elif header in ("math.h", "cmath"):
            names = {"INFINITY", "std::abs"} | {
                f"{p}{m}{s}" for m in _MATH for p in ("", "std::") for s in ("", "f")
            }
            found += [header] if words & names else []
        elif header == "algorithm":
            rest = {w for w in words if w.startswith("std::")}
            known = {w for h in HEADERS["cpp"] for w in _NEEDS.get(h, ())} | {f"std::{m}" for m in _MATH}
            found += [header] if rest - known - {"std::abs"} else []
        elif any(
            w.startswith(n) if n.endswith("_") else w == n for w in words for n in _NEEDS.get(header, ())
        ):
            found.append(header)
    return tuple(found)


__all__ = ["HEADERS", "STYLES", "Language", "Style", "emit", "headers"]
