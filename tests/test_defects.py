"""Mutants and their labels, the defect classifier's data, training, metrics, and the network that ships."""

from __future__ import annotations

import importlib.util
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from passwright import Module
from passwright.bench.mutants.draw import Amounts, Named, choose, variants
from passwright.bench.mutants.label import Labeller
from passwright.bench.mutants.rewrites import REWRITES
from passwright.bench.mutants.rows import Row, read_rows, write_rows
from passwright.bench.mutants.statements import BY_NAME, OPERATORS
from passwright.bench.reliability.predicted import predicted
from passwright.bench.suite import load_suite
from passwright.bench.workload import Workload
from passwright.gnn.defect_features import function_graph
from passwright.gnn.defects import WEIGHTS, DefectModel, by_line
from passwright.irgen.frontend import kernels, lower
from passwright.irgen.tokens import read
from passwright.passes.errors import CompileError, InputError
from passwright.policy import defect_metrics as metrics
from passwright.policy.defect_baselines import cyclomatic, find_clang_tidy
from passwright.policy.defect_graphs import examples, labels_of, wrong
from passwright.policy.defect_sources import Labelled, changed_line, of_mutants, of_public

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="training needs the extra `train`"
)
EVERYTHING = """
static int lesser(int a, int b) { return a < b ? a : b; }
void g(int *out) { int row[4]; for (int i = 0; i < 4; i++) row[i] = i; *out = row[2]; }
int f(int n, const int *restrict in, const int *other, int *restrict out) {
  int place[16];
  int sum = 0;
  for (int i = 0; i < 16; i++)
    place[i] = 0;
  for (int i = 0; i < n; i++) {
    if (in[i] < 0 && i > 2)
      continue;
    for (int j = 0; j < 4; j++) {
      int cell = (int)(in[i] >> 2) + j;
      place[(i + j) % 16] += in[i] - other[i];
      sum += lesser(cell, 7) * 3 - (sum ^ i);
    }
    if (sum > 100) {
      sum = sum / 2;
    } else {
      sum = sum - 1;
    }
    out[i] = sum + place[i % 16];
  }
  return sum;
}
"""


def lowered(tmp_path: Path, source: str, name: str = "f.c") -> Module:
    path = tmp_path / name
    path.write_text(source)
    return Module.parse(lower(path, flags=("-w", "-g"), debug=False).bitcode, name)


@pytest.mark.tiny
def test_tokens_leave_comments_and_literals_alone() -> None:
    source = read("#define X { (\n// a < b {\nint f(int a) { /* ) */ return a + \"(<\"[0] - '}'; }\n")
    assert [source[one] for one in source.inside()] == [
        "return",
        "a",
        "+",
        '"(<"',
        "[",
        "0",
        "]",
        "-",
        "'}'",
        ";",
    ]
    assert source.tokens[0].line == 3


@pytest.mark.tiny
@pytest.mark.parametrize("operator", [*OPERATORS, *REWRITES], ids=lambda one: one.name)
def test_every_operator_changes_the_source_and_keeps_its_lines(operator: object) -> None:
    edits = list(operator.sites(read(EVERYTHING)))  # type: ignore[attr-defined]
    changed = {edit.apply(EVERYTHING): edit for edit in edits}
    changed.pop(EVERYTHING, None)
    assert changed
    before = EVERYTHING.split("\n")
    for text, edit in changed.items():
        after = text.split("\n")
        assert len(after) == len(before)
        assert before[edit.line - 1] != after[edit.line - 1]


def test_mutants_compile_to_other_code(tmp_path: Path) -> None:
    original = lowered(tmp_path, EVERYTHING)
    original.run("function(sroa<modify-cfg>)")
    rng = random.Random(5)
    different = tried = 0
    for operator in OPERATORS:
        edit = choose(EVERYTHING, [operator], rng)
        assert edit is not None and edit.operator == operator.name
        try:
            module = lowered(tmp_path, edit.apply(EVERYTHING))
        except CompileError:
            continue
        module.run("function(sroa<modify-cfg>)")
        tried += 1
        different += module.structural_hash() != original.structural_hash()
    assert tried >= len(OPERATORS) - 2
    assert different >= tried - 2


@pytest.fixture(scope="module")
def labeller() -> Iterator[Labeller]:
    found = next(one for one in load_suite() if one.name == "count_classes")
    with Labeller(found.lower(), Workload.load(found.workload)) as made:
        yield made


def test_labels_of_known_mutants(labeller: Labeller) -> None:
    """An access outside, another result, a sanitizer's finding, what was never set, and two equivalent changes."""
    assert labeller.kernel.source is not None
    original = labeller.kernel.source.read_text()
    assert labeller.label(original).status == "clean"
    assert labeller.label(original).status == "duplicate"
    outside = labeller.label(original.replace("i < n", "i <= n"))
    assert (outside.status, outside.shows) == ("defective", "fault"), outside
    wrong = labeller.label(original.replace("c <= '9'", "c < '9'"))
    assert (wrong.status, wrong.shows) == ("defective", "result"), wrong
    shifted = labeller.label(
        original.replace("char c = text[i];", "char c = text[i]; c ^= (1 << (32 + (n & 0))) & 0;")
    )
    assert (shifted.status, shifted.shows) == ("defective", "sanitizer"), shifted
    unset = labeller.label(original.replace("counts[0] = counts[1]", "int x; counts[0] = x; counts[1]"))
    assert unset.status == "defective", unset
    assert labeller.label(original.replace("i < n", "n > i")).status == "clean"
    assert (
        labeller.label(original.replace("counts[3]++", "counts[3] = counts[3] + 1 - 0 * n")).status == "clean"
    )
    assert labeller.label(original.replace("int n", "int")).status == "invalid"


def test_variants_are_the_same_each_time(labeller: Labeller, tmp_path: Path) -> None:
    named = Named("count_classes", "strings", True, "c")
    made = []
    for _ in range(2):
        with Labeller(labeller.kernel, labeller.workload) as fresh:
            made.append(list(variants(fresh, named, Amounts(rewrites=2, mutants=3))))
    assert made[0] == made[1]
    assert made[0][0].operator == "" and not made[0][0].defective
    assert any(row.defective for row in made[0])
    write_rows(tmp_path / "rows.jsonl.gz", made[0])
    assert read_rows(tmp_path / "rows.jsonl.gz") == made[0]
    (tmp_path / "rows.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match="labelled mutants"):
        read_rows(tmp_path / "rows.jsonl.gz")


@pytest.mark.tiny
def test_operators_say_what_it_takes_to_see_them() -> None:
    assert len(BY_NAME) == len(OPERATORS)
    assert BY_NAME["bound"].visible == "contract" and BY_NAME["sign"].visible == "intent"
    assert {one.visible for one in OPERATORS} == {"code", "contract", "intent"}


def test_lines_and_names_in_graphs(tmp_path: Path) -> None:
    """Lines are there, names are not: renaming everything gives the same graph."""
    module = lowered(tmp_path, EVERYTHING)
    graph = function_graph(module, "f")
    assert len(graph.lines) == len(graph.nodes["instruction"])
    assert set(graph.lines.tolist()) - {0} <= set(range(2, 26))
    divisions = graph.lines[graph.column("instruction", "opcode") == _opcode("sdiv")]
    assert divisions.tolist() == [18]
    renamed = EVERYTHING
    for old, new in (("sum", "bad_value"), ("lesser", "vulnerable"), ("place", "good"), ("cell", "CWE121")):
        renamed = renamed.replace(old, new)
    other = function_graph(lowered(tmp_path, renamed), "f")
    assert replace(other, functions=graph.functions, loops=graph.loops) == graph
    assert cyclomatic(graph) == 9  # three loops and three conditions in one function, one in the other
    assert by_line(graph, np.ones(len(graph.lines), np.float32))[0][1] >= 5


def _opcode(name: str) -> int:
    from passwright.gnn import schema

    return schema.vocabulary()["opcode"].index(name)


def test_library_calls_are_told_apart(tmp_path: Path) -> None:
    source = "#include <stdlib.h>\nint *f(int n) { int *p = malloc(n); free(p); return calloc(n, 4); }\n"
    graph = function_graph(lowered(tmp_path, source), "f")
    assert [name for _, name in graph.library_calls] == ["malloc", "free", "calloc"]


UNSET = """double f(int n, const double *a) {
  double sum;
  double most = a[0];
  for (int i = 0; i < n; i++)
    sum += a[i];
  return sum * most;
}
"""


def test_reads_of_what_was_never_set(tmp_path: Path) -> None:
    """They are flagged where the variable is read, through the loop's phi; a lost initialisation is on those lines."""
    from passwright.gnn.defect_features import undefined

    clean = function_graph(lowered(tmp_path, UNSET.replace("double sum;", "double sum = 0;")), "f")
    assert not undefined(clean).any()
    graph = function_graph(lowered(tmp_path, UNSET), "f")
    assert sorted({*graph.lines[undefined(graph)].tolist()} - {0}) == [5, 6]
    filled = "typedef struct { double a, b; } P;\nP f(double x) { P p = {x, x + 1}; return p; }\n"
    assert not undefined(function_graph(lowered(tmp_path, filled), "f")).any()
    row = replace(labelled(UNSET, True, "unset", "train", 2), kind="missing_init")
    (example,) = examples([row], tmp_path / "graphs")
    assert {*example.graph.lines[wrong(example)].tolist()} == {5, 6}
    other = replace(example, about=replace(row, kind="constant", line=3))
    assert {*example.graph.lines[wrong(other)].tolist()} == {3}
    assert not wrong(replace(example, about=replace(row, defective=False))).any()


def labelled(source: str, defective: bool, group: str, split: str, line: int = 0) -> Labelled:
    return Labelled("mutants", group, group, split, defective, line, "", "", source, ".c", "f")  # type: ignore[arg-type]


def toy(count: int) -> list[Labelled]:
    """Functions that read outside of a local array, and the same ones that do not."""
    made = []
    for number in range(count):
        for defective in (True, False):
            index = 8 + number if defective else number % 8
            source = (
                f"int f(int n) {{\n  int a[8];\n  for (int i = 0; i < 8; i++)\n    a[i] = i * {number + 2};\n"
                f"  int x = n {'+-*'[number % 3]} {number};\n  return x + a[{index}];\n}}\n"
            )
            split = ("train", "validation", "test")[number % 3] if count > 10 else "train"
            made.append(labelled(source, defective, f"toy{number}", split, 6 if defective else 0))
    return made


def test_sources_that_do_not_compile_are_left_out(tmp_path: Path) -> None:
    wrong = labelled("int f( {", True, "broken", "train")
    found = examples([wrong, *toy(1)], tmp_path)
    assert [one.about.group for one in found] == ["toy0", "toy0"]
    again = examples([wrong, *toy(1)], tmp_path)
    assert all(one.graph == other.graph for one, other in zip(found, again, strict=True))


@needs_torch
def test_a_small_network_learns_twenty_functions_by_heart(tmp_path: Path) -> None:
    from passwright.gnn.defect_network import DefectSize, write
    from passwright.policy.train_defects import DefectHyper, Tensors, fit, predict

    found = examples(toy(10), tmp_path / "graphs")
    assert len(found) == 20
    hyper = DefectHyper(epochs=40, functions=20, rate=5e-3, location=1.0)
    (network,) = fit(found, [], hyper, DefectSize(hidden=24, layers=2, readout=24, dropout=0.0))
    logits = predict(network, Tensors(found))
    assert metrics.auc(logits, labels_of(found)) == 1.0
    write([network], tmp_path / "weights", [one.graph for one in found[:3]], {"temperature": 2.0})
    model = DefectModel.load(tmp_path / "weights")
    scores = [model.score_graph(one.graph) for one in found]
    assert [one.probability for one in scores] == pytest.approx(metrics.sigmoid(logits / 2.0), abs=1e-3)
    located = [
        score.lines[0][0] == 6 for score, one in zip(scores, found, strict=True) if one.about.defective
    ]
    assert sum(located) >= 9
    with pytest.raises(InputError, match="passwright train defects"):
        DefectModel.load(tmp_path)


@needs_torch
def test_training_from_end_to_end(tmp_path: Path) -> None:
    """The command trains on a file of rows, writes a network, and says how good it is on the test split."""
    from typer.testing import CliRunner

    from passwright.cli.app import app

    families = {"train": "image", "validation": "", "test": "held"}
    rows = []
    for one in toy(24):
        row = Row(one.group, families[one.split], one.split == "test", "c", "f", "index" if one.defective else "", (),
                  one.line, one.defective, "sanitizer" if one.defective else "", "", one.source)  # fmt: skip
        rows.append(row)
    names = [f"family{number}" for number in range(100)]
    validated = next(
        name
        for name in names
        if next(of_mutants([replace(rows[0], family=name, held_out=False)])).split == "validation"
    )
    trained = next(
        name for name in names if next(of_mutants([replace(rows[0], family=name)])).split == "train"
    )
    rows = [
        replace(row, family={"": validated, "image": trained}.get(row.family, row.family)) for row in rows
    ]
    write_rows(tmp_path / "rows.jsonl.gz", rows)
    arguments = [
        "train",
        "defects",
        "--data",
        tmp_path / "rows.jsonl.gz",
        "--out",
        tmp_path / "out",
        "--epochs",
        2,
        "--json",
    ]
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out/defects.metrics.json").is_file()
    assert (
        0
        <= DefectModel.load(tmp_path / "out/weights")
        .score_graph(examples(toy(1), tmp_path / "graphs")[0].graph)
        .probability
        <= 1
    )


@pytest.mark.tiny
def test_metrics() -> None:
    labels = np.array([True, True, False, False])
    assert metrics.auc(np.array([4.0, 2, 3, 1]), labels) == 0.75
    assert metrics.auc(np.zeros(4), labels) == 0.5
    assert np.isnan(metrics.auc(np.zeros(2), np.array([True, True])))
    assert metrics.paired(np.array([1.0, 5, 0, 6]), labels, ["a", "b", "a", "b"]) == 0.5
    assert metrics.precision_at(np.array([4.0, 2, 3, 1]), labels, (0.5, 1.0)) == [1.0, pytest.approx(2 / 3)]
    assert metrics.precision_at(np.zeros(4), labels, (0.1,)) == [0.5]
    assert metrics.ece(np.array([1.0, 1, 0, 0]), labels) == 0
    assert metrics.ece(np.full(4, 0.75), labels) == pytest.approx(0.25)
    found = metrics.hits([[3, 1], [1, 2, 3, 4], [5]], [{3}, {4}, set()])
    assert (found.count, found.top1, found.top3) == (2, 0.5, 0.5)
    assert (found.chance1, found.chance3) == (pytest.approx(0.375), pytest.approx(0.875))
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 4000)
    drawn = rng.random(4000) < metrics.sigmoid(logits)
    assert metrics.temperature(3 * logits, drawn) == pytest.approx(3, rel=0.15)
    whole = metrics.interval(lambda rows: float(drawn[rows].mean()), [str(one // 4) for one in range(4000)])
    assert whole.low < whole.value < whole.high


@pytest.mark.tiny
def test_the_changed_line() -> None:
    assert changed_line("a\nb\nc\n", "a\nx\nc\n") == 2
    assert changed_line("a\nb\n", "a\nnew\nb\n") == 1
    assert changed_line("a\n", "a\n") == 0


def test_public_sets_that_are_not_there(tmp_path: Path) -> None:
    assert list(of_public(tmp_path, 10)) == []


def test_clang_tidy_finds_a_division_by_zero() -> None:
    from passwright.passes.errors import ToolchainError
    from passwright.policy.defect_baselines import findings

    try:
        find_clang_tidy()
    except ToolchainError as problem:
        pytest.skip(str(problem.message))
    bad = labelled("int f(int n) {\n  int zero = 0;\n  return n / zero;\n}\n", True, "x", "test")
    good = labelled("int f(int n) {\n  return n / 2;\n}\n", False, "x", "test")
    assert any("DivideZero" in one for one in findings(bad))
    assert findings(good) == []


shipped = pytest.mark.skipif(not (WEIGHTS / "defects.json").is_file(), reason="no network ships")


@shipped
def test_the_network_that_ships(tmp_path: Path) -> None:
    model = DefectModel.load()
    module = lowered(tmp_path, EVERYTHING)
    score = model.score(module, "f")
    assert model.score(module, "f") == score
    assert 0 <= score.probability <= 1
    assert sum(score.instructions) == pytest.approx(score.probability, abs=1e-3)
    assert list(score.lines) == sorted(score.lines, key=lambda one: (-one[1], one[0]))
    assert (WEIGHTS / "defects.onnx").stat().st_size < 10 << 20
    with pytest.raises(InputError):
        model.score(module, "nothing")


@shipped
def test_predictions_become_findings(tmp_path: Path) -> None:
    path = tmp_path / "f.c"
    path.write_text(EVERYTHING)
    (kernel,) = kernels(path, entries=("f",), flags=("-w",))
    assert predicted(kernel, threshold=1.01) == ()
    (finding,) = predicted(kernel, threshold=0.0)
    assert finding.tool == "predictor" and finding.file == str(path) and 2 <= finding.line <= 25
    assert not finding.confirmed and finding.severity == "low"


HEAP = """#include <stdlib.h>
int f(int n) {
  int *p = (int *)malloc(100 * sizeof(int));
  if (p == NULL)
    exit(-1);
  p[0] = n;
  int r = p[0];
  free(p);
  return r;
}
"""
COPY = "void f(int n, const int *a, int *b) {\n  for (int i = 0; i < n; i++)\n    b[i] = a[i] * 2;\n}\n"


@shipped
@pytest.mark.parametrize(
    ("clean", "defective", "line"),
    [
        (HEAP, HEAP.replace("int r = p[0];\n  free(p);", "free(p);\n  int r = p[0];"), 7),
        (HEAP, HEAP.replace("free(p);", "free(p);\n  free(p);"), 8),
        (COPY, COPY.replace("i < n", "i <= n"), 2),
    ],
    ids=["use after free", "double free", "one too many"],
)
def test_obvious_defects_score_higher(tmp_path: Path, clean: str, defective: str, line: int) -> None:
    model = DefectModel.load()
    good = model.score(lowered(tmp_path, clean, "clean.c"), "f")
    bad = model.score(lowered(tmp_path, defective, "defective.c"), "f")
    assert bad.probability > good.probability + 0.1
    assert bad.lines[0][0] == line
