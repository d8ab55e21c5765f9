"""Requirements: what is filled in and stated, the form that is edited, contradictions."""

from __future__ import annotations

import numpy as np
import pytest

from passwright.irgen import binding
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import renamed
from passwright.irgen.prototype import split
from passwright.irgen.requirement import LONGEST, Requirement
from passwright.passes.errors import InputError

pytestmark = pytest.mark.tiny
SUM = "s = sum[i](x[i]) for f64[n] x, size n, return f64 s"
DOT = "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s"
STENCIL = "y[i] = (x[i - 1] + x[i + 1]) / 2 @ interior for f64[n] x, out f64[n] y, size n"


def of(notation: str, english: str = "") -> Requirement:
    return Requirement.of(parse(notation), english=english, prototype=split(english)[1])


@pytest.mark.parametrize(
    ("notation", "english", "stated"),
    [
        (SUM, "Sum the doubles of x in C.", ["name of the function: sum_doubles (not said)"]),
        (
            DOT,
            "Compute the dot product.",
            [
                "language: C (not said)",
                "name of the function: dot_product (not said)",
                "type of the elements: double (not said)",
                "names of arguments: x, y (not said)",
            ],
        ),
        (
            STENCIL,
            "A C++ function called smooth that averages the two neighbours of x into y, double precision",
            ["edges: elements whose neighbours are not all there are left as they are (not said)"],
        ),
        (
            STENCIL,
            "In C a function named smooth: mean of the neighbours of double x into y, edges unchanged",
            [],
        ),
        (SUM, "/* Sum. */ double total(const double *x, int n);", []),
    ],
)
def test_what_was_not_said_is_stated(notation: str, english: str, stated: list[str]) -> None:
    assert list(of(notation, english).assumptions) == stated


def test_language_and_function_are_found() -> None:
    assert of(SUM, "a C++ function called total that sums x").language == "cpp"
    assert of(SUM, "a C++ function called total that sums x").function == "total"
    with_prototype = of(SUM, "// sum x\nfloat64 total(int n);".replace("float64", "double"))
    assert (with_prototype.language, with_prototype.function) == ("c", "total")


def test_words_of_c_are_no_argument_names() -> None:
    found = Requirement.of(renamed(parse(SUM), {"x": "new"}))
    assert found.program == renamed(parse(SUM), {"x": "new_"})
    assert any("new is a word" in a for a in found.assumptions)
    found.check()


@pytest.mark.parametrize(
    ("notation", "english"),
    [
        (DOT, "Compute the dot product of x and y."),
        (DOT, '/* Dot "product".\n * f([1, 2], [3, 4]) => 11 \\ */\n#include <math.h>\n\n'
              "double dot(const double *x, const double *y, int n);"),
        ("c = count[i](s[i] == '\\'') for char[n] s, len n, return i32 c", "quotes in s:\tint quotes(const char *s)"),
        ("repeat T { u[i] = v[i]; v[i] = u[i] * 2 } for inout f64[n] u, inout f64[n] v, size n, i32 T", ""),
    ],
)  # fmt: skip
def test_toml_is_read_back(notation: str, english: str) -> None:
    found = of(notation, english)
    found.check()
    assert Requirement.from_toml(found.toml()) == found
    assert found.to_json()["notation"] == found.notation


def test_names_that_the_notation_uses_are_read_back() -> None:
    english = "void scale(const double *in, double *out, int size)"
    program = renamed(
        parse("y[i] = x[i] * 2 for f64[n] x, out f64[n] y, size n"), {"x": "in", "y": "out", "n": "size"}
    )
    found = Requirement.of(program, english=english, prototype=split(english)[1])
    found.check()
    assert "`out`[i] = `in`[i] * 2" in found.toml()
    assert Requirement.from_toml(found.toml()) == found


def test_an_edited_requirement() -> None:
    edited = (
        of(SUM, "sum of x").toml().replace('"f64[n] x"', '"f32[n] x"').replace("sum[i](x[i])", "max[i](x[i])")
    )
    assert Requirement.from_toml(edited).notation == "s = max[i](x[i]) for f32[n] x, size n, return f64 s"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("function =", "funktion ="), "funktion` is not known"),
        (('function = "sum"', "function = 3"), "wrong type"),
        (('"c"', '"rust"'), "language is one of c, cpp"),
        (("sum[i](x[i])", "sum[i](x[i]"), "cannot read the notation"),
        (('"size n"', "3"), "list of strings"),
        (("]", ""), "no TOML"),
        (('function = "sum"', 'function = ""'), "has no function"),
    ],
)
def test_edits_that_cannot_be_read(change: tuple[str, str], says: str) -> None:
    text = of(SUM, "sum of x").toml()
    assert change[0] in text
    with pytest.raises(InputError) as error:
        Requirement.from_toml(text.replace(*change))
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("notation", "english", "says"),
    [
        ("s = sum[i](x[i]) for f64[n] x, f64[n] x, size n, return f64 s", "", "declared twice"),
        ("y[i] = q[i] for f64[n] x, out f64[n] y, size n", "", "q is not declared"),
        ("y[i] = x[i] * q for f64[n] x, out f64[n] y, size n", "", "only on the right"),
        ("s = sum[i](x[i]); t = s for f64[n] x, size n, return f64 s, return f64 t", "", "are all returned"),
        (SUM, "x" * (LONGEST + 1), "more than 4000"),
        (SUM, "double f(const double *x);", "no parameter n"),
        (SUM, "double f(const double *x, int n, int stride);", "the parameter stride"),
        (SUM, "double f(const double *a, int n);", "no parameter x"),
        (SUM, "void f(const double *x, int n);", "returns nothing"),
        (SUM, "double f(const float *x, int n);", "f64 in the requirement and float"),
        (SUM, "double f(double x, int n);", "an array in the requirement"),
        (SUM, "double f(const double *x, double n);", "is a size"),
        (SUM, "double f(double **x, int n);", "1 dimensions in the requirement and 2"),
        (STENCIL, "void f(const double *x, const double *y, int n);", "without const"),
        (STENCIL, "double f(const double *x, double *y, int n);", "no value to return"),
        (STENCIL, "void f(std::vector<double> x, std::vector<double> y, int n);", "sees no change"),
        (SUM, "sum: double f(const double *x, int n); e.g. f([1, 2]) => 4", "which gives 3.0"),
        ("s = min[i](x[i]) for i32[n] x, size n, return i32 s", "least: int f(const int *x, int n); f([], 0) => 0",
         "is of nothing"),
    ],
)  # fmt: skip
def test_contradictions(notation: str, english: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        of(notation, english).check()
    assert says in str(error.value)


def test_the_function_is_no_argument() -> None:
    with pytest.raises(InputError, match="one of its arguments"):
        Requirement(parse(SUM), "x").check()
    with pytest.raises(InputError, match="cannot be a name"):
        Requirement(parse(SUM), "double").check()


def test_examples_become_calls() -> None:
    found = of(
        DOT,
        "double dot(const double *x, const double *y, int n); dot([1, 2], [3, 4], 2) => 11 and dot([1], [2]) => 2",
    )
    one, two = found.example_values()
    assert one["n"] == 2 and one["y"].tolist() == [3.0, 4.0]
    assert two["n"] == 1 and two["x"].dtype == np.float64
    letters = of(
        "c = count[i](s[i] == k) for char[n] s, len n, char k, return i32 c",
        "count k in s: f(\"hello\", 'l') => 2",
    )
    (call,) = letters.example_values()
    assert bytes(call["s"]) == b"hello" and call["k"] == ord("l") and call["n"] == 5
    kept = of(
        "y = filter[i | x[i] > 0](x[i]) for i32[n] x, len n, return i32[n] y",
        "positive x: f([1, -2, 3]) => [1, 3]",
    )
    assert kept.example_values()[0]["n"] == 3
    by_name = of(DOT, "dot product, for example x = [1, 2], y = [3, 4] -> 11.0")
    assert by_name.example_values()[0]["n"] == 2


def test_examples_that_do_not_say_enough_are_left_out() -> None:
    assert of(DOT, "dot product, for example f([1, 2]) => 11").example_values() == ()


@pytest.mark.parametrize(
    ("notation", "language", "text"),
    [
        (DOT, "c", "double k(const double *x, const double *y, int64_t n)"),
        (STENCIL.replace("size n", "len n"), "cpp", "void k(const std::vector<double> &x, std::vector<double> &y)"),
        ("c = count[i](s[i] == 'a') for char[n] s, len n, return i32 c", "c", "int k(const char *s)"),
        ("c = count[i](s[i] == 'a') for char[n] s, len n, return i32 c", "cpp", "int k(const std::string &s)"),
        ("y[i] = x[i] * a for f32[n] x, f32 a, return f32[n] y, size n", "c",
         "float *k(const float *x, float a, int64_t n)"),
        ("y[i] = x[i] * a for f32[n] x, f32 a, return f32[n] y, len n", "cpp",
         "std::vector<float> k(const std::vector<float> &x, float a)"),
        ("a = min[i](x[i]); b = max[i](x[i]) for u8[n] x, size n, out u8 a, out u8 b", "c",
         "void k(const uint8_t *x, int64_t n, uint8_t *a, uint8_t *b)"),
        ("y[i] = x[i] * a for f32[n] x, f32 a, inout f32[n] y, len n", "c",
         "void k(const float *x, float a, float *y, int64_t n)"),
    ],
)  # fmt: skip
def test_usual_signatures(notation: str, language: str, text: str) -> None:
    found = Requirement.of(parse(notation), language=language, function="k")  # type: ignore[arg-type]
    assert binding.signature(found).text == text
    found.check()
