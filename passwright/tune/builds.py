"""Builds of a program by its own build command: objects are put in the place of the compiler's, the rest is made again.

A build tool links again what is older than its objects. Which files it wrote is seen afterwards, and a build is kept as
copies of these; before a run they are put in their place. What is no program or library but the tool's own book-keeping
(`.ninja_log`) is not kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from passwright.bench.sandbox import Limits, run
from passwright.bench.whole import ProgramBench, ProgramRun
from passwright.passes.errors import CompileError, InputError
from passwright.tune.tree import Tree

_BOOKS = (".ninja_log", ".ninja_deps", ".ninja_lock")
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
        self._before = [path.read_bytes() for path in self._objects]
        self._kept: dict[str, dict[Path, Path]] = {}
        self._active = ""

    def load(self, name: str, objects: Sequence[bytes]) -> None:
        """Make the program with these objects and keep it.  Raises CompileError with the build's own text."""
        for path, data in zip(self._objects, objects, strict=True):
            _replace(path, data)
        before = self._snapshot()
        try:
            self.tree.shell(self.link, what="the build", env=OFF)
        except InputError as error:
            raise CompileError(f"the program cannot be built with another object: {error.message}") from None
        written = [path for path, state in self._snapshot().items() if before.get(path) != state]
        if not written:
            raise InputError(
                f"`{self.link}` made nothing anew although {self._objects[0].name} had changed",
                hint="give the command that links the program with --link",
            )
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
            ["/bin/sh", "-c", f"exec {self.command}"],
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
        for path, data in zip(self._objects, self._before, strict=True):
            _replace(path, data)
        for name in list(self._kept):
            self.unload(name)

    def _snapshot(self) -> dict[Path, tuple[int, int, int]]:
        """Time, size and identity of every file but the objects and the tool's books."""
        found = {}
        skipped = set(self._objects)
        for root in self.tree.roots:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = Path(folder, name)
                    if name in _BOOKS or path in skipped or path.is_symlink():
                        continue
                    status = path.stat()
                    found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found


class TunedProgram:
    """A program of a tree as `optimize` wants it: `bench` judges builds that differ in the objects of one file."""

    def __init__(self, builds: TreeBuilds) -> None:
        self.builds = builds

    def bench(self, reference: Sequence[bytes]) -> ProgramBench:
        """A judge of its builds; `reference` is the object that was built without optimisation."""
        return ProgramBench(self.builds, reference=reference)


def _replace(path: Path, data: bytes) -> None:
    """A new file in the place of an old one, never written through to what shares its inode."""
    temporary = path.with_name(f"{path.name}.passwright")
    temporary.write_bytes(data)
    os.replace(temporary, path)
