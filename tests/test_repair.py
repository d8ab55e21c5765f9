"""Repair: compile errors, wrong results, nothing to repair, hopeless input, hostile programs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from passwright.bench.repair.merged import build
from passwright.bench.repair.programs import Example, ProgramJudge, same_output
from passwright.bench.repair.suspicion import by_coverage, by_sanitizers, ochiai
from passwright.irgen.repair.context import Context
from passwright.irgen.repair.diagnostics import clang_diagnose, errors
from passwright.irgen.repair.edits import join, replace
from passwright.irgen.repair.names import Names
from passwright.irgen.repair.patterns import Patterns, changes
from passwright.irgen.repair.ranker import Ranker
from passwright.irgen.repair.search import Judged, each, repair, result_candidates
from passwright.irgen.repair.show import diff
from passwright.irgen.tokens import read

SUM = """#include <stdio.h>
int a[50][50];
int main(void) {
  int n, m;
  scanf("%d %d", &n, &m);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) scanf("%d", &a[i][j]);
  int sum = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) sum += a[i][j];
  printf("%d\\n", sum);
  return 0;
}
"""
SUMS = [
    Example("two rows", "2 3\n1 2 3 4 5 6\n", "21"),
    Example("one", "1 1\n7\n", "7"),
    Example("column", "3 1\n1 2 3\n", "6"),
]
DOT = """double dot(int n, const double *x, const double *y) {
  double s = 0.0;
  for (int i = 0; i < n; i++) s += x[i] * y[i];
  return s;
}
"""
BLUR = """void blur(int n, int m, const int *a, int *b) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < m - 1; j++)
      b[i * m + j] = a[i * m + j - 1] + a[i * m + j] + a[i * m + j + 1];
}
"""


def cli(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "passwright", "repair", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.tiny
def test_names_knows_types_and_functions() -> None:
    text = "typedef struct p { int x; } P; double f(int a, double *b) { long long k[3][4]; P q; return a; }"
    names = Names(read(text))
    assert {one.name: (one.words, one.rank) for one in names.all if one.name in "abkq"} == {
        "a": ("int", 0),
        "b": ("double", 1),
        "k": ("long long", 2),
        "q": ("P", 0),
    }
    assert names.by_name["f"].function


@pytest.mark.tiny
def test_edits_keep_the_rest_of_the_source() -> None:
    source = read("int f(int n) { return n-1; } // keep\n")
    place = next(at for at, one in enumerate(source.tokens) if one.text == "-")
    assert (
        replace(source, "x", place, place + 1, ["+"], "").apply(source.text)
        == "int f(int n) { return n+1; } // keep\n"
    )
    assert (
        replace(source, "x", place, place + 2, [], "").apply(source.text)
        == "int f(int n) { return n; } // keep\n"
    )
    assert (
        join(["if", "(", "a", "<", "-", "1", ")", "x", "=", "f", "(", "b", ")", ";"])
        == "if (a < -1) x = f(b);"
    )


@pytest.mark.tiny
def test_broken_brackets_end_every_reader() -> None:
    for text in (
        "for ) { if ( else } ]",
        "int main( { for (;; while ) }",
        "if if if (",
        '"',
        "struct { enum",
        "",
    ):
        context = Context(read(text))
        assert list(result_candidates(context)) is not None
        assert len(context.depth) == len(context.header) == len(context.source.tokens)


@pytest.mark.tiny
def test_patterns_are_mined_without_the_programs_names() -> None:
    pairs = [
        (
            "a",
            "int f(int n) { for (int i = 0; i <= n; i++) g(i); }",
            "int f(int n) { for (int i = 0; i < n; i++) g(i); }",
        ),
        (
            "b",
            "int h(int m) { for (int k = 0; k <= m; k++) g(k); }",
            "int h(int m) { for (int k = 0; k < m; k++) g(k); }",
        ),
    ]
    mined = Patterns.mine(pairs)
    assert mined.table[("r", "V0", "<=", "V1")] == {("<",): 2}
    again = Patterns.from_json(mined.to_json())
    assert again.table == mined.table
    context = Context(read("void p(int size) { int z = 0; while (z <= size) z++; }"))
    found = {one.apply(context.source.text) for one in again.candidates(context, context.places)}
    assert "void p(int size) { int z = 0; while (z < size) z++; }" in found
    assert [one.new for one in changes(["a", "b", "c"], ["a", "x", "c"])] == [("x",)]


@pytest.mark.parametrize(
    ("broken", "fixed"),
    [
        ("int f(int n) {\n  int s = 0\n  return s + n;\n}\n", "int s = 0;"),
        ("int f(int n) {\n  for (int i = 0; i < n; i++ {\n    n--;\n  }\n  return n;\n}\n", "i++) {"),
        ("int f(int count) {\n  return cuont + 1;\n}\n", "return count + 1;"),
        ("int f(int a) {\n  if (a > 0)\n    a = 1\n  else\n    a = 2;\n  return a;\n}\n", "a = 1;"),
        ("int f(int a) {\n  retrun a;\n}\n", "return a;"),
        ('#include <stdio.h>\nint main() {\n  printf("%d\\n, 3);\n  return 0;\n}\n', '\\n"'),
        ("double f(double x) {\n  return sqrt(x);\n}\n", "#include <math.h>"),
        ("int f(int n) {\n  int a[3] = {1, 2, 3;\n  return a[n];\n}\n", "3 };"),
    ],
)
def test_compile_errors(broken: str, fixed: str) -> None:
    diagnose = clang_diagnose()
    found = repair(broken, diagnose, seconds=60)
    assert found.status == "fixed"
    assert not errors(diagnose(found.text))
    assert fixed in found.text
    assert found.edits[0].why
    assert diff(broken, found.text, "f.c").startswith("--- a/f.c")


def test_two_compile_errors_take_two_edits() -> None:
    broken = "int f(int n) {\n  int s = 0\n  s += n;\n  return s\n}\n"
    found = repair(broken, clang_diagnose(), seconds=60)
    assert found.status == "fixed"
    assert len(found.edits) == 2
    assert not errors(clang_diagnose()(found.text))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("for (int j = 0; j < m; j++) sum += ", "for (int j = 1; j < m; j++) sum += "),
        ("for (int j = 0; j < m; j++) sum += ", "for (int j = 0; j < m - 1; j++) sum += "),
        ("for (int j = 0; j < m; j++) sum", "for (int j = 0; j < n; j++) sum"),
        ("sum += a[i][j]", "sum += a[j][i]"),
        ("int sum = 0", "int sum = 1"),
        ("sum += a", "sum = a"),
    ],
)  # fmt: skip
def test_wrong_results_in_nested_loops(right: str, wrong: str) -> None:
    broken = SUM.replace(right, wrong)
    assert broken != SUM
    judge = ProgramJudge(SUMS)
    found = repair(broken, clang_diagnose(), judge, seconds=120)
    assert found.status == "fixed", found.evidence
    assert "3 examples pass" in found.evidence
    fresh = Example("fresh", "3 4\n" + " ".join(map(str, range(12))), "66")
    assert ProgramJudge([*SUMS, fresh])([found.text])[0].right


def test_an_error_that_uncovers_another_one_takes_two_edits() -> None:
    found = repair("int f(int n) { return f(n }\n", clang_diagnose(), seconds=120)
    assert found.status == "fixed"
    assert not errors(clang_diagnose()(found.text))


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    source, out = tmp_path / "bytes.c", tmp_path / "fixed.c"
    source.write_bytes(b'const char *f(void) {\n  return "\xff\xfe"\n}\n')
    done = cli(source, "-o", out, "--budget", "60s")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == b'const char *f(void) {\n  return "\xff\xfe";\n}\n'


def test_nothing_to_repair() -> None:
    judge = ProgramJudge(SUMS)
    found = repair(SUM, clang_diagnose(), judge, seconds=10)
    assert (found.status, found.text, found.edits) == ("unchanged", SUM, ())
    assert repair(DOT, clang_diagnose(), seconds=10).status == "unchanged"


def test_hopeless_input_fails_within_the_budget_and_leaves_the_text() -> None:
    text = "this is no program, it is a sentence about ((((( brackets\n"
    found = repair(text, clang_diagnose(), seconds=3)
    assert (found.status, found.text) == ("failed", text)
    assert found.seconds < 30
    impossible = repair(
        DOT, clang_diagnose(), each(lambda one: Judged(False, 0.0, "never")), seconds=60, most=30
    )
    assert impossible.status == "failed"
    assert impossible.tried <= 30
    assert impossible.evidence == "never"


def test_a_judge_of_single_sources_is_asked_in_batches() -> None:
    asked: list[str] = []

    def judge(text: str) -> Judged:
        asked.append(text)
        return Judged("i <= n" not in text, 0.0, "checked")

    broken = DOT.replace("i < n", "i <= n")
    found = repair(broken, clang_diagnose(), each(judge), seconds=60)
    assert found.status == "fixed"
    assert asked[0] == broken


def test_merged_builds_run_as_single_ones_and_leave_out_what_does_not_compile(tmp_path: Path) -> None:
    sources = [
        SUM,
        SUM.replace("int sum = 0", "int sum = 5"),
        SUM.replace("int sum = 0", "int sum = nothing"),
        SUM,
    ]
    built = build(sources, tmp_path)
    assert built[2] is None
    assert built[0] is not None and built[1] is not None and built[0].argv[0] == built[1].argv[0]
    judge = ProgramJudge(SUMS)
    judge([SUM.replace("int sum = 0", "int sum = 1")])
    assert [one.right for one in judge(sources)] == [True, False, False, True]


def test_what_spoils_a_merged_build_costs_nobody_else(tmp_path: Path) -> None:
    spoilt = [
        SUM.replace("return 0;\n}", "return 0;\n"),
        SUM.replace("int a[50][50];", "int a[50][50]"),
        SUM.replace("int main(void)", "int main(void"),
        SUM + "struct {",
        SUM.replace("int sum = 0;", "int sum = 0"),
    ]
    sources = [one for bad in spoilt for one in (bad, SUM)]
    built = build(sources, tmp_path)
    assert [one is not None for one in built] == [False, True] * len(spoilt)


def test_coverage_and_sanitizers_point_at_the_line() -> None:
    text = SUM.replace("  int sum = 0;\n", "  int sum = 0;\n  if (m == 3) {\n    sum = 9;\n  }\n")
    judge = ProgramJudge(SUMS)
    judge([text])
    found = by_coverage(text, judge)
    line = text[: text.index("sum = 9")].count("\n") + 1
    assert found[line] == max(found.values()) == 1.0
    outside = SUM.replace("int a[50][50]", "int a[2][2]")
    judge = ProgramJudge(SUMS)
    judge([outside])
    judge.failing = SUMS[:1]
    assert by_sanitizers(outside, judge)
    assert ochiai(2, 2, 2) == pytest.approx(0.7071, abs=1e-3)


def test_outputs_agree_but_for_blanks_at_the_ends() -> None:
    assert same_output("1 2 \n3\n\n", "1 2\n3")
    assert not same_output("1  2", "1 2")


@pytest.mark.parametrize(
    "body",
    [
        'FILE *f = fopen("/etc/passwd", "r"); if (f) puts("21"); remove("/tmp/passwright-keep");',
        "for (;;) fork();",
        "for (;;) malloc(1 << 20);",
        'system("touch /tmp/passwright-owned"); puts("no");',
    ],
)
def test_a_hostile_program_is_contained(body: str) -> None:
    keep, owned = Path("/tmp/passwright-keep"), Path("/tmp/passwright-owned")
    keep.write_text("here")
    owned.unlink(missing_ok=True)
    text = f"#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\nint main(void) {{ {body} return 0; }}\n"
    found = repair(text, clang_diagnose(), ProgramJudge(SUMS), seconds=5, most=8)
    assert found.status == "failed"
    assert keep.read_text() == "here"
    assert not owned.exists()
    keep.unlink()


def test_command_line_examples_and_exit_codes(tmp_path: Path) -> None:
    source, out = tmp_path / "sum.c", tmp_path / "fixed.c"
    broken = SUM.replace("int j = 0; j < m; j++) sum", "int j = 1; j < m; j++) sum")
    source.write_text(broken)
    folder = tmp_path / "examples"
    folder.mkdir()
    for number, one in enumerate(SUMS):
        (folder / f"{number}.in").write_text(one.input)
        (folder / f"{number}.out").write_text(one.output or "")
    done = cli(source, "--examples", folder, "-o", out, "--budget", "60s")
    assert done.returncode == 0, done.stderr
    assert source.read_text() == broken
    assert "-    for (int j = 1; j < m; j++) sum" in done.stdout
    assert ProgramJudge(SUMS)([out.read_text()])[0].right
    told = json.loads(cli(out, "--examples", folder, "--json").stdout)
    assert told["status"] == "unchanged"
    (folder / "0.out").write_text("no number")
    lost = cli(source, "--examples", folder, "--in-place", "--budget", "2s")
    assert lost.returncode == 3
    assert source.read_text() == broken
    assert cli(source, "--examples", folder, "--run", "./x").returncode == 2
    assert cli(tmp_path / "none.c").returncode == 1


def test_command_line_reference_repairs_a_kernel(tmp_path: Path) -> None:
    reference, source = tmp_path / "right.c", tmp_path / "blur.c"
    reference.write_text(BLUR)
    source.write_text(BLUR.replace("j < m - 1", "j < m"))
    done = cli(source, "--reference", reference, "--json", "--budget", "90s")
    told = json.loads(done.stdout)
    assert told["status"] == "fixed", done.stderr
    assert "bit for bit" in told["evidence"]


def test_command_line_test_file_and_run(tmp_path: Path) -> None:
    source, test = tmp_path / "dot.c", tmp_path / "test.c"
    source.write_text(DOT.replace("s += x", "s = x"))
    test.write_text(
        "double dot(int, const double *, const double *);\n"
        "int main(void) { double a[] = {1, 2, 3}; return dot(3, a, a) != 14 || dot(0, a, a) != 0; }\n"
    )
    done = cli(source, "--test", test, "--json", "--budget", "60s")
    assert json.loads(done.stdout)["status"] == "fixed", done.stderr
    program = tmp_path / "program.c"
    program.write_text("#include <stdlib.h>\nint main(int n, char **v) { return atoi(v[1]) * 2 != 9 - 1; }\n")
    assert json.loads(cli(program, "--run", "./program 4", "--json").stdout)["status"] == "unchanged"


def test_shipped_ranker_puts_the_right_edit_early() -> None:
    broken = SUM.replace("j < m; j++) sum", "j <= m; j++) sum")
    context = Context(read(broken))
    from passwright.irgen.repair.features import Clue

    ranker = Ranker.shipped()
    assert set(ranker.networks) == set(ranker.patterns) == {"syntax", "result"}
    drawn = list(result_candidates(context, ranker.patterns["result"]))
    scores = ranker.rank(context, drawn, Clue())
    ordered: Sequence[int] = sorted(range(len(drawn)), key=lambda number: -scores[number])
    rank = next(at for at, number in enumerate(ordered) if drawn[number].apply(broken) == SUM)
    assert rank < len(drawn) // 10
