"""How often loops turn: trip counts with a nominal value for what is not known."""

from __future__ import annotations

import pytest

from passwright._native import Module
from passwright.irgen.frontend import lower

SOURCE = """
void nest(int n, int m, double *a) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j += 2) a[i * m + j] += 1.0;
}
void triangle(int n, double *a) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < i; j++) a[i] += a[j];
}
double fixed(const double *restrict a) {
  double sum = 0;
  for (int i = 0; i < 1000; i++) sum += a[i];
  return sum;
}
int chase(const int *next, int at) {
  while (at >= 0) at = next[at];
  return at;
}
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    path = tmp_path_factory.mktemp("turns") / "loops.c"
    path.write_text(SOURCE)
    made = Module.parse(lower(path, debug=False).bitcode)
    made.run(
        "function(sroa,early-cse,simplifycfg,instcombine<no-verify-fixpoint>,loop-simplify,lcssa,loop(loop-rotate))"
    )
    made.run("function(loop-simplify,lcssa,loop(indvars))")
    return made


def test_trip_counts_multiply_along_the_nest(module: Module) -> None:
    turns = module.estimate(nominal=100).turns
    assert turns["nest#0"] == pytest.approx(100)
    assert turns["nest#1"] == pytest.approx(100 * 44, rel=0.03)  # m is smaller than n
    assert turns["triangle#1"] == pytest.approx(100 * 50, rel=0.03)  # half of the square
    assert turns["fixed#0"] == pytest.approx(1000)
    assert turns["chase#0"] == pytest.approx(100)  # cannot be computed
    assert module.estimate(nominal=200).turns["nest#0"] == pytest.approx(200)


def test_an_unrolled_loop_turns_less_often(module: Module) -> None:
    unrolled = module.clone()
    unrolled.run("function(loop-unroll<O3;runtime>)", {"unroll-count": "4", "unroll-runtime": "true"})
    main = unrolled.estimate(nominal=100).turns
    assert min(value for name, value in main.items() if name.startswith("fixed#")) == pytest.approx(250)
    assert module.estimate(nominal=100).turns["fixed#0"] == pytest.approx(1000)


def test_turns_leave_the_module_alone(module: Module) -> None:
    before = module.bitcode()
    module.estimate()
    assert module.bitcode() == before
