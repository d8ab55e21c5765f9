"""A workload for a kernel that comes without one: types from debug info, sizes and shapes by trying.

`infer` decides in this order, each step on what trial runs show (`bench/trials.py`):

1. which integers are sizes, at small values that make the kernel touch as much as possible;
2. how far each buffer reaches, as a polynomial in the sizes (`bench/extents.py`);
3. what integer arrays mean: offsets into other arrays (the last entry becomes a size of its own), indices
   (below the extent of what they index), text, plain data;
4. roles, from static writes and observed reads before writes;
5. the smallest admissible value of each size, and sizes that bound others;
6. the measured sizes: grown together until one run of the -O3 build takes about a millisecond
   (`bench/growth.py`).

Containers, linked structures and pairs of iterators are not inferred: `WorkloadError` says what to do. What was
inferred is described in `Inferred.notes`; `Inferred.workload.save` writes it as TOML to be edited and given back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passwright.bench import extents
from passwright.bench.expression import Expression, evaluate
from passwright.bench.expression import names as names_in
from passwright.bench.growth import grow
from passwright.bench.notes import describe
from passwright.bench.parameters import DANGEROUS, Parameter
from passwright.bench.sizes import Size
from passwright.bench.trials import ROW_STRIDE, Sight, Trials, describe_failure
from passwright.bench.workload import Argument, Role, Workload
from passwright.passes.errors import WorkloadError

if TYPE_CHECKING:
    from passwright.bench.runner import Runner
    from passwright.irgen.kernel import Kernel

PATTERN = 1 << 12
"""Bytes of initial content of a buffer whose extent is not known yet; the runner repeats them."""
ROWS = 256
"""Pointers of a `T **` while its shape is not known."""
TRIAL_TIMEOUT = 0.5
"""Seconds of one trial run."""
PATIENCE = 4
"""Trials that may time out before the kernel counts as one that never ends."""
_Reader = Callable[[Sight], "int | None"]
BINS = 256
"""Elements of an array whose length only the indices into it know."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Inferred:
    """A workload and, one sentence each, what was concluded for it."""

    workload: Workload
    notes: list[str]


def infer(
    kernel: Kernel,
    runner: Runner,
    *,
    deadline: float = 20.0,
    min_seconds: float = 1e-3,
    max_bytes: int = 64 << 20,
) -> Inferred:
    """Find a workload for `kernel`.

    Args:
        runner: runs the trials; what it has loaded stays loaded.
        deadline: seconds that all trial runs together may take.
        min_seconds: sizes grow until one run of the -O3 build takes about this long …
        max_bytes: … or the buffers together are this large.

    Raises:
        WorkloadError: the parameters are of a kind that cannot be inferred, or no trial ended well.
    """
    with Trials(kernel, runner, deadline=deadline) as trials:
        inference = _Inference(trials)
        inference.find_strings()
        inference.find_sizes()
        inference.fit_shapes()
        inference.find_offsets()
        inference.find_indices()
        inference.find_minima()
        workload = inference.workload(final=True)
        trials.build_fast()
        growth = grow(trials, workload, inference.weights(), inference.fits, min_seconds, max_bytes)
        workload = growth.workload
        workload.validate(trials.signature)
        notes = describe(workload, inference.known, inference.made_up, growth, trials.count)
        return Inferred(workload, notes)


class _Inference:
    """What is known so far: a value for each size, and a description of each parameter."""

    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.known = known = trials.parameters
        self.arrays = [p for p in known if p.kind in ("array", "rows")]
        function = trials.uses["function"]
        self.special = not (function["float_to_int"] or function["float_exit"])
        self.specs: dict[str, Argument] = {p.name: self.first_spec(p) for p in known}
        self.probes: dict[
            str, Expression
        ] = {}  # index arrays: the value that all elements have while probing
        self.base: dict[str, int] = {}
        self.step = 1
        self.sizes: dict[str, Size] = {}
        self.made_up: dict[str, str] = {}  # sizes that are no parameter: what they are
        self.reaches: dict[str, extents.Polynomial] = {}  # elements that each array needs

    # ---- descriptions

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
            return replace(spec, fill="constant", value=self.probes[p.name], range=None, below=None)
        return spec

    def role(self, p: Parameter) -> Role:
        if not p.written:
            return "in"
        sights = [self.observe(self.base, seed) for seed in (1, 2)]
        reaches = [sight.reach[p.name] for sight in sights if p.name in sight.reach]
        only_written = reaches and all(r.written and not r.read_before_write for r in reaches)
        return "out" if only_written and not p.is_global else "inout"

    # ---- observing

    def observe(self, sizes: Mapping[str, int], seed: int = 1) -> Sight:
        return self.trials.touch(self.workload(), sizes, seed=seed, timeout=TRIAL_TIMEOUT)

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

    # ---- 1: sizes

    def find_strings(self) -> None:
        """A string whose end the kernel looks for is as long as we please."""
        for p in self.arrays:
            if p.text and not p.fixed and not p.written:
                name = self.new_size(f"{p.name}_len", 24)
                self.made_up[name] = f"the length of {p.name} with its terminator"
                self.specs[p.name] = replace(self.specs[p.name], shape=(name,))

    def find_sizes(self) -> None:
        sizes = [p for p in self.known if p.kind in ("size", "start")]
        best: tuple[tuple[int, bool, int], dict[str, int]] | None = None
        failure: Sight | None = None
        late = 0
        wanted = sum(p.accessed for p in self.arrays)
        if any(self.meaning(p) in ("index", "offsets") for p in self.arrays):
            for p in self.arrays:
                if self.meaning(p) in ("index", "offsets"):
                    self.probes[p.name] = 0
        for scalars in (None, 1, 0, 2):
            if scalars is not None:
                self.fix_integers(scalars)
            for assignment in _assignments(sizes):
                values = {**assignment, **self.base}
                sight = self.observe(values)
                if not sight.ok:
                    failure = failure or sight
                    late += sight.status == "timed-out"
                    if late == PATIENCE and best is None:
                        break
                    continue
                touched = sum(reach.high > 0 for reach in sight.reach.values())
                robust = touched >= (best[0][0] if best else 0) and self.is_robust(values, touched)
                if best is None or (touched, robust, sight.accesses) > best[0]:
                    best = ((touched, robust, sight.accesses), values)
                if touched >= wanted and robust:
                    break
            if best is not None or late >= PATIENCE:
                break
            if late and self.is_static():
                return
        if best is None:
            assert failure is not None
            raise describe_failure(failure, self.trials.entry, TRIAL_TIMEOUT)
        self.base = best[1]
        self.drop_starts([p for p in sizes if p.kind == "start"])

    def is_robust(self, values: Mapping[str, int], touched: int) -> bool:
        """Whether the kernel still touches as many buffers when one size grows: a filter may not exceed its image."""
        for name in values:
            sight = self.observe({**values, name: values[name] + 4})
            if not sight.ok or sum(reach.high > 0 for reach in sight.reach.values()) < touched:
                return False
        return True

    def is_static(self) -> bool:
        """Whether no trial is needed: all sizes are constants of the code, and so are all extents."""
        known = self.arrays and all(p.use.get("extent") or p.fixed for p in self.arrays)
        return bool(known) and not self.base and not any(p.kind in ("size", "start") for p in self.known)

    def fix_integers(self, value: int) -> None:
        for p in self.known:
            if p.kind == "integer":
                self.specs[p.name] = Argument(value=min(value, p.limit))

    def drop_starts(self, starts: Sequence[Parameter]) -> None:
        """An integer that loops start at is zero, unless the kernel does less then (it counts down)."""
        for p in starts:
            at_zero = self.observe({**self.base, p.name: 0})
            if self.arrays and at_zero.ok and at_zero.accesses >= self.observe(self.base).accesses:
                self.specs[p.name] = Argument(value=0)
                del self.base[p.name]

    # ---- 2: shapes

    def fit_shapes(self, only: Sequence[Parameter] | None = None) -> None:
        for p in self.arrays if only is None else only:
            if p.text and self.specs[p.name].shape:
                self.reaches[p.name] = extents.Polynomial.size(str((self.specs[p.name].shape or ("",))[0]))
                continue
            shape = self.shape_of_rows(p) if p.kind == "rows" else self.shape_of(p)
            self.specs[p.name] = replace(self.specs[p.name], shape=shape)

    def shape_of(self, p: Parameter) -> tuple[Expression, ...]:
        assert p.layout is not None
        polynomial: extents.Polynomial | None
        if bytes_ := int(p.use.get("extent", 0)):  # constant loop bounds: the optimiser's analysis knows
            polynomial = extents.Polynomial.constant(-(-bytes_ // p.layout.stride))
        else:
            polynomial = self.fit(lambda sight: self.extent(p, sight))
            if polynomial is None or self.depends_on_data(p):
                polynomial = self.bound(p)
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
        """A product of sizes that covers all observations of an extent that is no polynomial."""
        observed: list[tuple[Mapping[str, int], int]] = []
        for offset in (0, 1, 2, 5, 9):
            sizes = {name: value + offset for name, value in self.base.items()}
            for seed in (1, 2, 3):
                extent = self.extent(p, self.observe(sizes, seed))
                if extent is not None:
                    observed.append((sizes, extent))
        largest = max((extent for _, extent in observed), default=1)
        product = extents.upper_bound(observed, list(self.base)) if self.base else None
        if product is None:
            return extents.Polynomial.constant(largest)
        result = extents.Polynomial.constant(1)
        for name in product:
            result = result * extents.Polynomial.size(name)
        return result

    # ---- 3: integer arrays

    def meaning(self, p: Parameter) -> str:
        """offsets, index or data."""
        if not p.is_integer_array or p.text or p.kind == "rows":
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

    def find_offsets(self) -> None:
        """Row starts: all zero while shapes were fitted, now growing up to a size of their own."""
        found = [p for p in self.arrays if self.meaning(p) == "offsets" and self.specs[p.name].shape]
        for p in found:
            total = self.new_size(
                "nnz" if not self.made_up else f"{p.name}_total", 3 * max(self.base.values(), default=8)
            )
            self.made_up[total] = f"the last entry of {p.name}"
            self.probes.pop(p.name, None)
            self.specs[p.name] = replace(self.specs[p.name], fill="offsets", total=total, range=None)
        if found:
            self.fit_shapes([p for p in self.arrays if p not in found])

    def find_indices(self) -> None:
        for p in self.arrays:
            if self.meaning(p) != "index":
                continue
            below = self.index_limit(p)
            self.probes[p.name] = f"{below} - 1"
            self.specs[p.name] = replace(self.specs[p.name], fill="index", below=below, range=None)
            self.fit_shapes(self.changed())
        probed = dict(self.probes)
        self.probes.clear()
        if probed and not self.observe(self.base).ok:
            self.calm_indices(probed)

    def calm_indices(self, probed: Mapping[str, Expression]) -> None:
        """Random indices may send a kernel in circles (parents, links): then each element is its own."""
        for fill in ("iota", "zero"):
            for name in probed:
                self.specs[name] = replace(self.specs[name], fill=fill, below=None)
            if self.observe(self.base).ok:
                return
        raise describe_failure(self.observe(self.base), self.trials.entry, TRIAL_TIMEOUT)

    def index_limit(self, p: Parameter) -> Expression:
        """What the values of an index array must stay below."""
        targets = list(p.use["index_into"])
        local = [t["local"] for t in targets if t.get("local")]
        if local:
            return int(min(local))
        named = [q for q in self.arrays if any(self.is_target(q, t) for t in targets)]
        fixed = [q for q in named if q.fixed]
        if fixed:
            return self.largest_fixed(p, fixed)
        sized = [q for q in named if self.reaches.get(q.name) is not None and self.reaches[q.name].sizes]
        for candidate in self.candidates(sized):
            self.probes[p.name] = f"{candidate} - 1"
            sight = self.observe(self.base)
            if sight.ok and all(
                (self.extent(q, sight) or 0) <= self.reaches[q.name].at(self.base) for q in sized
            ):
                return candidate
        return self.free_limit(p, named)

    def candidates(self, sized: Sequence[Parameter]) -> Iterator[str]:
        for q in sized:
            yield str(self.product(self.reaches[q.name]))
        own = {name for q in sized for name in self.reaches[q.name].sizes}
        yield from sorted(own, key=lambda name: -self.base[name])

    def is_target(self, q: Parameter, target: Mapping[str, object]) -> bool:
        if q.is_global:
            return target.get("global") == q.name
        index = target.get("argument")
        return isinstance(index, int) and self.trials.signature["arguments"][index]["name"] == q.name

    def largest_fixed(self, p: Parameter, fixed: Sequence[Parameter]) -> int:
        """The most that keeps every access inside arrays of fixed extent (an index may be scaled)."""
        low, high = 1, min(q.fixed for q in fixed)
        while low < high:
            middle = (low + high + 1) // 2
            self.probes[p.name] = middle - 1
            sight = self.observe(self.base)
            inside = sight.ok and all(
                (self.extent(q, sight) or 0) <= q.fixed for q in fixed if not q.is_global
            )
            inside = inside and all(self.grew(q, sight) for q in fixed if q.is_global and middle > 1)
            low, high = (middle, high) if inside else (low, middle - 1)
        return low

    def grew(self, q: Parameter, sight: Sight) -> bool:
        """Whether a global was reached at all: accesses behind its end are nobody's."""
        return bool(self.extent(q, sight))

    def free_limit(self, p: Parameter, targets: Sequence[Parameter]) -> Expression:
        """Nothing else says how long the indexed array is: an unused integer, the index array's own rows, or
        a size of its own for arrays that are written through the index (bins)."""
        unused = [q for q in self.known if q.kind == "integer" and q.limit > 2**15 and not q.uses]
        if unused:
            q = unused[0]
            self.specs[q.name] = Argument(value=q.name)
            return self.new_size(q.name, max(self.base.values(), default=12) + 2)
        if self.base and targets and not any(q.written for q in targets):
            return self.main_size(p)
        name = self.new_size(f"{targets[0].name if targets else p.name}_len", 20)
        self.made_up[name] = f"the number of elements that {p.name} refers to"
        return name

    def main_size(self, p: Parameter) -> str:
        """The size that counts rows (of the offsets, where there are any), else the index array's own."""
        owners = [q for q in self.arrays if self.specs[q.name].fill == "offsets"] or [p]
        own = [
            name
            for q in owners
            for name in self.base
            if name in self.reaches_sizes(q) and name not in self.made_up
        ]
        return own[0] if own else next(iter(self.base))

    def new_size(self, name: str, value: int) -> str:
        taken = {p.name for p in self.known} - {name} | set(self.base)
        while name in taken or (name in {p.name for p in self.known} and self.specs[name].value != name):
            name += "_"
        self.base[name] = value
        return name

    def changed(self) -> list[Parameter]:
        """Arrays that reach further than their shapes say since indices are no longer zero."""
        sight = self.observe(self.base)
        return [
            p
            for p in self.arrays
            if not p.fixed
            and p.kind != "rows"
            and (self.extent(p, sight) or 0) > self.reaches[p.name].at(self.base)
        ]

    # ---- 5: minima

    def find_minima(self) -> None:
        variable = {name for p in self.arrays if 0 in p.counts for name in self.reaches_sizes(p)}
        self.sizes = {name: Size(value, min=int(name in variable)) for name, value in self.base.items()}
        for name in self.base:
            self.sizes[name] = self.lower_end(name)
        for _ in range(4):  # sizes that are small one by one may still be too small together
            if self.admissible({name: size.min for name, size in self.sizes.items()}):
                break
            self.sizes = {name: replace(size, min=size.min + 1) for name, size in self.sizes.items()}
        for p in self.known:
            if p.name in self.sizes and p.limit < 2**31 - 1:
                self.sizes[p.name] = replace(self.sizes[p.name], max=p.limit)
        for name, what in self.made_up.items():
            if "refers" in what:
                self.sizes[name] = replace(self.sizes[name], value=BINS)
        self.find_strides()

    def reaches_sizes(self, p: Parameter) -> frozenset[str]:
        polynomial = self.reaches.get(p.name)
        return polynomial.sizes if polynomial else frozenset()

    def lower_end(self, name: str) -> Size:
        size = self.sizes[name]
        smallest = self.smallest(name, self.base)
        if smallest <= 3:
            return replace(size, min=max(size.min, smallest))
        for other, value in self.base.items():  # is it bounded by another size?
            if other != name and value > 3:
                shifted = self.smallest(name, {**self.base, other: value - 2})
                if shifted == smallest - 2:
                    difference = smallest - value
                    bound = (
                        other
                        if not difference
                        else f"{other} {'+' if difference > 0 else '-'} {abs(difference)}"
                    )
                    return replace(size, at_least=bound)
        return replace(size, min=smallest)

    def smallest(self, name: str, base: Mapping[str, int]) -> int:
        value = base[name]
        for candidate in range(value):
            if self.admissible({**base, name: candidate}):
                return candidate
        return value

    def admissible(self, sizes: Mapping[str, int]) -> bool:
        """Whether the kernel ends well at `sizes` and stays inside the inferred shapes."""
        sight = self.trials.touch(self.workload(), sizes, timeout=TRIAL_TIMEOUT / 4)
        return sight.ok and self.fits(sizes) and all(self.inside(p, sight, sizes) for p in self.arrays)

    def inside(self, p: Parameter, sight: Sight, sizes: Mapping[str, int]) -> bool:
        shape = self.specs[p.name].shape or ()
        if p.kind == "rows":
            both = self.rows_and_columns(p, sight) or (0, 0)
            return all(seen <= evaluate(part, sizes) for seen, part in zip(both, shape, strict=True))
        extent = self.extent(p, sight)
        return extent is not None and extent <= math.prod(int(evaluate(part, sizes)) for part in shape)

    def fits(self, sizes: Mapping[str, int]) -> bool:
        """Whether arrays of fixed extent are large enough for `sizes`."""
        return all(
            self.reaches[p.name].at(sizes) <= p.fixed
            for p in self.arrays
            if p.fixed and p.name in self.reaches
        )

    def find_strides(self) -> None:
        """A leading dimension is at least the row that it strides over: i * lda + j with j < m."""
        for p in self.known:
            if p.name not in self.sizes or "stride" not in p.uses or "bound" in p.uses:
                continue
            for polynomial in self.reaches.values():
                alone = [
                    m[0][0] for m, c in polynomial.terms.items() if c == 1 and len(m) == 1 and m[0][1] == 1
                ]
                alone = [name for name in alone if name != p.name]
                if p.name in polynomial.sizes and alone:
                    self.sizes[p.name] = replace(self.sizes[p.name], at_least=alone[0])

    # ---- 6: growth

    def weights(self) -> dict[str, float]:
        """How fast each size grows: independent ones alike but distinct; bounds of others and mere repetitions
        stay as they are (weight 0)."""
        bounding = {
            other
            for name, size in self.sizes.items()
            if isinstance(size.at_least, str) and "stride" not in self.parameter_uses(name)
            for other in self.sizes
            if other in size.at_least.split()
        }
        reaching = {name for polynomial in self.reaches.values() for name in polynomial.sizes}
        reaching |= {
            name for p in self.arrays if p.kind == "rows" for name in _names(self.specs[p.name].shape)
        }
        weights: dict[str, float] = {}
        for name in self.sizes:
            if name in bounding or (reaching and name not in reaching) or self.shrinks(name):
                weights[name] = 0.0
            elif name in self.made_up and "entry" in self.made_up[name]:
                weights[name] = 8.0
            elif name in self.made_up and "refers" in self.made_up[name]:
                weights[name] = 0.0
            else:
                weights[name] = 1.0 + 0.1 * sum(1.0 <= w < 8.0 for w in weights.values())
        return weights

    def shrinks(self, name: str) -> bool:
        """Whether some array gets smaller when this size grows, as the output of a filter does by its radius."""
        more = {**self.base, name: self.base[name] + 1}
        return any(polynomial.at(more) < polynomial.at(self.base) for polynomial in self.reaches.values())

    def parameter_uses(self, name: str) -> frozenset[str]:
        return next((p.uses for p in self.known if p.name == name and "bound" not in p.uses), frozenset())


def _assignments(sizes: Sequence[Parameter]) -> Iterator[dict[str, int]]:
    """Small values to try: distinct ones first, then relations that kernels may demand of their sizes."""
    names = [p.name for p in sizes]
    limits = {p.name: p.limit for p in sizes}
    count = len(names)
    plans = [[12 + 2 * i for i in range(count)], [4] * count, [16] * count]
    plans.append([12 + 2 * (count - 1 - i) for i in range(count)])
    for i in range(count if count > 1 else 0):
        plans.append([16 + j if j == i else 3 for j in range(count)])
        plans.append([3 if j == i else 16 + j for j in range(count)])
    plans += [[2] * count, [1] * count]
    seen: set[tuple[int, ...]] = set()
    for plan in plans:
        values = {name: min(value, limits[name]) for name, value in zip(names, plan, strict=True)}
        if tuple(values.values()) not in seen:
            seen.add(tuple(values.values()))
            yield values


def _names(shape: Sequence[Expression] | None) -> set[str]:
    return {name for part in shape or () for name in names_in(part)}
