"""A workload against a signature: validation, and the concrete call.

`signature` is the dict of `passwright._native.signature` (docs/architecture.md): one entry per IR argument
with its IR type and, from debug info, its C type.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from passwright.bench import fill as fills
from passwright.bench import styles
from passwright.bench.call import Buffer, Call, Role, Scalar
from passwright.bench.elements import Field, Layout, ctype_layout, scalar_code, scalar_layout, type_name
from passwright.bench.expression import Expression, ExpressionError, evaluate
from passwright.bench.mutation import PLAIN, Mutation
from passwright.bench.workload import Argument, FieldSpec, Workload
from passwright.passes.errors import WorkloadError

if TYPE_CHECKING:
    import numpy as np

    from passwright.bench.fill import Array

MEMORY_LIMIT = 8 << 30
"""Bytes of one buffer; more is refused before anything is allocated."""


def validate(workload: Workload, signature: Mapping[str, Any]) -> None:
    """Check every argument and global at the measured sizes without generating data. Raises WorkloadError."""
    _Resolver(workload, signature, workload.measured_sizes).validate()


def build_call(
    workload: Workload,
    signature: Mapping[str, Any],
    sizes: Mapping[str, int],
    seed: int,
    special: bool,
    mutation: Mutation = PLAIN,
) -> Call:
    """See `Workload.call`."""
    return _Resolver(workload, signature, {**workload.measured_sizes, **sizes}, mutation).call(seed, special)


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
    resolver = _Resolver(workload, signature, workload.measured_sizes)
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
        spec = _array(given)
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


class _Resolver:
    """One workload, one signature, one assignment of sizes."""

    def __init__(
        self,
        workload: Workload,
        signature: Mapping[str, Any],
        sizes: Mapping[str, int],
        mutation: Mutation = PLAIN,
    ) -> None:
        self.workload = workload
        self.signature = signature
        self.sizes = sizes
        self.mutation = mutation
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

    # -- signature ---------------------------------------------------------------------------------

    def validate(self) -> None:
        function = self.signature["function"]
        names = [argument["name"] for argument in self.signature["arguments"]]
        for name in self.workload.args:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                known = ", ".join(names) or "none"
                hint = (
                    f"did you mean args.{near[0]}?" if near else f"its arguments: {known}; remove the table"
                )
                self.fail(f"args.{name}", f"{function} has no such argument", hint)
        for argument in self.signature["arguments"]:
            spec = self.spec(argument)
            if argument["ir_type"] == "ptr":
                self.buffer_shape(f"args.{argument['name']}", spec, argument.get("type"))
            else:
                self.scalar(argument, spec, seed=0, special=False)
        known_globals = {item["name"]: item for item in self.signature.get("globals", ())}
        for name, spec in self.workload.globals.items():
            if name not in known_globals:
                near = difflib.get_close_matches(name, known_globals, 1)
                hint = f"did you mean globals.{near[0]}?" if near else "remove the table"
                self.fail(f"globals.{name}", f"{function} uses no such global", hint)
            self.global_buffer(name, spec, known_globals[name], seed=None, special=False)

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
                f"argument {name!r} of {self.signature['function']} ({_c_name(argument)}) is not described",
                f"add [args.{name}] with {remedy}",
            )
        if argument["ir_type"] == "ptr" and not spec.is_array:
            if single:
                return replace(spec, shape=(1,), fill=spec.fill if spec.value is None else "constant")
            self.fail(f"args.{name}", f"{_c_name(argument)} is a pointer, not a scalar", 'give shape = ["…"]')
        if argument["ir_type"] != "ptr" and spec.is_array:
            self.fail(f"args.{name}", f"{_c_name(argument)} is a scalar, not an array", "give value or range")
        return spec

    def call(self, seed: int, special: bool) -> Call:
        slots: list[Buffer | Scalar | None] = []
        for argument in self.signature["arguments"]:
            spec = self.spec(argument)
            if argument["ir_type"] == "ptr":
                key = f"args.{argument['name']}"
                slots.append(self.buffer(key, argument["name"], spec, argument.get("type"), seed, special))
            else:
                slots.append(self.scalar(argument, spec, seed, special))
        return Call(
            entry=self.signature["function"],
            slots=tuple(slots),
            globals=self.globals(seed, special),
            returns=self.signature["returns"],
        )

    # -- scalars -----------------------------------------------------------------------------------

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
                f"arguments of IR type {ir_type} ({_c_name(argument)}) are not supported",
                "pass it through a pointer, or wrap the kernel in a function that takes plain arguments",
            )
        return code

    def scalar(self, argument: Mapping[str, Any], spec: Argument, seed: int, special: bool) -> Scalar:
        import numpy as np

        name, ir_type = argument["name"], argument["ir_type"]
        key = f"args.{name}"
        code = self.scalar_code(key, argument)
        if spec.value is not None:
            value = self.number(f"{key}.value", spec.value)
        else:
            assert spec.range is not None  # the reader saw to it
            low, high = self.range(key, spec, code)
            value = fills.uniform(fills.generator(seed, name), code, 1, low, high).tolist()[0]
            if special:
                value = low if seed % 2 else high
            if self.mutation.style:
                one = np.array([value]).astype(fills.dtype(code))
                value = self.styled(fills.generator(seed, name), code, one, low, high).tolist()[0]
        if code.startswith("f"):
            return Scalar(ir_type, float(value), name)
        if value != int(value):
            self.fail(
                key, f"{value} is not a whole number, and {_c_name(argument)} is", "use // or a whole number"
            )
        low_limit, high_limit = fills.integer_limits(code)
        if not low_limit <= value <= high_limit:
            self.fail(
                key, f"{int(value)} does not fit into {_c_name(argument)}", "make the value or sizes smaller"
            )
        return Scalar(ir_type, int(value), name)

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

    # -- arrays ------------------------------------------------------------------------------------

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

    def buffer(
        self,
        key: str,
        name: str,
        spec: Argument,
        ctype: Mapping[str, Any] | None,
        seed: int,
        special: bool,
    ) -> Buffer:
        import numpy as np

        layout, shape, role = self.buffer_shape(key, spec, ctype)
        count = math.prod(shape)
        if not layout.is_struct:
            data = self.values(key, name, spec, layout.code, count, shape, seed, special).tobytes()
        else:
            raw = np.zeros((count, layout.stride), np.uint8)
            for field in layout.fields:
                part = spec.fields.get(field.name)
                values = self.field_values(
                    key, f"{name}.{field.name}", spec, part, field.code, count, seed, special
                )
                width = scalar_layout(field.code).stride
                raw[:, field.offset : field.offset + width] = values.view(np.uint8).reshape(count, width)
            data = raw.tobytes()
        rows = shape[0] if spec.fill == "pointers" else 0
        return Buffer(data, role, layout.code, name, spec.align or layout.align, rows)

    def values(
        self,
        key: str,
        name: str,
        spec: Argument,
        code: str,
        count: int,
        shape: tuple[int, ...],
        seed: int,
        special: bool,
    ) -> Array:
        """The elements of a scalar array; for `out` too, so that a forgotten write is seen."""
        import numpy as np

        rng = fills.generator(seed, name)
        match spec.fill:
            case "zero":
                return fills.constant(code, count, 0)
            case "constant":
                return fills.constant(code, count, self.number(f"{key}.value", spec.value or 0))
            case "index":
                below = self.integer(f"{key}.below", spec.below or 0)
                return self.styled(rng, code, fills.index(rng, code, count, below), 0, max(0, below - 1))
            case "offsets":
                total = self.integer(f"{key}.total", spec.total or 0)
                drawn = fills.offsets(rng, code, count, total)
                drawn[1:-1] = np.sort(self.styled(rng, code, drawn[1:-1], 0, total))
                return drawn
            case "permutation":
                drawn = fills.permutation(rng, code, count)
                return np.sort(drawn) if self.mutation.integers and self.mutation.style == "sorted" else drawn
            case "iota":
                start, step = self.number(f"{key}.start", spec.start), self.number(f"{key}.step", spec.step)
                return fills.iota(code, count, start, step)
            case "text":
                alphabet = spec.alphabet or fills.TEXT_ALPHABET
                drawn = fills.text(rng, code, count, alphabet, spec.terminate)
                last = count - 1 if spec.terminate and count else count
                drawn[:last] = self.letters(rng, code, drawn[:last], alphabet, free=not spec.alphabet)
                return drawn
            case "spd":
                if len(shape) < 2 or shape[-1] != shape[-2] or not code.startswith("f"):
                    self.fail(f"{key}.fill", "spd is for square float matrices", 'give shape = ["n", "n"]')
                return fills.spd(rng, code, count, shape[-1])
        low, high = self.range(key, spec, code)
        drawn = fills.uniform(rng, code, count, low, high)
        free = spec.special if code.startswith("f") else spec.range is None
        if spec.fill == "sorted":
            drawn = self.styled(rng, code, drawn, low, high)
            drawn.sort()
            return drawn
        drawn = self.styled(rng, code, drawn, low, high, free=free)
        return fills.sprinkle(rng, code, drawn, low, high) if special and spec.special else drawn

    def styled(
        self,
        rng: np.random.Generator,
        code: str,
        drawn: Array,
        low: float,
        high: float,
        *,
        free: bool = False,
    ) -> Array:
        """Values in the style that the mutation asks for."""
        wanted = self.mutation
        if not wanted.style or not (code.startswith("f") or wanted.integers):
            return drawn
        return styles.restyle(
            rng, wanted.style, code, drawn, low, high, constants=wanted.constants, free=free
        )

    def letters(
        self, rng: np.random.Generator, code: str, drawn: Array, alphabet: str, *, free: bool
    ) -> Array:
        """Text in the style that the mutation asks for: other letters of the alphabet, or, where the workload states
        none, any character that the kernel compares with."""
        if not self.mutation.integers or self.mutation.style not in ("constants", "equal", "mixed", "few"):
            return drawn
        near = {value + step for value in self.mutation.constants.integers for step in (-1, 0, 1)}
        known = [ord(letter) for letter in alphabet if ord(letter) in near]
        if free:
            known = sorted(near & set(range(1, 128)))
        constants = styles.Constants(tuple(known or map(ord, alphabet)))
        shaped = styles.restyle(rng, self.mutation.style, code, drawn, 1, 127, constants=constants)
        allowed = {*map(ord, alphabet), *known}
        return shaped if allowed.issuperset(shaped.tolist()) else drawn

    def field_values(
        self,
        key: str,
        name: str,
        spec: Argument,
        part: FieldSpec | None,
        code: str,
        count: int,
        seed: int,
        special: bool,
    ) -> Array:
        """One field of an array of structs; a field that the workload does not mention is uniform."""
        rng = fills.generator(seed, name)
        if part is not None and part.fill == "index":
            return fills.index(rng, code, count, self.integer(f"{key}.below", part.below or 0))
        if part is not None and (part.fill in ("zero", "constant") or part.value is not None):
            return fills.constant(code, count, self.number(f"{key}.value", part.value or 0))
        if spec.fill == "zero":
            return fills.constant(code, count, 0)
        low, high = (
            self.range(key, part or spec, code) if part or not spec.range else self.range(key, spec, code)
        )
        free = spec.special if code.startswith("f") else (part or spec).range is None
        drawn = self.styled(rng, code, fills.uniform(rng, code, count, low, high), low, high, free=free)
        return fills.sprinkle(rng, code, drawn, low, high) if special and spec.special else drawn

    # -- globals -----------------------------------------------------------------------------------

    def globals(self, seed: int, special: bool) -> dict[str, Buffer]:
        """Described globals with their data, other variables that the function uses as initialised."""
        result = state_buffers(self.workload, self.signature)
        for item in self.signature.get("globals", ()):
            spec = self.workload.globals.get(item["name"])
            if spec is not None:
                result[item["name"]] = self.global_buffer(item["name"], spec, item, seed, special)
        return result

    def global_buffer(
        self, name: str, spec: Argument, item: Mapping[str, Any], seed: int | None, special: bool
    ) -> Buffer:
        """A global's buffer; with `seed` None only its description is checked."""
        key = f"globals.{name}"
        if item.get("constant"):
            self.fail(key, "the global is constant", "remove the table")
        spec = _array(spec)
        layout, shape, _ = self.buffer_shape(key, spec, item.get("type"))
        size = math.prod(shape) * layout.stride
        if item.get("size") and size > int(item["size"]):
            self.fail(
                f"{key}.shape",
                f"{list(shape)} is {size} bytes, and the global has {item['size']}",
                "shrink the shape",
            )
        if seed is None:
            return Buffer(b"", "inout", layout.code, name)
        buffer = self.buffer(key, name, spec, item.get("type"), seed, special)
        return replace(buffer, role="inout")


def _array(spec: Argument) -> Argument:
    """A global's description; a single variable is an array of one."""
    if spec.is_array:
        return spec
    return replace(spec, shape=(1,), fill="constant" if spec.value is not None else spec.fill)


def _kind(argument: Mapping[str, Any]) -> str:
    return str((argument.get("type") or {}).get("kind", ""))


def _c_name(argument: Mapping[str, Any]) -> str:
    return str((argument.get("type") or {}).get("name") or argument["ir_type"])
