"""The state of workload inference, trial runs on it, and shapes fitted to what they touched."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from passwright.bench import extents
from passwright.bench.expression import Expression
from passwright.bench.parameters import DANGEROUS, Parameter
from passwright.bench.sizes import Size
from passwright.bench.trials import MAX_ACCESSES, ROW_STRIDE, Sight, Trials
from passwright.bench.workload import Argument, FieldSpec, Role, Workload
from passwright.passes.errors import WorkloadError

PATTERN = 1 << 12
"""Bytes of initial content of a buffer whose extent is not known yet; the runner repeats them."""
ROWS = 256
"""Pointers of a `T **` while its shape is not known."""
TRIAL_TIMEOUT = 0.5
"""Seconds of one trial run."""
FEW = 500_000
"""Memory accesses of a trial run at sizes that are larger than need be."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_Reader = Callable[[Sight], "int | None"]


class Inference:
    """What is known so far; the steps of inference fill it in.

    Attributes:
        arrays: the parameters with elements. specs: each parameter as the workload will describe it.
        probes: for index arrays, the value that all elements have while extents are looked at.
        base: a small value of each size at which the kernel does its work.
        sizes: the same with constraints, once these are known.
        made_up: sizes that are no parameter, and what they are.
        reaches: the elements that each array needs.
        loose: arrays whose extent depends on data, with the extents observed beyond what `bound` looks at.
    """

    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.known = known = trials.parameters
        self.arrays = [p for p in known if p.kind in ("array", "rows")]
        function = trials.uses["function"]
        self.special = not (function["float_to_int"] or function["float_exit"])
        self.specs: dict[str, Argument] = {p.name: self.first_spec(p) for p in known}
        self.probes: dict[str, Expression] = {}
        self.base: dict[str, int] = {}
        self.sizes: dict[str, Size] = {}
        self.made_up: dict[str, str] = {}
        self.reaches: dict[str, extents.Polynomial] = {}
        self.loose: dict[str, list[tuple[Mapping[str, int], int]]] = {}

    def first_spec(self, p: Parameter) -> Argument:
        if p.kind in ("size", "start"):
            return Argument(value=p.name)
        if p.kind == "integer":
            if p.char:
                return Argument(range=(ord("a"), ord("z")))
            return Argument(range=(0, 1) if p.limit == 1 else (1, 4))
        if p.kind == "float":
            return Argument(range=(0.5, 2.0))
        assert p.layout is not None
        spec = Argument(type=p.type, special=self.special)
        if p.kind == "rows":
            return replace(spec, fill="pointers")
        if p.text or (p.char and not p.written):
            alphabet = LETTERS if p.use.get("index_into") else ""
            return replace(spec, fill="text", terminate=p.text, alphabet=alphabet)
        if not p.is_integer_array:
            # A float that becomes an integer may well become an index.
            whole = self.trials.uses["function"]["float_to_int"] and not p.layout.is_struct
            return replace(spec, range=(0.0, 1.0)) if whole else spec
        if "divisor" in p.values:
            return replace(spec, range=(1, 9))
        if "shift" in p.values:
            return replace(spec, range=(0, 7))
        if p.values & {"bound", "alloc", "length"} or {"start", "index"} <= p.values:
            return replace(spec, range=(0, 4))
        return replace(spec, range=(0, 100)) if p.values & DANGEROUS and p.layout.code != "u8" else spec

    def workload(self, *, final: bool = False) -> Workload:
        """The workload as known so far; unless `final`, with room to spare and index arrays all alike."""
        specs = {p.name: self.spec(p, final) for p in self.known}
        is_global = {p.name for p in self.known if p.is_global}
        return Workload(
            args={name: spec for name, spec in specs.items() if name not in is_global},
            globals={name: spec for name, spec in specs.items() if name in is_global},
            sizes=self.sizes or {name: Size(value) for name, value in self.base.items()},
            entry=self.trials.entry if final else "",
        )

    def spec(self, p: Parameter, final: bool) -> Argument:
        spec = self.specs[p.name]
        if p.layout is None:
            return spec
        if final:
            return replace(spec, role=self.role(p))
        if p.kind == "rows":
            return replace(spec, shape=(ROWS, 1))
        if spec.shape is None or spec.fill not in ("offsets", "text"):
            spec = replace(spec, shape=(p.fixed or max(PATTERN // p.layout.stride, 1),))
        if p.name in self.probes:
            return with_values(p, spec, fill="constant", value=self.probes[p.name])
        return spec

    def role(self, p: Parameter) -> Role:
        if not p.written:
            return "in"
        sights = [self.observe(self.base, seed) for seed in (1, 2)]
        reaches = [sight.reach[p.name] for sight in sights if p.name in sight.reach]
        only_written = reaches and all(r.written and not r.read_before_write for r in reaches)
        return "out" if only_written and not p.is_global else "inout"

    def observe(self, sizes: Mapping[str, int], seed: int = 1, accesses: int = MAX_ACCESSES) -> Sight:
        return self.trials.touch(
            self.workload(), sizes, seed=seed, timeout=TRIAL_TIMEOUT, max_accesses=accesses
        )

    def extent(self, p: Parameter, sight: Sight) -> int | None:
        """Elements from the start to the last that was touched."""
        if not sight.ok or p.layout is None:
            return None
        reach = sight.reach.get(p.name)
        return -(-reach.high // p.layout.stride) if reach else 0

    def rows_and_columns(self, p: Parameter, sight: Sight) -> tuple[int, int] | None:
        """For `T **`: rows, and elements touched of the last one."""
        elements = self.extent(p, sight)
        if elements is None or p.layout is None:
            return None
        pointers = sight.reach.get(f"{p.name}[]")
        rows = pointers.high // 8 if pointers else 0
        return rows, max(elements - max(rows - 1, 0) * (ROW_STRIDE // p.layout.stride), 0)

    def fit_shapes(self, only: Sequence[Parameter] | None = None) -> None:
        for p in self.arrays if only is None else only:
            if p.text and self.specs[p.name].shape:
                self.reaches[p.name] = extents.Polynomial.size(str((self.specs[p.name].shape or ("",))[0]))
                continue
            shape = self.shape_of_rows(p) if p.kind == "rows" else self.shape_of(p)
            self.specs[p.name] = replace(self.specs[p.name], shape=shape)

    def shape_of(self, p: Parameter) -> tuple[Expression, ...]:
        assert p.layout is not None
        polynomial = None if p.name in self.loose else self.fit(lambda sight: self.extent(p, sight))
        if polynomial is None or self.depends_on_data(p) or self.is_suspicious(p, polynomial):
            bytes_ = int(
                p.use.get("extent", 0)
            )  # what the optimiser's analysis of constant loop bounds knows
            known = extents.Polynomial.constant(-(-bytes_ // p.layout.stride)) if bytes_ else None
            polynomial = known or self.bound(p)
        if p.fixed and not polynomial.sizes:
            polynomial = extents.Polynomial.constant(min(p.fixed, int(polynomial.at({}))))
        self.reaches[p.name] = polynomial
        inner = math.prod(p.counts)
        if p.fixed:
            return p.counts if p.counts and math.prod(p.counts) == p.fixed else (p.fixed,)
        if polynomial.sizes:
            return (self.product(polynomial),)
        elements = int(polynomial.at({}))
        if p.counts and inner:
            return (max(-(-elements // inner), 1), *p.counts)
        return (max(elements, 1),)

    def product(self, polynomial: extents.Polynomial) -> Expression:
        """The polynomial in one expression; which factor is the outer dimension, extents do not say."""
        factors = polynomial.dimensions(list(self.base))
        if len(factors) == 1:
            return factors[0]
        return " * ".join(
            str(f) if isinstance(f, int) or f.isidentifier() or "(" in f else f"({f})" for f in factors
        )

    def shape_of_rows(self, p: Parameter) -> tuple[Expression, ...]:
        shape: list[Expression] = []
        for part in (0, 1):

            def read(sight: Sight, part: int = part) -> int | None:
                both = self.rows_and_columns(p, sight)
                return None if both is None else both[part]

            polynomial = self.fit(read)
            if polynomial is None:
                raise WorkloadError(
                    f"{self.trials.entry}: the rows of {p.name} reach differently far from run to run",
                    hint="write a workload file (docs/workloads.md)",
                )
            shape.append(self.product(polynomial))
        return tuple(shape)

    def fit(self, read: _Reader) -> extents.Polynomial | None:
        """A polynomial through what `read` says of touch runs, at steps of one, then in blocks."""
        for step in (1, 4, 16):
            base = (
                self.base if step == 1 else {name: 16 * -(-value // 16) for name, value in self.base.items()}
            )

            def probe(sizes: Mapping[str, int]) -> int | None:
                return read(self.observe(sizes))

            found = extents.fit(probe, base, list(base), step)
            if found is not None and (step == 1 or self.covers(found, read)):
                return found
        return None

    def covers(self, polynomial: extents.Polynomial, read: _Reader) -> bool:
        """Whether what was fitted on multiples is enough in between."""
        for offset in (1, 3, 6, 11):
            sizes = {name: value + offset for name, value in self.base.items()}
            extent = read(self.observe(sizes))
            if extent is None or polynomial.at(sizes) < extent:
                return False
        return True

    def depends_on_data(self, p: Parameter) -> bool:
        observed = {self.extent(p, self.observe(self.base, seed)) for seed in (1, 2, 3)}
        return len(observed - {None}) > 1

    def bound(self, p: Parameter) -> extents.Polynomial:
        """A multiple of sizes that covers all observations of an extent that is no polynomial.

        Where there is none, the extent does not follow the sizes (values index the array): a power of two.
        """
        observed: list[tuple[Mapping[str, int], int]] = []
        small = [dict.fromkeys(self.base, value) for value in (1, 2, 3)]
        near = [{name: value + offset for name, value in self.base.items()} for offset in (0, 1, 2, 5, 9)]
        far = [{name: value * factor for name, value in self.base.items()} for factor in (8, 64)]
        for sizes in [*small, *near, *far]:
            for seed in (1, 2, 3):
                extent = self.extent(p, self.observe(sizes, seed, FEW))
                if extent is not None:
                    observed.append((sizes, extent))
        observed += self.loose.setdefault(p.name, [])
        largest = max((extent for _, extent in observed), default=1)
        found = extents.upper_bound(observed, list(self.base)) if self.base else None
        if found is not None and largest <= 1:  # nothing to go by: a few results of a search, say
            return sum((extents.Polynomial.size(name) for name in self.base), extents.Polynomial({}))
        if found is None or self.is_saturated(p, observed):
            found = extents.Polynomial.constant(1 << max(largest - 1, 0).bit_length())
        return found

    def is_suspicious(self, p: Parameter, polynomial: extents.Polynomial) -> bool:
        """Whether at most one element was touched at any size, though nothing says that there are no more."""
        if polynomial.sizes or polynomial.at({}) > 1 or not self.base or not p.accessed:
            return False
        return not p.fixed and not p.use.get("extent") and not self.is_indexed(p)

    def is_indexed(self, p: Parameter) -> bool:
        """Whether loaded values index the array."""
        return any(self.is_target(p, target) for q in self.arrays for target in q.use.get("index_into", ()))

    def is_saturated(self, p: Parameter, observed: Sequence[tuple[Mapping[str, int], int]]) -> bool:
        """Whether an array that loaded values index (a table of 256 entries) stopped growing with the sizes."""
        if not self.is_indexed(p):
            return False
        near = max(
            (e for sizes, e in observed if all(sizes[n] <= 2 * v for n, v in self.base.items())), default=0
        )
        return max((extent for _, extent in observed), default=0) <= 2 * near

    def is_target(self, q: Parameter, target: Mapping[str, object]) -> bool:
        """Whether an entry of some `index_into` means this array."""
        if q.is_global:
            return target.get("global") == q.name
        index = target.get("argument")
        return isinstance(index, int) and self.trials.signature["arguments"][index]["name"] == q.name

    def meaning(self, p: Parameter) -> str:
        """offsets, index or data."""
        if p.layout is None or p.text or p.kind == "rows":
            return "data"
        if p.layout.is_struct:
            return "index" if p.use.get("index_into") and not p.written and _index_fields(p) else "data"
        if not p.is_integer_array:
            return "data"
        if {"bound", "start"} <= p.values and not p.written:
            return "offsets"
        if p.use.get("index_into") and not p.char and p.layout is not None and p.layout.code != "u8":
            return "index" if not p.written or self.reads_first(p) else "data"
        return "data"

    def reads_first(self, p: Parameter) -> bool:
        """A scratch array that the kernel itself fills with indices needs none from us."""
        if not self.base:
            return True
        reach = self.observe(self.base).reach.get(p.name)
        return reach is None or reach.read_before_write or not reach.written

    def new_size(self, name: str, value: int) -> str:
        taken = {p.name for p in self.known} - {name} | set(self.base)
        while name in taken or (name in {p.name for p in self.known} and self.specs[name].value != name):
            name += "_"
        self.base[name] = value
        return name

    def reaches_sizes(self, p: Parameter) -> frozenset[str]:
        polynomial = self.reaches.get(p.name)
        return polynomial.sizes if polynomial else frozenset()


def _index_fields(p: Parameter) -> list[str]:
    """The fields of a struct that may hold indices."""
    fields = p.layout.fields if p.layout is not None and p.layout.is_struct else ()
    return [field.name for field in fields if field.code in ("i16", "u16", "i32", "u32", "i64", "u64")]


def with_values(
    p: Parameter,
    spec: Argument,
    *,
    fill: str,
    value: Expression | None = None,
    below: Expression | None = None,
) -> Argument:
    """`spec` with these values for an integer array's elements, or for a struct's integer fields."""
    if p.is_integer_array:
        return replace(spec, fill=fill, value=value, below=below, range=None)
    fields = {name: FieldSpec(fill=fill, value=value, below=below) for name in _index_fields(p)}
    return replace(spec, fields=fields)
