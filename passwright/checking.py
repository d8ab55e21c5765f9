"""Whether a lock file still holds: for CI, entry by entry, with what to do about each that does not.

Without `measure` nothing runs: sources are compiled to IR and compared with what was locked. With it, objects are built as
`apply` builds them, verified against the unoptimised build, and timed in turn with the reference. Rejected entries are
left out, as builds leave them out. Making entries is `optimizer.py`'s, deciding about them `decisions.py`'s.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from passwright._native import Module, host, llvm_version
from passwright.bench.measure import Ratio
from passwright.bench.runner import Runner
from passwright.bench.verify import Effort, Verdict
from passwright.cli.child import apart
from passwright.decisions import Key, by_machine
from passwright.freshness import kernel_of, require_same, source_of
from passwright.irgen.compile_commands import flags_for
from passwright.irgen.flags import reorders_floats
from passwright.irgen.kernel import Kernel
from passwright.judging import Given, find_workload, workload_judge
from passwright.locking import build, rest
from passwright.passes import audit, config
from passwright.passes.build import build_module, text_size
from passwright.passes.errors import CompileError, InputError, LockError, PasswrightError
from passwright.passes.lock import Lock, LockEntry
from passwright.policy.objective import objective

KINDS = ("missing", "broken", "stale", "flags", "llvm", "unverified", "regressed", "not-accepted")
"""No source; it does not compile or has no such function; other code; other flags in the build; another LLVM; not verified
equal; slower (or larger) than the reference; awaiting review."""
DEADLINE = 120.0
"""Seconds that building one file may take."""
SANITIZE_SECONDS = 10.0
MEASURE_SECONDS = 5.0


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an entry, and what to do."""

    entry: LockEntry
    kind: str
    message: str
    remedy: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        source, name, cpu = self.entry.key
        key = {"source": source, "entry": name, "cpu": cpu}
        return {**key, "kind": self.kind, "message": self.message, "remedy": self.remedy}


@dataclass(frozen=True)
class Measured:
    """What an entry is worth now, beside its reference: `ratio` of times or sizes, above 1 is better; None: not measured."""

    verdict: Verdict
    ratio: Ratio | None


@dataclass(frozen=True)
class Report:
    """The result: `checked` entries; `notes` are no failures."""

    lock: Lock
    checked: tuple[LockEntry, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    measured: Mapping[Key, Measured]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        found = [
            {
                **dict(zip(("source", "entry", "cpu"), key, strict=True)),
                "verdict": asdict(one.verdict),
                "ratio": asdict(one.ratio) if one.ratio else None,
            }
            for key, one in self.measured.items()
        ]
        return {
            "lock": str(self.lock.path),
            "ok": self.ok,
            "checked": len(self.checked),
            "problems": [one.to_json() for one in self.problems],
            "notes": list(self.notes),
            "measured": found,
        }

    def decisions(self) -> list[audit.Decision]:
        """The problems as lines of the audit log."""
        return [
            audit.Decision.on(
                one.entry, "failed", who=by_machine(), human=False, why=f"{one.kind}: {one.message}"
            )
            for one in self.problems
        ]


def check(
    lock: Lock,
    *,
    require_accepted: bool = False,
    measure: bool = False,
    builds: Path | None = None,
    workload: Given = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Check every entry that is not rejected.

    `builds` is a folder with compile_commands.json, whose flags have to give the code that was locked. `workload` is for
    `measure`, as in `optimize`. Raises ToolchainError when there is no clang 19, InputError for an unusable `builds`.
    """
    say = progress or (lambda text: None)
    entries = tuple(one for one in lock.entries if one.review.state != "rejected")
    notes = []
    if left_out := len(lock.entries) - len(entries):
        notes.append(f"{left_out} rejected, which builds leave out")
    say(f"comparing {len(entries)} entries with their sources")
    with ThreadPoolExecutor(config.jobs()) as pool:
        problems = [one for one in pool.map(lambda one: _stale(lock, one, builds), entries) if one]
    broken = {one.entry.source for one in problems}
    measured: dict[Key, Measured] = {}
    if measure:
        cpu = host()["cpu"]
        here = [one for one in entries if one.cpu == cpu and one.source not in broken]
        if others := [one for one in entries if one.cpu != cpu]:
            names = ", ".join(sorted({one.cpu for one in others}))
            notes.append(f"{len(others)} not measured: locked for {names}, this is {cpu}")
        for source in dict.fromkeys(one.source for one in here):
            say(f"measuring {source}")
            measured |= _measure(lock, [one for one in here if one.source == source], workload)
    for entry in entries:
        problems += _worth(lock, entry, measured.get(entry.key))
        if require_accepted and entry.review.proposed:
            problems.append(_not_accepted(lock, entry))
    return Report(
        lock, entries, tuple(sorted(problems, key=lambda one: one.entry.key)), tuple(notes), measured
    )


def _stale(lock: Lock, entry: LockEntry, builds: Path | None) -> Problem | None:
    """What keeps `apply` from using an entry; None: nothing does."""
    again = _again(lock, entry)
    source = source_of(lock.path, entry)
    if not source.is_file():
        table = f'[kernel."{entry.source}".{entry.entry}.{entry.cpu}]'
        remedy = f"restore the file, or delete the table {table} from {lock.path}"
        return Problem(entry, "missing", f"{source}: no such file", remedy)
    if entry.llvm != llvm_version():
        message = f"locked with LLVM {entry.llvm}, this is {llvm_version()}"
        return Problem(entry, "llvm", message, f"install the Passwright that locked it, or {again}")
    try:
        require_same(entry, kernel_of(lock.path, entry, debug=False))
    except LockError:
        message = "the code, or what it includes, has changed since the recipe was locked"
        return Problem(entry, "stale", message, again)
    except (CompileError, InputError) as error:
        return Problem(entry, "broken", error.message, f"correct the source and its flags, or {again}")
    if builds is None:
        return None
    flags = flags_for(source, builds)
    try:
        require_same(entry, kernel_of(lock.path, entry, flags, debug=False))
    except (CompileError, InputError):
        message = (
            f"the build's flags give other code: {shlex.join(flags)}; the lock has {_flags(entry) or 'none'}"
        )
        return Problem(entry, "flags", message, f"{again} --build {builds}")
    return None


def _measure(lock: Lock, entries: Sequence[LockEntry], workload: Given) -> dict[Key, Measured]:
    """The entries of one file, in the object that `apply` makes of them."""
    kernels = [kernel_of(lock.path, one) for one in entries]
    module = Module.parse(kernels[0].bitcode, entries[0].source)
    try:
        built, instructions, baseline, before = apart(lambda: _built(module, entries), DEADLINE)
    except PasswrightError as error:
        return {one.key: Measured(Verdict("crashed", error.message), None) for one in entries}
    found = {}
    with Runner() as runner:
        for entry, kernel in zip(entries, kernels, strict=True):
            goal = objective(entry.objective)
            sizes = None
            if goal.static:
                old, new = goal.size(text_size(baseline), before), goal.size(text_size(built), instructions)
                sizes = Ratio(*[old / max(1, new)] * 3)
            found[entry.key] = _judged(kernel, workload, runner, baseline, built, sizes)
    return found


def _built(module: Module, entries: Sequence[LockEntry]) -> tuple[bytes, int, bytes, int]:
    """The locked object and the reference's, each with its IR instructions."""
    flags = entries[0].flags
    fast_math = reorders_floats(flags)
    chosen = {one.entry: one.recipe for one in entries}
    whole = build_module(module, chosen, rest=rest(entries), fast_math=fast_math)
    plain = build_module(module, {}, rest=rest(entries), fast_math=fast_math)
    built = build(module, entries, flags)
    return built, whole.instruction_count, plain.emit("obj"), plain.instruction_count


def _judged(
    kernel: Kernel, workload: Given, runner: Runner, baseline: bytes, built: bytes, sizes: Ratio | None
) -> Measured:
    try:
        given, _, _ = find_workload(kernel, workload, runner)
        effort = Effort(sanitize=SANITIZE_SECONDS, mutate=SANITIZE_SECONDS / 2)
        judge = workload_judge(kernel, given, runner, effort=effort)
        verdict = judge.prepare() or judge.check([built])
        if verdict.kind != "equal" or sizes is not None:
            return Measured(verdict, sizes)
        names = {"reference": baseline, "locked": built}
        for name, data in names.items():
            judge.load(name, [data])
        try:
            return Measured(verdict, judge.compare(*names, deadline=MEASURE_SECONDS).ratio)
        finally:
            for name in names:
                judge.unload(name)
    except PasswrightError as error:
        return Measured(Verdict("unverifiable", error.message), None)


def _worth(lock: Lock, entry: LockEntry, measured: Measured | None) -> Iterable[Problem]:
    """What is wrong with an entry's verdict and ratio: those of now where there are any, else those in the lock."""
    again = _again(lock, entry)
    kind, evidence = entry.verdict, "so the lock says"
    ratio = Ratio(*entry.ratio)
    if measured is not None:
        kind, evidence = measured.verdict.kind, measured.verdict.evidence
        ratio = measured.ratio or ratio
    if kind != "equal":
        remedy = (
            f"{again}, or reject it: passwright review --lock {lock.path} --reject {_name(entry)} --why …"
        )
        if measured is not None and kind == "unverifiable":
            remedy = f"say how to call it: --workload W.toml; or {remedy}"
        yield Problem(entry, "unverified", f"{kind}: {evidence}", remedy)
    elif ratio.high < 1:
        reference = objective(entry.objective).label
        message = (
            f"{ratio.value:.3f} of {reference} ({ratio.low:.3f} to {ratio.high:.3f}): worse than {reference}"
        )
        yield Problem(entry, "regressed", message, again)


def _not_accepted(lock: Lock, entry: LockEntry) -> Problem:
    by = f" by {entry.review.by}" if entry.review.by else ""
    remedy = f"passwright review --lock {lock.path} {source_of(lock.path, entry)}"
    return Problem(entry, "not-accepted", f"proposed{by}, and nobody has accepted it", remedy)


def _again(lock: Lock, entry: LockEntry) -> str:
    flags = f" --cflags {shlex.quote(_flags(entry))}" if entry.flags else ""
    goal = "" if entry.objective == "time" else f" --objective {entry.objective}"
    source = shlex.quote(str(source_of(lock.path, entry)))
    return f"passwright optimize {source} --entry {entry.entry} --lock {lock.path}{goal}{flags}"


def _flags(entry: LockEntry) -> str:
    return shlex.join(entry.flags)


def _name(entry: LockEntry) -> str:
    return shlex.quote(f"{entry.source}:{entry.entry}")
