"""C and C++ prototypes, and examples, out of a requirement's text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from passwright.irgen.examples import read
from passwright.irgen.prototype import PrototypeError, code_above, model_text, parse, split


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("double f(const double *x, int n);", "f64 (const f64* x, i32 n)"),
        ("double f(const double *restrict x, int n)\n{", "f64 (const f64* x, i32 n)"),
        ("unsigned long long int f(unsigned char const * const p, long n)", "u64 (const u8* p, i64 n)"),
        ("void f(int n, int m, double A[n][m], const float B[static 4])",
         "void (i32 n, i32 m, f64 A[n][m], const f32 B[4])"),
        ("void f(float (*C)[8], double **A, int *rows[])", "void (f32 C[][8], f64** A, i32** rows)"),
        ("size_t f(const char *s, char t[], char c)", "u64 (str s, str& t, char c)"),
        ("std::vector<std::vector<double>> t(const std::vector<std::vector<double>>& A)", "vec<vec<f64>> (vec<vec<f64>> A)"),
        ("void f(vector<int> &x, std::span<const float> u, std::span<double> w)",
         "void (vec<i32>& x, vec<f32> u, vec<f64>& w)"),
        ("void f(std::array<int, 4>& q, std::string s, double &r, const bool &b)", "void (i32 q[4], str s, f64& r, bool b)"),
        ('extern "C" void k(uint32_t h, int64_t n = 5) noexcept;', "void (u32 h, i64 n)"),
        ("typedef float real;\nusing index = long;\nvoid scale(real *x, index n)", "void (f32* x, i64 n)"),
    ],
)  # fmt: skip
def test_types_of_every_kind(text: str, model: str) -> None:
    assert model_text(parse(text)) == model


@pytest.mark.tiny
def test_names_are_replaced_for_the_model() -> None:
    found = parse("void f(int n, int m, double A[n][m + 1])")
    assert (
        model_text(found, {"n": "v0", "m": "v1", "A": "v2"}.__getitem__)
        == "void (i32 v0, i32 v1, f64 v2[v0][v1 + 1])"
    )


@pytest.mark.tiny
def test_a_signature_below_a_comment_is_kept_exactly() -> None:
    text = (
        "#include <math.h>\n/* Compute the sum\n * of squares. */\n"
        "double  f (const double *x,int n)\n{\n  // TODO: in one pass\n}\n"
    )
    english, found = split(text)
    assert found is not None
    assert english == "Compute the sum\nof squares.\n\nTODO: in one pass"
    assert found.text == "double  f (const double *x,int n)"
    assert found.above == text[: text.index("double")]
    assert code_above(found) == ("#include <math.h>\n/* Compute the sum\n * of squares. */", 0)


@pytest.mark.tiny
def test_prose_before_a_signature_is_no_code() -> None:
    english, found = split("Sum in one pass:\n\nint count(const char *s, char c);\n\nIgnore case.")
    assert found is not None
    assert (found.name, english) == ("count", "Sum in one pass:\n\nIgnore case.")
    assert code_above(found) == ("", 0)


@pytest.mark.tiny
@pytest.mark.parametrize(
    "text",
    [
        "the double sum (of all) of x",
        "Compute the sum of the array x (of n doubles).",
        "avoid int overflow; y = f(x)",
        "return the number of int values (32 bits each)",
    ],
)
def test_english_is_no_prototype(text: str) -> None:
    assert split(text) == (text, None)


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("int f(int a);", "c"),
        ("int f(int &a);", "cpp"),
        ("int f(std::string s);", "cpp"),
        ("#include <vector>\nint f(int a);", "cpp"),
        ("#include <stdint.h>\nint f(bool a);", "c"),
        ("using namespace std;\nint f(int a);", "cpp"),
    ],
)
def test_what_is_cpp(text: str, language: str) -> None:
    assert parse(text).language == language


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("template <class T> T f(T x);", "template"),
        ("int f(int a, ...);", "variadic"),
        ("int f(int (*g)(int), int n);", "pass data"),
        ("double zero(double a, double f(double x));", "pass data"),
        ("foo f(int a);", '"foo"'),
        ("int f(int, int b);", "has no name"),
        ("int f(struct p *q);", '"p"'),
        ("long double f(long double x);", "no counterpart"),
        ("auto f(int x);", "says no type"),
        ("int A::f(int x);", "member function"),
        ("int f(int x, int x);", 'called "x"'),
        ("void *f(int n)", "no element type"),
        ("int f(std::map<int, int> m)", '"map"'),
        ("int f(std::vector<std::string> m)", "a vector of these"),
        ("sum of x", "no C or C++ prototype"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(PrototypeError) as error:
        parse(text)
    assert says in str(error.value)


@pytest.mark.tiny
def test_what_the_caller_sees_written() -> None:
    found = parse(
        "void f(std::vector<int> a, std::vector<int> &b, const int *c, int *d, int e, std::span<int> g, int &h)"
    )
    assert [p.name for p in found.parameters if p.writable] == ["b", "d", "g", "h"]


SIGNATURES = Path(__file__).parents[2] / "shared/data/kernels/english_purposes.jsonl.gz"


@pytest.mark.skipif(not SIGNATURES.exists(), reason="public signatures are not here")
def test_public_signatures_are_taken_or_refused() -> None:
    taken = 0
    with gzip.open(SIGNATURES, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            try:
                taken += parse(row["signature"]).name == row["name"]
            except PrototypeError:
                continue
    assert taken > 3000


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "rest", "calls"),
    [
        ("Sum all. Example: f([1,2,3]) => 6.", "Sum all.", [(("", [1, 2, 3]),)]),
        ("Find x\n>>> f([1, 2], 0.5)\nfalse", "Find x", [(("", [1, 2]), ("", 0.5))]),
        ("Add. Example: input: [1,2,3] output: 6", "Add.", [(("", [1, 2, 3]),)]),
        ("Merge. e.g. x = [1, 2], y = [3] -> [1, 2, 3]", "Merge.", [(("x", [1, 2]), ("y", [3]))]),
        ("count(\"hello\") returns 2 and count('') gives 0", "", [(("", "hello"),), (("", ""),)]),
        ("f({1.0, -2e3}, true) == {{1}, {}}", "", [(("", [1.0, -2000.0]), ("", True))]),
        ("y = 3 * x for all x", "y = 3 * x for all x", []),
        ("scale by 0.5; use y = 2 if x = 3.", "scale by 0.5; use y = 2 if x = 3.", []),
        ("reverse [1,2] -> ?", "reverse [1,2] -> ?", []),
    ],
)  # fmt: skip
def test_examples(text: str, rest: str, calls: list[object]) -> None:
    english, found = read(text)
    assert english.strip(" and") == rest
    assert [e.arguments for e in found] == calls
