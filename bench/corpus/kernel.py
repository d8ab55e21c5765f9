"""`CorpusKernel`: one generated kernel, on its own or on its way into a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from passwright.bench.corpus.draft import Language
from passwright.bench.corpus.families import HELD_OUT
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel


@dataclass(frozen=True)
class CorpusKernel:
    """A generated kernel.

    Attributes:
        seed: what it was generated from.
        family: the production at the top of the grammar; sets are split along it.
        language: of the source.
        entry: the function's symbol.
        source: the file's text.
        workload: how to call it.
    """

    seed: int
    family: str
    language: Language
    entry: str
    source: str
    workload: Workload

    @property
    def name(self) -> str:
        """Unique among kernels of different seeds."""
        return f"{self.entry}_{self.seed}"

    @property
    def held_out(self) -> bool:
        """Whether its family is one for validation."""
        return self.family in HELD_OUT

    @property
    def uri(self) -> str:
        """What `from_uri` makes the same kernel of."""
        return f"corpus://{self.seed}?family={self.family}"

    def write(self, folder: Path | str) -> Path:
        """`<folder>/<family>/<name>.c` or `.cpp` with its workload beside it, as a suite has them; the source's path."""
        place = Path(folder) / self.family
        place.mkdir(parents=True, exist_ok=True)
        source = place / f"{self.name}{'.cpp' if self.language == 'c++' else '.c'}"
        self.workload.save(source.with_suffix(".toml"))
        part = source.with_name(source.name + ".part")
        part.write_text(self.source, encoding="utf-8")
        part.replace(source)
        return source

    def lower(self, folder: Path | str | None = None, *, march: str = "native", debug: bool = True) -> Kernel:
        """Its IR. Without `folder` the file is gone afterwards, and the kernel has no `source` to sanitize.

        Raises CompileError, which would be the grammar's fault, and ToolchainError.
        """
        from passwright.irgen.frontend import kernels

        if folder is None:
            with tempfile.TemporaryDirectory(prefix="passwright-corpus-") as temporary:
                kernel = self.lower(temporary, march=march, debug=debug)
            return replace(kernel, source=None, workload=None)
        source = self.write(folder)
        toml = source.with_suffix(".toml")
        flags = ("-w",)  # warnings about generated code have no reader
        return kernels(source, entries=(self.entry,), flags=flags, march=march, workload=toml, debug=debug)[0]
