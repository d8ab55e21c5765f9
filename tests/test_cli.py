"""The command line as users run it: a process each, exit codes of the contract, clear errors, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

SUM = """
double total(int n, const double *x) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += x[i] * x[i];
  return sum;
}
"""
COLUMNS = """
void columns(int n, int m, const float *in, float *out) {
  for (int j = 0; j < m; j++)
    for (int i = 0; i < n; i++) out[i * m + j] = 2.0f * in[i * m + j];
}
"""


def passwright(
    *arguments: str | Path, folder: Path, code: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(
        [sys.executable, "-m", "passwright", *map(str, arguments)],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == code, f"exit {run.returncode}\n{run.stdout}\n{run.stderr}"
    if code in (1, 2, 3):
        assert "Traceback" not in run.stderr
    return run


def source(folder: Path, text: str, name: str = "kernel.c") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(folder: Path, *arguments: str | Path, code: int = 1, says: str, **variables: str) -> str:
    """The message of a command that has to fail, and has to leave no object behind."""
    before = set(folder.rglob("*"))
    run = passwright(*arguments, folder=folder, code=code, **variables)
    assert says in run.stderr, run.stderr
    assert set(folder.rglob("*")) == before
    return run.stderr


def result(folder: Path, text: str, *options: str, name: str = "kernel.c", code: int = 0) -> dict:
    """The one kernel of `optimize --json`."""
    path = source(folder, text, name)
    run = passwright("optimize", path, "--json", "--budget", "2s", *options, folder=folder, code=code)
    (kernel,) = json.loads(run.stdout)["kernels"]
    return kernel


# -- what works -------------------------------------------------------------------------------------------------------------


def test_optimize_then_apply_gives_the_same_bytes(tmp_path: Path) -> None:
    path = source(tmp_path, COLUMNS)
    run = passwright("optimize", path, "--json", "--budget", "4s", folder=tmp_path)
    answer = json.loads(run.stdout)
    (kernel,) = answer["kernels"]
    assert kernel["verdict"]["kind"] == "equal"
    assert kernel["ratio"]["value"] >= 1
    first = (tmp_path / "kernel.o").read_bytes()
    assert first[:4] == b"\x7fELF"
    if answer["lock"] is None:
        pytest.skip("nothing better than -O3 was found in four seconds on this machine")
    passwright("apply", path, "-o", tmp_path / "again.o", folder=tmp_path)
    assert (tmp_path / "again.o").read_bytes() == first


def test_the_object_is_a_drop_in(tmp_path: Path) -> None:
    path = source(tmp_path, SUM)
    main = "#include <stdio.h>\ndouble total(int, const double *);\nint main(void) { double x[3] = {1, 2, 3};"
    source(tmp_path, main + ' printf("%g\\n", total(3, x)); }', "main.c")
    passwright("optimize", path, "-o", "fast.o", "--budget", "1s", folder=tmp_path)
    compiler = shutil.which("cc") or "clang-19"
    subprocess.run([compiler, "main.c", "fast.o", "-o", "program"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "program"], capture_output=True, text=True).stdout == "14\n"


@pytest.mark.parametrize(
    ("kind", "start"), [("asm", b"\t"), ("ll", b"; ModuleID"), ("bc", b"BC"), ("so", b"\x7fELF")]
)
def test_emit(tmp_path: Path, kind: str, start: bytes) -> None:
    path = source(tmp_path, SUM)
    passwright("optimize", path, "--emit", kind, "-o", "out", "--budget", "0s", folder=tmp_path)
    assert (tmp_path / "out").read_bytes().startswith(start)


def test_ctrl_c_writes_what_is_done(tmp_path: Path) -> None:
    path = source(tmp_path, COLUMNS)
    command = [sys.executable, "-m", "passwright", "optimize", path, "--budget", "100s", "--log", "log.jsonl"]
    run = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    log = tmp_path / "log.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and not (log.exists() and log.read_text().count("\n") > 5):
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    assert (tmp_path / "kernel.o").read_bytes()[:4] == b"\x7fELF"
    assert not list(tmp_path.glob(".*"))  # nothing half-written


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("passwright opt", ["optimize"]),
        ("passwright optimize --policy e", ["evolve"]),
        ("passwright apply --lo", ["--lock"]),
    ],
)
def test_shell_completion(tmp_path: Path, line: str, expected: list[str]) -> None:
    variables = {"_PASSWRIGHT_COMPLETE": "complete_bash", "COMP_WORDS": line}
    run = subprocess.run(
        [Path(sys.executable).with_name("passwright")],
        env=os.environ | variables | {"COMP_CWORD": str(line.count(" "))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == expected


def test_report_and_workload_are_written(tmp_path: Path) -> None:
    path = source(tmp_path, COLUMNS)
    arguments = ("--report", "report.html", "--save-workload", "w.toml", "--budget", "1s")
    passwright("optimize", path, *arguments, folder=tmp_path)
    assert "columns" in (tmp_path / "report.html").read_text()
    assert "[sizes]" in (tmp_path / "w.toml").read_text()
    passwright("optimize", path, "--workload", "w.toml", "--budget", "1s", folder=tmp_path)


def test_a_budget_of_zero_keeps_o3(tmp_path: Path) -> None:
    path = source(tmp_path, SUM)
    run = passwright("optimize", path, "--json", "--budget", "0s", "--policy", "evolve", folder=tmp_path)
    (kernel,) = json.loads(run.stdout)["kernels"]
    assert kernel["recipe"] == "default<O3>"
    assert "budget is zero" in " ".join(kernel["notes"])
    assert (tmp_path / "kernel.o").exists()


def test_help_names_every_verb(tmp_path: Path) -> None:
    text = passwright("--help", folder=tmp_path).stdout
    for verb in (
        "optimize",
        "apply",
        "review",
        "explain",
        "bench",
        "reduce",
        "graph",
        "store",
        "improve",
        "doctor",
    ):
        assert verb in text
        assert "xample" in passwright(verb, "--help", folder=tmp_path).stdout


def test_doctor(tmp_path: Path) -> None:
    checks = json.loads(passwright("doctor", "--json", folder=tmp_path).stdout)
    states = {check["name"]: check["state"] for check in checks}
    assert states["native core"] == states["runner"] == states["clang front end"] == "ok"
    assert all(check["remedy"] for check in checks if check["state"] != "ok")


# -- bad input --------------------------------------------------------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    message = refused(tmp_path, "optimize", "nowhere.c", says="nowhere.c: no such file")
    assert "hint: give a C, C++, .ll or .bc file" in message


def test_syntax_error_keeps_the_diagnostics(tmp_path: Path) -> None:
    path = source(tmp_path, "void f(int n) { for (int i = 0; i < n; i++ }")
    message = refused(tmp_path, "optimize", path, says="error: expected ')'")
    assert f"{path}:1:" in message


def test_wrong_clang_version(tmp_path: Path) -> None:
    fake = source(tmp_path, "#!/bin/sh\necho 'clang version 14.0.6'\n", "clang")
    fake.chmod(0o755)
    path = source(tmp_path, SUM)
    message = refused(tmp_path, "optimize", path, says="clang 14.0.6", PASSWRIGHT_CLANG=str(fake))
    assert "hint" in message


def test_no_loop(tmp_path: Path) -> None:
    message = refused(tmp_path, "optimize", source(tmp_path, "int f(int x) { return x + 1; }"), says="loop")
    assert "hint: a kernel is a function that other files can call and that loops" in message


def test_no_such_entry_names_close_ones(tmp_path: Path) -> None:
    message = refused(tmp_path, "optimize", source(tmp_path, SUM), "--entry", "totale", says="totale")
    assert "total" in message.replace("totale", "")


def test_unreadable_bitcode(tmp_path: Path) -> None:
    path = tmp_path / "kernel.bc"
    path.write_bytes(b"BC\xc0\xde" + bytes(range(200)))
    message = refused(tmp_path, "optimize", path, says="kernel.bc")
    assert "error: " in message


def test_kernel_that_crashes(tmp_path: Path) -> None:
    text = "double f(int n, double *x) { double s = 0; for (int i = 0; i < n; i++) s += x[i] / *(double *)0x10; return s; }"
    path = source(tmp_path, text)
    run = passwright("optimize", path, "--entry", "f", "--budget", "2s", folder=tmp_path, code=1)
    assert "SIGSEGV" in run.stderr or "crash" in run.stderr


def test_undefined_behaviour_is_reported(tmp_path: Path) -> None:
    loop = "  for (int i = 0; i < n; i++)\n    s += 1000 + x[i];\n"
    text = "int f(int n, const int *x) {\n  int s = 2147483000;\n" + loop + "  return s;\n}"
    kernel = result(tmp_path, text)
    assert kernel["verdict"]["kind"] == "unverifiable"
    assert "signed integer overflow" in kernel["verdict"]["evidence"]
    assert "kernel.c:4" in kernel["verdict"]["evidence"]
    assert kernel["recipe"] == "default<O3>"


def test_kernel_that_never_ends(tmp_path: Path) -> None:
    text = "void f(int n, volatile int *x) { for (int i = 0; i < n || 1; i++) x[0] = i & 255; }"
    path = source(tmp_path, text)
    run = passwright("optimize", path, "--entry", "f", "--budget", "2s", folder=tmp_path, code=1)
    assert "end" in run.stderr or "deadline" in run.stderr or "time" in run.stderr


CLOCK = """
#include <time.h>
void f(int n, double *x) { for (int i = 0; i < n; i++) x[i] = (double)time(0); }
"""
FILE = """
#include <stdio.h>
int f(int n, int *x) {
  FILE *file = fopen("/etc/passwd", "r");
  for (int i = 0; i < n; i++) x[i] = file ? fgetc(file) : 0;
  return 0;
}
"""


@pytest.mark.parametrize(("text", "called"), [(CLOCK, "time"), (FILE, "fopen")])
def test_kernel_that_reads_the_clock_or_a_file(tmp_path: Path, text: str, called: str) -> None:
    kernel = result(tmp_path, text)
    assert kernel["verdict"]["kind"] == "unverifiable"
    assert called in kernel["verdict"]["evidence"]
    assert kernel["recipe"] == "default<O3>"


def test_workload_that_contradicts_the_signature(tmp_path: Path) -> None:
    path = source(tmp_path, SUM)
    source(tmp_path, '[sizes]\nn = 10\n[args.n]\nvalue = "n"\n[args.y]\nshape = ["n"]\n', "w.toml")
    message = refused(tmp_path, "optimize", path, "--workload", "w.toml", says="w.toml")
    assert "y" in message


def locked(folder: Path, state: str = "proposed") -> Path:
    """A kernel with a lock entry that was not measured, as another machine would have committed it."""
    from passwright._native import Module, llvm_version
    from passwright.irgen.frontend import lower
    from passwright.locking import fingerprint
    from passwright.passes.lock import LockEntry, update
    from passwright.passes.recipe import Recipe
    from passwright.passes.review import Review

    path = source(folder, COLUMNS)
    lowered = lower(path)
    update(
        folder / "passwright.lock",
        [
            LockEntry(
                "kernel.c",
                "columns",
                lowered.march,
                fingerprint(Module.parse(lowered.bitcode, "kernel.c"), "columns"),
                llvm_version(),
                Recipe.parse("default<O1>"),
                (1.1, 1.0, 1.2),
                "equal",
                review=Review(state),
            )
        ],
    )
    return path


def test_stale_lock_entry(tmp_path: Path) -> None:
    path = locked(tmp_path)
    passwright("apply", path, "-o", "before.o", folder=tmp_path)
    path.write_text(COLUMNS.replace("2.0f", "3.0f"))
    message = refused(tmp_path, "apply", path, "-o", "after.o", says="changed since")
    assert "optimize" in message


def test_a_rejected_entry_is_built_as_o3(tmp_path: Path) -> None:
    path = locked(tmp_path)
    passwright("apply", path, "-o", "unreviewed.o", folder=tmp_path)
    locked(tmp_path, state="rejected")
    passwright("apply", path, "-o", "rejected.o", folder=tmp_path)
    passwright("optimize", path, "-o", "o3.o", "--budget", "0s", "--lock", "other.lock", folder=tmp_path)
    assert (tmp_path / "rejected.o").read_bytes() == (tmp_path / "o3.o").read_bytes()
    assert (tmp_path / "unreviewed.o").read_bytes() != (tmp_path / "o3.o").read_bytes()


@pytest.mark.parametrize("spelling", [[], ["--march", "native"]])  # the quick command line, and typer's
def test_only_accepted_entries_are_built(tmp_path: Path, spelling: list[str]) -> None:
    path = locked(tmp_path)
    build = ("apply", path, *spelling, "--require-accepted")
    passwright("apply", path, "-o", "usual.o", folder=tmp_path)  # which is in the cache now
    message = refused(tmp_path, *build, says="no entry is accepted in passwright.lock")
    assert "proposed: columns" in message and "passwright review --lock passwright.lock" in message
    locked(tmp_path, state="accepted")
    passwright(*build, "-o", "accepted.o", folder=tmp_path)
    assert (tmp_path / "accepted.o").read_bytes() == (tmp_path / "usual.o").read_bytes()
    locked(tmp_path, state="rejected")
    passwright(*build, "-o", "rejected.o", folder=tmp_path)  # that is a decision: -O3
    passwright("optimize", path, "-o", "o3.o", "--budget", "0s", "--lock", "other.lock", folder=tmp_path)
    assert (tmp_path / "rejected.o").read_bytes() == (tmp_path / "o3.o").read_bytes()


def test_no_lock_file(tmp_path: Path) -> None:
    message = refused(tmp_path, "apply", source(tmp_path, SUM), says="passwright.lock")
    assert "hint: run `passwright optimize` again" in message


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of 64 KB, or a skip where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True, text=True
    )
    if mount.returncode != 0:
        pytest.skip(f"mounting a small file system: {mount.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_disk(small_disk: Path, tmp_path: Path) -> None:
    path = locked(tmp_path)
    (small_disk / "kernel.o").write_bytes(b"old")
    with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(b"x" * 4096):
            pass
    run = passwright("apply", path, "-o", small_disk / "kernel.o", folder=tmp_path, code=1)
    assert "No space left" in run.stderr
    assert (small_disk / "kernel.o").read_bytes() == b"old"
    assert sorted(item.name for item in small_disk.iterdir()) == ["filler", "kernel.o"]


def test_read_only_output_folder(small_disk: Path, tmp_path: Path) -> None:
    path = locked(tmp_path)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    run = passwright("apply", path, "-o", small_disk / "kernel.o", folder=tmp_path, code=1)
    assert "Read-only" in run.stderr
    assert "-o" in run.stderr


def test_two_processes_with_one_lock_file(tmp_path: Path) -> None:
    from passwright.passes.lock import load

    script = (
        "import sys; from passwright.passes.lock import LockEntry, update; from passwright.passes.recipe import O3\n"
        "for i in range(20): update('passwright.lock', [LockEntry(f'{sys.argv[1]}{i}.c', 'f', 'cpu', 'x', '19', O3,"
        " (1.0, 1.0, 1.0), 'equal')])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, name], cwd=tmp_path) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(load(tmp_path / "passwright.lock").entries) == 40


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "magic"], "magic"),
        (["--budget", "soon"], "soon"),
        (["--emit", "exe"], "exe"),
        (["--objective", "beauty"], "beauty"),
    ],
)
def test_usage(tmp_path: Path, arguments: list[str], says: str) -> None:
    message = refused(tmp_path, "optimize", source(tmp_path, SUM), *arguments, code=2, says=says)
    assert "hint: " in message
