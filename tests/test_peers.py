"""Peers: gcc is run for real, and what it cannot build is said with a remedy."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

from passwright.bench import peers
from passwright.bench.peers import BASELINE, PEERS, build_gcc, build_peers, select
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.passes.errors import UsageError

AXPY = """
void axpy(int n, float a, const float *x, float *y) {
  for (int i = 0; i < n; i++)
    y[i] += a * x[i];
}
"""


def a_kernel(source: Path, text: str, flags: tuple[str, ...] = (), march: str = "native") -> Kernel:
    source.write_text(text)
    language = "c++" if source.suffix == ".cpp" else "c"
    return Kernel("axpy", "axpy", source, language, flags, march, b"", b"")


def symbols(obj: bytes, folder: Path) -> str:
    (folder / "peer.o").write_bytes(obj)
    return subprocess.run(["nm", folder / "peer.o"], capture_output=True, text=True, check=True).stdout


@pytest.mark.tiny
def test_selection_puts_the_baseline_first() -> None:
    assert [peer.name for peer in select("polly, gcc-O3")] == [BASELINE, "polly", "gcc-O3"]
    assert [peer.name for peer in select([])] == [BASELINE]
    assert len(select(",".join(peer.name for peer in PEERS))) == len(PEERS)


@pytest.mark.tiny
def test_an_unknown_peer_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"icc: no such peer") as caught:
        select("clang-O3,icc")
    assert "gcc-O3" in caught.value.hint


def test_gcc_builds_a_working_object_with_the_kernels_flags(tmp_path: Path) -> None:
    kernel = a_kernel(tmp_path / "axpy.c", AXPY.replace("a * x", "FACTOR * a * x"), ("-DFACTOR=2", "-fPIC"))
    build = build_gcc(kernel)
    assert build.available, build.reason
    assert "-O3" in build.how and "-DFACTOR=2" in build.how and build.seconds > 0
    (tmp_path / "axpy.o").write_bytes(build.object)
    subprocess.run(["gcc", "-shared", "axpy.o", "-o", "axpy.so"], cwd=tmp_path, check=True)
    library = ctypes.CDLL(str(tmp_path / "axpy.so"))
    x, y = (ctypes.c_float * 3)(1, 2, 3), (ctypes.c_float * 3)(10, 20, 30)
    library.axpy(3, ctypes.c_float(0.5), x, y)
    assert list(y) == [11, 22, 33]


def test_cpp_goes_to_gxx_and_keeps_mangled_names(tmp_path: Path) -> None:
    text = "template <class T> static T twice(T v) { return v + v; }\nint f(int v) { return twice(v); }\n"
    build = build_gcc(a_kernel(tmp_path / "f.cpp", text))
    assert build.available, build.reason
    assert "_Z1fi" in symbols(build.object, tmp_path)


@pytest.mark.parametrize(
    ("flags", "march", "message"),
    [
        (("-Xclang", "-fno-validate-pch"), "native", "gcc refused the source"),
        ((), "no-such-cpu", "no-such-cpu"),
        (("-include", "missing.h"), "native", "missing.h"),
    ],
)
def test_what_gcc_refuses_comes_with_its_words(
    tmp_path: Path, flags: tuple[str, ...], march: str, message: str
) -> None:
    build = build_gcc(a_kernel(tmp_path / "axpy.c", AXPY, flags, march))
    assert not build.available and build.object == b""
    assert message in build.reason and build.remedy


@pytest.mark.tiny
def test_a_missing_gcc_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    build = build_gcc(a_kernel(tmp_path / "axpy.c", AXPY))
    assert build.reason == "no gcc on PATH" and build.remedy == "apt-get install gcc"


def test_a_clang_called_gcc_is_not_taken_for_gcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretender = tmp_path / "gcc"
    pretender.write_text("#!/bin/sh\necho 'clang version 19.1.7'\n")
    pretender.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    build = build_gcc(a_kernel(tmp_path / "axpy.c", AXPY))
    assert "is not gcc" in build.reason and build.remedy


@pytest.mark.tiny
def test_gcc_does_not_read_ir(tmp_path: Path) -> None:
    kernel = Kernel("f", "f", tmp_path / "f.ll", "ir", (), "native", b"", b"")
    assert "reads C and C++" in build_gcc(kernel).reason


def test_gcc_is_stopped_when_it_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "GCC_TIMEOUT", 0.2)
    slow = (
        "constexpr unsigned spin(unsigned n) { unsigned s = 1; while (n--) s = s * 7 + n; return s; }\n"
        "static_assert(spin(30000000) != 0);\n"
    )
    kernel = a_kernel(
        tmp_path / "slow.cpp", slow, ("-fconstexpr-ops-limit=2000000000", "-fconstexpr-loop-limit=40000000")
    )
    build = build_gcc(kernel)
    assert "did not end" in build.reason and build.remedy


def test_every_peer_builds_the_same_symbol(tmp_path: Path) -> None:
    from passwright.passes.worker import WorkerPool

    source = tmp_path / "axpy.c"
    source.write_text(AXPY)
    [kernel] = kernels(source)
    with WorkerPool(jobs=1) as pool:
        builds = build_peers(kernel, PEERS, pool)
    assert [build.peer for build in builds] == [peer.name for peer in PEERS]
    for build in builds:
        assert build.available, build.reason
        assert " T axpy" in symbols(build.object, tmp_path)
    assert len({build.object for build in builds}) > 1


def test_a_peer_that_the_core_cannot_build_says_why(tmp_path: Path) -> None:
    from passwright.passes.worker import WorkerPool

    source = tmp_path / "axpy.c"
    source.write_text(AXPY)
    [kernel] = kernels(source)
    broken = peers.Peer("broken", "a recipe with a pass that does not exist", "no-such-pass")
    with WorkerPool(jobs=1) as pool:
        [build] = build_peers(kernel, [broken], pool)
    assert not build.available and "no-such-pass" in build.reason and build.remedy
