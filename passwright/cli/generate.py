"""`passwright generate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from passwright.bench.generated_speed import Speed
    from passwright.bench.reliability.reliability import Reliability
    from passwright.generating import Generated, Reading
    from passwright.irgen.prototype import Language
    from passwright.irgen.requirement import Requirement
    from passwright.result import OptimizeResult

STYLES = ("plain", "tuned", "stl")


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(generate)


def generate(
    text: Annotated[
        str,
        typer.Argument(
            help="The requirement, in English or the formal notation, with a prototype if the function must have one; "
            "@FILE or - reads it.",
            metavar="REQUIREMENT",
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The source file. Default: standard output.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="c or cpp. Default: what text, prototype or -o say, else c.")
    ] = "",
    style: Annotated[
        str, typer.Option(help="plain, tuned, or stl (C++).", autocompletion=lambda: list(STYLES))
    ] = "plain",
    samples: Annotated[
        int, typer.Option(min=0, max=64, help="Candidates of the generator at most; 0: the rules alone.")
    ] = 10,
    requirement: Annotated[
        Path | None, typer.Option(help="A requirement as --show-requirement prints it, perhaps edited.")
    ] = None,
    show_requirement: Annotated[
        bool,
        typer.Option("--show-requirement", help="Print how it was understood, as TOML, and write nothing."),
    ] = False,
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of a Hugging Face code model to write in the generator's place."),
    ] = None,
    optimize: Annotated[
        str, typer.Option(help="Then search for its recipe so long, as 20s; writes the object and the lock.")
    ] = "",
    speed: Annotated[bool, typer.Option(help="Time it beside the version that is written by rule.")] = True,
    reliability: Annotated[bool, typer.Option(help="Report on the source.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a C or C++ kernel that does what a sentence says, tested against what the sentence means.

    Example: [bold]passwright generate "dot product of two float arrays" -o dot.c[/bold]
    """
    from passwright.generating import generate as written
    from passwright.generating import understand
    from passwright.passes.errors import UsageError

    if style not in STYLES:
        raise UsageError(f"--style {style}", hint=f"one of: {', '.join(STYLES)}")
    if language not in ("", "c", "cpp", "c++"):
        raise UsageError(f"--language {language}", hint="c or cpp")
    wanted: Language | None = (
        "cpp" if language in ("cpp", "c++") else "c" if language == "c" else _by_name(output)
    )
    given = _given(text, requirement)
    writer = _writer(model)
    if show_requirement:
        reading = understand(given, model=writer, language=wanted) if isinstance(given, str) else None
        found = reading.requirement if reading else given
        assert not isinstance(found, str)
        typer.echo(json.dumps(found.to_json(), indent=2) if as_json else found.toml())
        return
    stream = _Stream(shown=not as_json)
    result = written(
        given,
        model=writer,
        language=wanted,
        style=style,
        samples=samples,
        on_reading=stream.reading,
        on_token=stream.token if stream.live else None,
    )
    stream.end()
    if output:
        from passwright.cli.write import write_whole

        write_whole(output, result.source)
    timing = _speed(result) if speed else None
    report = _reliability(result) if reliability else None
    tuned = _optimized(result, output, optimize, quiet=as_json) if optimize else None
    if as_json:
        typer.echo(json.dumps(_json(result, timing, report, tuned, output), indent=2))
    else:
        _show(result, timing, report, output)
        if tuned:
            from passwright.cli.display import show

            show(tuned[0], [tuned[1]], tuned[2])


def _by_name(output: Path | None) -> Language | None:
    if output is None:
        return None
    return "cpp" if output.suffix in (".cpp", ".cc", ".cxx", ".C") else "c" if output.suffix == ".c" else None


def _given(text: str, requirement: Path | None) -> str | Requirement:
    from passwright.passes.errors import InputError, UsageError

    if bool(text) == (requirement is not None):
        raise UsageError(
            "give a requirement", hint='passwright generate "sum of an array", or --requirement FILE'
        )
    try:
        if requirement is not None:
            from passwright.irgen.requirement import Requirement

            return Requirement.from_toml(requirement.read_text(encoding="utf-8"))
        if text == "-":
            return sys.stdin.read()
        if text.startswith("@"):
            return Path(text[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{requirement or text[1:]}: not text in UTF-8", hint="give a text file") from None
    return text


def _writer(model: Path | None) -> Any:
    if model is None:
        return None
    from passwright.irgen.generator.external import ExternalModel

    return ExternalModel.load(model)


class _Stream:
    """What is shown while the kernel is written: the requirement, then the likeliest candidate token by token."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self.live = shown and sys.stderr.isatty()
        self._begun = False

    def reading(self, reading: Reading) -> None:
        if not self.shown:
            return
        from passwright.irgen.notation.text import program_text

        print(f"understood: {program_text(reading.requirement.program)}", file=sys.stderr)
        for assumption in reading.requirement.assumptions:
            print(f"assumed: {assumption}", file=sys.stderr)
        if reading.doubtful:
            p = reading.requirement.confidence
            print(
                f"in doubt (probability {p:.2f}); say more, or correct it with --show-requirement",
                file=sys.stderr,
            )
            for text, p in reading.others[:2]:
                print(f"  it could also be (probability {p:.2f}): {text}", file=sys.stderr)

    def token(self, piece: str) -> None:
        self._begun = True
        sys.stderr.write(piece)
        sys.stderr.flush()

    def end(self) -> None:
        if self._begun:
            sys.stderr.write("\n")


def _speed(result: Generated) -> Speed | None:
    """Beside what the rules write plainly; None for a source that is just that, or cannot be timed."""
    from passwright.bench.generated_speed import speed
    from passwright.irgen import binding
    from passwright.irgen.synthesis.emit import emit
    from passwright.passes.errors import PasswrightError

    requirement = result.requirement
    try:
        naive = binding.bind(requirement, emit(requirement.program, requirement.language, "plain"))
        return speed(requirement, result.source, naive)
    except PasswrightError:
        return None


def _reliability(result: Generated) -> Reliability | None:
    import tempfile

    from passwright.bench.reliability.assess import assess
    from passwright.passes.errors import PasswrightError

    suffix = ".c" if result.requirement.language == "c" else ".cpp"
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        path = Path(folder) / f"generated{suffix}"
        path.write_text(result.source)
        try:
            return replace(assess(path), file="generated")
        except PasswrightError:
            return None


def _optimized(
    result: Generated, output: Path | None, budget: str, *, quiet: bool
) -> tuple[OptimizeResult, Path, Path | None]:
    from passwright.cli.display import progress
    from passwright.cli.optimize import lock_entries, write_object
    from passwright.irgen.frontend import kernels
    from passwright.optimizer import Options, optimize_kernels
    from passwright.passes.errors import UsageError
    from passwright.policy.policy import Budget

    if output is None:
        raise UsageError("--optimize writes an object and a lock file", hint="add -o FILE.c")
    groups = [kernels(output, entries=[result.requirement.function])]
    with progress(enabled=not quiet) as report:
        found = optimize_kernels(groups, Options(budget=Budget.parse(budget)), progress=report, named=True)
    target = output.with_suffix(".o")
    write_object(found.files[0], target, "obj")
    lock = Path("passwright.lock")
    return found, target, lock if lock_entries(found, lock) else None


def _json(
    result: Generated,
    timing: Speed | None,
    report: Reliability | None,
    tuned: tuple[OptimizeResult, Path, Path | None] | None,
    output: Path | None,
) -> dict[str, Any]:
    found: dict[str, Any] = result.to_json() | {"output": str(output) if output else None}
    found["speed"] = timing.to_json() if timing else None
    found["reliability"] = report.to_json() if report else None
    if tuned:
        found["optimized"] = tuned[0].to_json() | {
            "object": str(tuned[1]),
            "lock": str(tuned[2]) if tuned[2] else None,
        }
    return found


def _show(result: Generated, timing: Speed | None, report: Reliability | None, output: Path | None) -> None:
    from passwright.bench.report import seconds

    if output is None:
        typer.echo(result.source)
    said: Callable[[str], None] = lambda line: print(line, file=sys.stderr)  # noqa: E731
    how = (
        "the generator"
        if result.origin == "generator"
        else "the rules (no candidate of the generator was right)"
    )
    tries = f", candidate {len(result.candidates)}" if len(result.candidates) > 1 else ""
    said(f"written by {how}{tries}; {result.judgement.tests} of {result.judgement.tests} tests right")
    if report is not None:
        maintainable = (
            "" if report.maintainability is None else f", maintainability {report.maintainability:.0f}"
        )
        said(
            f"reliability: {report.defect_density:.1f} defects per thousand lines, "
            f"cyclomatic complexity {report.complexity}{maintainable}"
        )
    if timing is not None:
        ratio = timing.ratio
        sizes = ", ".join(f"{name} = {size}" for name, size in timing.sizes.items())
        said(
            f"speed: {seconds(timing.timing.median)} a call at {sizes or 'its fixed sizes'}; "
            f"{ratio.value:.2f} times the naive version's ({ratio.low:.2f} to {ratio.high:.2f}), both at -O3"
        )
    said(
        f"{result.seconds['all']:.2f} s: "
        + ", ".join(f"{k} {v:.2f}" for k, v in result.seconds.items() if k != "all")
    )
    if output is not None:
        said(f"wrote {output}")
