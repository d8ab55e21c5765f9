"""Sources with undefined behaviour are reported as such, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from passwright.bench.process import asan_runtime
from passwright.bench.runner import Runner
from passwright.bench.sanitize import Findings, sanitize
from passwright.bench.verify import Verdict, Verifier
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel

LOAD = '[sizes]\nn = 60\n[args.n]\nvalue = "n"\n[args.x]\nshape = ["n"]\n[args.y]\nshape = ["n"]\n'
HEAD = "void f(int n, const {0} *x, {0} *y) {{\n  for (int i = 0; i < n; i++)\n    {1}\n}}\n"


def kernel_of(folder: Path, body: str, element: str = "int") -> Kernel:
    path = folder / "kernel.c"
    path.write_text(HEAD.format(element, body))
    (kernel,) = kernels(path)
    return kernel


def judged(kernel: Kernel, workload: Workload) -> tuple[Findings, Verdict]:
    findings = sanitize(kernel, workload)
    assert findings is not None
    with Runner() as runner:
        verifier = Verifier(kernel, workload, runner, findings=findings)
        return findings, verifier.check([verifier.reference])


def test_a_clean_source_has_no_findings(tmp_path: Path) -> None:
    findings, verdict = judged(kernel_of(tmp_path, "y[i] = x[i] * 3;"), Workload.parse(LOAD))
    assert findings.messages == () and findings.cases > 10
    assert verdict.is_equal and "UBSan" in verdict.evidence


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("y[i] = x[i] + 2147483647 + (x[i] < 0 ? 101 : 1);", "signed integer overflow"),
        ("y[i] = x[i] << (32 + i);", "shift"),
        ("y[i] = x[i] / (i - 1);", "by zero"),
    ],
)
def test_undefined_behaviour_makes_a_kernel_unverifiable(body: str, what: str, tmp_path: Path) -> None:
    findings, verdict = judged(kernel_of(tmp_path, body), Workload.parse(LOAD))
    assert verdict.kind == "unverifiable"
    assert "undefined behaviour" in verdict.evidence and what in verdict.evidence
    assert "kernel.c:3" in verdict.evidence
    assert any(what in message for message in findings.messages)


def test_special_values_that_only_the_checker_made_up_are_left_out(tmp_path: Path) -> None:
    """Converting NaN to an integer is undefined; the workload's own values never are NaN."""
    findings, verdict = judged(
        kernel_of(tmp_path, "y[i] = x[(int)(x[i] * 0.0f)];", "float"), Workload.parse(LOAD)
    )
    assert findings.messages
    assert verdict.is_equal and "left out" in verdict.evidence


def test_a_stack_overrun_is_found_where_the_runtime_is_installed(tmp_path: Path) -> None:
    if asan_runtime() is None:
        pytest.skip("no AddressSanitizer runtime (apt-get install libclang-rt-19-dev)")
    body = (
        "{ int t[4] = {0}; int *p = t; for (int k = 0; k < 4 + (x[i] > 0); k++) p[k] = k; y[i] = p[i % 4]; }"
    )
    findings, verdict = judged(kernel_of(tmp_path, body), Workload.parse(LOAD))
    assert findings.address
    assert verdict.kind == "unverifiable" and "undefined behaviour" in verdict.evidence


def test_ir_without_source_is_not_sanitized(tmp_path: Path) -> None:
    kernel = kernel_of(tmp_path, "y[i] = x[i];")
    (tmp_path / "kernel.bc").write_bytes(kernel.debug_bitcode)
    (from_ir,) = kernels(tmp_path / "kernel.bc")
    workload = Workload.parse(LOAD)
    assert sanitize(from_ir, workload) is None
    with Runner() as runner:
        verifier = Verifier(from_ir, workload, runner)
        verdict = verifier.check([verifier.reference])
    assert verdict.is_equal and "no sanitizer" in verdict.evidence


def test_a_source_that_only_compiles_without_sanitizers_says_so(tmp_path: Path) -> None:
    path = tmp_path / "kernel.c"
    body = HEAD.format("int", "y[i] = x[i];")
    path.write_text(
        f"#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)\n"
        f"#error no sanitizers\n#endif\n{body}"
    )
    (kernel,) = kernels(path)
    findings = sanitize(kernel, Workload.parse(LOAD))
    assert findings is not None and findings.cases == 0 and "does not compile" in findings.summary
