"""Tuning a program in place: the copy of its folder, the profile, its builds, and the whole way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from passwright.bench.sandbox import offer
from passwright.passes.errors import CompileError, InputError
from passwright.passes.lock import load
from passwright.policy.policy import Budget
from passwright.tune import profile as profiling
from passwright.tune import tune as tuning
from passwright.tune.builds import TreeBuilds
from passwright.tune.hot import hot_functions
from passwright.tune.recorded import Compile, read_compiles
from passwright.tune.state import State
from passwright.tune.tree import Tree

KERNEL = """
#include "kernel.h"
static double dot(const double *a, const double *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i * n];
  return sum;
}
void multiply(int n, const double *a, const double *b, double *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) c[i * n + j] = dot(a + i * n, b + j, n);
}
"""
MAIN = """
#include "kernel.h"
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) {
  int n = atoi(arguments[1]), rounds = count > 2 ? atoi(arguments[2]) : 1;
  double *a = malloc(8 * n * n), *b = malloc(8 * n * n), *c = malloc(8 * n * n), sum = 0;
  for (int i = 0; i < n * n; i++) a[i] = i % 7, b[i] = i % 5;
  for (int r = 0; r < rounds; r++) multiply(n, a, b, c);
  for (int i = 0; i < n * n; i++) sum += c[i];
  printf("%g\\n", sum);
  return 0;
}
"""
MAKEFILE = """
prog: main.o kernel.o
\t$(CC) -o $@ main.o kernel.o
%.o: %.c kernel.h
\t$(CC) -O3 -march=native -c -o $@ $<
check: prog
\t./prog 10
\ttest ! -e broken
"""
MAKE = "make CC=clang-19"

pytestmark = pytest.mark.skipif(
    not shutil.which("clang-19") or not shutil.which("make"), reason="no clang-19 or no make"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program of two sources, built, with a record of its compiles beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "kernel.c").write_text(KERNEL)
    (folder / "kernel.h").write_text("void multiply(int n, const double *a, const double *b, double *c);\n")
    (folder / "main.c").write_text(MAIN)
    (folder / "Makefile").write_text(MAKEFILE)
    subprocess.run(MAKE.split(), cwd=folder, check=True, capture_output=True)
    lines = []
    for name in ("kernel", "main"):
        arguments = ["clang-19", "-O3", "-march=native", "-c", "-o", f"{name}.o", f"{name}.c"]
        lines.append(
            json.dumps(
                {"directory": str(folder), "file": f"{name}.c", "arguments": arguments, "output": f"{name}.o"}
            )
        )
    (tmp_path / "record.jsonl").write_text("\n".join(lines) + '\n{"cut off')
    yield folder


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file's time and content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def options(project: Path, **changes: object) -> tuning.Options:
    given = tuning.Options(
        build=MAKE,
        run="./prog 60 40",
        folders=(project,),
        recorded=project.parent / "record.jsonl",
        lock=project / "passwright.lock",
        budget=Budget(evaluations=6),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def test_record_keeps_the_last_compile_of_an_object(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    rows = [
        {"directory": "/p", "file": "a.c", "arguments": ["cc", flag, "-c", "a.c"], "output": "a.o"}
        for flag in ("-O2", "-O3")
    ]
    record.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (found,) = read_compiles(record)
    assert found == Compile("/p", "a.c", ("cc", "-O3", "-c", "a.c"), "a.o")
    assert found.flags == ("-O3", "-c")
    assert found.object == Path("/p/a.o")
    record.write_text('{"directory": 3}\n')
    with pytest.raises(InputError, match=r"record.jsonl:1: no record"):
        read_compiles(record)


def test_a_tree_leaves_the_original_alone(project: Path) -> None:
    before = state_of(project)
    with Tree([project]) as tree:
        tree.shell(f"touch kernel.c && {MAKE} && echo more > new.txt", what="the build")
        assert (tree.inside(project) / "new.txt").read_text() == "more\n"
        assert tree.outside(tree.inside(project / "kernel.c")) == project / "kernel.c"
        assert tree.inside("/usr/include") == Path("/usr/include")
        if tree.mounted:
            assert tree.shell("pwd", what="it").strip() == str(project.resolve())
        with pytest.raises(InputError, match="failed with exit code 7"):
            tree.shell("echo reason; exit 7", what="the build")
    assert state_of(project) == before


def test_without_bubblewrap_a_build_that_knows_its_path_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passwright.tune.tree.offer", lambda: replace(offer(), bubblewrap=""))
    with Tree([project]) as tree:
        assert not tree.mounted
        assert "prog" in tree.shell("ls", what="it")
    (project / "CMakeCache.txt").write_text("")
    with pytest.raises(InputError, match="knows its own path") as problem:
        Tree([project])
    assert "bubblewrap" in problem.value.hint


@pytest.mark.parametrize("how", ["perf", "instrumented"])
def test_a_profile_finds_the_hot_kernel_behind_a_static_function(
    project: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiles = read_compiles(project.parent / "record.jsonl")
    if how == "instrumented":
        monkeypatch.setattr(profiling.shutil, "which", lambda name: None)
    elif (
        not shutil.which("perf")
        or subprocess.run(
            ["perf", "record", "-q", "-o", str(project.parent / "p"), "true"],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("perf may not sample here")
    with Tree([project]) as tree:
        found = profiling.profile(tree, "./prog 200 20", MAKE, compiles, timeout=60)
        assert found.how == how
        assert sum(found.shares.values()) == pytest.approx(1.0)
        hot = hot_functions(tree, compiles, found)
    assert [one.kernel.entry for one in hot.kernels] == ["multiply"]
    assert hot.kernels[0].share > 0.5
    assert hot.kernels[0].kernel.source == project / "kernel.c"


NINJA = """
rule cc
  command = clang-19 -O3 -march=native -MD -MF $out.d -c -o $out $in
  depfile = $out.d
  deps = gcc
rule link
  command = clang-19 -o $out $in
build main.o: cc main.c
build kernel.o: cc kernel.c
build prog: link main.o kernel.o
default prog
"""


@pytest.mark.skipif(not shutil.which("ninja"), reason="no ninja")
def test_ninja_links_and_does_not_compile_again(project: Path) -> None:
    """Ninja remembers when it made an object: one that has become newer it makes again."""
    for name in ("kernel.o", "main.o", "prog"):
        (project / name).unlink()
    (project / "build.ninja").write_text(NINJA)
    subprocess.run(["ninja"], cwd=project, check=True, capture_output=True)
    if not offer().bubblewrap:
        pytest.skip("a build.ninja needs bubblewrap")
    (kernel,) = (one for one in read_compiles(project.parent / "record.jsonl") if one.file == "kernel.c")
    with Tree([project]) as tree:
        called = profiling.executed(tree, "./prog 60", "ninja", kernel, timeout=60)
        assert called == {"multiply"}
        builds = TreeBuilds(tree, [project / "kernel.o"], link="ninja", run="./prog 1")
        other = project.parent / "other.c"
        other.write_text("void multiply(int n, const double *a, const double *b, double *c) { c[0] = 7; }")
        subprocess.run(["clang-19", "-O1", "-c", other, "-o", f"{other}.o"], check=True)
        builds.load("other", [Path(f"{other}.o").read_bytes()])
        builds.load("as built", builds.objects_before)
        assert builds.run("other").stdout == b"7\n"
        assert builds.run("as built").stdout == b"0\n"


def test_a_program_that_the_sandbox_stops_is_said(project: Path) -> None:
    text = MAIN.replace("  printf(", '  if (!fopen("/etc/hostname", "r")) return 3;\n  printf(')
    (project / "main.c").write_text(text)
    subprocess.run(MAKE.split(), cwd=project, check=True, capture_output=True)
    if not Path("/etc/hostname").is_file():
        pytest.skip("no /etc/hostname")
    with pytest.raises(InputError, match="not in the sandbox: the program exit code 3"):
        tuning.tune(options(project, run="./prog 200 30"), lambda text: None)


def test_builds_take_turns_in_the_tree(project: Path) -> None:
    def made(factor: str) -> bytes:
        source = project.parent / "other.c"
        source.write_text(
            f"void multiply(int n, const double *a, const double *b, double *c) {{ c[0] = {factor}; }}"
        )
        subprocess.run(["clang-19", "-O1", "-c", source, "-o", f"{source}.o"], check=True)
        return Path(f"{source}.o").read_bytes()

    with Tree([project]) as tree:
        builds = TreeBuilds(tree, [project / "kernel.o"], link=MAKE, run="./prog 1")
        builds.load("one", [made("1")])
        builds.load("two", [made("2")])
        assert [builds.run(name).stdout for name in ("one", "two", "one")] == [b"1\n", b"2\n", b"1\n"]
        with pytest.raises(CompileError, match="cannot be built"):
            builds.load("broken", [b"no object"])
        assert builds.run("two").stdout == b"2\n"
        builds.close()
        assert tree.inside(project / "kernel.o").read_bytes() == (project / "kernel.o").read_bytes()
        idle = TreeBuilds(tree, [project / "kernel.o"], link="true", run="./prog 1")
        with pytest.raises(InputError, match="made nothing anew") as problem:
            idle.load("one", [made("1")])
        assert "--link" in problem.value.hint


def test_tune_locks_what_makes_the_program_faster_and_touches_nothing_else(project: Path) -> None:
    before = state_of(project)
    told: list[str] = []
    result = tuning.tune(options(project, run="./prog 240 6", test="make CC=clang-19 check"), told.append)
    (finding,) = result.findings
    assert finding.entry == "multiply"
    assert finding.verdict == "equal"
    after = state_of(project)
    assert {name: after[name] for name in before} == before
    # Whether a recipe wins is the machine's affair; what is said and what is locked must agree.
    if result.kept:
        assert result.tested
        assert result.ratio is not None and result.ratio.low > 1
        (entry,) = load(project / "passwright.lock").entries
        assert (entry.source, entry.entry, str(entry.recipe)) == ("kernel.c", "multiply", finding.recipe)
        assert set(after) - set(before) == {"passwright.lock", "passwright.audit.jsonl"}
    else:
        assert set(after) == set(before)
    again = tuning.tune(options(project, run="./prog 240 6", test="make CC=clang-19 check"), told.append)
    assert "multiply: tuned before" in told
    assert again.findings[0].recipe == finding.recipe


def test_tests_that_fail_with_a_winner_keep_it_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests look at the object itself: anything but the build as it was fails them."""
    given = options(project, run="./prog 240 6", budget=Budget(evaluations=3))
    given = replace(given, test="cmp kernel.o original.o")
    shutil.copy(project / "kernel.o", project / "original.o")
    result = tuning.tune(given, lambda text: None)
    if result.findings[0].recipe:
        assert result.notes == ("no winner is left after the program's own checks",)
    assert not result.kept
    assert not (project / "passwright.lock").exists()


def test_a_run_that_does_not_repeat_is_refused(project: Path) -> None:
    (project / "main.c").write_text(MAIN.replace('printf("%g\\n", sum)', 'printf("%p\\n", (void *)a)'))
    subprocess.run(MAKE.split(), cwd=project, check=True, capture_output=True)
    result = tuning.tune(options(project, run="./prog 200 30"), lambda text: None)
    (finding,) = result.findings
    assert not finding.recipe
    assert "change from run to run" in finding.reason
    assert not result.kept


def test_what_the_build_does_not_record_is_said(project: Path) -> None:
    (project.parent / "empty.jsonl").write_text("")
    with pytest.raises(InputError, match="records no compile") as problem:
        tuning.tune(options(project, recorded=project.parent / "empty.jsonl"), lambda text: None)
    assert "CC" in problem.value.hint
    with pytest.raises(InputError, match="no such folder"):
        tuning.tune(options(project, folders=(project / "missing",)), lambda text: None)


def test_findings_survive_a_line_that_was_cut_off(project: Path) -> None:
    given = options(project).identity()
    finding = tuning.Finding(
        "a.c", "f", "cpu", "0" * 32, 0.5, "default<O3>", (1.5, 1.4, 1.6), "equal", flags=("-g",)
    )
    state = State(given)
    state.add(finding)
    with state.path.open("a") as file:
        file.write('{"source": "b')
    assert State(given).findings == {finding.key: finding}
    state.forget()
    assert not State(given).findings


def test_the_command_prints_json(project: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "passwright",
        "tune",
        "--json",
        "--build",
        MAKE,
        "--run",
        "./prog 200 20",
    ]
    command += ["--recorded", str(project.parent / "record.jsonl"), "--budget", "2 evaluations"]
    ended = subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["kernels"][0]["entry"] == "multiply"
    assert answer["profile"]["shares"]
    assert (answer["lock"] is not None) == any(one["locked"] for one in answer["kernels"])
