"""The main job end to end: source files to objects that are verified and measured."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from passwright._native import Module
from passwright.bench.workload import Workload
from passwright.explain import explain
from passwright.irgen.frontend import kernels
from passwright.locking import build, record
from passwright.optimizer import Options, optimize, optimize_kernels
from passwright.passes.build import build_object, text_size
from passwright.passes.errors import UsageError, WorkloadError
from passwright.passes.lock import load
from passwright.passes.recipe import O3, OZ, Recipe
from passwright.policy.policy import Budget, Context, Ranked, Search
from passwright.result import Event

MATMUL = """
void matmul(int n, const double *a, const double *b, double *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0.0;
      for (int k = 0; k < n; k++)
        sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}
"""
RECURRENCE = """
void recurrence(int n, float *restrict a, float *restrict b, const float *restrict c) {
  for (int i = 1; i < n; i++) {
    a[i] = a[i - 1] * 0.5f + c[i];
    b[i] = c[i] * c[i] + 1.0f;
  }
}
"""
MATMUL_WORKLOAD = Workload.parse(
    """
[sizes]
n = { value = 128, min = 0 }
[args.n]
value = "n"
[args.a]
shape = ["n", "n"]
role = "in"
[args.b]
shape = ["n", "n"]
role = "in"
[args.c]
shape = ["n", "n"]
role = "out"
"""
)
POLLY = Recipe.parse(
    "default<O3> [polly=true polly-pattern-matching-based-opts=false polly-vectorizer=stripmine]"
)


class Fixed:
    """The policy that tries given recipes."""

    name = "fixed"

    def __init__(self, *recipes: Recipe) -> None:
        self.recipes = recipes

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked(self.recipes)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_kernel_gets_faster_and_stays_equal(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    events: list[Event] = []
    result = optimize(
        source,
        budget=Budget(evaluations=3),
        policy=Fixed(O3, POLLY),
        workload=MATMUL_WORKLOAD,
        log=tmp_path / "log.jsonl",
        progress=events.append,
    )
    (kernel,) = result.kernels
    assert kernel.verdict.kind == "equal", kernel.verdict.evidence
    assert "polly=true" in str(kernel.recipe)  # several times faster: no machine is too noisy for that
    assert kernel.ratio.low > 1
    assert kernel.baseline is not None and kernel.optimised is not None
    assert not kernel.inferred
    (file,) = result.files
    module = Module.parse(file.bitcode)
    assert file.object == build_object(module, file.recipes)
    assert file.baseline == build_object(module, {})
    phases = list(dict.fromkeys(event.phase for event in events))
    assert phases == ["lower", "workload", "sanitize", "reference", "search", "verify", "done"]
    assert [json.loads(line)["status"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert json.loads(json.dumps(result.to_json()))["kernels"][0]["verdict"]["kind"] == "equal"


def test_the_object_is_a_drop_in(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    main = write(
        tmp_path,
        "main.c",
        "#include <stdio.h>\nvoid matmul(int, const double *, const double *, double *);\n"
        "int main(void) { double a[4] = {1, 2, 3, 4}, c[4]; matmul(2, a, a, c);\n"
        'printf("%g %g %g %g\\n", c[0], c[1], c[2], c[3]); }',
    )
    result = optimize(source, budget=Budget(evaluations=2), policy=Fixed(O3, POLLY), workload=MATMUL_WORKLOAD)
    (tmp_path / "matmul.o").write_bytes(result.files[0].object)
    subprocess.run(["gcc", main, tmp_path / "matmul.o", "-o", tmp_path / "prog"], check=True)
    assert subprocess.run([tmp_path / "prog"], capture_output=True, text=True).stdout == "7 10 15 22\n"


def test_without_a_gain_the_object_is_the_o3_build(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    slow = Recipe.parse("globaldce")  # every variable stays in memory, which no luck makes faster than -O3
    result = optimize(source, budget=Budget(evaluations=2), policy=Fixed(O3, slow), workload=MATMUL_WORKLOAD)
    (kernel,) = result.kernels
    assert kernel.recipe == O3
    assert (kernel.ratio.value, kernel.ratio.low, kernel.ratio.high) == (1.0, 1.0, 1.0)
    assert kernel.verdict.kind == "equal"
    assert result.files[0].object == result.files[0].baseline


def test_a_budget_of_zero_gives_the_o3_build(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    result = optimize(source, budget=0, policy="evolve")
    assert result.files[0].object == result.files[0].baseline
    (kernel,) = result.kernels
    assert (kernel.recipe, kernel.ended) == (O3, "skipped")
    assert "budget is zero" in kernel.notes[0]


def test_several_kernels_in_a_file_share_one_object(tmp_path: Path) -> None:
    source = write(tmp_path, "both.c", MATMUL + RECURRENCE)
    recipes = [O3, POLLY, Recipe.parse("default<O3> [enable-loop-distribute=true]")]
    result = optimize(
        source,
        budget=Budget(evaluations=3),
        policy=Fixed(*recipes),
        workload={"matmul": MATMUL_WORKLOAD},
    )
    assert {kernel.kernel.entry for kernel in result.kernels} == {"matmul", "recurrence"}
    by_name = {kernel.kernel.entry: kernel for kernel in result.kernels}
    assert all(kernel.verdict.kind == "equal" for kernel in result.kernels)
    assert by_name["recurrence"].inferred
    assert by_name["recurrence"].notes
    assert "matmul" in result.files[0].recipes
    file = result.files[0]
    assert file.object == build_object(Module.parse(file.bitcode), file.recipes)


def test_interruption_finishes_what_is_known(tmp_path: Path) -> None:
    first, second = write(tmp_path, "one.c", MATMUL), write(tmp_path, "two.c", RECURRENCE)

    def interrupt(event: Event) -> None:
        if event.phase == "search" and event.evaluations == 2:
            raise KeyboardInterrupt

    result = optimize(
        [first, second],
        budget=Budget(evaluations=100),
        policy=Fixed(O3, POLLY, *(Recipe.parse(f"default<O3> [slp-threshold={n}]") for n in range(1, 50))),
        workload={"matmul": MATMUL_WORKLOAD},
        progress=interrupt,
    )
    assert result.interrupted
    one, two = result.kernels
    assert one.ended == "interrupted"
    assert one.verdict.kind == "equal"
    assert len(one.outcomes) == 2
    assert two.ended == "skipped"
    assert result.files[1].object == result.files[1].baseline


SMALLER = Recipe.parse("attr minsize | attr optsize | default<Oz> [indvars-widen-indvars=false]")


def test_size_is_an_objective_too(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL + "int twice(int x) { return 2 * x; }\n")
    result = optimize(
        source,
        budget=Budget(evaluations=3),
        policy=Fixed(OZ, O3, SMALLER),
        objective="size",
        workload=MATMUL_WORKLOAD,
    )
    (kernel,) = result.kernels
    assert ("indvars-widen-indvars", "false") in kernel.recipe.steps[
        -1
    ].knobs  # what needs no attribute loses it
    assert kernel.verdict.kind == "equal"
    before, after = kernel.text_sizes
    assert kernel.ratio.value == before / after > 1
    assert kernel.baseline is None
    file = result.files[0]
    module = Module.parse(file.bitcode)
    assert file.baseline == build_object(module, {}, rest=OZ)
    assert file.object == build_object(module, file.recipes, rest=OZ)
    assert text_size(file.object) < text_size(file.baseline)
    lock = tmp_path / "passwright.lock"
    record(result, lock)
    (entry,) = load(lock).entries
    assert (entry.objective, entry.verdict) == ("size", "equal")
    assert build(module, [entry], ()) == file.object


def test_what_is_not_smaller_stays_at_oz(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    result = optimize(
        source,
        budget=Budget(evaluations=2),
        policy=Fixed(OZ, O3),
        objective="ir-instructions",
        workload=MATMUL_WORKLOAD,
    )
    (kernel,) = result.kernels
    assert kernel.recipe == OZ
    assert not kernel.improved
    assert result.files[0].object == result.files[0].baseline


def test_size_without_a_budget_runs_nothing_and_says_so(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    result = optimize(source, budget=0, objective="size")
    (kernel,) = result.kernels
    assert kernel.improved
    assert kernel.ratio.value > 1
    assert kernel.verdict.kind == "unverifiable"
    assert "not run" in kernel.verdict.evidence
    lock = tmp_path / "passwright.lock"
    record(result, lock)
    assert load(lock).entries[0].verdict == "unverifiable"


def test_undefined_behaviour_is_reported_and_nothing_is_changed(tmp_path: Path) -> None:
    source = write(
        tmp_path, "shift.c", "void shift(int n, int *a) { for (int i = 0; i < n; i++) a[i] <<= 40; }"
    )
    workload = Workload.parse(
        '[sizes]\nn = 1000\n[args.n]\nvalue = "n"\n[args.a]\nshape = ["n"]\nrole = "inout"\n'
    )
    result = optimize(source, budget=Budget(evaluations=2), policy="random", workload=workload)
    (kernel,) = result.kernels
    assert kernel.verdict.kind == "unverifiable"
    assert "shift of 'int' by 40" in kernel.verdict.evidence
    assert result.files[0].object == result.files[0].baseline


def test_a_kernel_that_cannot_be_called_is_an_error_only_when_it_was_named(tmp_path: Path) -> None:
    text = """
    struct node { struct node *next; int v; };
    int sum(struct node *p) { int s = 0; for (; p; p = p->next) s += p->v; return s; }
    """
    source = write(tmp_path, "list.c", text)
    with pytest.raises(WorkloadError):
        optimize(source, entries=["sum"], budget=Budget(evaluations=2))
    (kernel,) = optimize(source, budget=Budget(evaluations=2)).kernels
    assert kernel.verdict.kind == "unverifiable"
    assert kernel.recipe == O3


@pytest.mark.tiny
def test_contradicting_options_are_refused() -> None:
    with pytest.raises(UsageError, match="objective"):
        Options(objective="beauty")


def test_a_recipe_is_explained(tmp_path: Path) -> None:
    source = write(tmp_path, "matmul.c", MATMUL)
    (kernel,) = kernels(source)
    recipe = Recipe.parse("attr prefer-vector-width=256 | " + str(POLLY))
    explanation = explain(kernel, recipe, workload=MATMUL_WORKLOAD)
    attribute, polly = explanation.steps
    assert attribute.purpose
    assert (
        attribute.whole is not None and attribute.whole.same_code
    )  # 256 is what this CPU prefers anyway, or has at most
    assert any(group.pass_name == "loop-vectorize" for group in polly.remarks)
    assert {knob.part for knob in polly.knobs} == {f"{name}={value}" for name, value in recipe.steps[1].knobs}
    without_polly = next(knob for knob in polly.knobs if knob.part == "polly=true")
    assert without_polly.effect is not None and without_polly.effect.low > 1
    assert json.loads(json.dumps(explanation.to_json()))["recipe"] == str(recipe)
    quick = explain(kernel, recipe, timed=False)
    assert quick.ratio is None
    assert quick.steps[1].remarks == polly.remarks


def test_kernels_that_are_lowered_already(tmp_path: Path) -> None:
    group = kernels(write(tmp_path, "matmul.c", MATMUL))
    options = Options(budget=Budget(evaluations=1), policy="o3", workload=MATMUL_WORKLOAD)
    (kernel,) = optimize_kernels([group], options).kernels
    assert kernel.recipe == O3
    assert [outcome.recipe for outcome in kernel.outcomes] == [O3]


SHARED = """
static float table[256];
void fill(void) { for (int i = 0; i < 256; i++) table[i] = i * 0.5f; }
float lookup(int n, const unsigned char *index) {
  float sum = 0;
  for (int i = 0; i < n; i++) sum += table[index[i]];
  return sum;
}
"""


def test_kernels_that_share_a_static_table(tmp_path: Path) -> None:
    """In the search, kernel and rest of the file are two objects, and the table belongs to both."""
    result = optimize(write(tmp_path, "shared.c", SHARED), budget=Budget(evaluations=3), policy="coreset")
    assert {one.kernel.name: one.verdict.kind for one in result.kernels} == {
        "fill": "equal",
        "lookup": "equal",
    }
    assert all(one.outcomes for one in result.kernels)
