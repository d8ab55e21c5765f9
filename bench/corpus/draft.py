"""A kernel while it is being written: parameters, helpers, lines, and the workload that goes with them.

Families (`families/`) decide what is computed; a `Draft` decides once per kernel how it is written down: language,
integer spelling, index type, `restrict`, constant or variable sizes, the shape of loops. Everything is drawn from one
`random.Random`, in a fixed order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from passwright.bench.call import Role
from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.listing import file_text, wrapped
from passwright.bench.corpus.scalar import I32, I64, INTEGERS, U64, Scalar
from passwright.bench.corpus.value import Value
from passwright.bench.workload import Argument, FieldSpec, Workload
from passwright.bench.workload import Size as WorkloadSize

Language = Literal["c", "c++"]
_INDEX = {"int": I32, "long": I64, "size_t": U64}


@dataclass
class Draft:
    """See the module's docstring."""

    rng: Random
    language: Language
    entry: str = "kernel"
    comment: str = ""
    returns: Scalar | None = None
    lines: list[str] = field(default_factory=list)
    depth: int = 1

    def __post_init__(self) -> None:
        rng = self.rng
        self.cpp = self.language == "c++"
        self.fixed = rng.random() < 0.5
        self.index = rng.choices(("int", "long", "size_t"), (70, 10, 20))[0]
        self.restrict = rng.random() < 0.5
        self.constant = rng.random() < 0.2
        self.grids = False
        self._post = not self.cpp or rng.random() < 0.3
        self._names: set[str] = set()
        self._tops: dict[str, str] = {}
        self._helpers: dict[str, str] = {}
        self._params: list[tuple[str, str]] = []
        self._sizes: dict[str, WorkloadSize] = {}
        self._args: dict[str, Argument] = {}

    # -- names and choices ---------------------------------------------------------------------------

    def pick(self, *options: str) -> str:
        """One of the words."""
        return self.rng.choice(options)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.rng.random() < probability

    def name(self, *options: str) -> str:
        """An identifier that is not taken: one of the options, with a number where all are."""
        free = [option for option in options if option not in self._names]
        if free:
            chosen = self.rng.choice(free)
        else:
            chosen = next(f"{options[0]}{n}" for n in range(2, 1000) if f"{options[0]}{n}" not in self._names)
        self._names.add(chosen)
        return chosen

    @property
    def index_type(self) -> Scalar:
        """The type of loop counters and sizes."""
        return _INDEX[self.index]

    @property
    def signed(self) -> bool:
        """Whether loop counters may become negative."""
        return self.index != "size_t"

    def counter(self, text: str, below: Size | int) -> Value:
        """A loop counter as a value that stays below an extent."""
        limit = below if isinstance(below, int) else below.value
        return Value.of(text, self.index_type, 0, max(0, limit - 1))

    def spell(self, type: Scalar) -> str:
        """How the kernel spells a type."""
        return type.fixed

    # -- parameters ------------------------------------------------------------------------------------

    def size(
        self,
        names: Sequence[str],
        values: Sequence[int],
        *,
        min: int = 0,
        multiple: int = 1,
        power_of_two: bool = False,
        fixed: bool = False,
    ) -> Size:
        """An extent with one of the measured values: a parameter, or a constant of the file.

        `fixed` makes a constant of it whatever the kernel's habit is.
        """
        value = self.rng.choice(values)
        name = self.name(*names)
        if fixed or self.constant:
            upper = self.name(name.upper())
            if self.cpp:
                self._tops[upper] = f"constexpr int {upper} = {value};"
            elif self.rng.random() < 0.7:
                self._tops[upper] = f"#define {upper} {value}"
            else:
                self._tops[upper] = f"enum {{ {upper} = {value} }};"
            return Size(upper, str(value), value)
        self._sizes[name] = WorkloadSize(value, min=min, multiple=multiple, power_of_two=power_of_two)
        self._params.append((name, f"{self.index} {name}"))
        self._args[name] = Argument(value=name)
        return Size(name, name, value)

    def hidden_size(self, name: str, value: int, min: int = 0) -> Size:
        """An extent that the workload knows and the kernel is not told."""
        name = self.name(name)
        if self.constant:
            return Size(str(value), str(value), value)
        self._sizes[name] = WorkloadSize(value, min=min)
        return Size(name, name, value)

    def array(
        self,
        names: Sequence[str],
        type: Scalar,
        extents: Sequence[Size],
        role: Role = "in",
        *,
        low: float | None = None,
        high: float | None = None,
        fill: str = "uniform",
        below: Size | None = None,
        total: Size | None = None,
        alphabet: str = "",
    ) -> Array:
        """A pointer parameter with its data. Inputs keep to `low` … `high`; what is written may be anything."""
        name = self.name(*names)
        if fill == "uniform" and low is None:
            low, high = self._range(type)
        ranged = fill in ("uniform", "sorted") and low is not None and high is not None
        self._args[name] = Argument(
            type=type.code,
            shape=tuple(extent.expression for extent in extents),
            role=role,
            fill=fill,
            range=(low, high) if ranged and low is not None and high is not None else None,
            below=below.expression if below else None,
            total=total.expression if total else None,
            alphabet=alphabet,
        )
        grid = self.grids and len(extents) > 1 and all(e.expression.isdigit() for e in extents[1:])
        pointer = f"*{self._restrict()}{name}"
        if grid:
            pointer = f"({pointer})" + "".join(f"[{extent.text}]" for extent in extents[1:])
        qualifier = "const " if role == "in" else ""
        self._params.append((name, f"{qualifier}{self.spell(type)} {pointer}"))
        bounds: tuple[int | None, int | None] = (None, None)
        if role == "in" and not type.is_float:
            if below is not None:
                bounds = (0, max(0, below.value - 1))
            elif total is not None:
                bounds = (0, total.value)
            elif low is not None and high is not None:
                bounds = (int(low), int(high))
        return Array(name, type, tuple(extents), *bounds, grid)

    def records(
        self, names: Sequence[str], struct: str, extent: Size, fields: dict[str, FieldSpec], role: Role
    ) -> str:
        """A pointer to an array of structs; its name."""
        name = self.name(*names)
        self._args[name] = Argument(shape=(extent.expression,), role=role, fields=fields)
        qualifier = "const " if role == "in" else ""
        self._params.append((name, f"{qualifier}{struct} *{self._restrict()}{name}"))
        return name

    def scalar(self, names: Sequence[str], type: Scalar, low: float, high: float) -> Value:
        """A scalar parameter drawn from a range."""
        name = self.name(*names)
        self._args[name] = Argument(type=type.code, range=(low, high))
        self._params.append((name, f"{self.spell(type)} {name}"))
        return Value.of(name, type) if type.is_float else Value.of(name, type, int(low), int(high))

    def _range(self, type: Scalar) -> tuple[float, float]:
        if type.is_float:
            return self.rng.choice(((-1.0, 1.0), (0.0, 1.0), (-10.0, 10.0), (0.5, 2.0)))
        if type in INTEGERS and self.rng.random() < 0.2:
            return type.low, min(type.high, I64.high)
        if type.bits == 8:
            return (0, 255) if type.kind == "u" else (-100, 100)
        top = self.rng.choice((100, 1000, 30000))
        return (0 if type.kind == "u" else -top), top

    def _restrict(self) -> str:
        return ("__restrict " if self.cpp else "restrict ") if self.restrict else ""

    # -- the file around the kernel ------------------------------------------------------------------

    def top(self, name: str, text: str) -> str:
        """A declaration before all functions, once; its name."""
        self._tops.setdefault(name, text)
        self._names.add(name)
        return name

    def helper(self, name: str, text: str) -> str:
        """A function of the file, once; its name."""
        self._helpers.setdefault(name, text)
        self._names.add(name)
        return name

    def table(self, names: Sequence[str], type: Scalar, values: Sequence[float]) -> Array:
        """A constant table of the file."""
        name = self.name(*names)
        parts = [f"{float(value)}f" if type.code == "float" else str(value) for value in values]
        rows = [", ".join(parts[start : start + 8]) for start in range(0, len(parts), 8)]
        qualifier = "static constexpr" if self.cpp else "static const"
        body = ",\n    ".join(rows)
        self._tops[name] = f"{qualifier} {self.spell(type)} {name}[{len(parts)}] = {{\n    {body}}};"
        extent = Size(str(len(parts)), str(len(parts)), len(parts))
        if type.is_float:
            return Array(name, type, (extent,))
        return Array(name, type, (extent,), int(min(values)), int(max(values)))

    # -- lines -----------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """One line of the function that is being written."""
        self.lines.append("  " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """`head { … }`."""
        self.line(f"{head} {{")
        self.depth += 1
        yield
        self.depth -= 1
        self.line("}")

    @contextmanager
    def otherwise(self, head: str = "else") -> Iterator[None]:
        """`} else { … }` behind a block."""
        self.lines.pop()
        with self.block(f"}} {head}"):
            yield

    @contextmanager
    def aside(self, depth: int = 1) -> Iterator[list[str]]:
        """Lines that stand elsewhere (in another function, or after ones that are not known yet); yields them."""
        kept, before = self.lines, self.depth
        self.lines, self.depth = [], depth
        try:
            yield self.lines
        finally:
            self.lines, self.depth = kept, before

    def local(self, value: Value, *names: str, mutable: bool = False) -> Value:
        """A local variable that holds the value."""
        name = self.name(*(names or ("t", "value", "part")))
        self.line(f"{'' if mutable else 'const '}{self.spell(value.type)} {name} = {value.text};")
        if mutable:
            return Value.of(name, value.type)
        return Value(name, value.type, value.low, value.high)

    # -- loops -------------------------------------------------------------------------------------------

    @contextmanager
    def loop(
        self,
        names: str,
        end: Size | str,
        *,
        begin: str = "0",
        margin: int = 0,
        plain: bool = False,
        step: int = 1,
    ) -> Iterator[str]:
        """A loop from `begin` to `end - margin`, in one of the shapes that people write; yields the counter.

        `names` are the letters to choose from. Any order of iteration may come, unless `plain`. A body with
        `continue` needs `plain` too.
        """
        i = self.name(*names.split())
        stop = end.text if isinstance(end, Size) else end
        reversible = self.signed or margin == 0
        full = begin == "0" and margin == 0 and step == 1 and re.fullmatch(r"\w+", stop) is not None
        shapes = {"for": 78, "reversed": 6 * reversible * (step == 1), "while": 6, "tiled": 7 * full}
        shape = "for" if plain else self.rng.choices(list(shapes), list(shapes.values()))[0]
        below = self._below(i, stop, margin)
        advance = (f"{i}++" if self._post else f"++{i}") if step == 1 else f"{i} += {step}"
        if shape == "tiled":
            with self._tiled(i, stop):
                yield i
        elif shape == "while":
            self.line(f"{self.index} {i} = {begin};")
            with self.block(f"while ({below})"):
                yield i
                self.line(f"{advance};")
        else:
            if shape == "for":
                head = f"for ({self.index} {i} = {begin}; {below}; {advance})"
            elif self.signed:
                last = f"{stop} - {margin + 1}"
                head = f"for ({self.index} {i} = {last}; {i} >= {begin}; {i}--)"
            else:
                head = f"for ({self.index} {i} = {stop}; {i}-- > {begin};)"
            with self.block(head):
                yield i
        if shape != "while":  # a counter of `for` ends with its loop, and its name is free again
            self._names.discard(i)

    def _below(self, i: str, stop: str, margin: int) -> str:
        if margin == 0:
            return f"{i} < {stop}"
        return f"{i} < {stop} - {margin}" if self.signed else f"{i} + {margin} < {stop}"

    @contextmanager
    def _tiled(self, i: str, stop: str) -> Iterator[None]:
        tile, last = self.name(f"{i}{i}", f"{i}0"), self.name(f"{i}_end", f"{i}_stop")
        width = self.rng.choice((8, 16, 32, 64))
        with self.block(f"for ({self.index} {tile} = 0; {tile} < {stop}; {tile} += {width})"):
            self.line(f"{self.index} {last} = {tile} + {width} < {stop} ? {tile} + {width} : {stop};")
            with self.block(f"for ({self.index} {i} = {tile}; {i} < {last}; {i}++)"):
                yield
        self._names -= {tile, last}

    def unrolled(self, names: str, end: Size, body: Callable[[str], None], factor: int) -> None:
        """A loop that handles `factor` elements at a time, and the rest behind it; `body` uses its index in `[]` only."""
        i = self.name(*names.split())
        with self.aside(self.depth + 1) as lines:
            body("@")
        self.line(f"{self.index} {i} = 0;")
        with self.block(f"for (; {i} + {factor - 1} < {end.text}; {i} += {factor})"):
            for lane in range(factor):
                inside = [line.replace("@", f"{i} + {lane}" if lane else i) for line in lines]
                if len(inside) > 1:  # local variables of one lane are not those of the next
                    inside = [
                        "  " * self.depth + "{",
                        *(f"  {line}" for line in inside),
                        "  " * self.depth + "}",
                    ]
                self.lines += inside
        with self.block(f"for (; {i} < {end.text}; {i}++)"):
            self.lines += [line.replace("@", i) for line in lines]

    # -- the result --------------------------------------------------------------------------------------

    def source(self) -> str:
        """The whole file."""
        shuffled = self._ordered()
        head = f"{self.spell(self.returns) if self.returns else 'void'} {self.entry}"
        if self.cpp:
            head = f'extern "C" {head}'
        signature = wrapped(f"{head}(", [text for _, text in shuffled])
        kernel = "\n".join([f"{signature} {{", *self.lines, "}"])
        body = "\n\n".join([*self._used(kernel), kernel])
        return file_text(self.comment, body, plain=not self.fixed, line_comment=self.cpp or self.fixed)

    def _used(self, kernel: str) -> list[str]:
        """The declarations and helpers that the kernel needs, itself or through others; tables come first."""
        text = kernel
        used: list[str] = []
        for declared in (self._helpers, self._tops):
            kept = []
            for name, part in reversed(declared.items()):
                if re.search(rf"\b{name}\b", text):
                    kept.append(part)
                    text += part
            used = [*reversed(kept), *used]
        return used

    def workload(self) -> Workload:
        """How to call it."""
        order = [name for name, _ in self._ordered()]
        return Workload(
            args={name: self._args[name] for name in order}, sizes=dict(self._sizes), entry=self.entry
        )

    def _ordered(self) -> list[tuple[str, str]]:
        """Parameters: sizes first or last, by the kernel's habit."""
        sizes = [item for item in self._params if item[0] in self._sizes]
        others = [item for item in self._params if item[0] not in self._sizes]
        return others + sizes if self.restrict and len(self.entry) % 2 else sizes + others
