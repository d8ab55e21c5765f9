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
        typer.Option(help="Folder of another generator's weights, or of a Hugging Face code model to write."),
    ] = None,
    sure: Annotated[
        float,
        typer.Option(help="A text that is finished and so probable ends the drawing of others beside it."),
    ] = 0.9,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Write it anew, whatever was answered before.")
    ] = False,
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
    from passwright.passes.errors import UsageError

    if style not in STYLES:
        raise UsageError(f"--style {style}", hint=f"one of: {', '.join(STYLES)}")
    if language not in ("", "c", "cpp", "c++"):
        raise UsageError(f"--language {language}", hint="c or cpp")
    wanted: Language | None = (
        "cpp" if language in ("cpp", "c++") else "c" if language == "c" else _by_name(output)
    )
    given = _given(text, requirement)
    if show_requirement:
        _show_requirement(given, model, wanted, as_json)
        return
    stream = _Stream(shown=not as_json)
    fields = {"language": wanted or "", "style": style, "samples": samples, "sure": sure}
    answer = _answered(given, fields, model, not no_cache, stream)
    stream.end(answer)
    if output:
        from passwright.cli.write import write_whole

        write_whole(output, answer["source"])
    elif not as_json:
        print(answer["source"], flush=True)
    timing = report = tuned = None
    if speed or reliability or optimize:
        from passwright.irgen.requirement import Requirement

        found = Requirement.from_json(answer["requirement"])
        timing = _speed(found, answer["source"]) if speed else None
        report = _reliability(found, answer["source"]) if reliability else None
        tuned = _optimized(found, output, optimize, quiet=as_json) if optimize else None
    if as_json:
        typer.echo(json.dumps(_json(answer, timing, report, tuned, output), indent=2))
    else:
        _show(answer, timing, report, output)
        if tuned:
            from passwright.cli.display import show

            show(tuned[0], [tuned[1]], tuned[2])


def _answered(
    given: str | Requirement, fields: dict[str, Any], model: Path | None, kept: bool, stream: _Stream
) -> dict[str, Any]:
    """The daemon's answer, or the same work here where there is none, or it has another generator."""
    from passwright.service import client

    own = model is not None and (model / "weights.npz").is_file()
    if isinstance(given, str) and model is None:
        found = client.generated({**fields, "text": given, "kept": kept}, tell=stream.event)
        if found is not None:
            return found
    from passwright.service.daemon import one_thread

    one_thread()
    if isinstance(given, str) and (model is None or own):
        from passwright.service.writing import Wanted, here

        return here(Wanted(given, **fields), stream.event, kept=kept, folder=model)
    from passwright.generating import generate as written

    made = written(
        given,
        model=_writer(model),
        **{**fields, "language": fields["language"] or None},
        on_reading=lambda reading: stream.event({"reading": reading.to_json()}),
        on_token=lambda token: stream.event({"token": token}),
    )
    return {**made.to_json(), "cached": ""}


def _show_requirement(
    given: str | Requirement, model: Path | None, language: Language | None, as_json: bool
) -> None:
    from passwright.generating import understand

    if isinstance(given, str):
        given = understand(given, model=_writer(model), language=language).requirement
    typer.echo(json.dumps(given.to_json(), indent=2) if as_json else given.toml())


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
    if (model / "weights.npz").is_file():
        from passwright.irgen.generator.generator import Generator

        return Generator.load(model)
    from passwright.irgen.generator.external import ExternalModel

    return ExternalModel.load(model)


class _Stream:
    """What is shown while the kernel is written: the requirement, then the likeliest candidate token by token."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self.live = shown and sys.stderr.isatty()
        self._read = self._begun = False

    def event(self, event: dict[str, Any]) -> None:
        """What the service tells (writing.Event)."""
        if "reading" in event:
            self._reading(event["reading"])
        elif self.live and "token" in event:
            self._begun = True
            sys.stderr.write(event["token"])
            sys.stderr.flush()

    def end(self, answer: dict[str, Any]) -> None:
        """End the line; say how it was understood where that has not been told yet."""
        if self._begun:
            sys.stderr.write("\n")
        if not self._read:
            self._reading({**answer, **answer["requirement"]})

    def _reading(self, reading: dict[str, Any]) -> None:
        self._read = True
        if not self.shown:
            return
        said: Callable[[str], None] = lambda line: print(line, file=sys.stderr)  # noqa: E731
        said(f"understood: {reading['notation']}")
        for assumption in reading["assumptions"]:
            said(f"assumed: {assumption}")
        if reading["doubtful"]:
            p = reading["confidence"]
            said(f"in doubt (probability {p:.2f}); say more, or correct it with --show-requirement")
            for other in reading["other_readings"][:2]:
                said(f"  it could also be (probability {other['probability']:.2f}): {other['notation']}")


def _speed(requirement: Requirement, source: str) -> Speed | None:
    """Beside what the rules write plainly; None for a source that is just that, or cannot be timed."""
    from passwright.bench.generated_speed import speed
    from passwright.irgen import binding
    from passwright.irgen.synthesis.emit import emit
    from passwright.passes.errors import PasswrightError

    try:
        naive = binding.bind(requirement, emit(requirement.program, requirement.language, "plain"))
        return speed(requirement, source, naive)
    except PasswrightError:
        return None


def _reliability(requirement: Requirement, source: str) -> Reliability | None:
    import tempfile

    from passwright.bench.reliability.assess import assess
    from passwright.passes.errors import PasswrightError

    suffix = ".c" if requirement.language == "c" else ".cpp"
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        path = Path(folder) / f"generated{suffix}"
        path.write_text(source)
        try:
            return replace(assess(path), file="generated")
        except PasswrightError:
            return None


def _optimized(
    requirement: Requirement, output: Path | None, budget: str, *, quiet: bool
) -> tuple[OptimizeResult, Path, Path | None]:
    from passwright.cli.display import progress
    from passwright.cli.optimize import lock_entries, write_object
    from passwright.irgen.frontend import kernels
    from passwright.optimizer import Options, optimize_kernels
    from passwright.passes.errors import UsageError
    from passwright.policy.policy import Budget

    if output is None:
        raise UsageError("--optimize writes an object and a lock file", hint="add -o FILE.c")
    groups = [kernels(output, entries=[requirement.function])]
    with progress(enabled=not quiet) as report:
        found = optimize_kernels(groups, Options(budget=Budget.parse(budget)), progress=report, named=True)
    target = output.with_suffix(".o")
    write_object(found.files[0], target, "obj")
    lock = Path("passwright.lock")
    return found, target, lock if lock_entries(found, lock) else None


def _json(
    answer: dict[str, Any],
    timing: Speed | None,
    report: Reliability | None,
    tuned: tuple[OptimizeResult, Path, Path | None] | None,
    output: Path | None,
) -> dict[str, Any]:
    found: dict[str, Any] = answer | {"output": str(output) if output else None}
    found["speed"] = timing.to_json() if timing else None
    found["reliability"] = report.to_json() if report else None
    if tuned:
        found["optimized"] = tuned[0].to_json() | {
            "object": str(tuned[1]),
            "lock": str(tuned[2]) if tuned[2] else None,
        }
    return found


def _show(
    answer: dict[str, Any], timing: Speed | None, report: Reliability | None, output: Path | None
) -> None:
    from passwright.bench.report import seconds

    said: Callable[[str], None] = lambda line: print(line, file=sys.stderr)  # noqa: E731
    how = {
        "generator": "the generator",
        "repair": "the generator, and repaired",
        "rules": "the rules",
    }[answer["origin"]]
    if answer["origin"] == "rules" and any(one["origin"] == "generator" for one in answer["candidates"]):
        how += " (no candidate of the generator was right)"
    count, tests = len(answer["candidates"]), answer["tests"]
    tries = f", candidate {count}" if count > 1 else ""
    said(f"written by {how}{tries}; {tests} of {tests} tests right")
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
    took = answer["seconds"]
    when = f"when it was written (now from the cache, {answer['cached']}): " if answer["cached"] else ""
    said(f"{when}{took['all']:.2f} s: " + ", ".join(f"{k} {v:.2f}" for k, v in took.items() if k != "all"))
    if output is not None:
        said(f"wrote {output}")
