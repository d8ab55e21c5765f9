"""examples/project through CMake, Make and Meson: the lock's recipes arrive in the objects, and nothing else changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from drop_in_support import BIN, environment, lock

from passwright.passes.lock import load, update

PROJECT = Path(__file__).parent.parent / "examples" / "project"

pytestmark = pytest.mark.skipif(not shutil.which("clang++-19"), reason="no clang++-19")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder)
    return folder


def run(folder: Path, *command: str | Path, **variables: str) -> str:
    """A command that must succeed; its output."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment(folder.parent, PATH=path, **variables),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def locked(project: Path, *flags: str) -> None:
    """An entry for lib/heat.c in the project's lock, for builds without `-march`."""
    source = project / "lib" / "heat.c"
    lock(source, "heat_step", flags=flags)
    made = source.parent / "passwright.lock"
    (entry,) = load(made).entries
    made.unlink()
    update(project / "passwright.lock", [entry._replace(source="lib/heat.c")])


def configure(project: Path, generator: str, *options: str) -> Path:
    """A build folder by CMake."""
    build = project / "build"
    compilers = ("-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19")
    run(project, "cmake", "-G", generator, "-B", build, *compilers, *options)
    return build


def objects(build: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in build.rglob("*.o")}


GENERATORS = [
    pytest.param(generator, marks=pytest.mark.skipif(not shutil.which(tool), reason=f"no {tool}"))
    for generator, tool in (("Ninja", "ninja"), ("Unix Makefiles", "make"))
]
needs_cmake = pytest.mark.skipif(not shutil.which("cmake"), reason="no cmake")


@needs_cmake
@pytest.mark.parametrize("generator", GENERATORS)
def test_cmake_builds_what_the_lock_says_and_only_that_again(project: Path, generator: str) -> None:
    build = configure(project, generator)
    run(project, "cmake", "--build", build)
    plain = objects(build)
    locked(project)
    times = {path.name: path.stat().st_mtime_ns for path in build.rglob("*.o")}
    run(project, "cmake", "--build", build)
    tuned = objects(build)
    assert [name for name in plain if tuned[name] != plain[name]] == ["heat.c.o"]
    again = [path.name for path in build.rglob("*.o") if path.stat().st_mtime_ns != times[path.name]]
    assert again == ["heat.c.o"]
    run(project, "ctest", "--test-dir", build)
    (project / "passwright.lock").unlink()
    run(project, "cmake", "--build", build)
    assert objects(build) == plain


@needs_cmake
@pytest.mark.skipif(not shutil.which("ninja"), reason="no ninja")
def test_cmake_commands_say_what_is_wrong(project: Path) -> None:
    lists = project / "lib" / "CMakeLists.txt"
    text = lists.read_text()
    for call, complaint in (
        ("passwright_optimize(nothing)", "no such target"),
        ("passwright_optimize(heat MODE fast)", "none of apply, learned, record, off"),
        ("passwright_optimize(heat SPEED 3)", "known are MODE, LOCK, ENTRY and STRICT"),
        ("passwright_tune(NAME x)", "RUN"),
    ):
        lists.write_text(text.replace("passwright_optimize(heat)", call))
        shutil.rmtree(project / "build", ignore_errors=True)
        with pytest.raises(AssertionError) as problem:
            configure(project, "Ninja")
        assert complaint in " ".join(str(problem.value).split())


@needs_cmake
@pytest.mark.skipif(not shutil.which("ninja"), reason="no ninja")
def test_cmake_entry_and_strict(project: Path) -> None:
    locked(project)
    lists = project / "lib" / "CMakeLists.txt"
    text = lists.read_text()
    lists.write_text(text.replace("(heat)", "(heat ENTRY another STRICT)"))
    build = configure(project, "Ninja")
    run(project, "cmake", "--build", build)
    plain = objects(build)["heat.c.o"]
    lists.write_text(text.replace("(heat)", "(heat ENTRY heat_step STRICT)"))
    run(project, "cmake", "--build", build)
    assert objects(build)["heat.c.o"] != plain
    source = project / "lib" / "heat.c"
    source.write_text(source.read_text().replace("4 * from", "3 * from"))
    with pytest.raises(AssertionError, match="changed"):
        run(project, "cmake", "--build", build)


@needs_cmake
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ninja"), reason="no ninja")
def test_cmake_tunes_and_uses_what_was_found(project: Path) -> None:
    lists = project / "CMakeLists.txt"
    text = lists.read_text().replace(
        "plate 400 600 TEST ctest", 'plate 300 400 TEST ctest BUDGET "4 evaluations"'
    )
    lists.write_text(text)
    build = configure(project, "Ninja", "-DCMAKE_CXX_FLAGS=-march=native", "-DCMAKE_C_FLAGS=-march=native")
    said = run(project, "cmake", "--build", build, "--target", "passwright_tune")
    assert "heat_step" in said
    record = [json.loads(line) for line in (build / "passwright.record.jsonl").read_text().splitlines()]
    assert {Path(one["file"]).name for one in record} == {"heat.c", "mix.cpp"}
    wanted = run(project, build / "app" / "plate", "300", "400")
    run(project, "cmake", "--build", build)
    assert run(project, build / "app" / "plate", "300", "400") == wanted
    if "locked in" in said:
        entries = load(project / "passwright.lock").entries
        assert {one.source for one in entries} <= {"lib/heat.c", "lib/mix.cpp"}


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
def test_make(project: Path) -> None:
    compilers = ("CC=passwright-cc", "CXX=passwright-c++")
    run(project, "make", *compilers, "plate", "check")
    plain = objects(project)
    locked(project)
    run(project, "make", *compilers, "plate", "check")
    tuned = objects(project)
    assert [name for name in plain if tuned[name] != plain[name]] == ["heat.o"]


@pytest.mark.skipif(not shutil.which("meson") or not shutil.which("ninja"), reason="no meson or no ninja")
def test_meson(project: Path) -> None:
    run(project, "meson", "setup", "build", "--native-file", "passwright.ini")
    run(project, "meson", "compile", "-C", "build")
    plain = objects(project / "build")
    locked(project, "-fPIC")  # which Meson adds for libraries
    run(project, "ninja", "-C", "build", "clean")
    run(project, "ninja", "-C", "build")
    tuned = objects(project / "build")
    assert [name for name in plain if tuned[name] != plain[name]] == ["lib_heat.c.o"]
    run(project, "meson", "test", "-C", "build")


@needs_cmake
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ninja"), reason="no ninja")
def test_build_cost_measures_and_builds_the_same_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "passwright.build_cost", "--files", "4", "--entries", "2"]
    same = subprocess.run([*command, "--same"], capture_output=True, text=True, env=environment(tmp_path))
    assert same.returncode == 0, same.stdout + same.stderr
    assert same.stdout == "4 objects, 2 with a recipe; 0 differ between two folders\n"
    options = ["--rounds", "1", "--json", "--variant", "apply, cold"]
    told = subprocess.run([*command, *options], capture_output=True, text=True, env=environment(tmp_path))
    assert told.returncode == 0, told.stderr
    rows = json.loads(told.stdout)["rows"]
    assert [row["variant"] for row in rows] == ["plain", "apply, cold"]
    assert rows[0]["ratio"] == pytest.approx(1.0)
