"""Kernels inside a program with its own `main` (`--run "./prog args"`), instead of a workload.

The program is linked once per build of the kernel's file and run in a scratch folder of its own.
Verification compares standard output, exit code and named output files with those of the unoptimised build,
byte for byte; measurement times the whole run, or the region that the program marks with
`passwright/region.h`.

Runs take place in the sandbox (bench/sandbox.py): the program has its scratch folder, the system's libraries, the input
files that it is given, standard input if one is given, and threads; no other file, no network, no further process.
Where neither Landlock nor bubblewrap works it runs all the same, since it is the user's own.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passwright.bench.sandbox import Limits, run
from passwright.bench.scratch import read_output, remove_tree
from passwright.bench.whole import ProgramBench, ProgramRun
from passwright.irgen.clang import find_clang
from passwright.irgen.flags import clean
from passwright.passes.errors import CompileError, InputError, UsageError

INCLUDE = Path(__file__).parent / "include"
"""The folder of `passwright/region.h`; every source of the program is compiled with `-I` on it."""
_CXX = (".cc", ".cp", ".cpp", ".cxx", ".c++", ".C")


@dataclass(frozen=True)
class Program:
    """How a program is linked, run and judged.

    Attributes:
        arguments: of the run, after the program's own name.
        sources: further C and C++ files, objects and libraries to link with the kernels' objects.
        flags: compile flags of `sources`; link flags (`-l`, `-L`, `-Wl,`) among them are used for linking.
        march: as for the kernels.
        link: a link command instead of ours, with `{objects}` and `{output}` in it.
        inputs: files and folders that are copied into the scratch folder of every run.
        outputs: files, relative to the scratch folder, that the program writes and that must be equal.
        stdin: a file to read from; empty input otherwise.
        region: the region to time; "" times the whole run.
        timeout: seconds of wall time for one run of the unoptimised build.
        memory: bytes of address space for one run.
    """

    arguments: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()
    flags: tuple[str, ...] = ()
    march: str = "native"
    link: str = ""
    inputs: tuple[Path, ...] = ()
    outputs: tuple[str, ...] = ()
    stdin: Path | None = None
    region: str = ""
    timeout: float = 60.0
    memory: int = 8 << 30

    @staticmethod
    def parse(run: str, **options: Any) -> Program:
        """The program that `--run` describes: `"./prog args"`; the first word is a name of no consequence.

        Raises UsageError for an empty or unbalanced command.
        """
        try:
            words = shlex.split(run)
        except ValueError as error:
            raise UsageError(f"--run {run!r}: {error}", hint="balance the quotes") from None
        if not words:
            raise UsageError("--run: the command is empty", hint='write for example --run "./prog 1000"')
        return Program(arguments=tuple(words[1:]), **options)

    def bench(self, reference: Sequence[bytes]) -> ProgramBench:
        """A judge of its builds; `reference` holds the objects of the kernels' files, built without optimisation."""
        is_cxx = any(b"_ZNSt" in data or b"__gxx_personality" in data for data in reference)
        return ProgramBench(Linked(self, is_cxx=is_cxx), reference=reference, region=self.region)


class Linked:
    """Builds of a program that is linked from the kernels' objects and its other sources, in a scratch folder."""

    def __init__(self, program: Program, *, is_cxx: bool = False) -> None:
        """`is_cxx`: the kernels' objects need the C++ library."""
        self.program = program
        self._objects_are_cxx = is_cxx
        self._folder = tempfile.TemporaryDirectory(prefix="passwright-program-")
        self._root = Path(self._folder.name)
        self._others: list[str] | None = None
        self._executables: dict[str, Path] = {}

    def close(self) -> None:
        """Remove everything."""
        remove_tree(self._root / "scratch")
        self._folder.cleanup()

    # -- building -------------------------------------------------------------------------------

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Link a build and keep it under `name`. Raises CompileError with the linker's text."""
        folder = self._root / f"build{len(os.listdir(self._root))}"
        folder.mkdir()
        paths = []
        for number, data in enumerate(objects):
            path = folder / f"kernel{number}.o"
            path.write_bytes(data)
            paths.append(str(path))
        output = folder / "program"
        everything = [*paths, *self._compiled_sources()]
        if self.program.link:
            command = []
            for word in shlex.split(self.program.link):
                command += everything if word == "{objects}" else [word.replace("{output}", str(output))]
        else:
            command = [*_linker(self._is_cxx()), *everything, "-o", str(output), *self._link_flags(), "-lm"]
        _run_tool(command, "the program does not link")
        if not output.exists():
            raise InputError(
                f"the link command wrote no {output.name}: {self.program.link}",
                hint="it needs {objects} as a word of its own and {output}",
            )
        self._executables[name] = output

    def unload(self, name: str) -> None:
        """Forget a build and remove its files."""
        executable = self._executables.pop(name, None)
        if executable is not None:
            shutil.rmtree(executable.parent, ignore_errors=True)

    def _compiled_sources(self) -> list[str]:
        """Objects of the other sources, compiled once, at -O3 like the rest of a kernel's file."""
        if self._others is None:
            self._others = []
            flags = clean(self.program.flags)
            for number, source in enumerate(self.program.sources):
                if not source.exists():
                    raise InputError(f"{source}: no such file", hint="give the program's other sources")
                if source.suffix not in (".c", *_CXX):
                    self._others.append(str(source.resolve()))
                    continue
                output = self._root / f"source{number}.o"
                march = flags.march or self.program.march
                command = [*find_clang().argv, "-O3", "-c", f"-march={march}", *flags.flags, f"-I{INCLUDE}"]
                _run_tool([*command, str(source), "-o", str(output)], f"{source} does not compile")
                self._others.append(str(output))
        return self._others

    def _is_cxx(self) -> bool:
        # Linking C with the C++ driver costs nothing; a C++ kernel's object may need libstdc++ without any
        # C++ source.
        return self._objects_are_cxx or any(source.suffix in _CXX for source in self.program.sources)

    def _link_flags(self) -> list[str]:
        return [
            flag for flag in self.program.flags if flag.startswith(("-l", "-L", "-Wl,")) or flag == "-pthread"
        ]

    # -- running --------------------------------------------------------------------------------

    def run(self, name: str, *, timeout: float | None = None) -> ProgramRun:
        """Run a build once, in a fresh scratch folder."""
        scratch = self._root / "scratch"
        remove_tree(scratch)
        scratch.mkdir()
        for item in self.program.inputs:
            _copy(item, scratch / item.name)
        wall = timeout or self.program.timeout
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        try:
            ended = run(
                [str(self._executables[name]), *self.program.arguments],
                folder=scratch,
                limits=Limits(wall=wall, cpu=wall * (os.cpu_count() or 1), address_space=self.program.memory),
                stdin=self.program.stdin,
                env={"PASSWRIGHT_REGION_FD": str(write_end)},
                read=self._libraries(),
                keep=[write_end],
                strict=False,
            )
        finally:
            os.close(write_end)
            regions = _read_regions(read_end)
        status = "crashed" if ended.status == "over-limit" else ended.status
        outputs = {output: read_output(scratch, output) for output in self.program.outputs}
        return ProgramRun(
            status,
            ended.returncode,
            ended.stdout,
            outputs,
            ended.seconds,
            regions,
            ended.limit,
            ended.refused,
            str(ended),
        )

    def _libraries(self) -> list[Path]:
        """Shared libraries that the program was linked with, and the folders of `-L`."""
        named = [source for source in self.program.sources if ".so" in source.name]
        folders = [Path(flag[2:]) for flag in self.program.flags if flag.startswith("-L") and len(flag) > 2]
        return [path for path in (*named, *folders) if path.exists()]


def _linker(is_cxx: bool) -> list[str]:
    """A driver that can link here: the system's, since the PyPI front end has no C library to link with."""
    for name in ("g++", "clang++-19", "clang++") if is_cxx else ("gcc", "clang-19", "clang", "cc"):
        if found := shutil.which(name):
            return [found]
    raise InputError(
        "no driver to link the program with", hint="apt-get install gcc g++, or give a link command"
    )


def _run_tool(command: Sequence[str], problem: str) -> None:
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompileError(f"{problem}: {error}") from None
    if run.returncode != 0:
        first = run.stderr.strip().partition("\n")[0]
        raise CompileError(
            f"{problem}: {first}",
            diagnostics=run.stderr,
            hint="name the program's other sources and libraries",
        )


def _read_regions(descriptor: int) -> dict[str, float]:
    with os.fdopen(descriptor, "rb") as stream:
        os.set_blocking(descriptor, False)
        lines = (stream.read() or b"").decode(errors="replace").splitlines()
    regions: dict[str, float] = {}
    for line in lines:
        name, _, seconds = line.rpartition(" ")
        with suppress(ValueError):  # the program can write there what it likes
            regions[name] = regions.get(name, 0.0) + float(seconds)
    return regions


def _copy(source: Path, target: Path) -> None:
    try:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    except OSError as error:
        raise InputError(
            f"{source}: cannot be copied for the run: {error}", hint="give existing input files"
        ) from None
