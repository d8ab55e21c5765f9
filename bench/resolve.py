"""A workload against a signature: what each argument is, before there are data (bench/concrete.py).

`signature` is the dict of `passwright._native.signature` (docs/architecture.md): one entry per IR argument
with its IR type and, from debug info, its C type.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from passwright.bench import fill as fills
from passwright.bench.call import Buffer, Role
from passwright.bench.elements import Field, Layout, ctype_layout, scalar_code, scalar_layout, type_name
from passwright.bench.expression import Expression, ExpressionError, evaluate
from passwright.bench.workload import Argument, FieldSpec, Workload
from passwright.passes.errors import WorkloadError

MEMORY_LIMIT = 8 << 30
"""Bytes of one buffer; more is refused before anything is allocated."""


@dataclass(frozen=True)
class Described:
    """One argument or global as workload and signature together describe it, without data.

    `layout` is the element's (of a scalar, its own); `shape` and `role` are None for scalars.
    """

    name: str
    spec: Argument
    layout: Layout
    shape: tuple[Expression, ...] | None
    role: Role | None


def describe(
    workload: Workload, signature: Mapping[str, Any]
) -> tuple[tuple[Described, ...], tuple[Described, ...]]:
    """Every argument in IR order, and the globals that the workload names. Raises WorkloadError."""
    resolver = Resolver(workload, signature, workload.measured_sizes)
    arguments = []
    for argument in signature["arguments"]:
        spec, key = resolver.spec(argument), f"args.{argument['name']}"
        if argument["ir_type"] == "ptr":
            layout, _, role = resolver.buffer_shape(key, spec, argument.get("type"))
            arguments.append(Described(argument["name"], spec, layout, spec.shape, role))
        else:
            layout = scalar_layout(resolver.scalar_code(key, argument))
            arguments.append(Described(argument["name"], spec, layout, None, None))
    known = {item["name"]: item for item in signature.get("globals", ())}
    variables = []
    for name, given in workload.globals.items():
        spec = as_array(given)
        layout, _, _ = resolver.buffer_shape(f"globals.{name}", spec, known[name].get("type"))
        variables.append(Described(name, spec, layout, spec.shape, "inout"))
    return tuple(arguments), tuple(variables)


def state_buffers(workload: Workload, signature: Mapping[str, Any]) -> dict[str, Buffer]:
    """The variables that the function uses and the workload does not name: as the object initialises them."""
    result: dict[str, Buffer] = {}
    for item in signature.get("globals", ()):
        if item["name"] not in workload.globals and not item.get("constant") and item.get("size"):
            layout = ctype_layout(item.get("type")) or scalar_layout("u8")
            result[item["name"]] = Buffer(b"", "inout", layout.code, item["name"], layout.align)
    return result


class Resolver:
    """One workload, one signature, one assignment of sizes."""

    def __init__(
        self,
        workload: Workload,
        signature: Mapping[str, Any],
        sizes: Mapping[str, int],
    ) -> None:
        self.workload = workload
        self.signature = signature
        self.sizes = sizes
        self.where = str(workload.path) if workload.path else "workload"

    def fail(self, key: str, message: str, hint: str) -> NoReturn:
        raise WorkloadError(f"{self.where}: {key}: {message}", hint=hint)

    def number(self, key: str, expression: Expression) -> int | float:
        try:
            return evaluate(expression, self.sizes)
        except ExpressionError as error:
            self.fail(key, str(error), "correct the expression, or add the size under [sizes]")

    def integer(self, key: str, expression: Expression) -> int:
        value = self.number(key, expression)
        if value != int(value):
            self.fail(key, f"{expression!r} is {value}, not a whole number", "use // instead of fractions")
        return int(value)

    def spec(self, argument: Mapping[str, Any]) -> Argument:
        name = argument["name"]
        spec = self.workload.args.get(name)
        single = argument.get("pass") in ("byval", "sret") or _kind(argument) == "reference"
        if spec is None and argument.get("pass") == "sret":  # where a returned struct goes
            return Argument(shape=(1,), role="out")
        if spec is None:
            pointer = argument["ir_type"] == "ptr"
            remedy = 'shape = ["…"]' if pointer else "value = …"
            self.fail(
                f"args.{name}",
                f"argument {name!r} of {self.signature['function']} ({c_name(argument)}) is not described",
                f"add [args.{name}] with {remedy}",
            )
        if argument["ir_type"] == "ptr" and not spec.is_array:
            if single:
                return replace(spec, shape=(1,), fill=spec.fill if spec.value is None else "constant")
            self.fail(f"args.{name}", f"{c_name(argument)} is a pointer, not a scalar", 'give shape = ["…"]')
        if argument["ir_type"] != "ptr" and spec.is_array:
            self.fail(f"args.{name}", f"{c_name(argument)} is a scalar, not an array", "give value or range")
        return spec

    def scalar_code(self, key: str, argument: Mapping[str, Any]) -> str:
        """The element code of an argument that is passed by value."""
        ir_type = argument["ir_type"]
        ctype = argument.get("type") or {}
        code = None
        if ir_type in ("float", "double", "half"):
            code = scalar_code(ir_type)
        elif bits := re.fullmatch(r"i(\d+)", ir_type):
            signed = ctype.get("signed", True) and ctype.get("kind") != "bool"
            width = int(bits[1])
            if width in (1, 8, 16, 32, 64):
                code = "bool" if width == 1 else f"{'i' if signed else 'u'}{width}"
        if code is None:
            self.fail(
                key,
                f"arguments of IR type {ir_type} ({c_name(argument)}) are not supported",
                "pass it through a pointer, or wrap the kernel in a function that takes plain arguments",
            )
        return code

    def range(self, key: str, spec: Argument | FieldSpec, code: str) -> tuple[int | float, int | float]:
        if spec.range is None:
            return fills.default_range(code)
        low, high = (self.number(f"{key}.range", part) for part in spec.range)
        if low > high:
            self.fail(
                f"{key}.range", f"{low} is above {high} at {dict(self.sizes)}", "write the lower end first"
            )
        if not code.startswith("f"):
            smallest, largest = fills.integer_limits(code)
            if low < smallest or high > largest:
                self.fail(
                    f"{key}.range", f"[{low}, {high}] does not fit into {type_name(code)}", "narrow the range"
                )
            return math.ceil(low), math.floor(high)
        return low, high

    def buffer_shape(
        self, key: str, spec: Argument, ctype: Mapping[str, Any] | None
    ) -> tuple[Layout, tuple[int, ...], Role]:
        """The element's layout, the extents and the role of an array. Raises WorkloadError."""
        target = ctype.get("to") if ctype and ctype["kind"] in ("pointer", "reference") else ctype
        rows_wanted = target is not None and target["kind"] == "pointer"
        if rows_wanted != (spec.fill == "pointers") and ctype is not None:
            if rows_wanted:
                self.fail(key, f"{ctype.get('name', 'it')} is an array of pointers", 'give fill = "pointers"')
            self.fail(f"{key}.fill", "its elements are not pointers", "choose another fill")
        const = bool(target and target.get("const"))
        if rows_wanted and target is not None:
            target = target.get("to")
            const = const or bool(target and target.get("const"))
        layout = self.layout(key, spec, target)
        shape = tuple(self.integer(f"{key}.shape", part) for part in spec.shape or ())
        if any(extent < 0 for extent in shape):
            self.fail(f"{key}.shape", f"{list(shape)} is negative at {dict(self.sizes)}", "correct the shape")
        if spec.fill == "pointers" and len(shape) < 2:
            self.fail(
                f"{key}.shape", "an array of pointers needs rows and columns", 'give shape = ["rows", "cols"]'
            )
        if math.prod(shape) * layout.stride > MEMORY_LIMIT:
            self.fail(
                f"{key}.shape", f"{list(shape)} needs more than {MEMORY_LIMIT >> 30} GiB", "shrink the sizes"
            )
        if const and spec.role in ("out", "inout"):
            self.fail(
                f"{key}.role", f"the parameter is const, so it cannot be {spec.role!r}", 'give role = "in"'
            )
        return layout, shape, spec.role or ("in" if const else "inout")

    def layout(self, key: str, spec: Argument, ctype: Mapping[str, Any] | None) -> Layout:
        """The element's layout from the workload and debug info, which must agree."""
        known = ctype_layout(ctype)
        if spec.fields or spec.type == "struct":
            return self.struct_layout(key, spec, known)
        if not spec.type:
            if known is None:
                name = (ctype or {}).get("name")
                if name and name != "void":
                    remedy = (
                        "wrap the kernel in a function that takes arrays of numbers or of structs of numbers"
                    )
                    self.fail(key, f"elements of type {name} are not supported", remedy)
                self.fail(f"{key}.type", "the element type is not known", 'add type = "double", "i32", …')
            return known
        code = scalar_code(spec.type)
        assert code is not None  # the reader saw to it
        wanted = scalar_layout(code)
        if known is not None and (
            known.is_struct or known.stride != wanted.stride or (known.code[0] == "f") != (code[0] == "f")
        ):
            declared = (ctype or {}).get("name", known.code)
            self.fail(
                f"{key}.type", f"{spec.type!r} contradicts the signature, which says {declared}", "remove it"
            )
        return wanted

    def struct_layout(self, key: str, spec: Argument, known: Layout | None) -> Layout:
        if known is not None and not known.is_struct:
            self.fail(
                f"{key}.type", f"the signature says {type_name(known.code)}, not a struct", "remove fields"
            )
        fields = {} if known is None else {field.name: field for field in known.fields}
        for name, part in spec.fields.items():
            if known is not None and name not in fields:
                near = difflib.get_close_matches(name, fields, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"its fields: {', '.join(fields)}"
                self.fail(f"{key}.fields.{name}", "the struct has no such field", hint)
            code = scalar_code(part.type) if part.type else fields[name].code if name in fields else None
            offset = (
                part.offset if part.offset is not None else fields[name].offset if name in fields else None
            )
            if code is None or offset is None:
                self.fail(f"{key}.fields.{name}", "type or offset is not known", "give both type and offset")
            fields[name] = Field(name, code, offset)
        stride = spec.stride or (known.stride if known else 0)
        end = max((field.offset + scalar_layout(field.code).stride for field in fields.values()), default=0)
        if stride < end or not end:
            self.fail(
                f"{key}.stride", f"{stride} bytes are less than the fields need ({end})", "correct the stride"
            )
        return Layout(stride, tuple(sorted(fields.values(), key=lambda field: field.offset)), True)


def as_array(spec: Argument) -> Argument:
    """A global's description; a single variable is an array of one."""
    if spec.is_array:
        return spec
    return replace(spec, shape=(1,), fill="constant" if spec.value is not None else spec.fill)


def _kind(argument: Mapping[str, Any]) -> str:
    return str((argument.get("type") or {}).get("kind", ""))


def c_name(argument: Mapping[str, Any]) -> str:
    """What messages call an argument's type."""
    return str((argument.get("type") or {}).get("name") or argument["ir_type"])
