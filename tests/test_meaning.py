"""What programs of the notation mean, beside NumPy's own words for it and plain Python; inputs that obey declarations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_notation import CANONICAL

from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.inputs import DrawError, at_sizes, draw
from passwright.irgen.notation.meaning import MeaningError, agree, evaluate
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import Program

X = np.array([3.0, -1.0, 4.0, 1.5, -5.0, 9.0])
A, B = np.arange(6.0).reshape(2, 3) - 2, np.arange(12.0).reshape(3, 4) / 2


def run(text: str, /, **values: Any) -> dict[str, Any]:
    return evaluate(parse(text), values)


def one(text: str, /, **values: Any) -> Any:
    (result,) = run(text, **values).values()
    return result


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s = sum[i](x[i] * x[i]) for f64[n] x", X @ X),
        ("s = prod[i](x[i]) for f64[n] x", X.prod()),
        ("s = max[i](abs(x[i])) for f64[n] x", 9.0),
        ("s = min[i | x[i] > 0](x[i]) for f64[n] x", 1.5),
        ("s = count[i](x[i] > 0) for f64[n] x", 4),
        ("s = any[i](x[i] > 9) for f64[n] x", False),
        ("s = all[i](x[i] > -6) for f64[n] x", True),
        ("s = first[i](x[i] < 0) for f64[n] x", 1),
        ("s = last[i](x[i] < 0) for f64[n] x", 4),
        ("s = first[i](x[i] > 99) for f64[n] x", -1),
        ("s = argmin[i](x[i]) for f64[n] x", 4),
        ("s = argmax[i | i != 5](x[i]) for f64[n] x", 2),
        ("y = sort(x) for f64[n] x", np.sort(X)),
        ("y = sort_desc(x) for f64[n] x", np.sort(X)[::-1]),
        ("y = argsort(x) for f64[n] x", np.argsort(X)),
        ("y[i] = sum[j in 0..i + 1](x[j]) for f64[n] x", np.cumsum(X)),
        ("seq y[i] = i == 0 ? x[0] : y[i - 1] + x[i] for f64[n] x", np.cumsum(X)),
        ("y[i] = x[n - 1 - i] for f64[n] x", X[::-1]),
        ("y[i] = x[i - 1] + x[i + 1] @ zero for f64[n] x", np.pad(X, 1)[:-2] + np.pad(X, 1)[2:]),
        ("y[i] = x[i - 1] + x[i + 1] @ clamp for f64[n] x", np.pad(X, 1, "edge")[:-2] + np.pad(X, 1, "edge")[2:]),
        ("y[i] = x[i - 1] + x[i + 1] @ wrap for f64[n] x", np.roll(X, 1) + np.roll(X, -1)),
        ("y[i] = x[i - 2] + x[i + 2] @ reflect for f64[n] x", np.pad(X, 2, "reflect")[:-4] + np.pad(X, 2, "reflect")[4:]),
        ("y = filter[i | x[i] > 1](x[i] * 2) for f64[n] x", np.array([6.0, 8, 3, 18, 0, 0])),
        ("y[i] = x[i] > 0 ? sqrt(x[i]) : 0 for f64[n] x", np.sqrt(np.maximum(X, 0))),
        ("s = max[i, j in 0..i](x[i] - x[j]) for f64[n] x", 14.0),
        ("y[i] = round(x[i] / 2) for f64[n] x", np.array([2.0, -1, 2, 1, -3, 5])),
    ],
)  # fmt: skip
def test_one_dimension(text: str, expected: Any) -> None:
    np.testing.assert_allclose(one(text, x=X, n=6), expected)


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C[i,j] += A[i,k] * B[k,j] for f64[n,m], f64[m,p]", A @ B),
        ("C[i,j] = sum[k](A[i,k] * B[k,j]) for f64[n,m] A, f64[m,p] B, out f64[n,p] C", A @ B),
        ("y[i] = sum[j](A[i,j]) for f64[n,m] A, f64[m,p] B, out f64[n] y", A.sum(axis=1)),
        ("y[j] += A[i,j] for f64[n,m] A, f64[m,p] B, out f64[m] y", A.sum(axis=0)),
        ("y[j] max= A[i,j] for f64[n,m] A, f64[m,p] B, out f64[m] y", A.max(axis=0)),
        ("T[j,i] = A[i,j] for f64[n,m] A, f64[m,p] B, out f64[m,n] T", A.T),
        ("y = filter[i, j | A[i,j] > 0](A[i,j]) for f64[n,m] A, f64[m,p] B, out f64[3] y", A[A > 0]),
        ("s = sum[i, j in i..m](A[i,j]) for f64[n,m] A, f64[m,p] B, return f64 s", np.triu(A).sum()),
    ],
)
def test_two_dimensions(text: str, expected: Any) -> None:
    np.testing.assert_allclose(one(text, A=A, B=B, n=2, m=3, p=4), expected)


@pytest.mark.tiny
def test_integers_are_those_of_c() -> None:
    x = np.array([-7, 7, -2147483648], np.int32)
    found = run(
        "q[i] = x[i] / 2; r[i] = x[i] % 3; d[i] = x[i] + x[i]; u[i] = u32(x[i]) >> 28; b[i] = i8(x[i] * 100) "
        "for i32[n] x, out i32[n] q, out i32[n] r, out i32[n] d, out u32[n] u, out i8[n] b",
        x=x, n=3,
    )  # fmt: skip
    assert found["q"].tolist() == [-3, 3, -1073741824]
    assert found["r"].tolist() == [-1, 1, -2]
    assert found["d"].tolist() == [-14, 14, 0]
    assert found["u"].tolist() == [15, 0, 8]
    assert found["b"].tolist() == [68, -68, 0]


@pytest.mark.tiny
def test_bits() -> None:
    x = np.array([1, 12, 0, 0x80000000], np.uint32)
    found = run(
        "p[i] = popcount(x[i]); c[i] = clz(x[i]); t[i] = ctz(x[i]); r[i] = bitreverse(x[i]); l[i] = rotl(x[i], 4); "
        "e[i] = parity(x[i]) for u32[n] x, out i32[n] p, out i32[n] c, out i32[n] t, out u32[n] r, out u32[n] l, "
        "out i32[n] e",
        x=x, n=4,
    )  # fmt: skip
    assert found["p"].tolist() == [1, 2, 0, 1]
    assert found["c"].tolist() == [31, 28, 32, 0]
    assert found["t"].tolist() == [0, 2, 32, 31]
    assert found["r"].tolist() == [0x80000000, 0x30000000, 0, 1]
    assert found["l"].tolist() == [16, 192, 0, 8]
    assert found["e"].tolist() == [1, 0, 0, 1]


@pytest.mark.tiny
def test_unsigned_hashes_wrap() -> None:
    text = "seq h = h * 31 + u32(s[i]) over i in 0..n for char[n] s, size n, return u32 h"
    assert one(text, s=np.frombuffer(b"hello world", np.int8), n=11) == 1794106052  # Java's


@pytest.mark.tiny
def test_the_right_side_is_read_first() -> None:
    assert one("x[i] = x[n - 1 - i] for inout i32[n] x", x=[1, 2, 3], n=3).tolist() == [3, 2, 1]
    assert one("seq x[i] = x[n - 1 - i] for inout i32[n] x", x=[1, 2, 3], n=3).tolist() == [3, 2, 3]


@pytest.mark.tiny
def test_order_of_writing() -> None:
    assert one(
        "seq down y[i] = i == n - 1 ? 1 : y[i + 1] * 2 for i32[n] x, out i32[n] y", x=[0] * 4, n=4
    ).tolist() == [8, 4, 2, 1]
    assert one("y[k[i]] = i for i32[n] k, out i32[2] y", k=[0, 1, 0], n=3).tolist() == [2, 1]


@pytest.mark.tiny
def test_what_arrays_begin_with() -> None:
    kept = run(
        "y[i] = x[i - 1] + x[i + 1] @ interior for f64[n] x, out f64[n] y", x=[1.0, 2, 3], y=[7.0, 7, 7], n=3
    )
    assert kept["y"].tolist() == [7, 4, 7]
    added = run("h[k[i]] += 1 for i32[n] k, out i32[3] h", k=[0, 2, 2], h=[9, 9, 9], n=3)
    assert added["h"].tolist() == [1, 0, 2]
    into = run("h[k[i]] += 1 for i32[n] k, inout i32[3] h", k=[0, 2, 2], h=[9, 9, 9], n=3)
    assert into["h"].tolist() == [10, 9, 11]
    least = run("y[k[i]] min= x[i] for i32[n] k, i32[n] x, out i32[2] y", k=[0, 0], x=[5, 3], n=2)
    assert least["y"].tolist() == [3, 2**31 - 1]


@pytest.mark.tiny
def test_repeat_and_locals() -> None:
    text = "repeat T { seq t = a + b; a = b; b = t } for inout i64 a, inout i64 b, i32 T"
    assert run(text, a=0, b=1, T=10) == {"a": 55, "b": 89}


@pytest.mark.tiny
def test_edit_distance() -> None:
    text = (
        "seq D[i, j] = i == 0 ? j : j == 0 ? i : min(min(D[i - 1, j], D[i, j - 1]) + 1, D[i - 1, j - 1] + "
        "(s[i - 1] == t[j - 1] ? 0 : 1)) over i in 0..n + 1, j in 0..m + 1; r = D[n, m] "
        "for char[n] s, char[m] t, size n, size m, return i32 r"
    )
    assert one(text, s=np.frombuffer(b"kitten", np.int8), t=np.frombuffer(b"sitting", np.int8), n=6, m=7) == 3


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("s = min[i](x[i]) for f64[n] x", {"x": [], "n": 0}, "of nothing"),
        ("y[i] = x[i + 1] over i in 0..n for f64[n] x", {"x": [1.0, 2], "n": 2}, "reads outside x"),
        ("y[i] = 1 / x[i] for i32[n] x", {"x": [0], "n": 1}, "divides by zero"),
        ("y[k[i]] = x[i] for i32[n] k, i32[n] x", {"k": [3], "x": [1], "n": 1}, "written outside y"),
        ("y[i] = x[i] << 32 for i32[n] x", {"x": [1], "n": 1}, "shifts 32 bits"),
        ("s = sum[i](x[i]) for f64[n] x", {"x": [1.0], "n": 2}, "declared is [2]"),
        ("s = sum[i](x[i]) for f64[n] x", {"x": [1.0]}, "no value for the size n"),
    ],
)
def test_inputs_without_a_meaning(text: str, values: dict[str, Any], says: str) -> None:
    with pytest.raises(MeaningError) as error:
        run(text, **values)
    assert says in str(error.value)


@pytest.mark.tiny
def test_branches_not_taken_are_not_evaluated() -> None:
    assert one("y[i] = x[i] == 0 ? 0 : 6 / x[i] for i32[n] x", x=[0, 2], n=2).tolist() == [0, 3]
    assert one("y[i] = i > 0 && x[i - 1] > 0 for i32[n] x, out bool[n] y", x=[1, 2], n=2).tolist() == [
        False,
        True,
    ]
    assert one(
        "y[i] = sum[j in 0..n | j < i](6 / (i - j)) over i in 0..n for i32[n] x", x=[0, 0, 0], n=3
    ).tolist() == [0, 6, 9]


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_names_mean_the_same(text: str) -> None:
    program = parse(text)
    renamed = canonical(program)
    to = {original: name for name, original in renamed.names.items()}
    for values in draw(program, seed=3, count=4):
        plain = evaluate(program, values)
        other = evaluate(renamed.program, {to[name]: value for name, value in values.items()})
        for name, value in plain.items():
            np.testing.assert_array_equal(value, other[to[name]])
    assert parse(renamed.text)


@pytest.mark.tiny
def test_placeholders_stand_for_long_numbers_and_characters() -> None:
    found = canonical(
        parse(
            "r = count[q](word[q] == 'e') * 0.25 + 10 - 3 for char[len_] word, len len_, f64 s, return f64 r"
        )
    )
    assert (
        found.text == "r = count[i](a0[i] == k0) * c0 + c1 - 3 for char[n0] a0, len n0, f64 s0, return f64 r"
    )
    assert {name: getattr(x, "text", "") or x.value for name, x in found.literals.items()} == {
        "k0": "e",
        "c0": "0.25",
        "c1": "10",
    }


def test_examples_of_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs/notation.md").read_text()
    found = re.findall(r"^\| [^|]+ \| `(.*)` \|$", page, re.M) + re.findall(r'generate "(.*=.*)"', page)
    assert len(found) >= 12
    for text in found:
        assert draw(parse(text.replace("\\|", "|")), count=3)


# inputs


def drawn(text: str, count: int = 24) -> tuple[Program, list[dict[str, Any]]]:
    program = parse(text)
    return program, draw(program, seed=7, count=count)


@pytest.mark.parametrize("text", CANONICAL)
def test_inputs_have_a_meaning(text: str) -> None:
    program, found = drawn(text, 12)
    assert len(found) == 12
    for values in found:
        evaluate(program, values)
    again = draw(program, seed=7, count=12)
    assert all(np.array_equal(a[k], b[k]) for a, b in zip(found, again, strict=True) for k in a)


@pytest.mark.tiny
def test_sizes_are_varied() -> None:
    _, found = drawn("s = sum[i](x[i]) for f64[n] x")
    sizes = [values["n"] for values in found]
    assert {0, 1} <= set(sizes) and max(sizes) > 50 and any(n % 2 for n in sizes if n > 1)
    _, found = drawn("s = max[i](x[i]) for f64[n] x")
    assert min(values["n"] for values in found) == 1
    assert all(v["n"] > 0 for v in draw(parse("s = sum[i](x[i]) for f64[n] x"), count=8, least=1))


@pytest.mark.tiny
def test_attributes_are_obeyed() -> None:
    text = (
        "y[r] = sum[p in ptr[r]..ptr[r + 1]](val[p] * x[col[p]]) + q[r] * z[o[r]] + 1 / d[r] for i32[n + 1] ptr offsets "
        "nnz, i32[nnz] col in 0..m, f64[nnz] val, f64[m] x, f64[n] q sorted, f64[n] z, i64[n] o permutation, "
        "i32[n] d nonzero, out f64[n] y, size n, size m, size nnz"
    )
    _, found = drawn(text)
    for v in found:
        assert v["ptr"][0] == 0 and v["ptr"][-1] == v["nnz"] and np.all(np.diff(v["ptr"]) >= 0)
        assert np.all((v["col"] >= 0) & (v["col"] < v["m"]))
        assert np.all(np.diff(v["q"]) >= 0) and np.all(v["d"] != 0)
        assert sorted(v["o"]) == list(range(v["n"]))
        assert v["ptr"].dtype == np.int32 and np.all(v["y"] == 77)


@pytest.mark.tiny
def test_inputs_show_ties_and_signs() -> None:
    _, found = drawn("s = sum[i](x[i]) for i32[n] x")
    arrays = [v["x"] for v in found if v["n"] > 8]
    assert any(len(set(x)) == 1 for x in arrays) and any(1 < len(set(x)) <= 3 for x in arrays)
    assert any(x.max() < 0 for x in arrays) and any(np.all(np.diff(x) >= 0) for x in arrays)


def test_contradictions_are_told() -> None:
    with pytest.raises(DrawError, match="no test input"):
        drawn("y[i] = x[k[i]] for f64[4] x, i32[n] k in 3..3, size n in 1..9, out f64[n] y")
    with pytest.raises(DrawError, match="no test input"):
        drawn("y[i] = x[i + n] over i in 0..n for f64[n] x, size n in 1..9")


@pytest.mark.tiny
def test_large_inputs_for_timing() -> None:
    values = at_sizes(
        parse("h[k[i]] += 1 for i32[n] k in 0..b, out i32[b] h, size n, size b"), {"n": 100_000, "b": 16}
    )
    assert values["k"].shape == (100_000,) and set(values["k"]) == set(range(16))


@pytest.mark.tiny
def test_agreement() -> None:
    assert agree(1.0, 1.0 + 1e-12, "f64") and not agree(1.0, 1.0001, "f64")
    assert agree(np.float32(1), np.float32(1.00001), "f32") and not agree(1.0, 1.001, "f32")
    assert agree(0.0, 1e-11, "f64", magnitude=1e4) and not agree(0.0, 1e-11, "f64")
    assert agree([np.nan, np.inf], [np.nan, np.inf], "f64") and not agree([np.inf], [-np.inf], "f64")
    assert not agree(np.inf, 1.0, "f64") and not agree(1.0, np.nan, "f64")
    assert agree([1, 2], [1, 2], "i32") and not agree([1, 2], [1, 3], "i32") and not agree([1], [1, 2], "i32")
    assert evaluate(parse("s = sum[i](x[i]) for f64[n] x"), {"x": [1e6, -1e6], "n": 2}).magnitude == 2e6
