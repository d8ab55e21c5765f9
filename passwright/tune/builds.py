"""Builds of a program by its own build command: objects are put in the place of the compiler's, the rest is made again.

A build tool links again what is older than its objects. An object that has become newer it may compile again, though (Ninja
does, by its log), so that objects keep their times, and programs and libraries are made to look older. Which files the tool
then wrote is seen afterwards, and a build is kept as copies of these; before a run they are put in their place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from passwright.bench.sandbox import Limits, run
from passwright.bench.whole import ProgramBench, ProgramRun
from passwright.passes.errors import CompileError, InputError
from passwright.tune.tree import Tree

_BOOKS = (".ninja_log", ".ninja_deps", ".ninja_lock")
"""A build tool's own notes, which are no part of a build."""
_NOT_STARTED = (126, 127)
"""Exit codes of a shell that could not start a program."""
OFF = {"PASSWRIGHT": "off"}
"""Environment in which the drop-in compilers only compile."""


class TreeBuilds:
    """Builds in a tree, of a program that has been built there once; see `bench.whole.Builds`."""

    def __init__(
        self,
        tree: Tree,
        objects: Sequence[Path],
        *,
        link: str,
        run: str,
        outputs: Sequence[str] = (),
        timeout: float = 60.0,
        memory: int = 8 << 30,
    ) -> None:
        """`objects` are the places of the objects that `load` is given, by the originals' paths.

        `link` makes the program again once its objects have changed, `run` runs it, `outputs` are files that it writes,
        relative to the tree's first folder; `timeout` in seconds is for the unoptimised build.
        """
        self.tree = tree
        self.link, self.command, self.outputs = link, run, tuple(outputs)
        self.timeout, self.memory = timeout, memory
        self._objects = [tree.inside(path) for path in objects]
        self.objects_before = [path.read_bytes() for path in self._objects]
        self._times = [path.stat().st_mtime_ns for path in self._objects]
        self._products: list[Path] | None = None
        self._kept: dict[str, dict[Path, Path]] = {}
        self._active = ""

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Make the program with these objects and keep it; several in the place of a single one become one.

        Raises CompileError with the build's own text.
        """
        given = [_merged(objects)] if len(self._objects) == 1 else list(objects)
        self._place(given)
        products = self._found_products() if self._products is None else self._products
        contents = {path: path.read_bytes() for path in products} if self._products is None else {}
        for path in products:
            older = min(self._times) - 10**9
            os.utime(path, ns=(older, older))
        before = self._snapshot()
        try:
            self.tree.shell(self.link, what="the build", env=OFF)
        except InputError as error:
            raise CompileError(f"the program cannot be built with another object: {error.message}") from None
        written = [path for path, state in self._snapshot().items() if before.get(path) != state]
        if again := [p.name for p, data in zip(self._objects, given, strict=True) if p.read_bytes() != data]:
            raise InputError(
                f"`{self.link}` compiled {', '.join(again)} again instead of only linking",
                hint="give the command that links the program with --link",
            )
        if not written:
            raise InputError(
                f"`{self.link}` made nothing anew although {self._objects[0].name} had changed",
                hint="give the command that links the program with --link",
            )
        if self._products is None and given != self.objects_before:
            self._products = [path for path in written if contents.get(path) != path.read_bytes()]
        folder = Path(tempfile.mkdtemp(prefix="build", dir=self.tree.scratch))
        self._kept[name] = {}
        for number, path in enumerate(written):
            copy = folder / str(number)
            shutil.copy2(path, copy)
            self._kept[name][path] = copy
        self._active = name

    def unload(self, name: str) -> None:
        """Forget a build and remove its files."""
        copies = list(self._kept.pop(name, {}).values())
        for copy in copies:
            copy.unlink(missing_ok=True)
        if copies:
            copies[0].parent.rmdir()

    def run(self, name: str, *, timeout: float | None = None) -> ProgramRun:
        """Run a build once, in the sandbox, with the tree as its folder."""
        self.activate(name)
        folder = self.tree.inside(self.tree.directory)
        for output in self.outputs:
            (folder / output).unlink(missing_ok=True)
        wall = timeout or self.timeout
        ended = run(
            ["/bin/sh", "-c", f"exec {self.tree.argument(self.command)}"],
            folder=folder,
            limits=Limits(
                wall=wall,
                cpu=wall * (os.cpu_count() or 1),
                address_space=self.memory,
                folder_size=1 << 40,
                files=10_000_000,
            ),
            read=self.tree.roots,
            strict=False,
        )
        if ended.returncode in _NOT_STARTED and ended.status == "ok":
            raise InputError(
                f"`{self.command}` cannot be started in the sandbox: {ended.stderr.decode(errors='replace').strip()}",
                hint="it may run what is in its folders and in the system's, and no further process",
            )
        outputs = {
            output: path.read_bytes() if (path := folder / output).is_file() else None
            for output in self.outputs
        }
        status = "crashed" if ended.status == "over-limit" else ended.status
        return ProgramRun(
            status,
            ended.returncode,
            ended.stdout,
            outputs,
            ended.seconds,
            {},
            ended.limit,
            ended.refused,
            str(ended),
        )

    def activate(self, name: str) -> None:
        """Put a build's files in their place."""
        if self._active == name:
            return
        for path, copy in self._kept[name].items():
            temporary = path.with_name(f"{path.name}.passwright")
            shutil.copy2(copy, temporary)
            os.replace(temporary, path)
        self._active = name

    def close(self) -> None:
        """Give the tree its own objects back."""
        self._place(self.objects_before)
        for name in list(self._kept):
            self.unload(name)

    def _place(self, objects: Sequence[bytes]) -> None:
        """Put objects in their places; they look as old as those that were there."""
        for path, data, time in zip(self._objects, objects, self._times, strict=True):
            temporary = path.with_name(f"{path.name}.passwright")
            temporary.write_bytes(data)
            os.utime(temporary, ns=(time, time))
            os.replace(temporary, path)  # never written through to what shares its inode

    def _found_products(self) -> list[Path]:
        """Programs and libraries in the tree."""
        found = []
        for path in self._files():
            with path.open("rb") as file:
                head = file.read(18)
            linked = head[:4] == b"\x7fELF" and head[16:18] in (b"\x02\x00", b"\x03\x00")
            if linked or head[:8] in (b"!<arch>\n", b"!<thin>\n"):
                found.append(path)
        return found

    def _files(self) -> Iterator[Path]:
        """Every file but the objects and the tool's books."""
        skipped = set(self._objects)
        for root in self.tree.roots:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = Path(folder, name)
                    if (
                        name not in _BOOKS
                        and path not in skipped
                        and path.is_file()
                        and not path.is_symlink()
                    ):
                        yield path

    def _snapshot(self) -> dict[Path, tuple[int, int, int]]:
        """Time, size and identity of every file."""
        states = ((path, path.stat()) for path in self._files())
        return {path: (state.st_mtime_ns, state.st_size, state.st_ino) for path, state in states}


class TunedProgram:
    """A program of a tree as `optimize` wants it: `bench` judges builds that differ in the objects of one file."""

    def __init__(self, builds: TreeBuilds) -> None:
        self.builds = builds

    def bench(self, reference: Sequence[bytes]) -> ProgramBench:
        """A judge of its builds; `reference` is the object that was built without optimisation."""
        return ProgramBench(self.builds, reference=reference)


def _merged(objects: Sequence[bytes]) -> bytes:
    """One relocatable object of several.  Raises CompileError."""
    if len(objects) == 1:
        return objects[0]
    with tempfile.TemporaryDirectory(prefix="passwright-") as folder:
        paths = [Path(folder, f"{number}.o") for number in range(len(objects))]
        for path, data in zip(paths, objects, strict=True):
            path.write_bytes(data)
        output = Path(folder, "merged.o")
        ended = subprocess.run(
            ["ld", "-r", "-o", str(output), *map(str, paths)], capture_output=True, text=True, check=False
        )
        if ended.returncode:
            raise CompileError(f"the objects cannot be put together: {ended.stderr.strip()}")
        return output.read_bytes()
