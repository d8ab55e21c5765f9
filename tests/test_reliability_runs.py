"""Reliability where things run: heap and time, builds beside each other, outcomes, the reward, the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passwright import _native
from passwright.bench.reliability import assess as static
from passwright.bench.reliability import builds, resources, tools
from passwright.bench.reliability.beside import Beside
from passwright.bench.reliability.composite import Weights, compose, composite
from passwright.bench.reliability.reliability import Reliability
from passwright.bench.runner import Runner
from passwright.bench.workload import Workload
from passwright.irgen.frontend import kernels
from passwright.optimizer import optimize
from passwright.passes.errors import UsageError, VerificationError
from passwright.passes.recipe import O3, Recipe
from passwright.passes.worker import WorkerPool
from passwright.policy.evaluate import Evaluator
from passwright.policy.outcome import Outcome

HEAP = """
#include <stdlib.h>
void axpy(int n, const double *x, double *y) {
  for (int round = 0; round < 3; ++round) {
    double *t = malloc(n * sizeof(double));
    if (!t) return;
    for (int i = 0; i < n; ++i) t[i] = 2.0 * x[i];
    for (int i = 0; i < n; ++i) y[i] += t[i];
    free(t);
  }
}
"""
WORKLOAD = """
[sizes]
n = 1000
[args.n]
value = "n"
[args.x]
shape = ["n"]
role = "in"
[args.y]
shape = ["n"]
role = "inout"
"""


def kernel_in(folder: Path, text: str, name: str = "axpy.c", entry: str = "axpy") -> object:
    (folder / name).write_text(text)
    (folder / name).with_suffix(".toml").write_text(WORKLOAD)
    return kernels(folder / name, entries=[entry], workload=(folder / name).with_suffix(".toml"))[0]


def measured(folder: Path, text: str, name: str = "axpy.c") -> resources.Resources:
    kernel = kernel_in(folder, text, name)
    module = _native.Module.parse(kernel.bitcode, "k")  # type: ignore[attr-defined]
    obj = module.emit(opt_level=0)
    shim = _native.call_shim(module, "axpy").emit()
    typed = _native.Module.parse(kernel.debug_bitcode, "k")  # type: ignore[attr-defined]
    workload = Workload.load((folder / name).with_suffix(".toml"))
    call = workload.call(_native.signature(typed, "axpy"), workload.measured_sizes, 1)
    with Runner() as runner:
        return resources.measure_resources(runner, [obj, shim], "axpy", call, samples=3)


def test_the_heap_is_counted(tmp_path: Path) -> None:
    found = measured(tmp_path, HEAP)
    assert found.allocations == 3 and found.allocated == 3 * 8000 and found.held == 0
    assert 8000 <= found.heap_peak < 8100  # one at a time, as the allocator rounds it
    assert found.data == 2 * 8000 and found.peak_memory == found.data + found.heap_peak
    assert found.seconds > 0
    assert resources.Resources.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_every_way_to_allocate_is_counted(tmp_path: Path) -> None:
    calls = """
#include <malloc.h>
#include <stdlib.h>
void axpy(int n, const double *x, double *y) {
  void *p[6];
  p[0] = calloc(n, 2);
  p[1] = realloc(malloc(16), 100000);
  p[2] = aligned_alloc(64, 640);
  p[3] = memalign(64, 64);
  if (posix_memalign(&p[4], 64, 64)) return;
  p[5] = reallocarray(0, 10, 10);
  for (int i = 0; i < 6; ++i) { y[i] = x[i] + (p[i] != 0); free(p[i]); }
  free(0);
}
"""
    found = measured(tmp_path, calls)
    assert found.allocations == 7 and found.held == 0
    assert found.allocated == 2000 + 16 + 100000 + 640 + 64 + 64 + 100


def test_new_and_delete_are_counted_and_what_stays_is_held(tmp_path: Path) -> None:
    text = """
#include <new>
#include <vector>
struct alignas(64) Wide { double a[8]; };
extern "C" void axpy(int n, const double *x, double *y) {
  std::vector<double> v(x, x + n);
  Wide *w = new Wide[2];
  volatile Wide *one = new Wide;
  int *quiet = new (std::nothrow) int[4];
  static int *volatile kept = 0;
  kept = new int[100];
  w[1].a[0] = v[0];
  y[0] = w[1].a[0] + (quiet != nullptr) + (one != nullptr);
  delete[] w;
  delete one;
  delete[] quiet;
}
"""
    found = measured(tmp_path, text, "axpy.cpp")
    assert found.allocations == 5 and 400 <= found.held < 450
    assert found.allocated == 8000 + 2 * 64 + 64 + 16 + 400


def test_a_build_that_crashes_has_no_resources(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="crashed"):
        measured(tmp_path, "void axpy(int n, const double *x, double *y) { y[n] = x[0]; }\n")


# -- builds -----------------------------------------------------------------------------------------------------------------


def test_builds_stand_beside_each_other(tmp_path: Path) -> None:
    kernel = kernel_in(tmp_path, HEAP)
    plain = Recipe.parse("function(sroa)")
    with WorkerPool(1) as pool:
        report = static.assess(tmp_path / "axpy.c", pool=pool)
        found = builds.compare_builds(kernel, report, {"plain": plain}, pool)  # type: ignore[arg-type]
    o3, own = found.builds
    assert (o3.name, own.name) == ("-O3", "plain") and {o3.verdict.kind, own.verdict.kind} == {"equal"}
    assert o3.ratio is not None and o3.ratio.value == 1 and own.ratio is not None
    assert own.reliability.resources.allocations == 3  # type: ignore[union-attr]
    assert own.composite == composite(own.reliability, speedup=own.ratio.value)
    assert 0 < own.size < o3.size and "plain" in found.best()
    assert json.loads(json.dumps(own.to_json()))["verdict"]["kind"] == "equal"


def test_a_leak_that_a_run_shows_is_a_confirmed_finding(tmp_path: Path) -> None:
    kernel = kernel_in(tmp_path, HEAP.replace("free(t);", ""))
    with WorkerPool(1) as pool:
        report = static.assess(tmp_path / "axpy.c", pool=pool)
        found = builds.compare_builds(kernel, report, {}, pool)  # type: ignore[arg-type]
    confirmed = [one for one in found.builds[0].reliability.findings if one.confirmed]
    assert [(one.check, one.line) for one in confirmed] == [("leak", 3)]
    assert "keeps" in confirmed[0].message


# -- outcomes and the reward ------------------------------------------------------------------------------------------------


def test_a_report_beside_a_search(tmp_path: Path) -> None:
    """Every outcome that was compiled has the source's report in its own build, without anybody's asking."""
    kernel = kernel_in(tmp_path, HEAP.replace("{", "{ n = n;", 1))
    options = {"budget": "2 evaluations", "policy": "coreset", "workload": tmp_path / "axpy.toml"}
    result = optimize(tmp_path / "axpy.c", **options)  # type: ignore[arg-type]
    (found,) = result.kernels
    whole = static.assess(tmp_path / "axpy.c")
    for one in found.outcomes:
        assert (one.reliability is not None) == bool(one.code)
        if one.reliability is not None and one.reliability.ir_complexity is not None:
            assert one.reliability.findings == whole.findings != ()
            assert one.reliability.maintainability == whole.maintainability
            assert one.reliability.ir_complexity.after == one.complexity
            assert one.reliability.ir_complexity.recipe == str(one.recipe)
    assert found.reliability is not None and found.reliability.ir_complexity is not None
    assert found.reliability.ir_complexity.recipe == str(found.recipe)
    assert found.to_json()["reliability"]["defect_density"] == whole.defect_density > 0
    assert kernel.source == tmp_path / "axpy.c"
    (without,) = optimize(tmp_path / "axpy.c", reliability=False, **options).kernels  # type: ignore[arg-type]
    assert without.reliability is None and all(one.reliability is None for one in without.outcomes)


def test_tools_that_are_not_waited_for_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = kernel_in(tmp_path, HEAP)
    program = tmp_path / "clang-tidy"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nsleep 600 & sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(tools, "find_tidy", lambda: tools.Tidy(str(program), "19"))
    with Beside(kernel, deadline=600) as beside:  # type: ignore[arg-type]
        while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text().strip():
            time.sleep(0.01)
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    with Beside(kernel, deadline=1.5) as beside:  # type: ignore[arg-type]
        report = beside.report()
    assert "clang-tidy did not end within 2 s" in report.notes and report.functions


def test_outcomes_carry_what_was_asked_for(tmp_path: Path) -> None:
    kernel = kernel_in(tmp_path, HEAP)
    with WorkerPool(1) as pool:
        report = static.assess(tmp_path / "axpy.c", pool=pool)
        evaluator = Evaluator(kernel, None, pool, reliability=report)  # type: ignore[arg-type]
        evaluator.prepare()
        good = evaluator.judge_compiled(evaluator.submit(Recipe.parse("function(sroa)")).result())
        bad = evaluator.judge_compiled(
            evaluator.submit(Recipe.parse("hint nowhere#7 unroll.count=2")).result()
        )
        bare = Evaluator(kernel, None, pool)  # type: ignore[arg-type]
        bare.prepare()
        other = bare.judge_compiled(bare.submit(O3).result())
    assert good.reliability is not None and good.reliability.ir_complexity is not None
    assert good.reliability.ir_complexity.after == good.complexity >= 4
    assert good.reliability.ir_complexity.recipe == "function(sroa)"
    assert good.reliability.findings == report.findings
    assert bad.reliability is None and bad.status != "ok"
    assert other.reliability is None and other.complexity == bare.baseline_complexity > good.complexity
    for one in (good, bad, other):
        assert Outcome.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_composite_is_a_reward_with_its_terms() -> None:
    pytest.importorskip("gymnasium", reason="the environment needs the extra `train`")
    from passwright.policy.env import PassOrdering
    from passwright.policy.env_actions import STOP

    env = PassOrdering("corpus://1?family=product", reward="composite=0.5,0.3,0.2", max_steps=4)
    env.reset(seed=0)
    o3 = next(n for n in range(1, env.actions.first_hint) if str(env.actions[n].template) == "default<O3>")
    _, reward, *_, info = env.step(o3)
    assert reward == 0 and "terms" not in info
    _, reward, terminated, _, info = env.step(STOP)
    assert terminated and info["status"] == "ok" and 0 < reward < 1
    assert reward == pytest.approx(sum(info["terms"].values()))
    assert info["terms"]["safety"] <= 0.5 and 0.1 < info["terms"]["speed"] < 0.25  # about as fast as -O3
    static_one = env.reward._static["corpus://1?family=product"]  # type: ignore[attr-defined]
    assert static_one.lines > 5 and "clang" in static_one.tools
    ceiling = compose(0, 0, 0, speedup=1e9, weights=Weights(0.5, 0.3, 0.2)).value
    assert reward < ceiling
    env.close()
    with pytest.raises(UsageError, match="not three numbers"):
        PassOrdering(reward="composite=1")
    with pytest.raises(UsageError, match="no reward 'run-time=1'"):
        PassOrdering(reward="run-time=1")


def test_rollouts_log_every_term() -> None:
    torch = pytest.importorskip("torch", reason="training needs the extra `train`")
    pytest.importorskip("torch_geometric", reason="training needs the extra `train`")
    from passwright.policy.env_actions import STOP
    from passwright.policy.rollout import RewardWeights, Rollout, terms
    from passwright.policy.vector_env import PassOrderingVector

    env = PassOrderingVector(
        2, benchmark="corpus://1?family=product", observation="graph", reward="composite", max_steps=2
    )
    try:
        rollout = Rollout(env, RewardWeights(gain=2.0))
        rollout.reset(0)
        made = rollout.step(
            lambda states: (torch.full((2,), STOP), torch.zeros(2), torch.zeros(2)),
        )
        played = [one for one in made if one is not None]
        assert len(played) == 2 and all(one.following is None for one in played)
        logged = terms(played)
        parts = [logged[f"gain_{name}"] for name in ("safety", "speed", "simplicity")]
        assert sum(parts) == pytest.approx(logged["gain"]) and min(parts) > 0
    finally:
        env.close()


# -- the command ------------------------------------------------------------------------------------------------------------


def passwright(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "passwright", "reliability", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


BAD = "int f(void) { int a[4] = {0}; return a[4]; }\n"


def test_the_command_reports_files(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text(BAD)
    (tmp_path / "good.c").write_text("int g(int x) { return x + 1; }\n")
    done = passwright(tmp_path, "bad.c", "good.c", "--html", "r.html")
    assert done.returncode == 0, done.stderr
    assert "bad.c:1:38: high: array index 4" in done.stdout and "-Warray-bounds" in done.stdout
    assert "wrote r.html" in done.stdout
    html = (tmp_path / "r.html").read_text()
    assert "<h2>bad.c</h2>" in html and "array index 4" in html and "<script" not in html
    assert "No findings" in html and "href=" not in html and "src=" not in html

    done = passwright(tmp_path, "bad.c", "good.c", "--json")
    bad, good = json.loads(done.stdout)
    assert bad["findings"][0]["severity"] == "high" and bad["defect_density"] == pytest.approx(1000)
    assert bad["composite"]["value"] < good["composite"]["value"] and good["findings"] == []
    restored = Reliability.from_json(bad)
    assert restored.findings[0].check == "-Warray-bounds"


def test_the_command_runs_kernels(tmp_path: Path) -> None:
    kernel_in(tmp_path, HEAP)
    done = passwright(tmp_path, "axpy.c", "--run", "--recipe", "function(sroa)", "--html", "r.html", "--json")
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout)
    (kernel,) = file["kernels"]
    assert [one["name"] for one in kernel["builds"]] == ["-O3", "-Oz", "function(sroa)"]
    assert kernel["builds"][2]["reliability"]["resources"]["allocations"] == 3
    assert file["composite"] == kernel["builds"][2]["composite"] and kernel["pareto"]
    assert "Pareto view" in (tmp_path / "r.html").read_text()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text(BAD)
    (tmp_path / "syntax.c").write_text("int f( {\n")
    done = passwright(tmp_path, "bad.c", "--fail-under", "0.9")
    assert done.returncode == 3 and "R is below 0.9: bad.c" in done.stderr
    done = passwright(tmp_path, "none.c", "bad.c")
    assert done.returncode == 1 and "none.c: no such file" in done.stderr and "array index 4" in done.stdout
    done = passwright(tmp_path, "syntax.c")
    assert done.returncode == 1 and "syntax.c:1:8: error:" in done.stderr
    done = passwright(tmp_path, "bad.c", "--weights", "1,2")
    assert done.returncode == 2 and "three numbers" in done.stderr
    done = passwright(tmp_path, "bad.c", "--recipe", "function(nonsense)")
    assert done.returncode == 1 and "nonsense" in done.stderr


def test_optimize_logs_reliability(tmp_path: Path) -> None:
    kernel_in(tmp_path, HEAP)
    command = [sys.executable, "-m", "passwright", "optimize", "axpy.c", "--workload", "axpy.toml"]
    command += ["--budget", "2 evaluations", "--policy", "coreset", "--log", "o.jsonl", "--reliability"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    rated = [one["reliability"] for one in lines if one["status"] == "ok" or one["status"] == "worse"]
    assert rated and all(one["lines"] == 10 for one in rated)
