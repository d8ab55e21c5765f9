"""Judging a kernel by another source of it that is right: compared bit for bit on the workload, then sanitized.

As everywhere (bench/verify.py): stated, made-up and measured sizes, scaled down, several seeds, special values, guard pages.
What passes runs once more under ASan and UBSan, so that a repair that only happens to give the right result is refused.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.bench.verify import Verifier, plan
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.irgen.repair.search import Judged
from passwright.passes.errors import InputError, PasswrightError

_PATTERN = "-ftrivial-auto-var-init=pattern"
_SCALE = 0.02
_SANITIZED = 8
_SECONDS = 4.0


class ReferenceJudge:
    """Judges sources of one kernel; a context manager.  Raises InputError (entering) where the reference cannot be run."""

    def __init__(
        self, reference: Kernel, workload: Workload, *, suffix: str = "", scale: float = _SCALE
    ) -> None:
        assert reference.source is not None
        self.kernel = reference
        self.workload = workload.with_sizes(workload.scaled(scale))
        self._folder = tempfile.TemporaryDirectory(prefix="passwright-repair-")
        self._path = Path(self._folder.name) / f"candidate{suffix or reference.source.suffix}"
        self._runner = Runner()
        self._flags = tuple(flag for flag in reference.flags if flag != "-w")

    def __enter__(self) -> ReferenceJudge:
        findings = sanitize(self.kernel, self.workload, cases=plan(self.workload), budget=10.0)
        self._verifier = Verifier(
            self.kernel, self.workload, self._runner, findings=findings, budget=10.0, mutate=0.0
        )
        failure = self._verifier.prepare()
        if failure is not None:
            self.close()
            raise InputError(
                f"{self.kernel.name}: the reference cannot be compared with: {failure.evidence}",
                hint="give a reference without undefined behaviour, and a workload that fits it",
            )
        plain = [case for case in plan(self.workload) if case.origin != "measured"]
        few = plain[:: max(1, -(-len(plain) // _SANITIZED))]
        self._cases = [case for case in few if findings is None or findings.at(case) is None]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the runner and remove the folder."""
        self._runner.close()
        self._folder.cleanup()

    def __call__(self, sources: Sequence[str]) -> list[Judged]:
        """One verdict per source."""
        return [self._judge(one) for one in sources]

    def _lower(self, source: str) -> Kernel:
        self._path.write_text(source, encoding="utf-8", errors="surrogateescape")
        given = (*self._flags, "-w", _PATTERN)
        return kernels(
            self._path, entries=(self.kernel.entry,), flags=given, march=self.kernel.march, debug=False
        )[0]

    def _judge(self, source: str) -> Judged:
        from passwright import _native

        try:
            variant = self._lower(source)
            built = _native.Module.parse(variant.bitcode, "candidate").emit(opt_level=0)
            quick = self._verifier.check([built], quick=True)
            if not quick.is_equal:
                return Judged(False, 0.0, quick.evidence)
            full = self._verifier.check([built], skip_quick=True)
            if not full.is_equal:
                return Judged(False, 0.5, full.evidence)
            found = sanitize(
                variant, self.workload, signature=self._verifier.signature, cases=self._cases, budget=_SECONDS
            )
        except PasswrightError as problem:
            return Judged(False, -1.0, str(problem.message).partition("\n")[0])
        if found is not None and found.messages:
            return Judged(False, 0.5, found.messages[0])
        return Judged(True, 1.0, full.evidence)

    def suspicious(self, source: str) -> dict[int, float]:
        """Lines that the sanitizers name in the source, at 1."""
        try:
            variant = self._lower(source)
            found = sanitize(
                variant, self.workload, signature=self._verifier.signature, cases=self._cases, budget=_SECONDS
            )
        except PasswrightError:
            return {}
        messages = " ".join(found.messages) if found is not None else ""
        return {
            int(line): 1.0
            for line in re.findall(r"candidate\.\w+:(\d+)|line (\d+)", messages)
            for line in line
            if line
        }
