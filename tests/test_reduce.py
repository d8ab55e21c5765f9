"""Reduction to the shortest recipe that fails the same way, and reproducers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright.irgen.frontend import lower
from passwright.passes import worker
from passwright.passes.errors import InputError
from passwright.passes.recipe import Recipe
from passwright.passes.reduce import PoolTester, reduce, run_reproducer, write_reproducer
from passwright.passes.worker import WorkerPool


@pytest.fixture(scope="module")
def bitcode(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source: Path = tmp_path_factory.mktemp("reduce") / "file.c"
    source.write_text(
        "int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }\n"
    )
    return lower(source).bitcode


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "needed", "shortest"),
    [
        ("sroa | gvn,licm,dse | default<O3> [a=1 b=2]", ["licm"], "function(loop-mssa(licm))"),
        ("sroa | gvn | default<O3> [a=1 b=2 c=3] | dce", ["b=2"], "default<O3> [b=2]"),
        ("a | b | c | d | e | f | g", ["b", "f"], "b | f"),
        (
            "cgscc(inline,sroa,licm<allowspeculation>),globalopt",
            ["inline", "licm"],
            "cgscc(inline,function(loop-mssa(licm)))",
        ),
        (
            "gvn<no-pre;load-pre>,sroa | hint f#0 unroll.full",
            ["gvn<", "hint"],
            "function(gvn<no-pre;load-pre>) | hint f#0 unroll.full",
        ),
        ("sroa | gvn", [], ""),
    ],
)
def test_the_shortest(text: str, needed: list[str], shortest: str) -> None:
    asked: list[Recipe] = []

    def fails(recipe: Recipe) -> bool:
        asked.append(recipe)
        return all(word in str(recipe) for word in needed)

    assert str(reduce(Recipe.parse(text), fails)) == shortest
    assert len(asked) == len(set(asked))


@pytest.mark.tiny
@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), st.data())
def test_no_single_step_can_go(names: list[str], data: st.DataObject) -> None:
    needed = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))

    def fails(recipe: Recipe) -> bool:
        return set(needed) <= {step.text for step in recipe.steps}

    small = reduce(Recipe.parse(" | ".join(names)), fails)
    assert sorted(step.text for step in small.steps) == sorted(needed)


@pytest.mark.tiny
def test_what_does_not_fail_is_refused() -> None:
    with pytest.raises(InputError, match="does not fail that way"):
        reduce(Recipe.parse("sroa"), lambda recipe: False)


FAULTY = (
    "import os, signal, passwright.passes.build as build\n"
    "real = build._run_step\n"
    "def step(module, step, *rest, **named):\n"
    "    if 'gvn' in step.text and ('unroll-count', '2') in step.knobs: os.kill(os.getpid(), signal.SIGSEGV)\n"
    "    return real(module, step, *rest, **named)\n"
    "build._run_step = step\n"
)
"""Makes a worker die of this pass with this knob, since we know no fault of LLVM that recipes are still allowed."""


def test_a_crash(bitcode: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "START", FAULTY + worker.START)
    recipe = Recipe.parse(
        "function(sroa) | default<O2> | "
        "cgscc(inline,function(dce,gvn<no-pre>,simplifycfg)) [slp-threshold=3 unroll-count=2] | dce"
    )
    with WorkerPool() as pool:
        compiled = pool.submit(bitcode, recipe).result()
        assert (compiled.status, compiled.fault, compiled.failed_step) == ("crashed", "SIGSEGV", 2)
        small = reduce(recipe, PoolTester(pool, bitcode, compiled))
        again = pool.submit(bitcode, small).result()
    assert str(small) == "function(gvn) [unroll-count=2]" and again.fault == compiled.fault
    folder = write_reproducer(tmp_path / "crash", bitcode, again)
    assert "crashed: step 1 of 1" in (folder / "README").read_text()
    assert run_reproducer(folder).fault == "SIGSEGV"


def test_a_reproducer_is_run_by_its_command(bitcode: bytes, tmp_path: Path) -> None:
    with WorkerPool(jobs=1) as pool:
        compiled = pool.submit(bitcode, Recipe.parse("sroa | no-such-pass")).result()
        fine = pool.submit(bitcode, Recipe.parse("sroa")).result()
    for name, outcome, printed in (("bad", compiled, "invalid: step 2 of 2"), ("good", fine, "ok")):
        folder = write_reproducer(tmp_path / name, bitcode, outcome)
        command = [sys.executable, "-m", "passwright.passes.reduce", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == (name == "bad") and done.stdout.startswith(printed) and not done.stderr


def test_reproducers_name_the_command_of_llvm(bitcode: bytes, tmp_path: Path) -> None:
    recipe = Recipe.parse("function(sroa) [unroll-count=2] | no-such-pass")
    with WorkerPool(jobs=1) as pool:
        compiled = pool.submit(bitcode, recipe).result()
    text = (write_reproducer(tmp_path / "new/folder", bitcode, compiled) / "README").read_text()
    assert "opt-19 '-passes=function(sroa)' -unroll-count=2 | opt-19 -passes=no-such-pass" in text
    assert "unknown pass name" in text


def test_an_invalid_recipe_is_reduced_too(bitcode: bytes) -> None:
    recipe = Recipe.parse("sroa | gvn,no-such-pass,dce | default<O3>")
    with WorkerPool() as pool:
        compiled = pool.submit(bitcode, recipe).result()
        assert str(reduce(recipe, PoolTester(pool, bitcode, compiled))) == "no-such-pass"


@pytest.mark.tiny
def test_a_folder_that_is_no_reproducer(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no reproducer"):
        run_reproducer(tmp_path)
