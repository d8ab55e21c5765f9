"""Recipe text: round trip, canonical form, nesting by construction, positions of errors, what is refused."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright.passes import exact, nesting
from passwright.passes.errors import RecipeError
from passwright.passes.recipe import O3, Recipe, Step

pytestmark = pytest.mark.tiny

LOOP_PASSES = [name for name, level in nesting.LEVEL_OF.items() if level in (nesting.LOOP, nesting.LOOP_MSSA)]
PARAMETERS = ["", "<O3>", "<no-pre;load-pre>", "<max-iterations=2>"]


def leaves(*levels: str) -> st.SearchStrategy[str]:
    names = sorted(name for name, level in nesting.LEVEL_OF.items() if level in levels)
    return st.builds(str.__add__, st.sampled_from(names), st.sampled_from(PARAMETERS))


def wrapped(manager: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, min_size=1, max_size=4).map(lambda names: f"{manager}({','.join(names)})")


LOOPS = wrapped("loop-mssa", leaves(nesting.LOOP, nesting.LOOP_MSSA)) | wrapped("loop", leaves(nesting.LOOP))
FUNCTIONS = leaves(nesting.FUNCTION, nesting.LOOP, nesting.LOOP_MSSA, nesting.SCOP) | LOOPS
COMPONENTS = leaves(nesting.CGSCC, nesting.FUNCTION, nesting.LOOP) | wrapped("function", FUNCTIONS)
MODULES = leaves(*nesting.LEVELS) | wrapped("function<eager-inv>", FUNCTIONS) | wrapped("cgscc", COMPONENTS)
PIPELINES = st.lists(MODULES, min_size=1, max_size=5).map(",".join)
KNOBS = st.dictionaries(
    st.from_regex(r"[a-zA-Z0-9][a-z0-9-]{0,12}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9=.,:/-]{1,8}", fullmatch=True),
    max_size=4,
).map(lambda knobs: tuple(knobs.items()))
SYMBOLS = st.from_regex(r"[A-Za-z_$.][A-Za-z0-9_$.]{0,10}", fullmatch=True)
STEPS = (
    st.builds(Step, st.just("passes"), PIPELINES, KNOBS)
    | st.builds(
        "{}#{} {}".format,
        SYMBOLS,
        st.integers(0, 99),
        st.sampled_from(["unroll.count=4", "unroll.full", "vectorize.width=8"]),
    ).map(lambda text: Step("hint", text))
    | st.sampled_from(["prefer-vector-width=512", "noinline", "main cold"]).map(
        lambda text: Step("attr", text)
    )
)
RECIPES = st.lists(STEPS, max_size=6).map(lambda steps: Recipe(tuple(steps)))


@given(RECIPES)
def test_round_trip(recipe: Recipe) -> None:
    assert Recipe.parse(str(recipe)) == recipe
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    assert Recipe.parse(str(recipe)).hash() == recipe.hash()


@given(RECIPES, st.data())
def test_blanks_and_the_order_of_knobs_do_not_count(recipe: Recipe, data: st.DataObject) -> None:
    blank = st.sampled_from(["", " ", "\n  ", "\t"])

    def loosely(step: Step) -> str:
        if step.kind != "passes":
            return f" {step.kind}  {step.text.replace(' ', '   ')} "
        text = "".join(data.draw(blank) + c + data.draw(blank) if c in ",()" else c for c in step.text)
        knobs = data.draw(st.permutations(step.knobs))
        return f"{text} [ {'  '.join(f'-{name}={value}' for name, value in knobs)} ]" if knobs else text

    assert Recipe.parse(" |".join(map(loosely, recipe.steps))) == recipe


@given(PIPELINES)
def test_every_pass_stands_where_its_level_can(pipeline: str) -> None:
    canonical = nesting.canonical(pipeline)
    assert nesting.canonical(canonical) == canonical

    def walk(nodes: tuple[nesting.Node, ...], around: str) -> None:
        for node in nodes:
            if node.children is None:
                level = nesting.LEVEL_OF[node.plain]
                assert level == around or (level, around) == (nesting.LOOP, nesting.LOOP_MSSA), canonical
                assert around != nesting.LOOP_MSSA or node.plain not in nesting.WITHOUT_MEMORY_SSA
            else:
                walk(node.children, node.plain)

    walk(nesting.parse_nodes(canonical), nesting.MODULE)
    ordered = [
        name
        for name, _ in nesting.names(pipeline)
        if "(" not in name and name.split("<")[0] in nesting.LEVEL_OF
    ]
    again = [name for name, _ in nesting.names(canonical) if name.split("<")[0] in nesting.LEVEL_OF]
    assert [n for n in again if n not in nesting.LEVELS] == [n for n in ordered if n not in nesting.LEVELS]


@pytest.mark.parametrize(
    ("text", "canonical", "level"),
    [
        ("sroa, licm, globalopt", "function(sroa,loop-mssa(licm)),globalopt", "module"),
        ("loop-rotate,licm,indvars", "function(loop(loop-rotate),loop-mssa(licm),loop(indvars))", "function"),
        ("devirt<4>(inline,sroa)", "cgscc(devirt<4>(inline,function(sroa)))", "cgscc"),
        ("module(sroa)", "module(function(sroa))", "function"),
        ("loop-mssa(loop-rotate,licm)", "function(loop-mssa(loop-rotate,licm))", "loop-mssa"),
        ("loop-mssa(licm,loop-unroll-full)", "function(loop-mssa(licm),loop(loop-unroll-full))", "function"),
        ("polly-opt-isl,polly-codegen", "function(scop(polly-opt-isl,polly-codegen))", "scop"),
        ("some-plugin-pass,sroa", "some-plugin-pass,function(sroa)", "module"),
        ("default<O3> [polly]", "default<O3> [polly=true]", "module"),
        ("default<O3> [z=1 -a=2]", "default<O3> [a=2 z=1]", "module"),
        ("hint f#0   unroll.full", "hint f#0 unroll.full", "loop"),
        ("attr  prefer-vector-width=512", "attr prefer-vector-width=512", "function"),
    ],
)
def test_canonical_text(text: str, canonical: str, level: str) -> None:
    recipe = Recipe.parse(text)
    assert str(recipe) == canonical
    assert recipe.steps[0].level == level


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("function(sroa", 9, "never closed"),
        ("sroa)", 5, "unexpected ')'"),
        ("sroa,", 6, "found the end"),
        ("sroa,,licm", 6, "expected a pass name"),
        ("function(globalopt)", 10, "globalopt is a module pass"),
        ("sroa | function(loop(licm))", 22, "licm is a loop-mssa pass"),
        ("cgscc(globalopt)", 7, "cannot stand inside cgscc"),
        ("sroa(licm)", 1, "takes no passes"),
        ("gvn<no-pre", 1, "unbalanced"),
        ("gvn<no-pre>>", 12, "misplaced"),
        ("default<O3> |", 14, "a step is empty"),
        ("| sroa", 1, "a step is empty"),
        ("sroa [polly=true", 17, "not closed"),
        ("sroa [a=1 a=2]", 11, "given twice"),
        ("sroa []", 7, "empty"),
        ("sroa [=3]", 7, "is no knob"),
        ("sroa | hint f unroll.count=4", 13, "a hint names a loop"),
        ("sroa | hint f#0 unroll.count=", 13, "a hint names a loop"),
        ("attr a=b=c", 6, "an attribute is key=value"),
        ("sroa licm", 6, "unexpected 'l'"),
    ],
)
def test_errors_say_where(text: str, column: int, what: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(text)
    assert f"column {column}:" in caught.value.message and what in caught.value.message
    assert "»" in caught.value.message and caught.value.hint


@given(st.text(alphabet="abO3<>(),;=|[]# .-\n", max_size=30))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        recipe = Recipe.parse(text)
    except RecipeError:
        return
    assert Recipe.parse(str(recipe)) == recipe


def test_steps_are_canonical_however_they_are_made() -> None:
    assert Step("passes", "licm").text == "function(loop-mssa(licm))"
    assert Step("passes", "default<O3>", (("b", "1"), ("a", "2"))) == Step(
        "passes", "default<O3>", (("a", "2"), ("b", "1"))
    )
    assert Step("hint", "gemm#2 unroll.count=4").hint == ("gemm#2", "unroll.count", "4")
    assert Step("attr", "f noinline").attribute == ("f", "noinline", "")
    assert Recipe.parse("") == Recipe(()) and str(Recipe(())) == ""
    assert Recipe.parse("default<O3>") == O3 and len(O3.hash()) == 16
    with pytest.raises(RecipeError, match="takes no knobs"):
        Step("hint", "gemm#2 unroll.full", (("a", "1"),))


@pytest.mark.parametrize(
    "text",
    [
        "default<O3> [hints-allow-reordering=true]",
        "default<O3> [polly=true polly-ignore-aliasing=true]",
        "default<O3> [polly=true polly-parallel=true]",
        "default<O3> [enable-unsafe-globalsmodref-alias-results=true]",
        "function(lower-atomic)",
        "function(print<loops>)",
        "internalize",
        "msan",
        "attr unsafe-fp-math=true",
        "attr denormal-fp-math=positive-zero",
        "default<O3> [print-after-all=true]",
        "default<O3> [stats-json=true]",
        "default<O3> [chr-module-list=list.txt]",
        "default<O3> [unroll-count=2 unroll-peel-count=1]",
    ],
)
def test_what_could_change_results_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(RecipeError, match=r"step 1, .*: .+"):
        exact.check(Recipe.parse(text))


def test_harmless_values_and_fast_math() -> None:
    exact.check(Recipe.parse("default<O3> [hints-allow-reordering=false force-ordered-reductions=true]"))
    reordering = Recipe.parse("default<O3> [force-ordered-reductions=false]")
    exact.check(reordering, fast_math=True)
    with pytest.raises(RecipeError, match="floating-point"):
        exact.check(reordering)
    with pytest.raises(RecipeError):  # fast-math is about arithmetic, not about memory
        exact.check(Recipe.parse("default<O3> [polly-ignore-aliasing=true]"), fast_math=True)


def test_tables_of_refusals_agree_with_llvm() -> None:
    from passwright._native import knobs, passes

    known = {name.split("<")[0] for name in passes()}
    extra = {"default", "lto", "lto-pre-link", "thinlto", "thinlto-pre-link"}
    assert {n for n in nesting.LEVEL_OF if n not in known | extra and not n.startswith("polly-")} == set()
    for entry in exact.KNOBS:  # a pattern that matches nothing is a typing error
        assert any(re.fullmatch(entry.pattern, knob) for knob in knobs()), entry.pattern
    for entry in exact.PASSES:
        assert any(re.fullmatch(entry.pattern, name) for name in known | extra), entry.pattern
