"""The value network: it can learn, it takes graphs apart that differ, and ONNX says what torch says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("torch_geometric", reason="training needs the extra `train`")

from passwright._native import Module  # noqa: E402
from passwright.bench.corpus import generate  # noqa: E402
from passwright.gnn.model import NetworkSize  # noqa: E402
from passwright.gnn.recipe_tokens import tokens  # noqa: E402
from passwright.gnn.view import view  # noqa: E402
from passwright.passes.errors import InputError  # noqa: E402
from passwright.passes.recipe import Recipe  # noqa: E402
from passwright.policy.examples import Example, Examples, folds, make  # noqa: E402
from passwright.policy.train_value import Data, ValueHyper, choices, fit, predict  # noqa: E402

RECIPES = ["default<O3>", "default<O3> [polly=true]", "default<O2> | default<O3>", "function(gvn)"]
SMALL = NetworkSize(hidden=16, category=4, layers=2, readout=32, dropout=0.0)


def graphs(count: int) -> list[tuple[str, str, bytes]]:
    kernels = [generate(seed) for seed in range(count)]
    return [(kernel.uri, kernel.family, kernel.lower(debug=False).bitcode) for kernel in kernels]


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Kernels on which one recipe pays where there are many stores, another one where there are few."""
    items = []
    for name, family, bitcode in graphs(24):
        graph = view(Module.parse(bitcode, name))
        many = float(graph.column("loop", "stores").sum()) > 2
        worth = {
            RECIPES[0]: 0.0,
            RECIPES[1]: 0.7 if many else -0.5,
            RECIPES[2]: -0.5 if many else 0.7,
            RECIPES[3]: None,
        }
        items.append(Example(name, family, graph, worth))
    return Examples(tuple(items))


def test_it_learns_which_recipe_pays_where(examples: Examples) -> None:
    data = Data(examples, RECIPES)
    rows, columns = list(range(len(data.graphs))), list(range(len(RECIPES)))
    losses: list[float] = []
    hyper = ValueHyper(epochs=60, graphs=8, rate=5e-3, token_dropout=0.0)
    network = fit(data, hyper, SMALL, report=lambda epoch, loss: losses.append(loss))
    assert losses[-1] < losses[0] - 1
    out = predict(network, data, rows, columns)
    found = choices(out[:, :, 0], data, rows, columns, 0)
    assert found.best == pytest.approx(math.exp(0.7)) and found.first > 0.85 * found.best
    assert (out[:, 3, 2] > 0).all() and (out[:, :3, 2] < 0).all()  # the last recipe fails everywhere


def test_training_is_reproducible(examples: Examples) -> None:
    data = Data(examples, RECIPES)
    hyper = ValueHyper(epochs=2, seed=7)
    first, second = (fit(data, hyper, SMALL).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_onnx_says_what_torch_says(examples: Examples, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from passwright.gnn.inference import ValueModel
    from passwright.gnn.to_onnx import write

    data = Data(examples, RECIPES)
    networks = [fit(data, ValueHyper(epochs=1, seed=seed), SMALL) for seed in range(2)]
    write(networks, tmp_path, [item.graph for item in examples.items[:8]], {"note": "a test"})
    model = ValueModel(tmp_path)
    rows = list(range(8))
    expected = sum(predict(network, data, rows, range(len(RECIPES)))[:, :, 0] for network in networks) / 2
    for row in rows:
        worth = model.worth(examples.items[row].graph, [Recipe.parse(recipe) for recipe in RECIPES])
        assert worth.mean == pytest.approx(expected[row].numpy(), abs=1e-4)
        assert (worth.doubt > 0).all() and ((worth.failing > 0) & (worth.failing < 1)).all()
    (tmp_path / "network.json").write_text('{"schema": 0}')
    with pytest.raises(InputError, match="another schema"):
        ValueModel(tmp_path)
    with pytest.raises(InputError, match="no trained network"):
        ValueModel(tmp_path / "nowhere")


def test_tokens_tell_rounds_and_values_apart() -> None:
    words = tokens(Recipe.parse("attr tune-cpu=generic | default<O3> | default<O3> [polly=true]"))
    assert "attr tune-cpu=generic" in words and "knob 1 polly=true" in words and "knob polly=true" in words
    assert "knob 0 polly=true" not in words and "rounds 2" in words
    assert tokens(Recipe.parse("hint f#0 unroll.count=4 | default<O3>"))[0] == "hint <loop> unroll.count=4"


def test_folds_split_by_family() -> None:
    families = [f"family{number}" for number in range(7)]
    parts = list(folds(families, 3, seed=1))
    assert sorted(family for _, validation in parts for family in validation) == families
    assert all(not set(training) & set(validation) for training, validation in parts)


def test_held_out_families_are_refused() -> None:
    (name, family, bitcode), *_ = graphs(1)
    with pytest.raises(InputError, match="held-out"):
        make([(name, family, bitcode, {})], held_out=[family])
    (item,) = make([(name, family, bitcode, {RECIPES[0]: 1.0, RECIPES[1]: 0.0})], held_out=[]).items
    assert item.worth == {RECIPES[0]: 0.0, RECIPES[1]: None}
