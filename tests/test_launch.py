"""The launcher's decisions: which command lines it acts on, what it makes of them, and its settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from passwright.passes.lock import LockEntry, update
from passwright.passes.recipe import O3

pytestmark = pytest.mark.tiny
LAUNCH = Path(sys.executable).with_name("passwright-launch")
IR = ["-emit-llvm", "-o", "-", "-Xclang", "-disable-llvm-passes"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source with an entry in the lock, and one without."""
    for name in ("a.c", "a b.cpp", "other.c", "x.s"):
        (tmp_path / name).write_text("")
    entry = LockEntry("a.c", "f", "x86-64", "0" * 32, "19.1.7", O3, (1.0, 1.0, 1.0), "equal")
    entries = [entry, entry._replace(source="a b.cpp"), entry._replace(source="x.s")]
    update(tmp_path / "passwright.lock", entries)
    return tmp_path


def run(
    folder: Path, *arguments: str, setting: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSWRIGHT")}
    environment |= {"PASSWRIGHT": setting} if setting else {}
    return subprocess.run(
        [LAUNCH, *arguments], cwd=folder, env=environment | variables, capture_output=True, text=True
    )


def explain(folder: Path, line: str, *, setting: str = "", compiler: str = "clang-19") -> dict[str, Any]:
    done = run(folder, "--explain", compiler, *line.split(), setting=setting)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    "line",
    [
        "-O2 -c a.c",
        "-O3 -c a.c -o a.o",
        "-O0 -O3 -c -oa.o a.c",
        "-Ofast -c a.c",
        "-O2 -DNDEBUG -D X=1 -I inc -Iinc -isystem sys -include a.c -std=c11 -Wall -Wno-unused -Werror -c a.c",
        "-O2 -g -fPIC -pthread -fvisibility=hidden -ffunction-sections -fdata-sections -fno-exceptions -c a.c",
        "-O2 -march=x86-64 -mtune=native -mavx2 -mno-sse4.2 -c a.c",
        "-O2 -MD -MT a.o -MF a.d -c a.c",
        "-O2 -Wp,-MMD,a.d -Wp,-D_FORTIFY_SOURCE=2 -fstack-protector-strong -c a.c",
        "-x c -O2 -c a.c",
    ],
)
def test_compiles_that_are_acted_on(folder: Path, line: str) -> None:
    told = explain(folder, line)
    assert (told["decision"], told["reason"], told["source"]) == ("apply", "", "a.c")
    assert told["output"] == "a.o" and told["lock"] == str(folder / "passwright.lock")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-O1 -c a.c", "-O1"),
        ("-c a.c", "-O0"),
        ("-O3 -O0 -c a.c", "-O0"),
        ("-Os -c a.c", "-Os"),
        ("-O2 a.c -o a", "-c"),
        ("-O2 -E a.c", "-E"),
        ("-O2 -S a.c", "-S"),
        ("-O2 -M a.c", "-M"),
        ("-O2 -MM a.c", "-MM"),
        ("-O2 -c a.c other.c", "several"),
        ("-O2 -c -", "standard input"),
        ("-O2 -x c++-module -c a.c", "-x"),
        ("-O2 -c x.s", "not a C or C++"),
        ("-O2 -c a.c -o /dev/null", "/dev/null"),
        ("-O2 -c a.c -o -", "standard output"),
        ("-O2 -c missing.c", "no such source"),
        ("-O2 -c other.c", "no entry"),
        ("--version", "--version"),
        ("-dumpmachine", "-dumpmachine"),
        ("-print-search-dirs", "-print"),
        ("-O2 -MD -MF - -c a.c", "-MF"),
        *[
            (f"-O2 {flag} -c a.c", flag.split("=")[0])
            for flag in (
                "-emit-llvm", "-flto", "-flto=thin", "-fsanitize=address", "-fprofile-generate", "--coverage",
                "-fprofile-use=x", "-fcoverage-mapping", "-fmodules", "--target=aarch64-linux-gnu", "-m32", "-v", "-###",
                "-save-temps", "-fsyntax-only", "-mllvm", "-Xclang", "-fno-vectorize", "-fno-slp-vectorize",
                "-fno-unroll-loops", "-mcmodel=large", "-gsplit-dwarf", "-fplugin=x.so", "-fpass-plugin=x.so",
                "-include-pch", "-fopenmp", "-Wa,-foo", "-Wframe-larger-than=9", "-fno-pic", "-fveclib=SVML",
                "-ftime-trace", "-never-heard-of",
            )
        ],
    ],
)  # fmt: skip
def test_what_is_passed_through(folder: Path, line: str, reason: str) -> None:
    told = explain(folder, line)
    assert told["decision"] == "pass-through" and reason in told["reason"]
    assert told["command"] == ["clang-19", *line.split()]


@pytest.mark.parametrize(
    ("line", "added"),
    [
        ("-O3 -c a.c", []),
        ("-O2 -c a.c", ["-O3"]),
        ("-O3 -MD -c a.c -o out/b.x.o", ["-MF", "out/b.x.d", "-MQ", "out/b.x.o"]),
        ("-O3 -MMD -c a.c", ["-MF", "a.d", "-MQ", "a.o"]),
        ("-O3 -MD -c a.c -o dir.d/noext", ["-MF", "dir.d/noext.d", "-MQ", "dir.d/noext"]),
        ("-O3 -MD -MF x.d -c a.c", ["-MQ", "a.o"]),
        ("-O3 -MD -MTx -MF x.d -c a.c", []),
        ("-O3 -Wp,-MD,x.d -c a.c", ["-MQ", "a.o"]),
    ],
)
def test_the_run_that_makes_ir(folder: Path, line: str, added: list[str]) -> None:
    (folder / "out").mkdir()
    kept = line.split(" -o ")[0].replace("-MTx", "-MT x").split()
    assert explain(folder, line)["lowering"][1:] == [*kept, *added, "-march=x86-64", *IR]


def test_response_files(folder: Path) -> None:
    (folder / "more.rsp").write_text("-c 'a b.cpp'\n")
    (folder / "args.rsp").write_text('-O2 -DX="a \\"b\\"" -DY=a\\ b\t\'\'@more.rsp\n@missing.rsp')
    told = explain(folder, "@args.rsp")
    assert told["command"][1:] == ["-O2", '-DX=a "b"', "-DY=a b", "-c", "a b.cpp", "@missing.rsp"]
    (folder / "args.rsp").write_text("-O2 @more.rsp")
    assert explain(folder, "@args.rsp")["source"] == "a b.cpp"
    (folder / "args.rsp").write_text("@args.rsp")
    assert "response file" in explain(folder, "@args.rsp")["reason"]


@pytest.mark.parametrize(
    ("compiler", "acts"),
    [
        ("clang-19", True), ("clang++-19", True), ("/usr/bin/clang-19", True), ("ccache clang-19", True),
        ("gcc", False), ("true", False), ("clang-17", False), ("nowhere/clang-19", False),
    ],
)  # fmt: skip
def test_compilers(folder: Path, compiler: str, acts: bool) -> None:
    done = run(folder, "--explain", *compiler.split(), "-O2", "-c", "a.c")
    assert (json.loads(done.stdout)["decision"] == "apply") == acts
    assert json.loads(done.stdout)["command"] == [*compiler.split(), "-O2", "-c", "a.c"]


def test_the_nearest_lock(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "b.c").write_text("")
    assert explain(folder, "-O2 -c sub/b.c")["reason"] == f"no entry in {folder}/passwright.lock"
    entry = LockEntry("b.c", "f", "x86-64", "0" * 32, "19.1.7", O3, (1.0, 1.0, 1.0), "equal")
    update(folder / "sub" / "passwright.lock", [entry])
    assert explain(folder, "-O2 -c sub/b.c")["lock"] == f"{folder}/sub/passwright.lock"
    assert explain(folder, "-O2 -c sub/b.c", setting="lock=passwright.lock")["decision"] == "pass-through"
    update(folder / "passwright.lock", [entry._replace(source="sub/b.c")])
    told = explain(folder / "sub", "-O2 -c ../sub/b.c", setting="lock=../passwright.lock")
    assert told["decision"] == "apply"
    assert explain(folder, "-O2 -c a.c", setting="lock=missing.lock")["decision"] == "pass-through"


def test_modes(folder: Path) -> None:
    assert explain(folder, "-O2 -c a.c", setting="off")["decision"] == "pass-through"
    assert explain(folder, "-O2 -c other.c", setting="learned")["decision"] == "learned"
    assert explain(folder, "-O2 -c a.c", setting="learned")["decision"] == "apply"
    assert explain(folder, "-O2 -c other.c", setting="record,record=r")["decision"] == "record"
    done = run(
        folder, "--mode=off", "--explain", "--", "clang-19", "-O2", "-c", "a.c", setting="learned,strict"
    )
    assert json.loads(done.stdout)["reason"] == "switched off"


@pytest.mark.parametrize(
    ("setting", "options", "says"),
    [
        ("fast", [], "PASSWRIGHT: unknown setting 'fast'"),
        ("lock=", [], "unknown setting 'lock='"),
        ("record", [], "record=FILE"),
        ("", ["--mode", "fast"], "unknown mode 'fast'"),
        ("", ["--mode"], "--mode needs a value"),
        ("", ["--nothing"], "unknown option '--nothing'"),
        ("", ["--lock="], "--lock needs a value"),
    ],
)
def test_wrong_settings_are_usage_errors(folder: Path, setting: str, options: list[str], says: str) -> None:
    trailing = [] if options == ["--mode"] else ["clang-19", "-O2", "-c", "a.c"]
    done = run(folder, *options, *trailing, setting=setting)
    assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1


def test_without_a_compiler_it_says_how_it_is_called(folder: Path) -> None:
    assert "usage" in run(folder).stderr and run(folder).returncode == 2


def test_a_missing_compiler(folder: Path) -> None:
    done = run(folder, "nowhere/clang-19", "-O2", "-c", "a.c")
    assert done.returncode == 127 and "nowhere/clang-19" in done.stderr


def test_what_is_recorded_beside_applying(folder: Path) -> None:
    record = folder / "record.jsonl"
    for source in ("a.c", "other.c"):
        command = [str(LAUNCH), "--record", str(record), "clang-19", "-O2", "-c", source]
        assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    assert (
        subprocess.run(
            [str(LAUNCH), "--record", str(record), "clang-19", "-O0", "-c", "a.c"], cwd=folder, check=False
        ).returncode
        == 0
    )
    files = [json.loads(line)["file"] for line in record.read_text().splitlines()]
    assert files == ["a.c", "other.c"]
