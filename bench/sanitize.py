"""The reference under UndefinedBehaviorSanitizer and AddressSanitizer.

A source with undefined behaviour has no meaning that an optimised build could be compared with. It is
therefore built once more with `-fsanitize=undefined,float-cast-overflow`, and `address` where that runtime
is found, and run on the calls that verification uses. The runner itself answers UBSan's callbacks, so that
no runtime library is needed for it. IR that comes without source cannot be sanitized: only guard pages
watch it, and the verdict's evidence says so.

Left out: `-fsanitize=vptr,function`, which need C++ run-time type information, and data races.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from passwright.bench.cases import Case, case_call, plan
from passwright.bench.process import asan_runtime
from passwright.bench.runner import Runner
from passwright.irgen.clang import Compilation, find_clang
from passwright.passes.errors import PasswrightError, WorkloadError

if TYPE_CHECKING:
    from passwright.bench.workload import Workload
    from passwright.irgen.kernel import Kernel

_CHECKS = ("-fsanitize=undefined,float-cast-overflow", "-fno-sanitize=vptr,function")
_CODE = ("-O1", "-g", "-fno-omit-frame-pointer", "-c")
TIMEOUT = 20.0
"""Seconds of processor time for one sanitized call: a few times what the unoptimised build takes."""


@dataclass(frozen=True)
class Build:
    """A source's sanitized build and how it is called, for further cases."""

    objects: tuple[bytes, ...] = field(repr=False)
    entry: str
    workload: Workload = field(repr=False)
    signature: Mapping[str, Any] = field(repr=False)
    address: bool


@dataclass(frozen=True)
class Findings:
    """What the sanitizers saw.

    Attributes:
        by_case: the message per case with a finding.
        cases: how many cases ran to their end or to a finding.
        address: whether AddressSanitizer took part.
        note: why there is nothing more to tell, when something kept the sanitizers from running.
        ran: the cases' keys.
        build: what ran; None where there is none.
    """

    by_case: Mapping[tuple[object, ...], str]
    cases: int
    address: bool
    note: str = ""
    ran: frozenset[tuple[object, ...]] = frozenset()
    build: Build | None = None

    def at(self, case: Case) -> str | None:
        """The finding at a case, with the source line where the sanitizer knows it."""
        return self.by_case.get(case.key)

    def vouches(self, case: Case) -> bool:
        """Whether the case ran and nothing was found."""
        return case.key in self.ran and case.key not in self.by_case

    @property
    def messages(self) -> tuple[str, ...]:
        """Distinct findings in the order in which they came."""
        return tuple(dict.fromkeys(self.by_case.values()))

    @property
    def summary(self) -> str:
        """One phrase for a verdict's evidence."""
        if self.note:
            return self.note
        which = "UBSan and ASan" if self.address else "UBSan"
        made_up = ""
        if self.by_case:
            count = len(self.by_case)
            inputs = f"{count} made-up inputs" if count > 1 else "a made-up input"
            made_up = f", {inputs} with undefined behaviour: {', '.join(self.messages[:2])}"
        return f"{self.cases} calls under {which}{made_up}"


def sanitize(
    kernel: Kernel,
    workload: Workload,
    *,
    signature: Mapping[str, Any] | None = None,
    cases: Sequence[Case] | None = None,
    budget: float = 20.0,
) -> Findings | None:
    """Run the source's sanitized build on `cases` (default: all that verification plans).

    None for IR without source. Stops after `budget` seconds; stated and measured sizes come first. A
    sanitized build that cannot be compiled or loaded gives Findings without cases and with a note.
    """
    if kernel.source is None or kernel.language not in ("c", "c++"):
        return None
    from passwright import _native

    address = asan_runtime() is not None
    try:
        built = sanitized_build(kernel, address)
        if isinstance(built, str):
            return Findings({}, 0, address, built)
        if signature is None:
            typed = _native.Module.parse(kernel.debug_bitcode or kernel.bitcode, kernel.name)
            signature = _native.signature(typed, kernel.entry)
        module = _native.Module.parse(kernel.bitcode, kernel.name)
        shim = _native.call_shim(module, kernel.entry).emit()
        build = Build((built, shim), kernel.entry, workload, signature, address)
        return _run(build, cases or plan(workload), budget)
    except WorkloadError:
        raise
    except PasswrightError as error:
        return Findings({}, 0, address, f"not sanitized: {error.message}")


def sanitize_more(findings: Findings, cases: Sequence[Case], *, budget: float = 20.0) -> Findings:
    """The findings with further cases of the same build; the same ones where there is none."""
    if findings.build is None or not cases:
        return findings
    try:
        more = _run(findings.build, cases, budget)
    except PasswrightError:  # a runner that ends while it loads: the cases stay without a voucher
        return findings
    return replace(
        findings,
        by_case={**findings.by_case, **more.by_case},
        cases=findings.cases + more.cases,
        ran=findings.ran | more.ran,
    )


def sanitized_build(kernel: Kernel, address: bool) -> bytes | str:
    """The sanitized object, or the reason why there is none."""
    assert kernel.source is not None
    checks = [*_CHECKS, *(("-fsanitize=address",) if address else ())]
    command = [*find_clang().argv, *_CODE, *kernel.flags, f"-march={kernel.march}", "-w", *checks]
    run = Compilation([*command, str(kernel.source)]).wait()
    if run.returncode != 0:
        first = run.diagnostics.strip().partition("\n")[0]
        return f"not sanitized: the sanitized build does not compile: {first}"
    return run.output


def _run(build: Build, cases: Sequence[Case], budget: float) -> Findings:
    by_case: dict[tuple[object, ...], str] = {}
    ran = set()
    started = monotonic()
    with Runner(asan=build.address) as runner:
        name = f"{build.entry}@sanitized"
        runner.load(name, list(build.objects), build.entry)
        # Stated and measured inputs decide whether the kernel can be verified at all.
        for case in sorted(cases, key=lambda case: case.made_up):
            if monotonic() - started > budget:
                break
            try:
                call = case_call(build.workload, build.signature, case)
            except WorkloadError:
                if case.origin == "generated":
                    continue
                raise
            result = runner.run(name, call, timeout=TIMEOUT, placement="end")
            ran.add(case.key)
            # A crash or an endless run is not this file's finding: the reference shows it too, and says it
            # better.
            if result.findings:
                by_case[case.key] = result.findings[0]
    return Findings(by_case, len(ran), build.address, ran=frozenset(ran), build=build)
