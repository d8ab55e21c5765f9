"""Exactness on real code: what recipes may contain leaves every bit, and what is refused really changes some."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

from passwright._native import Module
from passwright.irgen.frontend import lower
from passwright.passes.build import run_recipe
from passwright.passes.errors import RecipeError
from passwright.passes.exact import check
from passwright.passes.recipe import Recipe

SUMS = """
double dot(const double *a, const double *b, int n) { double s = 0; for (int i = 0; i < n; i++) s += a[i] * b[i]; return s; }
float sum(const float *a, int n) { float s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }
"""
N = 1001


@pytest.fixture(scope="module")
def bitcode(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    source: Path = tmp_path_factory.mktemp("exact") / "sums.c"
    source.write_text(SUMS)
    return lower(source).bitcode


def results(bitcode: bytes, recipe: str, folder: Path) -> tuple[str, str]:
    """Both sums of one build, in hex; the recipe's own refusal is left out of it."""
    module = Module.parse(bitcode)
    for step in Recipe.parse(recipe).steps:
        if step.kind == "hint":
            module.hint(*step.hint)
        else:
            module.run(step.text, dict(step.knobs))
    (folder / "sums.o").write_bytes(module.emit())
    library = folder / f"sums{len(list(folder.iterdir()))}.so"
    subprocess.run(["cc", "-shared", folder / "sums.o", "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.dot.restype, loaded.sum.restype = ctypes.c_double, ctypes.c_float
    doubles = (ctypes.c_double * N)(*[(-1) ** i * 1.1 ** (i % 97) / 3 for i in range(N)])
    floats = (ctypes.c_float * N)(*[(-1) ** i * 1.1 ** (i % 97) / 3 for i in range(N)])
    return loaded.dot(doubles, doubles, N).hex(), loaded.sum(floats, N).hex()


@pytest.mark.parametrize(
    "recipe",
    [
        "default<O3>",
        "default<O3> [force-vector-interleave=4 force-vector-width=8]",
        "hint dot#0 vectorize.width=8 | hint sum#0 vectorize.enable=true | default<O3>",
        "hint dot#0 interleave.count=4 | default<O3> [prefer-inloop-reductions=true]",
        "default<O3> [slp-threshold=-1000 slp-vectorize-hor=true unroll-runtime=true]",
        "default<O3> [polly=true polly-process-unprofitable=true polly-vectorizer=stripmine]",
    ],
)
def test_sums_stay_in_order(bitcode: bytes, recipe: str, tmp_path: Path) -> None:
    assert results(bitcode, recipe, tmp_path) == results(bitcode, "", tmp_path)
    run_recipe(Module.parse(bitcode), Recipe.parse(recipe))  # and it is allowed


def test_ordered_reductions_split_fused_operations(bitcode: bytes, tmp_path: Path) -> None:
    """Why `force-ordered-reductions` is refused; on a CPU without FMA nothing is fused, and nothing can be seen."""
    if "+fma" not in Module.parse(bitcode).ir():
        pytest.skip("this CPU has no fused multiplication and addition")
    forced = results(bitcode, "default<O3> [force-ordered-reductions=true]", tmp_path)
    plain = results(bitcode, "", tmp_path)
    assert forced[0] != plain[0] and forced[1] == plain[1]


@pytest.mark.tiny
@pytest.mark.parametrize("name", ["newgvn", "fix-irreducible", "iroutliner"])
def test_passes_that_make_wrong_code_are_refused(name: str) -> None:
    with pytest.raises(RecipeError, match="wrong code"):
        check(Recipe.parse(name))
