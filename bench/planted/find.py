"""Whether verification finds a planted defect, and whether it leaves right builds alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from passwright import _native
from passwright.bench.planted.defects import Defect, Meaningless
from passwright.bench.planted.witness import proves
from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.bench.verify import Effort, Verdict, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels, lower
from passwright.irgen.kernel import Kernel
from passwright.passes.actions import ActionSpace
from passwright.passes.build import split
from passwright.passes.recipe import Recipe, Step
from passwright.passes.worker import WorkerPool

BUILT_WITH = "default<O1>"
"""How a wrong source becomes a build: optimised, but not so much that the defect of one shape turns into another."""
ALL = Effort()
"""Seconds enough for every call that verification makes up."""
PIPELINES = ("default<O1>", "default<O2>", "default<O3>", "default<Os>", "default<Oz>")


@dataclass(frozen=True)
class Found:
    """What became of a defect: `found` with the evidence, or `proof` of what was missed."""

    name: str
    kind: str
    found: bool
    evidence: str
    proof: str = ""


@dataclass(frozen=True)
class Clean:
    """A right build and its verdict; `alarm` where that says otherwise."""

    kernel: str
    recipe: str
    verdict: Verdict

    @property
    def alarm(self) -> bool:
        return self.verdict.kind != "equal"


@contextmanager
def verifier_of(kernel: Kernel, workload: Workload, effort: Effort) -> Iterator[tuple[Verifier, Runner]]:
    """A verifier as `optimize` makes it: with what the sanitizers find."""
    with Runner() as runner:
        findings = sanitize(kernel, workload, budget=effort.sanitize)
        yield (
            Verifier(
                kernel, workload, runner, findings=findings, budget=effort.planned, mutate=effort.mutate
            ),
            runner,
        )


def wrong_build(defect: Defect, kernel: Kernel) -> bytes:
    """The object of the defect's source."""
    with TemporaryDirectory(prefix="passwright-planted-") as folder:
        path = Path(folder) / defect.source.name
        path.write_text(defect.wrong, encoding="utf-8")
        # Headers of the suite stand beside its kernels.
        flags = (*kernel.flags, f"-I{defect.source.parent}")
        module = _native.Module.parse(lower(path, flags=flags, debug=False).bitcode)
    module.run(BUILT_WITH)
    return module.emit()


def look_for(defects: Sequence[Defect], effort: Effort = ALL) -> list[Found]:
    """Verify wrong builds of one and the same kernel. Raises AssertionError for one whose witness proves nothing."""
    first = defects[0]
    kernel, workload = first.kernel(), first.workload
    found = []
    with verifier_of(kernel, workload, effort) as (verifier, runner):
        for defect in defects:
            obj = wrong_build(defect, kernel)
            proof = proves(kernel, workload, obj, defect.witness, runner)
            if not proof:
                raise AssertionError(f"{defect.name}: the witness shows no difference")
            verdict = verifier.check([obj])
            caught = verdict.kind in ("different", "crashed", "timed-out")
            found.append(
                Found(defect.name, defect.kind, caught, f"{verdict.kind}: {verdict.evidence}", proof)
            )
    return found


def look_at(source: Meaningless, effort: Effort = ALL) -> Found:
    """Whether a source's undefined behaviour is reported."""
    with TemporaryDirectory(prefix="passwright-planted-") as folder:
        path = Path(folder) / f"source{source.suffix}"
        path.write_text(source.code + "\n", encoding="utf-8")
        kernel, workload = kernels(path, entries=("f",))[0], Workload.parse(source.load)
        with verifier_of(kernel, workload, effort) as (verifier, _):
            verdict = verifier.check([verifier.reference])
    signs = ("undefined behaviour", "change from run to run")
    reported = verdict.kind == "unverifiable" or any(sign in verdict.evidence for sign in signs)
    return Found(source.name, source.kind, reported, f"{verdict.kind}: {verdict.evidence}", source.code)


def right_builds(
    name: str,
    kernel: Kernel,
    workload: Workload,
    count: int,
    rng: Random,
    pool: WorkerPool,
    effort: Effort = ALL,
) -> list[Clean]:
    """`count` builds of a kernel by standard pipelines and by random steps of the action space, and their verdicts.

    Recipes that do not compile are drawn again, up to four times as many.
    """
    parts = split(_native.Module.parse(kernel.bitcode, kernel.name), kernel.entry)
    rest = [] if parts.rest is None else [parts.rest.emit()]
    bitcode = parts.kernel.bitcode()
    space = ActionSpace.default()
    clean: list[Clean] = []
    with verifier_of(kernel, workload, effort) as (verifier, _):
        if (failure := verifier.prepare()) is not None:
            return [Clean(name, "the unoptimised build", failure)]
        for _attempt in range(4 * count):
            if len(clean) >= count:
                break
            recipe = _drawn(rng, space)
            compiled = pool.submit(bitcode, recipe).result()
            if compiled.status == "ok":
                clean.append(Clean(name, str(recipe), verifier.check([compiled.object, *rest])))
    return clean


def _drawn(rng: Random, space: ActionSpace) -> Recipe:
    """A standard pipeline with steps of the action space before it, after it, or in its place."""
    plain = [action for action in space.actions if not action.needs_loop]
    steps = [rng.choice(plain).random(rng) for _ in range(rng.randint(0, 4))]
    steps.insert(rng.randint(0, len(steps)), Step("passes", rng.choice(PIPELINES)))
    return Recipe(tuple(steps))
