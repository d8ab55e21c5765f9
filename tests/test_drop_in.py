"""The drop-in compilers in builds: objects by the lock, everything else as the plain compiler leaves it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drop_in_support import BIN, KERNEL, LAUNCH, cc, environment, lock, plain, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A kernel with an entry in the lock."""
    (tmp_path / "scale.c").write_text(KERNEL)
    lock(tmp_path / "scale.c")
    return tmp_path


def applied(folder: Path, source: str = "scale.c", **lock_for: str) -> bytes:
    """What `passwright apply` makes of it."""
    march = lock_for.get("march", "x86-64")
    command = (sys.executable, "-m", "passwright", "apply", source, "-o", "applied.o", "--march", march)
    done = run(folder, *command)
    assert done.returncode == 0, done.stderr.decode()
    return (folder / "applied.o").read_bytes()


def test_the_object_is_that_of_apply(folder: Path) -> None:
    done = cc(folder, "-O3", "-c", "scale.c", "-o", "out.o")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    expected = applied(folder)
    assert (folder / "out.o").read_bytes() == expected
    plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o")
    assert (folder / "plain.o").read_bytes() != expected
    assert cc(folder, "-O2", "-c", "scale.c").returncode == 0  # from the cache, to the default name
    assert (folder / "scale.o").read_bytes() == expected


def test_as_a_launcher_and_as_a_verb(folder: Path) -> None:
    expected = applied(folder)
    for command in (
        [LAUNCH, "--strict", "clang-19"],
        [BIN / "passwright", "cc"],
        [sys.executable, "-m", "passwright", "cc"],
        [LAUNCH, "--strict", "--lock", "passwright.lock", "--", "/usr/bin/clang-19"],
    ):
        done = run(folder, *command, "-O3", "-c", "scale.c", "-o", "out.o")
        assert (done.returncode, done.stderr) == (0, b"")
        assert (folder / "out.o").read_bytes() == expected
        (folder / "out.o").unlink()


def test_apply_gives_the_same_bytes_with_and_without_the_launcher(folder: Path) -> None:
    lock(folder / "scale.c", march="native", flags=["-DUNUSED=1"])
    for command in ([BIN / "passwright"], [sys.executable, "-m", "passwright"]):
        done = run(
            folder,
            *command,
            "apply",
            "scale.c",
            "-o",
            command[0].name if len(command) == 1 else "b.o",
            "--no-cache",
        )  # type: ignore[union-attr]
        assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "passwright").read_bytes() == (folder / "b.o").read_bytes()


@pytest.mark.parametrize(
    ("flags", "file"),
    [
        ("-MD -o sub/a.o", "sub/a.d"),
        ("-MMD", "scale.d"),
        ("-MD -MF x.d -o a.o", "x.d"),
        ("-MMD -MP -MT target -MQ $other -MF x.d", "x.d"),
        ("-MD -o sub.x/a", "sub.x/a.d"),
        ("-Wp,-MMD,x.d -o a.o", "x.d"),
        ("-MD -MP -o a b.o", "a b.d"),
    ],
)
def test_dependency_files(folder: Path, flags: str, file: str) -> None:
    (folder / "half.h").write_text("#include <stddef.h>\n")
    (folder / "scale.c").write_text('#include "half.h"\n' + KERNEL)
    lock(folder / "scale.c")
    (folder / "sub").mkdir()
    (folder / "sub.x").mkdir()
    arguments = ["-O2", "-c", "scale.c", *flags.replace("a b.o", "a_b.o").split()]
    if "a b" in flags:
        arguments, file = [a.replace("a_b.o", "a b.o") for a in arguments], "a b.d"
    assert plain(folder, *arguments).returncode == 0
    expected = (folder / file).read_bytes()
    (folder / file).unlink()
    done = cc(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / file).read_bytes() == expected and b"half.h" in expected


@pytest.mark.parametrize("color", ["", "-fcolor-diagnostics"])
def test_warnings_appear_once_and_unchanged(folder: Path, color: str) -> None:
    (folder / "scale.c").write_bytes(KERNEL.encode() + b"int f(void) { int x\xff; }\nint g(void) { }\n")
    text = KERNEL + 'int g(void) { }\n/* \xe4 */ char *h(void) { return "\xe4" + 0.5 == 0; }\n'
    text = text.replace(" + 0.5 == 0", "")
    (folder / "scale.c").write_bytes(text.encode("latin-1"))
    lock(folder / "scale.c")
    arguments = [*filter(None, ("-O2", "-Wall", "-Wextra", "-Wwrite-strings", color)), "-c", "scale.c"]
    expected = plain(folder, *arguments).stderr
    assert expected.count(b"warning:") >= 1
    done = cc(folder, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", expected)


def test_errors_are_the_compilers(folder: Path) -> None:
    (folder / "scale.c").write_text(KERNEL + "int broken(void) { return nothing; }\n")
    expected = plain(folder, "-O2", "-c", "scale.c", "-o", "a.o")
    done = cc(folder, "-O2", "-c", "scale.c", "-o", "a.o")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", expected.stderr)
    assert not (folder / "a.o").exists()
    expected = plain(folder, "-O2", "-Wall", "-Werror=return-type", "-c", "scale.c")
    assert cc(folder, "-O2", "-Wall", "-Werror=return-type", "-c", "scale.c").stderr == expected.stderr


@pytest.mark.parametrize("flags", ["-O1", "-O2 -flto", "-O3 -fsanitize=undefined", "-O3 -march=x86-64-v3"])
def test_other_compiles_are_plain(folder: Path, flags: str) -> None:
    done = cc(folder, *flags.split(), "-c", "scale.c", "-o", "a.o", setting="apply")
    assert done.returncode == 0
    assert (b"is locked for x86-64, this compile is for x86-64-v3" in done.stderr) == ("v3" in flags)
    assert plain(folder, *flags.split(), "-c", "scale.c", "-o", "b.o").returncode == 0
    assert (folder / "a.o").read_bytes() == (folder / "b.o").read_bytes()


def test_what_the_lock_does_not_fit_is_compiled_plainly_or_an_error(folder: Path) -> None:
    (folder / "scale.c").write_text(KERNEL.replace("+ i", "- i"))
    assert plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o").returncode == 0
    done = cc(folder, "-O3", "-c", "scale.c", "-o", "a.o", setting="")
    assert done.returncode == 0 and done.stderr.count(b"\n") == 1
    assert done.stderr.startswith(b"passwright: warning: scale.c: scale: the code or its flags have changed")
    assert (folder / "a.o").read_bytes() == (folder / "plain.o").read_bytes()
    (folder / "a.o").unlink()
    done = cc(folder, "-O3", "-c", "scale.c", "-o", "a.o")
    assert done.returncode == 1 and done.stderr.startswith(b"passwright: error: scale.c")
    assert not (folder / "a.o").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("unroll-runtime=false", "unroll-runtime=true"),
        lambda text: "<<<<<<< ours\n" + text.replace("version = 1", "\n<<<<<<< ours\nversion = 1"),
        lambda text: text.replace("version = 1", "version = 9"),
        lambda text: text[: text.index("recipe")],
    ],
)
def test_a_damaged_lock(folder: Path, damage: object) -> None:
    path = folder / "passwright.lock"
    path.write_text(damage(path.read_text()))  # type: ignore[operator]
    plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o")
    done = cc(folder, "-O3", "-c", "scale.c", "-o", "a.o", setting="")
    assert done.returncode == 0 and done.stderr.startswith(b"passwright: warning: ")
    assert done.stderr.count(b"\n") == 1
    assert (folder / "a.o").read_bytes() == (folder / "plain.o").read_bytes()


def test_a_rejected_entry_is_left_alone(folder: Path) -> None:
    path = folder / "passwright.lock"
    path.write_text(path.read_text().replace('state = "proposed"', 'state = "rejected"'))
    assert "rejected" in path.read_text()
    plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o")
    done = cc(folder, "-O3", "-c", "scale.c", "-o", "a.o")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "a.o").read_bytes() == (folder / "plain.o").read_bytes()


def test_a_python_that_cannot_load_us(folder: Path) -> None:
    """An installation that is damaged: the launcher beside an interpreter that has no Passwright."""
    env = folder / "env" / "bin"
    env.mkdir(parents=True)
    shutil.copy(LAUNCH, env / "passwright-cc")
    (env / "python").symlink_to(sys.executable)
    for setting, code in (("", 0), ("strict", 4)):
        done = run(folder, env / "passwright-cc", "-O3", "-c", "scale.c", setting=setting)
        assert done.returncode == code and done.stderr.count(b"\n") == 1
        assert b"ModuleNotFoundError" in done.stderr
    (env / "python").unlink()
    (env / "python").write_text("not a program")
    (env / "python").chmod(0o755)
    done = run(folder, env / "passwright-cc", "-O3", "-c", "scale.c", "-o", "a.o")
    assert done.returncode == 0 and b"cannot be started; compiled plainly" in done.stderr
    assert (folder / "a.o").exists()


def test_record(folder: Path) -> None:
    """Many at once: every compile has a line of its own, and is a plain compile."""
    for number in range(12):
        (folder / f"f{number}.c").write_text(KERNEL.replace("scale", f"scale{number}"))
    (folder / "Makefile").write_text(
        "%.o: %.c\n\t$(CC) $(CFLAGS) -c $< -o $@\nall: "
        + " ".join(f"f{number}.o" for number in range(12))
        + "\n"
    )
    setting = f"record,record={folder}/compiles.jsonl"
    done = run(
        folder, "make", "-j", "6", "all", f"CC={BIN}/passwright-cc", "CFLAGS=-O2 -DX='a b'", setting=setting
    )
    assert done.returncode == 0, done.stderr.decode()
    lines = [json.loads(line) for line in (folder / "compiles.jsonl").read_text().splitlines()]
    assert sorted(line["file"] for line in lines) == sorted(f"f{number}.c" for number in range(12))
    (one,) = (line for line in lines if line["file"] == "f3.c")
    assert one["directory"] == str(folder) and one["output"] == "f3.o"
    assert one["arguments"][1:] == ["-O2", "-DX=a b", "-c", "f3.c", "-o", "f3.o"]
    plain(folder, "-O2", "-DX=a b", "-c", "f3.c", "-o", "plain.o")
    assert (folder / "f3.o").read_bytes() == (folder / "plain.o").read_bytes()


def test_a_record_that_cannot_be_written(folder: Path) -> None:
    arguments = ("-O2", "-c", "scale.c", "-o", "a.o")
    done = cc(folder, *arguments, setting="record,record=nowhere/x")
    assert done.returncode == 0 and done.stderr.count(b"\n") == 1 and b"nowhere/x" in done.stderr
    assert (folder / "a.o").exists()
    assert cc(folder, *arguments, setting="strict,record,record=/dev/full").returncode == 1


def test_many_compiles_at_once(folder: Path) -> None:
    names = [f"f{number}" for number in range(8)]
    for name in names:
        (folder / f"{name}.c").write_text(KERNEL.replace("scale", name))
        lock(folder / f"{name}.c", name)
    (folder / "Makefile").write_text("%.o: %.c\n\t$(CC) -O3 -c $< -o $@\n")
    objects = [f"{name}.o" for name in names]
    done = run(folder, "make", "-j", "4", f"CC={BIN}/passwright-cc", *objects, setting="strict")
    assert done.returncode == 0, done.stderr.decode()
    for name in names:
        assert (folder / f"{name}.o").read_bytes() == applied(folder, f"{name}.c")


def test_ctrl_c_ends_everything(folder: Path) -> None:
    (folder / "scale.c").write_text(KERNEL + '#include "endless.h"\n')
    os.mkfifo(folder / "endless.h")
    process = subprocess.Popen(
        [BIN / "passwright-cc", "-O3", "-c", "scale.c"],
        cwd=folder,
        env=environment(folder),
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGINT, 130) and b"Traceback" not in errors
    assert not (folder / "scale.o").exists() and not list(folder.glob(".scale*"))
    left = subprocess.run(["pgrep", "-f", f"{folder}"], capture_output=True).stdout
    assert left == b""


def object_code(path: Path) -> bytes:
    """The machine code of an object, by objdump."""
    command = ["objdump", "-d", "--no-show-raw-insn", str(path)]
    text = subprocess.run(command, capture_output=True, check=True).stdout
    return b"".join(line for line in text.splitlines() if b"file format" not in line)


def test_learned_touches_hot_kernels_only(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    (folder / "passwright.lock").unlink()
    (folder / "cold.c").write_text(
        "int sum(int n) { int s = 0; for (int i = 0; i < 3; i++) s += i * n; return s; }\n"
    )
    hot = "void multiply(int n, const double *a, const double *b, double *c) {\n"
    hot += " for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) for (int k = 0; k < n; k++)\n"
    (folder / "hot.c").write_text(hot + "  c[i * n + j] += a[i * n + k] * b[k * n + j]; }\n")
    for name in ("cold", "hot"):
        done = cc(folder, "-O3", "-march=native", "-c", f"{name}.c", setting="learned,strict")
        assert (done.returncode, done.stderr) == (0, b"")
        plain(folder, "-O3", "-march=native", "-c", f"{name}.c", "-o", "plain.o")
        codes = [object_code(folder / made) for made in (f"{name}.o", "plain.o")]
        assert (codes[0] == codes[1]) == (name == "cold")
        assert b" T " in run(folder, "nm", f"{name}.o").stdout


# -- what the object keeps --------------------------------------------------------------------------------------------------

CPP = """\
#include <stdexcept>
#include <typeinfo>
#include <vector>
struct Base { virtual ~Base() {} };
struct Derived : Base { int value = 3; };
static int calls;
extern "C" double total(const std::vector<double> &x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); i++) {
        if (x[i] < 0) throw std::out_of_range("negative");
        sum += x[i];
    }
    calls++;
    return sum;
}
int count() { return calls; }
const char *name(const Base &base) { return typeid(base).name(); }
int value(Base &base) { auto *derived = dynamic_cast<Derived *>(&base); return derived ? derived->value : -1; }
"""
MAIN = """\
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>
struct Base { virtual ~Base() {} };
struct Derived : Base { int value = 3; };
extern "C" double total(const std::vector<double> &);
int count();
const char *name(const Base &);
int value(Base &);
int main() {
    bool caught = false;
    try { total({1, -1}); } catch (const std::out_of_range &error) { caught = !strcmp(error.what(), "negative"); }
    Derived derived; Base base;
    printf("%d %g %d %s %d %d\\n", caught, total({1, 2}), count(), name(derived), value(derived), value(base));
}
"""


@pytest.mark.parametrize("flags", ["-O3", "-O2 -g -fPIC -ffunction-sections -fdata-sections"])
def test_exceptions_and_rtti(tmp_path: Path, flags: str) -> None:
    (tmp_path / "total.cpp").write_text(CPP)
    (tmp_path / "main.cpp").write_text(MAIN)
    lock(tmp_path / "total.cpp", "total", flags=flags.split())
    for source in ("total.cpp", "main.cpp"):
        done = cc(tmp_path, *flags.split(), "-c", source, program="passwright-c++")
        assert (done.returncode, done.stderr) == (0, b"")
    plain(tmp_path, *flags.split(), "-c", "total.cpp", "-o", "plain.o", program="clang++-19")
    assert (tmp_path / "plain.o").read_bytes() != (tmp_path / "total.o").read_bytes()
    done = cc(tmp_path, "total.o", "main.o", "-o", "main", program="passwright-c++")
    assert done.returncode == 0, done.stderr.decode()
    assert run(tmp_path, "./main").stdout == b"1 3 1 7Derived 3 -1\n"
    sections = run(tmp_path, "readelf", "-SW", "total.o").stdout
    assert (b".text.total" in sections) == ("-ffunction-sections" in flags)
    assert (b".bss._ZL5calls" in sections) == ("-fdata-sections" in flags)


def test_apply_keeps_sections(folder: Path) -> None:
    lock(folder / "scale.c", flags=["-ffunction-sections"])
    assert b"scale" in applied(folder)
    assert b".text.scale" in run(folder, "readelf", "-SW", "applied.o").stdout
    assert cc(folder, "-O3", "-ffunction-sections", "-c", "scale.c", "-o", "a.o").returncode == 0
    assert (folder / "a.o").read_bytes() == (folder / "applied.o").read_bytes()


@pytest.mark.skipif(shutil.which("gdb") is None, reason="needs gdb: apt-get install gdb")
def test_gdb_stops_at_lines_and_knows_variables(folder: Path) -> None:
    (folder / "scale.c").write_text(
        KERNEL + "int calls;\nint count(int by) {\n    calls += by;\n    return calls;\n}\n"
    )
    (folder / "main.c").write_text(
        "void scale(int, double *, const double *);\nint count(int);\n"
        "int main(void) { double a[64] = {2, 4}, b[64]; scale(64, b, a); return count((int)b[1]); }\n"
    )
    lock(folder / "scale.c")
    assert cc(folder, "-O2", "-g", "-c", "scale.c").returncode == 0
    assert cc(folder, "-O0", "-g", "scale.o", "main.c", "-o", "main").returncode == 0
    commands = [
        "break scale",
        "run",
        "backtrace",
        "break scale.c:6",
        "continue",
        "info locals",
        "next",
        "info source",
    ]
    commands += ["delete 2", "break count", "continue", "info args", "print calls", "finish"]
    options = [option for command in commands for option in ("-ex", command)]
    text = run(folder, "gdb", "-q", "-batch", "-nx", *options, "./main").stdout.decode()
    assert "Breakpoint 1, scale (n=64, out=0x" in text
    assert "#1 " in text and "main () at main.c:3" in text
    assert "Breakpoint 2, scale (n=64" in text and "scale.c:6\n6\t" in text and "i = 0" in text
    assert "4\t    for (int i" in text  # where `next` went
    assert f"Compilation directory is {folder}" in text
    assert "Breakpoint 3, count (by=3) at scale.c:11" in text and "$1 = 0" in text
    assert "Value returned is $2 = 3" in text
    lines = run(folder, "readelf", "--debug-dump=decodedline", "scale.o").stdout.decode()
    assert {line.split()[1] for line in lines.splitlines() if line.startswith("scale.c ")} >= {"4", "5", "6"}


@pytest.mark.parametrize("flags", ["-g", "-g -gdwarf-4", "-gline-tables-only"])
def test_debug_information_changes_no_code(folder: Path, flags: str) -> None:
    for options, output in (([], "a.o"), (flags.split(), "b.o")):
        assert cc(folder, "-O2", *options, "-c", "scale.c", "-o", output).returncode == 0
    for name in ("a", "b"):
        run(folder, "objcopy", "-O", "binary", "-j", ".text", f"{name}.o", f"{name}.text")
    assert (folder / "a.text").read_bytes() == (folder / "b.text").read_bytes() != b""


# -- build systems ----------------------------------------------------------------------------------------------------------

needs_ccache = pytest.mark.skipif(
    shutil.which("ccache") is None, reason="needs ccache: apt-get install ccache"
)


@needs_ccache
def test_in_front_of_ccache(folder: Path) -> None:
    """What has an entry is built by it, whatever ccache has; the rest is ccache's."""
    (folder / "other.c").write_text(KERNEL)
    for _ in range(2):
        for source in ("scale.c", "other.c"):
            done = run(folder, LAUNCH, "--strict", "ccache", "clang-19", "-O3", "-c", source)
            assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "scale.o").read_bytes() == applied(folder)
    hits = run(folder, "ccache", "--print-stats").stdout.decode()
    assert "direct_cache_hit\t1" in hits and "cache_miss\t1" in hits
    (folder / "passwright.lock").unlink()
    assert run(folder, LAUNCH, "ccache", "clang-19", "-O3", "-c", "scale.c").returncode == 0
    plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o")
    assert (folder / "scale.o").read_bytes() == (folder / "plain.o").read_bytes()


@needs_ccache
@pytest.mark.parametrize("command", [["ccache", str(BIN / "passwright-cc")], ["ccache", "clang-19"]])
def test_behind_ccache(folder: Path, command: list[str]) -> None:
    """ccache does not know the lock by itself: told of it, it gives no stale object."""
    variables = {"CCACHE_EXTRAFILES": str(folder / "passwright.lock")}
    if len(command[1].split("/")) == 1:
        variables["CCACHE_PREFIX"] = LAUNCH
    expected = applied(folder)
    for hits in (0, 1):
        done = run(folder, *command, "-O3", "-c", "scale.c", "-o", "a.o", **variables)
        assert (done.returncode, done.stderr) == (0, b"")
        assert (folder / "a.o").read_bytes() == expected
        assert f"direct_cache_hit\t{hits}" in run(folder, "ccache", "--print-stats").stdout.decode()
    path = folder / "passwright.lock"
    path.write_text(path.read_text().replace('state = "proposed"', 'state = "rejected"'))
    assert run(folder, *command, "-O3", "-c", "scale.c", "-o", "a.o", **variables).returncode == 0
    plain(folder, "-O3", "-c", "scale.c", "-o", "plain.o")
    assert (folder / "a.o").read_bytes() == (folder / "plain.o").read_bytes()


@pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
def test_cmake_detects_the_compilers(folder: Path) -> None:
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(p C CXX)\nadd_library(scale STATIC scale.c)\n"
        'message(STATUS "is ${CMAKE_C_COMPILER_ID} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")\n'
    )
    variables = {"CC": str(BIN / "passwright-cc"), "CXX": str(BIN / "passwright-c++"), "PASSWRIGHT": "strict"}
    done = run(folder, "cmake", "-B", "build", "-DCMAKE_BUILD_TYPE=Release", **variables)
    assert done.returncode == 0 and b"is Clang Clang 19." in done.stdout, done.stderr.decode()
    done = run(folder, "cmake", "--build", "build", "-v", **variables)
    assert done.returncode == 0, done.stdout.decode()
    (built,) = (folder / "build").rglob("scale.c.o")
    assert built.with_suffix(".o.d").read_text().startswith("CMakeFiles/scale.dir/scale.c.o:")
    plain(folder, "-O3", "-DNDEBUG", "-c", str(folder / "scale.c"), "-o", "plain.o")
    assert built.read_bytes() != (folder / "plain.o").read_bytes()
