"""The action space: its shape, and every action with every choice on real IR."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from passwright.irgen.frontend import lower
from passwright.passes import exact
from passwright.passes.actions import TAGS, Action, ActionSpace
from passwright.passes.errors import UsageError
from passwright.passes.recipe import Recipe
from passwright.passes.worker import WorkerPool

SPACE = ActionSpace.default()
# Not quite a product of matrices, for which Polly's own plan takes seconds.
NEST = """
void f(double a[restrict 40][40], double b[restrict 40][40], int *c) {
  for (int i = 0; i < 40; i++)
    for (int j = 0; j < 40; j++) {
      a[i][j] = 0;
      for (int k = 0; k < 40; k++) a[i][j] += b[k][i] - b[k][j];
    }
  for (int i = 0; i < 40; i++) c[i] += 3;
}
"""
BRANCHES = """
static int weigh(int x, int mode) {
  switch (mode) { case 0: return x; case 1: return x / 3; default: return -x; }
}
int f(const unsigned char *s, int *counts, int n, float *out) {
  int total = 0;
  float sum = 0;
  for (int i = 0; i < n && s[i]; i++) {
    counts[s[i] & 15]++;
    total += weigh(s[i], i & 3);
    sum += out[i];
    if (total > 9) out[i] = sum;
  }
  return total;
}
"""


@pytest.mark.tiny
def test_the_table_is_complete_and_told_apart() -> None:
    assert len(SPACE) >= 90
    for action in SPACE:
        assert set(action.tags) <= set(TAGS) and action.tags, action.name
        assert action.purpose.lstrip("-")[0].isupper() and action.purpose.endswith("."), action.name
        assert action.level in ("module", "cgscc", "function", "loop", "loop-mssa", "scop")
    assert {tag for action in SPACE for tag in action.tags} == set(TAGS)
    purposes = [action.purpose for action in SPACE if not action.purpose.startswith("The same")]
    assert len(set(purposes)) == len(purposes)


@pytest.mark.tiny
def test_every_choice_is_exact_and_known_to_llvm() -> None:
    from passwright._native import knobs

    known = set(knobs())
    for action, step in SPACE.variants("f#0"):
        assert not exact.refused(step), action.name
        assert {name for name, _ in step.knobs} <= known, action.name
        assert Recipe.parse(str(step)).steps == (step,)


@pytest.mark.tiny
def test_steps_by_name_parameter_and_chance() -> None:
    assert str(SPACE["licm"].step()) == "function(loop-mssa(licm<allowspeculation>))"
    assert str(SPACE["o3"].step(unroll_runtime="true")) == "default<O3> [unroll-runtime=true]"
    assert str(SPACE["hint-unroll"].step(loop="f#1", count="8")) == "hint f#1 unroll.count=8"
    assert str(SPACE["vector-width"].step(bits="256")) == "attr prefer-vector-width=256"
    for wrong in ({"count": "5", "loop": "f#0"}, {}):
        with pytest.raises(UsageError):
            SPACE["hint-unroll"].step(**wrong)
    with pytest.raises(UsageError, match="no speculation=perhaps"):
        SPACE["licm"].step(speculation="perhaps")
    drawn = {SPACE["gvn"].random(Random(seed)) for seed in range(40)}
    assert len(drawn) > 4 and all(step.text.startswith("function(gvn<") for step in drawn)
    assert all(not step.text.startswith("default<") or step.knobs for step in SPACE.steps)
    assert len(SPACE.select("polyhedral")) >= 10


@pytest.mark.tiny
def test_explanations_are_the_nearest_actions() -> None:
    def explain(text: str) -> str:
        return SPACE.explain(Recipe.parse(text).steps[0])

    assert explain("default<O3>") == SPACE["o3"].purpose
    assert explain("default<O3> [polly=true polly-vectorizer=stripmine]") == SPACE["polly-stripmine"].purpose
    assert explain("hint g#2 unroll.count=5") == SPACE["hint-unroll"].purpose
    assert explain("attr prefer-vector-width=512") == SPACE["vector-width"].purpose
    assert explain("function(dce,adce)") == f"{SPACE['dce'].purpose} {SPACE['adce'].purpose}"
    assert explain("some-unknown-pass") == ""


@pytest.mark.tiny
def test_names_are_unique() -> None:
    with pytest.raises(UsageError, match="share a name"):
        ActionSpace((SPACE["dce"], Action("dce", "dce", "Again.", ("scalar",))))


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder: Path = tmp_path_factory.mktemp("actions")
    found = {}
    for name, text in (("nest", NEST), ("branches", BRANCHES)):
        source = folder / f"{name}.c"
        source.write_text(text)
        found[name] = lower(source).bitcode
    return found


@pytest.mark.parametrize("prepared", [False, True], ids=["unprepared", "prepared"])
@pytest.mark.parametrize("name", ["nest", "branches"])
def test_every_action_runs(modules: dict[str, bytes], name: str, prepared: bool) -> None:
    """Each choice alone, on the front end's IR and on IR that loop passes expect; the result must be valid IR."""
    before = (SPACE["prepare"].step(),) if prepared else ()
    with WorkerPool(step_deadline=60, deadline=120) as pool:
        # "bc": the code generator is not what is tested here, and would take most of the time.
        futures = {
            (action.name, str(step)): pool.submit(modules[name], Recipe((*before, step)), emit="bc")
            for action, step in SPACE.variants("f#0")
        }
        failed = {key: f.result().message for key, f in futures.items() if f.result().status != "ok"}
    assert not failed


def test_the_loop_actions_do_what_they_say(modules: dict[str, bytes]) -> None:
    """Each of these changes the prepared nest; a macro's knobs reach Polly and the vectoriser."""
    before = SPACE["prepare"].step()
    acting = (
        "loop-unroll",
        "loop-vectorize",
        "loop-unroll-full",
        "polly",
        "polly-untiled",
        "polly-passes",
        "o3",
        "o1",
        "hint-unroll",
    )
    with WorkerPool() as pool:
        base = pool.submit(modules["nest"], Recipe((before,)), emit="bc")
        futures = {}
        for name in acting:
            action = SPACE[name]
            step = action.step(loop="f#2") if action.needs_loop else action.step()
            futures[name] = pool.submit(modules["nest"], Recipe((before, step)), emit="bc")
        objects = {name: future.result().object for name, future in futures.items()}
        assert all(objects.values()) and base.result().object not in objects.values()
    assert objects["polly"] != objects["o3"] != objects["o1"]
