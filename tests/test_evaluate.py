"""From recipes to outcomes on real kernels, with real workers and the real runner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from passwright._native import Module
from passwright.bench.runner import Runner
from passwright.bench.verify import Effort
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.irgen.kernel import Kernel
from passwright.judging import workload_judge
from passwright.passes.actions import ActionSpace
from passwright.passes.build import split
from passwright.passes.errors import PasswrightError
from passwright.passes.recipe import O3, OZ, Recipe
from passwright.passes.worker import Compiled, WorkerPool
from passwright.policy.code_key import code_key
from passwright.policy.drive import Patience, drive, race
from passwright.policy.evaluate import Evaluator
from passwright.policy.objective import IR_INSTRUCTIONS, SIZE
from passwright.policy.outcome import Outcome
from passwright.policy.policy import Budget, Context, Ranked, Search
from passwright.policy.simplify import simplify
from passwright.policy.zero_shot import zero_shot

MATMUL = """
static double scaled(double x) { return 2.0 * x; }
double total;
void reset(void) { total = 0.0; }
void matmul(int n, const double *restrict a, const double *restrict b, double *restrict c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0.0;
      for (int k = 0; k < n; k++)
        sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = scaled(sum);
    }
}
"""
WORKLOAD = """
[sizes]
n = { value = 96, min = 0 }
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
SMALLER = Recipe.parse("attr minsize | attr optsize | default<Oz> [indvars-widen-indvars=false]")
POLLY = Recipe.parse(
    "default<O3> [polly=true polly-pattern-matching-based-opts=false polly-vectorizer=stripmine]"
)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, step_deadline=5.0) as pool:
        yield pool


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    return lowered(tmp_path_factory.mktemp("kernel"), MATMUL)


def lowered(folder: Path, source: str) -> Kernel:
    path = folder / "matmul.c"
    path.write_text(source)
    (kernel,) = kernels(path, entries=["matmul"])
    return kernel


@pytest.fixture
def evaluator(kernel: Kernel, runner: Runner, pool: WorkerPool) -> Evaluator:
    judge = workload_judge(kernel, Workload.parse(WORKLOAD), runner, effort=Effort(sanitize=0, mutate=0))
    evaluator = Evaluator(kernel, judge, pool)
    assert evaluator.prepare() is None
    return evaluator


def tried(evaluator: Evaluator, recipe: Recipe) -> Outcome:
    return evaluator.judge_compiled(evaluator.submit(recipe).result())


class Fixed:
    """The policy that tries given recipes."""

    name = "fixed"

    def __init__(self, *recipes: Recipe) -> None:
        self.recipes = recipes

    def propose(self, context: Context, budget: Budget) -> Search:
        return Ranked(self.recipes)


def test_equal_code_is_measured_once(evaluator: Evaluator) -> None:
    first = tried(evaluator, O3)
    assert first.status in {"ok", "worse"}
    assert not first.duplicate
    again = tried(evaluator, Recipe.parse("default<O3> [slp-max-vf=0]"))
    assert again.duplicate
    assert (again.code, again.ratio) == (first.code, first.ratio)
    assert [one.recipe for one in evaluator.outcomes] == [first.recipe, again.recipe]


def test_a_good_recipe_is_measured_verified_and_raced(evaluator: Evaluator) -> None:
    outcome = tried(evaluator, POLLY)
    assert outcome.status == "ok"
    assert outcome.samples == 9
    assert outcome.code
    assert evaluator.best == outcome
    assert [one.recipe for one in race(evaluator)] == [POLLY]


@pytest.mark.parametrize(
    ("recipe", "status"),
    [
        ("default<O3> [no-such-knob=1]", "invalid"),
        ("default<O3> [hints-allow-reordering=true]", "invalid"),
        ("hint matmul#99 unroll.count=4", "invalid"),
    ],
)
def test_what_cannot_be_built_is_an_outcome(evaluator: Evaluator, recipe: str, status: str) -> None:
    outcome = tried(evaluator, Recipe.parse(recipe))
    assert outcome.status == status
    assert outcome.message
    assert outcome.score == -math.inf
    assert evaluator.best is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (("2.0 * x", "2.5 * x"), "different"),
        (("double sum = 0.0;", "double sum = *(volatile double *)8;"), "crashed"),
        (("double sum = 0.0;", "double sum = 0.0; for (volatile int go = n > 40; go;) {}"), "timed-out"),
        (("static double scaled(double x) { return 2.0 * x; }", "double scaled(double);"), "unloadable"),
    ],
)
def test_wrong_code_costs_its_candidate_only(
    evaluator: Evaluator, pool: WorkerPool, tmp_path: Path, change: tuple[str, str], status: str
) -> None:
    # What a miscompiling pass would give: another kernel's code, by a recipe that makes it fast enough to be
    # looked at.
    wrong = lowered(tmp_path, MATMUL.replace(*change))
    own = split(Module.parse(wrong.bitcode), wrong.entry).kernel
    outcome = evaluator.judge_compiled(pool.submit(own.bitcode(), POLLY).result())
    assert outcome.status == status
    assert outcome.message
    assert evaluator.finalists(5) == []
    after = tried(evaluator, Recipe.parse("attr prefer-vector-width=512 | " + str(POLLY)))
    assert after.status == "ok"


def test_an_unverifiable_kernel_is_not_searched(tmp_path: Path, runner: Runner, pool: WorkerPool) -> None:
    source = MATMUL.replace("double sum = 0.0;", "double sum = *(volatile double *)8;")
    kernel = lowered(tmp_path, source)
    judge = workload_judge(kernel, Workload.parse(WORKLOAD), runner, effort=Effort(sanitize=0, mutate=0))
    failure = Evaluator(kernel, judge, pool).prepare()
    assert failure is not None
    assert failure.kind == "unverifiable"
    assert "unoptimised" in failure.evidence


def test_a_search_keeps_to_its_budget_and_ends_with_its_policy(evaluator: Evaluator) -> None:
    recipes = [Recipe.parse(f"default<O3> [force-vector-interleave={n}]") for n in (1, 2, 4, 8)]
    result = drive(evaluator, Fixed(POLLY, *recipes), Budget(evaluations=3), space=ActionSpace.default())
    assert result.ended == "budget"
    assert {one.recipe for one in result.outcomes} == {POLLY, *recipes[:2]}
    result = drive(evaluator, Fixed(*recipes), Budget(evaluations=50), space=ActionSpace.default())
    assert result.ended == "exhausted"
    assert drive(evaluator, Fixed(O3), Budget(seconds=0), space=ActionSpace.default()).outcomes == ()


def test_minus_o3_is_never_a_finalist(evaluator: Evaluator) -> None:
    result = drive(evaluator, Fixed(O3), Budget(evaluations=5), space=ActionSpace.default())
    assert [one.recipe for one in result.outcomes] == [O3]
    assert result.finalists == ()


def test_a_search_gives_up_when_only_known_code_comes(evaluator: Evaluator) -> None:
    same = [Recipe.parse(f"default<O3> [gvn-max-num-deps={n}]") for n in range(400, 440)]
    result = drive(
        evaluator,
        Fixed(*same),
        Budget(evaluations=40),
        space=ActionSpace.default(),
        patience=Patience(repeats=5),
    )
    assert result.ended == "unlikely"
    assert len(result.outcomes) < 20


@pytest.mark.tiny
def test_patience_asks_for_more_trials_when_much_budget_is_left() -> None:
    patience = Patience(least=10, expected=0.5)
    patience.tell(Outcome(O3, "ok", 1.5, code="a"))
    for number in range(60):
        patience.tell(Outcome(O3, "worse", 0.9, code=str(number)))
    assert patience.exhausted(remaining=5)
    assert not patience.exhausted(remaining=1000)
    patience.tell(Outcome(O3, "ok", 1.6, code="b"))
    assert not patience.exhausted(remaining=5)


def test_interruption_keeps_what_is_known(evaluator: Evaluator) -> None:
    def interrupt(outcome: Outcome) -> None:
        if len(evaluator.outcomes) == 2:
            raise KeyboardInterrupt

    recipes = [Recipe.parse(f"default<O3> [force-vector-interleave={n}]") for n in (1, 2, 4, 8)]
    budget = Budget(evaluations=50)
    result = drive(evaluator, Fixed(POLLY, *recipes), budget, space=ActionSpace.default(), progress=interrupt)
    assert result.ended == "interrupted"
    assert len(result.outcomes) == 2


def test_simplifying_keeps_the_code(evaluator: Evaluator) -> None:
    outcome = tried(evaluator, Recipe.parse("function(sroa) | " + str(POLLY).replace("]", " slp-max-vf=0]")))
    shorter = simplify(evaluator, outcome.recipe, outcome.code, seconds=10.0)
    assert len(str(shorter)) < len(str(outcome.recipe))
    assert "slp-max-vf" not in str(shorter)
    assert "polly=true" in str(shorter)
    assert code_key(evaluator.submit(shorter).result().object) == outcome.code


def test_size_needs_no_clock(kernel: Kernel, runner: Runner, pool: WorkerPool) -> None:
    judge = workload_judge(kernel, Workload.parse(WORKLOAD), runner, effort=Effort(sanitize=0, mutate=0))
    evaluator = Evaluator(kernel, judge, pool, objective=SIZE)
    assert evaluator.prepare() is None
    same, large, small = (tried(evaluator, recipe) for recipe in (OZ, O3, SMALLER))
    assert (same.status, same.ratio, large.status) == ("worse", 1.0, "worse")
    assert small.status == "ok"
    assert small.ratio == pytest.approx(evaluator.baseline_text / small.text_size, rel=1e-3)
    assert small.ratio > 1
    assert [one.recipe for one in race(evaluator)] == [small.recipe]


def test_sizes_break_each_others_ties() -> None:
    assert SIZE.cost(100, 20) < SIZE.cost(100, 21) < SIZE.cost(101, 1)
    assert IR_INSTRUCTIONS.cost(100, 20) < IR_INSTRUCTIONS.cost(101, 20) < IR_INSTRUCTIONS.cost(1, 21)


def test_zero_shot_takes_the_smallest_and_runs_nothing(kernel: Kernel, pool: WorkerPool) -> None:
    evaluator = Evaluator(kernel, None, pool, objective=IR_INSTRUCTIONS)
    assert evaluator.prepare() is None
    ranked = zero_shot(evaluator)
    assert ranked[0].instructions == min(one.instructions for one in evaluator.outcomes)
    assert ranked[0].instructions < evaluator.baseline_instructions


@pytest.mark.tiny
def test_code_key_wants_an_object() -> None:
    with pytest.raises(ValueError, match="ELF64"):
        code_key(b"not an object")


def test_a_rest_that_does_not_compile_is_said_so(kernel: Kernel, runner: Runner, pool: WorkerPool) -> None:
    class Broken:
        jobs = 1

        def submit(self, module: bytes, recipe: Recipe):  # type: ignore[no-untyped-def]
            from concurrent.futures import Future

            future: Future[Compiled] = Future()
            future.set_result(Compiled(recipe, "crashed", message="SIGSEGV"))
            return future

    judge = workload_judge(kernel, Workload.parse(WORKLOAD), runner, effort=Effort(sanitize=0, mutate=0))
    with pytest.raises(PasswrightError, match="SIGSEGV"):
        Evaluator(kernel, judge, Broken()).prepare()  # type: ignore[arg-type]
