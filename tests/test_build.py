"""Running recipes, splitting a file, and putting its object together: determinism, limits, symbols."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from passwright._native import Module
from passwright.irgen.frontend import lower
from passwright.passes.build import Limits, build_module, build_object, run_recipe, split
from passwright.passes.errors import InputError, RecipeError, SizeLimitError
from passwright.passes.recipe import O3, Recipe

SOURCE = """
static int counter;
static int square(int x) { counter++; return x * x; }
int calls(void) { return counter; }
int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += square(p[i]); return s; }
int both(const int *p, int n) { int s = 1; for (int i = 0; i < n; i++) s ^= sum(p, i); return s; }
int rest(const int *p, int n) { return both(p, n) + sum(p, n) + square(n); }
void scale(float *p, int n) { for (int i = 0; i < n; i++) p[i] *= 3; }
"""
MAIN = """
#include <stdio.h>
int calls(void); int sum(const int *, int); int both(const int *, int); int rest(const int *, int);
int main(void) {
  int p[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  printf("%d %d %d ", sum(p, 9), both(p, 9), rest(p, 9));
  printf("%d\\n", calls());
}
"""
RECIPES = [
    "function(sroa,instcombine)",
    "default<O3> [polly=true] | attr prefer-vector-width=512",
    "hint sum#0 unroll.count=4 | default<O3> | function(loop-mssa(licm),gvn)",
    "default<O2> | default<O3> [unroll-runtime=false]",
]


@pytest.fixture(scope="module")
def bitcode(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source: Path = tmp_path_factory.mktemp("build") / "file.c"
    source.write_text(SOURCE)
    return lower(source).bitcode


@pytest.fixture
def module(bitcode: bytes) -> Module:
    return Module.parse(bitcode, "file.c")


def defined(module: Module) -> set[str]:
    return {f.name for f in module.functions() if not f.is_declaration and f.linkage == "external"}


def test_steps_are_reported(module: Module) -> None:
    seen: list[int] = []
    recipe = Recipe.parse("function(sroa) | hint sum#0 unroll.full | attr noinline | default<O3>")
    reports = run_recipe(module, recipe, remarks=True, on_step=seen.append)
    assert [report.step for report in reports] == list(map(str, recipe.steps)) and seen == [0, 1, 2, 3]
    assert (
        reports[0].changed and reports[0].instructions == reports[1].instructions == reports[2].instructions
    )
    assert reports[-1].instructions == module.instruction_count != reports[0].instructions
    assert all(report.seconds > 0 for report in reports)
    assert any(remark.pass_name for remark in reports[-1].remarks) and not reports[1].remarks


@pytest.mark.parametrize("text", RECIPES)
def test_the_same_module_and_recipe_give_the_same_bytes(bitcode: bytes, text: str) -> None:
    recipes = {"sum": Recipe.parse(text)}
    whole = [build_object(Module.parse(bitcode, "file.c"), recipes) for _ in range(2)]
    whole.append(build_object(Module.parse(bitcode, "file.c").clone(), recipes))
    run_recipe(Module.parse(bitcode), O3)  # what ran before does not count
    whole.append(build_object(Module.parse(bitcode, "file.c"), recipes))
    assert len(set(whole)) == 1


def test_another_process_gives_the_same_bytes(bitcode: bytes, tmp_path: Path) -> None:
    (tmp_path / "file.bc").write_bytes(bitcode)
    script = (
        "import sys; from passwright._native import Module; from passwright.passes.build import build_object;"
        "from passwright.passes.recipe import Recipe;"
        "sys.stdout.buffer.write(build_object(Module.load(sys.argv[1]), {'sum': Recipe.parse(sys.argv[2])}))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "file.bc"), RECIPES[1]]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == build_object(Module.parse(bitcode, "file.bc"), {"sum": Recipe.parse(RECIPES[1])})


def test_without_recipes_it_is_o3(module: Module) -> None:
    o3 = module.clone()
    o3.run("default<O3>")
    assert build_object(module, {}) == o3.emit()


def test_split_takes_the_kernel_with_what_it_calls(module: Module) -> None:
    parts = split(module, "sum")
    assert parts.rest is not None
    assert "sum" in defined(parts.kernel) and not {"both", "rest"} & defined(parts.kernel)
    assert {"both", "rest", "calls", "scale"} <= defined(parts.rest) and "sum" not in defined(parts.rest)
    assert "square" in {f.name for f in parts.kernel.functions() if not f.is_declaration}
    assert {"sum", "both"} <= defined(module)  # the original stays


def test_a_file_that_is_only_the_kernel_has_no_rest(tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text("void f(int *p) { for (int i = 0; i < 9; i++) p[i] = i; }")
    module = Module.parse(lower(source).bitcode)
    assert split(module, "f").rest is None
    assert build_object(module, {"f": O3}) == build_object(module, {})


@pytest.mark.parametrize("entries", [["sum"], ["both"], ["sum", "both"], ["both", "rest", "scale", "sum"]])
def test_the_object_is_a_drop_in(module: Module, entries: list[str], tmp_path: Path) -> None:
    """All symbols are there, local state is still one variable, and the program prints the same."""
    recipe = Recipe.parse("default<O3> [unroll-runtime=true] | function(gvn)")
    built = build_module(module, dict.fromkeys(entries, recipe))
    assert defined(built) == defined(module)
    (tmp_path / "main.c").write_text(MAIN)
    printed = []
    for number, data in enumerate((built.emit(), module.emit())):
        (tmp_path / f"{number}.o").write_bytes(data)
        program = tmp_path / f"program{number}"
        subprocess.run(["cc", tmp_path / "main.c", tmp_path / f"{number}.o", "-o", program], check=True)
        printed.append(subprocess.run([program], capture_output=True, check=True).stdout)
    assert printed[0] == printed[1] and printed[0]


def test_a_caller_still_sees_the_body_of_another_kernel(module: Module) -> None:
    both = build_module(module, {"both": O3, "sum": O3})
    [ir] = [text for text in both.ir().split("\ndefine ") if text.split("(")[0].endswith("@both")]
    assert "@sum(" not in ir.split("\n}")[0].partition("\n")[2]


def test_unknown_entry(module: Module) -> None:
    with pytest.raises(InputError, match="'missing'") as caught:
        split(module, "missing")
    assert "scale" in caught.value.hint


def test_limits(module: Module) -> None:
    assert Limits().instructions(module) == 50_000
    assert Limits(growth=2, floor=10).instructions(module) == 2 * module.instruction_count
    recipe = Recipe.parse("default<O3> [unroll-count=64 unroll-threshold=100000]")
    with pytest.raises(SizeLimitError):
        run_recipe(module, recipe, limits=Limits(growth=1.2, floor=10))


def test_what_is_refused_or_unknown(module: Module) -> None:
    for text in (
        "no-such-pass",
        "function(sroa) [no-such-knob=1]",
        "hint sum#7 unroll.full",
        "attr strictfp",
        "function(lower-atomic)",
    ):
        with pytest.raises(RecipeError):
            run_recipe(module.clone(), Recipe.parse(text))


def test_bare_instcombine_does_not_abort(module: Module) -> None:
    """LLVM's own reading of `instcombine` ends the process when one pass over the code is not enough."""
    run_recipe(module, Recipe.parse("function(sroa,instcombine,instcombine<max-iterations=1>)"))
    module.verify()


def test_debug_prints_steps_and_verifies(
    module: Module, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSWRIGHT_DEBUG", "2")
    run_recipe(module, O3)
    assert "step 1 of 1: default<O3>" in capfd.readouterr().err


@pytest.mark.tiny
def test_nothing_heavy_is_imported() -> None:
    script = (
        "import sys, passwright.passes.build, passwright.passes.lock;"
        "heavy = ('numpy', 'rich', 'typer', 'hashlib', 'tempfile', 'subprocess', 'passwright._native');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
