"""Reduction to the shortest recipe that fails the same way, and reproducers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passwright.irgen.frontend import lower
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
@settings(max_examples=40)
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


def test_a_real_crash(bitcode: bytes, tmp_path: Path) -> None:
    """A pass that ends the process: LLVM cannot read the list that this option names."""
    recipe = Recipe.parse(
        "function(sroa,gvn) | default<O2> | "
        "cgscc(inline,function(simplifycfg,chr,dce)) [chr-module-list=/none unroll-count=2] | dce"
    )
    with WorkerPool() as pool:
        compiled = pool.submit(bitcode, recipe).result()
        assert compiled.status == "crashed" and "/none" in compiled.message
        small = reduce(recipe, PoolTester(pool, bitcode, compiled))
        again = pool.submit(bitcode, small).result()
    assert again.fault == compiled.fault
    assert len(small) == 1 and str(small.steps[0]).endswith("[chr-module-list=/none]")
    assert small.steps[0].text == "function(chr)"

    folder = write_reproducer(tmp_path / "crash", bitcode, again)
    assert "opt-19" in (folder / "README").read_text() and "crashed" in (folder / "README").read_text()
    assert run_reproducer(folder) == again or run_reproducer(folder).fault == again.fault
    command = [sys.executable, "-m", "passwright.passes.reduce", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.startswith("crashed: step 1 of 1") and not done.stderr


def test_an_invalid_recipe_is_reduced_too(bitcode: bytes) -> None:
    recipe = Recipe.parse("sroa | gvn,no-such-pass,dce | default<O3>")
    with WorkerPool() as pool:
        compiled = pool.submit(bitcode, recipe).result()
        assert str(reduce(recipe, PoolTester(pool, bitcode, compiled))) == "no-such-pass"


@pytest.mark.tiny
def test_a_folder_that_is_no_reproducer(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no reproducer"):
        run_reproducer(tmp_path)
