"""`passwright repair`: from what the user gives as "right" to a judge, and the search.

What is right comes from one of: examples (standard input and output), a run that must end with exit code 0, a test file that
is linked with the source, or a reference source of the kernel. Without any of these, what compiles is right. Student and
generated programs may be hostile: whatever runs, runs in the sandbox.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from passwright.bench.repair.merged import linker
from passwright.bench.repair.programs import Example, ProgramJudge, examples_in
from passwright.bench.repair.reference import ReferenceJudge
from passwright.bench.repair.suspicion import suspicious
from passwright.bench.runner import Runner
from passwright.irgen.clang import Compilation, find_clang
from passwright.irgen.frontend import kernels
from passwright.irgen.repair.diagnostics import clang_diagnose, errors
from passwright.irgen.repair.ranker import Ranker
from passwright.irgen.repair.search import Judge, Judged, Repair, repair
from passwright.judging import find_workload
from passwright.passes.errors import CompileError, InputError, UsageError

SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".C")
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Wanted:
    """What is right; at most one of the four.

    Attributes:
        examples: a folder of NAME.in and NAME.out, or pairs of files.
        run: a command line whose first word stands for the program; it must end with exit code 0.
        test: a C or C++ file with a `main` that calls the source's functions and returns 0 when they are right.
        reference: another source of the kernel, which is right; `entry` and `workload` say what to call and how.
        seconds: processor time of one run of a program.
    """

    examples: tuple[Path, ...] = ()
    run: str = ""
    test: Path | None = None
    reference: Path | None = None
    entry: str = ""
    workload: Path | None = None
    seconds: float = 1.0


def repair_file(
    source: Path,
    wanted: Wanted,
    *,
    budget: float = 20.0,
    flags: Sequence[str] = (),
    ranker: Ranker | None = None,
    tell: Callable[[str], None] | None = None,
) -> Repair:
    """Repair a file; nothing is written.

    Raises InputError for what cannot be read, UsageError for contradicting wishes, ToolchainError without compiler or
    linker.
    """
    text = read_source(source)
    diagnose = clang_diagnose(suffix=_suffix(source), flags=flags, folder=source.resolve().parent)
    with _judge(source, wanted, flags) as found:
        judge, suspect = found
        suspicion: Mapping[int, float] = {}
        if judge is not None and suspect is not None and not errors(diagnose(text)):
            suspicion = suspect(text)
        return repair(text, diagnose, judge, seconds=budget, suspicion=suspicion, ranker=ranker, tell=tell)


def read_source(source: Path) -> str:
    """The text of a C or C++ file.  Raises InputError."""
    if source.suffix not in SUFFIXES:
        raise InputError(
            f"{source}: neither C nor C++", hint=f"name a file that ends in {', '.join(SUFFIXES)}"
        )
    try:
        data = source.read_bytes()
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}", hint="name a file that can be read") from None
    if len(data) > _LARGEST or b"\0" in data:
        raise InputError(
            f"{source}: no source text, or more than {_LARGEST >> 20} MiB", hint="name a source file"
        )
    return data.decode("utf-8", "surrogateescape")


def _suffix(source: Path) -> str:
    return ".c" if source.suffix == ".c" else ".cpp"


Suspect = Callable[[str], Mapping[int, float]]


@contextmanager
def _judge(
    source: Path, wanted: Wanted, flags: Sequence[str]
) -> Iterator[tuple[Judge | None, Suspect | None]]:
    given = [bool(wanted.examples), bool(wanted.run), wanted.test is not None, wanted.reference is not None]
    if sum(given) > 1:
        raise UsageError(
            "--examples, --run, --test and --reference exclude each other",
            hint="say in one way what is right",
        )
    with ExitStack() as stack:
        if wanted.reference is not None:
            reference = stack.enter_context(_reference(source, wanted, flags))
            yield reference, reference.suspicious
        elif not any(given):
            yield None, None
        else:
            programs = _programs(source, wanted, flags, stack)
            yield programs, lambda text: _first_then_suspicious(text, programs)


def _first_then_suspicious(text: str, judge: ProgramJudge) -> Mapping[int, float]:
    """The judge sees the broken source first, which sorts its examples."""
    judged: Judged = judge([text])[0]
    return {} if judged.right else suspicious(text, judge)


def _programs(source: Path, wanted: Wanted, flags: Sequence[str], stack: ExitStack) -> ProgramJudge:
    suffix = _suffix(source)
    linker(suffix)
    include = f"-I{source.resolve().parent}"
    others: list[str] = []
    if wanted.examples:
        examples = _examples(wanted.examples)
    elif wanted.test is not None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passwright-repair-")))
        test = folder / "test.o"
        run = Compilation([*find_clang().argv, "-c", "-O0", "-w", include, *flags, str(wanted.test)]).wait()
        if run.returncode != 0:
            raise CompileError(f"{wanted.test}: the test does not compile", diagnostics=run.diagnostics)
        test.write_bytes(run.output)
        others.append(str(test))
        examples = [Example(wanted.test.name, code=0)]
    else:
        try:
            words = shlex.split(wanted.run)
        except ValueError as error:
            raise UsageError(f"--run {wanted.run!r}: {error}", hint="balance the quotes") from None
        examples = [Example(wanted.run, code=0, arguments=tuple(words[1:]))]
    return ProgramJudge(
        examples,
        suffix=suffix,
        flags=(*flags, include),
        others=others,
        seconds=wanted.seconds,
        merge=not others,
    )


def _examples(paths: Sequence[Path]) -> list[Example]:
    if len(paths) == 1 and paths[0].is_dir():
        return examples_in(paths[0])
    if len(paths) % 2:
        raise UsageError("--examples: not pairs", hint="name a folder, or input and output files in turn")
    found = []
    for given, right in zip(paths[::2], paths[1::2], strict=True):
        try:
            found.append(
                Example(given.name, given.read_text(errors="replace"), right.read_text(errors="replace"))
            )
        except OSError as error:
            raise InputError(
                f"{error.filename}: {error.strerror}", hint="name files that can be read"
            ) from None
    return found


def _reference(source: Path, wanted: Wanted, flags: Sequence[str]) -> ReferenceJudge:
    assert wanted.reference is not None
    entries = (wanted.entry,) if wanted.entry else ()
    found = kernels(wanted.reference, entries=entries, flags=flags)
    if len(found) != 1:
        names = ", ".join(one.name for one in found)
        raise UsageError(f"{wanted.reference}: several kernels: {names}", hint="choose one with --entry")
    beside = wanted.reference.with_suffix(".toml")
    given = wanted.workload or (beside if beside.is_file() else None)
    with Runner() as runner:
        workload, _, _ = find_workload(found[0], given, runner)
    return ReferenceJudge(found[0], workload, suffix=_suffix(source))
