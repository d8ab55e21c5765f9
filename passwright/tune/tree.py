"""A copy of the user's folders in which commands see them where the originals stand, so that nothing there changes.

With bubblewrap the copies are mounted over the originals for the commands, which is what builds with absolute paths in
them (CMake, Meson) need. Without it commands run in the copy itself, and a folder that knows its own path is refused.

What this does not do: keep a command from writing outside of the folders. It is the user's own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from passwright.bench.sandbox import offer
from passwright.bench.scratch import remove_tree
from passwright.passes.errors import InputError

COMPILERS = {"CC": "passwright-cc", "CXX": "passwright-c++"}
"""What commands find in their environment: the drop-in compilers."""
_KNOWS_ITS_PATH = ("CMakeCache.txt", "build.ninja", "config.status")
_TAIL = 20
"""Lines of a failed command's output that an error shows."""


class Tree:
    """Copies of folders; a context manager that removes them.  The first folder is where commands run."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Raises InputError when a folder cannot be copied, or not without bubblewrap."""
        roots = [folder.resolve() for folder in folders]
        # A folder inside of another one comes along with that.
        self.originals = [
            root for root in roots if not any(root != other and other in root.parents for other in roots)
        ]
        self.directory = roots[0]
        self._bubblewrap = offer().bubblewrap
        self._scratch = tempfile.TemporaryDirectory(prefix="passwright-tune-")
        self._copies = [Path(self._scratch.name, str(number)) for number in range(len(self.originals))]
        for original, copy in zip(self.originals, self._copies, strict=True):
            self._copy(original, copy)

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        for copy in self._copies:
            remove_tree(copy)
        self._scratch.cleanup()

    @property
    def mounted(self) -> bool:
        """Whether commands see the copies under the originals' paths."""
        return bool(self._bubblewrap)

    @property
    def scratch(self) -> Path:
        """A folder beside the copies, for what belongs to neither."""
        folder = Path(self._scratch.name, "more")
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def roots(self) -> list[Path]:
        """The copies."""
        return list(self._copies)

    def inside(self, path: Path | str) -> Path:
        """Where a file of the originals stands in the copies; what is in neither stays."""
        return _moved(Path(path), self.originals, self._copies)

    def outside(self, path: Path | str) -> Path:
        """The original of a file in the copies."""
        return _moved(Path(path), self._copies, self.originals)

    def argument(self, text: str) -> str:
        """A command-line argument with the originals' paths replaced by the copies'."""
        for original, copy in zip(self.originals, self._copies, strict=True):
            text = text.replace(f"{original}/", f"{copy}/")
            if text.endswith(str(original)):
                text = text.removesuffix(str(original)) + str(copy)
        return text

    def prefix_maps(self) -> list[str]:
        """Compile flags after which a file in a copy calls itself (`__FILE__`, debug info) by the original's path."""
        return [
            f"-ffile-prefix-map={copy}={original}"
            for original, copy in zip(self.originals, self._copies, strict=True)
        ]

    def shell(
        self, command: str, *, what: str, env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> str:
        """Run a shell command in the first folder, with COMPILERS; its output.

        Raises InputError when it fails; `what` is what ran.
        """
        argv = [*self._view(), "/bin/sh", "-c", command]
        folder = self.directory if self._bubblewrap else self.inside(self.directory)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        try:
            ended = subprocess.run(
                argv,
                cwd=folder,
                env={**os.environ, **COMPILERS, "PATH": path, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(
                f"{what} `{command}` did not end within {timeout:g} s",
                hint="give it more time with --timeout",
            ) from None
        if ended.returncode != 0:
            tail = "\n".join(ended.stdout.rstrip().splitlines()[-_TAIL:])
            raise InputError(
                f"{what} `{command}` failed with exit code {ended.returncode}:\n{tail}",
                hint=f"run it by hand in {self.directory} first",
            )
        return ended.stdout

    def _view(self) -> list[str]:
        if not self._bubblewrap:
            return []
        command = [self._bubblewrap, "--dev-bind", "/", "/", "--die-with-parent"]
        for original, copy in zip(self.originals, self._copies, strict=True):
            command += ["--bind", str(copy), str(original)]
        return [*command, "--chdir", str(self.directory), "--"]

    def _copy(self, original: Path, copy: Path) -> None:
        if not original.is_dir():
            raise InputError(f"{original}: no such folder", hint="give the program's folder with --tree")
        if not self._bubblewrap:
            for folder, _, names in os.walk(original):
                if known := next((name for name in names if name in _KNOWS_ITS_PATH), None):
                    raise InputError(
                        f"{folder}: a build that knows its own path ({known}) cannot be built in a copy",
                        hint="apt-get install bubblewrap, or remove that folder and let --build make it",
                    )
        ended = subprocess.run(
            ["cp", "-a", "--reflink=auto", "--", str(original), str(copy)],
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            raise InputError(
                f"{original} cannot be copied: {ended.stderr.strip().splitlines()[-1]}",
                hint="free some space in the folder for temporary files (TMPDIR), or give a smaller --tree",
            )


def _moved(path: Path, old: Sequence[Path], new: Sequence[Path]) -> Path:
    absolute = Path(os.path.normpath(path))
    for here, there in zip(old, new, strict=True):
        if absolute == here or here in absolute.parents:
            return there / absolute.relative_to(here)
    return absolute
