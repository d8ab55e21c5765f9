"""Whole source files from bodies on canonical names: what they look like, and that they compile and do what is meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from passwright.bench.generated import Judge
from passwright.irgen.binding import bind, signature, source
from passwright.irgen.clang import find_clang
from passwright.irgen.layout import lay_out, tokens
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import renamed
from passwright.irgen.prototype import split
from passwright.irgen.requirement import Requirement

DOT = "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, {} n, return f64 s"
DOT_BODY = "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i] * a1[i]; return r;"
PRODUCT = "C[i, j] += A[i, k] * B[k, j] for f64[n, m] A, f64[m, p] B, {0} f64[n, p] C, {1} n, {1} m, {1} p"
PRODUCT_BODY = (
    "for (int64_t i = 0; i < n0; i++) for (int64_t j = 0; j < n2; j++) { double t0 = 0; for (int64_t k = 0; k < n1; k++) "
    "t0 += a0[i * n1 + k] * a1[k * n2 + j]; %s[i * n2 + j] = t0; }"
)
FLAT_BODY = (
    "for (int64_t i = 0; i < n0 * n2; i++) %s[i] = 0; for (int64_t i = 0; i < n0; i++) for (int64_t k = 0; k < n1; k++) "
    "{ const double t0 = a0[i * n1 + k]; double *t1 = %s + i * n2; for (int64_t j = 0; j < n2; j++) "
    "t1[j] += t0 * a1[k * n2 + j]; }"
)
VV = "std::vector<std::vector<double>>"


def required(notation: str, english: str = "", language: str | None = None) -> Requirement:
    program = parse(notation)
    prototype = split(english)[1]
    if english == KEYWORDS:
        program = renamed(program, {"x": "in", "y": "out", "n": "size"})
    found = Requirement.of(program, english=english, prototype=prototype, language=language)  # type: ignore[arg-type]
    found.check()
    return found


KEYWORDS = "void twice(const double *in, double *out, unsigned size)"


@pytest.mark.tiny
def test_a_plain_prototype_reads_as_written_by_hand() -> None:
    text = "#include <math.h>\n/* Dot product. */\ndouble dot(const double *i,\n           const double *s, int n);"
    found = Requirement.of(
        renamed(parse(DOT.format("size")), {"x": "i", "y": "s", "s": "r"}),
        english=text,
        prototype=split(text)[1],
    )
    assert bind(found, DOT_BODY) == (
        "#include <stdint.h>\n#include <math.h>\n/* Dot product. */\n"
        "double dot(const double *i,\n           const double *s, int n) {\n"
        "  double r = 0;\n"
        "  for (int64_t j = 0; j < n; j++)\n"  # i is an argument
        "    r += i[j] * s[j];\n"
        "  return r;\n"
        "}\n"
    )


@pytest.mark.tiny
def test_vectors_are_subscripted() -> None:
    found = bind(
        required(DOT.format("len"), "double dot(const std::vector<double> &x, const std::vector<double> &y)"),
        DOT_BODY,
    )
    assert "  const int64_t n = (int64_t)x.size();\n" in found
    assert "    s += x[i] * y[i];\n" in found and "#include <vector>" in found


@pytest.mark.tiny
def test_rows_of_vectors_are_subscripted_twice() -> None:
    found = bind(
        required(PRODUCT.format("return", "len"), f"{VV} mm(const {VV} &A, const {VV} &B)"),
        PRODUCT_BODY % "r",
    )
    assert (
        "t0 += A[i][k] * B[k][j];" in found
        and "C[i][j] = t0;" in found
        and found.endswith("  return C;\n}\n")
    )


@pytest.mark.tiny
def test_the_english_becomes_a_comment() -> None:
    found = required(DOT.format("size"), "Compute the dot product of x and y.")
    assert bind(found, DOT_BODY).startswith(
        "#include <stdint.h>\n\n/* Compute the dot product of x and y. */\ndouble dot_product("
    )
    assert "/* ends * / here */" in source(found.program, signature(found), DOT_BODY, "ends */ here")


CASES = [
    (DOT.format("size"), "", DOT_BODY),
    (DOT.format("size"), "double dot(const double *x, const double *y, size_t n);", DOT_BODY),
    (DOT.format("size"), "double dot(int n, const double x[n], double y[static n])", DOT_BODY),
    (DOT.format("size"), "double dot(std::span<const double> x, const std::vector<double> &y, int n);", DOT_BODY),
    (DOT.format("size").replace("x", "`exp`"), "double dot(double *exp, double *y, int n);", 
     DOT_BODY.replace("a0[i]", "(a0[i] + exp(0) - 1)")),
    (DOT.format("len"), "double dot(vector<double> x, vector<double> y)", DOT_BODY),
    (DOT.format("len"), "using namespace std;\ndouble dot(vector<double> x, vector<double> y)", DOT_BODY),
    (PRODUCT.format("out", "size"), "void mm(double *A, double *B, double *C, unsigned n, int m, int p)",
     PRODUCT_BODY % "a2"),
    (PRODUCT.format("out", "size"), "void mm(int n, int m, int p, double A[n][m], double B[m][p], double C[n][p])",
     FLAT_BODY),
    (PRODUCT.format("out", "size"), "void mm(double **A, double **B, double **C, int n, int m, int p)",
     PRODUCT_BODY % "a2"),
    (PRODUCT.format("out", "size"), "void mm(double **A, double **B, double **C, int n, int m, int p)", FLAT_BODY),
    (PRODUCT.format("out", "len"), f"void mm(const {VV} &A, const {VV} &B, {VV} &C)", PRODUCT_BODY % "a2"),
    (PRODUCT.format("out", "len"), f"void mm(const {VV} &A, const {VV} &B, {VV} &C)", FLAT_BODY),
    (PRODUCT.format("return", "len"), f"{VV} mm(const {VV} &A, const {VV} &B)", FLAT_BODY),
    ("y[i] = x[i] * 2 for f64[n] x, out f64[n] y, size n", KEYWORDS, "for (int64_t i = 0; i < n0; i++) a1[i] = a0[i] * 2;"),
    ("a = min[i](x[i]); b = max[i](x[i]) for f32[n] x, out f32 a, out f32 b, size n",
     "void ends(const float *x, unsigned long n, float &a, float *b);",
     "*s0 = a0[0]; *s1 = a0[0]; for (int64_t i = 1; i < n0; i++) { "
     "if (a0[i] < *s0) *s0 = a0[i]; if (a0[i] > *s1) *s1 = a0[i]; }"),
    ("c = count[i](s[i] == 'a') for char[n] s, len n, return i32 c", "int count_a(const char *s)",
     "int r = 0; for (int64_t i = 0; i < n0; i++) if (a0[i] == 'a') r++; return r;"),
    ("y[i] = x[n - 1 - i] for char[n] x, return char[n] y, len n", "char *reversed(const char *x)",
     "for (int64_t i = 0; i < n0; i++) r[i] = a0[n0 - 1 - i];"),
    ("y[i] = x[n - 1 - i] for char[n] x, return char[n] y, len n", "std::string reversed(const std::string &x)",
     "if (n0 == 0) return; for (int64_t i = 0; i < n0; i++) r[i] = a0[n0 - 1 - i];"),
    ("y = sort(x) for i32[n] x, return i32[n] y, len n", "std::vector<int> sorted_copy(std::vector<int> x)",
     "std::copy(a0, a0 + n0, r); std::sort(r, r + n0);"),
    ("y = filter[i | x[i] > 0](x[i]) for i32[n] x, return i32[n] y, len n",
     "std::vector<int> positive(const std::vector<int> &x)",
     "int64_t t0 = 0; for (int64_t i = 0; i < n0; i++) if (a0[i] > 0) r[t0++] = a0[i];"),
    ("y = filter[i | x[i] > 0](x[i]) for i32[n] x, out i32[n] y, len n",
     "void positive(const std::vector<int> &x, std::vector<int> &y)",
     "std::copy_if(a0, a0 + n0, a1, [](int x) { return x > 0; });"),
    ("y[i] = x[i] > t for f64[n] x, f64 t, out bool[n] y, len n",
     "void above(const std::vector<double> &x, double t, std::vector<bool> &y)",
     "for (int64_t i = 0; i < n0; i++) a1[i] = a0[i] > s0;"),
    ("y[i] = x[i] > t for f64[n] x, f64 t, out bool[n] y, len n",
     "void above(const std::vector<double> &x, double t, std::vector<bool> &y)",
     "bool *t0 = a1; for (int64_t i = 0; i < n0; i++) t0[i] = a0[i] > s0;"),
    ("s = sum[i](x[i] * w[i]) for f64[4] x, f64[4] w, return f64 s",
     "double f(std::array<double, 4> x, const std::array<double, 4> &w)",
     "double r = 0; for (int64_t i = 0; i < 4; i++) r += a0[i] * a1[i]; return r;"),
    ("y[i] = x[i - 1] + x[i + 1] @ interior for f64[n] x, size n, return f64[n] y", "double *f(const double *x, int n)",
     "for (int64_t i = 1; i < n0 - 1; i++) r[i] = a0[i - 1] + a0[i + 1];"),
]  # fmt: skip


@pytest.mark.parametrize(("notation", "english", "body"), CASES, ids=range(len(CASES)))
def test_bound_sources_do_what_is_meant(notation: str, english: str, body: str) -> None:
    found = required(notation, english)
    if body is FLAT_BODY:
        body = body % (("r", "r") if "return f64[n, p]" in notation else ("a2", "a2"))
    text = bind(found, body)
    with Judge(found) as judge:
        judgement = judge(text)
    assert judgement.right, f"{judgement.message}\n{judgement.diagnostics}\n{text}"
    if found.prototype is not None:
        assert f"{found.prototype.text} {{" in text


@pytest.mark.parametrize(("body", "kind"), [
    ("for (int64_t i = 0; i < n0; i++) r[i] = a0[i];", "wrong"),
    ("for (int64_t i = 0; i <= n0; i++) r[i] = a0[n0 - 1 - i];", ""),
    ("for (int64_t i = 0; i < n0; i++) r[i] = a9[i];", "does not compile"),
])  # fmt: skip
def test_wrong_bodies_are_not_right(body: str, kind: str) -> None:
    found = required(
        "y[i] = x[n - 1 - i] for f64[n] x, return f64[n] y, size n", "double *f(const double *x, int n)"
    )
    with Judge(found) as judge:
        judgement = judge(bind(found, body))
    assert not judgement.right and (not kind or judgement.kind == kind)


@pytest.mark.parametrize("language", ["c", "cpp"])
def test_no_warnings(language: str, tmp_path: Path) -> None:
    text = bind(required(PRODUCT.format("out", "size"), "", language), PRODUCT_BODY % "a2")
    path = tmp_path / f"kernel.{language}"
    path.write_text(text)
    command = [
        *find_clang().argv,
        "-Wall",
        "-Wextra",
        "-Werror",
        "-pedantic",
        "-O2",
        "-c",
        str(path),
        "-o",
        "/dev/null",
    ]
    assert subprocess.run(command, capture_output=True, text=True).stderr == ""


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("double s=0;for(int64_t i=0;i<n;i++)s+=x[i]*-y[i+1];return s;",
         ["double s = 0;", "for (int64_t i = 0; i < n; i++)", "  s += x[i] * -y[i + 1];", "return s;"]),
        ("if(a){b=1;}else if(!c)d--;else{return;}",
         ["if (a) {", "  b = 1;", "} else if (!c)", "  d--;", "else {", "  return;", "}"]),
        ("std :: vector < std::vector<double>> t ( n * ( m + 1 ) ) ; const double * q = & x [ i ] ; * s = ( * q ) ++ ;",
         ["std::vector<std::vector<double>> t(n * (m + 1));", "const double *q = &x[i];", "*s = (*q)++;"]),
        ("do{i++;}while(i<n); y=c?(int)a[i]:(b)*d; f(x.begin(),[&](int a,int b){return a<b;});",
         ["do {", "  i++;", "} while (i < n);", "y = c ? (int)a[i] : (b) * d;",
          "f(x.begin(), [&](int a, int b) { return a < b; });"]),
    ],
)  # fmt: skip
def test_layout(code: str, lines: list[str]) -> None:
    assert lay_out(tokens(code)) == lines


@pytest.mark.tiny
def test_long_lines_break_outside_brackets() -> None:
    code = f"total = {' + '.join(f'weights[i - {k}] * (x[i + {k}] + y[i])' for k in range(6))};"
    lines = lay_out(tokens(code), 2)
    assert len(lines) > 1 and all(len(line) <= 100 for line in lines)
    assert tokens(" ".join(lines)) == tokens(code)
