"""Labels by running: a variant of a kernel is defective when it differs from the original or trips a sanitizer.

The original is verified as everywhere else (bench/verify.py): made-up and stated sizes and the measured ones scaled
down, special values, buffers against guard pages at either end. Variants are built without optimisation and with
`-ftrivial-auto-var-init=pattern`, so that a read of what was never set changes results instead of happening to find the
right value. Those that pass run again under UBSan and ASan. What neither notices is called clean: equivalent mutants
are, and so is a defect that no input of the workload brings out, which is the error that these labels have.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from passwright.bench.runner import Runner
from passwright.bench.sanitize import sanitize
from passwright.bench.verify import Case, Verifier, plan
from passwright.bench.workload import Workload
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import CompileError, InputError, PasswrightError

Shows = Literal["", "result", "fault", "hang", "sanitizer"]
"""How a defect showed: another result, an access outside of the buffers, no end, a sanitizer's finding."""

SEEN = "function(sroa<modify-cfg>)"
"""Variants that are equal after this pass are one variant."""
_SHOWS: dict[str, Shows] = {"different": "result", "crashed": "fault", "timed-out": "hang"}
_PATTERN = "-ftrivial-auto-var-init=pattern"
_SANITIZED_CASES = 16
_SANITIZER_SECONDS = 6.0
_SCALE = 0.02
"""Of the measured sizes: they are for timing, and a defect that only shows there is rare."""


@dataclass(frozen=True)
class Label:
    """What became of a variant.

    Attributes:
        status: "invalid" does not compile, "duplicate" is another variant once more.
        shows: how a defect showed; empty for others.
        evidence: the verifier's or the sanitizer's sentence.
    """

    status: Literal["clean", "defective", "invalid", "duplicate"]
    shows: Shows = ""
    evidence: str = ""


class Labeller:
    """Labels variants of one kernel; a context manager.

    Raises (when it starts) InputError for a kernel that cannot be verified: nothing could be labelled.
    """

    def __init__(self, kernel: Kernel, workload: Workload) -> None:
        assert kernel.source is not None
        self.kernel = kernel
        self.workload = workload.with_sizes(workload.scaled(_SCALE))
        self._folder = tempfile.TemporaryDirectory(prefix="passwright-mutants-")
        self._path = Path(self._folder.name) / f"variant{kernel.source.suffix}"
        self._runner = Runner()
        self._cases: list[Case] = []
        self._seen: set[str] = set()
        self._flags = tuple(flag for flag in kernel.flags if flag != "-w")

    def __enter__(self) -> Labeller:
        plain = [case for case in plan(self.workload) if case.origin != "measured"]
        small = plain[:: max(1, -(-len(plain) // _SANITIZED_CASES))]
        findings = sanitize(self.kernel, self.workload, cases=plan(self.workload))
        self._verifier = Verifier(self.kernel, self.workload, self._runner, findings=findings)
        failure = self._verifier.prepare()
        if failure is None and (findings is None or findings.note):
            self.close()
            raise InputError(f"{self.kernel.name}: {findings.note if findings else 'no source to sanitize'}")
        if failure is not None:
            self.close()
            raise InputError(
                f"{self.kernel.name}: {failure.evidence}", hint="only verified kernels have mutants"
            )
        assert findings is not None
        self._cases = [case for case in small if findings.at(case) is None]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the runner and remove the folder."""
        self._runner.close()
        self._folder.cleanup()

    def label(self, source: str) -> Label:
        """The label of the source of a variant; the first one to be labelled should be the original."""
        self._path.write_text(source, encoding="utf-8")
        try:
            variant = self._lower()
            if variant is None:
                return Label("duplicate")
        except (CompileError, InputError) as problem:
            return Label("invalid", evidence=str(problem.message).partition("\n")[0])
        verdict = self._verifier.check([_object(variant)])
        if not verdict.is_equal:
            return Label("defective", _SHOWS.get(verdict.kind, "result"), verdict.evidence)
        found = self._findings(variant)
        return Label("defective", "sanitizer", found) if found else Label("clean", evidence=verdict.evidence)

    def _lower(self) -> Kernel | None:
        """The variant's IR; None when it was there before."""
        from passwright import _native
        from passwright.irgen.frontend import kernels

        given = (*self._flags, "-w", _PATTERN)
        found = kernels(
            self._path, entries=(self.kernel.entry,), flags=given, march=self.kernel.march, debug=False
        )
        module = _native.Module.parse(found[0].bitcode, "variant")
        module.run(SEEN)
        digest = module.structural_hash()
        if digest in self._seen:
            return None
        self._seen.add(digest)
        return found[0]

    def _findings(self, variant: Kernel) -> str:
        signature = self._verifier.signature
        try:
            found = sanitize(
                variant, self.workload, signature=signature, cases=self._cases, budget=_SANITIZER_SECONDS
            )
        except PasswrightError:  # another signature: the verifier has said so
            return ""
        return found.messages[0] if found is not None and found.messages else ""


def _object(kernel: Kernel) -> bytes:
    from passwright import _native

    return _native.Module.parse(kernel.bitcode, "variant").emit(opt_level=0)
