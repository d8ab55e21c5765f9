"""Element types of buffers: names in workload files, layouts in memory, and what debug info says they are.

An element code is `bool`, `i8` … `u64`, `f16`, `f32`, `f64`, or a struct layout such as
`struct 24: f64@0 f64@8 i32@16` (stride in bytes, then each scalar field's code and byte offset, padding
left out).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SIZES: dict[str, int] = {
    "bool": 1,
    **{f"{sign}{bits}": bits // 8 for sign in "iu" for bits in (8, 16, 32, 64)},
    "f16": 2,
    "f32": 4,
    "f64": 8,
}
"""Bytes of each scalar element code."""

_ALIASES = {"float": "f32", "double": "f64", "half": "f16"}
TYPE_NAMES = ("bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "float", "double")
"""What a workload file may say for `type`."""


@dataclass(frozen=True)
class Field:
    """One scalar field of a struct: its code and its byte offset."""

    name: str
    code: str
    offset: int


@dataclass(frozen=True)
class Layout:
    """How one element lies in memory; a scalar is a layout with one field at offset 0."""

    stride: int
    fields: tuple[Field, ...]
    is_struct: bool = False

    @property
    def code(self) -> str:
        if not self.is_struct:
            return self.fields[0].code
        return f"struct {self.stride}: " + " ".join(f"{field.code}@{field.offset}" for field in self.fields)

    @property
    def align(self) -> int:
        return max((SIZES[field.code] for field in self.fields), default=1)


def scalar_code(type_name: str) -> str | None:
    """The element code of a workload file's `type`, None when there is no such type."""
    code = _ALIASES.get(type_name, type_name)
    return code if code in SIZES else None


def type_name(code: str) -> str:
    """The inverse of `scalar_code`, as workload files spell it."""
    return {"f32": "float", "f64": "double", "f16": "half"}.get(code, code)


def scalar_layout(code: str) -> Layout:
    return Layout(SIZES[code], (Field("", code, 0),))


def parse_layout(code: str) -> Layout:
    """The layout that an element code describes (field names are not part of the code)."""
    if not code.startswith("struct "):
        return scalar_layout(code)
    stride, _, rest = code.removeprefix("struct ").partition(":")
    parts = [part.partition("@") for part in rest.split()]
    return Layout(int(stride), tuple(Field("", kind, int(offset)) for kind, _, offset in parts), True)


def ctype_layout(ctype: Mapping[str, Any] | None) -> Layout | None:
    """The layout of a C type from debug info (arrays give their element's), None when it cannot be data.

    Pointers inside structs, unions, `long double` and bit fields are not supported and give None.
    """
    while ctype is not None and ctype["kind"] == "array":
        ctype = ctype.get("to")
    if ctype is None:
        return None
    if ctype["kind"] == "struct":
        fields = list(_flatten(ctype, "", 0))
        if not fields or any(field is None for field in fields):
            return None
        return Layout(int(ctype["size"]), tuple(field for field in fields if field is not None), True)
    code = _ctype_code(ctype)
    return scalar_layout(code) if code else None


def _ctype_code(ctype: Mapping[str, Any]) -> str | None:
    size = int(ctype.get("size", 0))
    match ctype["kind"]:
        case "bool":
            return "bool" if size == 1 else None
        case "int":
            code = f"{'i' if ctype.get('signed', True) else 'u'}{size * 8}"
        case "float":
            code = f"f{size * 8}"
        case _:
            return None
    return code if code in SIZES else None


def _flatten(ctype: Mapping[str, Any], name: str, offset: int) -> Iterator[Field | None]:
    """Each scalar inside `ctype` with a dotted name; None for a part that is not supported."""
    match ctype["kind"]:
        case "struct":
            for field in ctype.get("fields", ()):
                inner = f"{name}.{field['name']}" if name else str(field["name"])
                yield from _flatten(field["type"], inner, offset + int(field["offset"]))
        case "array":
            element = ctype.get("to")
            count = 1
            for dimension in ctype.get("counts", ()):
                count *= int(dimension)
            if element is None or count == 0 or count > 4096:
                yield None
                return
            for index in range(count):
                yield from _flatten(element, f"{name}[{index}]", offset + index * int(element["size"]))
        case _:
            code = _ctype_code(ctype)
            yield Field(name, code, offset) if code else None
