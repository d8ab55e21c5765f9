"""Workload files, expressions, made-up sizes and the bytes of calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passwright.bench.call import Buffer, Scalar
from passwright.bench.elements import parse_layout
from passwright.bench.expression import ExpressionError, evaluate, names
from passwright.bench.sizes import Size, fit_sizes
from passwright.bench.workload import Argument, FieldSpec, Workload
from passwright.passes.errors import WorkloadError

pytestmark = pytest.mark.tiny

INT = {"kind": "int", "name": "int", "size": 4, "signed": True}
DOUBLE = {"kind": "float", "name": "double", "size": 8}
FLOAT = {"kind": "float", "name": "float", "size": 4}
POINT = {
    "kind": "struct",
    "name": "Point",
    "size": 24,
    "fields": [
        {"name": "x", "offset": 0, "type": DOUBLE},
        {"name": "y", "offset": 8, "type": DOUBLE},
        {"name": "id", "offset": 16, "type": INT},
    ],
}


def pointer(target: dict[str, Any], const: bool = False, kind: str = "pointer") -> dict[str, Any]:
    return {"kind": kind, "name": f"{target['name']} *", "size": 8, "to": {**target, "const": const}}


def signature(**arguments: Any) -> dict[str, Any]:
    """A signature as the native core gives it: `n=INT, a=pointer(DOUBLE)`."""
    ir_types = {"int": "i32", "long": "i64", "double": "double", "float": "float", "_Bool": "i1"}
    return {
        "function": "kernel",
        "returns": "void",
        "return_type": None,
        "arguments": [
            {
                "name": name,
                "ir_type": "ptr" if ctype["kind"] in ("pointer", "reference") else ir_types[ctype["name"]],
                "type": ctype,
                "attributes": [],
            }
            for name, ctype in arguments.items()
        ],
        "globals": [],
    }


SPMV = """
entry = "spmv_csr"
[sizes]
rows = 20000
nnz = { value = 200000, min = 1 }
[[verify]]
rows = 7
nnz = 13
[args.n]
value = "rows"
[args.row_ptr]
shape = ["rows + 1"]
fill = "offsets"
total = "nnz"
[args.col]
shape = ["nnz"]
fill = "index"
below = "rows"
[args.val]
shape = ["nnz"]
range = [-1.0, 1.0]
[args.y]
shape = ["rows"]
role = "out"
"""
SPMV_SIGNATURE = signature(
    n=INT,
    row_ptr=pointer(INT, True),
    col=pointer(INT, True),
    val=pointer(DOUBLE, True),
    y=pointer(DOUBLE),
)


def array(call: Any, name: str) -> np.ndarray[Any, Any]:
    buffer = next(slot for slot in call.slots if slot.name == name)
    kinds = {"f64": "<f8", "f32": "<f4", "i32": "<i4", "u8": "u1", "i8": "i1", "i64": "<i8"}
    return np.frombuffer(buffer.data, kinds[buffer.element])


# -- expressions ---------------------------------------------------------------------------------


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 50))
def test_expressions_agree_with_python(a: int, b: int, c: int) -> None:
    text = "max(a * (b + 3) // c, min(a, b) - c) % 7 - -b"
    expected = max(a * (b + 3) // c, min(a, b) - c) % 7 - -b
    assert evaluate(text, {"a": a, "b": b, "c": c}) == expected
    assert names(text) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "n.real",
        "n ** 9",
        "[n]",
        "n if n else 1",
        "'a' * n",
        "max()",
        "n +",
        "n / 2",
        "True",
        "n // 0",
        "m",
    ],
)
def test_other_syntax_and_unknown_names_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, {"n": 4})


# -- TOML ----------------------------------------------------------------------------------------


def test_the_documented_examples_load() -> None:
    text = (Path(__file__).parent.parent / "docs" / "workloads.md").read_text()
    blocks = [block.partition("```")[0] for block in text.split("```toml\n")[1:]]
    assert len(blocks) >= 4
    for block in blocks:
        workload = Workload.parse(block)
        assert Workload.parse(workload.to_toml()) == workload


identifier = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name not in ("min", "max")
)
numbers = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)
fields = st.builds(FieldSpec, type=st.sampled_from(["double", "i32"]), offset=st.integers(0, 64))
arguments = st.one_of(
    st.builds(Argument, value=numbers),
    st.builds(
        Argument,
        type=st.sampled_from(["", "double", "i32", "u8"]),
        shape=st.lists(st.sampled_from(["n", "n + 1", 4]), min_size=1, max_size=3).map(tuple),
        role=st.sampled_from([None, "in", "out", "inout"]),
        fill=st.sampled_from(["uniform", "zero", "sorted", "permutation"]),
        range=st.none() | st.tuples(st.integers(-9, 0), st.integers(1, 9)),
        special=st.booleans(),
    ),
    st.builds(
        Argument,
        type=st.just("struct"),
        shape=st.just(("n",)),
        stride=st.just(80),
        fields=st.dictionaries(identifier, fields, min_size=1, max_size=3),
    ),
)


@given(
    st.dictionaries(identifier, arguments, max_size=4),
    st.dictionaries(identifier, arguments, max_size=2),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8),
)
def test_toml_round_trip(args: dict[str, Argument], globals_: dict[str, Argument], entry: str) -> None:
    sizes = {"n": Size(12, min=4, multiple=4, power_of_two=False, at_least="m"), "m": Size(3)}
    workload = Workload(args, sizes, ({"n": 8},), globals_, entry, (5,))
    assert Workload.parse(workload.to_toml()) == workload


def test_save_writes_what_load_reads(tmp_path: Path) -> None:
    workload = Workload.parse(SPMV)
    path = tmp_path / "spmv.toml"
    workload.save(path)
    assert Workload.load(path) == workload
    assert [entry.name for entry in tmp_path.iterdir()] == ["spmv.toml"]
    with pytest.raises(WorkloadError, match="cannot write"):
        workload.save(tmp_path / "missing" / "spmv.toml")


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("[sizes]\nn = 1.5", "sizes.n", "n = 1000"),
        ("[sizes]\nn = { value = 5, multiple = 2 }", "sizes.n", "change one"),
        ("[sizes]\nn = { value = 5, minimum = 2 }", "minimum", "did you mean"),
        ("[size]\nn = 3", "size", "sizes"),
        ('[args.a]\nrole = "in"', "args.a", "shape"),
        ('[args.a]\nshape = ["k"]', "args.a.shape", "k = "),
        ('[sizes]\nrows = 3\n[args.a]\nshape = ["row"]', "args.a.shape", "rows"),
        ('[args.a]\nshape = [3]\nrole = "read"', "args.a.role", "inout"),
        ('[args.a]\nshape = [3]\nfill = "random"', "args.a.fill", "uniform"),
        ('[args.a]\nshape = [3]\nfill = "index"', "args.a.below", "add below"),
        ('[args.a]\nshape = [3]\ntype = "int"', "args.a.type", "i32"),
        ("[args.a]\nrange = [3, 1]", "args.a.range", "lower end"),
        ("[args.a]\nrange = [3]", "args.a.range", "low, high"),
        ("[args.a]\nvalue = true", "args.a.value", "rows + 1"),
        ("[[verify]]\nn = 3", "n", "known keys"),
        ("seeds = []", "seeds", "[1, 2, 3]"),
        ("[sizes\n", "TOML", "docs/workloads.md"),
    ],
)
def test_errors_name_file_key_and_remedy(text: str, key: str, remedy: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(WorkloadError) as caught:
        Workload.load(path)
    assert str(path) in caught.value.message
    assert key in caught.value.message
    assert remedy in caught.value.hint


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(WorkloadError, match="No such file"):
        Workload.load(tmp_path / "none.toml")


# -- against the signature -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("[args.n]\nvalue = 3\n[args.b]\nshape = [3]", "args.a", "[args.a]"),
        ("[args.n]\nvalue = 3\n[args.aa]\nshape = [3]\n[args.a]\nshape = [3]", "args.aa", "args.a"),
        ("[args.n]\nshape = [3]\n[args.a]\nshape = [3]", "args.n", "value or range"),
        ("[args.n]\nvalue = 3\n[args.a]\nvalue = 3", "args.a", "shape"),
        ("[args.n]\nvalue = 2.5\n[args.a]\nshape = [3]", "args.n", "whole number"),
        ("[args.n]\nvalue = 5000000000\n[args.a]\nshape = [3]", "args.n", "smaller"),
        ('[args.n]\nvalue = 3\n[args.a]\nshape = [3]\ntype = "float"', "args.a.type", "remove"),
        ('[args.n]\nvalue = 3\n[args.a]\nshape = [3]\nrole = "out"', "args.a.role", '"in"'),
        ('[args.n]\nvalue = 3\n[args.a]\nshape = ["2 - 4"]', "args.a.shape", "correct"),
        ('[args.n]\nvalue = 3\n[args.a]\nshape = [3, 3]\nfill = "pointers"', "args.a.fill", "another fill"),
        ("[args.n]\nvalue = 3\n[args.a]\nshape = [9000000000]", "args.a.shape", "shrink"),
        ("[args.n]\nvalue = 3\n[args.a]\nshape = [3]\n[globals.t]\nshape = [3]", "globals.t", "remove"),
    ],
)
def test_contradictions_of_the_signature(text: str, key: str, remedy: str) -> None:
    parsed = Workload.parse(text)
    if key == "args.a" and "args.b" in text:
        parsed = Workload({"n": parsed.args["n"]})
    with pytest.raises(WorkloadError) as caught:
        parsed.validate(signature(n=INT, a=pointer(DOUBLE, True)))
    assert f"{key}:" in caught.value.message
    assert remedy in caught.value.hint


def test_a_csr_call_is_consistent() -> None:
    workload = Workload.parse(SPMV)
    workload.validate(SPMV_SIGNATURE)
    call = workload.call(SPMV_SIGNATURE, {"rows": 50, "nnz": 300}, seed=4)
    assert call.slots[0] == Scalar("i32", 50, "n")
    offsets, columns, values = array(call, "row_ptr"), array(call, "col"), array(call, "val")
    assert (offsets[0], offsets[-1], len(offsets)) == (0, 300, 51)
    assert (np.diff(offsets) >= 0).all()
    assert ((columns >= 0) & (columns < 50)).all()
    assert (np.abs(values) <= 1).all() and np.abs(values).max() > 0.5
    roles = [slot.role for slot in call.slots if isinstance(slot, Buffer)]
    assert roles == ["in", "in", "in", "out"]


def test_data_depend_on_seed_and_name_only() -> None:
    workload = Workload.parse(SPMV)
    one = workload.call(SPMV_SIGNATURE, {"rows": 9, "nnz": 30}, 1)
    assert one == workload.call(SPMV_SIGNATURE, {"rows": 9, "nnz": 30}, 1)
    assert one != workload.call(SPMV_SIGNATURE, {"rows": 9, "nnz": 30}, 2)
    # The stream is part of the contract: recorded workloads must stay the same inputs.
    assert array(one, "col")[:4].tolist() == [7, 5, 5, 7]


def test_special_values_reach_floats_and_leave_ranges_of_integers() -> None:
    workload = Workload.parse(SPMV)
    call = workload.call(SPMV_SIGNATURE, {"rows": 50, "nnz": 3000}, 1, special=True)
    values = array(call, "val")
    assert np.isnan(values).any() and np.isposinf(values).any() and np.isneginf(values).any()
    assert ((values == 0) & np.signbit(values)).any()
    assert ((np.abs(values) < np.finfo(np.float64).tiny) & (values != 0)).any()
    columns = array(call, "col")
    assert ((columns >= 0) & (columns < 50)).all()
    quiet = Workload({**workload.args, "val": Argument(shape=("nnz",), special=False)}, workload.sizes)
    assert np.isfinite(array(quiet.call(SPMV_SIGNATURE, {}, 1, special=True), "val")).all()


def test_fills() -> None:
    text = """
    [sizes]
    n = 64
    [args.sorted]
    shape = ["n"]
    fill = "sorted"
    [args.perm]
    shape = ["n"]
    fill = "permutation"
    [args.iota]
    shape = ["n"]
    fill = "iota"
    start = 3
    step = 2
    [args.constant]
    shape = ["n"]
    fill = "constant"
    value = "n + 1"
    [args.text]
    type = "i8"
    shape = ["n"]
    fill = "text"
    alphabet = "acgt"
    [args.spd]
    shape = ["n", "n"]
    fill = "spd"
    [args.rows]
    type = "double"
    shape = ["n", 3]
    fill = "pointers"
    """
    char = {"kind": "int", "name": "char", "size": 1, "signed": True}
    kinds = {
        "sorted": pointer(DOUBLE),
        "perm": pointer(INT),
        "iota": pointer(INT),
        "constant": pointer(FLOAT),
        "text": pointer(char),
        "spd": pointer(DOUBLE),
        "rows": pointer(pointer(DOUBLE)),
    }
    call = Workload.parse(text).call(signature(**kinds), {}, 1)
    assert (np.diff(array(call, "sorted")) >= 0).all()
    assert sorted(array(call, "perm").tolist()) == list(range(64))
    assert array(call, "iota")[:3].tolist() == [3, 5, 7]
    assert set(array(call, "constant").tolist()) == {65.0}
    letters = array(call, "text").tobytes()
    assert set(letters[:-1]) <= set(b"acgt") and letters[-1] == 0
    np.linalg.cholesky(array(call, "spd").reshape(64, 64))
    rows = next(slot for slot in call.slots if slot is not None and slot.name == "rows")
    assert isinstance(rows, Buffer) and rows.rows == 64 and len(rows.data) == 64 * 3 * 8


def test_structs_take_their_layout_from_the_signature() -> None:
    text = """
    [args.p]
    shape = [5]
    fields = { x = { range = [10, 11] }, id = { fill = "index", below = 3 } }
    """
    call = Workload.parse(text).call(signature(p=pointer(POINT)), {}, 1)
    buffer = call.slots[0]
    assert isinstance(buffer, Buffer)
    assert buffer.element == "struct 24: f64@0 f64@8 i32@16" and buffer.align == 8
    assert parse_layout(buffer.element).code == buffer.element
    record = np.frombuffer(buffer.data, [("x", "<f8"), ("y", "<f8"), ("id", "<i4"), ("pad", "<i4")])
    assert ((record["x"] >= 10) & (record["x"] < 11)).all()
    assert (np.abs(record["y"]) <= 1).all()
    assert set(record["id"].tolist()) <= {0, 1, 2}
    with pytest.raises(WorkloadError, match="no such field"):
        Workload.parse("[args.p]\nshape = [5]\nfields = { z = { range = [0, 1] } }").validate(
            signature(p=pointer(POINT))
        )


def test_globals_that_are_not_described_start_as_the_object_says() -> None:
    kernel = signature(n=INT)
    array_type = {"kind": "array", "name": "int[8]", "size": 32, "to": INT, "counts": [8]}
    kernel["globals"] = [
        {"name": "state", "type": array_type, "size": 32, "constant": False},
        {"name": "table", "type": array_type, "size": 32, "constant": False},
        {"name": "fixed", "type": array_type, "size": 32, "constant": True},
    ]
    text = "[args.n]\nvalue = 3\n[globals.table]\nshape = [8]\nrange = [0, 5]"
    call = Workload.parse(text).call(kernel, {}, 1)
    assert set(call.globals) == {"state", "table"}
    assert call.globals["state"].data == b"" and call.globals["state"].element == "i32"
    assert len(call.globals["table"].data) == 32 and call.globals["table"].role == "inout"


# -- sizes ---------------------------------------------------------------------------------------


def test_verification_sizes_cover_zero_odd_stated_and_measured() -> None:
    cases = Workload.parse(SPMV).verification_sizes()
    assert cases[-1].origin == "measured" and dict(cases[-1].sizes) == {"rows": 20000, "nnz": 200000}
    assert {"rows": 0, "nnz": 1} in [dict(case.sizes) for case in cases]
    assert [dict(case.sizes) for case in cases if case.origin == "stated"] == [{"rows": 7, "nnz": 13}]
    generated = [case.sizes for case in cases if case.origin == "generated"]
    assert len(generated) >= 10 and sum(sizes["rows"] % 2 for sizes in generated) >= 5
    totals = [sum(case.sizes.values()) for case in cases]
    assert totals == sorted(totals)


@given(
    st.integers(0, 10**6),
    st.integers(0, 100),
    st.sampled_from([1, 2, 3, 8]),
    st.booleans(),
    st.integers(0, 500),
)
def test_fitted_sizes_keep_every_constraint(
    low: int, k: int, multiple: int, power: bool, wanted: int
) -> None:
    power = power and multiple != 3
    sizes = {
        "n": Size(10**7 - 10**7 % multiple, min=low, multiple=multiple, power_of_two=power, at_least="2 * k"),
        "k": Size(100, max=100),
    }
    fitted = fit_sizes(sizes, {"n": wanted, "k": k})
    assert fitted is not None
    assert fitted["n"] >= max(low, 2 * fitted["k"]) and fitted["n"] % multiple == 0 and fitted["k"] <= 100
    assert not power or fitted["n"] & (fitted["n"] - 1) == 0


def test_constraints_that_chase_each_other_have_no_solution() -> None:
    assert (
        fit_sizes({"a": Size(9, at_least="b + 1"), "b": Size(9, at_least="a + 1")}, {"a": 1, "b": 1}) is None
    )


def test_scaled_sizes_keep_constraints() -> None:
    workload = Workload.parse(
        "[sizes]\nn = { value = 1024, power_of_two = true }\nk = { value = 30, min = 20 }"
    )
    assert workload.scaled(0.3) == {"n": 256, "k": 20}
