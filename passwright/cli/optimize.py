"""`passwright optimize`: the main job."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from passwright.bench.program import Program
    from passwright.irgen.kernel import Kernel
    from passwright.result import FileResult, OptimizeResult

Emit = {"obj": ".o", "asm": ".s", "ll": ".ll", "bc": ".bc", "so": ".so"}


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command()(optimize)


def complete_policy(incomplete: str) -> list[str]:
    """Policies for shell completion."""
    from passwright.policy.policy import POLICIES

    return [name for name in POLICIES if name.startswith(incomplete)]


def optimize(
    sources: Annotated[list[Path], typer.Argument(help="C, C++, .ll or .bc files.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where the object of a single file goes.")
    ] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Folder for the objects of several files.")] = None,
    entry: Annotated[
        list[str] | None,
        typer.Option(help="Optimise this function only; repeatable. Default: all with a loop."),
    ] = None,
    workload: Annotated[
        Path | None, typer.Option(help="How to call the kernel (TOML). Default: inferred.")
    ] = None,
    save_workload: Annotated[Path | None, typer.Option(help="Write the inferred workload here.")] = None,
    run: Annotated[
        str | None,
        typer.Option(help='Judge by running a program that is linked from the files: "./prog args".'),
    ] = None,
    program_source: Annotated[
        list[Path] | None, typer.Option("--with", help="Further file to link with --run; repeatable.")
    ] = None,
    program_output: Annotated[
        list[str] | None, typer.Option("--output-file", help="File that --run writes and that must be equal.")
    ] = None,
    region: Annotated[str, typer.Option(help="Marked region of --run to time. Default: the whole run.")] = "",
    budget: Annotated[str, typer.Option(help="Per kernel: 20s, 2m, or '200 evaluations'.")] = "20s",
    objective: Annotated[str, typer.Option(help="time, size (machine code) or ir-instructions.")] = "time",
    policy: Annotated[
        str,
        typer.Option(
            help="learned, planned, evolve, coreset, random, greedy, tpe or o3.",
            autocompletion=complete_policy,
        ),
    ] = "learned",
    march: Annotated[str, typer.Option(help="CPU to compile for.")] = "native",
    cflags: Annotated[str, typer.Option(help="Flags of the compile command, in one string.")] = "",
    build: Annotated[Path | None, typer.Option(help="Folder with compile_commands.json.")] = None,
    fast_math: Annotated[
        bool,
        typer.Option("--fast-math", help="Both builds may reorder floating point; checked within a bound."),
    ] = False,
    prove: Annotated[
        float,
        typer.Option(help="Seconds for a proof of each result up to a loop bound; 0: none. Needs z3-solver."),
    ] = 0.0,
    emit: Annotated[str, typer.Option(help="obj, asm, ll, bc or so.")] = "obj",
    lock: Annotated[Path, typer.Option(help="Lock file to add the recipes to.")] = Path("passwright.lock"),
    report: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    time_steps: Annotated[
        bool, typer.Option("--time-steps", help="Measure for --report what each step is worth; takes longer.")
    ] = False,
    log: Annotated[Path | None, typer.Option(help="Append every outcome to this file (JSON lines).")] = None,
    reliability: Annotated[
        bool | None,
        typer.Option(
            help="Wait for the static tools, so that outcomes in the log have their report, or do without them. "
            "Default: they run beside a search of 5 s or more.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Compiling processes. Default: PASSWRIGHT_JOBS, or one per core.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the search and of the measured data.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress display.")] = False,
) -> None:
    """Make drop-in objects that are verified to compute the same and measured to be no slower than -O3 (or for
    size, no larger than -Oz).

    Example: [bold]passwright optimize gemm.c -o gemm.o --budget 30s[/bold]
    """
    from passwright.cli.display import progress, show
    from passwright.optimizer import Options, optimize_kernels
    from passwright.passes.errors import UsageError
    from passwright.policy.policy import Budget

    targets = _targets(sources, output, out_dir, emit)
    flags = [*shlex.split(cflags), *(["-ffast-math"] if fast_math else [])]
    if program_source and not run:
        raise UsageError("--with is for --run", hint='add --run "./prog args"')
    if time_steps and report is None:
        raise UsageError("--time-steps is for --report", hint="add --report R.html")
    options = Options(
        budget=Budget.parse(budget),
        policy=policy,
        objective=objective,
        jobs=jobs,
        seed=seed,
        workload=workload,
        program=_program(run, program_source or [], program_output or [], region, flags, march)
        if run
        else None,
        log=log,
        reliability=reliability,
        prove=prove,
    )
    groups = [_lower(source, entry or [], flags, build, march) for source in sources]
    with progress(enabled=not (quiet or as_json)) as report_event:
        result = optimize_kernels(groups, options, progress=report_event, named=bool(entry or workload))
    for file, target in zip(result.files, targets, strict=True):
        write_object(file, target, emit)
    entries = lock_entries(result, lock)
    if save_workload:
        _save_workload(result, save_workload)
    if report:
        _report(result, report, lock, timed=time_steps)
    if as_json:
        written = {"outputs": [str(target) for target in targets], "lock": str(lock) if entries else None}
        typer.echo(json.dumps(result.to_json() | written, indent=2))
    else:
        show(result, targets, lock if entries else None)
    if result.interrupted:
        raise typer.Exit(130)
    if any(kernel.verdict.kind in {"different", "crashed", "timed-out"} for kernel in result.kernels):
        raise typer.Exit(3)


def _targets(sources: Sequence[Path], output: Path | None, out_dir: Path | None, emit: str) -> list[Path]:
    from passwright.passes.errors import InputError, UsageError

    if emit not in Emit:
        raise UsageError(f"--emit {emit}: not known", hint=f"one of: {', '.join(Emit)}")
    if output is not None and (len(sources) > 1 or out_dir is not None):
        raise UsageError("-o names one object, and there are several files", hint="use --out-dir DIR")
    if out_dir is not None:
        out_dir.mkdir(parents=True, exist_ok=True)
    targets = [output or (out_dir or Path()) / f"{source.stem}{Emit[emit]}" for source in sources]
    for target in targets:
        if not target.parent.is_dir():
            raise InputError(f"{target.parent}: no such folder", hint=f"mkdir -p {target.parent}")
    if len(set(targets)) < len(targets):
        raise UsageError("two files would give the same object", hint="optimise them one at a time, with -o")
    return targets


def _lower(
    source: Path, entries: Sequence[str], flags: Sequence[str], build: Path | None, march: str
) -> list[Kernel]:
    from passwright.irgen.compile_commands import flags_for
    from passwright.irgen.frontend import kernels

    recorded = flags_for(source, build) if build else ()
    return kernels(source, entries=entries, flags=[*recorded, *flags], march=march)


def _program(
    run: str, sources: Sequence[Path], outputs: Sequence[str], region: str, flags: Sequence[str], march: str
) -> Program:
    from passwright.bench.program import Program

    return Program.parse(
        run, sources=tuple(sources), outputs=tuple(outputs), region=region, flags=tuple(flags), march=march
    )


def write_object(file: FileResult, target: Path, emit: str) -> None:
    from passwright._native import Module
    from passwright.cli.link import shared_object
    from passwright.cli.write import write_whole
    from passwright.irgen.flags import reorders_floats
    from passwright.passes.build import build_module

    if emit == "obj":
        write_whole(target, file.object)
    elif emit == "so":
        write_whole(target, shared_object(file.object))
    else:
        fast_math = any(reorders_floats(one.kernel.flags) for one in file.kernels)
        module = Module.parse(file.bitcode, target.name)
        module = build_module(module, file.recipes, rest=file.reference, fast_math=fast_math)
        if emit == "asm":
            write_whole(target, module.emit("asm"))
        else:
            write_whole(target, module.ir() if emit == "ll" else module.bitcode())


def lock_entries(result: OptimizeResult, path: Path) -> int:
    """Record the improved kernels; how many there are."""
    from passwright.locking import record

    return record(result, path)


def _save_workload(result: OptimizeResult, path: Path) -> None:
    from passwright.passes.errors import UsageError

    inferred = [kernel for kernel in result.kernels if kernel.workload is not None]
    if len(inferred) != 1:
        raise UsageError("--save-workload needs exactly one kernel", hint="pick it with --entry")
    workload = inferred[0].workload
    assert workload is not None
    workload.save(path)


def _report(result: OptimizeResult, path: Path, lock: Path, *, timed: bool) -> None:
    """Write the report; what it says was done goes into the audit log of the lock too."""
    from passwright.cli.write import write_whole
    from passwright.decisions import explain
    from passwright.explain import Explanation
    from passwright.tuning_report.facts import facts_of
    from passwright.tuning_report.page import page

    facts = [facts_of(one, timed=timed) for one in result.kernels]
    write_whole(path, page(result, facts, subtitle=shlex.join(["passwright", *sys.argv[1:]])))
    for one, known in zip(result.kernels, facts, strict=True):
        if one.improved and one.kernel.source is not None:
            ratio = one.ratio if known.measured else None
            told = Explanation(one.kernel.name, one.recipe, ratio, known.steps)
            explain(lock, one.kernel.source, one.kernel.entry, one.kernel.march, told)
