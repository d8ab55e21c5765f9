"""Prototypes drawn for programs, as a user could have written them, for training and evaluation.

    draw(rng, program, "dot") -> ("double dot(const double *x, const double *y, int n)", program in that order)

The program comes back in the prototype's order, with sizes that the caller's containers know as `len`, and sometimes with
another floating-point type, where the sentence leaves that open.
"""

from __future__ import annotations

import random
from dataclasses import replace

from passwright.irgen.notation.syntax import Declaration, Name, Program, walk

_C = {
    "f32": "float", "f64": "double", "i8": "int8_t", "i16": "int16_t", "i32": "int", "i64": "int64_t", "u8": "uint8_t",
    "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "bool": "bool", "char": "char",
}  # fmt: skip
_OTHER = {
    "i32": ("int32_t", "int"), "i64": ("int64_t", "long", "long long"), "u8": ("uint8_t", "unsigned char"),
    "u32": ("uint32_t", "unsigned", "unsigned int"), "u64": ("uint64_t", "unsigned long", "size_t"),
    "i16": ("int16_t", "short"), "u16": ("uint16_t", "unsigned short"), "i8": ("int8_t", "signed char"),
}  # fmt: skip
_SIZES = ("int", "int", "int", "size_t", "size_t", "int64_t", "long", "unsigned", "int32_t")


def draw(rng: random.Random, program: Program, function: str) -> tuple[str, Program] | None:
    """A prototype and the program that fits it; None where none would."""
    cpp = rng.random() < 0.35
    size_type = rng.choice(_SIZES)
    spelling = {t: rng.choice((_C[t], *_OTHER.get(t, ()))) for t in _C}
    declarations = list(program.declarations)
    returned = [d for d in declarations if d.role == "return"]
    if any(d.shape for d in returned) and not cpp:
        return None
    lengths: set[str] = set()
    if cpp:
        for d in declarations:
            if d.role != "return" and 1 <= len(d.shape) <= 2 and d.role in ("in", "inout"):
                lengths |= {s.name for s in d.shape if isinstance(s, Name)}
        used = {d.name for d in declarations if d.role == "size"}
        lengths &= used
        if rng.random() < 0.1 or any(len(d.shape) > 2 for d in declarations):
            lengths = set()
    parts: list[tuple[Declaration, str]] = []
    for d in declarations:
        if d.role in ("return", "len"):
            continue
        if d.role == "size":
            if d.name in lengths:
                continue
            parts.append((d, f"{size_type} {d.name}"))
        elif not d.shape:
            by = {"in": "", "out": "&" if cpp else "*", "inout": "&" if cpp else "*"}[d.role]
            parts.append((d, f"{spelling[d.type]} {by}{d.name}"))
        else:
            parts.append((d, _array(rng, d, spelling[d.type], cpp and _fits(d, lengths))))
    parts = _ordered(rng, parts)
    if not parts:
        return None
    result = "void"
    if returned:
        one = spelling[returned[0].type]
        result = one if not returned[0].shape else _vector(one, len(returned[0].shape))
    order = {d.name: at for at, (d, _) in enumerate(parts)}
    front = sorted((d for d in declarations if d.name in order), key=lambda d: order[d.name])
    rest = [
        d if d.name not in lengths else replace(d, role="len") for d in declarations if d.name not in order
    ]
    return f"{result} {function}({', '.join(text for _, text in parts)})", Program(
        program.statements, (*front, *rest)
    )


def _fits(d: Declaration, lengths: set[str]) -> bool:
    """Whether it can be a container: its lengths are known from containers, or it is one whose shape needs no argument."""
    names = {n.name for s in d.shape for n in walk(s) if isinstance(n, Name)}
    return len(d.shape) <= 2 and names <= lengths


def _array(rng: random.Random, d: Declaration, element: str, container: bool) -> str:
    const = "const " if d.role == "in" else ""
    if container:
        if d.type == "char" and len(d.shape) == 1:
            return f"{const}std::string &{d.name}"
        return f"{const}{_vector(element, len(d.shape))} &{d.name}"
    if len(d.shape) == 1 and rng.random() < 0.15:
        return f"{const}{element} {d.name}[]"
    if rng.random() < 0.08:
        const = ""
    return f"{const}{element} *{d.name}"


def _vector(element: str, rank: int) -> str:
    return "std::vector<" * rank + element + ">" * rank


def _ordered(rng: random.Random, parts: list[tuple[Declaration, str]]) -> list[tuple[Declaration, str]]:
    """As declared, sizes first, outputs first, each array followed by its sizes, or anyhow."""
    way = rng.random()
    if way < 0.45:
        return parts
    if way < 0.65:
        return sorted(parts, key=lambda p: p[0].role != "size")
    if way < 0.78:
        return sorted(parts, key=lambda p: p[0].role not in ("out", "inout"))
    if way < 0.9:
        seen: list[tuple[Declaration, str]] = []
        for part in sorted(parts, key=lambda p: p[0].role == "size"):
            if part in seen:
                continue
            seen.append(part)
            names = {n.name for s in part[0].shape for n in walk(s) if isinstance(n, Name)}
            seen.extend(p for p in parts if p[0].role == "size" and p[0].name in names and p not in seen)
        return seen
    return rng.sample(parts, len(parts))
