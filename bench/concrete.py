"""The concrete call of a workload: every argument's value or bytes at some sizes, for one seed.

The same workload, sizes, seed and mutation give the same bytes. What each argument is comes from bench/resolve.py.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passwright.bench import fill as fills
from passwright.bench import styles
from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.elements import scalar_layout
from passwright.bench.mutation import PLAIN, Mutation
from passwright.bench.resolve import Resolver, as_array, c_name, state_buffers
from passwright.bench.workload import Argument, FieldSpec, Workload

if TYPE_CHECKING:
    import numpy as np

    from passwright.bench.fill import Array


def validate(workload: Workload, signature: Mapping[str, Any]) -> None:
    """Check every argument and global at the measured sizes without generating data. Raises WorkloadError."""
    _Concrete(Resolver(workload, signature, workload.measured_sizes)).validate()


def build_call(
    workload: Workload,
    signature: Mapping[str, Any],
    sizes: Mapping[str, int],
    seed: int,
    special: bool,
    mutation: Mutation = PLAIN,
) -> Call:
    """See `Workload.call`."""
    resolver = Resolver(workload, signature, {**workload.measured_sizes, **sizes})
    return _Concrete(resolver, mutation).call(seed, special)


class _Concrete:
    """Data for one workload, one signature, one assignment of sizes."""

    def __init__(self, resolver: Resolver, mutation: Mutation = PLAIN) -> None:
        self.resolver = resolver
        self.mutation = mutation

    def validate(self) -> None:
        function = self.resolver.signature["function"]
        names = [argument["name"] for argument in self.resolver.signature["arguments"]]
        for name in self.resolver.workload.args:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                known = ", ".join(names) or "none"
                hint = (
                    f"did you mean args.{near[0]}?" if near else f"its arguments: {known}; remove the table"
                )
                self.resolver.fail(f"args.{name}", f"{function} has no such argument", hint)
        for argument in self.resolver.signature["arguments"]:
            spec = self.resolver.spec(argument)
            if argument["ir_type"] == "ptr":
                self.resolver.buffer_shape(f"args.{argument['name']}", spec, argument.get("type"))
            else:
                self.scalar(argument, spec, seed=0, special=False)
        known_globals = {item["name"]: item for item in self.resolver.signature.get("globals", ())}
        for name, spec in self.resolver.workload.globals.items():
            if name not in known_globals:
                near = difflib.get_close_matches(name, known_globals, 1)
                hint = f"did you mean globals.{near[0]}?" if near else "remove the table"
                self.resolver.fail(f"globals.{name}", f"{function} uses no such global", hint)
            self.global_buffer(name, spec, known_globals[name], seed=None, special=False)

    def call(self, seed: int, special: bool) -> Call:
        slots: list[Buffer | Scalar | None] = []
        for argument in self.resolver.signature["arguments"]:
            spec = self.resolver.spec(argument)
            if argument["ir_type"] == "ptr":
                key = f"args.{argument['name']}"
                slots.append(self.buffer(key, argument["name"], spec, argument.get("type"), seed, special))
            else:
                slots.append(self.scalar(argument, spec, seed, special))
        return Call(
            entry=self.resolver.signature["function"],
            slots=tuple(slots),
            globals=self.globals(seed, special),
            returns=self.resolver.signature["returns"],
        )

    def scalar(self, argument: Mapping[str, Any], spec: Argument, seed: int, special: bool) -> Scalar:
        import numpy as np

        name, ir_type = argument["name"], argument["ir_type"]
        key = f"args.{name}"
        code = self.resolver.scalar_code(key, argument)
        if spec.value is not None:
            value = self.resolver.number(f"{key}.value", spec.value)
        else:
            assert spec.range is not None  # the reader saw to it
            low, high = self.resolver.range(key, spec, code)
            value = fills.uniform(fills.generator(seed, name), code, 1, low, high).tolist()[0]
            if special:
                value = low if seed % 2 else high
            if self.mutation.style:
                one = np.array([value]).astype(fills.dtype(code))
                value = self.styled(fills.generator(seed, name), code, one, low, high).tolist()[0]
        if code.startswith("f"):
            return Scalar(ir_type, float(value), name)
        if value != int(value):
            self.resolver.fail(
                key, f"{value} is not a whole number, and {c_name(argument)} is", "use // or a whole number"
            )
        low_limit, high_limit = fills.integer_limits(code)
        if not low_limit <= value <= high_limit:
            self.resolver.fail(
                key, f"{int(value)} does not fit into {c_name(argument)}", "make the value or sizes smaller"
            )
        return Scalar(ir_type, int(value), name)

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

        layout, shape, role = self.resolver.buffer_shape(key, spec, ctype)
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
                return fills.constant(code, count, self.resolver.number(f"{key}.value", spec.value or 0))
            case "index":
                below = self.resolver.integer(f"{key}.below", spec.below or 0)
                return self.styled(rng, code, fills.index(rng, code, count, below), 0, max(0, below - 1))
            case "offsets":
                total = self.resolver.integer(f"{key}.total", spec.total or 0)
                drawn = fills.offsets(rng, code, count, total)
                drawn[1:-1] = np.sort(self.styled(rng, code, drawn[1:-1], 0, total))
                return drawn
            case "permutation":
                drawn = fills.permutation(rng, code, count)
                return np.sort(drawn) if self.mutation.integers and self.mutation.style == "sorted" else drawn
            case "iota":
                start, step = (
                    self.resolver.number(f"{key}.start", spec.start),
                    self.resolver.number(f"{key}.step", spec.step),
                )
                return fills.iota(code, count, start, step)
            case "text":
                alphabet = spec.alphabet or fills.TEXT_ALPHABET
                drawn = fills.text(rng, code, count, alphabet, spec.terminate)
                last = count - 1 if spec.terminate and count else count
                drawn[:last] = self.letters(rng, code, drawn[:last], alphabet, free=not spec.alphabet)
                return drawn
            case "spd":
                if len(shape) < 2 or shape[-1] != shape[-2] or not code.startswith("f"):
                    self.resolver.fail(
                        f"{key}.fill", "spd is for square float matrices", 'give shape = ["n", "n"]'
                    )
                return fills.spd(rng, code, count, shape[-1])
        low, high = self.resolver.range(key, spec, code)
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
            return fills.index(rng, code, count, self.resolver.integer(f"{key}.below", part.below or 0))
        if part is not None and (part.fill in ("zero", "constant") or part.value is not None):
            return fills.constant(code, count, self.resolver.number(f"{key}.value", part.value or 0))
        if spec.fill == "zero":
            return fills.constant(code, count, 0)
        low, high = (
            self.resolver.range(key, part or spec, code)
            if part or not spec.range
            else self.resolver.range(key, spec, code)
        )
        free = spec.special if code.startswith("f") else (part or spec).range is None
        drawn = self.styled(rng, code, fills.uniform(rng, code, count, low, high), low, high, free=free)
        return fills.sprinkle(rng, code, drawn, low, high) if special and spec.special else drawn

    def globals(self, seed: int, special: bool) -> dict[str, Buffer]:
        """Described globals with their data, other variables that the function uses as initialised."""
        result = state_buffers(self.resolver.workload, self.resolver.signature)
        for item in self.resolver.signature.get("globals", ()):
            spec = self.resolver.workload.globals.get(item["name"])
            if spec is not None:
                result[item["name"]] = self.global_buffer(item["name"], spec, item, seed, special)
        return result

    def global_buffer(
        self, name: str, spec: Argument, item: Mapping[str, Any], seed: int | None, special: bool
    ) -> Buffer:
        """A global's buffer; with `seed` None only its description is checked."""
        key = f"globals.{name}"
        if item.get("constant"):
            self.resolver.fail(key, "the global is constant", "remove the table")
        spec = as_array(spec)
        layout, shape, _ = self.resolver.buffer_shape(key, spec, item.get("type"))
        size = math.prod(shape) * layout.stride
        if item.get("size") and size > int(item["size"]):
            self.resolver.fail(
                f"{key}.shape",
                f"{list(shape)} is {size} bytes, and the global has {item['size']}",
                "shrink the shape",
            )
        if seed is None:
            return Buffer(b"", "inout", layout.code, name)
        buffer = self.buffer(key, name, spec, item.get("type"), seed, special)
        return replace(buffer, role="inout")
