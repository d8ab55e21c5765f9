"""Static reliability: what each tool finds, what is one defect, lines, tokens, complexity, indices, the composite."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright._native import Module
from passwright.bench.reliability import checks, tools
from passwright.bench.reliability.assess import assess
from passwright.bench.reliability.checks import WEIGHTS, kind_of, severity_of
from passwright.bench.reliability.composite import (
    FLOOR,
    Point,
    Weights,
    compose,
    composite,
    defects,
    pareto,
    performance,
    simplicity_loss,
    trust,
)
from passwright.bench.reliability.findings import Finding
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.reliability.source import Halstead, code_lines, maintainability, tokens
from passwright.bench.reliability.tools import (
    diagnostics,
    distinct,
    find_tidy,
    has_analyzer,
    static_findings,
    tidy_checks,
)
from passwright.irgen.clang import find_clang
from passwright.passes.errors import CompileError, InputError, UsageError
from passwright.passes.recipe import Recipe
from passwright.passes.worker import WorkerPool

needs_tidy = pytest.mark.skipif(find_tidy() is None, reason="clang-tidy comes with the extra `reliability`")

DEFECTS = {
    "null-dereference": ("int f(int *p) { if (!p) return *p; return 0; }", "analyzer", "high"),
    "division": ("int f(int n) { int z = 0; return n / z; }", "analyzer", "high"),
    "use-after-free": (
        "#include <stdlib.h>\nint f(int *p) { free(p); return *p; }",
        "analyzer",
        "high",
    ),
    "leak": (
        "#include <stdlib.h>\nvoid f(int n) { char *p = malloc(n); if (n > 3) p[0] = 1; }",
        "analyzer",
        "medium",
    ),
    "out-of-bounds": ("int f(void) { int a[4] = {0}; return a[4]; }", "clang", "high"),
    "format": ('#include <stdio.h>\nvoid f(void) { printf("%d", "x"); }', "clang", "high"),
    "sizeof": (
        "#include <string.h>\nvoid f(char *d, const int *s) { memcpy(d, s, sizeof(s)); }",
        "clang",
        "high",
    ),
    "integer-division": ("double f(int a, int b) { double x = a / b; return x; }", "clang-tidy", "medium"),
    "duplicate-branch": (
        "int f(int a, int b) { if (a == b) return 1; else return 1; }",
        "clang-tidy",
        "low",
    ),
}


def findings_of(folder: Path, text: str, name: str = "k.c") -> tuple[Finding, ...]:
    (folder / name).write_text(text)
    return static_findings(folder / name).findings


@needs_tidy
@pytest.mark.parametrize("kind", DEFECTS)
def test_each_tool_finds_what_it_should(tmp_path: Path, kind: str) -> None:
    if not has_analyzer(find_clang()):
        pytest.skip("this clang has no static analyzer")
    text, tool, severity = DEFECTS[kind]
    found = findings_of(tmp_path, text)
    kinds = {kind_of(one.check, one.message): one for one in found}
    assert kind in kinds, found
    assert kinds[kind].tool == tool and kinds[kind].severity == severity
    assert kinds[kind].line == len(text.splitlines()) and kinds[kind].column > 1
    assert kinds[kind].file == str(tmp_path / "k.c") and not kinds[kind].confirmed


CLEAN = """
#include <stddef.h>
void gemm(size_t n, const double *restrict a, const double *restrict b, double *restrict c) {
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (size_t k = 0; k < n; ++k)
        sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}
"""


def test_clean_code_has_no_findings(tmp_path: Path) -> None:
    assert findings_of(tmp_path, CLEAN) == ()
    cxx = "#include <vector>\nlong sum(const std::vector<int> &v) { long s = 0; for (int x : v) s += x; return s; }\n"
    assert findings_of(tmp_path, cxx, "k.cpp") == ()


def test_findings_in_headers_are_not_the_files_own(tmp_path: Path) -> None:
    (tmp_path / "bad.h").write_text("static int g(void) { int a[2] = {0}; return a[2]; }\n")
    text = '#include "bad.h"\nint f(void) { return g(); }\n'
    assert findings_of(tmp_path, text) == ()


def test_users_flags_do_not_silence_the_tools(tmp_path: Path) -> None:
    (tmp_path / "k.c").write_text("#ifdef ON\nint f(void) { int a[4] = {0}; return a[4]; }\n#endif\n")
    flags = ("-w", "-Werror", "-DON")
    checks_of = [one.check for one in static_findings(tmp_path / "k.c", flags).findings]
    assert "-Warray-bounds" in checks_of


@needs_tidy
def test_tools_that_agree_have_found_one_defect(tmp_path: Path) -> None:
    text = "int f(int a) { if (a = 3) return 1; return 0; }\n"
    found = [one for one in findings_of(tmp_path, text) if kind_of(one.check) == "assignment-condition"]
    assert [one.check for one in found] == ["-Wparentheses"]  # and clang-tidy's is the same one


def test_a_run_that_confirms_counts_before_reports() -> None:
    report = Finding("a.c", 3, 1, "analyzer", "core.NullDereference", "x", "high")
    twin = replace(report, tool="clang-tidy", check="clang-analyzer-core.NullDereference", column=9)
    seen = replace(report, tool="sanitizer", check="-Wnonnull", confirmed=True, severity="medium")
    other = replace(report, line=4)
    assert distinct([twin, report, other]) == (report, other)
    assert distinct([twin, report, seen]) == (seen,)


def test_severities_and_kinds() -> None:
    assert severity_of("clang", "-Wuninitialized") == "high"
    assert severity_of("clang", "-Wsign-compare") == "low"
    assert severity_of("clang-tidy", "bugprone-something-new") == "low"
    assert severity_of("analyzer", "something.New") == "medium"
    assert kind_of("unix.Malloc", "Potential leak of memory pointed to by 'p'") == "leak"
    assert kind_of("unix.Malloc", "Use of memory after it is freed") == "use-after-free"
    assert kind_of("clang-analyzer-unix.Malloc", "Attempt to free released memory") == "use-after-free"
    assert kind_of("bugprone-something-new") == "bugprone-something-new"
    assert WEIGHTS["high"] > WEIGHTS["medium"] > WEIGHTS["low"] > 0


def test_what_tools_print_is_read() -> None:
    text = (
        "/a b/k.c:3:9: warning: x [y] z [bugprone-a,cert-b]\n/a b/k.c:3:1: note: n\n1 warning generated.\n"
        "/k.c:1:2: fatal error: 'x.h' file not found\n"
    )
    (level, one), (worse, other) = diagnostics("clang-tidy", text)
    assert (level, one.file, one.line, one.column) == ("warning", "/a b/k.c", 3, 9)
    assert one.check == "bugprone-a" and one.message == "x [y] z"
    assert worse == "fatal error" and other.check == ""


@needs_tidy
def test_lists_name_things_that_exist(tmp_path: Path) -> None:
    import subprocess

    tidy = find_tidy()
    assert tidy is not None
    command = [tidy.program, "--checks=*", "--list-checks"]
    known = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert set(checks.STYLE_CHECKS) <= known
    wanted = [f"--checks={tidy_checks(analyzer=True)}", "--list-checks"]
    chosen = set(
        subprocess.run([tidy.program, *wanted], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "bugprone-integer-division" in chosen and "clang-analyzer-core.NullDereference" in chosen
    assert not chosen & set(checks.STYLE_CHECKS)
    (tmp_path / "empty.c").write_text("int x;\n")
    options = [*checks.WARNINGS, *(f"-Wno-{group}" for group in checks.STYLE_WARNINGS)]
    command = [*find_clang().argv, "-fsyntax-only", "-Werror=unknown-warning-option", *options]
    assert subprocess.run([*command, str(tmp_path / "empty.c")], check=False).returncode == 0


def test_without_clang_tidy_the_others_still_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find_tidy", lambda: None)
    (tmp_path / "k.c").write_text("int f(void) { int a[4] = {0}; return a[4]; }\n")
    found = static_findings(tmp_path / "k.c")
    assert "clang-tidy" not in found.tools and [one.check for one in found.findings] == ["-Warray-bounds"]
    assert any("passwright[reliability]" in note for note in found.notes)


@needs_tidy
def test_clang_tidy_stands_in_for_a_missing_analyzer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "has_analyzer", lambda clang: False)
    found = findings_of(tmp_path, DEFECTS["null-dereference"][0])
    assert [(one.tool, one.check) for one in found] == [("analyzer", "core.NullDereference")]


def test_a_tool_that_dies_leaves_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "clang-tidy"
    program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(tools, "find_tidy", lambda: tools.Tidy(str(program), "19"))
    (tmp_path / "k.c").write_text("int x;\n")
    assert "clang-tidy was ended by SIGSEGV" in static_findings(tmp_path / "k.c").notes


def test_a_tool_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "clang-tidy"
    program.write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(tools, "find_tidy", lambda: tools.Tidy(str(program), "19"))
    monkeypatch.setattr(tools, "DEADLINE", 3.0)
    (tmp_path / "k.c").write_text("int x;\n")
    assert any("clang-tidy did not end" in note for note in static_findings(tmp_path / "k.c").notes)


# -- lines, tokens, indices -------------------------------------------------------------------------------------------------


@pytest.mark.tiny
def test_lines_of_code() -> None:
    text = '// a\n\n/* b\n c */ int x; /* d */\n#define M \\\n  1\nconst char *s = "/* no // comment";\n  // e \\\n f\n'
    assert code_lines(text) == 4
    assert code_lines("") == code_lines("/* never closed\nint x;\n") == 0
    assert code_lines('auto s = R"(a\n// b\n)";\n') == 3


@pytest.mark.tiny
def test_tokens_and_halstead_by_hand() -> None:
    # int ( int { return + ; are operators, f a a a operands; a bracket counts with the one that closes it.
    counted = Halstead.of(tokens("int f(int a) { return a + a; } // a\n#define X a\n"))
    assert counted == Halstead(7, 4, 6, 2)
    assert counted.volume == pytest.approx(11 * 3)
    texts = [one.text for one in tokens("x->*y <<= 0x1.8p-3 + 1'000u - 'a' ... nullptr")]
    assert texts == ["x", "->*", "y", "<<=", "0x1.8p-3", "+", "1'000u", "-", "'a'", "...", "nullptr"]
    assert Halstead.of([]).volume == 0


@pytest.mark.tiny
def test_maintainability_by_hand() -> None:
    # 171 - 5.2 ln 33 - 0.23 * 1 - 16.2 ln 1 = 152.588…, and 100/171 of that
    assert maintainability(33, 1, 1) == pytest.approx(89.2328, abs=1e-3)
    # 171 - 5.2 ln 1000 - 0.23 * 10 - 16.2 ln 50 = 69.405…
    assert maintainability(1000, 10, 50) == pytest.approx(40.5872, abs=1e-3)
    assert maintainability(1e9, 500, 1e5) == 0


@pytest.mark.tiny
@given(st.text(alphabet="ab1\"'/*\\\n(){}#R. +", max_size=80))
def test_any_text_has_lines_and_tokens(text: str) -> None:
    assert 0 <= code_lines(text) <= text.count("\n") + 1
    assert Halstead.of(tokens(text)).volume >= 0


# -- complexity -------------------------------------------------------------------------------------------------------------

GRAPHS = """
define i32 @straight(i32 %x) { ret i32 %x }
define i32 @two_exits(i1 %c) {
  br i1 %c, label %a, label %b
a:
  ret i32 1
b:
  ret i32 2
}
define void @loop(i32 %n) {
entry:
  br label %body
body:
  %i = phi i32 [ 0, %entry ], [ %next, %body ]
  %next = add i32 %i, 1
  %more = icmp slt i32 %next, %n
  br i1 %more, label %body, label %out
out:
  ret void
}
define i32 @cases(i32 %x) {
  switch i32 %x, label %d [ i32 1, label %a
                            i32 2, label %b
                            i32 3, label %a ]
a:
  br label %d
b:
  br label %d
d:
  ret i32 0
never:
  br label %d
}
define void @endless() {
  br label %body
body:
  br label %body
}
declare void @elsewhere()
"""


@pytest.mark.tiny
def test_complexity_of_ir_by_hand() -> None:
    found = Module.parse(GRAPHS.encode()).cyclomatic()
    assert found == {"straight": 1, "two_exits": 2, "loop": 2, "cases": 4, "endless": 2}


def test_workers_say_how_complex_the_result_is() -> None:
    with WorkerPool(1) as pool:
        o3 = pool.submit(GRAPHS.encode(), Recipe.parse("default<O3>")).result()
        assert o3.status == "ok" and 1 <= o3.complexity <= 4
        broken = pool.submit(b"no IR", Recipe.parse("default<O3>")).result()
        assert broken.status == "invalid" and broken.complexity == 0


CXX = """
#include <algorithm>
template <class T> T most(const T *v, int n) {
  T m = v[0];
  for (int i = 1; i < n; ++i)
    if (v[i] > m && v[i] < 100)
      m = v[i];
  return m;
}
extern "C" void sorted(int *v, int n) {
  std::sort(v, v + n, [](int a, int b) { return a > b; });
  v[0] = most(v, n);
}
"""


def test_functions_meet_their_ir(tmp_path: Path) -> None:
    pytest.importorskip("lizard", reason="lizard comes with the extra `reliability`")
    (tmp_path / "k.cpp").write_text(CXX)
    found = assess(tmp_path / "k.cpp")
    by_name = {one.name: one for one in found.functions}
    assert by_name["most"].complexity == 4 and by_name["most"].lines == 7
    assert by_name["most"].symbol.startswith("_Z4most") and by_name["most"].ir_before >= 4
    assert by_name["sorted"].symbol == "sorted" and by_name["sorted"].ir_after > by_name["sorted"].ir_before
    assert found.complexity == 4 and found.ir_complexity is not None
    assert found.ir_complexity.after >= by_name["sorted"].ir_after
    assert found.maintainability is not None and 0 < found.maintainability < 100
    assert found.lines == 12
    assert Reliability.from_json(found.to_json()) == found


def test_ir_alone_and_recipes(tmp_path: Path) -> None:
    (tmp_path / "k.ll").write_text(GRAPHS)
    found = assess(tmp_path / "k.ll", recipe=Recipe.parse("function(simplifycfg)"))
    assert found.ir_complexity is not None and found.ir_complexity.before == 4
    assert found.findings == () and found.lines == 0 and found.notes
    assert {one.name: one.ir_before for one in found.functions}["cases"] == 4
    assert found.defect_density == 0 and found.complexity == 0
    again = found.built(7, "x")
    assert again.ir_complexity is not None and again.ir_complexity.after == 7


def test_bad_input_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        assess(tmp_path / "none.c")
    (tmp_path / "k.c").write_text("int f( {\n")
    with pytest.raises(CompileError):
        assess(tmp_path / "k.c")
    (tmp_path / "k.txt").write_text("")
    with pytest.raises(InputError, match="no front end"):
        assess(tmp_path / "k.txt")


def test_density_counts_weighted_findings_per_thousand_lines() -> None:
    one = Finding("a.c", 1, 1, "clang", "-Wuninitialized", "x", "high")
    found = Reliability("a.c", 50, (one, replace(one, line=2, severity="low")))
    assert found.defect_density == pytest.approx(1000 * (1 + 1 / 9) / 50)
    assert found.count("high") == found.count("low") == 1


# -- the composite ----------------------------------------------------------------------------------------------------------

densities = st.floats(0, 1e6)
speedups = st.floats(1e-6, 1e6)
complexities = st.integers(0, 10_000)
shares = st.floats(0, 1)
weights = st.builds(Weights, st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0.01, 10))


@pytest.mark.tiny
def test_anchors_of_the_normalisations() -> None:
    assert defects(0) == 0 and defects(25) == 0.5
    assert performance(1) == 0.5 and performance(4) == pytest.approx(0.8)
    assert simplicity_loss(1, 1) == simplicity_loss() == 0
    assert simplicity_loss(11) == 0.5 and simplicity_loss(0, 14) == 0.5


@pytest.mark.tiny
@given(densities, complexities, complexities, speedups, weights)
def test_composite_lies_within_and_is_the_sum_of_its_terms(
    density: float, source: int, ir: int, speedup: float, chosen: Weights
) -> None:
    found = compose(density, source, ir, speedup=speedup, weights=chosen)
    assert 0 <= found.value <= 1 + 1e-12
    assert sum(found.terms.values()) == pytest.approx(found.value)
    wrong = compose(density, source, ir, speedup=speedup, right=False, weights=chosen)
    assert wrong.value == FLOOR < found.value and sum(wrong.terms.values()) == FLOOR
    assert 0 <= trust(found, chosen) <= 1 and trust(wrong, chosen) == 0


@pytest.mark.tiny
@given(densities, densities, complexities, speedups, speedups, weights)
def test_composite_is_monotone(
    few: float, more: float, source: int, slow: float, fast: float, chosen: Weights
) -> None:
    few, more, slow, fast = min(few, more), max(few, more), min(slow, fast), max(slow, fast)
    base = compose(few, source, 3, speedup=fast, weights=chosen).value
    assert compose(more, source, 3, speedup=fast, weights=chosen).value <= base
    assert compose(few, source, 3, speedup=slow, weights=chosen).value <= base
    assert compose(few, source + 1, 4, speedup=fast, weights=chosen).value <= base or source == 0


@pytest.mark.tiny
@given(speedups)
def test_faster_and_slower_are_symmetric(speedup: float) -> None:
    assert performance(speedup) + performance(1 / speedup) == pytest.approx(1)


@pytest.mark.tiny
def test_only_ratios_of_weights_count() -> None:
    assert compose(5, 3, 9, weights=Weights(4, 4, 2)) == compose(5, 3, 9, weights=Weights(0.4, 0.4, 0.2))
    assert Weights.parse("1, 2,3") == Weights(1, 2, 3)
    for bad in ("1,2", "a,b,c", "-1,1,1", "0,0,0", "nan,1,1"):
        with pytest.raises(UsageError):
            Weights.parse(bad)


def test_a_slowdown_without_end_is_still_right() -> None:
    file = Reliability("a.c", 10)
    assert composite(file, speedup=1e-300).value > 0
    assert composite(file, speedup=0.0).value == FLOOR
    assert math.isfinite(composite(file, speedup=math.inf).value)


points = st.lists(
    st.builds(Point, st.just("p"), st.floats(0.1, 10), st.integers(1, 20), st.floats(0, 1)), max_size=12
)


@pytest.mark.tiny
@given(points)
def test_pareto_keeps_what_nothing_beats(found: list[Point]) -> None:
    kept = pareto(found)
    assert bool(kept) == bool(found)
    assert not any(one.dominates(other) for one in kept for other in kept)
    assert all(any(one.dominates(other) for one in kept) for other in found if other not in kept)
