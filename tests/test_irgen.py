"""Front ends: clang, flags, compile commands, IR, llvmlite, numba."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from passwright import _native
from passwright.irgen.clang import find_clang, probe_version
from passwright.irgen.compile_commands import flags_for
from passwright.irgen.flags import clean, reorders_floats
from passwright.irgen.frontend import kernels, lower
from passwright.passes.errors import CompileError, InputError, ParseError, ToolchainError

SAXPY = (
    "void saxpy(int n, float a, const float *x, float *y) { for (int i = 0; i < n; i++) y[i] += a * x[i]; }\n"
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def fake_clang(folder: Path, name: str, version: str) -> Path:
    """Answers --version as a clang of that version would, and hands other work to the real one."""
    path = folder / name
    real = shutil.which("clang-19")
    sed = f"s/clang version 19\\.1/clang version {version}/"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "clang version {version}.0"; exit; fi\n'
        f'{real} "$@" && for last; do :; done && sed -i "{sed}" "$last"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# -- finding clang -------------------------------------------------------------------------------


@pytest.mark.tiny
def test_the_found_clang_is_version_19() -> None:
    assert probe_version(find_clang().argv[:1]).startswith("19.")


@pytest.mark.tiny
def test_another_major_version_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_clang(tmp_path, "clang-14", "14.0")
    monkeypatch.setenv("PASSWRIGHT_CLANG", str(old))
    with pytest.raises(ToolchainError, match=r"is clang 14\.0.*IR of clang 19") as caught:
        lower(write(tmp_path, "a.c", SAXPY))
    assert "ziglang" in caught.value.hint


@pytest.mark.tiny
def test_a_wrong_clang_under_the_right_name_shows_in_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_clang(tmp_path, "clang-19", "20.1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ToolchainError, match="this is clang 20"):
        lower(write(tmp_path, "a.c", SAXPY))


@pytest.mark.tiny
def test_no_clang_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWRIGHT_CLANG", str(tmp_path / "none"))
    with pytest.raises(ToolchainError, match="not an executable file"):
        find_clang()
    script = tmp_path / "gcc"
    script.write_text("#!/bin/sh\necho 'gcc (Debian) 12.2.0'\n")
    script.chmod(0o755)
    monkeypatch.setenv("PASSWRIGHT_CLANG", str(script))
    with pytest.raises(ToolchainError, match="is not clang"):
        find_clang()


# -- lowering ------------------------------------------------------------------------------------


def test_lowering_gives_unoptimised_ir_with_and_without_debug_info(tmp_path: Path) -> None:
    lowered = lower(write(tmp_path, "a.c", SAXPY), flags=["-DX=1"])
    assert lowered.language == "c" and lowered.flags == ("-DX=1",)
    assert lowered.march == _native.host()["cpu"]
    plain = _native.Module.parse(lowered.bitcode).ir()
    assert "alloca" in plain and "optnone" not in plain and "!DISubprogram" not in plain
    assert f'"target-cpu"="{lowered.march}"' in plain
    typed = _native.Module.parse(lowered.debug_bitcode)
    assert [loop.line for loop in typed.loops()] == [1]
    assert typed.structural_hash() == _native.Module.parse(lowered.bitcode).structural_hash()
    assert lower(tmp_path / "a.c", debug=False).debug_bitcode == b""


def test_diagnostics_pass_through_unchanged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path, "w.c", "int f(int *a) { int unused; for (int i = 0; i < 9; i++) a[i]++; return 0; }\n"
    )
    own = subprocess.run(
        [*find_clang().argv, "-O3", "-march=native", "-Wall", "-c", str(path), "-o", "/dev/null"],
        capture_output=True,
        text=True,
    ).stderr
    assert "unused variable" in own
    lower(path, flags=["-Wall"])
    assert capfd.readouterr().err == own
    broken = write(tmp_path, "e.c", "int f(int *a) { return a[0] }\n")
    own = subprocess.run(
        [*find_clang().argv, "-march=native", "-c", str(broken)], capture_output=True, text=True
    ).stderr
    with pytest.raises(CompileError, match="expected ';' after return statement") as caught:
        lower(broken)
    assert caught.value.diagnostics == own


@pytest.mark.parametrize(
    ("flags", "kept", "march", "noted"),
    [
        (["-O2", "-g", "-DA", "-I", "inc"], ["-g", "-DA", "-I", "inc"], "", True),
        (["-c", "-o", "a.o", "-MD", "-MF", "a.d", "-MT", "x", "-std=c11"], ["-std=c11"], "", False),
        (["-Ofast", "-march=haswell"], ["-ffast-math"], "haswell", True),
        (["-O3", "-lm", "-L/x", "-Wl,-O1", "-flto", "-oout"], [], "", False),
        (["-Xclang", "-O0", "-mllvm", "-x"], ["-Xclang", "-O0", "-mllvm", "-x"], "", False),
    ],
)
@pytest.mark.tiny
def test_flags_are_cleaned(flags: list[str], kept: list[str], march: str, noted: bool) -> None:
    cleaned = clean(flags)
    assert list(cleaned.flags) == kept and cleaned.march == march and bool(cleaned.notes) == noted


@pytest.mark.tiny
def test_fast_math_is_recognised() -> None:
    assert reorders_floats(["-ffast-math"]) and reorders_floats(clean(["-Ofast"]).flags)
    assert not reorders_floats(["-ffast-math", "-fno-fast-math"]) and not reorders_floats(["-O3"])


def test_march_and_definitions_reach_the_code(tmp_path: Path) -> None:
    path = write(tmp_path, "a.c", "#ifndef N\n#error N\n#endif\n" + SAXPY)
    with pytest.raises(CompileError):
        lower(path)
    lowered = lower(path, flags=["-DN", "-O0", "-march=haswell"], debug=False)
    assert lowered.march == "haswell" and "replaced by -O3" in lowered.notes[0]
    assert '"target-cpu"="haswell"' in _native.Module.parse(lowered.bitcode).ir()


@pytest.mark.tiny
@pytest.mark.parametrize(("name", "match"), [("none.c", "no such file"), ("a.f90", "no front end for .f90")])
def test_files_that_cannot_be_lowered(name: str, match: str, tmp_path: Path) -> None:
    write(tmp_path, "a.f90", "end")
    with pytest.raises(InputError, match=match):
        lower(tmp_path / name)


# -- which functions -----------------------------------------------------------------------------

MIXED = """
static int helper(const int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }
static int lonely(int n) { int s = 0; while (n--) s ^= n; return s; }
int direct(const int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s ^= a[i]; return s; }
int through_helper(const int *a, int n) { return helper(a, n) + 1; }
int no_loop(int a) { return a + 1; }
int caller(const int *a, int n) { return direct(a, n); }
int main(void) { int a[2] = {lonely(3), 2}; for (int i = 0; i < 2; i++) a[0] += direct(a, 2); return a[0]; }
"""


def test_default_entries_are_the_visible_functions_with_loops(tmp_path: Path) -> None:
    path = write(tmp_path, "m.c", MIXED)
    assert [kernel.entry for kernel in kernels(path)] == ["direct", "through_helper"]
    assert [kernel.entry for kernel in kernels(path, entries=["no_loop", "direct"])] == ["no_loop", "direct"]
    with pytest.raises(InputError, match="no function dirct") as caught:
        kernels(path, entries=["dirct"])
    assert "did you mean direct?" in caught.value.hint and "through_helper" in caught.value.message
    with pytest.raises(InputError, match="helper is static"):
        kernels(path, entries=["helper"])
    with pytest.raises(
        InputError, match=r"no externally visible function with a loop \(visible functions: f\)"
    ):
        kernels(write(tmp_path, "n.c", "int f(int a) { return a; }"))


def test_cxx_names_and_templates(tmp_path: Path) -> None:
    source = """
    #include <algorithm>
    #include <vector>
    namespace sim {
    template <typename T> T total(const T *a, int n) { T s = 0; while (n--) s += a[n]; return s; }
    double energy(const double *a, int n) { return total(a, n); }
    void order(float *a, int n) { std::sort(a, a + n); }
    void order(int *a, int n) { std::sort(a, a + n); }
    }
    """
    path = write(tmp_path, "s.cpp", source)
    found = kernels(path)
    assert [kernel.entry for kernel in found] == [
        "_ZN3sim6energyEPKdi",
        "_ZN3sim5orderEPfi",
        "_ZN3sim5orderEPii",
    ]
    assert found[0].name == "sim::energy" and found[0].language == "c++"
    for spelling in ("energy", "sim::energy", "sim::energy(double const*, int)", "_ZN3sim6energyEPKdi"):
        assert [kernel.entry for kernel in kernels(path, entries=[spelling])] == ["_ZN3sim6energyEPKdi"]
    with pytest.raises(InputError, match="may be any of"):
        kernels(path, entries=["order"])


# -- compile_commands.json -----------------------------------------------------------------------


@pytest.mark.tiny
def test_compile_commands(tmp_path: Path) -> None:
    build, source = tmp_path / "build", write(tmp_path, "a.c", SAXPY)
    build.mkdir()
    (tmp_path / "inc").mkdir()
    command = "cc -I../inc -I /abs -DX='\"a b\"' -O2 -march=haswell -MD -MF d -o a.o -c ../a.c"
    other = {"directory": str(build), "file": "/x/b.c", "arguments": ["cc", "-c", "/x/b.c"]}
    database = build / "compile_commands.json"
    database.write_text(json.dumps([other, {"directory": str(build), "file": "../a.c", "command": command}]))
    flags = flags_for(source, build)
    assert flags == (f"-I{build}/../inc", "-I", "/abs", '-DX="a b"', "-march=haswell")
    with pytest.raises(InputError, match="no compile command for"):
        flags_for(write(tmp_path, "c.c", SAXPY), build)
    database.write_text("[{]")
    with pytest.raises(InputError, match=r"compile_commands.json:1: not JSON"):
        flags_for(source, build)
    with pytest.raises(InputError, match="cannot be read") as caught:
        flags_for(source, tmp_path)
    assert "CMAKE_EXPORT_COMPILE_COMMANDS" in caught.value.hint


# -- IR ------------------------------------------------------------------------------------------


def test_ir_files_get_target_attributes_and_lose_optnone(tmp_path: Path) -> None:
    source = write(tmp_path, "a.c", SAXPY)
    clang = [*find_clang().argv, "-S", "-emit-llvm", "-O0", str(source)]
    subprocess.run([*clang, "-o", str(tmp_path / "a.ll")], check=True)
    (kernel,) = kernels(tmp_path / "a.ll")
    assert kernel.language == "ir" and kernel.entry == "saxpy"
    module = _native.Module.parse(kernel.bitcode)
    assert "optnone" not in module.ir() and "noinline" not in module.ir()
    module.run("default<O3>")
    assert "alloca" not in module.ir()
    bare = (
        "define void @f(ptr %p, i64 %n) {\nentry:\n  br label %l\nl:\n  %i = phi i64 [0, %entry], [%j, %l]\n"
    )
    bare += "  %q = getelementptr i8, ptr %p, i64 %i\n  store i8 1, ptr %q\n  %j = add i64 %i, 1\n"
    bare += "  %c = icmp ult i64 %j, %n\n  br i1 %c, label %l, label %e\ne:\n  ret void\n}\n"
    (kernel,) = kernels(write(tmp_path, "bare.ll", bare), march="haswell")
    assert '"target-cpu"="haswell"' in _native.Module.parse(kernel.bitcode).ir()


@pytest.mark.tiny
def test_unreadable_ir(tmp_path: Path) -> None:
    (tmp_path / "bad.bc").write_bytes(b"BC\xc0\xde\x01\x02\x03\x04" * 8)
    with pytest.raises(ParseError, match=r"bad\.bc"):
        kernels(tmp_path / "bad.bc")
    with pytest.raises(ParseError, match=r"bad\.ll:2"):
        kernels(write(tmp_path, "bad.ll", "define void @f() {\n  retn void\n}\n"))


def test_llvmlite_modules() -> None:
    ir = pytest.importorskip("llvmlite.ir")
    module = ir.Module("m")
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [ir.IntType(32).as_pointer()]), "clear")
    entry, loop, done = (function.append_basic_block(name) for name in ("entry", "loop", "done"))
    ir.IRBuilder(entry).branch(loop)
    builder = ir.IRBuilder(loop)
    number = builder.phi(ir.IntType(32))
    number.add_incoming(ir.Constant(ir.IntType(32), 0), entry)
    builder.store(ir.Constant(ir.IntType(32), 0), builder.gep(function.args[0], [number]))
    after = builder.add(number, ir.Constant(ir.IntType(32), 1))
    number.add_incoming(after, loop)
    builder.cbranch(builder.icmp_signed("<", after, ir.Constant(ir.IntType(32), 64)), loop, done)
    ir.IRBuilder(done).ret_void()
    (kernel,) = kernels(module)
    assert (kernel.entry, kernel.language, kernel.source) == ("clear", "ir", None)
    with pytest.raises(InputError, match=r"no front end for an object of type builtins\.int"):
        kernels(3)


def test_numba_functions() -> None:
    numba = pytest.importorskip("numba", reason="the extra `numba` is not installed")
    import numpy as np

    @numba.njit
    def total(a):  # type: ignore[no-untyped-def]
        result = 0.0
        for value in a:
            result += value
        return result

    with pytest.raises(InputError, match="has not been compiled"):
        kernels(total)
    total(np.ones(4))
    (kernel,) = kernels(total)
    assert kernel.language == "numba" and "total" in kernel.entry
    assert _native.Module.parse(kernel.bitcode).loops(kernel.entry)


# -- the PyPI front end --------------------------------------------------------------------------


def test_the_pypi_clang_serves_without_clang_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ziglang", reason="the extra `clang` is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PASSWRIGHT_CLANG", raising=False)
    assert "ziglang" in find_clang().origin
    (kernel,) = kernels(write(tmp_path, "a.c", "#include <math.h>\n" + SAXPY))
    text = _native.Module.parse(kernel.bitcode).ir()
    assert f'"target-cpu"="{_native.host()["cpu"]}"' in text and '"frame-pointer"="all"' not in text
