"""Code generation in the native core: objects, assembly, sections, targets, MCA."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest
from native_support import LOOPS, MIXED, lower

import passwright._native as native
from passwright._native import Module
from passwright.passes.errors import InputError, UsageError

PLAIN = b"define i32 @twice(i32 %x) {\n  %r = add i32 %x, %x\n  ret i32 %r\n}"


def test_an_object_runs(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    module.run("default<O3>")
    (tmp_path / "loops.o").write_bytes(module.emit())
    subprocess.run(["gcc", "-shared", "-o", tmp_path / "loops.so", tmp_path / "loops.o", "-lm"], check=True)
    library = ctypes.CDLL(str(tmp_path / "loops.so"))
    library.dot.restype = ctypes.c_float
    numbers = (ctypes.c_float * 5)(1, 2, 3, 4, 5)
    assert library.dot(5, numbers, numbers) == 55


@pytest.mark.tiny
def test_emit_is_deterministic_and_leaves_the_module_alone() -> None:
    module = Module.parse(PLAIN)
    before = module.structural_hash()
    assert module.emit() == module.emit() == module.clone().emit()
    assert module.structural_hash() == before
    assert b"twice:" in module.emit("asm")
    assert module.emit().startswith(b"\x7fELF")


def test_levels_cpus_and_features(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    assert len({module.emit(opt_level=level) for level in (0, 2)}) == 2
    module.run("default<O3>")
    wide = module.emit("asm", cpu="znver4")
    narrow = module.emit("asm", cpu="x86-64")
    assert b"zmm" in wide or b"ymm" in wide
    assert b"ymm" not in narrow
    assert b"vfmadd" not in module.emit("asm", cpu="x86-64", features="+avx")
    assert b"vmov" in module.emit("asm", cpu="x86-64", features="+avx")
    assert b"vmov" not in narrow


def test_sections(tmp_path: Path) -> None:
    module = lower(MIXED, tmp_path, suffix=".cpp")
    module.run("default<O3>")
    sizes = module.section_sizes()
    assert sizes == native.object_sections(module.emit())
    assert sizes[".text"] > 100
    assert ".init_array" in sizes
    text = native.section_data(module.emit(), ".text")
    assert len(text) <= sizes[".text"]
    with pytest.raises(InputError, match="no section"):
        native.section_data(module.emit(), ".nothing")
    with pytest.raises(InputError, match="not an object file"):
        native.object_sections(b"not at all")


@pytest.mark.tiny
def test_bad_arguments() -> None:
    module = Module.parse(PLAIN)
    with pytest.raises(UsageError, match="cannot emit"):
        module.emit("exe")
    with pytest.raises(UsageError, match="level 4"):
        module.emit(opt_level=4)
    with pytest.raises(InputError, match="no CPU 'pentagram'"):
        module.emit(cpu="pentagram")
    with pytest.raises(InputError, match=r"no feature '\+avx3'"):
        module.emit(features="+avx3")
    with pytest.raises(InputError, match="needs the feature"):
        module.emit(features="-64bit")


def test_host_is_what_clang_finds(tmp_path: Path) -> None:
    host = native.host()
    text = lower(LOOPS, tmp_path).ir()
    assert f'"target-cpu"="{host["cpu"]}"' in text
    features = text.split('"target-features"="')[1].split('"')[0].split(",")
    ours = host["features"].split(",")
    assert {f for f in features if f[0] == "+"} - {"+x87"} == {f for f in ours if f[0] == "+"}
    assert f'target triple = "{host["triple"]}"' in text
    assert native.llvm_version().startswith("19.1.")


def test_native_target_gives_clangs_code(tmp_path: Path) -> None:
    """A module without target attributes plus `set_target(host)` is a module compiled with -march=native."""
    host = native.host()
    plain = lower(LOOPS, tmp_path, "-march=x86-64")
    plain.set_target(host["cpu"], host["features"], override=True)
    expected = lower(LOOPS, tmp_path)
    for module in (plain, expected):
        module.run("default<O3>")
    assert native.section_data(plain.emit(), ".text") == native.section_data(expected.emit(), ".text")


@pytest.mark.tiny
def test_set_target() -> None:
    module = Module.parse(PLAIN)
    assert module.triple == ""
    module.set_target("znver3", "")
    assert module.triple == native.host()["triple"]
    module.set_target("znver4", "+avx2")
    assert '"target-cpu"="znver3"' in module.ir()
    module.set_target("znver4", "+avx2", override=True)
    assert '"target-cpu"="znver4"' in module.ir()
    assert '"target-features"="+avx2"' in module.ir()
    with pytest.raises(InputError, match="no CPU"):
        module.set_target("znver99", "")


def test_mca_costs_every_innermost_loop(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path, "-g")
    module.run("default<O3>")
    costs = {cost.loop: cost for cost in module.mca(cpu="znver4")}
    assert set(costs) == {loop.id for loop in module.loops() if loop.innermost}
    for cost in costs.values():
        assert 0 < cost.rthroughput <= cost.cycles_per_iteration + 1
        assert cost.instructions > 0
        assert cost.uops >= cost.instructions - cost.calls - cost.skipped - 2  # fused pairs
        assert cost.line > 0
        assert cost.depth >= 1
    skip = [cost for cost in costs.values() if cost.function == "skip"]
    assert any(cost.calls and cost.cycles_per_iteration > 100 for cost in skip)


def test_mca_sees_the_dependence_chain() -> None:
    """Each iteration's addition waits for the last one: about its latency, 3 or 4 cycles on x86."""
    text = """
    define double @sum(ptr %p, i64 %n) {
    entry:
      br label %body
    body:
      %i = phi i64 [ 0, %entry ], [ %next, %body ]
      %s = phi double [ 0.0, %entry ], [ %t, %body ]
      %a = getelementptr double, ptr %p, i64 %i
      %v = load double, ptr %a
      %t = fadd double %s, %v
      %next = add i64 %i, 1
      %c = icmp eq i64 %next, %n
      br i1 %c, label %done, label %body
    done:
      ret double %t
    }"""
    module = Module.parse(text.encode())
    (cost,) = module.mca(cpu="znver4")
    assert (cost.loop, cost.function, cost.depth) == ("sum#0", "sum", 1)
    assert 2.5 < cost.cycles_per_iteration < 5
    assert cost.rthroughput < cost.cycles_per_iteration
    with pytest.raises(UsageError, match="iteration"):
        module.mca(iterations=0)
