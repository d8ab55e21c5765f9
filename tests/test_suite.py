"""The kernel suite: its shape, clean compiles, and that every workload fits its kernel."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import passwright.bench
from passwright._native import Module, signature
from passwright.bench.sanitize import sanitize
from passwright.bench.suite import SUITE, SuiteKernel, families, load_suite
from passwright.bench.verify import plan
from passwright.bench.workload import Workload
from passwright.irgen.clang import find_clang
from passwright.passes.errors import InputError, ParseError, WorkloadError

KERNELS = load_suite()
FAMILIES = families(KERNELS)


def write_kernel(folder: Path, family: str, name: str, *, workload: bool = True) -> None:
    (folder / family).mkdir(exist_ok=True)
    source = f"void {name}(int n, float *x) {{\n  for (int i = 0; i < n; i++)\n    x[i] += 1.0f;\n}}\n"
    (folder / family / f"{name}.c").write_text(source)
    if workload:
        text = '[sizes]\nn = 10\n[args]\nn = { value = "n" }\nx = { shape = ["n"] }\n'
        (folder / family / f"{name}.toml").write_text(text)


@pytest.mark.tiny
def test_the_suite_is_large_and_varied() -> None:
    assert len(KERNELS) >= 80
    assert len(FAMILIES) >= 12
    assert {kernel.language for kernel in KERNELS} == {"c", "c++"}
    assert min(len(members) for members in FAMILIES.values()) >= 6


@pytest.mark.tiny
def test_every_file_of_the_suite_belongs_to_a_kernel() -> None:
    known = {path for kernel in KERNELS for path in (kernel.source, kernel.workload)} | {SUITE / "split.toml"}
    assert {path for path in SUITE.rglob("*") if path.is_file()} == known


@pytest.mark.tiny
def test_the_suite_is_inside_the_installed_package() -> None:
    assert SUITE.is_relative_to(Path(passwright.bench.__file__).parent)


@pytest.mark.tiny
def test_a_third_of_the_suite_is_held_out_by_whole_families() -> None:
    for members in FAMILIES.values():
        assert len({kernel.held_out for kernel in members}) == 1
    share = sum(kernel.held_out for kernel in KERNELS) / len(KERNELS)
    assert 0.25 <= share <= 0.45


@pytest.mark.tiny
def test_a_folder_of_ones_own_is_a_suite(tmp_path: Path) -> None:
    write_kernel(tmp_path, "mine", "second")
    write_kernel(tmp_path, "mine", "first")
    write_kernel(tmp_path, "kept", "third")
    (tmp_path / "split.toml").write_text('held_out = ["kept"]\n')
    found = load_suite(tmp_path)
    assert [(k.family, k.name, k.held_out) for k in found] == [
        ("kept", "third", True),
        ("mine", "first", False),
        ("mine", "second", False),
    ]
    assert found[0].workload == tmp_path / "kept" / "third.toml"


@pytest.mark.tiny
def test_without_a_split_nothing_is_held_out(tmp_path: Path) -> None:
    write_kernel(tmp_path, "mine", "one")
    assert [kernel.held_out for kernel in load_suite(tmp_path)] == [False]


@pytest.mark.tiny
def test_what_is_wrong_with_a_suite_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such suite"):
        load_suite(tmp_path / "missing")
    with pytest.raises(InputError, match="no kernels"):
        load_suite(tmp_path)
    write_kernel(tmp_path, "a", "same")
    (tmp_path / "split.toml").write_text('held_out = ["b"]\n')
    with pytest.raises(InputError, match="no family 'b'"):
        load_suite(tmp_path)
    (tmp_path / "split.toml").write_text('held_out = "a"\n')
    with pytest.raises(InputError, match="not a list of held-out families"):
        load_suite(tmp_path)
    (tmp_path / "split.toml").write_text("held_out = [\n")
    with pytest.raises(ParseError, match=r"split\.toml"):
        load_suite(tmp_path)
    (tmp_path / "split.toml").unlink()
    write_kernel(tmp_path, "b", "same")
    with pytest.raises(InputError, match="two kernels are called 'same'"):
        load_suite(tmp_path)
    write_kernel(tmp_path, "b", "bare", workload=False)
    (tmp_path / "b" / "same.c").unlink()
    with pytest.raises(WorkloadError, match=r"no workload bare\.toml"):
        load_suite(tmp_path)


@pytest.mark.tiny
@pytest.mark.parametrize("family", FAMILIES)
def test_workloads_can_be_read_and_have_sizes_to_verify_at(family: str) -> None:
    for kernel in FAMILIES[family]:
        workload = Workload.load(kernel.workload)
        cases = workload.verification_sizes()
        assert cases[-1].sizes == workload.measured_sizes
        assert len(cases) > 1 or not workload.sizes, kernel.name


@pytest.mark.parametrize("family", FAMILIES)
def test_kernels_compile_without_a_warning(family: str) -> None:
    clang = find_clang()

    def diagnostics(kernel: SuiteKernel) -> str:
        flags = ("-Wall", "-Wextra", "-Werror", "-fsyntax-only")
        command = [*clang.argv, *flags, str(kernel.source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = "".join(pool.map(diagnostics, FAMILIES[family]))
    assert not problems, problems


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_kernels_run_as_their_workloads_say_and_without_undefined_behaviour(family: str) -> None:
    """Every workload describes its kernel's arguments and globals, and the calls are clean under sanitizers.

    Stated and measured sizes with plain data, made-up sizes with special values.
    """
    for kernel in FAMILIES[family]:
        lowered = kernel.lower()
        workload = Workload.load(kernel.workload)
        types = signature(Module.parse(lowered.debug_bitcode), lowered.entry)
        workload.validate(types)
        assert set(workload.args) <= {argument["name"] for argument in types["arguments"]}, kernel.name
        assert set(workload.globals) <= {item["name"] for item in types["globals"]}, kernel.name
        cases = [case for case in plan(workload) if case.special == (case.origin == "generated")]
        findings = sanitize(lowered, workload, signature=types, cases=cases, budget=60.0)
        assert findings is not None
        assert not findings.note, f"{kernel.name}: {findings.note}"
        assert not findings.messages, f"{kernel.name}: {findings.messages}"
        assert findings.cases == len(cases), kernel.name
