"""Source patches: what is recognised, that it is verified, and what the command line writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from passwright.bench.verify import Verdict
from passwright.irgen.frontend import kernels
from passwright.irgen.repair.context import Context
from passwright.irgen.tokens import read
from passwright.suggest.algorithms import products, temporaries
from passwright.suggest.judge import suggest
from passwright.suggest.loops import loops, match
from passwright.suggest.memoise import memoised
from passwright.suggest.openmp import INSTALL
from passwright.suggest.parallel import independent, proofs
from passwright.suggest.proposal import Suggestion
from passwright.suggest.searching import searches
from passwright.suggest.sorting import sorts

ROOT = Path(__file__).parent.parent
MATMUL = """void matmul(int n, const double *restrict A, const double *restrict B, double *restrict C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0.0;
      for (int k = 0; k < n; k++) sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
}
"""
BUBBLE = """void sort(int n, int *a) {
  for (int i = 0; i < n - 1; i++)
    for (int j = 0; j < n - 1 - i; j++)
      if (a[j] > a[j + 1]) {
        int t = a[j];
        a[j] = a[j + 1];
        a[j + 1] = t;
      }
}
"""
INSERTION = """void sort(int n, short *a) {
  for (int i = 1; i < n; i++) {
    short key = a[i];
    int j = i - 1;
    while (j >= 0 && a[j] > key) {
      a[j + 1] = a[j];
      j--;
    }
    a[j + 1] = key;
  }
}
"""
PATHS = """static long paths(int r, int c) {
  if (r <= 0 || c <= 0) return 1;
  return paths(r - 1, c) + paths(r, c - 1);
}
void table(int n, long *out) {
  for (int i = 0; i < n; i++) out[i] = paths(i % 7, 6);
}
"""
SMOOTH = """#include <stdlib.h>
void smooth(int n, const double *restrict x, double *restrict y) {
  double *t = malloc(n * sizeof(double));
  if (!t) return;
  for (int i = 0; i < n; i++) t[i] = 0.5 * x[i] + 1.0;
  for (int i = 0; i < n; i++) y[i] = t[i];
  free(t);
}
"""
LOOKUP = """void lookup(int n, int m, const int *restrict table, const int *restrict key, int *restrict where) {
  for (int q = 0; q < m; q++) {
    where[q] = -1;
    for (int i = 0; i < n; i++)
      if (table[i] == key[q]) {
        where[q] = i;
        break;
      }
  }
}
"""
SCALE = """void scale(int n, double *restrict y, const double *restrict x) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) y[i * n + j] = 2.0 * x[i * n + j];
}
"""
PREFIX = "void prefix(int n, double *y) {\n  for (int i = 1; i < n; i++) y[i] += y[i - 1];\n}\n"


def found(text: str, folder: Path, name: str = "kernel.c") -> list[Suggestion]:
    path = folder / name
    path.write_text(text)
    return list(suggest(path, budget=10.0))


@pytest.mark.tiny
def test_loops_and_patterns_are_read_from_tokens() -> None:
    context = Context(read(MATMUL))
    assert [(one.variable, one.bound, one.operator) for one in loops(context)] == [
        ("i", "n", "<"),
        ("j", "n", "<"),
        ("k", "n", "<"),
    ]
    source = read("void f() { int t = a[j]; a[j] = a[j+1]; }")
    first, last = source.bodies[0][0] + 1, source.bodies[0][1] - 1
    assert match(source, first, last, "$T $t = $A [ j ] ; $A [ j ] = $$e ;") == {
        "$T": "int",
        "$t": "t",
        "$A": "a",
        "$$e": "a[j+1]",
    }
    assert match(source, first, last, "$T $t = $A [ i ] ; $A [ j ] = $$e ;") is None


@pytest.mark.tiny
def test_what_looks_alike_but_is_not_is_left_alone() -> None:
    alike = [
        MATMUL.replace("B[k * n + j]", "B[j * n + k]"),  # rows already
        MATMUL.replace("k < n", "k < j"),
        BUBBLE.replace("int *a", "double *a").replace("int t", "double t"),  # zeros with signs, NaN
        BUBBLE.replace("a[j] > a[j + 1]", "a[j] > a[j + 2]"),
        BUBBLE.replace("n - 1 - i", "n - 2 - i"),
        SMOOTH.replace("y[i] = t[i]", "y[i] = t[n - 1 - i]"),
        SMOOTH.replace("  free(t);", "  y[0] = t[n / 2];\n  free(t);"),
        SMOOTH.replace("x[i] + 1.0", "y[i + 1] + 1.0"),
        LOOKUP.replace("where[q] = -1;", "table[q] = 1;"),
    ]
    for text in alike:
        context = Context(read(text))
        assert [*products(context, None), *sorts(context), *temporaries(context), *searches(context)] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (MATMUL, {"interchange", "block"}),
        (BUBBLE, {"sort"}),
        (INSERTION, {"sort"}),
        (PATHS, {"memoise"}),
        (SMOOTH, {"temporary"}),
        (LOOKUP, {"search"}),
    ],
)
def test_patches_are_equal_and_measured(text: str, kinds: set[str], tmp_path: Path) -> None:
    shown = {one.proposal.kind: one for one in found(text, tmp_path) if one.proposal.kind != "parallel"}
    assert set(shown) == kinds
    for one in shown.values():
        assert one.verdict.kind == "equal", one.verdict.evidence
        assert one.ratio is not None
        assert one.proposal.text != text
        assert one.proposal.rationale


def test_arrays_that_may_overlap_keep_the_original(tmp_path: Path) -> None:
    text = MATMUL.replace("restrict ", "")
    shown = [one for one in found(text, tmp_path) if one.proposal.kind == "interchange"]
    assert "passwright_apart(C, (long)(n * n) * (long)sizeof(double), A" in shown[0].proposal.text
    assert shown[0].verdict.is_equal
    assert "overlapping buffers" in shown[0].verdict.evidence


def test_a_wrong_patch_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from passwright.suggest import judge

    def wrong(context: Context) -> object:
        for one in sorts(context):
            yield type(one)(
                one.kind, one.line, one.rationale, one.text.replace("a[i] < pivot", "pivot < a[i]")
            )

    monkeypatch.setattr(judge, "sorts", wrong)
    shown = found(BUBBLE, tmp_path)
    assert next(one.verdict.kind for one in shown if one.proposal.kind == "sort") in (
        "different",
        "crashed",
        "timed-out",
    )
    assert not any(one.recommended for one in shown)


def test_memoised_needs_a_proof_of_purity(tmp_path: Path) -> None:
    path = tmp_path / "paths.c"
    for text, count in (
        (PATHS, 1),
        ("long calls;\n" + PATHS.replace("if (r <= 0", "calls++; if (r <= 0"), 0),
        (PATHS.replace(" + paths(r, c - 1)", ""), 0),
    ):
        path.write_text(text)
        kernel = kernels(path, entries=("table",))[0]
        assert len(list(memoised(Context(read(text)), kernel))) == count


def test_parallel_is_what_polly_proves(tmp_path: Path) -> None:
    path = tmp_path / "scale.c"
    path.write_text(SCALE)
    kernel = kernels(path)[0]
    assert proofs(kernel)
    made = list(independent(Context(read(SCALE)), kernel, None))
    assert [one.line for one in made] == [2]
    assert "#pragma omp parallel for\n  for (int i" in made[0].text
    path.write_text(PREFIX)
    assert list(independent(Context(read(PREFIX)), kernels(path)[0], None)) == []


def test_parallel_is_verified_backwards_and_timed_as_a_program(tmp_path: Path) -> None:
    one = next(one for one in found(SCALE, tmp_path) if one.proposal.kind == "parallel")
    assert one.verdict.is_equal
    assert "results equal byte for byte" in one.note or INSTALL in one.note


def test_a_suggestion_is_recommended_only_when_equal_and_faster() -> None:
    from passwright.bench.measure import Ratio
    from passwright.suggest.proposal import Proposal

    one = Proposal("sort", 1, "", "")
    equal = Verdict("equal", "")
    assert Suggestion(one, "f", equal, Ratio(2.0, 1.5, 2.5)).recommended
    assert not Suggestion(one, "f", equal, Ratio(1.1, 0.9, 1.3)).recommended
    assert not Suggestion(one, "f", Verdict("different", ""), Ratio(2.0, 1.5, 2.5)).recommended
    assert not Suggestion(one, "f", equal).recommended


def test_command_line_applies_only_what_is_asked(tmp_path: Path) -> None:
    source, out = tmp_path / "sort.c", tmp_path / "out.c"
    source.write_text(BUBBLE)

    def cli(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "passwright", "suggest", str(source), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    told = json.loads(cli("--json", "--all").stdout)
    assert told["suggestions"][0]["kind"] == "sort"
    assert told["suggestions"][0]["verdict"] == "equal"
    assert not told["applied"]
    assert source.read_text() == BUBBLE
    done = cli("--apply", "1", "--all", "-o", out)
    assert done.returncode == 0, done.stderr
    assert "passwright_sort_int(a, n)" in out.read_text()
    assert source.read_text() == BUBBLE
    (line,) = (tmp_path / "passwright.audit.jsonl").read_text().splitlines()
    noted = json.loads(line)
    assert (noted["what"], noted["source"], noted["entry"]) == ("explained", "sort.c", "sort") and noted[
        "human"
    ]
    assert noted["verdict"] == "equal" and noted["why"]
    assert cli("--apply", "9").returncode == 2
    assert cli("-o", out).returncode == 2
    source.write_text(PREFIX)
    assert "nothing to suggest" in cli().stderr
