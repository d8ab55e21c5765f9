"""Sizes and bytes of values of LLVM's first-class types on x86-64, as a call shim stores and loads them."""

from __future__ import annotations

import re
import struct

from passwright.bench.call import Scalar
from passwright.passes.errors import InputError

_FLOATS = {"half": "e", "float": "f", "double": "d"}
_SIZES = {
    "half": (2, 2),
    "bfloat": (2, 2),
    "float": (4, 4),
    "double": (8, 8),
    "x86_fp80": (16, 16),
    "fp128": (16, 16),
    "ptr": (8, 8),
}
_TOKEN = re.compile(r"\s*([A-Za-z_][\w.]*|\d+|<\{|\}>|[<>\[\]{},])")


def type_size(text: str) -> int:
    """The bytes that a value of an IR type takes in memory, padding at its end included.

    Raises `InputError` for a type that has no size of its own (opaque, scalable or named types).
    """
    size, align, rest = _layout(_TOKEN.findall(text), text)
    if rest:
        raise InputError(f"cannot read the IR type '{text}'")
    return -(-size // align) * align


def scalar_bytes(scalar: Scalar) -> bytes:
    """The value as the shim loads it: little-endian, `i1` as one byte, integers modulo their width."""
    kind, value = scalar.ir_type, scalar.value
    if kind in _FLOATS:
        try:
            return struct.pack("<" + _FLOATS[kind], float(value))
        except OverflowError:  # Beyond the type's range: what a conversion in C gives.
            return struct.pack("<" + _FLOATS[kind], float("inf") if value > 0 else float("-inf"))
    if re.fullmatch(r"i\d+", kind):
        bits = int(kind[1:])
        return (int(value) & ((1 << bits) - 1)).to_bytes(type_size(kind), "little")
    raise InputError(f"argument '{scalar.name}' has the type {kind}, which cannot be given as a number")


def _layout(tokens: list[str], text: str) -> tuple[int, int, list[str]]:
    """Size, alignment and the tokens behind the type."""
    if not tokens:
        raise InputError(f"cannot read the IR type '{text}'")
    head, rest = tokens[0], tokens[1:]
    if head in _SIZES:
        return *_SIZES[head], rest
    if re.fullmatch(r"i\d+", head):
        size = 1 << (max(8, int(head[1:])) - 1).bit_length() >> 3
        return size, min(size, 16), rest
    if head in ("[", "<") and len(rest) > 2 and rest[0].isdigit() and rest[1] == "x":
        size, align, rest = _layout(rest[2:], text)
        count = int(tokens[1])
        if not rest or rest[0] != {"[": "]", "<": ">"}[head]:
            raise InputError(f"cannot read the IR type '{text}'")
        if head == "[":
            return -(-size // align) * align * count, align, rest[1:]
        whole = 1 << (size * count - 1).bit_length()
        return whole, whole, rest[1:]
    if head in ("{", "<{"):
        return _struct(rest, text, packed=head == "<{")
    raise InputError(
        f"values of the IR type '{text}' cannot be passed", hint="wrap the kernel in a simpler function"
    )


def _struct(tokens: list[str], text: str, *, packed: bool) -> tuple[int, int, list[str]]:
    end, offset, widest = "}>" if packed else "}", 0, 1
    while tokens and tokens[0] != end:
        size, align, tokens = _layout(tokens, text)
        if not packed:
            offset = -(-offset // align) * align
            widest = max(widest, align)
        offset += size
        if tokens and tokens[0] == ",":
            tokens = tokens[1:]
    if not tokens:
        raise InputError(f"cannot read the IR type '{text}'")
    return offset, widest, tokens[1:]
