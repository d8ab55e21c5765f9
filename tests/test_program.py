"""Programs with a main of their own: linked per build, compared, timed."""

from __future__ import annotations

from pathlib import Path

import pytest

from passwright import _native
from passwright.bench.program import Program
from passwright.irgen.frontend import kernels, lower
from passwright.passes.errors import CompileError, InputError, UsageError

KERNEL = "void scale(int n, double *a) { for (int i = 0; i < n; i++) a[i] = a[i] * 3 + i; }\n"
MAIN = r"""
#include <passwright/region.h>
#include <stdio.h>
#include <stdlib.h>
void scale(int n, double *a);
int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  char line[64] = "";
  if (fgets(line, sizeof line, stdin)) printf("read %s", line);
  double *a = calloc(n, sizeof *a), sum = 0;
  for (int k = 0; k < 3; k++) {
    PASSWRIGHT_REGION_BEGIN(work);
    scale(n, a);
    PASSWRIGHT_REGION_END(work);
  }
  FILE *out = fopen("result.txt", "w");
  for (int i = 0; i < n; i++) sum += a[i], fprintf(out, "%g\n", a[i]);
  fclose(out);
  printf("sum %.17g\n", sum);
  return argc > 2 ? atoi(argv[2]) : 0;
}
"""


def objects(folder: Path, text: str, pipeline: str = "") -> list[bytes]:
    path = folder / "kernel.c"
    path.write_text(text)
    module = _native.Module.parse(lower(path, debug=False).bitcode)
    if pipeline:
        module.run(pipeline)
        return [module.emit()]
    return [module.emit(opt_level=0)]


def program(folder: Path, run: str = "./prog 100", **options: object) -> Program:
    main = folder / "main.c"
    main.write_text(MAIN)
    return Program.parse(run, sources=(main,), outputs=("result.txt",), **options)


def test_equal_and_timed(tmp_path: Path) -> None:
    with program(tmp_path, region="work").bench(objects(tmp_path, KERNEL)) as bench:
        assert bench.prepare() is None
        fast = objects(tmp_path, KERNEL, "default<O3>")
        verdict = bench.check(fast)
        assert verdict.is_equal and "1 output files" in verdict.evidence
        bench.load("new", fast)
        bench.load("old", fast)
        samples = bench.time(["new", "old"], samples=4)
        assert [len(values) for values in samples.values()] == [4, 4]
        run = bench.run("new")
        assert run.status == "ok" and 0 < run.regions["work"] < run.seconds
        assert all(0 < value < run.seconds + 1 for values in samples.values() for value in values)


@pytest.mark.parametrize(
    ("change", "kind", "evidence"),
    [
        (("* 3", "* 5"), "different", "standard output differs in line 1"),
        (
            ("+ i; }", "+ i; if (a[0]) return; a[0] = a[1], a[1] = 0; }"),
            "different",
            "result.txt differs in line 1",
        ),
        (("for (", "__builtin_trap(); for ("), "crashed", "SIGILL"),
        (("for (", 'while (n) __asm__ volatile(""); for ('), "timed-out", "did not end in time"),
    ],
)
def test_wrong_candidates(change: tuple[str, str], kind: str, evidence: str, tmp_path: Path) -> None:
    wrong = KERNEL.replace(*change)
    assert wrong != KERNEL
    with program(tmp_path, "./prog 3").bench(objects(tmp_path, KERNEL)) as bench:
        verdict = bench.check(objects(tmp_path, wrong, "default<O1>"))
    assert verdict.kind == kind and evidence in verdict.evidence, verdict


def test_exit_code_stdin_and_input_files(tmp_path: Path) -> None:
    stdin = tmp_path / "in.txt"
    stdin.write_text("hello\n")
    options = program(tmp_path, "./prog 10 3", stdin=stdin, inputs=(stdin,))
    with options.bench(objects(tmp_path, KERNEL)) as bench:
        assert bench.prepare() is None
        bench.load("new", objects(tmp_path, KERNEL, "default<O2>"))
        run = bench.run("new")
        assert run.returncode == 3 and run.stdout.startswith(b"read hello\n")
        assert not (tmp_path / "result.txt").exists()


def test_programs_that_cannot_be_judged(tmp_path: Path) -> None:
    reference = objects(tmp_path, KERNEL)
    with program(tmp_path, "./prog").bench(reference) as bench:
        verdict = bench.check(reference)
        assert verdict.kind == "unverifiable" and "SIGSEGV" in verdict.evidence
    clock = MAIN.replace('printf("sum', 'printf("%p\\n", (void *)&sum); printf("sum')
    with program(tmp_path).bench(reference) as bench:
        (tmp_path / "main.c").write_text(clock)
        assert "change from run to run" in bench.check(reference).evidence
    unknown = program(tmp_path, region="none")
    problem = pytest.raises(InputError, match=r"marks no region none \(regions: work\)")
    with unknown.bench(reference) as bench, problem:
        bench.prepare()


def test_link_problems_are_the_inputs_fault(tmp_path: Path) -> None:
    reference = objects(tmp_path, KERNEL)
    alone = Program.parse("./prog")
    with (
        alone.bench(reference) as bench,
        pytest.raises(CompileError, match="does not link"),
    ):
        bench.prepare()
    own = program(tmp_path, link="gcc {objects} -o {output} -lm")
    with own.bench(reference) as bench:
        assert bench.check(reference).is_equal
    silent = program(tmp_path, link="true")
    with silent.bench(reference) as bench, pytest.raises(InputError, match="wrote no"):
        bench.prepare()


@pytest.mark.tiny
@pytest.mark.parametrize("run", ["", "./prog 'x"])
def test_bad_run_commands(run: str) -> None:
    with pytest.raises(UsageError, match="--run"):
        Program.parse(run)


def test_a_main_in_the_kernels_own_file(tmp_path: Path) -> None:
    path = tmp_path / "all.c"
    path.write_text(KERNEL + MAIN.replace("#include <passwright/region.h>", "").replace("PASSWRIGHT", "//"))
    (kernel,) = kernels(path)
    module = _native.Module.parse(kernel.bitcode)
    with Program.parse("./all 50").bench([module.emit(opt_level=0)]) as bench:
        module.run("default<O3>")
        assert bench.check([module.emit()]).is_equal
