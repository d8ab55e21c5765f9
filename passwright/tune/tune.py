"""The whole way: record the build, profile the run, tune the hot functions in place, check the program, lock what won.

    result = tune(Options(build="make CC=$CC", run="./bench 1000"), print)

Each kernel is judged by the whole program's output and time. In the end all winners together are: the program with them
must write what the program as built writes, pass its tests, and be measured to be faster. Where the tests fail, winners are
taken in one at a time, the hottest first. The user's folders are never written to, but for the lock file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import passwright
from passwright._native import Module, llvm_version
from passwright.bench.measure import Ratio, Timing, claims_gain
from passwright.bench.whole import ProgramBench
from passwright.decisions import by_machine
from passwright.freshness import native_features
from passwright.locking import build, fingerprint
from passwright.optimizer import Options as Optimisation
from passwright.optimizer import Progress, optimize_kernels
from passwright.passes import audit
from passwright.passes.errors import CompileError, InputError
from passwright.passes.lock import Lock, LockEntry, update
from passwright.passes.lock_text import relative
from passwright.passes.recipe import Recipe
from passwright.passes.review import Review, now
from passwright.policy.policy import Budget
from passwright.tune.builds import OFF, TreeBuilds, TunedProgram
from passwright.tune.hot import COVER, Hot, hot_functions
from passwright.tune.profile import Profile, executed, profile
from passwright.tune.recorded import Compile, read_compiles
from passwright.tune.state import Finding, State
from passwright.tune.tree import Tree

SAMPLES = 15
"""Runs of the program with and without the winners, for the claim."""


@dataclass(frozen=True)
class Options:
    """What is tuned, and how.

    Attributes:
        build: shell command that builds the program, with CC and CXX set to the drop-in compilers.
        run: the command that is timed: one program and its arguments, redirections allowed. Its output must repeat.
        test: shell command that must succeed with the winners in the program; "" for none.
        link: shell command that links again after an object has changed; the build command if empty.
        folders: the program's; commands run in the first.
        recorded: a record of compiles that a build has left already; the build command then is only for linking.
        lock: where the winners go.
        outputs: files that the run writes and that must be equal, relative to the first folder.
        budget: for each kernel.
        cover: share of the program's time that the hot functions cover.
        timeout: seconds of wall time for one run of the program without optimisation.
    """

    build: str
    run: str
    test: str = ""
    link: str = ""
    folders: tuple[Path, ...] = (Path(),)
    recorded: Path | None = None
    lock: Path = Path("passwright.lock")
    outputs: tuple[str, ...] = ()
    budget: Budget = field(default_factory=lambda: Budget(seconds=60))
    policy: str = "learned"
    cover: float = COVER
    timeout: float = 60.0
    jobs: int | None = None
    seed: int = 0

    def identity(self) -> object:
        """What findings depend on besides the code."""
        folders = tuple(str(folder.resolve()) for folder in self.folders)
        shown = (self.build, self.run, folders, self.outputs, str(self.budget), self.policy, self.seed)
        return passwright.__version__, *shown


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        profile: where the time went before.
        findings: of the hot kernels, the hottest first.
        kept: keys of the findings that are locked now.
        left: hot symbols that are no kernels: symbol, share, reason.
        ratio: time of the program as built over its time with the winners, 95 % interval; None when nothing won.
        seconds: medians of these, as built and with the winners.
        tested: whether the tests ran with the winners, and passed.
        interrupted: Ctrl-C ended it before every kernel had its turn; the same command goes on.
    """

    profile: Profile
    findings: tuple[Finding, ...]
    kept: tuple[tuple[str, str, str, str], ...]
    left: tuple[tuple[str, float, str], ...]
    ratio: Ratio | None = None
    seconds: tuple[float, float] | None = None
    tested: bool = False
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        kept = set(self.kept)
        return {
            "profile": {
                "how": self.profile.how,
                "samples": self.profile.samples,
                "shares": self.profile.shares,
            },
            "kernels": [
                {
                    "source": one.source,
                    "entry": one.entry,
                    "cpu": one.cpu,
                    "share": one.share,
                    "recipe": one.recipe or None,
                    "ratio": dict(zip(("value", "low", "high"), one.ratio, strict=True)),
                    "verdict": one.verdict,
                    "reason": one.reason,
                    "locked": one.key in kept,
                }
                for one in self.findings
            ],
            "left": [{"symbol": name, "share": share, "reason": reason} for name, share, reason in self.left],
            "ratio": None
            if self.ratio is None
            else {"value": self.ratio.value, "low": self.ratio.low, "high": self.ratio.high},
            "seconds": self.seconds,
            "tested": self.tested,
            "interrupted": self.interrupted,
            "notes": list(self.notes),
        }


def tune(options: Options, tell: Callable[[str], None], progress: Progress | None = None) -> Result:
    """Tune a program; `tell` hears what is being done.

    Raises InputError when it does not build, run, or repeat its output, and what the tools raise.
    """
    state = State(options.identity())
    with Tree(options.folders) as tree:
        compiles = _recorded(tree, options, tell)
        tell(f"profiling `{options.run}`")
        link = options.link or options.build
        where = profile(tree, options.run, link, compiles, timeout=options.timeout)
        hot = hot_functions(
            tree,
            compiles,
            where,
            cover=options.cover,
            executed=lambda one: executed(tree, options.run, link, one, timeout=options.timeout),
        )
        if hot.kernels:
            _require_sandbox(_builds(tree, [hot.kernels[0].compile], options))
        findings: list[Finding] = []
        interrupted = False
        for one in hot.kernels:
            try:
                findings.append(_tuned(tree, one, options, state, tell, progress))
            except KeyboardInterrupt:
                interrupted = True
                break
        result = Result(where, tuple(findings), (), hot.left, interrupted=interrupted)
        winners = [
            (one, finding) for one, finding in zip(hot.kernels, findings, strict=False) if finding.recipe
        ]
        if interrupted or not winners:
            return result
        return _finished(tree, winners, options, result, tell)


def _require_sandbox(builds: TreeBuilds) -> None:
    """Raise InputError when the program as built, which has just run by itself, fails in the sandbox.

    Every build of it would fail alike there, and look equal to the others.
    """
    try:
        builds.load("as built", builds.objects_before)
        ended = builds.run("as built")
    finally:
        builds.close()
    if ended.status != "ok" or ended.returncode != 0:
        raise InputError(
            f"`{builds.command}` runs by itself, but not in the sandbox: the program {ended}",
            hint="it may read its own folders and the system's, and start no further process (docs/sandbox.md)",
        )


def _recorded(tree: Tree, options: Options, tell: Callable[[str], None]) -> list[Compile]:
    """Build the program as it is, or take the record of a build; what was compiled, objects that are there."""
    if options.recorded is not None:
        found = read_compiles(options.recorded)
        nothing = f"{options.recorded} records no compile"
    else:
        tell(f"building: {options.build}")
        record = tree.scratch / "record.jsonl"
        tree.shell(
            options.build,
            what="the build",
            env={"PASSWRIGHT": f"record,record={record}"},
        )
        found = read_compiles(record)
        nothing = "the build compiled nothing through passwright-cc or passwright-c++ at -O2 or above"
    there = [
        replace(one, directory=str(tree.outside(one.directory)))
        for one in found
        if tree.inside(one.object).is_file()
    ]
    if not there:
        raise InputError(
            nothing,
            hint='CC and CXX name the drop-in compilers: --build "make CC=\\"$CC\\" clean all"; what is built '
            "already must be cleaned first",
        )
    return there


def _tuned(
    tree: Tree,
    one: Hot,
    options: Options,
    state: State,
    tell: Callable[[str], None],
    progress: Progress | None,
) -> Finding:
    """Tune one kernel with the program as its judge, unless that was done before."""
    kernel = one.kernel
    module = Module.parse(kernel.bitcode, kernel.name)
    blank = Finding(
        str(kernel.source),
        kernel.entry,
        kernel.march,
        fingerprint(module, kernel.entry),
        one.share,
        flags=kernel.flags,
    )
    if known := state.findings.get(blank.key):
        tell(f"{kernel.name}: tuned before")
        return replace(known, share=one.share)
    tell(f"tuning {kernel.name}, {one.share:.0%} of the time")
    builds = _builds(tree, [one.compile], options)
    settings = Optimisation(
        budget=options.budget,
        policy=options.policy,
        jobs=options.jobs,
        seed=options.seed,
        program=TunedProgram(builds),
    )
    result = optimize_kernels([[kernel]], settings, progress=progress)
    if result.interrupted:
        raise KeyboardInterrupt
    found = result.kernels[0]
    reason = "" if found.improved else _why(found.verdict.kind, found.verdict.evidence)
    finding = replace(blank, verdict=found.verdict.kind, reason=reason)
    if found.improved:
        ratio = (found.ratio.value, found.ratio.low, found.ratio.high)
        finding = replace(finding, recipe=str(found.recipe), ratio=ratio)
    state.add(finding)
    return finding


def _why(kind: str, evidence: str) -> str:
    return "nothing was measured to be faster" if kind == "equal" else f"{kind}: {evidence}"


def _builds(tree: Tree, compiles: Sequence[Compile], options: Options) -> TreeBuilds:
    return TreeBuilds(
        tree,
        [one.object for one in compiles],
        link=options.link or options.build,
        run=options.run,
        outputs=options.outputs,
        timeout=options.timeout,
    )


def _finished(
    tree: Tree,
    winners: Sequence[tuple[Hot, Finding]],
    options: Options,
    result: Result,
    tell: Callable[[str], None],
) -> Result:
    """The program with all winners: checked, tested, timed against the program as built, and locked."""
    compiles = list(dict.fromkeys(hot.compile for hot, _ in winners))
    builds = _builds(tree, compiles, options)
    before = [tree.inside(one.object).read_bytes() for one in compiles]
    with ExitStack() as stack:
        bench = stack.enter_context(ProgramBench(builds, reference=before))
        if (failure := bench.prepare()) is not None:
            raise InputError(f"the program as built cannot be judged: {failure.evidence}", hint="see --run")
        tell("checking the program with all of them")
        kept, tested = _passing(bench, builds, tree, compiles, before, winners, options, tell)
        if not kept:
            return replace(result, notes=("no winner is left after the program's own checks",))
        tell("timing the program as built against the program with the recipes")
        bench.load("before", before)
        bench.load("after", _objects(compiles, before, kept, options))
        samples = bench.time(["before", "after"], samples=SAMPLES)
        as_built, tuned = Timing.of(samples["before"]), Timing.of(samples["after"])
        ratio = Ratio.of(as_built, tuned)
    result = replace(result, ratio=ratio, seconds=(as_built.median, tuned.median), tested=tested)
    if not claims_gain(ratio):
        return replace(result, notes=("together they are not measured to be faster: nothing is locked",))
    _lock(options.lock, kept)
    return replace(result, kept=tuple(finding.key for _, finding in kept))


def _lock(path: Path, kept: Sequence[tuple[Hot, Finding]]) -> None:
    """Add the winners to the lock file; the audit log says so first."""
    entries = [_entry(path, hot, finding) for hot, finding in kept]
    proposed = Review(by=by_machine(), at=now())

    def tell(old: Lock, new: Lock) -> None:
        why = "the whole program, with all entries of this run, writes the same and is measured to be faster"
        added = {entry.key for entry in entries}
        decisions = (
            audit.Decision.on(entry, "proposed", who=by_machine(), human=False, why=why)
            for entry in new.entries
            if entry.key in added
        )
        audit.append(audit.log_path(new.path), decisions)

    update(path, [entry._replace(review=proposed) for entry in entries], before=tell)


def _entry(lock: Path, hot: Hot, finding: Finding) -> LockEntry:
    module = Module.parse(hot.kernel.bitcode, hot.kernel.name)
    return LockEntry(
        relative(lock, finding.source),
        finding.entry,
        finding.cpu,
        fingerprint=finding.fingerprint,
        llvm=llvm_version(),
        recipe=Recipe.parse(finding.recipe),
        ratio=finding.ratio,
        verdict=finding.verdict,
        features=native_features(module),
        flags=finding.flags,
    )


def _passing(
    bench: ProgramBench,
    builds: TreeBuilds,
    tree: Tree,
    compiles: Sequence[Compile],
    before: Sequence[bytes],
    winners: Sequence[tuple[Hot, Finding]],
    options: Options,
    tell: Callable[[str], None],
) -> tuple[list[tuple[Hot, Finding]], bool]:
    """The winners with which the program does what it did and passes its tests, and whether tests ran."""

    def fails(chosen: Sequence[tuple[Hot, Finding]]) -> str:
        objects = _objects(compiles, before, chosen, options)
        verdict = bench.check(objects)
        if verdict.kind != "equal":
            return verdict.evidence
        if not options.test:
            return ""
        try:
            bench.load("test", objects)
            builds.activate("test")
            tree.shell(options.test, what="the tests", env=OFF)
        except (InputError, CompileError) as error:
            return error.message
        finally:
            bench.unload("test")
        return ""

    if options.test and (broken := _own_tests(bench, builds, tree, before, options)):
        raise InputError(f"the tests fail without any change: {broken}", hint="see --test")
    if not (reason := fails(winners)):
        return list(winners), bool(options.test)
    tell(f"together they fail ({reason.splitlines()[0]}); taking them in one at a time")
    kept: list[tuple[Hot, Finding]] = []
    for one in winners:
        if not fails([*kept, one]):
            kept.append(one)
    return kept, bool(options.test)


def _own_tests(
    bench: ProgramBench, builds: TreeBuilds, tree: Tree, before: Sequence[bytes], options: Options
) -> str:
    bench.load("own", before)
    builds.activate("own")
    try:
        tree.shell(options.test, what="the tests", env=OFF)
    except InputError as error:
        return error.message
    finally:
        bench.unload("own")
    return ""


def _objects(
    compiles: Sequence[Compile],
    before: Sequence[bytes],
    chosen: Sequence[tuple[Hot, Finding]],
    options: Options,
) -> list[bytes]:
    """The objects of the compiles, with the chosen kernels by their recipes; as built where none is chosen."""
    objects = list(before)
    for number, one in enumerate(compiles):
        entries, kernel = [], None
        for hot, finding in chosen:
            if hot.compile == one:
                kernel = hot.kernel
                entries.append(_entry(options.lock, hot, finding))
        if kernel is not None:
            module = Module.parse(kernel.bitcode, kernel.name)
            objects[number] = build(module, entries, kernel.flags)
    return objects
