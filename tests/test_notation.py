"""The formal notation: reading, writing, short forms, errors."""

from __future__ import annotations

import pytest

from passwright.irgen.notation.parse import NotationError, parse
from passwright.irgen.notation.resolve import ProgramError, describe, resolve
from passwright.irgen.notation.text import program_text

CANONICAL = [
    "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s",
    "C[i, j] += A[i, k] * B[k, j] for f64[n, m] A, f64[m, p] B, inout f64[n, p] C, size n, size m, size p",
    "y[i] = (x[i - 1] + x[i] + x[i + 1]) / 3 @ clamp for f64[n] x, out f64[n] y, size n",
    "y[i] = sum[j in 0..i + 1](x[j]) for i32[n] x, out i32[n] y, size n",
    "h[k[i]] += 1 for i32[n] k in 0..b, out i32[b] h, size n, size b",
    "y[r] = sum[p in ptr[r]..ptr[r + 1]](val[p] * x[col[p]]) for i32[n + 1] ptr offsets nnz, i32[nnz] col in 0..m, "
    "f64[nnz] val, f64[m] x, out f64[n] y, size n, size m, size nnz",
    "seq L[i, j] = i == 0 || j == 0 ? 0 : s[i - 1] == t[j - 1] ? L[i - 1, j - 1] + 1 : max(L[i - 1, j], L[i, j - 1]) "
    "over i in 0..n + 1, j in 0..m + 1; r = L[n, m] for char[n] s, char[m] t, size n, size m, return i32 r",
    "repeat T { u[i] = (v[i - 1] + v[i + 1]) / 2 @ interior; v[i] = u[i] } "
    "for inout f64[n] u, inout f64[n] v, size n, i32 T",
    "y = filter[i | x[i] > -1.5](x[i] * (a - b - c)) for f64[n] x, f64 a, f64 b, f64 c, out f64[n] y, size n",
    "c = count[i](s[i] == 'a' || s[i] == '\\'') for char[n] s, len n, return i32 c",
    "y[i] = (a ? b : c) ? --x[i] : ~u8(x[i] << 2 & 15) for i32[n] x, bool a, bool b, bool c, out i32[n] y, size n",
    "m min= x[i] for f32[16] x, return f32 m",
    "seq down y[i] = b[i] - sum[j in i + 1..n](U[i, j] * y[j]) for f64[n, n] U, f64[n] b, out f64[n] y, size n",
    "k = count[i, j in 0..i | (x[i] | 1) > 0](x[i] < x[j]) for i64[n] x sorted nonzero, size n, return i64 k",
]


@pytest.mark.tiny
@pytest.mark.parametrize("text", CANONICAL)
def test_the_canonical_text_is_read_back(text: str) -> None:
    program = parse(text)
    assert program_text(program) == text
    assert parse(program_text(program)) == program


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("short", "whole"),
    [
        (
            "C[i,j] += A[i,k]*B[k,j] for f64[n,k],f64[k,m]",
            "C[i, j] += A[i, l] * B[l, j] for f64[n, k] A, f64[k, m] B, out f64[n, m] C, size n, size k, size m",
        ),
        ("s = sum[i](x[i]) for f32[n]", "s = sum[i](x[i]) for f32[n] x, return f32 s, size n"),
        ("y = sort(x) for i32[n] x", "y = sort(x) for i32[n] x, out i32[n] y, size n"),
        (
            "k = first[i](x[i] == t) for f64[n] x, f64 t",
            "k = first[i](x[i] == t) for f64[n] x, f64 t, return i64 k, size n",
        ),
    ],
)
def test_short_forms_are_made_whole(short: str, whole: str) -> None:
    assert program_text(parse(short)) == whole


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at the end"),
        ("s = ", "expected a value"),
        ("s = sum[i](x[i]", 'expected ")"'),
        ("s = foo(x) for f64 x", "no function"),
        ("s = pow(x) for f64 x", "takes 2, not 1"),
        ("for = 1 for f64 x", "meaning of its own"),
        ("s = x # y for f64 x", "not a sign"),
        ("y[i] = x[i] @ mirror for f64[n] x", "expected one of interior"),
        ("y[i] = x[i] for g64[n] x", "expected a type"),
        ("y[i] = x[i] for f64[n] x extra", "nothing may follow"),
    ],
)
def test_errors_show_the_place(text: str, says: str) -> None:
    with pytest.raises(NotationError, match=r"cannot read the notation") as error:
        parse(text)
    assert says in str(error.value) and "^" in str(error.value)


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("s = sum[i](x[i]) for f32[n]", ["s = sum[i in 0..n](x[i])"]),
        (
            "C[i,j] += A[i,k]*B[k,j] for f64[n,k],f64[k,m]",
            ["C[i, j] += A[i, l] * B[l, j] over i in 0..n, j in 0..m, l in 0..k"],
        ),
        ("c = count[i](x[i] < x[i+1]) for f64[n] x", ["c = count[i in 0..n - 1](x[i] < x[i + 1])"]),
        ("y[i] = x[i-1] + x[i+2] @ interior for f64[n] x", ["y[i] = x[i - 1] + x[i + 2] over i in 1..n - 2"]),
        ("y[i] = x[i-1] + x[i+2] @ zero for f64[n] x", ["y[i] = x[i - 1] + x[i + 2] over i in 0..n @ zero"]),
        (
            "y[i] = sum[k in -r..r + 1](x[i + k]) @ interior for f64[n] x, out f64[n] y, size n, i64 r",
            ["y[i] = sum[k in -r..r + 1](x[i + k]) over i in r..n - r"],
        ),
        (
            "c[0] = x[0]; seq c[i] = max(x[i], c[i-1] + x[i]) over i in 1..n; r = max[i](c[i]) for i32[n] x, return i32 r",
            [
                "c[0] = x[0]",
                "seq c[i] = max(x[i], c[i - 1] + x[i]) over i in 1..n",
                "r = max[i in 0..n](c[i])",
                "local i32[n] c",
            ],
        ),
        ("h[k[i]] += w[i] for i32[n] k in 0..b, f32[n] w, out f32[b] h", ["h[k[i]] += w[i] over i in 0..n"]),
        (
            "t = sum[i](x[i]); y[i] = x[i] / t for f32[n] x",
            ["t = sum[i in 0..n](x[i])", "y[i] = x[i] / t over i in 0..n", "local f32[] t"],
        ),
    ],
)
def test_ranges_and_locals_are_found(text: str, lines: list[str]) -> None:
    assert describe(resolve(parse(text))).splitlines() == lines


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("s = x[i] for f64[n] x, return f64 s", "stands only on the right"),
        ("s = sum[i](1) for f64[n] x, return f64 s", "no range for the index i"),
        ("y[i] = x[i, i] for f64[n] x, out f64[n] y", "1 dimensions, not 2"),
        ("y[i] = x + 1 for f64[n] x, out f64[n] y", "x is an array"),
        ("y[i] = q[i] for f64[n] x, out f64[n] y", "q is not declared"),
        ("x[i] = 1 for f64[n] x, out f64[n] y", "x is an input and is written"),
        ("t = 1 for f64[n] x, out f64[n] y", "no statement writes"),
        ("y[i] = x[i] for f64[n] x, f64[n] x, out f64[n] y", "declared twice"),
        ("y[i] = x[i] & 1 for f64[n] x, out f64[n] y", "& takes integers, and not f64"),
        ("y[i] = ~x[i] for f32[n] x, out i32[n] y", "~ takes integers, and not f32"),
        ("y[i] ^= 1 for i32[n] x, inout f64[n] y", "^= takes integers"),
        ("s = xor[i](x[i]) for f64[n] x, return f64 s", "xor takes integers"),
    ],
)
def test_programs_without_meaning_are_refused(text: str, says: str) -> None:
    with pytest.raises(ProgramError) as error:
        resolve(parse(text))
    assert says in str(error.value)
