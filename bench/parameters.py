"""What is known of a kernel's parameters before it runs: kinds and elements, from its signature and static uses.

Input are the dicts of `passwright._native.signature` and `argument_uses`. What no trial run could ever settle
(a `std::vector &`, a linked structure, a pair of iterators) is refused here with the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from passwright.bench.elements import Layout, ctype_layout, scalar_code, scalar_layout, type_name
from passwright.passes.errors import WorkloadError

Kind = Literal["size", "start", "integer", "float", "array", "rows"]
"""`size`: an integer that may bound loops or stride arrays; `start`: one that loops start at; `rows`: T**."""

WRITE_ONE = "write a workload file (docs/workloads.md) or measure a whole program with --run"
WRAP = f"wrap it in a function that takes pointers and sizes, {WRITE_ONE}"
STRING_FUNCTIONS = frozenset(
    {
        "strlen",
        "strcmp",
        "strncmp",
        "strchr",
        "strrchr",
        "strstr",
        "strcpy",
        "strcat",
        "strtol",
        "strtod",
        "atoi",
        "atof",
    }
)
DANGEROUS = frozenset({"index", "bound", "start", "shift", "divisor", "alloc", "length", "stride", "call"})
"""Uses of a loaded integer for which a negative value is likely invalid."""


@dataclass(frozen=True)
class Parameter:
    """One argument or global array.

    Attributes:
        name: as the workload calls it; global: a global of the file instead of an argument.
        layout: the element's, for arrays. type: what the workload has to say of it, "" where debug info does.
        counts: constant inner dimensions (of a global: all), in elements; a variable one is 0.
        fixed: elements of a global or a parameter whose extent its type fixes, 0 when unknown.
        limit: the largest value of an integer's type.
        use: what `argument_uses` says. char: of type char. text: chars up to a terminator. hidden: the memory
        that a returned struct goes to. const: the elements are.
    """

    name: str
    kind: Kind
    use: Mapping[str, Any]
    is_global: bool = False
    layout: Layout | None = None
    type: str = ""
    counts: tuple[int, ...] = ()
    fixed: int = 0
    limit: int = 2**31 - 1
    text: bool = False
    char: bool = False
    hidden: bool = False
    const: bool = False

    @property
    def uses(self) -> frozenset[str]:
        return frozenset(self.use.get("uses", ()))

    @property
    def values(self) -> frozenset[str]:
        return frozenset(self.use.get("values", ()))

    @property
    def written(self) -> bool:
        return self.hidden or (not self.const and bool(self.use.get("stored") or self.use.get("escapes")))

    @property
    def accessed(self) -> bool:
        return self.written or bool(self.use.get("loaded"))

    @property
    def is_integer_array(self) -> bool:
        return self.layout is not None and not self.layout.is_struct and self.layout.code[0] in "iu"


def parameters(signature: Mapping[str, Any], uses: Mapping[str, Any]) -> list[Parameter]:
    """Arguments in order, then the globals that a workload should fill. Raises WorkloadError."""
    entry = str(signature["function"])
    if signature.get("variadic"):
        raise WorkloadError(f"{entry} takes a variable number of arguments", hint=WRAP)
    found = [
        _argument(entry, argument, uses["arguments"][index], uses["function"], signature["arguments"])
        for index, argument in enumerate(signature["arguments"])
    ]
    names = {parameter.name for parameter in found}
    for item in signature["globals"]:
        use = uses["globals"].get(item["name"], {})
        if item["name"] not in names and (parameter := _global(item, use)) is not None:
            found.append(parameter)
    return found


def _argument(
    entry: str,
    argument: Mapping[str, Any],
    use: Mapping[str, Any],
    function: Mapping[str, Any],
    arguments: Sequence[Mapping[str, Any]],
) -> Parameter:
    name, ir_type, ctype = str(argument["name"]), str(argument["ir_type"]), argument.get("type")
    if ir_type in ("float", "double", "half"):
        return Parameter(name, "float", use)
    if bits := re.fullmatch(r"i(\d+)", ir_type):
        width = int(bits[1])
        signed = (ctype or {}).get("signed", True)
        limit = 1 if width == 1 else 2 ** (width - int(signed)) - 1
        char = width == 8 and (ctype or {}).get("name") == "char"
        return Parameter(name, _integer_kind(use, function, width), use, limit=limit, char=char)
    if ir_type != "ptr":
        of = argument.get("struct") or ir_type
        raise WorkloadError(
            f"{entry}: {name} is passed as {ir_type} ({of}), which cannot be made up", hint=WRAP
        )
    if partners := [arguments[other]["name"] for other in use.get("compared_with", ())]:
        raise WorkloadError(
            f"{entry}: {name} and {partners[0]} are two ends of one range, which cannot be inferred",
            hint=WRAP,
        )
    return _pointer(entry, name, argument, use)


def _integer_kind(use: Mapping[str, Any], function: Mapping[str, Any], width: int) -> Kind:
    facts = set(use.get("uses", ()))
    if width < 8:
        return "integer"
    if "start" in facts:
        return "start"
    if facts & {"bound", "stride", "alloc", "length"} or ("index" in facts and width > 16):
        return "size"
    return "size" if function["recursive"] and facts & {"compare", "index"} else "integer"


def _pointer(entry: str, name: str, argument: Mapping[str, Any], use: Mapping[str, Any]) -> Parameter:
    ctype = argument.get("type")
    hidden = argument.get("pass") == "sret"
    by_address = argument.get("pass") in ("byval", "sret")
    target = ctype if by_address or ctype is None else ctype.get("to")
    if ctype is None or (target or {}).get("kind") == "void":
        return _untyped(entry, name, use)
    assert target is not None
    rows = target["kind"] == "pointer"
    element = target["to"] if rows else target
    counts: list[int] = []
    while element["kind"] == "array":
        counts += [int(count) for count in element["counts"]]
        element = element["to"]
    layout = ctype_layout(element)
    if layout is None or (rows and counts):
        what = ctype["name"]
        raise WorkloadError(f"{entry}: the content of {name} ({what}) cannot be made up", hint=WRAP)
    char = layout.stride == 1 and element["name"] == "char"
    fixed = 1 if ctype["kind"] == "reference" and not counts else 0
    if by_address:
        fixed = int(argument["size"]) // layout.stride
    return Parameter(
        name,
        "rows" if rows else "array",
        use,
        layout=layout,
        counts=tuple(counts),
        fixed=fixed,
        char=char,
        text=char and _is_text(use),
        hidden=hidden,
        const=bool(element.get("const") or target.get("const")),
    )


def _untyped(entry: str, name: str, use: Mapping[str, Any]) -> Parameter:
    """An argument without a C type: its element is what the code loads or stores through it."""
    if use.get("pointers"):
        raise WorkloadError(f"{entry}: {name} is a pointer to pointers of unknown type", hint=WRITE_ONE)
    codes = [code for text in use.get("elements", ()) if (code := _ir_code(text))]
    if not codes and (use.get("elements") or use.get("escapes")):
        raise WorkloadError(
            f"{entry}: what {name} points to is not known",
            hint=f"compile with debug info (-g), or {WRITE_ONE}",
        )
    code = min(codes, key=lambda code: scalar_layout(code).stride, default="i8")
    return Parameter(
        name,
        "array",
        use,
        layout=scalar_layout(code),
        type=type_name(code),
        text=code == "i8" and _is_text(use),
    )


def _ir_code(ir_type: str) -> str | None:
    """The element code of a loaded IR type; a vector's is its lane's."""
    if vector := re.fullmatch(r"<\d+ x (\w+)>", ir_type):
        ir_type = vector[1]
    return scalar_code(ir_type)


def _is_text(use: Mapping[str, Any]) -> bool:
    return "terminator" in use.get("values", ()) or bool(STRING_FUNCTIONS & set(use.get("callees", ())))


def _global(item: Mapping[str, Any], use: Mapping[str, Any]) -> Parameter | None:
    """A global that the file leaves zero and the kernel uses; one with an initial value keeps that.

    A local one that nothing in the file writes is zero for ever, which the optimiser knows.
    """
    usable = item["defined"] and item["zero"] and not item["constant"] and not item["thread_local"]
    accessed = use.get("loaded") or use.get("stored")
    if not usable or not accessed or (item["local"] and not item["written"]):
        return None
    ctype = item.get("type")
    counts: list[int] = []
    element = ctype
    while element is not None and element["kind"] == "array":
        counts += [int(count) for count in element["counts"]]
        element = element["to"]
    layout = ctype_layout(element)
    type_ = ""
    if ctype is None:
        codes = [code for text in use.get("elements", ()) if (code := _ir_code(text))]
        if not codes:
            return None
        layout, type_ = scalar_layout(codes[0]), type_name(codes[0])
    if layout is None or not item["size"]:
        return None
    is_number = not counts and not layout.is_struct and layout.code[0] in "iu" and layout.stride > 1
    if is_number and {"bound", "stride"} & set(use.get("values", ())):
        return Parameter(
            str(item["name"]), "size", use, is_global=True, limit=2 ** (8 * layout.stride - 1) - 1
        )
    return Parameter(
        str(item["name"]),
        "array",
        use,
        is_global=True,
        layout=layout,
        type=type_,
        counts=tuple(counts),
        fixed=int(item["size"]) // layout.stride,
        char=layout.stride == 1 and element is not None and element["name"] == "char",
    )
